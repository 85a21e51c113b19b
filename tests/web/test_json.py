"""The contract's JSON over HTTP."""

import json
from typing import Any

from api.wiring import Services
from tests.web.conftest import Visitor, Visits, ids

Own = tuple[Services, Visits]


def call(visitor: Visitor, path: str, body: dict[str, Any] | None = None) -> Any:
    if body is None:
        return visitor.http.get(f"/api/v1{path}")
    return visitor.http.post(f"/api/v1{path}", json=body, headers={"x-csrf-token": visitor.csrf()})


def test_lists_have_the_contracts_shape(look: Visits) -> None:
    ana = look("ana")
    [signal, *_] = call(ana, "/signals?client=C001").json()
    wanted = {"client_ref", "slug", "class", "due", "nominal_due", "dollars", "score", "terms", "headline", "rule"}
    assert wanted | {"evidence", "first_seen", "state"} <= set(signal)
    assert set(signal["terms"]) == {"urgency", "consequence", "exposure", "confidence"}
    brief = call(ana, "/brief").json()
    assert {"as_of", "for", "verdict", "needs_you", "worth_a_look", "release_queue", "horizon", "blind_spots"} <= set(
        brief
    )
    assert {row["ref"] for row in call(ana, "/clients").json()} == {"C001", "C002"}
    [document, *_] = call(ana, "/clients/C001/documents").json()
    assert {"id", "path", "kind", "state", "findings"} <= set(document)
    [hit, *_] = call(ana, "/clients/C001/search?q=minutes&k=3").json()
    assert set(hit) == {"document", "path", "kind", "page", "role", "start", "end", "text", "score"}
    [draft, *_] = call(ana, "/deliverables?client=C001&state=in_review").json()
    shown = call(ana, f"/deliverables/{draft['id']}").json()
    named = {
        "id",
        "slug",
        "client_ref",
        "engagement_ref",
        "state",
        "version",
        "hash",
        "sections",
        "tickmarks",
        "checks",
    }
    assert named | {"unseen", "model", "prompt_version"} <= set(shown)


def test_a_question_is_answered_whole_or_streamed(own: Own) -> None:
    ana = own[1]("ana")
    whole = call(ana, "/clients/C001/ask", {"question": "When is the 1120-S due?"}).json()
    assert whole["found"] and "March 16, 2026" in whole["answer"] and whole["citations"]
    streamed = call(
        ana, "/clients/C001/ask", {"question": "When is the 1120-S due?", "thread": whole["thread"], "stream": True}
    )
    assert streamed.headers["content-type"].startswith("text/event-stream")
    last = [line for line in streamed.text.splitlines() if line][-1]
    assert json.loads(last.removeprefix("data: "))["answer"]["found"] is True


def test_draft_review_release(own: Own) -> None:
    services, visit = own
    ana, mia, sol = visit("ana"), visit("mia"), visit("sol")
    made = call(sol, "/clients/C001/deliverables", {"slug": "meeting-brief"})
    assert made.status_code == 201
    draft = made.json()
    at = f"/deliverables/{draft['id']}"
    assert made.headers["location"] == f"/api/v1{at}"
    refused = call(sol, f"{at}/review", {"decision": "approve", "hash": draft["hash"]})
    assert refused.status_code == 403 and "deliverable:review" in refused.json()["error"]
    assert call(mia, f"{at}/review", {"decision": "approve", "hash": "0" * 64}).status_code == 409
    assert call(mia, f"{at}/review", {"decision": "approve", "hash": "x"}).status_code == 422
    changed = call(mia, f"{at}/review", {"decision": "changes", "hash": draft["hash"], "note": "shorter"}).json()
    assert changed["version"] == 2
    untied = {"override": "seen"} if changed["untied"] else {}
    approved = call(mia, f"{at}/review", {"decision": "approve", "hash": changed["hash"], **untied}).json()
    assert approved["state"] == "approved"
    assert call(mia, f"{at}/release", {"hash": approved["hash"]}).status_code == 403
    assert call(ana, f"{at}/release", {"hash": approved["hash"]}).json()["state"] == "released"
    told = "SELECT count(*) FROM audit WHERE tag = 'access:place:refused' AND actor IN ('sol@alder.example', 'mia@alder.example')"
    assert ids(services, told) == [2]


def test_signals_are_decided_and_files_added(own: Own) -> None:
    _, visit = own
    ana = visit("ana")
    key = call(ana, "/signals?client=C001").json()[0]["key"]
    assert call(ana, f"/signals/{key}", {"decision": "acknowledge"}).json() == {"key": key, "state": "acknowledged"}
    added = ana.http.post(
        "/api/v1/clients/C001/documents",
        files=[("files", ("note.txt", b"A note about the oven.", "text/plain"))],
        headers={"x-csrf-token": ana.csrf()},
    )
    assert added.status_code == 201 and added.json()["accepted"] == 1


def test_it_is_described_for_who_may_read_it(look: Visits) -> None:
    described = look("sol").http.get("/api/openapi.json").json()
    assert set(described["paths"]) >= {
        "/api/v1/brief",
        "/api/v1/signals",
        "/api/v1/deliverables/{deliverable_id}/release",
    }
    assert all(path.startswith("/api/v1/") for path in described["paths"])
    assert look("sol").http.get("/api/v1/clients/C999/search?q=x").status_code == 404

"""Timelines and the inbox over HTTP and on the command line: pages in few queries, hostile text, undo, and who sees nothing of it."""

import re
from datetime import UTC, datetime
from typing import Any

import pytest

from api.commands import find
from api.commands.result import silent
from api.wiring import Services
from store.tables import Client, Message
from tests.web.conftest import Visitor, Visits, ids, selects

Own = tuple[Services, Visits]
HOSTILE = "<script>alert(1)</script> & \"quotes\" 'x'"
SAFE = "&lt;script&gt;alert(1)&lt;/script&gt; &amp; &#34;quotes&#34; &#39;x&#39;"
PAGES = {
    "/clients/C001/timeline": ("Write a note", "wants to buy the oven", "E001", "mail in", "Every kind"),
    "/clients/C001/timeline?engagement=E001&kind=request&kind=money": ("Show all",),
    "/clients/C001/timeline?q=oven&person=mia%40alder.example&first=2026-01-01": ("wants to buy the oven",),
    "/inbox": ("Unsorted", "Assign", "intake tray"),
    "/inbox?view=all": ("Harbor Bakery Inc",),
    "/mentions": ("Nobody has named you yet",),
    "/watching": ("You watch nothing yet",),
}


def call(visitor: Visitor, path: str, body: dict[str, Any] | None = None, method: str = "POST", **headers: str) -> Any:
    if body is None and method == "POST":
        return visitor.http.get(f"/api/v1{path}")
    sent = {"x-csrf-token": visitor.csrf(), **headers}
    return visitor.http.request(method, f"/api/v1{path}", json=body, headers=sent)


def made(answer: Any, status: int = 200) -> Any:
    assert answer.status_code == status, answer.text
    return answer.json()


def act_of(answer: Any) -> str:
    found = re.search(r"act=(act_\w+)", answer.headers["location"])
    assert found is not None, answer.headers["location"]
    return found[1]


@pytest.fixture
def mailed(own: Own) -> Own:
    """A mail of hostile words at C001, of the Monday's morning."""
    services, _ = own
    with services.database.writing() as session:
        client = session.query(Client).filter_by(ref="C001").one()
        session.add(
            Message(
                id="msg_hostile",
                client_id=client.id,
                message_id="<h'\"><b>@x>",
                thread="<h'\"><b>@x>",
                direction="in",
                sender="<i>evil</i>@x.example",
                recipients=[],
                subject=HOSTILE,
                sent_at=datetime(2026, 3, 6, 15, tzinfo=UTC),
                body=f"{HOSTILE}\n\nCan you send {HOSTILE} by March 13?",
            )
        )
    return own


@pytest.mark.parametrize("path", PAGES)
def test_a_page_says_what_it_is_for_in_few_queries(shared: Own, path: str) -> None:
    services, look = shared
    ana = look("ana")
    ana.get(path)
    page, queries = selects(services, lambda: ana.get(path))
    assert page.status_code == 200, page.text[:3000]
    text = re.sub(r"\s+", " ", page.text).lower()
    assert [wanted for wanted in PAGES[path] if wanted.lower() not in text] == []
    assert len(queries) <= 12, "\n\n".join(queries)


def test_notes_and_calls_on_the_pages(own: Own) -> None:
    services, visit = own
    ana, sol, ben = visit("ana"), visit("sol"), visit("ben")
    at = "/clients/C001/timeline"
    assert "You watch it." in ana.follow(ana.post(f"{at}/watch")).text
    refused = ana.post(f"{at}/note", text=HOSTILE, also="Prairie Dental LLC [C003]")
    assert refused.status_code == 404 and "no client or engagement C003" in refused.text and SAFE in refused.text
    page = sol.follow(sol.post(f"{at}/note", text=f"{HOSTILE} for @ana, not @ben", also=["Ngozi Okafor [C002]", ""]))
    assert "Written." in page.text and SAFE in page.text and "<script>alert" not in page.text
    assert "also on" in page.text and "for Ana Alder" in page.text
    logged = sol.post(f"{at}/call", with_whom=HOSTILE, minutes="7", outcome="reached", at="2026-03-06T09:30", text="")
    page = sol.follow(logged)
    assert (
        "Logged." in page.text and "9:30 AM" in page.text and "7 min" in page.text and "<script>alert" not in page.text
    )
    assert sol.post(f"{at}/call", with_whom="x", minutes="ten").status_code == 422
    page, queries = selects(services, lambda: ana.get(at))
    assert page.text.count(">new<") >= 2 and len(queries) <= 12, "\n\n".join(queries)
    assert ">new<" not in ana.get(at).text  # she has looked
    page = ana.get("/mentions")
    assert SAFE in page.text and "<script>alert" not in page.text and "I have seen them all" in page.text
    assert "Nobody has named you" in ben.get("/mentions").text and ben.get(at).status_code == 404
    assert "I have seen them all" not in ana.follow(ana.post("/mentions/read")).text
    found = re.search(r'href="(/notes/note_\w+)">change<', sol.get(at).text)
    assert found is not None
    mark = re.search(r'name="mark" value="(\w+)"', sol.get(found[1]).text)
    assert mark is not None
    changed = sol.post(found[1], text="Shorter", mark=mark[1])
    assert "What it said before" in sol.follow(changed).text
    stale = sol.post(found[1], text="Typed meanwhile", mark=mark[1])
    assert stale.status_code == 409 and "Typed meanwhile" in stale.text and "by somebody meanwhile" in stale.text
    assert ana.post(found[1], text="Mine", mark="").status_code == 403 and ben.get(found[1]).status_code == 404
    assert "Undone." in sol.follow(sol.post(f"/undo/{act_of(changed)}", back=at)).text
    assert "What it said before" not in sol.get(found[1]).text
    assert "no longer" in ana.follow(ana.post(f"{at}/watch", stop="true")).text
    shown = find("timeline").load()(services, {"client": "C001", "as": "sol@alder.example", "limit": 3}, silent)
    assert "Older: --cursor" in shown.text and len(shown.data["entries"]) == 3


def test_the_inbox_on_the_page(mailed: Own) -> None:
    services, visit = mailed
    ana, mia, sol, adm = (visit(name) for name in ("ana", "mia", "sol", "adm"))
    ana.get("/inbox")
    page, queries = selects(services, lambda: ana.get("/inbox"))
    assert len(queries) <= 12 and SAFE in page.text and "<script>alert" not in page.text and "<i>evil" not in page.text
    assert "asks:" in page.text and "reply needed, 1 day" in page.text
    item = re.search(r'value="(msg_hostile:\w+)"', page.text)
    assert item is not None
    empty = ana.post("/inbox/done")
    assert empty.status_code == 422 and "tick it" in empty.text
    done = ana.post("/inbox/assign", message=item[1], person="sol@alder.example")
    assert "Assigned." in ana.follow(done).text and "msg_hostile" not in ana.get("/inbox").text
    assert "msg_hostile" in sol.get("/inbox?view=mine").text
    late = mia.post("/inbox/done", message=item[1])
    assert late.status_code == 409 and "by somebody meanwhile" in late.text
    assert "Undone." in ana.follow(ana.post(f"/undo/{act_of(done)}", back="/inbox")).text
    assert "msg_hostile" in ana.get("/inbox").text
    assert ana.post("/inbox/assign", message=item[1], person="ben@alder.example").status_code == 404
    placed = ana.post("/inbox/place", message=item[1], timeline=["Ngozi Okafor [C002]", ""])
    assert "Put there." in ana.follow(placed).text
    page = ana.get("/clients/C002/timeline")
    assert SAFE in page.text and "<script>alert" not in page.text
    assert "A task was made" in ana.follow(ana.post("/inbox/task", message="msg_hostile")).text
    [title] = ids(
        services, "SELECT title FROM tasks JOIN mail_sortings ON task_id = tasks.id WHERE message_id = 'msg_hostile'"
    )
    assert title == f"Can you send {HOSTILE} by March 13?"
    assert ana.post("/inbox/snooze", message="msg_hostile", until="2026-03-09").status_code == 422
    assert "Put off." in ana.follow(ana.post("/inbox/snooze", message="msg_hostile", until="2026-03-10")).text
    assert "msg_hostile" in ana.get("/inbox?view=waiting").text
    assert "Open again" in ana.follow(ana.post("/inbox/reopen", message="msg_hostile", view="waiting")).text
    assert adm.get("/inbox").status_code == 403 and 'href="/inbox"' not in adm.get("/clients").text
    assert visit("ben").post("/inbox/done", message="msg_hostile").status_code == 404
    listed = find("inbox").load()(services, {"as": "ana@alder.example", "view": "all"}, silent)
    assert f"C001, C002  {HOSTILE}" in listed.text and "ask: Can you send" in listed.text


def test_the_same_as_json(mailed: Own) -> None:
    _, visit = mailed
    ana, mia, ben = visit("ana"), visit("mia"), visit("ben")
    places = [{"client": "C001", "engagement": "E001"}, {"client": "C002"}]
    assert [one["handle"] for one in made(call(ana, "/clients/C001/mentionable"))] == ["mia", "sol"]
    note = made(call(ana, "/notes", {"timelines": places, "text": "For @mia, not @ben"}), 201)
    assert note["mentioned"] == ["mia@alder.example"] and len(note["ids"]) == 2
    shown = call(ana, f"/notes/{note['id']}")
    tag = shown.headers["etag"]
    changed = {"text": "For @mia and @sol"}
    assert made(call(ana, f"/notes/{note['id']}", changed, "PATCH", **{"if-match": tag}))["mentioned"] == [
        "sol@alder.example"
    ]
    assert call(ana, f"/notes/{note['id']}", {"text": "x"}, "PATCH", **{"if-match": tag}).status_code == 409
    logged = {"timelines": places[:1], "with_whom": "Ngozi", "follow_up": "Write to her", "owner": "sol@alder.example"}
    assert made(call(mia, "/calls", logged), 201)["task"].startswith("task_")
    page = made(call(ana, "/clients/C001/timeline?engagement=E001&kind=note&kind=call"))
    assert [one["kind"] for one in page["entries"]] == ["call", "note"] and page["next"] is None
    [mention] = made(call(mia, "/mentions?unread=true"))["mentions"]
    assert made(call(mia, "/mentions/read", {"ids": [mention["id"]]})) == {"changed": 1}
    assert call(ben, "/mentions/read", {"ids": [mention["id"]]}).status_code == 404
    watch = made(call(ana, "/watches", {"client": "C001"}), 201)
    made(call(mia, "/notes", {"timelines": places[:1], "text": "News"}), 201)
    assert [one["new"] for one in made(call(ana, "/watches"))] == [1]
    assert made(call(ana, f"/watches/{watch['id']}/seen", {})) == {"changed": 1}
    assert [one["new"] for one in made(call(ana, "/watches"))] == [0]
    ended = made(call(ana, f"/watches/{watch['id']}", method="DELETE"))
    made(call(ana, f"/acts/{ended['act']}/undo", {}))
    assert [one["client_ref"] for one in made(call(ana, "/watches"))] == ["C001"]
    assert [one["label"] for one in made(call(ana, "/timelines?q=harbor e001"))] == [
        "Harbor Bakery Inc, 2025 Form 1120-S [E001]"
    ]
    [line] = next(t["lines"] for t in made(call(ana, "/inbox"))["threads"] if t["lines"][0]["id"] == "msg_hostile")
    seen = {"items": [{"message": line["id"], "mark": line["mark"]}]}
    put = made(call(ana, "/inbox/snooze", seen | {"until": "2026-03-12"}))
    assert put["marks"]["msg_hostile"] != line["mark"]
    assert call(mia, "/inbox/assign", seen | {"person": "mia@alder.example"}).status_code == 409
    assert made(call(ana, f"/acts/{put['act']}/undo", {}))
    assert made(call(ana, "/inbox"))["counts"]["waiting"] == 0
    for path in ("/clients/C001/timeline", f"/notes/{note['id']}", "/clients/C001/mentionable"):
        assert call(ben, path).status_code == 404, path
    for path in ("/inbox?view=spam", "/clients/C001/timeline?cursor=x", "/clients/C001/timeline?kind=gossip"):
        assert call(ana, path).status_code == 422, path

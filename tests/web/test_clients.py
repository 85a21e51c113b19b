"""What people do on a client's pages: decide about signals and take it back, add files, search, ask."""

import json
import re

import pytest

from api.wiring import Services
from tests.web.conftest import HOSTILE, Visitor, Visits, ids

Own = tuple[Services, Visits]


def key_of(services: Services, slug: str) -> str:
    return ids(services, f"SELECT key FROM signals WHERE slug = '{slug}' ORDER BY key")[0]


def test_a_decision_is_said_and_can_be_taken_back(own: Own) -> None:
    services, visit = own
    ana = visit("ana")
    key = key_of(services, "notice-underreporter")
    done = ana.post(f"/signals/{key}", decision="dismiss", reason="Answered by phone", back="/clients/C001/signals")
    page = ana.follow(done).text
    assert "Dismissed. It comes back when its evidence changes." in page
    assert "“Answered by phone”" in page and "Open again" in page
    undo = re.search(r'<div class="said".*?</form>', page, re.S)
    assert undo is not None and 'value="reopen"' in undo[0] and key in undo[0]
    undone = ana.post(f"/signals/{key}", decision="reopen", back="/clients/C001/signals")
    assert undone.headers["location"].startswith("/clients/C001/signals?said=reopen")
    assert ids(services, f"SELECT state FROM signals WHERE key = '{key}'") == ["open"]
    assert len(ids(services, "SELECT seq FROM audit WHERE tag = 'signal:item:decided'")) == 2


def test_a_card_is_decided_about_as_one(own: Own) -> None:
    services, visit = own
    ana = visit("ana")
    keys = ids(
        services, "SELECT s.key FROM signals s JOIN clients c ON c.id = s.client_id WHERE c.ref = 'C001' ORDER BY 1"
    )
    assert len(keys) >= 2
    done = ana.post(f"/signals/{keys[0]}", decision="acknowledge", also=keys[1:])
    assert done.headers["location"].count("key=sig_") == len(keys)
    page = ana.follow(done).text
    assert "Undo" in page
    half = ana.post(f"/signals/{keys[0]}", decision="snooze", until="2026-03-10", also=["sig_0000000000"])
    assert half.status_code == 404
    assert set(ids(services, "SELECT state FROM signals WHERE key IN ('" + "','".join(keys) + "')")) == {"acknowledged"}


def test_a_snooze_waits_for_a_document_by_name(own: Own) -> None:
    services, visit = own
    ana, key = visit("ana"), key_of(own[0], "request-overdue")
    page = ana.get("/clients/C001/signals").text
    assert '<option value="document">a document arrives</option>' in page and 'list="paper-kinds"' in page
    done = ana.post(
        f"/signals/{key}", decision="snooze", kind="bank statement", words="March", back="/clients/C001/signals"
    )
    told = ana.follow(done).text
    assert "Snoozed." in told and "Undo" in told
    assert "“until a document arrives: bank-statement, “March””" in told
    assert ids(services, f"SELECT state FROM signals WHERE key = '{key}'") == ["snoozed"]
    ana.post(f"/signals/{key}", decision="reopen")
    assert ids(services, f"SELECT state FROM signals WHERE key = '{key}'") == ["open"]


@pytest.mark.parametrize(
    ("fields", "status", "said"),
    [
        ({"decision": "dismiss"}, 422, "needs a reason"),
        ({"decision": "snooze", "until": "2026-03-09"}, 422, "no later day"),
        ({"decision": "snooze", "until": "soon"}, 422, "is no day"),
        ({"decision": "snooze", "words": "K-1", "kind": "poem"}, 422, "no kind of document"),
        ({"decision": "snooze", "event": "rain", "until": "2026-03-20"}, 422, "no event to wait for"),
        ({"decision": "delegate", "delegate": "ben@alder.example"}, 422, "does not see this client"),
        ({"decision": "forget"}, 422, "is no decision"),
    ],
)
def test_an_incomplete_decision_says_what_is_missing(
    look: Visits, shared: Own, fields: dict[str, str], status: int, said: str
) -> None:
    refused = look("ana").post(f"/signals/{key_of(shared[0], 'notice-underreporter')}", **fields)
    assert refused.status_code == status and said in refused.text


def test_staff_do_not_decide(look: Visits, shared: Own) -> None:
    sol = look("sol")
    key = key_of(shared[0], "notice-underreporter")
    assert "Not a problem" not in sol.get("/clients/C001/signals").text
    refused = sol.post(f"/signals/{key}", decision="acknowledge")
    assert refused.status_code == 403 and "signal:decide" in refused.text


def test_no_link_puts_words_into_a_page(look: Visits) -> None:
    ana = look("ana")
    for query in ("said=You%20are%20hacked", "said=dismiss&key=<script>", "said=received&accepted=999999999999"):
        page = ana.get(f"/clients/C001/signals?{query}").text
        assert (
            "hacked" not in page
            and "<script>" not in page.replace('<script src="/static/', "")
            and "999999" not in page
        )


def test_added_files_are_read_at_once(own: Own) -> None:
    _, visit = own
    sol = visit("sol")
    files = [
        (
            "files",
            ("../../etc/Permit.txt", b"The permit of Harbor Bakery ends on May 31, 2026. ZANZIBAR.", "text/plain"),
        ),
        ("files", (HOSTILE, b"nothing here", "text/plain")),
        ("files", ("empty.txt", b"", "text/plain")),
    ]
    done = sol.post("/clients/C001/documents", files=files)
    page = sol.follow(done).text
    assert "Taken in. 2 accepted, 1 refused." in page
    assert "Permit.txt" in page and "../" not in page
    assert "&lt;img src=x" in page and "<img src=x" not in page
    found = sol.get("/clients/C001/search?q=zanzibar permit").text
    assert re.search(
        r'<a href="/documents/doc_\w+\?version=ver_\w+&page=1&start=\d+&end=\d+#mark">Permit.txt</a>', found
    )
    again = sol.follow(sol.post("/clients/C001/documents", files=files[:1])).text
    assert "1 unchanged" in again


def test_a_mail_that_is_added_stands_on_the_timeline(own: Own) -> None:
    services, visit = own
    mail = b"From: ngozi@harbor.example\nTo: mia@alder.example\nSubject: <b>Oven</b>\nMessage-ID: <x9@harbor.example>\n"
    mail += b"Date: Mon, 09 Mar 2026 08:00:00 -0600\n\nThe oven came.\n"
    ana = visit("ana")
    assert (
        ana.post("/clients/C001/documents", files=[("files", ("oven.eml", mail, "message/rfc822"))]).status_code == 303
    )
    page = ana.get("/clients/C001/mail").text
    assert "&lt;b&gt;Oven&lt;/b&gt;" in page and "The oven came." in page and "they wrote last" in page
    message = ids(services, "SELECT id FROM messages WHERE message_id LIKE '%x9@harbor%'")[0]
    assert "The oven came." in ana.get(f"/messages/{message}").text


@pytest.mark.parametrize("files", [[], [("files", ("", b"", "text/plain"))]])
def test_adding_nothing_is_said(look: Visits, files: list[tuple[str, tuple[str, bytes, str]]]) -> None:
    assert look("ana").post("/clients/C001/documents", files=files).status_code == 422


def events(visitor: Visitor, question: str, thread: str | None = None) -> list[dict[str, str]]:
    answer = visitor.http.post(
        "/clients/C001/ask",
        json={"question": question, "thread": thread},
        headers={"x-csrf-token": visitor.csrf()},
    )
    assert answer.headers["content-type"].startswith("text/event-stream"), answer.text
    return [json.loads(line[6:]) for line in answer.text.splitlines() if line.startswith("data: ")]


def test_an_answer_streams_and_cites(own: Own) -> None:
    _, visit = own
    ana = visit("ana")
    told = events(ana, "What does Harbor Bakery owe us?")
    assert list(told[0]) == ["thread"] and list(told[-1]) == ["html"]
    spoken = "".join(event.get("delta", "") for event in told)
    assert "owes us $2,000 on 1 open invoice" in spoken
    html = told[-1]["html"]
    assert '<a class="marker" href="/clients/C001/money#2026-001">' in html
    assert "What was read" in html
    thread = told[0]["thread"]
    events(ana, "And since when?", thread)
    page = ana.get(f"/clients/C001/ask?thread={thread}").text
    assert page.count('class="turn"') == 2 and "What does Harbor Bakery owe us?" in page
    assert visit("mia").get(f"/clients/C001/ask?thread={thread}").status_code == 404, "a thread is its person's"
    assert ana.get(f"/clients/C002/ask?thread={thread}").status_code == 404, "and its client's"


def test_a_citation_leads_to_the_marked_words(own: Own) -> None:
    _, visit = own
    ana = visit("ana")
    html = events(ana, "What does the notice CP2000 propose, and by when is the answer due?")[-1]["html"]
    link = re.search(r'href="(/(?:documents|messages)/[^"]+start=[^"]+)"', html)
    assert link is not None, html
    opened = ana.get(link[1].replace("&amp;", "&").split("#")[0]).text
    marked = re.search(r'<mark id="mark">([^<]+)</mark>', opened)
    assert marked is not None and marked[1] in html


def test_without_a_script_a_question_is_a_form(own: Own) -> None:
    _, visit = own
    ana = visit("ana")
    done = ana.post("/clients/C001/ask", question="Which requests are open?", thread="")
    page = ana.follow(done).text
    assert "Which requests are open?" in page and "Shareholder basis worksheet" in page
    empty = ana.post("/clients/C001/ask", question="   ")
    assert empty.status_code == 422 and "Ask something: the question is empty." in empty.text


@pytest.mark.parametrize("body", [b"no json", b"[]", b'{"question": "' + b"x" * 3000 + b'"}'])
def test_a_question_that_cannot_be_used_is_refused_before_it_streams(look: Visits, body: bytes) -> None:
    ana = look("ana")
    headers = {"x-csrf-token": ana.csrf(), "content-type": "application/json"}
    refused = ana.http.post("/clients/C001/ask", content=body, headers=headers)
    assert refused.status_code == 422 and "error" in refused.json()

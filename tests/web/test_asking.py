"""Asking over all clients; conversations that are shared; notes, tasks and drafts made of an answer."""

import re
from typing import Any

import pytest

from api.commands import find
from api.commands.result import silent
from api.wiring import Services
from store.errors import Invalid
from store.tables import AuditEntry, Note, Task, Wall
from tests.web.conftest import MONDAY, Visits, ids, selects
from workspace.firm_asking import QUESTIONS

Own = tuple[Services, Visits]


def test_a_question_over_all_clients_is_a_table_of_those_the_asker_sees(look: Visits) -> None:
    """Ana is the partner of C001 and C002, Ben of C003."""
    page = look("ana").get("/ask?q=Who+owes+us%3F").text
    assert "1 client owes us: $2,000 in all." in page and "/clients/C001/money" in page and "Prairie" not in page
    told = look("ben").get("/api/v1/ask?q=Who+owes+over+60+days%3F").json()
    assert [(row["client_ref"], row["owed"]) for row in told["rows"]] == [("C003", "$1,800")]
    assert told["rows"][0]["evidence"][0]["kind"] == "derived"


def test_what_is_not_on_the_list_is_refused_with_the_list(look: Visits) -> None:
    refused = look("ana").get("/ask?q=Who+is+the+nicest%3F")
    assert refused.status_code == 422 and "I answer only what the records tell" in refused.text
    assert look("ana").get("/ask").text.count("/ask?q=") >= len(QUESTIONS)


@pytest.mark.parametrize("question", QUESTIONS)
def test_every_question_of_the_list_costs_few_queries(look: Visits, shared: Any, question: str) -> None:
    ana = look("ana")
    response, made = selects(shared[0], lambda: ana.http.get("/ask", params={"q": question}))
    assert response.status_code == 200, response.text
    assert len(made) <= 20, "\n".join(made)


def test_the_command_line_asks_over_all_clients(own: Own) -> None:
    run = find("ask-all").load()
    told = run(own[0], {"question": "Which clients have no signed letter?", "as": "ana@alder.example"}, silent)
    assert "1 client has open work without a signed letter" in told.text and "C002" in told.text
    with pytest.raises(Invalid, match="only what the records tell"):
        run(own[0], {"question": "Who is nicest?"}, silent)


def asked(visitor: Any, question: str, thread: str = "", ref: str = "C001") -> str:
    """The thread in which it was asked."""
    done = visitor.post(f"/clients/{ref}/ask", question=question, thread=thread)
    found = re.search(r"thread=([\w-]+)", done.headers["location"])
    assert found is not None
    return found[1]


def test_a_shared_conversation_is_read_by_colleagues_and_continued_in_a_copy(own: Own) -> None:
    services, visit = own
    ana, mia, ben = visit("ana"), visit("mia"), visit("ben")
    thread = asked(ana, "What does Harbor Bakery owe us?")
    at = f"/clients/C001/ask?thread={thread}"
    assert mia.get(at).status_code == 404
    assert mia.post(f"/clients/C001/ask/{thread}/share", shared="true").status_code == 404, "only its owner shares it"
    ana.post(f"/clients/C001/ask/{thread}/share", shared="true")
    page = mia.get(at).text
    assert "shares this conversation" in page and "owes us $2,000" in page
    assert ben.get(at).status_code == 404, "Ben does not see the client"
    copy = asked(mia, "And since when?", thread)
    assert copy != thread
    assert "And since when?" not in ana.get(at).text
    assert mia.get(f"/clients/C001/ask?thread={copy}").text.count('class="turn"') == 2
    ana.post(f"/clients/C001/ask/{thread}/share", shared="false")
    assert mia.get(at).status_code == 404
    assert mia.get(f"/clients/C001/ask?thread={copy}").status_code == 200
    tags = ids(services, "SELECT tag FROM audit WHERE tag LIKE 'chat:thread:%' ORDER BY seq")
    assert tags == ["chat:thread:shared", "chat:thread:copied", "chat:thread:unshared"]


def test_a_conversation_is_gone_for_whoever_no_longer_may_see_the_client(own: Own) -> None:
    services, visit = own
    mia = visit("mia")
    thread = asked(mia, "What does Harbor Bakery owe us?")
    with services.database.writing() as session:
        person = ids(services, "SELECT id FROM people WHERE email = 'mia@alder.example'")[0]
        client = ids(services, "SELECT id FROM clients WHERE ref = 'C001'")[0]
        session.add(Wall(id="wall1", client_id=client, person_id=person, reason="a cousin", set_on=MONDAY))
    for path in (f"/clients/C001/ask?thread={thread}", "/clients/C001/ask", f"/api/v1/clients/C001/threads/{thread}"):
        assert mia.get(path).status_code == 404
    told = mia.http.post(
        "/clients/C001/ask", json={"question": "And?", "thread": thread}, headers={"x-csrf-token": mia.csrf()}
    )
    assert told.status_code == 404 and "owes" not in told.text


def test_an_answer_becomes_a_note_and_a_task_with_its_citations(own: Own) -> None:
    services, visit = own
    ana = visit("ana")
    thread = asked(ana, "What does Harbor Bakery owe us?")
    page = ana.get(f"/clients/C001/ask?thread={thread}").text
    assert f"/clients/C001/ask/{thread}/answers/2" in page and "Use this answer" in page
    at = f"/clients/C001/ask/{thread}/answers/2"
    for _ in range(2):  # the same answer makes the same note
        assert "said=chat-note" in ana.post(at, make="note").headers["location"]
    assert (
        "said=chat-task" in ana.post(at, make="task", title="Call about 2026-001", due="2026-03-12").headers["location"]
    )
    with services.database.reading() as session:
        [note] = [one for one in session.query(Note) if one.custom.get("thread") == thread]
        assert "from an answer in chat, with its citations" in note.text and "owes us $2,000" in note.text
        assert note.custom["citations"]
        [task] = [one for one in session.query(Task) if one.custom.get("thread") == thread]
        assert (task.title, str(task.due)) == ("Call about 2026-001", "2026-03-12")
        used = [one for one in session.query(AuditEntry) if one.tag == "chat:answer:used"]
        assert [one.detail["made"] for one in used] == ["note", "note", "task"]


def test_nothing_is_made_of_what_was_not_found_nor_by_whom_may_not_write(own: Own) -> None:
    _, visit = own
    ana, sol = visit("ana"), visit("sol")
    thread = asked(ana, "What did the client pay for the swimming pool?")
    assert ana.post(f"/clients/C001/ask/{thread}/answers/2", make="note").status_code == 422
    theirs = asked(sol, "What does Harbor Bakery owe us?")
    refused = sol.post(f"/clients/C001/ask/{theirs}/answers/2", make="note")
    assert refused.status_code == 403 and "client:write" in refused.text


def test_an_answer_leads_to_a_draft_through_the_draft_function(own: Own) -> None:
    services, visit = own
    ana = visit("ana")
    thread = asked(ana, "What does Harbor Bakery owe us?")
    made = ana.post(f"/clients/C001/ask/{thread}/answers/2", make="draft", slug="collection-email")
    assert made.status_code == 303 and made.headers["location"].startswith("/review/"), made.text
    [subject] = ids(services, "SELECT subject FROM audit WHERE tag = 'chat:answer:used'")
    assert subject == "draft:" + made.headers["location"].split("/")[2].split("?")[0]

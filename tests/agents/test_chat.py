"""Asking about a client, end to end on a loaded home without a model: what is said and cited, threads, refusals, the command."""

import json
from typing import Any

import pytest
from sqlalchemy import func, select

from agents.asking.followup import read_with
from agents.chat import ask
from api.commands import find
from api.commands.result import silent
from store.audit import AuditTag
from store.errors import Invalid, NotFound
from store.tables import AuditEntry, ChatMessage, ChatThread
from tests.agents.chats import ANA, ASKED, BEN, KEYS, MIA, NOT_FOUND, QUOTED, answered, opener
from workspace import chat_threads
from workspace.scope import open_scope


@pytest.mark.parametrize(
    ("question", "said", "cited"),
    [
        ("What does Harbor Bakery owe us?", "Harbor Bakery Inc owes us $2,000 on 1 open invoice.", "invoice:2026-001"),
        ("How many hours are left on the return?", "5.5 of 40 budget hours logged (14% of it), 34.5 hours left.", "time:"),
        ("How much is proposed on the CP2000?", "Amount due: $4,812", "documents/"),
        ("What did the board resolve to buy?", "Decision: resolved to buy a deck oven for $48,000.00, in ", "minutes.md"),
        (ASKED, QUOTED, "Memo on the oven.txt"),
        ("What does she ask about section 179?", "and asks about section 179.", "note:"),
        ("Which numbers are needed for the basis worksheet?", "which numbers do you need for the basis worksheet?", "mail/"),
    ],
)  # fmt: skip
def test_records_papers_notes_and_mail_answer(home_alone: Any, question: str, said: str, cited: str) -> None:
    answer = answered(home_alone, question)
    assert said.lower() in answer["answer"].lower()
    assert answer["found"]
    assert answer["untied"] == []
    assert answer["model"] is None
    assert answer["note"] is None
    assert cited.removeprefix("documents/") in json.dumps(answer["citations"])


def test_what_is_not_there_is_said_not_to_be_there_and_what_was_not_read(home_alone: Any) -> None:
    answer = answered(home_alone, "What did she pay for the swimming pool?", "C002")
    assert answer["answer"] == NOT_FOUND
    assert not answer["found"]
    assert answer["citations"] == []
    assert answer["receipt"]["looked_through"] == "6 records and 5 documents of this client"
    assert [one for one in answer["receipt"]["unread"] if "empty.pdf" in one]


def test_the_receipt_names_what_was_read(home_alone: Any) -> None:
    answer = answered(home_alone, ASKED)
    assert "Memo on the oven.txt" in [one["path"] for one in answer["receipt"]["documents"]]
    owed = answered(home_alone, "What do they owe us?")
    assert "invoice:2026-001" in owed["receipt"]["records"]


@pytest.mark.parametrize(
    ("earlier", "question", "reads"),
    [
        ([], "And for 2024?", "And for 2024?"),
        (["What was net income for 2025?"], "And for 2024?", "What was net income for 2024?"),
        (["What was net income for 2025?", "And for 2024?"], "And in 2023?", "What was net income for 2023?"),
        (["When is the 2025 Form 1120-S due?"], "What about the 1040?", "When is the 2025 1040 due?"),
        (["What was the balance at December 31, 2025?"], "And at November 30, 2025?", "What was the balance at November 30, 2025?"),
        (["What does the K-1 from Conoy Creek show?"], "What about Blue Marsh?", "What does the K-1 from Blue Marsh show?"),
        (["What is our fee for the 2025 Form 1040?"], "When is it due?", "When is the 2025 Form 1040 due?"),
        (["What is the monthly rent?"], "When does it end?", "When does the rent end?"),
        (["What is the principal of the Tidewater loan?"], "And the maturity?", "And the maturity of the Tidewater loan?"),
        (["What is our fee for 2025?"], "Who is the partner?", "Who is the partner?"),
    ],
)  # fmt: skip
def test_a_question_that_leans_on_the_one_before_is_written_out(earlier: list[str], question: str, reads: str) -> None:
    assert sorted(read_with(question, earlier).strip("?").split()) == sorted(reads.strip("?").split())


def test_a_thread_is_followed_and_kept(home_alone: Any) -> None:
    first = answered(home_alone, "When is the 2025 Form 1120-S due?")
    thread = first["thread"]
    assert "March 16, 2026" in first["answer"]
    again = answered(home_alone, "and for 2024?", thread=thread)
    assert again["answer"] == NOT_FOUND  # there is no such work; the one of 2025 is no answer
    hours = answered(home_alone, "How many hours are left on it?", thread=thread)
    assert "34.5 hours left" not in hours["answer"]
    with home_alone.database.reading() as session:
        scope = open_scope(session, MIA, clock=home_alone.clock)
        turns = chat_threads.turns(scope, "C001", thread)
        assert [(row.role, row.text) for row in turns[:4]] == [
            ("question", "When is the 2025 Form 1120-S due?"),
            ("answer", first["answer"]),
            ("question", "and for 2024?"),
            ("answer", NOT_FOUND),
        ]
        assert turns[1].answer == {name: first[name] for name in KEYS}
        assert [(row.id, row.title) for row in chat_threads.threads(scope, "C001")][:1] == [
            (thread, "When is the 2025 Form 1120-S due?")
        ]


def test_each_question_is_on_the_trail_with_its_receipt(home_alone: Any) -> None:
    answer = answered(home_alone, "What do they owe us?")
    with home_alone.database.reading() as session:
        last = session.scalars(
            select(AuditEntry).where(AuditEntry.tag == AuditTag.CHAT_ASKED).order_by(AuditEntry.seq.desc())
        ).first()
        assert last is not None
        assert (last.actor, last.subject) == (MIA, f"thread:{answer['thread']}")
        assert last.detail["receipt"] == answer["receipt"]


def test_nobody_reads_or_continues_the_thread_of_somebody_else(home_alone: Any) -> None:
    thread = answered(home_alone, "What do they owe us?", email=MIA)["thread"]
    for email, ref in ((ANA, "C001"), (MIA, "C002")):
        with pytest.raises(NotFound, match="no conversation"):
            ask(home_alone, opener(home_alone, email), ref, "And since when?", thread)
    with home_alone.database.writing() as session, pytest.raises(NotFound):
        scope = open_scope(session, ANA, clock=home_alone.clock)
        chat_threads.keep_turn(
            scope, "C001", thread, "Mine now?", {"answer": "", "found": False, "model": None, "receipt": {}}
        )
    with home_alone.database.reading() as session:
        owners = session.scalars(select(ChatThread.person_id).where(ChatThread.id == thread)).all()
        kept = session.scalar(select(func.count()).select_from(ChatMessage).where(ChatMessage.thread_id == thread))
    assert len(owners) == 1
    assert kept == 2


@pytest.mark.parametrize(
    ("ref", "question", "error", "words"),
    [
        ("C003", "What do they owe us?", NotFound, "there is no client C003"),
        ("C999", "What do they owe us?", NotFound, "there is no client C999"),
        ("C001", "   ", Invalid, "the question is empty"),
        ("C001", "why " * 501, Invalid, "one thing at a time"),
    ],
)
def test_what_cannot_be_asked_is_refused_before_anything_is_said(
    home_alone: Any, ref: str, question: str, error: type[Exception], words: str
) -> None:
    with pytest.raises(error, match=words):
        ask(home_alone, opener(home_alone, MIA), ref, question)


@pytest.mark.parametrize("harm", ["lost", "broken"])
def test_a_lost_or_broken_checkpoint_loses_nothing(home_alone: Any, harm: str) -> None:
    thread = answered(home_alone, "When is the 2025 Form 1120-S due?")["thread"]
    for file in home_alone.home.glob("threads.db*"):
        file.unlink()
    if harm == "broken":
        (home_alone.home / "threads.db").write_bytes(b"this is no database" * 100)
    again = answered(home_alone, "And who is the partner?", thread=thread)
    assert "Ana Alder" in again["answer"]
    with home_alone.database.reading() as session:
        turns = chat_threads.turns(open_scope(session, MIA, clock=home_alone.clock), "C001", thread)
        assert [row.ordinal for row in turns] == [1, 2, 3, 4]
    (home_alone.home / "threads.db").unlink()


def run(services: Any, question: str, ref: str = "C001", email: str | None = None) -> Any:
    return find("ask").load()(services, {"client": ref, "question": question, "as": email}, silent)


def test_the_command_prints_the_answer_and_its_sources(home_alone: Any) -> None:
    result = run(home_alone, "How much is proposed on the CP2000?")
    assert set(result.data) == KEYS
    answer, sources = result.text.split("\n\n")
    assert answer.startswith("Amount due: $4,812")
    assert sources == "[1] Notices/cp2000.txt, page 1: $4,812.00"
    assert not result.failed


def test_the_command_says_what_was_looked_through(home_alone: Any) -> None:
    result = run(home_alone, "What did she pay for the swimming pool?", "C002")
    assert result.text.startswith(
        f"{NOT_FOUND}\n\nLooked through 6 records and 5 documents of this client.\nNot read: "
    )


def test_the_command_asks_as_the_person_that_is_named(home_alone: Any) -> None:
    assert run(home_alone, "What do they owe us?", "C003").data["found"]
    assert run(home_alone, "What do they owe us?", "C003", BEN).data["found"]
    with pytest.raises(NotFound, match="there is no client C003"):
        run(home_alone, "What do they owe us?", "C003", MIA)

"""A model reads the promises that the rules leave open, and nothing else: words that stand, a day that our own rules read, once a text."""

import json
from collections.abc import Callable, Iterator
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import pytest

from agents.llm import Endpoint as Model
from agents.promise_reader import borne_out, read_promises, sentences_of
from api.settings import load_settings
from api.wiring import Services, build
from store.tables import Client, ClientScan, Message, Note, PromiseReading
from tests.agents.chats import MIA, Doored, opener
from tests.agents.conftest import Endpoint
from workspace.evidence import MessageEvidence
from workspace.pages.promises import promised_of
from workspace.promises.readings import OpenText
from workspace.scope import operator_scope
from workspace.signals import detect, resolve
from workspace.snapshot import take_snapshot

TODAY = date(2026, 3, 9)
OPEN = "The signed minutes reach your desk Friday, ready to file."
BODY = f"Hello Mia,\n\nThanks for the call. {OPEN}\nI will send the lease by Thursday.\n\nRegards"
NOTED = "Spoke with Sam; the inventory count comes over by Wednesday, all of it, to review."


@pytest.fixture
def office(home: Path, no_settings_from_outside: None) -> Iterator[Services]:
    with build(load_settings(home)) as services:
        with services.database.writing() as session:
            client = session.query(Client).filter_by(ref="C001").one().id
            session.query(Message).delete()
            session.query(Note).delete()
            sent = datetime(2026, 3, 4, 15, tzinfo=UTC)
            mail = {
                "thread": "<a@x>",
                "direction": "in",
                "sender": "sam@harbor.example",
                "subject": "Minutes",
                "body": BODY,
            }
            session.add(Message(id="msg_a", client_id=client, message_id="<a@x>", sent_at=sent, **mail))
            session.add(Note(id="note_a", client_id=client, date=date(2026, 3, 5), text=NOTED))
        yield services


@pytest.fixture
def asked(office: Services, endpoint: Endpoint) -> Any:
    return Doored(office, Model(base_url=endpoint.url, model="stub", api_key="k"))


def proposing(*promises: tuple[int, str, str, str, str]) -> str:
    names = ("number", "owes", "what", "by", "quote")
    return json.dumps({"promises": [dict(zip(names, one, strict=True)) for one in promises]})


def read(services: Any) -> Any:
    return read_promises(services, opener(services, MIA), "C001")


def looking(services: Any, look: Callable[[Any], Any]) -> Any:
    with services.database.reading() as session:
        return look(operator_scope(session, "test", now=datetime(2026, 3, 9, 8, tzinfo=UTC), today=TODAY))


def due(services: Any) -> dict[str, Any]:
    def look(scope: Any) -> dict[str, Any]:
        found = detect(take_snapshot(scope, "C001"), TODAY, resolve({})).signals
        return {one.subject: one for one in found if one.slug == "promise-due"}

    found: dict[str, Any] = looking(services, look)
    return found


GOOD = (
    (1, "client", "inventory count", "by Wednesday", "the inventory count comes over by Wednesday"),
    (2, "client", "signed minutes reach your desk", "Friday", "The signed minutes reach your desk Friday"),
)


def test_what_stands_is_told_as_a_models_reading_beside_that_of_the_rules(asked: Any, endpoint: Endpoint) -> None:
    before = due(asked)
    assert list(before) == ["<a@x>"] and before["<a@x>"].basis == "fact"
    endpoint.script = [proposing(*GOOD)]
    reading = read(asked)
    assert (reading.asked, reading.found, reading.thrown, reading.is_whole) == (2, 2, 0, True)
    assert OPEN in endpoint.said and "I will send the lease" not in endpoint.said, "what the rules read is not asked"
    found = due(asked)
    assert found["<a@x>"] == before["<a@x>"]
    mailed, noted = found["<a@x>#2"], found["note_a"]
    assert (mailed.basis, mailed.due, noted.basis, noted.due) == ("model", date(2026, 3, 6), "model", date(2026, 3, 11))
    assert "Read by stub, promises 1" in mailed.why_now
    words = mailed.evidence[0]
    assert isinstance(words, MessageEvidence) and BODY[words.start : words.end] == words.quote == OPEN
    lines = looking(asked, lambda scope: promised_of(scope, "C001")).promises
    assert {one.reader for one in lines} == {"", "stub, promises 1"}


def test_a_text_is_asked_about_once_and_again_when_it_changes(asked: Any, endpoint: Endpoint) -> None:
    endpoint.script = [proposing(*GOOD)]
    read(asked)
    assert read(asked).asked == 0 and len(endpoint.requests) == 1
    with asked.database.writing() as session:
        session.get_one(Note, "note_a").text = "Sam now says the count is done by Tuesday, to review."
    assert "note_a" not in due(asked), "what was read stood in other words"
    endpoint.script = [proposing()]
    assert (read(asked).asked, len(endpoint.requests)) == (1, 2)


def test_an_answer_that_cannot_be_used_is_kept_as_read_and_one_that_never_came_is_not(
    office: Services, endpoint: Endpoint
) -> None:
    away = read(Doored(office, Model(base_url="http://127.0.0.1:9", model="stub", api_key="k", deadline=0.2)))
    assert away.why_not and not away.is_whole
    endpoint.script = ["this is no JSON"]
    services = Doored(office, Model(base_url=endpoint.url, model="stub", api_key="k"))
    assert (read(services).asked, read(services).asked) == (2, 0)
    assert list(due(services)) == ["<a@x>"]
    assert read(Doored(office, None)).why_not == "no model is configured"


def test_an_unchanged_client_costs_no_question(asked: Any, endpoint: Endpoint) -> None:
    from agents.overnight import run_night

    def answer(body: dict[str, Any]) -> str:
        return proposing(*GOOD) if "find promises" in body["messages"][0]["content"] else '{"facts": []}'

    def promises_asked() -> int:
        return sum("find promises" in one["messages"][0]["content"] for one in endpoint.requests)

    endpoint.script = [answer]
    for day in (9, 10):
        run_night(asked, as_of=date(2026, 3, day), now=datetime(2026, 3, day, 8, tzinfo=UTC), refs=["C001"])
    assert promises_asked() == 1
    with asked.database.reading() as session:
        assert session.query(PromiseReading).count() == 2 and session.query(ClientScan).count() >= 1


TEXT = OpenText("msg_a", False, "client", date(2026, 3, 4), OPEN, ((0, len(OPEN)),))


@pytest.mark.parametrize(
    ("proposal", "day"),
    [
        (GOOD[1], "2026-03-06"),
        ((1, "client", "signed  minutes", "Friday", "The signed\nminutes reach your desk Friday"), "2026-03-06"),
        (
            (1, "us", "minutes", "Friday", "The unsigned minutes reach your desk Friday"),
            None,
        ),  # words that are not there
        ((1, "us", "the tax return", "Friday", "minutes reach your desk Friday"), None),  # a doing that is not there
        ((1, "us", "minutes", "March 6, 2026", "minutes reach your desk Friday"), None),  # the model's arithmetic
        ((1, "us", "minutes", "your desk", "minutes reach your desk Friday"), None),  # no day
        ((1, "us", "minute", "Friday", "minute"), None),  # half a word
        ((7, "us", "minutes", "Friday", "minutes reach your desk Friday"), None),
        ((0, "us", "minutes", "Friday", "minutes reach your desk Friday"), None),
        ((1, "us", " ", "Friday", "minutes reach your desk Friday"), None),
    ],
)
def test_a_proposal_is_held_against_its_sentence(proposal: tuple[Any, ...], day: str | None) -> None:
    one = dict(zip(("number", "owes", "what", "by", "quote"), proposal, strict=True)) | {
        "number": min(proposal[0], 2) - (proposal[0] == 2)
    }
    found = borne_out(sentences_of([TEXT]), [one, one], "stub")
    assert [each.due.isoformat() for each in found.get("msg_a", [])] == ([day] if day else [])

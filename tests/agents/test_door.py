"""The one door to models: who may be asked about whom, what leaves, what is kept, and what happens when the endpoint misbehaves."""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest
from sqlalchemy import select

from agents.llm import Endpoint, ModelDoor, ModelFailed, ModelRefused, whole_items
from prompts.render import parse
from store.database import Database
from store.errors import NotFound, TickmarkError
from store.ids import stable_id
from store.tables import AuditEntry, Client, Consent, Firm, ModelCall, Wall
from workspace.scope import Scope, open_scope, system_scope

NOW = datetime(2026, 3, 9, 8, 30, tzinfo=UTC)
TODAY = date(2026, 3, 9)
C1 = stable_id("cl", "C1")
PROMPT = parse(
    "---\nname: say\nversion: 1\ninputs: text\nuntrusted: text\n---\n# System\nAnswer.\n\n# User\n{{text}}\n\n# Output\n"
    '```json\n{"type": "object", "required": ["items"], "properties": {"items": {"type": "array", '
    '"items": {"type": "object", "required": ["text"]}}}}\n```\n'
)
FINE = json.dumps({"items": [{"text": "one"}, {"text": "two"}]})


class Noon:
    def now(self) -> datetime:
        return NOW

    def today(self) -> date:
        return TODAY


@contextmanager
def as_maria(firm: Database) -> Iterator[Scope]:
    with firm.reading() as session:
        yield open_scope(session, "maria@firm.example", clock=Noon())


def door(firm: Database, stub: Any, **more: Any) -> ModelDoor:
    return ModelDoor(firm, Endpoint(base_url=stub.url, model="stub", api_key="k", **more))


def hosted(firm: Database) -> ModelDoor:
    return ModelDoor(firm, Endpoint(base_url="https://models.example/v1", model="big", api_key="k"))


def ask(door: ModelDoor, firm: Database, text: str = "hello") -> dict[str, Any]:
    with as_maria(firm) as scope:
        return door.complete(scope, "C1", PROMPT, {"text": text})


def calls(firm: Database) -> list[ModelCall]:
    with firm.reading() as session:
        return list(session.scalars(select(ModelCall).order_by(ModelCall.at, ModelCall.id)))


def test_without_an_endpoint_nothing_is_asked(firm: Database) -> None:
    none = ModelDoor(firm, None)
    with as_maria(firm) as scope:
        assert not none.available(scope, "C1")
        assert none.why_not(scope, "C1") == "no model is configured"
        with pytest.raises(ModelRefused, match="no model"):
            none.complete(scope, "C1", PROMPT, {"text": "x"})
    assert none.name == "templates and extracts"
    assert calls(firm) == []


def test_an_answer_comes_back_and_is_on_the_ledger(firm: Database, endpoint: Any) -> None:
    endpoint.script = [FINE]
    one = door(firm, endpoint, price_in=Decimal("2.50"), price_out=Decimal(10))
    assert ask(one, firm) == json.loads(FINE)
    (call,) = calls(firm)
    assert (call.model, call.outcome, call.purpose, call.client_id) == ("stub", "ok", "say", C1)
    assert (call.tokens_in, call.tokens_out, call.cost) == (100, 20, Decimal("0.000450"))
    assert call.person_id == stable_id("per", "maria@firm.example")
    sent = endpoint.requests[0]
    assert sent["response_format"]["json_schema"]["schema"] == PROMPT.schema
    assert sent["messages"][1]["content"].startswith("<<<text ")


def test_the_same_question_is_not_paid_for_twice(firm: Database, endpoint: Any) -> None:
    endpoint.script = [FINE]
    first = ask(door(firm, endpoint), firm)
    assert ask(door(firm, endpoint), firm) == first  # another process: the cache is the ledger
    assert ask(door(firm, endpoint), firm, "other words") == first
    with firm.reading() as session:
        system = system_scope(session, "night", now=NOW, today=TODAY)
        door(firm, endpoint).complete(system, "C2", PROMPT, {"text": "hello"})
    assert len(endpoint.requests) == 3  # hello, other words, and C2's own hello: no answer crosses clients


def test_numbers_leave_masked_and_come_home_whole(firm: Database, endpoint: Any) -> None:
    endpoint.script = [lambda body: json.dumps({"items": [{"text": "It is [SSN-1], not [TAXID-1]."}]})]
    answer = ask(door(firm, endpoint), firm, "SSN 460-89-9847, EIN 001234567")
    assert answer == {"items": [{"text": "It is 460-89-9847, not 001234567."}]}
    assert "460-89-9847" not in endpoint.said
    assert "1234567" not in endpoint.said
    assert "460-89" not in calls(firm)[0].response
    assert ask(door(firm, endpoint), firm, "SSN 460-89-9847, EIN 001234567") == answer


def set_client(firm: Database, **fields: Any) -> None:
    with firm.writing() as session:
        client = session.get_one(Client, C1)
        for name, value in fields.items():
            setattr(client, name, value)


def refused(firm: Database, at: ModelDoor) -> str:
    with pytest.raises(ModelRefused) as error:
        ask(at, firm)
    with firm.reading() as session:
        entry = session.scalars(select(AuditEntry).where(AuditEntry.tag == "model:call:refused")).all()[-1]
    assert entry.detail == {"purpose": "say", "reason": str(error.value)}
    assert entry.client_id == C1
    return str(error.value)


def test_a_client_that_wants_no_model_is_never_sent(firm: Database, endpoint: Any) -> None:
    set_client(firm, ai_policy="none")
    assert "no model reads its file" in refused(firm, door(firm, endpoint, local=True))
    assert endpoint.requests == []


def test_local_only_goes_to_loopback_or_marked_endpoints_only(firm: Database, endpoint: Any) -> None:
    set_client(firm, ai_policy="local-only")
    endpoint.script = [FINE]
    assert ask(door(firm, endpoint), firm)
    assert "own machines only" in refused(firm, hosted(firm))
    marked = ModelDoor(firm, Endpoint(base_url="https://gpu.firm.example/v1", model="big", local=True))
    with as_maria(firm) as scope:
        assert marked.available(scope, "C1")


def consent(firm: Database, expires: date | None) -> None:
    with firm.writing() as session:
        row = {"recipient": "models.example", "purpose": "drafting", "signed_on": date(2025, 1, 1)}
        session.add(Consent(id=f"con_{expires}", client_id=C1, expires_on=expires, **row))


def available(firm: Database, at: ModelDoor) -> bool:
    with as_maria(firm) as scope:
        return at.available(scope, "C1")


def test_consent_is_asked_for_when_the_firm_says_so(firm: Database) -> None:
    assert available(firm, hosted(firm))
    with firm.writing() as session:
        session.get_one(Firm, "firm").settings = {"models": {"consent": True}}
    assert "no written consent" in refused(firm, hosted(firm))
    consent(firm, None)
    assert available(firm, hosted(firm))


def test_a_consent_that_ran_out_is_no_consent(firm: Database) -> None:
    consent(firm, TODAY - timedelta(days=1))
    assert "expired" in refused(firm, hosted(firm))
    consent(firm, TODAY)
    assert available(firm, hosted(firm))


def test_behind_a_wall_there_is_no_client(firm: Database, endpoint: Any) -> None:
    endpoint.script = [FINE]
    with firm.writing() as session:
        session.add(
            Wall(id="w", client_id=C1, person_id=stable_id("per", "maria@firm.example"), reason="x", set_on=TODAY)
        )
    with pytest.raises(NotFound):
        ask(door(firm, endpoint), firm)
    assert endpoint.requests == []


def test_a_busy_endpoint_is_asked_again_after_the_time_it_names(firm: Database, endpoint: Any) -> None:
    endpoint.script = [(429, {"retry-after": "0.05"}), (503, {"retry-after": "0"}), FINE]
    assert ask(door(firm, endpoint), firm) == json.loads(FINE)
    assert len(endpoint.requests) == 3


def test_a_wait_beyond_the_deadline_is_not_waited(firm: Database, endpoint: Any) -> None:
    endpoint.script = [(429, {"retry-after": "3600"})]
    with pytest.raises(ModelFailed, match="status 429"):
        ask(door(firm, endpoint, deadline=5), firm)
    assert len(endpoint.requests) == 1
    assert calls(firm)[0].outcome == "failed"


@pytest.mark.parametrize(
    ("answer", "message", "outcome"),
    [
        ("Sure, here you are!", "no JSON", "invalid"),
        ('{"items": [', "no JSON", "invalid"),
        ('{"things": []}', "lacks items", "invalid"),
        ("<raw>data: {broken\n\n", "protocol", "failed"),
        ("<raw><html>a proxy's page</html>", "no JSON", "invalid"),
        ((400, {}), "status 400", "failed"),
        ((401, {}), "status 401", "failed"),
    ],
)
def test_garbage_is_an_explained_failure(
    firm: Database, endpoint: Any, answer: Any, message: str, outcome: str
) -> None:
    endpoint.script = [answer]
    with pytest.raises(ModelFailed, match=message):
        ask(door(firm, endpoint), firm)
    assert [c.outcome for c in calls(firm)] == [outcome]
    endpoint.script = [FINE]
    assert ask(door(firm, endpoint), firm)  # a failure is no cache


def test_a_silent_endpoint_does_not_hold_the_work(firm: Database, endpoint: Any) -> None:
    endpoint.script = ["<silence>"]
    with pytest.raises(ModelFailed, match="silent"):
        ask(door(firm, endpoint, deadline=0.3, patience=0.1), firm)


def test_an_endpoint_that_is_not_there_is_told(firm: Database) -> None:
    nowhere = ModelDoor(firm, Endpoint(base_url="http://127.0.0.1:9/v1", model="m", deadline=0.2))
    with pytest.raises(ModelFailed, match="cannot be reached"):
        ask(nowhere, firm)


def test_items_stream_as_they_are_complete(firm: Database, endpoint: Any) -> None:
    endpoint.script = [FINE]
    with as_maria(firm) as scope:
        first = door(firm, endpoint).stream(scope, "C1", PROMPT, {"text": "hello"}, "items")
        assert list(first) == [{"text": "one"}, {"text": "two"}]
        again = door(firm, endpoint).stream(scope, "C1", PROMPT, {"text": "hello"}, "items")
        assert list(again) == [{"text": "one"}, {"text": "two"}]
    assert len(endpoint.requests) == 1


def test_an_asker_who_leaves_has_been_paid_for(firm: Database, endpoint: Any) -> None:
    endpoint.script = [FINE]
    with as_maria(firm) as scope:
        stream = door(firm, endpoint).stream(scope, "C1", PROMPT, {"text": "hello"}, "items")
        assert next(stream) == {"text": "one"}
        stream.close()  # type: ignore[attr-defined]
    assert [c.outcome for c in calls(firm)] == ["invalid"]


def test_a_model_is_not_asked_inside_a_write(firm: Database, endpoint: Any) -> None:
    with firm.writing() as session:
        scope = replace(system_scope(session, "night", now=NOW, today=TODAY))
        with pytest.raises(TickmarkError, match="inside a writing transaction"):
            door(firm, endpoint).complete(scope, "C1", PROMPT, {"text": "x"})


@pytest.mark.parametrize(
    ("text", "items"),
    [
        ("", []),
        ('{"items": [', []),
        ('{"items": [{"a": "]"}, {"b"', [{"a": "]"}]),
        ('{"found": true, "items": [1, 2]}', [1, 2]),
    ],
)
def test_whole_items_of_a_beginning(text: str, items: list[Any]) -> None:
    assert whole_items(text, "items")[: len(items)] == items

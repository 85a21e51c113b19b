"""Several endpoints and what they may cost: who is asked next, what a budget refuses, how many are asked at once, names as tokens."""

import json
import re
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any

import pytest
from sqlalchemy import select

from agents.budget import Budgets, Limit
from agents.endpoints import Endpoint, Routes
from agents.llm import BudgetSpent, ModelDoor, ModelFailed, ModelRefused
from agents.patience import IN_A_ROW
from store.database import Database
from store.tables import AuditEntry, Client, ClientContact, Contact, Firm
from tests.agents.test_door import C1, FINE, PROMPT, as_maria, ask, calls
from workspace.model_calls import ledger
from workspace.scope import system_scope

DOWN = (503, {"retry-after": "600"})


def at(stub: Any, model: str, **more: Any) -> Endpoint:
    return Endpoint(base_url=stub.url, model=model, api_key="k", deadline=1, **more)


@pytest.fixture
def both(firm: Database, endpoint: Any, second: Any) -> Iterator[ModelDoor]:
    endpoint.script, second.script = [DOWN], [FINE]
    yield ModelDoor(firm, Routes((at(endpoint, "first"), at(second, "second"))))


def test_the_next_endpoint_is_asked_when_one_fails_and_the_first_is_left_alone(
    firm: Database, both: ModelDoor, endpoint: Any, second: Any
) -> None:
    for number in range(IN_A_ROW + 2):
        assert ask(both, firm, f"question {number}") == json.loads(FINE)
    assert both.answered_by == "second"
    # it asked to be left alone for ten minutes, and there is another
    assert (len(endpoint.requests), len(second.requests)) == (1, IN_A_ROW + 2)
    assert {(c.model, c.outcome) for c in calls(firm)} == {("first", "failed"), ("second", "ok")}
    before = len(second.requests)
    assert ask(both, firm, "question 0") == json.loads(FINE)  # kept, whoever gave it
    assert len(second.requests) == before


def test_an_answer_that_began_is_not_begun_again_elsewhere(
    firm: Database, both: ModelDoor, endpoint: Any, second: Any
) -> None:
    endpoint.script = ['{"items": [{"text": "one"}, {"te<gone>']
    with as_maria(firm) as scope:
        items = both.stream(scope, "C1", PROMPT, {"text": "x"}, "items")
        assert next(items) == {"text": "one"}
        with pytest.raises(ModelFailed, match="first gave no usable answer"):
            list(items)
        endpoint.script = ["<gone>"]
        assert list(both.stream(scope, "C1", PROMPT, {"text": "y"}, "items")) == [{"text": "one"}, {"text": "two"}]
    assert len(second.requests) == 1


def test_each_task_asks_its_own_and_a_client_only_those_it_allows(firm: Database, endpoint: Any, second: Any) -> None:
    endpoint.script = second.script = [FINE]
    hosted = Endpoint(base_url="https://models.example/v1", model="big", api_key="k")
    door = ModelDoor(firm, Routes((hosted, at(second, "own")), {"say": (at(endpoint, "chosen"),)}))
    assert ask(door, firm) and len(endpoint.requests) == 1
    with firm.writing() as session:
        session.get_one(Client, C1).ai_policy = "local-only"
    own_way = ModelDoor(firm, Routes((hosted, at(second, "own"))))
    assert ask(own_way, firm, "again") and len(second.requests) == 1  # the hosted one is passed over
    with pytest.raises(ModelRefused, match=r"own machines only, and models.example is none"):
        ask(ModelDoor(firm, Routes((at(endpoint, "chosen"),), {"say": (hosted,)})), firm)


@pytest.mark.parametrize(
    ("answer", "reached"), [("Sure!", True), ((400, {}), True), ((401, {}), False), (DOWN, False), ("<silence>", False)]
)
def test_a_failure_says_whether_a_model_was_reached(firm: Database, endpoint: Any, answer: Any, reached: bool) -> None:
    endpoint.script = [answer]
    with pytest.raises(ModelFailed) as failed:
        ask(ModelDoor(firm, at(endpoint, "m", patience=0.1)), firm)
    assert failed.value.reached is reached


def test_an_azure_resource_is_asked_by_deployment_and_version(firm: Database, endpoint: Any) -> None:
    endpoint.script = [FINE]
    azure = Endpoint(endpoint.url.removesuffix("/v1"), "gpt-deployed", "k", api_version="2024-10-21")
    assert ask(ModelDoor(firm, azure), firm)
    assert endpoint.paths == ["/openai/deployments/gpt-deployed/chat/completions?api-version=2024-10-21"]


def test_no_more_questions_at_once_than_the_endpoint_has_places(firm: Database, endpoint: Any) -> None:
    """The third waits until one of two is answered; the stub holds both until then."""
    endpoint.script = [f"<wait>{FINE}"]
    door = ModelDoor(firm, Endpoint(endpoint.url, "m", "k", concurrency=2))
    with ThreadPoolExecutor(3) as threads:
        asking = [threads.submit(ask, door, firm, str(number)) for number in range(3)]
        while len(endpoint.requests) < 2:
            pass
        assert len(endpoint.requests) == 2
        endpoint.release.set()
        assert all(one.result() for one in asking)
    assert len(endpoint.requests) == 3
    full = ModelDoor(firm, Endpoint(endpoint.url, "m", "k", concurrency=1, deadline=0.05))
    with full._lines[full.endpoint].place(1), pytest.raises(ModelFailed, match="none of its places came free"):  # type: ignore[index]
        ask(full, firm, "no place")


def costly(firm: Database, stub: Any, **limits: Limit) -> ModelDoor:
    stub.script = [FINE]
    return ModelDoor(firm, at(stub, "m", price_in=Decimal(1000), longest=100), budgets=Budgets(**limits))


@pytest.mark.parametrize(
    ("limits", "why"),
    [
        (
            {"person": Limit(tokens=250)},
            "today's budget of maria@firm.example .*120 of 250 tokens .* March 10, 2026, 00:00",
        ),
        (
            {"client": Limit(dollars=Decimal("0.15"))},
            r"this month's budget of Harbor Bakery LLC .*\$0.10 of \$0.15 .* April 1",
        ),
    ],
)
def test_a_budget_is_never_overstepped_and_says_when_it_renews(
    firm: Database, endpoint: Any, limits: dict[str, Limit], why: str
) -> None:
    door = costly(firm, endpoint, **limits)
    assert ask(door, firm, "one")
    with pytest.raises(BudgetSpent, match=why):
        ask(door, firm, "two" * 50)
    assert len(endpoint.requests) == 1
    assert ask(door, firm, "one")  # what is kept costs nothing
    with firm.reading() as session:
        refused = select(AuditEntry.subject).where(AuditEntry.tag == "model:call:refused")
        assert len(session.scalars(refused).all()) == 1


def test_a_night_ends_at_noon_and_a_cheaper_endpoint_goes_on(firm: Database, endpoint: Any, second: Any) -> None:
    second.script = [FINE]
    door = costly(firm, endpoint, night=Limit(dollars=Decimal("0.15")))

    def at_hour(hour: int, text: str, one: ModelDoor) -> Any:
        with firm.reading() as session:
            system = system_scope(session, "night", now=datetime(2026, 3, 9, hour, tzinfo=UTC), today=date(2026, 3, 9))
            return one.complete(system, "C2", PROMPT, {"text": text})

    assert at_hour(7, "one", door)
    with pytest.raises(BudgetSpent, match=r"the budget of this night .* March 9, 2026, 12:00"):
        at_hour(8, "two" * 50, door)
    assert at_hour(17, "two" * 50, door)  # 13:00 in New York: the next night's
    both = ModelDoor(firm, Routes((door.endpoint, at(second, "free"))), budgets=door._purse.budgets)  # type: ignore[arg-type]
    assert at_hour(8, "three" * 50, both) and both.answered_by == "free"


def test_questions_at_once_do_not_overstep_a_budget_together(firm: Database, endpoint: Any) -> None:
    endpoint.script = [f"<wait>{FINE}"]
    door = ModelDoor(firm, at(endpoint, "m", longest=100), budgets=Budgets(person=Limit(tokens=400)))
    with ThreadPoolExecutor(2) as threads:
        first = threads.submit(ask, door, firm, "one")
        while not endpoint.requests:
            pass
        with pytest.raises(BudgetSpent):
            ask(door, firm, "two" * 200)
        endpoint.release.set()
        assert first.result()


def test_the_ledger_tells_what_was_spent(firm: Database, endpoint: Any) -> None:
    door = costly(firm, endpoint)
    ask(door, firm, "one")
    ask(door, firm, "two")
    with as_maria(firm) as scope:
        ((name, failed, usage),) = ledger(scope, datetime(2026, 3, 1, tzinfo=UTC), "person")
        assert (name, failed, usage.calls, usage.cost) == ("maria@firm.example", 0, 2, Decimal("0.2"))
        assert [one[0] for one in ledger(scope, datetime(2026, 3, 1, tzinfo=UTC), "day")] == ["2026-03-09"]


def test_a_broken_off_answer_is_paid_for(firm: Database, endpoint: Any) -> None:
    endpoint.script = [
        '<raw>data: {"id":"c","object":"chat.completion.chunk","created":1,"model":"m","choices":[{"index":0,'
        '"delta":{"content":"hello there"}}]}\n\ndata: {broken\n\n'
    ]
    with pytest.raises(ModelFailed, match="broke off in the middle"):
        ask(ModelDoor(firm, at(endpoint, "m")), firm)
    assert calls(firm)[0].tokens_out == 2


def test_names_leave_as_tokens_where_the_firm_wishes_it(firm: Database, endpoint: Any) -> None:
    with firm.writing() as session:
        session.get_one(Firm, "firm").settings = {"models": {"mask_names": True}}
        session.add(Contact(id="con", name="Ngozi Okafor", email="ngozi@harbor.example"))
        session.flush()
        session.add(ClientContact(id="cc", client_id=C1, contact_id="con"))
    said = "Ms. Okafor (ngozi@harbor.example) owns Harbor Bakery."
    endpoint.script = [lambda body: json.dumps({"items": [{"text": text} for text in _tokens(body)]})]
    with as_maria(firm) as scope:
        door = ModelDoor(firm, at(endpoint, "m"))
        items = list(door.stream(scope, "C1", PROMPT, {"text": said}, "items"))
    assert {item["text"] for item in items} == {"Okafor", "ngozi@harbor.example", "Harbor Bakery"}
    for word in ("Okafor", "ngozi", "Harbor"):
        assert word not in endpoint.said
        assert word not in calls(firm)[0].response


def _tokens(body: Any) -> list[str]:
    return sorted(set(re.findall(r"\[NAME-\d\]", body["messages"][-1]["content"])))

"""The firm's own weights: learned from decisions, held within bounds, switched off at will, never over what the firm wrote."""

import random
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from api.commands import find
from api.commands.result import silent
from api.wiring import Services
from store.database import Database
from store.errors import Conflict, Forbidden, Invalid
from store.tables import Client, Person, SignalDecision, SignalRow
from tests.night.conftest import MONDAY, scan
from workspace.report_card import report_card
from workspace.scope import Scope, open_scope, system_scope
from workspace.weights import STANDARD, TERMS, Weights, fit, in_force, learn, over, switch

Sample = tuple[tuple[float, float, float], bool]
PARTNER = "ana@alder.example"


def decided(rule: str, n: int = 120) -> list[Sample]:
    """Decisions of somebody who acts on what one term says, and on a coin where it is neither high nor low."""
    lots = random.Random(7)
    samples: list[Sample] = []
    for _ in range(n):
        terms = (lots.random(), lots.choice((0.95, 0.72, 0.48, 0.22)), lots.random())
        of = terms[TERMS.index(rule)]
        samples.append((terms, of > 0.6 or (of > 0.4 and lots.random() < 0.5)))
    return samples


@pytest.mark.parametrize("rule", TERMS)
def test_what_is_acted_on_counts_more(rule: str) -> None:
    weights = fit(decided(rule))
    assert weights is not None
    moved = {name: weights[name] / STANDARD[name] for name in TERMS}
    assert max(moved, key=lambda name: moved[name]) == rule and moved[rule] > 1


def test_few_decisions_or_equal_ones_teach_nothing() -> None:
    assert fit(decided("urgency", 29)) is None
    assert fit([(terms, True) for terms, _ in decided("urgency")]) is None


@given(st.lists(st.tuples(st.tuples(*[st.floats(0, 1)] * 3), st.booleans()), min_size=30, max_size=60))
def test_no_decisions_move_a_weight_beyond_its_bounds(samples: list[Sample]) -> None:
    weights = fit(samples)
    if weights is not None:
        assert sum(weights.values()) == 1
        for name, weight in weights.items():
            assert STANDARD[name] / 2 - Decimal("0.01") <= weight <= STANDARD[name] * Decimal("1.5") + Decimal("0.01")


def system(session: object, today: date) -> Scope:
    return system_scope(session, "night", now=datetime(today.year, today.month, today.day, 9, tzinfo=UTC), today=today)  # type: ignore[arg-type]


def remember(database: Database, samples: list[Sample]) -> None:
    """Signals of a week ago with these terms, each decided about on the day after."""
    with database.writing() as session:
        client = Client(id="c", ref="C1", name="Lindqvist", entity_type="1040", revision=0)
        session.add_all([client, Person(id="p", email=PARTNER, name="Ana", role="partner")])
        session.flush()
        for n, (terms, yes) in enumerate(samples):
            session.add(_row(n, dict(zip(TERMS, terms, strict=True))))
            session.add(_decision(n, "pin" if yes else "dismiss"))


def _row(n: int, terms: dict[str, float]) -> SignalRow:
    return SignalRow(
        id=f"s{n}",
        client_id="c",
        as_of=MONDAY - timedelta(days=7),
        key=f"k{n}",
        slug="ar-aging",
        subject=f"x{n}",
        cls="C",
        score=Decimal(50),
        terms=terms,
        headline="h",
        rule="r",
        detail={},
        evidence=[],
        evidence_hash="",
        first_seen=MONDAY - timedelta(days=7),
    )


def _decision(n: int, decision: str) -> SignalDecision:
    at = datetime(2026, 3, 3, 12, tzinfo=UTC)
    made = SignalDecision(id=f"d{n}", client_id="c", key=f"k{n}", decision=decision, reason="", evidence_hash="", at=at)
    made.person_id = "p"
    return made


@pytest.fixture(params=["sqlite", "postgres"])
def practised(request: pytest.FixtureRequest) -> Database:
    """A firm of one client whose partner acts on what is urgent, on either database."""
    database: Database = request.getfixturevalue("database" if request.param == "sqlite" else "postgres")
    remember(database, decided("urgency"))
    return database


def test_the_night_learns_once_a_day_and_a_partner_switches_it_off(practised: Database) -> None:
    with practised.writing() as session:
        found = learn(system(session, MONDAY))
        assert found.learned and found.by_term["urgency"] > STANDARD["urgency"] and found.decisions == 120
        assert "how soon the date is counts more" in found.in_words()
        assert learn(system(session, MONDAY)) == found
        assert in_force(system(session, MONDAY - timedelta(days=1))) == Weights()  # a day gone by
        partner = open_scope(session, PARTNER, clock=_Clock())
        off = switch(partner, on=False)
        assert not off.learned and off.by_term == STANDARD and "switched off" in off.in_words()
        with pytest.raises(Conflict, match="off already"):
            switch(partner, on=False)
        assert not learn(system(session, MONDAY + timedelta(days=1))).learned  # it stays off
        assert switch(partner, on=True).learned
        with pytest.raises(Forbidden):
            switch(system(session, MONDAY), on=False)


class _Clock:
    def today(self) -> date:
        return MONDAY

    def now(self) -> datetime:
        return datetime(2026, 3, 9, 15, tzinfo=UTC)


def test_what_the_firm_wrote_itself_wins() -> None:
    learned = Weights(dict(zip(TERMS, map(Decimal, ("0.60", "0.30", "0.10")), strict=True)), learned=True)
    assert over({}, learned)["rank"] == {"urgency": "0.60", "consequence": "0.30", "exposure": "0.10"}
    assert over({"rank": {"answers": 4}}, learned)["rank"]["urgency"] == "0.60"
    assert over({"rank": {"urgency": "0.5"}}, learned)["rank"] == {"urgency": "0.5"}
    assert over({"rank": {}}, Weights()) == {"rank": {}}


def test_the_commands_tell_and_refuse(services: Services) -> None:
    scan(services)
    learning, card = find("learning").load(), find("report-card").load()
    assert "The standard weights are in force: there are 0 decisions" in learning(services, {}, silent).text
    with pytest.raises(Invalid, match="say --switch on"):
        learning(services, {"switch": "off"}, silent)
    assert learning(services, {"switch": "off", "as": PARTNER}, silent).data["off"]
    told = card(services, {}, silent)
    assert told.data["briefs"] == 4 and told.data["missed"] == [] and told.data["precision"] is None
    with services.database.reading() as session:
        assert report_card(open_scope(session, PARTNER, clock=services.clock)).briefs == 1

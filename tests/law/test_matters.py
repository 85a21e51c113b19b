"""Matters: opened after a search, parties, court dates counted and confirmed by two, fee agreements, and closing."""

from datetime import date
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError

from store import tables
from store.database import Database
from store.errors import Conflict, Forbidden, Invalid, NotFound
from tests.billing.firm import acting
from tests.law.firm import law_firm, ledger
from tests.signals import rows
from tests.signals.rows import MANAGER, OTHER, STAFF, TODAY, cl
from workspace.law import dates, fees, matters, trust
from workspace.law.conflicts import decide, search_conflicts
from workspace.law.fees import Terms, settlement
from workspace.law.trust import Movement

SERVED = date(2026, 2, 21)


@pytest.fixture
def law(database: Database) -> Database:
    return law_firm(database)


def test_an_event_gives_its_dates_and_a_correction_moves_them(law: Database) -> None:
    with acting(law) as scope:
        event = dates.enter(scope, "M1", "complaint-served", SERVED, by_mail=True, state="pa")
        [answer] = event.dates
        # 21 days from February 21 are a Saturday, so to Monday, March 16, and by mail three days more
        assert (answer.due, answer.rule, answer.confirmed_by) == (date(2026, 3, 19), "frcp-answer", None)
        assert "21 days after the service" in " ".join(answer.how) and not answer.may_confirm
        with pytest.raises(Forbidden, match="second person"):
            dates.confirm(scope, answer.id)
        with pytest.raises(Conflict, match="already"):
            dates.enter(scope, "M1", "complaint-served", SERVED)
        for kind, on, state in (
            ("lunch", SERVED, None),
            ("complaint-served", date(2026, 3, 10), None),
            ("complaint-filed", SERVED, "ZZ"),
        ):
            with pytest.raises(Invalid):
                dates.enter(scope, "M1", kind, on, state=state)
    with acting(law, MANAGER) as scope:
        [shown] = dates.dates_of(scope, "M1")
        assert shown.may_confirm
        with pytest.raises(Conflict, match="2026-03-19 by now"):
            dates.confirm(scope, answer.id, date(2026, 3, 16))
        dates.confirm(scope, answer.id, answer.due)
        with pytest.raises(Conflict, match="confirmed already"):
            dates.confirm(scope, answer.id)
        [move] = dates.what_moves(scope, event.id, date(2026, 2, 24))
        assert (move.before, move.after, move.moves, move.was_confirmed) == (
            date(2026, 3, 19),
            date(2026, 3, 20),
            True,
            True,
        )
        [still] = dates.what_moves(scope, event.id, SERVED)
        assert not still.moves
        assert dates.dates_of(scope, "M1")[0].due == answer.due  # looking changes nothing
        with pytest.raises(Invalid, match="why"):
            dates.correct(scope, event.id, date(2026, 2, 24), "")
        assert dates.correct(scope, event.id, date(2026, 2, 24), "the return of service says so") == [move]
        [moved] = dates.dates_of(scope, "M1")
        assert (moved.due, moved.confirmed_by, moved.counted_from) == (date(2026, 3, 20), None, date(2026, 2, 24))
        with pytest.raises(Forbidden):  # she entered it now
            dates.confirm(scope, answer.id)
    with acting(law) as scope:
        dates.confirm(scope, answer.id)
    with pytest.raises(DBAPIError, match="does not confirm"), law.writing() as session:
        session.execute(text("UPDATE entered_deadlines SET confirmed_by = entered_by"))
    with acting(law, OTHER) as scope, pytest.raises(NotFound):
        dates.correct(scope, event.id, SERVED, "x")
    with acting(law, STAFF) as scope, pytest.raises(Forbidden):
        dates.enter_date(scope, "M1", "Limitations", TODAY, "42 Pa. C.S. §5524")


def test_every_rule_of_the_table_that_runs_from_a_court_event_can_be_entered() -> None:
    from workspace.deadlines.rules import table

    known = {one.id for one in table() if one.id.startswith(("frcp-", "frap-"))}
    assert {rule for one in dates.EVENTS for rule in one.rules} == known
    for one in dates.EVENTS:
        [found] = dates.count(one.slug, SERVED)
        assert found.how and found.due > SERVED


def test_a_matter_is_opened_after_its_search_and_closed_when_its_money_is_out(law: Database) -> None:
    with acting(law) as scope:
        found = search_conflicts(scope, ["Bob Okonkwo"], client_ref="C1")
        with pytest.raises(Conflict, match="clears or waives"):
            matters.open_matter(scope, "C1", "Hess v. Okonkwo", search_id=found.id)
        decide(scope, found.id, "waived", "consents are on file")
        matter = matters.open_matter(scope, "C1", "Hess v. Okonkwo", search_id=found.id, against=["Bob Okonkwo"])
        assert [(one.name, one.role) for one in matters.parties_of(scope, matter.ref)] == [
            ("Roland Hess", "client"),
            ("Bob Okonkwo", "opponent"),
        ]
        key = ledger(scope, "C1", matter.ref, "10.00", TODAY)
        rows.add_time(scope.session, TODAY, "2", None)
        scope.session.query(tables.TimeEntry).update({"engagement_id": matter.id})
        stands = matters.closing(scope, matter.ref)
        assert "holds 10.00" in stands.bars[0] and any("1 entry of time worth 400.00" in one for one in stands.told)
        with pytest.raises(Conflict, match="trust ledger holds 10"):
            matters.close_matter(scope, matter.ref, "done")
        trust.disburse(scope, key, Movement(Decimal("10.00"), TODAY, payee="Roland Hess"))
        with pytest.raises(Invalid, match="why"):
            matters.close_matter(scope, matter.ref)
        matters.close_matter(scope, matter.ref, "billed by the other office")
        assert matter.ref not in {one.ref for one in matters.matters(scope)}
        assert matter.ref in {one.ref for one in matters.matters(scope, every=True)}
        with pytest.raises(Conflict, match="closed"):
            matters.close_matter(scope, matter.ref)
        matters.reopen_matter(scope, matter.ref)
        assert matter.stage == "in-progress" and matter.finished_on is None


def test_parties_keep_what_two_people_wrote(law: Database) -> None:
    with acting(law) as scope:
        row = matters.put_party(scope, "M1", "Meridian  Casualty", "insurer", ["MCC", "MCC", ""])
        assert (row.name, row.aliases) == ("Meridian Casualty", ["MCC"])
        [seen] = [one for one in matters.parties_of(scope, "M1") if one.role == "insurer"]
        matters.put_party(
            scope, "M1", "Meridian Casualty", "insurer", ["MCC", "M.C.C."], party_id=row.id, mark=seen.mark
        )
        with pytest.raises(Conflict, match="meanwhile"):
            matters.remove_party(scope, "M1", row.id, seen.mark)
        for name, role, refusal in (
            ("", "insurer", Invalid),
            ("X", "judge", Invalid),
            ("Meridian Casualty", "other", Conflict),
        ):
            with pytest.raises(refusal):
                matters.put_party(scope, "M1", name, role)
        matters.remove_party(scope, "M1", row.id)
        assert [one.role for one in matters.parties_of(scope, "M1")] == ["opponent"]
    with acting(law) as scope:
        for hidden in ("M3", "E1"):
            with pytest.raises(NotFound):
                matters.parties_of(scope, hidden)


def test_a_contingent_fee_wants_its_writing(law: Database) -> None:
    with acting(law) as scope:
        assert "No fee agreement" in fees.agreement_of(scope, "M1").lacks[0]
        for wrong in (
            Terms("contingent", percent=Decimal(33)),
            Terms("contingent", costs_first=True),
            Terms("hourly", rate=Decimal(300), percent=Decimal(5)),
            Terms("hybrid", percent=Decimal(20), costs_first=False),
            Terms("flat"),
            Terms("barter"),
        ):
            with pytest.raises(Invalid):
                fees.agree(scope, "M1", wrong)
        terms = Terms("contingent", percent=Decimal("33.3333"), costs_first=True)
        found = fees.agree(scope, "M1", terms, sent_on=date(2026, 3, 2))
        assert len(found.lacks) == 2 and "not signed (Rule 1.5(c))" in found.lacks[0]
        with pytest.raises(Invalid, match="signed document"):
            fees.agree(scope, "M1", terms, signed_on=TODAY)
        with pytest.raises(NotFound):
            fees.agree(scope, "M1", terms, signed_on=TODAY, document_id="no such")
        key = "doc1"
        scope.session.add(
            tables.Document(
                id=key, client_id=cl("C1"), path="signed.pdf", name="signed.pdf", source="folder", received_at=rows.NOW
            )
        )
        scope.session.flush()
        assert fees.agree(scope, "M1", terms, signed_on=TODAY, document_id=key).lacks == ()
        assert fees.agreement_of(scope, "M1").sent_on == date(2026, 3, 2)
        hourly = fees.agree(scope, "M2", Terms("hourly", rate=Decimal(300)))
        assert hourly.lacks == ("It is not signed; a writing is preferred (Rule 1.5(b)).",)


AMOUNTS = st.integers(0, 90_000_000).map(lambda n: Decimal(n) / 100)


@given(AMOUNTS, AMOUNTS, st.integers(1, 999).map(lambda n: Decimal(n) / 10), st.booleans())
def test_a_settlement_sums_to_the_recovery(recovery: Decimal, costs: Decimal, percent: Decimal, first: bool) -> None:
    terms = Terms("contingent", percent=percent, costs_first=first)
    try:
        found = settlement(terms, recovery, costs)
    except Invalid:
        assert costs + recovery * percent / 100 + Decimal("0.01") > recovery
        return
    assert found.fee + found.costs + found.client == found.recovery == recovery
    assert found.client >= 0 and found.fee >= 0
    base = recovery - costs if first else recovery
    assert abs(found.fee - base * percent / 100) <= Decimal("0.005")


def test_costs_first_is_less_for_the_lawyer() -> None:
    first = settlement(Terms("contingent", percent=Decimal(40), costs_first=True), Decimal(100_000), Decimal(10_000))
    last = settlement(Terms("contingent", percent=Decimal(40), costs_first=False), Decimal(100_000), Decimal(10_000))
    assert [int(one) for one in (first.fee, first.client, last.fee, last.client)] == [36_000, 54_000, 40_000, 50_000]

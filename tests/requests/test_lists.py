"""Making a list, confirming what answers it, undoing; who may, and what a load of the firm's folder leaves alone."""

from datetime import date

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import select

from api.wiring import Services
from store import tables
from store.database import Database
from store.errors import Conflict, Forbidden, Invalid, NotFound
from store.rows import RequestRow
from tests.requests.conftest import acting, add_client
from tests.signals import rows
from tests.signals.rows import OTHER, PARTNER, STAFF, TODAY, cl, night, per
from workspace.export import requests as exported
from workspace.records.work import apply_requests
from workspace.requests import acts, lists, proposals
from workspace.requests.lists import Making
from workspace.requests.reading import firm_lists, lists_of, to_confirm
from workspace.scope import Scope
from workspace.snapshot import take_snapshot
from workspace.undo import undo


def papers(services: Services) -> None:
    with services.database.writing() as session:
        rows.add_document(session, "w.pdf", "w-2", {"employer": "Corvane", "tax_year": "2025"})
        rows.add_document(session, "k.pdf", "k-1", {"issuer": "X LP", "issuer_ein": "00-77", "tax_year": "2024"})


def test_a_list_from_template_and_last_year_is_made_and_undone(services: Services) -> None:
    papers(services)
    with acting(services, STAFF) as scope:
        seen = lists.preview(scope, "E1")
        assert [one.item for one in seen.items][:2] == ["Schedule K-1 from X LP", "Signed organizer for 2025"]
        assert seen.items[0].source and seen.items[0].path == "k.pdf"
        assert "Any other 2025 Schedules K-1" in [one.item for one in seen.items]
        made = acts.make(scope, "E1", Making(extra=("The truck's title", " ")))
    with acting(services, STAFF) as scope:
        [found] = lists_of(scope, "C1")
        by_name = {one.item: one for one in found.items}
        assert (
            len(by_name) == len(seen.items) + 1 and found.chase is not None and found.chase.next_on == date(2026, 3, 16)
        )
        assert by_name["All 2025 Forms W-2"].state == "look" and by_name["The truck's title"].state == "missing"
        again = lists.preview(scope, "E1")
        assert all(one.there for one in again.items)
        with pytest.raises(Invalid, match="choose what to ask for"):
            acts.make(scope, "E1", Making())
    with acting(services, STAFF) as scope:
        undo(scope, made.act)
    with acting(services, STAFF) as scope:
        assert lists_of(scope, "C1") == [] and to_confirm(scope) == []


def test_every_kind_of_work_has_a_list_that_is_understood(services: Services) -> None:
    kinds = {
        "w-2",
        "1099",
        "k-1",
        "w-9",
        "invoice",
        "bank-statement",
        "loan-statement",
        "loan-agreement",
        "payroll-register",
    }
    kinds |= {
        "trial-balance",
        "profit-and-loss",
        "balance-sheet",
        "ar-aging",
        "minutes",
        "organizer",
        "tax-return",
        "lease",
    }
    kinds |= {"authorization", "certificate", "deposits", "estimate-schedule", "vendor-totals", "election", "notice"}
    kinds |= {"engagement-letter"}
    work = "1040 1065 1120 1120-S 1041 990 monthly-close payroll sales-tax bookkeeping audit review compilation onboarding matter"
    with acting(services) as scope:
        for name in work.split():
            seen = lists.preview(scope, "E1", name, last_year=False)
            assert len(seen.items) >= 4 and "{" not in f"{seen.title} {[one.item for one in seen.items]}", name
            assert all(one.wants and (one.wants.kinds or one.wants.words) for one in seen.items), name
            assert all(set(one.wants.kinds) <= kinds for one in seen.items if one.wants), name
    assert set(lists.templates()) == set(work.split())


def confirmed(scope: Scope, item: str) -> list[str]:
    return [one.id for one in to_confirm(scope) if one.item == item]


def test_a_confirmation_sets_day_and_document_and_can_be_taken_back(services: Services) -> None:
    papers(services)
    with acting(services) as scope:
        acts.make(scope, "E1", Making())
    with acting(services) as scope:
        [pair] = to_confirm(scope)
        done = acts.decide(scope, [pair.id], "confirm", mark=pair.mark)
    with acting(services) as scope:
        row = scope.session.get_one(tables.RequestItem, pair.item_id)
        assert (row.received_on, row.document_id) == (TODAY, pair.document_id)
        with pytest.raises(Conflict, match="confirmed already"):
            acts.decide(scope, [pair.id], "refuse")
    with acting(services) as scope:
        undo(scope, done.act)
        row = scope.session.get_one(tables.RequestItem, pair.item_id)
        assert (row.received_on, row.document_id) == (None, None) and [one.id for one in to_confirm(scope)] == [pair.id]
        with pytest.raises(Conflict, match="changed by somebody"):
            acts.decide(scope, [pair.id], "confirm", mark="0" * 16)


def test_nine_of_twelve_statements(services: Services) -> None:
    with services.database.writing() as session:
        for month in [*range(1, 10), 12]:
            days = {"period_start": f"2025-{month:02d}-01", "period_end": f"2025-{month:02d}-28"}
            rows.add_document(session, f"b{month:02d}.pdf", "bank-statement", {"account_last4": "1234"} | days)
    with acting(services) as scope:
        item = "Bank statements, each month"
        key = next(one.key for one in lists.preview(scope, "B1").items if one.item == item)
        acts.make(scope, "B1", Making(keys=frozenset({key})))
        waits = confirmed(scope, item)
        assert len(waits) == 10
        acts.decide(scope, waits[:9], "confirm")
        [view] = lists_of(scope, "C1")[0].items
        assert (view.counted, view.received_on) == ("9 of 12", None)
        assert view.lacking == "October 2025 to December 2025" and view.state == "look"
        acts.decide(scope, waits[9:], "confirm", whole=True)
        [view] = lists_of(scope, "C1")[0].items
        assert view.counted == "10 of 12" and view.received_on is not None and len(view.answers) == 10


def test_the_night_writes_nothing_where_nothing_is_new(services: Services) -> None:
    papers(services)
    with acting(services) as scope:
        acts.make(scope, "E1", Making())
    with services.database.writing() as session:
        scope = night(session)
        before = session.scalars(select(tables.Client.revision).where(tables.Client.ref == "C1")).one()
        assert len(proposals.propose(scope, take_snapshot(scope, "C1"))) == 1
        assert not session.new and not session.dirty
    with services.database.reading() as session:
        assert session.scalars(select(tables.Client.revision).where(tables.Client.ref == "C1")).one() == before


def test_who_may_and_who_sees(services: Services) -> None:
    papers(services)
    with acting(services) as scope:
        made = acts.make(scope, "E1", Making())
        [pair] = to_confirm(scope)
    for email in (OTHER,):
        with acting(services, email) as scope:
            assert firm_lists(scope) == [] and to_confirm(scope) == []
            for refused in (
                lambda s: lists_of(s, "C1"),
                lambda s: lists.preview(s, "E1"),
                lambda s: acts.decide(s, [pair.id], "confirm"),
                lambda s: acts.on_list(s, made.about, "x", lambda: None),
            ):
                with pytest.raises(NotFound):
                    refused(scope)
    with services.database.writing() as session:
        session.add(tables.Wall(id="w1", client_id=cl("C1"), person_id=per(PARTNER), reason="x", set_on=TODAY))
    with acting(services, PARTNER) as scope, pytest.raises(NotFound):
        acts.decide(scope, [pair.id], "refuse")
    with services.database.writing() as session:
        session.get_one(tables.Person, per(STAFF)).role = "admin"
    with acting(services, STAFF) as scope, pytest.raises(Forbidden, match="request:write"):
        lists.add_item(scope, made.about, "More")


def test_a_load_keeps_what_was_confirmed_and_the_export_has_every_item(services: Services) -> None:
    row = RequestRow(engagement_ref="E1", item="All 2025 Forms W-2", requested_on=TODAY, due=TODAY)
    papers(services)
    with services.database.writing() as session:
        apply_requests(night(session), [row])
        scope = night(session)
        proposals.propose(scope, take_snapshot(scope, "C1"))
    with acting(services) as scope:
        [pair] = to_confirm(scope)
        acts.decide(scope, [pair.id], "confirm")
        acts.make(scope, "E1", Making(extra=("One thing more",)))
    with services.database.writing() as session:
        apply_requests(night(session), [row])
    with services.database.reading() as session:
        found = {one.item: one.received_on for one in exported(night(session))}
    assert found["All 2025 Forms W-2"] == TODAY and "One thing more" in found


moves = st.lists(st.tuples(st.sampled_from(["confirm", "refuse", "propose", "reopen"]), st.integers(0, 3)), max_size=12)


@given(moves)
@settings(max_examples=12, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow])
def test_what_was_refused_is_never_proposed_again(services_once: Database, doing: list[tuple[str, int]]) -> None:
    refused: set[str] = set()
    with services_once.writing() as session:
        savepoint = session.begin_nested()
        scope = rows.asker(session, PARTNER)
        for move, place in doing:
            proposals.propose(scope, take_snapshot(scope, "C1", proposals.PARTS))
            waits = sorted(one.id for one in to_confirm(scope))
            assert not refused & set(waits)
            if move in ("confirm", "refuse") and place < len(waits):
                (proposals.confirm if move == "confirm" else proposals.refuse)(scope, waits[place])
                refused |= {waits[place]} if move == "refuse" else set()
            elif move == "reopen":
                for row in session.scalars(
                    select(tables.RequestItem).where(tables.RequestItem.received_on.is_not(None))
                ).all():
                    proposals.reopen(scope, row.id)
        proposals.propose(scope, take_snapshot(scope, "C1", proposals.PARTS))
        assert not refused & {one.id for one in to_confirm(scope)}
        session.info.pop("audit", None)
        savepoint.rollback()


@pytest.fixture
def services_once(database: Database) -> Database:
    with database.writing() as session:
        add_client(session)
        for number in range(3):
            rows.add_document(session, f"w{number}.pdf", "w-2", {"employer": f"E{number}", "tax_year": "2025"})
        for item in ("All 2025 Forms W-2", "The second W-2"):
            rows.add_item(session, item, TODAY, "E1")
    return database

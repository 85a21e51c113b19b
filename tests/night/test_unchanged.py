"""A night with the short cut for untouched clients is the night without it: the same signals, cards and briefs, day after day."""

from collections.abc import Callable
from datetime import date, timedelta
from pathlib import Path

import pytest
from sqlalchemy import select

from agents.brief import write_briefs
from agents.overnight import run_night
from agents.scan import read_practice, scan_client
from agents.unchanged import scan_unchanged
from api.settings import load_settings
from api.wiring import Services, build
from store.database import counting_queries
from store.tables import Client, Firm, Invoice, Note, Person, Scan, SignalRow
from tests.homes import copied
from tests.night.conftest import MONDAY, broken, differences, dump
from workspace.decisions import decide_signal
from workspace.scope import Scope, open_scope, system_scope
from workspace.unchanged import finished, untouched

REFS = ("C001", "C002", "C003")
# Entries of the trail stand in the order in which they came, and what the test decides has an id of its own each time.
PASSING = {"audit", "audit_head", "signal_decisions"}


def at(services: Services, day: date) -> Callable[..., Scope]:
    now = services.clock.now() + (day - MONDAY)
    return lambda session: system_scope(session, "night", now=now, today=day)


def night(services: Services, day: date, short: bool) -> set[str]:
    """Everybody scanned and the briefs written, with the short cut or without; the refs of those it was good for."""
    opened, now = at(services, day), services.clock.now() + (day - MONDAY)
    practice, kept = read_practice(services, as_of=day, now=now), set[str]()
    if short:
        with services.database.reading() as session:
            refs = untouched(opened(session), None)
        kept = scan_unchanged(services, opened, refs, day, practice)
    for ref in REFS:
        if ref not in kept:
            scan_client(services, ref, as_of=day, now=now, practice=practice)
    write_briefs(services, as_of=day, now=now)
    return kept


def happens(services: Services, day: date) -> None:
    """What people do before the nights of some days: a note, decisions, a setting, a bill of another client, a date that goes by."""
    with services.database.writing() as session:
        author = session.scalars(select(Person.id).order_by(Person.email).limit(1)).one()
        clients = dict(session.execute(select(Client.ref, Client.id)).tuples().all())
        if day == MONDAY + timedelta(days=2):
            note = Note(id="n1", client_id=clients["C001"], date=day, author_id=author, text="She will call on Friday.")
            session.add(note)
        if day == MONDAY + timedelta(days=3):
            scope = open_scope(session, "ana@alder.example", clock=services.clock)
            rows = select(SignalRow.key).where(SignalRow.client_id == clients["C001"]).order_by(SignalRow.key)
            first, second, *_ = dict.fromkeys(session.scalars(rows))
            decide_signal(scope, first, "dismiss", reason="it is seen to")
            decide_signal(scope, second, "snooze", reason="next week", until=day + timedelta(days=4))
        if day == MONDAY + timedelta(days=5):
            session.scalars(select(Firm)).one().settings = {"ar-aging": {"days": 30}, "rank": {"answer_days": 5}}
        if day == MONDAY + timedelta(days=6):
            bill = {"issued_on": date(2026, 2, 1), "due_on": date(2026, 3, 1), "amount": 90_000, "kind": "invoice"}
            session.add(Invoice(id="i1", client_id=clients["C002"], number="X-1", **bill))


def test_day_after_day_the_short_cut_leaves_what_a_scan_of_each_client_leaves(after: Path, tmp_path: Path) -> None:
    """A week day by day, then days further apart: a weekend, dates that come, months that end, and what people do between."""
    days = [MONDAY + timedelta(days=n) for n in (*range(1, 8), 8, 23, 37)]
    kept: list[set[str]] = []
    with (
        build(load_settings(copied(after, tmp_path / "long")), own_index=True) as long,
        build(load_settings(after), own_index=True) as short,
    ):
        for day in days:
            for services in (long, short):
                happens(services, day)
            night(long, day, short=False)
            kept.append(night(short, day, short=True))
        assert differences(dump(long.database), dump(short.database)) <= PASSING
    assert sum(map(len, kept)) > len(days)  # it was good for something
    assert any(len(refs) == len(REFS) for refs in kept) and any(len(refs) < len(REFS) for refs in kept)


def test_a_night_in_which_nothing_is_new_needs_no_queue(after: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with build(load_settings(after), own_index=True) as services:
        for number in (1, 2):  # reminders whose day comes
            night(services, MONDAY + timedelta(days=number), short=False)
        from dbos import DBOS

        monkeypatch.setattr(DBOS, "enqueue_workflow", lambda *call: pytest.fail(f"queued: {call}"))
        result = run_night(services, as_of=MONDAY + timedelta(days=3), now=services.clock.now())
        assert (result.read, result.unchanged, result.drafted, result.briefs) == (3, 3, 0, 4)


def test_more_clients_take_no_more_queries(after: Path) -> None:
    day = MONDAY + timedelta(days=1)
    with build(load_settings(after), own_index=True) as services:
        opened, practice = at(services, day), read_practice(services, as_of=day, now=services.clock.now())
        asked: list[int] = []
        for refs in (REFS[1:2], REFS[1:]):
            with counting_queries(services.database.engine) as statements:
                assert scan_unchanged(services, opened, refs, day, practice) == set(refs)
            asked.append(len(statements))
        assert abs(asked[1] - asked[0]) <= 1 and asked[1] <= 35


def test_whoever_was_touched_failed_or_is_read_by_another_model_gets_a_scan_of_its_own(after: Path) -> None:
    day = MONDAY + timedelta(days=1)
    with build(load_settings(after), own_index=True) as services:
        with services.database.reading() as session:
            scope = at(services, day)(session)
            assert untouched(scope, None) == list(REFS) and untouched(scope, "another, read-facts 9") == []
            assert untouched(at(services, MONDAY - timedelta(days=1))(session), None) == []
            begun = session.scalars(select(Scan.started_at)).one()
            assert finished(system_scope(session, "night", now=begun, today=MONDAY)) == set(REFS)
            assert finished(scope) == set()  # what another night did is done again
        happens(services, MONDAY + timedelta(days=2))
        with services.database.reading() as session:
            assert untouched(at(services, day)(session), None) == ["C002", "C003"]
            assert finished(system_scope(session, "night", now=begun, today=MONDAY)) == {"C002", "C003"}


def test_one_client_that_cannot_be_read_costs_the_others_of_its_batch_nothing(after: Path) -> None:
    with build(load_settings(after), own_index=True) as services:
        broken(services.database, "C002")
        result = run_night(services, as_of=MONDAY + timedelta(days=1), now=services.clock.now())
        assert (result.read, result.failed) == (2, 1) and result.unchanged >= 1

"""The firm's part of a snapshot: totals and names, nothing of another client; the same in any order of scanning."""

from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

import pytest
from sqlalchemy.orm import Session

from store import tables
from store.database import Database
from store.errors import Forbidden
from store.ids import stable_id
from tests.signals import rows
from tests.signals.rows import TODAY
from workspace.nights import changed
from workspace.scans import save_client_scan
from workspace.signals import detect, resolve
from workspace.snapshot import Firm, FirmPart, KnownName, PlannedWeek, Snapshot, take_firm, take_snapshot

MARCH, FEBRUARY = date(2025, 3, 1), date(2026, 2, 28)


def add_task(session: Session, client: str, due: date, hours: str, owner: str = rows.STAFF, **fields: Any) -> None:
    session.add(
        tables.Task(
            id=stable_id("task", client, due, hours, owner),
            client_id=rows.cl(client),
            title="Prepare",
            owner_id=rows.per(owner),
            due=due,
            estimate_hours=Decimal(hours),
            **fields,
        )
    )
    session.flush()


def add_party(session: Session, client: str, ref: str, name: str, role: str, *aliases: str) -> None:
    session.add(
        tables.Party(
            id=stable_id("party", ref, name),
            client_id=rows.cl(client),
            engagement_id=rows.eng(ref),
            name=name,
            role=role,
            aliases=list(aliases),
        )
    )
    session.flush()


@pytest.fixture
def firm(database: Database) -> Database:
    """Three clients: bills on both edges of the twelve months, planned hours, a matter at C1 and one at C3."""
    with database.writing() as session:
        rows.add_firm(session)
        for number, client, issued, amount in (
            ("1", "C1", MARCH, "300.00"),
            ("2", "C2", FEBRUARY, "100.00"),
            ("3", "C3", MARCH - timedelta(days=1), "9000.00"),
            ("4", "C3", FEBRUARY + timedelta(days=1), "9000.00"),
        ):
            rows.add_invoice(session, number, issued + timedelta(days=30), amount, client)
        add_task(session, "C1", TODAY + timedelta(days=1), "20")
        add_task(session, "C2", TODAY - timedelta(days=30), "25")  # late: still to do this week
        add_task(session, "C2", TODAY + timedelta(days=8), "10")
        add_task(session, "C2", TODAY + timedelta(days=35), "99")  # beyond what is looked at
        add_task(session, "C2", TODAY, "99", done_on=TODAY)
        for client in ("C1", "C3"):
            rows.add_engagement(session, f"M{client}", client, template="matter", title=f"Matter of {client}")
        add_party(session, "C1", "MC1", "Harlan Builders", "opponent")
        add_party(session, "C3", "MC3", "Harlan Builders, LLC", "client", "Harlan Homes")
        add_party(session, "C3", "MC3", "Ines Roth", "witness")
    return database


def seen(session: Session, client: str) -> Snapshot:
    scope = rows.night(session)
    return replace(take_snapshot(scope, client), firm=take_firm(scope).part_of(rows.cl(client)))


def test_the_part_of_a_client(firm: Database) -> None:
    with firm.reading() as session:
        parts = {ref: take_firm(rows.night(session)).part_of(rows.cl(ref)) for ref in ("C1", "C2", "C3")}
    one, two, three = parts.values()
    assert (one.first, one.last, one.billed, one.billed_clients) == (MARCH, FEBRUARY, Decimal("400.00"), 2)
    # 45 hours in this week, 25 of them C2's: the person stands there, and nowhere else
    monday = PlannedWeek(rows.per(rows.STAFF), TODAY, Decimal("45.00"))
    assert two.weeks == (monday, PlannedWeek(rows.per(rows.STAFF), TODAY + timedelta(weeks=1), Decimal("10.00")))
    assert one.weeks == three.weeks == ()
    assert two.names == ()  # no matter, no names
    assert KnownName("Harlan Homes", "client") in one.names and KnownName("Ines Roth", "witness") not in one.names
    assert (
        all(isinstance(one, KnownName) for one in three.names)
        and KnownName("Harlan Builders", "opponent") in three.names
    )


def test_nobody_but_the_night_and_who_runs_it_looks_over_the_firm(firm: Database) -> None:
    with firm.reading() as session:
        with pytest.raises(Forbidden, match="scan:run"):
            take_firm(rows.asker(session, rows.STAFF))
        # a partner who runs a scan sees no names of a client that is not theirs
        part = take_firm(rows.asker(session, rows.PARTNER)).part_of(rows.cl("C1"))
    assert KnownName("Harlan Homes", "client") not in part.names


def test_a_conflict_names_the_other_party_and_no_other_matter(firm: Database) -> None:
    with firm.reading() as session:
        found = {ref: detect(seen(session, ref), TODAY, resolve()).signals for ref in ("C1", "C3")}
    [hit] = [one for one in found["C1"] if one.slug == "conflict-hit"]
    assert "Harlan Builders, LLC" in hit.why_now
    said = f"{hit}"
    assert not any(word in said for word in ("C3", "MC3", "Matter of C3", "Ines Roth"))
    assert [one.slug for one in found["C3"] if one.slug == "conflict-hit"] == ["conflict-hit"]


@pytest.mark.parametrize("order", [("C1", "C2", "C3"), ("C3", "C2", "C1")])
def test_any_order_of_scanning_raises_the_same(firm: Database, order: tuple[str, ...]) -> None:
    for ref in order:
        with firm.writing() as session:
            client = seen(session, ref)
            save_client_scan(rows.night(session), client, detect(client, TODAY, resolve()).signals)
    with firm.reading() as session:
        stored = session.execute(
            tables.SignalRow.__table__.select()
            .order_by(tables.SignalRow.id)
            .with_only_columns(tables.SignalRow.key, tables.SignalRow.evidence_hash, tables.SignalRow.headline)
        ).all()
        again = [
            (one.key, one.evidence_hash)
            for ref in ("C1", "C2", "C3")
            for one in detect(seen(session, ref), TODAY, resolve()).signals
        ]
    assert sorted((key, evidence) for key, evidence, _ in stored) == sorted(again)
    assert any("is planned for 45 hours" in headline for _, _, headline in stored)


def test_by_day_a_client_is_scanned_again_when_its_part_changed(firm: Database) -> None:
    with firm.writing() as session:
        session.add(tables.Scan(id=stable_id("scan", TODAY), as_of=TODAY, state="done", started_at=rows.NOW))
        for ref in ("C1", "C2", "C3"):
            save_client_scan(rows.night(session), seen(session, ref), [])
    with firm.reading() as session:
        assert changed(rows.night(session), []) == []
    with firm.writing() as session:  # C1's work fills the same person's week: C2's card about it is old
        add_task(session, "C1", TODAY + timedelta(days=2), "1")
    with firm.reading() as session:
        assert {order.ref for order in changed(rows.night(session), [])} == {"C1", "C2"}


def test_a_payment_somewhere_wakes_nobody() -> None:
    def of(other: str) -> FirmPart:
        return Firm(MARCH, FEBRUARY, {"a": Decimal(100), "b": Decimal(other)}).part_of("a")

    assert of("910").mark == of("915").mark != of("200").mark

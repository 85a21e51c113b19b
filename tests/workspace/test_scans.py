"""What a scan of a client leaves behind: the same twice, first seen once, gone when gone, and nothing of others."""

import json
from datetime import timedelta
from decimal import Decimal

import pytest
from sqlalchemy import select

from store import tables
from store.database import Database, counting_queries
from store.errors import Forbidden, NotFound
from tests.signals import rows
from tests.signals.rows import OTHER, PARTNER, STAFF, TODAY
from tests.workspace.worlds import FRIDAY, asker, firm_of, in_days, signal, store_scan
from workspace.scans import raised_signals, save_client_scan, save_failed_scan, signals_listing
from workspace.signals import BlindSpot, Signal, detect, resolve
from workspace.snapshot import take_snapshot

OLD_BILL = signal("ar-aging", due=in_days(-70), dollars=Decimal("900.00"))
LATE = signal("extension-needed", subject="E1", due=in_days(7), engagement_ref="E1")


@pytest.fixture
def firm(database: Database) -> Database:
    firm_of(database)
    with database.writing() as session:
        rows.add_engagement(session, "E1")
    return database


def everything(database: Database) -> str:
    """Every row of a scan, as text."""
    with database.reading() as session:
        found = [
            {column.key: str(getattr(row, column.key)) for column in table.__mapper__.column_attrs}
            for table in (tables.SignalRow, tables.ClientScan)
            for row in session.scalars(select(table).order_by(table.id))
        ]
    return json.dumps(found, indent=1)


def test_scanning_twice_meets_itself(firm: Database) -> None:
    first = store_scan(firm, "C1", OLD_BILL, LATE)
    kept = everything(firm)
    assert store_scan(firm, "C1", LATE, OLD_BILL) == first
    assert everything(firm) == kept
    assert (first.state, first.raised, len(first.new), first.gone) == ("done", 2, 2, ())


def test_the_next_day_knows_what_is_new_gone_and_first_seen(firm: Database) -> None:
    store_scan(firm, "C1", OLD_BILL, LATE, today=FRIDAY)
    message = signal("message-unanswered", subject="<t>")
    saved = store_scan(firm, "C1", LATE, message)
    assert saved.new == (message.key,) and saved.gone == (OLD_BILL.key,)
    with firm.reading() as session:
        seen = {one.slug: one.first_seen for one in raised_signals(asker(session))}
        read = session.scalars(select(tables.ClientScan.read).where(tables.ClientScan.as_of == TODAY)).one()
    assert seen == {"extension-needed": FRIDAY, "message-unanswered": TODAY}
    assert read["previous"] == FRIDAY.isoformat()
    assert [row["headline"] for row in read["gone"]] == [OLD_BILL.headline]


def test_a_second_scan_of_the_day_takes_away_what_is_raised_no_more(firm: Database) -> None:
    store_scan(firm, "C1", OLD_BILL, LATE)
    store_scan(firm, "C1", OLD_BILL)
    with firm.reading() as session:
        assert [one.slug for one in raised_signals(asker(session))] == ["ar-aging"]


def test_unchanged_means_neither_the_workspace_nor_what_is_raised_changed(firm: Database) -> None:
    assert store_scan(firm, "C1", LATE, today=FRIDAY).state == "done"
    assert store_scan(firm, "C1", LATE).state == "unchanged"
    assert store_scan(firm, "C1", LATE, OLD_BILL, today=in_days(1)).state == "done"
    with firm.writing() as session:
        rows.add_invoice(session, "1", TODAY, "10.00")
    assert store_scan(firm, "C1", LATE, OLD_BILL, today=in_days(2)).state == "done"


def test_a_client_that_failed_stands_as_it_was_last_read(firm: Database) -> None:
    store_scan(firm, "C1", OLD_BILL, today=FRIDAY)
    with firm.writing() as session:
        save_failed_scan(rows.night(session), "C1", "its trial balance could not be opened")
    with firm.reading() as session:
        assert [one.as_of for one in raised_signals(asker(session))] == [FRIDAY]
    again = store_scan(firm, "C1", OLD_BILL, today=in_days(1))
    assert again.new == () and again.state == "unchanged"


def test_what_was_read_is_enough_for_a_brief(firm: Database) -> None:
    with firm.writing() as session:
        rows.add_item(session, "Bank statements", in_days(-10), "E1")
        rows.add_time(session, in_days(-5), "6", "E1")
        session.add_all(
            [
                tables.Task(
                    id="t1",
                    client_id=rows.cl("C1"),
                    engagement_id=rows.eng("E1"),
                    title="Prepare",
                    owner_id=rows.per(STAFF),
                    due=in_days(2),
                    estimate_hours=Decimal("3.5"),
                ),
                *(
                    tables.IntakeFinding(
                        id=f"f{n}", client_id=rows.cl("C1"), source=f"{n}.pdf", message="?", severity=n
                    )
                    for n in ("info", "warning", "error")
                ),
            ]
        )
    store_scan(firm, "C1", blind=(BlindSpot("C1", "the covenant", "no books"),))
    with firm.reading() as session:
        scan = session.scalars(select(tables.ClientScan)).one()
    [deadline] = scan.read["deadlines"]
    assert (deadline["due"], deadline["nominal_due"]) == ("2026-03-16", "2026-03-15")
    assert deadline["slack_days"] == "3.2"  # five business days less 14 of 20 budget hours at eight a day
    assert scan.read["requests"][0]["items"] == ["Bank statements"]
    assert scan.read["requests"][0]["oldest_due"] == in_days(-10).isoformat()
    assert scan.read["work"] == [{"owner": rows.per(STAFF), "due": in_days(2).isoformat(), "hours": "3.50"}]
    assert [row["title"] for row in scan.read["tasks"]] == ["Prepare"]
    assert [row["path"] for row in scan.read["findings"]] == ["error.pdf", "warning.pdf"]
    assert scan.blind_spots == [["the covenant", "no books"]]


def test_people_are_the_owner_or_whom_a_mail_was_written_to(firm: Database) -> None:
    with firm.writing() as session:
        rows.add_message(session, "<t>", "in", rows.NOW - timedelta(days=5), "When will it be ready?")
    with firm.reading() as session:
        snapshot = take_snapshot(rows.night(session), "C1")
        found = [one for one in detect(snapshot, TODAY, resolve()).signals if one.slug == "message-unanswered"]
    store_scan(firm, "C1", LATE, *found)
    with firm.reading() as session:
        people = {one.slug: one.people for one in raised_signals(asker(session))}
    assert people == {"extension-needed": (rows.per(STAFF),), "message-unanswered": (rows.per(PARTNER),)}


def test_the_list_is_ordered_scoped_and_in_two_queries(firm: Database) -> None:
    store_scan(firm, "C1", OLD_BILL, LATE)
    store_scan(firm, "C2", signal("notice-levy", "C2", "doc", due=in_days(30)))
    store_scan(firm, "C3", signal("notice-levy", "C3", "doc", due=in_days(30)))
    with firm.reading() as session:
        scope = asker(session)
        with counting_queries(firm.engine) as statements:
            found = signals_listing(scope)
        assert [row["slug"] for row in found] == ["notice-levy", "ar-aging", "extension-needed"]
        assert len(statements) == 2
        assert [row["client_ref"] for row in signals_listing(scope, "C1")] == ["C1", "C1"]
        assert signals_listing(scope, as_of=FRIDAY) == []
        with pytest.raises(NotFound):
            signals_listing(scope, "C3")
        assert [row["client_ref"] for row in signals_listing(asker(session, OTHER))] == ["C3"]
    bill = found[1]
    assert (bill["date_is"], bill["missed"], bill["dollars"]) == ("since", False, "900.00")
    assert set(bill["terms"]) == {"urgency", "consequence", "exposure", "confidence"}


def test_a_passed_deadline_is_missed_from_the_day_after(firm: Database) -> None:
    store_scan(firm, "C1", LATE)
    with firm.reading() as session:
        for days, missed in ((7, False), (8, True)):
            [row] = signals_listing(asker(session, today=in_days(days)))
            assert row["missed"] is missed


def test_only_the_night_and_those_who_may_scan(firm: Database) -> None:
    with firm.writing() as session:
        scope = asker(session, STAFF)
        snapshot = take_snapshot(scope, "C1")
        none: tuple[Signal, ...] = ()
        with pytest.raises(Forbidden, match="scan:run"):
            save_client_scan(scope, snapshot, none)
        with pytest.raises(Forbidden, match="scan:run"):
            save_failed_scan(scope, "C1", "no")

"""The parts of the brief below its cards: what is due, what changed, who waits, money, the team, and what was not seen."""

from datetime import timedelta
from decimal import Decimal

import pytest
from sqlalchemy import select

from store import audit, tables
from store.database import Database
from tests.signals import rows
from tests.signals.rows import MANAGER, STAFF, TODAY
from tests.workspace.briefs import file, headlines, scan_really
from tests.workspace.worlds import FRIDAY, brief_of, firm_of, in_days, signal, store_scan
from workspace.scans import save_failed_scan
from workspace.signals import BlindSpot, detect, resolve
from workspace.snapshot import take_snapshot


@pytest.fixture
def firm(database: Database) -> Database:
    """Pat's C1 and C2 and Olga's C3, all with Mia; Sam owns E1 of C1."""
    firm_of(database)
    with database.writing() as session:
        rows.add_engagement(session, "E1")
    return database


def test_horizon_goes_by_slack_and_ends_after_thirty_days(firm: Database) -> None:
    with firm.writing() as session:
        rows.add_engagement(session, "E2", "C2", budget_hours=Decimal(40), title="More work")  # same day, less slack
        rows.add_engagement(
            session, "E3", "C2", template="advisory", title="Valuation", due=in_days(12), budget_hours=None
        )
        rows.add_engagement(session, "E4", "C2", template="1040", title="2025 Form 1040")  # April 15
        rows.add_engagement(
            session, "E5", "C2", template="payroll", title="Payroll", due=in_days(-3), budget_hours=None
        )
        session.add(
            tables.EnteredDeadline(
                id="d", client_id=rows.cl("C2"), title="Lease option", due=in_days(28), authority="lease"
            )
        )
    scan_really(firm)
    notice = signal("notice-balance-due", "C2", "doc", cls="B", due=in_days(11), basis="fact", headline="CP14")
    with firm.reading() as session:
        found = detect(take_snapshot(rows.night(session), "C2"), TODAY, resolve())
    store_scan(firm, "C2", *found.signals, notice)
    brief = brief_of(firm)
    titles = [row["title"] for row in brief["horizon"]]
    assert titles == ["Payroll", "More work", "2025 Form 1120-S C1", "CP14", "Valuation", "Lease option"]
    slack = [Decimal(row["slack_days"]) for row in brief["horizon"]]
    assert slack == sorted(slack)
    assert [row["within"] for row in brief["horizon"]] == [7, 7, 7, 14, 14, 30]
    assert brief["horizon_counts"] == {"7": 3, "14": 5, "30": 6}
    payroll, more, *_, option = brief["horizon"]
    assert payroll["missed"] and more["owner"] == "Sam" and more["how"] and more["authority"]
    assert option["confirm"] and option["kind"] == "entered"
    assert [row["title"] for row in brief_of(firm, STAFF)["horizon"]] == [*titles[:3], "Valuation"]


def test_changed_tells_contradictions_first_and_of_first_scans_no_papers(firm: Database) -> None:
    store_scan(firm, "C2", signal("ar-aging", "C2", headline="$10 unpaid"), today=FRIDAY)
    with firm.writing() as session:
        rows.add_message(session, "<t>", "in", rows.NOW - timedelta(days=1), "Hello")
        rows.add_message(session, "<u>", "out", rows.NOW - timedelta(days=1), "Hello")
        rows.add_invoice(session, "17", in_days(5), "900.00")
        rows.add_payment(session, "17", in_days(-2), "400.00")
        rows.add_payment(session, "17", in_days(-20), "100.00")
        papers = [(name, "other", "C2") for name in ("a.pdf", "b.pdf")]
        for name, kind, client in (*papers, ("n.pdf", "notice", "C2"), ("c.pdf", "other", "C1")):
            document = session.get_one(tables.Document, rows.add_document(session, name, kind, {}, client))
            document.received_at = rows.NOW - timedelta(hours=9)
        paper = session.scalars(select(tables.Document).where(tables.Document.kind == "notice")).one()
        session.add(
            tables.Notice(
                id="n",
                client_id=rows.cl("C2"),
                document_id=paper.id,
                version_id=paper.current_version_id or "",
                agency="IRS",
                number="CP14",
                notice_date=in_days(-7),
            )
        )
    wrong = signal("document-contradicts-record", subject="d", headline="The letter says another fee")
    store_scan(firm, "C1", wrong)
    store_scan(firm, "C2", signal("wip-aged", "C2", headline="Time is unbilled"))
    brief = brief_of(firm)
    assert brief["changed_since"] == FRIDAY.isoformat()
    assert [(row["kind"], row["client_ref"], row["what"]) for row in brief["changed"]] == [
        ("contradiction", "C1", "The letter says another fee"),
        ("notice", "C2", "CP14 came, dated March 2, 2026 (IRS)"),
        ("document", "C2", "2 documents came: a.pdf and b.pdf"),
        ("mail", "C1", "1 mail came: “Question”"),
        ("payment", "C1", "$400 received on invoice 17"),
        ("raised", "C2", "Time is unbilled"),
        ("gone", "C2", "No longer so: $10 unpaid"),
    ]
    assert {row["kind"] for row in brief_of(firm, STAFF)["changed"]} == {"mail"}


def test_what_the_scan_before_had_seen_is_no_change(firm: Database) -> None:
    """A file loaded at once and scanned for two days: the second night tells of nothing."""
    with firm.writing() as session:
        document = session.get_one(tables.Document, rows.add_document(session, "a.pdf", "other", {}))
        document.received_at = rows.NOW
        rows.add_message(session, "<t>", "in", rows.NOW - timedelta(days=3), "Hello")
    store_scan(firm, "C1", today=FRIDAY)
    store_scan(firm, "C1")
    assert brief_of(firm)["changed"] == []


def test_without_a_scan_before_the_business_day_before_is_what_changed(firm: Database) -> None:
    store_scan(firm, "C1", signal("wip-aged"))
    brief = brief_of(firm)
    assert brief["changed_since"] == FRIDAY.isoformat()  # March 9 is a Monday
    assert brief["changed"] == [] and brief["yesterday"] == {}


def test_changed_is_capped(firm: Database) -> None:
    store_scan(firm, "C1", *(signal("document-contradicts-record", subject=f"d{n}") for n in range(45)))
    brief = brief_of(firm)
    assert (len(brief["changed"]), brief["changed_more"]) == (40, 5)


def test_who_waits_for_whom(firm: Database) -> None:
    with firm.writing() as session:
        rows.add_message(session, "<t>", "in", rows.NOW - timedelta(days=5), "When will it be ready?")
        rows.add_engagement(session, "E2", "C2", stage="in-review", title="2025 Form 1120-S C2")
        rows.add_item(session, "Bank statements", in_days(-10), "E1")
        rows.add_item(session, "Payroll journal", in_days(4), "E1")
        rows.add_item(session, "Lease", in_days(4), "E2", "C2")
    scan_really(firm)
    scan_really(firm, "C2")
    released = file(firm, "pbc-follow-up", "request:E1@1")
    with firm.writing() as session:
        session.get_one(tables.Deliverable, released).state = "withdrawn"
    waiting = brief_of(firm)["waiting"]
    message, review = waiting["on_us"]
    assert (message["kind"], message["since"], message["days"], message["who"]) == ("message", "2026-03-04", 5, ["Pat"])
    assert (review["kind"], review["what"], review["days"]) == ("review", "2025 Form 1120-S C2 is in review", None)
    late, other = waiting["on_clients"]
    assert (late["items"], late["days"], late["owner"], late["chases"]) == (
        ["Bank statements", "Payroll journal"],
        10,
        "Sam",
        0,
    )
    assert (other["client_ref"], other["days"]) == ("C2", None)


def test_work_in_review_says_since_when_it_waits(firm: Database) -> None:
    with firm.writing() as session:
        for number, stage in (("E2", "in-review"), ("E3", "ready-to-file"), ("E4", "in-review")):
            rows.add_engagement(session, number, "C2", stage=stage, title=f"Return {number}")

    def moved(ref: str, stage: str, days: int) -> None:
        with firm.writing() as session:
            at, what = rows.NOW - timedelta(days=days), {"was": "in-progress", "stage": stage}
            owner = session.get_one(tables.Engagement, rows.eng(ref)).client_id
            tag = audit.AuditTag.ENGAGEMENT_MOVED
            audit.record(session, tag, actor="sam", subject=f"engagement:{ref}", now=at, client_id=owner, detail=what)

    moved("E2", "in-review", 20)
    moved("E2", "in-progress", 12)
    moved("E2", "in-review", 9)
    moved("E3", "in-progress", 30)  # its stage came otherwise since: by a load, say
    scan_really(firm, "C2")
    waits = {row["what"]: (row["since"], row["days"]) for row in brief_of(firm)["waiting"]["on_us"]}
    assert waits == {
        "Return E2 is in review": (in_days(-9).isoformat(), 9),
        "Return E3 is ready to file": (None, None),
        "Return E4 is in review": (None, None),
    }


def test_money_is_exact_and_not_for_those_who_do_not_bill(firm: Database) -> None:
    with firm.writing() as session:
        for number, due, amount in (
            ("1", -61, "100.10"),
            ("2", -95, "200.20"),
            ("3", -95, "50.00"),
            ("4", -59, "9.00"),
        ):
            rows.add_invoice(session, number, in_days(due), amount, "C2" if number == "2" else "C1")
        rows.add_payment(session, "3", in_days(-3), "50.00")
        rows.add_payment(session, "2", in_days(-1), "0.20", "C2")
        rows.add_payment(session, "1", TODAY, "0.10")  # today's is tomorrow's news
        rows.add_invoice(session, "5", in_days(29), "77.77")  # issued yesterday
        rows.add_invoice(session, "6", in_days(30), "11.11")  # issued today
        rows.add_invoice(session, "9", in_days(-95), "5000.00", "C3")
    over = signal("wip-over-budget", subject="E1", engagement_ref="E1", dollars=Decimal("3000.00"))
    done = signal("done-not-billed", subject="E2", engagement_ref="E2", dollars=Decimal("2000.00"))
    aged = signal("wip-aged", subject="E2", engagement_ref="E2", dollars=Decimal("2500.00"))
    store_scan(firm, "C1", over, done, aged)
    store_scan(firm, "C2")
    assert brief_of(firm)["money"] == {
        "since": "2026-03-06",
        "until": "2026-03-08",
        "billed": "77.77",
        "billed_count": 1,
        "collected": "50.20",
        "collected_count": 2,
        "ar_60": "300.00",
        "ar_60_clients": 2,
        "ar_90": "200.00",
        "ar_90_clients": 1,
        "over_budget": 1,
        "over_budget_value": "3000.00",
        "not_billed": 1,
        "not_billed_value": "2500.00",
    }
    staff = brief_of(firm, STAFF)
    assert staff["money"] == {} and staff["team"] == []
    assert headlines(staff["needs_you"]) == [over.headline]


def test_team_shows_hours_blocked_work_and_the_oldest_mail(firm: Database) -> None:
    with firm.writing() as session:
        rows.add_engagement(session, "E2", "C2", stage="waiting-on-client", budget_hours=Decimal("28.5"))
        rows.add_engagement(session, "E3", "C2", template="1040", budget_hours=Decimal(99))  # April 15
        rows.add_item(session, "Bank statements", in_days(-10), "E1")
        for days in (4, 5):
            rows.add_message(session, f"<t{days}>", "in", rows.NOW - timedelta(days=days), "When will it be ready?")
    scan_really(firm)
    scan_really(firm, "C2")
    sam, pat = brief_of(firm)["team"]
    assert (sam["name"], sam["planned_hours"], sam["weekly_hours"], sam["percent"]) == ("Sam", "48.5", "40", 121)
    assert sam["overloaded"] and sam["blocked"] == 2 and sam["oldest_message"] is None
    assert pat["oldest_message"]["days"] == 5 and not pat["overloaded"]


def test_own_tasks_of_those_who_do_the_work(firm: Database) -> None:
    with firm.writing() as session:
        for number, days in enumerate((-2, 3, 14, 15)):
            session.add(
                tables.Task(
                    id=f"t{number}",
                    client_id=rows.cl("C2"),
                    title=f"Step {number}",
                    owner_id=rows.per(STAFF),
                    due=in_days(days),
                    estimate_hours=Decimal("1.5"),
                )
            )
    scan_really(firm, "C2")
    found = brief_of(firm, STAFF)["tasks"]
    assert [(row["title"], row["late"]) for row in found] == [("Step 0", True), ("Step 1", False), ("Step 2", False)]
    assert brief_of(firm)["tasks"] == []


def test_blind_spots_name_whatever_was_not_seen(firm: Database) -> None:
    with firm.writing() as session:
        document = rows.add_document(session, "Portal/locked.pdf", "other", {})
        for severity in ("error", "info"):
            session.add(
                tables.IntakeFinding(
                    id=severity,
                    client_id=rows.cl("C1"),
                    document_id=document,
                    source="locked.pdf",
                    message=f"{severity}: a password is needed",
                    severity=severity,
                )
            )
        session.get_one(tables.Client, rows.cl("C1")).ai_policy = "none"
        session.get_one(tables.Client, rows.cl("C2")).ai_policy = "local-only"
    store_scan(firm, "C1", blind=(BlindSpot("C1", "whether E1 is on budget", "no budget"),))
    store_scan(firm, "C2", today=FRIDAY)
    with firm.writing() as session:
        save_failed_scan(rows.night(session), "C2", "the database was full")
    spots = [
        (row["kind"], row["client_ref"], row["what"], row["why"]) for row in brief_of(firm, MANAGER)["blind_spots"]
    ]
    assert spots == [
        ("scan", "C2", "the whole client", "the scan failed: the database was full; what is shown is of March 6, 2026"),
        ("scan", "C3", "the whole client", "it was not scanned that day; nothing is known of it yet"),
        ("document", "C1", "Portal/locked.pdf", "error: a password is needed"),
        ("judgement", "C1", "whether E1 is on budget", "no budget"),
        (
            "model",
            "C1",
            "the whole file, for a model",
            "the client has chosen that no model reads it: rules and templates only",
        ),
        (
            "model",
            "C2",
            "the whole file, for a model outside the firm",
            "the client allows a model on the firm's own machines only",
        ),
    ]

"""The brief as brief.md has it: its three readings, its caps, its verdict, its blind spots; the same rows give the same bytes."""

from collections.abc import Callable
from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest
from sqlalchemy import select

from store import tables
from store.database import Database, counting_queries
from store.errors import Forbidden
from store.types import canonical_json
from tests.signals import rows
from tests.signals.rows import MANAGER, OTHER, PARTNER, STAFF, TODAY
from tests.workspace.worlds import FRIDAY, asker, brief_of, firm_of, in_days, signal, store_scan, store_scans
from workspace.brief import compose_brief
from workspace.brief.verdict import verdict
from workspace.decisions import decide_signal
from workspace.deliverables.filing import file_draft
from workspace.deliverables.model import Draft, Section
from workspace.deliverables.review import approve
from workspace.scans import save_failed_scan
from workspace.signals import BlindSpot, detect, resolve
from workspace.snapshot import take_snapshot

CONTRACT = {
    "as_of",
    "for",
    "verdict",
    "needs_you",
    "worth_a_look",
    "release_queue",
    "horizon",
    "changed",
    "waiting",
    "money",
    "team",
    "blind_spots",
    "yesterday",
}
CARD = {
    "client_ref",
    "client",
    "slugs",
    "class",
    "due",
    "score",
    "headline",
    "why_now",
    "next_step",
    "minutes",
    "evidence",
    "deliverable_id",
}


def headlines(cards: list[dict[str, Any]]) -> list[str]:
    return [card["headline"] for card in cards]


def scan_really(database: Database, ref: str = "C1", today: Any = TODAY) -> None:
    """Detect and store, as the night does."""
    with database.reading() as session:
        found = detect(take_snapshot(rows.night(session, today), ref), today, resolve())
    store_scan(database, ref, *found.signals, today=today, blind=found.blind_spots)


def file(
    database: Database, slug: str, occasion: str, client: str = "C1", cls: str = "B", on: str | None = None
) -> str:
    """A draft in review."""
    draft = Draft(
        f"{slug} {client}", cls, TODAY, (Section("", "Text."),), (), (), engagement_id=rows.eng(on) if on else None
    )
    with database.writing() as session:
        return file_draft(rows.night(session), client, slug, occasion, draft)


@pytest.fixture
def firm(database: Database) -> Database:
    """Pat's C1 and C2 and Olga's C3, all with Mia; Sam owns E1 of C1."""
    firm_of(database)
    with database.writing() as session:
        rows.add_engagement(session, "E1")
    return database


def test_it_has_what_the_contract_names(firm: Database) -> None:
    store_scan(firm, "C1", signal("notice-levy", subject="d", due=in_days(30), dollars=Decimal("100.00")))
    brief = brief_of(firm)
    assert set(brief) >= CONTRACT and set(brief["needs_you"][0]) >= CARD
    assert (brief["as_of"], brief["for"], brief["name"], brief["role"]) == ("2026-03-09", PARTNER, "Pat", "partner")
    assert set(brief["order"]) <= set(brief)
    assert brief["needs_you"][0]["dollars"] == "100.00"


def test_the_same_rows_give_the_same_bytes(firm: Database) -> None:
    with firm.writing() as session:
        rows.add_item(session, "Bank statements", in_days(-10), "E1")
        rows.add_invoice(session, "17", in_days(-70), "900.00")
        rows.add_message(session, "<t>", "in", rows.NOW - timedelta(days=5), "When?")
    scan_really(firm)
    for email in (PARTNER, MANAGER, STAFF):
        assert canonical_json(brief_of(firm, email)) == canonical_json(brief_of(firm, email))
    told = canonical_json(brief_of(firm))
    assert rows.NOW.isoformat() not in told.replace((rows.NOW - timedelta(days=5)).isoformat(), "")


def test_needs_you_holds_seven_and_says_how_many_more(firm: Database) -> None:
    overdue = [signal("ar-aging", subject=f"s{n}", due=in_days(-70), dollars=Decimal(100 + n)) for n in range(30)]
    store_scan(firm, "C1", *overdue)
    brief = brief_of(firm)
    assert (len(brief["needs_you"]), len(brief["worth_a_look"]), brief["more"], brief["needs_more"]) == (7, 15, 8, 23)
    assert [card["dollars"] for card in brief["needs_you"]] == [str(100 + n) + ".00" for n in range(29, 22, -1)]


@pytest.mark.parametrize(
    ("fields", "needs"),
    [
        ({"slug": "notice-levy", "due": in_days(300), "basis": "fact"}, True),  # a right that nobody has acknowledged
        ({"slug": "wip-over-budget", "dollars": Decimal(100)}, True),  # 39.30 and the exposure
        ({"slug": "wip-over-budget"}, False),  # 39.30, below the setting
        ({"slug": "ar-aging", "due": in_days(-70), "basis": "model"}, False),
        ({"slug": "notice-levy", "due": in_days(3), "basis": "model"}, False),
        ({"slug": "return-overdue", "due": in_days(-1), "basis": "fact"}, True),
        ({"slug": "document-expiring", "due": in_days(50)}, False),
    ],
)
def test_what_needs_you(firm: Database, fields: dict[str, Any], needs: bool) -> None:
    store_scan(firm, "C1", signal(**fields))
    brief = brief_of(firm)
    assert (len(brief["needs_you"]), len(brief["worth_a_look"])) == (int(needs), int(not needs))


def test_the_bar_is_a_setting_and_a_missed_date_passes_under_any(firm: Database) -> None:
    with firm.writing() as session:
        session.get_one(tables.Firm, "firm").settings = {"rank": {"needs_you_score": 99}}
    old, missed = signal("ar-aging", due=in_days(-70)), signal("return-overdue", subject="E1", due=in_days(-3))
    pinned = signal("letter-expiring", subject="d")
    store_scan(firm, "C1", old, missed, pinned)
    with firm.writing() as session:
        decide_signal(asker(session), pinned.key, "pin")
    brief = brief_of(firm)
    assert headlines(brief["needs_you"]) == [pinned.headline, missed.headline]
    assert [card["missed"] for card in brief["needs_you"]] == [False, True]
    assert headlines(brief["worth_a_look"]) == [old.headline]


@pytest.mark.parametrize(
    ("parts", "line"),
    [
        (
            {"needs": [5, 10, 10, 10], "approved": 2, "scanned": (61, 57, 2, 0)},
            "4 things need you today (about 35 min). 2 drafts wait for release. "
            "61 clients scanned, 57 quiet, 2 could not be scanned.",
        ),
        (
            {"needs": [5], "approved": 1, "scanned": (1, 0, 0, 0)},
            "1 thing needs you today (about 5 min). 1 draft waits for release. 1 client scanned, 0 quiet.",
        ),
        (
            {"needs": [], "scanned": (3, 3, 0, 1)},
            "Nothing needs you today. No draft waits for release. 3 clients scanned, 3 quiet, 1 not scanned.",
        ),
        (
            {"needs": [], "approved": 1, "in_review": 4, "scanned": (0, 0, 1, 0)},
            "Nothing needs you today. 1 draft waits for release, 4 for review. "
            "0 clients scanned, 0 quiet, 1 could not be scanned.",
        ),
        (
            {"needs": [], "in_review": 1, "reading": "manager", "scanned": (2, 1, 0, 0)},
            "Nothing needs you today. 1 draft waits for review. 2 clients scanned, 1 quiet.",
        ),
        (
            {"needs": [3], "reading": "own", "scanned": (2, 1, 0, 0)},
            "1 thing needs you today (about 3 min). 2 clients scanned, 1 quiet.",
        ),
    ],
)
def test_the_verdict_line(parts: dict[str, Any], line: str) -> None:
    payload = {
        "reading": parts.get("reading", "partner"),
        "needs_you": [{"state": "open", "minutes": minutes} for minutes in parts["needs"]],
        "release_summary": {"approved": parts.get("approved", 0), "in_review": parts.get("in_review", 0)},
        "scanned": dict(zip(("clients", "quiet", "failed", "missing"), parts["scanned"], strict=True)),
    }
    assert verdict(payload) == line


def test_the_verdict_counts_what_stands_below_it(firm: Database) -> None:
    store_scan(firm, "C1", signal("ar-aging", due=in_days(-70), minutes=15))
    store_scan(firm, "C2")
    file(firm, "status-letter", "status@2026-03")
    assert brief_of(firm)["verdict"] == (
        "1 thing needs you today (about 15 min). 1 draft waits for review. 2 clients scanned, 1 quiet."
    )
    with firm.writing() as session:
        save_failed_scan(rows.night(session), "C2", "no")
    assert brief_of(firm)["verdict"].endswith("1 client scanned, 0 quiet, 1 could not be scanned.")
    assert brief_of(firm)["scanned"] == {"clients": 1, "quiet": 0, "failed": 1, "missing": 0}


def test_a_card_leads_to_the_draft_that_waits_for_it(firm: Database) -> None:
    notice = signal("notice-levy", subject="doc_1", due=in_days(30), deliverable_slug="notice-response")
    late = signal(
        "request-overdue", subject="E1", due=in_days(-10), engagement_ref="E1", deliverable_slug="pbc-follow-up"
    )
    k1 = signal("k1-awaited", "C2", "doc_2", due=in_days(-1), engagement_ref="E2", deliverable_slug="pbc-follow-up")
    bill = signal("ar-aging", "C2", due=in_days(-70), deliverable_slug="collection-email")
    store_scan(firm, "C1", notice, late)
    store_scan(firm, "C2", k1, bill)
    assert all(card["deliverable_id"] is None for card in brief_of(firm)["needs_you"])
    explained = file(firm, "notice-explanation", "notice:doc_1", cls="A")
    assert brief_of(firm)["needs_you"][0]["deliverable_id"] == explained
    wanted = {
        notice.headline: file(firm, "notice-response", "notice:doc_1", cls="A"),
        late.headline: file(firm, "pbc-follow-up", "request:E1@2"),
        k1.headline: file(firm, "pbc-follow-up", "request:E2@1", "C2"),
        bill.headline: file(firm, "collection-email", "account:C2@60", "C2", "C"),
    }
    found = {card["headline"]: card["deliverable_id"] for card in brief_of(firm)["needs_you"]}
    assert found == wanted


def test_the_release_queue_of_each_role(firm: Database) -> None:
    store_scan(firm, "C1")
    old = file(firm, "status-letter", "status@2026-03")
    right = file(firm, "notice-response", "notice:d", cls="A")
    ready = file(firm, "collection-email", "account:C2@60", "C2", "C")
    others = file(firm, "status-letter", "status@2026-03", "C3")
    with firm.writing() as session:
        approve(asker(session), ready)
    partner, manager, staff = (brief_of(firm, email, in_days(4)) for email in (PARTNER, MANAGER, STAFF))
    assert [row["deliverable_id"] for row in partner["release_queue"]] == [ready, right, old]
    assert [row["deliverable_id"] for row in manager["release_queue"]] == [right, old, others]
    assert staff["release_queue"] == [] and "draft" not in staff["verdict"]
    assert partner["release_summary"] == {
        "count": 3,
        "approved": 1,
        "in_review": 2,
        "oldest_days": 4,
        "by_class": {"A": 1, "B": 1, "C": 1},
    }
    assert partner["verdict"].startswith("Nothing needs you today. 1 draft waits for release, 2 for review.")


def test_a_manager_does_not_need_to_act_on_what_only_waits_for_release(firm: Database) -> None:
    bill = signal("ar-aging", due=in_days(-70), deliverable_slug="collection-email")
    store_scan(firm, "C1", bill)
    draft = file(firm, "collection-email", "account:C1@60", cls="C")
    assert headlines(brief_of(firm, MANAGER)["needs_you"]) == [bill.headline]
    with firm.writing() as session:
        approve(asker(session), draft)
    manager = brief_of(firm, MANAGER)
    assert manager["needs_you"] == [] and headlines(manager["worth_a_look"]) == [bill.headline]
    assert headlines(brief_of(firm)["needs_you"]) == [bill.headline]


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


def test_staff_read_only_what_concerns_them(firm: Database) -> None:
    with firm.writing() as session:
        rows.add_engagement(session, "E2", owner_id=None)
        rows.add_engagement(session, "E9", "C2", owner_id=None)
        session.add(
            tables.Task(
                id="t",
                client_id=rows.cl("C2"),
                engagement_id=rows.eng("E9"),
                title="Check",
                owner_id=rows.per(STAFF),
                due=in_days(2),
            )
        )
        rows.add_message(session, "<t>", "in", rows.NOW - timedelta(days=6), "And now?")
    mine = signal("extension-needed", subject="E1", due=in_days(7), engagement_ref="E1", headline="mine")
    other = signal("extension-needed", subject="E2", due=in_days(7), engagement_ref="E2", headline="other")
    task = signal("extension-needed", "C2", "E9", due=in_days(7), engagement_ref="E9", headline="my task")
    notice = signal("notice-levy", subject="d", due=in_days(20), headline="the partner's")
    with firm.reading() as session:
        found = detect(take_snapshot(rows.night(session), "C1"), TODAY, resolve()).signals
    [mail] = [one for one in found if one.slug == "message-unanswered"]
    store_scan(firm, "C1", mine, other, notice, mail, signal("ar-aging", due=in_days(-70)))
    store_scan(firm, "C2", task)
    staff = brief_of(firm, STAFF)
    assert sorted(headlines(staff["needs_you"])) == ["mine", "my task"]  # the mail was written to Pat
    assert staff["worth_a_look"] == [] and staff["waiting"]["on_us"] == []
    manager = brief_of(firm, MANAGER)
    assert len(manager["needs_you"]) == 6
    assert manager["order"][:2] == ["horizon", "waiting"]


@pytest.mark.parametrize("email", [MANAGER, STAFF, OTHER])
def test_nobody_reads_of_a_client_behind_a_wall(firm: Database, email: str) -> None:
    ref = "C3" if email == OTHER else "C1"
    with firm.writing() as session:
        rows.add_invoice(session, "17", in_days(-70), "900.00", ref)
        rows.add_item(session, "Lease", in_days(-10), "E1")
    scan_really(firm, ref)
    file(firm, "status-letter", "status@2026-03", ref)
    assert f'"{ref}"' in canonical_json(brief_of(firm, email))
    with firm.writing() as session:
        session.add(tables.Wall(id="w", client_id=rows.cl(ref), person_id=rows.per(email), reason="kin", set_on=TODAY))
    walled = canonical_json(brief_of(firm, email))
    assert f'"{ref}"' not in walled and "900" not in walled


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


def test_a_client_that_failed_keeps_its_cards_and_says_how_old_they_are(firm: Database) -> None:
    right = signal("notice-levy", subject="d", due=in_days(-1), headline="the levy")
    store_scan(firm, "C1", right, today=FRIDAY)
    with firm.writing() as session:
        save_failed_scan(rows.night(session), "C1", "no")
    [card] = brief_of(firm)["needs_you"]
    assert (card["headline"], card["stale_since"], card["missed"]) == ("the levy", FRIDAY.isoformat(), True)
    assert brief_of(firm)["scanned"] == {"clients": 0, "quiet": 0, "failed": 1, "missing": 1}


def test_a_brief_of_an_earlier_day_knows_nothing_of_later_scans(firm: Database) -> None:
    store_scan(firm, "C1", signal("ar-aging", headline="then"), today=FRIDAY)
    store_scan(firm, "C1", signal("ar-aging", headline="now"))
    told = brief_of(firm, today=FRIDAY)
    assert headlines([*told["needs_you"], *told["worth_a_look"]]) == ["then"]


@pytest.mark.parametrize("size", [5, 60])
def test_ten_queries_however_many_clients(database: Database, size: int) -> None:
    with database.writing() as session:
        rows.add_firm(session, size)
        for number in range(1, size + 1):
            rows.add_engagement(session, f"E{number}", f"C{number}")
            rows.add_invoice(session, str(number), in_days(-70), "900.00", f"C{number}")
    bills = {
        ref: signal("ar-aging", ref, due=in_days(-70), deliverable_slug="collection-email")
        for ref in (f"C{number}" for number in range(1, size + 1))
    }
    for day in (FRIDAY, TODAY):
        store_scans(database, bills, day)
    for email in (PARTNER, MANAGER, STAFF):
        with database.reading() as session:
            scope = asker(session, email)
            with counting_queries(database.engine) as statements:
                compose_brief(scope)
        # the twelfth asks whether the ways in for mail are read; who answers for backups is told of one that failed
        assert len(statements) == 12 + (email == PARTNER)


def test_administrators_and_the_software_get_none(firm: Database) -> None:
    with firm.writing() as session:
        session.add(tables.Person(id="a", email="ada@firm.example", name="Ada", role="admin"))
    with firm.reading() as session:
        makes: list[Callable[[], Any]] = [
            lambda: compose_brief(asker(session, "ada@firm.example")),
            lambda: compose_brief(rows.night(session)),
        ]
        for make in makes:
            with pytest.raises(Forbidden, match="no brief"):
                make()


def test_a_partner_without_clients_has_an_empty_brief(firm: Database) -> None:
    with firm.writing() as session:
        session.add(tables.Person(id="n", email="new@firm.example", name="New", role="partner"))
    brief = brief_of(firm, "new@firm.example")
    assert brief["verdict"] == "Nothing needs you today. No draft waits for release. 0 clients scanned, 0 quiet."

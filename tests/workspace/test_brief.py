"""The brief as brief.md has it: its three readings, its caps, its verdict, its blind spots; the same rows give the same bytes."""

from collections.abc import Callable
from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest

from store import tables
from store.database import Database, counting_queries
from store.errors import Forbidden
from store.types import canonical_json
from tests.signals import rows
from tests.signals.rows import MANAGER, OTHER, PARTNER, STAFF, TODAY
from tests.workspace.briefs import file, headlines, scan_really
from tests.workspace.worlds import FRIDAY, asker, brief_of, firm_of, in_days, signal, store_scan, store_scans
from workspace.brief import compose_brief
from workspace.brief.verdict import verdict
from workspace.decisions import decide_signal
from workspace.deliverables.review import approve
from workspace.scans import save_failed_scan
from workspace.signals import detect, resolve
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

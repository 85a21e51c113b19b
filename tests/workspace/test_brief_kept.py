"""The brief that is kept: once a day and person, with what was decided since laid over it, and held against the day after."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import func, select

from store import tables
from store.audit import AuditTag
from store.database import Database, counting_queries
from store.errors import Forbidden, NotFound
from store.tables import AuditEntry
from tests.signals import rows
from tests.signals.rows import MANAGER, OTHER, PARTNER, STAFF, TODAY
from tests.workspace.worlds import FRIDAY, asker, brief_of, firm_of, in_days, signal, store_scan
from workspace.brief import compose_brief, keep_brief, read_brief
from workspace.brief.queue import release_summary
from workspace.decisions import decide_signal
from workspace.deliverables.filing import file_draft
from workspace.deliverables.model import Draft, Section
from workspace.deliverables.review import approve, reject
from workspace.scans import save_failed_scan
from workspace.signals import Signal

BILL = signal("ar-aging", due=in_days(-70), headline="a bill", deliverable_slug="collection-email")
RIGHT = signal("notice-levy", subject="d", due=in_days(30), headline="a levy")
OTHER_BILL = signal("ar-aging", "C2", due=in_days(-70), headline="another bill")


@pytest.fixture
def firm(database: Database) -> Database:
    """C1 with a bill and a levy, C2 with a bill; scanned on Friday, with Pat's brief of Friday kept."""
    firm_of(database)
    store_scan(database, "C1", BILL, RIGHT, today=FRIDAY)
    store_scan(database, "C2", OTHER_BILL, today=FRIDAY)
    keep(database, FRIDAY)
    return database


def keep(database: Database, today: Any = TODAY, email: str = PARTNER) -> str:
    with database.writing() as session:
        scope = asker(session, email, today)
        return keep_brief(scope, compose_brief(scope))


def read(database: Database, email: str = PARTNER, as_of: Any = None, today: Any = FRIDAY) -> dict[str, Any]:
    with database.reading() as session:
        return read_brief(asker(session, email, today), as_of)


def decide(database: Database, what: Signal, decision: str, today: Any = FRIDAY, **more: Any) -> None:
    with database.writing() as session:
        decide_signal(asker(session, PARTNER, today), what.key, decision, **more)


def file(database: Database, today: Any = FRIDAY, occasion: str = "account:C1@60") -> str:
    draft = Draft("Collection", "C", today, (Section("", f"Text of {occasion}."),), (), ())
    with database.writing() as session:
        return file_draft(rows.night(session, today), "C1", "collection-email", occasion, draft)


def rescan(database: Database, *of_c1: Signal) -> dict[str, Any]:
    """Monday's scan of both clients, and Pat's yesterday."""
    store_scan(database, "C1", *of_c1)
    store_scan(database, "C2", OTHER_BILL)
    found: dict[str, Any] = brief_of(database)["yesterday"]
    return found


def count(database: Database, what: Any) -> int:
    with database.reading() as session:
        return session.scalars(select(func.count()).select_from(what)).one()


def test_keeping_twice_changes_nothing_and_leaves_one_entry(firm: Database) -> None:
    def entries() -> list[Any]:
        with firm.reading() as session:
            wanted = select(tables.AuditEntry).where(tables.AuditEntry.tag == AuditTag.BRIEF_WRITTEN)
            return [(one.actor, one.subject, one.detail) for one in session.scalars(wanted)]

    kept = keep(firm, FRIDAY)
    assert keep(firm, FRIDAY) == kept and count(firm, tables.Brief) == 1
    [(actor, subject, detail)] = entries()
    assert (actor, subject, detail["for"], detail["needs_you"]) == ("system:brief", f"brief:{kept}", PARTNER, 3)
    store_scan(firm, "C1", BILL, today=FRIDAY)
    assert keep(firm, FRIDAY) == kept
    assert len(entries()) == 2 and count(firm, tables.Brief) == 1 and count(firm, tables.BriefItem) == 2


def test_each_card_has_its_row(firm: Database) -> None:
    with firm.reading() as session:
        found = session.scalars(select(tables.BriefItem).order_by(tables.BriefItem.position)).all()
        assert [(one.section, one.position, one.keys) for one in found] == [
            ("needs_you", 1, [RIGHT.key]),
            ("needs_you", 2, [BILL.key]),
            ("needs_you", 3, [OTHER_BILL.key]),
        ]
        assert found[0].client_id == rows.cl("C1")


def test_only_the_reader_and_the_software_keep_it(firm: Database) -> None:
    payload = brief_of(firm, MANAGER, FRIDAY)
    with firm.writing() as session:
        with pytest.raises(Forbidden, match="keeps no brief"):
            keep_brief(asker(session, PARTNER), payload)
        assert keep_brief(rows.night(session, FRIDAY), payload)
    assert read(firm, MANAGER)["for"] == MANAGER


def test_what_is_read_is_what_was_kept(firm: Database) -> None:
    found = read(firm)
    with firm.reading() as session:
        entry = session.scalars(select(AuditEntry).where(AuditEntry.tag == AuditTag.BRIEF_WRITTEN)).one()
        assert found.pop("trail") == {"seq": entry.seq, "hash": entry.hash}, "a partner's brief prints the trail's head"
    assert found == brief_of(firm, today=FRIDAY)


def test_without_one_it_says_what_to_do(firm: Database) -> None:
    with pytest.raises(NotFound, match=r"for olga@firm.example yet: `tickmark scan` writes it"):
        read(firm, OTHER)
    with pytest.raises(NotFound, match=r"of 2026-03-09 .*`tickmark scan --as-of 2026-03-09`"):
        read(firm, as_of=TODAY)


def test_the_newest_is_read_unless_a_day_is_named(firm: Database) -> None:
    store_scan(firm, "C1", BILL)
    keep(firm)
    assert read(firm)["as_of"] == "2026-03-09"
    assert read(firm, as_of=FRIDAY)["as_of"] == "2026-03-06"


def test_decisions_since_stand_on_the_cards_and_in_the_verdict(firm: Database) -> None:
    assert read(firm)["verdict"].startswith("3 things need you today (about 15 min).")
    decide(firm, BILL, "dismiss", reason="paid in cash")
    decide(firm, RIGHT, "acknowledge")
    shown = read(firm)
    states = {card["headline"]: (card["state"], card["lines"][0]["state"]) for card in shown["needs_you"]}
    assert states["a bill"] == ("dismissed", "dismissed")
    assert states["a levy"] == ("acknowledged", "acknowledged")
    assert states["another bill"] == ("open", "open")
    assert shown["verdict"].startswith("2 things need you today (about 10 min).")
    decide(firm, OTHER_BILL, "snooze", until=in_days(1))
    assert [card["state"] for card in read(firm)["needs_you"]][2] == "snoozed"
    assert [card["state"] for card in read(firm, today=in_days(1))["needs_you"]][2] == "open"


def test_a_card_is_hidden_when_all_its_lines_are(database: Database) -> None:
    firm_of(database)
    pair = [signal("notice-unopened", subject="d", cls="B"), signal("notice-balance-due", subject="d", cls="B")]
    store_scan(database, "C1", *pair, today=FRIDAY)
    keep(database, FRIDAY)
    decide(database, pair[0], "dismiss", reason="opened")
    assert read(database)["needs_you"][0]["state"] == "open"
    decide(database, pair[1], "dismiss", reason="paid")
    assert read(database)["needs_you"][0]["state"] == "dismissed"


def test_the_queue_is_the_present_one(firm: Database) -> None:
    assert read(firm)["release_queue"] == []
    draft = file(firm)
    assert [row["state"] for row in read(firm)["release_queue"]] == ["in_review"]
    with firm.writing() as session:
        approve(asker(session, PARTNER, FRIDAY), draft)
    shown = read(firm, today=TODAY)
    assert shown["release_summary"] == {
        "count": 1,
        "approved": 1,
        "in_review": 0,
        "oldest_days": 3,
        "by_class": {"C": 1},
    }
    assert "1 draft waits for release." in shown["verdict"]


def test_reading_takes_few_queries(firm: Database) -> None:
    with firm.reading() as session:
        scope = asker(session)
        with counting_queries(firm.engine) as statements:
            read_brief(scope)
    assert len(statements) <= 6


def test_an_old_brief_does_not_tell_of_a_client_that_is_out_of_sight_now(firm: Database) -> None:
    with firm.writing() as session:
        rows.add_message(session, "<t>", "in", rows.NOW - timedelta(days=8), "Hello?", client="C2")
    keep(firm, FRIDAY)
    assert "C2" in str(read(firm))
    with firm.writing() as session:
        session.add(
            tables.Wall(id="w", client_id=rows.cl("C2"), person_id=rows.per(PARTNER), reason="kin", set_on=TODAY)
        )
    shown = read(firm)
    assert "C2" not in str(shown) and "Client 2" not in str(shown) and "another bill" not in str(shown)
    assert [card["headline"] for card in shown["needs_you"]] == ["a levy", "a bill"]


def test_staff_and_administrators(firm: Database) -> None:
    with firm.writing() as session:
        rows.add_engagement(session, "E1")
        session.add(tables.Person(id="a", email="ada@firm.example", name="Ada", role="admin"))
    keep(firm, FRIDAY, STAFF)
    file(firm)
    assert read(firm, STAFF)["release_queue"] == []
    with pytest.raises(Forbidden, match="no brief"):
        read(firm, "ada@firm.example")


def test_yesterday_counts_what_was_acted_on(firm: Database) -> None:
    assert rescan(firm, BILL, RIGHT) == {
        "as_of": "2026-03-06",
        "shown": 3,
        "acted_on": 0,
        "open": 3,
        "dismissed": [],
        "unraised": [],
    }
    decide(firm, RIGHT, "acknowledge")
    decide(firm, BILL, "dismiss", reason="paid in cash")
    found = rescan(firm, BILL, RIGHT)
    assert (found["shown"], found["acted_on"], found["open"]) == (3, 2, 1)
    assert found["dismissed"] == [
        {"client_ref": "C1", "client": "Client 1", "headline": "a bill", "reason": "paid in cash", "by": "Pat"}
    ]


def test_what_is_raised_no_more_was_acted_on(firm: Database) -> None:
    assert rescan(firm, RIGHT)["acted_on"] == 1


def test_a_decision_before_the_brief_is_not_acting_on_it(firm: Database) -> None:
    decide(firm, RIGHT, "acknowledge")
    keep(firm, FRIDAY)
    assert rescan(firm, BILL, RIGHT)["acted_on"] == 0


def test_a_draft_that_was_decided_is_acted_on_and_one_that_the_night_replaced_is_not(firm: Database) -> None:
    draft = file(firm)
    keep(firm, FRIDAY)
    file(firm, TODAY, "account:C1@90")  # supersedes the untouched one
    assert rescan(firm, BILL, RIGHT)["acted_on"] == 0
    with firm.reading() as session:
        assert session.get_one(tables.Deliverable, draft).state == "superseded"


@pytest.mark.parametrize("decide_draft", [approve, lambda scope, draft: reject(scope, draft, "no")])
def test_a_draft_that_a_person_decided_about_is_acted_on(firm: Database, decide_draft: Any) -> None:
    draft = file(firm)
    keep(firm, FRIDAY)
    with firm.writing() as session:
        decide_draft(asker(session), draft)
    assert rescan(firm, BILL, RIGHT)["acted_on"] == 1


def test_what_became_urgent_without_having_been_raised(firm: Database) -> None:
    """New today, a deadline within three business days or past, of a client that had been scanned before."""
    with firm.writing() as session:
        paper = session.get_one(tables.Document, rows.add_document(session, "n.pdf", "notice", {}))
        paper.received_at = rows.NOW - timedelta(hours=9)
        paper_id = paper.id
    soon = signal("extension-needed", subject="E1", due=in_days(3), headline="too late said")
    far = signal("extension-needed", subject="E2", due=in_days(4), headline="in time")
    since = signal("request-overdue", subject="E3", due=in_days(-3), headline="no deadline")
    came = signal("notice-balance-due", subject=paper_id, cls="B", due=in_days(1), headline="came only now")
    fresh = signal("extension-needed", "C3", "E4", due=in_days(1), headline="never scanned before")
    store_scan(firm, "C3", fresh)
    found = rescan(firm, BILL, RIGHT, soon, far, since, came)
    assert {row["headline"]: row["arrived"] for row in found["unraised"]} == {
        "too late said": False,
        "came only now": True,
    }
    keep(firm, FRIDAY, MANAGER)
    store_scan(firm, "C3", fresh)
    assert "never scanned before" not in str(brief_of(firm, MANAGER)["yesterday"]["unraised"])


def test_a_client_that_failed_today_was_neither_acted_on_nor_unraised(firm: Database) -> None:
    with firm.writing() as session:
        for ref in ("C1", "C2"):
            save_failed_scan(rows.night(session), ref, "no")
    found = brief_of(firm)["yesterday"]
    assert (found["shown"], found["acted_on"], found["unraised"]) == (3, 0, [])


@pytest.mark.postgres
def test_the_same_on_postgresql(postgres: Database) -> None:
    firm_of(postgres)
    with postgres.writing() as session:
        rows.add_invoice(session, "1", in_days(-95), "200.20")
        rows.add_payment(session, "1", in_days(-1), "0.20")
    store_scan(postgres, "C1", BILL, RIGHT, today=FRIDAY)
    keep(postgres, FRIDAY)
    decide(postgres, BILL, "snooze", until=in_days(1))
    store_scan(postgres, "C1", BILL, RIGHT)
    keep(postgres)
    shown = read(postgres, today=TODAY)
    assert [card["headline"] for card in shown["needs_you"]] == ["a levy"]
    assert (shown["money"]["ar_90"], shown["yesterday"]["acted_on"]) == ("200.00", 1)
    assert shown.pop("trail")["seq"] > 1
    assert shown == brief_of(postgres)


def test_what_the_firm_itself_does_not_see_is_shown_whatever_clients_the_reader_has(firm: Database) -> None:
    told = {
        "client_ref": "",
        "client": "The firm",
        "what": "the firm's backups",
        "why": "none was made",
        "kind": "setting",
    }
    with firm.writing() as session:
        scope = asker(session, PARTNER, FRIDAY)
        made = compose_brief(scope)
        keep_brief(scope, made | {"blind_spots": [told]})
    assert read(firm)["blind_spots"] == [told]


def test_of_a_long_queue_the_first_are_read_and_all_are_counted(firm: Database) -> None:
    for number in range(3):
        file(firm, occasion=f"letter:{number}")
    whole = read(firm)
    with firm.reading() as session:
        first = read_brief(asker(session, PARTNER, FRIDAY), queue=2)
    assert len(whole["release_queue"]) == 3
    assert first["release_queue"] == whole["release_queue"][:2]
    assert first["release_summary"] == whole["release_summary"] and first["verdict"] == whole["verdict"]


def test_wherever_a_long_queue_is_cut_it_is_the_beginning_of_the_whole(firm: Database) -> None:
    """Drafts of two states and three classes, born at moments of which several fall on one day of the firm, but on two of UTC."""
    made = [file(firm, occasion=f"letter:{number}") for number in range(14)]
    with firm.writing() as session:
        for number, key in enumerate(made):
            one = session.get_one(tables.Deliverable, key)
            one.cls = "ABC"[number % 3]
            one.created_at = datetime(2026, 3, 5, 22, tzinfo=UTC) + timedelta(hours=3 * (number % 7))
        for key in made[::5]:
            approve(asker(session, PARTNER, FRIDAY), key)
    whole = read(firm)
    assert len(whole["release_queue"]) >= 14
    assert whole["release_summary"] == release_summary(whole["release_queue"])
    for most in range(1, len(whole["release_queue"]) + 2):
        with firm.reading() as session:
            first = read_brief(asker(session, PARTNER, FRIDAY), queue=most)
        assert first["release_queue"] == whole["release_queue"][:most]
        assert first["release_summary"] == whole["release_summary"]

"""A snooze that waits for an event by name: what may be waited for, what wakes it, and that a day still ends it."""

from dataclasses import replace
from datetime import date, timedelta

import pytest
from sqlalchemy import select, update

from store import tables
from store.audit import AuditTag
from store.database import Database
from store.errors import Forbidden, Invalid
from store.ids import stable_id
from tests.signals import rows
from tests.signals.rows import NOW, PARTNER, TODAY
from tests.workspace.worlds import asker, brief_of, firm_of, in_days, signal, store_scan
from workspace.awaited import EVENTS, Event
from workspace.decisions import decide_signal
from workspace.scans import raised_signals
from workspace.scope import Right
from workspace.signals import Signal

RETURN = signal("extension-needed", subject="E1", due=in_days(20), engagement_ref="E1", headline="to be extended")
BILL = signal("ar-aging", due=in_days(-70), headline="a bill")
RIGHT = signal("notice-levy", subject="doc", due=in_days(20), engagement_ref="E1")


@pytest.fixture
def firm(database: Database) -> Database:
    """C1 with a return in work, one thing asked for, a bill and a levy notice, scanned on Monday."""
    firm_of(database)
    with database.writing() as session:
        rows.add_engagement(session, "E1")
        rows.add_item(session, "Bank statements", TODAY, "E1")
        rows.add_invoice(session, "100", in_days(-70), "900")
    store_scan(database, "C1", RETURN, BILL, RIGHT)
    return database


def snooze(
    database: Database, what: Signal, event: str, kind: str = "", words: str = "", *, until: date | None = None
) -> str:
    with database.writing() as session:
        return decide_signal(
            asker(session), what.key, "snooze", until=until, event=Event(event, kind, words), reason="as she said"
        )


def state(database: Database, what: Signal, today: date) -> str:
    with database.reading() as session:
        return next(one.state for one in raised_signals(asker(session, PARTNER, today)) if one.key == what.key)


def rescan(database: Database, days: int) -> date:
    store_scan(database, "C1", RETURN, BILL, RIGHT, today=in_days(days))
    return in_days(days)


def paper(database: Database, name: str, kind: str, days: int) -> None:
    with database.writing() as session:
        made = rows.add_document(session, f"documents/C1/{name}", kind, {})
        session.get_one(tables.Document, made).received_at = NOW + timedelta(days=days)


def write(database: Database, days: int, direction: str = "in") -> None:
    with database.writing() as session:
        rows.add_message(session, f"m{days}{direction}", direction, NOW + timedelta(days=days, hours=1), "Hello")


def came(database: Database, event: str) -> None:
    """The event happens on Tuesday."""
    if event == "document":
        paper(database, "K-1 Harbor Partners.pdf", "k-1", 1)
    if event == "answer":
        write(database, 1)
    with database.writing() as session:
        if event == "requests":
            session.execute(update(tables.RequestItem).values(received_on=in_days(1)))
        if event == "payment":
            rows.add_payment(session, "100", in_days(-1), "100")  # booked late, by its own day before the decision
        if event == "signed":
            letter = {"engagement_id": rows.eng("E1"), "client_id": rows.cl("C1"), "signed_on": in_days(1)}
            session.add(tables.EngagementLetter(id="let", **letter))
        if event == "filed":
            session.execute(update(tables.Engagement).values(stage="filed", filed_on=in_days(1)))


SAID = {
    "document": "K-1 Harbor Partners.pdf came on March 10, 2026",
    "answer": "The client wrote on March 10, 2026",
    "requests": "Everything asked for is here",
    "payment": "A payment came",
    "signed": "The engagement letter was signed on March 10, 2026",
    "filed": "2025 Form 1120-S C1 is filed",
}


@pytest.mark.parametrize("event", EVENTS)
def test_each_event_wakes_it(firm: Database, event: str) -> None:
    assert snooze(firm, RETURN, event) == "snoozed"
    tuesday = rescan(firm, 1)
    assert state(firm, RETURN, tuesday) == "snoozed", "nothing has come"
    came(firm, event)
    assert state(firm, RETURN, tuesday) == "snoozed", "nobody has looked yet"
    wednesday = rescan(firm, 2)
    assert state(firm, RETURN, wednesday) == "open"
    brief = brief_of(firm, today=wednesday)
    card = next(c for c in (*brief["needs_you"], *brief["worth_a_look"]) if RETURN.key in c["keys"])
    assert card["why_now"].startswith(f"{SAID[event]}: it was snoozed until then. Because.")
    assert state(firm, RETURN, rescan(firm, 3)) == "open", "it does not fall asleep again"
    with firm.reading() as session:
        [woken] = session.scalars(select(tables.AuditEntry).where(tables.AuditEntry.tag == AuditTag.SIGNAL_WOKEN))
        assert (woken.actor, woken.subject) == ("system:night", f"signal:{RETURN.key}")
        [decision] = session.scalars(select(tables.SignalDecision))
        assert decision.came_on == wednesday and decision.reason.startswith(f"until {EVENTS[event]}; as she said")


@pytest.mark.parametrize(
    ("name", "kind", "wanted", "wakes"),
    [
        ("K-1 Harbor Partners.pdf", "k-1", ("k-1",), True),
        ("K-1 Harbor Partners.pdf", "k-1", ("K 1", "harbor"), True),
        ("K-1 Harbor Partners.pdf", "k-1", ("k-1", "Alder"), False),
        ("Statement.pdf", "bank-statement", ("k-1",), False),
        ("Statement.pdf", "bank-statement", (), True),
    ],
)
def test_a_document_is_narrowed_down(
    firm: Database, name: str, kind: str, wanted: tuple[str, ...], wakes: bool
) -> None:
    paper(firm, "K-1 before.pdf", "k-1", -3)  # what was there when she decided is not waited for
    snooze(firm, RETURN, "document", *wanted)
    assert state(firm, RETURN, rescan(firm, 1)) == "snoozed"
    paper(firm, name, kind, 1)
    assert (state(firm, RETURN, rescan(firm, 2)) == "open") is wakes


def test_our_own_mail_is_no_answer(firm: Database) -> None:
    write(firm, -1)
    snooze(firm, RETURN, "answer")
    write(firm, 1, "out")
    assert state(firm, RETURN, rescan(firm, 2)) == "snoozed"


def test_the_first_of_a_day_and_an_event_ends_it(firm: Database) -> None:
    snooze(firm, RETURN, "document", until=in_days(4))
    assert state(firm, RETURN, rescan(firm, 3)) == "snoozed"
    assert state(firm, RETURN, rescan(firm, 4)) == "open"


def test_a_changed_evidence_alone_does_not_wake_it(firm: Database) -> None:
    snooze(firm, BILL, "payment")
    changed = signal("ar-aging", due=in_days(-70), says="another bill")
    store_scan(firm, "C1", changed, today=in_days(1))
    assert state(firm, BILL, in_days(1)) == "snoozed"


def test_it_is_taken_back_like_any_decision(firm: Database) -> None:
    snooze(firm, RETURN, "document")
    with firm.writing() as session:
        assert decide_signal(asker(session), RETURN.key, "reopen") == "open"
    came(firm, "document")
    assert state(firm, RETURN, rescan(firm, 2)) == "open"
    with firm.reading() as session:
        assert session.scalars(select(tables.SignalDecision.came_on)).all() == [None, None], "nothing slept any more"


def test_a_right_that_can_be_lost_needs_a_day_too(firm: Database) -> None:
    with pytest.raises(Invalid, match="with or without an event"):
        snooze(firm, RIGHT, "document")
    assert snooze(firm, RIGHT, "document", until=in_days(10)) == "snoozed"
    came(firm, "document")
    assert state(firm, RIGHT, rescan(firm, 2)) == "open"


@pytest.mark.parametrize(
    ("what", "event", "more", "says"),
    [
        (RETURN, "rain", (), "no event to wait for: document, answer"),
        (RETURN, "document", ("poem",), "no kind of document 'poem'"),
        (RETURN, "answer", ("", "yes"), "said of a document"),
        (BILL, "filed", (), "about no single engagement"),
    ],
)
def test_what_cannot_be_waited_for(firm: Database, what: Signal, event: str, more: tuple[str, ...], says: str) -> None:
    with pytest.raises(Invalid, match=says):
        snooze(firm, what, event, *more)


def test_what_has_come_already_is_not_waited_for(firm: Database) -> None:
    came(firm, "filed")
    with pytest.raises(Invalid, match="nothing is left to wait for: 2025 Form 1120-S C1 is filed"):
        snooze(firm, RETURN, "filed")


def test_only_a_snooze_waits_and_money_is_for_who_sees_it(firm: Database) -> None:
    with firm.writing() as session, pytest.raises(Invalid, match="only a snooze"):
        decide_signal(asker(session), RETURN.key, "pin", event=Event("answer"))
    with firm.writing() as session, pytest.raises(Forbidden, match="money"):
        blind = replace(asker(session), only=frozenset({Right.CLIENT_READ, Right.SIGNAL_DECIDE}))
        decide_signal(blind, RETURN.key, "snooze", event=Event("payment"))


def test_a_day_gone_by_is_replayed_without_waking_anything(firm: Database) -> None:
    with firm.writing() as session:
        night = {"as_of": in_days(5), "state": "done", "started_at": NOW, "finished_at": NOW}
        session.add(tables.Scan(id=stable_id("scan", in_days(5)), **night))
    snooze(firm, RETURN, "document")
    came(firm, "document")
    store_scan(firm, "C1", RETURN, BILL, RIGHT, today=in_days(2))
    with firm.reading() as session:
        assert session.scalars(select(tables.SignalDecision.came_on)).all() == [None]

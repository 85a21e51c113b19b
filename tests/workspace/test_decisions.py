"""What a person decides about a signal holds as long as brief.md says, and lands on the trail."""

from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

import pytest
from sqlalchemy import select

from store.audit import AuditTag
from store.database import Database
from store.errors import Forbidden, Invalid, NotFound
from store.tables import AuditEntry, SignalDecision
from tests.signals import rows
from tests.signals.rows import MANAGER, OTHER, PARTNER, STAFF, TODAY
from tests.workspace.worlds import asker, brief_of, firm_of, in_days, signal, store_scan
from workspace.decisions import decide_signal
from workspace.scans import raised_signals, signals_listing
from workspace.signals import Signal

BILL = signal("ar-aging", due=in_days(-70), dollars=Decimal("900.00"), headline="$900 unpaid for 60 days or more")
RIGHT = signal("notice-levy", subject="doc", due=in_days(20))


@pytest.fixture
def firm(database: Database) -> Database:
    """C1 with an old bill and a levy notice, scanned on Monday."""
    firm_of(database)
    store_scan(database, "C1", BILL, RIGHT)
    return database


def decide(
    database: Database, what: Signal, decision: str, email: str = PARTNER, today: date = TODAY, **more: Any
) -> str:
    with database.writing() as session:
        return decide_signal(asker(session, email, today), what.key, decision, **more)


def state(database: Database, what: Signal, today: date = TODAY) -> str:
    with database.reading() as session:
        return next(one.state for one in raised_signals(asker(session, PARTNER, today)) if one.key == what.key)


def headlines(database: Database, today: date = TODAY) -> list[str]:
    brief = brief_of(database, today=today)
    return [card["headline"] for card in (*brief["needs_you"], *brief["worth_a_look"])]


def test_a_dismissal_lasts_until_the_evidence_changes(firm: Database) -> None:
    assert decide(firm, BILL, "dismiss", reason="paid in cash") == "dismissed"
    assert BILL.headline not in headlines(firm)
    tuesday = in_days(1)
    store_scan(firm, "C1", BILL, RIGHT, today=tuesday)
    assert state(firm, BILL, tuesday) == "dismissed" and BILL.headline not in headlines(firm, tuesday)
    more = signal("ar-aging", due=in_days(-70), headline="$1,900 unpaid", says="another bill")
    wednesday = in_days(2)
    store_scan(firm, "C1", more, RIGHT, today=wednesday)
    assert state(firm, BILL, wednesday) == "open" and "$1,900 unpaid" in headlines(firm, wednesday)


def test_a_snooze_lasts_until_its_day_whatever_happens(firm: Database) -> None:
    assert decide(firm, BILL, "snooze", until=in_days(3)) == "snoozed"
    changed = signal("ar-aging", due=in_days(-70), says="another bill", headline="still asleep")
    for days, awake in ((1, False), (2, False), (3, True)):
        store_scan(firm, "C1", changed, RIGHT, today=in_days(days))
        assert ("still asleep" in headlines(firm, in_days(days))) is awake


def test_a_snooze_until_an_event_ends_when_the_evidence_changes(firm: Database) -> None:
    assert decide(firm, BILL, "snooze", reason="until the bank answers") == "snoozed"
    store_scan(firm, "C1", BILL, RIGHT, today=in_days(40))
    assert state(firm, BILL, in_days(40)) == "snoozed"
    store_scan(firm, "C1", signal("ar-aging", says="a payment"), RIGHT, today=in_days(41))
    assert state(firm, BILL, in_days(41)) == "open"


def test_an_acknowledged_date_leaves_the_top_and_returns_when_it_changes(firm: Database) -> None:
    assert brief_of(firm)["needs_you"][0]["headline"] == RIGHT.headline
    assert decide(firm, RIGHT, "acknowledge") == "acknowledged"
    assert brief_of(firm)["needs_you"][0]["headline"] == BILL.headline
    store_scan(firm, "C1", BILL, signal("notice-levy", subject="doc", due=in_days(9), says="new"), today=in_days(1))
    assert state(firm, RIGHT, in_days(1)) == "open"


def test_a_delegated_item_goes_to_the_delegate(firm: Database) -> None:
    with firm.writing() as session:
        rows.add_engagement(session, "E1")
    mail = signal("message-unanswered", subject="mail", cls="B", due=in_days(1), headline="a question waits")
    store_scan(firm, "C1", BILL, RIGHT, mail)
    assert decide(firm, mail, "delegate", delegate=STAFF) == "delegated"
    partner, staff = brief_of(firm), brief_of(firm, STAFF)
    assert mail.headline not in [card["headline"] for card in partner["needs_you"]]
    assert [card["delegate"] for card in partner["worth_a_look"]] == ["Sam"]
    assert mail.headline in [card["headline"] for card in staff["needs_you"]]
    with pytest.raises(Invalid, match="money"):
        decide(firm, BILL, "delegate", delegate=STAFF)


def test_the_newest_decision_counts_even_in_the_same_moment(firm: Database) -> None:
    for decision, more in (("dismiss", {"reason": "no"}), ("reopen", {}), ("pin", {}), ("reopen", {}), ("pin", {})):
        wanted = decide(firm, BILL, decision, **more)
        assert state(firm, BILL) == wanted
    with firm.reading() as session:
        assert len({one.at for one in session.scalars(select(SignalDecision))}) == 5


@pytest.mark.parametrize(
    ("what", "decision", "more", "says"),
    [
        (BILL, "dismiss", {}, "needs a reason"),
        (BILL, "dismiss", {"reason": "  "}, "needs a reason"),
        (BILL, "snooze", {}, "needs a later day"),
        (BILL, "snooze", {"until": TODAY}, "no later day"),
        (RIGHT, "snooze", {"until": in_days(20)}, "cannot be extended"),
        (RIGHT, "snooze", {"reason": "until counsel answers"}, "to a day"),
        (BILL, "delegate", {}, "give an address"),
        (BILL, "delegate", {"delegate": "nobody@firm.example"}, "nobody who works here"),
        (BILL, "delegate", {"delegate": OTHER}, "does not see this client"),
        (BILL, "forget", {}, "no decision"),
    ],
)
def test_an_incomplete_decision_says_what_is_missing(
    firm: Database, what: Signal, decision: str, more: dict[str, Any], says: str
) -> None:
    with pytest.raises(Invalid, match=says):
        decide(firm, what, decision, **more)
    assert state(firm, what) == "open"


def test_a_right_may_sleep_to_the_day_before_its_date(firm: Database) -> None:
    assert decide(firm, RIGHT, "snooze", until=in_days(19)) == "snoozed"


def test_who_may_decide(firm: Database) -> None:
    with pytest.raises(NotFound):
        decide(firm, BILL, "acknowledge", OTHER)
    with firm.writing() as session:
        rows.add_engagement(session, "E1")
    with pytest.raises(Forbidden, match="signal:decide"):
        decide(firm, RIGHT, "acknowledge", STAFF)
    with pytest.raises(NotFound):
        decide(firm, BILL, "acknowledge", STAFF)  # it is about money, which she does not see
    with firm.writing() as session, pytest.raises(Forbidden, match="signal:decide"):
        decide_signal(rows.night(session), BILL.key, "acknowledge")
    assert decide(firm, BILL, "acknowledge", MANAGER) == "acknowledged"


def test_a_decision_is_on_the_trail_and_in_the_list(firm: Database) -> None:
    decide(firm, BILL, "snooze", until=in_days(3), reason="promised for Thursday")
    with firm.reading() as session:
        [entry] = session.scalars(select(AuditEntry).where(AuditEntry.tag == AuditTag.SIGNAL_DECIDED))
        assert entry.actor == PARTNER and entry.subject == f"signal:{BILL.key}"
        assert entry.detail["decision"] == "snooze" and entry.detail["until"] == in_days(3).isoformat()
        listed = {row["key"]: row["state"] for row in signals_listing(asker(session), "C1")}
    assert listed == {BILL.key: "snoozed", RIGHT.key: "open"}


def test_a_clock_that_was_set_back_does_not_hide_the_newest_decision(firm: Database) -> None:
    decide(firm, BILL, "pin")
    with firm.writing() as session:
        early = replace(asker(session), now=rows.NOW - timedelta(hours=3))
        assert decide_signal(early, BILL.key, "reopen") == "open"
    assert state(firm, BILL) == "open"

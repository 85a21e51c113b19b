"""How much work remains on an engagement, and how long this client usually takes to answer. Pure arithmetic on a snapshot."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from workspace.signals.days import business_days_to
from workspace.signals.thresholds import Thresholds
from workspace.snapshot.model import ZERO, Engagement, Snapshot

WORKDAYS = 5  # a week of the practice


@dataclass(frozen=True)
class Remaining:
    """Open budget hours of an engagement and the owner's hours a day; `days` is None when either is not known."""

    logged: Decimal
    hours: Decimal | None
    hours_a_day: Decimal | None

    @property
    def days(self) -> Decimal | None:
        """Workdays of the owner that remain."""
        if self.hours is None or not self.hours_a_day:
            return None
        return self.hours / self.hours_a_day


def remaining(snapshot: Snapshot, engagement: Engagement, today: date) -> Remaining:
    """Budget hours less all hours logged through `today`, never below 0, and the owner's weekly hours over five days."""
    logged = sum((entry.hours for entry in snapshot.time_on(engagement, today)), ZERO)
    owner = snapshot.people.get(engagement.owner_id or "")
    weekly = owner.weekly_hours if owner else None
    hours = None if engagement.budget_hours is None else max(engagement.budget_hours - logged, ZERO)
    return Remaining(logged, hours, None if weekly is None else weekly / WORKDAYS)


def remaining_days(snapshot: Snapshot, engagement: Engagement | None, today: date) -> Decimal:
    """Workdays that remain; 0 without an engagement, a finished one, no budget or no hours of an owner (brief.md)."""
    if engagement is None or not engagement.is_open:
        return ZERO
    return remaining(snapshot, engagement, today).days or ZERO


def answer_days(snapshot: Snapshot, settings: Thresholds) -> Decimal:
    """Business days within which four of five of this client's answers came (p80, nearest rank).

    Answers are request items received after they were asked for, and the client's next mail in a thread after one of ours. With
    fewer of them than the setting rank.answers nothing is known, and the setting rank.answer_days holds.
    """
    seen = sorted([*_items(snapshot), *_replies(snapshot)])
    if len(seen) < max(settings.days("rank", "answers"), 1):
        return settings.of("rank", "answer_days")
    return Decimal(seen[(len(seen) * 4 + 4) // 5 - 1])


def _items(snapshot: Snapshot) -> Iterator[int]:
    for item in snapshot.requests:
        if item.requested_on and item.received_on and item.received_on >= item.requested_on:
            yield business_days_to(item.requested_on, item.received_on)


def _replies(snapshot: Snapshot) -> Iterator[int]:
    asked: dict[str, date] = {}
    for mail in snapshot.messages:
        if mail.sent_at is None:
            continue
        day = snapshot.local_day(mail.sent_at)
        if mail.direction == "out":
            asked.setdefault(mail.thread, day)
        elif mail.thread in asked:
            yield business_days_to(asked.pop(mail.thread), day)

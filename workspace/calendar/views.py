"""How dates are laid out: on the leaf of a month, day after day, and by slack. Pure; computes no date."""

import calendar
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from workspace.calendar.model import KINDS, Calendar, Dated, Entry
from workspace.deadlines import legal_holidays

FEW = 4  # dates that a cell of the month names one by one; more are counted by kind


@dataclass(frozen=True)
class Cell:
    """A day of the month's leaf. `holiday` is the legal holiday's name. `counts` are (kind, label, number, missed, of class A) where there
    are more dates than can be named."""

    day: date
    inside: bool
    holiday: str | None
    dates: tuple[Dated, ...]
    counts: tuple[tuple[str, str, int, int, int], ...]


@dataclass(frozen=True)
class Day:
    """A day with its dates."""

    day: date
    holiday: str | None
    dates: tuple[Dated, ...]


def span_of(month: date) -> tuple[date, date]:
    """The first and last day on the leaf of a month: whole weeks from Sunday to Saturday."""
    weeks = calendar.Calendar(calendar.SUNDAY).monthdatescalendar(month.year, month.month)
    return weeks[0][0], weeks[-1][-1]


def named(entries: Sequence[Entry]) -> list[int]:
    """The places of the dates that the leaf of a month names: those of days that have few."""
    on = Counter(one.due for one in entries)
    return [place for place, one in enumerate(entries) if on[one.due] <= FEW]


def month_grid(found: Calendar, month: date) -> tuple[tuple[Cell, ...], ...]:
    """The weeks of a month, Sunday first; `found` has those in full that are `named`."""
    on: dict[date, list[Dated]] = {}
    for one in found.dates:
        on.setdefault(one.due, []).append(one)
    many: dict[date, list[Entry]] = {}
    for entry in found.entries:
        if entry.due not in on:
            many.setdefault(entry.due, []).append(entry)
    weeks = calendar.Calendar(calendar.SUNDAY).monthdatescalendar(month.year, month.month)
    return tuple(
        tuple(_cell(day, month, sorted(on.get(day, ()), key=_loudest), many.get(day, ())) for day in week)
        for week in weeks
    )


def _cell(day: date, month: date, dates: list[Dated], many: Sequence[Entry]) -> Cell:
    counted = Counter(one.kind for one in many)
    missed = Counter(one.kind for one in many if one.missed)
    loud = Counter(one.kind for one in many if one.cls == "A" and not one.done)
    counts = [(kind, KINDS[kind], counted[kind], missed[kind], loud[kind]) for kind in KINDS if counted[kind]]
    holiday = legal_holidays(day.year).get(day)
    return Cell(day, day.month == month.month, holiday, tuple(dates), tuple(counts))


def by_day(dates: Sequence[Dated]) -> tuple[Day, ...]:
    """Day after day; the loudest class first on each."""
    on: dict[date, list[Dated]] = {}
    for one in dates:
        on.setdefault(one.due, []).append(one)
    return tuple(
        Day(day, legal_holidays(day.year).get(day), tuple(sorted(on[day], key=_loudest))) for day in sorted(on)
    )


def by_slack(dates: Sequence[Dated]) -> tuple[Dated, ...]:
    """What has the least time left first; what is done has none and stands last."""
    return tuple(
        sorted(dates, key=lambda one: (one.done, one.slack_days or Decimal(0), one.due, one.client_ref, one.key))
    )


def _loudest(one: Dated) -> tuple[bool, str, str, str]:
    return (one.done, one.cls, one.client, one.title)

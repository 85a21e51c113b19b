"""How an item stands: what of it came, what is lacking, whether it is to be asked for again. Pure arithmetic on values already read."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from store.tables import Engagement as EngagementRow
from workspace.requests.matching import covered, timed, wanted_months
from workspace.requests.wants import Wants, wants_of
from workspace.snapshot import Engagement, RequestItem

_NAMES = (
    "January",
    "February",
    "March",
    "April",
    "May",
    "June",
    "July",
    "August",
    "September",
    "October",
    "November",
    "December",
)


@dataclass(frozen=True)
class Standing:
    """The months that are wanted by now, and those of them that came; both empty for an item that is one paper."""

    wanted: tuple[str, ...] = ()
    came: tuple[str, ...] = ()

    @property
    def lacking(self) -> tuple[str, ...]:
        return tuple(month for month in self.wanted if month not in self.came)

    @property
    def counted(self) -> str:
        """`9 of 12`, "" for an item that is one paper."""
        return f"{len(self.came)} of {len(self.wanted)}" if self.wanted else ""


def standing(
    item: str, wants: Mapping[str, Any] | None, have: str | None, work: Engagement | None, today: date
) -> Standing:
    """How an item by months stands at the end of the day before `today`."""
    wanted = wanted_months(wants_of(item, wants), work, today)
    there = months_of(have)
    return Standing(tuple(wanted), tuple(month for month in wanted if month in there))


def months_of(have: str | None) -> set[str]:
    """The months that an item has, as they are stored."""
    return set().union(*(covered(one) for one in (have or "").split(",")))


def missing_of(item: RequestItem, work: Engagement | None, today: date) -> Standing | None:
    """What is to be asked for again of an item; None when nothing is: it came, a paper lies there to be looked at, or of an item by
    months every month that has ended came."""
    if item.received_on is not None or item.proposed:
        return None
    found = standing(item.item, item.wants, item.have, work, today)
    if ends_on(wants_of(item.item, item.wants), work) is not None and not found.lacking:
        return None
    return found


def ends_on(wants: Wants, work: Engagement | None) -> date | None:
    """The last day of the months that an item wants; None where it is not one by months, or of no known period."""
    of = timed(wants, work) if wants.months else None
    return of.period_end if of is not None else None


def in_words(months: Iterable[str]) -> str:
    """Months in order as a person writes them: "April 2025, June 2025 to August 2025"."""
    runs: list[list[str]] = []
    for month in months:
        if runs and _after(runs[-1][-1]) == month:
            runs[-1].append(month)
        else:
            runs.append([month])
    parts = [part for run in runs for part in ([run] if len(run) > 2 else [[one] for one in run])]
    return ", ".join(_named(run[0]) if len(run) == 1 else f"{_named(run[0])} to {_named(run[-1])}" for run in parts)


def _after(month: str) -> str:
    number = int(month[:4]) * 12 + int(month[5:7])
    return f"{number // 12}-{number % 12 + 1:02d}"


def _named(month: str) -> str:
    return f"{_NAMES[int(month[5:7]) - 1]} {month[:4]}"


def as_work(row: EngagementRow | None) -> Engagement | None:
    """The row as the rules that count months see it."""
    if row is None:
        return None
    return Engagement(row.id, row.ref, row.template, row.title, row.stage, row.period_start, row.period_end)

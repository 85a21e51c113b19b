"""What every report is made of: figures by part and series, and rows of which each belongs to one of them. Plain values."""

from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Literal

Unit = Literal["dollars", "hours", "count", "percent"]
ZERO = Decimal(0)


@dataclass(frozen=True)
class Span:
    """The days a report is about. `first` and `last` None: the report's own."""

    first: date | None = None
    last: date | None = None


@dataclass(frozen=True)
class Figure:
    """A part of a report (an age, a month, a client) with its amounts in the order of the report's series. `share` is percent (realization,
    utilization, share of the whole), None where the report has none or it cannot be told; `marked`: above a limit, or late. `rest`: its
    rows are not the asker's to see."""

    key: str
    label: str
    values: tuple[Decimal, ...]
    share: Decimal | None = None
    marked: bool = False
    rest: bool = False


@dataclass(frozen=True)
class Row:
    """What a figure is made of. `record` is where it can be seen: invoice:NUMBER, or time, engagement,
    request, client, calendar with the ref of the client. `on` is the day it is counted by, None: it has none."""

    part: str
    series: str
    on: date | None
    client_ref: str
    client: str
    what: str
    who: str
    amount: Decimal
    record: str


@dataclass(frozen=True)
class Report:
    """The figures. `share` names the figures' share, "" where they have none; `stacked`: the series of a part are parts of one thing.
    `first` and `last` are the days it is about, the same day for what stands as of a day."""

    name: str
    title: str
    says: str
    unit: Unit
    series: tuple[str, ...]
    figures: tuple[Figure, ...]
    first: date
    last: date
    share: str = ""
    stacked: bool = True
    upright: bool = True

    @property
    def totals(self) -> tuple[Decimal, ...]:
        """The sums by series."""
        return tuple(sum((one.values[n] for one in self.figures), ZERO) for n in range(len(self.series)))

    @property
    def total(self) -> Decimal:
        return sum(self.totals, ZERO)

    def figure(self, key: str) -> Figure | None:
        return next((one for one in self.figures if one.key == key), None)


def figures_from(rows: list[Row], parts: tuple[tuple[str, str], ...], series: tuple[str, ...]) -> tuple[Figure, ...]:
    """The figures that rows add up to; `parts` are (key, label) in their order."""
    sums: dict[tuple[str, str], Decimal] = {}
    for row in rows:
        sums[row.part, row.series] = sums.get((row.part, row.series), ZERO) + row.amount
    return tuple(Figure(key, label, tuple(sums.get((key, name), ZERO) for name in series)) for key, label in parts)

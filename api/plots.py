"""The geometry of a report's plot: bars, the lines of its scale and what stands below them, in the units of one viewBox. Pure arithmetic.

The plot shows what the table beside it says; nobody needs it to read a figure.
"""

from dataclasses import dataclass
from decimal import ROUND_CEILING, ROUND_FLOOR, Decimal

from workspace.reports import Report

WIDE, HIGH = 640, 250
LEFT, RIGHT, TOP, BOTTOM = 58, 6, 10, 34
_GAP = 0.28  # of a slot stays empty
_STEPS = (1, 2, 5, 10)
_MOST_LABELS = 14


@dataclass(frozen=True)
class Bar:
    """A rectangle of one series. `says` is what stands in the table."""

    series: int
    key: str
    x: float
    y: float
    width: float
    height: float
    says: str
    marked: bool


@dataclass(frozen=True)
class Line:
    """A line of the scale with its label."""

    y: float
    label: str


@dataclass(frozen=True)
class Label:
    """The name of a part below the axis."""

    x: float
    text: str


@dataclass(frozen=True)
class Plot:
    """Bars in a viewBox of WIDE by HIGH."""

    bars: tuple[Bar, ...]
    lines: tuple[Line, ...]
    labels: tuple[Label, ...]
    base: float
    wide: int = WIDE
    high: int = HIGH


def plot_of(report: Report) -> Plot:
    """Bars beside each other or upon each other, over a scale of round numbers; amounts below 0 hang from the axis."""
    highest, lowest = _extent(report)
    step = _step(highest - lowest)
    top = step * (highest / step).to_integral_value(ROUND_CEILING)
    floor = step * (lowest / step).to_integral_value(ROUND_FLOOR)
    if top == floor:
        top = step
    scale = (HIGH - TOP - BOTTOM) / float(top - floor)

    def at(amount: Decimal) -> float:
        return round(TOP + float(top - amount) * scale, 1)

    lines, mark = list[Line](), floor
    while mark <= top:
        lines.append(Line(at(mark), said(mark, report.unit)))
        mark += step
    slot = (WIDE - LEFT - RIGHT) / max(len(report.figures), 1)
    bars, labels = list[Bar](), list[Label]()
    every = -(-len(report.figures) // _MOST_LABELS) or 1
    for n, one in enumerate(report.figures):
        start, inner = LEFT + n * slot + slot * _GAP / 2, slot * (1 - _GAP)
        inner, start = (inner, start) if inner <= 64 else (64, LEFT + n * slot + (slot - 64) / 2)
        if n % every == 0:
            labels.append(Label(round(LEFT + (n + 0.5) * slot, 1), one.label))
        upon = Decimal(0)
        for series, amount in enumerate(one.values):
            width = inner if report.stacked else inner / len(one.values)
            x = start if report.stacked else start + series * width
            low, high = sorted((upon, upon + amount) if report.stacked else (Decimal(0), amount))
            y = at(high)
            if amount:
                told = f"{one.label}, {report.series[series]}: {said(amount, report.unit, exact=True)}"
                inset = 0 if report.stacked else 1.5
                height = round(max(at(low) - y, 0.5), 1)
                bars.append(Bar(series, one.key, round(x, 1), y, round(width - inset, 1), height, told, one.marked))
            upon += amount if report.stacked else 0
    return Plot(tuple(bars), tuple(lines), tuple(labels), at(Decimal(0)))


def _extent(report: Report) -> tuple[Decimal, Decimal]:
    """The highest and the lowest that a bar reaches, with 0."""
    reached = [Decimal(0)]
    for one in report.figures:
        upon = Decimal(0)
        for amount in one.values:
            upon = upon + amount if report.stacked else amount
            reached.append(upon)
    return max(reached), min(reached)


def _step(extent: Decimal) -> Decimal:
    """A round number of which three to six make the extent."""
    if extent <= 0:
        return Decimal(1)
    rough = extent / 4
    power = Decimal(10) ** rough.adjusted()
    return next(power * n for n in _STEPS if power * n >= rough)


def said(amount: Decimal, unit: str, *, exact: bool = False) -> str:
    """An amount as a scale or, `exact`, a figure says it."""
    if unit == "dollars" and exact:
        return f"{amount:,.2f}"
    if unit == "dollars":
        return f"{amount / 1000:,g}k".replace(".0k", "k") if abs(amount) >= 1000 else f"{amount:,g}"
    if unit == "hours" and exact:
        return f"{amount:,.2f}"
    return f"{amount:,.1f}" if unit == "percent" and exact else f"{amount.normalize():,f}"

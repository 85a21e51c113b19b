"""Plots of kept figures as SVG files: shares with their standard errors, and curves over what grows. Light and dark by the reader's choice.

Pure arithmetic and text: the same figures give the same file to the byte. The table beside a plot says everything that it shows.
"""

import math
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from xml.sax.saxutils import escape

WIDE, ROW = 760, 26
_LEFT, _RIGHT, _TOP, _FOOT = 330, 96, 34, 34
_HIGH = 340
_STYLE = """
.paper{fill:#fff}.ink{fill:#1d2330}.soft{fill:#5b6475}.rule{stroke:#d9dde5}.bar{stroke:#2a5db0}.dot{fill:#2a5db0}
.was{fill:none;stroke:#5b6475}.gate{stroke:#b3541e}
.s0{stroke:#2a5db0;fill:#2a5db0}.s1{stroke:#b3541e;fill:#b3541e}.s2{stroke:#2f7d4f;fill:#2f7d4f}.s3{stroke:#8a4fa8;fill:#8a4fa8}
@media (prefers-color-scheme:dark){
.paper{fill:#151922}.ink{fill:#e7eaf0}.soft{fill:#9aa4b5}.rule{stroke:#323947}.bar{stroke:#7fa7e6}.dot{fill:#7fa7e6}
.was{stroke:#9aa4b5}.gate{stroke:#e0935f}
.s0{stroke:#7fa7e6;fill:#7fa7e6}.s1{stroke:#e0935f;fill:#e0935f}.s2{stroke:#79c397;fill:#79c397}.s3{stroke:#c39bdb;fill:#c39bdb}
}
.line{fill:none;stroke-width:2}text[class]{font:12px system-ui,sans-serif;stroke:none}text.title.title{font-weight:600;font-size:13px}
"""

_Scale = Callable[[float], float]
_Place = Callable[[float, float], tuple[float, float]]


@dataclass(frozen=True)
class Share:
    """A mean between 0 and 1 with its standard error; what it was in the baseline, and what it may not fall below."""

    label: str
    mean: float
    error: float | None
    was: float | None = None
    gate: float | None = None


@dataclass(frozen=True)
class Curve:
    """A value at each size, both above 0. `computed` are points that were not measured but follow from those that were."""

    label: str
    points: Sequence[tuple[float, float]]
    computed: Sequence[tuple[float, float]] = ()


def shares(title: str, rows: Sequence[Share]) -> str:
    """A dot a share on one scale up to 1, with its error; a ring for the baseline, a tick for the gate."""
    lowest = min(min(one.mean - 2 * (one.error or 0), one.was or 1, one.gate or 1) for one in rows)
    floor = max(0.0, math.floor(lowest * 10 - 0.5) / 10)
    high = _TOP + ROW * len(rows) + _FOOT

    def at(value: float) -> float:
        return round(_LEFT + (WIDE - _LEFT - _RIGHT) * (min(max(value, floor), 1) - floor) / (1 - floor), 1)

    lines = [_text(14, 20, title, "ink title")]
    bottom = high - _FOOT + 4
    for tenth in range(round(floor * 10), 11):
        if floor < 0.5 and tenth % 2:
            continue
        lines.append(_line(at(tenth / 10), _TOP, at(tenth / 10), bottom, "rule"))
        lines.append(_text(at(tenth / 10), bottom + 16, f"{tenth / 10:.1f}", "soft", "middle"))
    for number, one in enumerate(rows):
        y = _TOP + ROW * number + ROW / 2
        lines += _share(one, y, at)
    return _svg(title, high, lines)


def _share(one: Share, y: float, at: _Scale) -> Iterator[str]:
    yield _text(_LEFT - 12, y + 4, one.label, "ink", "end")
    if one.gate is not None:
        yield _line(at(one.gate), y - 8, at(one.gate), y + 8, "gate", 2)
    if one.error:
        yield _line(at(one.mean - one.error), y, at(one.mean + one.error), y, "bar", 2)
    if one.was is not None:
        yield f'<circle cx="{at(one.was)}" cy="{y}" r="6" class="was"/>'
    yield f'<circle cx="{at(one.mean)}" cy="{y}" r="4" class="dot"/>'
    error = "" if one.error is None else f" ±{one.error:.3f}"
    yield _text(WIDE - _RIGHT + 10, y + 4, f"{one.mean:.3f}{error}", "soft")


def curves(title: str, of: str, unit: str, drawn: Sequence[Curve]) -> str:
    """Each curve over the powers of ten of what grows, both scales logarithmic; what was computed is dashed, its points hollow."""
    points = [point for one in drawn for point in (*one.points, *one.computed)]
    xs, ys = _decades([x for x, _ in points]), _decades([y for _, y in points])
    left, right, top, bottom = 70, WIDE - 220, _TOP + 6, _HIGH - 44

    def at(x: float, y: float) -> tuple[float, float]:
        share = (math.log10(y) - ys[0]) / (ys[1] - ys[0])
        across = (math.log10(x) - xs[0]) / (xs[1] - xs[0])
        return round(left + (right - left) * across, 1), round(bottom - (bottom - top) * share, 1)

    lines = [_text(14, 20, f"{title}, {unit}", "ink title")]
    for power in range(ys[0], ys[1] + 1):
        _, y = at(10 ** xs[0], 10**power)
        lines += [_line(left, y, right, y, "rule"), _text(left - 8, y + 4, _power(power), "soft", "end")]
    for power in range(xs[0], xs[1] + 1):
        x, _ = at(10**power, 10 ** ys[0])
        lines += [_line(x, top, x, bottom, "rule"), _text(x, bottom + 16, _power(power), "soft", "middle")]
    lines.append(_text((left + right) / 2, _HIGH - 8, of, "soft", "middle"))
    for number, one in enumerate(drawn):
        lines += _curve(one, number, at)
    # names beside the last points, moved apart where they would lie on each other
    free = -math.inf
    for y, number, label in sorted(_ends(drawn, at)):
        free = max(y, free + 16)
        lines.append(_text(right + 12, free + 4, label, f"s{number % 4}"))
    return _svg(title, _HIGH, lines)


def _curve(one: Curve, number: int, at: _Place) -> Iterator[str]:
    series, shape = f"s{number % 4}", _SHAPES[number % 4]
    told, computed = [at(*point) for point in one.points], [at(*point) for point in one.computed]
    if len(told) > 1:
        yield f'<polyline points="{_path(told)}" class="line {series}"/>'
    if computed:
        yield f'<polyline points="{_path([*told[-1:], *computed])}" class="line {series}" stroke-dasharray="5 4"/>'
    for x, y in told:
        yield shape.format(x=x, y=y, a=x - 4, b=y - 4, c=x + 4, d=y + 4, series=series)
    for x, y in computed:
        yield f'<circle cx="{x}" cy="{y}" r="4" class="line {series}"/>'


def _ends(drawn: Sequence[Curve], at: _Place) -> Iterator[tuple[float, int, str]]:
    for number, one in enumerate(drawn):
        yield at(*(*one.points, *one.computed)[-1])[1], number, one.label


_SHAPES = (
    '<circle cx="{x}" cy="{y}" r="4" class="{series}"/>',
    '<rect x="{a}" y="{b}" width="8" height="8" class="{series}"/>',
    '<path d="M{x} {b} L{c} {d} L{a} {d} Z" class="{series}"/>',
    '<path d="M{x} {b} L{c} {y} L{x} {d} L{a} {y} Z" class="{series}"/>',
)


def _decades(values: Sequence[float]) -> tuple[int, int]:
    low, high = math.floor(math.log10(min(values)) + 1e-9), math.ceil(math.log10(max(values)) - 1e-9)
    return low, max(high, low + 1)


def _power(power: int) -> str:
    return f"{10**power:,}" if 0 <= power <= 6 else f"{10.0**power:g}"


def _path(points: Sequence[tuple[float, float]]) -> str:
    return " ".join(f"{x},{y}" for x, y in points)


def _text(x: float, y: float, words: str, classes: str, anchor: str = "start") -> str:
    return f'<text x="{x:g}" y="{y:g}" class="{classes}" text-anchor="{anchor}">{escape(words)}</text>'


def _line(x1: float, y1: float, x2: float, y2: float, kind: str, width: float = 1) -> str:
    return f'<line x1="{x1:g}" y1="{y1:g}" x2="{x2:g}" y2="{y2:g}" class="{kind}" stroke-width="{width:g}"/>'


def _svg(title: str, high: float, lines: Sequence[str]) -> str:
    head = f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDE} {high:g}" role="img"><title>{escape(title)}</title>'
    paper = f'<style>{_STYLE}</style><rect width="{WIDE}" height="{high:g}" class="paper"/>'
    return "\n".join((head + paper, *lines, "</svg>")) + "\n"

"""Promises and what is kept of them: evals/promises.toml beside evals/measured, and the page docs/promises.md.

A promise whose figure was never measured says so; one that is held by tests names them. Owns no bar of an evaluation: those are in
targets.py.
"""

import tomllib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from evals.ground import ROOT
from evals.paper.measured import MADE, UNKNOWN, Measured, grid, number, paragraph
from evals.targets import target

FILE = ROOT / "evals" / "promises.toml"
KEPT, MISSED, WAITING, HELD = "kept", "missed", UNKNOWN, "held by tests"


@dataclass(frozen=True)
class Line:
    """One figure of a promise as the page tells it. `figure` names it where a promise has several."""

    area: str
    says: str
    where: str
    figure: str
    bar: str
    value: str
    state: str
    command: str
    when: str


def entries() -> list[Mapping[str, Any]]:
    """The promises as they stand in the file."""
    found: list[Mapping[str, Any]] = tomllib.loads(FILE.read_text(encoding="utf-8"))["promise"]
    return found


def promised(kept: Measured) -> list[Line]:
    """Every figure of every promise."""
    return [line for one in entries() for line in _lines(one, kept)]


def _lines(one: Mapping[str, Any], kept: Measured) -> Iterator[Line]:
    if "held" in one:
        command = ("TICKMARK_LONG=1 " if one.get("long") else "") + f".venv/bin/pytest {' '.join(one['held'])}"
        yield Line(one["area"], one["says"], one["where"], "", "every case", "", HELD, command, "")
    elif "task" in one:
        for measure in one["measures"]:
            yield _of_evaluation(one, measure, kept)
    else:
        for name in one.get("spreads") or [one["spread"]]:
            yield _of_bench(one, name, kept)


def _of_evaluation(one: Mapping[str, Any], measure: str, kept: Measured) -> Line:
    task, stat = one["task"], one.get("stat", "mean")
    least = one["at_least"] if "at_least" in one else target(task, measure)
    done = kept.evals.get(task)
    figure = done.figure(measure) if done else None
    unit = f" {one['unit']}" if "unit" in one else ""
    bar = f"≥ {least:,g}{unit}"
    if done is None or figure is None:
        return Line(
            one["area"], one["says"], one["where"], measure, bar, UNKNOWN, WAITING, f"tickmark evals {task}", ""
        )
    value = f"{figure['n']:,}{unit}" if stat == "n" else _mean(figure)
    state = KEPT if figure[stat] >= least else MISSED
    return Line(one["area"], one["says"], one["where"], measure, bar, value, state, done.command, _when(done))


def _mean(figure: Mapping[str, Any]) -> str:
    error = "" if figure["error"] is None else f" ± {figure['error']:.3f}"
    return f"{figure['mean']:.4f}".rstrip("0").rstrip(".") + f"{error}, n {figure['n']:,}"


def _of_bench(one: Mapping[str, Any], name: str, kept: Measured) -> Line:
    unit = "" if one["unit"] in ("share", "count") else f" {one['unit']}"
    bar = f"≤ {one['at_most']:g}{unit}" if "at_most" in one else f"≥ {one['at_least']:g}{unit}"
    bench, clients = one["bench"], one["clients"]
    command = f"tickmark bench {bench} --clients {clients}"
    shown = f"{name}, {_STATS[one['stat']]}"
    found, done = kept.spread(bench, clients, name), kept.bench.get(f"{bench}-{clients}")
    value: float | None = found[one["stat"]] if found else None
    if "beside" in one:
        other = kept.spread(bench, one["beside"].get("clients", clients), one["beside"].get("spread", name))
        value = value / other[one["stat"]] if value is not None and other and other[one["stat"]] else None
    if value is None or done is None or found is None:
        return Line(one["area"], one["says"], one["where"], shown, bar, UNKNOWN, WAITING, command, "")
    state = KEPT if (value <= one["at_most"] if "at_most" in one else value >= one["at_least"]) else MISSED
    told = f"{number(value)}{unit}, n {found['n']:,}"
    return Line(one["area"], one["says"], one["where"], shown, bar, told, state, command, _when(done))


_STATS = {"median": "median", "p95": "95 of 100", "most": "most", "least": "least"}


def _when(done: Any) -> str:
    return f"{done.date} ({done.program})"


def promises_page(kept: Measured) -> str:
    """docs/promises.md."""
    rows = promised(kept)
    return (
        "\n".join(
            (*_head(rows), *(line for area in dict.fromkeys(one.area for one in rows) for line in _area(area, rows)))
        )
        + "\n"
    )


def _head(rows: Sequence[Line]) -> Iterator[str]:
    count = {state: sum(one.state == state for one in rows) for state in (KEPT, MISSED, WAITING, HELD)}
    yield MADE
    yield ""
    yield "# Promises"
    yield ""
    yield paragraph(
        "What Tickmark promises, the number that says whether it keeps it, the command that measures it, and what that command last said.",
        f"Of {len(rows)} figures {count[KEPT]} are kept, {count[MISSED]} are missed, {count[WAITING]} are not measured yet, and",
        f"{count[HELD]} are held by tests of the suite, which fails when one is not kept. Figures are kept by the commands themselves",
        "(`--keep`); the twelve characters after the day are the program that was measured. How they are measured: [evals.md](evals.md);",
        "all of them: [evaluations.md](evaluations.md), [performance.md](performance.md).",
    )


def _area(area: str, rows: Sequence[Line]) -> Iterator[str]:
    yield ""
    yield f"## {area}"
    yield ""
    told, shown = "", list[Sequence[str]]()
    for one in (row for row in rows if row.area == area):
        says = f"{one.says} ({one.where})" if one.says != told else "〃"
        told = one.says
        state = f"**{one.state}**" if one.state == MISSED else one.state
        shown.append(
            (
                says,
                one.figure,
                one.bar,
                one.value if one.value != one.state else "",
                state,
                f"`{one.command}`",
                one.when,
            )
        )
    yield from grid(("promise", "figure", "promised", "measured", "", "command", "on"), shown)

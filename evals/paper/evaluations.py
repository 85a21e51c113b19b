"""docs/evaluations.md: what evaluations measured, area by area, with the change since the baseline and the gate; a plot an area."""

from collections.abc import Iterator, Mapping
from typing import Any

from evals.areas import AREAS, Row, of, rows
from evals.kept import Kept, gate
from evals.paper.measured import MADE, UNKNOWN, Measured, grid, machine_of, paragraph
from evals.paper.plots import Share, shares
from evals.runner import TASKS
from evals.targets import TARGETS

_MOST_IN_A_PLOT = 16


def evaluations(kept: Measured) -> dict[str, str]:
    """The page and its plots, by their names below docs."""
    made = dict(_plots(kept))
    text = "\n".join((*_head(kept), *(line for area in _areas() for line in _area(area, kept, made)))) + "\n"
    return {"evaluations.md": text, **made}


def _areas() -> list[str]:
    return list(dict.fromkeys((*AREAS, *(of(task).area for task in TASKS))))


def _rows(area: str) -> list[Row]:
    return [
        of(task)
        for task in dict.fromkeys((*(one.task for one in rows()), *TASKS))
        if of(task).area == area and task in TASKS
    ]


def _head(kept: Measured) -> Iterator[str]:
    yield MADE
    yield ""
    yield "# Evaluations"
    yield ""
    yield paragraph(
        "Each figure is a mean over n cases with its standard error (sample deviation ÷ √n). The baseline is what the figure was when it",
        "was last taken for one (`evals/measured/baselines`); the gate is what it may not fall below (`tickmark evals --gate` fails then):",
        "its target where the baseline reached it, else two standard errors below the baseline. In the plots a dot is the mean with one",
        "standard error, a ring the baseline, a tick the gate. What is measured and on what: [evals.md](evals.md). `tickmark evals --list`",
        "prints the table below.",
    )
    yield ""
    yield from grid(
        ("area", "task", "cases", "judged by", "figure that stands for it", "targets", "baseline"), _tasks(kept)
    )


def _tasks(kept: Measured) -> Iterator[tuple[str, ...]]:
    for area in _areas():
        for row in _rows(area):
            done = kept.evals.get(row.task)
            figure = done.figure(row.measure) if done else None
            told = UNKNOWN if figure is None else f"{row.measure}: {_mean(figure)}, n {figure['n']:,}"
            baseline = "yes" if row.task in kept.baselines else "none"
            yield area, f"`{row.task}`", row.dataset, row.scorer, told, str(len(TARGETS.get(row.task, {}))), baseline


def _area(area: str, kept: Measured, made: Mapping[str, str]) -> Iterator[str]:
    yield from ("", f"## {area}")
    plot = f"plots/evals-{area}.svg"
    if plot in made:
        yield from ("", f"![Shares of {area}]({plot})")
    for row in _rows(area):
        done = kept.evals.get(row.task)
        if done is None:
            yield from ("", f"`{row.task}`: {UNKNOWN}.")
        else:
            yield from _task(done, kept.baselines.get(row.task))


def _task(done: Kept, baseline: Kept | None) -> Iterator[str]:
    about = done.result["about"]
    yield from (
        "",
        f"**`{done.name}`**: {about}. `{done.command}`, {done.date}, {done.result['cases']:,} cases, {machine_of(done)}.",
        "",
    )
    yield from grid(
        ("measure", "mean", "n", "baseline", "change", "gate", ""),
        (_figure(done, one, baseline) for one in done.result["figures"]),
    )


def _figure(done: Kept, one: Mapping[str, Any], baseline: Kept | None) -> tuple[str, ...]:
    before, least = baseline.figure(one["measure"]) if baseline else None, gate(done.name, one["measure"], baseline)
    was = "" if before is None else f"{before['mean']:.4g}"
    change = (
        "" if before is None else f"{one['mean'] - before['mean']:+.4f}".replace("+0.0000", "0").replace("-0.0000", "0")
    )
    said = "" if least is None else f"{least.least:.4g} ({least.why})"
    must = one.get("must_reach")
    short = f"misses {must:g}" if must is not None and one["mean"] < must else ""
    below = "**below its gate**" if least is not None and one["mean"] < least.least - 5e-5 else short
    return one["measure"], _mean(one), f"{one['n']:,}", was, change, said, below


def _mean(one: Mapping[str, Any]) -> str:
    mean = f"{one['mean']:,.4f}".rstrip("0").rstrip(".")
    return mean if one["error"] is None else f"{mean} ± {one['error']:.4f}".rstrip("0").rstrip(".")


def _plots(kept: Measured) -> Iterator[tuple[str, str]]:
    for area in _areas():
        drawn = [share for row in _rows(area) for share in _shares(row, kept)]
        if drawn:
            yield (
                f"plots/evals-{area}.svg",
                shares(f"{area}: shares that have something to reach", drawn[:_MOST_IN_A_PLOT]),
            )


def _shares(row: Row, kept: Measured) -> Iterator[Share]:
    """The measures of a task that have a target, else the one that stands for it."""
    done, baseline = kept.evals.get(row.task), kept.baselines.get(row.task)
    for measure in TARGETS.get(row.task) or (row.measure,):
        one = done.figure(measure) if done else None
        if one is not None and 0 <= one["mean"] <= 1:
            before, least = baseline.figure(measure) if baseline else None, gate(row.task, measure, baseline)
            label = (
                f"{row.task}: {measure}"
                if len(f"{row.task}: {measure}") <= 52
                else f"{row.task}: {measure[: 50 - len(row.task)]}…"
            )
            was = before["mean"] if before else None
            yield Share(label, one["mean"], one["error"], was, least.least if least else None)

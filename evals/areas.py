"""The one table of evaluations: what each belongs to, on which cases it is measured, who judges, and which measure stands for it.

Owns these words only (areas.toml). What a figure has to reach is in targets.py; the figures themselves are kept in evals/measured.
"""

import tomllib
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from importlib.resources import files

from evals.kept import Kept, baseline_of, kept_evals
from evals.runner import TASKS
from evals.targets import TARGETS

AREAS = (
    "documents",
    "search",
    "facts",
    "signals",
    "brief",
    "drafts",
    "tie-out",
    "chat",
    "injection",
    "masking",
    "access",
    "practice",
)


@dataclass(frozen=True)
class Row:
    """A task: its area, where its cases come from, what judges them, and the measure that is shown where there is room for one only."""

    area: str
    task: str
    dataset: str
    scorer: str
    measure: str


@cache
def rows() -> tuple[Row, ...]:
    """The table, in its order."""
    words = (files("evals") / "areas.toml").read_text(encoding="utf-8")
    return tuple(Row(**one) for one in tomllib.loads(words)["row"])


def of(task: str) -> Row:
    """The row of a task; one that is not in the table yet is told under its own name."""
    return next((one for one in rows() if one.task == task), Row("other", task, "", "", ""))


def listed() -> Iterator[dict[str, object]]:
    """Every task with what is kept of it: for `tickmark evals --list`."""
    kept = kept_evals()
    for name in dict.fromkeys((*(one.task for one in rows()), *TASKS)):
        if name in TASKS:
            yield _listed(of(name), kept.get(name))


def _listed(row: Row, kept: Kept | None) -> dict[str, object]:
    figure = kept.figure(row.measure) if kept else None
    return {
        "area": row.area,
        "task": row.task,
        "dataset": row.dataset,
        "scorer": row.scorer,
        "measure": row.measure,
        "mean": figure and figure["mean"],
        "error": figure and figure["error"],
        "n": figure and figure["n"],
        "date": kept and kept.date,
        "baseline": baseline_of(row.task),
        "targets": len(TARGETS.get(row.task, {})),
    }


def table() -> str:
    """The list for a person."""
    lines = []
    area = ""
    for one in listed():
        if one["area"] != area:
            area = str(one["area"])
            lines.append(f"{area}")
        shown = (
            "not measured yet"
            if one["mean"] is None
            else f"{one['mean']:.3f} ± {one['error'] or 0:.3f}, n {one['n']:,}"
        )
        lines.append(f"  {one['task']:<18} {one['dataset']}; {one['scorer']}")
        lines.append(
            f"  {'':<18} {one['measure']}: {shown}; {one['targets']} targets; baseline {one['baseline'] or 'none'}"
        )
    return "\n".join(lines)

"""Runs evaluations. A task is a data set, a solver and a scorer, all plain functions; every figure has its n and its standard error.

Owns the arithmetic and how figures are shown. Knows no task's content, and writes no file.
"""

import math
import time
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass
from importlib import import_module
from statistics import fmean, stdev
from typing import Any

from api.output import tell
from evals.ground import Ground
from evals.targets import GROUPS, target
from store.errors import NotFound

Score = tuple[str, float]
"""The name of a measure and what one case scored on it: 1 for right and 0 for wrong, or a share."""


@dataclass(frozen=True)
class Task:
    """`about` says in a line what is measured. `dataset` gives the cases; it raises NotFound where its data are absent. `solver` is
    what the product does with a case, `scorer` what that is worth: any number of scores."""

    name: str
    about: str
    dataset: Callable[[Ground], Iterable[Any]]
    solver: Callable[[Any], Any]
    scorer: Callable[[Any, Any], Iterable[Score]]


@dataclass(frozen=True)
class Figure:
    """The mean of `n` scores, and its standard error (sample deviation ÷ √n; None for one score)."""

    measure: str
    n: int
    mean: float
    error: float | None


@dataclass(frozen=True)
class Outcome:
    """What a task measured. `seconds`: without making what it stands on. `note` says why there are no figures."""

    task: str
    about: str
    figures: tuple[Figure, ...]
    cases: int
    seconds: float
    note: str = ""


# Where each task stands; a module is imported when its task is asked for.
TASKS: Mapping[str, str] = {
    "signals": "evals.tasks.signals:SIGNALS",
    "briefs": "evals.tasks.briefs:BRIEFS",
    "facts": "evals.tasks.stored_facts:FACTS",
    "questions": "evals.tasks.sample_questions:QUESTIONS",
    "firm-questions": "evals.tasks.firm_questions:FIRM_QUESTIONS",
    "scripted-answers": "evals.tasks.scripted_answers:SCRIPTED",
    "report-questions": "evals.tasks.report_questions:REPORTS",
    "drafts": "evals.tasks.drafts:DRAFTS",
    "tie-out": "evals.tasks.tie_out:TIE_OUT",
    "writer": "evals.tasks.writer:WRITER",
    "parsing": "evals.tasks.pack:PARSING",
    "bank": "evals.tasks.pack:BANK",
    "emails": "evals.tasks.pack:EMAILS",
    "asks": "evals.tasks.asks:ASKS",
    "asks-model": "evals.tasks.asks_model:ASKS_MODEL",
    "pii": "evals.tasks.pii:PII",
    "injection": "evals.tasks.injection:INJECTION",
    "access": "evals.tasks.access:ACCESS",
    "leaks": "evals.tasks.leaks:LEAKS",
    "obeying": "evals.tasks.obeying:OBEYING",
    "unmasked": "evals.tasks.unmasked:UNMASKED",
    "prompts": "evals.tasks.prompts:PROMPTS",
    "invoices": "evals.tasks.pack:INVOICES",
    "requests": "evals.tasks.requests:REQUESTS",
    "search": "evals.tasks.search:SEARCH",
    "tamper": "evals.tasks.tamper:TAMPER",
    "real": "evals.tasks.real:REAL",
    "chaos": "evals.tasks.chaos:CHAOS",
}


def find(name: str) -> Task:
    """The task of that name. Raises NotFound, naming those there are."""
    if name not in TASKS:
        raise NotFound(f"there is no evaluation {name}; there are {', '.join((*TASKS, *GROUPS))}")
    module, attribute = TASKS[name].split(":")
    task: Task = getattr(import_module(module), attribute)
    return task


def run(tasks: Iterable[Task], ground: Ground) -> Iterator[Outcome]:
    """The tasks one after the other; one whose data are absent says so and costs the others nothing."""
    for task in tasks:
        tell(f"{task.name}: {task.about}")
        try:
            cases = list(task.dataset(ground))
        except NotFound as absent:
            yield Outcome(task.name, task.about, (), 0, 0.0, str(absent))
            continue
        began = time.perf_counter()
        scores = [score for case in cases for score in task.scorer(case, task.solver(case))]
        yield Outcome(task.name, task.about, tuple(figures(scores)), len(cases), time.perf_counter() - began)


def figures(scores: Iterable[Score]) -> Iterator[Figure]:
    """One figure a measure, in the order in which they first came; those of a kind alone ("right: record") after the others."""
    by_measure: dict[str, list[float]] = {}
    for measure, value in scores:
        by_measure.setdefault(measure, []).append(value)
    for measure, values in sorted(by_measure.items(), key=lambda one: ": " in one[0]):
        error = stdev(values) / math.sqrt(len(values)) if len(values) > 1 else None
        yield Figure(measure, len(values), fmean(values), error)


def counted(measure: str, right: int, n: int) -> Iterator[Score]:
    """The scores behind a count: `right` of `n`."""
    yield from ((measure, 1.0) for _ in range(right))
    yield from ((measure, 0.0) for _ in range(n - right))


def as_json(outcomes: Sequence[Outcome]) -> list[dict[str, Any]]:
    """The outcomes as plain values, figures rounded to what they are worth; one that has something to reach says what and whether."""
    return [
        {
            **asdict(outcome),
            "seconds": round(outcome.seconds, 1),
            "figures": [{**_plain(one), **_reached(outcome.task, one)} for one in outcome.figures],
        }
        for outcome in outcomes
    ]


def _plain(figure: Figure) -> dict[str, Any]:
    error = None if figure.error is None else round(figure.error, 4)
    return {**asdict(figure), "mean": round(figure.mean, 4), "error": error}


def _reached(task: str, figure: Figure) -> dict[str, Any]:
    least = target(task, figure.measure)
    return {} if least is None else {"must_reach": least, "reached": figure.mean >= least}


def table(outcomes: Sequence[Outcome], before: Mapping[tuple[str, str], float] | None = None) -> str:
    """The outcomes for a person; `before`: the means of a baseline, by task and measure."""
    lines: list[str] = []
    for outcome in outcomes:
        lines += [f"{outcome.task}: {outcome.about}"]
        lines += [f"  not measured: {outcome.note}"] if outcome.note else []
        for one in outcome.figures:
            error = "" if one.error is None else f" ± {one.error:.3f}"
            was = (before or {}).get((outcome.task, one.measure))
            change = "" if was is None else f"  was {was:.3f} ({one.mean - was:+.3f})"
            least = target(outcome.task, one.measure)
            # Ten thousandths of a share: 0.9799 does not become what it must reach.
            must = (
                ""
                if least is None
                else f"  must reach {least:.2f}: {'yes' if one.mean >= least else f'no, {one.mean:.4f}'}"
            )
            lines.append(f"  {one.measure:<42} {one.mean:7.3f}{error:<8}  n {one.n:,}{must}{change}")
        lines += [f"  {outcome.cases:,} cases in {outcome.seconds:.1f} s", ""] if not outcome.note else [""]
    held = [mean >= least for mean, least in _held(outcomes)]
    lines += [f"{sum(held)} of {len(held)} measures reach what they must."] if held else []
    return "\n".join(lines).rstrip()


def _held(outcomes: Sequence[Outcome]) -> Iterator[tuple[float, float]]:
    """Every mean with something to reach, and that."""
    for outcome in outcomes:
        for one in outcome.figures:
            least = target(outcome.task, one.measure)
            if least is not None:
                yield one.mean, least


def means(baseline: Iterable[Mapping[str, Any]]) -> dict[tuple[str, str], float]:
    """The means of what `as_json` gave, by task and measure."""
    return {(row["task"], one["measure"]): one["mean"] for row in baseline for one in row["figures"]}

"""Two prompts or two models on the same cases: the difference of each measure, with its standard error over the cases (paired).

Owns the arithmetic, the swap, and the record of what a prompt was measured with (evals/prompts.json). Knows no task's content.
"""

import json
import math
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import AbstractContextManager, ExitStack, contextmanager
from dataclasses import asdict, dataclass
from pathlib import Path
from statistics import fmean, stdev
from typing import Any

from agents.endpoints import Endpoint, Routes
from agents.llm import ModelDoor
from api.commands.result import Result
from api.models import endpoints
from api.output import tell
from api.settings import Settings
from evals.ground import Ground
from evals.runner import Outcome, Score, Task
from evals.tasks.prompts import asking, model
from prompts.render import instead, load, names, parse
from store.errors import Invalid, NotFound

RECORD = Path(__file__).parent / "prompts.json"


@dataclass(frozen=True)
class Difference:
    """One measure over the cases that have it on both sides: the two means, and the mean of the cases' differences (the other less what is
    in use) with its standard error (None for one case)."""

    measure: str
    n: int
    now: float
    other: float
    difference: float
    error: float | None


def paired(task: Task, ground: Ground, change: Callable[[], AbstractContextManager[None]]) -> list[Difference]:
    """The task as things are, and again inside `change`, over the same cases. Raises NotFound where its data are absent."""
    cases = list(task.dataset(ground))
    now = [_means(task.scorer(case, task.solver(case))) for case in cases]
    with change():
        other = [_means(task.scorer(case, task.solver(case))) for case in cases]
    return list(differences(now, other))


def differences(now: Sequence[dict[str, float]], other: Sequence[dict[str, float]]) -> Iterator[Difference]:
    """By measure; each case counts once."""
    for measure in dict.fromkeys(name for case in now for name in case):
        both = [
            (one[measure], two[measure])
            for one, two in zip(now, other, strict=True)
            if measure in one and measure in two
        ]
        if both:
            gaps = [after - before for before, after in both]
            error = stdev(gaps) / math.sqrt(len(gaps)) if len(gaps) > 1 else None
            yield Difference(
                measure, len(both), fmean(b for b, _ in both), fmean(a for _, a in both), fmean(gaps), error
            )


def _means(scores: Iterable[Score]) -> dict[str, float]:
    found: dict[str, list[float]] = {}
    for measure, value in scores:
        found.setdefault(measure, []).append(value)
    return {measure: fmean(values) for measure, values in found.items()}


def change_to(what: str, settings: Settings, ground: Ground) -> Callable[[], AbstractContextManager[None]]:
    """The swap that `what` names: a prompt's file (.md), or a model of the settings. Raises Invalid or NotFound, saying what there is."""
    if what.endswith(".md"):
        try:
            prompt = parse(Path(what).read_text(encoding="utf-8"))
        except (OSError, ValueError) as error:
            raise Invalid(f"{what} is no prompt: {error}") from None
        return lambda: instead(prompt)
    known = endpoints(settings)
    if what not in known:
        there = f"there are {', '.join(known)}" if known else "there are none"
        raise NotFound(f"{what} is no prompt's file (.md), no baseline (.json) and no model of the settings; {there}")
    return lambda: _model(known[what], ground)


@contextmanager
def _model(endpoint: Endpoint, ground: Ground) -> Iterator[None]:
    with ExitStack() as stack:
        stack.enter_context(asking(endpoint))
        for home in ground.made:
            door = ModelDoor(home.services.database, Routes((endpoint,)))
            stack.enter_context(home.services.with_door(door))
        yield


def as_json(task: str, found: Sequence[Difference]) -> dict[str, Any]:
    """As plain values."""
    return {"task": task, "differences": [asdict(one) for one in found]}


def table(task: str, what: str, found: Sequence[Difference]) -> str:
    """For a person."""
    lines = [f"{task}: what is in use, {what}, and the difference over the same cases"]
    for one in found:
        error = "" if one.error is None else f" ± {one.error:.3f}"
        lines.append(f"  {one.measure:<42} {one.now:7.3f} {one.other:7.3f}  {one.difference:+.3f}{error}  n {one.n:,}")
    return "\n".join(lines)


def compared(tasks: Sequence[Task], ground: Ground, what: str, settings: Settings) -> Result:
    """Each task as things are and with `what` instead."""
    change, data, lines = change_to(what, settings, ground), list[dict[str, Any]](), list[str]()
    for task in tasks:
        found = paired(task, ground, change)
        data.append(as_json(task.name, found))
        lines.append(table(task.name, what, found))
    return Result(data, "\n\n".join(lines))


def keep_record(outcomes: Sequence[Outcome], ground: Ground) -> None:
    """Keep the figures as the evaluation of the prompts in use, and say of which."""
    done = record(outcomes, model(ground).model)
    tell(f"Kept in {RECORD.name}: {', '.join(done) or 'nothing, for no prompt names these evaluations'}.")


def record(outcomes: Iterable[Outcome], asked: str) -> list[str]:
    """Keep, for the prompts that these evaluations measure, the digest and the figures; returns their names. Writes evals/prompts.json."""
    kept: dict[str, Any] = json.loads(RECORD.read_text(encoding="utf-8")) if RECORD.exists() else {}
    done = []
    for outcome in outcomes:
        for prompt in (load(name) for name in names()):
            if prompt.evaluation == outcome.task and outcome.figures:
                figures = {one.measure: [round(one.mean, 4), one.n] for one in outcome.figures}
                kept[prompt.name] = {
                    "version": prompt.version,
                    "digest": prompt.digest,
                    "evaluation": outcome.task,
                    "model": asked,
                    "figures": figures,
                }
                done.append(prompt.name)
    RECORD.write_text(json.dumps(kept, indent=1, sort_keys=True) + "\n", encoding="utf-8")
    return done

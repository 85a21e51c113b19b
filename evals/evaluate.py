"""What `tickmark evals` does once its arguments are read: run, compare, keep, judge.

Owns the order of these steps. Measures nothing itself and prints nothing.
"""

import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path

from api.commands.result import Result
from api.output import Meter, tell
from api.settings import Settings
from evals.compare import compared, keep_record
from evals.ground import PACK, Ground, open_ground
from evals.kept import fallen, keep_evals, kept_baselines
from evals.runner import TASKS, Outcome, as_json, find, means, run, table
from evals.targets import tasks_of


@dataclass(frozen=True)
class Wanted:
    """The arguments. `against` is a baseline (.json), a prompt's file (.md) or a model; `keep` writes evals/measured and the pages made of
    it, `rebase` makes the figures the new baseline too, `gate` fails where one is below its gate."""

    tasks: Sequence[str] = ()
    clients: int = 75
    seeds: Sequence[int] = (7,)
    pack: Path | None = None
    baseline: Path | None = None
    against: str | None = None
    record: bool = False
    drafts: int = 12
    reuse: bool = False
    keep: bool = False
    rebase: bool = False
    gate: bool = False
    progress: Meter = field(default_factory=Meter)


def evaluated(settings: Settings, wanted: Wanted, today: date) -> Result:
    """Run the evaluations and do with their figures what is asked. Raises NotFound for a task that there is not."""
    chosen = [find(name) for name in tasks_of(wanted.tasks or TASKS)]
    before, baselines = _before(wanted), kept_baselines()
    ground = Ground(
        settings.home / "evals",
        wanted.clients,
        tuple(wanted.seeds),
        wanted.pack or PACK,
        wanted.progress,
        wanted.reuse,
        wanted.drafts,
    )
    with open_ground(ground):
        if wanted.against and before is None:
            return compared(chosen, ground, wanted.against, settings)
        outcomes = list(_kept(run(chosen, ground), wanted, today))
        if wanted.record:
            keep_record(outcomes, ground)
    figures = as_json(outcomes)
    if wanted.baseline:
        wanted.baseline.write_text(json.dumps(figures, indent=1) + "\n", encoding="utf-8")
    below = list(fallen(figures, baselines)) if wanted.gate else []
    if wanted.keep:
        from evals.paper import write_pages

        tell(f"Written: {', '.join(write_pages()) or 'nothing, all pages are as kept'}.")
    return Result(figures, "\n".join((table(outcomes, before), *_judged(below, wanted.gate))), failed=bool(below))


def _before(wanted: Wanted) -> Mapping[tuple[str, str], float] | None:
    """The means to hold the new ones against: of the file that is named, else of the baselines when figures are kept or judged."""
    if wanted.against and wanted.against.endswith(".json"):
        return means(json.loads(Path(wanted.against).read_text(encoding="utf-8")))
    if wanted.against or not (wanted.keep or wanted.gate):
        return None
    return means([kept.result for kept in kept_baselines().values()])


def _kept(outcomes: Iterable[Outcome], wanted: Wanted, today: date) -> Iterator[Outcome]:
    """Keep each as it comes, where that is asked: what ends early leaves what it measured."""
    for outcome in outcomes:
        if wanted.keep:
            keep_evals(as_json([outcome]), "tickmark evals {task}" + _options(wanted), today, rebase=wanted.rebase)
        yield outcome


def _options(wanted: Wanted) -> str:
    """The options that decide what was measured, where they are not the usual ones."""
    seeds = "".join(f" --seed {one}" for one in wanted.seeds) if tuple(wanted.seeds) != (7,) else ""
    clients = f" --clients {wanted.clients}" if wanted.clients != 75 else ""
    return clients + seeds + (f" --drafts {wanted.drafts}" if wanted.drafts != 12 else "")


def _judged(below: Sequence[str], gate: bool) -> Sequence[str]:
    if not gate:
        return ()
    judged = [f"Below its gate: {line}" for line in below] or ["No figure is below its gate."]
    return ("", *judged)

"""Five hundred kills in the middle of work, at named points and at random: does everything that must hold still hold? (evals/chaos)"""

from collections.abc import Iterator

from api.output import tell
from evals.chaos.run import Run, Tally, chaos
from evals.ground import Ground, sample_home
from evals.homes import SEED, Wish
from evals.runner import Score, Task

RUNS, CLIENTS = 500, 3


def cases(ground: Ground) -> Iterator[Run]:
    """Every kill that came, with what was found after it. Cases are made by killing: they are all there before they are judged."""
    home = sample_home(ground.homes, Wish(CLIENTS, SEED), ground.progress, until="scanned", reuse=ground.reuse)
    for done, one in enumerate(chaos(home, RUNS, SEED), start=1):
        if not isinstance(one, Tally):
            ground.progress("kills", done, RUNS)
            for fault in one.faults:
                tell(f"kill {one.number}, {one.point or 'at random'}, {one.act}: {fault}")
            if one.how or one.faults:
                yield one


def judged(run: Run) -> Run:
    """As it is: the next process has looked already."""
    return run


def scored(case: Run, found: Run) -> Iterator[Score]:
    held = float(not found.faults)
    yield "everything holds after a kill", held
    yield f"held: {found.point or 'at random'}", held


CHAOS = Task(
    "chaos", "kills in the middle of work: trail, index, files, books, releases, mail, work done", cases, judged, scored
)

"""The same night by one worker and by two, where waiting for the model is what takes the time (evals/fleet/two.py). The model is a stub
that thinks six seconds, so that two cores do not decide how fast two workers are."""

from collections.abc import Iterator
from dataclasses import replace

from evals.bench.spread import Bench, Spread

THINKS = 6.0


def measure(bench: Bench) -> Iterator[Spread]:
    """How much sooner the night is over."""
    from evals.fleet.figures import of_two
    from evals.fleet.opened import Asked, open_rig
    from evals.fleet.practice import READ
    from evals.fleet.two import two

    source = replace(bench, clients=min(bench.clients, READ)).home("loaded")
    with open_rig(Asked(bench.clients, THINKS, source=source)) as rig:
        yield from of_two(two(rig))

"""An hour with twenty people and a night every few minutes: does anything grow? How they behave: evals/load."""

from collections.abc import Iterator
from dataclasses import replace

from evals.bench.spread import Bench, Spread
from evals.load.plan import SOAK
from evals.load.run import run
from evals.load.told import told


def measure(bench: Bench) -> Iterator[Spread]:
    """Errors, milliseconds of pages, and by how much memory, threads and open files grew in an hour."""
    yield from told(run(bench, replace(SOAK, clients=bench.clients)))

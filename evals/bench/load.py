"""Two hundred people who read, search, ask, upload and decide for ten minutes while nights run: what they waited, what went wrong, what the
server held. How they behave: evals/load. The people are on the same processor as the server, so what they take is told beside it."""

from collections.abc import Iterator
from dataclasses import replace

from evals.bench.spread import Bench, Spread
from evals.load.plan import Plan
from evals.load.run import run
from evals.load.told import told


def measure(bench: Bench) -> Iterator[Spread]:
    """Milliseconds of each kind of page, errors, memory, threads, open files."""
    yield from told(run(bench, replace(Plan(), clients=bench.clients)))

"""What a benchmark is given and what it gives: samples as a spread."""

import math
import multiprocessing
from collections.abc import Iterable
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from api.commands.result import Progress
from evals.firm import AS_OF
from evals.ground import sample_home
from evals.homes import SEED, Wish

TODAY = AS_OF


@dataclass(frozen=True)
class Bench:
    """Where homes are kept, how many clients the firm has, and whether a home that another state of the program made will do."""

    homes: Path
    clients: int
    reuse: bool
    progress: Progress

    def home(self, until: str, documents_per_client: int | None = None) -> Path:
        """The home of the sample firm at a stage. A benchmark that changes it works on a copy. One that is still to be made is made in a
        process of its own, so that reading its papers is not in the benchmark's memory."""
        make = partial(sample_home, self.homes, Wish(self.clients, SEED, documents_per_client), self.progress)
        if any(self.homes.glob(f"sample-{self.clients}-clients-seed-{SEED}*/sample/sample.json")):
            return make(until=until, reuse=self.reuse)
        with ProcessPoolExecutor(1, mp_context=multiprocessing.get_context("spawn")) as process:
            return process.submit(make, until=until, reuse=self.reuse).result()


@dataclass(frozen=True)
class Spread:
    """`n` samples of one thing: their median, 95th percentile, least and most, in `unit`. `at`: the size at which they were taken, where
    the benchmark goes through several."""

    name: str
    unit: str
    n: int
    median: float
    p95: float
    least: float
    most: float
    at: int | None = None


@dataclass(frozen=True)
class Report:
    """What a benchmark measured. Memory in MB is the peak of its process, and of the largest of its children; `load` the machine's."""

    name: str
    clients: int
    spreads: tuple[Spread, ...]
    memory_mb: int
    child_memory_mb: int
    seconds: float
    load: float


def spread(name: str, unit: str, samples: Iterable[float], at: int | None = None) -> Spread:
    """The spread of samples, of which there is at least one; percentiles by nearest rank."""
    ordered = sorted(samples)
    n = len(ordered)

    def rank(share: float) -> float:
        return ordered[max(0, math.ceil(share * n) - 1)]

    return Spread(name, unit, n, rank(0.5), rank(0.95), ordered[0], ordered[-1], at)

"""Benchmarks over sample firms of any size: how fast, and with how much memory. Each runs in a process of its own, so that its peak
memory is its own.

Front doors: `run`, `table`, `as_json`. A benchmark is a function from a Bench to its spreads, one module each. Nothing here judges a
figure: machines differ, so a figure stands beside one that was measured in the same run.
"""

import multiprocessing
import os
import resource
import time
from collections.abc import Iterable, Iterator, Mapping, Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import asdict
from importlib import import_module
from pathlib import Path
from typing import Any

from api.output import Meter, tell
from evals.bench.spread import Bench, Report, Spread
from store.errors import NotFound

NAMES: Mapping[str, str] = {
    "intake": "files to searchable passages, beside the embedder alone",
    "search": "search inside one client, beside the words alone",
    "chat": "from a question to the first words, and fifty who ask at once",
    "night": "the first night, and one in which nothing changed",
    "models": "a first night with a model that thinks two seconds, beside the answers alone",
    "pages": "what the server takes for a page",
    "setup": "a new home made into a firm at work, step by step",
    "scale": "how search, pages and the database grow with passages and clients",
    "storm": "a night on three hosts, disturbed in every way, beside an undisturbed one",
    "workers": "two workers against one, with a model that thinks six seconds",
    "upgrade": "a new release rolled out while a night runs, beside a night without",
    "load": "two hundred people at work for ten minutes while nights run",
    "soak": "an hour with twenty people and a night every few minutes",
}
ON_HOSTS = ("storm", "workers", "upgrade")
"""Those that make hosts of their own (evals/fleet), most of an hour each: run when they are named."""
WITH_PEOPLE = ("load", "soak")
"""Those with a server and people of their own (evals/load, the extra `load`): run when they are named."""

CLIENTS = 6
# What the pages of figures and the promises stand on (`tickmark bench --keep`): each benchmark at the sizes that are told. A night of ten
# thousand clients takes most of an hour and is asked for by itself (`tickmark bench night --clients 10000 --keep`).
PLAN = (
    ("intake", 40),
    ("search", 1000),
    ("chat", 1000),
    ("night", 20),
    ("night", 100),
    ("night", 1000),
    ("models", 100),
    ("models", 1000),
    ("setup", 75),
    ("pages", 75),
    ("pages", 1000),
    ("scale", CLIENTS),
    ("storm", 1000),
    ("workers", 200),
    ("upgrade", 200),
    ("load", 200),
    ("soak", 200),
)


def planned(names: Iterable[str], clients: int | None, keep: bool) -> list[tuple[str, int]]:
    """Which benchmarks to run at how many clients. To be kept, and without a number of clients: at the sizes of PLAN. Raises NotFound for a
    name that there is not."""
    chosen = list(names) or [name for name in NAMES if name not in (*ON_HOSTS, *WITH_PEOPLE)]
    for name in chosen:
        if name not in NAMES:
            raise NotFound(f"there is no benchmark {name}; there are {', '.join(NAMES)}")
    sizes = {name: [n for one, n in PLAN if one == name] if keep and clients is None else [] for name in chosen}
    return [(name, size) for name in chosen for size in sizes[name] or [clients or CLIENTS]]


def run(chosen: Iterable[tuple[str, int]], homes: Path, reuse: bool) -> Iterator[Report]:
    """The benchmarks with their numbers of clients, one after the other."""
    for name, clients in chosen:
        yield _apart(name, Bench(homes, clients, reuse, Meter()))


def _apart(name: str, bench: Bench) -> Report:
    tell(f"{name}: {NAMES[name]}")
    spawn = multiprocessing.get_context("spawn")
    with ProcessPoolExecutor(1, mp_context=spawn) as process:
        return process.submit(_measured, name, bench).result()


def _measured(name: str, bench: Bench) -> Report:
    module = import_module(f"evals.bench.{name}")
    began = time.perf_counter()
    spreads: tuple[Spread, ...] = tuple(module.measure(bench))
    seconds = time.perf_counter() - began
    own, children = (resource.getrusage(who).ru_maxrss for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN))
    return Report(name, bench.clients, spreads, own // 1024, children // 1024, round(seconds, 1), os.getloadavg()[0])


def as_json(reports: Sequence[Report]) -> list[dict[str, Any]]:
    """The reports as plain values."""
    return [{**asdict(report), "about": NAMES[report.name]} for report in reports]


def table(reports: Sequence[Report]) -> str:
    """The reports for a person."""
    return "\n".join(line for report in reports for line in _lines(report)).rstrip()


def _lines(report: Report) -> Iterator[str]:
    yield f"{report.name}: {NAMES[report.name]}; {report.clients:,} clients"
    yield f"  {'':<44}{'n':>7}{'median':>12}{'p95':>12}{'least':>12}{'most':>12}"
    for one in report.spreads:
        cells = "".join(f"{value:>12,.4g}" for value in (one.median, one.p95, one.least, one.most))
        name = one.name if one.at is None else f"{one.name} at {one.at:,}"
        yield f"  {f'{name}, {one.unit}':<44}{one.n:>7,}{cells}"
    memory = f"  memory at most {report.memory_mb:,} MB, a child {report.child_memory_mb:,} MB"
    yield f"{memory}; {report.seconds:,.0f} s in all, at a load of {report.load:.1f}"
    yield ""

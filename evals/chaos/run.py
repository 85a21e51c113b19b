"""The runs: home after home, life after life, each killed; and what the next one found.

A run is one kill with all that is looked at after it. A home lives through several, so that what one leaves meets the next; then another
copy begins. What was wrong is told with the kill before it and, where asked, the home is kept.
"""

import multiprocessing
import shutil
import signal
import tempfile
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from multiprocessing.context import ForkServerContext
from pathlib import Path
from random import Random

from evals.chaos.life import begin
from evals.chaos.orders import Journal, Order, Report
from evals.chaos.points import AT_THE_SERVER, POINTS
from evals.chaos.sink import Sink, open_sink

LIVES = 6
"""Kills that one home lives through."""
_LONGEST = 300.0  # seconds, of a life that is not killed by then: it hangs
_KILLED = (-signal.SIGKILL, -signal.SIGPROF)
_PRELOADED = [
    "agents.brief",
    "agents.chat",
    "agents.draft",
    "agents.overnight",
    "api.commands.imports",
    "api.commands.load",
    "api.commands.scan",
    "api.post",
    "dbos",
    "evals.chaos.life",
    "ingestion.parse",
    "ingestion.pipeline",
    "langgraph.graph",
    "langgraph.checkpoint.sqlite",
    "onnxruntime",
    "store.backup.make",
    "store.backup.restore",
    "store.vectors",
    "tokenizers",
    "workspace.deliverables.kinds",
    "workspace.search",
]


@dataclass(frozen=True)
class Run:
    """One kill: where it was asked for, whether it came (`how` "": the point was never come by, or it hung), which act was in hand, and
    what the next life found wrong."""

    number: int
    point: str
    how: str
    act: str
    faults: tuple[str, ...]


@dataclass
class Tally:
    """All runs, with how many acts were done and how much was looked at."""

    runs: list[Run] = field(default_factory=list[Run])
    acts: Counter[str] = field(default_factory=Counter[str])
    looked: Counter[str] = field(default_factory=Counter[str])

    @property
    def faults(self) -> list[str]:
        return [
            f"run {one.number}, {one.point or 'at random'}, {one.act}: {fault}"
            for one in self.runs
            for fault in one.faults
        ]


def chaos(home: Path, runs: int, seed: int, keep: Path | None = None) -> Iterator[Run | Tally]:
    """So many kills on copies of a home that is scanned; each run as it is over, and in the end the tally."""
    context = multiprocessing.get_context("forkserver")
    context.set_forkserver_preload(_PRELOADED)
    tally, number, chance = Tally(), 0, Random(f"chaos {seed}")
    with open_sink() as sink:
        while number < runs:
            with tempfile.TemporaryDirectory(prefix="tickmark-chaos-") as kept:
                folder = Path(kept)
                _copied(home, folder / "home")
                sink.received.clear()
                for run in _home(context, sink, folder, number, min(LIVES, runs - number), chance, tally):
                    tally.runs.append(run)
                    number += 1
                    if run.faults and keep:
                        shutil.copytree(folder, keep / f"run-{run.number}", symlinks=True, dirs_exist_ok=True)
                    yield run
    yield tally


def _home(
    context: ForkServerContext, sink: Sink, folder: Path, first: int, kills: int, chance: Random, tally: Tally
) -> Iterator[Run]:
    """The lives of one copy, each judged by the next; the last only looks."""
    waiting = list[Run]()  # kills after which nobody has looked yet
    for number in range(first, first + kills + 1):
        order = replace(_order(folder, sink, number, chance), last=number == first + kills)
        how = _lived(context, sink, order)
        report = Report.read(order.report)
        if report is None and how != "killed":
            report = Report(number, [f"it could not take the home over ({how}): {_said(order)}"])
            waiting = waiting or [Run(number, order.point, "", "none", ())]
        if report is not None:
            tally.looked.update(report.looked)
            yield from _judged(waiting, report.faults)
            waiting = []
        if order.last or how not in ("killed", "ended"):
            break
        waiting.append(Run(number, order.point, "killed" if how == "killed" else "", _in_hand(order), ()))
    tally.acts.update(str(one["act"]) for one in Journal(folder / "journal").lines() if one["state"] == "done")


def _judged(waiting: Sequence[Run], faults: Sequence[str]) -> Iterator[Run]:
    """The kills since the last look: what was found is the newest one's."""
    for run in waiting[:-1]:
        yield run
    for run in waiting[-1:]:
        yield replace(run, faults=tuple(faults))


def _order(folder: Path, sink: Sink, number: int, chance: Random) -> Order:
    """The next life. Of three kills two are at a named point; now and then while what was left is taken up."""
    named = chance.random() < 0.65
    point = chance.choice([*POINTS, AT_THE_SERVER]) if named else ""
    return Order(
        str(folder / "home"),
        str(folder),
        number,
        f"life {number} {chance.random()}",
        sink.port,
        dict(sink.received),
        point=point,
        nth=1 + int(chance.expovariate(0.5)) if named else 1,
        seconds=chance.uniform(0.01, 3.0),
        early=point != AT_THE_SERVER and chance.random() < 0.15,
    )


def _lived(context: ForkServerContext, sink: Sink, order: Order) -> str:
    """How a life ended: killed, ended (it came to its end), hung, or failed with a status."""
    process = context.Process(target=begin, args=(order,))
    process.start()
    if order.point == AT_THE_SERVER and not order.last:
        sink.victim = process.pid
    try:
        process.join(_LONGEST)
        hung = process.exitcode is None
    finally:
        sink.victim = None
        process.kill()
        process.join()
    if hung:
        return "hung"
    if process.exitcode in _KILLED:
        return "killed"
    return "ended" if process.exitcode == 0 else f"status {process.exitcode}"


def _in_hand(order: Order) -> str:
    """The act that was begun and not done."""
    lines = [one for one in Journal(order.journal).lines() if one["mark"]]
    return f"{lines[-1]['act']} ({lines[-1]['state']})" if lines else "nothing done yet"


def _said(order: Order) -> str:
    file = Path(order.folder) / f"life-{order.number}.log"
    return file.read_text(encoding="utf-8", errors="replace")[-1500:] if file.exists() else ""


def _copied(home: Path, to: Path) -> None:
    """A copy to work on; the embedder's graph, which nobody changes, is shared."""
    shutil.copytree(home, to, ignore=shutil.ignore_patterns("models", "sample"))
    if (home / "models").exists():
        (to / "models").symlink_to((home / "models").resolve())

"""A new release rolled out while a night runs and a person clicks through pages: web and workers replaced one by one, the first new process
bringing the schema to its release. Held row by row against a night in which nothing was replaced, and the person against no error at all.
"""

import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict, replace
from signal import SIGTERM
from subprocess import PIPE, Popen
from typing import Any

from evals.fleet.nights import PORT, Crew, Rig, Watch, Went, all_three, night, until, wait
from evals.fleet.person import told
from evals.fleet.practice import WHO
from evals.fleet.records import compared, left
from evals.fleet.release import VERSION, next_release
from evals.homes import PASSWORD

_AT = {"worker-1": 0.10, "web": 0.30, "worker-2": 0.50}  # shares of the clients done when each is replaced
_NEW = "-new"
_IN_HAND = 4  # clients at once: three processes end in order one after the other, all within the night
_LET_GO = 3.0  # seconds that a proxy leaves the old server to answer what it was asked


class Visit:
    """The person on the host of the server, from one address to the next."""

    def __init__(self, process: "Popen[bytes]") -> None:
        self._process = process
        self.met: dict[str, Any] = {}

    def go(self, port: int) -> None:
        """From now on she finds the server there."""
        assert self._process.stdin is not None
        self._process.stdin.write(f"http://127.0.0.1:{port}\n".encode())
        self._process.stdin.flush()

    def end(self) -> None:
        """She goes home, and says what she met."""
        out, _ = self._process.communicate(timeout=120)
        self.met = told(out.decode())


@contextmanager
def visiting(rig: Rig, database: str) -> Iterator[Visit]:
    """A person who clicks until the block ends."""
    words = rig.network.hosts["web"].inside([sys.executable, "-m", "evals.fleet.person", WHO, PASSWORD])
    with (rig.folder / f"{database}-person.log").open("ab") as log:
        process = Popen(words, stdin=PIPE, stdout=PIPE, stderr=log)
    visit = Visit(process)
    try:
        visit.go(PORT)
        yield visit
        visit.end()
    finally:
        process.kill()
        process.wait()


class Replacing:
    """Replaces every process of a night by a `new` one while a person clicks; without new ones she only clicks."""

    def __init__(self, crew: list[Crew], new: list[Crew]) -> None:
        self._pairs = {one.name: (one, other) for one, other in zip(crew, new, strict=False)}
        self.statuses: dict[str, int | None] = {}
        self.met: dict[str, Any] = {}

    def __call__(self, rig: Rig, database: str, watch: Watch, went: Went, over: threading.Event) -> None:
        with visiting(rig, database) as visit:
            for name, share in _AT.items() if self._pairs else ():
                if not wait(over, lambda share=share: watch.done() >= share):  # type: ignore[misc]
                    break
                self._replace(rig, database, watch, went, over, visit, name)
            over.wait()
        self.met = visit.met

    def _replace(
        self, rig: Rig, database: str, watch: Watch, went: Went, over: threading.Event, visit: Visit, name: str
    ) -> None:
        """The new one first; the old one is told to end when the new one is there."""
        old, new = self._pairs[name]
        rig.start(database, new)
        until(lambda: watch.working(new.name), f"{new.name} on the list")
        went.said(f"{new.name} works, {watch.in_hand(name)} clients in the hands of {name}")
        if new.port:
            visit.go(new.port)
            over.wait(_LET_GO)
        done = watch.done()
        status = rig.network.hosts[old.host].end(name, SIGTERM)
        if over.is_set() or watch.is_over():
            went.said(f"the night was over before {name} was replaced")
            return
        self.statuses[name] = status
        went.said(f"{name} ended with status {status}; told so when {100 * done:.0f} % of the clients were done")


def upgrade(rig: Rig, workflows: str | None = None) -> dict[str, Any]:
    """A night on one release and one in which it is replaced by the next. `good`: the second differs in nothing, every process that was
    replaced ended in order, in the night, and the person met no error."""
    crew = all_three(rig.clients, _IN_HAND)
    release = next_release(rig.folder / "next", workflows, rig.program)
    ports = {"web": PORT + 1}
    new = [replace(one, name=one.name + _NEW, release=release, port=ports.get(one.name, 0)) for one in crew]
    still, replacing = Replacing(crew, []), Replacing(crew, new)
    quiet = night(rig, "before", crew, still)
    rolled = night(rig, "rolled", crew, replacing)
    here, there = rig.open("before"), rig.open("rolled")
    before, after = left(here), left(there)
    how = compared(before, after, here, there)
    here.close()
    there.close()
    ended = replacing.statuses
    in_order = len(ended) == len(crew) and all(one == 0 for one in ended.values())
    wrong = [*replacing.met.get("wrong", ["no person was there"]), *still.met.get("wrong", ["no person was there"])]
    return {
        "good": how.is_equal and in_order and not (wrong or after.twice or after.faults),
        **asdict(how),
        "twice": after.twice,
        "faults": after.faults,
        "asked_twice": after.asked_twice,
        "asked_in_vain": after.in_vain,
        "ended": ended,
        "release": VERSION,
        "workflows": workflows or "the same",
        "wrong": wrong,
        "person": replacing.met,
        "person_before": still.met,
        "before": quiet.as_json(),
        "rolled": rolled.as_json(),
    }

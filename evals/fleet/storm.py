"""The disturbed night: a worker killed for good, the network to the other cut for a minute, PostgreSQL started anew every twenty seconds
throughout, Chroma killed and started again; then every row held against an undisturbed night. Says too what the night was too short for.
"""

import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from signal import SIGKILL
from typing import Any

from evals.fleet.nights import LOOK, Crew, Rig, Watch, Went, all_three, night, wait
from evals.fleet.records import compared, left

EVERY, CUT, AWAY = 20.0, 60.0, 30.0  # seconds: between two restarts, without a network, without Chroma
_LATE = 30.0  # no two restarts are further apart than this, however busy the machine
_KILLED_AT, _CUT_AT = 0.10, 0.25  # shares of the clients done


@dataclass
class Storm:
    """What was really done to the night. `left_in_hand`: clients that the killed worker had; `taken_over` the seconds until none of them
    was in its hands any more; `cut_with`: clients that the other had when its network went; the last three in seconds."""

    restarts: int = 0
    longest_calm: float = 0.0
    left_in_hand: int = 0
    cut_with: int = 0
    taken_over: float | None = None
    cut: float = 0.0
    chroma_away: float = 0.0

    @property
    def missing(self) -> list[str]:
        """What the night was over too early for."""
        return [
            what
            for what, done in (
                ("a worker killed with clients in hand", self.left_in_hand > 0),
                ("what it had taken over by others", self.taken_over is not None),
                (
                    f"a network cut for {CUT:.0f} s from a worker with clients in hand",
                    self.cut >= CUT and self.cut_with > 0,
                ),
                ("Chroma killed and started again", self.chroma_away > 0),
                (f"PostgreSQL started anew every {EVERY:.0f} s", self.restarts >= 3 and self.longest_calm <= _LATE),
            )
            if not done
        ]

    def __call__(self, rig: Rig, database: str, watch: Watch, went: Went, over: threading.Event) -> None:
        """Disturb the night until it is over."""
        with self._restarting(rig, went, over):
            if not wait(over, lambda: watch.done() >= _KILLED_AT and watch.in_hand("worker-1") > 0):
                return
            self.left_in_hand = max(watch.in_hand("worker-1"), 1)
            rig.network.hosts["worker-1"].end("worker-1", SIGKILL)
            went.said("worker-1 killed for good")
            rig.shared.chroma.end()
            killed = time.monotonic()
            went.said("Chroma killed")
            taking = threading.Thread(target=self._count, args=(watch, killed, over), daemon=True)
            taking.start()
            over.wait(AWAY)
            rig.shared.chroma.begin()
            self.chroma_away = round(time.monotonic() - killed, 1)
            went.said("Chroma started again")
            self._cut(rig, watch, went, over)
            over.wait()

    def _cut(self, rig: Rig, watch: Watch, went: Went, over: threading.Event) -> None:
        if not wait(over, lambda: watch.done() >= _CUT_AT and watch.in_hand("worker-2") > 0):
            return
        self.cut_with = max(watch.in_hand("worker-2"), 1)
        rig.network.hosts["worker-2"].cut()
        began = time.monotonic()
        went.said("the network of worker-2 cut")
        over.wait(CUT)
        self.cut = round(time.monotonic() - began, 1)
        rig.network.hosts["worker-2"].mend()
        went.said(f"the network of worker-2 mended after {self.cut:.0f} s")

    def _count(self, watch: Watch, killed: float, over: threading.Event) -> None:
        while watch.in_hand("worker-1") != 0:
            if over.wait(LOOK):
                return
        self.taken_over = round(time.monotonic() - killed, 1)

    @contextmanager
    def _restarting(self, rig: Rig, went: Went, over: threading.Event) -> Iterator[None]:
        def again() -> None:
            last = time.monotonic()
            while not over.wait(max(last + EVERY - time.monotonic(), 0)):
                before, last = last, time.monotonic()
                rig.shared.postgres.again()
                self.restarts, self.longest_calm = self.restarts + 1, round(max(self.longest_calm, last - before), 1)
                went.said("PostgreSQL started anew")

        thread = threading.Thread(target=again)
        thread.start()
        try:
            yield
        finally:
            over.set()
            thread.join()


def storm(rig: Rig) -> dict[str, Any]:
    """An undisturbed night and a disturbed one, and how the second differs. `good`: in nothing, though all of it was done to it."""
    crew: list[Crew] = all_three(rig.clients)
    done = Storm()
    quiet = night(rig, "quiet", crew)
    stormy = night(rig, "stormy", crew, done)
    here, there = rig.open("quiet"), rig.open("stormy")
    before, after = left(here), left(there)
    how = compared(before, after, here, there)
    here.close()
    there.close()
    wrong = after.twice + len(after.faults)
    return {
        "good": how.is_equal and not wrong and not done.missing,
        "missing": done.missing,
        **asdict(how),
        "twice": after.twice,
        "faults": after.faults,
        "asked_twice": after.asked_twice,
        "asked_in_vain": after.in_vain,
        "rows": after.counts,
        "storm": asdict(done),
        "quiet": quiet.as_json(),
        "stormy": stormy.as_json(),
    }

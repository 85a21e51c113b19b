"""A night as discrete events: processes that work on clients, one piece at a time, and a model that answers so many questions at once.

Simple on purpose: a process computes one piece after the other, a client that waits for an answer makes room for the next, the endpoint
serves in the order of asking. The same seed gives the same night. Knows nothing of where its numbers come from.
"""

import heapq
import random
from collections import deque
from collections.abc import Iterable
from dataclasses import dataclass, field


@dataclass(frozen=True)
class Work:
    """One client, or clients that are judged together: seconds of one core, and questions to a model in between, one after the other."""

    compute: float
    questions: int = 0


@dataclass(frozen=True)
class Host:
    """`processes` that each keep `speed` cores busy and hold at most `held` clients; a model that thinks `thinks` seconds (give or take
    `spread` of it) over `at_once` questions; `fixed` seconds that a night takes whatever its clients."""

    processes: int = 1
    speed: float = 1.0
    held: int = 36
    at_once: int = 32
    thinks: float = 2.0
    spread: float = 0.0
    fixed: float = 0.0


@dataclass(frozen=True)
class Told:
    """A night: its seconds, the share of them that processes were busy, questions asked, the most that were out at once."""

    seconds: float
    busy: float
    questions: int
    most_out: int


@dataclass
class _Client:
    process: int
    piece: float
    left: int


@dataclass
class _State:
    """Where the night stands; events are (time, number, what, client)."""

    events: list[tuple[float, int, str, _Client]] = field(default_factory=list[tuple[float, int, str, _Client]])
    number: int = 0
    out: int = 0
    most: int = 0
    asked: int = 0
    busy: float = 0.0
    waiting: deque[_Client] = field(default_factory=deque[_Client])

    def at(self, time: float, what: str, client: _Client) -> None:
        self.number += 1
        heapq.heappush(self.events, (time, self.number, what, client))


def simulate(works: Iterable[Work], host: Host, seed: int = 7) -> Told:
    """The night over these clients, taken in their order by whichever process has room."""
    pending, state, draw = deque(works), _State(), random.Random(seed)
    ready: list[deque[_Client]] = [deque() for _ in range(host.processes)]
    held, idle = [0] * host.processes, [True] * host.processes
    now = 0.0

    def go_on(process: int) -> None:
        """Whatever the process does next: a client whose answer came, else a new one."""
        if not ready[process] and pending and held[process] < host.held:
            work = pending.popleft()
            held[process] += 1
            ready[process].append(_Client(process, work.compute / (work.questions + 1) / host.speed, work.questions))
        idle[process] = not ready[process]
        if ready[process]:
            client = ready[process].popleft()
            state.busy += client.piece
            state.at(now + client.piece, "computed", client)

    def ask(client: _Client) -> None:
        if state.out >= host.at_once:
            state.waiting.append(client)
            return
        state.out, state.asked = state.out + 1, state.asked + 1
        state.most = max(state.most, state.out)
        thought = host.thinks * (1 + host.spread * draw.uniform(-1, 1))
        state.at(now + thought, "answered", client)

    for process in range(host.processes):
        go_on(process)
    while state.events:
        now, _, what, client = heapq.heappop(state.events)
        if what == "answered":
            state.out -= 1
            client.left -= 1
            if state.waiting:
                ask(state.waiting.popleft())
            ready[client.process].append(client)
            if idle[client.process]:
                go_on(client.process)
            continue
        if client.left:
            ask(client)
        else:
            held[client.process] -= 1
        go_on(client.process)
    seconds = now + host.fixed
    return Told(seconds, state.busy / (now * host.processes) if now else 0.0, state.asked, state.most)

"""The simulation held against what was measured: nights of other sizes, other kinds of nights, and one with a model, none of which its
parameters were taken from."""

from collections.abc import Iterator
from dataclasses import dataclass

from evals.paper.measured import Measured
from evals.scale.night import Host, Work, simulate
from evals.scale.parameters import LARGE, SMALL, WITH_A_MODEL, Line, Parameters

WITHIN = 1.6
"""No point may be off by more than this factor; a test asks it of every kept point that the parameters are not made of."""
_AT_ONCE = 25  # untouched clients that are judged together


@dataclass(frozen=True)
class Point:
    """A night that was measured, in seconds by the clock, and what the simulation says. `fitted`: the parameters are made of it."""

    name: str
    clients: int
    measured: float
    simulated: float
    fitted: bool

    @property
    def off(self) -> float:
        """By which factor, 1 or more."""
        return max(self.measured / self.simulated, self.simulated / self.measured)


def points(kept: Measured, known: Parameters) -> list[Point]:
    """Every night that is kept, smallest first."""
    found = list[Point]()
    for clients, one in kept.sizes("night"):
        for name, changed in (("first night", 1.0), ("unchanged night", 0.0), ("night after 5 % changed", 0.05)):
            spread = one.spread(f"{name}, whole")
            if spread:
                fitted = clients in (SMALL, LARGE) and changed != 0.05
                found.append(Point(name, clients, spread["median"], of_a_night(known, clients, changed), fitted))
    for clients, one in kept.sizes("models"):
        spread = one.spread("night with a model, whole")
        if spread:
            simulated = with_a_model(known, clients)
            found.append(
                Point("first night with a model", clients, spread["median"], simulated, clients == WITH_A_MODEL)
            )
    return found


def of_a_night(known: Parameters, clients: int, changed: float) -> float:
    """Seconds of a night of one process without a model."""
    return simulate(works(known, clients, changed), Host(speed=known.cores_busy, fixed=_fixed(known, changed))).seconds


def with_a_model(known: Parameters, clients: int, at_once: int = 32, thinks: float = 2.0) -> float:
    """Seconds of a first night of one process that asks a model about every client."""
    host = Host(speed=known.cores_busy, at_once=at_once, held=at_once + 4, thinks=thinks, fixed=_fixed(known, 1.0))
    whole, part = divmod(known.questions, 1)
    asked = (int(whole) + (1 if (number * part) % 1 + part >= 1 else 0) for number in range(clients))
    return simulate((Work(known.computed_with_a_model, questions) for questions in asked), host).seconds


def works(known: Parameters, clients: int, changed: float, questions: int = 0) -> Iterator[Work]:
    """The clients of a night: those that changed one by one, the others twenty-five at a time."""
    touched = round(clients * changed)
    for _ in range(touched):
        yield Work(known.first.each, questions)
    for done in range(0, clients - touched, _AT_ONCE):
        yield Work(known.unchanged.each * min(_AT_ONCE, clients - touched - done))


def _fixed(known: Parameters, changed: float) -> float:
    line: Line = known.first if changed == 1 else known.unchanged
    return line.fixed / known.cores_busy

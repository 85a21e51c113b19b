"""What a run is: how many people, for how long, how they think, and when nights begin. Plain values, also as JSON."""

import json
from dataclasses import asdict, dataclass, field
from pathlib import Path


@dataclass(frozen=True)
class Worker:
    """Somebody at her desk: address, role, and the refs of the clients that are hers."""

    email: str
    role: str
    refs: tuple[str, ...]


@dataclass(frozen=True)
class Plan:
    """`minutes` are counted from when everybody has signed in, which takes `ramp` seconds. Between two things that somebody does she thinks
    `think` seconds, evenly between the two. A night over all clients begins after `before` minutes, the next one `rest` minutes after its
    end. `apart`: seconds between two looks at the server. `warm`: the
    server has seen every client before the people come (warm.py)."""

    people: int = 200
    minutes: float = 10.0
    ramp: float = 180.0
    think: tuple[float, float] = (4.0, 20.0)
    before: float = 1.0
    rest: float = 0.0
    clients: int = 200
    seed: int = 7
    apart: float = 5.0
    warm: bool = False


SOAK = Plan(people=20, minutes=60, ramp=20, rest=5, apart=15, warm=True)
"""An hour with a tenth of the people and a night every few minutes: what is kept by mistake has time to show."""


@dataclass(frozen=True)
class Brief:
    """What the people's process is told."""

    url: str
    password: str
    people: tuple[Worker, ...]
    files: tuple[str, ...]
    ramp: float
    seconds: float
    think: tuple[float, float]
    seed: int
    out: str

    def write(self, file: Path) -> None:
        file.write_text(json.dumps(asdict(self)), encoding="utf-8")

    @staticmethod
    def read(file: Path) -> "Brief":
        told = json.loads(file.read_text(encoding="utf-8"))
        people = tuple(Worker(one["email"], one["role"], tuple(one["refs"])) for one in told.pop("people"))
        return Brief(people=people, files=tuple(told.pop("files")), think=tuple(told.pop("think")), **told)


@dataclass(frozen=True)
class Asked:
    """One request as its sender saw it. `at` is seconds since the epoch when it was sent; `problem` "" when it was answered well."""

    at: float
    name: str
    milliseconds: float
    problem: str = ""


@dataclass
class Heard:
    """What the people's process tells when it ends: their requests, and the processor's seconds that it took itself."""

    asked: list[Asked] = field(default_factory=list[Asked])
    cpu: float = 0.0

    def write(self, file: Path) -> None:
        rows = [(one.at, one.name, one.milliseconds, one.problem) for one in self.asked]
        file.write_text(json.dumps({"cpu": self.cpu, "asked": rows}), encoding="utf-8")

    @staticmethod
    def read(file: Path) -> "Heard":
        told = json.loads(file.read_text(encoding="utf-8"))
        return Heard([Asked(*row) for row in told["asked"]], told["cpu"])

"""What one life of a process is told, and what it tells before it works. Plain values."""

import json
from dataclasses import asdict, dataclass, field
from pathlib import Path


@dataclass(frozen=True)
class Order:
    """One life. `number` is the run's, `seed` what its work is drawn from. `point` is where it is killed, at the `nth` time that it comes
    by, or "" for after `seconds` of the processor. `early`: the kill may come while what was left is taken up. `last`: it does not work,
    it only looks. `received` are the mails that the server has by now, by Message-ID."""

    home: str
    folder: str
    number: int
    seed: str
    port: int
    received: dict[str, int]
    point: str = ""
    nth: int = 1
    seconds: float = 1.0
    early: bool = False
    last: bool = False

    @property
    def report(self) -> Path:
        return Path(self.folder) / f"report-{self.number}.json"

    @property
    def journal(self) -> Path:
        return Path(self.folder) / "journal"


@dataclass(frozen=True)
class Claim:
    """How many rows of a table have this value, which is nowhere else: `least` of them once the act is done, and never more than `most`."""

    table: str
    column: str
    value: str
    least: int = 1
    most: int = 1


@dataclass
class Report:
    """What a life found when it took the home over. `faults` is empty when all holds; `looked` says how many things were held against the
    records; `before` the number of acts that were done on this home until then."""

    number: int
    faults: list[str] = field(default_factory=list[str])
    looked: dict[str, int] = field(default_factory=dict[str, int])
    before: int = 0

    def write(self, file: Path) -> None:
        """Whole or not at all, however the process ends."""
        part = file.with_suffix(".part")
        part.write_text(json.dumps(asdict(self)), encoding="utf-8")
        part.replace(file)

    @staticmethod
    def read(file: Path) -> "Report | None":
        if not file.exists():
            return None
        return Report(**json.loads(file.read_text(encoding="utf-8")))


@dataclass
class Journal:
    """What was begun and what was done on a home, a line each, kept by the system whatever becomes of the process."""

    file: Path

    def note(self, act: str, mark: str, state: str, claims: tuple[Claim, ...] = (), said: str = "") -> None:
        line = {"act": act, "mark": mark, "state": state, "claims": [asdict(one) for one in claims], "said": said[:200]}
        with self.file.open("a", encoding="utf-8") as out:
            out.write(json.dumps(line) + "\n")

    def lines(self) -> list[dict[str, object]]:
        if not self.file.exists():
            return []
        whole = self.file.read_text(encoding="utf-8").split("\n")[:-1]  # a line that was cut off has no end
        return [json.loads(one) for one in whole]

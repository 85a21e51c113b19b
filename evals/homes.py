"""Homes with a sample firm: made, loaded, scanned and ready to sign in, as far as asked and as far as they are not yet.

Each stage leaves its trace in `sample/sample.json`, so what was ended anywhere goes on. Everything is done by the commands that a firm
uses: load, scan, person set-password. Never touches a home that holds another firm.
"""

import json
import shutil
import tomllib
from collections.abc import Callable
from dataclasses import asdict, dataclass, replace
from pathlib import Path

from api.commands import find
from api.commands.result import Progress
from api.output import tell
from api.settings import FILE, Settings, load_settings
from api.wiring import Services, build, has_records
from evals.firm import AS_OF
from store.errors import Conflict, Invalid

CLIENTS, SEED = 75, 7
# Known to everybody who reads this.
PASSWORD = "ledger-paper-demo"
# One of each role of cast.py, in the order in which they are told.
PEOPLE = (
    ("partner", "margaret@whitcombeosei.example"),
    ("manager", "priya@whitcombeosei.example"),
    ("staff", "elena@whitcombeosei.example"),
)


@dataclass(frozen=True)
class Wish:
    """Which sample firm is wanted. None: as it is there, else 75 clients, seed 7, and no more papers than the situations need."""

    clients: int | None = None
    seed: int | None = None
    documents_per_client: int | None = None


@dataclass(frozen=True)
class Sample:
    """Which sample firm a home holds and how far it is: begun, made, loaded, scanned or ready."""

    clients: int
    seed: int
    documents_per_client: int | None = None
    stage: str = "begun"

    def keep(self, folder: Path) -> None:
        """Whole or not at all, however the process ends."""
        part = folder / "sample.json.part"
        part.write_text(json.dumps(asdict(self)) + "\n", encoding="utf-8")
        part.replace(folder / "sample.json")


def prepare(settings: Settings, wish: Wish, progress: Progress, *, until: str = "ready") -> Sample:
    """The sample firm in this home, brought to the stage `until` where it is not that far.

    The home is let go at the end, and with it the children and the memory that reading took. Raises Conflict for a home that holds
    another firm, or a sample of other size or seed; Busy when another process has the home."""
    folder = settings.home / "sample"
    sample = _begin(settings, folder, wish)
    _pin_day(settings.home)
    if sample.stage == "begun":
        sample = _made(folder, sample)
    if _reached(sample, until):
        return sample
    with build(load_settings(settings.home), own_index=True, purpose="demo") as services:
        for stage, after, work in STAGES:
            if sample.stage == stage and not _reached(sample, until):
                work(services, folder, progress)
                sample = replace(sample, stage=after)
                sample.keep(folder)
    return sample


def _begin(settings: Settings, folder: Path, wish: Wish) -> Sample:
    """The sample that this home holds, or the mark of one that begins."""
    mark = folder / "sample.json"
    if mark.exists():
        there = Sample(**json.loads(mark.read_text(encoding="utf-8")))
        if any(value not in (None, getattr(there, name)) for name, value in asdict(wish).items()):
            raise Conflict(
                f"{settings.home} holds a sample firm of {there.clients} clients (seed {there.seed}); "
                "name another home with --home, or remove that folder"
            )
        return there
    if settings.database_url is not None:
        raise Invalid("the sample firm keeps to its own folder: unset TICKMARK_DATABASE_URL")
    if has_records(settings):
        raise Conflict(f"{settings.home} holds a firm already; name another home: `tickmark --home FOLDER demo`")
    folder.mkdir(parents=True, exist_ok=True)
    sample = Sample(
        CLIENTS if wish.clients is None else wish.clients,
        SEED if wish.seed is None else wish.seed,
        wish.documents_per_client,
    )
    sample.keep(folder)
    return sample


def _pin_day(home: Path) -> None:
    """The sample's papers speak of one Monday: the home's own settings make it the practice's day, beside whatever stands there."""
    file = home / FILE
    there = file.read_text(encoding="utf-8") if file.exists() else ""
    if "today" not in tomllib.loads(there):
        part = home / f"{FILE}.part"
        part.write_text(f"today = {AS_OF.isoformat()}\n{there}", encoding="utf-8")
        part.replace(file)


def _made(folder: Path, sample: Sample) -> Sample:
    """The firm folder with its labels beside it. One that was left half made is made again."""
    from evals.firm.generate import generate

    tell(f"Making a sample firm of {sample.clients} clients …")
    shutil.rmtree(folder / "firm", ignore_errors=True)
    gold = generate(
        folder / "firm",
        clients=sample.clients,
        seed=sample.seed,
        documents_per_client=sample.documents_per_client,
    )
    gold.write(folder / "gold.json")
    made = replace(sample, stage="made")
    made.keep(folder)
    tell(
        f"  {gold.counts['files']:,} files with {gold.counts['messages']:,} mails, {len(gold.planted)} signals planted"
    )
    return made


def _load(services: Services, folder: Path, progress: Progress) -> None:
    tell("Loading it: records, mail, documents; reading and indexing every page …")
    find("load").load()(services, {"folder": str(folder / "firm")}, progress)


def _scan(services: Services, folder: Path, progress: Progress) -> None:
    tell("Running the overnight scan: signals, drafts, briefs …")
    result = find("scan").load()(services, {"as_of": AS_OF.isoformat()}, progress).data
    tell(f"  {result['raised']} signals raised, {result['drafted']} drafts, {result['briefs']} briefs")


def _admit(services: Services, folder: Path, progress: Progress) -> None:
    for _, email in PEOPLE:
        find("person-set-password").load()(services, {"email": email, "password": PASSWORD}, progress)


Stage = Callable[[Services, Path, Progress], None]
STAGES: tuple[tuple[str, str, Stage], ...] = (
    ("made", "loaded", _load),
    ("loaded", "scanned", _scan),
    ("scanned", "ready", _admit),
)
_ORDER = ("begun", "made", *(after for _, after, _ in STAGES))


def _reached(sample: Sample, until: str) -> bool:
    return _ORDER.index(sample.stage) >= _ORDER.index(until)

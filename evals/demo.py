"""`tickmark demo`: a sample firm in a home of its own, from nothing to the morning brief, and served.

Each stage leaves a trace that the next start finds, so a demo that was ended anywhere goes on, and one that is ready serves at once.
Everything it does a firm does with the commands load, scan, person set-password and serve. Never touches a home of another firm.
"""

import json
import shutil
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from api.commands import find
from api.commands.result import Progress, Result
from api.output import tell
from api.serve import address, listen, serve_on
from api.settings import FILE, Settings, load_settings
from api.wiring import Services, build, has_records
from evals.firm.generate import AS_OF, generate
from store.errors import Busy, Conflict, Invalid
from workspace.sign_in import set_password

# Known to everybody who reads this: the demo listens on the loopback only.
PASSWORD = "ledger-paper-demo"
# One of each role of cast.py, in the order in which they are told.
PEOPLE = (
    ("partner", "margaret@whitcombeosei.example"),
    ("manager", "priya@whitcombeosei.example"),
    ("staff", "elena@whitcombeosei.example"),
)


@dataclass(frozen=True)
class Sample:
    """Which sample firm a home holds and how far it is: made, loaded, scanned or ready. Kept in `sample/sample.json`."""

    clients: int
    seed: int
    stage: str = "begun"

    def keep(self, folder: Path) -> None:
        part = folder / "sample.json.part"
        part.write_text(json.dumps(vars(self)) + "\n", encoding="utf-8")
        part.replace(folder / "sample.json")


def run(home: Path | None, *, clients: int, seed: int, serve: bool, port: int | None, progress: Progress) -> Result:
    """Make what is missing, then serve until interrupted unless `serve` is False.

    Raises Conflict for a home that holds another firm, or a sample of other size or seed; Busy when another process has the home."""
    settings = load_settings(home)
    folder = settings.home / "sample"
    sample = _begin(settings, folder, Sample(clients, seed))
    if sample.stage == "begun":
        sample = _made(folder, sample)
    with build(load_settings(settings.home), own_index=True, purpose="demo") as services:
        for stage, after, work in STAGES:
            if sample.stage == stage:
                work(services, folder, progress)
                sample = Sample(sample.clients, sample.seed, after)
                sample.keep(folder)
        if serve:
            _serve(services, port)
    return Result({"home": str(settings.home), **vars(sample), "sign_in": _people()}, _told(settings.home))


def _begin(settings: Settings, folder: Path, wanted: Sample) -> Sample:
    """The sample that this home holds, or the mark of one that begins."""
    mark = folder / "sample.json"
    if mark.exists():
        there = Sample(**json.loads(mark.read_text(encoding="utf-8")))
        if (there.clients, there.seed) != (wanted.clients, wanted.seed):
            raise Conflict(
                f"{settings.home} holds a sample firm of {there.clients} clients (seed {there.seed}); "
                "name another home with --home, or remove that folder"
            )
        return there
    if settings.database_url is not None:
        raise Invalid("the demo keeps to its own folder: unset TICKMARK_DATABASE_URL")
    if has_records(settings):
        raise Conflict(f"{settings.home} holds a firm already; name another home: `tickmark --home FOLDER demo`")
    folder.mkdir(parents=True, exist_ok=True)
    wanted.keep(folder)
    # the sample's papers speak of one Monday: the home's own settings pin the practice's day to it
    (settings.home / FILE).write_text(f"today = {AS_OF.isoformat()}\n", encoding="utf-8")
    return wanted


def _made(folder: Path, sample: Sample) -> Sample:
    """The firm folder with its labels beside it. One that was left half made is made again."""
    tell(f"Making a sample firm of {sample.clients} clients …")
    shutil.rmtree(folder / "firm", ignore_errors=True)
    gold = generate(folder / "firm", clients=sample.clients, seed=sample.seed)
    gold.write(folder / "gold.json")
    made = Sample(sample.clients, sample.seed, "made")
    made.keep(folder)
    return made


def _load(services: Services, folder: Path, progress: Progress) -> None:
    tell("Loading it: records, mail, documents; reading and indexing every page …")
    find("load").load()(services, {"folder": str(folder / "firm")}, progress)


def _scan(services: Services, folder: Path, progress: Progress) -> None:
    tell("Running the overnight scan: signals, drafts, briefs …")
    find("scan").load()(services, {"as_of": AS_OF.isoformat()}, progress)


def _admit(services: Services, folder: Path, progress: Progress) -> None:
    with services.database.writing() as session:
        for _, email in PEOPLE:
            set_password(session, email, PASSWORD, services.clock.now())


Stage = Callable[[Services, Path, Progress], None]
STAGES: tuple[tuple[str, str, Stage], ...] = (
    ("made", "loaded", _load),
    ("loaded", "scanned", _scan),
    ("scanned", "ready", _admit),
)


def _serve(services: Services, port: int | None) -> None:
    settings = services.settings
    try:
        listening = listen(settings.host, settings.port if port is None else port)
    except Busy:
        if port is not None:
            raise
        listening = listen(settings.host, 0)
    try:
        tell(_told(services.home, address(listening)))
        serve_on(services, listening)
    finally:
        listening.close()


def _people() -> list[dict[str, str]]:
    return [{"role": role, "email": email, "password": PASSWORD} for role, email in PEOPLE]


def _told(home: Path, url: str = "") -> str:
    """Where to open it and how to sign in."""
    lines = [f"Open {url}" if url else f"The sample firm is ready in {home}; `tickmark demo` serves it."]
    lines += [f"  {role:<8} {email:<34} password {PASSWORD}" for role, email in PEOPLE]
    return "\n".join(lines)

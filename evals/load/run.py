"""One run: a copy of the firm, a server on it, its people, and nights that begin one after the other. Gives what was seen.

The server is `tickmark serve`, the people a process of locust's, both children of this one; each ends with the block, also when it is cut.
"""

import json
import os
import shutil
import signal
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field, replace
from datetime import timedelta
from pathlib import Path
from typing import Any

from sqlalchemy import select

from api.commands.result import silent
from api.forward import Server, forward, server_of
from api.output import tell
from api.settings import load_settings
from api.wiring import build
from evals.bench.spread import TODAY, Bench
from evals.homes import PASSWORD
from evals.load.firm import files, practice, staff
from evals.load.plan import Brief, Heard, Plan
from evals.load.warm import warm
from evals.load.watch import Moment, Watch
from store.errors import Broken, TickmarkError
from store.ids import new_id
from store.tables import Client, Note, Person

DAY = TODAY + timedelta(days=1)
_PATIENCE = 180.0  # seconds


@dataclass(frozen=True)
class Night:
    """When a night began and ended (seconds since the epoch), and what it told; `problem` when it could not be run."""

    began: float
    ended: float
    told: Mapping[str, Any]
    problem: str = ""


@dataclass
class Seen:
    """What came of a run. `since`: the second at which everybody was signed in; `complaints`: what the server said of defects."""

    plan: Plan
    since: float = 0.0
    until: float = 0.0
    heard: Heard = field(default_factory=Heard)
    nights: list[Night] = field(default_factory=list[Night])
    moments: list[Moment] = field(default_factory=list[Moment])
    complaints: list[str] = field(default_factory=list[str])


def run(bench: Bench, plan: Plan) -> Seen:
    """Make the firm where it is not made, and let its people work. Raises Broken when the server or the people's process does not start."""
    return work_in(practice(bench, plan), plan)


def work_in(home: Path, plan: Plan) -> Seen:
    """Let people work in a copy of a home that has them."""
    with tempfile.TemporaryDirectory(prefix="tickmark-load-") as kept:
        folder = Path(kept)
        copy = shutil.copytree(home, folder / "home")
        with build(load_settings(copy).model_copy(update={"today": DAY}), purpose="bench") as services:
            people = staff(services, plan.people)
        seen = Seen(replace(plan, people=len(people)))
        with _server(copy, folder / "server.log", seen) as (pid, server):
            if plan.warm:
                tell(f"{warm(server.url, PASSWORD, people):,} pages are opened, until what the server keeps is full …")
            told = (PASSWORD, people, files(copy), plan.ramp, 60 * plan.minutes, plan.think, plan.seed)
            Brief(server.url, *told, str(folder / "heard.json")).write(folder / "brief.json")
            _work(seen, copy, pid, server, folder)
    return seen


@contextmanager
def _server(home: Path, log: Path, seen: Seen) -> Iterator[tuple[int, Server]]:
    """`tickmark serve` on the home, warm: its first page is answered."""
    words = [sys.executable, "-m", "api", "--home", str(home), "serve", "--port", "0"]
    with log.open("ab") as out:
        process = subprocess.Popen(words, env=_environment(), stdout=out, stderr=out)
    try:
        began = time.monotonic()
        while (found := server_of(home)) is None:
            if process.poll() is not None or time.monotonic() - began > _PATIENCE:
                raise Broken(f"the server did not start: {log.read_text()[-500:]}")
            time.sleep(0.2)
        yield process.pid, found
    finally:
        _ended(process)
        seen.complaints = _complaints(log)


def _environment() -> dict[str, str]:
    """Nothing of this shell's settings: the server is set as the firm's own file says, a day later."""
    plain = {name: value for name, value in os.environ.items() if not name.startswith("TICKMARK_")}
    return {**plain, "TICKMARK_TODAY": DAY.isoformat()}


def _ended(process: "subprocess.Popen[bytes]") -> None:
    process.send_signal(signal.SIGTERM)
    with suppress(subprocess.TimeoutExpired):
        process.wait(60)
        return
    process.kill()
    process.wait()


def _complaints(log: Path) -> list[str]:
    """What the server said but where it listens and which night goes on."""
    lines = log.read_text(encoding="utf-8", errors="replace").splitlines()
    return [one for one in lines if "Traceback" in one or "Error" in one or "defect" in one][:20]


def _work(seen: Seen, home: Path, pid: int, server: Server, folder: Path) -> None:
    """The people at their desks, with nights beside them, until the time is over."""
    watch, over = Watch(pid, seen.plan.apart), threading.Event()
    with (folder / "people.log").open("ab") as out:
        words = [sys.executable, "-m", "evals.load.people", str(folder / "brief.json")]
        people = subprocess.Popen(words, stdout=out, stderr=out)
    try:
        over.wait(seen.plan.ramp)
        seen.since = time.time()
        watch.begin()
        nights = threading.Thread(target=_nights, args=(seen, home, server, over), name="nights")
        nights.start()
        tell(f"{seen.plan.people} people are signed in and work for {seen.plan.minutes:g} minutes …")
        status = people.wait(60 * seen.plan.minutes + _PATIENCE)
        seen.until = time.time()
        over.set()
        nights.join()
    finally:
        over.set()
        people.kill()
        people.wait()
        seen.moments = watch.end() if seen.since else []
    if status != 0 or not (folder / "heard.json").exists():
        raise Broken(f"the people's process ended with {status}: {(folder / 'people.log').read_text()[-500:]}")
    seen.heard = Heard.read(folder / "heard.json")


def _nights(seen: Seen, home: Path, server: Server, over: threading.Event) -> None:
    """Nights over all clients, each of which somebody wrote a note about before, until the time is over; then the one in hand is
    cancelled."""
    over.wait(60 * seen.plan.before)
    threading.Thread(target=_cancelled_when, args=(over, server), daemon=True).start()
    while not over.is_set():
        _touched(home)
        began, told, problem = time.time(), dict[str, Any](), ""
        try:
            told = json.loads(json.dumps(forward(server, "scan", {"as_of": DAY.isoformat()}, silent).data, default=str))
        except TickmarkError as error:
            problem = "" if over.is_set() else str(error)
        seen.nights.append(Night(began, time.time(), told, problem))
        over.wait(60 * seen.plan.rest)


def _cancelled_when(over: threading.Event, server: Server) -> None:
    over.wait()
    with suppress(TickmarkError):
        forward(server, "scan-cancel", {"as_of": DAY.isoformat()}, silent)


def _touched(home: Path) -> None:
    """A note about every client, so that the night reads each anew."""
    settings = load_settings(home).model_copy(update={"today": DAY})
    with build(settings, purpose="bench") as services, services.database.writing() as session:
        author = session.scalars(select(Person.id).order_by(Person.email).limit(1)).one()
        session.add_all(
            Note(id=new_id("note"), client_id=one, date=DAY, author_id=author, text="She called: nothing new.")
            for one in session.scalars(select(Client.id).order_by(Client.id))
        )

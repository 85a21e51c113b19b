"""How long a night takes: the first one over a firm, one before which nothing changed but the date, one before which a little did.

Up to READ clients the sample firm is read as it is; a larger practice is made of copies of its records (copies.py)."""

import resource
import shutil
import tempfile
import time
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import date, timedelta
from pathlib import Path

from sqlalchemy import event, select

from agents.overnight import NightResult, run_night
from api.night import workers
from api.settings import load_settings
from api.wiring import Services, build
from evals.bench.copies import grow
from evals.bench.spread import TODAY, Bench, Spread, spread
from store.ids import new_id
from store.tables import Client, ClientScan, Note, Person

READ, DOCUMENTS = 20, 50


def measure(bench: Bench) -> Iterator[Spread]:
    """Seconds a client of the night as a whole (its clients run side by side), and the seconds of each client's own scan: of the first
    night, of one before which nothing changed, and of one before which a note was written for every twentieth client."""
    with tempfile.TemporaryDirectory() as folder:
        home = Path(folder) / "home"
        shutil.copytree(replace(bench, clients=min(bench.clients, READ)).home("loaded"), home)
        with build(load_settings(home), own_index=True, purpose="bench") as services:
            if bench.clients > READ:
                grow(services, bench.clients, DOCUMENTS, bench.progress)
            yield from _told("first night", services, _night(services, bench, TODAY))
            yield from _told("unchanged night", services, _night(services, bench, TODAY + timedelta(days=1)))
            _change(services)
            yield from _told("night after 5 % changed", services, _night(services, bench, TODAY + timedelta(days=2)))
            yield spread("a row put down for each client, a client", "seconds", [_floor(services)])


@dataclass(frozen=True)
class Ran:
    """A night with the processor's seconds that it took and the statements that it sent to the records."""

    night: NightResult
    cpu: float
    statements: int


def _told(name: str, services: Services, ran: Ran) -> Iterator[Spread]:
    night = ran.night
    with services.database.reading() as session:
        scans = list(session.scalars(select(ClientScan.seconds).where(ClientScan.as_of == night.as_of)))
    yield spread(f"{name}, whole", "seconds", [night.seconds])
    yield spread(f"{name}, a client", "seconds", [night.seconds / night.clients])
    yield spread(f"{name}, a client, of one core", "seconds", [ran.cpu / night.clients])
    yield spread(f"{name}, a client, of the records", "statements", [ran.statements / night.clients])
    yield spread(f"{name}, a client's own scan", "seconds", [float(one) for one in scans])
    yield spread(f"{name}, unchanged", "clients", [night.unchanged])
    yield spread(f"{name}, questions to models", "tokens", [night.tokens])
    yield spread(f"{name}, drafts", "count", [night.drafted])
    yield spread(f"{name}, memory so far", "MB", [resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024])


def _floor(services: Services) -> float:
    """Seconds a client of the least that a night could do about each: look at its row, put one down, in a transaction of its own."""
    with services.database.reading() as session:
        author = session.scalars(select(Person.id).order_by(Person.email).limit(1)).one()
        clients = list(session.scalars(select(Client.id).order_by(Client.ref)))
    began = time.perf_counter()
    for client in clients:
        with services.database.writing() as session:
            session.get_one(Client, client)
            session.add(Note(id=new_id("note"), client_id=client, date=TODAY, author_id=author, text="Looked at."))
    return (time.perf_counter() - began) / len(clients)


def _change(services: Services) -> None:
    """A note for every twentieth client, so that its workspace is another one."""
    with services.database.writing() as session:
        author = session.scalars(select(Person.id).order_by(Person.email).limit(1)).one()
        for client in list(session.scalars(select(Client.id).order_by(Client.ref)))[::20]:
            text = "She called: nothing new, she will be in the office on Thursday."
            session.add(Note(id=new_id("note"), client_id=client, date=TODAY, author_id=author, text=text))


def _night(services: Services, bench: Bench, day: date) -> Ran:
    now, began = services.clock.now() + (day - TODAY), time.process_time()
    statements = 0

    def count(
        *of_the_statement: object,
    ) -> None:  # its words are not kept: those of a large firm would be the memory that is measured
        nonlocal statements
        statements += 1

    event.listen(services.database.engine, "before_cursor_execute", count)
    try:
        night = run_night(services, as_of=day, now=now, progress=bench.progress, workers=workers(services))
    finally:
        event.remove(services.database.engine, "before_cursor_execute", count)
    return Ran(night, time.process_time() - began, statements)

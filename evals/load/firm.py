"""The firm that is worked in: the sample firm with its papers read, its records copied until there are enough clients, and people enough.

Whom the sample firm does not have joins the team of somebody of the same role and sees the same clients. One night is behind them, so that
there is a brief to read. Signs nobody in: that is done at the door, as everybody does it.
"""

import shutil
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

from sqlalchemy import insert, select, update
from sqlalchemy.orm import Session

from agents.overnight import run_night
from api.clock import Clock
from api.night import workers
from api.settings import load_settings
from api.wiring import Services, build
from evals.bench.copies import grow
from evals.bench.spread import TODAY, Bench
from evals.ground import current_home
from evals.homes import PASSWORD
from evals.load.plan import Plan, Worker
from ingestion.facts import READER_VERSION
from store.ids import stable_id
from store.tables import Client, DocumentVersion, Person, TeamMember
from workspace.scope import open_scope
from workspace.sign_in.passwords import hashed

PEOPLE = 200
READ, DOCUMENTS, MAILS = 20, 50, 30
"""How many clients are read from papers, and how many papers and mails each client has at least."""
_FILES = (".pdf", ".txt", ".csv")
_SMALL = 60_000  # bytes


def practice(bench: Bench, plan: Plan) -> Path:
    """The home of such a firm; it is kept, and made anew where it was not finished or the program changed. A run works on a copy."""
    people = max(plan.people, PEOPLE)  # one firm for few people and for many: the others stay at home
    home = current_home(bench.homes, f"office-{plan.clients}-clients-{people}-people", reuse=bench.reuse)
    if (home / "furnished").exists():
        return home
    shutil.rmtree(home)
    shutil.copytree(replace(bench, clients=min(READ, plan.clients)).home("loaded"), home)
    with build(load_settings(home), own_index=True, purpose="bench") as services:
        grow(services, plan.clients, DOCUMENTS, bench.progress, mails=MAILS, staff=True)
        hire(services, people)
        with services.database.writing() as session:  # a letter of the bench is read, and is not to be read again
            session.execute(update(DocumentVersion).values(readers=READER_VERSION))
        run_night(services, as_of=TODAY, now=services.clock.now(), progress=bench.progress, workers=workers(services))
    (home / "furnished").touch()
    return home


def hire(services: Services, people: int) -> None:
    """As many people as asked, each with clients; all with the password of the sample firm."""
    with services.database.writing() as session:
        there = list(session.scalars(select(Person).where(Person.active).order_by(Person.email)))
        clients = {one.email: _hers(session, one.email, services.clock) for one in there}
        models = [one for one in there if clients[one.email]]
        rows, teams = list[dict[str, object]](), list[dict[str, object]]()
        for number in range(max(0, people - len(there))):
            model = models[number % len(models)]
            email = f"colleague{number:03d}@office.example"
            row_id = stable_id("per", email)
            rows.append({"id": row_id, "email": email, "name": f"Colleague {number:03d}", "role": model.role})
            teams += [
                {"id": stable_id("team", one, row_id), "client_id": one, "person_id": row_id, "since": TODAY}
                for one in clients[model.email]
            ]
        if rows:
            session.execute(insert(Person), rows)
            session.execute(insert(TeamMember), teams)
        session.execute(update(Person).values(password_hash=hashed(PASSWORD)))


def _hers(session: Session, email: str, clock: Clock) -> list[str]:
    return list(session.scalars(open_scope(session, email, clock=clock).clients()))


def staff(services: Services, people: int) -> tuple[Worker, ...]:
    """So many people with the clients that they see; who sees none is left out. Those who begin nights come first."""
    return tuple(sorted(_staff(services), key=lambda one: (one.role != "partner", one.email)))[:people]


def _staff(services: Services) -> Iterator[Worker]:
    with services.database.reading() as session:
        for person in session.scalars(select(Person).where(Person.active).order_by(Person.email)):
            seen = open_scope(session, person.email, clock=services.clock).clients()
            refs = tuple(session.scalars(select(Client.ref).where(Client.id.in_(seen)).order_by(Client.ref)))
            if refs:
                yield Worker(person.email, person.role, refs)


def files(home: Path, most: int = 40) -> tuple[str, ...]:
    """Small papers of the sample firm, to be sent once more with a mark of their own."""
    folder = home / "sample" / "firm" / "documents"
    found = sorted(one for one in folder.rglob("*") if one.suffix in _FILES and 0 < one.stat().st_size < _SMALL)
    step = max(1, len(found) // most)
    return tuple(str(one) for one in found[::step][:most])

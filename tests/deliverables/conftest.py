"""A client whose request is overdue, in a database of its own; and what tests of the gate say: who asks, file, approve, look."""

import shutil
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import date
from pathlib import Path

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from api.settings import load_settings
from api.wiring import Services, build
from store.database import Database
from store.ids import stable_id
from store.tables import Client, DeliverableVersion, Engagement, Firm, Person
from tests.agents.conftest import NOW, TODAY, Noon, endpoint  # noqa: F401 - the fixture
from workspace.deliverables.compose import tick
from workspace.deliverables.filing import file_draft
from workspace.deliverables.model import Draft, Section
from workspace.evidence import RecordEvidence
from workspace.scope import Scope, open_scope, system_scope
from workspace.tie_out import Fact, fact_to_json, from_record

PEOPLE = {"ana": "partner", "ben": "partner", "mia": "manager", "sol": "staff"}
# C1 is Ana's and Mia's, C2 is Ana's and Ben's; Sol works on both.
CLIENTS = {"C1": ("Harbor Bakery LLC", "ana", "mia"), "C2": ("Quarry Stone Inc", "ana", "ben")}
FEE = from_record("fee", "money", "1200.00", RecordEvidence("invoice:7", "amount", "1200.00"))
DAY = from_record("day", "date", date(2026, 3, 20), RecordEvidence("engagement:E1", "due", "2026-03-20"))


def email(name: str) -> str:
    return f"{name}@firm.example"


def person_id(name: str) -> str:
    return stable_id("per", email(name))


def people(database: Database) -> Database:
    """The firm with its people and two clients, nothing drafted yet."""
    with database.writing() as session:
        session.add(Firm(id="firm", name="Alder & Finch CPAs"))
        for name, role in PEOPLE.items():
            session.add(Person(id=person_id(name), email=email(name), name=f"{name.title()} Alder", role=role))
        session.flush()
        for ref, (name, partner, manager) in CLIENTS.items():
            identity = stable_id("cl", ref)
            parties = {"partner_id": person_id(partner), "manager_id": person_id(manager)}
            session.add(Client(id=identity, ref=ref, name=name, entity_type="1065", **parties))
            session.flush()
            work = {"template": "1065", "title": "2025 Form 1065", "owner_id": person_id("sol")}
            session.add(Engagement(id=stable_id("eng", ref), client_id=identity, ref=f"E-{ref}", **work))
    return database


@pytest.fixture
def firm(database: Database) -> Database:
    return people(database)


def as_(session: Session, name: str) -> Scope:
    """The scope of Ana, Ben, Mia or Sol; "system" is the software's."""
    if name == "system":
        return system_scope(session, "night", now=NOW, today=TODAY)
    return open_scope(session, email(name), clock=Noon())


@contextmanager
def writing(database: Database, name: str) -> Iterator[Scope]:
    with database.writing() as session:
        yield as_(session, name)


def letter(words: str, cls: str = "C", facts: tuple[Fact, ...] = (FEE, DAY), note: str = "") -> Draft:
    """A draft of one section, every figure of it held against the facts."""
    sections = (Section("Opening", words),)
    return Draft(
        title="A letter",
        cls=cls,
        as_of=TODAY,
        sections=sections,
        tickmarks=tick(sections, facts),
        facts=tuple(map(fact_to_json, facts)),
        recipients=("Ngozi Okafor <ngozi@harbor.example>",),
        note=note,
    )


TIED = "Dear client, $1,200.00 is due on March 20, 2026."
UNTIED = "Dear client, $9,999.00 is due on March 20, 2026."


def filed(database: Database, words: str = TIED, *, client: str = "C1", cls: str = "C", occasion: str = "one") -> str:
    """The id of a letter in review, filed by the software."""
    with writing(database, "system") as scope:
        return file_draft(scope, client, "status-letter", occasion, letter(words, cls))


def current(database: Database, deliverable: str) -> DeliverableVersion:
    """The newest version."""
    with database.reading() as session:
        wanted = select(DeliverableVersion).where(DeliverableVersion.deliverable_id == deliverable)
        return session.scalars(wanted.order_by(DeliverableVersion.number.desc())).first()  # type: ignore[return-value]


@pytest.fixture
def home(loaded: Path, tmp_path: Path) -> Path:
    """A copy of the loaded home without its index and its embedder, which nothing here needs."""
    return shutil.copytree(loaded, tmp_path / "home", ignore=shutil.ignore_patterns("chroma*", "models*", "*.onnx"))


@pytest.fixture
def services(no_settings_from_outside: None, home: Path) -> Iterator[Services]:
    """The services over the loaded small firm."""
    with build(load_settings(home)) as services:
        yield services


@pytest.fixture
def opener(services: Services) -> Callable[[Session], Scope]:
    """Ana's scope over the loaded small firm."""
    return lambda session: open_scope(session, "ana@alder.example", clock=services.clock)

"""A firm with people and one client, on a database of its own, and a hash of everything that an import may touch."""

import hashlib
from collections.abc import Iterator
from datetime import UTC, date, datetime

import pytest
from sqlalchemy.orm import Session

from store.database import Database
from store.ids import stable_id
from store.tables import Base, Client, ClientContact, Contact, Firm, Person
from tests.web.conftest import own, served_home, settled, visit
from workspace.scope import Scope, system_scope

__all__ = ["own", "served_home", "settled", "visit"]

NOW, TODAY = datetime(2026, 3, 9, 8, 0, tzinfo=UTC), date(2026, 3, 9)
PEOPLE = (
    ("ana", "Ana Alder", "partner"),
    ("ben", "Ben Birch", "manager"),
    ("mia", "Mia Moss", "senior"),
    ("sen", "Sen Soto", "staff"),
)
# what tells that something was imported, and what counts changes
_OWN = {"audit", "audit_head", "imports", "import_verdicts", "import_decisions", "import_mappings", "acts"}
_COUNTED = {"revision"}
_ROWS = {
    table.name: 'SELECT {} FROM "{}" ORDER BY 1'.format(
        ", ".join(f'"{column.name}"' for column in table.columns if column.name not in _COUNTED), table.name
    )
    for table in Base.metadata.sorted_tables
    if table.name not in _OWN
}


@pytest.fixture
def firm(database: Database) -> Database:
    with database.writing() as session:
        session.add(Firm(id="firm", name="Alder & Birch CPAs"))
        for name, full, role in PEOPLE:
            email = f"{name}@alder.example"
            session.add(Person(id=stable_id("per", email), email=email, name=full, role=role))
        session.flush()
        ana = stable_id("per", "ana@alder.example")
        session.add(
            Client(
                id=stable_id("cl", "C001"), ref="C001", name="Corvane Biologics Inc", entity_type="1120", partner_id=ana
            )
        )
        session.add(Contact(id="con_olive", name="O. Quist", email="olive@corvane.example"))
        session.flush()
        session.add(
            ClientContact(id="cc_olive", client_id=stable_id("cl", "C001"), contact_id="con_olive", is_primary=True)
        )
    return database


@pytest.fixture
def scope(firm: Database) -> Iterator[Scope]:
    with firm.writing() as session:
        yield scope_on(session)


def scope_on(session: Session) -> Scope:
    return system_scope(session, "import", now=NOW, today=TODAY)


def state_of(session: Session) -> str:
    """A hash of every row of every table, but for what tells of imports and what counts changes."""
    digest, cursor = hashlib.sha256(), session.connection().connection.cursor()
    for name, query in _ROWS.items():
        digest.update(repr((name, cursor.execute(query).fetchall())).encode())
    return digest.hexdigest()

"""The small firm of the tests of the directory, and what its tables hold. No test here."""

from collections.abc import Iterator
from contextlib import contextmanager
from decimal import Decimal
from typing import Any

from store import tables
from store.database import Database
from tests.signals import rows
from tests.signals.rows import MANAGER, PARTNER, TODAY, asker, cl
from workspace.directory import entity, relations
from workspace.scope import Scope

UNTOUCHED = {"acts", "audit", "audit_head"}  # what was done stays on record; so does the count of a client's changes
NGOZI, TUNDE = "con_ngozi", "con_tunde"


def furnish(database: Database) -> None:
    """C1 and C2 of Pat and Mia, C3 of Olga; Ngozi owns C1 and stands at C2, Tunde is C1's bookkeeper and C3's; Sam works at C1."""
    with database.writing() as session:
        rows.add_firm(session)
        rows.add_engagement(session, "E1", "C1")
        for key, name in ((NGOZI, "Ngozi Okafor"), (TUNDE, "Tunde Okafor")):
            session.add(tables.Contact(id=key, name=name, email=f"{name.split()[0].lower()}@harbor.example"))
        session.flush()
        for ref, contact, pct in (("C1", NGOZI, "60"), ("C1", TUNDE, None), ("C2", NGOZI, None), ("C3", TUNDE, None)):
            share = Decimal(pct) if pct else None
            tie = {"client_id": cl(ref), "contact_id": contact, "title": "Owner" if pct else None}
            session.add(tables.ClientContact(id=f"cc_{ref}_{contact}", ownership_pct=share, **tie))


@contextmanager
def acting(database: Database, email: str = PARTNER) -> Iterator[Scope]:
    with database.writing() as session:
        yield asker(session, email)


def picture(database: Database) -> dict[str, list[tuple[Any, ...]]]:
    """Every row of every table as the database holds it, but for the record of what was done."""
    found: dict[str, list[tuple[Any, ...]]] = {}
    with database.engine.connect() as connection:
        for table in tables.Base.metadata.sorted_tables:
            if table.name not in UNTOUCHED:
                names = ", ".join(f'"{column.name}"' for column in table.columns if column.name != "revision")
                held = connection.exec_driver_sql(f'SELECT {names} FROM "{table.name}"')
                found[table.name] = sorted(tuple(map(str, row)) for row in held)
    return found


def add_twins(database: Database) -> None:
    """C4, the same taxpayer as C1, with work, time, an invoice, a note, relations and a contact of its own and one of both."""
    with database.writing() as session:
        client = {"entity_type": "1120-S", "partner_id": rows.per(PARTNER), "manager_id": rows.per(MANAGER)}
        session.add(tables.Client(id=cl("C4"), ref="C4", name="Client 1, Inc.", tax_id=None, city="Erie", **client))
        session.add(tables.Contact(id="con_twin", name="N. Okafor", phone="555-0101"))
        session.add(tables.Person(id="per_walled", email="walled@firm.example", name="Walt", role="manager"))
        session.flush()
        rows.add_engagement(session, "E4", "C4")
        rows.add_time(session, TODAY, "2", "E4", "C4")
        session.add(tables.Wall(id="w4", client_id=cl("C4"), person_id="per_walled", reason="kin", set_on=TODAY))
        session.add(tables.Note(id="n4", client_id=cl("C4"), author_id=rows.per(PARTNER), date=TODAY, text="called"))
        for contact in (NGOZI, "con_twin"):
            tie = {"client_id": cl("C4"), "contact_id": contact, "title": "President", "is_primary": True}
            session.add(tables.ClientContact(id=f"cc4_{contact}", **tie))
    with acting(database) as scope:
        relations.relate(scope, "C4", "subsidiary", "C2")
        relations.relate(scope, "C4", "guarantor", "C1")
        entity.change_client(scope, "C4", {"tags": ["vip"], "states": ["NY"]})
        entity.change_client(scope, "C1", {"tags": ["vip"]})

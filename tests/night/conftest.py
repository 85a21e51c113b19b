"""The small firm after one undisturbed night, and what tests of the night say: scan, everything the tables hold, the briefs as bytes."""

from collections.abc import Callable
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import select

from api.commands import find
from api.commands.result import Result, silent
from api.settings import load_settings
from api.wiring import Services, build
from store.database import Database
from store.tables import Brief, Person
from store.types import canonical_json
from tests.agents.conftest import Endpoint, endpoint  # noqa: F401 - the fixture
from tests.api.test_load import PASSING
from tests.api.test_load import dump as rows_of
from tests.homes import copied, made_once

MONDAY = date(2026, 3, 9)
TUESDAY = date(2026, 3, 10)
# When something happened; and how long it took.
MOMENTS = PASSING | {"finished_at", "created_at", "seconds"}


@pytest.fixture(autouse=True)
def settled(no_settings_from_outside: None) -> None:
    """The night's day is the sample's Monday."""


@pytest.fixture(scope="session")
def scanned(loaded: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The home after one undisturbed night of the Monday. Look, don't write."""

    def make(home: Path) -> None:
        settings = load_settings(copied(loaded, home)).model_copy(update={"today": MONDAY})
        with build(settings, own_index=True) as services:
            scan(services)

    return made_once(tmp_path_factory, "scanned", make)


@pytest.fixture
def after(scanned: Path, tmp_path: Path) -> Path:
    """A copy of the scanned home to work on."""
    return copied(scanned, tmp_path / "after")


def scan(services: Services, **arguments: Any) -> Result:
    return find("scan").load()(services, arguments, silent)


def dump(database: Database) -> dict[str, list[dict[str, Any]]]:
    """Every row of every table, without the moments."""
    return rows_of(database, but=MOMENTS)


def differences(one: dict[str, list[dict[str, Any]]], other: dict[str, list[dict[str, Any]]]) -> set[str]:
    # who works on a home, with another life at every start, is no part of what a night leaves (PostgreSQL only)
    return {name for name in one if one[name] != other[name]} - {"workers", "leases"}


def briefs(database: Database, day: date = MONDAY) -> dict[str, bytes]:
    """The briefs of a day as bytes, by reader."""
    with database.reading() as session:
        rows = session.execute(
            select(Person.email, Brief.payload)
            .join(Person, Person.id == Brief.person_id)
            .where(Brief.as_of == day)
            .order_by(Person.email)
        )
        return {email: canonical_json(payload).encode() for email, payload in rows.tuples()}


def broken(database: Database, ref: str) -> Callable[[], None]:
    """Spoil a row of the client behind the application's back, so that reading the client fails; call the result to mend it. What is put
    there is JSON to either database, and a number where names are read."""
    spoil = "UPDATE messages SET recipients = {value} WHERE client_id = (SELECT id FROM clients WHERE ref = '{ref}')"
    with database.engine.begin() as connection:
        kept = connection.exec_driver_sql("SELECT CAST(recipients AS TEXT) FROM messages LIMIT 1").scalar_one()
        connection.exec_driver_sql(spoil.format(value="'7'", ref=ref))

    def mend() -> None:
        with database.engine.begin() as connection:
            connection.exec_driver_sql(spoil.format(value="'" + str(kept) + "'", ref=ref))

    return mend

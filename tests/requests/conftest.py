"""A small firm with papers of two years, and services over its database, for tests of requests."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date, timedelta
from pathlib import Path

import pytest
from sqlalchemy.orm import Session

from agents.reminders import remind
from api.settings import load_settings
from api.wiring import Services, build
from store import tables
from store.ids import stable_id
from tests.signals import rows
from tests.signals.rows import NOW, PARTNER, TODAY, cl
from workspace.deliverables.release import release
from workspace.deliverables.review import approve
from workspace.scope import Scope


def add_client(session: Session) -> None:
    """C1 with a return and the bookkeeping of 2025, last year's and this year's papers, and somebody to write to."""
    rows.add_firm(session)
    rows.add_engagement(session, "E1", "C1", template="1040", title="2025 Form 1040")
    rows.add_engagement(session, "B1", "C1", template="bookkeeping", title="Bookkeeping, 2025")
    rows.add_engagement(session, "E2", "C2", template="1040", title="2025 Form 1040")
    session.add(tables.Contact(id="con1", name="Nora Client", email="nora@client.example", custom={}))
    session.flush()
    for ref in ("C1", "C2"):
        link = stable_id("cc", ref)
        session.add(tables.ClientContact(id=link, client_id=cl(ref), contact_id="con1", is_primary=True))
    session.flush()


@pytest.fixture
def services(tmp_path: Path, migrated_sqlite: Path) -> Iterator[Services]:
    home = tmp_path / "home"
    home.mkdir()
    (home / "tickmark.db").write_bytes(migrated_sqlite.read_bytes())
    with build(load_settings(home).model_copy(update={"today": TODAY})) as made:
        with made.database.writing() as session:
            add_client(session)
        yield made


def scope_of(session: Session, email: str = PARTNER, day: date = TODAY) -> Scope:
    from dataclasses import replace

    return replace(rows.asker(session, email), today=day, now=NOW + (day - TODAY))


@contextmanager
def acting(services: Services, email: str = PARTNER, day: date = TODAY) -> Iterator[Scope]:
    """Somebody's scope on a day, in a transaction of its own."""
    with services.database.writing() as session:
        yield scope_of(session, email, day)


def remind_on(services: Services, day: date) -> list[str]:
    """The reminders of a night."""
    return remind(services, lambda session: rows.night(session, day))


def released(services: Services, draft: str, day: date) -> None:
    with acting(services, day=day) as scope:
        approve(scope, draft)
    with acting(services, day=day) as scope:
        release(scope, draft)


def business(day: date, count: int) -> date:
    from workspace.deadlines import add_business_days

    return add_business_days(day, count)


DAY = timedelta(days=1)

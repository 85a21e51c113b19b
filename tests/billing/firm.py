"""A firm for the tests of time and money: a partner, a manager, two of the staff, two clients with engagements, scopes on any day."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal

from sqlalchemy.orm import Session

from store import tables
from store.database import Database
from tests.signals import rows
from tests.signals.rows import MANAGER, PARTNER, STAFF, TODAY
from workspace.scope import Scope

RATES = {PARTNER: "320", MANAGER: "210.50", STAFF: "120.33"}


def add_firm(session: Session, **settings: object) -> None:
    """The small firm with rates, C1 with a fixed and an hourly engagement, C2 with one."""
    rows.add_firm(session)
    firm = session.get(tables.Firm, "firm")
    assert firm is not None
    firm.settings = {"billing": settings, "letterhead": {"lines": ["1 Main Street", "Erie, PA 16501"]}}
    for email, rate in RATES.items():
        person = session.get(tables.Person, rows.per(email))
        assert person is not None
        person.standard_rate, person.cost_rate = Decimal(rate), Decimal("50")
    rows.add_engagement(session, "E1", "C1")
    rows.add_engagement(session, "E2", "C1", fee_type="hourly", fee=None, title="Advisory C1")
    rows.add_engagement(session, "E3", "C2")


def firm(database: Database, **settings: object) -> Database:
    with database.writing() as session:
        add_firm(session, **settings)
    return database


@contextmanager
def acting(database: Database, email: str = PARTNER, day: date = TODAY) -> Iterator[Scope]:
    """Somebody's scope in a transaction of its own, on a day."""
    with database.writing() as session:
        yield scope_of(session, email, day)


def scope_of(session: Session, email: str = PARTNER, day: date = TODAY) -> Scope:
    return replace(rows.asker(session, email), today=day, now=rows.NOW + (day - TODAY))


def days_ago(days: int) -> date:
    return TODAY - timedelta(days=days)

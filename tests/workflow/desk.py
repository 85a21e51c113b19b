"""What the tests of the work share: the small firm of the billing tests, somebody at work on a day, and tries that leave nothing behind."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date

from sqlalchemy import select

from store.database import Database
from store.tables import Engagement, Task
from tests.billing.firm import acting, firm
from tests.signals.rows import MANAGER, OTHER, PARTNER, STAFF, TODAY, add_engagement, add_time, eng, per
from workspace.scope import Scope

__all__ = [
    "MANAGER",
    "OTHER",
    "PARTNER",
    "STAFF",
    "TODAY",
    "acting",
    "add_engagement",
    "add_time",
    "eng",
    "firm",
    "per",
    "steps",
    "trying",
]


class _BackOut(Exception):
    pass


@contextmanager
def trying(database: Database, email: str = PARTNER, day: date = TODAY) -> Iterator[Scope]:
    """As `acting`, and everything is rolled back at the end: for properties, which try many times."""
    try:
        with acting(database, email, day) as scope:
            yield scope
            raise _BackOut
    except _BackOut:
        pass


def steps(scope: Scope, ref: str) -> dict[str, Task]:
    """The tasks of an engagement by their step, or by their title where they have none."""
    wanted = select(Task).join(Engagement, Engagement.id == Task.engagement_id).where(Engagement.ref == ref)
    return {task.step or task.title: task for task in scope.session.scalars(wanted.order_by(Task.place))}

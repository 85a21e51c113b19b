"""Which briefs there are of a person, and who of the firm something can be handed to. The brief itself is workspace/brief's."""

from dataclasses import dataclass
from datetime import date

from sqlalchemy import func, select

from store.tables import Brief, Person
from workspace.scope import Scope

DAYS = 30


@dataclass(frozen=True)
class Colleague:
    """Somebody active at the firm."""

    email: str
    name: str
    role: str


def brief_days(scope: Scope, limit: int = DAYS) -> tuple[date, ...]:
    """The days of which the asker has a brief, newest first; one query."""
    query = select(Brief.as_of).where(Brief.person_id == scope.person_id).order_by(Brief.as_of.desc())
    return tuple(scope.session.scalars(query.limit(limit)))


def colleagues(scope: Scope) -> tuple[Colleague, ...]:
    """Everybody else who does client work, by name; one query."""
    found = scope.session.execute(
        select(Person.email, Person.name, Person.role)
        .where(Person.active, Person.role != "admin", Person.id != (scope.person_id or ""))
        .order_by(Person.name, Person.email)
    )
    return tuple(Colleague(*row) for row in found.tuples())


def client_count(scope: Scope) -> int:
    """How many clients the asker sees."""
    return scope.session.scalars(select(func.count()).select_from(scope.clients().subquery())).one()

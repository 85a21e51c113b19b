"""Who a command acts for: a named person with her rights, or the operator at the machine."""

from collections.abc import Iterator
from contextlib import contextmanager

from sqlalchemy.orm import Session

from api.wiring import Services
from workspace.scope import Scope, open_scope, system_scope


def scope_of(services: Services, session: Session, name: str, email: str | None) -> Scope:
    """The scope of the person of that address; without one, the system's under the command's name."""
    if email:
        return open_scope(session, email, clock=services.clock)
    return system_scope(session, name, now=services.clock.now(), today=services.clock.today())


@contextmanager
def reading(services: Services, name: str, email: str | None = None) -> Iterator[Scope]:
    """A scope that only reads."""
    with services.database.reading() as session:
        yield scope_of(services, session, name, email)


@contextmanager
def writing(services: Services, name: str, email: str | None = None) -> Iterator[Scope]:
    """A scope in one transaction."""
    with services.database.writing() as session:
        yield scope_of(services, session, name, email)

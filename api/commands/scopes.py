"""Who a command acts for: a named person with her rights, or the operator at the machine."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace

from sqlalchemy.orm import Session

from api.admit import only_of
from api.wiring import Services
from workspace.people import glass
from workspace.scope import Scope, open_scope, operator_scope


def scope_of(services: Services, session: Session, name: str, email: str | None) -> Scope:
    """The scope of the person of that address, with the rights she is narrowed to here; without one, the system's under the command's
    name."""
    if email:
        return replace(open_scope(session, email, clock=services.clock), only=only_of(email))
    return operator_scope(session, name, now=services.clock.now(), today=services.clock.today())


@contextmanager
def reading(services: Services, name: str, email: str | None = None) -> Iterator[Scope]:
    """A scope that only reads."""
    with services.database.reading() as session:
        scope = scope_of(services, session, name, email)
        yield scope
        read = glass.reads_in(scope)
    if read:
        with services.database.writing() as session:
            glass.note_reads(replace(scope, session=session), read, f"command {name}")


@contextmanager
def writing(services: Services, name: str, email: str | None = None) -> Iterator[Scope]:
    """A scope in one transaction."""
    with services.database.writing() as session:
        scope = scope_of(services, session, name, email)
        yield scope
        glass.note_reads(scope, glass.reads_in(scope), f"command {name}")

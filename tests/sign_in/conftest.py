"""The small firm with passwords, and browsers on copies of it: what the tests of the door stand on."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pyotp
import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from api.settings import load_settings
from api.wiring import Services, build
from store.tables import AuditEntry, Person, SecondFactor
from tests.homes import copied
from tests.intake.conftest import furnished
from tests.web.conftest import Visitor, Visits, visiting
from workspace.sign_in import second_factor

__all__ = ["furnished"]


@pytest.fixture(autouse=True)
def settled(no_settings_from_outside: None) -> None:
    """Nothing from outside reaches a test."""


@pytest.fixture
def firm(furnished: Path, tmp_path: Path) -> Iterator[Services]:
    """Services over a home of the test's own."""
    with build(load_settings(copied(furnished, tmp_path / "home"))) as services:
        yield services


@pytest.fixture
def visit(firm: Services) -> Visits:
    """`visit("ana")` is Ana's browser, `visit(None)` a stranger's."""
    return visiting(firm)


@contextmanager
def session_of(services: Services) -> Iterator[Session]:
    """A transaction."""
    with services.database.writing() as session:
        yield session


def person(session: Session, name: str) -> Person:
    return session.scalars(select(Person).where(Person.email == f"{name}@alder.example")).one()


def enrolled(services: Services, name: str) -> tuple[str, list[str]]:
    """Set a generator up for somebody: its secret and her recovery codes. The code of the half minute before is taken with it."""
    at = datetime.now(UTC)
    with services.database.writing() as session:
        who = person(session, name)
        secret, _ = second_factor.begin(session, services.seal, who, at)
        early = pyotp.TOTP(secret).generate_otp(int(at.timestamp()) // 30 - 1)
        codes = second_factor.confirm(session, services.seal, who, early, at)
    assert codes is not None
    return secret, codes


def code_of(secret: str, steps: int = 0) -> str:
    """What the generator shows now, or so many half minutes from now."""
    return pyotp.TOTP(secret).generate_otp(int(datetime.now(UTC).timestamp()) // 30 + steps)


def trail(services: Services, *tags: str) -> list[AuditEntry]:
    """The entries of these tags."""
    with services.database.reading() as session:
        return list(session.scalars(select(AuditEntry).where(AuditEntry.tag.in_(tags)).order_by(AuditEntry.seq)))


def everything(services: Services) -> str:
    """The whole trail as text, to look for what must not stand in it."""
    with services.database.reading() as session:
        return repr([(one.actor, one.subject, one.detail) for one in session.scalars(select(AuditEntry))])


def enter(visitor: Visitor, name: str, password: str, **more: Any) -> Any:
    """Send the form of the door."""
    return visitor.http.post("/sign-in", data={"email": f"{name}@alder.example", "password": password, **more})


def last_step(services: Services, name: str) -> int:
    with services.database.reading() as session:
        row = session.scalars(select(SecondFactor).where(SecondFactor.person_id == person(session, name).id)).one()
        return row.last_step

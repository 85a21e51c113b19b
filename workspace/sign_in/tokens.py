"""Personal tokens: what a program carries in its person's name. Kept as SHA-256; the secret is told once."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from store import audit
from store.audit import AuditTag
from store.errors import Invalid, NotFound
from store.tables import Person, SignIn
from workspace.sign_in.sessions import opened

LONGEST_NAME = 60


def open_token(
    session: Session, person_id: str, label: str, now: datetime, life: timedelta, rights: Sequence[str] | None = None
) -> str:
    """A personal token for programs; the secret is returned once and never again. `rights` None: all that its person has."""
    return opened(session, person_id, "token", label, now, life, rights=None if rights is None else list(rights))


@dataclass(frozen=True)
class Token:
    """A personal token as it is listed; its secret is nowhere."""

    name: str
    created_at: datetime
    expires_at: datetime
    id: str = ""
    rights: tuple[str, ...] | None = None
    used_at: datetime | None = None


def create_token(
    session: Session, email: str, name: str, now: datetime, life: timedelta, rights: Sequence[str] | None = None
) -> str:
    """A personal token of a person for a program, under a name of its own; the secret is returned once and never again. `rights` None:
    all that its person has. Raises NotFound for an unknown address, Invalid for a name that is empty or taken."""
    person = _person(session, email)
    name = name.strip()
    if not name or len(name) > LONGEST_NAME:
        raise Invalid(
            f"a token needs a name of at most {LONGEST_NAME} characters, such as the program that will hold it"
        )
    if any(one.name == name for one in tokens(session, email, now)):
        raise Invalid(f"{person.email} has a token called {name} already; revoke it first, or take another name")
    detail: dict[str, Any] = {"name": name, "until": (now + life).date().isoformat()}
    if rights is not None:
        detail["rights"] = list(rights)
    subject = f"person:{person.id}"
    audit.record(session, AuditTag.PERSON_TOKEN_CREATED, actor=person.email, subject=subject, now=now, detail=detail)
    return open_token(session, person.id, name, now, life, rights)


def tokens(session: Session, email: str, now: datetime) -> list[Token]:
    """The tokens of a person that open something, oldest first. Raises NotFound for an unknown address."""
    return [
        Token(
            row.label or "",
            row.created_at,
            row.expires_at,
            row.id,
            None if row.rights is None else tuple(row.rights),
            row.used_at,
        )
        for row in _tokens(session, _person(session, email), now)
    ]


def revoke_token(session: Session, email: str, name: str, now: datetime) -> None:
    """End a token of that name; from now on it opens nothing. Raises NotFound when there is none."""
    person = _person(session, email)
    found = [row for row in _tokens(session, person, now) if row.label == name.strip()]
    if not found:
        raise NotFound(f"{person.email} has no token called {name}")
    for row in found:
        row.revoked_at = now
    subject = f"person:{person.id}"
    audit.record(
        session,
        AuditTag.PERSON_TOKEN_REVOKED,
        actor=person.email,
        subject=subject,
        now=now,
        detail={"name": name.strip()},
    )


def _tokens(session: Session, person: Person, now: datetime) -> list[SignIn]:
    standing = (SignIn.revoked_at.is_(None), SignIn.expires_at > now)
    query = select(SignIn).where(SignIn.person_id == person.id, SignIn.kind == "token", *standing)
    return list(session.scalars(query.order_by(SignIn.created_at, SignIn.id)))


def _person(session: Session, email: str) -> Person:
    found = session.scalars(
        select(Person).where(Person.email == email.strip().lower(), Person.active.is_(True))
    ).one_or_none()
    if found is None:
        raise NotFound(f"nobody who works here has the address {email}")
    return found

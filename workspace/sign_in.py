"""Who is at the door: passwords, browser sessions, personal tokens, and the brake on guessing.

These functions stand before a Scope exists, so they take the session itself. Secrets are kept as hashes only: argon2id for
passwords (RFC 9106), SHA-256 for session and token secrets, which are random and need no slow hash.
"""

import hashlib
import secrets
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from store import audit
from store.audit import AuditTag
from store.errors import Forbidden, Invalid, NotFound
from store.ids import new_id
from store.tables import CalendarFeed, Person, SignIn, SignInFailure

SESSION_LIFE = timedelta(hours=12)
FAILURES_ALLOWED = 8
FAILURES_WITHIN = timedelta(minutes=15)
MINIMUM_LENGTH = 10
LONGEST_NAME = 60
# argon2id of a random word: what an unknown address is checked against, so that it takes as long as a known one
_NOBODY = "$argon2id$v=19$m=65536,t=3,p=4$4GgLYOJ4hXxCndpllRqazQ$tZX314j9mYVAWwNFSAC5JsSB0gFetcskD0pavafNaQw"


def set_password(session: Session, email: str, password: str, now: datetime) -> None:
    """Set a person's password and end her open sessions. Raises Invalid when it is too short, NotFound for an unknown address."""
    if len(password) < MINIMUM_LENGTH:
        raise Invalid(f"a password needs at least {MINIMUM_LENGTH} characters")
    person = session.scalars(select(Person).where(Person.email == email.strip().lower())).one_or_none()
    if person is None:
        raise NotFound(f"there is no {email} in this firm; `tickmark load` reads staff.csv")
    person.password_hash = PasswordHasher().hash(password)
    for row in session.scalars(select(SignIn).where(SignIn.person_id == person.id, SignIn.revoked_at.is_(None))):
        row.revoked_at = now
    audit.record(session, AuditTag.PERSON_PASSWORD_SET, actor=person.email, subject=f"person:{person.id}", now=now)


def sign_in(session: Session, email: str, password: str, address: str, now: datetime, agent: str = "") -> str | None:
    """Open a browser session; returns its secret, or None when address and password do not match.

    The time it takes does not tell whether the address exists. Raises Forbidden after too many failures of one address from one
    place, so that nobody can lock a colleague out from elsewhere.
    """
    email = email.strip().lower()
    since = now - FAILURES_WITHIN
    failures = session.scalar(
        select(func.count())
        .select_from(SignInFailure)
        .where(SignInFailure.email == email, SignInFailure.address == address, SignInFailure.at > since)
    )
    if failures and failures >= FAILURES_ALLOWED:
        raise Forbidden("too many failed sign-ins from here; wait fifteen minutes")
    person = session.scalars(select(Person).where(Person.email == email, Person.active.is_(True))).one_or_none()
    matches = _matches(person.password_hash if person and person.password_hash else _NOBODY, password)
    if person is None or not person.password_hash or not matches:
        session.add(SignInFailure(id=new_id("fail"), email=email, address=address, at=now))
        audit.record(session, AuditTag.PERSON_SIGN_IN_REFUSED, actor=email, subject=f"address:{address}", now=now)
        return None
    audit.record(session, AuditTag.PERSON_SIGNED_IN, actor=email, subject=f"person:{person.id}", now=now)
    return _open(session, person.id, "session", None, now, SESSION_LIFE, address=address[:60], agent=agent[:200])


def open_token(
    session: Session, person_id: str, label: str, now: datetime, life: timedelta, rights: Sequence[str] | None = None
) -> str:
    """A personal token for programs; the secret is returned once and never again. `rights` None: all that its person has."""
    return _open(session, person_id, "token", label, now, life, rights=None if rights is None else list(rights))


def person_behind(session: Session, secret: str, now: datetime) -> Person | None:
    """The active person whose session or token this is, None when it is unknown, expired or revoked."""
    found = opened_by(session, secret, now)
    return found[0] if found else None


def opened_by(session: Session, secret: str, now: datetime) -> tuple[Person, SignIn] | None:
    """The active person and the session or token whose secret this is, None when it is unknown, expired or revoked."""
    found = session.execute(
        select(Person, SignIn)
        .join(SignIn, SignIn.person_id == Person.id)
        .where(
            SignIn.token_hash == _hash(secret),
            SignIn.revoked_at.is_(None),
            SignIn.expires_at > now,
            Person.active.is_(True),
        )
    ).one_or_none()
    return None if found is None else (found[0], found[1])


def person_of_feed(session: Session, secret: str) -> tuple[str, Person] | None:
    """The id of the calendar feed whose secret this is, and its active person; None when it is unknown or revoked."""
    found = session.execute(
        select(CalendarFeed.id, Person)
        .join(Person, Person.id == CalendarFeed.person_id)
        .where(
            CalendarFeed.token_hash == _hash(secret),
            CalendarFeed.revoked_at.is_(None),
            Person.active.is_(True),
        )
    ).one_or_none()
    return None if found is None else (found[0], found[1])


def sign_out(session: Session, secret: str, now: datetime) -> None:
    """End a session; an unknown one is no error."""
    row = session.scalars(select(SignIn).where(SignIn.token_hash == _hash(secret))).one_or_none()
    if row and row.revoked_at is None:
        row.revoked_at = now
        email = session.get_one(Person, row.person_id).email
        audit.record(session, AuditTag.PERSON_SIGNED_OUT, actor=email, subject=f"person:{row.person_id}", now=now)


def _open(
    session: Session, person_id: str, kind: str, label: str | None, now: datetime, life: timedelta, **more: Any
) -> str:
    secret = secrets.token_urlsafe(32)
    session.add(
        SignIn(
            id=new_id("sin"),
            person_id=person_id,
            token_hash=_hash(secret),
            kind=kind,
            label=label,
            created_at=now,
            expires_at=now + life,
            **more,
        )
    )
    return secret


def _matches(hashed: str, password: str) -> bool:
    try:
        return PasswordHasher().verify(hashed, password)
    except (VerificationError, InvalidHashError):
        return False


def _hash(secret: str) -> str:
    return hashlib.sha256(secret.encode()).hexdigest()


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


@dataclass(frozen=True)
class OpenSession:
    """A browser that is signed in. `current`: the one that asks."""

    id: str
    created_at: datetime
    expires_at: datetime
    used_at: datetime | None
    agent: str
    address: str
    current: bool


def sessions(session: Session, person_id: str, current: str | None, now: datetime) -> list[OpenSession]:
    """The browsers in which a person is signed in, the newest first. `current` is the id of the session that asks."""
    standing = (SignIn.revoked_at.is_(None), SignIn.expires_at > now)
    rows = session.scalars(
        select(SignIn)
        .where(SignIn.person_id == person_id, SignIn.kind == "session", *standing)
        .order_by(SignIn.created_at.desc(), SignIn.id)
    )
    return [
        OpenSession(
            row.id, row.created_at, row.expires_at, row.used_at, row.agent or "", row.address or "", row.id == current
        )
        for row in rows
    ]


def end_sessions(session: Session, person_id: str, ids: Sequence[str], now: datetime) -> int:
    """End these sessions of the person; how many. Those of others, and those that ended, are left alone."""
    rows = session.scalars(
        select(SignIn).where(
            SignIn.person_id == person_id, SignIn.kind == "session", SignIn.id.in_(ids), SignIn.revoked_at.is_(None)
        )
    ).all()
    for row in rows:
        row.revoked_at = now
    if rows:
        email = session.get_one(Person, person_id).email
        detail = {"ended": len(rows)}
        subject = f"person:{person_id}"
        audit.record(session, AuditTag.PERSON_SESSION_ENDED, actor=email, subject=subject, now=now, detail=detail)
    return len(rows)


def write_used(session: Session, used: Mapping[str, datetime]) -> None:
    """When tokens and sessions were used last."""
    for row in session.scalars(select(SignIn).where(SignIn.id.in_(used))):
        row.used_at = used[row.id]

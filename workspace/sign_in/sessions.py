"""Browser sessions: opened after the door, found again by their secret, listed, ended.

A session ends twelve hours after it was opened whatever happens, and after an hour in which nobody used it (NIST SP 800-63B-4, level 2: at
most 24 hours and one hour). Its secret is random, new with every sign-in, and kept as SHA-256 only.
"""

import hashlib
import secrets
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import or_, select
from sqlalchemy.orm import Session

from store import audit
from store.audit import AuditTag
from store.ids import new_id
from store.tables import CalendarFeed, Firm, KnownDevice, Person, SignIn

SESSION_LIFE = timedelta(hours=12)
FRESH = timedelta(minutes=15)
"""For so long after somebody proved who she is, she may change how she proves it."""


@dataclass(frozen=True)
class Opened:
    """What a secret opens: whose it is, the session or token, and who of the firm needs a second factor."""

    person: Person
    door: SignIn
    policy: str


@dataclass(frozen=True)
class OpenSession:
    """A browser that is signed in. `current`: the one that asks. `door`: how she came in; `both`: with a second factor."""

    id: str
    created_at: datetime
    expires_at: datetime
    used_at: datetime | None
    agent: str
    address: str
    current: bool
    door: str = "password"
    both: bool = False


def hash_of(secret: str) -> str:
    """SHA-256, for secrets that are random: they need no slow hash."""
    return hashlib.sha256(secret.encode()).hexdigest()


def open_session(
    session: Session, person: Person, door: str, now: datetime, *, both: bool, address: str = "", agent: str = ""
) -> str:
    """A new browser session; its secret. `door` is how she came in, `both` whether two factors were shown."""
    detail = {"door": door} if not both else {"door": door, "second_factor": True}
    subject = f"person:{person.id}"
    audit.record(session, AuditTag.PERSON_SIGNED_IN, actor=person.email, subject=subject, now=now, detail=detail)
    more = {"address": address[:60], "agent": agent[:200], "door": door[:40], "fresh_at": now}
    return opened(session, person.id, "session", None, now, SESSION_LIFE, proved_at=now if both else None, **more)


def opened(
    session: Session, person_id: str, kind: str, label: str | None, now: datetime, life: timedelta, **more: Any
) -> str:
    """A row that a new secret opens; the secret."""
    secret = secrets.token_urlsafe(32)
    identity, until = new_id("sin"), now + life
    row = SignIn(id=identity, person_id=person_id, token_hash=hash_of(secret), kind=kind, label=label, **more)
    row.created_at, row.expires_at = now, until
    session.add(row)
    return secret


def behind(session: Session, secret: str, now: datetime) -> Opened | None:
    """Whose session or token this is, None when it is unknown, expired or revoked, or its person gone. One query."""
    policy = select(Firm.second_factor).limit(1).scalar_subquery()
    found = session.execute(
        select(Person, SignIn, policy)
        .join(SignIn, SignIn.person_id == Person.id)
        .where(
            SignIn.token_hash == hash_of(secret),
            SignIn.revoked_at.is_(None),
            SignIn.expires_at > now,
            # a program's account is never active: no list of people finds it; its tokens end with it
            or_(Person.active.is_(True), (Person.role == "service") & (SignIn.kind == "token")),
        )
    ).one_or_none()
    return None if found is None else Opened(found[0], found[1], found[2] or "optional")


def opened_by(session: Session, secret: str, now: datetime) -> tuple[Person, SignIn] | None:
    """The active person and the session or token whose secret this is, None when it is unknown, expired or revoked."""
    found = behind(session, secret, now)
    return None if found is None else (found.person, found.door)


def person_behind(session: Session, secret: str, now: datetime) -> Person | None:
    """The active person whose session or token this is, None when it is unknown, expired or revoked."""
    found = behind(session, secret, now)
    # what opens by the person alone would not see to what a program's tokens are narrowed
    return None if found is None or not found.person.active else found.person


def person_of_feed(session: Session, secret: str) -> tuple[str, Person] | None:
    """The id of the calendar feed whose secret this is, and its active person; None when it is unknown or revoked."""
    found = session.execute(
        select(CalendarFeed.id, Person)
        .join(Person, Person.id == CalendarFeed.person_id)
        .where(
            CalendarFeed.token_hash == hash_of(secret),
            CalendarFeed.revoked_at.is_(None),
            Person.active.is_(True),
        )
    ).one_or_none()
    return None if found is None else (found[0], found[1])


def sign_out(session: Session, secret: str, now: datetime) -> None:
    """End a session; an unknown one is no error."""
    row = session.scalars(select(SignIn).where(SignIn.token_hash == hash_of(secret))).one_or_none()
    if row and row.revoked_at is None:
        row.revoked_at = now
        email = session.get_one(Person, row.person_id).email
        audit.record(session, AuditTag.PERSON_SIGNED_OUT, actor=email, subject=f"person:{row.person_id}", now=now)


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
            row.id,
            row.created_at,
            row.expires_at,
            row.used_at,
            row.agent or "",
            row.address or "",
            row.id == current,
            row.door or "password",
            row.proved_at is not None,
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
        _ended(session, person_id, len(rows), now)
    return len(rows)


def end_everywhere(session: Session, person_id: str, now: datetime) -> int:
    """End every session of a person, also the one that asks, and forget the browsers she is known in; how many. Tokens stay."""
    rows = session.scalars(
        select(SignIn).where(SignIn.person_id == person_id, SignIn.kind == "session", SignIn.revoked_at.is_(None))
    ).all()
    for row in rows:
        row.revoked_at = now
    for device in session.scalars(select(KnownDevice).where(KnownDevice.person_id == person_id)):
        session.delete(device)
    _ended(session, person_id, len(rows), now, everywhere=True)
    return len(rows)


def _ended(session: Session, person_id: str, many: int, now: datetime, **more: Any) -> None:
    email = session.get_one(Person, person_id).email
    detail = {"ended": many, **more}
    subject = f"person:{person_id}"
    audit.record(session, AuditTag.PERSON_SESSION_ENDED, actor=email, subject=subject, now=now, detail=detail)


def write_used(session: Session, used: Mapping[str, datetime]) -> None:
    """When tokens and sessions were used last."""
    for row in session.scalars(select(SignIn).where(SignIn.id.in_(used))):
        row.used_at = used[row.id]

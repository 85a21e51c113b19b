"""Links that let a person set her password or add a passkey: an invitation, or a way back in when the password is forgotten.

The secret is random, kept as SHA-256, told once, and counts once. A link never takes a second factor away: who has a generator is asked for
its code after it.
"""

import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Literal

from sqlalchemy import Select, func, select
from sqlalchemy.orm import Session

from store import audit
from store.audit import AuditTag
from store.errors import NotFound
from store.ids import new_id
from store.tables import DoorLink, Person
from workspace.sign_in.sessions import hash_of

Kind = Literal["invite", "reset"]
LIFE = {"invite": timedelta(days=7), "reset": timedelta(hours=24)}
BY_MAIL = timedelta(hours=1)
MOST_BY_MAIL = 3  # an hour and person


@dataclass(frozen=True)
class Link:
    """A link that is out, as it is listed; its secret is nowhere."""

    id: str
    kind: str
    email: str
    made_by: str
    created_at: datetime
    expires_at: datetime


def make_link(
    session: Session, person: Person, kind: Kind, by: str, now: datetime, life: timedelta | None = None
) -> str:
    """A new link for this person; its secret. Those of the kind that were out before open nothing any more."""
    for row in session.scalars(_out(now).where(DoorLink.person_id == person.id, DoorLink.kind == kind)):
        row.revoked_at = now
    secret, until = secrets.token_urlsafe(32), now + (life or LIFE[kind])
    row = DoorLink(id=new_id("lnk"), person_id=person.id, kind=kind, token_hash=hash_of(secret), made_by=by)
    row.created_at, row.expires_at = now, until
    session.add(row)
    _record(session, AuditTag.PERSON_LINK_MADE, by, row, now, kind=kind, until=until.date().isoformat())
    session.flush()
    return secret


def link_of(session: Session, secret: str, now: datetime) -> tuple[DoorLink, Person] | None:
    """The link of that secret and its person; None when it is unknown, used, revoked or too old, or its person gone."""
    found = session.execute(
        _out(now)
        .add_columns(Person)
        .join(Person, Person.id == DoorLink.person_id)
        .where(DoorLink.token_hash == hash_of(secret), Person.active.is_(True))
    ).one_or_none()
    return None if found is None else (found[0], found[1])


def use_link(session: Session, row: DoorLink, person: Person, now: datetime, how: str) -> None:
    """It counted; this and every other link of the person opens nothing any more."""
    for other in session.scalars(_out(now).where(DoorLink.person_id == person.id)):
        if other.id != row.id:
            other.revoked_at = now
    row.used_at = now
    _record(session, AuditTag.PERSON_LINK_USED, person.email, row, now, kind=row.kind, how=how)


def revoke_link(session: Session, link_id: str, by: str, now: datetime) -> None:
    """It opens nothing any more. Raises NotFound for one that is not out."""
    row = session.scalars(_out(now).where(DoorLink.id == link_id)).one_or_none()
    if row is None:
        raise NotFound("there is no such link, or it opens nothing any more")
    row.revoked_at = now
    _record(session, AuditTag.PERSON_LINK_REVOKED, by, row, now, kind=row.kind)


def links_out(session: Session, now: datetime) -> list[Link]:
    """Every link that opens something, the newest first."""
    query = _out(now).add_columns(Person.email).join(Person, Person.id == DoorLink.person_id)
    rows = session.execute(query.order_by(DoorLink.created_at.desc(), DoorLink.id)).all()
    return [Link(row.id, row.kind, email, row.made_by, row.created_at, row.expires_at) for row, email in rows]


def link_by_mail(session: Session, email: str, now: datetime) -> tuple[Person, str] | None:
    """For somebody who forgot her password: the person of that address and the secret of a link for an hour, which goes to that address
    only. None when there is nobody, or three were sent in this hour."""
    person = session.scalars(
        select(Person).where(Person.email == email.strip().lower(), Person.active.is_(True))
    ).one_or_none()
    if person is None:
        return None
    lately = select(func.count(DoorLink.id)).where(
        DoorLink.person_id == person.id, DoorLink.made_by == "mail", DoorLink.created_at > now - timedelta(hours=1)
    )
    if (session.scalar(lately) or 0) >= MOST_BY_MAIL:
        return None
    return person, make_link(session, person, "reset", "mail", now, BY_MAIL)


def _out(now: datetime) -> Select[DoorLink]:
    return select(DoorLink).where(DoorLink.used_at.is_(None), DoorLink.revoked_at.is_(None), DoorLink.expires_at > now)


def _record(session: Session, tag: AuditTag, actor: str, row: DoorLink, now: datetime, **detail: object) -> None:
    audit.record(
        session, tag, actor=actor, subject=f"person:{row.person_id}", now=now, detail={"link": row.id, **detail}
    )

"""What was begun at the door and must be finished by the same browser, soon, and once: a passkey's ceremony, a round to an identity
provider, a code that is still to come after the password."""

import secrets
from datetime import datetime, timedelta

from sqlalchemy import Select, delete, select
from sqlalchemy.orm import Session

from store.ids import new_id
from store.tables import DoorChallenge
from workspace.sign_in.sessions import hash_of


def begin(
    session: Session,
    kind: str,
    binding: str,
    now: datetime,
    life: timedelta,
    *,
    owner_id: str | None = None,
    detail: str | None = None,
) -> str:
    """A new challenge of 256 bits for the browser that holds `binding`; what this browser began of the kind before counts no more."""
    session.execute(delete(DoorChallenge).where(DoorChallenge.expires_at < now - timedelta(days=1)))
    for row in session.scalars(_open(kind, binding, now).with_for_update()):
        row.used_at = now
    made, identity = secrets.token_urlsafe(32), new_id("chl")
    until = now + life
    session.add(
        DoorChallenge(
            id=identity,
            kind=kind,
            binding=hash_of(binding),
            owner_id=owner_id,
            challenge=made,
            detail=detail,
            tries=0,
            expires_at=until,
        )
    )
    session.flush()
    return made


def random(size: int = 32) -> str:
    """So many random bytes, base64url."""
    return secrets.token_urlsafe(size)


def standing(session: Session, kind: str, binding: str, now: datetime, *, locked: bool = False) -> DoorChallenge | None:
    """What this browser began of the kind and did not finish; None when there is nothing or it is late. `locked` where it is changed."""
    newest = _open(kind, binding, now).order_by(DoorChallenge.expires_at.desc()).limit(1)
    return session.scalars(newest.with_for_update() if locked else newest).first()


def taken(session: Session, kind: str, binding: str, now: datetime) -> DoorChallenge | None:
    """As `standing`, and it counts no more, however this ends."""
    found = standing(session, kind, binding, now, locked=True)
    if found is not None:
        found.used_at = now
        session.flush()
    return found


def _open(kind: str, binding: str, now: datetime) -> Select[DoorChallenge]:
    return select(DoorChallenge).where(
        DoorChallenge.kind == kind,
        DoorChallenge.binding == hash_of(binding),
        DoorChallenge.used_at.is_(None),
        DoorChallenge.expires_at > now,
    )

"""Calendar feeds: an address a person gives to her calendar program, and what is handed out there.

A feed shows what its person may see at the moment it is fetched, and nothing else. The secret in the address is shown once and kept as
its hash. What was handed out before and is no longer due is handed out once more as cancelled, without a name, for a while.
"""

import hashlib
import secrets
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from typing import Any

from sqlalchemy import select

from store import audit
from store.audit import AuditTag
from store.errors import Invalid, NotFound
from store.ids import new_id
from store.tables import CalendarFeed
from workspace.calendar.dates import calendar_of
from workspace.calendar.ics import Event, written
from workspace.calendar.model import KINDS, Dated, Wanted
from workspace.scope import Right, Scope

BEHIND, AHEAD = timedelta(days=31), timedelta(days=400)
KEPT = timedelta(days=60)  # how long a cancelled event is told
MOST = 20  # feeds of one person that are open at a time
GONE = "No longer due"


@dataclass(frozen=True)
class Feed:
    """A feed of the asker's. `fetched_at` None: no program has asked yet."""

    id: str
    label: str
    own_only: bool
    created_at: datetime
    fetched_at: datetime | None
    revoked_at: datetime | None


def feeds_of(scope: Scope) -> tuple[Feed, ...]:
    """The asker's own feeds, the newest first."""
    rows = scope.session.scalars(
        select(CalendarFeed)
        .where(CalendarFeed.person_id == scope.person_id)
        .order_by(CalendarFeed.created_at.desc(), CalendarFeed.id)
    )
    return tuple(Feed(r.id, r.label, r.own_only, r.created_at, r.fetched_at, r.revoked_at) for r in rows)


def open_feed(scope: Scope, label: str, *, own_only: bool) -> str:
    """Open a feed for the asker; the secret of its address, which is not kept and cannot be shown again."""
    scope.require(Right.CLIENT_READ)
    if scope.person_id is None:
        raise Invalid("a calendar feed is a person's: sign in")
    name = " ".join(label.split())[:80] or "Calendar"
    if sum(one.revoked_at is None for one in feeds_of(scope)) >= MOST:
        raise Invalid(f"{MOST} feeds are open; revoke one that no program uses any more")
    secret, row_id = secrets.token_urlsafe(32), new_id("feed")
    row = CalendarFeed(
        id=row_id,
        person_id=scope.person_id,
        token_hash=hashed(secret),
        label=name,
        own_only=own_only,
        created_at=scope.now,
        served={},
    )
    scope.session.add(row)
    detail = {"label": name, "own_only": own_only}
    _trail(scope, AuditTag.CALENDAR_FEED_OPENED, row_id, detail)
    return secret


def revoke_feed(scope: Scope, feed_id: str) -> None:
    """End a feed of the asker's own; one that has ended is left as it is. Raises NotFound for anybody else's."""
    row = scope.session.get(CalendarFeed, feed_id)
    if row is None or row.person_id != scope.person_id:
        raise NotFound("there is no such feed of yours")
    if row.revoked_at is None:
        row.revoked_at, row.served = scope.now, {}
        _trail(scope, AuditTag.CALENDAR_FEED_REVOKED, row.id, {"label": row.label})


def feed_text(scope: Scope, feed_id: str, site: str) -> str:
    """The feed's file as its person sees the dates now; notes what was handed out. `site` is the address that links begin with."""
    row = scope.session.get(CalendarFeed, feed_id)
    if row is None or row.person_id != scope.person_id or row.revoked_at is not None:
        raise NotFound("there is no such calendar")
    person = scope.person_id if row.own_only or not scope.has(Right.DELIVERABLE_REVIEW) else ""
    wanted = Wanted(scope.today - BEHIND, scope.today + AHEAD, person=person or "", overdue=True)
    events, served = _told(calendar_of(scope, wanted).dates, row.served, scope.now, scope.today, site)
    if served != row.served:
        row.served = served
    row.fetched_at = scope.now
    return written(f"Tickmark: {row.label}", events)


def hashed(secret: str) -> str:
    """How the secret of an address is kept."""
    return hashlib.sha256(secret.encode()).hexdigest()


def _told(
    dates: Sequence[Dated], before: Mapping[str, Any], now: datetime, today: date, site: str
) -> tuple[list[Event], dict[str, Any]]:
    """The events, and what to remember of them. An event that says the same keeps its sequence and stamp."""
    events: list[Event] = []
    served: dict[str, Any] = {}
    for one in dates:
        uid, said = f"{one.key}@tickmark", _said(one, site)
        digest = hashlib.sha256("\x1f".join((one.due.isoformat(), *said)).encode()).hexdigest()[:16]
        known = before.get(uid)
        if known is not None and known["says"] == digest and known["gone"] is None:
            sequence, stamp = int(known["sequence"]), datetime.fromisoformat(known["at"])
        else:
            sequence, stamp = (int(known["sequence"]) + 1 if known is not None else 0), now
        served[uid] = _kept(sequence, digest, stamp, one.due, None)
        summary, description, link = said
        kinds = (KINDS[one.kind], f"Class {one.cls}")
        events.append(Event(uid, one.due, summary, description, kinds, sequence, stamp, url=link))
    for uid, known in sorted(before.items()):
        if uid in served:
            continue
        gone = date.fromisoformat(known["gone"]) if known["gone"] else today
        if today - gone > KEPT:
            continue
        first_time = known["gone"] is None
        sequence = int(known["sequence"]) + first_time
        stamp, day = now if first_time else datetime.fromisoformat(known["at"]), date.fromisoformat(known["due"])
        served[uid] = _kept(sequence, known["says"], stamp, day, gone)
        events.append(Event(uid, day, GONE, "", (), sequence, stamp, cancelled=True))
    return events, served


def _kept(sequence: int, says: str, at: datetime, due: date, gone: date | None) -> dict[str, Any]:
    stamp = at.astimezone(UTC).replace(microsecond=0).isoformat()
    return {
        "sequence": sequence,
        "says": says,
        "at": stamp,
        "due": due.isoformat(),
        "gone": gone.isoformat() if gone else None,
    }


def _said(one: Dated, site: str) -> tuple[str, str, str]:
    """Summary, description and link of a date."""
    doubt = " (to confirm)" if one.confirm else ""
    lines = [*one.how, f"Authority: {one.authority}."]
    if one.owner:
        lines.append(f"Owner: {one.owner}.")
    tab = f"/work#{one.engagement_ref}" if one.engagement_ref else "/signals"
    return f"{one.client}: {one.title}{doubt}", "\n".join(lines), f"{site}/clients/{one.client_ref}{tab}"


def _trail(scope: Scope, tag: AuditTag, feed_id: str, detail: dict[str, Any]) -> None:
    audit.record(scope.session, tag, actor=scope.email, subject=f"feed:{feed_id}", now=scope.now, detail=detail)

"""Break-glass: a client opened from outside its team, for some hours, with a reason that its partner and the administrators read.

Never passes a wall: such a client answers as one that is not there. What is read meanwhile stands on the trail as such.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import ColumnElement, func, or_, select
from sqlalchemy.orm import Session

from store import fence
from store.audit import AuditTag
from store.errors import Conflict, Forbidden, NotFound
from store.ids import new_id
from store.tables import AuditEntry, Client, Firm, Glass, Person, Wall
from store.twins import twin
from workspace.acting import person_of, record
from workspace.people.walls import reason_in
from workspace.scope import ASKED, OPENED, Right, Scope

HOURS = 4
SETTING = "break_glass_hours"
TOLD_FOR = timedelta(days=7)


@dataclass(frozen=True)
class Broken:
    """One opening. `client` is "" for a person who saw it then and sees it no more. `reads` counts what stands on the trail; `mine`: the
    asker's own; `closable`: she may end it; `is_open`: it has not ended."""

    id: str
    person: str
    email: str
    ref: str
    client: str
    reason: str
    opened_at: datetime
    until: datetime
    ended_at: datetime | None
    ended_by: str
    reads: int
    mine: bool
    closable: bool
    is_open: bool


def hours_of(scope: Scope) -> int:
    """How long the glass stays open: the firm's setting `break_glass_hours`, 1 to 72, or four."""
    settings = scope.session.scalars(select(Firm.settings).limit(1)).one_or_none() or {}
    given = settings.get(SETTING, HOURS)
    return min(max(int(given), 1), 72) if isinstance(given, int | float) else HOURS


@fence.beyond(fence.Job.GOVERN)
def open_glass(scope: Scope, ref: str, reason: str) -> Broken:
    """See the client of exactly that ref for some hours. Raises NotFound for one that is not there or lies behind a wall, Conflict for one
    that the asker sees already, Invalid without a reason, Forbidden without break-glass:use."""
    scope.require(Right.BREAK_GLASS)
    person = scope.session.get_one(Person, person_of(scope))
    walled = select(Wall.client_id).where(Wall.person_id == person.id)
    wanted = select(Client).where(Client.ref == ref.strip(), Client.id.not_in(walled))
    client = scope.session.scalars(wanted).one_or_none()
    if client is None:
        raise NotFound(f"there is no client {ref.strip()}")
    if scope.session.scalars(select(Client.id).where(Client.id == client.id, Client.id.in_(scope.clients()))).first():
        raise Conflict(f"you see {client.ref} already")
    why = reason_in(reason, "why you open it")
    row = Glass(
        id=new_id("gls"),
        client_id=client.id,
        person_id=person.id,
        reason=why,
        opened_at=scope.now,
        until=scope.now + timedelta(hours=hours_of(scope)),
        ended_at=None,
    )
    scope.session.add(row)
    person.glass_until = max(row.until, person.glass_until or row.until)
    detail = {"reason": why, "until": row.until.isoformat()}
    record(scope, AuditTag.GLASS_OPENED, f"glass:{row.id}", client.id, **detail)
    scope.session.flush()
    return glass(scope, row.id)


@fence.beyond(fence.Job.GOVERN)
def close_glass(scope: Scope, glass_id: str) -> Broken:
    """End it now: she who opened it, the client's partner or manager, or who sets walls. Raises NotFound, Conflict, Forbidden."""
    shown = glass(scope, glass_id)
    if not shown.is_open:
        raise Conflict("it has ended already")
    if not shown.closable:
        raise Forbidden("who opened it ends it, or the client's partner, or an administrator")
    row = scope.session.get_one(Glass, glass_id)
    row.ended_at, row.ended_by = scope.now, scope.person_id
    record(scope, AuditTag.GLASS_CLOSED, f"glass:{row.id}", row.client_id, person=shown.email)
    scope.session.flush()
    return glass(scope, glass_id)


def broken(scope: Scope, *, most: int = 200) -> list[Broken]:
    """What the asker opened, what was opened of clients that she sees, and everything for who sets walls; the newest first. Nothing of a
    client behind a wall. Three queries."""
    return _found(scope, most=most)


def glass(scope: Scope, glass_id: str) -> Broken:
    """One opening. Raises NotFound."""
    found = _found(scope, Glass.id == glass_id, most=1)
    if not found:
        raise NotFound(f"nothing was opened as {glass_id}")
    return found[0]


def told(scope: Scope) -> list[Broken]:
    """What was opened within a week of clients that the asker answers for, or of any where she is an administrator, by others: the notice
    on her brief and her day."""
    if scope.person_id is None:
        return []
    hers = or_(Client.partner_id == scope.person_id, Client.manager_id == scope.person_id)
    whose = Glass.person_id != scope.person_id
    of = (whose,) if scope.role == "admin" else (whose, hers)
    return _found(scope, Glass.opened_at > scope.now - TOLD_FOR, *of, most=20)


@fence.beyond(fence.Job.GOVERN)
def _found(scope: Scope, *more: ColumnElement[bool], most: int) -> list[Broken]:
    by = twin(Person, "by")
    walled = select(Wall.client_id).where(Wall.person_id == scope.person_id)
    sees = Client.id.in_(scope.clients())
    query = (
        select(Glass, Person, Client, by.name, sees)
        .join(Person, Person.id == Glass.person_id)
        .join(Client, Client.id == Glass.client_id)
        .outerjoin(by, by.id == Glass.ended_by)
        .where(Client.id.not_in(walled), *more)
        .order_by(Glass.opened_at.desc(), Glass.id)
        .limit(most)
    )
    if not scope.has(Right.WALL_SET):
        query = query.where(or_(Glass.person_id == scope.person_id, sees))
    rows = scope.session.execute(query).tuples().all()
    reads = _reads(scope.session, [row.id for row, *_ in rows])
    return [_shown(scope, row, person, client, name, reads, bool(seen)) for row, person, client, name, seen in rows]


def _shown(
    scope: Scope, row: Glass, person: Person, client: Client, ended_by: str | None, reads: Mapping[str, int], seen: bool
) -> Broken:
    mine = row.person_id == scope.person_id
    is_open = row.ended_at is None and row.until > scope.now
    leads = scope.person_id in (client.partner_id, client.manager_id)
    closable = is_open and (mine or leads or scope.has(Right.WALL_SET))
    return Broken(
        row.id,
        person.name,
        person.email,
        client.ref,
        client.name if seen or scope.has(Right.WALL_SET) else "",
        row.reason,
        row.opened_at,
        row.until,
        row.ended_at,
        ended_by or "",
        reads.get(row.id, 0),
        mine,
        closable,
        is_open,
    )


def _reads(session: Session, ids: list[str]) -> dict[str, int]:
    if not ids:
        return {}
    subjects = [f"glass:{one}" for one in ids]
    entry = AuditEntry
    counted = (
        select(entry.subject, func.count())
        .where(entry.tag == AuditTag.GLASS_READ.value, entry.subject.in_(subjects))
        .group_by(entry.subject)
    )
    return {subject.removeprefix("glass:"): number for subject, number in session.execute(counted).tuples()}


def reads_in(scope: Scope) -> tuple[tuple[str, str, bool], ...]:
    """What the asker's session read through glass: (the glass's id, the client's id, whether the client itself was opened; else it stood
    among others). Nothing where it was not asked for clients at all."""
    opened: set[str] = scope.session.info.get(OPENED, set())
    if scope.person_id is None or not (opened or scope.session.info.get(ASKED)):
        return ()
    mine = select(Glass.id, Glass.client_id).where(
        Glass.person_id == scope.person_id, Glass.until > scope.now, Glass.ended_at.is_(None)
    )
    rows = scope.session.execute(mine.order_by(Glass.id)).tuples()
    return tuple((key, client, client in opened) for key, client in rows if client in opened or not opened)


def note_reads(scope: Scope, reads: tuple[tuple[str, str, bool], ...], where: str) -> None:
    """Each read through glass, on the trail, in the transaction of the scope. `where` is the page, command or tool."""
    for key, client_id, opened in reads:
        how = "opened" if opened else "among others"
        record(scope, AuditTag.GLASS_READ, f"glass:{key}", client_id, where=where[:300], how=how)

"""What the edge of the web puts on the trail: who was refused, and which files were taken out.

A refusal is an answer 403, a 404 for a record that is there but not the asker's to see, or an unknown token or link; a file is an answer
that a browser saves. The same of the same person is one entry a minute with a count (brake.py). Changes no answer; a note that fails is
told on standard error and costs the asker nothing.
"""

import re
from dataclasses import dataclass, replace
from time import monotonic
from typing import Any

from sqlalchemy import literal, select, union_all
from starlette.concurrency import run_in_threadpool
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from api.brake import Brake, Told
from api.output import complain
from api.wiring import Services
from store import audit
from store.audit import AuditTag
from store.fence import Job
from store.tables import Base, Client
from workspace.scope import open_scope

# Records that an address can name, by the columns it names them with.
_NAMED = {
    "clients": ("ref",),
    "documents": ("id",),
    "deliverables": ("id",),
    "engagements": ("id", "ref"),
    "messages": ("id",),
    "invoices": ("id", "number"),
    "bills": ("id",),
    "tasks": ("id",),
    "notes": (),
    "chat_threads": ("id",),
    "client_requests": ("id",),
    "proposals": ("id",),
    "signings": ("id",),
    "trust_ledgers": ("id",),
    "signals": ("id", "key"),
}
_FILES = ("text/csv", "text/calendar", "application/pdf", "application/zip", "application/vnd.", "application/x-")
_NUMBERED = re.compile(r"/[^/]*\d[^/]*")
_LINKS = re.compile(r"^/(?:sign|calendar|feeds?|join|door)/[^/]+")


@dataclass(frozen=True)
class Seen:
    """One answer as it is noted. `actor` is a person's address, or "outside"; `names` are what the address names."""

    tag: AuditTag
    actor: str
    place: str
    status: int
    names: tuple[str, ...]
    client: str = ""
    address: str = ""
    client_id: str = ""


class Watched:
    """ASGI middleware, outside the door."""

    def __init__(self, app: ASGIApp, services: Services) -> None:
        self._app, self._services, self.brake = app, services, Brake()
        services.at_close.append(self.close)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        began: dict[str, Any] = {}

        async def sent(message: Message) -> None:
            if message["type"] == "http.response.start":
                began.update(message)
            await send(message)

        await self._app(scope, receive, sent)
        if began and (seen := noted(scope, began["status"], began.get("headers", ()))) is not None:
            await run_in_threadpool(self._take, seen)

    def _take(self, seen: Seen) -> None:
        stranger, now = seen.actor == OUTSIDE, monotonic()
        if not stranger:
            with self._services.database.reading(Job.DOOR) as session:
                whose = owner_in(session, self._services, seen)
            if whose is None:
                return
            seen = replace(seen, client_id=whose)
        key = (seen.tag.value, seen.actor, seen.address, seen.place, seen.client_id)
        taken = self.brake.take(key, seen, now, stranger=stranger, whose="" if stranger else seen.actor)
        told = [taken, *self.brake.overdue(now)]
        self.write([one for one in told if one is not None])

    def write(self, told: list[Told]) -> None:
        """Put these on the trail, in one transaction."""
        if not told:
            return
        try:
            with self._services.database.writing() as session:
                for one in told:
                    record(session, self._services, one.what, one.count)
        except Exception as error:  # noqa: BLE001 - the answer is given already
            complain(f"not on the trail: {type(error).__name__}: {error}")

    def close(self) -> None:
        """Write what was held back."""
        self.write(self.brake.rest())


OUTSIDE = "outside"


def noted(scope: Scope, status: int, headers: Any) -> Seen | None:
    """What of this answer belongs on the trail; None for nearly all."""
    who = scope.get("state", {}).get("who")
    path: str = scope["path"]
    if status == 200 and who is not None and scope["method"] == "GET" and _is_file(headers, path):
        return _seen(scope, AuditTag.EXPORT_TAKEN, who.email, status)
    if status in (403, 404) and who is not None:
        return _seen(scope, AuditTag.ACCESS_REFUSED, who.email, status)
    bearer = any(name == b"authorization" for name, _ in scope["headers"])
    if who is None and ((status == 401 and bearer) or (status in (403, 404, 410) and _LINKS.match(path))):
        return _seen(scope, AuditTag.ACCESS_TOKEN_REFUSED, OUTSIDE, status)
    return None


def _is_file(headers: Any, path: str) -> bool:
    if path.startswith(("/static/", "/documents/")):  # a document that is opened has an entry of its own
        return False
    named = {name.lower(): value.decode("latin-1") for name, value in headers}
    kind = named.get(b"content-type", "").lower()
    return bool(named.get(b"content-disposition", "").startswith("attachment") or kind.startswith(_FILES))


def _seen(scope: Scope, tag: AuditTag, actor: str, status: int) -> Seen:
    path, route = scope["path"], scope.get("route")
    names = tuple(part for part in path.split("/") if part)[:8]
    place = getattr(route, "path", "") or _NUMBERED.sub("/…", _LINKS.sub(lambda m: m[0].rsplit("/", 1)[0] + "/…", path))
    ref = names[names.index("clients") + 1] if "clients" in names[:-1] else ""
    address = (scope.get("client") or ("",))[0] if actor == OUTSIDE else ""
    secret = actor == OUTSIDE  # what a stranger guesses is not written down
    return Seen(tag, actor, place[:120], status, () if secret else names, "" if secret else ref, str(address)[:60])


def record(session: Any, services: Services, seen: Seen, count: int) -> None:
    """The entry."""
    detail: dict[str, Any] = {"place": seen.place, "status": seen.status, "count": count}
    if seen.address:
        detail["address"] = seen.address
    subject = f"client:{seen.client_id}" if seen.client_id else "place:firm"
    told: dict[str, Any] = {
        "actor": seen.actor,
        "subject": subject,
        "now": services.clock.now(),
        "client_id": seen.client_id or None,
    }
    audit.record(session, seen.tag, **told, detail=detail)


def owner_in(session: Any, services: Services, seen: Seen) -> str | None:
    """Whose record the address names, "" for none of a client's. None: it is nobody's business, a 404 for what is not there at all, or for
    what she may see."""
    found = session.scalar(select(Client.id).where(Client.ref == seen.client)) if seen.client else None
    if seen.tag is not AuditTag.ACCESS_REFUSED:
        return found or ""
    found = found or owner_of(session, seen.names)
    if seen.status == 404 and (found is None or _sees(session, services, seen.actor, found)):
        return None
    return found or ""


def _sees(session: Any, services: Services, email: str, client_id: str) -> bool:
    scope = open_scope(session, email, clock=services.clock)
    return bool(session.scalar(select(Client.id).where(Client.id == client_id, Client.id.in_(scope.clients()))))


def owner_of(session: Any, names: tuple[str, ...]) -> str | None:
    """Whose the record is that an address names, whoever may see it; None where it names none."""
    queries = []
    for table_name, columns in _NAMED.items():
        table = Base.metadata.tables[table_name]
        for column in columns:
            owner = table.c.id if table_name == "clients" else table.c.client_id
            queries.append(select(owner, literal(0)).where(table.c[column].in_(names)))
    found = session.execute(union_all(*queries)).first() if names else None
    return None if found is None else str(found[0])

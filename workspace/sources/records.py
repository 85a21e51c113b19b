"""The sources as people keep them: added, changed, paused, asked to read now, removed; and which of them the firm cannot rely on.

A secret goes in, is sealed, and is never shown again; only the forwarding address is shown, for it is there to be handed on.
"""

import re
import secrets
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any, Literal

from sqlalchemy import select

from store import audit
from store.audit import AuditTag
from store.errors import Invalid, NotFound
from store.ids import new_id
from store.seal import Seal
from store.tables import Source, SourceFile, SourceFolder
from workspace.scope import Right, Scope

KINDS = ("imap", "smtp", "folder", "exports")
SECURITIES = {"tls": 993, "starttls": 143, "plain": 143}
CONSENT = "consent"
METHODS = ("password", "token", CONSENT)
PURPOSE = "source"
PREFIX = "in"
MOST = 200
LONGEST = 300
STALE = timedelta(hours=24)
FAILED = 3  # readings in a row
AGAIN = timedelta(minutes=2)
_DAY = 1440
_ADDRESS = re.compile(r"[^\s@<>,;:\"()]+@[\w.-]+")
_HOST = re.compile(r"[\w.:-]+")


@dataclass(frozen=True)
class NewSource:
    """What a person gives. `address` is the mailbox's; of a forwarding address one of its domain,
    mail@firm.example.
    `user` "": the address. `secret` is an app password, a token, or of the method `consent` the provider's name and what renews the access.
    `every` is minutes."""

    kind: str
    name: str = ""
    address: str = ""
    host: str = ""
    port: int = 0
    user: str = ""
    security: str = "tls"
    method: str = "password"
    secret: str = field(default="", repr=False)
    place: str = ""
    folders: Sequence[str] = ()
    every: int = 10


@dataclass(frozen=True)
class Access:
    """What reading a source needs, its secret opened ("" where no key here opens it)."""

    id: str
    kind: str
    address: str
    host: str
    port: int
    user: str
    security: str
    method: str
    secret: str
    place: str
    folders: tuple[str, ...]

    def __repr__(self) -> str:
        return f"Access({self.id})"


@dataclass(frozen=True)
class Listed:
    """A source for a list; no secret. `address` of a forwarding address is the one to hand on. `stale` says in a sentence why it cannot be
    relied on, None where it can."""

    id: str
    kind: str
    name: str
    address: str
    host: str
    port: int
    user: str
    security: str
    method: str
    place: str
    folders: tuple[str, ...]
    every: int
    state: str
    tried_at: datetime | None
    ok_at: datetime | None
    error: str
    taken: int
    passed: int
    stale: str | None


def add(scope: Scope, seal: Seal, asked: NewSource, now: datetime) -> str:
    """A new source, first read at once; its id. `now` by the machine's own clock. Raises Forbidden without intake:sort, Invalid."""
    scope.require(Right.INTAKE_SORT)
    if asked.kind in ("folder", "exports"):  # it names a place on the machine
        scope.require(Right.IMPORT_RUN)
    told = _checked(asked)
    there = scope.session.scalars(select(Source)).all()
    if len(there) >= MOST:
        raise Invalid(f"there are {MOST} sources already; remove one")
    if any((one.kind, one.name) == (told.kind, told.name) for one in there):
        raise Invalid(f"there is a source {told.name} already; change that one, or give another name")
    secret = (
        secrets.token_urlsafe(18).lower().replace("_", "x").replace("-", "y") if told.kind == "smtp" else told.secret
    )
    row = Source(
        id=new_id("src"),
        kind=told.kind,
        name=told.name,
        address=told.address,
        host=told.host,
        port=told.port,
        user=told.user,
        security=told.security,
        method=told.method,
        secret=seal.close(secret, PURPOSE) if secret else "",
        place=told.place,
        folders=list(told.folders),
        every=told.every,
        state="on",
        next_at=now,
        error="",
        failures=0,
        taken=0,
        passed=0,
        person_id=scope.person_id,
        created_at=now,
    )
    scope.session.add(row)
    _note(scope, AuditTag.SOURCE_ADDED, row)
    scope.session.flush()
    return row.id


def change(
    scope: Scope,
    seal: Seal,
    source_id: str,
    now: datetime,
    *,
    state: Literal["on", "paused"] | None = None,
    every: int | None = None,
    secret: str | None = None,
) -> Source:
    """Pause it or go on, read it more or less often, give it a new password or token. Raises Forbidden, NotFound, Invalid."""
    row = source(scope, source_id)
    if every is not None:
        row.every = _minutes(every)
    if secret:
        if row.kind != "imap":
            raise Invalid("only a mailbox has a password")
        if row.method == CONSENT:
            raise Invalid("its owner allowed reading it; connect it again on the page Sources")
        row.secret, row.failures, row.error, row.next_at = seal.close(_secret(secret), PURPOSE), 0, "", now
    if state is not None:
        if state not in ("on", "paused"):
            raise Invalid("a source is on or paused")
        row.state, row.failures = state, 0
        if state == "on":
            row.next_at = now
    _note(scope, AuditTag.SOURCE_CHANGED, row, secret=bool(secret))
    scope.session.flush()
    return row


def connect(scope: Scope, seal: Seal, address: str, host: str, secret: str, now: datetime) -> str:
    """A mailbox whose owner allowed reading it: added, or where there is one of that address, read by this consent from now on. Its id.
    Raises Forbidden, Invalid."""
    scope.require(Right.INTAKE_SORT)
    mailbox = (Source.kind == "imap", Source.address == address.strip().lower(), Source.host == host)
    row = scope.session.scalar(select(Source).where(*mailbox).order_by(Source.id))
    if row is None:
        return add(scope, seal, NewSource("imap", address=address, host=host, method=CONSENT, secret=secret), now)
    row.method, row.security, row.secret = CONSENT, "tls", seal.close(_secret(secret), PURPOSE)
    row.state, row.failures, row.error, row.next_at = "on", 0, "", now
    _note(scope, AuditTag.SOURCE_CHANGED, row, secret=True)
    scope.session.flush()
    return row.id


def renewed(scope: Scope, seal: Seal, source_id: str, secret: str) -> None:
    """Keep what the provider gave in place of what renewed the access before. Nothing a person did, so nothing for the trail."""
    row = scope.session.get(Source, source_id)
    if row is not None:  # it was removed meanwhile
        row.secret = seal.close(_secret(secret), PURPOSE)


def ask(scope: Scope, source_id: str, now: datetime) -> Source:
    """Have it read with the next round. Raises Invalid for one that is paused or cannot be asked."""
    row = source(scope, source_id)
    if row.kind == "smtp":
        raise Invalid("a forwarding address is not read: mail comes in when it is sent there")
    if row.state != "on":
        raise Invalid("this source is paused; let it go on first")
    row.next_at = now
    scope.session.flush()
    return row


def remove(scope: Scope, source_id: str) -> str:
    """Take it away, with its secret and what it remembers; what was filed stays. Its name. Raises Forbidden, NotFound."""
    row = source(scope, source_id)
    for table in (SourceFolder, SourceFile):
        for one in scope.session.scalars(select(table).where(table.source_id == row.id)):
            scope.session.delete(one)
    scope.session.flush()
    scope.session.delete(row)
    _note(scope, AuditTag.SOURCE_REMOVED, row)
    scope.session.flush()
    return row.name


def source(scope: Scope, source_id: str) -> Source:
    """One source, by its id or its name. Raises Forbidden without intake:sort, NotFound."""
    scope.require(Right.INTAKE_SORT)
    row = scope.session.get(Source, source_id)
    row = row or scope.session.scalar(select(Source).where(Source.name == source_id).order_by(Source.id))
    if row is None:
        raise NotFound(f"there is no source {source_id[:80]}")
    return row


def listed(scope: Scope, seal: Seal, now: datetime) -> list[Listed]:
    """The sources, those that cannot be relied on first. Raises Forbidden without intake:sort."""
    scope.require(Right.INTAKE_SORT)
    rows = scope.session.scalars(select(Source).order_by(Source.name, Source.id)).all()
    found = [_listed(row, seal, now) for row in rows]
    return sorted(found, key=lambda one: one.stale is None)


def _listed(row: Source, seal: Seal, now: datetime) -> Listed:
    address = forwarding(row, seal.open(row.secret, PURPOSE) or "") if row.kind == "smtp" else row.address
    return Listed(
        row.id,
        row.kind,
        row.name,
        address,
        row.host,
        row.port,
        row.user,
        row.security,
        row.method,
        row.place,
        tuple(row.folders),
        row.every,
        row.state,
        row.tried_at,
        row.ok_at,
        row.error,
        row.taken,
        row.passed,
        fault(row, now),
    )


def forwarding(row: Source, token: str) -> str:
    """The address to which mail is forwarded."""
    return f"{PREFIX}+{token}@{row.address.rpartition('@')[2]}" if token else ""


def access(asked: NewSource) -> Access:
    """What trying a mailbox needs that is not kept yet. Raises Invalid."""
    told = _checked(asked)
    return Access(
        "",
        told.kind,
        told.address,
        told.host,
        told.port,
        told.user or told.address,
        told.security,
        told.method,
        told.secret,
        told.place,
        tuple(told.folders),
    )


def way(scope: Scope, seal: Seal, source_id: str) -> Access:
    """What reading it needs. Raises Forbidden, NotFound."""
    row = source(scope, source_id)
    secret = (seal.open(row.secret, PURPOSE) or "") if row.secret else ""
    return Access(
        row.id,
        row.kind,
        row.address,
        row.host,
        row.port,
        row.user or row.address,
        row.security,
        row.method,
        secret,
        row.place,
        tuple(row.folders),
    )


def due(scope: Scope, now: datetime) -> list[tuple[str, str]]:
    """The ids and kinds of those to be read now, the longest waiting first."""
    row = Source
    query = select(row.id, row.kind).where(row.state == "on", row.next_at <= now)
    return list(scope.session.execute(query.order_by(row.next_at, row.id)).tuples())


def receivers(scope: Scope, seal: Seal) -> dict[str, tuple[str, str]]:
    """The forwarding addresses that take mail: (domain, token) by source."""
    rows = scope.session.scalars(select(Source).where(Source.kind == "smtp", Source.state == "on"))
    found = {row.id: (row.address.rpartition("@")[2], seal.open(row.secret, PURPOSE) or "") for row in rows}
    return {identity: pair for identity, pair in found.items() if pair[1]}


def ended(scope: Scope, source_id: str, now: datetime, *, error: str = "", more: bool = False) -> None:
    """Write down how a reading ended. `more`: it is to go on at once."""
    row = scope.session.get(Source, source_id)
    if row is None:  # it was removed meanwhile
        return
    row.tried_at, row.error = now, error[:1000]
    if error:
        row.failures += 1
    else:
        row.failures = 0
        if not more:
            row.ok_at = now
    wait = timedelta() if more else timedelta(minutes=row.every)
    row.next_at = now + (min(AGAIN, wait) if error and row.failures < FAILED else wait)


def count(scope: Scope, source_id: str, *, taken: int, passed: int = 0) -> None:
    """Add to what a source brought, in the transaction that files it."""
    row = scope.session.get(Source, source_id)
    if row is not None and (taken or passed):
        row.taken += taken
        row.passed += passed


def stale(scope: Scope) -> Iterator[tuple[str, str]]:
    """The ways in that the firm cannot rely on, as (what, why): blind spots of every brief. One query; asks for no right."""
    for row in scope.session.scalars(select(Source).where(Source.state == "on").order_by(Source.name, Source.id)):
        why = fault(row, scope.now)
        if why is not None:
            yield words(row), why


def words(row: Source) -> str:
    """A source in words."""
    return {
        "imap": f"mail of {row.address}",
        "smtp": f"mail forwarded to {row.name}",
        "folder": f"mail files of {row.name}",
        "exports": f"exports of {row.name}",
    }[row.kind]


def fault(row: Source, now: datetime) -> str | None:
    """Why a source cannot be relied on: not read for a day, or failing three times in a row. None where it can, and for a paused one."""
    since = row.ok_at or row.created_at
    if row.state != "on" or (now - since <= STALE and row.failures < FAILED):
        return None
    told = f"it was not read since {since:%B} {since.day}, {since.year}" if row.ok_at else "it was never read"
    return f"{told}: {row.error}" if row.error else told


def _checked(asked: NewSource) -> NewSource:
    """Raises Invalid, naming what to give."""
    if asked.kind not in KINDS:
        raise Invalid(f"a source is one of: {', '.join(KINDS)}")
    given: dict[str, Any] = {
        name: str(getattr(asked, name)).strip() for name in ("name", "address", "host", "user", "place")
    }
    if any(len(value) > LONGEST or not value.isprintable() for value in given.values()):
        raise Invalid(f"give at most {LONGEST} letters, on one line")
    given |= {"address": given["address"].lower(), "every": _minutes(asked.every), "kind": asked.kind}
    if asked.kind in ("imap", "smtp") and not _ADDRESS.fullmatch(given["address"]):
        raise Invalid("give the address, such as ana@firm.example")
    if asked.kind == "imap":
        given |= _mailbox(asked, given["host"])
    elif asked.kind in ("folder", "exports"):
        if not Path(given["place"]).is_absolute():
            raise Invalid("give the whole path of the folder, as the machine that runs Tickmark sees it")
        given |= {"address": "", "host": "", "user": ""}
    else:
        given |= {"host": "", "user": "", "place": ""}
    given["name"] = given["name"] or (given["place"] if asked.kind in ("folder", "exports") else given["address"])
    return NewSource(**given)


def _mailbox(asked: NewSource, host: str) -> dict[str, Any]:
    if not _HOST.fullmatch(host):
        raise Invalid("give the mail server, such as imap.firm.example")
    if asked.security not in SECURITIES or asked.method not in METHODS:
        raise Invalid("the connection is tls, starttls or plain; the secret is a password, a token, or a consent")
    port = asked.port or SECURITIES[asked.security]
    if not 0 < port < 65536:
        raise Invalid("a port is between 1 and 65535")
    folders = tuple(dict.fromkeys(one.strip() for one in asked.folders if one.strip()))
    if any(len(one) > LONGEST or not one.isprintable() for one in folders) or len(folders) > MOST:
        raise Invalid("a folder's name is too long, or there are too many")
    return {
        "port": port,
        "security": asked.security,
        "method": asked.method,
        "secret": _secret(asked.secret),
        "folders": folders,
        "place": "",
    }


def _secret(secret: str) -> str:
    secret = secret.strip()
    if not secret or len(secret) > 8000 or not secret.isprintable():
        raise Invalid("give the app password or the token of the mailbox")
    return secret


def _minutes(every: int) -> int:
    if not 1 <= every <= _DAY:
        raise Invalid("a source is read every 1 to 1440 minutes")
    return every


def _note(scope: Scope, tag: AuditTag, row: Source, **more: Any) -> None:
    detail = {"kind": row.kind, "name": row.name, "state": row.state, "every": row.every, **more}
    audit.record(scope.session, tag, actor=scope.email, subject=f"source:{row.id}", now=scope.now, detail=detail)

"""Sources as JSON: mailboxes, the forwarding address, folders. No answer holds a secret. Moments are ISO, UTC."""

from typing import Any, Literal
from urllib.parse import quote

from fastapi import APIRouter, Request, Response
from pydantic import BaseModel, Field

from api.mailbox import try_mailbox
from api.preconditions import IfMatch, marked
from api.security import Sender, Who, reading, services_of, writing
from workspace import sources
from workspace.billing.amounts import as_json
from workspace.scope import Scope
from workspace.undo import expect, undoable

router = APIRouter(prefix="/api/v1/sources", tags=["v1"])
Json = dict[str, Any]


class NewSource(BaseModel):
    """A way in. `imap`: address, host, user, secret (app password or token); `smtp`: an address of the domain that mail is forwarded to;
    `folder` and `exports`: the path `place` on the machine. `every` is minutes."""

    kind: Literal["imap", "smtp", "folder", "exports"]
    name: str = Field(default="", max_length=300)
    address: str = Field(default="", max_length=300)
    host: str = Field(default="", max_length=300)
    port: int = Field(default=0, ge=0, le=65535)
    user: str = Field(default="", max_length=300)
    security: Literal["tls", "starttls", "plain"] = "tls"
    method: Literal["password", "token"] = "password"
    secret: str = Field(default="", max_length=8000)
    place: str = Field(default="", max_length=300)
    folders: list[str] = Field(default_factory=list[str], max_length=200)
    every: int = Field(default=10, ge=1, le=1440)


class ChangedSource(BaseModel):
    """What is to change; what is not sent stays."""

    state: Literal["on", "paused"] | None = None
    every: int | None = Field(default=None, ge=1, le=1440)
    secret: str | None = Field(default=None, max_length=8000)


@router.get("")
def listing(request: Request, who: Who) -> list[Json]:
    """The sources with their last reading and counts, those that cannot be relied on first."""
    with reading(request, who) as scope:
        return _all(request, scope)


@router.post("", status_code=201)
def add(request: Request, who: Sender, asked: NewSource, response: Response) -> Json:
    """Add a source; it is read with the next round."""
    services = services_of(request)
    with writing(request, who) as scope:
        new = sources.NewSource(**asked.model_dump())
        made = sources.add(scope, services.seal, new, services.clock.real_now())
        shown = _one(request, scope, made)
    response.headers["Location"] = f"/api/v1/sources/{quote(made)}"
    return shown


@router.get("/{source_id}")
def source(request: Request, who: Who, source_id: str, response: Response) -> Json:
    """One source; the ETag is its mark."""
    with reading(request, who) as scope:
        row = sources.source(scope, source_id)
        marked(response, row)
        return _one(request, scope, row.id)


@router.patch("/{source_id}")
def change(request: Request, who: Sender, source_id: str, asked: ChangedSource, if_match: IfMatch = None) -> Json:
    """Pause it or go on, read it more or less often, give it a new secret."""
    services = services_of(request)
    with writing(request, who) as scope:
        row = sources.source(scope, source_id)
        expect(row, if_match, "the source")
        given = asked.model_dump(exclude_none=True)
        sources.change(scope, services.seal, row.id, services.clock.real_now(), **given)
        return _one(request, scope, row.id)


@router.delete("/{source_id}")
def remove(request: Request, who: Sender, source_id: str, if_match: IfMatch = None) -> Json:
    """Take it away with its secret; what it brought stays. `act` undoes it."""
    with writing(request, who) as scope:
        expect(sources.source(scope, source_id), if_match, "the source")
        with undoable(scope, "removed a source") as act:
            name = sources.remove(scope, source_id)
    return {"removed": name, "act": act.id}


@router.post("/{source_id}/sync", status_code=202)
def sync(request: Request, who: Sender, source_id: str) -> Json:
    """Read it with the next round, which is in seconds."""
    with writing(request, who) as scope:
        row = sources.ask(scope, source_id, services_of(request).clock.real_now())
        return _one(request, scope, row.id)


@router.post("/{source_id}/test")
def test(request: Request, who: Sender, source_id: str) -> Json:
    """Sign in to a mailbox and name the folders that would be read; 409 with the reason where it is refused."""
    services = services_of(request)
    with reading(request, who) as scope:
        way = sources.way(scope, services.seal, source_id)
    return {"folders": try_mailbox(services, way)}


def _all(request: Request, scope: Scope) -> list[Json]:
    services = services_of(request)
    return [dict(as_json(one)) for one in sources.listed(scope, services.seal, services.clock.real_now())]


def _one(request: Request, scope: Scope, source_id: str) -> Json:
    return next(one for one in _all(request, scope) if one["id"] == source_id)

"""Creation that happens once: a POST under /api/v1 with `Idempotency-Key` is carried out at its first arrival, and answered alike after.

A key counts for a day, for one person, one address and one body. The same key with another body is refused (422), one whose first request
is still running too (409). An answer that changed nothing (a refusal, a defect) frees its key. A request that was cut off because the
program ended leaves its key: nobody can know how far it came, so it is not carried out again, and the refusal says to look (409). Answers
are sealed with the home's key; one that told a secret is not kept.
"""

import hashlib
import json
import secrets
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

from anyio import CancelScope
from fastapi import Response
from fastapi.responses import JSONResponse
from sqlalchemy.exc import IntegrityError, SQLAlchemyError
from starlette.concurrency import run_in_threadpool
from starlette.datastructures import Headers, MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from api.wiring import Services
from store.errors import Conflict, Invalid, TickmarkError
from store.waits import away
from workspace.platform import once
from workspace.sign_in import opened_by

HEADER = "idempotency-key"
LONGEST = 200
MOST_ASKED = 25_000_000
MOST_KEPT = 1_000_000
_SECRET = "tickmark-told-once"  # noqa: S105 - the name of a header between a route and this module
_KEPT = ("content-type", "location", "etag")


def told_once(response: Response) -> None:
    """Say that this answer holds a secret: it is kept nowhere."""
    response.headers[_SECRET] = "1"


class Once:
    """ASGI middleware. `process` names this process: what another one claimed and never answered was cut off."""

    def __init__(self, app: ASGIApp, secret_of: Any) -> None:
        self._app, self._secret_of, self._process = app, secret_of, secrets.token_hex(16)
        self._left: list[tuple[once.Asked, once.Answered | None]] = []  # settled while the database was away

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http" or not scope["path"].startswith("/api/v1/"):
            await self._app(scope, receive, send)
            return
        key = Headers(scope=scope).get(HEADER)
        if scope["method"] != "POST" or key is None:
            await self._app(scope, receive, _without_mark(send))
            return
        services: Services = scope["app"].state.services
        secret = self._secret_of(scope)
        person = await run_in_threadpool(_person, services, secret)
        if person is None:  # the route refuses
            await self._app(scope, receive, _without_mark(send))
            return
        if not 0 < len(key) <= LONGEST or not key.isprintable():
            await _refuse(Invalid(f"an Idempotency-Key has 1 to {LONGEST} characters"), scope, receive, send)
            return
        body = await _whole(receive)
        if body is None:
            said = f"a request with an Idempotency-Key has at most {MOST_ASKED:,} bytes"
            await _refuse(Invalid(said), scope, receive, send)
            return
        asked = once.Asked(person, "POST", scope["path"], key, _hash(scope, body))
        try:
            answered = await run_in_threadpool(self._claim, services, asked)
        except TickmarkError as refused:
            await _refuse(refused, scope, receive, send)
            return
        if answered is not None:
            await _again(answered, services, scope, receive, send)
            return
        await self._first(services, asked, scope, _handed(body, receive), send)

    def _claim(self, services: Services, asked: once.Asked) -> once.Answered | None:
        now = datetime.now(UTC)
        try:
            left = list(self._left)
            with services.database.writing() as session:
                for one in left:
                    once.settle(_plain(session, now), *one)
                found = once.claim(_plain(session, now), asked, self._process)
            self._left = [one for one in self._left if one not in left]
            return found
        except IntegrityError:  # somebody was faster by a moment
            raise Conflict("a request with this key is being carried out; ask again for its answer") from None

    async def _first(self, services: Services, asked: once.Asked, scope: Scope, receive: Receive, send: Send) -> None:
        answer = _Answer(send)
        # who hangs up meanwhile finds the answer under the key
        with CancelScope(shield=True):
            try:
                await self._app(scope, receive, answer)
            except Exception:  # a defect: everything was rolled back, so the key is free again
                await run_in_threadpool(self._settle, services, asked, None)
                raise
            kept = answer.kept(services) if answer.status < 400 else None
            await run_in_threadpool(self._settle, services, asked, kept)
        await answer.go()

    def _settle(self, services: Services, asked: once.Asked, kept: once.Answered | None) -> None:
        try:
            with services.database.writing() as session:
                once.settle(_plain(session, datetime.now(UTC)), asked, kept)
        except SQLAlchemyError as error:
            if away(error) is None:
                raise
            self._left.append((asked, kept))  # whoever comes with a key next finds it


@dataclass
class _Answer:
    """The answer on its way out: held until it is kept; a stream is passed on as it comes."""

    send: Send
    status: int = 500
    headers: dict[str, str] = field(default_factory=dict[str, str])
    body: bytearray = field(default_factory=bytearray)
    held: list[Message] = field(default_factory=list[Message])
    streams: bool = False
    secret: bool = False

    async def __call__(self, message: Message) -> None:
        if message["type"] == "http.response.start":
            headers = MutableHeaders(scope=message)
            self.status = message["status"]
            self.secret = headers.get(_SECRET) is not None
            if self.secret:
                del headers[_SECRET]
            self.headers = {name: headers[name] for name in _KEPT if name in headers}
            self.streams = headers.get("content-type", "").startswith("text/event-stream")
        elif message["type"] == "http.response.body" and len(self.body) <= MOST_KEPT:
            self.body += message.get("body", b"")
        if self.streams:
            await self.send(message)
        else:
            self.held.append(message)

    def kept(self, services: Services) -> once.Answered:
        whole = not self.secret and len(self.body) <= MOST_KEPT
        text = self.body.decode("latin-1")  # every byte has a letter
        return once.Answered(self.status, self.headers, services.seal.close(text) if whole else None)

    async def go(self) -> None:
        for message in self.held:
            await self.send(message)


async def _again(answered: once.Answered, services: Services, scope: Scope, receive: Receive, send: Send) -> None:
    text = services.seal.open(answered.body) if answered.body is not None else None
    if text is None:
        said = "this was carried out before, and its answer is not kept (it told a secret, or was too large)"
        await _refuse(Conflict(said), scope, receive, send)
        return
    headers = {**{str(name): str(value) for name, value in answered.headers.items()}, "Idempotent-Replayed": "true"}
    await Response(text.encode("latin-1"), answered.status, headers)(scope, receive, send)


async def _refuse(error: TickmarkError, scope: Scope, receive: Receive, send: Send) -> None:
    said = str(error)
    await JSONResponse({"error": said[:1].upper() + said[1:] + "."}, error.status)(scope, receive, send)


def _without_mark(send: Send) -> Send:
    async def passed(message: Message) -> None:
        if message["type"] == "http.response.start":
            headers = MutableHeaders(scope=message)
            if _SECRET in headers:
                del headers[_SECRET]
        await send(message)

    return passed


async def _whole(receive: Receive) -> bytes | None:
    """The body; None when it is too large to be compared."""
    body = bytearray()
    while True:
        message = await receive()
        if message["type"] == "http.disconnect":
            return bytes(body)
        body += message.get("body", b"")
        if len(body) > MOST_ASKED:
            return None
        if not message.get("more_body"):
            return bytes(body)


def _handed(body: bytes, receive: Receive) -> Receive:
    """The body that was read already, then whatever comes."""
    given = False

    async def again() -> Message:
        nonlocal given
        if given:
            return await receive()
        given = True
        return {"type": "http.request", "body": body, "more_body": False}

    return again


def _hash(scope: Scope, body: bytes) -> str:
    """Of what is asked: query and body. A form's boundary is made anew with every try, so it does not count."""
    kind = Headers(scope=scope).get("content-type", "")
    boundary = kind.partition("boundary=")[2].split(";")[0].strip('" ')
    plain = body.replace(boundary.encode(), b"") if boundary else body
    return hashlib.sha256(json.dumps(scope["query_string"].decode("latin-1")).encode() + b"\0" + plain).hexdigest()


def _person(services: Services, secret: str | None) -> str | None:
    if secret is None:
        return None
    with services.database.reading() as session:
        found = opened_by(session, secret, datetime.now(UTC))
        return found[0].id if found else None


def _plain(session: Any, now: datetime) -> Any:
    from workspace.scope import system_scope

    return system_scope(session, "once", now=now, today=now.date())

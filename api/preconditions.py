"""What a program saw before it changes something: the ETag of an answer, and If-Match and If-None-Match that hold it.

Where a route gives a row's mark (workspace/undo.py) as its ETag, `If-Match` with a change loses nobody's work. Every other JSON answer to
a GET under /api/v1 gets a weak ETag of its body, so that who asks again what did not change is told so in no words (304).
"""

import hashlib
from typing import Annotated

from fastapi import Header, Response
from starlette.datastructures import Headers, MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from store.tables import Base
from workspace.undo import mark_of

IfMatch = Annotated[
    str | None, Header(alias="If-Match", description="The ETag that was seen; 409 when it is another by now.")
]
_MOST = 8_000_000


def marked(response: Response, row: Base) -> None:
    """The row's mark as the answer's ETag."""
    response.headers["ETag"] = f'"{mark_of(row)}"'


class ETags:
    """ASGI middleware around /api/v1: the ETag of JSON that was asked for by GET, and 304 for who has it already."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http" or scope["method"] != "GET" or not scope["path"].startswith("/api/v1/"):
            await self._app(scope, receive, send)
            return
        asked = Headers(scope=scope).get("if-none-match", "")
        start: Message | None = None
        held: list[Message] = []
        size = 0

        async def hold(message: Message) -> None:
            nonlocal start, size
            if message["type"] == "http.response.start":
                headers = MutableHeaders(scope=message)
                json = headers.get("content-type", "").startswith("application/json")
                if message["status"] != 200 or not (json or "etag" in headers):
                    await send(message)
                    return
                start = message
                return
            if start is None:
                await send(message)
                return
            held.append(message)
            size += len(message.get("body", b""))
            if message.get("more_body") and size <= _MOST:
                return
            began, start = start, None
            waiting = held[:]
            held.clear()
            if not message.get("more_body"):
                await _answer(began, waiting, asked, send)
                return
            await send(began)  # too long to hold: it goes without
            for one in waiting:
                await send(one)

        await self._app(scope, receive, hold)


async def _answer(start: Message, held: list[Message], asked: str, send: Send) -> None:
    headers = MutableHeaders(scope=start)
    if "etag" not in headers:
        digest = hashlib.sha256(b"".join(one.get("body", b"") for one in held)).hexdigest()
        headers["ETag"] = f'W/"{digest[:32]}"'
    headers.setdefault("Vary", "Authorization, Cookie")
    if _held(headers["ETag"], asked):
        start["status"] = 304
        for name in ("content-length", "content-type"):
            if name in headers:
                del headers[name]
        await send(start)
        await send({"type": "http.response.body", "body": b""})
        return
    await send(start)
    for one in held:
        await send(one)


def _held(etag: str, asked: str) -> bool:
    """Whether If-None-Match names it, compared weakly (RFC 9110, 13.1.2)."""
    named = {one.strip().removeprefix("W/") for one in asked.split(",")} - {""}
    return "*" in named or etag.removeprefix("W/") in named

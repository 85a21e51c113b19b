"""The fence before everything: which host a request may name, where a change may come from, how large and how slow a request may be.

What it refuses never reaches a route, reads no record and says nothing of whether there is one. It lies around the whole application, the
portal's included. Reads at most one session or token: a large body is taken from those only who are known here.
"""

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from urllib.parse import urlsplit

import anyio
from fastapi import FastAPI
from starlette.concurrency import run_in_threadpool
from starlette.requests import HTTPConnection, Request
from starlette.responses import Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send
from uvicorn.middleware.proxy_headers import ProxyHeadersMiddleware

from api.away import Away
from api.gate import TooMany
from api.headers import WithHeaders, named, settings_of
from api.said import sentence
from api.wiring import Services

LOOPBACK = frozenset({"localhost", "127.0.0.1", "[::1]"})
SAFE = frozenset({"GET", "HEAD", "OPTIONS", "TRACE"})
MOST_OF_A_STRANGER = (
    262_144  # bytes of a body from somebody who is not signed in: a signature that was drawn has 60,000
)
MOST_HEAD = 32_768  # bytes of an address and its headers
LONGEST_URL = 8_192
PATIENCE = 30.0  # seconds that a body may take, and more as it comes:
SLOWEST = 4_096  # bytes a second

Answer = Callable[[Request, int, str], Response]
Knows = Callable[[HTTPConnection], bool]


def fenced(app: FastAPI, services: Services, answer: Answer, knows: Knows) -> None:
    """Put the fence around an application, outside of all that was added before. `answer` makes a refusal as the asker reads it; `knows`
    tells whether a session or a token is one; what is mounted in it adds its own to `app.state.knows`."""
    app.state.knows = [knows]
    app.add_middleware(Fence, services=services, answer=answer, knows=app.state.knows)
    app.add_middleware(Away, answer=answer)
    app.add_middleware(WithHeaders, settings=services.settings)
    if services.settings.proxies:
        app.add_middleware(ProxyHeadersMiddleware, trusted_hosts=list(services.settings.proxies))


@dataclass(frozen=True)
class Refused:
    """Why a request goes no further: an HTTP status, a sentence, and in how many seconds to try again (0: it would not help)."""

    status: int
    said: str
    wait: int = 0


class Fence:
    """ASGI middleware: refuses, or hands on with a body that is counted and timed."""

    def __init__(self, app: ASGIApp, services: Services, answer: Answer, knows: Sequence[Knows]) -> None:
        self._app, self._services, self._answer, self._knows = app, services, answer, knows

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        asked = HTTPConnection(scope)
        refused = head(scope) or stranger_host(asked) or from_elsewhere(asked) or self._too_many(asked)
        if refused is None:
            body = _Body(scope, receive, send, self._knows)
            refused = await body.declared()
            if refused is None:
                await self._through(body, scope)
                return
        await self._say(refused, scope, receive, send)

    def _too_many(self, asked: HTTPConnection) -> Refused | None:
        """Whether this address asks too often, whoever it is; pictures, scripts and fonts do not count."""
        if asked.url.path.startswith("/static/"):
            return None
        try:
            self._services.gate.enter("address", asked.client.host if asked.client else "?")
        except TooMany as error:
            return Refused(error.status, sentence(error), error.wait)
        return None

    async def _through(self, body: "_Body", scope: Scope) -> None:
        try:
            await self._app(scope, body.receive, body.send)
        except Exception:
            if body.refused is None or body.began:
                raise
        if body.refused is not None and not body.began:  # whatever the application made of the body that was cut off
            await self._say(body.refused, scope, body.taken, body.given)

    async def _say(self, refused: Refused, scope: Scope, receive: Receive, send: Send) -> None:
        response = self._answer(Request(scope), refused.status, refused.said)
        if refused.wait:
            response.headers["Retry-After"] = str(refused.wait)
        else:
            response.headers["Connection"] = "close"
        await response(scope, receive, send)


class _Body:
    """A request's body on its way in. `refused` once it is too much; from then on the application is told that nobody is there."""

    def __init__(self, scope: Scope, receive: Receive, send: Send, knows: Sequence[Knows]) -> None:
        self.taken, self.given, self._knows = receive, send, knows
        self._asked = HTTPConnection(
            dict(scope)
        )  # as it came: what answers it may be another application that is mounted in this
        self.refused: Refused | None = None
        self.began = False
        self._read, self._whole, self._known = 0, False, False
        self._since = time.monotonic()
        self._most = most_of(scope, self._asked)

    async def declared(self) -> Refused | None:
        """What the length in the head alone tells."""
        length = self._asked.headers.get("content-length", "")
        if not length.isdecimal():
            return None if length == "" else Refused(400, "The length of the request is no number.")
        return await self._too_much(int(length))

    async def receive(self) -> Message:
        """The next piece, unless there were too many, or it is too long in coming."""
        if self.refused is not None:
            return {"type": "http.disconnect"}
        if self._whole:
            return await self.taken()
        left = self._since + PATIENCE + self._read / SLOWEST - time.monotonic()
        message: Message | None = None
        with anyio.move_on_after(max(left, 0.05)):
            message = await self.taken()
        if message is None:
            self.refused = Refused(408, "The request took too long to arrive.")
            return {"type": "http.disconnect"}
        if message["type"] != "http.request":
            return message
        self._read += len(message.get("body", b""))
        self._whole = not message.get("more_body", False)
        self.refused = await self._too_much(self._read)
        return message if self.refused is None else {"type": "http.disconnect"}

    async def send(self, message: Message) -> None:
        """The answer, unless the fence gives one itself."""
        if self.refused is not None and not self.began:
            return
        self.began = True
        await self.given(message)

    async def _too_much(self, size: int) -> Refused | None:
        if size > self._most:
            return Refused(
                413, f"This is too large: the limit here is {self._most / 1_000_000:,.0f} MB. Send it in parts."
            )
        if size > MOST_OF_A_STRANGER and not self._known:
            self._known = await run_in_threadpool(lambda: any(one(self._asked) for one in self._knows))
            if not self._known:
                return Refused(413, "This is too large for somebody who is not signed in. Sign in first.")
        return None


def most_of(scope: Scope, asked: HTTPConnection) -> int:
    """Bytes that the body of this request may have: files more than forms and JSON."""
    settings = settings_of(scope)
    files = asked.headers.get("content-type", "").lower().startswith("multipart/form-data")
    return 1_000_000 * int(settings.max_upload_mb if files else settings.max_body_mb)


def head(scope: Scope) -> Refused | None:
    """What is wrong with the size of an address and its headers."""
    url = len(scope.get("raw_path") or scope["path"].encode()) + len(scope.get("query_string", b""))
    if url > LONGEST_URL:
        return Refused(414, "The address is too long.")
    if url + sum(len(name) + len(value) for name, value in scope["headers"]) > MOST_HEAD:
        return Refused(431, "The headers of the request are too large.")
    return None


def stranger_host(asked: HTTPConnection) -> Refused | None:
    """What is wrong with the host that a request names. A page of another name that leads to this machine (DNS rebinding) names its own."""
    if len(asked.headers.getlist("host")) != 1:
        return Refused(400, "A request names one host.")
    if not is_ours(asked, named(asked.headers)):
        said = "This service does not answer to that name. The settings public_url and hosts say which names it has."
        return Refused(421, said)
    return None


def is_ours(asked: HTTPConnection, host: str) -> bool:
    """Whether it is a name of this service: of the settings, this machine, or the very address at which the connection arrived."""
    name = host if host.endswith("]") else host.rpartition(":")[0] if ":" in host else host
    settings = settings_of(asked.scope)
    ours = {one.lower() for one in settings.hosts}
    if settings.public_url:
        ours.add((urlsplit(settings.public_url).hostname or "").lower())
    at = asked.scope.get("server")
    if at and at[0]:
        ours.add(f"[{at[0]}]" if ":" in at[0] else str(at[0]).lower())
    return bool(name) and (name in LOOPBACK or name in ours)


def from_elsewhere(asked: HTTPConnection) -> Refused | None:
    """What is wrong with where a change comes from. A program with a bearer token comes from no page, and no page can send one for it."""
    if asked.scope["method"] in SAFE or asked.headers.get("authorization", "").lower().startswith("bearer "):
        return None
    refused = Refused(
        403, "This was sent by the page of another site, and nothing was done. Do it on Tickmark's own page."
    )
    if asked.headers.get("sec-fetch-site", "same-origin") not in ("same-origin", "none"):
        return refused
    page = asked.headers.get("origin", "null")
    if page == "null":  # a page that tells nobody where it is, or an old browser: the form's own token decides
        return None
    settings = settings_of(asked.scope)
    public = urlsplit(settings.public_url).netloc.lower() if settings.public_url else ""
    return None if _netloc(page) in (named(asked.headers), public or None) else refused


def _netloc(page: str) -> str:
    try:
        return urlsplit(page).netloc.lower()
    except ValueError:
        return ""

"""Around every request: its id, its line in the log, its figures and its span. Outside the fence, so that what is refused counts too.

An id that comes with the request (X-Request-Id) is taken when it is a plain word; the answer carries it either way. A line tells the
route's template, never the address that was asked for, and the person's id, never a name. Changes nothing else of an answer.
"""

import re
import secrets
import sys
from collections.abc import Mapping
from time import perf_counter
from typing import Any

from starlette.types import ASGIApp, Message, Receive, Scope, Send

from api.metrics import QUERIES, count_queries, metrics
from api.scrub import scrubbed
from api.wiring import Services
from store import telling, way

HEADER = b"x-request-id"
_PLAIN = re.compile(rb"[A-Za-z0-9][A-Za-z0-9._-]{7,63}")


class Observed:
    """ASGI middleware. `line` writes one to the log; None writes none."""

    def __init__(self, app: ASGIApp, services: Services) -> None:
        self._app, self._metrics = app, metrics()
        self._logs = services.settings.log
        count_queries(services.database.engine)
        way.give_before_reading(services.database.engine)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        began, status, queries = perf_counter(), 500, [0]
        request_id = id_of(scope)
        told = telling.REQUEST.set(request_id)
        counted = QUERIES.set(queries)

        async def sent(message: Message) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = message["status"]
                waiting.begun()
                message["headers"] = [*message.get("headers", ()), (HEADER, request_id.encode())]
            await send(message)

        with (
            way.Answering() as waiting,
            telling.span("request", parent=_parent(scope), method=scope["method"], request_id=request_id) as known,
        ):
            try:
                await self._app(scope, receive, sent)
            finally:
                seconds, route = perf_counter() - began, route_of(scope)
                known |= {"http.route": route, "http.response.status_code": status}
                self._metrics.request(method_of(scope), route, status, seconds, queries[0])
                if self._logs is not None:
                    self._log(scope, request_id, route, status, seconds, queries[0])
                QUERIES.reset(counted)
                telling.REQUEST.reset(told)

    def _log(self, scope: Scope, request_id: str, route: str, status: int, seconds: float, queries: int) -> None:
        from api.logs import write

        who = scope.get("state", {}).get("who")
        facts: dict[str, Any] = {
            "request": request_id,
            "method": method_of(scope),
            "route": route,
            "status": status,
            "ms": round(seconds * 1000, 1),
            "queries": queries,
        }
        if who is not None:
            facts["person"] = who.person_id
        write(self._logs or "text", "request", facts, sys.stderr)


def id_of(scope: Scope) -> str:
    """The request's own id where it may be taken, else a new one."""
    for name, value in scope["headers"]:
        if name == HEADER and _PLAIN.fullmatch(value):
            given = value.decode("ascii")
            if scrubbed(given) == given:
                return str(given)
    return secrets.token_hex(8)


def route_of(scope: Scope) -> str:
    """The template of the route that answered; "none" where no route did, so that no guessed address becomes a label."""
    found = getattr(scope.get("route"), "path", "")
    if not found:
        return "none"
    return f"/portal{found}" if scope.get("root_path", "").endswith("/portal") and found != "/portal" else str(found)


def method_of(scope: Scope) -> str:
    """The method, one of those that there are."""
    method: str = scope["method"]
    return method if method in ("GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS") else "other"


def _parent(scope: Scope) -> Mapping[str, str] | None:
    """What the caller's trace says of itself."""
    found = {n.decode(): v.decode("latin-1") for n, v in scope["headers"] if n in (b"traceparent", b"tracestate")}
    return found or None

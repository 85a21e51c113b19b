"""The door of the web: no request reaches a handler that its line in access.toml does not open to who sends it.

Lies inside the fence (guard_requests.py) and around all routes, also what is mounted. Finds the route that would answer; without a line it
is closed to everybody, and so is a route that needs somebody signed in while its handler never asks who that is. What matches no route goes
on, and is answered as a page that there is not.
"""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from re import Pattern
from typing import Any

from fastapi import FastAPI, Request, Response
from fastapi.routing import iter_route_contexts
from starlette._utils import get_route_path
from starlette.concurrency import run_in_threadpool
from starlette.routing import Mount
from starlette.types import ASGIApp, Receive, Scope, Send

from api.access import FILE, PORTAL, PUBLIC, Need
from api.near import Near
from api.output import complain
from store.errors import Forbidden, TickmarkError

NEED = "tickmark-need"
"""Where the scope of a request that a door let in keeps what opened it."""
Enter = Callable[[Request], Any]
Refuse = Callable[[Request, Exception], Response]


@dataclass(frozen=True)
class Way:
    """A route as the door sees it: its key in the table, the addresses it answers, and whom its handler and dependencies ask."""

    key: str
    method: str
    pattern: Pattern[str]
    calls: frozenset[Any]
    mounted: ASGIApp | None = None


def ways(app: FastAPI) -> Iterator[Way]:
    """All routes of an application, one for each method, in the order in which they answer."""
    for route in iter_route_contexts(app.routes):
        if isinstance(route.original_route, Mount):
            mount = route.original_route
            yield Way(f"* {mount.path}", "*", mount.path_regex, frozenset(), mount.app)
            continue
        dependant = getattr(route, "dependant", None)
        calls = frozenset(_calls(dependant)) if dependant is not None else frozenset()
        for method in sorted(route.methods or {"*"}):
            yield Way(f"{method} {route.path}", method, route.path_regex, calls)


def _calls(dependant: Any) -> Iterator[Any]:
    yield dependant.call
    for one in dependant.dependencies:
        yield from _calls(one)


def closed(way: Way, doors: Mapping[str, Need], asks: Callable[..., Any]) -> str:
    """Why nobody may come in by this route, "" when there is no reason. `asks` is the dependency that knows who is there."""
    need = doors.get(way.key)
    if need is None:
        return f"{way.key} has no line in {FILE.name}: add one that says what it needs"
    if way.mounted is not None:
        own = isinstance(way.mounted, FastAPI) and any(
            getattr(one, "cls", None) is Door for one in way.mounted.user_middleware
        )
        if need.whom == PUBLIC or (need.whom == PORTAL and own):
            return ""
        return f"{way.key} is mounted: it is public, or an application with a door of its own"
    if need.whom != PUBLIC and asks not in way.calls:
        return f"{way.key} needs {need}, and its handler does not ask who is there: let it depend on {asks.__name__}"
    return ""


class Door:
    """ASGI middleware around an application. `enter` gives whoever sends a request or raises a TickmarkError for nobody, and every handler
    that is not public depends on it; where a line names rights, what it gives has `rights`. `refused` makes a refusal as the asker reads
    it."""

    def __init__(self, app: ASGIApp, doors: Mapping[str, Need], enter: Enter, refused: Refuse) -> None:
        self._app, self._doors, self._enter, self._refused = app, doors, enter, refused
        self._ways: Near[tuple[Way, str]] | None = None

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "websocket":  # there are none
            await send({"type": "websocket.close", "code": 1008})
            return
        way, why = self._found(scope) if scope["type"] == "http" else (None, "")
        if way is None:
            await self._app(scope, receive, send)
            return
        request = Request(scope)
        try:
            if why:
                complain(f"refused: {why}")
                raise Forbidden("nobody may come in here: the door has no line in the table of rights")
            need = scope[NEED] = self._doors[way.key]
            if need.whom != PUBLIC and way.mounted is None:
                who = await run_in_threadpool(self._enter, request)
                if need.rights:
                    need.require(_named(who), who.rights)
        except TickmarkError as refused:
            await self._refused(request, refused)(scope, receive, send)
            return
        await self._app(scope, receive, send)

    def _found(self, scope: Scope) -> tuple[Way | None, str]:
        """The route that would answer, and why it is closed. None: there is none, or none for this method."""
        if self._ways is None:
            known = [(way, closed(way, self._doors, self._enter)) for way in ways(scope["app"])]
            self._ways = Near((way.key.partition(" ")[2], (way, why)) for way, why in known)
        path, method = get_route_path(scope), scope["method"]
        for way, why in self._ways.to(path):
            if way.method in (method, "*") and way.pattern.match(path):
                return way, why
        return None, ""


def _named(who: Any) -> str:
    return f"{who.email} ({who.role})" if getattr(who, "only", None) is None else "this token"

"""Which of seven hundred routes can answer an address at all: those whose address begins alike. One look in a table, then a few patterns.

Changes nothing of which route answers: the order of the routes is kept, and what finds none here goes the long way, which also knows of
other methods, of slashes at the end, and of pages that are not there.
"""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from typing import Any, Generic, TypeVar

from starlette._utils import get_route_path
from starlette.routing import Match, Router
from starlette.types import Receive, Scope, Send

T = TypeVar("T")


def head(path: str) -> str:
    """How an address begins: its first part, of JSON its first three (`api/v1/clients`)."""
    parts = path.split("/")
    return "/".join(parts[1:4]) if parts[1:3] == ["api", "v1"] else "".join(parts[1:2])


class Near(Generic[T]):
    """Things by the address that each answers, in their order; one that begins with a parameter is near every address."""

    def __init__(self, things: Iterable[tuple[str, T]]) -> None:
        known = list(things)
        heads = {at for at in (head(path) for path, _ in known) if "{" not in at}
        self._by_head: dict[str, list[T]] = defaultdict(list)
        self._else: list[T] = []
        for path, thing in known:
            at = head(path)
            for one in heads if "{" in at else (at,):
                self._by_head[one].append(thing)
            if "{" in at:
                self._else.append(thing)

    def to(self, path: str) -> Sequence[T]:
        """Those that can answer this address."""
        return self._by_head.get(head(path), self._else)


class Straight:
    """ASGI application in place of a router's own: hands a request to the route that answers it."""

    def __init__(self, router: Router) -> None:
        self._router, self._long = router, router.middleware_stack
        self._near: Near[Any] | None = None
        self._count = 0

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "http":
            for route in self._routes().to(get_route_path(scope)):
                match, found = route.matches(scope)
                if match == Match.FULL:
                    scope.setdefault("router", self._router)
                    scope.update(found)
                    await route.handle(scope, receive, send)
                    return
        await self._long(scope, receive, send)

    def _routes(self) -> Near[Any]:
        if self._near is None or self._count != len(self._router.routes):
            routes: list[Any] = list(self._router.routes)
            # what is included tells no address of its own: it is near every one
            self._near, self._count = Near((getattr(one, "path", "{any}"), one) for one in routes), len(routes)
        return self._near

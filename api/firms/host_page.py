"""The host's page of nights: for each firm how its last night went, what it cost, whether it runs, how old its backup is. For the operator.

It opens from this machine, or to who shows the token of the control file. Says no name of a client or a person, and nothing that a client's
papers say. Changes nothing.
"""

import hmac
from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from decimal import Decimal

from sqlalchemy.exc import SQLAlchemyError
from starlette.applications import Starlette
from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import HTMLResponse, JSONResponse, PlainTextResponse, Response
from starlette.routing import Route
from starlette.staticfiles import StaticFiles

from api.firms.turns import Turns
from api.headers import secured
from api.metrics import metrics
from api.pages import STATIC, fragment
from api.routes.health import from_here
from api.standing import Standing
from api.wiring import Services
from workspace import backups
from workspace.pages import night as nights
from workspace.scope import system_scope

_OLD = 36  # hours after which a backup is marked


@dataclass(frozen=True)
class Row:
    """A firm's last night. `backup_hours` since the newest backup that came to its end; None where there is none. `fault`: why nothing is
    known of it."""

    firm: str
    night: str = ""
    state: str = ""
    clients: int = 0
    failed: int = 0
    drafted: int = 0
    tokens: int = 0
    cost: str = "0"
    running: bool = False
    backup_hours: int | None = None
    fault: str = ""


class HostPage:
    """What the host itself answers. Its style sheet and script are the product's own, which anybody may have."""

    NIGHTS = "/_host/nights"
    PATHS = ("/_host/nights", "/_host/nights.json", "/healthz", "/readyz", "/metrics")
    STATIC = "/static/"

    def __init__(self, firms: Mapping[str, Services], turns: Turns, token: str | None) -> None:
        self._firms, self._turns, self._token = firms, turns, token
        self._standing = {name: Standing(services) for name, services in firms.items()}
        handlers = (self._page, self._json, self._lives, self._ready, self._figures)
        routes = [Route(path, one) for path, one in zip(self.PATHS, handlers, strict=True)]
        self._files = StaticFiles(directory=STATIC)
        # the face was cut for every firm's pages; all are the same
        self._fonts = next((StaticFiles(directory=one.home / "fonts") for one in firms.values()), self._files)
        self.app = Starlette(routes=[*routes, Route(f"{self.STATIC}{{path:path}}", self._static)])

    @classmethod
    def answers(cls, path: str) -> bool:
        """Whether the host has something at that address."""
        return path in cls.PATHS or path.startswith(cls.STATIC)

    def rows(self) -> list[Row]:
        """A row for each firm, by name."""
        return [self._row(name, services) for name, services in sorted(self._firms.items())]

    def _row(self, name: str, services: Services) -> Row:
        running = self._turns.running == name
        try:
            with services.database.reading() as session:
                now, today = services.clock.now(), services.clock.today()
                scope = system_scope(session, "metrics", now=now, today=today)
                made = backups.standing(scope).last_made
                age = int((datetime.now(UTC) - made.at).total_seconds() // 3600) if made else None
                last = next(iter(nights.nights(scope)), None)
                if last is None:
                    return Row(name, running=running, backup_hours=age)
                spent = nights.spent_since(scope, last.started_at)
        except SQLAlchemyError as error:
            return Row(name, running=running, fault=f"the records cannot be read ({type(error).__name__})")
        told = (last.as_of.isoformat(), last.state, last.clients, last.failed, last.drafted)
        return Row(name, *told, spent.tokens, str(spent.cost), running, age)

    async def _page(self, request: Request) -> Response:
        return await self._for_the_operator(request, lambda rows: HTMLResponse(_html(rows)))

    async def _json(self, request: Request) -> Response:
        return await self._for_the_operator(request, lambda rows: JSONResponse([asdict(row) for row in rows]))

    async def _static(self, request: Request) -> Response:
        path: str = request.path_params["path"]
        files, name = (self._fonts, path[6:]) if path.startswith("fonts/") else (self._files, path)
        return secured(request.scope, await files.get_response(name, request.scope))

    async def _lives(self, request: Request) -> Response:
        return secured(request.scope, JSONResponse({"ok": True}))

    async def _ready(self, request: Request) -> Response:
        """Ready as long as one firm can be served: one that cannot must not take the others away."""
        found = [await run_in_threadpool(one.ready) for one in self._standing.values()]
        good = sum(one.ok for one in found)
        told = {"ready": good > 0, "firms": len(found), "ready_firms": good}
        return secured(request.scope, JSONResponse(told, status_code=200 if good else 503))

    async def _figures(self, request: Request) -> Response:
        if not self._may(request):
            return _nothing(request)
        return secured(
            request.scope, Response(metrics().text({}), media_type="text/plain; version=0.0.4; charset=utf-8")
        )

    async def _for_the_operator(self, request: Request, answer: Callable[[list[Row]], Response]) -> Response:
        if not self._may(request):
            return _nothing(request)
        return secured(request.scope, answer(await run_in_threadpool(self.rows)))

    def _may(self, request: Request) -> bool:
        shown = request.headers.get("authorization", "").encode("utf-8", "replace")
        if self._token is not None and hmac.compare_digest(shown, f"Bearer {self._token}".encode()):
            return True
        return from_here(request)


def _nothing(request: Request) -> Response:
    return secured(request.scope, PlainTextResponse("There is no such page.\n", status_code=404))


def _html(rows: list[Row]) -> str:
    cost = sum((Decimal(row.cost) for row in rows), Decimal(0))
    return fragment("host/nights.html", who=None, rows=rows, cost=cost, old=_OLD, local=lambda moment: moment)

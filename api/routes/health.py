"""For whoever watches the service and not the firm: whether it lives, whether it can serve, its figures. Nothing here knows a client."""

import hmac

from fastapi import APIRouter, Request, Response
from fastapi.responses import JSONResponse

from api.guard_requests import LOOPBACK
from api.metrics import metrics
from api.security import services_of
from api.standing import Standing, figures
from store.errors import NotFound

router = APIRouter(include_in_schema=False)
_ON_THE_WAY = ("x-forwarded-for", "x-forwarded-host", "forwarded", "via")


@router.get("/healthz")
async def healthz() -> JSONResponse:
    """Public: the process lives and answers. Asks nothing else, so that a database that is away ends no process."""
    return JSONResponse({"ok": True})


@router.get("/readyz")
def readyz(request: Request) -> JSONResponse:
    """Public: whether people can be sent here, and which part answers. An index that is away is named, and still leaves it ready."""
    found = standing_of(request).ready()
    return JSONResponse({"ready": found.ok, **found.parts}, status_code=200 if found.ok else 503)


@router.get("/metrics")
def figures_of_the_process(request: Request) -> Response:
    """For a collector on this machine, or one that shows the token of the settings; nobody else is told that there is such an address."""
    if not (_shows_the_token(request) or from_here(request)):
        raise NotFound("There is no such page.")
    text = metrics().text(figures(services_of(request)))
    return Response(text, media_type="text/plain; version=0.0.4; charset=utf-8")


def standing_of(request: Request) -> Standing:
    """One for the application, which remembers what it found a moment ago."""
    state = request.app.state
    if not hasattr(state, "standing"):
        state.standing = Standing(services_of(request))
    found: Standing = state.standing
    return found


def _shows_the_token(request: Request) -> bool:
    wanted = services_of(request).settings.metrics_token
    shown = request.headers.get("authorization", "")
    return wanted is not None and hmac.compare_digest(
        shown.encode("utf-8", "replace"), f"Bearer {wanted.get_secret_value()}".encode()
    )


def from_here(request: Request) -> bool:
    """Whether it comes from this machine itself, and not through a proxy that runs on it."""
    host = request.headers.get("host", "").rpartition(":")[0] or request.headers.get("host", "")
    near = request.client is not None and request.client.host in ("127.0.0.1", "::1")
    return near and host in LOOPBACK and not any(name in request.headers for name in _ON_THE_WAY)

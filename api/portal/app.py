"""The portal as an application of its own: its routes, its door, its refusals in plain words. Mounted at /portal."""

from fastapi import FastAPI, Request, Response
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse, RedirectResponse
from sqlalchemy.exc import SQLAlchemyError
from starlette.exceptions import HTTPException

from api.access import table
from api.away import Away
from api.door import Door
from api.gate import Gate, TooMany
from api.headers import secured
from api.portal import passkeys, routes, sign
from api.portal.fence import PATH, RATES, LinkNeeded, guest, with_headers
from api.portal.intake import Later, sweep
from api.portal.pages import error_page
from api.wiring import Services
from store.errors import Conflict, Invalid, NotFound, TickmarkError
from store.waits import ran_out

NOT_HERE = "There is no such page."
LATER = "That did not work. Try again in a minute; if it still does not work, ask the office."
_TOLD = (Conflict, Invalid, NotFound)
_OWN_WORDS = ("such page", "asked for", "open to you", "works once")
"""Refusals whose words are for the contact; what else is refused inside is not told in detail."""


def create_portal(services: Services) -> FastAPI:
    """The application over `services`. What an earlier process kept and did not settle is settled behind the pages."""
    app = FastAPI(title="Portal", docs_url=None, redoc_url=None, openapi_url=None)
    app.state.services, app.state.gate, app.state.later = services, Gate(RATES), Later(services)
    app.add_middleware(Door, doors=table().portal, enter=guest, refused=_refusal)
    app.add_middleware(Away, answer=lambda request, status, _: _answer(request, status, LATER))
    app.middleware("http")(with_headers)
    for module in (routes, sign, passkeys):
        # as they are: what is included as a router is worked out anew for each application
        app.router.routes.extend(module.router.routes)
    app.add_exception_handler(TickmarkError, _refusal)
    app.add_exception_handler(SQLAlchemyError, _not_in_time)
    app.add_exception_handler(HTTPException, _http_error)
    app.add_exception_handler(RequestValidationError, _bad_request)
    app.add_exception_handler(Exception, _defect)
    if services.lock is not None:
        app.state.later.do(lambda: app.state.later.read(sweep(services)))
    return app


def _answer(request: Request, status: int, message: str) -> Response:
    if "text/html" not in request.headers.get("accept", ""):
        return JSONResponse({"error": message}, status_code=status)
    return error_page(request, status, message)


def _refusal(request: Request, error: Exception) -> Response:
    assert isinstance(error, TickmarkError)
    if isinstance(error, LinkNeeded):
        if "text/html" in request.headers.get("accept", ""):
            return RedirectResponse(f"{PATH}/hello", status_code=303)
        return _answer(
            request, error.status, "Your visit has ended. Open the link from your mail, or ask for a new one."
        )
    if isinstance(error, TooMany):
        response = _answer(request, error.status, f"That was a little fast. Try again in {error.wait} seconds.")
        response.headers["Retry-After"] = str(error.wait)
        return response
    words = str(error)
    told = f"{words[:1].upper()}{words[1:]}" if isinstance(error, _TOLD) else LATER
    if isinstance(error, NotFound) and not any(one in words for one in _OWN_WORDS):
        told = NOT_HERE
    if error.status == 403 and "passkey" in words:
        told = f"{words[:1].upper()}{words[1:]}"
    if error.status == 403 and words.startswith("this page"):
        told = "This page is out of date. Load it again and try once more."
    return _answer(request, error.status, told if told.endswith((".", "!", "?")) else f"{told}.")


def _not_in_time(request: Request, error: Exception) -> Response:
    """A wait for the database that ran out is asked again in a minute; everything else that it says is a defect."""
    busy = ran_out(error) if isinstance(error, SQLAlchemyError) else None
    if busy is None:
        raise error
    return _answer(request, busy.status, LATER)


def _http_error(request: Request, error: Exception) -> Response:
    assert isinstance(error, HTTPException)
    return _answer(request, error.status_code, NOT_HERE if error.status_code in (404, 405) else LATER)


def _bad_request(request: Request, error: Exception) -> Response:
    return _answer(request, 422, "Something in this form is missing or too long. Go back, shorten it and try again.")


def _defect(request: Request, error: Exception) -> Response:
    return secured(request.scope, _answer(request, 500, LATER))

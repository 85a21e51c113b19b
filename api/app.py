"""The web application: routes mounted on one FastAPI app, errors as pages or JSON, the fence of security.py around it."""

import mimetypes
from pathlib import Path
from urllib.parse import urlencode

from fastapi import FastAPI, Request, Response
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse, RedirectResponse
from fastapi.staticfiles import StaticFiles
from sqlalchemy.exc import SQLAlchemyError
from starlette.exceptions import HTTPException
from starlette.middleware.gzip import GZipMiddleware

from api.access import table
from api.door import Door
from api.fonts import ensure_fonts
from api.gate import TooMany
from api.guard_requests import fenced
from api.headers import secured
from api.near import Straight
from api.observed import Observed
from api.once import Once
from api.pages import STATIC, page
from api.portal.app import create_portal
from api.portal.fence import knows as knows_contact
from api.preconditions import ETags
from api.proof import AGAIN, ProofNeeded
from api.routes import (
    ask_firm,
    automations,
    automations_json,
    books,
    brief,
    calendar,
    capacity,
    capacity_json,
    chat,
    chat_uses,
    client_portal,
    clients,
    commands,
    conflicts,
    contacts,
    contacts_json,
    contradictions,
    contradictions_json,
    day,
    deliverables,
    directory,
    directory_json,
    documents,
    doors,
    doors_json,
    facts,
    go,
    health,
    imports,
    imports_json,
    inbox,
    inbox_json,
    intake,
    intake_json,
    json_routes,
    knowledge,
    law_json,
    letters,
    letters_json,
    matters,
    me,
    me_sign_in,
    money,
    money_json,
    money_reports,
    onboarding,
    onboarding_json,
    outbox,
    people,
    people_json,
    portal_json,
    portfolio,
    preferences,
    reference,
    repeating,
    report,
    reports,
    reports_json,
    requests,
    requests_json,
    retention,
    retention_json,
    reviewing,
    search,
    series_json,
    session,
    setup,
    sign,
    sources,
    sources_consent,
    sources_json,
    system,
    tasks_json,
    templates,
    time,
    time_json,
    time_off,
    timeline,
    timeline_json,
    trust,
    trust_json,
    undo,
    walls,
    ways_in,
    webhooks,
    webhooks_json,
    work,
    work_json,
    workers,
)
from api.said import came_from, sentence
from api.security import SignInNeeded, asker, is_known, secret_of
from api.turns import AT_ONCE, OTHERWISE, Turns
from api.watched import Watched
from api.wiring import Services
from store.errors import TickmarkError
from store.waits import ran_out

ROUTES = (
    session,
    retention,  # before clients: /clients/REF/erase
    retention_json,
    ways_in,
    books,
    brief,
    calendar,
    capacity,
    capacity_json,
    reports,
    reports_json,
    portfolio,
    people,
    people_json,
    walls,
    directory,  # before clients: /clients/merge is no client
    contacts,
    clients,
    documents,
    facts,
    reviewing,  # before deliverables: /review/batch is no draft
    deliverables,
    outbox,
    chat,
    chat_uses,
    ask_firm,
    imports,
    imports_json,
    inbox,
    inbox_json,
    intake,
    intake_json,
    sources,
    sources_consent,
    sources_json,
    system,
    health,
    contradictions,
    contradictions_json,
    directory_json,
    contacts_json,
    json_routes,
    knowledge,
    letters,
    letters_json,
    onboarding,
    onboarding_json,
    setup,
    sign,
    preferences,
    search,
    report,
    time,
    time_json,
    time_off,
    timeline,
    timeline_json,
    client_portal,
    portal_json,
    money_reports,
    money,
    money_json,
    requests,
    requests_json,
    matters,
    conflicts,
    law_json,
    trust,
    trust_json,
    undo,
    me,
    me_sign_in,
    doors,
    doors_json,
    go,
    reference,
    webhooks,
    webhooks_json,
    day,
    workers,
    work,
    repeating,
    templates,
    work_json,
    tasks_json,
    series_json,
    automations,
    automations_json,
)


def create_app(services: Services, command_secret: str | None = None) -> FastAPI:
    """The application over `services`. `command_secret` opens the door for the command line on the same machine."""
    app = FastAPI(title="Tickmark", version="1", docs_url=None, redoc_url=None, openapi_url=None)
    app.state.services = services
    app.add_middleware(Once, secret_of=secret_of)
    app.add_middleware(ETags)
    app.add_middleware(Door, doors=table().routes, enter=asker, refused=_refusal)
    app.add_middleware(Turns, at_once=AT_ONCE.get(services.database.engine.dialect.name, OTHERWISE))
    app.add_middleware(Watched, services=services)
    app.add_middleware(GZipMiddleware, minimum_size=1024, compresslevel=5)  # 9 takes longer for little
    fenced(app, services, _answer, is_known)
    app.add_middleware(Observed, services=services)
    fonts = Path(services.home) / "fonts"
    ensure_fonts(fonts)
    app.mount("/static/fonts", StaticFiles(directory=fonts), name="fonts")
    mimetypes.add_type("application/speculationrules+json", ".rules")
    app.mount("/static", StaticFiles(directory=STATIC), name="static")
    app.mount("/portal", create_portal(services), name="portal")
    app.state.knows.append(lambda asked: knows_contact(asked, services))
    for module in ROUTES:
        # as they are: what is included as a router is searched through slowly
        app.router.routes.extend(module.router.routes)
    app.router.middleware_stack = Straight(app.router)
    if command_secret is not None:
        app.include_router(commands.router(services, command_secret))
    app.add_exception_handler(TickmarkError, _refusal)
    app.add_exception_handler(SQLAlchemyError, _not_in_time)
    app.add_exception_handler(HTTPException, _http_error)
    app.add_exception_handler(RequestValidationError, _bad_request)
    app.add_exception_handler(Exception, _defect)
    return app


def _wants_page(request: Request) -> bool:
    return "text/html" in request.headers.get("accept", "") and not request.url.path.startswith("/api/")


def _answer(request: Request, status: int, message: str) -> Response:
    if not _wants_page(request):
        return JSONResponse({"error": message}, status_code=status)
    who = getattr(request.state, "who", None)
    return page(request, "error.html", status=status, code=status, message=message, who=who)


def _refusal(request: Request, error: Exception) -> Response:
    assert isinstance(error, TickmarkError)
    if isinstance(error, SignInNeeded) and _wants_page(request):
        asked = request.url.path + (f"?{request.url.query}" if request.url.query else "")
        query = urlencode({"next": asked}) if request.method == "GET" and asked != "/" else ""
        return RedirectResponse("/sign-in" + (f"?{query}" if query else ""), status_code=303)
    if isinstance(error, ProofNeeded) and _wants_page(request):
        return RedirectResponse(f"{AGAIN}?{urlencode({'next': came_from(request)})}", status_code=303)
    response = _answer(request, error.status, sentence(error))
    if isinstance(error, TooMany):
        response.headers["Retry-After"] = str(error.wait)
    return response


def _not_in_time(request: Request, error: Exception) -> Response:
    """A wait for the database that ran out is a refusal; everything else that it says is a defect."""
    busy = ran_out(error) if isinstance(error, SQLAlchemyError) else None
    if busy is None:
        raise error
    return _answer(request, busy.status, sentence(busy))


def _http_error(request: Request, error: Exception) -> Response:
    assert isinstance(error, HTTPException)
    message = "There is no such page." if error.status_code == 404 else str(error.detail)
    return _answer(request, error.status_code, message)


def _bad_request(request: Request, error: Exception) -> Response:
    assert isinstance(error, RequestValidationError)
    first = error.errors()[0]
    where = ".".join(str(part) for part in first["loc"][1:])
    return _answer(request, 422, f"{where}: {first['msg']}" if where else str(first["msg"]))


def _defect(request: Request, error: Exception) -> Response:
    """A defect of the program: the page says that nothing was saved; the server that runs us logs what it was."""
    return secured(
        request.scope,
        _answer(request, 500, "This is a defect of Tickmark. Nothing of what you did was saved; the log says why."),
    )

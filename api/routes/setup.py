"""The set-up of a firm in the browser: six steps, each says what is there and what is missing. Whoever manages people may do it."""

from collections.abc import Callable
from typing import Annotated, Any

from fastapi import APIRouter, Form, Request, Response, UploadFile

from api.pages import page
from api.routes.intake import chosen
from api.said import redirect, sentence
from api.security import Asker, Sender, Who, reading, services_of, writing
from ingestion.firm_tables import TABLES, read_table
from ingestion.sheets import read_sheet
from store.errors import Conflict, Forbidden, Invalid, NotFound
from store.rows import ClientRow
from workspace.letters.services import begin_price_list
from workspace.onboarding import firm
from workspace.pages.head import waiting
from workspace.records.practice import apply_clients
from workspace.scope import Scope

router = APIRouter()
Text = Annotated[str, Form(max_length=200)]
Refused = Conflict | Forbidden | Invalid | NotFound
REFUSED = (Conflict, Forbidden, Invalid, NotFound)
ZONES = ("America/New_York", "America/Chicago", "America/Denver", "America/Phoenix", "America/Los_Angeles")
ZONES_BEYOND = ("America/Anchorage", "Pacific/Honolulu", "America/Puerto_Rico")


@router.get("/setup", include_in_schema=False)
def shown(request: Request, who: Who) -> Response:
    """The steps."""
    return _shown(request, who)


def _shown(request: Request, who: Asker, refused: Refused | None = None, rejected: tuple[str, ...] = ()) -> Response:
    with reading(request, who) as scope:
        found, waits = firm.setup_of(scope), waiting(scope)
    status, problem = (refused.status, sentence(refused)) if refused else (200, None)
    values: dict[str, Any] = {"found": found, "roles": firm.ROLES, "zones": (*ZONES, *ZONES_BEYOND)}
    values |= {"rejected": rejected, "waiting": waits, "problem": problem}
    return page(request, "onboarding/setup.html", status=status, who=who, **values)


@router.post("/setup/firm", include_in_schema=False)
def set_firm(
    request: Request, who: Sender, name: Text = "", timezone: Text = "", fiscal_year_end: Text = "12-31"
) -> Response:
    """Name, zone, year."""
    return _act(request, who, lambda scope: firm.set_firm(scope, name, timezone, fiscal_year_end))


@router.post("/setup/staff", include_in_schema=False)
def add_person(
    request: Request,
    who: Sender,
    email: Text = "",
    name: Text = "",
    role: Text = "",
    rate: Text = "",
    password: Text = "",
) -> Response:
    """A person of the firm."""
    breached = services_of(request).settings.breached_passwords
    return _act(request, who, lambda scope: firm.add_person(scope, email, name, role, rate, password, breached))


@router.post("/setup/prices", include_in_schema=False)
def prices(request: Request, who: Sender) -> Response:
    """The usual services, to begin with."""
    return _act(request, who, lambda scope: firm.note_done(scope, "prices", services=len(begin_price_list(scope))))


@router.post("/setup/clients", include_in_schema=False)
def clients(request: Request, who: Sender, files: list[UploadFile]) -> Response:
    """A clients.csv; rows that cannot be taken are shown with the reason, the others are taken."""
    try:
        data = chosen(request, files)[0][1]
        with writing(request, who) as scope:
            refused = take_clients(scope, data)
    except REFUSED as problem:
        return _shown(request, who, problem)
    return _shown(request, who, None, refused) if refused else redirect("/setup", "setup-kept")


def take_clients(scope: Scope, data: bytes) -> tuple[str, ...]:
    """Put the rows of a clients.csv on record; what was not taken, in words, by line."""
    table = next(one for one in TABLES if one.row is ClientRow)
    rows, unread = read_table(table, read_sheet(data))
    done = apply_clients(scope, [row for row in rows if isinstance(row, ClientRow)])
    firm.note_done(scope, "clients", created=done.created, updated=done.updated)
    return tuple(f"line {one.line}: {one.reason}" for one in (*unread, *done.rejected))


def _act(request: Request, who: Asker, act: Callable[[Scope], object]) -> Response:
    try:
        with writing(request, who) as scope:
            act(scope)
            firm.stop_clock(scope)
    except REFUSED as refused:
        return _shown(request, who, refused)
    return redirect("/setup", "setup-kept")


@router.get("/api/v1/setup", tags=["v1"])
def shown_json(request: Request, who: Who) -> firm.Setup:
    """The set-up of the firm: each step with what is there and what is missing."""
    with reading(request, who) as scope:
        return firm.setup_of(scope)

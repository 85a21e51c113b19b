"""The portal's pages: the door with links that open once, the one page, papers, messages, letters to sign, files to send."""

from collections.abc import Callable
from typing import Annotated, Any
from urllib.parse import quote, urlencode

from fastapi import APIRouter, BackgroundTasks, Form, Query, Request, Response, UploadFile
from fastapi.responses import JSONResponse, RedirectResponse

from api.headers import drop_cookie, put_cookie
from api.portal.fence import (
    COOKIE,
    PATH,
    Guest,
    Sender,
    Who,
    address_of,
    gate_of,
    guest_or_none,
    reading,
    services_of,
    software,
    writing,
)
from api.portal.home import home_values
from api.portal.intake import settle, too_late
from api.portal.pages import portal_page
from api.portal.passkeys import keys_of
from store.errors import Invalid, NotFound
from workspace.portal import doors, messages, papers, uploads

router = APIRouter(include_in_schema=False)
Text = Annotated[str, Form(max_length=200)]
AT_ONCE = 25
ASKED = "If the office knows this address, a link to come in is on its way. It works once, for 15 minutes."
ASKED_BY_HAND = "If the office knows this address, it has been told that you need a link and will send you one."


@router.get("/hello")
def door(request: Request) -> Response:
    """The door for who has no link: ask for one."""
    return _door(request)


def _door(request: Request, *, status: int = 200, problem: str | None = None, asked: str = "") -> Response:
    return portal_page(request, "door.html", status=status, problem=problem, asked=asked, firm=_firm(request))


def _firm(request: Request) -> str:
    services = services_of(request)
    with services.database.reading() as session:
        return doors.firm_name(software(services, session))


@router.post("/hello")
def ask(request: Request, behind: BackgroundTasks, email: Text = "") -> Response:
    """A link for whoever has this address. What is said, and how soon, is the same for every address."""
    gate_of(request).enter("ask", address_of(request))
    services = services_of(request)
    mailed = services.settings.smtp_url is not None

    def act() -> None:
        with services.database.writing() as session:
            doors.ask(software(services, session), services.seal if mailed else None, email)

    behind.add_task(act)
    return _door(request, asked=ASKED if mailed else ASKED_BY_HAND)


@router.get("/in/{secret}")
def look(request: Request, secret: str) -> Response:
    """What a link leads to: one button. Mail programs open addresses before people do, so looking uses nothing up."""
    gate_of(request).enter("link", address_of(request))
    services = services_of(request)
    try:
        with services.database.reading() as session:
            name = doors.name_behind(software(services, session), secret)
    except NotFound:
        if guest_or_none(request) is not None:  # the same link once more, in the browser that it opened
            return RedirectResponse(f"{PATH}/", status_code=303)
        return _no_link(request)
    return portal_page(request, "open.html", name=name, secret=secret, firm=_firm(request))


@router.post("/in/{secret}")
def enter(request: Request, secret: str) -> Response:
    """Use the link up and come in."""
    gate_of(request).enter("link", address_of(request))
    services = services_of(request)
    try:
        with services.database.writing() as session:
            scope, agent = software(services, session), request.headers.get("user-agent", "")
            opened, leads = doors.enter(scope, secret, address=address_of(request), agent=agent)
    except NotFound:
        return _no_link(request)
    answer = RedirectResponse(f"{PATH}/" + (f"#{quote(leads)}" if leads else ""), status_code=303)
    put_cookie(request, answer, COOKIE, opened, max_age=int(doors.LONGEST.total_seconds()), path=PATH)
    return answer


def _no_link(request: Request) -> Response:
    services = services_of(request)
    with services.database.writing() as session:
        doors.note_refused(software(services, session), address_of(request))
    return _door(request, status=404, problem=doors.NO_LINK)


@router.post("/leave")
def leave(request: Request, who: Sender) -> Response:
    """End the session."""
    from api.headers import cookie

    services = services_of(request)
    with services.database.writing() as session:
        doors.leave(software(services, session), cookie(request, COOKIE, PATH) or "")
    answer = RedirectResponse(f"{PATH}/hello", status_code=303)
    drop_cookie(request, answer, COOKIE, PATH)
    return answer


@router.get("/")
def home(request: Request, who: Who, kept: Annotated[str, Query(max_length=2000)] = "", said: str = "") -> Response:
    """The one page. `kept` names uploads of hers, to say what became of them."""
    return _home(request, who, kept=kept, said=said)


def _home(
    request: Request, who: Guest, *, kept: str = "", said: str = "", problem: str | None = None, written: str = ""
) -> Response:
    with reading(request, who) as scope:
        came = uploads.came(scope, [one for one in kept.split(",") if one])
        values = {**home_values(scope), "keys": keys_of(scope.session, who)}
    told = {"sent": "Your message is with us.", "passkey": "Kept. Next time you come in with it, without a link."}.get(
        said
    )
    more = {"came": came, "told": told, "problem": problem, "written": written}
    status = 200 if problem is None else 422
    return portal_page(request, "home.html", status=status, who=who, **values, **more)


@router.post("/send")
def send(
    request: Request,
    who: Sender,
    files: list[UploadFile] = [],  # noqa: B006 - FastAPI reads it, nobody writes to it
    item: Text = "",
    client: Text = "",
) -> Response:
    """Take files in. They are kept before anything is answered; each is looked at, and read later behind the page."""
    services = services_of(request)
    limit = services.settings.max_file_mb
    chosen = [one for one in files if one.filename]
    problems = [] if chosen else ["Choose a file first."]
    if len(chosen) > AT_ONCE:
        problems = [f"Send at most {AT_ONCE} files at a time."]
    good: list[tuple[str, bytes]] = []
    for one in chosen if not problems else ():
        name = (one.filename or "")[:200]
        data = b"" if (one.size or 0) > limit * 1_000_000 else one.file.read()
        why = _too_big(name, one.size or 0, limit) or too_late(name, data, limit)
        if why:
            problems.append(why)
        else:
            good.append((name, data))
    ids: tuple[str, ...] = ()
    if good:
        with writing(request, who) as scope:
            ids = uploads.keep(scope, services.blobs, good, item_id=item or None, client_ref=client)
        request.app.state.later.read(settle(services, ids, good))
    return _after(request, who, ids, problems, item)


def _too_big(name: str, size: int, limit: int) -> str:
    if size <= limit * 1_000_000:
        return ""
    return f"{name} is too big: {size / 1e6:,.0f} MB, and the most is {limit} MB. Send it in parts, or as photos of its pages."


def _after(request: Request, who: Guest, ids: tuple[str, ...], problems: list[str], item: str) -> Response:
    kept = ",".join(ids)
    where = f"{PATH}/" + (f"?{urlencode({'kept': kept})}" if kept else "") + (f"#{quote(item)}" if item else "")
    if "application/json" in request.headers.get("accept", ""):
        told: dict[str, Any] = {"kept": list(ids), "problems": problems, "next": where}
        return JSONResponse(told, status_code=200 if ids else 422)
    if problems:
        return _home(request, who, kept=kept, problem=" ".join(problems))
    return RedirectResponse(where, status_code=303)


@router.post("/write")
def write(
    request: Request,
    who: Sender,
    client: Text = "",
    text: Annotated[str, Form(max_length=20_000)] = "",
) -> Response:
    """A message to the firm."""
    services = services_of(request)
    try:
        with writing(request, who) as scope:
            client_id = messages.send(scope, services.blobs, client, text)
    except Invalid as refused:
        return _home(request, who, problem=str(refused), written=text)
    request.app.state.later.read({client_id})
    return RedirectResponse(f"{PATH}/?said=sent#messages", status_code=303)


@router.get("/papers/{paper}")
def paper(request: Request, who: Who, paper: str) -> Response:
    """A released paper as PDF."""
    return _pdf(request, who, lambda scope: papers.paper_pdf(scope, paper))


@router.get("/invoices/{number}")
def invoice(request: Request, who: Who, number: str) -> Response:
    """An invoice as PDF."""
    return _pdf(request, who, lambda scope: papers.bill_pdf(scope, number))


def _pdf(request: Request, who: Guest, make: Callable[[Any], tuple[str, bytes]]) -> Response:
    with writing(request, who) as scope:  # that it was opened is on the trail
        name, data = make(scope)
    answer = Response(data, media_type="application/pdf")
    answer.headers["Content-Disposition"] = f"inline; filename*=UTF-8''{quote(name.replace('/', '-'))}"
    return answer

"""The intake page: what is being read, what came in and what became of it, the tray of loose files, and files sent from a browser."""

from typing import Annotated, Any
from urllib.parse import urlencode

from fastapi import APIRouter, Form, Query, Request, Response, UploadFile
from fastapi.responses import JSONResponse

from api.commands.intake import receive_uploads
from api.commands.result import silent
from api.intake import index_new
from api.loose import arrival, counted, file_loose, look_into, take_loose
from api.pages import page
from api.routes.documents import attachment
from api.said import redirect
from api.security import Asker, Sender, Who, reading, services_of, writing
from store.errors import Invalid
from workspace.intake.lists import OUTCOMES, intake, my_clients
from workspace.intake.tray import drop_loose, mark_looked_at, tray
from workspace.intake.versions import undo_link
from workspace.intake.watched import folders
from workspace.pages.head import waiting
from workspace.scope import Right

router = APIRouter(include_in_schema=False)
_DOING = {"documents": "documents read", "files": "files taken in", "loose files read": "loose files read"}


@router.get("/intake")
def listing(
    request: Request,
    who: Who,
    client: str = "",
    outcome: str = "",
    number: Annotated[int, Query(alias="page", ge=1)] = 1,
) -> Response:
    with reading(request, who) as scope:
        scope.require(Right.DOCUMENT_ADD)
        came = intake(scope, client_ref=client or None, outcome=outcome or None, page=number)
        loose, clients, watched, waits = tray(scope), my_clients(scope), folders(scope), waiting(scope)
    kept = {name: value for name, value in (("client", client), ("outcome", outcome)) if value}
    return page(
        request,
        "intake.html",
        who=who,
        waiting=waits,
        came=came,
        loose=loose,
        clients=clients,
        watched=watched,
        watching=services_of(request).settings.watch is not None,
        client=client,
        outcome=outcome if outcome in OUTCOMES else "",
        outcomes=OUTCOMES,
        address=lambda **more: "/intake?" + urlencode({k: v for k, v in {**kept, **more}.items() if v}),
        running=far(request),
    )


@router.get("/intake/progress")
def progress(request: Request, who: Who) -> JSONResponse:
    return JSONResponse(far(request))


def far(request: Request) -> dict[str, Any]:
    """How far this process is with reading; `running` false when it reads nothing. Counts only: they name no client."""
    found = services_of(request).desk.far()
    if found is None:
        return {"running": False}
    what = _DOING.get(found.doing, found.doing)
    said = f"{found.done:,} of {found.total:,} {what}" if found.total else f"{found.done:,} {what}"
    return {"running": True, "done": found.done, "total": found.total, "said": said}


@router.post("/intake")
def add(request: Request, who: Sender, files: list[UploadFile], client: Annotated[str, Form()] = "") -> Response:
    """Files of a client, or without one into the tray. They are kept at once and read behind the page, which follows it."""
    outcomes = send(request, who, files, client.strip())
    return redirect("/intake", "received" if client.strip() else "tray", **outcomes)


def send(request: Request, who: Asker, files: list[UploadFile], client: str) -> dict[str, int]:
    """Keep the files and begin to read them; how many came out how. Raises Invalid for none, and for one too big."""
    services = services_of(request)
    uploads = chosen(request, files)
    if client:
        outcomes, client_id = receive_uploads(services, who.email, client, uploads)
        services.desk.later(lambda: index_new(services, silent, [client_id]))
        return outcomes
    coming = [arrival(services, name, data, "upload") for name, data in uploads]
    done = take_loose(services, who.email, coming, silent)
    services.desk.later(lambda: look_into(services, silent))
    return counted(done)


def chosen(request: Request, files: list[UploadFile]) -> list[tuple[str, bytes]]:
    """The files that a person chose, as (name, bytes)."""
    limit = services_of(request).settings.max_file_mb
    for file in files:
        if (file.size or 0) > limit * 1_000_000:
            raise Invalid(f"{file.filename} is too big: the limit is {limit} MB; split it into parts")
    uploads = [(file.filename, file.file.read()) for file in files if file.filename]
    if not uploads:
        raise Invalid("choose a file first")
    return uploads


@router.post("/intake/loose/{loose_id}")
def decide(
    request: Request,
    who: Sender,
    loose_id: str,
    client: Annotated[str, Form()] = "",
    decision: Annotated[str, Form()] = "file",
    reason: Annotated[str, Form()] = "",
) -> Response:
    """A person's word on a loose file: filed to a client, or set aside with a reason."""
    if decision == "drop":
        with writing(request, who) as scope:
            drop_loose(scope, loose_id, reason)
        return redirect("/intake", "dropped")
    if not client.strip():
        raise Invalid("name the client that this file is of")
    file_loose(services_of(request), who.email, loose_id, ref_of(client), silent)
    return redirect("/intake", "filed")


def ref_of(said: str) -> str:
    """The ref of what a form's list offers, `C014 Bright Dental`, or of a ref that was typed."""
    return said.split(maxsplit=1)[0]


@router.post("/intake/versions/{link_id}")
def take_apart(request: Request, who: Sender, link_id: str) -> Response:
    """A person's word that two documents are not versions of one; the earlier one is searchable again soon after."""
    services = services_of(request)
    with writing(request, who) as scope:
        client_id = undo_link(scope, link_id)
    services.desk.later(lambda: index_new(services, silent, [client_id]))
    return redirect("/intake", "unlinked")


@router.get("/intake/loose/{loose_id}/file")
def download(request: Request, who: Who, loose_id: str) -> Response:
    with writing(request, who) as scope:
        found = mark_looked_at(scope, loose_id)
    if found.blob == found.id:
        raise Invalid(f"there are no bytes of {found.name}: {found.finding}")
    return attachment(services_of(request).blobs.get(found.blob), found.name)

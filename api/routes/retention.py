"""How long records are kept, legal holds, what is destroyed or erased for good, and the firm's packet of evidence, in the browser."""

import io
import zipfile
from typing import Annotated, Any
from urllib.parse import quote

from fastapi import APIRouter, Form, Request, Response

from api.destroyed import take_away
from api.machine import machine_of
from api.pages import page
from api.said import redirect, sentence
from api.security import Asker, Sender, Who, reading, services_of, writing
from store.errors import Conflict, Forbidden, Invalid, NotFound
from workspace.evidence_packet.files import files
from workspace.evidence_packet.gather import packet
from workspace.evidence_packet.model import NO_CERTIFICATION
from workspace.pages.head import client_head, waiting
from workspace.retention import due as dues
from workspace.retention import erasure, holds
from workspace.retention.schedule import BY_SLUG, schedule, set_term
from workspace.scope import Right

router = APIRouter(include_in_schema=False)
Text = Annotated[str, Form(max_length=600)]
Refused = Conflict | Forbidden | Invalid | NotFound
REFUSED = (Conflict, Forbidden, Invalid, NotFound)


@router.get("/retention")
def retention(request: Request, who: Who) -> Response:
    """The schedule, the holds, and what is over its term."""
    return _retention(request, who)


def _retention(request: Request, who: Asker, refused: Refused | None = None) -> Response:
    with reading(request, who) as scope:
        scope.require(Right.RETENTION_SET)
        values: dict[str, Any] = {
            "terms": schedule(scope),
            "due": dues.due(scope),
            "holds": holds.holds(scope),
            "erasures": erasure.erasures(scope),
            "waiting": waiting(scope),
        }
    return _page(request, "retention/schedule.html", who, refused, **values)


@router.post("/retention/{kind}")
def term(request: Request, who: Sender, kind: str, months: Annotated[int, Form()], authority: Text = "") -> Response:
    """The firm's own term for a kind of record."""
    try:
        with writing(request, who) as scope:
            set_term(scope, kind, months, authority)
    except REFUSED as refused:
        return _retention(request, who, refused)
    return redirect(f"/retention#{kind}", "term-set")


@router.get("/retention/due/{ref}/{kind}")
def preview(request: Request, who: Who, ref: str, kind: str) -> Response:
    """Exactly what would be destroyed."""
    return _preview(request, who, ref, kind)


def _preview(request: Request, who: Asker, ref: str, kind: str, refused: Refused | None = None) -> Response:
    with reading(request, who) as scope:
        found = dues.items(scope, ref, kind)
        told = next((one for one in dues.due(scope, ref) if one.kind == kind), None)
        waits = waiting(scope)
    return _page(
        request, "retention/due.html", who, refused, waiting=waits, items=found, due=told, ref=ref, kind=BY_SLUG[kind]
    )


@router.post("/retention/due/{ref}/{kind}")
def destroy(request: Request, who: Sender, ref: str, kind: str, mark: Text = "", typed: Text = "") -> Response:
    """Destroy what was shown; it cannot be undone."""
    try:
        with writing(request, who) as scope:
            dues.destroy(scope, ref, kind, mark, typed)
    except REFUSED as refused:
        return _preview(request, who, ref, kind, refused)
    take_away(services_of(request))
    return redirect("/retention", "destroyed")


@router.post("/holds")
def hold(request: Request, who: Sender, client: Text = "", reason: Text = "") -> Response:
    """Put a hold on a client."""
    try:
        with writing(request, who) as scope:
            holds.set_hold(scope, client.strip(), reason)
    except REFUSED as refused:
        return _retention(request, who, refused)
    return redirect("/retention#holds", "hold-set")


@router.post("/holds/{hold_id}/end")
def end(request: Request, who: Sender, hold_id: str, reason: Text = "") -> Response:
    """End a hold, with the reason."""
    try:
        with writing(request, who) as scope:
            holds.end_hold(scope, hold_id, reason)
    except REFUSED as refused:
        return _retention(request, who, refused)
    return redirect("/retention#holds", "hold-ended")


@router.get("/clients/{ref}/erase")
def plan(request: Request, who: Who, ref: str) -> Response:
    """What the erasure of this client would do."""
    return _plan(request, who, ref)


def _plan(request: Request, who: Asker, ref: str, refused: Refused | None = None) -> Response:
    with reading(request, who) as scope:
        shown = erasure.plan(scope, ref)
        head, waits = client_head(scope, ref), waiting(scope)
    return _page(request, "retention/erase.html", who, refused, waiting=waits, head=head, plan=shown, ref=ref)


@router.post("/clients/{ref}/erase")
def erase(request: Request, who: Sender, ref: str, mark: Text = "", typed: Text = "") -> Response:
    """Erase the client as the plan says; it cannot be undone."""
    try:
        with writing(request, who) as scope:
            gone = erasure.erase(scope, ref, mark, typed)
    except REFUSED as refused:
        return _plan(request, who, ref, refused)
    take_away(services_of(request))
    return redirect("/retention#erased" if gone.whole else f"/clients/{quote(ref, safe='')}", "erased")


@router.get("/evidence")
def evidence(request: Request, who: Who) -> Response:
    """What the packet is, and the way to make one."""
    with reading(request, who) as scope:
        scope.require(Right.EVIDENCE_WRITE)
        waits = waiting(scope)
    return _page(request, "retention/evidence.html", who, waiting=waits, said_plainly=NO_CERTIFICATION)


@router.post("/evidence")
def packet_of(request: Request, who: Sender) -> Response:
    """The packet as one file."""
    services = services_of(request)
    with writing(request, who) as scope:
        made = packet(scope, machine_of(services.settings))
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, data in files(made).items():
            archive.writestr(name, data)
    disposition = {"Content-Disposition": f'attachment; filename="evidence-{made.at:%Y-%m-%d}.zip"'}
    return Response(out.getvalue(), media_type="application/zip", headers=disposition)


def _page(request: Request, template: str, who: Asker, refused: Refused | None = None, **values: Any) -> Response:
    status, problem = (refused.status, sentence(refused)) if refused else (200, None)
    return page(request, template, status=status, who=who, problem=problem, **values)

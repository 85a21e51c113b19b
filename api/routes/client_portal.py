"""The firm's side of the portal: who of a client's contacts may come in, their links, a look at what they see; uploads in quarantine.

A link is shown once, on the page that made it. The look is read-only and shows of her clients those that the asker may see.
"""

from typing import Annotated, Any

from fastapi import APIRouter, Form, Request, Response

from api.commands.result import silent
from api.headers import origin
from api.intake import index_new
from api.pages import page
from api.portal.home import home_values
from api.portal.pages import portal_page
from api.said import redirect, sentence
from api.security import Asker, Sender, Who, reading, really_writing, services_of, writing
from store.errors import Conflict, Forbidden, Invalid, NotFound
from workspace.billing.acts import see_money
from workspace.pages.head import client_head, waiting
from workspace.portal import staff
from workspace.portal.doors import Link
from workspace.scope import Right, Scope

router = APIRouter(include_in_schema=False)
Text = Annotated[str, Form(max_length=300)]
Refused = Conflict | Forbidden | Invalid | NotFound
REFUSED = (Conflict, Forbidden, Invalid, NotFound)


@router.get("/clients/{ref}/portal")
def portal(request: Request, who: Who, ref: str) -> Response:
    """Who may come in, and what came."""
    return _portal(request, who, ref)


def _portal(
    request: Request, who: Asker, ref: str, refused: Refused | None = None, link: Link | None = None
) -> Response:
    with reading(request, who) as scope:
        head, here = client_head(scope, ref), staff.overview(scope, ref)
    values: dict[str, Any] = {
        "link": link,
        "address": f"{origin(request)}/portal/in/{link.secret}" if link else "",
        "mails": services_of(request).settings.smtp_url is not None,
        "problem": sentence(refused) if refused else None,
    }
    status = refused.status if refused else 200
    return page(
        request, "client/portal.html", status=status, who=who, waiting=head.waiting, head=head, here=here, **values
    )


@router.post("/clients/{ref}/portal/{contact}/invite")
def invite(
    request: Request,
    who: Sender,
    ref: str,
    contact: str,
    also: Annotated[list[str], Form()] = [],  # noqa: B006 - FastAPI reads it, nobody writes to it
    leads: Text = "",
    how: Text = "copy",
) -> Response:
    """Let her in and make a link: shown here once, or mailed to her."""
    services = services_of(request)
    try:
        if how == "mail" and services.settings.smtp_url is None:
            raise Invalid("there is no mail server: copy the link")
        with really_writing(request, who) as scope:
            seal = services.seal if how == "mail" else None
            link = staff.invite(scope, ref, contact, also=also[:50], request_id=leads or None, seal=seal)
    except REFUSED as refused:
        return _portal(request, who, ref, refused)
    if how == "mail":
        return redirect(f"/clients/{ref}/portal", "portal-mailed")
    return _portal(request, who, ref, link=link)


@router.post("/clients/{ref}/portal/{contact}/revoke")
def revoke(request: Request, who: Sender, ref: str, contact: str) -> Response:
    """Take her way in back, at once."""
    try:
        with really_writing(request, who) as scope:
            staff.revoke(scope, ref, contact)
    except REFUSED as refused:
        return _portal(request, who, ref, refused)
    return redirect(f"/clients/{ref}/portal", "portal-revoked")


@router.get("/clients/{ref}/portal/{contact}/preview")
def preview(request: Request, who: Who, ref: str, contact: str) -> Response:
    """What she sees, read-only and marked as such."""
    with reading(request, who) as scope:
        scope.require(Right.CLIENT_READ)
        values = home_values(staff.as_contact(scope, ref, contact), money=_sees_money(scope))
    more: dict[str, Any] = {
        "preview": True,
        "back": f"/clients/{ref}/portal",
        "came": (),
        "told": None,
        "written": "",
        "keys": (),
    }
    answer = portal_page(request, "home.html", **values, **more)
    answer.headers["X-Robots-Tag"] = "noindex, nofollow"
    return answer


def _sees_money(scope: Scope) -> bool:
    try:
        see_money(scope)
    except Forbidden:
        return False
    return True


@router.get("/intake/portal")
def quarantine(request: Request, who: Who) -> Response:
    """What contacts sent and nobody opens before a person has sorted it."""
    return _quarantine(request, who)


def _quarantine(request: Request, who: Asker, refused: Refused | None = None) -> Response:
    with reading(request, who) as scope:
        found, waits = staff.held(scope), waiting(scope)
    status, problem = (refused.status, sentence(refused)) if refused else (200, None)
    return page(request, "intake_portal.html", status=status, who=who, waiting=waits, found=found, problem=problem)


@router.post("/intake/portal/{upload}")
def sort(request: Request, who: Sender, upload: str, decision: Text, reason: Text = "") -> Response:
    """A person's word on one of them."""
    services = services_of(request)
    try:
        with writing(request, who) as scope:
            client_id = staff.sort_held(scope, upload, decision, reason)
    except REFUSED as refused:
        return _quarantine(request, who, refused)
    if decision == "take":
        services.desk.later(lambda: index_new(services, silent, [client_id]))
    return redirect("/intake/portal", "portal-taken" if decision == "take" else "dropped")

"""The firm's side of the portal as JSON: who of a client's contacts may come in, their links, what they sent that waits in quarantine.

A link is told once, in the answer that made it; one that is mailed is told to nobody. What a contact herself sees is api/portal.
"""

from datetime import datetime
from typing import Annotated, Literal

from fastapi import APIRouter, Request, Response
from pydantic import BaseModel, Field

from api.commands.result import silent
from api.headers import origin
from api.intake import index_new
from api.once import told_once
from api.paging import Paged
from api.security import Sender, Who, reading, really_writing, services_of, writing
from store.errors import Invalid
from workspace.portal import staff

router = APIRouter(prefix="/api/v1", tags=["v1"])
Key = Annotated[str, Field(max_length=60)]


class Invitation(BaseModel):
    """How a contact is let in. `also`: refs of other clients of hers that are opened with this one; `request`: the id of the list that the
    link leads to; `mail`: the link is mailed to her and not told."""

    also: list[Key] = Field(default=[], max_length=50)
    request: Key | None = None
    mail: bool = False


class Invited(BaseModel):
    """The link, which is told here and nowhere afterwards; null where it was mailed."""

    contact: str
    url: str | None
    until: datetime


class Sorted(BaseModel):
    """A person's word on a file in quarantine, and why."""

    decision: Literal["take", "drop"]
    reason: str = Field(max_length=300)


@router.get("/clients/{ref}/portal")
def portal(request: Request, who: Who, ref: str) -> staff.Here:
    """Who of the client's contacts may come in, and what came from them."""
    with reading(request, who) as scope:
        return staff.overview(scope, ref)


@router.post("/clients/{ref}/portal/{contact}/invitation", status_code=201)
def invite(request: Request, who: Sender, ref: str, contact: str, asked: Invitation, response: Response) -> Invited:
    """Let a contact in and make a link; links of hers before it end."""
    services = services_of(request)
    if asked.mail and services.settings.smtp_url is None:
        raise Invalid("there is no mail server: take the link from the answer")
    with really_writing(request, who) as scope:
        seal = services.seal if asked.mail else None
        link = staff.invite(scope, ref, contact, also=asked.also, request_id=asked.request, seal=seal)
    response.headers["Location"] = f"/api/v1/clients/{ref}/portal"
    told_once(response)
    url = None if asked.mail else f"{origin(request)}/portal/in/{link.secret}"
    return Invited(contact=contact, url=url, until=link.until)


@router.delete("/clients/{ref}/portal/{contact}", status_code=204)
def revoke(request: Request, who: Sender, ref: str, contact: str) -> None:
    """Take a contact's way into this client back, at once."""
    with really_writing(request, who) as scope:
        staff.revoke(scope, ref, contact)


@router.get("/portal/uploads")
def quarantine(request: Request, who: Who, paging: Paged) -> list[staff.Held]:
    """What contacts sent and nobody opens before a person has sorted it, the oldest first."""
    with reading(request, who) as scope:
        return paging.cut(staff.held(scope), lambda one: one.id)


@router.post("/portal/uploads/{upload}")
def sort(request: Request, who: Sender, upload: str, said: Sorted) -> Sorted:
    """Take a document with macros into the client's file, or drop the file."""
    services = services_of(request)
    with writing(request, who) as scope:
        client_id = staff.sort_held(scope, upload, said.decision, said.reason)
    if said.decision == "take":
        services.desk.later(lambda: index_new(services, silent, [client_id]))
    return said

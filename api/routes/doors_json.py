"""The door of the firm as JSON: the setting, how people come in, links, accounts of programs. For whoever manages people."""

from datetime import datetime
from typing import Any, Literal

from fastapi import APIRouter, Request, Response
from pydantic import BaseModel, Field

from api.once import told_once
from api.routes.doors import address_of
from api.security import Sender, Who
from api.security import really_reading as reading
from api.security import really_writing as writing
from workspace.sign_in import managing, service_accounts

router = APIRouter(prefix="/api/v1", tags=["v1"])


class Policy(BaseModel):
    """Who needs a second factor to sign in."""

    second_factor: Literal["optional", "partners-and-admins", "all"]


class AskedLink(BaseModel):
    """A link to make: `invite` for somebody who cannot sign in yet, `reset` for a forgotten password."""

    email: str = Field(min_length=3, max_length=200)
    kind: Literal["invite", "reset"] = "invite"


class MadeLink(BaseModel):
    """The link, which is told here and nowhere afterwards."""

    email: str
    kind: str
    link: str


class AskedAccount(BaseModel):
    """An account for a program. `clients` are refs, null for all; `rights` beside reading clients."""

    name: str = Field(min_length=1, max_length=40)
    title: str = Field(default="", max_length=120)
    rights: list[str] = Field(default_factory=list, max_length=60)
    clients: list[str] | None = Field(max_length=5000)
    days: int = Field(default=365, ge=1, le=366)


class AccountMade(BaseModel):
    """An account: its name, and how it is called on the trail."""

    name: str
    address: str


class AskedToken(BaseModel):
    """A token to make, by what will hold it."""

    label: str = Field(min_length=1, max_length=60)


class MadeToken(BaseModel):
    """The token, which is told here and nowhere afterwards."""

    label: str
    token: str


class LinkOut(BaseModel):
    """A link that opens something; its secret is nowhere."""

    id: str
    kind: str
    email: str
    made_by: str
    created_at: datetime
    expires_at: datetime


class ComesIn(BaseModel):
    """How a person comes in. `needs`: she may only with two factors."""

    email: str
    name: str
    role: str
    password: bool
    generator: bool
    codes: int
    passkeys: int
    needs: bool
    last: datetime | None


class DoorsShown(BaseModel):
    """The firm's door."""

    second_factor: str
    people: list[ComesIn]
    links: list[LinkOut]


class AccountShown(BaseModel):
    """An account of a program. `clients` null: all; a client that the asker does not see is not among them."""

    name: str
    title: str
    rights: list[str]
    clients: list[str] | None
    made_by: str
    created_at: datetime
    expires_at: datetime
    tokens: list[str]


@router.get("/doors")
def doors(request: Request, who: Who) -> DoorsShown:
    """Who needs a second factor, how each person comes in, and the links that are out."""
    with reading(request, who) as scope:
        found = managing.doors_of(scope)
    people = [ComesIn.model_validate(one, from_attributes=True) for one in found.people]
    links = [LinkOut.model_validate(one, from_attributes=True) for one in found.links]
    return DoorsShown(second_factor=found.policy, people=people, links=links)


@router.put("/doors/policy")
def set_policy(request: Request, who: Sender, asked: Policy) -> Policy:
    """Set who needs a second factor. It counts from everybody's next page on."""
    with writing(request, who) as scope:
        managing.set_policy(scope, asked.second_factor)
    return asked


@router.post("/doors/links", status_code=201)
def make_link(request: Request, who: Sender, asked: AskedLink, response: Response) -> MadeLink:
    """Make an invitation (seven days) or a way back (a day). The link is in the answer, and nowhere afterwards."""
    make = managing.help_back if asked.kind == "reset" else managing.invite
    with writing(request, who) as scope:
        secret = make(scope, asked.email)
    response.headers["Location"] = "/api/v1/doors"
    told_once(response)
    return MadeLink(email=asked.email.strip().lower(), kind=asked.kind, link=address_of(request, secret))


@router.delete("/doors/links/{link_id}", status_code=204)
def revoke_link(request: Request, who: Sender, link_id: str) -> None:
    """A link opens nothing any more."""
    with writing(request, who) as scope:
        managing.revoke_link(scope, link_id)


@router.get("/service-accounts")
def accounts(request: Request, who: Who) -> list[AccountShown]:
    """The accounts of programs that stand."""
    with reading(request, who) as scope:
        return [_shown(one) for one in service_accounts.accounts(scope)]


def _shown(one: service_accounts.Account) -> AccountShown:
    values: dict[str, Any] = {name: getattr(one, name) for name in AccountShown.model_fields if name != "tokens"}
    return AccountShown.model_validate({**values, "tokens": [token.name for token in one.tokens]})


@router.post("/service-accounts", status_code=201)
def make_account(request: Request, who: Sender, asked: AskedAccount, response: Response) -> AccountMade:
    """Make an account for a program. It has no token yet."""
    with writing(request, who) as scope:
        address = service_accounts.make_account(scope, asked.name, asked.title, asked.rights, asked.clients, asked.days)
    response.headers["Location"] = "/api/v1/service-accounts"
    return AccountMade(name=asked.name.strip().lower(), address=address)


@router.delete("/service-accounts/{name}", status_code=204)
def end_account(request: Request, who: Sender, name: str) -> None:
    """The account and all its tokens open nothing any more."""
    with writing(request, who) as scope:
        service_accounts.end_account(scope, name)


@router.post("/service-accounts/{name}/tokens", status_code=201)
def make_token(request: Request, who: Sender, name: str, asked: AskedToken, response: Response) -> MadeToken:
    """Make a token for the account. It is in the answer, and nowhere afterwards."""
    with writing(request, who) as scope:
        secret = service_accounts.make_service_token(scope, name, asked.label)
    response.headers["Location"] = "/api/v1/service-accounts"
    told_once(response)
    return MadeToken(label=asked.label.strip(), token=secret)


@router.delete("/service-accounts/{name}/tokens/{label}", status_code=204)
def revoke_token(request: Request, who: Sender, name: str, label: str) -> None:
    """A token of the account opens nothing any more."""
    with writing(request, who) as scope:
        service_accounts.revoke_service_token(scope, name, label)

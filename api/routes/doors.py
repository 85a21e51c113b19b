"""The page of those who manage people: who needs a second factor, how each comes in, links that are out, accounts of programs."""

from collections.abc import Callable, Sequence
from typing import Annotated, Any

from fastapi import APIRouter, Form, Request, Response

from api.headers import origin
from api.pages import page
from api.said import redirect, sentence
from api.security import Asker, Sender, Who
from api.security import really_reading as reading
from api.security import really_writing as writing
from store.errors import TickmarkError
from workspace.pages.head import waiting
from workspace.scope import Scope
from workspace.sign_in import managing, service_accounts
from workspace.sign_in.second_factor import POLICIES

router = APIRouter(include_in_schema=False)
Names = Annotated[Sequence[str], Form()]
Text = Annotated[str, Form(max_length=2000)]
Long = Annotated[str, Form(max_length=60_000)]


@router.get("/doors")
def doors(request: Request, who: Who) -> Response:
    return _doors(request, who)


def _doors(request: Request, who: Asker, status: int = 200, problem: str | None = None, **more: Any) -> Response:
    with reading(request, who) as scope:
        values: dict[str, Any] = {
            "doors": managing.doors_of(scope),
            "accounts": service_accounts.accounts(scope),
            "rights": service_accounts.rights_to_give(scope),
            "policies": POLICIES,
            "waiting": waiting(scope),
        }
    values |= {"link": None, "link_for": "", "token": None, "token_for": "", "asked": None, "problem": problem, **more}
    return page(request, "sign_in/doors.html", status=status, who=who, **values)


def _act(request: Request, who: Asker, act: Callable[[Scope], object], said: str) -> Response:
    try:
        with writing(request, who) as scope:
            act(scope)
    except TickmarkError as refused:
        return _doors(request, who, refused.status, sentence(refused))
    return redirect("/doors", said)


@router.post("/doors/policy")
def policy(request: Request, who: Sender, policy: Text = "") -> Response:
    """Who needs a second factor."""
    return _act(request, who, lambda scope: managing.set_policy(scope, policy), "policy-set")


@router.post("/doors/links")
def make_link(request: Request, who: Sender, email: Text = "", kind: Text = "invite") -> Response:
    """An invitation or a way back; the page that answers is the only place where the link ever stands."""
    make = managing.help_back if kind == "reset" else managing.invite
    try:
        with writing(request, who) as scope:
            secret = make(scope, email)
    except TickmarkError as refused:
        return _doors(request, who, refused.status, sentence(refused))
    return _doors(request, who, link=address_of(request, secret), link_for=email.strip().lower())


def address_of(request: Request, secret: str) -> str:
    return f"{origin(request)}/sign-in/link/{secret}"


@router.post("/doors/links/{link_id}/revoke")
def revoke_link(request: Request, who: Sender, link_id: str) -> Response:
    """It opens nothing any more."""
    return _act(request, who, lambda scope: managing.revoke_link(scope, link_id), "link-gone")


@router.post("/doors/accounts")
def make_account(
    request: Request,
    who: Sender,
    name: Text = "",
    title: Text = "",
    every: Text = "",
    clients: Long = "",
    right: Names = (),
    days: Annotated[int, Form(ge=1, le=366)] = 365,
) -> Response:
    """An account for a program."""
    chosen = None if every else clients.replace(",", " ").split()
    asked = {"name": name, "title": title, "clients": clients, "rights": list(right)}
    try:
        with writing(request, who) as scope:
            service_accounts.make_account(scope, name, title, list(right), chosen, days)
    except TickmarkError as refused:
        return _doors(request, who, refused.status, sentence(refused), asked=asked)
    return redirect("/doors#programs", "account-made")


@router.post("/doors/accounts/{name}/tokens")
def make_token(request: Request, who: Sender, name: str, label: Text = "") -> Response:
    """A token for it; the page that answers is the only place where it ever stands."""
    try:
        with writing(request, who) as scope:
            secret = service_accounts.make_service_token(scope, name, label)
    except TickmarkError as refused:
        return _doors(request, who, refused.status, sentence(refused))
    return _doors(request, who, token=secret, token_for=f"{name}: {label.strip()}")


@router.post("/doors/accounts/{name}/tokens/revoke")
def revoke_token(request: Request, who: Sender, name: str, label: Text = "") -> Response:
    """A token opens nothing any more."""
    return _act(request, who, lambda scope: service_accounts.revoke_service_token(scope, name, label), "token-revoked")


@router.post("/doors/accounts/{name}/end")
def end_account(request: Request, who: Sender, name: str) -> Response:
    """The account and all its tokens open nothing any more."""
    return _act(request, who, lambda scope: service_accounts.end_account(scope, name), "account-ended")

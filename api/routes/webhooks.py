"""The page of webhooks: what is subscribed, how it goes, the log of each, a test, sending again."""

from collections.abc import Sequence
from typing import Annotated, Any

from fastapi import APIRouter, Form, Request, Response

from api.pages import page
from api.said import redirect, sentence
from api.security import Asker, Sender, Who, services_of
from api.security import really_reading as reading
from api.security import really_writing as writing
from store.errors import TickmarkError
from workspace.pages.head import waiting
from workspace.platform import hooks
from workspace.platform.events import events
from workspace.undo import expect, mark_of

router = APIRouter(include_in_schema=False)
Names = Annotated[Sequence[str], Form()]
Text = Annotated[str, Form()]


@router.get("/webhooks")
def webhooks(request: Request, who: Who, log: str = "") -> Response:
    return _page(request, who, log)


def _page(
    request: Request, who: Asker, log: str = "", status: int = 200, problem: str | None = None, **more: Any
) -> Response:
    with reading(request, who) as scope:
        found, waits = hooks.webhooks(scope), waiting(scope)
        marks = {one.id: mark_of(hooks.webhook(scope, one.id)) for one in found}
        sent = hooks.log(scope, log) if any(one.id == log for one in found) else []
    values = {"secret": None, "url": "", "note": "", **more}
    return page(
        request,
        "webhooks.html",
        status=status,
        who=who,
        waiting=waits,
        hooks=found,
        marks=marks,
        log=log,
        sent=sent,
        events=list(events()),
        problem=problem,
        **values,
    )


@router.post("/webhooks")
def add(
    request: Request, who: Sender, url: Text = "", event: Names = (), other: Text = "", note: Text = ""
) -> Response:
    """Subscribe an address; the page that answers is the only place where its secret is ever shown."""
    services = services_of(request)
    asked = [*event, *other.replace(",", " ").split()]
    try:
        with writing(request, who) as scope:
            loopback = services.settings.webhook_loopback
            made, secret = hooks.add_webhook(scope, services.seal, url, asked, note, loopback=loopback)
    except TickmarkError as refused:
        return _page(request, who, "", refused.status, sentence(refused), url=url, note=note)
    return _page(request, who, made, secret=secret)


@router.post("/webhooks/{webhook_id}/{act}")
def act(request: Request, who: Sender, webhook_id: str, act: str, mark: Text = "") -> Response:
    """on, off, remove, test, or a new secret."""
    services = services_of(request)
    secret = None
    try:
        with writing(request, who) as scope:
            expect(hooks.webhook(scope, webhook_id), mark or None, "this webhook")
            match act:
                case "on" | "off":
                    hooks.change_webhook(scope, webhook_id, state=act)
                case "remove":
                    hooks.remove_webhook(scope, webhook_id)
                case "test":
                    hooks.ping(scope, webhook_id)
                case "secret":
                    secret = hooks.renew_secret(scope, services.seal, webhook_id)
                case _:
                    return redirect("/webhooks")
    except TickmarkError as refused:
        return _page(request, who, webhook_id, refused.status, sentence(refused))
    if secret is not None:
        return _page(request, who, webhook_id, secret=secret)
    return redirect("/webhooks" if act == "remove" else f"/webhooks?log={webhook_id}", f"webhook-{act}")


@router.post("/webhooks/deliveries/{delivery_id}/replay")
def replay(request: Request, who: Sender, delivery_id: str) -> Response:
    with writing(request, who) as scope:
        webhook_id = hooks.replay(scope, delivery_id)
    return redirect(f"/webhooks?log={webhook_id}", "webhook-again")

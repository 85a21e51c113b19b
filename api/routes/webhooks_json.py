"""Webhooks as JSON: subscriptions, their log, a test, sending again. Moments are ISO, UTC."""

from typing import Any, Literal
from urllib.parse import quote

from fastapi import APIRouter, Request, Response
from pydantic import BaseModel, Field

from api.once import told_once
from api.preconditions import IfMatch, marked
from api.security import Sender, Who, services_of
from api.security import really_reading as reading
from api.security import really_writing as writing
from workspace.billing.amounts import as_json
from workspace.platform import hooks
from workspace.platform.events import events
from workspace.scope import Right, Scope
from workspace.undo import expect

router = APIRouter(prefix="/api/v1/webhooks", tags=["v1"])
Json = dict[str, Any]


class NewWebhook(BaseModel):
    """An address and what it is told of: names such as `invoice.issued`, `invoice.*`, or `*`."""

    url: str = Field(max_length=500)
    events: list[str] = Field(min_length=1, max_length=200)
    note: str = Field(default="", max_length=200)


class ChangedWebhook(BaseModel):
    """What is to change; what is not sent stays."""

    url: str | None = Field(default=None, max_length=500)
    events: list[str] | None = Field(default=None, min_length=1, max_length=200)
    note: str | None = Field(default=None, max_length=200)
    state: Literal["on", "off"] | None = None


@router.get("")
def webhooks(request: Request, who: Who) -> list[Json]:
    """The firm's webhooks, those that failed first."""
    with reading(request, who) as scope:
        return [_listed(one) for one in hooks.webhooks(scope)]


@router.get("/events")
def known_events(request: Request, who: Who) -> list[Json]:
    """What a webhook can be told of, with the tags of the trail behind each."""
    with reading(request, who) as scope:
        scope.require(Right.WEBHOOK_MANAGE)
    return [{"event": name, "tags": list(tags)} for name, tags in events().items()]


@router.post("", status_code=201)
def add(request: Request, who: Sender, asked: NewWebhook, response: Response) -> Json:
    """Subscribe an address. The secret is in the answer, and nowhere afterwards."""
    services = services_of(request)
    with writing(request, who) as scope:
        loopback = services.settings.webhook_loopback
        made, secret = hooks.add_webhook(scope, services.seal, asked.url, asked.events, asked.note, loopback=loopback)
        shown = _one(scope, made)
    response.headers["Location"] = f"/api/v1/webhooks/{quote(made)}"
    told_once(response)
    return {**shown, "secret": secret}


@router.get("/{webhook_id}")
def webhook(request: Request, who: Who, webhook_id: str, response: Response) -> Json:
    """One webhook; the ETag is its mark."""
    with reading(request, who) as scope:
        marked(response, hooks.webhook(scope, webhook_id))
        return _one(scope, webhook_id)


@router.patch("/{webhook_id}")
def change(request: Request, who: Sender, webhook_id: str, asked: ChangedWebhook, if_match: IfMatch = None) -> Json:
    """Change it, turn it off or on; `If-Match` holds the mark that was seen."""
    with writing(request, who) as scope:
        expect(hooks.webhook(scope, webhook_id), if_match, "the webhook")
        loopback = services_of(request).settings.webhook_loopback
        hooks.change_webhook(scope, webhook_id, **asked.model_dump(exclude_none=True), loopback=loopback)
        return _one(scope, webhook_id)


@router.delete("/{webhook_id}", status_code=204)
def remove(request: Request, who: Sender, webhook_id: str, if_match: IfMatch = None) -> None:
    """Take it away, with its log."""
    with writing(request, who) as scope:
        expect(hooks.webhook(scope, webhook_id), if_match, "the webhook")
        hooks.remove_webhook(scope, webhook_id)


@router.post("/{webhook_id}/secret")
def renew(request: Request, who: Sender, webhook_id: str, response: Response) -> Json:
    """A new secret, told once; the old one signs too for 24 hours."""
    with writing(request, who) as scope:
        secret = hooks.renew_secret(scope, services_of(request).seal, webhook_id)
        shown = _one(scope, webhook_id)
    told_once(response)
    return {**shown, "secret": secret}


@router.post("/{webhook_id}/test", status_code=202)
def ping(request: Request, who: Sender, webhook_id: str) -> Json:
    """Send a test event with the next round; its id."""
    with writing(request, who) as scope:
        return {"id": hooks.ping(scope, webhook_id)}


@router.get("/{webhook_id}/deliveries")
def deliveries(request: Request, who: Who, webhook_id: str) -> list[Json]:
    """The newest fifty events with their tries."""
    with reading(request, who) as scope:
        return [dict(as_json(one)) for one in hooks.log(scope, webhook_id)]


@router.post("/deliveries/{delivery_id}/replay", status_code=202)
def replay(request: Request, who: Sender, delivery_id: str) -> Json:
    """Send an event again, as it was."""
    with writing(request, who) as scope:
        hooks.replay(scope, delivery_id)
    return {"id": delivery_id}


def _one(scope: Scope, webhook_id: str) -> Json:
    return next(_listed(one) for one in hooks.webhooks(scope) if one.id == webhook_id)


def _listed(one: hooks.Listed) -> Json:
    return dict(as_json(one))

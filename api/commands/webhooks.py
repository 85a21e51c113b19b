"""`tickmark webhook`: what the firm's events are told to, made, tried and looked into. Delivers nothing (api/hooks.py)."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from typing import Any

from api.commands import scopes
from api.commands.result import Arguments, Progress, Result
from api.wiring import Services
from workspace.billing.amounts import as_json
from workspace.platform import hooks
from workspace.scope import Scope


def listing(services: Services, arguments: Arguments, progress: Progress) -> Result:
    """`as`: whose eyes."""
    with _reading(services, arguments["as"]) as scope:
        found = hooks.webhooks(scope)
    lines = [
        f"{one.id}  {one.state:<6} {one.url}  {', '.join(one.events)}"
        + (f"  {one.waiting} waiting" if one.waiting else "")
        + (f"\n     {one.why}" if one.why else "")
        for one in found
    ]
    data: Any = as_json(found)
    return Result(
        data, "\n".join(lines) or "There is no webhook yet: `tickmark webhook create URL --event invoice.* --as …`."
    )


def create(services: Services, arguments: Arguments, progress: Progress) -> Result:
    """`url`, `events`, `note`; `as`: who makes it, and whose eyes it has. The secret is in the result, and nowhere afterwards."""
    with _writing(services, arguments["as"]) as scope:
        loopback = services.settings.webhook_loopback
        url, events, note = arguments["url"], list(arguments["events"]), arguments.get("note") or ""
        made, secret = hooks.add_webhook(scope, services.seal, url, events, note, loopback=loopback)
    text = f"{made}\n{secret}\n\nKeep the secret now, it is not shown again. What it signs: docs/platform.md."
    return Result({"id": made, "secret": secret}, text)


def test(services: Services, arguments: Arguments, progress: Progress) -> Result:
    """`webhook`: its id; `as`."""
    with _writing(services, arguments["as"]) as scope:
        sent = hooks.ping(scope, arguments["webhook"])
    return Result(
        {"id": sent}, f"The test {sent} goes out within seconds where `tickmark serve` runs; its log says how it went."
    )


def log(services: Services, arguments: Arguments, progress: Progress) -> Result:
    """`webhook`: its id; `limit`: events; `as`."""
    with _reading(services, arguments["as"]) as scope:
        found = hooks.log(scope, arguments["webhook"], int(arguments.get("limit", 50)))
    lines: list[str] = []
    for one in found:
        lines.append(f"{one.created_at:%Y-%m-%d %H:%M}  {one.state:<8} {one.event}  {one.id}")
        lines += [
            f"     {tried.at:%H:%M:%S}  {tried.status or 'no answer'}, {tried.milliseconds} ms"
            + (f"  {tried.error}" if tried.error else "")
            for tried in one.tries
        ]
    data: Any = as_json(found)
    return Result(data, "\n".join(lines) or "Nothing was sent to it yet.")


def remove(services: Services, arguments: Arguments, progress: Progress) -> Result:
    """`webhook`: its id; `as`."""
    with _writing(services, arguments["as"]) as scope:
        hooks.remove_webhook(scope, arguments["webhook"])
    return Result({"id": arguments["webhook"]}, f"{arguments['webhook']} is gone, with its log.")


@contextmanager
def _reading(services: Services, email: str) -> Iterator[Scope]:
    """By the real clock, as deliveries go by it, whatever day is pinned."""
    with scopes.reading(services, "webhook", email) as scope:
        yield replace(scope, now=services.clock.real_now())


@contextmanager
def _writing(services: Services, email: str) -> Iterator[Scope]:
    with scopes.writing(services, "webhook", email) as scope:
        yield replace(scope, now=services.clock.real_now())

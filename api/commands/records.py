"""The records of the clients as plain values, for programs: who they are, their work, requests and invoices. Reads only."""

from dataclasses import asdict
from typing import Any

from api.commands.result import Arguments, Progress, Result
from api.commands.scopes import reading
from api.wiring import Services
from workspace.money_sight import as_seen
from workspace.pages.clients import clients_list
from workspace.snapshot import take_snapshot

_SHOWN = ("contacts", "engagements", "tasks", "requests", "invoices", "notes")


def run(services: Services, arguments: Arguments, progress: Progress) -> Result:
    """`client`: its ref, else all that the asker may see; `as`: who asks, else the operator."""
    ref = arguments.get("client")
    with reading(services, "records", arguments.get("as")) as scope:
        if not ref:
            lines = clients_list(scope)
            data: Any = [
                {"client_ref": one.ref, "name": one.name, "entity_type": one.entity_type, "status": one.status}
                for one in lines
            ]
            return Result(data, "\n".join(f"{one['client_ref']}  {one['name']}" for one in data) or "No client.")
        snapshot = as_seen(scope, take_snapshot(scope, ref))
        found = {name: [asdict(one) for one in getattr(snapshot, name)] for name in _SHOWN}
    return Result({"client": asdict(snapshot.client), **found}, f"{ref}  {snapshot.client.name}")

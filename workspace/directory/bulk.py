"""One change to many clients, with one undo: partner, manager, group, status, tags. All of it happens, or none."""

from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy import select

from store.errors import Conflict, Invalid, NotFound
from store.tables import Client
from workspace.directory.entity import set_fields
from workspace.directory.lifecycle import step
from workspace.directory.tags import add_tag, drop_tag
from workspace.directory.words import given
from workspace.scope import Right, Scope
from workspace.undo import undoable

MOST = 1_000
SETTABLE = ("partner", "manager", "group", "status", "reason", "add_tag", "drop_tag")
EMPTY = "–"
"""Written for partner, manager or group it takes them away; a field left empty changes nothing."""


def change_many(scope: Scope, refs: Sequence[str], values: Mapping[str, Any]) -> tuple[int, str]:
    """Change these clients: (how many, the act). Empty values are left alone. Raises NotFound when one is outside the scope, Forbidden,
    Invalid, and Conflict, naming them, where some cannot move to the status."""
    scope.require(Right.CLIENT_WRITE)
    given(values, dict.fromkeys(SETTABLE))
    wanted = {name: value for name, value in values.items() if value not in (None, "")}
    asked = list(dict.fromkeys(refs))
    if not asked or not set(wanted) - {"reason"}:
        raise Invalid("tick the clients and say what to change")
    if len(asked) > MOST:
        raise Invalid(f"at most {MOST} clients at once")
    clients = _clients(scope, asked)
    fields: dict[str, Any] = {
        n: "" if wanted[n] == EMPTY else wanted[n] for n in ("partner", "manager", "group") if n in wanted
    }
    stuck: list[str] = []
    with undoable(scope, f"{len(clients)} clients changed: {', '.join(n for n in wanted if n != 'reason')}") as act:
        for client in clients:
            if fields:
                set_fields(scope, client, fields)
            if "add_tag" in wanted:
                add_tag(scope, client, wanted["add_tag"])
            if "drop_tag" in wanted:
                drop_tag(scope, client, wanted["drop_tag"])
            if "status" in wanted and client.status != wanted["status"]:
                try:
                    step(scope, client, wanted["status"], wanted.get("reason", ""))
                except Conflict:
                    stuck.append(f"{client.name} ({client.status})")
        if stuck:
            named = ", ".join(stuck[:5]) + (f" and {len(stuck) - 5} more" if len(stuck) > 5 else "")
            raise Conflict(f"nothing was changed: these cannot become {wanted['status']} from where they are: {named}")
    return len(clients), act.id


def _clients(scope: Scope, refs: Sequence[str]) -> list[Client]:
    found: dict[str, Client] = {}
    for first in range(0, len(refs), 500):
        query = select(Client).where(Client.ref.in_(refs[first : first + 500]), Client.id.in_(scope.clients()))
        found.update((client.ref, client) for client in scope.session.scalars(query))
    missing = [ref for ref in refs if ref not in found]
    if missing:
        raise NotFound(f"there is no client {missing[0]}")
    return [found[ref] for ref in refs]

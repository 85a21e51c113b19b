"""`tickmark source`: ways in for mail and exports, added, listed, read now, paused, removed. No secret is shown."""

from typing import Any

from api.commands.result import Arguments, Progress, Result
from api.commands.scopes import reading, writing
from api.mailbox import try_mailbox
from api.sources import sync
from api.wiring import Services
from workspace import sources
from workspace.billing.amounts import as_json

NAME = "source"
_GIVEN = (
    "kind", "name", "address", "host", "port", "user", "security", "method", "secret", "place", "folders", "every",
)  # fmt: skip


def add(services: Services, arguments: Arguments, progress: Progress) -> Result:
    """What `NewSource` holds; `test`: sign in first; `as`."""
    asked = sources.NewSource(**{name: arguments[name] for name in _GIVEN if arguments.get(name) is not None})
    now = services.clock.real_now()
    if arguments.get("test") and asked.kind == "imap":
        folders = try_mailbox(services, sources.access(asked))
        progress(f"signed in; folders: {', '.join(folders)}", 0, 0)
    with writing(services, NAME, arguments.get("as")) as scope:
        made = sources.add(scope, services.seal, asked, now)
    one = next(one for one in _all(services, arguments) if one["id"] == made)
    shown = f": forward mail to {one['address']}" if one["kind"] == "smtp" else ""
    return Result(one, f"{one['name']} is a source now{shown}")


def listing(services: Services, arguments: Arguments, progress: Progress) -> Result:
    """`as`."""
    found = _all(services, arguments)
    return Result(
        found, "\n".join(_line(one) for one in found) or "There are no sources; add one with `tickmark source add`."
    )


def read(services: Services, arguments: Arguments, progress: Progress) -> Result:
    """`source`: the id or name; `as`."""
    with writing(services, NAME, arguments.get("as")) as scope:
        row = sources.ask(scope, str(arguments["source"]), services.clock.real_now())
        source_id, name = row.id, row.name
    taken, passed, turns = 0, 0, 0
    while True:
        turn = sync(services, source_id, progress)
        taken, passed, turns = taken + turn.taken, passed + turn.passed, turns + 1
        progress(f"messages of {name}", taken, 0)
        if not turn.more:
            break
    return Result(
        {"source": source_id, "name": name, "taken": taken, "passed": passed},
        f"{name}: {taken:,} new, {passed:,} of nobody the firm knows",
    )


def change(services: Services, arguments: Arguments, progress: Progress) -> Result:
    """`source`; `state`, `every`, `secret`; `as`."""
    with writing(services, NAME, arguments.get("as")) as scope:
        row = sources.source(scope, str(arguments["source"]))
        given = {name: arguments[name] for name in ("state", "every", "secret") if arguments.get(name) is not None}
        row = sources.change(scope, services.seal, row.id, services.clock.real_now(), **given)
        told = {"source": row.id, "name": row.name, "state": row.state, "every": row.every}
    return Result(told, f"{told['name']} is {told['state']}, read every {told['every']} minutes")


def remove(services: Services, arguments: Arguments, progress: Progress) -> Result:
    """`source`; `as`."""
    with writing(services, NAME, arguments.get("as")) as scope:
        name = sources.remove(scope, str(arguments["source"]))
    return Result({"removed": name}, f"{name} is no source any more; what it brought stays")


def _all(services: Services, arguments: Arguments) -> list[dict[str, Any]]:
    with reading(services, NAME, arguments.get("as")) as scope:
        return [dict(as_json(one)) for one in sources.listed(scope, services.seal, services.clock.real_now())]


def _line(one: dict[str, Any]) -> str:
    how = one["stale"] or one["error"] or (f"read {one['ok_at'][:16]}" if one["ok_at"] else "not read yet")
    return f"{one['kind']:<7} {one['name']}  {one['state']}  {one['taken']:,} taken, {one['passed']:,} passed by  {how}"

"""`tickmark signals`: what the last scan raised, best first."""

from typing import Any

from api.commands.days import day_of
from api.commands.result import Arguments, Progress, Result
from api.commands.scopes import reading
from api.wiring import Services
from workspace.scans import signals_listing


def run(services: Services, arguments: Arguments, progress: Progress) -> Result:
    """`client`: its ref, else all; `as_of`: the scan of that day, else each client's last; `as`: the person who asks."""
    with reading(services, "signals", arguments.get("as")) as scope:
        found = signals_listing(scope, arguments.get("client"), day_of(arguments))
    return Result(found, _text(found))


def _text(found: list[dict[str, Any]]) -> str:
    if not found:
        return "Nothing is raised."
    refs = max(len("client"), *(len(one["client_ref"]) for one in found))
    head = f"{'score':>6}  class  {'due':<10}  {'client':<{refs}}  headline"
    return "\n".join([head, *(_line(one, refs) for one in found)])


def _line(one: dict[str, Any], refs: int) -> str:
    state = "" if one["state"] == "open" else f"  ({one['state']})"
    due = one["due"] or "–"
    return f"{one['score']:>6.2f}  {one['class']:<5}  {due:<10}  {one['client_ref']:<{refs}}  {one['headline']}{state}"

"""`tickmark signals`: what the last scan raised, best first. And `tickmark decide`: what a person says about one of them."""

from typing import Any

from api.commands.days import day_of
from api.commands.result import Arguments, Progress, Result
from api.commands.scopes import reading, writing
from api.wiring import Services
from workspace.awaited import Event
from workspace.decisions import decide_signal
from workspace.scans import signals_listing


def run(services: Services, arguments: Arguments, progress: Progress) -> Result:
    """`client`: its ref, else all; `as_of`: the scan of that day, else each client's last; `as`: the person who asks."""
    with reading(services, "signals", arguments.get("as")) as scope:
        found = signals_listing(scope, arguments.get("client"), day_of(arguments))
    return Result(found, _text(found))


def decide(services: Services, arguments: Arguments, progress: Progress) -> Result:
    """`key`, `decision` (dismiss, snooze, acknowledge, pin, delegate, reopen), `as`: who decides; `reason`, `until`: a day, `to`: whose it
    becomes, `event` with `kind` and `words`: what a snooze waits for."""
    key, kind, words = arguments["key"], arguments.get("kind") or "", arguments.get("words") or ""
    named = arguments.get("event") or ("document" if kind or words else "")
    event = Event(named, kind, words) if named else None
    with writing(services, "decide", arguments["as"]) as scope:
        state = decide_signal(
            scope,
            key,
            arguments["decision"],
            arguments.get("reason") or "",
            day_of(arguments, "until"),
            arguments.get("to"),
            event,
        )
    return Result({"key": key, "state": state}, f"{key} is {state}.")


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

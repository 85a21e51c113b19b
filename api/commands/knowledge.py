"""`tickmark knowledge`: what people know of a client, and what mail and notes propose."""

from datetime import date
from typing import Any

from api.commands.days import day_of
from api.commands.result import Arguments, Progress, Result
from api.commands.scopes import reading, writing
from api.wiring import Services
from workspace.deadlines import in_words
from workspace.knowledge import Entry, accept, add, as_json, end, knowledge_of

_STATES = {"accepted": "Known", "proposed": "Proposed", "ended": "Ended", "set-aside": "Set aside"}


def listing(services: Services, arguments: Arguments, progress: Progress) -> Result:
    """`client`: its ref; `all`: also what was ended or set aside; `as`: the person who asks."""
    with reading(services, "knowledge", arguments.get("as")) as scope:
        found = knowledge_of(scope, arguments["client"], all_states=bool(arguments.get("all")))
    return Result(
        [as_json(one) for one in found], _text(found) or "Nothing is known of this client beyond its records."
    )


def take(services: Services, arguments: Arguments, progress: Progress) -> Result:
    """`id`, `as`: who accepts it; `until`: the day it ends by itself."""
    until: date | None = day_of(arguments, "until")
    with writing(services, "knowledge", arguments["as"]) as scope:
        done = accept(scope, arguments["id"], valid_to=until)
    return _done(done, f"Accepted: {done.text}")


def finish(services: Services, arguments: Arguments, progress: Progress) -> Result:
    """`id`, `as`: who ends it, or sets the proposal aside."""
    with writing(services, "knowledge", arguments["as"]) as scope:
        done = end(scope, arguments["id"])
    return _done(done, f"{'Set aside' if done.state == 'set-aside' else 'Ended'}: {done.text}")


def write(services: Services, arguments: Arguments, progress: Progress) -> Result:
    """`client`, `text`, `as`: who knows it; `topic`, `until`."""
    until: date | None = day_of(arguments, "until")
    with writing(services, "knowledge", arguments["as"]) as scope:
        done = add(
            scope, arguments["client"], arguments["text"], topic=arguments.get("topic") or "other", valid_to=until
        )
    return _done(done, f"Written down: {done.text}")


def _done(entry: Entry, said: str) -> Result:
    data: dict[str, Any] = as_json(entry)
    return Result(data, f"{said} ({entry.id})")


def _text(found: tuple[Entry, ...]) -> str:
    parts: list[str] = []
    for state, title in _STATES.items():
        lines = [_line(one) for one in found if one.state == state]
        if lines:
            parts.append("\n".join([f"{title}:", *lines]))
    return "\n\n".join(parts)


def _line(one: Entry) -> str:
    until = f", until {in_words(one.valid_to)}" if one.valid_to else ""
    by = f"; accepted by {one.accepted_by}" if one.accepted_by else ""
    return f"  {one.heading}: {one.text}\n    {one.source} of {in_words(one.on)}, {one.by}{by}{until}  [{one.id}]"

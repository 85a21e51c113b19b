"""`tickmark preferences`: how letters are liked, as reviewers' edits show it."""

from datetime import date

from api.commands.result import Arguments, Progress, Result
from api.commands.scopes import reading, writing
from api.wiring import Services
from workspace.deadlines import in_words
from workspace.preferences import Liked, accept, as_json, preferences_of, switch_off

_STATES = {"proposed": "Proposed by edits", "accepted": "Followed by drafts", "off": "Off"}


def listing(services: Services, arguments: Arguments, progress: Progress) -> Result:
    """`client`: its ref, None for all; `as`: the person who asks."""
    with reading(services, "preferences", arguments.get("as")) as scope:
        found = preferences_of(scope, arguments.get("client"))
    return Result([as_json(one) for one in found], _text(found) or "No edit has shown a preference yet.")


def take(services: Services, arguments: Arguments, progress: Progress) -> Result:
    """`id`, `as`: the partner who accepts it; `level`: client, firm or None for as it is proposed."""
    with writing(services, "preferences", arguments["as"]) as scope:
        done = accept(scope, arguments["id"], level=arguments.get("level"))
    whose = "every client" if done.level == "firm" else done.client_ref
    return Result(as_json(done), f"Accepted for {whose}: {done.words} ({done.id})")


def off(services: Services, arguments: Arguments, progress: Progress) -> Result:
    """`id`, `as`: the partner who switches it off."""
    with writing(services, "preferences", arguments["as"]) as scope:
        done = switch_off(scope, arguments["id"])
    return Result(as_json(done), f"Off: {done.words} ({done.id})")


def _text(found: tuple[Liked, ...]) -> str:
    parts: list[str] = []
    for state, title in _STATES.items():
        lines = [_line(one) for one in found if one.state == state]
        if lines:
            parts.append("\n".join([f"{title}:", *lines]))
    return "\n\n".join(parts)


def _line(one: Liked) -> str:
    whose = "the firm" if one.level == "firm" else one.client_ref
    by = f"; {one.decided_by}, {in_words(one.decided_on)}" if one.decided_by and one.decided_on else ""
    lines = [f"  {whose}: {one.words}{by}  [{one.id}]"]
    for source in one.sources:
        shown = f"“{source['before']}” → “{source['after']}”" if source["after"] else f"took out “{source['before']}”"
        when = in_words(date.fromisoformat(source["on"]))
        lines.append(f"    {source['by']} in {source['title']}, version {source['version']}, {when}: {shown}")
    return "\n".join(lines)

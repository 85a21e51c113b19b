"""`tickmark contradictions`: what documents say against the records, and what a person does about it. And `tickmark history`."""

from typing import Any

from api.commands.days import day_of
from api.commands.result import Arguments, Progress, Result
from api.commands.scopes import reading, scope_of, writing
from api.wiring import Services
from workspace.contradictions import Done, accept, ask, in_words, keep
from workspace.raised import Raised
from workspace.record_history import Spell, as_json, believed_on, record_history
from workspace.scans import raised_signals

FOLLOW_UP = "pbc-follow-up"


def listing(services: Services, arguments: Arguments, progress: Progress) -> Result:
    """`client`: its ref, else all; `as`: the person who asks. Those that still have a side to settle."""
    with reading(services, "contradictions", arguments.get("as")) as scope:
        found = [one for one in raised_signals(scope, arguments.get("client")) if one.sides and one.is_open]
    shown = "\n\n".join(map(_text, found)) or "No document contradicts a record."
    return Result([one.as_json() for one in found], shown)


def take(services: Services, arguments: Arguments, progress: Progress) -> Result:
    """`key`, `side` (from 1; needed where there are several), `as`, `note`: the record takes what the document says."""
    with writing(services, "contradictions", arguments["as"]) as scope:
        done = accept(scope, arguments["key"], _place(arguments), arguments.get("note") or "")
    return _done(arguments, done, "The record takes what the document says.")


def stand(services: Services, arguments: Arguments, progress: Progress) -> Result:
    """`key`, `reason`, `as`: the record stands."""
    with writing(services, "contradictions", arguments["as"]) as scope:
        done = keep(scope, arguments["key"], arguments["reason"])
    return _done(arguments, done, "The record stands. It comes back when its evidence changes.")


def question(services: Services, arguments: Arguments, progress: Progress) -> Result:
    """`key`, `side`, `as`: ask the client; the mail is drafted for review and not sent."""
    from agents.draft import draft

    with writing(services, "contradictions", arguments["as"]) as scope:
        done = ask(scope, arguments["key"], _place(arguments))
    made = draft(
        services,
        lambda session: scope_of(services, session, "contradictions", arguments["as"]),
        done.client_ref,
        FOLLOW_UP,
        engagement_ref=done.engagement_ref,
    )
    said = _done(arguments, done, f"Asked under {done.engagement_ref}; the mail {made} waits for review.")
    return Result({**said.data, "deliverable": made}, said.text)


def history(services: Services, arguments: Arguments, progress: Progress) -> Result:
    """`client`; `field`: only that one; `as_of`: what was on record at the end of that day, else every value; `as`."""
    with reading(services, "history", arguments.get("as")) as scope:
        day = day_of(arguments)
        if day is not None:
            found = believed_on(scope, arguments["client"], day, arguments.get("field"))
        else:
            found = record_history(scope, arguments["client"], arguments.get("field"))
    empty = "Nothing was on record then." if day is not None else "Nothing is on record."
    return Result([as_json(one) for one in found], "\n".join(map(_spell, found)) or empty)


def _place(arguments: Arguments) -> int | None:
    side = arguments.get("side")
    return side - 1 if side is not None else None


def _done(arguments: Arguments, done: Done, text: str) -> Result:
    data = {"key": arguments["key"], "client_ref": done.client_ref, "state": done.state}
    return Result({**data, "engagement_ref": done.engagement_ref}, text)


def _text(one: Raised) -> str:
    lines = [f"{one.key}  {one.client_ref}  {one.headline}"]
    for number, side in enumerate(one.sides, 1):
        recorded, stated = (in_words(side["field"], side[name]) or "nothing" for name in ("recorded", "stated"))
        lines.append(f"  {number}  {side['label']}: on record {recorded}; the document says {stated}{_can(side)}")
    return "\n".join(lines)


def _can(side: Any) -> str:
    return "" if side["writes"] else f"  ({side['why_not']})"


def _spell(one: Spell) -> str:
    since = one.since.isoformat() if one.since else "–"
    until = f" until {one.until.isoformat()}" if one.until else ""
    return f"{one.title}, {one.field.replace('_', ' ')}: {one.value or 'nothing'}  (since {since}{until}, {one.by})"

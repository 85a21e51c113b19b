"""`tickmark ingest --loose` and `tickmark loose`: files without a client into the firm's tray, the tray listed, and a person's word."""

from collections.abc import Iterable
from pathlib import Path
from typing import Any

from api.commands.result import Arguments, Progress, Result
from api.commands.scopes import reading, writing
from api.loose import arrivals, below, counted, file_loose, look_into, take_loose
from api.wiring import Services
from workspace.intake.tray import Loose, Outcome, drop_loose, open_loose, tray

_SAID: dict[Outcome, str] = {
    "waiting": "waits in the tray",
    "known": "is in the tray already",
    "filed": "was filed before, the same bytes",
    "dropped": "was set aside before, the same bytes",
    "refused": "was refused",
}


def ingest(services: Services, arguments: Arguments, progress: Progress) -> Result:
    """`paths`: files and folders; `as`: who brings them, else the operator."""
    email = arguments.get("as")
    files = [one for path in arguments["paths"] for one in below(Path(path))]
    done = take_loose(services, email, arrivals(services, files, "upload"), progress)
    look_into(services, progress)
    with reading(services, "ingest", email) as scope:
        shown = {
            one.id: one for one in tray(scope, ("received", "waiting", "refused", "filed", "dropped"), limit=10_000)
        }
    lines = [_line(path, _SAID[outcome], shown.get(identity)) for path, identity, outcome in done]
    data = [
        {"path": path, "id": identity, "outcome": outcome, **_seen(shown.get(identity))}
        for path, identity, outcome in done
    ]
    told = ", ".join(f"{n} {name}" for name, n in sorted(counted(done).items())) or "nothing to take in"
    return Result({"counts": counted(done), "files": data}, "\n".join([f"Loose files: {told}.", *lines]))


def _line(path: str, said: str, seen: Loose | None) -> str:
    if seen is None:
        return f"  {path} {said}"
    where = f" ({seen.filed_to})" if seen.filed_to else f" ({seen.reason})" if seen.reason else ""
    why = f": {seen.finding}" if seen.finding else ""
    return "\n".join([f"  {seen.id[6:14]}  {path} {said}{where}{why}", *_guessed(seen)])


def _guessed(seen: Loose) -> Iterable[str]:
    for one in seen.guesses:
        mark = "→" if one.first else " "
        yield f"          {mark} {one.client_ref} {one.client}, {one.confidence:.0%}: {', '.join(one.reasons)}"


def _seen(seen: Loose | None) -> dict[str, Any]:
    return {} if seen is None else {"offered": seen.offered, "guesses": guesses_json(seen), "finding": seen.finding}


def guesses_json(seen: Loose) -> list[dict[str, Any]]:
    """The guesses as JSON, the likeliest first."""
    return [
        {
            "client_ref": g.client_ref,
            "client": g.client,
            "confidence": g.confidence,
            "reasons": list(g.reasons),
            "offered": g.first,
        }
        for g in seen.guesses
    ]


def loose_json(seen: Loose) -> dict[str, Any]:
    """A file of the tray as JSON."""
    names = (
        "id",
        "name",
        "path",
        "size",
        "kind",
        "source",
        "state",
        "brought_by",
        "finding",
        "reason",
        "filed_to",
        "times",
    )
    return {
        **{name: getattr(seen, name) for name in names},
        "received_at": seen.received_at.isoformat(),
        "offered": seen.offered,
        "guesses": guesses_json(seen),
    }


def listing(services: Services, arguments: Arguments, progress: Progress) -> Result:
    """`as`: whose eyes; `all`: also what was filed and set aside."""
    states = ("received", "waiting", "refused", *(("filed", "dropped") if arguments.get("all") else ()))
    with reading(services, "loose", arguments.get("as")) as scope:
        found = tray(scope, states, limit=10_000)
    lines = [_line(one.path, _state(one), one) for one in found]
    text = "\n".join(lines) or "No loose file waits."
    return Result([loose_json(one) for one in found], text)


def _state(one: Loose) -> str:
    words = {
        "received": "was not looked into yet",
        "dropped": "was set aside",
        "filed": "was filed",
        "refused": "was refused",
    }
    if one.state == "waiting":
        return (
            "waits"
            if one.offered
            else "waits; none of the clients is named in it or in its path"
            if not one.guesses
            else "waits; not sure whose"
        )
    return words[one.state]


def file(services: Services, arguments: Arguments, progress: Progress) -> Result:
    """`id`: or its beginning; `client`: its ref; `as`: who says so."""
    identity = _id(arguments["id"])
    place, document = file_loose(services, arguments["as"], identity, arguments["client"], progress)
    data = {"id": identity, "client_ref": arguments["client"], "document": document, "path": place}
    return Result(data, f"Filed to {arguments['client']} as {place}.")


def drop(services: Services, arguments: Arguments, progress: Progress) -> Result:
    """`id`: or its beginning; `reason`; `as`: who says so."""
    with writing(services, "loose", arguments["as"]) as scope:
        found = open_loose(scope, _id(arguments["id"]))
        drop_loose(scope, found.id, arguments["reason"])
    return Result({"id": found.id, "state": "dropped"}, f"{found.name} is set aside; the bytes are kept.")


def _id(given: str) -> str:
    """The listing leaves out what all ids begin with."""
    return given if given.startswith("loose_") else f"loose_{given}" if given else ""

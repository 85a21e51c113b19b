"""`tickmark versions`: which documents are versions of one, and a person's word against a link."""

from dataclasses import asdict

from api.commands.result import Arguments, Progress, Result
from api.commands.scopes import reading, writing
from api.intake import index_new
from api.wiring import Services
from workspace.intake.versions import Link, links, undo_link


def listing(services: Services, arguments: Arguments, progress: Progress) -> Result:
    """`client`: only this one's; `as`: whose eyes."""
    with reading(services, "versions", arguments.get("as")) as scope:
        found = links(scope, arguments.get("client"))
    lines = [line for one in found for line in _lines(one)]
    return Result([asdict(one) for one in found], "\n".join(lines) or "No document is a version of another.")


def _lines(one: Link) -> list[str]:
    state = "" if one.state == "linked" else "  (taken apart by a person)"
    return [f"{one.client_ref}  {one.id[3:11]}  {one.later}{state}", f"      after {one.earlier}: {one.rule}"]


def undo(services: Services, arguments: Arguments, progress: Progress) -> Result:
    """`id`: of the link, or its beginning; `as`: who says so."""
    given = arguments["id"]
    with writing(services, "versions", arguments["as"]) as scope:
        full = [one.id for one in links(scope) if one.id.startswith((given, f"vl_{given}"))]
        client_id = undo_link(scope, full[0] if len(full) == 1 else given)
    index_new(services, progress, [client_id])
    return Result({"id": full[0], "state": "undone"}, "Taken apart. Both are documents of their own, and stay so.")

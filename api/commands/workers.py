"""`tickmark workers`, `tickmark worker drain` and `stay`: who works on clients beside whom, and how one is ended in good order."""

from dataclasses import asdict

from api.commands.result import Arguments, Progress, Result
from api.commands.scopes import reading, writing
from api.wiring import Services
from store.lock import is_owned, read_owner
from workspace.workers import Standing, drain, standings, stay


def listing(services: Services, arguments: Arguments, progress: Progress) -> Result:
    """Every worker on the list, those that live first."""
    with reading(services, "workers", arguments.get("as")) as scope:
        found = standings(scope)
    text = "\n".join(_line(one) for one in found) or _alone(services)
    return Result([asdict(one) for one in found], text)


def let_go(services: Services, arguments: Arguments, progress: Progress) -> Result:
    """Tell one to take no more and end."""
    name = str(arguments["id"])
    with writing(services, "worker-drain", arguments.get("as")) as scope:
        drain(scope, name)
    return Result(
        {"id": name, "state": "draining"}, f"{name} takes no more clients and ends when those in hand are done"
    )


def keep(services: Services, arguments: Arguments, progress: Progress) -> Result:
    """Take back that one shall end, as long as it has not heard of it."""
    name = str(arguments["id"])
    with writing(services, "worker-stay", arguments.get("as")) as scope:
        stay(scope, name)
    return Result({"id": name, "state": "working"}, f"{name} goes on")


def _line(one: Standing) -> str:
    told = f"{one.state:<9} {one.id}  {one.kind}, {one.program}"
    if one.state == "gone":
        return f"{told}, last heard of {age(one.heard)} ago"
    return (
        f"{told}, up {age(one.up)}, heard of {one.heard} s ago, {one.in_hand} in hand{', leads' if one.leads else ''}"
    )


def age(seconds: int) -> str:
    """How long, in words: `40 seconds`, `3 hours`."""
    for name, size in (("days", 172_800), ("hours", 7_200), ("minutes", 120)):
        if seconds >= size:
            return f"{seconds // (size // 2)} {name}"
    return f"{seconds} seconds"


def _alone(services: Services) -> str:
    if not services.database.url.startswith("sqlite"):
        return "No worker is on the list; `tickmark serve` or `tickmark worker` begins"
    owner = read_owner(services.home).get("purpose") if is_owned(services.home) else None
    works = f"`tickmark {owner}` has the home" if owner else "nobody has the home now"
    return f"One process works on a home with SQLite: {works}. Several need PostgreSQL (TICKMARK_DATABASE_URL)."

"""`tickmark key`: which keys seal what, and turning to a new one. Shows no key."""

from typing import Any

from api.commands.result import Arguments, Progress, Result
from api.commands.scopes import reading, writing
from api.wiring import Services
from store.resealing import AT_ONCE
from workspace import seals


def show(services: Services, arguments: Arguments, progress: Progress) -> Result:
    """Every key: id, where from, its age, how much it seals. Fails when something is sealed with a key that is not here."""
    today = services.clock.real_now().date()
    with reading(services, "key", arguments.get("as")) as scope:
        keys = seals.standing(scope, services.seal)
    rows = [
        {
            "key": one.id,
            "state": one.state,
            "from": one.source,
            "since": one.since.isoformat() if one.since else None,
            "age_days": (today - one.since).days if one.since else None,
            "retired": one.retired.isoformat() if one.retired else None,
            "sealed": one.sealed,
        }
        for one in keys
    ]
    lost = any(one.state == "lost" for one in keys)
    return Result(rows, "\n".join(map(_line, rows)) or "There is no key yet: nothing was sealed.", failed=lost)


def _line(row: dict[str, Any]) -> str:
    age = "" if row["age_days"] is None else f", {row['age_days']} days old"
    return f"{row['key']:<14}{row['state']:<9}{row['sealed']:>7} sealed{age}  ({row['from']})"


def rotate(services: Services, arguments: Arguments, progress: Progress) -> Result:
    """A new key, everything sealed again under it, the old ones retired. One that was interrupted goes on where it ended."""
    on, asker, seal = services.clock.real_now().date(), arguments.get("as"), services.seal
    with writing(services, "key", asker) as scope:
        key = seals.begin_turn(scope, seal, on)
    with reading(services, "key", asker) as scope:
        work = seals.behind(scope, seal)
    total, done, changed = sum(len(rows) for _, rows in work), 0, 0
    for place, rows in work:
        for first in range(0, len(rows), AT_ONCE):
            some = rows[first : first + AT_ONCE]
            with writing(services, "key", asker) as scope:
                changed += seals.seal_again(scope, seal, place, some)
            done += len(some)
            progress("seals again", done, total)
    with writing(services, "key", asker) as scope:
        retired = seals.end_turn(scope, seal, changed, on)
    told = f"The key {key.id} seals everything: {changed} values were sealed again"
    told += f"; retired: {', '.join(retired)}." if retired else "."
    told += " Keep a copy of the key away from this machine: without it, what is sealed is lost."
    return Result({"key": key.id, "sealed_again": changed, "retired": retired}, told)

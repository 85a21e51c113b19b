"""`tickmark person`, `role`, `team`, `wall` and `glass`: who works here, and who may see what."""

from typing import Any

from api.commands.result import Arguments, Progress, Result
from api.commands.scopes import reading, writing
from api.wiring import Services
from workspace.billing.amounts import as_json
from workspace.people import glass, roles, staff, teams, walls
from workspace.people.owned import Owned


def people(services: Services, arguments: Arguments, progress: Progress) -> Result:
    """`as`: everybody of the firm."""
    with reading(services, "person", arguments.get("as")) as scope:
        found = staff.people(scope)
    lines = [
        f"{one.name:<28} {one.role:<16} {one.email}{'' if one.active else '  (works here no longer)'}" for one in found
    ]
    return Result(as_json(found), "\n".join(lines) or "Nobody works here yet.")


def add(services: Services, arguments: Arguments, progress: Progress) -> Result:
    """`email`, `name`, `role`; `hours` a week; `as`."""
    with writing(services, "person", arguments.get("as")) as scope:
        made = staff.add(scope, arguments["email"], arguments["name"], arguments["role"], arguments.get("hours") or "")
    return Result(as_json(made), f"{made.name} is there, {made.role_name}. Set a password or invite her to sign in.")


def set_role(services: Services, arguments: Arguments, progress: Progress) -> Result:
    """`email`, `role`; `as`."""
    with writing(services, "person", arguments.get("as")) as scope:
        made = staff.set_role(scope, arguments["email"], arguments["role"])
    return Result(as_json(made), f"{made.name} is {made.role_name} from the next request on.")


def deactivate(services: Services, arguments: Arguments, progress: Progress) -> Result:
    """`email`; `as`. What is to be handed over is in the result."""
    with writing(services, "person", arguments.get("as")) as scope:
        owned = staff.deactivate(scope, arguments["email"])
    text = f"{arguments['email']} works here no longer; every session and token ended."
    return Result(as_json(owned), "\n".join([text, *_told(owned)]))


def reactivate(services: Services, arguments: Arguments, progress: Progress) -> Result:
    """`email`; `as`."""
    with writing(services, "person", arguments.get("as")) as scope:
        made = staff.reactivate(scope, arguments["email"])
    return Result(as_json(made), f"{made.name} works here again, {made.role_name}.")


def all_roles(services: Services, arguments: Arguments, progress: Progress) -> Result:
    """`as`: the matrix of rights and roles."""
    with reading(services, "person", arguments.get("as")) as scope:
        found = roles.roles(scope)
    lines, data = [], []
    for one in found:
        rights = sorted(right.value for right in one.rights)
        data.append({"slug": one.slug, "name": one.name, "base": one.base, "people": one.people, "rights": rights})
        lines.append(f"{one.name} ({'over ' + one.base if one.own else 'the product’s'}, {one.people} people)")
        lines.append(f"  {' '.join(rights)}")
    return Result(data, "\n".join(lines))


def team(services: Services, arguments: Arguments, progress: Progress) -> Result:
    """`client`; `as`: who sees it and why."""
    with reading(services, "team", arguments.get("as")) as scope:
        found = teams.team_of(scope, arguments["client"])
    return Result(as_json(found), "\n".join(f"{one.name:<28} {one.why:<8} {one.email}" for one in found))


def join(services: Services, arguments: Arguments, progress: Progress) -> Result:
    """`client`, `email`, `as`."""
    with writing(services, "team", arguments["as"]) as scope:
        act = teams.add_member(scope, arguments["client"], arguments["email"])
    return Result({"act": act}, f"{arguments['email']} is in the team of {arguments['client']}.")


def leave(services: Services, arguments: Arguments, progress: Progress) -> Result:
    """`client`, `email`, `as`."""
    with writing(services, "team", arguments["as"]) as scope:
        act = teams.remove_member(scope, arguments["client"], arguments["email"])
    return Result({"act": act}, f"{arguments['email']} is out of the team of {arguments['client']}.")


def all_walls(services: Services, arguments: Arguments, progress: Progress) -> Result:
    """`as`: the walls that stand and stood."""
    with reading(services, "wall", arguments["as"]) as scope:
        standing, lifted = walls.walls(scope)
    data = {"standing": as_json(standing), "lifted": as_json(lifted)}
    lines = [f"{one.id}  {one.email}  {one.ref} {one.client}  {one.set_on}  {one.reason}" for one in standing]
    lines += [f"{one.id}  {one.email}  {one.ref} {one.client}  lifted {one.ended_at}: {one.why}" for one in lifted]
    return Result(data, "\n".join(lines) or "No wall stands.")


def put_up(services: Services, arguments: Arguments, progress: Progress) -> Result:
    """`email`, `clients`: refs, `group`, `matter`, `reason`, `as`. What is to be handed over is in the result."""
    given = {"group": arguments.get("group") or "", "matter": arguments.get("matter") or ""}
    with writing(services, "wall", arguments["as"]) as scope:
        made = walls.put_up(scope, arguments["email"], arguments["reason"], arguments.get("clients") or (), **given)
    lines = [f"{one.id}  {one.person} and {one.client} ({one.ref})" for one in made.walls]
    return Result(as_json(made), "\n".join([*lines, *_told(made.owned)]))


def lift(services: Services, arguments: Arguments, progress: Progress) -> Result:
    """`wall`: its id, `reason`, `as`."""
    with writing(services, "wall", arguments["as"]) as scope:
        ended = walls.lift(scope, arguments["wall"], arguments["reason"])
    return Result(as_json(ended), f"The wall between {ended.person} and {ended.client} is lifted.")


def broken(services: Services, arguments: Arguments, progress: Progress) -> Result:
    """`as`: what was opened from outside its team."""
    with reading(services, "glass", arguments["as"]) as scope:
        found = glass.broken(scope)
    lines = [
        f"{one.id}  {one.email}  {one.ref}  {'open until' if one.is_open else 'ended'} {one.ended_at or one.until}  "
        f"{one.reads} reads  {one.reason}"
        for one in found
    ]
    return Result(as_json(found), "\n".join(lines) or "Nothing was opened.")


def break_glass(services: Services, arguments: Arguments, progress: Progress) -> Result:
    """`client`, `reason`, `as`."""
    with writing(services, "glass", arguments["as"]) as scope:
        made = glass.open_glass(scope, arguments["client"], arguments["reason"])
    return Result(
        as_json(made), f"{made.ref} {made.client} is open until {made.until}. Its partner sees that you opened it."
    )


def close(services: Services, arguments: Arguments, progress: Progress) -> Result:
    """`glass`: its id, `as`."""
    with writing(services, "glass", arguments["as"]) as scope:
        made = glass.close_glass(scope, arguments["glass"])
    return Result(as_json(made), f"{made.ref} is closed.")


def _told(owned: Any) -> list[str]:
    """What is to be handed over, a line each."""
    if not owned:
        return ["Nothing is to be handed over."]
    some: list[Owned] = list(owned)
    return ["To hand over:", *(f"  {one.kind}: {one.title}{f', {one.client}' if one.client else ''}" for one in some)]

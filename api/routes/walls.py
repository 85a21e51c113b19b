"""Who sees a client, who never does, and who opened it from outside: teams, walls and broken glass in the browser."""

from typing import Annotated, Any
from urllib.parse import quote

from fastapi import APIRouter, Form, Request, Response

from api.pages import page
from api.said import redirect, sentence
from api.security import Asker, Sender, Who, reading, writing
from store.errors import Conflict, Forbidden, Invalid, NotFound
from workspace.pages.head import client_head, waiting
from workspace.people import glass, teams, walls
from workspace.people.owned import Owned
from workspace.scope import Right

router = APIRouter(include_in_schema=False)
Text = Annotated[str, Form(max_length=1000)]
Refused = Conflict | Forbidden | Invalid | NotFound
REFUSED = (Conflict, Forbidden, Invalid, NotFound)


@router.get("/clients/{ref}/team")
def team(request: Request, who: Who, ref: str) -> Response:
    return _team(request, who, ref)


def _team(request: Request, who: Asker, ref: str, refused: Refused | None = None) -> Response:
    with reading(request, who) as scope:
        head, found, waits = client_head(scope, ref), teams.team_of(scope, ref), waiting(scope)
        others = teams.may_join(scope, ref) if scope.has(Right.TEAM_SET) else []
    values = {"head": head, "at": "record", "team": found, "others": others}
    return _page(request, "people/team.html", who, refused, waiting=waits, **values)


@router.post("/clients/{ref}/team")
def join(request: Request, who: Sender, ref: str, person: Text) -> Response:
    """Put somebody into the team."""
    try:
        with writing(request, who) as scope:
            act = teams.add_member(scope, ref, person)
    except REFUSED as refused:
        return _team(request, who, ref, refused)
    return redirect(f"/clients/{quote(ref, safe='')}/team", "team-joined", act=act)


@router.post("/clients/{ref}/team/leave")
def leave(request: Request, who: Sender, ref: str, person: Text) -> Response:
    """Take somebody out of the team."""
    try:
        with writing(request, who) as scope:
            act = teams.remove_member(scope, ref, person)
    except REFUSED as refused:
        return _team(request, who, ref, refused)
    return redirect(f"/clients/{quote(ref, safe='')}/team", "team-left", act=act)


@router.get("/walls")
def all_walls(request: Request, who: Who) -> Response:
    return _walls(request, who)


def _walls(
    request: Request,
    who: Asker,
    refused: Refused | None = None,
    given: dict[str, str] | None = None,
    owned: tuple[Owned, ...] | None = None,
) -> Response:
    with reading(request, who) as scope:
        (standing, lifted), people, waits = walls.walls(scope), walls.people(scope), waiting(scope)
        groups = walls.groups(scope)
    values = {"standing": standing, "lifted": lifted, "people": people, "groups": groups, "owned": owned}
    return _page(request, "people/walls.html", who, refused, waiting=waits, given=given or {}, **values)


@router.post("/walls")
def put_up(
    request: Request,
    who: Sender,
    person: Text = "",
    reason: Text = "",
    refs: Text = "",
    group: Text = "",
    matter: Text = "",
) -> Response:
    """Put up walls; the page that answers says what the person has in hand behind them."""
    try:
        with writing(request, who) as scope:
            named = refs.replace(",", " ").split()
            made = walls.put_up(scope, person, reason, named, group=group, matter=matter)
    except REFUSED as refused:
        given = {"person": person, "reason": reason, "refs": refs, "group": group, "matter": matter}
        return _walls(request, who, refused, given)
    if made.owned:
        return _walls(request, who, owned=made.owned)
    return redirect("/walls", "wall-set")


@router.get("/walls/{wall_id}")
def wall(request: Request, who: Who, wall_id: str) -> Response:
    return _wall(request, who, wall_id)


def _wall(request: Request, who: Asker, wall_id: str, refused: Refused | None = None) -> Response:
    with reading(request, who) as scope:
        found, waits = walls.wall(scope, wall_id), waiting(scope)
        owned = walls.owned_behind(scope, wall_id) if found.ended_at is None else []
    return _page(request, "people/wall.html", who, refused, waiting=waits, w=found, owned=owned)


@router.post("/walls/{wall_id}/lift")
def lift(request: Request, who: Sender, wall_id: str, why: Text = "") -> Response:
    """End a wall."""
    try:
        with writing(request, who) as scope:
            walls.lift(scope, wall_id, why)
    except REFUSED as refused:
        return _wall(request, who, wall_id, refused)
    return redirect("/walls", "wall-lifted")


@router.get("/break-glass")
def broken(request: Request, who: Who) -> Response:
    return _broken(request, who)


def _broken(
    request: Request, who: Asker, refused: Refused | None = None, given: dict[str, str] | None = None
) -> Response:
    with reading(request, who) as scope:
        found, waits, hours = glass.broken(scope), waiting(scope), glass.hours_of(scope)
    values = {"found": found, "given": given or {}, "hours": hours}
    return _page(request, "people/glass.html", who, refused, waiting=waits, **values)


@router.post("/break-glass")
def break_glass(request: Request, who: Sender, ref: Text = "", reason: Text = "") -> Response:
    """Open a client for some hours."""
    try:
        with writing(request, who) as scope:
            made = glass.open_glass(scope, ref, reason)
    except REFUSED as refused:
        return _broken(request, who, refused, {"ref": ref, "reason": reason})
    return redirect(f"/clients/{quote(made.ref, safe='')}", "glass-broken")


@router.post("/break-glass/{glass_id}/close")
def close(request: Request, who: Sender, glass_id: str) -> Response:
    """End it now."""
    try:
        with writing(request, who) as scope:
            glass.close_glass(scope, glass_id)
    except REFUSED as refused:
        return _broken(request, who, refused)
    return redirect("/break-glass", "glass-closed")


def _page(request: Request, template: str, who: Asker, refused: Refused | None, **values: Any) -> Response:
    status, problem = (refused.status, sentence(refused)) if refused else (200, None)
    return page(request, template, status=status, who=who, problem=problem, **values)

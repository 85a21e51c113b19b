"""People, roles, teams, walls and broken glass as JSON. Days and moments are ISO, hours and dollars text."""

from datetime import date, datetime
from typing import Annotated, Any
from urllib.parse import quote

from fastapi import APIRouter, Path, Request, Response
from pydantic import BaseModel, ConfigDict, Field

from api.preconditions import IfMatch
from api.security import Sender, Who, reading, writing
from workspace.billing.amounts import as_json
from workspace.people import glass, roles, staff, teams, walls
from workspace.scope import Right

router = APIRouter(prefix="/api/v1", tags=["v1"])
Json = dict[str, Any]
Email = Annotated[str, Path(max_length=200)]
Slug = Annotated[str, Path(max_length=60)]
Ref = Annotated[str, Path(max_length=60)]


class Strict(BaseModel):
    """A body that knows its fields."""

    model_config = ConfigDict(extra="forbid")


class PersonOut(BaseModel):
    """Somebody who works here, or did. `role` is its slug, `base` the product's role under it; rates are dollars an hour, null without
    rates:see. `mark` goes into If-Match."""

    email: str
    name: str
    role: str
    role_name: str
    base: str
    active: bool
    weekly_hours: str | None
    standard_rate: str | None
    cost_rate: str | None
    signs_in: bool
    sessions: int
    clients: int
    mark: str
    me: bool


class OwnedOut(BaseModel):
    """One thing to hand over. `ref` and `client` are null for what is no client's."""

    kind: str
    title: str
    ref: str | None
    client: str | None
    href: str


class NewPerson(Strict):
    """Somebody new. `role` is the slug of a role; `weekly_hours` as 37.5."""

    email: str = Field(max_length=200)
    name: str = Field(max_length=120)
    role: str = Field(max_length=60)
    weekly_hours: str = Field(default="", max_length=12)


class ChangedPerson(Strict):
    """What is to change; what is not sent stays, "" takes the hours away."""

    name: str | None = Field(default=None, max_length=120)
    weekly_hours: str | None = Field(default=None, max_length=12)


class GivenRole(Strict):
    """The slug of a role."""

    role: str = Field(max_length=60)


class RoleOut(BaseModel):
    """A role and its rights. `base` is its own slug for one of the product's; `given` and `taken` are what differs from the base."""

    slug: str
    name: str
    base: str
    rights: list[str]
    given: list[str]
    taken: list[str]
    people: int


class NewRole(Strict):
    """A role of the firm's own: its whole rights, not what differs."""

    name: str = Field(max_length=60)
    base: str = Field(max_length=10)
    rights: list[str] = Field(max_length=100)


class RoleRights(Strict):
    """The whole rights of a role."""

    rights: list[str] = Field(max_length=100)


class MemberOut(BaseModel):
    """Who sees the client. `why`: partner, manager, team, work, admin, or glass (for some hours)."""

    email: str
    name: str
    role: str
    why: str
    since: date | None
    added_by: str


class NewMember(Strict):
    """An address of somebody who works here."""

    email: str = Field(max_length=200)


class WallOut(BaseModel):
    """A wall that stands, or one that was lifted (`ended_at`, `ended_by`, `why`)."""

    id: str
    person: str
    email: str
    ref: str
    client: str
    reason: str
    set_on: date
    set_by: str
    ended_at: datetime | None
    ended_by: str
    why: str


class WallsOut(BaseModel):
    """The walls that stand, and those that were lifted."""

    standing: list[WallOut]
    lifted: list[WallOut]


class NewWall(Strict):
    """Who is kept from what: clients by ref, a group by name, the client of a matter by its ref."""

    email: str = Field(max_length=200)
    reason: str = Field(max_length=1000)
    refs: list[str] = Field(default_factory=list, max_length=200)
    group: str = Field(default="", max_length=120)
    matter: str = Field(default="", max_length=60)


class PutUpOut(BaseModel):
    """The walls that stand now, and what the person has in hand behind them, to be handed over."""

    walls: list[WallOut]
    owned: list[OwnedOut]


class Why(Strict):
    """A reason, in a sentence."""

    why: str = Field(max_length=1000)


class GlassOut(BaseModel):
    """A client opened from outside its team. `client` is "" for somebody who does not see it any more; `reads` are on the trail."""

    id: str
    person: str
    email: str
    ref: str
    client: str
    reason: str
    opened_at: datetime
    until: datetime
    ended_at: datetime | None
    ended_by: str
    reads: int
    mine: bool
    closable: bool
    is_open: bool


class NewGlass(Strict):
    """A client by its exact ref, and why it is opened."""

    ref: str = Field(max_length=60)
    reason: str = Field(max_length=1000)


class Acted(BaseModel):
    """An act that can be undone: POST /api/v1/acts/{act}/undo."""

    act: str


@router.get("/people", response_model=list[PersonOut])
def people(request: Request, who: Who) -> Any:
    """Everybody of the firm, those who work here first."""
    with reading(request, who) as scope:
        return as_json(staff.people(scope))


@router.post("/people", status_code=201, response_model=PersonOut)
def add(request: Request, who: Sender, new: NewPerson, response: Response) -> Any:
    """Somebody new. She signs in once she has a password or an invitation."""
    with writing(request, who) as scope:
        made = staff.add(scope, new.email, new.name, new.role, new.weekly_hours)
    response.headers["Location"] = f"/api/v1/people/{quote(made.email, safe='')}"
    return as_json(made)


@router.get("/people/{email}", response_model=PersonOut)
def person(request: Request, who: Who, email: Email, response: Response) -> Any:
    """One of them."""
    with reading(request, who) as scope:
        found = staff.person_of(scope, email)
    response.headers["ETag"] = f'"{found.mark}"'
    return as_json(found)


@router.patch("/people/{email}", response_model=Acted)
def change(request: Request, who: Sender, email: Email, new: ChangedPerson, if_match: IfMatch = None) -> Any:
    """Name and hours a week."""
    with writing(request, who) as scope:
        mark = (if_match or "").strip('"') or staff.person_of(scope, email).mark
        act = staff.change(scope, email, mark, name=new.name, weekly_hours=new.weekly_hours)
    return {"act": act}


@router.get("/people/{email}/in-hand", response_model=list[OwnedOut])
def in_hand(request: Request, who: Who, email: Email) -> Any:
    """What she has in hand of the clients that the asker sees, to be handed over."""
    with reading(request, who) as scope:
        return as_json(staff.in_hand(scope, email))


@router.post("/people/{email}/role", response_model=PersonOut)
def set_role(request: Request, who: Sender, email: Email, new: GivenRole) -> Any:
    """Another role, from her next request on."""
    with writing(request, who) as scope:
        return as_json(staff.set_role(scope, email, new.role))


@router.post("/people/{email}/deactivate", response_model=list[OwnedOut])
def deactivate(request: Request, who: Sender, email: Email) -> Any:
    """Her sessions and tokens end now. The answer is what must be handed over."""
    with writing(request, who) as scope:
        return as_json(staff.deactivate(scope, email))


@router.post("/people/{email}/reactivate", response_model=PersonOut)
def reactivate(request: Request, who: Sender, email: Email) -> Any:
    """She works here again."""
    with writing(request, who) as scope:
        return as_json(staff.reactivate(scope, email))


@router.get("/roles", response_model=list[RoleOut])
def all_roles(request: Request, who: Who) -> Any:
    """The product's roles and the firm's own, each with its rights."""
    with reading(request, who) as scope:
        return [_role(one) for one in roles.roles(scope)]


@router.post("/roles", status_code=201, response_model=RoleOut)
def make_role(request: Request, who: Sender, new: NewRole, response: Response) -> Any:
    """A role of the firm's own over one of the product's."""
    with writing(request, who) as scope:
        made = roles.make_role(scope, new.name, new.base, new.rights)
    response.headers["Location"] = f"/api/v1/roles/{quote(made.slug)}"
    return _role(made)


@router.get("/roles/{slug}", response_model=RoleOut)
def role(request: Request, who: Who, slug: Slug) -> Any:
    """One role."""
    with reading(request, who) as scope:
        return _role(roles.role_of(scope, slug))


@router.put("/roles/{slug}", response_model=RoleOut)
def set_rights(request: Request, who: Sender, slug: Slug, new: RoleRights) -> Any:
    """The whole rights of a role of the firm's own."""
    with writing(request, who) as scope:
        return _role(roles.set_rights(scope, slug, new.rights))


@router.delete("/roles/{slug}", status_code=204)
def remove_role(request: Request, who: Sender, slug: Slug) -> None:
    """Take a role away that nobody has."""
    with writing(request, who) as scope:
        roles.remove_role(scope, slug)


@router.get("/clients/{ref}/team", response_model=list[MemberOut])
def team(request: Request, who: Who, ref: Ref) -> Any:
    """Everybody of the firm who sees the client, and why."""
    with reading(request, who) as scope:
        return as_json(teams.team_of(scope, ref))


@router.post("/clients/{ref}/team", status_code=201, response_model=Acted)
def join(request: Request, who: Sender, ref: Ref, new: NewMember, response: Response) -> Any:
    """Put somebody into the team."""
    with writing(request, who) as scope:
        act = teams.add_member(scope, ref, new.email)
    response.headers["Location"] = f"/api/v1/clients/{quote(ref, safe='')}/team"
    return {"act": act}


@router.delete("/clients/{ref}/team/{email}", response_model=Acted)
def leave(request: Request, who: Sender, ref: Ref, email: Email) -> Any:
    """Take somebody out of the team."""
    with writing(request, who) as scope:
        return {"act": teams.remove_member(scope, ref, email)}


@router.get("/walls", response_model=WallsOut)
def all_walls(request: Request, who: Who) -> Any:
    """The walls, but for those around the asker."""
    with reading(request, who) as scope:
        standing, lifted = walls.walls(scope)
    return {"standing": as_json(standing), "lifted": as_json(lifted)}


@router.post("/walls", status_code=201, response_model=PutUpOut)
def put_up(request: Request, who: Sender, new: NewWall, response: Response) -> Any:
    """Put up walls around somebody. From her next request on the clients are not there for her."""
    with writing(request, who) as scope:
        made = walls.put_up(scope, new.email, new.reason, new.refs, group=new.group, matter=new.matter)
    response.headers["Location"] = f"/api/v1/walls/{quote(made.walls[0].id)}"
    return as_json(made)


@router.get("/walls/{wall_id}", response_model=WallOut)
def wall(request: Request, who: Who, wall_id: Slug) -> Any:
    """One wall."""
    with reading(request, who) as scope:
        return as_json(walls.wall(scope, wall_id))


@router.get("/walls/{wall_id}/in-hand", response_model=list[OwnedOut])
def behind(request: Request, who: Who, wall_id: Slug) -> Any:
    """What the person behind a wall still has of the client, to be handed over."""
    with reading(request, who) as scope:
        return as_json(walls.owned_behind(scope, wall_id))


@router.post("/walls/{wall_id}/lift", response_model=WallOut)
def lift(request: Request, who: Sender, wall_id: Slug, given: Why) -> Any:
    """End a wall. It is kept, with who ended it and why."""
    with writing(request, who) as scope:
        return as_json(walls.lift(scope, wall_id, given.why))


@router.get("/break-glass", response_model=list[GlassOut])
def broken(request: Request, who: Who) -> Any:
    """What was opened from outside its team, the newest first."""
    with reading(request, who) as scope:
        return as_json(glass.broken(scope))


@router.post("/break-glass", status_code=201, response_model=GlassOut)
def break_glass(request: Request, who: Sender, new: NewGlass, response: Response) -> Any:
    """See a client for some hours. Its partner and the administrators are told."""
    with writing(request, who) as scope:
        scope.require(Right.BREAK_GLASS)
        made = glass.open_glass(scope, new.ref, new.reason)
    response.headers["Location"] = f"/api/v1/break-glass/{quote(made.id)}"
    return as_json(made)


@router.get("/break-glass/{glass_id}", response_model=GlassOut)
def one_glass(request: Request, who: Who, glass_id: Slug) -> Any:
    """One opening."""
    with reading(request, who) as scope:
        return as_json(glass.glass(scope, glass_id))


@router.post("/break-glass/{glass_id}/close", response_model=GlassOut)
def close(request: Request, who: Sender, glass_id: Slug) -> Any:
    """End it now."""
    with writing(request, who) as scope:
        return as_json(glass.close_glass(scope, glass_id))


def _role(one: roles.Role) -> Json:
    rights, given, taken = (sorted(right.value for right in some) for some in (one.rights, one.given, one.taken))
    whole = {"slug": one.slug, "name": one.name, "base": one.base, "people": one.people}
    return {**whole, "rights": rights, "given": given, "taken": taken}

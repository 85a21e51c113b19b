"""Who sees which client: the rule, asked of one person and of all, is what a plain model says, for any teams, walls, work, roles and glass;
and what walls and glass do, in any order."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from store.database import Database
from store.errors import Conflict, Forbidden, Invalid, NotFound
from store.tables import (
    Client,
    EndedWall,
    Engagement,
    FirmRole,
    Glass,
    Person,
    RoleRight,
    Task,
    TeamMember,
    Wall,
)
from workspace.people import glass, roles, walls
from workspace.scope import RIGHTS, Right, Scope, access_client, own_rights, people_with, rights_of, who_may_see

NOW = datetime(2026, 3, 9, 8, 30, tzinfo=UTC)
TODAY = date(2026, 3, 9)
ROLES = ("partner", "manager", "senior", "staff", "admin")
PEOPLE = tuple(f"p{n}" for n in range(7))
CLIENTS = tuple(f"c{n}" for n in range(5))
WALLS: Any = st.sets(st.tuples(st.sampled_from(PEOPLE), st.sampled_from(CLIENTS)), max_size=8)
TABLES = (Glass, EndedWall, Wall, TeamMember, Task, Engagement, Client)


@contextmanager
def asker(database: Database, person_id: str, *, later: timedelta = timedelta(0)) -> Iterator[Scope]:
    with database.writing() as session:
        yield scope_of(session, person_id, NOW + later)


def scope_of(session: Session, person_id: str, now: datetime = NOW) -> Scope:
    person = session.get_one(Person, person_id)
    return Scope(session, person.id, person.email, person.role, now, TODAY, None, own_rights(session, person))


def seen(scope: Scope) -> set[str]:
    return set(scope.session.scalars(scope.clients()))


@pytest.fixture
def firm(database: Database) -> Database:
    """Seven people, five clients without anybody."""
    with database.writing() as session:
        for n, key in enumerate(PEOPLE):
            role = ROLES[n % len(ROLES)]
            session.add(Person(id=key, email=f"{key}@firm.example", name=key.title(), role=role, custom={}))
        session.flush()
        session.add_all([Client(id=one, ref=one.upper(), name=f"Client {one}", entity_type="1120") for one in CLIENTS])
    return database


firms = st.fixed_dictionaries(
    {
        "roles": st.lists(st.sampled_from(ROLES), min_size=7, max_size=7),
        "active": st.lists(st.booleans(), min_size=7, max_size=7),
        "leads": st.lists(st.tuples(*[st.sampled_from((None, *PEOPLE))] * 2), min_size=5, max_size=5),
        "team": WALLS,
        "walls": WALLS,
        "engagements": WALLS,
        "tasks": WALLS,
        "glass": st.sets(st.tuples(st.sampled_from(PEOPLE), st.sampled_from(CLIENTS), st.sampled_from((-1, 0, 1, 9)))),
        "closed": st.sets(st.tuples(st.sampled_from(PEOPLE), st.sampled_from(CLIENTS)), max_size=2),
    }
)


def model(made: dict[str, Any], n: int, client: str) -> bool:
    """The rule in words: the role's clients, the team's, those behind open glass; and no wall."""
    person, role = PEOPLE[n], made["roles"][n]
    own = (person, client)
    leads = person in made["leads"][CLIENTS.index(client)]
    works = own in made["engagements"] or own in made["tasks"]
    by_role = role == "admin" or (leads if role in ("partner", "manager") else works)
    open_glass = any((p, c) == own and hours > 0 and own not in made["closed"] for p, c, hours in made["glass"])
    return own not in made["walls"] and (by_role or own in made["team"] or open_glass)


def put(session: Session, made: dict[str, Any]) -> None:
    for table in TABLES[:-1]:
        session.execute(delete(table))
    for n, key in enumerate(PEOPLE):
        person = session.get_one(Person, key)
        person.role, person.active = made["roles"][n], made["active"][n]
    for key, (partner, manager) in zip(CLIENTS, made["leads"], strict=True):
        client = session.get_one(Client, key)
        client.partner_id, client.manager_id = partner, manager
    rows: list[Any] = []
    for p, c in made["team"]:
        rows.append(TeamMember(id=f"t{p}{c}", client_id=c, person_id=p, since=TODAY))
    for p, c in made["walls"]:
        rows.append(Wall(id=f"w{p}{c}", client_id=c, person_id=p, reason="kin", set_on=TODAY))
    for p, c in made["engagements"]:
        ref = f"e{p}{c}"
        rows.append(Engagement(id=ref, ref=ref, client_id=c, owner_id=p, template="1120", title="2025"))
    for p, c in made["tasks"]:
        rows.append(Task(id=f"k{p}{c}", client_id=c, title="prepare", owner_id=p))
    for p, c, hours in made["glass"]:
        ended = NOW if (p, c) in made["closed"] else None
        times = {"opened_at": NOW - timedelta(hours=1), "until": NOW + timedelta(hours=hours), "ended_at": ended}
        rows.append(Glass(id=f"g{p}{c}{hours}", client_id=c, person_id=p, reason="the partner is away", **times))
    session.add_all(rows)
    session.flush()


@settings(max_examples=25, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(made=firms)
def test_the_rule_is_the_model_for_one_and_for_all(firm: Database, made: dict[str, Any]) -> None:
    with firm.writing() as session:
        put(session, made)
        wanted = {(c, p) for n, p in enumerate(PEOPLE) for c in CLIENTS if model(made, n, c)}
        for person in PEOPLE:
            assert seen(scope_of(session, person)) == {c for c, p in wanted if p == person}
        found = session.execute(who_may_see(CLIENTS, NOW)).tuples()
        active = {p for n, p in enumerate(PEOPLE) if made["active"][n]}
        assert {(c, p.id) for c, p in found} == {(c, p) for c, p in wanted if p in active}
        without = {**made, "glass": set()}
        for_good = {(c, p) for n, p in enumerate(PEOPLE) for c in CLIENTS if model(without, n, c) and p in active}
        assert {(c, p.id) for c, p in session.execute(who_may_see(CLIENTS, None)).tuples()} == for_good


@settings(max_examples=12, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    base=st.sampled_from(ROLES),
    given_=st.sets(st.sampled_from(list(Right))),
    taken=st.sets(st.sampled_from(list(Right))),
)
def test_a_role_of_the_firms_own_has_its_base_and_what_differs(
    firm: Database, base: str, given_: set[Right], taken: set[Right]
) -> None:
    with firm.writing() as session:
        person = session.get_one(Person, "p0")
        person.own_role_id = None
        session.flush()
        session.execute(delete(RoleRight))
        session.execute(delete(FirmRole))
        session.add(FirmRole(id="r", slug="r", name="R", base=base, made_at=NOW, made_by="x"))
        session.flush()
        for right in given_ | taken:
            session.add(RoleRight(id=right.value, role_id="r", right=right.value, given=right in given_))
        session.add(RoleRight(id="gone", role_id="r", right="no:such-right", given=True))
        person.own_role_id, person.role = "r", base
        session.flush()
        wanted = (RIGHTS[base] - (taken - given_)) | given_
        assert rights_of(session, person) == scope_of(session, "p0").rights == wanted
        for right in Right:
            assert scope_of(session, "p0").has(right) == (right in wanted)
            having = set(session.scalars(select(Person.id).where(people_with(right))))
            others = {one.id for one in session.scalars(select(Person)) if right in rights_of(session, one)}
            assert having == others


def test_a_wall_ends_and_is_kept(firm: Database) -> None:
    with asker(firm, "p0") as scope:
        scope.session.get_one(Client, "c0").partner_id = "p1"
        scope.session.add(Task(id="k", client_id="c0", title="prepare", owner_id="p3"))
        scope.session.add(TeamMember(id="t", client_id="c0", person_id="p3", since=TODAY))
        scope.session.flush()
        made = walls.put_up(scope, "p3@firm.example", "Her brother owns it", ["C0"])
        assert [(one.kind, one.title) for one in made.owned] == [("task", "prepare")]
        assert seen(scope_of(scope.session, "p3")) == set() and scope.session.get(TeamMember, "t") is None
        with pytest.raises(Conflict):
            walls.put_up(scope, "p3", "Her brother owns it", ["C0"])
        with pytest.raises(Invalid):
            walls.put_up(scope, "p3", "kin", ["C1"])
        [standing] = walls.walls(scope)[0]
        ended = walls.lift(scope, standing.id, "He sold his share")
        assert (ended.ended_at, ended.ended_by, ended.why) == (NOW, "P0", "He sold his share")
        assert walls.walls(scope) == ([], [ended]) and ended.reason == "Her brother owns it"
        assert seen(scope_of(scope.session, "p3")) == {"c0"}, "the task is hers still; the team is not"


def test_who_is_walled_sets_no_walls_there(firm: Database) -> None:
    with asker(firm, "p0") as scope:
        walls.put_up(scope, "p4", "Her husband works there", ["C0"])
        walls.put_up(scope, "p3", "Her brother owns it", ["C0"])
    with asker(firm, "p4") as scope:  # an administrator, behind a wall herself
        assert walls.walls(scope) == ([], [])
        with pytest.raises(NotFound) as walled:
            walls.put_up(scope, "p2", "for no reason at all", ["C0"])
        with pytest.raises(NotFound) as absent:
            walls.put_up(scope, "p2", "for no reason at all", ["C9"])
        assert str(walled.value).replace("C0", "C9") == str(absent.value)
        wall_id = scope.session.scalars(select(Wall.id).where(Wall.person_id == "p4")).one()
        with pytest.raises(NotFound):
            walls.lift(scope, wall_id, "I would like to see it")
    with asker(firm, "p2") as scope, pytest.raises(Forbidden, match="wall:set"):
        walls.walls(scope)


def test_glass_opens_for_hours_and_never_through_a_wall(firm: Database) -> None:
    with asker(firm, "p1") as scope:  # a manager
        with pytest.raises(NotFound) as absent:
            glass.open_glass(scope, "C9", "The partner is away today")
        scope.session.add(Wall(id="w", client_id="c1", person_id="p1", reason="kin", set_on=TODAY))
        scope.session.flush()
        with pytest.raises(NotFound) as walled:
            glass.open_glass(scope, "C1", "The partner is away today")
        assert str(walled.value).replace("C1", "C9") == str(absent.value)
        made = glass.open_glass(scope, "C0", "The partner is away today")
        assert made.until == NOW + timedelta(hours=4) and seen(scope) == {"c0"}
        with pytest.raises(Conflict):
            glass.open_glass(scope, "C0", "The partner is away today")
    with asker(firm, "p1", later=timedelta(hours=4)) as scope:
        assert seen(scope) == set()
        with pytest.raises(NotFound):
            access_client(scope, "C0")
        assert [(one.ref, one.client, one.is_open) for one in glass.broken(scope)] == [("C0", "", False)]
    with asker(firm, "p3") as scope, pytest.raises(Forbidden, match="break-glass:use"):
        glass.open_glass(scope, "C0", "I would like to look at it")


def test_who_is_told_of_glass_and_who_closes_it(firm: Database) -> None:
    with asker(firm, "p1") as scope:
        scope.session.get_one(Client, "c0").partner_id = "p0"
        made = glass.open_glass(scope, "C0", "The partner is away today")
        access_client(scope, "C0")
        assert [(client, opened) for _, client, opened in glass.reads_in(scope)] == [("c0", True)]
    with asker(firm, "p5") as scope:  # another partner
        assert glass.told(scope) == []
    for told in ("p0", "p4"):
        with asker(firm, told) as scope:
            assert [(one.person, one.reason) for one in glass.told(scope)] == [("P1", "The partner is away today")]
    with asker(firm, "p0") as scope:
        assert glass.close_glass(scope, made.id).ended_by == "P0"
        assert seen(scope_of(scope.session, "p1")) == set()
        with pytest.raises(Conflict):
            glass.close_glass(scope, made.id)
    with asker(firm, "p4") as scope:
        scope.session.add(Wall(id="w", client_id="c0", person_id="p4", reason="kin", set_on=TODAY))
        scope.session.flush()
        assert glass.told(scope) == [] and glass.broken(scope) == [], "an administrator behind the wall learns nothing"


def test_nobody_makes_a_role_that_has_more_than_she(firm: Database) -> None:
    with pytest.raises(Forbidden, match="deliverable:release"), asker(firm, "p4") as scope:  # an administrator
        roles.make_role(scope, "Closer", "staff", ["deliverable:release"])
    with pytest.raises(Invalid, match="money:see"), asker(firm, "p4") as scope:
        roles.make_role(scope, "Clerk", "admin", ["payment:record"])
    with asker(firm, "p4") as scope:
        made = roles.make_role(scope, "Clerk", "admin", ["payment:record", "money:see"])
        assert made.rights == {Right.CLIENT_READ, Right.PAYMENT_RECORD, Right.MONEY_SEE} and made.slug == "clerk"
        with pytest.raises(Conflict):
            roles.make_role(scope, "clerk", "staff", [])
        with pytest.raises(Invalid):
            roles.set_rights(scope, "partner", [])

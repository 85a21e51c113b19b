"""The people of the firm: who is there, with which role; added, changed, let go and taken back.

Who goes leaves at once: her sessions and tokens end, and what she has in hand is listed for others. Partners give the rights of partners.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation

from sqlalchemy import Select, func, select

from store.audit import AuditTag
from store.errors import Conflict, Forbidden, Invalid, NotFound
from store.ids import stable_id
from store.tables import Client, FirmRole, Person, SignIn
from workspace.acting import record
from workspace.letters.acts import text_in
from workspace.onboarding.firm import EMAIL
from workspace.people.owned import Owned, owned_by, person_named
from workspace.people.roles import Role, governed, may_give, roles_in, still_governed
from workspace.scope import SERVICE, Right, Scope
from workspace.undo import expect, mark_of, undoable

WEEK = 80


@dataclass(frozen=True)
class Colleague:
    """Somebody who works here, or did. `role` is the slug of her role, `base` the product's under it. Rates are dollars an hour, None where
    none is set or the asker sees no rates; `clients` counts those she answers for that the asker sees; `signs_in`: there is a password."""

    email: str
    name: str
    role: str
    role_name: str
    base: str
    active: bool
    weekly_hours: Decimal | None
    standard_rate: Decimal | None
    cost_rate: Decimal | None
    signs_in: bool
    sessions: int
    clients: int
    mark: str
    me: bool


def people(scope: Scope, address: str | None = None) -> list[Colleague]:
    """Everybody, those who work here first; four queries. Raises Forbidden without people:manage."""
    scope.require(Right.PEOPLE_MANAGE)
    wanted = select(Person, FirmRole).outerjoin(FirmRole, FirmRole.id == Person.own_role_id)
    if address is not None:
        wanted = wanted.where(Person.email == address.strip().lower())
    wanted = wanted.where(Person.role != SERVICE)  # a program's account is no colleague
    rows = scope.session.execute(wanted.order_by(Person.active.desc(), Person.name, Person.email)).tuples().all()
    sees = scope.has(Right.RATES_SEE)
    doors = _counted(
        scope,
        select(SignIn.person_id, func.count())
        .where(SignIn.revoked_at.is_(None), SignIn.expires_at > scope.now)
        .group_by(SignIn.person_id),
    )
    led: dict[str, int] = {}
    for partner, manager in scope.session.execute(
        select(Client.partner_id, Client.manager_id).where(Client.id.in_(scope.clients()))
    ).tuples():
        for one in {partner, manager} - {None}:
            led[str(one)] = led.get(str(one), 0) + 1
    return [
        Colleague(
            person.email,
            person.name,
            own.slug if own else person.role,
            own.name if own else person.role,
            person.role,
            person.active,
            person.weekly_hours,
            person.standard_rate if sees else None,
            person.cost_rate if sees else None,
            person.password_hash is not None,
            doors.get(person.id, 0),
            led.get(person.id, 0),
            mark_of(person),
            person.id == scope.person_id,
        )
        for person, own in rows
    ]


def person_of(scope: Scope, address: str) -> Colleague:
    """One of them. Raises NotFound, Forbidden."""
    for one in people(scope, address):
        return one
    raise NotFound(f"nobody here has the address {address}")


def in_hand(scope: Scope, address: str) -> list[Owned]:
    """What somebody has of the clients that the asker sees, to be handed over. Raises NotFound, Forbidden without people:manage."""
    scope.require(Right.PEOPLE_MANAGE)
    return owned_by(scope, _person(scope, address).id)


def add(scope: Scope, address: str, name: str, role: str, weekly_hours: str = "") -> Colleague:
    """Somebody new, who cannot sign in before she has a password or an invitation. Raises Invalid, Conflict, Forbidden."""
    scope.require(Right.PEOPLE_MANAGE)
    email = address.strip().lower()
    if not EMAIL.fullmatch(email) or len(email) > 200:
        raise Invalid(f"{address[:60]!r} is no e-mail address")
    if scope.session.scalars(select(Person.id).where(Person.email == email)).first() is not None:
        raise Conflict(f"{email} is a person of the firm already")
    wanted = _role(scope, role)
    may_give(scope, wanted.rights)
    person = Person(
        id=stable_id("per", email),
        email=email,
        name=text_in(name, "the name", 120),
        role=wanted.base,
        own_role_id=_own_id(scope, wanted),
        weekly_hours=_hours(weekly_hours),
        custom={},
    )
    scope.session.add(person)
    record(scope, AuditTag.PERSON_ADDED, f"person:{person.id}", None, person=email, role=wanted.slug)
    scope.session.flush()
    return person_of(scope, email)


def change(scope: Scope, address: str, mark: str, *, name: str | None = None, weekly_hours: str | None = None) -> str:
    """Name and hours a week ("" for none); the id of the act. Raises NotFound, Invalid, Conflict where somebody changed her since."""
    scope.require(Right.PEOPLE_MANAGE)
    person = _person(scope, address)
    expect(person, mark, f"the record of {person.name}")
    with undoable(scope, f"{person.name} changed") as act:
        before = f"{person.name}, {person.weekly_hours}"
        if name is not None:
            person.name = text_in(name, "the name", 120)
        if weekly_hours is not None:
            person.weekly_hours = _hours(weekly_hours)
        after = f"{person.name}, {person.weekly_hours}"
        if before != after:
            record(scope, AuditTag.PERSON_CHANGED, f"person:{person.id}", None, before=before, after=after)
    return act.id


def set_role(scope: Scope, address: str, role: str) -> Colleague:
    """Another role, from her next request on. Raises NotFound, Invalid, Conflict for the last partner or the last who manages people,
    Forbidden for one's own role, and for partners' rights by who lacks them."""
    scope.require(Right.PEOPLE_MANAGE)
    person, stood = _person(scope, address), governed(scope)
    if person.id == scope.person_id:
        raise Forbidden("nobody changes her own role")
    was, wanted = _role_now(scope, person), _role(scope, role)
    if was.slug == wanted.slug:
        return person_of(scope, person.email)
    may_give(scope, wanted.rights)
    person.role, person.own_role_id = wanted.base, _own_id(scope, wanted)
    scope.session.flush()
    still_governed(scope, stood)
    more, less = (" ".join(sorted(one.value for one in some)) for some in _differ(was, wanted))
    detail = {"person": person.email, "before": was.slug, "after": wanted.slug, "given": more, "taken": less}
    record(scope, AuditTag.PERSON_ROLE_SET, f"person:{person.id}", None, **detail)
    return person_of(scope, person.email)


def deactivate(scope: Scope, address: str) -> list[Owned]:
    """She works here no longer: every session and token of hers ends now; what she has in hand. Raises NotFound, Conflict for the last
    partner or the last who manages people, Forbidden for oneself."""
    scope.require(Right.PEOPLE_MANAGE)
    person, stood = _person(scope, address), governed(scope)
    if person.id == scope.person_id:
        raise Forbidden("nobody lets herself go")
    if not person.active:
        raise Conflict(f"{person.name} does not work here any more")
    person.active = False
    still_governed(scope, stood)
    doors = scope.session.scalars(
        select(SignIn).where(SignIn.person_id == person.id, SignIn.revoked_at.is_(None))
    ).all()
    for one in doors:
        one.revoked_at = scope.now
    owned = owned_by(scope, person.id)
    detail = {"person": person.email, "ended": len(doors), "in_hand": len(owned)}
    record(scope, AuditTag.PERSON_DEACTIVATED, f"person:{person.id}", None, **detail)
    return owned


def reactivate(scope: Scope, address: str) -> Colleague:
    """She works here again, with the role she had; she signs in anew. Raises NotFound, Conflict, Forbidden."""
    scope.require(Right.PEOPLE_MANAGE)
    person = _person(scope, address)
    if person.active:
        raise Conflict(f"{person.name} works here")
    may_give(scope, _role_now(scope, person).rights)
    person.active = True
    record(scope, AuditTag.PERSON_REACTIVATED, f"person:{person.id}", None, person=person.email)
    scope.session.flush()
    return person_of(scope, person.email)


def _person(scope: Scope, address: str) -> Person:
    found = person_named(scope, address)
    if found is None:
        raise NotFound(f"nobody here has the address {address}")
    return found


def _role(scope: Scope, slug: str) -> Role:
    for one in roles_in(scope):
        if one.slug == slug.strip():
            return one
    raise Invalid(f"{slug[:40]!r} is no role; there are {', '.join(one.slug for one in roles_in(scope))}")


def _role_now(scope: Scope, person: Person) -> Role:
    own = scope.session.get(FirmRole, person.own_role_id) if person.own_role_id else None
    return _role(scope, own.slug if own else person.role)


def _own_id(scope: Scope, role: Role) -> str | None:
    return scope.session.scalars(select(FirmRole.id).where(FirmRole.slug == role.slug)).one() if role.own else None


def _differ(was: Role, wanted: Role) -> Sequence[frozenset[Right]]:
    return wanted.rights - was.rights, was.rights - wanted.rights


def _hours(text: str) -> Decimal | None:
    if not text.strip():
        return None
    try:
        hours = Decimal(text.strip())
    except InvalidOperation:
        raise Invalid(f"{text[:12]!r} is no number of hours a week") from None
    if not hours.is_finite() or not 0 <= hours <= WEEK:
        raise Invalid(f"hours a week are between 0 and {WEEK}")
    return hours.quantize(Decimal("0.01"))


def _counted(scope: Scope, query: Select[str, int]) -> dict[str, int]:
    return dict(scope.session.execute(query).tuples().all())

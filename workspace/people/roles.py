"""Roles of the firm's own: a named set of rights over one of the product's roles, which says what clients are seen.

A right may be taken from the base or given beyond it, but never one that the person who makes the role lacks.
"""

import re
from collections.abc import Collection, Iterable
from dataclasses import dataclass

from sqlalchemy import func, select

from store.audit import AuditTag
from store.errors import Conflict, Forbidden, Invalid, NotFound
from store.ids import new_id
from store.tables import FirmRole, Person, RoleRight
from workspace.acting import record
from workspace.scope import RIGHTS, Right, Scope, over, people_with

BASES = tuple(one for one in RIGHTS if one != "system")
LONGEST_NAME = 40
WITH_MONEY = frozenset(
    {Right.EXPORT_WRITE, Right.INVOICE_ISSUE, Right.INVOICE_WRITE, Right.PAYMENT_RECORD, Right.PORTFOLIO_READ}
    | {Right.RATES_SEE, Right.RATES_SET, Right.REVENUE_READ, Right.TRUST_RECONCILE, Right.TRUST_WRITE}
    | {Right.WEBHOOK_MANAGE, Right.WIP_ADJUST}
)
"""Rights that mean nothing to who sees no money."""


@dataclass(frozen=True)
class Role:
    """A role as the matrix shows it. `base` is its own slug for one of the product's; `given` and `taken` are what differs; `people` how
    many active people have it."""

    slug: str
    name: str
    base: str
    rights: frozenset[Right]
    given: frozenset[Right]
    taken: frozenset[Right]
    people: int

    @property
    def own(self) -> bool:
        return self.slug != self.base


def roles(scope: Scope) -> list[Role]:
    """The product's roles, then the firm's by name; three queries. Raises Forbidden without role:set or people:manage."""
    if not scope.has(Right.PEOPLE_MANAGE):
        scope.require(Right.ROLE_SET)
    return roles_in(scope)


def roles_in(scope: Scope) -> list[Role]:
    """As `roles`, whoever asks."""
    held = {
        (base, own): number
        for base, own, number in scope.session.execute(
            select(Person.role, Person.own_role_id, func.count())
            .where(Person.active)
            .group_by(Person.role, Person.own_role_id)
        ).tuples()
    }
    differs: dict[str, dict[str, bool]] = {}
    for row in scope.session.scalars(select(RoleRight)):
        differs.setdefault(row.role_id, {})[row.right] = row.given
    nothing: frozenset[Right] = frozenset()
    found = [Role(one, one, one, RIGHTS[one], nothing, nothing, held.get((one, None), 0)) for one in BASES]
    for made in scope.session.scalars(select(FirmRole).order_by(FirmRole.name)):
        rights, base = over(made.base, differs.get(made.id, {})), RIGHTS[made.base]
        people = held.get((made.base, made.id), 0)
        found.append(Role(made.slug, made.name, made.base, rights, rights - base, base - rights, people))
    return found


def role_of(scope: Scope, slug: str) -> Role:
    """One role. Raises NotFound, Forbidden."""
    for one in roles(scope):
        if one.slug == slug:
            return one
    raise NotFound(f"there is no role {slug}")


def make_role(scope: Scope, name: str, base: str, rights: Iterable[str]) -> Role:
    """A role of the firm's own. Raises Invalid, Conflict for a name that is taken, Forbidden for a right that the asker lacks."""
    scope.require(Right.ROLE_SET)
    called = " ".join(name.split())
    slug = re.sub(r"[^a-z0-9]+", "-", called.lower()).strip("-")
    if not slug or len(called) > LONGEST_NAME:
        raise Invalid(f"a role needs a name of at most {LONGEST_NAME} characters")
    if base not in BASES:
        raise Invalid(f"{base[:20]!r} is no base; there are {', '.join(BASES)}")
    taken = {one.slug for one in roles_in(scope)} | {"system"}
    if slug in taken:
        raise Conflict(f"there is a role {called} already")
    row = FirmRole(id=new_id("role"), slug=slug, name=called, base=base, made_at=scope.now, made_by=scope.email)
    scope.session.add(row)
    scope.session.flush()
    _set(scope, row, RIGHTS[base], rights)
    return role_of(scope, slug)


def set_rights(scope: Scope, slug: str, rights: Iterable[str]) -> Role:
    """What a role of the firm's own may do, from the next request of everybody who has it. Raises NotFound, Invalid, Conflict where nobody
    would be left who manages people, Forbidden for a right that the asker lacks or for her own role."""
    scope.require(Right.ROLE_SET)
    before = role_of(scope, slug)
    row = _own(scope, slug)
    mine = scope.session.get(Person, scope.person_id) if scope.person_id else None
    if mine is not None and mine.own_role_id == row.id:
        raise Forbidden("nobody changes the rights of the role she has herself")
    _set(scope, row, before.rights, rights)
    return role_of(scope, slug)


def remove_role(scope: Scope, slug: str) -> None:
    """Take a role away that nobody has. Raises NotFound, Conflict, Forbidden."""
    scope.require(Right.ROLE_SET)
    row = _own(scope, slug)
    if scope.session.scalars(select(Person.id).where(Person.own_role_id == row.id)).first() is not None:
        raise Conflict("somebody has this role; give them another first")
    was = role_of(scope, slug)
    for one in scope.session.scalars(select(RoleRight).where(RoleRight.role_id == row.id)).all():
        scope.session.delete(one)
    scope.session.flush()
    scope.session.delete(row)
    record(scope, AuditTag.ROLE_REMOVED, f"role:{slug}", None, name=was.name, base=was.base, before=_words(was.rights))


ORDINARY = frozenset(right for one in BASES if one != "partner" for right in RIGHTS[one])
"""What the product's roles below a partner have: who manages people gives these."""


def may_give(scope: Scope, rights: Collection[Right]) -> None:
    """Raises Forbidden for a role with a right that only partners have, unless the asker has it herself. The operator at the machine gives
    any, and so does who sets a firm up that has no partner yet."""
    lacking = sorted(one.value for one in frozenset(rights) - scope.rights - ORDINARY)
    if not lacking or scope.person_id is None:
        return
    if scope.session.scalars(select(Person.id).where(Person.active, Person.role == "partner")).first() is None:
        return
    raise Forbidden(f"only who has them herself gives the rights of partners: {', '.join(lacking)}")


@dataclass(frozen=True)
class Governed:
    """Whether there is an active partner, and somebody who manages people."""

    partner: bool
    manager: bool


def governed(scope: Scope) -> Governed:
    """How the firm stands now; two queries."""
    scope.session.flush()
    partner = select(Person.id).where(Person.active, Person.role == "partner").limit(1)
    manages = select(Person.id).where(Person.active, people_with(Right.PEOPLE_MANAGE)).limit(1)
    return Governed(*(scope.session.scalars(one).first() is not None for one in (partner, manages)))


def still_governed(scope: Scope, before: Governed) -> None:
    """Raises Conflict when the last partner, or the last who manages people, would be gone."""
    now = governed(scope)
    if before.partner and not now.partner:
        raise Conflict("this is the last active partner; somebody must be able to release what leaves the firm")
    if before.manager and not now.manager:
        raise Conflict("nobody would be left who may manage people")


def _own(scope: Scope, slug: str) -> FirmRole:
    row = scope.session.scalars(select(FirmRole).where(FirmRole.slug == slug)).one_or_none()
    if row is None:
        raise (
            Invalid(f"{slug} is a role of the product: make one of your own over it")
            if slug in BASES
            else NotFound(f"there is no role {slug}")
        )
    return row


def _set(scope: Scope, row: FirmRole, before: frozenset[Right], rights: Iterable[str]) -> None:
    wanted = {Right.CLIENT_READ}
    for name in rights:
        try:
            wanted.add(Right(name))
        except ValueError:
            raise Invalid(f"{name[:40]} is no right") from None
    if blind := sorted(one.value for one in wanted & WITH_MONEY if Right.MONEY_SEE not in wanted):
        raise Invalid(f"who has {', '.join(blind)} works with money: give money:see too")
    stood, base = governed(scope), RIGHTS[row.base]
    if lacking := sorted(one.value for one in wanted - scope.rights):
        raise Forbidden(f"nobody makes a role with rights that she lacks herself: {', '.join(lacking)}")
    there = {
        one.right: one for one in scope.session.scalars(select(RoleRight).where(RoleRight.role_id == row.id)).all()
    }
    differs = {one.value: one in wanted for one in base ^ wanted}
    for name, one in there.items():
        if name not in differs:
            scope.session.delete(one)
        else:
            one.given = differs[name]
    for name in sorted(differs.keys() - there.keys()):
        scope.session.add(RoleRight(id=new_id("rr"), role_id=row.id, right=name, given=differs[name]))
    scope.session.flush()
    still_governed(scope, stood)
    detail = {"name": row.name, "base": row.base, "before": _words(before), "after": _words(wanted)}
    record(scope, AuditTag.ROLE_SET, f"role:{row.slug}", None, **detail)


def _words(rights: Collection[Right]) -> str:
    return " ".join(sorted(one.value for one in rights))

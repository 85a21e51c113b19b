"""What those who manage people decide about the door: who needs a second factor, invitations, ways back in. Scope first, as everywhere."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import func, select

from store.audit import AuditTag
from store.errors import Conflict, Forbidden, Invalid, NotFound
from store.tables import Firm, Passkey, Person, RecoveryCode, SecondFactor, SignIn
from workspace.acting import record
from workspace.people.roles import may_give
from workspace.scope import Right, Scope, rights_of
from workspace.sign_in import links, second_factor
from workspace.sign_in.links import Link, make_link
from workspace.sign_in.providers import unbind
from workspace.sign_in.second_factor import POLICIES, needs_factor, policy_of

GUARDED = frozenset(
    {Right.CLIENT_ERASE, Right.DELIVERABLE_RELEASE, Right.INVOICE_ISSUE, Right.RATES_SET, Right.TRUST_RECONCILE}
)
"""What a link must not lead to for somebody who lacks it."""


@dataclass(frozen=True)
class Comer:
    """How a person comes in. `needs`: she may only with two factors; `last` when she signed in last, None for never."""

    email: str
    name: str
    role: str
    password: bool
    generator: bool
    codes: int
    passkeys: int
    needs: bool
    last: datetime | None

    @property
    def can(self) -> bool:
        """Whether she has anything to come in with, an identity provider aside."""
        return self.password or self.passkeys > 0


@dataclass(frozen=True)
class Doors:
    """The firm's door: who needs a second factor, how each person comes in, links that are out."""

    policy: str
    people: tuple[Comer, ...]
    links: tuple[Link, ...]


def doors_of(scope: Scope) -> Doors:
    """Four queries. Raises Forbidden without people:manage."""
    scope.require(Right.PEOPLE_MANAGE)
    policy = policy_of(scope.session)
    codes = select(func.count(RecoveryCode.id)).where(
        RecoveryCode.person_id == Person.id, RecoveryCode.used_at.is_(None)
    )
    keys = select(func.count(Passkey.id)).where(
        Passkey.owner_kind == "person", Passkey.owner_id == Person.id, Passkey.revoked_at.is_(None)
    )
    last = select(func.max(SignIn.created_at)).where(SignIn.person_id == Person.id, SignIn.kind == "session")
    confirmed = select(SecondFactor.confirmed_at).where(SecondFactor.person_id == Person.id)
    query = select(
        Person,
        confirmed.scalar_subquery().label("since"),
        codes.scalar_subquery().label("codes"),
        keys.scalar_subquery().label("keys"),
        last.scalar_subquery().label("last"),
    )
    people = tuple(
        Comer(
            one.email,
            one.name,
            one.role,
            one.password_hash is not None,
            since is not None,
            left,
            many,
            needs_factor(policy, one.role),
            at,
        )
        for one, since, left, many, at in scope.session.execute(
            query.where(Person.active).order_by(Person.name, Person.email)
        )
    )
    return Doors(policy, people, tuple(links.links_out(scope.session, scope.now)))


def set_policy(scope: Scope, policy: str) -> None:
    """Who needs a second factor. It counts from the next page of everybody on. Raises Invalid, Forbidden without people:manage."""
    scope.require(Right.PEOPLE_MANAGE)
    if policy not in POLICIES:
        raise Invalid(f"a second factor is one of: {', '.join(POLICIES)}")
    firm = scope.session.scalars(select(Firm).limit(1)).one_or_none()
    if firm is None:
        raise NotFound("there is no firm yet; `tickmark load` or the set-up makes it")
    before, firm.second_factor = firm.second_factor, policy
    scope.session.flush()
    record(scope, AuditTag.FIRM_FACTOR_SET, "firm:firm", None, before=before, after=policy)


def invite(scope: Scope, email: str) -> str:
    """A link with which a person who has nothing to come in with sets her password or adds a passkey, for seven days; its secret, told
    once. Raises NotFound, Conflict where she can come in already, Forbidden without people:manage or to what the asker may not."""
    person = _may_let_in(scope, email)
    has = second_factor.factors_of(scope.session, person.id)
    if person.password_hash or has.passkeys:
        raise Conflict(f"{person.email} can sign in already; make a link for a forgotten password instead")
    return make_link(scope.session, person, "invite", scope.email, scope.now)


def help_back(scope: Scope, email: str) -> str:
    """A link for somebody who forgot her password, for a day; its secret, told once. Her second factor stays. Raises NotFound."""
    return make_link(scope.session, _may_let_in(scope, email), "reset", scope.email, scope.now)


def revoke_link(scope: Scope, link_id: str) -> None:
    """A link opens nothing any more. Raises NotFound, Forbidden without people:manage."""
    scope.require(Right.PEOPLE_MANAGE)
    links.revoke_link(scope.session, link_id, scope.email, scope.now)


def reset_factor(scope: Scope, email: str) -> int:
    """For the operator at the machine: take away a person's generator, recovery codes, passkeys and ties to identity providers, and end her
    sessions; how many factors went. Raises NotFound, Forbidden without people:manage."""
    from workspace.sign_in.passwords import end_all

    person = _person(scope, email)
    unbind(scope.session, person.id)
    end_all(scope.session, person.id, scope.now)
    return second_factor.reset(scope.session, person, scope.email, scope.now)


def _may_let_in(scope: Scope, email: str) -> Person:
    # whoever makes a link could open it herself: it must not lead to what only partners may, for somebody who may not
    person = _person(scope, email)
    lacking = GUARDED & rights_of(scope.session, person) - scope.rights
    try:
        may_give(scope, lacking)
    except Forbidden:
        raise Forbidden(
            f"{person.name} may do what you may not ({', '.join(sorted(lacking))}): a partner makes this link, or the operator"
        ) from None
    return person


def _person(scope: Scope, email: str) -> Person:
    scope.require(Right.PEOPLE_MANAGE)
    found = scope.session.scalars(
        select(Person).where(Person.email == email.strip().lower(), Person.active)
    ).one_or_none()
    if found is None:
        raise NotFound(f"nobody who works here has the address {email.strip()[:200]}")
    return found

"""Who asks, in which transaction, and when: the one way to a client's rows (ARCHITECTURE.md, law 3).

Owns who may see which client and who has which right. Everything is denied that is not granted here. Outside the scope a row is
"not found"; inside it without the right the answer is "forbidden", and names the right. Never reads the clock.

A client is seen by those who answer for it or work on it, by its team, and for some hours by somebody who broke the glass; never through a
wall. A person's rights are those of her role, or of a role of the firm's own over it.
"""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum
from typing import Any, Protocol

from sqlalchemy import ColumnElement, Select, and_, false, or_, select, true
from sqlalchemy.orm import InstrumentedAttribute, Session

from store import fence
from store.database import JOBS, READING
from store.errors import Forbidden, Invalid, NotFound
from store.tables import (
    Client,
    Deliverable,
    Document,
    Engagement,
    Glass,
    Person,
    RoleRight,
    ServiceAccount,
    Task,
    TeamMember,
    Wall,
)

ASKED, OPENED = "clients-asked", "clients-opened"
"""Where a session keeps whether it was asked for the clients one sees, and which of them were opened."""
_SEEN = "clients-seen"

MONEY_PAPERS = frozenset(
    {"change-order", "collection-email", "concentration-memo", "invoice-draft", "trust-statement", "write-off-proposal"}
)
"""Deliverables that are about the firm's own money, by slug: opened by those who see it."""


class Right(StrEnum):
    """What a person may do. `thing:action`, alphabetical; nothing else can be asked for."""

    AUDIT_READ = "audit:read"
    AUTOMATION_SET = "automation:set"
    BACKUP_MAKE = "backup:make"
    BREAK_GLASS = "break-glass:use"
    CAPACITY_READ = "capacity:read"
    CLIENT_ERASE = "client:erase"
    CLIENT_MERGE = "client:merge"
    CLIENT_READ = "client:read"
    CLIENT_WRITE = "client:write"
    CONFLICT_SEARCH = "conflict:search"
    DEADLINE_RULE = "deadline:rule"
    DELIVERABLE_EDIT = "deliverable:edit"
    DELIVERABLE_RELEASE = "deliverable:release"
    DELIVERABLE_REVIEW = "deliverable:review"
    DOCUMENT_ADD = "document:add"
    ENGAGEMENT_WRITE = "engagement:write"
    EVIDENCE_WRITE = "evidence:write"
    EXPORT_WRITE = "export:write"
    FACT_CORRECT = "fact:correct"
    HOLD_SET = "hold:set"
    IMPORT_RUN = "import:run"
    INTAKE_SORT = "intake:sort"
    INVOICE_ISSUE = "invoice:issue"
    INVOICE_WRITE = "invoice:write"
    KEY_ROTATE = "key:rotate"
    LETTER_WRITE = "letter:write"
    MAIL_TRIAGE = "mail:triage"
    MONEY_SEE = "money:see"
    NOTE_WRITE = "note:write"
    PAYMENT_RECORD = "payment:record"
    PEOPLE_MANAGE = "people:manage"
    PORTAL_INVITE = "portal:invite"
    PORTFOLIO_READ = "portfolio:read"
    PROFILE_WRITE = "profile:write"
    RATES_SEE = "rates:see"
    RATES_SET = "rates:set"
    REQUEST_WRITE = "request:write"
    RETENTION_SET = "retention:set"
    REVENUE_READ = "revenue:read"
    ROLE_SET = "role:set"
    SCAN_RUN = "scan:run"
    SIGNAL_DECIDE = "signal:decide"
    TASK_WRITE = "task:write"
    TAX_ID_SEE = "tax-id:see"
    TEAM_SET = "team:set"
    TEMPLATE_WRITE = "template:write"
    TIME_APPROVE = "time:approve"
    TIME_WRITE = "time:write"
    TRUST_RECONCILE = "trust:reconcile"
    TRUST_WRITE = "trust:write"
    WALL_SET = "wall:set"
    WEBHOOK_MANAGE = "webhook:manage"
    WIP_ADJUST = "wip:adjust"
    READ = CLIENT_READ


_STAFF = frozenset(
    {Right.CLIENT_READ, Right.DELIVERABLE_EDIT, Right.DOCUMENT_ADD, Right.TIME_WRITE}
    | {Right.MAIL_TRIAGE, Right.NOTE_WRITE, Right.REQUEST_WRITE, Right.TASK_WRITE}
)
_SENIOR = (
    _STAFF
    | {Right.CLIENT_WRITE, Right.ENGAGEMENT_WRITE, Right.FACT_CORRECT, Right.LETTER_WRITE}
    | {Right.BREAK_GLASS, Right.PORTAL_INVITE, Right.PROFILE_WRITE, Right.SIGNAL_DECIDE, Right.TAX_ID_SEE}
)
_BILLING = frozenset({Right.INVOICE_WRITE, Right.PAYMENT_RECORD, Right.RATES_SEE, Right.TIME_APPROVE, Right.WIP_ADJUST})
_LEAD = frozenset(
    {Right.AUTOMATION_SET, Right.CAPACITY_READ, Right.CONFLICT_SEARCH, Right.TEMPLATE_WRITE, Right.TRUST_WRITE}
)
_MANAGER = (
    _SENIOR
    | _BILLING
    | _LEAD
    | {Right.DEADLINE_RULE, Right.DELIVERABLE_REVIEW, Right.MONEY_SEE, Right.PORTFOLIO_READ, Right.SCAN_RUN}
    | {Right.TEAM_SET}
)
_OPERATE = frozenset(
    {
        Right.AUDIT_READ,
        Right.BACKUP_MAKE,
        Right.EXPORT_WRITE,
        Right.IMPORT_RUN,
        Right.INTAKE_SORT,
        Right.KEY_ROTATE,
        Right.MONEY_SEE,
    }
    | {Right.PEOPLE_MANAGE, Right.SCAN_RUN}
)
_GOVERN = frozenset(
    {Right.EVIDENCE_WRITE, Right.HOLD_SET, Right.RETENTION_SET, Right.ROLE_SET, Right.TEAM_SET, Right.WALL_SET}
)

RIGHTS: dict[str, frozenset[Right]] = {
    "partner": _MANAGER
    | _OPERATE
    | _GOVERN
    | {
        Right.CLIENT_ERASE,
        Right.CLIENT_MERGE,
        Right.DELIVERABLE_RELEASE,
        Right.INVOICE_ISSUE,
        Right.RATES_SET,
        Right.REVENUE_READ,
    }
    | {Right.TRUST_RECONCILE, Right.WEBHOOK_MANAGE},
    "manager": _MANAGER,
    "senior": _SENIOR,
    "staff": _STAFF,
    "admin": _OPERATE
    | _GOVERN
    | {Right.CLIENT_MERGE, Right.CLIENT_READ, Right.CLIENT_WRITE, Right.CONFLICT_SEARCH, Right.DOCUMENT_ADD}
    | {Right.PAYMENT_RECORD, Right.PROFILE_WRITE, Right.TAX_ID_SEE, Right.WEBHOOK_MANAGE},
    # The night and the operator at the machine: no decision that belongs to a person.
    "system": _OPERATE
    | {Right.CLIENT_READ, Right.CLIENT_WRITE, Right.DEADLINE_RULE, Right.DELIVERABLE_EDIT, Right.DOCUMENT_ADD}
    | {Right.ENGAGEMENT_WRITE, Right.PROFILE_WRITE, Right.RATES_SEE, Right.REQUEST_WRITE, Right.TASK_WRITE},
}


SERVICE = "service"
"""The role of a program's account (workspace/sign_in/service_accounts.py). None that a person has: it stands in no list of roles."""
SERVICE_RIGHTS = frozenset(
    {Right.CLIENT_READ, Right.CLIENT_WRITE, Right.DELIVERABLE_EDIT, Right.DOCUMENT_ADD, Right.ENGAGEMENT_WRITE}
    | {Right.INVOICE_WRITE, Right.MAIL_TRIAGE, Right.MONEY_SEE, Right.NOTE_WRITE, Right.PAYMENT_RECORD}
    | {Right.PORTFOLIO_READ, Right.RATES_SEE, Right.REQUEST_WRITE, Right.REVENUE_READ, Right.TASK_WRITE}
    | {Right.TIME_WRITE}
)
"""What one may have at most: no review, no release, no keys, no taxpayer ids, nothing that is about people or all clients at once."""


class Clock(Protocol):
    """Where a scope gets its day and moment from (api/clock.py)."""

    def today(self) -> date: ...

    def now(self) -> datetime: ...


@dataclass(frozen=True)
class Scope:
    """The asker. `person_id` is None for the system; `now` is aware UTC, `today` the practice's day in the firm's zone. `only` narrows the
    rights to these, for a program that may do less than its person. `own` are the rights of a role of the firm's own over `role`, None
    where she has the role as it is."""

    session: Session
    person_id: str | None
    email: str
    role: str
    now: datetime
    today: date
    only: frozenset[Right] | None = None
    own: frozenset[Right] | None = None

    def clients(self) -> Select[str]:
        """The ids of the clients that the asker may see, as a subquery: `.where(X.client_id.in_(scope.clients()))`."""
        if self.role == "system" and self.person_id is None:
            # no wall is ever around the software; without a condition the subquery is one look at the key, not a list of all clients
            return select(Client.id)
        self.session.info[ASKED] = True
        return self._seen()

    def __post_init__(self) -> None:
        # on PostgreSQL a session is held to what its first scope sees (store/fence.py)
        if fence.waits(self.session):
            self.raise_fence()

    def raise_fence(self) -> None:
        """Let the session see what this scope sees; the software's own sees all."""
        if self.role == "system" and self.person_id is None:
            fence.lift(self.session, fence.Job.SYSTEM)
        else:
            fence.see(self.session, self._seen())

    def _seen(self) -> Select[str]:
        # a page asks a dozen times: to word the condition takes longer than to look it up
        known: dict[Any, Select[str]] = self.session.info.setdefault(_SEEN, {})
        key = (self.role, self.person_id, self.now)
        if key not in known:
            walled = select(Wall.client_id).where(Wall.person_id == self.person_id)
            seen = _visible(self.role, self.person_id, self.now)
            known[key] = select(Client.id).where(seen, Client.id.not_in(walled))
        return known[key]

    @property
    def rights(self) -> frozenset[Right]:
        """What the asker may do."""
        return rights_in(self.role, self.own, self.only)

    def has(self, right: Right) -> bool:
        return right in self.rights

    def require(self, right: Right) -> None:
        """Raises Forbidden, naming the right, when the asker lacks it."""
        if not self.has(right):
            hers = right in rights_in(self.role, self.own)
            raise Forbidden(f"{'this token' if hers else f'{self.email} ({self.role})'} lacks the right {right.value}")


def rights_in(role: str, own: frozenset[Right] | None, only: frozenset[Right] | None = None) -> frozenset[Right]:
    """The rights of a role, of one of the firm's own over it, narrowed to those of a token."""
    has = SERVICE_RIGHTS if role == SERVICE else RIGHTS.get(role, frozenset())
    rights = has if own is None else own
    return rights if only is None else rights & only


def own_rights(session: Session, person: Person) -> frozenset[Right] | None:
    """The rights of a person's role of the firm's own, None where she has none; one query only where she has."""
    if person.own_role_id is None:
        return None
    differs = session.execute(
        select(RoleRight.right, RoleRight.given).where(RoleRight.role_id == person.own_role_id)
    ).tuples()
    return over(person.role, dict(differs.all()))


def over(base: str, differs: Mapping[str, bool]) -> frozenset[Right]:
    """A base's rights with what differs, by name: given, or taken away. A name that is no right any more gives nothing."""
    taken = {name for name, given in differs.items() if not given}
    kept = {right for right in RIGHTS.get(base, frozenset()) if right.value not in taken}
    return frozenset(kept | {right for right in Right if differs.get(right.value)})


def rights_of(session: Session, person: Person) -> frozenset[Right]:
    """What a person may do."""
    return rights_in(person.role, own_rights(session, person))


def people_with(right: Right) -> ColumnElement[bool]:
    """The condition on `Person` that she has the right, by her role or by one of the firm's own."""
    differs = select(RoleRight.id).where(RoleRight.role_id == Person.own_role_id, RoleRight.right == right.value)
    roles = [role for role, rights in RIGHTS.items() if right in rights and role != "system"]
    taken, given = (
        differs.where(RoleRight.given.is_(one)).correlate(Person).exists() & Person.own_role_id.is_not(None)
        for one in (False, True)
    )
    return or_(and_(Person.role.in_(roles), ~taken), given)


def scope_for(scope: Scope, person: Person) -> Scope:
    """What another person of the firm sees, in the asker's transaction."""
    own = own_rights(scope.session, person)
    return Scope(scope.session, person.id, person.email, person.role, scope.now, scope.today, None, own)


def _visible(
    role: str, person_id: str | InstrumentedAttribute[str] | None, now: datetime | None
) -> ColumnElement[bool]:
    """Which clients a person of the role sees: what comes with the role, her teams, and the glass that she broke and that is open at `now`
    (None: without any)."""
    if role in ("admin", "system"):
        return true()
    if role == SERVICE:
        every = select(ServiceAccount.id).where(ServiceAccount.person_id == person_id, ServiceAccount.all_clients)
        return or_(Client.id.in_(select(TeamMember.client_id).where(TeamMember.person_id == person_id)), every.exists())
    if role not in RIGHTS:
        return false()
    own = [select(TeamMember.client_id).where(TeamMember.person_id == person_id)]
    if now is not None:
        broken = select(Glass.client_id).where(Glass.person_id == person_id)
        own.append(broken.where(Glass.until > now, Glass.ended_at.is_(None)))
    answers: list[ColumnElement[bool]] = []
    if role in ("partner", "manager"):
        answers += [Client.partner_id == person_id, Client.manager_id == person_id]
    else:
        own += [
            select(Engagement.client_id).where(Engagement.owner_id == person_id),
            select(Task.client_id).where(Task.owner_id == person_id),
        ]
    if isinstance(person_id, InstrumentedAttribute):
        # of many people: a look at each client's own rows, where a list would be made again for every pair
        here = (one.where(one.selected_columns[0] == Client.id).correlate(Client, Person).exists() for one in own)
        return or_(*answers, *here)
    return or_(*answers, *(Client.id.in_(one) for one in own))


def who_may_see(client_ids: Collection[str], now: datetime | None) -> Select[str, Person]:
    """Who of the firm may see each of these clients, by the same rule: (client's id, person), active people only. `now` None: for good,
    without those who broke the glass."""
    walled = select(Wall.id).where(Wall.client_id == Client.id, Wall.person_id == Person.id).exists()
    rule = or_(*((Person.role == role) & _visible(role, Person.id, now) for role in RIGHTS if role != "system"))
    return (
        select(Client.id, Person)
        .join(Person, rule)
        .where(Client.id.in_(client_ids), Person.active, ~walled)
        .order_by(Client.id, Person.name, Person.email)
    )


def sees_any(client_ids: Collection[str], now: datetime | None) -> ColumnElement[bool]:
    """The condition on `Person` that she may see one of these clients at least, by the same rule: a look until the first is found."""
    walled = select(Wall.id).where(Wall.client_id == Client.id, Wall.person_id == Person.id).correlate(Client, Person)
    rule = or_(*((Person.role == role) & _visible(role, Person.id, now) for role in RIGHTS if role != "system"))
    seen = select(Client.id).where(Client.id.in_(client_ids), rule, ~walled.exists())
    return and_(Person.active, seen.correlate(Person).exists())


def open_scope(session: Session, email: str, *, clock: Clock) -> Scope:
    """The scope of a person of the firm. Raises NotFound when there is no active person of that address."""
    here = or_(Person.active, Person.role == SERVICE)  # whether an account stands, the door asked (workspace/sign_in)
    person = session.scalars(select(Person).where(Person.email == email.strip().lower(), here)).one_or_none()
    if person is None:
        raise NotFound(f"nobody who works here has the address {email}")
    own = own_rights(session, person)
    return Scope(session, person.id, person.email, person.role, clock.now(), clock.today(), None, own)


def system_scope(session: Session, name: str, *, now: datetime, today: date) -> Scope:
    """The scope of the software itself, under the name of the job that it does ("load", "night"). Sees all clients, decides nothing, and
    has the rights that are declared for the job. Raises Forbidden for a job that is not declared, where the database's jobs are."""
    jobs: Mapping[str, frozenset[Right]] | None = session.info.get(JOBS)
    if jobs is not None and name not in jobs:
        raise Forbidden(f"the software does no job of the name {name}: it is not declared")
    return Scope(session, None, f"system:{name}", "system", now, today, None if jobs is None else jobs[name])


def operator_scope(session: Session, name: str, *, now: datetime, today: date) -> Scope:
    """The scope of whoever runs a command on the machine without naming a person: the system's, under the command's name."""
    return Scope(session, None, f"system:{name}", "system", now, today)


def note_read(scope: Scope, client_id: str) -> None:
    """Remember in the session that this client was opened, for who watches over glass that was broken (people/glass.py)."""
    scope.session.info.setdefault(OPENED, set()).add(client_id)


def access_client(scope: Scope, ref: str, right: Right = Right.READ) -> Client:
    """The client of that ref. Raises NotFound outside the scope, Forbidden inside it without the right."""
    # a reading session sees one state, so that who may see a client does not change before it ends
    seen: dict[tuple[str | None, str, str], Client] = scope.session.info.get(READING, {})
    asked = (scope.person_id, scope.role, ref)
    client = seen.get(asked)
    if client is None:
        query = select(Client).where(Client.ref == ref, Client.id.in_(scope.clients()))
        client = scope.session.scalars(query).one_or_none()
        if client is None:
            raise NotFound(f"there is no client {ref}")
        seen[asked] = client
    note_read(scope, client.id)
    scope.require(right)
    return client


def access_document(scope: Scope, document_id: str, right: Right = Right.READ) -> Document:
    """The document of that id. Raises NotFound outside the scope, Forbidden inside it without the right."""
    document = scope.session.scalars(
        select(Document).where(Document.id == document_id, Document.client_id.in_(scope.clients()))
    ).one_or_none()
    if document is None:
        raise NotFound(f"there is no document {document_id}")
    note_read(scope, document.client_id)
    scope.require(right)
    return document


def openable(scope: Scope) -> ColumnElement[bool]:
    """The condition on deliverables that the asker may open."""
    hers = Deliverable.client_id.in_(scope.clients())
    return hers if scope.has(Right.MONEY_SEE) else and_(hers, Deliverable.slug.not_in(MONEY_PAPERS))


def access_deliverable(scope: Scope, deliverable_id: str, right: Right = Right.READ) -> Deliverable:
    """The deliverable whose id begins so. Raises NotFound outside the scope, Invalid when several begin so, Forbidden without
    the right."""
    found = scope.session.scalars(
        select(Deliverable)
        .where(Deliverable.id.startswith(deliverable_id, autoescape=True), Deliverable.client_id.in_(scope.clients()))
        .order_by(Deliverable.id)
        .limit(2)
    ).all()
    if not found or not deliverable_id:
        raise NotFound(f"there is no deliverable {deliverable_id}")
    if len(found) > 1 and found[0].id != deliverable_id:
        raise Invalid(f"several deliverables begin with {deliverable_id}; give more of the id")
    if found[0].slug in MONEY_PAPERS:
        scope.require(Right.MONEY_SEE)
    note_read(scope, found[0].client_id)
    scope.require(right)
    return found[0]

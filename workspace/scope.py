"""Who asks, in which transaction, and when: the one way to a client's rows (ARCHITECTURE.md, law 3).

Owns who may see which client and who has which right. Everything is denied that is not granted here. Outside the scope a row is
"not found"; inside it without the right the answer is "forbidden", and names the right. Never reads the clock.
"""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum
from typing import Protocol

from sqlalchemy import ColumnElement, Select, false, or_, select, true
from sqlalchemy.orm import InstrumentedAttribute, Session

from store.database import READING
from store.errors import Forbidden, Invalid, NotFound
from store.tables import Client, Deliverable, Document, Engagement, Person, Task, Wall


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
    {Right.AUDIT_READ, Right.BACKUP_MAKE, Right.EXPORT_WRITE, Right.INTAKE_SORT, Right.KEY_ROTATE, Right.MONEY_SEE}
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


class Clock(Protocol):
    """Where a scope gets its day and moment from (api/clock.py)."""

    def today(self) -> date: ...

    def now(self) -> datetime: ...


@dataclass(frozen=True)
class Scope:
    """The asker. `person_id` is None for the system; `now` is aware UTC, `today` the practice's day in the firm's zone. `only` narrows the
    role's rights to these, for a program that may do less than its person."""

    session: Session
    person_id: str | None
    email: str
    role: str
    now: datetime
    today: date
    only: frozenset[Right] | None = None

    def clients(self) -> Select[str]:
        """The ids of the clients that the asker may see, as a subquery: `.where(X.client_id.in_(scope.clients()))`."""
        if self.role == "system" and self.person_id is None:
            # no wall is ever around the software; without a condition the subquery is one look at the key, not a list of all clients
            return select(Client.id)
        walled = select(Wall.client_id).where(Wall.person_id == self.person_id)
        return select(Client.id).where(_visible(self.role, self.person_id), Client.id.not_in(walled))

    def has(self, right: Right) -> bool:
        return right in RIGHTS.get(self.role, frozenset()) and (self.only is None or right in self.only)

    def require(self, right: Right) -> None:
        """Raises Forbidden, naming the right, when the asker lacks it."""
        if not self.has(right):
            who = f"{self.email} ({self.role})" if right not in RIGHTS.get(self.role, frozenset()) else "this token"
            raise Forbidden(f"{who} lacks the right {right.value}")


def _visible(role: str, person_id: str | InstrumentedAttribute[str] | None) -> ColumnElement[bool]:
    if role in ("admin", "system"):
        return true()
    if role in ("partner", "manager"):
        return or_(Client.partner_id == person_id, Client.manager_id == person_id)
    if role in ("senior", "staff"):
        engagements = select(Engagement.client_id).where(Engagement.owner_id == person_id)
        tasks = select(Task.client_id).where(Task.owner_id == person_id)
        if isinstance(person_id, InstrumentedAttribute):
            # of many people: a look at each client's own work, where a list would be made again for every pair
            own = engagements.where(Engagement.client_id == Client.id), tasks.where(Task.client_id == Client.id)
            return or_(*(one.correlate(Client, Person).exists() for one in own))
        return or_(Client.id.in_(engagements), Client.id.in_(tasks))
    return false()


def who_may_see(client_ids: Collection[str]) -> Select[str, Person]:
    """Who of the firm may see each of these clients, by the same rule: (client's id, person), active people only."""
    walled = select(Wall.id).where(Wall.client_id == Client.id, Wall.person_id == Person.id).exists()
    rule = or_(*((Person.role == role) & _visible(role, Person.id) for role in RIGHTS if role != "system"))
    return (
        select(Client.id, Person)
        .join(Person, rule)
        .where(Client.id.in_(client_ids), Person.active, ~walled)
        .order_by(Client.id, Person.name, Person.email)
    )


def open_scope(session: Session, email: str, *, clock: Clock) -> Scope:
    """The scope of a person of the firm. Raises NotFound when there is no active person of that address."""
    person = session.scalars(select(Person).where(Person.email == email.strip().lower(), Person.active)).one_or_none()
    if person is None:
        raise NotFound(f"nobody who works here has the address {email}")
    return Scope(session, person.id, person.email, person.role, clock.now(), clock.today())


def system_scope(session: Session, name: str, *, now: datetime, today: date) -> Scope:
    """The scope of the software itself, under the name of what it is doing ("load", "night"). Sees all clients, decides nothing."""
    return Scope(session, None, f"system:{name}", "system", now, today)


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
    scope.require(right)
    return client


def access_document(scope: Scope, document_id: str, right: Right = Right.READ) -> Document:
    """The document of that id. Raises NotFound outside the scope, Forbidden inside it without the right."""
    document = scope.session.scalars(
        select(Document).where(Document.id == document_id, Document.client_id.in_(scope.clients()))
    ).one_or_none()
    if document is None:
        raise NotFound(f"there is no document {document_id}")
    scope.require(right)
    return document


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
    scope.require(right)
    return found[0]

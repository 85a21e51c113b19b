"""Matters of a law firm: the list, a matter's page, its parties, and opening and closing one. A matter is an engagement of that template.

A matter is closed when its trust ledger is empty; open time, unpaid invoices, tasks and dates ahead are told first and may stand with a
reason. Parties feed the conflict search. Amounts are shown to those who may see them.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from sqlalchemy import and_, exists, func, or_, select

from store.audit import AuditTag
from store.errors import Conflict, Invalid, NotFound
from store.ids import stable_id
from store.rows import PARTY_ROLES
from store.tables import (
    Client,
    ConflictDecision,
    ConflictSearch,
    Document,
    Engagement,
    EngagementLetter,
    EnteredDeadline,
    FeeAgreement,
    Invoice,
    Party,
    Payment,
    Person,
    Task,
    TimeEntry,
    TrustEntry,
    TrustLedger,
)
from workspace.acting import record
from workspace.billing.acts import reason_in
from workspace.billing.amounts import ZERO
from workspace.billing.wip import in_hand, open_costs, open_work
from workspace.law.dates import matter_of
from workspace.scope import Right, Scope, access_client
from workspace.undo import expect, mark_of
from workspace.workflow.starting import Start, start_engagement

OPEN = ("not-started", "waiting-on-client", "in-progress", "in-review", "ready-to-file")


@dataclass(frozen=True)
class Listed:
    """A matter for the list. `trust` None: no ledger, or no right to see it. `fee` is the kind of its agreement, `signed` whether its
    letter is. `unconfirmed` counts dates ahead that one person alone entered."""

    ref: str
    title: str
    client_ref: str
    client: str
    owner: str | None
    stage: str
    open: bool
    against: tuple[str, ...]
    next_on: date | None
    next_title: str | None
    unconfirmed: int
    trust: Decimal | None
    fee: str | None
    signed: bool


@dataclass(frozen=True)
class PartyShown:
    """A party of a matter. `mark` tells whether somebody changed it meanwhile."""

    id: str
    name: str
    role: str
    aliases: tuple[str, ...]
    mark: str


@dataclass(frozen=True)
class TaskShown:
    """A task of a matter."""

    title: str
    owner: str | None
    due: date | None
    done: bool


@dataclass(frozen=True)
class Worked:
    """Time on a matter, the newest first."""

    on: date
    person: str
    hours: Decimal
    what: str


@dataclass(frozen=True)
class Closing:
    """What stands in the way of closing a matter, and what is only told. In sentences."""

    bars: tuple[str, ...]
    told: tuple[str, ...]


def matters(scope: Scope, *, every: bool = False) -> list[Listed]:
    """The matters of the asker's clients, open ones or all, those with the nearest date first; six queries."""
    query = (
        select(Engagement, Client, Person.name, FeeAgreement.kind, EngagementLetter.signed_on)
        .join(Client, Client.id == Engagement.client_id)
        .outerjoin(Person, Person.id == Engagement.owner_id)
        .outerjoin(FeeAgreement, FeeAgreement.engagement_id == Engagement.id)
        .outerjoin(EngagementLetter, EngagementLetter.engagement_id == Engagement.id)
        .where(Engagement.template == "matter", Engagement.client_id.in_(scope.clients()))
        .order_by(Client.name, Engagement.ref)
    )
    if not every:
        query = query.where(Engagement.stage.in_(OPEN))
    rows = scope.session.execute(query).tuples().all()
    against, dates, trust = _against(scope), _ahead(scope), _trust(scope)
    found = []
    for row, client, owner, fee, signed in rows:
        ahead = dates.get(row.id, [])
        found.append(
            Listed(
                ref=row.ref,
                title=row.title,
                client_ref=client.ref,
                client=client.name,
                owner=owner,
                stage=row.stage,
                open=row.stage in OPEN,
                against=tuple(against.get(row.id, ())),
                next_on=ahead[0].due if ahead else None,
                next_title=ahead[0].title if ahead else None,
                unconfirmed=sum(one.confirmed_by is None for one in ahead),
                trust=trust.get(row.id),
                fee=fee,
                signed=signed is not None,
            )
        )
    return sorted(found, key=lambda one: (one.next_on or date.max, one.client, one.ref))


def parties_of(scope: Scope, matter_ref: str) -> list[PartyShown]:
    """The parties of a matter, the client's side first; two queries. Raises NotFound."""
    matter = matter_of(scope, matter_ref)
    rows = scope.session.scalars(
        select(Party).where(Party.engagement_id == matter.id, Party.client_id.in_(scope.clients()))
    ).all()
    order = {role: number for number, role in enumerate(PARTY_ROLES)}
    return [
        PartyShown(row.id, row.name, row.role, tuple(map(str, row.aliases)), mark_of(row))
        for row in sorted(rows, key=lambda row: (order.get(row.role, 99), row.name))
    ]


def put_party(
    scope: Scope,
    matter_ref: str,
    name: str,
    role: str,
    aliases: Sequence[str] = (),
    *,
    party_id: str = "",
    mark: str = "",
) -> Party:
    """Add a party to a matter, or change one. Search for conflicts afterwards: a new party is a new conflict. Raises NotFound, Forbidden
    without engagement:write, Invalid, Conflict where somebody changed it meanwhile or the matter has it."""
    matter = matter_of(scope, matter_ref, Right.ENGAGEMENT_WRITE)
    told = " ".join(name.split())[:200]
    others = list(dict.fromkeys(text for one in aliases if (text := " ".join(one.split())[:200]) and text != told))[:30]
    if not told:
        raise Invalid("a party needs its name")
    if role not in PARTY_ROLES:
        raise Invalid(f"a party is {', '.join(PARTY_ROLES)}")
    same = select(Party).where(Party.engagement_id == matter.id, Party.name == told, Party.id != party_id)
    if scope.session.scalar(select(exists(same))):
        raise Conflict(f"{told} is on the matter already")
    if party_id:
        row = _party(scope, matter, party_id)
        expect(row, mark, row.name)
        row.name, row.role, row.aliases = told, role, others
    else:
        row = Party(id=_party_id(scope, matter, told), client_id=matter.client_id, engagement_id=matter.id)
        row.name, row.role, row.aliases = told, role, others
        scope.session.add(row)
    scope.session.flush()
    record(
        scope,
        AuditTag.PARTY_CHANGED,
        f"party:{row.id}",
        row.client_id,
        role=role,
        act="changed" if party_id else "added",
    )
    return row


def remove_party(scope: Scope, matter_ref: str, party_id: str, mark: str = "") -> None:
    """Take a party off a matter. Raises as `put_party`."""
    matter = matter_of(scope, matter_ref, Right.ENGAGEMENT_WRITE)
    row = _party(scope, matter, party_id)
    expect(row, mark, row.name)
    record(scope, AuditTag.PARTY_CHANGED, f"party:{row.id}", row.client_id, role=row.role, act="removed")
    scope.session.delete(row)
    scope.session.flush()


def open_matter(
    scope: Scope,
    client_ref: str,
    title: str,
    *,
    owner: str | None = None,
    search_id: str | None = None,
    against: Sequence[str] = (),
) -> Engagement:
    """Open a matter of a client, with the client as its first party and those against it. `search_id` is the conflict search that was made
    for it. Raises NotFound, Forbidden without engagement:write, Invalid without a title, Conflict where the search was declined or
    waits for its decision."""
    client = access_client(scope, client_ref, Right.ENGAGEMENT_WRITE)
    name = " ".join(title.split())[:200]
    if not name:
        raise Invalid("a matter needs its title, like Hess v. Harlan")
    if search_id:
        _cleared(scope, search_id)
    matter = start_engagement(scope, Start(client.ref, "matter", owner=owner, title=name))
    matter.stage, matter.started_on = "in-progress", scope.today
    scope.session.flush()
    put_party(scope, matter.ref, client.name, "client")
    for one in against:
        if one.strip():
            put_party(scope, matter.ref, one, "opponent")
    record(scope, AuditTag.MATTER_OPENED, f"engagement:{matter.ref}", client.id, search=search_id)
    return matter


def closing(scope: Scope, matter_ref: str) -> Closing:
    """What closing a matter would meet; about nine queries. Raises NotFound."""
    matter = matter_of(scope, matter_ref)
    bars, told = [], list[str]()
    held = _balance(scope, matter.id)
    if held:
        bars.append(f"The trust ledger holds {held:,.2f}: pay it to the client, or to whom it belongs, first.")
    work = open_work(scope, TimeEntry.engagement_id == matter.id)
    value = sum((one.value for one in work), ZERO)
    if work:
        worth = f" worth {value:,.2f}" if scope.has(Right.RATES_SEE) else ""
        entries = "1 entry of time" if len(work) == 1 else f"{len(work)} entries of time"
        told.append(f"{entries}{worth} {'is' if len(work) == 1 else 'are'} not billed.")
    paid = func.coalesce(
        select(func.sum(Payment.amount)).where(Payment.invoice_id == Invoice.id).correlate(Invoice).scalar_subquery(), 0
    )
    owed = scope.session.execute(
        select(func.count(), func.sum(Invoice.amount - paid)).where(
            Invoice.engagement_id == matter.id, Invoice.amount - paid > 0
        )
    ).one()
    if owed[0]:
        told.append(f"{owed[0]} {'invoice is' if owed[0] == 1 else 'invoices are'} not paid.")
    tasks = scope.session.scalar(
        select(func.count()).select_from(Task).where(Task.engagement_id == matter.id, Task.status == "open")
    )
    if tasks:
        told.append(f"{tasks} {'task is' if tasks == 1 else 'tasks are'} open.")
    ahead = _ahead(scope).get(matter.id, [])
    if ahead:
        told.append(
            f"{ahead[0].title} is due on {ahead[0].due:%B %-d, %Y}."
            if len(ahead) == 1
            else f"{len(ahead)} dates are ahead."
        )
    return Closing(tuple(bars), tuple(told))


def close_matter(scope: Scope, matter_ref: str, reason: str = "") -> Engagement:
    """Close a matter; its stage is done. Raises NotFound, Forbidden without engagement:write, Conflict while the trust ledger holds money
    or it is closed, Invalid without a reason where something is left open."""
    matter = matter_of(scope, matter_ref, Right.ENGAGEMENT_WRITE)
    if matter.stage not in OPEN:
        raise Conflict("the matter is closed")
    found = _may_close(scope, matter)
    why = reason_in(reason) if found.told else " ".join(reason.split())[:600]
    matter.stage, matter.finished_on = "done", scope.today
    scope.session.flush()
    record(
        scope,
        AuditTag.MATTER_CLOSED,
        f"engagement:{matter.ref}",
        matter.client_id,
        left=" ".join(found.told),
        reason=why,
    )
    return matter


def closed_by_stage(scope: Scope, matter: Engagement) -> None:
    """Before a matter is moved to a stage that ends it: as `close_matter`, without a reason. Raises Conflict while the trust ledger holds
    money, and where something is left open, which its own page asks a reason for."""
    found = _may_close(scope, matter)
    if found.told:
        raise Conflict(
            f"{' '.join(found.told)} Close the matter on its own page, with the reason: /matters/{matter.ref}"
        )


def _may_close(scope: Scope, matter: Engagement) -> Closing:
    # whoever moves the ledger's money waits until the matter is closed, and the other way round
    scope.session.execute(select(TrustLedger.id).where(TrustLedger.engagement_id == matter.id).with_for_update()).all()
    found = closing(scope, matter.ref)
    if found.bars:
        raise Conflict(" ".join(found.bars))
    return found


def reopen_matter(scope: Scope, matter_ref: str) -> Engagement:
    """Open a closed matter again. Raises NotFound, Forbidden, Conflict where it is open."""
    matter = matter_of(scope, matter_ref, Right.ENGAGEMENT_WRITE)
    if matter.stage in OPEN:
        raise Conflict("the matter is open")
    matter.stage, matter.finished_on = "in-progress", None
    scope.session.flush()
    record(scope, AuditTag.MATTER_REOPENED, f"engagement:{matter.ref}", matter.client_id)
    return matter


def tasks_of(scope: Scope, matter: Engagement) -> list[TaskShown]:
    """The tasks of a matter, open ones first, by their day; one query."""
    query = (
        select(Task, Person.name)
        .outerjoin(Person, Person.id == Task.owner_id)
        .where(Task.engagement_id == matter.id, Task.client_id.in_(scope.clients()))
    )
    found = [
        TaskShown(task.title, owner, task.due, task.status != "open")
        for task, owner in scope.session.execute(query).tuples()
    ]
    return sorted(found, key=lambda one: (one.done, one.due or date.max, one.title))


def time_of(scope: Scope, matter: Engagement, most: int = 12) -> tuple[Decimal, list[Worked]]:
    """Hours on a matter in all, and its latest entries; one query."""
    whole = func.sum(TimeEntry.hours).over()
    query = (
        select(TimeEntry, Person.name, whole)
        .join(Person, Person.id == TimeEntry.person_id)
        .where(TimeEntry.engagement_id == matter.id, TimeEntry.client_id.in_(scope.clients()))
        .order_by(TimeEntry.date.desc(), TimeEntry.id)
        .limit(most)
    )
    rows = scope.session.execute(query).tuples().all()
    return (rows[0][2] if rows else ZERO), [
        Worked(row.date, name, row.hours, ": ".join(filter(None, (row.service, row.note))) or "–")
        for row, name, _ in rows
    ]


def documents_of(scope: Scope, matter: Engagement, most: int = 60) -> list[tuple[str, str]]:
    """Documents of the matter's client that a fee agreement may be: id and path, the newest first; one query."""
    query = (
        select(Document.id, Document.path)
        .where(Document.client_id == matter.client_id, Document.client_id.in_(scope.clients()))
        .order_by(Document.path)
        .limit(most)
    )
    return list(scope.session.execute(query).tuples())


def open_value(scope: Scope, matter: Engagement) -> Decimal:
    """What the matter's open time and expenses are worth, dollars. Raises Forbidden without rates:see."""
    from store.tables import Expense

    scope.require(Right.RATES_SEE)
    found = in_hand(
        open_work(scope, TimeEntry.engagement_id == matter.id), open_costs(scope, Expense.engagement_id == matter.id)
    )
    return sum((one.value + one.expenses for one in found), ZERO)


def _cleared(scope: Scope, search_id: str) -> None:
    """Raises NotFound for an unknown search, Conflict where it found somebody and no partner cleared or waived it."""
    from workspace.law.conflicts import show_search

    whose = or_(ConflictSearch.client_id.is_(None), ConflictSearch.client_id.in_(scope.clients()))
    if scope.session.scalar(select(ConflictSearch.id).where(ConflictSearch.id == search_id, whose)) is None:
        raise NotFound(f"there is no conflict search {search_id}")
    if scope.has(Right.CONFLICT_SEARCH):
        state = show_search(scope, search_id).state
    else:
        last = select(ConflictDecision.decision).where(ConflictDecision.search_id == search_id)
        state = scope.session.scalar(last.order_by(ConflictDecision.number.desc()).limit(1)) or "open"
    if state == "declined":
        raise Conflict("a partner declined this after the conflict search")
    if state == "open":
        raise Conflict("the conflict search found somebody: a partner clears or waives it first")


def _party(scope: Scope, matter: Engagement, party_id: str) -> Party:
    found = scope.session.scalars(
        select(Party).where(
            Party.id == party_id, Party.engagement_id == matter.id, Party.client_id.in_(scope.clients())
        )
    ).one_or_none()
    if found is None:
        raise NotFound(f"there is no party {party_id} on the matter")
    return found


def _party_id(scope: Scope, matter: Engagement, name: str) -> str:
    """As a load names it (workspace/records/matters.py); a name that was a party's before it was changed gets another."""
    key, nth = stable_id("party", matter.ref, name), 0
    while scope.session.get(Party, key) is not None:
        nth += 1
        key = stable_id("party", matter.ref, name, nth)
    return key


def _against(scope: Scope) -> dict[str, list[str]]:
    query = (
        select(Party.engagement_id, Party.name)
        .where(Party.role == "opponent", Party.client_id.in_(scope.clients()))
        .order_by(Party.name)
    )
    found: dict[str, list[str]] = {}
    for matter, name in scope.session.execute(query).tuples():
        found.setdefault(matter, []).append(name)
    return found


def _ahead(scope: Scope) -> dict[str, list[Any]]:
    """Dates from today on by matter, in order."""
    query = (
        select(EnteredDeadline.engagement_id, EnteredDeadline.due, EnteredDeadline.title, EnteredDeadline.confirmed_by)
        .where(EnteredDeadline.due >= scope.today, EnteredDeadline.client_id.in_(scope.clients()))
        .where(EnteredDeadline.engagement_id.is_not(None))
        .order_by(EnteredDeadline.due, EnteredDeadline.title)
    )
    found: dict[str, list[Any]] = {}
    for row in scope.session.execute(query):
        found.setdefault(row.engagement_id, []).append(row)
    return found


def _trust(scope: Scope) -> dict[str, Decimal]:
    if not scope.has(Right.TRUST_WRITE):
        return {}
    query = (
        select(TrustLedger.engagement_id, func.coalesce(func.sum(TrustEntry.amount), 0))
        .outerjoin(TrustEntry, and_(TrustEntry.ledger_id == TrustLedger.id, TrustEntry.on <= scope.today))
        .where(TrustLedger.client_id.in_(scope.clients()), TrustLedger.engagement_id.is_not(None))
        .group_by(TrustLedger.engagement_id)
    )
    return {matter: total for matter, total in scope.session.execute(query).tuples() if matter}


def _balance(scope: Scope, matter_id: str) -> Decimal:
    query = (
        select(func.sum(TrustEntry.amount))
        .join(TrustLedger, TrustLedger.id == TrustEntry.ledger_id)
        .where(TrustLedger.engagement_id == matter_id)
    )
    return scope.session.scalar(query) or ZERO

"""The trust account's month, three ways: the bank's statement, the journal, the clients' ledgers (Model Rule 1.15(a), state trust rules).

The bank's balance less what was paid out and has not cleared, plus what came in and has not, is the journal's balance; the journal's
balance is the sum of all ledgers and of what is no client's. The second must hold to be signed; a difference to the bank is explained in
words. What is signed is kept as it was found and locks the month. The reconciliation is of the whole account: what belongs to clients that
its reader may not see is told as one sum, without a name.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Any

from sqlalchemy import and_, func, or_, select
from sqlalchemy.orm import aliased

from store import fence
from store.audit import AuditTag
from store.errors import Conflict, Invalid, NotFound
from store.ids import stable_id
from store.tables import (
    Client,
    Document,
    Engagement,
    FactRow,
    Person,
    TrustEntry,
    TrustLedger,
    TrustLine,
    TrustReconciliation,
)
from workspace.acting import person_of, record
from workspace.billing.amounts import MOST, ZERO
from workspace.deadlines import month_end
from workspace.law.trust import OWN, own_balances, signed_through
from workspace.scope import Right, Scope

OTHERS = "Clients that you may not see"


@dataclass(frozen=True)
class Line:
    """A movement of the journal that the bank had not booked by the month's end. `client` None: no client's."""

    id: str
    on: date
    kind: str
    payee: str | None
    number: str | None
    memo: str
    client: str | None
    amount: Decimal


@dataclass(frozen=True)
class Held:
    """What one ledger holds at the month's end."""

    client_ref: str | None
    name: str
    balance: Decimal


@dataclass(frozen=True)
class Reconciliation:
    """A month's three ways. `bank` None: no balance was entered. `in_transit` and `outstanding` are the
    sums of `uncleared` above and below 0."""

    month: date
    state: str
    bank: Decimal | None
    document_id: str | None
    in_transit: Decimal
    outstanding: Decimal
    book: Decimal
    ledgers: tuple[Held, ...]
    uncleared: tuple[Line, ...]
    below: tuple[str, ...]
    explanation: str
    prepared_by: str | None
    signed_by: str | None
    signed_at: datetime | None

    @property
    def adjusted(self) -> Decimal | None:
        """The bank's balance as it will be when all has cleared."""
        return None if self.bank is None else self.bank + self.in_transit + self.outstanding

    @property
    def held(self) -> Decimal:
        """The sum of all ledgers."""
        return sum((one.balance for one in self.ledgers), ZERO)

    @property
    def difference(self) -> Decimal | None:
        """Adjusted bank less journal; 0 when they agree."""
        return None if self.adjusted is None else self.adjusted - self.book

    @property
    def ties(self) -> bool:
        """All three are equal."""
        return self.adjusted == self.book == self.held


@dataclass(frozen=True)
class Month:
    """A month for the list: its last day, what it is (open, draft, signed), and who signed."""

    month: date
    state: str
    signed_by: str | None
    signed_at: datetime | None


@fence.beyond(fence.Job.TOTALS)
def months(scope: Scope) -> list[Month]:
    """Every month since the account's first movement that has ended, the newest first; three queries. Raises Forbidden."""
    scope.require(Right.TRUST_WRITE)
    first = scope.session.scalar(select(func.min(TrustLine.on)))
    query = select(TrustReconciliation, Person.name).outerjoin(Person, Person.id == TrustReconciliation.signed_by)
    known = {row.month: (row, name) for row, name in scope.session.execute(query).tuples()}
    found: list[Month] = []
    end = month_end(first.year, first.month) if first else scope.today
    while end < scope.today:
        row, name = known.get(end, (None, None))
        found.append(Month(end, row.state if row else "open", name, row.signed_at if row else None))
        end = month_end(end.year, end.month + 1)
    return found[::-1]


@fence.beyond(fence.Job.TOTALS)
def reconciliation(scope: Scope, month: date) -> Reconciliation:
    """A month as it stands, or as it was signed; six queries. Raises Forbidden without trust:write, Invalid for what is no past month."""
    scope.require(Right.TRUST_WRITE)
    end = _month(scope, month)
    row = scope.session.scalars(select(TrustReconciliation).where(TrustReconciliation.month == end)).one_or_none()
    ids = {row.prepared_by, row.signed_by} if row else set[str | None]()
    people = dict(scope.session.execute(select(Person.id, Person.name).where(Person.id.in_(ids))).tuples().all())
    lines = _uncleared(scope, end)
    ledgers, below = _ledgers(scope, end)
    book = scope.session.scalar(select(func.sum(TrustLine.amount)).where(TrustLine.on <= end)) or ZERO
    return Reconciliation(
        month=end,
        state=row.state if row else "open",
        bank=row.bank_balance if row else None,
        document_id=_seen_document(scope, row.document_id) if row and row.document_id else None,
        in_transit=sum((one.amount for one in lines if one.amount > 0), ZERO),
        outstanding=sum((one.amount for one in lines if one.amount < 0), ZERO),
        book=book,
        ledgers=tuple(ledgers),
        uncleared=tuple(lines),
        below=tuple(below),
        explanation=row.explanation if row else "",
        prepared_by=people.get(row.prepared_by) if row else None,
        signed_by=people.get(row.signed_by or "") if row else None,
        signed_at=row.signed_at if row else None,
    )


@fence.beyond(fence.Job.TOTALS)
def prepare(
    scope: Scope, month: date, bank_balance: Decimal | None, *, explanation: str = "", document_id: str | None = None
) -> Reconciliation:
    """Enter what the bank's statement says at the month's end, None: as read from the document; and why it differs where it does. Raises
    Forbidden without trust:write, NotFound, Invalid for a month that is not over or without a balance, Conflict for one that is signed."""
    scope.require(Right.TRUST_WRITE)
    end = _month(scope, month)
    if bank_balance is None:
        bank_balance = next((value for key, _, value in bank_documents(scope, end) if key == document_id), None)
        if bank_balance is None:
            raise Invalid("enter the balance, or choose a bank statement of which it was read")
    if abs(bank_balance) > MOST:
        raise Invalid("the balance is more than an account holds")
    if document_id and _seen_document(scope, document_id) is None:
        raise NotFound(f"there is no document {document_id}")
    row = _row(scope, end)
    words = " ".join(explanation.split())[:2000]
    if row is None:
        row = TrustReconciliation(id=stable_id("rec", end), month=end, state="draft", explanation=words)
        row.bank_balance, row.prepared_by, row.prepared_at = bank_balance, person_of(scope), scope.now
        scope.session.add(row)
    elif row.state == "signed":
        raise Conflict(f"{end:%B %Y} is signed: it stays as it is")
    row.bank_balance, row.explanation, row.document_id = bank_balance, words, document_id or row.document_id
    row.prepared_by, row.prepared_at = person_of(scope), scope.now
    scope.session.flush()
    record(scope, AuditTag.TRUST_PREPARED, f"trust:{row.id}", None, month=end, bank=bank_balance)
    return reconciliation(scope, end)


@fence.beyond(fence.Job.TOTALS)
def sign(scope: Scope, month: date) -> Reconciliation:
    """Sign a month: it is locked, and every ledger counts as reconciled through it. Raises Forbidden without trust:reconcile, Conflict
    where no balance was entered, the ledgers are not the journal, one is below zero, a difference is not explained, or a draft waits."""
    scope.require(Right.TRUST_RECONCILE)
    end = _month(scope, month)
    # whoever moves money takes her ledger first: what is summed here stays so until the month is locked
    scope.session.execute(select(TrustLedger.id).order_by(TrustLedger.id).with_for_update()).all()
    row = _row(scope, end)
    found = reconciliation(scope, end)
    if row is None or row.state == "signed":
        raise Conflict("it is signed already" if row else "enter the balance of the bank's statement first")
    if found.held != found.book:
        raise Conflict(
            f"the ledgers hold {found.held:,.2f} and the journal {found.book:,.2f}: find the movement that is in one only"
        )
    if found.below:
        raise Conflict(f"a ledger is below zero: {', '.join(found.below)}; restore the money first")
    if found.difference and not found.explanation:
        raise Conflict(f"the bank differs from the journal by {found.difference:,.2f}: explain it before it is signed")
    waits = select(TrustReconciliation.month).where(
        TrustReconciliation.state == "draft", TrustReconciliation.month < end
    )
    if (earlier := scope.session.scalar(waits.order_by(TrustReconciliation.month).limit(1))) is not None:
        raise Conflict(f"{earlier:%B %Y} is prepared and not signed: sign the months in order")
    row.found = _frozen(scope, end, found)
    row.state, row.signed_by, row.signed_at = "signed", person_of(scope), scope.now
    first = select(TrustEntry.ledger_id).where(TrustEntry.on <= end)
    for ledger in scope.session.scalars(select(TrustLedger).where(TrustLedger.id.in_(first))):
        if ledger.reconciled_on is None or ledger.reconciled_on < end:
            ledger.reconciled_on = end
    scope.session.flush()
    told = {"month": end, "bank": found.bank, "book": found.book, "ledgers": found.held}
    record(scope, AuditTag.TRUST_SIGNED, f"trust:{row.id}", None, **told)
    return reconciliation(scope, end)


def bank_documents(scope: Scope, month: date) -> list[tuple[str, str, Decimal]]:
    """Bank statements among the asker's documents that end in the month with a balance that was read: id, path, dollars. One query."""
    scope.require(Right.TRUST_WRITE)
    end = _month(scope, month)
    ending, closing = aliased(FactRow), aliased(FactRow)
    query = (
        select(Document.id, Document.path, closing.value)
        .join(ending, and_(ending.version_id == Document.current_version_id, ending.name == "period_end"))
        .join(closing, and_(closing.version_id == Document.current_version_id, closing.name == "closing_balance"))
        .where(Document.client_id.in_(scope.clients()), ending.value == end.isoformat())
        .order_by(Document.path)
        .limit(20)
    )
    found = []
    for key, path, value in scope.session.execute(query).tuples():
        try:
            found.append((key, path, Decimal(str(value))))
        except ArithmeticError:
            continue  # a value that is no amount is not offered
    return found


def _month(scope: Scope, month: date) -> date:
    end = month_end(month.year, month.month)
    if end >= scope.today:
        raise Invalid(f"{end:%B %Y} is not over yet")
    return end


def _row(scope: Scope, end: date) -> TrustReconciliation | None:
    return scope.session.scalars(
        select(TrustReconciliation)
        .where(TrustReconciliation.month == end)
        .with_for_update()
        .execution_options(populate_existing=True)
    ).one_or_none()


def _seen_document(scope: Scope, document_id: str) -> str | None:
    ours = select(Document.id).where(Document.id == document_id, Document.client_id.in_(scope.clients()))
    return scope.session.scalar(ours)


def _uncleared(scope: Scope, end: date) -> list[Line]:
    """What stands in the journal by the month's end and not on the bank's statement; of clients out of sight as one line each way."""
    query = (
        select(TrustLine, Client.name)
        .outerjoin(Client, and_(Client.id == TrustLine.client_id, Client.id.in_(scope.clients())))
        .where(TrustLine.on <= end, or_(TrustLine.cleared_on.is_(None), TrustLine.cleared_on > end))
        .order_by(TrustLine.on, TrustLine.id)
    )
    seen: list[Line] = []
    other = {True: ZERO, False: ZERO}
    for line, client in scope.session.execute(query).tuples():
        if client is None and line.own is None:
            other[line.amount > 0] += line.amount
        else:
            seen.append(Line(line.id, line.on, line.kind, line.payee, line.number, line.memo, client, line.amount))
    return seen + [Line("", end, "", None, None, OTHERS, None, amount) for amount in other.values() if amount]


def _ledgers(scope: Scope, end: date) -> tuple[list[Held], list[str]]:
    """What every ledger holds, those out of sight as one sum; and which are below zero."""
    query = (
        select(Client.ref, Client.name, Engagement.title, func.sum(TrustEntry.amount))
        .select_from(TrustEntry)
        .join(TrustLedger, TrustLedger.id == TrustEntry.ledger_id)
        .outerjoin(Client, and_(Client.id == TrustLedger.client_id, Client.id.in_(scope.clients())))
        .outerjoin(Engagement, Engagement.id == TrustLedger.engagement_id)
        .where(TrustEntry.on <= end)
        .group_by(TrustLedger.id, Client.ref, Client.name, Engagement.title)
        .order_by(Client.name, Engagement.title)
    )
    found, below, other = list[Held](), list[str](), list[Decimal]()
    for ref, client, matter, balance in scope.session.execute(query).tuples():
        name = OTHERS if ref is None else f"{client}, {matter}" if matter else client
        if balance < 0 and name not in below:
            below.append(name)
        if ref is None:
            other.append(balance)
        else:
            found.append(Held(ref, name, balance))
    if other:
        found.append(Held(None, OTHERS, sum(other, ZERO)))
    own = own_balances(scope, end)
    return found + [Held(None, OWN[name], amount) for name, amount in own.items() if amount], below


def _frozen(scope: Scope, end: date, found: Reconciliation) -> dict[str, Any]:
    """What was signed, by ids that say nothing to who may not see the client."""
    sums = select(TrustEntry.ledger_id, func.sum(TrustEntry.amount)).where(TrustEntry.on <= end)
    ledgers = {key: str(total) for key, total in scope.session.execute(sums.group_by(TrustEntry.ledger_id)).tuples()}
    late = or_(TrustLine.cleared_on.is_(None), TrustLine.cleared_on > end)
    lines = scope.session.execute(select(TrustLine.id, TrustLine.amount).where(TrustLine.on <= end, late)).tuples()
    return {
        "bank": str(found.bank),
        "book": str(found.book),
        "ledgers": ledgers,
        "own": {name: str(amount) for name, amount in own_balances(scope, end).items()},
        "uncleared": {key: str(amount) for key, amount in lines},
        "difference": str(found.difference),
    }


def as_rows(found: Reconciliation) -> Sequence[tuple[str, str, str, str, Decimal]]:
    """The reconciliation as rows of a file: part, day, what, number, dollars."""
    assert found.adjusted is not None and found.difference is not None
    rows: list[tuple[str, str, str, str, Decimal]] = [
        ("bank", found.month.isoformat(), "Balance of the statement", "", found.bank or ZERO)
    ]
    for one in found.uncleared:
        part = "in transit" if one.amount > 0 else "outstanding"
        rows.append((part, one.on.isoformat(), one.payee or one.memo, one.number or "", one.amount))
    rows.append(("bank", found.month.isoformat(), "Adjusted", "", found.adjusted))
    rows.append(("journal", found.month.isoformat(), "Balance", "", found.book))
    rows += [("ledger", found.month.isoformat(), one.name, "", one.balance) for one in found.ledgers]
    rows.append(("ledgers", found.month.isoformat(), "Sum", "", found.held))
    rows.append(("difference", found.month.isoformat(), found.explanation, "", found.difference))
    return rows


@fence.beyond(fence.Job.TOTALS)
def first_open(scope: Scope) -> date | None:
    """The oldest month that has ended since the last signed one; None where all are signed or nothing moved."""
    signed, first = signed_through(scope), scope.session.scalar(select(func.min(TrustLine.on)))
    if first is None:
        return None
    start = signed + timedelta(days=1) if signed else first
    end = month_end(start.year, start.month)
    return end if end < scope.today else None

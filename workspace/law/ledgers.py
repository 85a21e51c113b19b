"""Trust money as it stands: what each ledger holds and missed, its movements, what is no client's, what may be paid from it. Reads only."""

from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from sqlalchemy import ColumnElement, func, or_, select

from store.errors import Conflict, NotFound
from store.tables import (
    Client,
    Engagement,
    Invoice,
    Payment,
    TrustEntry,
    TrustLedger,
    TrustLine,
    TrustReconciliation,
)
from workspace.billing.amounts import ZERO
from workspace.scope import Right, Scope, access_client

OWN = {"interest": "Interest for the IOLTA program", "firm": "The firm’s own, for bank charges"}


@dataclass(frozen=True)
class Ledger:
    """A client's ledger as of a day. `uncleared` are receipts that the bank has not booked, part of `balance`; `short` is what is missing
    to the evergreen's minimum, and `wanted` what fills it up again; 0 where nothing is."""

    id: str
    client_ref: str
    client: str
    matter_ref: str | None
    matter: str | None
    balance: Decimal
    uncleared: Decimal
    minimum: Decimal | None
    fill_to: Decimal | None
    reconciled_on: date | None
    last_on: date | None

    @property
    def short(self) -> Decimal:
        return max((self.minimum or ZERO) - self.balance, ZERO)

    @property
    def wanted(self) -> Decimal:
        return max(max(self.fill_to or ZERO, self.minimum or ZERO) - self.balance, ZERO) if self.short else ZERO


@dataclass(frozen=True)
class Moved:
    """A movement of a ledger, and the balance after it. `id` is its journal line; `reversed` says that another took it back."""

    id: str
    on: date
    kind: str
    amount: Decimal
    balance: Decimal
    payee: str | None
    number: str | None
    memo: str
    cleared_on: date | None
    invoice: str | None
    reverses: str | None
    reversed: bool


def ledgers(
    scope: Scope, *, client_ref: str | None = None, as_of: date | None = None, only: ColumnElement[bool] | None = None
) -> list[Ledger]:
    """The ledgers of the asker's clients, by client; two queries. Raises Forbidden without trust:write, NotFound."""
    scope.require(Right.TRUST_WRITE)
    day = as_of or scope.today
    sums = (
        select(
            TrustEntry.ledger_id,
            func.sum(TrustEntry.amount).label("balance"),
            func.max(TrustEntry.on).label("last"),
        )
        .where(TrustEntry.on <= day, TrustEntry.client_id.in_(scope.clients()))
        .group_by(TrustEntry.ledger_id)
        .subquery()
    )
    open_ = (
        select(TrustEntry.ledger_id, func.sum(TrustEntry.amount).label("uncleared"))
        .join(TrustLine, TrustLine.entry_id == TrustEntry.id)
        .where(TrustEntry.on <= day, TrustEntry.client_id.in_(scope.clients()))
        .where(TrustLine.kind == "receipt", or_(TrustLine.cleared_on.is_(None), TrustLine.cleared_on > day))
        .group_by(TrustEntry.ledger_id)
        .subquery()
    )
    query = (
        select(TrustLedger, Client, Engagement, sums.c.balance, sums.c.last, open_.c.uncleared)
        .join(Client, Client.id == TrustLedger.client_id)
        .outerjoin(Engagement, Engagement.id == TrustLedger.engagement_id)
        .outerjoin(sums, sums.c.ledger_id == TrustLedger.id)
        .outerjoin(open_, open_.c.ledger_id == TrustLedger.id)
        .where(TrustLedger.client_id.in_(scope.clients()))
        .order_by(Client.name, Engagement.title, TrustLedger.id)
    )
    if only is not None:
        query = query.where(only)
    if client_ref:
        query = query.where(TrustLedger.client_id == access_client(scope, client_ref).id)
    return [
        Ledger(
            id=ledger.id,
            client_ref=client.ref,
            client=client.name,
            matter_ref=matter.ref if matter else None,
            matter=matter.title if matter else None,
            balance=balance or ZERO,
            uncleared=uncleared or ZERO,
            minimum=ledger.minimum,
            fill_to=ledger.fill_to,
            reconciled_on=ledger.reconciled_on,
            last_on=last,
        )
        for ledger, client, matter, balance, last, uncleared in scope.session.execute(query).tuples()
    ]


def ledger_of(scope: Scope, key: str) -> Ledger:
    """One ledger, by its id, the ref of its matter, or the ref of a client with a single ledger. Raises NotFound, Forbidden, Conflict."""
    found = [one for one in ledgers(scope) if key in (one.id, one.matter_ref)]
    found = found or [one for one in ledgers(scope) if one.client_ref == key]
    if not found:
        raise NotFound(f"there is no trust ledger {key}")
    if len(found) > 1:
        raise Conflict(
            f"{key} has {len(found)} ledgers; name the matter: {', '.join(filter(None, (one.matter_ref for one in found)))}"
        )
    return found[0]


def movements(scope: Scope, ledger_id: str) -> list[Moved]:
    """The movements of a ledger by day, with the balance after each; two queries. Raises Forbidden without trust:write."""
    scope.require(Right.TRUST_WRITE)
    back = select(TrustLine.reverses_id).where(TrustLine.reverses_id.is_not(None))
    query = (
        select(TrustEntry, TrustLine, Invoice.number, TrustLine.id.in_(back))
        .join(TrustLine, TrustLine.entry_id == TrustEntry.id)
        .outerjoin(Invoice, Invoice.id == TrustLine.invoice_id)
        .where(TrustEntry.ledger_id == ledger_id, TrustEntry.client_id.in_(scope.clients()))
        .order_by(TrustEntry.on, TrustLine.at.is_not(None), TrustLine.at, TrustLine.reverses_id.is_not(None))
        .order_by(TrustEntry.amount.desc(), TrustEntry.id)
    )
    found, balance = [], ZERO
    for entry, line, invoice, reversed_ in scope.session.execute(query).tuples():
        balance += entry.amount
        found.append(
            Moved(
                id=line.id,
                on=entry.on,
                kind=line.kind,
                amount=entry.amount,
                balance=balance,
                payee=line.payee,
                number=line.number,
                memo=line.memo,
                cleared_on=line.cleared_on,
                invoice=invoice,
                reverses=line.reverses_id,
                reversed=bool(reversed_),
            )
        )
    return found


def own_balances(scope: Scope, as_of: date | None = None) -> dict[str, Decimal]:
    """What the account holds that is no client's: interest, and the firm's own."""
    query = select(TrustLine.own, func.sum(TrustLine.amount)).where(TrustLine.own.is_not(None)).group_by(TrustLine.own)
    if as_of is not None:
        query = query.where(TrustLine.on <= as_of)
    found = {str(own): total for own, total in scope.session.execute(query).tuples()}
    return {own: found.get(own, ZERO) for own in OWN}


def signed_through(scope: Scope) -> date | None:
    """The last day of the last month that was reconciled and signed; None before the first."""
    return scope.session.scalar(
        select(func.max(TrustReconciliation.month)).where(TrustReconciliation.state == "signed")
    )


def payable(scope: Scope, ledger: Ledger) -> list[tuple[str, date, Decimal]]:
    """Invoices that the ledger's money may pay, with what is owed: number, day, dollars. One query."""
    paid = select(Payment.invoice_id, func.sum(Payment.amount).label("paid")).group_by(Payment.invoice_id).subquery()
    owed = Invoice.amount - func.coalesce(paid.c.paid, 0)
    query = (
        select(Invoice.number, Invoice.issued_on, Invoice.amount, paid.c.paid)
        .join(Client, Client.id == Invoice.client_id)
        .outerjoin(paid, paid.c.invoice_id == Invoice.id)
        .outerjoin(Engagement, Engagement.id == Invoice.engagement_id)
        .where(Client.ref == ledger.client_ref, Invoice.client_id.in_(scope.clients()), owed > 0)
        .order_by(Invoice.issued_on, Invoice.number)
    )
    if ledger.matter_ref:
        query = query.where(or_(Engagement.ref == ledger.matter_ref, Invoice.engagement_id.is_(None)))
    return [(number, on, amount - (done or ZERO)) for number, on, amount, done in scope.session.execute(query).tuples()]

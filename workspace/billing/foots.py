"""Whether the books foot: both sides of each equation computed apart, from different rows, and whatever keeps them from agreeing.

Time: work in progress + billed + written off + not billable = standard value of all time. Receivables: the balances of the invoices by age
= invoices - payments - credits. Expenses: open + billed + written off = entered. What was loaded carries no write-offs of its own, so
the difference between loaded invoices and the time they cover is derived and named so; everything made here is proved.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal

from sqlalchemy import Select, func, select

from store import fence
from store.tables import Adjustment, Bill, BillLine, Client, Counter, Expense, Invoice, Payment, TimeEntry
from workspace.billing.acts import setting
from workspace.billing.amounts import ZERO
from workspace.billing.invoices import invoices_of
from workspace.billing.numbering import NAME
from workspace.billing.reports import aged
from workspace.billing.work import costs_of, work_of
from workspace.scope import Right, Scope, access_client


@dataclass(frozen=True)
class Foot:
    """One equation, dollars: the parts of its left side, and its right side computed another way."""

    name: str
    parts: tuple[tuple[str, Decimal], ...]
    right: str
    against: Decimal

    @property
    def left(self) -> Decimal:
        return sum((amount for _, amount in self.parts), ZERO)

    @property
    def difference(self) -> Decimal:
        return self.left - self.against


@dataclass(frozen=True)
class Books:
    """The equations and, in words, every row that does not fit. `holds`: all foot and nothing is wrong."""

    foots: tuple[Foot, ...]
    faults: tuple[str, ...]

    @property
    def holds(self) -> bool:
        return not self.faults and all(one.difference == 0 for one in self.foots)


def check_books(scope: Scope, client_ref: str | None = None) -> Books:
    """Foot the books of one client, or of all that the asker may see. Raises NotFound, Forbidden without rates:see."""
    scope.require(Right.RATES_SEE)
    only = access_client(scope, client_ref).id if client_ref is not None else None
    foots = (_time(scope, only), _receivable(scope, only), _expenses(scope, only))
    return Books(foots, tuple(_faults(scope, only)))


def _of(scope: Scope, query: Select[Decimal], column: object, only: str | None) -> Decimal:
    """A sum over the asker's clients, or over one."""
    query = query.where(column.in_(scope.clients()))  # type: ignore[attr-defined]
    if only is not None:
        query = query.where(column == only)  # type: ignore[arg-type]
    return scope.session.scalar(query) or ZERO


def _billed(scope: Scope, only: str | None, *, expenses: bool) -> Decimal:
    kinds = BillLine.kind.in_(("expense",) if expenses else ("time", "fee"))  # a retainer is billed for nothing yet
    query = (
        select(func.sum(BillLine.amount)).join(Bill, Bill.id == BillLine.bill_id).where(Bill.state == "issued", kinds)
    )
    return _of(scope, query, BillLine.client_id, only)


def _loaded(scope: Scope, only: str | None) -> Decimal:
    query = select(func.sum(Invoice.amount)).outerjoin(Bill, Bill.invoice_id == Invoice.id).where(Bill.id.is_(None))
    return _of(scope, query, Invoice.client_id, only)


def _time(scope: Scope, only: str | None) -> Foot:
    work = work_of(scope, *((TimeEntry.client_id == only,) if only else ()))
    loaded = _loaded(scope, only)
    covered = sum((one.value for one in work if one.state == "billed" and one.invoice_id is None), ZERO)
    taken = select(func.sum(Adjustment.amount)).where(Adjustment.expense_id.is_(None), Adjustment.kind != "expense")
    return Foot(
        "Time",
        (
            ("Work in progress", sum((one.value for one in work if one.state == "open"), ZERO)),
            ("Billed for time, credit notes taken off", _billed(scope, only, expenses=False)),
            ("Written off, down and up, and differences to fees", _of(scope, taken, Adjustment.client_id, only)),
            ("Not billable", sum((one.standard for one in work if one.state == "not-billable"), ZERO)),
            ("Invoices that were loaded", loaded),
            ("Loaded time above what loaded invoices billed for it (derived)", covered - loaded),
        ),
        "Standard value of all time",
        sum((one.standard for one in work), ZERO),
    )


def _receivable(scope: Scope, only: str | None) -> Foot:
    found = invoices_of(scope, only)
    parts = tuple((one.label, one.amount) for one in aged(found))
    amount = select(func.sum(Invoice.amount))
    paid = select(func.sum(Payment.amount)).where(Payment.paid_on <= scope.today)
    billed = _of(scope, amount.where(Invoice.amount >= 0), Invoice.client_id, only)
    credits = -_of(scope, amount.where(Invoice.amount < 0), Invoice.client_id, only)
    received = _of(scope, paid, Payment.client_id, only)
    right = f"Invoices {billed:,.2f} less payments {received:,.2f} less credit notes {credits:,.2f}"
    return Foot("Receivables", parts, right, billed - received - credits)


def _expenses(scope: Scope, only: str | None) -> Foot:
    costs = costs_of(scope, *((Expense.client_id == only,) if only else ()))
    taken = select(func.sum(Adjustment.amount)).where(
        Adjustment.expense_id.is_not(None) | (Adjustment.kind == "expense")
    )
    return Foot(
        "Expenses",
        (
            ("Open", sum((one.value for one in costs if one.state == "open"), ZERO)),
            ("Billed, credit notes taken off", _billed(scope, only, expenses=True)),
            ("Written off and credited", _of(scope, taken, Adjustment.client_id, only)),
        ),
        "Expenses entered",
        sum((one.amount for one in costs), ZERO),
    )


def _faults(scope: Scope, only: str | None) -> Iterator[str]:
    """What does not fit, row by row: an invoice that differs from its lines, time changed after it was billed, a gap in the numbers."""
    lines = select(func.sum(BillLine.amount)).where(BillLine.bill_id == Bill.id).correlate(Bill).scalar_subquery()
    here = [Bill.client_id.in_(scope.clients()), Bill.state == "issued"] + ([Bill.client_id == only] if only else [])
    query = select(Invoice.number, Invoice.amount, lines).join(Bill, Bill.invoice_id == Invoice.id).where(*here)
    for number, amount, of_lines in scope.session.execute(query):
        if amount != of_lines:
            yield f"invoice {number} is {amount:,.2f}, its lines are {of_lines or ZERO:,.2f}: a load changed it"
    yield from _changed_time(scope, only)
    yield from _gaps(scope)


def _changed_time(scope: Scope, only: str | None) -> Iterator[str]:
    billed = [TimeEntry.invoice_id.is_not(None)] + ([TimeEntry.client_id == only] if only else [])
    entries = {one.id: one for one in work_of(scope, *billed)}
    lines = (
        select(BillLine.time_entry_id, BillLine.standard, Invoice.number)
        .join(Bill, Bill.id == BillLine.bill_id)
        .join(Invoice, Invoice.id == Bill.invoice_id)
        .join(TimeEntry, (TimeEntry.id == BillLine.time_entry_id) & (TimeEntry.invoice_id == Invoice.id))
        .where(BillLine.client_id.in_(scope.clients()))
    )
    for identity, standard, number in scope.session.execute(lines):
        entry = entries.get(identity or "")
        if entry is not None and entry.value != standard:
            told = f"time of {entry.person} on {entry.date} ({entry.client_ref}) is worth {entry.value:,.2f}"
            yield f"{told}, invoice {number} billed it at {standard:,.2f}: its hours, its rate or the standard rate changed since"


def _gaps(scope: Scope) -> Iterator[str]:
    """Numbers of the firm's series that no invoice bears; only numbers are looked at, no client's row."""
    prefix: str = setting(scope, "number_prefix", "")
    last = scope.session.scalar(select(Counter.last).where(Counter.name == NAME)) or 0
    with fence.lifted(scope.session, fence.Job.ABSENCE):  # a hidden client's invoice bears its number too
        numbers = scope.session.execute(
            select(Invoice.number, Bill.id).outerjoin(Bill, Bill.invoice_id == Invoice.id)
        ).all()
    borne = {
        int(n.removeprefix(prefix)) for n, _ in numbers if n.startswith(prefix) and n.removeprefix(prefix).isdecimal()
    }
    ours = [int(n.removeprefix(prefix)) for n, bill in numbers if bill and n.removeprefix(prefix).isdecimal()]
    missing = sorted(set(range(min(ours, default=last + 1), last + 1)) - borne)
    if missing:
        yield f"no invoice bears the number{'s' if len(missing) > 1 else ''} {', '.join(map(str, missing[:10]))}"


def clients_that_do_not_foot(scope: Scope) -> list[str]:
    """Refs of the asker's clients whose own books do not foot; for a check that failed."""
    refs = scope.session.scalars(select(Client.ref).where(Client.id.in_(scope.clients())).order_by(Client.ref))
    return [ref for ref in refs if any(one.difference for one in check_books(scope, ref).foots)]

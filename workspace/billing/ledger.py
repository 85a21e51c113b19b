"""The ledger on its way into another system: invoices, credit notes and money as CSV, and as IIF for QuickBooks Desktop.

IIF is tab-separated text: a header line for each kind of row (`!TRNS`, `!SPL`, `!ENDTRNS`), then for each transaction one TRNS row, its SPL
rows and ENDTRNS; the amounts of a transaction sum to 0. Lists of the accounts, customers and items that are named come first. Credit that
was used on another invoice is no movement of money: QuickBooks applies its credit memos itself, so it stands in the CSV only.
Account names are the settings billing.accounts_receivable, billing.income_account, billing.deposit_account, billing.retainer_account.
"""

import csv
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from io import StringIO

from sqlalchemy import exists, select

from store.audit import AuditTag
from store.errors import Invalid
from store.tables import Bill, BillLine, Client, Invoice, Payment, Receipt
from workspace.acting import record
from workspace.billing.acts import see_money, setting
from workspace.cells import unfolded
from workspace.scope import Right, Scope

FORMS = ("csv", "iif")
_TYPES = {
    "invoice": "INVOICE",
    "credit-note": "CREDIT MEMO",
    "payment": "PAYMENT",
    "reversal": "GENERAL JOURNAL",
    "refund": "GENERAL JOURNAL",
}
_COLUMNS = ("TRNSTYPE", "DATE", "ACCNT", "NAME", "AMOUNT", "DOCNUM", "MEMO")
_ITEM, _RETAINER = "Professional services", "Retainer"


@dataclass(frozen=True)
class Entry:
    """A line of the ledger, dollars. `kind`: invoice, credit-note, payment, reversal, refund, applied. `amount` is what it puts on the
    client's account: above 0 for an invoice, below 0 for money received. `number` is the invoice's;
    `retainer`: billed in advance, so no income yet."""

    on: date
    kind: str
    number: str
    client_ref: str
    client: str
    amount: Decimal
    due: date | None
    memo: str
    retainer: bool = False


def entries_of(scope: Scope, first: date, last: date, client_id: str | None = None) -> list[Entry]:
    """Every movement of the asker's clients, or of one, from `first` through `last`, by day; two queries. Raises Forbidden as
    `see_money`."""
    see_money(scope)
    advance = exists().where(BillLine.bill_id == Bill.id, BillLine.kind == "retainer")
    bills = (
        select(Invoice, Client.ref, Client.name, Bill.text, advance)
        .join(Client, Client.id == Invoice.client_id)
        .outerjoin(Bill, Bill.invoice_id == Invoice.id)
        .where(Invoice.client_id.in_(scope.clients()), Invoice.issued_on.between(first, last))
    )
    if client_id is not None:
        bills = bills.where(Invoice.client_id == client_id)
    found = [
        Entry(
            i.issued_on,
            "credit-note" if i.amount < 0 else "invoice",
            i.number,
            ref,
            name,
            i.amount,
            i.due_on,
            text or "",
            bool(retainer),
        )
        for i, ref, name, text, retainer in scope.session.execute(bills).tuples()
    ]
    money = (
        select(Payment, Invoice.number, Client.ref, Client.name, Receipt)
        .join(Invoice, Invoice.id == Payment.invoice_id)
        .join(Client, Client.id == Payment.client_id)
        .outerjoin(Receipt, Receipt.payment_id == Payment.id)
        .where(Payment.client_id.in_(scope.clients()), Payment.paid_on.between(first, last))
    )
    if client_id is not None:
        money = money.where(Payment.client_id == client_id)
    for paid, number, ref, name, receipt in scope.session.execute(money).tuples():
        kind = receipt.kind if receipt else "payment" if paid.amount >= 0 else "refund"
        memo = " ".join(part for part in (receipt.method, receipt.memo) if part) if receipt else ""
        found.append(Entry(paid.paid_on, kind, number, ref, name, -paid.amount, None, memo))
    return sorted(found, key=lambda one: (one.on, one.number, one.kind, one.amount))


def export_ledger(scope: Scope, form: str, first: date, last: date) -> str:
    """The ledger of a period as text: `csv` or `iif`; that it was taken is on the trail. Raises Invalid, Forbidden without rates:see."""
    if form not in FORMS or first > last:
        raise Invalid("a ledger is exported as csv or iif, from a day through a later one")
    scope.require(Right.RATES_SEE)
    found = entries_of(scope, first, last)
    record(scope, AuditTag.LEDGER_EXPORTED, "ledger:file", None, form=form, first=first, last=last, entries=len(found))
    return as_csv(found) if form == "csv" else as_iif(scope, found)


def as_csv(entries: Sequence[Entry]) -> str:
    """The movements as CSV, one a row, and their sum by addition."""
    out = StringIO()
    writer = csv.writer(out)
    writer.writerow(("date", "type", "number", "client_ref", "client", "amount", "due", "memo"))
    for e in entries:
        cells = (e.on, e.kind, e.number, e.client_ref, e.client, e.amount, e.due or "", e.memo)
        writer.writerow([unfolded(str(cell)) if isinstance(cell, str) else cell for cell in cells])
    return out.getvalue()


def as_iif(scope: Scope, entries: Sequence[Entry]) -> str:
    """The movements as IIF."""
    receivable: str = setting(scope, "accounts_receivable", "Accounts Receivable")
    income: str = setting(scope, "income_account", "Professional Fees")
    deposits: str = setting(scope, "deposit_account", "Undeposited Funds")
    retainers: str = setting(scope, "retainer_account", "Client Retainers")
    lines = [*_lists(entries, receivable, income, deposits, retainers), *_headers()]
    for one in (entry for entry in entries if entry.kind in _TYPES and entry.amount):
        billed = one.kind in ("invoice", "credit-note")
        # the first account of a payment is where the money lies; of everything else it is the receivable
        first, second, amount = (
            (deposits, receivable, -one.amount)
            if one.kind == "payment"
            else (receivable, retainers if one.retainer else income, one.amount)
        )
        if not billed and one.kind != "payment":
            second = deposits
        shared = (_TYPES[one.kind], f"{one.on:%m/%d/%Y}")
        memo = _plain(one.memo or f"{one.kind} {one.number}")
        sold = _RETAINER if one.retainer else _ITEM
        item = ("", "", "") if not billed else (sold, str(-1 if one.amount > 0 else 1), str(abs(one.amount)))
        due = f"{one.due:%m/%d/%Y}" if one.due and billed else ""
        lines.append(_row("TRNS", *shared, first, _plain(one.client), amount, one.number, memo, due))
        lines.append(_row("SPL", *shared, second, _plain(one.client), -amount, one.number, memo, *item))
        lines.append("ENDTRNS")
    return "\r\n".join([*lines, ""])


def _headers() -> Iterator[str]:
    yield _row("!TRNS", *_COLUMNS, "DUEDATE")
    yield _row("!SPL", *_COLUMNS, "INVITEM", "QNTY", "PRICE")
    yield "!ENDTRNS"


def _lists(entries: Sequence[Entry], receivable: str, income: str, deposits: str, retainers: str) -> Iterator[str]:
    yield _row("!ACCNT", "NAME", "ACCNTTYPE")
    for name, kind in ((receivable, "AR"), (income, "INC"), (deposits, "OCASSET"), (retainers, "OCLIAB")):
        yield _row("ACCNT", name, kind)
    yield _row("!INVITEM", "NAME", "INVITEMTYPE", "ACCNT")
    yield _row("INVITEM", _ITEM, "SERV", income)
    yield _row("INVITEM", _RETAINER, "SERV", retainers)
    yield _row("!CUST", "NAME")
    yield from (_row("CUST", name) for name in sorted({_plain(one.client) for one in entries}))


def _row(*cells: object) -> str:
    return "\t".join(str(cell) for cell in cells)


def _plain(text: str) -> str:
    """A cell of IIF: no tab, no line end, no quotation mark."""
    return " ".join(text.replace('"', "'").split())[:200]

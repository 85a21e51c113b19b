"""Time, expenses, invoices and what clients owe.

What a report calls open must be what our books call open: the part that was paid before the import is one payment on the day
of the invoice, marked as such. A report by age without its invoices becomes one opening balance for each age. A credit that waits
is a credit note.
"""

from collections.abc import Mapping
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

from sqlalchemy import select

from store.entries import Entry, Total
from store.ids import stable_id
from store.tables import Expense, Invoice, Payment, TimeEntry
from workspace.imports.desk import ClientHere, Desk
from workspace.imports.work import engagement_of, no_client
from workspace.records.upsert import put
from workspace.scope import Right

_ZERO = Decimal(0)
_AGES = (("current", 0), ("d30", 15), ("d60", 45), ("d90", 75), ("over", 120))
"""The columns of a report by age, and how many days late an opening balance of that age is taken to be."""
_BEFORE = {"imported": "paid before the import"}


def bring_time(desk: Desk, entries: list[Entry]) -> None:
    """Put time; whoever worked must be somebody of the firm."""
    desk.scope.require(Right.IMPORT_RUN)
    rows: dict[str, TimeEntry] = {}
    seen: dict[tuple[Any, ...], int] = {}
    for entry in entries:
        values = entry.values
        name = f"{values['date']} {values.get('assignee', '')}"
        person, where = desk.person(values.get("assignee")), _where(desk, entry)
        if person is None:
            desk.refuse(
                entry, name, f"{str(values.get('assignee', ''))[:60]!r} is nobody of this firm: add the person first"
            )
            continue
        if isinstance(where, str):
            desk.refuse(entry, name, where)
            continue
        client, ref = where
        key = (values["date"], person, client.ref, ref or "", str(values.get("service", "")))
        nth = seen[key] = seen.get(key, -1) + 1
        identity = stable_id("time", desk.system, *key, nth)
        rows[identity] = TimeEntry(
            id=identity,
            client_id=client.id,
            date=values["date"],
            person_id=person,
            engagement_id=desk.engagements[ref][0] if ref else None,
            hours=values["hours"],
            service=str(values["service"])[:200] if values.get("service") else None,
            billable=values.get("billable", True),
            rate=values.get("rate"),
            note=str(values["notes"]) if values.get("notes") else None,
            custom=dict(entry.custom),
        )
        desk.place(entry, TimeEntry, identity, f"{values['hours']} h, {client.name}")
    put(desk.scope, TimeEntry, list(rows.values()))


def _where(desk: Desk, entry: Entry) -> tuple[ClientHere, str | None] | str:
    """The client and the work of a row, or why it has none."""
    work = entry.values.get("work")
    client = desk.client(entry.values.get("client"), entry.values.get("client_id"))
    if client is None and entry.values.get("client"):
        return no_client(entry)
    ref = engagement_of(desk, client, work)
    if work and ref is None:
        return f"there is no work called {str(work)[:80]!r}{' at this client' if client else ''}: import the work first"
    if client is None and ref is not None:
        owner = desk.engagements[ref][1]
        client = next((one for one in desk.clients.values() if one.id == owner), None)
    return (client, ref) if client is not None else "the row names no client that is known"


def bring_expenses(desk: Desk, entries: list[Entry]) -> None:
    """Put expenses, to be billed."""
    desk.scope.require(Right.IMPORT_RUN)
    rows: dict[str, Expense] = {}
    seen: dict[tuple[Any, ...], int] = {}
    for entry in entries:
        values, where = entry.values, _where(desk, entry)
        name = f"{values['date']} {values['amount']}"
        if isinstance(where, str):
            desk.refuse(entry, name, where)
            continue
        client, ref = where
        memo = str(values.get("notes") or values.get("service") or "expense")[:300]
        key = (values["date"], client.ref, ref or "", memo, values["amount"])
        nth = seen[key] = seen.get(key, -1) + 1
        identity = stable_id("exp", desk.system, *key, nth)
        rows[identity] = Expense(
            id=identity,
            client_id=client.id,
            engagement_id=desk.engagements[ref][0] if ref else None,
            on=values["date"],
            amount=values["amount"],
            memo=memo,
            entered_by=desk.person(values.get("assignee")),
        )
        desk.place(entry, Expense, identity, f"{values['amount']}, {client.name}")
    put(desk.scope, Expense, list(rows.values()))


def bring_invoices(desk: Desk, entries: list[Entry], balances: list[Entry], totals: list[Total]) -> None:
    """Put invoices, credits and opening balances, and hold the sum of what is open against the reports' own."""
    desk.scope.require(Right.IMPORT_RUN)
    rows: dict[str, Invoice] = {}
    paid: dict[str, Payment] = {}
    numbers = dict(desk.scope.session.execute(select(Invoice.number, Invoice.client_id)).tuples().all())
    open_sum: dict[str, Decimal] = {}
    billed: dict[str, Decimal] = {}
    for entry in entries:
        amounts = _put_invoice(desk, entry, rows, paid, numbers)
        if amounts is not None:
            billed[entry.file] = billed.get(entry.file, _ZERO) + amounts[0]
            open_sum[entry.file] = open_sum.get(entry.file, _ZERO) + amounts[1]
    for entry in balances:
        taken = _opening(desk, entry, rows, with_invoices=bool(entries))
        if taken is not None:
            open_sum[entry.file] = open_sum.get(entry.file, _ZERO) + taken
    put(desk.scope, Invoice, list(rows.values()))
    put(desk.scope, Payment, list(paid.values()))
    for total in totals:
        ours = billed if total.what == "amount" else open_sum
        _reconcile(desk, total, ours.get(total.file, _ZERO))


def _put_invoice(
    desk: Desk, entry: Entry, rows: dict[str, Invoice], paid: dict[str, Payment], numbers: Mapping[str, str]
) -> tuple[Decimal, Decimal] | None:
    """(billed, open) of the row that was put; None when it was refused."""
    values = entry.values
    number, name = _number(entry), str(values.get("invoice") or values["client"])
    client = desk.client(values["client"], values.get("client_id")) or desk.client(
        str(values["client"]).partition(":")[0]
    )
    if client is None:
        desk.refuse(entry, name, no_client(entry))
        return None
    if numbers.get(number, client.id) != client.id:
        desk.refuse(entry, name, f"invoice {number} is on record for another client")
        return None
    kind = values.get("kind", "invoice")
    amount, still = values["amount"], _open_of(entry)
    if kind == "payment":
        # money that waits for its invoice lowers what is owed like a credit
        amount = still if still is not None else -abs(amount)
        kind, still = "credit-note", amount
    if kind == "credit-note" and still is not None:
        amount, still = -abs(still), -abs(still)  # what is used up of a credit has lowered its invoice already
    identity = stable_id("inv", number)
    if identity in rows:
        desk.refuse(entry, name, f"invoice {number} stands in this import already", "joined")
        return _ZERO, _ZERO
    rows[identity] = Invoice(
        id=identity,
        client_id=client.id,
        number=number,
        kind="credit-note" if kind == "credit-note" else "invoice",
        issued_on=values["date"],
        due_on=values.get("due") or values["date"],
        amount=amount,
    )
    before = amount - still if still is not None and kind == "invoice" else _ZERO
    payment = stable_id("pay", number, "before the import")
    if before or desk.scope.session.get(Payment, payment) is not None:
        paid[payment] = Payment(
            id=payment,
            client_id=client.id,
            invoice_id=identity,
            paid_on=values["date"],
            amount=before,
            custom=dict(_BEFORE),
        )
    desk.place(entry, Invoice, identity, f"{number}, {client.name}")
    return amount, still if still is not None else amount


def _open_of(entry: Entry) -> Decimal | None:
    values = entry.values
    if values.get("open") is not None:
        return Decimal(values["open"])
    return values["amount"] - values["paid"] if values.get("paid") is not None else None


def _number(entry: Entry) -> str:
    """The invoice's own number; a transaction without one is named by what it says, so that a second import meets it."""
    values = entry.values
    if values.get("invoice") and values.get("kind") == "invoice":
        return str(values["invoice"])[:60]
    kind = {"credit-note": "CR", "payment": "PMT"}.get(str(values.get("kind")), "INV")
    if values.get("invoice"):
        return f"{kind}-{values['invoice']}"[:60]
    return stable_id(kind, values["client"], values["date"], values["amount"], entry.external)


def _opening(desk: Desk, entry: Entry, rows: dict[str, Invoice], *, with_invoices: bool) -> Decimal | None:
    """What is open of the client by age. Where the invoices themselves came too, the row only confirms them."""
    name = str(entry.values["client"])
    client = desk.client(name) or desk.client(name.partition(":")[0])
    if client is None:
        desk.refuse(entry, name, no_client(entry))
        return None
    taken = Decimal(entry.values["open"])
    if with_invoices:
        desk.refuse(entry, name, "its invoices came with this import: the row was only held against them", "joined")
        return taken
    as_of: date = entry.values.get("as_of") or desk.scope.today
    target = ""
    for age, late in _AGES:
        amount = entry.values.get(age) or _ZERO
        number = f"OPEN-{client.ref}-{age}"
        identity = stable_id("inv", number)
        if not amount and desk.scope.session.get(Invoice, identity) is None:
            continue
        due = as_of - timedelta(days=late) if late else as_of + timedelta(days=15)
        rows[identity] = Invoice(
            id=identity,
            client_id=client.id,
            number=number,
            kind="credit-note" if amount < 0 else "invoice",
            issued_on=due - timedelta(days=30),
            due_on=due,
            amount=amount,
            custom={"imported": f"opening balance as of {as_of.isoformat()}"},
        )
        target = identity
    desk.place(entry, Invoice, target or stable_id("inv", f"OPEN-{client.ref}-none"), f"open balance, {client.name}")
    return taken


def _reconcile(desk: Desk, total: Total, ours: Decimal) -> None:
    """The report's own sum beside ours; where they differ, the rows that were not taken say why."""
    missing = [one for one in desk.refused if one.file == total.file and one.verdict in ("rejected", "held")]
    stated = total.amount if isinstance(total.amount, Decimal) else None
    desk.sums.append(
        {
            "file": total.file,
            "what": {"ar": "receivables", "open": "open balance"}.get(total.what, total.what),
            "stated": None if stated is None else str(stated),
            "ours": str(ours),
            "difference": None if stated is None else str(stated - ours),
            "lines": [one.line for one in missing],
        }
    )

"""Time, invoices and payments, as the firm folder states them."""

from collections.abc import Mapping, Sequence

from sqlalchemy import select

from store.ids import stable_id
from store.rows import InvoiceRow, PaymentRow, Rejected, TimeRow
from store.tables import Bill, Invoice, Payment, TimeEntry
from workspace.records.upsert import (
    Applied,
    Known,
    batches,
    known_clients,
    known_engagements,
    known_invoices,
    known_people,
    lacking,
    put,
    reject,
)
from workspace.scope import Right, Scope


def apply_time(scope: Scope, rows: Sequence[TimeRow]) -> Applied:
    """Time by day, person, client, engagement, service and how many such entries came before on that day."""
    scope.require(Right.CLIENT_WRITE)
    people = known_people(scope)
    clients = known_clients(scope, (row.client_ref for row in rows))
    engagements = known_engagements(scope, (row.engagement_ref for row in rows))
    wanted: list[TimeEntry] = []
    rejected: list[Rejected] = []
    for row in rows:
        reason = lacking(("staff", row.staff, people)) or _misplaced(row, clients, engagements)
        if reason:
            rejected.append(reject("time.csv", row, reason))
            continue
        engagement = engagements[row.engagement_ref].id if row.engagement_ref else None
        wanted.append(_time_entry(row, people[row.staff], clients[row.client_ref], engagement))
    return put(scope, TimeEntry, wanted) + Applied(rejected=tuple(rejected))


def _time_entry(row: TimeRow, person_id: str, client_id: str, engagement_id: str | None) -> TimeEntry:
    key = (row.date, row.staff, row.client_ref, row.engagement_ref or "", row.service or "", row.nth)
    return TimeEntry(
        id=stable_id("time", *key),
        client_id=client_id,
        date=row.date,
        person_id=person_id,
        engagement_id=engagement_id,
        hours=row.hours,
        service=row.service,
        billable=row.billable,
        rate=row.rate,
        note=row.note,
        custom=row.custom,
    )


def _misplaced(row: TimeRow | InvoiceRow, clients: Mapping[str, str], engagements: Mapping[str, Known]) -> str | None:
    """Why a row cannot stand at its client and engagement; an engagement of another client would mix two workspaces."""
    reason = lacking(("client_ref", row.client_ref, clients), ("engagement_ref", row.engagement_ref, engagements))
    if reason or row.engagement_ref is None:
        return reason
    if engagements[row.engagement_ref].client_id != clients[row.client_ref]:
        return f"engagement {row.engagement_ref} is not one of client {row.client_ref}"
    return None


def apply_invoices(scope: Scope, rows: Sequence[InvoiceRow]) -> Applied:
    """Bills by number; a negative amount is a credit note. What was issued here stays as it was issued."""
    scope.require(Right.CLIENT_WRITE)
    issued = _issued_here(scope, [row.number for row in rows])
    clients = known_clients(scope, (row.client_ref for row in rows))
    engagements = known_engagements(scope, (row.engagement_ref for row in rows))
    wanted: list[Invoice] = []
    rejected: list[Rejected] = []
    for row in rows:
        reason = _misplaced(row, clients, engagements)
        if reason:
            rejected.append(reject("invoices.csv", row, reason))
            continue
        engagement = engagements[row.engagement_ref].id if row.engagement_ref else None
        invoice = _invoice(row, clients[row.client_ref], engagement)
        if row.number in issued and issued[row.number] != _said(invoice):
            rejected.append(
                reject("invoices.csv", row, f"invoice {row.number} was issued here, and not as this row says")
            )
            continue
        wanted.append(invoice)
    return put(scope, Invoice, wanted) + Applied(rejected=tuple(rejected))


def _issued_here(scope: Scope, numbers: Sequence[str]) -> dict[str, tuple[object, ...]]:
    """What stands on those of these invoices that were made here, by number."""
    found: dict[str, tuple[object, ...]] = {}
    for batch in batches(sorted(set(numbers))):
        query = select(Invoice).join(Bill, Bill.invoice_id == Invoice.id).where(Invoice.number.in_(batch))
        found.update((one.number, _said(one)) for one in scope.session.scalars(query))
    return found


def _said(one: Invoice) -> tuple[object, ...]:
    return one.client_id, one.engagement_id, one.issued_on, one.due_on, one.amount


def _invoice(row: InvoiceRow, client_id: str, engagement_id: str | None) -> Invoice:
    return Invoice(
        id=stable_id("inv", row.number),
        client_id=client_id,
        number=row.number,
        engagement_id=engagement_id,
        kind="credit-note" if row.amount < 0 else "invoice",
        issued_on=row.issued_on,
        due_on=row.due_on,
        amount=row.amount,
        custom=row.custom,
    )


def apply_payments(scope: Scope, rows: Sequence[PaymentRow]) -> Applied:
    """Money received, by invoice, day and how many payments of that day came before."""
    scope.require(Right.CLIENT_WRITE)
    invoices = known_invoices(scope, (row.invoice_number for row in rows))
    wanted: list[Payment] = []
    rejected: list[Rejected] = []
    for row in rows:
        reason = lacking(("invoice_number", row.invoice_number, invoices))
        if reason:
            rejected.append(reject("payments.csv", row, reason))
            continue
        wanted.append(_payment(row, invoices[row.invoice_number]))
    return put(scope, Payment, wanted) + Applied(rejected=tuple(rejected))


def _payment(row: PaymentRow, invoice: Known) -> Payment:
    return Payment(
        id=stable_id("pay", row.invoice_number, row.paid_on, row.nth),
        client_id=invoice.client_id,
        invoice_id=invoice.id,
        paid_on=row.paid_on,
        amount=row.amount,
        custom=row.custom,
    )

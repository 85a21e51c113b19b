"""Contacts, clients, work and invoices as tables that other programs import: one header row, the column names that most of them know.

Text that a spreadsheet would compute is written with an apostrophe before it. Never writes a file.
"""

import re
from collections import defaultdict
from collections.abc import Iterable, Mapping
from decimal import Decimal
from typing import Any

from store.rows import ContactRow
from workspace import export
from workspace.cells import unfolded
from workspace.scope import Scope

Table = tuple[tuple[str, ...], list[list[Any]]]
_PHONE = re.compile(r"[+\-]?[\d ().\-/]+")

_CLIENTS = (
    *(
        "Client ID",
        "Client Name",
        "Entity Type",
        "Status",
        "Client Owner",
        "Client Manager",
        "Tax ID",
        "Fiscal Year End",
    ),
    *("Industry", "Client Since", "Annual Fee", "Primary Contact", "Email", "Phone", "Address", "City", "State", "Zip"),
)
_CONTACTS = (
    *("First Name", "Last Name", "Full Name", "Company", "Job Title", "E-mail Address", "Business Phone"),
    *("Business Street", "Business City", "Business State", "Business Postal Code", "Client ID"),
)
_WORK = (
    *("Work ID", "Client ID", "Client", "Work Title", "Work Type", "Status", "Assignee", "Start Date", "Due Date"),
    *("Completed Date", "Period Start", "Period End", "Budget Hours", "Fee Type", "Fee"),
)
_INVOICES = (
    *("Invoice Number", "Client ID", "Customer", "Work ID", "Invoice Date", "Due Date", "Amount", "Amount Paid"),
    "Balance",
)


def tables(scope: Scope) -> Mapping[str, Table]:
    """Each file's columns and rows, of what the asker sees."""
    found = list(export.clients(scope))
    names = {client.ref: client.name for client in found}
    contacts = list(export.contacts(scope))
    return {
        "clients.csv": (_CLIENTS, guarded(_clients(found, contacts))),
        "contacts.csv": (_CONTACTS, guarded(_contacts(contacts, {client.ref: client for client in found}))),
        "work.csv": (_WORK, guarded(_work(scope, names))),
        "invoices.csv": (_INVOICES, guarded(_invoices(scope, names))),
    }


def guarded(rows: Iterable[Iterable[Any]]) -> list[list[Any]]:
    """Rows in which a spreadsheet computes nothing."""
    return [
        [unfolded(one) if isinstance(one, str) and not _PHONE.fullmatch(one) else one for one in row] for row in rows
    ]


def _clients(found: Iterable[Any], contacts: Iterable[ContactRow]) -> Iterable[list[Any]]:
    first = {one.client_ref: one for one in sorted(contacts, key=lambda one: one.is_primary)}
    for c in found:
        to = first.get(c.ref)
        reached = [to.name, to.email, to.phone] if to else [None] * 3
        yield [
            *(c.ref, c.name, c.entity_type, c.status, c.partner, c.manager, c.tax_id, c.fiscal_year_end, c.industry),
            *(c.since, c.annual_fee, *reached, c.address, c.city, c.state, c.zip),
        ]


def _contacts(contacts: Iterable[ContactRow], clients: Mapping[str, Any]) -> Iterable[list[Any]]:
    for one in contacts:
        client = clients[one.client_ref]
        first, _, last = one.name.rpartition(" ")
        yield [
            *(first, last, one.name, client.name, one.title, one.email, one.phone),
            *(client.address, client.city, client.state, client.zip, client.ref),
        ]


def _work(scope: Scope, names: Mapping[str, str]) -> Iterable[list[Any]]:
    for e in export.engagements(scope):
        yield [
            *(e.ref, e.client_ref, names[e.client_ref], e.title, e.template, e.stage, e.owner, e.started_on, e.due),
            *(e.finished_on, e.period_start, e.period_end, e.budget_hours, e.fee_type, e.fee),
        ]


def _invoices(scope: Scope, names: Mapping[str, str]) -> Iterable[list[Any]]:
    paid: defaultdict[str, Decimal] = defaultdict(Decimal)
    for one in export.payments(scope):
        paid[one.invoice_number] += one.amount
    for i in export.invoices(scope):
        got = paid[i.number]
        yield [
            *(i.number, i.client_ref, names[i.client_ref], i.engagement_ref, i.issued_on, i.due_on),
            *(i.amount, got, i.amount - got),
        ]

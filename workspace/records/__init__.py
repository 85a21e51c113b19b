"""A firm's rows (store/rows.py) into the tables: the same row twice meets itself, and what did not change is not written.

Front door: `APPLY`, row type to function; each takes a scope and rows of one file and returns what became of them. Order matters: people
before clients before engagements before everything that names them.
Never here: reading files (ingestion), committing (the caller's transaction).
"""

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from store.rows import (
    ClientRow,
    ContactRow,
    CorrectionRow,
    EngagementRow,
    EnteredDeadlineRow,
    InvoiceRow,
    NoteRow,
    PartyRow,
    PaymentRow,
    RequestRow,
    Row,
    StaffRow,
    TaskRow,
    TimeRow,
    TrustRow,
)
from workspace.records.corrections import apply_corrections
from workspace.records.matters import apply_entered, apply_parties, apply_trust
from workspace.records.money import apply_invoices, apply_payments, apply_time
from workspace.records.notes import apply_notes
from workspace.records.practice import apply_clients, apply_contacts, apply_firm, apply_staff
from workspace.records.upsert import Applied
from workspace.records.work import apply_engagements, apply_requests, apply_tasks
from workspace.scope import Scope

APPLY: Mapping[type[Row], Callable[[Scope, Sequence[Any]], Applied]] = {
    StaffRow: apply_staff,
    ClientRow: apply_clients,
    ContactRow: apply_contacts,
    EngagementRow: apply_engagements,
    TaskRow: apply_tasks,
    RequestRow: apply_requests,
    InvoiceRow: apply_invoices,
    TimeRow: apply_time,
    PaymentRow: apply_payments,
    NoteRow: apply_notes,
    PartyRow: apply_parties,
    TrustRow: apply_trust,
    EnteredDeadlineRow: apply_entered,
    CorrectionRow: apply_corrections,
}

__all__ = ["APPLY", "Applied", "apply_firm"]

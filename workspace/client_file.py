"""One client's file on its way out of the firm: to the client herself, or to who takes her over.

To the client goes what is hers: her documents, the mail between her and the firm, what was released to her, her invoices, and records about
her that she gave or knows of. To a successor goes the whole file, with work papers, notes, tasks, hours and drafts. Neither holds anything
of another client, nor the firm's rates, settings or other people. Never writes a file.
"""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Any

from sqlalchemy import Select, select

from store.rows import FirmRow, StaffRow
from store.tables import (
    AuditEntry,
    Client,
    ClientContact,
    Contact,
    Deliverable,
    DeliverableVersion,
    Message,
    Release,
)
from workspace import export
from workspace.scope import Right, Scope, access_client

Table = tuple[tuple[str, ...], list[list[Any]]]


@dataclass(frozen=True)
class OneClient(Scope):
    """An asker who looks at one client only."""

    client_id: str = ""

    def clients(self) -> Select[str]:
        """The client, if the asker may see it."""
        return super().clients().where(Client.id == self.client_id)


def of_client(scope: Scope, ref: str) -> OneClient:
    """The scope of one client's file. Raises NotFound outside the scope, Forbidden without export:write."""
    scope.require(Right.EXPORT_WRITE)
    client = access_client(scope, ref)
    kept = {name: getattr(scope, name) for name in Scope.__dataclass_fields__}
    return OneClient(**kept, client_id=client.id)


def firm(scope: OneClient) -> FirmRow | None:
    """The firm's name and days, without its settings."""
    row = export.firm(scope)
    return row and replace(row, settings={})


def staff(scope: OneClient) -> list[StaffRow]:
    """The people whom the file names, without what they cost."""
    named = {one.partner for one in export.clients(scope)} | {one.manager for one in export.clients(scope)}
    named |= {one.owner for one in export.engagements(scope)} | {one.owner for one in export.tasks(scope)}
    named |= {one.staff for one in export.time(scope)} | {one.author for one in export.notes(scope)}
    named |= {one.by for one in export.corrections(scope)}
    bare: dict[str, Any] = {"standard_rate": None, "cost_rate": None, "weekly_hours": None, "custom": {}}
    return [replace(one, **bare) for one in export.staff(scope) if one.email in named]


def hours(scope: OneClient) -> list[Any]:
    """Time on the client, without the rates."""
    return [replace(row, rate=None) for row in export.time(scope)]


def trail(scope: OneClient) -> Iterator[dict[str, Any]]:
    """What was done about the client, by whom and when. The details stay: one act may speak of several clients."""
    columns = (AuditEntry.seq, AuditEntry.at, AuditEntry.actor, AuditEntry.tag, AuditEntry.hash)
    wanted = select(*columns).where(AuditEntry.client_id == scope.client_id).order_by(AuditEntry.seq)
    for row in scope.session.execute(wanted).mappings():
        yield dict(row)


def own_mail(scope: OneClient) -> set[str]:
    """The ids of documents that are mail with a person of the client among those it is from or to."""
    hers = (
        select(Contact.email)
        .join(ClientContact, ClientContact.contact_id == Contact.id)
        .where(ClientContact.client_id.in_(scope.clients()), Contact.email.is_not(None))
    )
    known = {str(one).lower() for one in scope.session.scalars(hers)}
    columns = select(Message.document_id, Message.sender, Message.recipients)
    found = scope.session.execute(columns.where(Message.client_id.in_(scope.clients()))).tuples()
    return {
        document
        for document, sender, to in found
        if document and known & {sender.lower(), *(str(one["address"]).lower() for one in to)}
    }


def released(scope: OneClient) -> Iterator[tuple[str, list[dict[str, Any]]]]:
    """What was released to the client, each in the version that left, as (a name for its file, its sections)."""
    wanted = (
        select(Release.at, Deliverable.slug, Deliverable.id, DeliverableVersion.sections)
        .join(Deliverable, Deliverable.id == Release.deliverable_id)
        .join(DeliverableVersion, DeliverableVersion.id == Release.version_id)
        .where(Release.client_id.in_(scope.clients()), Deliverable.state.in_(("released", "superseded")))
        .order_by(Release.at, Release.id)
    )
    for at, slug, identity, sections in scope.session.execute(wanted).tuples():
        yield f"{at.date().isoformat()} {slug} {identity[-6:]}", sections


def records(scope: OneClient) -> dict[str, Table]:
    """The records that the client may have, by file: who she is, her people, her work, what was asked of her, her invoices."""
    paid: dict[str, Any] = {}
    for one in export.payments(scope):
        paid[one.invoice_number] = paid.get(one.invoice_number, 0) + one.amount
    who = ("name", "entity_type", "tax_id", "address", "city", "state", "zip", "fiscal_year_end", "since")
    people = ("name", "email", "phone", "title", "ownership_pct")
    work = ("title", "period_start", "period_end", "due", "letter_signed_on", "filed_on", "extended_to", "finished_on")
    asked = ("item", "requested_on", "due", "received_on")
    bill = ("number", "issued_on", "due_on", "amount")
    invoices = [[*_of(one, bill), one.amount - paid.get(one.number, 0)] for one in export.invoices(scope)]
    return {
        "client.csv": (who, [_of(one, who) for one in export.clients(scope)]),
        "contacts.csv": (people, [_of(one, people) for one in export.contacts(scope)]),
        "work.csv": (work, [_of(one, work) for one in export.engagements(scope)]),
        "requests.csv": (asked, [_of(one, asked) for one in export.requests(scope)]),
        "invoices.csv": ((*bill, "open"), invoices),
        "payments.csv": (
            ("invoice_number", "paid_on", "amount"),
            [[one.invoice_number, one.paid_on, one.amount] for one in export.payments(scope)],
        ),
    }


def _of(row: Any, names: tuple[str, ...]) -> list[Any]:
    return [getattr(row, name) for name in names]

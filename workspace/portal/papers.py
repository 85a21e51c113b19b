"""What the firm gave to a contact: released deliverables that name her, issued invoices of her clients, letters that she is to sign.

Nothing before its release, nothing that stays in the firm, nothing addressed to somebody else. A text that is not the one that was released
is not shown. Opening a paper is on the trail.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal

from sqlalchemy import func, select

from store import audit
from store.audit import AuditTag
from store.errors import NotFound
from store.tables import (
    Client,
    ClientContact,
    Contact,
    Deliverable,
    DeliverableVersion,
    Invoice,
    Release,
    Signer,
    Signing,
)
from workspace.billing.invoices import invoices_of
from workspace.billing.paper import invoice_pdf
from workspace.deliverables.kinds import KINDS
from workspace.deliverables.release import addresses
from workspace.deliverables.render.paper import as_pdf
from workspace.letters.signing import holds
from workspace.portal.scope import PortalScope, contact_of, inside
from workspace.scope import Right

NONE = "there is no such paper here"


@dataclass(frozen=True)
class Paper:
    """A released deliverable. `at` is aware UTC."""

    id: str
    title: str
    client: str
    at: datetime


@dataclass(frozen=True)
class Bill:
    """An invoice, or a credit note. `state`: open, part-paid, paid, credited, credit. `balance` is owed, dollars; `late` days past due."""

    number: str
    client: str
    issued_on: date | None
    due_on: date | None
    amount: Decimal
    balance: Decimal
    state: str
    late: int


@dataclass(frozen=True)
class ToSign:
    """A letter out for her signature. `state`: waiting, signed, declined."""

    signer_id: str
    title: str
    client: str
    state: str
    until: datetime


def papers(scope: PortalScope) -> tuple[Paper, ...]:
    """What was released to her, the newest first. Two queries."""
    return tuple(Paper(row.id, row.title, client, at) for row, client, at, _ in _released(scope))


def paper_pdf(scope: PortalScope, paper_id: str) -> tuple[str, bytes]:
    """A name for the file, and a released paper as PDF. Raises NotFound for what was not released to her."""
    for row, _, _, version in _released(scope, paper_id):
        if not holds(version, row, version.content_hash):
            raise NotFound(NONE)
        made = as_pdf(inside(scope), row.id, internal=False)
        _opened(scope, f"deliverable:{row.id}", row.client_id)
        return f"{row.title}.pdf", made
    raise NotFound(NONE)


def _released(
    scope: PortalScope, paper_id: str | None = None
) -> list[tuple[Deliverable, str, datetime, DeliverableVersion]]:
    kinds = [slug for slug, kind in KINDS.items() if kind.goes_by != "file"]
    wanted = (
        select(Deliverable, Client.name, Release.at, DeliverableVersion)
        .join(Release, Release.deliverable_id == Deliverable.id)
        .join(DeliverableVersion, DeliverableVersion.id == Release.version_id)
        .join(Client, Client.id == Deliverable.client_id)
        .where(Deliverable.client_id.in_(scope.client_ids), Release.client_id == Deliverable.client_id)
        .where(Deliverable.state == "released", Deliverable.slug.in_(kinds))
        .where(Deliverable.current_version_id == Release.version_id)
        .where(Release.content_hash == DeliverableVersion.content_hash)
        .order_by(Release.at.desc(), Deliverable.id)
    )
    rows = scope.session.execute(wanted if paper_id is None else wanted.where(Deliverable.id == paper_id)).tuples()
    found, contact = list(rows), contact_of(scope)
    return [row for row in found if _is_hers(row[3].recipients, contact, row[1])]


def _is_hers(recipients: Sequence[str], contact: Contact, client: str) -> bool:
    """Whether a paper is addressed to this contact, or to the client as such."""
    to = {one.lower() for one in addresses(recipients)}
    names = {" ".join(one.split("<")[0].split()).casefold() for one in recipients}
    by_address = bool(contact.email) and (contact.email or "").lower() in to
    return by_address or client.casefold() in names or (not contact.email and contact.name.casefold() in names)


def bills(scope: PortalScope) -> tuple[Bill, ...]:
    """Issued invoices and credit notes of her clients: what is owed first, then the newest."""
    money = inside(scope, Right.MONEY_SEE, Right.RATES_SEE)
    found = [
        Bill(one.number, one.client, one.issued_on, one.due_on, one.amount, one.balance, one.state, one.late)
        for one in invoices_of(money)
        if one.number is not None
    ]
    return tuple(sorted(found, key=lambda one: one.balance <= 0))


def bill_pdf(scope: PortalScope, number: str) -> tuple[str, bytes]:
    """A name for the file, and an issued invoice as PDF. Raises NotFound."""
    wanted = select(Invoice).where(Invoice.number == number, Invoice.client_id.in_(scope.client_ids))
    row = scope.session.scalars(wanted).one_or_none()
    if row is None:
        raise NotFound(NONE)
    made = invoice_pdf(inside(scope, Right.MONEY_SEE, Right.RATES_SEE), row.id)
    _opened(scope, f"invoice:{row.number}", row.client_id)
    return made


def letters(scope: PortalScope) -> tuple[ToSign, ...]:
    """Letters that she is asked to sign, and those that she decided lately. Three queries at most."""
    return tuple(
        ToSign(signer.id, title, client, signer.state, signer.expires_at)
        for signer, title, client in _signers(scope)
        if signer.state != "waiting" or signer.expires_at > scope.now
    )


def signer_of(scope: PortalScope, signer_id: str) -> Signer:
    """Her place among a letter's signers. Raises NotFound for one that is not hers."""
    found = next((signer for signer, *_ in _signers(scope) if signer.id == signer_id), None)
    if found is None:
        raise NotFound(NONE)
    return found


def _signers(scope: PortalScope) -> list[tuple[Signer, str, str]]:
    """Where the address is hers; and where it is that of others too, the name as well."""
    contact = contact_of(scope)
    if not contact.email:
        return []
    rows = scope.session.execute(
        select(Signer, Deliverable.title, Client.name)
        .join(Signing, Signing.id == Signer.signing_id)
        .join(Deliverable, Deliverable.id == Signing.deliverable_id)
        .join(Client, Client.id == Signer.client_id)
        .where(Signer.client_id.in_(scope.client_ids), func.lower(Signer.email) == contact.email.lower())
        .where(Signer.state != "closed", Signing.state != "closed")
        .order_by(Signer.state != "waiting", Signing.created_at.desc(), Signer.place)
    ).tuples()
    found = list(rows)
    if not found:
        return []
    others = scope.session.scalars(
        select(ClientContact.client_id)
        .join(Contact, Contact.id == ClientContact.contact_id)
        .where(func.lower(Contact.email) == contact.email.lower(), Contact.id != contact.id)
        .where(ClientContact.client_id.in_(scope.client_ids))
    )
    shared = set(others)
    many = {one.signing_id for one, *_ in found if sum(o.signing_id == one.signing_id for o, *_ in found) > 1}
    return [
        row
        for row in found
        if (row[0].client_id not in shared and row[0].signing_id not in many)
        or row[0].name.casefold() == contact.name.casefold()
    ]


def _opened(scope: PortalScope, subject: str, client_id: str) -> None:
    audit.record(
        scope.session, AuditTag.PORTAL_LOOKED, actor=scope.actor, subject=subject, now=scope.now, client_id=client_id
    )

"""What the kinds of deliverables look up in a snapshot: who is written to and who signs, what is open, what came last.

Pure look-ups on values already read; nothing here words a sentence or computes a legal date.
"""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date, timedelta

from workspace.deadlines import add_business_days, is_business_day
from workspace.evidence import RecordEvidence
from workspace.signals.due import Due, due_of
from workspace.snapshot import Contact, Document, Engagement, Invoice, Message, Payment, Person, RequestItem, Snapshot

_COMPANY = re.compile(
    r"(?:,|\s)\s*(?:llc|llp|lllp|lp|inc|corp|co|ltd|pllc|plc|p\.?c|l\.?l\.?c|l\.?p|company|corporation|partners|trust|foundation|associates|bank)\.?$",
    re.IGNORECASE,
)
_TITLES = ("dr", "mr", "mrs", "ms", "mx", "prof", "rev", "hon")


@dataclass(frozen=True)
class OpenInvoice:
    """A bill with what is unpaid of it, dollars, at the end of the day."""

    invoice: Invoice
    late: bool


def addressee(snapshot: Snapshot) -> Contact | None:
    """The person to write to: the main contact, else the first with an address, else the first; None when nobody is on record."""
    ranked = sorted(snapshot.contacts, key=lambda one: (not one.is_primary, one.email is None))
    return ranked[0] if ranked else None


def first_name(name: str) -> str:
    """What a mail's greeting says: "Anna" for "Anna Lindqvist", the whole name where the first word is a title or an initial, or where
    the contact is no person ("Greider Commercial Properties, LLC")."""
    first = name.split()[0] if name.split() else name
    plain = first.strip(".").lower()
    return name if plain in _TITLES or len(plain) < 2 or "&" in name or _COMPANY.search(name) else first


def couple(name: str) -> str | None:
    """The first names of a couple's record: "Erik and Anna" for "Erik & Anna Lindqvist"; None for other names."""
    both = re.fullmatch(r"([A-Z][\w'’-]+) (?:&|and) ([A-Z][\w'’-]+) [A-Z][\w'’ -]+", name)
    return f"{both[1]} and {both[2]}" if both else None


def signer(snapshot: Snapshot) -> Person | None:
    """Who signs: the client's partner, else its manager."""
    people = snapshot.people
    return people.get(snapshot.client.partner_id or "") or people.get(snapshot.client.manager_id or "")


def recipient(contact: Contact | None) -> tuple[str, ...]:
    """How a deliverable names who gets it: "Anna Lindqvist <anna@…>"; empty when nobody is known."""
    if contact is None:
        return ()
    return (f"{contact.name} <{contact.email}>" if contact.email else contact.name,)


def person_evidence(person: Person, field: str = "name") -> RecordEvidence:
    return RecordEvidence(f"person:{person.email}", field, getattr(person, field))


def contact_evidence(contact: Contact, field: str = "name") -> RecordEvidence:
    value = getattr(contact, field)
    return RecordEvidence(f"contact:{contact.id}", field, "" if value is None else str(value))


def payment_evidence(payment: Payment, field: str) -> RecordEvidence:
    return RecordEvidence(f"payment:{payment.id}", field, str(getattr(payment, field)))


def message_evidence(message: Message, field: str) -> RecordEvidence:
    value = getattr(message, field)
    return RecordEvidence(
        f"message:{message.id}", field, value.isoformat() if hasattr(value, "isoformat") else str(value)
    )


def open_items(snapshot: Snapshot, engagement: Engagement) -> tuple[RequestItem, ...]:
    """What the client still owes for an engagement, the oldest date first."""
    return _still_open(snapshot.requests_of(engagement))


def open_items_alone(snapshot: Snapshot) -> tuple[RequestItem, ...]:
    """What the client still owes on lists that are about no engagement, likewise."""
    return _still_open(snapshot.requests_alone)


def owed(snapshot: Snapshot, engagements: Iterable[Engagement]) -> Iterator[RequestItem]:
    """What the client still owes for each of these engagements, and then on lists about none."""
    for one in engagements:
        yield from open_items(snapshot, one)
    yield from open_items_alone(snapshot)


def _still_open(items: Iterable[RequestItem]) -> tuple[RequestItem, ...]:
    waits = [one for one in items if one.received_on is None]
    return tuple(sorted(waits, key=lambda one: (one.due or date.max, one.item)))


def open_invoices(snapshot: Snapshot, today: date) -> tuple[OpenInvoice, ...]:
    """Bills with an unpaid balance, the oldest due date first."""
    bills = [bill for bill in snapshot.invoices if bill.balance(today) > 0]
    return tuple(OpenInvoice(bill, bill.due_on < today) for bill in sorted(bills, key=lambda b: (b.due_on, b.number)))


def last_payment(snapshot: Snapshot, today: date) -> tuple[Invoice, Payment] | None:
    """The newest payment through `today` and the bill it was for."""
    paid = [(bill, one) for bill in snapshot.invoices for one in bill.payments if one.paid_on <= today]
    return max(paid, key=lambda pair: (pair[1].paid_on, pair[0].number), default=None)


def due_dates(snapshot: Snapshot) -> Iterator[tuple[Engagement, Due]]:
    """Every open engagement that has a date, by date."""
    found = [(one, due_of(snapshot, one)) for one in snapshot.engagements if one.is_open]
    dated = [(one, due) for one, due in found if due is not None]
    yield from sorted(dated, key=lambda pair: (pair[1].due, pair[0].ref))


def authorization_for(snapshot: Snapshot, tax_year: str | None) -> Document | None:
    """A power of attorney on file (Form 2848, or 8821) that names the year; None when there is none, or the year is not known."""
    for document in snapshot.of_kind("authorization"):
        years = " ".join(fact.value for fact in document.facts if fact.name == "years")
        if tax_year and tax_year in years:
            return document
    return None


def unread(snapshot: Snapshot) -> tuple[str, ...]:
    """What could not be read of the client's files, each under the file's name."""
    found = (one for one in snapshot.findings if one.severity != "info")
    return tuple(
        one.message if one.message.startswith(f"{one.source}:") else f"{one.source}: {one.message}" for one in found
    )


def letters_since(snapshot: Snapshot, day: date) -> tuple[Message, ...]:
    """What the client wrote on or after a day, oldest first: an item may already lie in it."""
    dated = [one for one in snapshot.messages if one.direction == "in" and one.sent_at is not None]
    return tuple(one for one in dated if one.sent_at is not None and snapshot.local_day(one.sent_at) >= day)


def reply_day(today: date, before: date | None = None) -> date:
    """The day to ask for: Friday of next week, or the business day before; where something is due earlier (`before`), three
    business days ahead of that, but never sooner than the next business day. The same all week, so that a draft that waits does
    not change by the day."""
    friday = today + timedelta(days=11 - today.weekday())
    asked = friday if is_business_day(friday) else add_business_days(friday, -1)
    if before is not None and before > today:
        asked = min(asked, add_business_days(before, -3))
    return max(asked, add_business_days(today, 1))

"""What the kinds about the firm's own money share: time that is not billed, what it is worth at standard rates, how it is listed.

Owns which time counts as unbilled, as the signals do (workspace/signals/billing.py). Words nothing and decides nothing.
"""

from collections.abc import Callable, Iterable, Sequence
from datetime import date
from decimal import Decimal

from workspace.deliverables import sources
from workspace.deliverables.support import Printed, Support
from workspace.evidence import RecordEvidence
from workspace.snapshot import Engagement, Invoice, Snapshot, TimeEntry
from workspace.tie_out import Fact, derive, from_record

Row = dict[str, object]


def bills_of(snapshot: Snapshot, engagement: Engagement | None) -> list[Invoice]:
    """The invoices of an engagement, oldest first; for None those of no engagement."""
    wanted = engagement.id if engagement else None
    found = [one for one in snapshot.invoices if one.engagement_id == wanted]
    return sorted(found, key=lambda one: (one.issued_on, one.number))


def unbilled(snapshot: Snapshot, engagement: Engagement | None, today: date) -> list[TimeEntry]:
    """Billable time through a day that is on no invoice and younger than the last one, oldest first."""
    bills = bills_of(snapshot, engagement)
    last = bills[-1].issued_on if bills else date.min
    wanted = engagement.id if engagement else None
    return [
        one
        for one in snapshot.time
        if one.billable and one.engagement_id == wanted and one.invoice_id is None and last < one.date <= today
    ]


def value(entry: TimeEntry) -> Fact | None:
    """Hours by rate; None where no rate is known."""
    if entry.rate is None:
        return None
    rate = from_record("rate", "money", entry.rate, RecordEvidence(f"time:{entry.id}", "rate", str(entry.rate)))
    return derive.product("value", rate, hours(entry))


def hours(entry: TimeEntry) -> Fact:
    """The hours of an entry."""
    return from_record("hours", "count", entry.hours, RecordEvidence(f"time:{entry.id}", "hours", str(entry.hours)))


def worth(entries: Iterable[TimeEntry]) -> Fact | None:
    """What time is worth at standard rates; None where none of it has a rate."""
    values = [one for one in map(value, entries) if one is not None]
    if not values:
        return None
    return values[0] if len(values) == 1 else derive.total("value", values)


def amount_of(fact: Fact) -> Decimal:
    """The number of a fact of money."""
    return Decimal(fact.canonical)


def grouped(entries: Iterable[TimeEntry], key: Callable[[TimeEntry], str]) -> list[tuple[str, list[TimeEntry]]]:
    """Time by what `key` says of each entry, in the order of the first entries."""
    found: dict[str, list[TimeEntry]] = {}
    for one in entries:
        found.setdefault(key(one), []).append(one)
    return list(found.items())


def by_person(support: Support, entries: Sequence[TimeEntry]) -> list[Row]:
    """A row for each person: `name`, `hours`, `value`."""
    people = support.snapshot.people
    return [
        {"name": person(support, person_id), **sums(support, part)}
        for person_id, part in grouped(entries, lambda one: one.person_id)
        if person_id in people
    ]


def sums(support: Support, entries: Sequence[TimeEntry]) -> Row:
    """`hours` and `value` of some time, and `since` and `until`, the first and the last day."""
    total = worth(entries)
    first, last = min(entries, key=lambda one: one.date), max(entries, key=lambda one: one.date)
    return {
        "hours": support.hours_of(entries),
        "value": support.amount(total) if total else None,
        "since": support.day(first.date, day_evidence(first)),
        "until": support.day(last.date, day_evidence(last)),
    }


def field_evidence(entry: TimeEntry, field: str) -> RecordEvidence:
    """The words of an entry: its service or its note."""
    return RecordEvidence(f"time:{entry.id}", field, getattr(entry, field) or "")


def day_evidence(entry: TimeEntry) -> RecordEvidence:
    return RecordEvidence(f"time:{entry.id}", "date", entry.date.isoformat())


def person(support: Support, person_id: str | None) -> Printed | None:
    """The name of somebody of the firm; None where the id is nobody's."""
    found = support.snapshot.people.get(person_id or "")
    return support.words(found.name, sources.person_evidence(found), name=True) if found else None


def without_rate(entries: Iterable[TimeEntry]) -> tuple[str, ...]:
    """What to say of time that has no rate, for "what could not be seen"."""
    missing = sum(one.rate is None for one in entries)
    if not missing:
        return ()
    return (f"What {missing} time {'entry is' if missing == 1 else 'entries are'} worth: no rate is on record",)

"""Dates of documents against the dates that people entered. Never moves a date."""

import re
from collections.abc import Iterator
from datetime import date

from workspace.evidence import RecordEvidence
from workspace.signals import words
from workspace.signals.contradictions.found import Contradiction
from workspace.signals.sides import Sides
from workspace.signals.thresholds import Thresholds
from workspace.snapshot.model import Document, EnteredDeadline, Snapshot

_COMMON = frozenset({
    "lease", "ends", "end", "expires", "expiry", "notice", "renewal", "option", "of", "the", "for", "at", "on", "date",
    "premises", "office", "space",
})  # fmt: skip


def lease_end(snapshot: Snapshot, today: date, settings: Thresholds) -> Iterator[Contradiction]:
    """A date entered for a lease is neither the end nor the notice date that the lease says. Which lease is told by words of its title that
    stand in the landlord's, the tenant's or the property's name; by itself only where the client has one lease."""
    leases = snapshot.of_kind("lease")
    for entered in snapshot.entered:
        if not re.search(r"\blease\b", entered.title, re.IGNORECASE):
            continue
        lease = _meant(entered, leases)
        end = lease.fact("end") if lease is not None else None
        if lease is None or end is None or end.day is None or entered.due in (end.day, lease.day("notice_by")):
            continue
        held = RecordEvidence(f"deadline:{entered.id}", "due", entered.due.isoformat())
        yield Contradiction(
            lease.id,
            f"The lease ends on {words.day(end.day)}, the calendar has {words.day(entered.due)}",
            f"“{entered.title}” was entered by hand.",
            "Read the lease, and correct the date in the calendar.",
            (end.evidence, held),
            Sides(
                entered.title,
                "due",
                entered.due.isoformat(),
                end.value,
                held,
                end.evidence,
                held.record,
                (("due", held.value, end.value),),
            ),
        )


def _meant(entered: EnteredDeadline, leases: tuple[Document, ...]) -> Document | None:
    said = {word for word in re.findall(r"\w{3,}", entered.title.lower()) if word not in _COMMON}
    named = []
    for lease in leases:
        text = " ".join(lease.value(name) or "" for name in ("landlord", "tenant", "property"))
        if said & set(re.findall(r"\w{3,}", text.lower())):
            named.append(lease)
    if len(named) == 1:
        return named[0]
    return leases[0] if len(leases) == 1 and not named else None

"""The entries of a client's own ledger that lie in accounts for what nobody has placed: how many there are, and since when. Never says
where one belongs."""

import re
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from workspace.evidence import DerivedEvidence, Evidence
from workspace.snapshot.model import Document, Fact, Snapshot

UNSORTED = re.compile(r"uncategori[sz]ed|unclassified|ask (?:my|our|the) accountant|\bsuspense\b", re.IGNORECASE)
LEDGER = "general-ledger"


@dataclass(frozen=True)
class Entry:
    """One line of the ledger. `amount` is debit less credit, dollars."""

    day: date
    said: Fact
    amount: Decimal
    words: Fact


@dataclass(frozen=True)
class Unplaced:
    """What lies there at the end of a day, the oldest first; at least one."""

    entries: tuple[Entry, ...]

    @property
    def oldest(self) -> date:
        return self.entries[0].day

    @property
    def proof(self) -> Evidence:
        """The count of the lines, each by its words."""
        rows = tuple(one.words.evidence for one in self.entries)
        return DerivedEvidence(f"count({len(rows)} rows) = {len(rows)}", rows)


def unplaced(snapshot: Snapshot, until: date) -> Unplaced | None:
    """The entries through that day, of the ledger that covers it; an entry that was booked out again is none any more. None where no such
    ledger is on file, or nothing lies there."""
    covering = [one for one in snapshot.of_kind(LEDGER) if _covers(one, until)]
    if not covering:
        return None
    document = min(covering, key=lambda one: one.path)
    found = [one for row in document.rows() if (one := _entry(row)) is not None and one.day <= until]
    left = _without_those_booked_out(sorted(found, key=lambda one: (one.day, one.words.start)))
    return Unplaced(tuple(left)) if left else None


def _covers(document: Document, day: date) -> bool:
    first, last = document.day("period_start"), document.day("period_end")
    return first is not None and last is not None and first <= day <= last


def _entry(row: dict[str, Fact]) -> Entry | None:
    account, day = row.get("account"), row.get("date")
    side = next((one for one in ("amount", "debit", "credit") if one in row), None)
    if account is None or day is None or side is None or day.day is None or not UNSORTED.search(account.value):
        return None
    amount = row[side].number
    return None if amount is None else Entry(day.day, day, -amount if side == "credit" else amount, row[side])


def _without_those_booked_out(entries: list[Entry]) -> list[Entry]:
    """Each entry that a later one of the opposite amount takes back is left out with it, the oldest first."""
    left: list[Entry] = []
    for one in entries:
        taken_back = next((each for each in left if each.amount == -one.amount), None)
        if taken_back is None:
            left.append(one)
        else:
            left.remove(taken_back)
    return left

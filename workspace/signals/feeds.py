"""Until when a client's bank accounts are known, by the files of the bank on record. Never reads a transaction.

A feed is an account whose files come at least weekly: the bank's own downloads. One whose statements come by the month is no feed; that
those are missing is said by other rules.
"""

from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from itertools import pairwise

from workspace.snapshot.model import Fact, Snapshot

_FILES, _LAST = 3, 5  # a rhythm is seen in three files at least; the newest five tell it
_WEEK = 7


@dataclass(frozen=True)
class Feed:
    """An account whose files come at least weekly. `last` is the last day that any file of it covers, `said` the words that say so."""

    account: str
    last: date
    said: Fact


def feeds(snapshot: Snapshot, today: date) -> Iterator[Feed]:
    """The client's feeds, by account. A file that says a day to come is left out."""
    ends: dict[str, dict[date, Fact]] = defaultdict(dict)
    for statement in snapshot.of_kind("bank-statement"):
        account, end = statement.value("account_last4"), statement.fact("period_end")
        if account and end is not None and end.day is not None and end.day <= today:
            ends[account].setdefault(end.day, end)
    for account, by_day in sorted(ends.items()):
        days = sorted(by_day)[-_LAST:]
        gaps = sorted((later - earlier).days for earlier, later in pairwise(days))
        if len(days) >= _FILES and gaps[len(gaps) // 2] <= _WEEK:
            yield Feed(account, days[-1], by_day[days[-1]])

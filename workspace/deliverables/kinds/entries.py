"""The entries of a client's general ledger that stand behind a change between two periods, or in an account that nobody placed.

Owns which entries are shown: those without a like one in the other period. Says where an amount comes from and never why it is there.
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from workspace.deliverables.kinds.changes import Change
from workspace.deliverables.statements import Statement
from workspace.deliverables.support import Printed, Support
from workspace.signals.ledger import account_number
from workspace.snapshot import Document, Snapshot
from workspace.snapshot import Fact as Read
from workspace.tie_out import Fact, derive, from_record

KIND = "general-ledger"
_SHOWN = 3  # entries of a line
_LIKE = Decimal("0.1")  # two amounts of one payee are alike within a tenth
_BALANCE = re.compile(
    r"\b(?:checking|savings|bank|cash|clearing|card|payables?|receivables?|equity|loans?|uncategori[sz]ed|suspense|ask my accountant)\b",
    re.IGNORECASE,
)
_NUMBER = re.compile(r"^\W*\d{3,7}[\s·:.–-]*")


@dataclass(frozen=True)
class Entry:
    """A line of the ledger. `amount` is as printed; `is_credit`: it stands in a column of credits."""

    account: Read
    day: date
    day_read: Read
    amount: Read
    is_credit: bool
    name: Read | None
    memo: Read | None

    @property
    def dollars(self) -> Decimal:
        return self.amount.number or Decimal(0)

    @property
    def who(self) -> str:
        return self.name.value.casefold() if self.name else ""


@dataclass(frozen=True)
class Behind:
    """What stands behind a change: `entries` of this period, or with `gone` of the earlier one, where the line was larger; the largest
    first. `left` is what they do not account for."""

    change: Change
    entries: tuple[Entry, ...]
    gone: bool
    left: Fact


def entries(snapshot: Snapshot, start: date, end: date) -> tuple[Entry, ...] | None:
    """The kept entries of a period, in the order of the ledger; None where no ledger on file covers all of it."""
    for document in sorted(snapshot.of_kind(KIND), key=lambda one: one.path):
        first, last = document.day("period_start"), document.day("period_end")
        if first is not None and last is not None and first <= start and end <= last:
            return tuple(one for one in _entries(document) if start <= one.day <= end)
    return None


def _entries(document: Document) -> Iterator[Entry]:
    for row in document.rows():
        side = next((one for one in ("amount", "debit", "credit") if one in row), None)
        if side is None or "account" not in row or "date" not in row or row["date"].day is None:
            continue
        said = (row["date"].day, row["date"], row[side], side == "credit", row.get("name"), row.get("memo"))
        yield Entry(row["account"], *said)


def unplaced(snapshot: Snapshot, accounts: Sequence[str], until: date) -> list[tuple[Entry, Read | None]]:
    """The entries of accounts that nobody placed, of the ledger of that day, the largest first; beside each the account under which the
    ledger has its payee elsewhere, None where it has none."""
    covering = [one for one in snapshot.of_kind(KIND) if _covers(one, until)]
    found = list(_entries(min(covering, key=lambda one: one.path))) if covering else []
    own = [one for one in found if one.day <= until and any(is_account(one.account.value, name) for name in accounts)]
    elsewhere = [one for one in found if one not in own and _is_result(one.account.value)]
    ranked = sorted(own, key=lambda one: (-abs(one.dollars), one.day))
    return [
        (one, next((each.account for each in elsewhere if one.who and each.who == one.who), None)) for one in ranked
    ]


def _covers(document: Document, day: date) -> bool:
    first, last = document.day("period_start"), document.day("period_end")
    return first is not None and last is not None and first <= day <= last


def _is_result(account: str) -> bool:
    """Whether an account is one of income or cost, and not the bank that paid or what is owed."""
    number = account_number(account)
    return number >= 4000 if number is not None else _BALANCE.search(account) is None


def is_account(called: str, line: str) -> bool:
    """Whether an account of the ledger is the line of a statement: by number where both have one, else by exact name."""
    one, other = account_number(called), account_number(line)
    if one is not None and other is not None:
        return one == other
    return _bare(called) == _bare(line)


def _bare(name: str) -> str:
    return " ".join(_NUMBER.sub("", name).casefold().rpartition(":")[2].split())


def behind(snapshot: Snapshot, latest: Statement, earlier: Statement, changes: Sequence[Change]) -> list[Behind] | None:
    """For each change the entries that have no like one in the other period; None where the ledger of a period is not on file."""
    now, then = entries(snapshot, latest.start, latest.end), entries(snapshot, earlier.start, earlier.end)
    if now is None or then is None:
        return None
    return [_behind(one, now, then) for one in changes]


def _behind(change: Change, now: Sequence[Entry], then: Sequence[Entry]) -> Behind:
    name, gone = change.label.name, change.now is None or Decimal(change.by.value) < 0
    own, other = ([one for one in part if is_account(one.account.value, name)] for part in (now, then))
    if gone:
        own, other = other, own
    usual = _usual_side(own)
    alone = [one for one in _without_a_like(own, other) if one.is_credit == usual and one.dollars > 0]
    shown = tuple(sorted(alone, key=lambda one: (-one.dollars, one.day))[:_SHOWN])
    return Behind(change, shown, gone, _left(change, shown))


def _usual_side(found: Sequence[Entry]) -> bool:
    """Whether the account's entries stand among the credits, by what they come to."""
    return sum((one.dollars if one.is_credit else -one.dollars for one in found), Decimal(0)) > 0


def _without_a_like(own: Sequence[Entry], other: Sequence[Entry]) -> Iterator[Entry]:
    """The entries that do not come again in the other period: the same payee within a tenth, or the same amount. Each pairs once."""
    left = list(other)
    for one in own:
        like = next((each for each in left if _alike(one, each)), None)
        if like is None:
            yield one
        else:
            left.remove(like)


def _alike(one: Entry, other: Entry) -> bool:
    if one.dollars == other.dollars:
        return True
    return bool(one.who) and one.who == other.who and abs(one.dollars - other.dollars) <= _LIKE * abs(other.dollars)


def _left(change: Change, shown: Sequence[Entry]) -> Fact:
    """The change less the entries; a decrease and the entries of the earlier period, which it took away, together."""
    if not shown:
        return change.by
    parts = [amount_of(one) for one in shown]
    if Decimal(change.by.value) < 0:
        return derive.total("left", [change.by, *parts])
    return derive.difference("left", change.by, parts[0] if len(parts) == 1 else derive.total("entries", parts))


def amount_of(entry: Entry) -> Fact:
    return from_record("amount", "money", entry.dollars, entry.amount.evidence)


def row(support: Support, entry: Entry) -> dict[str, Printed | None]:
    """An entry as a template prints it: `day`, `name`, `memo`, `amount`."""
    return {
        "day": support.day(entry.day, entry.day_read.evidence),
        "name": support.words(entry.name.value, entry.name.evidence, name=True) if entry.name else None,
        "memo": support.words(entry.memo.value, entry.memo.evidence) if entry.memo else None,
        "amount": support.amount(amount_of(entry)),
    }


def rows(support: Support, found: Behind) -> dict[str, object]:
    """What stands behind a change as a template prints it: `what`, `by`, `entries`, `gone`, `left`."""
    return {
        "what": support.words(found.change.label.name, found.change.label.label.evidence, name=True),
        "by": support.amount(found.change.by),
        "entries": [row(support, one) for one in found.entries],
        "gone": found.gone,
        "left": support.amount(found.left) if Decimal(found.left.value) else None,
    }

"""The client's own books as facts that a deliverable may print: statements, trial balances, what was footed from them.

Owns how an amount that was read or added up becomes a fact with its proof. Reads documents of the snapshot; judges no figure.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal

from workspace.books.apart import apart, planned
from workspace.deadlines import month_end
from workspace.deliverables.support import Printed, Support
from workspace.evidence import Evidence, RecordEvidence
from workspace.signals.ledger import Figure
from workspace.signals.thresholds import resolve
from workspace.snapshot import Document, Snapshot
from workspace.snapshot import Fact as Read
from workspace.tie_out import Fact, derive, from_record, worded


@dataclass(frozen=True)
class Line:
    """One line of a statement: its words, and its amount in dollars."""

    label: Read
    amount: Read

    @property
    def name(self) -> str:
        return self.label.value

    @property
    def dollars(self) -> Decimal:
        return self.amount.number or Decimal(0)


@dataclass(frozen=True)
class Statement:
    """A profit and loss statement with its period and its lines."""

    document: Document
    first: Read
    last: Read
    start: date
    end: date
    lines: tuple[Line, ...]

    @property
    def months(self) -> int:
        """How many calendar months it covers; 0 where it does not run from a first to a last day of a month."""
        if self.start.day != 1 or self.end != month_end(self.end.year, self.end.month):
            return 0
        return (self.end.year - self.start.year) * 12 + self.end.month - self.start.month + 1

    def amount(self, name: str) -> Fact | None:
        """A total of the statement by its fact's name: revenue, cost_of_sales, gross_profit, net_income."""
        return read_amount(name, self.document.fact(name))

    def line(self, name: str) -> Line | None:
        return next((one for one in self.lines if one.name == name), None)


def statements(snapshot: Snapshot) -> tuple[Statement, ...]:
    """The profit and loss statements that have a period and a revenue, one a period, by end and length."""
    return _one_each(apart(snapshot, "profit-and-loss"))


def budget_of(snapshot: Snapshot, latest: Statement) -> Statement | None:
    """The budget of exactly the statement's period; None where none is on file. A budget of another length is not cut to fit."""
    return next((one for one in budgets(snapshot) if (one.start, one.end) == (latest.start, latest.end)), None)


def budgets(snapshot: Snapshot) -> tuple[Statement, ...]:
    """The client's budgets and forecasts that have a period and a revenue, one a period; a budget before a forecast of the same."""
    return _one_each(planned(snapshot))


def _one_each(documents: Sequence[Document]) -> tuple[Statement, ...]:
    found: dict[tuple[date, date], Statement] = {}
    for one in sorted(documents, key=lambda each: each.path):
        first, last = one.fact("period_start"), one.fact("period_end")
        if first is None or last is None or first.day is None or last.day is None or not one.number("revenue"):
            continue
        known = Statement(one, first, last, first.day, last.day, tuple(_lines(one)))
        found.setdefault((known.start, known.end), known)
    return tuple(sorted(found.values(), key=lambda one: (one.end, one.months)))


def of_document(snapshot: Snapshot, document_id: str) -> Statement | None:
    """The statement of a document; of several periods the newest that has one to compare with, else the newest and shortest. None where it
    is gone."""
    own = [one for one in statements(snapshot) if one.document.id == document_id]
    compared = [one for one in own if before(snapshot, one)]
    return max(compared or own, key=lambda one: (one.end, -one.months), default=None)


def _lines(document: Document) -> Iterator[Line]:
    for row in document.rows():
        if "line" in row and "amount" in row and row["amount"].number is not None:
            yield Line(row["line"], row["amount"])


def before(snapshot: Snapshot, latest: Statement) -> Statement | None:
    """The statement to compare with: of as many months, the period right before, else the same one a year earlier; None without."""
    same = [one for one in statements(snapshot) if one.months == latest.months and latest.months]
    for day in (latest.start.toordinal() - 1, _year_before(latest.end).toordinal()):
        for one in same:
            if one.end.toordinal() == day:
                return one
    return None


def _year_before(day: date) -> date:
    return month_end(day.year - 1, day.month)


def read_amount(name: str, read: Read | None) -> Fact | None:
    """An amount as read from a page; None for None, and for words that are no number."""
    if read is None or read.number is None:
        return None
    return from_record(name, "money", read.number, read.evidence)


def footed(name: str, figure: Figure) -> Fact:
    """An amount that was added up from accounts."""
    return from_record(name, "money", figure.amount, figure.proof)


def fraction(name: str, amount: Fact, parts: Fact) -> Fact:
    """Dollars divided by a count, to the cent."""
    found = derive.ratio(name, amount, parts, places=2)
    return replace(found, type="money", text=worded("money", found.value))


def number(name: str, value: Decimal | int, evidence: Evidence) -> Fact:
    """A plain number, worded without useless zeros."""
    return from_record(name, "count", value, evidence)


def setting(slug: str, name: str, value: str) -> Fact:
    """A number that the firm's way of working sets, in percent."""
    return from_record(name, "percent", value, RecordEvidence(f"setting:{slug}", name, value))


def corporate_rate(snapshot: Snapshot) -> tuple[Fact, Fact]:
    """The corporate tax rate in force (IRC §11(b), the firm's setting): in percent as it is printed, as a fraction to multiply by."""
    value = resolve(snapshot.settings).of("estimate-stale", "corporate_rate")
    factor = from_record("rate", "count", value, RecordEvidence("setting:estimate-stale", "corporate_rate", str(value)))
    return setting("estimate-stale", "corporate_rate, percent", f"{(100 * value).normalize():f}"), factor


def period(support: Support, one: Statement) -> dict[str, Printed | None]:
    """`start` and `end` of a statement, as read."""
    return {"start": support.day(one.start, one.first.evidence), "end": support.day(one.end, one.last.evidence)}


def printed(support: Support, fact: Fact | None) -> Printed | None:
    return None if fact is None else support.amount(fact)


def label(support: Support, line: Line) -> Printed:
    """The words of a line, with what its number says."""
    return support.words(line.name, line.label.evidence, name=True)


def age(snapshot: Snapshot, kind: str, field: str = "as_of") -> tuple[date, Document] | None:
    """The newest document of a kind by a date that it states; None without any."""
    dated = [(day, one.path, one) for one in snapshot.of_kind(kind) if (day := one.day(field)) is not None]
    return (max(dated)[0], max(dated)[2]) if dated else None

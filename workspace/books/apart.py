"""The periods of one document as documents of their own, for whoever reads the facts of a statement: detectors and drafts.

A document of one period is itself. One of several is one document a period, with the facts that its kind has, each in its own cell. Never
invents: what a column does not state is not a fact of its period. A profit and loss whose file is named a budget or a forecast says what
was planned: it is kept apart from what happened, here and wherever statements are read.
"""

import re
from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import date

from workspace.snapshot.figures import Figure
from workspace.snapshot.model import Document, Fact, Snapshot

_Span = tuple[date | None, date]
_PROFIT = "profit-and-loss"
# A budget beside actual figures is a report of what happened: its other columns are not read.
_BESIDE = re.compile(r"(?<![a-z])(?:vs|versus|against)(?![a-z])|actual", re.IGNORECASE)
_PLANNED = re.compile(r"(?<![a-z])(?:budget|forecast)(?:s|ed)?(?![a-z])", re.IGNORECASE)


def is_planned(path: str) -> bool:
    """Whether a file is named a budget or a forecast, and not one that stands beside actual figures."""
    name = path.rsplit("/", 1)[-1]
    return _PLANNED.search(name) is not None and _BESIDE.search(name) is None


def holds_budget(path: str) -> bool:
    """Whether a file is named a report of actual figures against a budget."""
    name = path.rsplit("/", 1)[-1]
    return _PLANNED.search(name) is not None and _BESIDE.search(name) is not None


def results(snapshot: Snapshot) -> tuple[Document, ...]:
    """The client's profit and loss statements as they are on file, without budgets and forecasts."""
    return tuple(one for one in snapshot.of_kind(_PROFIT) if not is_planned(one.path))


def planned(snapshot: Snapshot) -> tuple[Document, ...]:
    """Budgets and forecasts, each of one period."""
    return _each(snapshot, _PROFIT, [one for one in snapshot.of_kind(_PROFIT) if is_planned(one.path)])


def apart(snapshot: Snapshot, kind: str) -> tuple[Document, ...]:
    """The client's documents of a kind of statement, each of one period; oldest period last within a document."""
    return _each(snapshot, kind, results(snapshot) if kind == _PROFIT else snapshot.of_kind(kind))


def _each(snapshot: Snapshot, kind: str, documents: Sequence[Document]) -> tuple[Document, ...]:
    own: dict[str, list[Figure]] = defaultdict(list)
    for figure in snapshot.books:
        if figure.statement == kind:
            own[figure.version_id].append(figure)
    return tuple(one for document in documents for one in _apart(document, own.get(document.version_id or "", ())))


def _apart(document: Document, figures: Sequence[Figure]) -> Iterator[Document]:
    if not figures:
        yield document
        return
    by_span: dict[_Span, list[Figure]] = defaultdict(list)
    for one in figures:
        by_span[one.period_start, one.period_end].append(one)
    for span in sorted(by_span, key=lambda one: (one[1], one[0] or date.min), reverse=True):
        yield replace(document, facts=tuple(_facts(document.kind or "", by_span[span])))


def _facts(kind: str, figures: Sequence[Figure]) -> Iterator[Fact]:
    first = figures[0]
    if kind == "profit-and-loss" and first.period_start is not None:
        yield _fact(first, "period_start", "date", first.period_start.isoformat(), first.told)
        yield _fact(first, "period_end", "date", first.period_end.isoformat(), first.told)
    else:
        yield _fact(first, "as_of", "date", first.period_end.isoformat(), first.told)
    for one in figures:
        if one.role == "total" and not (kind == "trial-balance" and one.measure != "closing"):
            yield _amount(one, one.account)
    yield from _trial_rows(figures) if kind == "trial-balance" else _rows(figures)


def _rows(figures: Sequence[Figure]) -> Iterator[Fact]:
    for row, one in enumerate(one for one in figures if one.role == "account"):
        yield _fact(one, "line", "text", _label(one), one.named, row)
        yield _amount(one, "amount", row)


def _trial_rows(figures: Sequence[Figure]) -> Iterator[Fact]:
    """The closing balance of each account on its side, as a trial balance of two columns has it."""
    for row, one in enumerate(one for one in figures if one.role == "account" and one.measure == "closing"):
        yield _fact(one, "account", "text", _label(one), one.named, row)
        side, value = ("debit", one.amount) if one.amount >= 0 else ("credit", -one.amount)
        span = (one.page, one.start, one.end, one.quote)
        yield _fact(one, side, "money", str(value), span, row)


def _label(one: Figure) -> str:
    return f"{one.number} {one.account}" if one.number else one.account


def _amount(one: Figure, name: str, row: int | None = None) -> Fact:
    return _fact(one, name, "money", str(one.printed), (one.page, one.start, one.end, one.quote), row)


def _fact(
    of: Figure, name: str, kind: str, value: str, span: tuple[int, int, int, str], row: int | None = None
) -> Fact:
    page, start, end, quote = span
    return Fact(
        name=name,
        type=kind,
        value=value,
        document_id=of.document_id,
        version_id=of.version_id,
        page=page,
        start=start,
        end=end,
        quote=quote,
        row=row,
        confidence=of.confidence,
        corrected_by=of.corrected_by,
    )

"""The figures of a trial balance, a profit and loss, a balance sheet: one a cell, with its account, its period and its side.

Owns which heading a line stands under and which side its amount is on. Never adds up and never corrects; a statement of which no day can
be read has no figures.
"""

import re
from bisect import bisect_right
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal
from functools import cached_property

from ingestion.elements import Page
from ingestion.facts.account_types import CREDIT, ToldBy, Type, numbered, section_type, type_of
from ingestion.facts.amounts import Amounts, Heads, amount_lines, find_heads
from ingestion.facts.books import DERIVED, PROFIT_RESULTS, SHEET_RESULTS, SUMS, TRIAL_COLUMNS, as_of, total_place
from ingestion.facts.periods import period_in
from ingestion.facts.report_columns import Column, Columns, report_columns, whole_period
from ingestion.facts.sides import assign_sides
from ingestion.facts.text import OCR_TRUST, Found, Line, Reading, Span, head, label_pattern
from ingestion.facts.values import name_text

STATEMENTS = ("trial-balance", "profit-and-loss", "balance-sheet")
_BASIS = re.compile(r"\b(cash|accrual)[ -]basis\b|\bbasis:?\s*(cash|accrual)\b", re.IGNORECASE)
_NO_LINE = re.compile(r"(?:as (?:of|at)|page|printed)\b", re.IGNORECASE)
_AS_OF = re.compile(r"\bas (?:of|at)\b", re.IGNORECASE)
_TYPE_COLUMN = re.compile(r"(?:account )?type", re.IGNORECASE)
_CREDIT_RESULTS = ("revenue", "gross_profit", "net_income", "total_liabilities", "total_equity")
_MOST = Decimal(10) ** 14


@dataclass(frozen=True)
class ReadFigure:
    """One amount as printed and where it stands; the fields are those of `store.tables.BookFigure`, which says what they mean."""

    statement: str
    measure: str
    role: str
    period: Column
    line: int | None
    number: str | None
    account: str
    type: Type | None
    told_by: ToldBy | None
    sign: int
    found: Found
    basis: str | None
    cell: str | None
    named: Span
    confidence: float
    beyond: bool

    @property
    def amount(self) -> Decimal:
        """Dollars, debit positive."""
        return self.sign * Decimal(self.found.value)


@dataclass(frozen=True)
class _Account:
    line: int
    number: str | None
    name: str
    told: tuple[Type, ToldBy] | None


def read_figures(reading: Reading, kind: str) -> tuple[ReadFigure, ...]:
    """The figures of a document of one of `STATEMENTS`, in reading order; () for any other kind, and where no day or no column is read."""
    if kind not in STATEMENTS or not reading.lines:
        return ()
    desk = _Desk(_first_sheet(reading), kind, _basis(reading))
    found = _trial_balance(desk) if kind == "trial-balance" else _statement(desk)
    return tuple(one for one in found if abs(one.amount) < _MOST and one.amount == round(one.amount, 2))


def _first_sheet(reading: Reading) -> Reading:
    """Without the other sheets of a workbook: each is a statement of its own, and only the first one's kind is known."""
    label = reading.pages[0].label
    pages = tuple(one for one in reading.pages if one.label == label)
    numbers = {one.number for one in pages}
    return Reading(pages, tuple(one for one in reading.lines if one.page in numbers))


@dataclass(frozen=True)
class _Desk:
    """A statement that is being read."""

    reading: Reading
    kind: str
    basis: str | None
    beyond: bool = False

    @cached_property
    def pages(self) -> Mapping[int, Page]:
        return {one.number: one for one in self.reading.pages}

    @cached_property
    def begins(self) -> Mapping[int, Sequence[int]]:
        """By page, where each row of a sheet begins."""
        return {number: [word.start for word in page.words] for number, page in self.pages.items()}

    def figure(
        self, measure: str, role: str, period: Column, of: _Account | str, sign: int, found: Found, row: Amounts
    ) -> ReadFigure:
        known = of if isinstance(of, _Account) else None
        told = known.told if known else None
        trust = OCR_TRUST if self.pages[found.span.page].source == "ocr" else 1.0
        return ReadFigure(
            statement=self.kind,
            measure=measure,
            role=role,
            period=period,
            line=known.line if known else None,
            number=known.number if known else None,
            account=known.name if known else str(of),
            type=told[0] if told else None,
            told_by=told[1] if told else None,
            sign=sign,
            found=found,
            basis=self.basis,
            cell=self._cell(found, row.line),
            named=row.label,
            confidence=round(found.confidence * trust, 2),
            beyond=self.beyond,
        )

    def _cell(self, found: Found, line: Line) -> str | None:
        """The name of the sheet's cell, None on paper: the boxes of a sheet's words are its rows."""
        page, begins = self.pages[found.span.page], self.begins[found.span.page]
        place = bisect_right(begins, found.span.start) - 1
        if line.columns != "index" or page.width is not None or page.source != "text" or place < 0:
            return None
        column = next((n for n, cell in enumerate(line.cells) if cell.start <= found.span.start < cell.end), None)
        return None if column is None else f"{_letters(column)}{int(page.words[place].box.top) + 1}"


def _letters(place: int) -> str:
    name, place = "", place + 1
    while place:
        place, rest = divmod(place - 1, 26)
        name = chr(65 + rest) + name
    return name


def _basis(reading: Reading) -> str | None:
    found = _BASIS.search(reading.text)
    return (found[1] or found[2]).lower() if found else None


def _trial_balance(desk: _Desk) -> Iterator[ReadFigure]:
    period = _day_of(desk.reading)
    heads = find_heads(desk.reading, TRIAL_COLUMNS, ("debit", "credit"), 2)
    heads = heads or next((h for name in ("closing", "balance") if (h := _signed(desk.reading, name))), None)
    if period is None or heads is None:
        return
    totals: dict[str, Found] = {}
    below: Amounts | None = None
    rows: list[tuple[Amounts, Mapping[str, Found]]] = []
    for row in amount_lines(desk.reading.lines[heads.index + 1 :], heads):
        if row.is_total:
            totals, below = heads.of(row) or totals, row
        elif name_text(row.label.text) is not None:
            rows.append((row, heads.of(row)))
    rolls = "opening" in heads.places and "closing" in heads.places
    desk = replace(desk, beyond=rolls or "debit" not in heads.places)
    sided = assign_sides(rows, totals) if "debit" in heads.places else rows
    for line, (row, named) in enumerate(sided):
        account = _account(row, line, _type_cell(desk.reading.lines[heads.index], row.line))
        empty = [name for name in ("debit", "credit") if name in named and not Decimal(named[name].value)]
        kept = {name: one for name, one in named.items() if name not in empty} or dict(list(named.items())[:1])
        for name, found in kept.items():
            yield desk.figure(
                _measure(name, rolls), "account", period, account, -1 if name == "credit" else 1, found, row
            )
    for name, found in totals.items():
        if name in ("debit", "credit") and below is not None:
            measure = _measure(name, rolls)
            yield desk.figure(measure, "total", period, f"total_{name}", -1 if name == "credit" else 1, found, below)


def _signed(reading: Reading, name: str) -> Heads | None:
    """The header of a trial balance with one column of signed balances."""
    columns = {one: words for one, words in TRIAL_COLUMNS.items() if one in ("opening", "closing", "balance")}
    heads = find_heads(reading, columns, (name,), 1)
    return heads if heads is not None and len(heads.line.cells) > 1 else None


def _measure(column: str, rolls: bool) -> str:
    """What a column of a trial balance says: debits and credits between an opening and a closing balance are the period's activity."""
    if column == "opening":
        return "opening"
    return "activity" if rolls and column in ("debit", "credit") else "closing"


def _day_of(reading: Reading) -> Column | None:
    """The period of a trial balance: its last day, and its first where the report names a period."""
    period = whole_period(reading)
    if period is not None and not any(_AS_OF.search(line.text) for line in head(reading, 15).lines):
        return period
    return _last_day(reading)


def _last_day(reading: Reading) -> Column | None:
    day = next(iter(as_of(reading)), None)
    if day is None:
        return None
    return Column(None, date.fromisoformat(day.value), Span(day.page, day.start, day.end, day.quote))


def _type_cell(top: Line, line: Line) -> Type | None:
    """The type in a column of account types, None without one."""
    place = next((n for n, cell in enumerate(top.cells) if _TYPE_COLUMN.fullmatch(cell.text.strip(" *"))), None)
    if place is None or top.columns != "index" or place >= len(line.cells):
        return None
    return section_type(line.cells[place].text)[1]


def _account(row: Amounts, line: int, section: Type | None) -> _Account:
    words = name_text(row.label.text.replace("|", " ")) or row.label.text
    number, name = numbered(words)
    return _Account(line, number, name, type_of(number, name, section))


def _statement(desk: _Desk) -> Iterator[ReadFigure]:
    """A profit and loss or a balance sheet: each line in each of its periods, and the results that it prints."""
    is_profit = desk.kind == "profit-and-loss"
    results, derived = (PROFIT_RESULTS, DERIVED) if is_profit else (SHEET_RESULTS, SUMS)
    columns = report_columns(desk.reading, days=not is_profit) or _only_column(desk)
    measure = "activity" if is_profit else "closing"
    under = _Headings()
    chosen: dict[str, Amounts] = {}
    number = 0
    if columns is None:
        return
    desk = replace(desk, beyond=isinstance(columns, Columns))
    for line in desk.reading.lines[columns.below :]:
        row = next(amount_lines((line,), columns.heads), None)
        if row is None:
            under.open(_words_of(line))
            continue
        words = re.sub(r"^\W+", "", row.label.text).strip(" :.|")
        for name, pattern in results:
            if label_pattern(pattern).fullmatch(words) and _counts(name, row, chosen.get(name)):
                chosen[name] = row
        if derived.match(row.label.text) or period_in(row.label.text) or _NO_LINE.match(words):
            under.close(words)
        elif name_text(row.label.text.replace("|", " ")) is not None:
            account = _account(row, number, under.type)
            number += 1
            sign = -1 if account.told and account.told[0] in CREDIT else 1
            for period, found in columns.of(row):
                yield desk.figure(measure, "account", period, account, sign, found, row)
    for name, row in chosen.items():
        sign = -1 if name in _CREDIT_RESULTS else 1
        for period, found in columns.of(row):
            yield desk.figure(measure, "total", period, name, sign, found, row)


def _counts(name: str, row: Amounts, before: Amounts | None) -> bool:
    """Whether this line is the result, rather than one before it: a total wins over a bare line of the name, the last net income counts."""
    return before is None or (row.is_total and not before.is_total) or name == "net_income"


class _Headings:
    """The headings that a line stands under, the innermost last."""

    def __init__(self) -> None:
        self._open: list[tuple[str, Type | None]] = []

    @property
    def type(self) -> Type | None:
        return self._open[-1][1] if self._open else None

    def open(self, words: str) -> None:
        known, kind = section_type(words)
        if known:
            self._open.append((_bare(words), kind))

    def close(self, words: str) -> None:
        """A sum ends the heading that it names, with all inside it."""
        named = re.sub(r"^total (?:for )?", "", _bare(words))
        place = next((n for n, (opened, _) in enumerate(self._open) if opened == named), None)
        if place is not None:
            del self._open[place:]


def _bare(words: str) -> str:
    return " ".join(words.strip(" :*").lower().split())


def _words_of(line: Line) -> str:
    words = [cell.text for cell in line.cells if cell.text.strip()]
    return words[0] if len(words) == 1 else ""


@dataclass(frozen=True)
class _Single:
    """The columns of a statement of one period: the total's, else the first amount of a line."""

    period: Column
    total: int | None
    heads: Heads | None = None
    below: int = 0

    def of(self, row: Amounts) -> Sequence[tuple[Column, Found]]:
        place = self.total if self.total is not None and self.total in row.amounts else min(row.amounts)
        return ((self.period, row.amounts[place]),)


def _only_column(desk: _Desk) -> _Single | None:
    period = _last_day(desk.reading) if desk.kind == "balance-sheet" else whole_period(desk.reading)
    return _Single(period, total_place(desk.reading)) if period is not None else None

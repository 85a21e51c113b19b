"""Reports of QuickBooks that are no plain tables: receivables by age with their sections and sums; and which reports are a client's books.

A row that is neither a heading, a customer, a transaction nor a sum is rejected with its words, so that the sums stay whole.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from ingestion.exports.grids import Grid
from ingestion.exports.recognise import LOOKED_AT
from ingestion.exports.values import day_first, read_date, read_money
from ingestion.exports.vocabulary import bare
from store.entries import Entry, Total
from store.rows import Rejected

_AGES = (
    frozenset({"current", "actual", "courant", "nichtfallig"}),
    frozenset({"130", "130days", "130dayspastdue", "1a30"}),
    frozenset({"3160", "3160days", "3160dayspastdue", "31a60"}),
    frozenset({"6190", "6190days", "6190dayspastdue", "61a90"}),
    frozenset({"91andover", "91", "90", "91ormoredayspastdue", "91dayspastdue", "91days", "91ormore", "over90"}),
)
_TOTAL = frozenset({"total", "totals", "gesamt"})
_DETAIL = {
    "date": ("date", "transactiondate", "fecha"),
    "kind": ("transactiontype", "type", "tipodetransaccion"),
    "invoice": ("num", "no", "numero"),
    "client": ("customerfullname", "customer", "name", "customername", "cliente"),
    "due": ("duedate", "fechadevencimiento"),
    "amount": ("amount", "importe"),
    "open": ("openbalance", "saldoabierto", "balance"),
}
_BOOKS = (
    (frozenset({"debit", "credit"}), "trial balance"),
    (frozenset({"distributionaccount", "balance"}), "general ledger"),
    (frozenset({"split", "balance", "transactiontype"}), "general ledger"),
    (frozenset({"accountcode", "debityeartodate"}), "trial balance"),
)
_BOOK_LINES = frozenset(
    {"totalincome", "grossprofit", "netincome", "totalexpenses", "netoperatingincome", "totalrevenue"}
)
_SUM = re.compile(r"(?i)^\s*(total|totals|grand total|gesamt)\b(?:\s+(?:for|de|of))?\s*(.*)$")


@dataclass(frozen=True)
class Report:
    """What a report says; `books` where it is one of a client's own books, which are read as documents."""

    name: str
    entries: tuple[Entry, ...] = ()
    totals: tuple[Total, ...] = ()
    rejected: tuple[Rejected, ...] = ()
    books: bool = False


def read_report(grid: Grid) -> Report | None:
    """The report that the grid is, None when it is none of these."""
    for number, (_, cells) in enumerate(grid.rows[:LOOKED_AT]):
        names = [bare(cell) for cell in cells]
        if ages := _ages(names):
            return _summary(grid, number, ages)
        found = {f: next((n for n in called if n in names), None) for f, called in _DETAIL.items()}
        if found["open"] and found["due"] and found["date"] and _by_age(grid):
            return _detail(grid, number, {f: names.index(n) for f, n in found.items() if n})
        for marks, name in _BOOKS:
            if marks <= set(names):
                return Report(name, books=True)
    labels = {bare(cells[0]) for _, cells in grid.rows if cells}
    return Report("profit and loss", books=True) if len(labels & _BOOK_LINES) >= 2 else None


def _ages(names: Sequence[str]) -> list[int]:
    """Where the columns of an aging summary stand, from current to the total; [] when the row is none."""
    places = [next((p for p, n in enumerate(names) if n in called), -1) for called in (*_AGES, _TOTAL)]
    return [] if -1 in places else places


def _by_age(grid: Grid) -> bool:
    """Whether rows without a date name ages, as an aging detail does and an invoice list does not."""
    return any(
        any(word in cells[0].lower() for word in ("days past due", "current", "past due", "days"))
        for _, cells in grid.rows
        if cells and sum(map(bool, cells)) <= 2
    )


def _summary(grid: Grid, header: int, places: Sequence[int]) -> Report:
    entries: list[Entry] = []
    totals: list[Total] = []
    rejected: list[Rejected] = []
    as_of = _as_of(grid, header)
    for line, cells in grid.rows[header + 1 :]:
        name = cells[0].strip()
        amounts = [read_money(cells[p]) if p < len(cells) and cells[p].strip() else Decimal(0) for p in places]
        as_it_stood = {str(n): cell for n, cell in enumerate(cells)}
        if not any(cells[1:]):
            continue  # a heading, or the line under the report with its date
        if any(one is None for one in amounts):
            rejected.append(Rejected(grid.place, line, "a cell is no amount", as_it_stood))
            continue
        sum_of = _SUM.match(name)
        if sum_of and not sum_of[2]:
            totals.append(Total("ar", amounts[-1], grid.place, line))
        elif not sum_of:
            ages: dict[str, Any] = dict(zip(("current", "d30", "d60", "d90", "over"), amounts, strict=False))
            values = {"client": name, "open": amounts[-1], **ages, **({"as_of": as_of} if as_of else {})}
            entries.append(Entry(kind="balance", file=grid.place, line=line, values=values, cells=as_it_stood))
    return Report("QuickBooks receivables by age, summary", tuple(entries), tuple(totals), tuple(rejected))


def _as_of(grid: Grid, header: int) -> date | None:
    """The day of the report, which a title row states: `As of March 9, 2026`."""
    titles = (cell for _, cells in grid.rows[:header] for cell in cells)
    said = (m[1] for title in titles if (m := re.search(r"(?i)\bas of (.+)$", title)))
    return next((day for text in said if (day := read_date(text.strip(), False))), None)


def _detail(grid: Grid, header: int, places: dict[str, int]) -> Report:
    entries: list[Entry] = []
    totals: list[Total] = []
    rejected: list[Rejected] = []
    below = grid.rows[header + 1 :]

    def cell(cells: Sequence[str], name: str) -> str:
        place = places.get(name, -1)
        return cells[place].strip() if 0 <= place < len(cells) else ""

    first_is_day = bool(day_first(cell(cells, "date") for _, cells in below))
    for line, cells in below:
        first = next((one for one in cells if one.strip()), "")
        sum_of = _SUM.match(first)
        as_it_stood = {str(n): one for n, one in enumerate(cells)}
        if sum_of:
            if not sum_of[2].strip():
                totals.append(Total("ar", read_money(cell(cells, "open") or "x"), grid.place, line))
            continue
        if not cell(cells, "date") and not cell(cells, "open"):
            continue  # the heading of an age
        values = {
            "client": cell(cells, "client"),
            "invoice": cell(cells, "invoice"),
            "date": read_date(cell(cells, "date"), first_is_day),
            "due": read_date(cell(cells, "due"), first_is_day),
            "amount": read_money(cell(cells, "amount") or cell(cells, "open") or "x"),
            "open": read_money(cell(cells, "open") or "x"),
        }
        lacking = [name for name in ("client", "date", "open") if not values[name] and values[name] != Decimal(0)]
        if lacking:
            reason = f"the row has no {' and no '.join(lacking)} that can be read"
            rejected.append(Rejected(grid.place, line, reason, as_it_stood))
            continue
        values["kind"] = _kind(cell(cells, "kind"))
        kept = {name: value for name, value in values.items() if value not in (None, "")}
        entries.append(Entry(kind="invoice", file=grid.place, line=line, values=kept, cells=as_it_stood))
    return Report("QuickBooks receivables by age, detail", tuple(entries), tuple(totals), tuple(rejected))


def _kind(text: str) -> str:
    """Invoice, credit note, or a payment that waits for its invoice."""
    said = text.lower()
    if "credit" in said:
        return "credit-note"
    return "payment" if "payment" in said or "deposit" in said else "invoice"

"""An export into entries: each grid recognised, each of its rows an entry with typed values, or rejected with its reason.

No row is dropped in silence: what is no row of the table (a title, a subtotal, a total of the report) is counted as such and told apart.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from ingestion.exports.cards import read_cards
from ingestion.exports.cells import Cells, typed_rows
from ingestion.exports.grids import Grid, Parse, read_grids
from ingestion.exports.iif import is_iif, read_iif
from ingestion.exports.recognise import Learned, Recognised, header_of, recognise
from ingestion.exports.reports import read_report
from ingestion.exports.shapes import shaped
from store.entries import Entry, Total
from store.rows import Rejected

_SUMS = ("total", "totals", "grand total", "sum", "subtotal", "gesamt", "summe", "total general", "total geral")


@dataclass(frozen=True)
class UnknownTable:
    """A grid that nobody recognised: where, its header as far as it can be told, and a few rows for a person to map by."""

    place: str
    header: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]
    line: int


@dataclass(frozen=True)
class Export:
    """What an export says. `rows` counts the rows of data by place, each of which is an entry, part of one (`joined`: further lines of an
    invoice) or rejected; `tables` says what was recognised where; `books` are files that hold a client's own books."""

    entries: tuple[Entry, ...] = ()
    totals: tuple[Total, ...] = ()
    rejected: tuple[Rejected, ...] = ()
    unknown: tuple[UnknownTable, ...] = ()
    tables: Mapping[str, str] = field(default_factory=dict[str, str])
    rows: Mapping[str, int] = field(default_factory=dict[str, int])
    joined: int = 0
    books: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()


def read_export(
    files: Iterable[tuple[str, bytes]],
    parse: Parse,
    system: str | None = None,
    learned: Mapping[str, Learned] | None = None,
) -> Export:
    """What these files (name, bytes) of one system say. `system` as the person named it, None: whichever it is."""
    files = list(files)
    cards, rest = read_cards(files)
    grids = read_grids(rest, parse)
    export = Export(cards.entries, (), (*cards.rejected, *grids.refused), (), cards.tables, cards.rows)
    for grid in grids.found:
        export = _joined(export, _of_grid(grid, system, learned))
    return export


def _of_grid(grid: Grid, system: str | None, learned: Mapping[str, Learned] | None) -> Export:
    if is_iif(grid):
        return _counted(grid.place, "QuickBooks Desktop lists and transactions", *read_iif(grid))
    if report := read_report(grid):
        if report.books:
            return Export(tables={grid.place: report.name}, books=(grid.file,))
        return _counted(grid.place, report.name, report.entries, report.totals, report.rejected)
    known = recognise(grid, system, learned)
    if known is None:
        return Export(unknown=(_unknown(grid),))
    if not known.kind:
        return Export(tables={grid.place: "set aside by you"})
    return _of_table(known)


def _counted(
    place: str, name: str, entries: Sequence[Entry], totals: Sequence[Total], rejected: Sequence[Rejected]
) -> Export:
    rows = {place: len({one.line for one in entries}) + len(rejected)}
    return Export(tuple(entries), tuple(totals), tuple(rejected), (), {place: name}, rows)


def _of_table(known: Recognised) -> Export:
    place = known.grid.place
    entries: list[Entry] = []
    totals: list[Total] = []
    rejected: list[Rejected] = []
    rows = joined = 0
    cells = typed_rows(known)
    for one in cells.rows:
        if total := _total(known, one):
            totals.append(total)
            continue
        rows += 1
        if one.reason:
            rejected.append(Rejected(place, one.line, one.reason, dict(one.cells)))
            continue
        found = shaped(known, one)
        if isinstance(found, str):
            rejected.append(Rejected(place, one.line, found, dict(one.cells)))
        else:
            entries += found
    if known.kind == "invoice":
        entries, joined = _lines_joined(entries)
    return Export(
        tuple(entries),
        tuple(totals),
        tuple(rejected),
        tables={place: f"{known.system} {known.name}"},
        rows={place: rows},
        joined=joined,
        notes=cells.notes,
    )


def _total(known: Recognised, row: Cells) -> Total | None:
    """The report's own sum, where a row is one."""
    first = next((cell for cell in row.cells.values() if cell), "")
    if first.strip().rstrip(":").lower() not in _SUMS:
        return None
    what = "open" if "open" in row.values else "amount"
    return Total(what, row.values.get(what), known.grid.place, row.line)


def _lines_joined(entries: Sequence[Entry]) -> tuple[list[Entry], int]:
    """An invoice that an export writes line by line, as one; how many lines went into others."""
    found: dict[tuple[object, ...], Entry] = {}
    for one in entries:
        key = (one.kind, one.values.get("client"), one.values.get("invoice"), one.values.get("date"))
        there = found.get(key)
        if there is None or not one.values.get("invoice") or "line_amount" not in one.values:
            found[key if there is None else (*key, one.line)] = one
            continue
        values = dict(there.values)
        if not values.get("whole"):
            values["amount"] = values["amount"] + one.values["amount"]
        found[key] = Entry(
            kind=there.kind,
            file=there.file,
            line=there.line,
            external=there.external,
            values=values,
            custom=there.custom,
            cells=there.cells,
            faults=(*there.faults, *one.faults),
        )
    return list(found.values()), len(entries) - len(found)


def _unknown(grid: Grid) -> UnknownTable:
    number = header_of(grid)
    line, header = grid.rows[number] if grid.rows else (0, ())
    shown = tuple(cells for _, cells in grid.rows[number + 1 : number + 6])
    return UnknownTable(grid.place, header, shown, line)


def _joined(one: Export, other: Export) -> Export:
    return Export(
        (*one.entries, *other.entries),
        (*one.totals, *other.totals),
        (*one.rejected, *other.rejected),
        (*one.unknown, *other.unknown),
        {**one.tables, **other.tables},
        {**one.rows, **other.rows},
        one.joined + other.joined,
        tuple(dict.fromkeys((*one.books, *other.books))),
        tuple(dict.fromkeys((*one.notes, *other.notes))),
    )

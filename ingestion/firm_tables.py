"""The CSV files of a firm folder: which there are, and each sheet into typed rows and rejected rows with reasons.

Checks each row by itself; whether a client or an engagement exists is for `workspace/records` to say.
"""

from collections import Counter
from dataclasses import MISSING, dataclass, fields, replace
from typing import Any, get_type_hints

from ingestion.cells import Unreadable, read_cell
from ingestion.sheets import Sheet
from store.errors import Invalid
from store.rows import (
    ClientRow,
    ContactRow,
    CorrectionRow,
    EngagementRow,
    EnteredDeadlineRow,
    InvoiceRow,
    NoteRow,
    PartyRow,
    PaymentRow,
    Rejected,
    RequestRow,
    Row,
    StaffRow,
    TaskRow,
    TimeRow,
    TrustRow,
)

_OF_THE_READER = ("line", "nth", "custom", "settings")


@dataclass(frozen=True)
class Table:
    """A CSV file of the contract: its name, what its rows are, the columns that name a row, and whether two rows may share them."""

    file: str
    row: type[Row]
    key: tuple[str, ...]
    repeats: bool = False
    required: bool = False


TABLES: tuple[Table, ...] = (
    Table("staff.csv", StaffRow, ("email",), required=True),
    Table("clients.csv", ClientRow, ("ref",), required=True),
    Table("contacts.csv", ContactRow, ("client_ref", "name", "email")),
    Table("engagements.csv", EngagementRow, ("ref",)),
    Table("tasks.csv", TaskRow, ("engagement_ref", "title"), repeats=True),
    Table("requests.csv", RequestRow, ("engagement_ref", "client_ref", "item"), repeats=True),
    Table("invoices.csv", InvoiceRow, ("number",)),
    Table("time.csv", TimeRow, ("date", "staff", "client_ref", "engagement_ref", "service"), repeats=True),
    Table("payments.csv", PaymentRow, ("invoice_number", "paid_on"), repeats=True),
    Table("notes.csv", NoteRow, ("client_ref", "date", "author", "text")),
    Table("parties.csv", PartyRow, ("engagement_ref", "name")),
    Table("trust.csv", TrustRow, ("client_ref", "engagement_ref", "on", "memo"), repeats=True),
    Table("entered_deadlines.csv", EnteredDeadlineRow, ("client_ref", "engagement_ref", "title"), repeats=True),
    Table("corrections.csv", CorrectionRow, ("client_ref", "path", "action", "fact", "fact_row", "was"), repeats=True),
)


@dataclass(frozen=True)
class Columns:
    """The columns of a row type: the type of each, and those that must not be empty."""

    hints: dict[str, Any]
    asked: tuple[str, ...]


def columns_of(row: type[Row]) -> Columns:
    hints = get_type_hints(row, include_extras=True)
    asked = tuple(f.name for f in fields(row) if f.default is MISSING and f.default_factory is MISSING)
    return Columns({name: hint for name, hint in hints.items() if name not in _OF_THE_READER}, asked)


def read_table(table: Table, sheet: Sheet) -> tuple[tuple[Row, ...], list[Rejected]]:
    """The rows of a sheet that can be read, and those that cannot. Raises Invalid when a required file lacks a column."""
    columns = columns_of(table.row)
    header = [name.lower().replace(" ", "_") for name in sheet.header]
    lacking = [name for name in columns.asked if name not in header]
    if lacking:
        message = f"{table.file} lacks the column {', '.join(lacking)}; its first line must name the columns"
        if table.required:
            raise Invalid(message)
        return (), [Rejected(table.file, 0, f"{message}, so none of its rows was read")]
    rows: list[Row] = []
    rejected = [Rejected(table.file, line, reason) for line, reason in sheet.broken]
    first_line: dict[tuple[Any, ...], int] = {}
    repeats: Counter[tuple[Any, ...]] = Counter()
    for line, cells in sheet.rows:
        try:
            row = _read_row(table.row, columns, header, line, cells)
            key = tuple(getattr(row, name) for name in table.key)
            if key in first_line and not table.repeats:
                raise Unreadable(f"the same {', '.join(table.key)} stands in line {first_line[key]} already")
        except Unreadable as error:
            rejected.append(Rejected(table.file, line, str(error), _as_it_stood(sheet.header, cells)))
            continue
        first_line.setdefault(key, line)
        rows.append(replace(row, nth=repeats[key]) if repeats[key] else row)
        repeats[key] += 1
    return tuple(rows), sorted(rejected, key=lambda r: r.line)


def _read_row(kind: type[Row], columns: Columns, header: list[str], line: int, cells: tuple[str, ...]) -> Row:
    if any(cells[len(header) :]):
        raise Unreadable(f"the row has {len(cells)} cells, the header {len(header)}; quote the cells that hold a comma")
    values: dict[str, Any] = {}
    custom: dict[str, str] = {}
    for name, text in zip(header, cells, strict=False):
        if not text:
            continue
        if name not in columns.hints:
            custom[name] = text
            continue
        try:
            values[name] = read_cell(text, columns.hints[name])
        except Unreadable as error:
            raise Unreadable(f"{name} {error}") from None
    empty = [name for name in columns.asked if name not in values]
    if empty:
        raise Unreadable(f"{', '.join(empty)} is empty")
    return kind(line=line, custom=custom, **values)


def _as_it_stood(header: tuple[str, ...], cells: tuple[str, ...]) -> dict[str, str]:
    names = [*header, *(f"column {n + 1}" for n in range(len(header), len(cells)))]
    return dict(zip(names, cells, strict=False))

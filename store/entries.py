"""What an export of another system says, row by row, before anybody decides what becomes of it: the vocabulary between its readers
(`ingestion/exports`) and its import (`workspace/imports`).

Unlike the rows of a firm folder (`store/rows.py`) an entry names clients, people and work the way the other system does.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

KINDS = (
    *("client", "contact", "engagement", "task", "time", "expense", "invoice", "payment", "event", "balance", "figure"),
)


@dataclass(frozen=True, kw_only=True)
class Entry:
    """One row. `kind` is one of KINDS; `external` the other system's id for it, "" where it gives none.

    `values` are typed: dates, Decimal dollars and hours, booleans, text, and tuples of text where a cell lists several; a name that is
    absent was empty. `custom` are columns that nobody knows, `cells` the row as it stood. `faults` say which cells could not be read.
    """

    kind: str
    file: str
    line: int
    external: str = ""
    values: Mapping[str, Any] = field(default_factory=dict[str, Any])
    custom: Mapping[str, str] = field(default_factory=dict[str, str])
    cells: Mapping[str, str] = field(default_factory=dict[str, str])
    faults: tuple[str, ...] = ()


@dataclass(frozen=True)
class Total:
    """A sum that a report itself states: what of (`ar`, `invoices`, `debit`, `credit` …), in dollars, and where it stands."""

    what: str
    amount: Any
    file: str
    line: int

"""The figures of time and money as tables: one definition of the columns for JSON, CSV and the command line.

Each table takes who asks and which rows; dollars and hours stay Decimal, days stay days. Reads only.
"""

import csv
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from io import StringIO
from typing import Any

from store.errors import Invalid
from workspace.billing.amounts import CENT
from workspace.billing.invoices import invoices_of, unpaid
from workspace.billing.reports import (
    aging_by_client,
    months_of,
    profitability_of,
    utilization_of,
    year_back,
)
from workspace.billing.retainers import retainers_of
from workspace.billing.rows import Where, expense_rows, invoice_rows, money_rows, time_rows
from workspace.billing.wip import wip_of
from workspace.cells import unfolded
from workspace.scope import Scope

_AGES = ("current", "days_1_30", "days_31_60", "days_61_90", "over_90")
_EARNED = ("key", "name", "hours", "standard", "billed", "realization", "cost", "margin")


@dataclass(frozen=True)
class Table:
    """A table of figures: its columns by name, and its rows in their order."""

    name: str
    columns: tuple[str, ...]
    rows: tuple[tuple[Any, ...], ...]

    def as_dicts(self) -> list[dict[str, Any]]:
        return [dict(zip(self.columns, row, strict=True)) for row in self.rows]

    def as_csv(self) -> str:
        """With a line of the columns' names; a text that a spreadsheet would take for a formula gets an apostrophe."""
        out = StringIO()
        writer = csv.writer(out)
        writer.writerow(self.columns)
        for row in self.rows:
            writer.writerow(["" if one is None else unfolded(one) if isinstance(one, str) else one for one in row])
        return out.getvalue()


def table_of(scope: Scope, name: str, where: Where) -> Table:
    """The table of that name. Raises Invalid for an unknown one, and as the figures themselves do."""
    if name not in TABLES:
        raise Invalid(f"the tables are {', '.join(TABLES)}")
    columns, rows = TABLES[name](scope, where)
    return Table(name, columns, tuple(rows))


Found = tuple[tuple[str, ...], Iterable[tuple[Any, ...]]]


def _take(found: Sequence[Any], *columns: str) -> Found:
    return columns, [tuple(getattr(one, name) for name in columns) for one in found]


def _wip(scope: Scope, where: Where) -> Found:
    names = ("client_ref", "client", "engagement_ref", "engagement", "hours", "standard", "value", "expenses", "oldest")
    return _take(wip_of(scope, where.client), *names)


def _aging(scope: Scope, where: Where) -> Found:
    found = aging_by_client(invoices_of(scope, None, unpaid(scope)))
    kept = [one for one in found if where.client in (None, one.client_ref)]
    columns = ("client_ref", "client", *_AGES, "total")
    return columns, [(one.client_ref, one.client, *one.amounts, one.total) for one in kept]


def _time(scope: Scope, where: Where) -> Found:
    names = ("id", "date", "person", "client_ref", "client", "engagement_ref", "engagement", "service", "note", "hours")
    return _take(time_rows(scope, where), *names, "rate", "standard", "value", "state", "approved")


def _expenses(scope: Scope, where: Where) -> Found:
    names = ("id", "on", "client_ref", "client", "engagement", "memo", "amount", "value", "state")
    return _take(expense_rows(scope, where), *names)


def _invoices(scope: Scope, where: Where) -> Found:
    names = ("number", "client_ref", "client", "engagement", "kind", "state", "issued_on", "due_on", "amount")
    columns, rows = _take([one.listed for one in invoice_rows(scope, where)], *names, "balance", "late")
    return columns, rows


def _payments(scope: Scope, where: Where) -> Found:
    names = ("id", "on", "number", "client_ref", "client", "amount", "kind", "method", "memo")
    return _take(money_rows(scope, where), *names)


def _realization(scope: Scope, where: Where) -> Found:
    rows = [(m.first, m.standard, m.billed, _percent(m.realization)) for m in months_of(scope)]
    return ("month", "standard", "billed", "realization"), rows


def _utilization(scope: Scope, where: Where) -> Found:
    rows = [
        (one.email, one.name, one.hours, one.billable, _percent(one.available), _percent(one.utilization))
        for one in utilization_of(scope, *period(scope, where))
    ]
    return ("email", "name", "hours", "billable", "available", "utilization"), rows


def _profitability(by: str) -> Callable[[Scope, Where], Found]:
    def table(scope: Scope, where: Where) -> Found:
        found = profitability_of(scope, *period(scope, where))[by]
        rows = [
            (one.key, one.name, one.hours, one.standard, one.billed, _percent(one.realization), one.cost, one.margin)
            for one in found
        ]
        return _EARNED, rows

    return table


def _retainers(scope: Scope, where: Where) -> Found:
    found = [one for one in retainers_of(scope) if where.client in (None, one.client_ref)]
    return _take(found, "number", "client_ref", "client", "billed", "held")


def _percent(value: Any) -> Any:
    return None if value is None else value.quantize(CENT)


def period(scope: Scope, where: Where) -> tuple[Any, Any]:
    """The days that a report is about: those asked for, else the twelve months through today. Raises Invalid in the wrong order."""
    first, last = year_back(scope.today)
    first, last = where.first or first, where.last or last
    if first > last:
        raise Invalid("a report goes from a day through a later one")
    return first, last


TABLES: dict[str, Callable[[Scope, Where], Found]] = {
    "wip": _wip,
    "aging": _aging,
    "time": _time,
    "expenses": _expenses,
    "invoices": _invoices,
    "payments": _payments,
    "realization": _realization,
    "utilization": _utilization,
    "profitability-client": _profitability("client"),
    "profitability-service": _profitability("service"),
    "profitability-person": _profitability("person"),
    "retainers": _retainers,
}

"""`tickmark report`: the figures of a report at the terminal, or figures or rows into a file."""

from dataclasses import replace
from decimal import Decimal
from pathlib import Path
from typing import Any

from api.commands.days import day_of
from api.commands.money import columns_of
from api.commands.result import Arguments, Progress, Result
from api.commands.scopes import reading
from api.wiring import Services
from store.errors import Conflict, Invalid
from workspace.billing.amounts import as_json
from workspace.billing.tables import Table
from workspace.reports import Span, as_xlsx, behind, figures_table, report_of, rows_table


def run(services: Services, arguments: Arguments, progress: Progress) -> Result:
    """`name` of a report; `first`, `last`; `rows`: what the figures are made of; `csv`, `xlsx`: a new file to write; `as`: whose eyes."""
    name, span = arguments["name"], Span(day_of(arguments, "first"), day_of(arguments, "last"))
    files = {form: str(file) for form in ("csv", "xlsx") if (file := arguments.get(form))}
    with reading(services, "report", arguments.get("as")) as scope:
        if arguments.get("rows") or "xlsx" in files:
            report, rows = behind(scope, name, span)
        else:
            report, rows = report_of(scope, name, span), []
    figures = figures_table(report)
    table = rows_table(name, rows) if arguments.get("rows") else figures
    for form, file in files.items():
        _kept(file, table.as_csv().encode() if form == "csv" else as_xlsx([figures, rows_table(name, rows)]))
    days = f"as of {report.last}" if report.first == report.last else f"{report.first} through {report.last}"
    title = f"{report.title}: {report.says}, {days}"
    data: dict[str, Any] = {
        "name": name,
        "unit": report.unit,
        "first": report.first.isoformat(),
        "last": report.last.isoformat(),
        "totals": {one: str(total) for one, total in zip(report.series, report.totals, strict=True)},
        "rows" if arguments.get("rows") else "figures": [as_json(row) for row in table.as_dicts()],
    }
    if files:
        data["files"] = list(files.values())
        return Result(data, "\n".join(f"Written: {file}" for file in files.values()))
    return Result(data, f"{title}\n{columns_of(_whole(table) if report.unit == 'count' else table)}")


def _whole(table: Table) -> Table:
    """Counts without decimals."""
    rows = tuple(tuple(int(one) if isinstance(one, Decimal) else one for one in row) for row in table.rows)
    return replace(table, rows=rows)


def _kept(file: str, data: bytes) -> None:
    """Write a new file. Raises Conflict when there is one, Invalid where none can be written."""
    try:
        with Path(file).open("xb") as out:
            out.write(data)
    except FileExistsError:
        raise Conflict(f"{file} is there already; name a new file") from None
    except OSError as error:
        raise Invalid(f"{file} cannot be written: {error.strerror}") from None

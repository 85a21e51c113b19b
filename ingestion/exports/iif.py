"""QuickBooks Desktop's IIF: tables in one text, each begun by a line of names (`!CUST`, `!TRNS`) that the lines after it follow.

Customers become clients, invoices, credit memos and payments become what is owed. Splits (`SPL`) are the other side of a transaction and
are only counted with it. Other lists of QuickBooks are told and left.
"""

from collections.abc import Mapping
from decimal import Decimal
from typing import Any

from ingestion.exports.grids import Grid
from ingestion.exports.values import day_first, full_name, read_date, read_money
from store.entries import Entry, Total
from store.rows import Rejected

_OWED = {"INVOICE": "invoice", "CREDIT MEMO": "credit-note", "CREDITMEMO": "credit-note", "PAYMENT": "payment"}
_PARTS = ("SPL", "ENDTRNS", "ENDSPL")


def is_iif(grid: Grid) -> bool:
    """Whether the first lines begin tables of an IIF."""
    return any(cells[0].startswith("!") for _, cells in grid.rows[:5])


def read_iif(grid: Grid) -> tuple[list[Entry], list[Total], list[Rejected]]:
    """Entries, no totals (an IIF has none), and the lines that are none."""
    headers: dict[str, tuple[str, ...]] = {}
    lines: list[tuple[int, str, dict[str, str]]] = []
    rejected: list[Rejected] = []
    for line, cells in grid.rows:
        name = cells[0].upper()
        if name.startswith("!"):
            headers[name[1:]] = tuple(cell.upper() for cell in cells[1:])
        elif name not in headers:
            rejected.append(
                Rejected(grid.place, line, f"no line !{name} says what its columns are", {"line": " ".join(cells)})
            )
        else:
            lines.append((line, name, dict(zip(headers[name], cells[1:], strict=False))))
    first_is_day = bool(day_first(row.get("DATE", "") for _, _, row in lines))
    entries: list[Entry] = []
    for line, name, row in lines:
        if name == "CUST":
            found: list[Entry] | str = _customer(grid.place, line, row)
        elif name == "TRNS":
            found = _transaction(grid.place, line, row, first_is_day)
        elif name in _PARTS:
            continue
        else:
            found = f"lines of {name} are not imported"
        if isinstance(found, str):
            rejected.append(Rejected(grid.place, line, found, row))
        else:
            entries += found
    return entries, [], rejected


def _customer(place: str, line: int, row: Mapping[str, str]) -> list[Entry] | str:
    name = row.get("NAME", "")
    if not name:
        return "the customer has no name"
    person = full_name([row.get("FIRSTNAME", ""), row.get("MIDINIT", ""), row.get("LASTNAME", "")])
    person = person or row.get("CONT1", "")
    values: dict[str, Any] = {
        "name": name.rpartition(":")[2],
        "parent": name.rpartition(":")[0],
        "company": row.get("COMPANYNAME", ""),
        "email": row.get("EMAIL", ""),
        "phone": row.get("PHONE1", ""),
        "address": row.get("BADDR2", "") or row.get("BADDR1", ""),
        "tax_id": row.get("TAXID", ""),
    }
    kept = {key: value for key, value in values.items() if value}
    client = Entry(kind="client", file=place, line=line, external=row.get("REFNUM", ""), values=kept, cells=dict(row))
    if not person and "email" not in kept:
        return [client]
    told = {"name": person or kept["name"], "email": kept.get("email"), "phone": kept.get("phone")}
    behind = {**{key: value for key, value in told.items() if value}, "client": kept["name"], "of_client": True}
    return [
        client,
        Entry(kind="contact", file=place, line=line, values={**behind, "is_primary": True}, cells=dict(row)),
    ]


def _transaction(place: str, line: int, row: Mapping[str, str], first_is_day: bool) -> list[Entry] | str:
    kind = _OWED.get(row.get("TRNSTYPE", "").upper())
    if kind is None:
        return f"transactions of the type {row.get('TRNSTYPE') or '(none)'} are not what a client owes"
    amount, day = read_money(row.get("AMOUNT", "") or "x"), read_date(row.get("DATE", ""), first_is_day)
    if amount is None or day is None or not row.get("NAME"):
        return "the transaction has no name, no date or no amount that can be read"
    values: dict[str, Any] = {
        "client": row["NAME"].partition(":")[0],
        "invoice": row.get("DOCNUM", ""),
        "date": day,
        "due": read_date(row.get("DUEDATE", ""), first_is_day),
        "amount": -abs(amount) if kind == "credit-note" else abs(amount),
        "kind": kind,
        "notes": row.get("MEMO", ""),
    }
    if row.get("PAID", "").upper() == "Y":
        values["open"] = Decimal(0)
    kept = {key: value for key, value in values.items() if value not in (None, "")}
    return [Entry(kind="invoice", file=place, line=line, external=row.get("TRNSID", ""), values=kept, cells=dict(row))]

"""A typed row of a known table into entries: what each system means by it.

A row of contacts is a client in one system and a person behind a client in another; an account names its contacts, an invoice its paid
part. Says why where a row cannot be what its table holds. Knows nothing of what is on record.
"""

from collections.abc import Callable, Mapping
from dataclasses import replace
from decimal import Decimal
from typing import Any

from ingestion.exports.cells import Cells
from ingestion.exports.recognise import Recognised
from ingestion.exports.values import full_name
from store.entries import Entry

_KEPT = frozenset({"location", "reference", "priority", "terms", "facing", "check"})
"""Fields that no record of ours has: kept as custom fields under the column's own name."""
_ORGANISATIONS = ("organization", "organisation", "company", "business", "corporation", "llc", "partnership", "trust")
_CREDITS = ("credit", "credit memo", "credit note", "accreccredit", "refund", "nota de credito")
_PAYMENTS = ("payment", "pago", "paiement", "zahlung", "deposit")
_EXPENSES = ("expenseentry", "expense", "hardcostentry", "softcostentry")
Found = list[Entry] | str


def shaped(known: Recognised, row: Cells) -> Found:
    """The entries of a row, or the reason why it is none."""
    return _SHAPES.get(known.kind, _as_it_is)(known, row)


def _entry(known: Recognised, row: Cells, values: Mapping[str, Any], kind: str | None = None) -> Entry:
    columns = {name: place for name, place in known.columns.items() if name in _KEPT}
    header = known.grid.rows[known.header][1]
    kept = {header[place]: str(row.values[name]) for name, place in columns.items() if name in row.values}
    return Entry(
        kind=kind or known.kind,
        file=known.grid.place,
        line=row.line,
        external=str(values.get("external", "")),
        values={name: value for name, value in values.items() if name not in _KEPT and name != "external"},
        custom={**row.custom, **kept},
        cells=row.cells,
        faults=row.faults,
    )


def _as_it_is(known: Recognised, row: Cells) -> Found:
    return [_entry(known, row, row.values)]


def person_name(values: Mapping[str, Any]) -> str:
    """A person's name from its parts, else as it stands in one cell."""
    parts = full_name([str(values.get(part, "")) for part in ("first", "middle", "last", "suffix")])
    return parts or str(values.get("name", ""))


def _client(known: Recognised, row: Cells) -> Found:
    values = dict(row.values)
    company, person = str(values.get("company", "")), person_name({**values, "name": ""})
    name = str(values.get("name", "")) or company or person
    if not name:
        return "the row has no name"
    if known.system in ("clio", "practicepanther", "karbon") and _is_person(known, values, company, person):
        # a person at a company is behind that client, not a client of her own
        return [_entry(known, row, {**values, "name": person or name, "client": company}, "contact")]
    if known.system == "quickbooks" and ":" in name:
        # sub-customers are written Parent:Child
        values["parent"], _, name = name.rpartition(":")
    client = _entry(known, row, {**values, "name": name.strip()})
    return [client, *_people(known, row, client, person)]


def _is_person(known: Recognised, values: Mapping[str, Any], company: str, person: str) -> bool:
    kind = str(values.get("type", "")).lower()
    if known.system == "karbon":
        return bool(company) and bool(kind) and not any(word in kind for word in _ORGANISATIONS)
    return bool(company and person) and not any(word in kind for word in _ORGANISATIONS)


def _people(known: Recognised, row: Cells, client: Entry, person: str) -> list[Entry]:
    """Who stands behind the client, as its own row says: a contact for each name or address."""
    values, name = client.values, client.values["name"]
    told: list[dict[str, Any]] = []
    main = {"name": values.get("contact") or person, "email": values.get("email"), "phone": values.get("phone")}
    if main["name"] or main["email"]:
        told.append({**main, "name": main["name"] or name, "is_primary": True})
    for block, title in (("spouse", "Spouse"), ("other", "")):
        who = full_name([str(values.get(f"{block}_{part}", "")) for part in ("first", "last")])
        if who:
            told.append({"name": who, "email": values.get(f"{block}_email"), "title": title or None})
    told += [{"name": one} for one in row.lists.get("linkedcontact", ())]
    kept = []
    for one in told:
        given = {key: value for key, value in one.items() if value}
        kept.append(
            replace(
                client,
                kind="contact",
                external="",
                custom={},
                faults=(),
                values={**given, "client": name, "of_client": True},
            )
        )
    return kept


def _contact(known: Recognised, row: Cells) -> Found:
    values = dict(row.values)
    name = person_name(values) if known.system != "google" or not values.get("name") else str(values["name"])
    name = name or str(values.get("company", "")) or str(values.get("email", ""))
    if not name:
        return "the row has no name"
    accounts = row.lists.get("linkedaccount", ()) or ((values["client"],) if values.get("client") else ())
    accounts = accounts or ((values["company"],) if values.get("company") else ("",))
    return [_entry(known, row, {**values, "name": name, "client": account}) for account in accounts]


def _engagement(known: Recognised, row: Cells) -> Found:
    values = dict(row.values)
    if "client" not in values:
        company = str(values.get("client_company", ""))
        person = full_name([str(values.get("client_first", "")), str(values.get("client_last", ""))])
        values["client"] = company or person
    lacking = [name for name in ("title", "client") if not values.get(name)]
    if lacking:
        return f"the row names no {' and no '.join(lacking)}"
    if known.system in ("clio", "practicepanther"):
        values["template"] = "matter"
    return [_entry(known, row, values)]


def _task(known: Recognised, row: Cells) -> Found:
    lacking = [name for name in ("title", "client") if not row.values.get(name)]
    return f"the row names no {' and no '.join(lacking)}" if lacking else _as_it_is(known, row)


def _time(known: Recognised, row: Cells) -> Found:
    values = dict(row.values)
    kind = str(values.pop("kind", "")).lower().replace(" ", "")
    if "not_billable" in values:
        values["billable"] = not values.pop("not_billable")
    if kind in _EXPENSES:
        price, pieces = values.pop("rate", None), values.pop("hours", Decimal(1))
        if "date" not in values or price is None:
            return "the expense has no date or no price"
        return [_entry(known, row, {**values, "amount": (price * pieces).quantize(Decimal("0.01"))}, "expense")]
    lacking = [name for name in ("date", "hours") if name not in values]
    if lacking or not (values.get("client") or values.get("work")):
        return f"the row has no {lacking[0] if lacking else 'client and no matter'}"
    return [_entry(known, row, values)]


def _expense(known: Recognised, row: Cells) -> Found:
    lacking = [name for name in ("date", "amount") if name not in row.values]
    return f"the row has no {' and no '.join(lacking)}" if lacking else _as_it_is(known, row)


def _invoice(known: Recognised, row: Cells) -> Found:
    values = dict(row.values)
    if known.system == "xero":
        values = _xero_invoice(values)
    kind = str(values.get("kind", "")).lower()
    if any(word in kind for word in _PAYMENTS):
        values["kind"] = "payment"
    elif any(word in kind for word in _CREDITS):
        values["kind"] = "credit-note"
    else:
        values["kind"] = "invoice"
    lacking = [name for name in ("client", "date", "amount") if name not in values]
    if lacking:
        return f"the row has no {' and no '.join(lacking)}"
    if values["kind"] == "credit-note":
        values["amount"] = -abs(values["amount"])
    return [_entry(known, row, values)]


def _xero_invoice(values: dict[str, Any]) -> dict[str, Any]:
    """The whole amount where the export has one, else the amount of this line; tax is on top."""
    if "accreccredit" in str(values.get("kind", "")).lower():
        values["kind"] = "credit note"
    if values.get("amount") is not None:
        return {**values, "line_amount": values["amount"], "whole": True}
    line = values.get("line_amount")
    if line is None and {"quantity", "unit"} <= set(values):
        off = Decimal(1) - (values.get("discount") or Decimal(0)) / 100
        line = (values["quantity"] * values["unit"] * off).quantize(Decimal("0.01"))
    if line is None:
        return values
    return {**values, "line_amount": line, "amount": line + (values.get("tax") or Decimal(0))}


_SHAPES: dict[str, Callable[[Recognised, Cells], Found]] = {
    "client": _client,
    "contact": _contact,
    "engagement": _engagement,
    "task": _task,
    "time": _time,
    "expense": _expense,
    "invoice": _invoice,
}

"""How much of an invoice is found on its pages, and whether its amount, date and number are read as facts.

Pure measuring: reads the files, returns figures. Never prints.
"""

import datetime as dt
import json
import re
from collections.abc import Iterable, Mapping
from decimal import Decimal, InvalidOperation
from pathlib import Path
from typing import Any

from ingestion.elements import Parsed, ReadFact
from ingestion.facts import read_facts, recognise
from ingestion.facts.values import DATE, iso_date
from ingestion.parse import parse

# The gold's names of what the books need, and the facts they are (facts.md).
FACTS = {"amount": "total", "date": "date", "invoice_number": "number"}
_NUMBER = re.compile(r"\d(?:[\d.,' \u00a0]*\d)?")
_SIGNS = {"USD": "$", "EUR": "€", "GBP": "£", "INR": "₹"}


def measure(folder: Path) -> dict[str, Any]:
    """Reads each file of `folder`/files that `folder`/gold.jsonl names: {"file", "field", "value", "on_page"}; only fields marked as
    standing on the page are judged.

    Found: the number, the day or the words (letters and digits only) stand in the pages' text, in whatever notation. Read: the fact of
    that name has that value, the file taken as an invoice. Returns: files, fields, found, found_share, facts {name: {judged, read}},
    facts_share, kinds {file: kind recognised}, missing [{file, field, value}], misread [{file, field, value, read}].
    """
    by_file: dict[str, list[dict[str, Any]]] = {}
    for line in (folder / "gold.jsonl").read_text(encoding="utf-8").splitlines():
        if line.strip() and (row := json.loads(line))["on_page"]:
            by_file.setdefault(row["file"], []).append(row)
    facts = {name: {"judged": 0, "read": 0} for name in FACTS}
    missing: list[dict[str, Any]] = []
    misread: list[dict[str, Any]] = []
    kinds: dict[str, str] = {}
    for name, rows in by_file.items():
        parsed = parse(name, (folder / "files" / name).read_bytes())
        kinds[name] = recognise(parsed, name)[0]
        read = read_facts(parsed, "invoice")
        missing += [_told(row) for row in rows if not _on_page(row, parsed)]
        for row in (row for row in rows if row["field"] in FACTS):
            facts[row["field"]]["judged"] += 1
            values = [fact.value for fact in _named(read, FACTS[row["field"]])]
            right = any(_same(row["field"], row["value"], value) for value in values)
            facts[row["field"]]["read"] += right
            misread += [] if right else [{**_told(row), "read": values}]
    fields, judged = sum(map(len, by_file.values())), sum(one["judged"] for one in facts.values())
    return {
        "files": len(by_file),
        "fields": fields,
        "found": fields - len(missing),
        "found_share": round(1 - len(missing) / fields, 4) if fields else None,
        "facts": facts,
        "facts_share": round(1 - len(misread) / judged, 4) if judged else None,
        "kinds": kinds,
        "missing": missing,
        "misread": misread,
    }


def _told(row: Mapping[str, Any]) -> dict[str, Any]:
    return {"file": row["file"], "field": row["field"], "value": row["value"]}


def _named(facts: Iterable[ReadFact], name: str) -> list[ReadFact]:
    return [fact for fact in facts if fact.name == name and fact.row is None]


def _on_page(row: Mapping[str, Any], parsed: Parsed) -> bool:
    text = "\n".join(page.text for page in parsed.pages)
    value = row["value"]
    if row["field"].startswith("currency") and _SIGNS.get(str(value), "\0") in text:
        return True
    if _letters(str(value)) in _letters(text):
        return True
    if _is_day(value):
        return value in {found for match in DATE.pattern.finditer(text) if (found := iso_date(match.group()))}
    number = _decimal(str(value))
    return number is not None and number in {n for match in _NUMBER.findall(text) for n in _numbers(match)}


def _is_day(value: object) -> bool:
    try:
        return bool(dt.date.fromisoformat(str(value)))
    except ValueError:
        return False


def _same(field: str, gold: object, read: str) -> bool:
    if field == "amount":
        return _decimal(str(gold)) == _decimal(read)
    return _letters(str(gold)) == _letters(read)


def _numbers(written: str) -> Iterable[Decimal]:
    """What a number may mean: 4.904,94 and 4,904.94, with blanks for thousands or without."""
    for decimal_sign, other in ((".", ","), (",", ".")):
        number = _decimal(re.sub(r"['\s\u00a0]", "", written).replace(other, "").replace(decimal_sign, "."))
        if number is not None:
            yield number


def _decimal(written: str) -> Decimal | None:
    try:
        return Decimal(written)
    except InvalidOperation:
        return None


def _letters(text: str) -> str:
    return re.sub(r"[^a-z0-9]", "", text.lower())

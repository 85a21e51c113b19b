"""A fact's value as a person types it, brought into the form in which facts are kept, and where a page says such a value.

Owns the messages for what cannot be read as a date, an amount, a share, a count or yes and no. Reads no row.
"""

import re
from collections.abc import Mapping
from datetime import date
from decimal import Decimal, InvalidOperation

from store.corrections import Place, find_words
from store.errors import Invalid
from workspace.tie_out import canonical, recognise

_YES = {"yes", "y", "true", "on file", "filed", "received"}
_NO = {"no", "n", "false", "not on file", "not filed", "missing", "none"}
_FIGURES = ("date", "money", "percent")
_TAX_IDS = ("taxpayer_id", "issuer_ein", "employer_ein", "payer_tin")


def typed(kind: str, name: str, text: str) -> str:
    """The canonical value: an ISO date, decimal dollars "1234.50", a share "25", a count "12", yes or no, plain words.

    Raises Invalid, saying how such a value is written."""
    words = " ".join(text.split())
    if not words:
        raise Invalid(f"give a value for {plain_name(name)}")
    match kind:
        case "date":
            return _day(words)
        case "money":
            return _amount(words)
        case "percent":
            return _share(words)
        case "count":
            return _count(words)
        case "flag":
            return _flag(words)
        case _:
            return _words(name, words)


def plain_name(name: str) -> str:
    """A fact's name as people say it: `respond_by` is "respond by"."""
    return name.replace("_", " ")


def place_of(kind: str, value: str, pages: Mapping[int, str], page: int | None = None) -> Place | None:
    """Where a page says this value, the given page first; None where none does."""
    if kind not in _FIGURES:
        return find_words(pages, value, page) or (
            find_words(pages, f"{int(value):,}", page) if kind == "count" else None
        )
    wanted = canonical(kind, value)
    for number in sorted(pages, key=lambda n: (n != page, n)):
        for figure in recognise(pages[number]):
            if figure.type == kind and figure.value == wanted:
                return Place(number, figure.start, figure.end, pages[number][figure.start : figure.end])
    return None


def _day(words: str) -> str:
    found = [one for one in recognise(words) if one.type == "date"]
    if len(found) == 1 and found[0].text.strip() == words and len(found[0].value) == 10:
        try:
            return date.fromisoformat(found[0].value).isoformat()
        except ValueError:
            pass  # a day that no calendar has is told below
    raise Invalid(f"“{words}” is no date; write it as 2026-04-09 or April 9, 2026")


def _amount(words: str) -> str:
    plain = re.sub(r"[\s$,]", "", words.replace("−", "-"))
    if plain.startswith("(") and plain.endswith(")"):
        plain = f"-{plain[1:-1]}"
    amount = _decimal(plain)
    if amount is None or amount != amount.quantize(Decimal("0.01")) or not _grouped(words):
        raise Invalid(f"“{words}” is no amount; write dollars and cents as 1234.50, a negative as -1234.50")
    return str(amount.quantize(Decimal("0.01")))


def _grouped(words: str) -> bool:
    """Commas stand between thousands only: 12,50 is no amount of dollars."""
    return "," not in words or re.search(r"(?<![\d,])\d{1,3}(?:,\d{3})+(?![\d,])", words) is not None


def _share(words: str) -> str:
    number = _decimal(words.removesuffix("%").removesuffix("percent").strip())
    if number is None or not 0 <= number <= 100:
        raise Invalid(f"“{words}” is no share; write a number from 0 to 100, as 25 or 33.333333")
    return format(number.normalize(), "f") if number else "0"


def _count(words: str) -> str:
    plain = words.replace(",", "")
    if not plain.isdecimal() or not _grouped(words):
        raise Invalid(f"“{words}” is no count; write a whole number, as 12")
    return str(int(plain))


def _flag(words: str) -> str:
    if words.lower() in _YES | _NO:
        return "yes" if words.lower() in _YES else "no"
    raise Invalid(f"“{words}” is neither yes nor no")


def _words(name: str, words: str) -> str:
    if name in ("tax_year", "year") and not re.fullmatch(r"(?:19|20)\d{2}", words):
        raise Invalid(f"“{words}” is no year; write it as 2025")
    if name == "account_last4" and not re.fullmatch(r"\d{4}", words):
        raise Invalid(f"“{words}” is not four digits; write the last four of the account, as 4821")
    if name in _TAX_IDS and not re.fullmatch(r"[\dX]{2}-[\dX]{3}\d{4}|[\dX]{3}-[\dX]{2}-\d{4}", words, re.IGNORECASE):
        raise Invalid(f"“{words}” is no tax id; write it as 12-3456789 or 123-45-6789, hidden digits as X")
    return words.upper() if name in _TAX_IDS else words


def _decimal(text: str) -> Decimal | None:
    try:
        number = Decimal(text)
    except InvalidOperation:
        return None
    return number if number.is_finite() and abs(number) < Decimal(10) ** 15 else None


def covered_value(name: str, value: str) -> str:
    """The value for a place that prints no tax id whole, such as the trail."""
    return f"•••••{value[-4:]}" if name in _TAX_IDS and value else value

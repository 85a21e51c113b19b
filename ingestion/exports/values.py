"""Cells of exports into values: dates in whichever order a column writes them, money in whichever notation, hours, yes and no.

A column is read as a whole: 03/04/2026 alone is two days, beside 03/25/2026 it is one. Never guesses a single cell.
"""

import re
from collections.abc import Iterable, Sequence
from datetime import date
from decimal import Decimal

MONTHS = {
    name: number
    for number, names in enumerate(
        (
            *("jan january janvier enero januar", "feb february fevrier febrero februar", "mar march mars marzo marz"),
            *("apr april avril abril", "may mai mayo", "jun june juin junio juni", "jul july juillet julio juli"),
            *("aug august aout agosto", "sep sept september septembre septiembre"),
            *("oct october octobre octubre okt oktober", "nov november novembre noviembre"),
            "dec december decembre diciembre dez dezember",
        ),
        start=1,
    )
    for name in names.split()
}
_ACCENTS = str.maketrans("áàâäãéèêëíìîïóòôöõúùûüñç", "aaaaaeeeeiiiiooooouuuunc")
_ISO = re.compile(r"(\d{4})[-/.](\d{1,2})[-/.](\d{1,2})(?:[T ].*)?")
_SLASHED = re.compile(r"(\d{1,2})[-/.](\d{1,2})[-/.](\d{4}|\d{2})(?:,?\s+\d{1,2}:\d{2}.*)?")
_NAMED = re.compile(r"(\d{1,2})\.?[\s-]+([^\W\d]+)\.?,?[\s-]+(\d{4}|\d{2})(?:,?\s+\d{1,2}:\d{2}.*)?")
_NAMED_FIRST = re.compile(
    r"(?:[^\W\d]+,\s*)?([^\W\d]+)\.?\s+(\d{1,2})(?:st|nd|rd|th)?,?\s+(\d{4})(?:,?\s+\d{1,2}:\d{2}.*)?"
)
_CURRENCY = re.compile(r"^(?:US\$|USD|CAD|EUR|GBP|[$€£])\s*|\s*(?:USD|CAD|EUR|GBP|[$€£])$", re.IGNORECASE)
_CLOCK = re.compile(r"(-?)(\d+):([0-5]\d)(?::([0-5]\d))?")
_UNITS = re.compile(r"(-?\d+(?:\.\d+)?)\s*(hours?|hrs?|h|minutes?|mins?|m)\b")
_WORDS = {
    **dict.fromkeys(("true", "yes", "y", "1", "x", "billable", "si", "oui", "ja"), True),
    **dict.fromkeys(("false", "no", "n", "0", "non-billable", "nonbillable", "non", "nein"), False),
}
_APART = re.compile(r"(?<=\d)[ \u00a0'](?=\d{3}(?!\d))")  # 1 234,50
_CENT = Decimal("0.01")
_LARGEST = Decimal(10) ** 13


def plain(text: str) -> str:
    """A word without case and accents, as names of months and columns are compared."""
    return text.strip().lower().translate(_ACCENTS)


def day_first(texts: Iterable[str]) -> bool | None:
    """Whether a column writes the day before the month; None when none of its cells says, or they contradict each other. Cells that are
    no such dates say nothing."""
    firsts = [(int(m[1]), int(m[2])) for text in texts if (m := _SLASHED.fullmatch(text.strip()))]
    day = any(one > 12 >= two for one, two in firsts)
    month = any(two > 12 >= one for one, two in firsts)
    return None if day == month else day


def two_ways(texts: Iterable[str]) -> str:
    """The first cell of a column that another order of day and month would read as another day, "" without one."""
    return next((t for t in texts if (m := _SLASHED.fullmatch(t.strip())) and int(m[1]) <= 12 and m[1] != m[2]), "")


def read_date(text: str, first_is_day: bool) -> date | None:
    """The day that a cell names, None when it names none that exists. Two-digit years lie between 1970 and 2069."""
    text = text.strip()
    if found := _ISO.fullmatch(text):
        return _day(found[1], found[2], found[3])
    if found := _SLASHED.fullmatch(text):
        month, day = (found[2], found[1]) if first_is_day else (found[1], found[2])
        return _day(found[3], month, day)
    if (found := _NAMED.fullmatch(text)) and (month_number := MONTHS.get(plain(found[2]))):
        return _day(found[3], month_number, found[1])
    if (found := _NAMED_FIRST.fullmatch(text)) and (month_number := MONTHS.get(plain(found[1]))):
        return _day(found[3], month_number, found[2])
    return None


def _day(year: str, month: str | int, day: str) -> date | None:
    number = int(year)
    if len(year) == 2:
        number += 2000 if number < 70 else 1900
    try:
        return date(number, int(month), int(day))
    except ValueError:
        return None


def decimal_comma(texts: Iterable[str]) -> bool:
    """Whether a column of amounts writes 1.234,56. True only where a cell cannot be read otherwise and none contradicts."""
    comma = point = False
    for text in texts:
        bare = _bare(text)[0]
        comma |= bool(re.fullmatch(r"\d{1,3}(?:[. \u00a0']\d{3})*,\d{1,2}", bare)) or bool(
            re.fullmatch(r"\d+,\d{1,2}", bare)
        )
        point |= bool(re.search(r"\.\d{1,2}$", bare)) or bool(re.fullmatch(r"\d{1,3}(?:,\d{3})+", bare))
    return comma and not point


def read_money(text: str, comma: bool = False) -> Decimal | None:
    """Dollars to the cent: `1,234.50`, `(1,234.50)`, `-1234.5`, `1,234.50-`, `$ 1,234.50`, `1.234,50` with `comma`. None for what is no
    amount, also for one with parts of a cent."""
    value = _number(text, comma)
    if value is None:
        return None
    rounded = value.quantize(_CENT)
    # spreadsheets store 0.1 + 0.2: what differs by less than a thousandth of a cent is the same amount
    return rounded if abs(rounded - value) <= Decimal("0.00001") else None


def _number(text: str, comma: bool) -> Decimal | None:
    bare, negative = _bare(text)
    bare = _APART.sub("", bare)
    pattern = r"(?:\d{1,3}(?:\.\d{3})+|\d+)?(?:,\d+)?" if comma else r"(?:\d{1,3}(?:,\d{3})+|\d+)?(?:\.\d+)?"
    if not bare or not re.fullmatch(pattern, bare):
        return None
    value = Decimal(bare.replace(".", "").replace(",", ".") if comma else bare.replace(",", ""))
    if value > _LARGEST:
        return None
    return -value if negative else value


def _bare(text: str) -> tuple[str, bool]:
    """The digits of an amount, and whether it is below zero."""
    text = text.strip().replace("\u2212", "-")
    negative = False
    if text.startswith("(") and text.endswith(")"):
        text, negative = text[1:-1].strip(), True
    for _ in range(2):  # "-$5" and "$-5"
        if text.startswith("-") and not negative:
            text, negative = text[1:].strip(), True
        if text.endswith("-") and not negative:
            text, negative = text[:-1].strip(), True
        text = _CURRENCY.sub("", text).strip()
    return text, negative


def read_hours(text: str, comma: bool = False) -> Decimal | None:
    """Hours to the hundredth: `1.5`, `1:30`, `90 min`, `1h 30m`. None for anything else."""
    text = text.strip().lower()
    if found := _CLOCK.fullmatch(text):
        seconds = int(found[2]) * 3600 + int(found[3]) * 60 + int(found[4] or 0)
        value = (Decimal(seconds) / 3600).quantize(_CENT)
        return -value if found[1] else value
    parts = _UNITS.findall(text)
    if parts and not _UNITS.sub("", text).strip(" ,"):
        return sum((Decimal(n) / (1 if unit.startswith("h") else 60) for n, unit in parts), Decimal(0)).quantize(_CENT)
    number = _number(text, comma)
    return None if number is None else number.quantize(_CENT)


def read_truth(text: str) -> bool | None:
    """Yes or no, None for what is neither."""
    return _WORDS.get(plain(text))


def read_list(text: str) -> tuple[str, ...]:
    """What a cell lists, with commas, semicolons or bars between, without repeats."""
    return tuple(dict.fromkeys(part for piece in re.split(r"[;,|\n]", text) if (part := piece.strip())))


def full_name(parts: Sequence[str]) -> str:
    """First, middle, last and suffix as one name."""
    return " ".join(part.strip() for part in parts if part and part.strip())

"""The written forms of dates, money, percents, tax ids and the like, and their canonical form.

Owns what one value looks like on American business paper. Never looks for labels and never knows a document's kind.
"""

import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from decimal import Decimal, InvalidOperation

from ingestion.elements import FactType

MONTHS = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")
MONTH_PATTERN = (
    r"(?:Jan(?:uary)?|Feb(?:ruary)?|Mar(?:ch)?|Apr(?:il)?|May|June?|July?|Aug(?:ust)?|Sept?(?:ember)?"
    r"|Oct(?:ober)?|Nov(?:ember)?|Dec(?:ember)?)\.?"
)
# Scanned pages lose the space after the month or the comma, so neither is insisted on; a CSV that nobody quoted splits at the comma.
DATE_PATTERN = (
    rf"(?<![\w/-])(?:{MONTH_PATTERN}\s*\d{{1,2}}(?:st|nd|rd|th)?(?:\s*,\s*(?:\|[^\S\n]*)?|[^\S\n]+\|[^\S\n]+|\s+)\d{{4}}"
    rf"|\d{{1,2}}(?:st|nd|rd|th)?(?:\s+day\s+of)?[\s-]+{MONTH_PATTERN}[,\s-]+\d{{4}}"
    rf"|\d{{1,2}}-{MONTH_PATTERN}-\d{{2}}"
    r"|\d{4}[-/]\d{1,2}[-/]\d{1,2}|\d{1,2}(?:/\d{1,2}/|-\d{1,2}-|\.\d{1,2}\.)(?:\d{4}|\d{2}))(?![\w/]|-\d)"
)
_GROUPED = r"(?:\d{1,3}(?:,\d{3})+|\d+)"
MONEY_PATTERN = (
    r"(?<![\w.,/#$-])(?:"
    rf"\(?-?\s?(?:US)?[$€£]\s?[(-]?{_GROUPED}(?:\.\d{{1,3}})?(?:\s+(?:million|billion)\b)?\)?(?:-(?!\w))?"
    r"|[(-]{0,2}(?:\d{1,3}(?:,\d{3})+(?:\.\d{2})?|\d+\.\d{2}|\d{1,3}(?:\.\d{3})+,\d{2}|\d+,\d{2}(?!\d))(?:\s?€)?\)?(?:-(?!\w))?"
    r"|-?\.\d{2}"
    r")(?![\w/]|[.,-]\d|\s?%)"
)
WHOLE_PATTERN = rf"(?<![\w.,/#$-])\(?-?{_GROUPED}\)?(?![\w/%]|[.,-]\d)"
PERCENT_PATTERN = r"(?<![\w.,+-])\d{1,3}(?:\.\d+)?\s?(?:%|percent\b|per\s+cent\b)"
TAX_ID_PATTERN = (
    r"(?<![\w-])(?:\d{2}-\d{7}|\d{3}-\d{2}-\d{4}|[*X#•]{3}[- ]?[*X#•]{2}[- ]?\d{4}|[*X#•]{2}[- ]?[*X#•]{3}\d{4}"
    r"|\d{2}\s-\s\d{7}|\d{3}\s\d{2}\s\d{4})(?![\w-])"
)
YEAR_PATTERN = r"(?<![\w,.-])(?:19|20)\d{2}(?![\w]|[,.-]\d)"
COUNT_PATTERN = r"(?<![\w.,/$-])(?:\d{1,3}(?:,\d{3})+|\d+)(?![\w/%]|[.,-]\d)"
FLAG_PATTERN = (
    r"(?<!\w)(?:yes|no|true|false|y|n|x|on\s+file|not\s+on\s+file|received|not\s+received|missing|filed|not\s+filed"
    r"|none|requested)(?!\w)|[✓✔☑☒☐]"
)
ACCOUNT_PATTERN = (
    r"(?<![\w])(?:(?:ending\s+in|ending|last\s+four(?:\s+digits)?:?)\s+\d{4}|[xX*•.#-]{2,}[\s-]*\d{4}"
    r"|\d[\d -]{3,22}\d)(?![\w-])"
)
# Capitalised words and the small words between them; a company's name as prose writes it.
NAME_PATTERN = (
    r"(?-i:[A-Z][\w&.'’/-]*(?:,?[^\S\n]*\s(?:[A-Z0-9&][\w&.'’/-]*|of|and|the|for|de|la|by)){0,9}"
    r"(?<!\sof)(?<!\sand)(?<!\sthe)(?<!\sfor)(?<!\sby))"
)


@dataclass(frozen=True)
class ValueKind:
    """A kind of value: its fact type, how it is written, and its canonical form (None when the match is no such value).

    `whole` is a weaker form that counts only where it fills what stands behind its label ("85000" as money).
    `fills`: a value of this kind is all that its cell says, or all that stands behind its label.
    """

    type: FactType
    pattern: re.Pattern[str]
    canonical: Callable[[str], str | None]
    whole: re.Pattern[str] | None = None
    fills: bool = False


def squeezed(text: str) -> str:
    """The text on one line with single spaces."""
    return " ".join(text.split())


def iso_date(text: str) -> str | None:
    """ISO date of a date as written in the United States; a first number above 12 is taken for the day."""
    words = re.findall(r"[A-Za-z]+|\d+", text)
    numbers = [int(word) for word in words if word.isdigit()]
    month_words = [w for w in words if w[:3].lower() in MONTHS and not w.isdigit()]
    if month_words:
        month = MONTHS.index(month_words[0][:3].lower()) + 1
        return _iso(numbers[-1], month, numbers[0]) if len(numbers) == 2 else None
    if len(numbers) != 3:
        return None
    if len(words[0]) == 4:
        return _iso(*numbers)
    first, second, year = numbers
    return _iso(year, second, first) if first > 12 else _iso(year, first, second)


def _iso(year: int, month: int, day: int) -> str | None:
    # Two digits: business records of this century; a 1999 date is written with four.
    full = year + 2000 if year < 100 else year
    if not 1900 <= full <= 2199:
        return None
    try:
        return date(full, month, day).isoformat()
    except ValueError:
        return None


def decimal_dollars(text: str) -> str | None:
    """Decimal dollars with at least two places; parentheses and a minus on either side are negative."""
    digits = re.sub(r"[^\d.,]", "", text)
    if re.fullmatch(r"(?:\d{1,3}(?:\.\d{3})+|\d+),\d{2}", digits):
        digits = digits.replace(".", "").replace(",", ".")
    try:
        amount = Decimal(digits.replace(",", ""))
    except InvalidOperation:
        return None
    scale = {"million": Decimal(10) ** 6, "billion": Decimal(10) ** 9}
    for word, factor in scale.items():
        if word in text.lower():
            amount *= factor
    if ("(" in text and ")" in text) or "-" in text:
        amount = -amount
    return str(amount.quantize(Decimal("0.01")) if amount == amount.quantize(Decimal("0.01")) else amount)


def plain_number(text: str) -> str | None:
    """A number without grouping, sign of percent or trailing zeros: "50.000000 %" is "50"."""
    match = re.search(r"\d[\d,]*(?:\.\d+)?", text)
    if match is None:
        return None
    number = Decimal(match.group().replace(",", ""))
    return format(number.normalize(), "f") if number else "0"


def percent_number(text: str) -> str | None:
    """A share of 0 to 100; None above."""
    number = plain_number(text)
    return number if number is not None and Decimal(number) <= 100 else None


def tax_id(text: str) -> str | None:
    """An EIN as 12-3456789 or an SSN as 123-45-6789; hidden digits are X."""
    kept = re.sub(r"[^\dX]", "", re.sub(r"[*#•x]", "X", text))
    if len(kept) != 9:
        return None
    is_employer = bool(re.match(r"\s*[\dXx*#•]{2}\s?-", text)) or bool(re.match(r"[Xx*#•]{2}[- ][Xx*#•]{3}\d", text))
    return f"{kept[:2]}-{kept[2:]}" if is_employer else f"{kept[:3]}-{kept[3:5]}-{kept[5:]}"


def yes_or_no(text: str) -> str | None:
    """ "yes" or "no"."""
    word = squeezed(text).lower()
    if word in {"yes", "true", "y", "x", "on file", "received", "filed", "✓", "✔", "☑", "☒"}:
        return "yes"
    return "no"


def last_four(text: str) -> str | None:
    """The last four digits of an account number."""
    digits = re.sub(r"\D", "", text)
    return digits[-4:] if len(digits) >= 4 else None


def line_text(text: str) -> str | None:
    """Any words or numbers, without the punctuation around them."""
    cleaned = squeezed(text.replace("|", " ")).strip(" ,;:|-–—_\"“”'")
    return cleaned if re.search(r"\w", cleaned) else None


def name_text(text: str) -> str | None:
    """A name without the punctuation around it."""
    cleaned = line_text(text)
    return cleaned if cleaned is not None and re.search(r"[A-Za-z]", cleaned) else None


def _kind(fact_type: FactType, pattern: str, canonical: Callable[[str], str | None], whole: str = "") -> ValueKind:
    weak = re.compile(whole, re.IGNORECASE) if whole else None
    return ValueKind(fact_type, re.compile(pattern, re.IGNORECASE), canonical, weak)


DATE = _kind("date", DATE_PATTERN, iso_date)
MONEY = _kind("money", MONEY_PATTERN, decimal_dollars, WHOLE_PATTERN)
PERCENT = _kind("percent", PERCENT_PATTERN, percent_number, r"(?<![\w.,-])\d{1,3}(?:\.\d+)?(?![\w,/]|\.\d)")
TAX_ID = _kind("text", TAX_ID_PATTERN, tax_id, r"(?<![\w-])\d{9}(?![\w-])")
YEAR = _kind("text", YEAR_PATTERN, squeezed)
COUNT = _kind("count", COUNT_PATTERN, plain_number)
FLAG = _kind("flag", FLAG_PATTERN, yes_or_no)
ACCOUNT = _kind("text", ACCOUNT_PATTERN, last_four)
# The rest of its cell; in prose, a run of capitalised words.
NAME = ValueKind("text", re.compile(NAME_PATTERN), name_text, fills=True)
# The rest of its cell, with or without letters: numbers of policies and the like.
ENTRY = ValueKind("text", re.compile(r"\S[^\n]*"), line_text, fills=True)
CODE = _kind("text", r"#?(?=[\w./-]*\d)[A-Za-z0-9][\w./-]*[A-Za-z0-9]|#?\d", squeezed)

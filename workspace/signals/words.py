"""How amounts, days and counts read in a headline. Never decides what is said."""

from datetime import date
from decimal import Decimal

from workspace.deadlines import in_words

CENT = Decimal("0.01")


def dollars(amount: Decimal) -> str:
    """ "$4,200" or "$4,200.50"; negative amounts in front of the sign."""
    cents = amount.quantize(CENT)
    whole = f"{abs(cents):,.0f}" if cents == cents.to_integral_value() else f"{abs(cents):,.2f}"
    return f"-${whole}" if cents < 0 else f"${whole}"


def plain(amount: Decimal) -> str:
    """A number without useless zeros: "12.5", "40"."""
    text = format(amount.normalize(), "f")
    return "0" if text in ("-0", "0") else text


def count(number: int | Decimal, noun: str, nouns: str = "") -> str:
    """ "1 item", "3 items"."""
    shown = plain(Decimal(number))
    return f"{shown} {noun if shown == '1' else nouns or noun + 's'}"


def month_and_day(year_end: str) -> str:
    """ "06-30" is "June 30"."""
    month, _, on = year_end.partition("-")
    ends = date(2024, int(month), int(on))  # a leap year has every day
    return f"{ends:%B} {ends.day}"


def day(value: date) -> str:
    """ "March 9, 2026"."""
    return in_words(value)


def away(due: date, today: date) -> str:
    """How far off a day is: "today", "in 3 days", "5 days ago"."""
    gap = (due - today).days
    if gap == 0:
        return "today"
    return f"in {count(gap, 'day')}" if gap > 0 else f"{count(-gap, 'day')} ago"


def listed(parts: list[str], most: int = 3) -> str:
    """ "a, b and 4 more"."""
    shown, more = parts[:most], len(parts) - most
    if more > 0:
        return f"{', '.join(shown)} and {more} more"
    return " and ".join([", ".join(shown[:-1]), shown[-1]] if len(shown) > 1 else shown)


def tenths(number: Decimal) -> str:
    """A number to one decimal place, without a useless zero: "2.5", "3"."""
    return plain(number.quantize(Decimal("0.1")))


def clipped(text: str, longest: int = 90) -> str:
    """Words on one line, cut at a word."""
    line = " ".join(text.split())
    return line if len(line) <= longest else f"{line[:longest].rsplit(' ', 1)[0]} …"

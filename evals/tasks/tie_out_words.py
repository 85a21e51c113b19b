"""How the labelled sentences of the tie-out write a value, and how they get one wrong.

Written apart from the product's own wording (workspace/tie_out), so that neither leans on the other.
"""

import calendar
import re
from datetime import date
from decimal import Decimal
from itertools import pairwise
from random import Random

_ONES = (
    "zero one two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen sixteen seventeen "
    "eighteen nineteen"
)
_TENS = "- - twenty thirty forty fifty sixty seventy eighty ninety"
_TITLES = {
    "Dolores": "Ms.",
    "Carol": "Ms.",
    "Priscilla": "Ms.",
    "Maria": "Ms.",
    "Ruth": "Ms.",
    "Ngozi": "Ms.",
    "Rosa": "Ms.",
}
_FORMS = ("LLC", "Inc.", "P.C.", "Co.", "LP", "Bank", "Company")


def worded_as(kind: str, value: str, form: str) -> str:
    """The value as `form` has it; "" is the plain wording of a letter."""
    match kind:
        case "money":
            return _money(Decimal(value), form)
        case "date":
            return _date(date.fromisoformat(value), form)
        case "period":
            return _period(value, form)
        case "percent":
            return f"{value} percent" if form == "pct" else f"{value}%"
        case "count":
            return in_words(int(value)) if form == "w" and "." not in value else value
        case "tax_id":
            return _tax_id(value, form)
        case "name":
            return _name(value, form)
        case _:
            return value


def period(value: str) -> str:
    """A period as a letter has it: "Q3 2025", "October 2025", "2025"."""
    if "-Q" in value:
        return f"{value[5:]} {value[:4]}"
    return f"{calendar.month_name[int(value[5:])]} {value[:4]}" if "-" in value else value


def in_words(number: int) -> str:
    """A whole number below a million, spelled out."""
    ones = _ONES.split()
    if number < 20:
        return ones[number]
    if number < 100:
        return _TENS.split()[number // 10] + (f"-{ones[number % 10]}" if number % 10 else "")
    if number < 1000:
        rest = f" and {in_words(number % 100)}" if number % 100 else ""
        return f"{ones[number // 100]} hundred{rest}"
    rest = f" {in_words(number % 1000)}" if number % 1000 else ""
    return f"{in_words(number // 1000)} thousand{rest}"


def other_digit(said: str, dice: Random) -> str:
    """One digit of it changed, or two that differ swapped."""
    places = [match.start() for match in re.finditer(r"\d", said)]
    swaps = [(a, b) for a, b in pairwise(places) if said[a] != said[b] and said[b] != "0"]
    written = list(said)
    if swaps and dice.random() < 0.5:
        first, second = dice.choice(swaps)
        written[first], written[second] = written[second], written[first]
        return "".join(written)
    place = dice.choice(places)
    written[place] = dice.choice([one for one in "123456789" if one != said[place]])
    return "".join(written)


def off_by_a_thousand(said: str, dice: Random) -> str:
    """The amount a thousand times larger, or smaller where the cents allow it."""
    if re.search(r"\d\s?k", said):
        return re.sub(r"(?<=\d)\s?k", " million", said)
    if "million" in said:
        return said.replace("million", dice.choice(("billion", "thousand")))
    if dice.random() < 0.5 and re.search(r"\d,\d{3}", said):
        return re.sub(r",(\d{3})(\.\d\d)?", lambda found: f".{found[1][:2]}", said, count=1)
    return re.sub(r"(\d)(\.\d\d|(?!\d|,|\.))", lambda found: f"{found[1]},000{found[2]}", said, count=1)


def other_year(value: str, known: list[str], told_apart: bool, dice: Random) -> str:
    """The value in another year: where it can be told apart one that the file knows too, else one that it does not know."""
    if known and told_apart:
        return dice.choice(known)
    off = [f"{int(value[:4]) + years}{value[4:]}" for years in (-1, 1, -2, 2)]
    return dice.choice([one for one in off if one not in known][:2])


def _money(value: Decimal, form: str) -> str:
    size = abs(value)
    match form:
        case "no0":
            return f"${size:,.2f}".removesuffix(".00")
        case "k":
            return f"${(size / 1000).normalize():f}k"
        case "m":
            return f"${(size / 10**6).normalize():f} million" if size >= 10**6 else _money(value, "k")
        case "w":
            return f"{in_words(int(size))} dollars"
        case "b":
            return f"{size:,.2f}"
        case "neg":
            return f"(${size:,.2f})"
        case "negb":
            return f"({size:,.2f})"
        case "negd":
            return f"-${size:,.2f}"
        case "usd":
            return f"USD {size:,.2f}"
        case _:
            return f"${size:,.2f}"


def _date(day: date, form: str) -> str:
    plain = f"{day:%B} {day.day}"
    match form:
        case "md":
            return plain
        case "md8":
            return f"{day.day} {day:%B %Y}"
        case "wd":
            return f"{day:%A}, {plain}, {day.year}"
        case "s":
            return f"{day.month}/{day.day}/{day.year}"
        case "iso":
            return day.isoformat()
        case _:
            return f"{plain}, {day.year}"


def _period(value: str, form: str) -> str:
    if form in ("qw", "qonly"):
        order = ("first", "second", "third", "fourth")[int(value[-1]) - 1]
        return f"the {order} quarter of {value[:4]}" if form == "qw" else f"{order} quarter"
    return period(value).split()[0] if form == "mn" else period(value)


def _tax_id(value: str, form: str) -> str:
    if form == "tail":
        return value[-4:]
    masked = f"XX-XXX{value[-4:]}" if value[2] == "-" else f"***-**-{value[-4:]}"
    return masked if form == "mask" else value


def _name(value: str, form: str) -> str:
    parts = value.split()
    titled = parts[1:] if parts[0] == "Dr." else parts
    match form:
        case "mr":
            return f"{'Dr.' if parts[0] == 'Dr.' else _TITLES.get(parts[0], 'Mr.')} {parts[-1]}"
        case "last":
            return parts[-1]
        case "first":
            return titled[0]
        case "short":
            kept = value
            while any(kept.endswith(f" {one}") for one in _FORMS):
                kept = kept.rsplit(" ", 1)[0].rstrip(",")
            return kept
        case _:
            return value

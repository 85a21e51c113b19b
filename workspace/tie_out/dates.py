"""How dates and periods are written in American letters, and their canonical form.

A full date is ISO. A day without a year is "--03-15", a month without one "-03", a quarter without one "-Q3".
"""

import re
from datetime import date

from workspace.tie_out.numbers import BEGIN
from workspace.tie_out.reading import Reader, Reading, raw

_MONTHS = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")
MONTH = (
    r"(?:Jan(?:uary|\.)?|Feb(?:ruary|\.)?|Mar(?:ch|\.)?|Apr(?:il|\.)?|May|June?|July?|Aug(?:ust|\.)?|Sept?(?:ember|\.)?"
    r"|Oct(?:ober|\.)?|Nov(?:ember|\.)?|Dec(?:ember|\.)?)"
)
_WEEKDAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
_WEEKDAY = r"(?:Mon|Tues?|Wed(?:nes)?|Thu(?:rs)?|Fri|Sat(?:ur)?|Sun)(?:day)?"
_ORDINAL = r"(?:st|nd|rd|th)"
_YEAR = r"(?:19|20)\d{2}"

_FULL_DATE = re.compile(
    rf"(?<![\w/-])(?:(?P<weekday>{_WEEKDAY})\.?,?\s+(?:the\s+)?)?(?:"
    rf"(?P<m1>{MONTH})\s+(?P<d1>\d{{1,2}}){_ORDINAL}?,?\s+(?P<y1>\d{{4}})"
    rf"|(?P<d2>\d{{1,2}}){_ORDINAL}?(?:\s+day)?(?:\s+of)?[\s-](?P<m2>{MONTH}),?[\s-](?P<y2>\d{{4}}|\d{{2}}(?!\d))"
    r"|(?P<y3>\d{4})[-/](?P<m3>\d{1,2})[-/](?P<d3>\d{1,2})"
    r"|(?P<m4>\d{1,2})(?P<sep>[/.-])(?P<d4>\d{1,2})(?P=sep)(?P<y4>\d{4}|\d{2})"
    r")(?![^\W_]|/|[-.,]\d)"
)
_DAY_OF_MONTH = re.compile(
    rf"(?<![\w/-])(?:{_WEEKDAY},?\s+)?(?:(?P<m1>{MONTH})\s+(?P<d1>\d{{1,2}}){_ORDINAL}?(?![^\W_]|[,./]\d)"
    rf"|(?P<d2>\d{{1,2}}){_ORDINAL}?(?:\s+day)?\s+(?:of\s+)?(?P<m2>{MONTH})(?!\w))"
)
_LOOSE_DATE = re.compile(
    rf"(?<![\w$])\d{{1,2}}{_ORDINAL}\b|(?<![\w/.,$])\d{{1,2}}/\d{{1,2}}(?![\w/]|[.,]\d)"
    rf"|\b(?:{'|'.join(day.capitalize() for day in _WEEKDAYS)})s?\b|\b(?i:tomorrow|yesterday)\b"
)
_QUARTER_WORDS = {"first": 1, "second": 2, "third": 3, "fourth": 4, "1st": 1, "2nd": 2, "3rd": 3, "4th": 4}
_PERIOD = re.compile(
    rf"\bQ(?P<q1>[1-4])(?:(?:[\s,-]+(?:of\s+)?(?:FY\s?)?)(?P<y1>{_YEAR})\b|\s?['’](?P<s1>\d{{2}})\b)?(?!\w)"
    rf"|\b(?P<y2>{_YEAR})[\s-]?Q(?P<q2>[1-4])\b"
    rf"|\b(?P<qw>(?i:first|second|third|fourth|1st|2nd|3rd|4th))\s+(?i:quarter)\b(?:\s+(?:of\s+)?(?P<y3>{_YEAR})\b)?"
    rf"|\b(?P<m4>{MONTH}),?\s+(?:of\s+)?(?P<y4>{_YEAR})(?!\w|[.,]\d)"
    rf"|{BEGIN}(?P<y5>{_YEAR})-(?P<m5>0[1-9]|1[0-2])(?![\w-])"
    rf"|{BEGIN}(?P<y6>{_YEAR})(?:[–—/-]|[ ][–-][ ])(?P<z6>{_YEAR}|\d{{2}})(?![\w-]|[.,]\d)"
    rf"|\b(?:(?i:tax|fiscal|calendar|plan)\s+(?i:years?)\s+|[Ff]iscal\s+|FY\s?|TY\s?)(?P<y7>{_YEAR})(?![^\W_]|[.,-]\d)"
    r"|\b(?:FY|TY)\s?['’]?(?P<s8>\d{2})\b"
    rf"|{BEGIN}(?P<y9>{_YEAR})(?![^\W_]|\s?%|[*_]*[.,/:-]?[*_]*\d|-[A-Z])(?:\s+(?i:tax|fiscal|calendar)\s+(?i:years?)\b)?"
)
_MONTH_ALONE = re.compile(
    r"\b(?:January|February|April|June|July|August|September|October|November|December)\b"
    r"|(?:(?<=\bin )|(?<=\bof )|(?<=\bby )|(?<=\bfor )|(?<=\bsince )|(?<=\bthrough )|(?<=\bthe ))(?:March|May)\b(?!\s+\d)"
)


def month_number(word: str) -> int:
    """1 to 12 for a month's name or its first three letters."""
    return _MONTHS.index(word[:3].lower()) + 1


def _full_date(match: re.Match[str]) -> Reading:
    parts = match.groupdict()
    word = parts["m1"] or parts["m2"]
    month = month_number(word) if word else int(parts["m3"] or parts["m4"])
    day = int(parts["d1"] or parts["d2"] or parts["d3"] or parts["d4"])
    written = parts["y1"] or parts["y2"] or parts["y3"] or parts["y4"]
    try:
        found = date(int(written) + (2000 if len(written) == 2 else 0), month, day)
    except ValueError:
        return raw("date", match)
    named = parts["weekday"]
    if named and not _WEEKDAYS[found.weekday()].startswith(named.lower().removesuffix("day")):
        return raw("date", match)  # "Monday, March 5, 2026" was a Thursday: one of the two is wrong
    return Reading("date", found.isoformat())


def _day_of_month(match: re.Match[str]) -> Reading:
    month, day = month_number(match["m1"] or match["m2"]), int(match["d1"] or match["d2"])
    try:
        in_a_leap_year = date(2000, month, day)
    except ValueError:
        return raw("date", match)
    return Reading("date", f"--{in_a_leap_year:%m-%d}")


def _period(match: re.Match[str]) -> Reading:
    part = {name: value or "" for name, value in match.groupdict().items()}
    quarter = part["q1"] or part["q2"] or (_QUARTER_WORDS[part["qw"].lower()] if part["qw"] else "")
    if quarter:
        year = part["y1"] or part["y2"] or part["y3"] or (f"20{part['s1']}" if part["s1"] else "")
        return Reading("period", f"{year}-Q{quarter}")
    if part["y4"]:
        return Reading("period", f"{part['y4']}-{month_number(part['m4']):02}")
    if part["y5"]:
        return Reading("period", f"{part['y5']}-{part['m5']}")
    if part["y6"]:
        until = part["z6"] if len(part["z6"]) == 4 else part["y6"][:2] + part["z6"]
        return Reading("period", f"{part['y6']}/{until}")
    return Reading("period", part["y7"] or part["y9"] or f"20{part['s8']}")


def _month_alone(match: re.Match[str]) -> Reading:
    return Reading("period", f"-{month_number(match.group()):02}")


DATE_READERS: tuple[Reader, ...] = ((_FULL_DATE, _full_date), (_DAY_OF_MONTH, _day_of_month))
PERIOD_READERS: tuple[Reader, ...] = ((_PERIOD, _period), (_LOOSE_DATE, lambda match: raw("date", match)))
MONTH_READERS: tuple[Reader, ...] = ((_MONTH_ALONE, _month_alone),)

"""How money, percents and counts are written, and their canonical form.

An amount alone in its table cell and in parentheses is negative, as accountants write it; in prose the parentheses are prose.
"""

import re
from decimal import Decimal

from workspace.tie_out.numbers import BEGIN, END, NUMBER, NUMERAL, SCALE, canonical_money, canonical_number, number
from workspace.tie_out.reading import Reader, Reading, raw

_PERCENT = re.compile(
    rf"(?P<sign>(?<![\w)])[-−](?=[\d.])|\b(?i:minus|negative)\s+)?(?P<number>(?(sign){NUMERAL}|{NUMBER}))"
    r"(?:\s?%|\s+(?i:percent|per\s+cent)\b|(?P<points>[\s-]+(?i:percentage\s+points?|points?)\b))(?!\d)"
)
_CURRENCY = r"(?:US\$|USD\s?|\\?\$|€|£|EUR\s?|GBP\s?)"
# In "$4–5 million" the scale belongs to both and in "$4,000–5,000" the sign does: read apart, the first would be another amount.
_MONEY_RANGE = re.compile(
    rf"{_CURRENCY}\s?{NUMERAL}(?:[–—-]|[ ][–-][ ]|[ ]to[ ])(?:{_CURRENCY}\s?)?{NUMERAL}{SCALE}{END}"
    rf"|{_CURRENCY}\s?{NUMERAL}[–—-]{NUMERAL}{END}"
)
_MONEY = re.compile(
    rf"(?P<sign>(?<![\w)])[-−]|\b(?i:minus|negative)\s+)?(?P<currency>{_CURRENCY})\s?(?P<inner>\(|[-−])?"
    rf"(?P<number>{NUMERAL}{SCALE}?)(?(inner)\)?)(?:\s+(?:US\s+)?dollars\b)?{END}"
)
_DOLLARS = re.compile(
    rf"(?P<sign>(?<![\w)])[-−](?=\d)|\b(?i:minus|negative)\s+)?(?P<number>(?(sign){NUMERAL}{SCALE}?|{NUMBER}))"
    r"(?:[\s-]+(?P<unit>(?i:(?:US\s+)?dollars?|USD|cents?))\b)"
)
_UNIT = r"(?:(?:business|calendar|working)[ -])?(?:day|week|month|year|hour|minute)s?|h(?:rs?)?"
# "7.75 hours" is a count.
_TWO_PLACES = re.compile(
    rf"(?P<sign>(?<![\w)])[-−])?(?(sign)|{BEGIN})(?P<number>(?:\d{{1,3}}(?:,\d{{3}})+|\d+)\.\d{{2}}){END}(?![\s-](?i:{_UNIT})\b)"
)
_COUNT = re.compile(
    rf"(?P<sign>(?<![\w)])[-−](?=[\d.½¼¾]))?(?P<number>(?(sign){NUMERAL}{SCALE}?|{NUMBER}))"
    rf"(?:[\s-](?P<unit>(?i:{_UNIT}))\b|x\b|×)?{END}"
)
_RATIO = re.compile(
    rf"(?<!from[ ])(?P<number>{BEGIN}\d{{1,3}}(?:\.\d+)?)(?:[ ]to[ ]|[ ]?:[ ]?)(?:1(?:\.0+)?|one){END}"
)  # "1.31 to 1"; "from 5 to 1" is a fall
_HOW_OFTEN = re.compile(
    rf"(?P<figure>(?P<number>{NUMBER}))[\s-]+(?i:times)\b(?!\s+(?i:as|the|that|its|this|more|over|what|higher|larger|greater)\b)"
)
_FRACTION = re.compile(
    r"\b(?:one|a|two|three|four)[\s-](?:half|halves|thirds?|quarters?|fourths?|fifths?)(?=\s+(?:of|the)\b)"
    r"|\bhalf(?=\s+(?:of|the|its|their|your)\b)"
    r"|\b(?:doubled|tripled|quadrupled|halved|twice|twofold|threefold|fourfold|tenfold)\b"
    r"|\b(?:dozens|hundreds|thousands|millions|billions)\b",
    re.IGNORECASE,
)
_TIME = re.compile(r"(?<![\w.:,$])\d{1,2}(?::\d{2})?\s?(?:[ap]\.m\.|[AaPp][Mm]\b)|(?<![\w.:,$])\d{1,2}:\d{2}(?![\w:])")
_PRONOUN = re.compile(r"(?i)\b(?:no|any|every|some|each|this|that|which|the|another|either|neither|only)[ -]$")
_NOT_A_ONE = re.compile(
    r"(?i)[ ]+(?:of|another|or|and|more|who|which|that|is|was|has|can|may|should|will|day|line|word|sentence|thing|place"
    r"|page|piece|way|step|stroke|go)\b|\s*[^\w\s]|\s*$|-"
)
# "the older one", "the last one": with what stands behind it, _GOES_ON
_OLDER = re.compile(
    r"(?i)\b(?:the|an?|this|that)[ ](?!only\b|last\b|first\b|other\b)[a-z]+(?:er|est|ous|ent|al|ed|or)[ ]$"
    r"|\b(?:the|this|that)[ ](?:last|first|other|next|old|new|big|small|long|late|early)[ ]$"
)
_GOES_ON = re.compile(
    r"(?i)[ ]+(?:fell|went|came|goes|comes|fall|falls|runs|ran|ends|had|would|in|on|for|to|from|at|by|with|under|we|you|I|\w+ed)\b"
)
_NAMED = re.compile(r"[ ](?:[a-z]+[ ]){0,2}[a-z]+,[ ](?:\ue000|[A-Z])")  # the one is called by name
_LEFT_OVER = re.compile(r"(?=[^\s|\ue000]*\d)(?P<figure>[$€£#]?\w(?:[^\s|\ue000]*\w)?)")

_FOREIGN = (("€", "EUR "), ("EUR", "EUR "), ("£", "GBP "), ("GBP", "GBP "))


def unit_value(text: str) -> str:
    """A unit of time for comparing: "working days" is "business day", "calendar days" is "day"."""
    plain = text.lower().replace("-", " ").removesuffix("s")
    plain = "hour" if plain in ("h", "hr") else plain
    return plain.replace("working", "business").removeprefix("calendar ")


def _percent(match: re.Match[str]) -> Reading:
    value = number(match["number"])
    if value is None:
        return raw("percent", match)
    negative = bool(match["sign"]) or _in_a_cell_of_its_own(match)
    return Reading("percent", canonical_number(-value if negative else value), "point" if match["points"] else "")


def _money(match: re.Match[str]) -> Reading:
    value = number(match["number"])
    if value is None or (match["inner"] == "(" and not match.group().endswith(")")):
        return raw("money", match)
    negative = bool(match["sign"] or match["inner"]) or _in_a_cell_of_its_own(match)
    foreign = next((code for mark, code in _FOREIGN if mark in match["currency"]), "")
    return Reading("money", foreign + canonical_money(-value if negative else value))


def _dollars(match: re.Match[str]) -> Reading:
    value = number(match["number"])
    if value is None:
        return raw("money", match)
    dollars = value / 100 if match["unit"].lower().startswith("cent") else value
    return Reading("money", canonical_money(-dollars if match["sign"] else dollars))


def _two_places(match: re.Match[str]) -> Reading:
    value = number(match["number"])
    if value is None:
        return raw("money", match)
    negative = bool(match["sign"]) or _in_a_cell_of_its_own(match)
    return Reading("money", canonical_money(-value if negative else value))


def _count(match: re.Match[str]) -> Reading | None:
    if match["number"].lower() == "one" and not match["unit"] and _is_pronoun(match):
        return None
    value = number(match["number"])
    if value is None:
        return raw("count", match)
    negative = bool(match["sign"]) or _in_a_cell_of_its_own(match)
    return Reading("count", canonical_number(-value if negative else value), unit_value(match["unit"] or ""))


def _how_often(match: re.Match[str]) -> Reading:
    """ "eleven times": only words tell what is counted, so the word itself is left to be read with them."""
    value = number(match["number"])
    return raw("count", match) if value is None else Reading("count", canonical_number(value), "time")


def _is_pronoun(match: re.Match[str]) -> bool:
    """Whether a "one" stands for something else ("one of them", "no one", "One customer, Acme Inc., …") and counts nothing."""
    text = match.string
    if _PRONOUN.search(text, max(0, match.start() - 12), match.start()) or _NOT_A_ONE.match(text, match.end()):
        return True
    if _OLDER.search(text, max(0, match.start() - 24), match.start()) and _GOES_ON.match(text, match.end()):
        return True  # "the older one fell due"
    return match.group()[0] == "O" and _NAMED.match(text, match.end()) is not None


def _in_a_cell_of_its_own(match: re.Match[str]) -> bool:
    """Whether a table cell or a line holds nothing but this in parentheses."""
    before, after = match.string[: match.start()], match.string[match.end() :]
    if not (before.endswith("(") and after.startswith(")")):
        return False
    left, right = before[:-1].rstrip(" \t*_"), after[1:].lstrip(" \t*_")
    return (not left or left[-1] in "|\n") and (not right or right[0] in "|\n")


def _left_over(match: re.Match[str]) -> Reading:
    text = match["figure"]
    return Reading("money" if text[0] in "$€£" else "name", text)


READERS: tuple[Reader, ...] = (
    (_RATIO, lambda match: Reading("count", canonical_number(Decimal(match["number"])))),
    (_PERCENT, _percent),
    (_MONEY_RANGE, lambda match: raw("money", match)),
    (_MONEY, _money),
    (_DOLLARS, _dollars),
    (_TWO_PLACES, _two_places),
)
COUNT_READERS: tuple[Reader, ...] = (
    (_TIME, lambda match: raw("count", match)),
    (_FRACTION, lambda match: raw("count", match)),
    (_HOW_OFTEN, _how_often),
    (_COUNT, _count),
)
LAST_READERS: tuple[Reader, ...] = ((_LEFT_OVER, _left_over),)

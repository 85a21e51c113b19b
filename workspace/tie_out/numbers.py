"""Numbers as people write them, and their canonical form: "4,200", "4.2k", "1.3 million", "two and a half", "four thousand".

Owns reading one number. Never decides whether it is money, a count or a share: that is figures.py.
"""

import re
from decimal import Decimal, InvalidOperation

CENT = Decimal("0.01")
_SMALL = (
    "zero one two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen sixteen seventeen "
    "eighteen nineteen"
)
_TENS = "twenty thirty forty fifty sixty seventy eighty ninety"
_WORTH = {word: Decimal(n) for n, word in enumerate(_SMALL.split())}
_WORTH |= {word: Decimal(n) for n, word in zip(range(20, 100, 10), _TENS.split(), strict=True)}
_SCALES = {
    "hundred": Decimal(100),
    "thousand": Decimal(1000),
    "million": Decimal(10**6),
    "billion": Decimal(10**9),
    "trillion": Decimal(10**12),
    "dozen": Decimal(12),
}
_LETTERS = {"k": 10**3, "m": 10**6, "mm": 10**6, "b": 10**9, "bn": 10**9}
_FRACTIONS = {"½": Decimal("0.5"), "¼": Decimal("0.25"), "¾": Decimal("0.75")}
_PARTS = {"half": Decimal("0.5"), "quarter": Decimal("0.25")}

_SCALE_WORDS = "|".join(_SCALES)
_PLAIN_WORDS = "|".join(sorted(_WORTH, key=len, reverse=True))
_AND = r"(?:(?<=hundred)|(?<=thousand)|(?<=million)|(?<=billion))\s+and\s+"
NUMERAL = r"(?:(?:\d{1,3}(?:,\d{3})+|\d+)(?:\.\d+)?(?:\s?[½¼¾]|\s\d/\d(?!\d))?|\.\d+|[½¼¾])"
SCALE = rf"(?:\s?(?:K|MM|M|BN|B)\b|(?:k|mm|m|bn|b)\b|[\s-](?i:{_SCALE_WORDS})\b)"
# "half a million" is read whole, or it would pass for a million. The bound keeps a page of number words from taking a minute.
WORDS = (
    rf"(?i:(?:(?:(?:half|a\s+quarter\s+of)\s+)?an?\s+(?:{_SCALE_WORDS})|{_PLAIN_WORDS})"
    rf"(?:(?:{_AND}|[\s-]+)(?:{_PLAIN_WORDS}|{_SCALE_WORDS})){{0,12}}"
    rf"(?:\s+and\s+an?\s+(?:half|quarter)(?:\s+(?:{_SCALE_WORDS}))?)?)"
)
# Nothing may stand next to a number that would make it another one: a letter or digit, a comma or point with a digit behind it;
# emphasis and invisible characters in between do not help ("$4,**200**").
_HIDE = r"[*_`\u200b\u200c\u200d\u2060\ufeff\u00ad\\]*"
BEGIN = r"(?<![^\W_])(?<![.,/$#%-])(?<!\d:)"
END = rf"(?![^\W_]|{_HIDE}[.,/:-]?{_HIDE}\d|{_HIDE}\s?%)"
NUMBER = rf"(?:{BEGIN}{NUMERAL}{SCALE}?|\b{WORDS}\b)"


def number(text: str) -> Decimal | None:
    """The value of a number in digits or in words; None when it is no number that can be read without a guess."""
    text = " ".join(text.lower().split())
    return _from_digits(text) if re.match(r"[\d.½¼¾]", text) else _from_words(text)


def canonical_money(amount: Decimal) -> str:
    """Decimal dollars with two places, more only where there are more."""
    cents = amount.quantize(CENT)
    return str(cents + 0) if cents == amount else canonical_number(amount)


def canonical_number(value: Decimal) -> str:
    """A number without grouping, exponent or trailing zeros; never "-0"."""
    return format(value.normalize() + 0, "f")


def decimal_of(text: str) -> Decimal | None:
    """A stored value ("4200.00", "4,200", "$4,200", "(500)") as a Decimal; None when it is none."""
    inner = text.strip().replace("$", "").replace(",", "").replace("%", "").strip()
    negative = inner.startswith("(") and inner.endswith(")")
    try:
        value = Decimal(inner.strip("()"))
    except InvalidOperation:
        return None
    return (-value if negative else value) if value.is_finite() else None


def _from_digits(text: str) -> Decimal | None:
    match = re.fullmatch(r"(?P<digits>[\d,]*\.?\d*)\s?(?P<part>[½¼¾]|\d/\d)?[\s-]?(?P<scale>[a-z]+)?", text)
    if match is None:
        return None
    digits, part, scale = match["digits"].replace(",", ""), match["part"], match["scale"]
    value = Decimal(digits) if digits else Decimal(0)
    if part in _FRACTIONS:
        value += _FRACTIONS[part]
    elif part:
        top, bottom = part.split("/")
        if bottom == "0":
            return None
        value += Decimal(top) / Decimal(bottom)
    if scale is None:
        return value
    factor = _SCALES.get(scale) or _LETTERS.get(scale)
    return None if factor is None else value * factor


def _from_words(text: str) -> Decimal | None:
    tail = re.search(r"^(.*?)\s+and an? (half|quarter)(?: (\w+))?$", text)
    if tail:
        if tail[1].split()[-1] in _SCALES and not tail[3]:
            return None  # "a million and a half" is no million with a half to it
        head = _from_words(tail[1])
        factor = _SCALES[tail[3]] if tail[3] else Decimal(1)
        return None if head is None else (head + _PARTS[tail[2]]) * factor
    begin = re.match(r"(?:(half|a quarter of) )?an? (?=\w)", text)
    factor = Decimal(1)
    if begin:
        factor = _PARTS["half" if begin[1] == "half" else "quarter"] if begin[1] else Decimal(1)
        text = "one " + text[begin.end() :]
    value = _add_up(re.split(r"[\s-]+", text))
    return None if value is None else value * factor


def _add_up(words: list[str]) -> Decimal | None:
    """Spoken English, each step smaller than the one before: "two thousand five hundred and six". None where it is not."""
    total = group = Decimal(0)
    ceiling = Decimal(10**18)  # what the next part of this group has to stay under
    limit = Decimal(10**18)  # what the next scale has to stay under
    for word in words:
        if word == "and":
            continue
        if word in _WORTH:
            worth = _WORTH[word]
            if worth >= ceiling:
                return None
            group += worth
            ceiling = Decimal(10) if worth >= 20 else Decimal(0)
            continue
        scale = _SCALES.get(word)
        if scale is None or not group:
            return None
        if scale == 100:
            if group >= 100:
                return None
            group, ceiling = group * scale, Decimal(100)
            continue
        if scale >= limit:
            return None
        total, group, limit, ceiling = total + group * scale, Decimal(0), scale, Decimal(10**18)
    return total + group

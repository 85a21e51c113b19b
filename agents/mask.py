"""Takes identifying numbers out of a text before it leaves for a model, and puts them back into what comes home.

Masked: social security and employer numbers, card numbers, account and routing numbers, IBANs, telephone numbers, any long bare number
that could be one, and names where the firm wishes it. Recall goes before precision, since a mask is reversible: a masked invoice number
costs nothing, a missed SSN does. Amounts of money, dates and percentages are never masked. Addresses stay: consent is what governs
those, not this module.
"""

import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass

KINDS = ("SSN", "EIN", "CARD", "ACCOUNT", "TAXID", "PHONE", "NAME")
_TOKEN = re.compile(rf"\[(?:{'|'.join(KINDS)})-\d+\]")
_NOT_AMOUNT = r"(?<![\d$€£,])(?<!\d[./-])"
_END = r"(?![\d]|[.,/-]\d|%)"
# A number of seven to fifteen digits in groups, as people write telephones; whether it is one, what stands before it says.
_CALLED = (
    r"(?P<number>(?!\d+\.\d\d?(?!\d|[ .-]\d))[+(]{0,2}\d(?:[ ().–/-]{0,3}\d){6,14}"
    r"(?: ?(?i:x|ext\.?|extension) ?\d{1,6})?)(?![\d]|[.,/]\d|%)"
)
_CALLS = "(?:tele)?(?:phone|fax|mobile|cell|cellular|tel|telefon|telefono|ph|whatsapp|sms|hotline|voicemail|landline|pager|handy|mobil)"
_PHONES = (
    # its own words call it a telephone
    rf"(?i:\b{_CALLS}s?\b(?:\s+(?:number|no|num|line|is|at))*[\s.:#]*){_CALLED}",
    # with more words between: "the mobile number of Jo Hill, from May on, is 467 3395"
    rf"(?i:\b{_CALLS}s?\b[^\d\n|$€£%]{{0,40}})(?!(?:19|20)\d\d\b){_CALLED}",
    # somebody is called, written to or reached there
    rf"(?i:\b(?:call|dial|text|texts|message|messages|reach|ring|contact|registered)\b(?:\s+(?:me|us|him|her|them|number|on|at|to|my|the))*"
    rf"[\s:]+){_CALLED}",
    # my number is 51 516 33 75: in groups, else it may be any number
    r"(?i:\b(?:my|your|his|her|our|their|new|old|this|number|numbers|at|from|(?<!code )is)\b[\s:#]+)"
    rf"(?=[+(]{{0,2}}\d+\D){_CALLED}(?! ?[A-Z])",
    # +44 20 7946 0123
    r"(?<![\w+])\+\d{1,3}(?:[ ().-]{0,2}\d){6,14}(?![\d]|[.,/]\d|%)",
    # (303) 555-0142, 303.555.0142, 303/555-0142, 1-303-555-0142 x12, 001-303-555-0142
    rf"{_NOT_AMOUNT}(?:(?:00)?\d{{1,3}}[-. ])?(?:\(\d{{3}}\)[- ]?|\d{{3}}[-. /·])\d{{3}}[-. –·]\d{{4}}"
    rf"(?: ?(?:x|ext\.?) ?\d{{1,5}})?{_END}",
    # what has an extension is dialled: 3035550142x12
    r"(?<![\w.,$€£-])(?=(?:\d[ ().-]{0,2}){7,15}(?:x|ext))[(]?\d[\d ().-]{5,22}\d ?(?:x|ext\.?) ?\d{1,5}(?![\w,%]|\.\d)",
    # 8 (495) 123-45-67, 8 495 123-45-67
    rf"{_NOT_AMOUNT}\d (?:\(\d{{3,4}}\)|\d{{3,4}}) \d{{2,3}}-\d{{2}}-\d{{2}}{_END}",
    # 555-0142
    rf"{_NOT_AMOUNT}\d{{3}}[-–]\d{{4}}{_END}",
    # (71) 4233-6306, (08) 8747 6301, (06434) 123456, 0(212)555 01 42
    r"(?<!\w)\(\d{2,5}\) ?\d{2,4}-\d{3,4}(?![\d-]|[.,/]\d|%)|"
    r"(?<!\w)(?:\(0\d{1,4}\)|0\(\d{2,4}\))[ -]?(?:\d{5,8}|\d{2,4}(?:[ -]\d{2,4}){1,3})(?![\d-]|[.,/]\d|%)",
    # 0490 75 40 81, 0961-7596216: no amount begins with a nought
    rf"{_NOT_AMOUNT}(?=(?:\d[ /-]?){{9}})0\d{{1,4}}[ /-]\d{{2,8}}(?:[ -]\d{{2,4}}){{0,4}}{_END}",
    # 51 516 33 75 in the middle of a sentence, which is no row of figures: its line goes on with words
    r"(?m)(?<![\w.,/$€£-])(?<!\d )(?<!\) )(?=(?:\d[ -]?){7,12}(?!\d))(?![\d -]*\b(?:19|20)\d\d\b)\d{2,5}(?:[ -]\d{2,7}){1,4}"
    r"(?![\d-]|[.,/]\d|%| [\d|$€£%])(?=[.,;:!?)]| [a-z])",
    # (72) 754 186 in the middle of a sentence
    r"(?<=[a-z,:] )\(\d{2,5}\) ?\d{2,8}(?: \d{2,4}){0,3}(?![\d-]|[.,/]\d|%| [\d|$€£%])(?=[.,;:!?)]| [a-z])",
    # 0490/754081, 21/7549814, 01.75.40.81.22
    rf"{_NOT_AMOUNT}(?!(?:19|20)\d\d)\d{{2,5}} ?/ ?\d{{5,8}}{_END}|(?<![\d.,$€£])\d{{2}}(?:\.\d{{2}}){{4}}(?![\d%]|[.,]\d)",
    # 60-56-85-91, 11-5555-0142, 010-5555-0142
    rf"{_NOT_AMOUNT}\d{{2}}(?:-\d{{2}}){{3,4}}{_END}|{_NOT_AMOUNT}\d{{2,3}}-\d{{4}}-\d{{4}}{_END}",
    # alone on its line between lines of words, as on a card; in groups that no amount is written in (a year is none either)
    r"(?m)(?<![\d|][\n])^(?P<number>(?!\d{1,3}(?: \d{3})+$)(?![\d -]*\b(?:19|20)\d\d\b)(?=(?:\d[ -]?){7,12}$)\d{2,5}(?:[ -]\d{2,8}){1,4})"
    r"(?=[ \t]*\n[^\W\d]|[ \t]*\Z)",
)
_PATTERNS: tuple[tuple[str, re.Pattern[str]], ...] = (
    ("ACCOUNT", re.compile(r"\b[A-Z]{2}\d{2}(?: ?[A-Z0-9]{4}){2,7}(?: ?[A-Z0-9]{1,3})?\b")),  # IBAN
    (
        "CARD",
        re.compile(
            rf"{_NOT_AMOUNT}(?:\d{{4}}[ -]){{3}}\d{{1,7}}{_END}|{_NOT_AMOUNT}\d{{4}}[ -]\d{{6}}[ -]\d{{5}}{_END}"
        ),
    ),
    ("SSN", re.compile(rf"{_NOT_AMOUNT}\d{{3}}([-–. ])\d{{2}}\1\d{{4}}{_END}")),
    ("EIN", re.compile(rf"{_NOT_AMOUNT}\d{{2}}[-–]\d{{7}}{_END}")),
    # a number that its own words call an account: from four digits on, in groups or not
    (
        "ACCOUNT",
        re.compile(
            r"(?i:\b(?:account|acct|a/c|routing|aba|iban|member|policy|card)\b(?:\s+(?:number|no|num|ending(?:\s+in)?|is))*\s*[.:#]*\s*)"
            r"(?P<number>[xX*•.-]*\d[\d -]{2,22}\d)(?![\d]|[.,/]\d|%)"
        ),
    ),
    *(("PHONE", re.compile(pattern)) for pattern in _PHONES),
    ("CARD", re.compile(rf"{_NOT_AMOUNT}\d{{12,19}}{_END}")),
    ("ACCOUNT", re.compile(rf"{_NOT_AMOUNT}\d{{10,11}}{_END}|{_NOT_AMOUNT}\d{{20,}}{_END}")),
    ("TAXID", re.compile(rf"{_NOT_AMOUNT}\d{{9}}{_END}")),
)


@dataclass(frozen=True)
class Masked:
    """Inputs without identifying numbers, and `table`: what each token stands for. The table never leaves this process."""

    inputs: dict[str, str]
    table: dict[str, str]


def mask(inputs: Mapping[str, str], known: Iterable[str] = (), names: Iterable[str] = ()) -> Masked:
    """Replace each number by a token like [SSN-1], the same number by the same token everywhere.

    `known` are numbers of this client that must go in whatever form they stand (its tax id); `names` those that go too, longest first
    and whatever their case. The same inputs always give the same tokens, so that a masked text can be looked up in the ledger.
    """
    taken = {token for text in inputs.values() for token in _TOKEN.findall(text)}
    table: dict[str, str] = {}
    tokens: dict[str, str] = {}
    free = _free(taken)
    patterns = [*(("TAXID", _anyhow(number)) for number in known), *_PATTERNS]
    if said := sorted({name for name in names if len(name) > 2}, key=lambda name: (-len(name), name)):
        patterns.insert(0, ("NAME", re.compile(rf"(?i)(?<!\w)(?:{'|'.join(map(_spaced, said))})(?!\w)")))

    def token_of(kind: str, number: str) -> str:
        if number not in tokens:
            token = next(name for name in free[kind])
            tokens[number], table[token] = token, number
        return tokens[number]

    def masked(text: str) -> str:
        for kind, pattern in patterns:
            text = _replace_all(text, kind, pattern, token_of)
        return text

    return Masked({name: masked(text) for name, text in inputs.items()}, table)


def unmask(text: str, table: Mapping[str, str]) -> str:
    """The text with every known token replaced by its number; unknown tokens stay as they are."""
    return _TOKEN.sub(lambda m: table.get(m.group(), m.group()), text)


def _free(taken: set[str]) -> dict[str, Iterator[str]]:
    def count(kind: str) -> Iterator[str]:
        number = 0
        while True:
            number += 1
            if (token := f"[{kind}-{number}]") not in taken:
                yield token

    return {kind: count(kind) for kind in KINDS}


def _replace_all(text: str, kind: str, pattern: re.Pattern[str], token_of: Callable[[str, str], str]) -> str:
    def put(match: re.Match[str]) -> str:
        number = match.groupdict().get("number") or match.group()
        return match.group().replace(number, token_of(kind, number))

    return pattern.sub(put, text)


def _anyhow(number: str) -> re.Pattern[str]:
    digits = [c for c in number if c.isdigit()]
    if len(digits) < 4:
        return re.compile(r"(?!)")
    return re.compile(r"(?<!\d)" + r"[-–. ]?".join(digits) + r"(?!\d)")


def _spaced(name: str) -> str:
    """A name as a pattern, over a break of line too."""
    return r"\s+".join(map(re.escape, name.split()))

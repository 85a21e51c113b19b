"""Takes identifying numbers out of a text before it leaves for a model, and puts them back into what comes home.

Masked: social security and employer numbers, card numbers, account and routing numbers, IBANs, and any long bare number that could be
one. Recall goes before precision, since a mask is reversible: a masked invoice number costs nothing, a missed SSN does. Amounts of
money, dates and percentages are never masked. Names and addresses stay: consent is what governs those, not this module.
"""

import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass

_TOKEN = re.compile(r"\[(?:SSN|EIN|CARD|ACCOUNT|TAXID)-\d+\]")
_NOT_AMOUNT = r"(?<![\d$€£,])(?<!\d[./-])"
_END = r"(?![\d]|[.,/-]\d|%)"
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
    ("CARD", re.compile(rf"{_NOT_AMOUNT}\d{{12,19}}{_END}")),
    ("ACCOUNT", re.compile(rf"{_NOT_AMOUNT}\d{{10,11}}{_END}|{_NOT_AMOUNT}\d{{20,}}{_END}")),
    ("TAXID", re.compile(rf"{_NOT_AMOUNT}\d{{9}}{_END}")),
)


@dataclass(frozen=True)
class Masked:
    """Inputs without identifying numbers, and `table`: what each token stands for. The table never leaves this process."""

    inputs: dict[str, str]
    table: dict[str, str]


def mask(inputs: Mapping[str, str], known: Iterable[str] = ()) -> Masked:
    """Replace each number by a token like [SSN-1], the same number by the same token everywhere.

    `known` are numbers of this client that must go in whatever form they stand (its tax id).
    The same inputs always give the same tokens, so that a masked text can be looked up in the ledger.
    """
    taken = {token for text in inputs.values() for token in _TOKEN.findall(text)}
    table: dict[str, str] = {}
    tokens: dict[str, str] = {}
    names = _names(taken)
    patterns = [*(("TAXID", _anyhow(number)) for number in known), *_PATTERNS]

    def token_of(kind: str, number: str) -> str:
        if number not in tokens:
            token = next(name for name in names[kind])
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


def _names(taken: set[str]) -> dict[str, Iterator[str]]:
    def count(kind: str) -> Iterator[str]:
        number = 0
        while True:
            number += 1
            if (token := f"[{kind}-{number}]") not in taken:
                yield token

    return {kind: count(kind) for kind in ("SSN", "EIN", "CARD", "ACCOUNT", "TAXID")}


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

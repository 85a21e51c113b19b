"""Which type of account a line of a client's books is: by its heading, by its number, by its name, as account_types.toml has them.

Owns the order in which these are asked. What none tells has no type; nothing is guessed beyond the file's words.
"""

import re
import tomllib
from functools import cache
from pathlib import Path
from typing import Literal

Type = Literal["asset", "liability", "equity", "income", "expense"]
ToldBy = Literal["section", "number", "name"]
CREDIT: frozenset[Type] = frozenset(("liability", "equity", "income"))
"""Types whose balance is usually a credit: printed without a sign on a statement, negative where debits are positive."""

_NUMBER = re.compile(r"\W*(\d{3,6}(?:[-.]\d{1,4})?)(?:\s+[·:|–—-]\s+|\s*[·:|]\s*|\s+)(?=\S)")
_FOUR = re.compile(r"\d{4,6}(?:\D|$)")


@cache
def _patterns(part: str) -> dict[str, re.Pattern[str]]:
    data = tomllib.loads((Path(__file__).parent / "account_types.toml").read_text("utf-8"))
    return {
        kind: re.compile("|".join(f"(?:{one})" for one in words), re.IGNORECASE) for kind, words in data[part].items()
    }


def section_type(words: str) -> tuple[bool, Type | None]:
    """Whether these words are a heading that is known, and the type of what stands under it (None for one of several types)."""
    bare = re.sub(r"^\W+|[\s:*]+$", "", words)
    for kind, pattern in _patterns("section").items():
        if pattern.fullmatch(bare):
            return True, None if kind == "none" else kind  # type: ignore[return-value]
    return False, None


def type_of(number: str | None, name: str, section: Type | None) -> tuple[Type, ToldBy] | None:
    """The account's type and what told it, None where nothing does. `section` is that of the heading it stands under."""
    if section is not None:
        return section, "section"
    if number is not None and _FOUR.match(number):
        for kind, digits in _patterns("number").items():
            if digits.match(number):
                return kind, "number"  # type: ignore[return-value]
    for kind, words in _patterns("name").items():
        if words.fullmatch(name):
            return kind, "name"  # type: ignore[return-value]
    return None


def numbered(words: str) -> tuple[str | None, str]:
    """An account's number and its name: "1010 · Checking" is ("1010", "Checking"). Without a number, or with nothing behind it, None and
    the words."""
    match = _NUMBER.match(words)
    if match is None or not re.search(r"[^\W\d_]", words[match.end() :]):
        return None, words
    return match[1], words[match.end() :].strip()

"""What a page and a passage are, told by their own words: the statement a page is headed with, the numbered section that begins at a
line, headings, whether a passage is a table or belongs to one.

Pure functions over text. Never decides what a question wants.
"""

import re
from collections.abc import Iterable
from functools import cache
from itertools import islice
from typing import Literal

from workspace.search.words import MARK, NUMBER, read_words, term, terms_of, trade

Heading = Literal["section", "heading"]

_CELL_BORDER = " | "
_FEWEST_CELLS = 3
_HEAD_LINES = 14
_SECTION_WORDS = 14
_HEADING_WORDS = 10
_CAPTION_WORDS = 60
_QUALIFIERS = "the condensed consolidated combined interim supplemental unaudited audited selected continued"
_AFTER_HEAD = (
    "and comprehensive income loss as of at for year years month months quarter quarters period ended ending three six nine twelve"
    " january february march april may june july august september october november december"
)
_OF_STATEMENTS = ("statement", "balance", "profit", "ſ")  # one of them is in all that the next expression finds
_MAYBE_STATEMENT = re.compile(r"statement|balance sheet|profit (?:and|&) loss", re.IGNORECASE)
_YEAR = re.compile(r"\b(?:19|20)\d\d\b")
_SECTION = re.compile(r"\W*(?:note|item|article|section|schedule|exhibit)\s+\d+[a-z]?\b[\s.:—–-]*\S", re.IGNORECASE)
_PAGE_NUMBER = re.compile(r"\d{1,3}$")
_BEGINS_LARGE = re.compile(r"[“\"(]?[A-Z0-9]")
_NO_HEADING = re.compile(r"[.;,]$|\$|\d{2}")
_INTRODUCES = re.compile(
    r"\b(?:as follows|following|tables?|below|summari[sz]ed|set forth|presents?|details?|shows?)\b|:\s*$", re.IGNORECASE
)
_FOOTNOTE = re.compile(r"^\W*(?:\(?(?:\d{1,2}|[a-z*†])\)|notes?:|\*)", re.IGNORECASE)


def is_table(text: str) -> bool:
    """Whether cells stand side by side in it."""
    return text.count(_CELL_BORDER) >= _FEWEST_CELLS


def introduces(text: str) -> bool:
    """Whether a passage that is no table says what a table beside it shows."""
    return len(text.split()) <= _CAPTION_WORDS and bool(_INTRODUCES.search(text))


def footnote(text: str) -> bool:
    """Whether a passage that is no table explains a mark in one."""
    return len(text.split()) <= _CAPTION_WORDS and bool(_FOOTNOTE.match(text))


def heading(line: str) -> Heading | None:
    """What a line heads: a numbered section ("Note 12 - Debt"), or what follows it, when it is short, begins large, ends without a
    stop and holds no figure. A line of a table of contents heads nothing."""
    plain = line.strip()
    if not plain or _CELL_BORDER in plain or (words := plain.count(" ") + 1) > _SECTION_WORDS:
        return None
    if _SECTION.match(plain) and not plain.endswith(".") and not _PAGE_NUMBER.search(plain):
        return "section"
    if words <= _HEADING_WORDS and _BEGINS_LARGE.match(plain) and not _NO_HEADING.search(plain):
        return "heading"
    return None


def statements(lines: Iterable[str]) -> frozenset[str]:
    """The statements that the first lines of a page are headed with; a line of a table of contents is no heading."""
    head = list(islice((line for line in lines if line.strip()), _HEAD_LINES))
    low = "\n".join(head).lower()
    if not any(word in low for word in _OF_STATEMENTS):
        return frozenset()
    found = (_statement(line) for line in head if _MAYBE_STATEMENT.search(line) and len(line.split()) <= _SECTION_WORDS)
    return frozenset(one for one in found if one)


def _statement(line: str) -> str | None:
    plain = re.split(r"[(\[]|\s[—–-]\s", line, maxsplit=1)[0]
    # Only quarters in words are more than their words one by one.
    read = read_words([plain]).ids.tolist() if "quarter" in plain.lower() else terms_of(plain)
    words = tuple(word for word in read if not word & MARK and word not in _terms(_QUALIFIERS))
    for length in range(len(words), 0, -1):
        statement = trade().headed.get(words[:length])
        if statement is not None:
            after = words[length:]
            dated = bool(_YEAR.search(plain)) or not any(word & NUMBER for word in after)
            return statement if dated and all(word & NUMBER or word in _terms(_AFTER_HEAD) for word in after) else None
    return None


@cache
def _terms(words: str) -> frozenset[int]:
    return frozenset(map(term, words.split()))

"""Where the sentences of a mail begin and end. Line breaks of a paragraph are none; greetings, list items and paragraphs are."""

import re
from collections.abc import Iterator

_ABBREVIATED = re.compile(
    r"(?:\b(?:mr|mrs|ms|dr|st|no|nos|inc|corp|co|ltd|jr|sr|vs|approx|dept|est|fig|etc|e\.g|i\.e|a\.m|p\.m|u\.s|jan|feb|mar|apr|jun|jul|aug|"
    r"sept?|oct|nov|dec)|\b[A-Z])\.$",
    re.IGNORECASE,
)
_BREAK = re.compile(r"[.!?…]+[\"')\]”’]*(?=\s)|\n[ \t]*\n|\n(?=[ \t]*(?:[-*•–]|\d{1,2}[.)])[ \t])|\n")
_TAIL = 12  # characters before a full stop that hold any abbreviation and the one before it
_SHORT_LINE = 40  # a line of fewer characters was ended on purpose: a greeting, a signature


def sentences(text: str, start: int = 0, end: int | None = None) -> Iterator[tuple[int, int]]:
    """Start and end of each sentence of `text` between two places, white space left out."""
    end = len(text) if end is None else end
    begin = start
    for mark in _BREAK.finditer(text, start, end):
        if not _ends(text, begin, mark):
            continue
        yield from _trimmed(text, begin, mark.end())
        begin = mark.end()
    yield from _trimmed(text, begin, end)


def _ends(text: str, begin: int, mark: re.Match[str]) -> bool:
    said = mark.group()
    if said == "\n":
        line = text[text.rfind("\n", 0, mark.start()) + 1 : mark.start()]
        after = text[mark.end() : mark.end() + 1]
        return (
            not after
            or after == "\n"
            or len(line.strip()) < _SHORT_LINE
            or text[mark.end() :].lstrip(" \t")[:1] in "-*•"
        )
    if said.startswith("\n"):
        return True
    last = text[max(begin, mark.end() - _TAIL) : mark.end()]
    if said == "." and _ABBREVIATED.search(last):
        after = text[mark.end() :].lstrip()[:1]
        return bool(re.search(r"[ap]\.m\.$", last, re.IGNORECASE)) and after.isupper()
    return True


def _trimmed(text: str, start: int, end: int) -> Iterator[tuple[int, int]]:
    piece = text[start:end]
    left, right = start + len(piece) - len(piece.lstrip()), start + len(piece.rstrip())
    if right > left:
        yield left, right

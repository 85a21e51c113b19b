"""Where a text has a number that states nothing about the client: ordered lists, citation markers, the names of plans, the boxes of forms
that the lists of labels know, and what a sentence counts of itself.

Owns what is passed over and nothing else. Whatever can be wrong about the client stays a figure: a count of the text's own points is
passed over only where as many follow.
"""

import re
from collections.abc import Iterator

from workspace.tie_out.numbers import number

_SMALL = r"two|three|four|five|six|seven|eight|nine|ten"
_LIST_NUMBER = re.compile(r"(?m)^[ \t>#]*(\d{1,2})[.)][ \t]")
_IDIOM = re.compile(
    r"\[\^?\d{1,2}\](?!\()|\bone\s+(?:less|more)\s+(?:thing|worry)\b|\b(?:401\(k\)|403\(b\)|457\(b\))"
    rf"|\b(?:these|those|all)\s+(?:{_SMALL})\b(?!-|\s+(?:[a-z-]+\s+)?[a-z]+s\b)"  # what stands beside it, counted
    r"|\bthe\s+(?:two|three|four)\s+of\s+(?:them|you|us)\b"
    rf"|\bin\s+(?:{_SMALL})\s+(?:lines|words|sentences|bullets|points|steps)\b"
    r"|\btwice(?=[\s,:—–-]+once\b[^.;!?]*\b(?:once|again)\b)"  # counted out in the same breath
    r"|\b(?:employer|employee|both|other|their|its)(?:['’]s)?(?:\s+(?:and|&)\s+(?:the\s+)?(?:employer|employee)(?:['’]s)?)?\s+(?:half|halves)\b",
    re.IGNORECASE,
)
# Boxes whose meaning the lists know (labels.toml), where the form that has them is named: there the number is read as a label.
_BOXES = (
    (re.compile(r"\bW-2\b"), re.compile(r"\bbox(?:es)?\s+[12]\b", re.IGNORECASE)),
    (re.compile(r"\bK-1\b"), re.compile(r"\bbox\s+(?:1|19)\b", re.IGNORECASE)),
)
_POINTS = re.compile(
    rf"\b(?P<count>{_SMALL}|[2-9])\s+(?:[a-z]+\s+){{0,2}}(?:things|points|notes|reminders|thoughts|dates|numbers|figures|facts|reasons|steps|lines)\b"
    r"[^.:;!?\n]{0,50}:(?P<rest>[^\n]*(?:\n+[ \t]*(?:[-*•]|\d{1,2}[.)])[^\n]*)*)",
    re.IGNORECASE,
)
_LINE = re.compile(r"(?m)^[ \t]*(?:[-*•]|\d{1,2}[.)])[ \t]")
_SENTENCE_ENDS = re.compile(r"(?<!\b[A-Z])(?<!\bMr)(?<!\bMs)(?<!\bDr)[.!?](?:\s|$)")
_YEAR = re.compile(r"(?<=\d),(?=\s+\d{4}\b)")
_PARTS = re.compile(r"[;,]\s+(?:and\s+)?|\s+and\s+")


def no_figures(text: str) -> list[tuple[int, int]]:
    """The spans that are passed over."""
    idioms = (match.span() for match in _IDIOM.finditer(text))
    return [*_list_numbers(text), *idioms, *_boxes(text), *_own_points(text)]


def _list_numbers(text: str) -> Iterator[tuple[int, int]]:
    """The numbers of ordered lists and headings, each list counted from 1."""
    last = 0
    for match in _LIST_NUMBER.finditer(text):
        number = int(match[1])
        if number in (1, last + 1):  # a line of prose that happens to begin with "15." is no list
            last = number
            yield match.span(1)


def _boxes(text: str) -> Iterator[tuple[int, int]]:
    for form, box in _BOXES:
        if form.search(text):
            yield from (match.span() for match in box.finditer(text))


def _own_points(text: str) -> Iterator[tuple[int, int]]:
    """ "Three things to remember:" where three follow."""
    for match in _POINTS.finditer(text):
        count = number(match["count"])
        if count is not None and int(count) in _parts_of(match["rest"]):
            yield match.span("count")


def _parts_of(rest: str) -> set[int]:
    """How many points there may be: lines, else parts by semicolon, else by comma, with or without the last "and"."""
    lines = len(_LINE.findall(rest))
    if lines:
        return {lines}
    end = _SENTENCE_ENDS.search(rest)
    plain = _YEAR.sub("", rest[: end.start()] if end else rest)
    if ";" in plain:
        return {len(plain.split(";"))}
    commas = len(re.split(r",\s+", plain))
    return {commas, len(_PARTS.split(plain))}

"""Markdown with its tickmarks carried through the parser: each marked figure goes in between two characters that no text uses.

Owns the small Markdown that letters may hold (paragraphs, lists, tables, headings, emphasis, rules): no links, no images, no HTML, so
that nothing of a client's file becomes active in a browser.
"""

from collections.abc import Iterator, Mapping, Sequence
from functools import lru_cache
from typing import Any

from markdown_it import MarkdownIt
from markdown_it.token import Token

from workspace.deliverables.model import UNPRINTED

_FIRST = 0xF0000  # private use: the opening mark of tickmark n is the character _FIRST + n
CLOSE = "\uf8ff"
SIGNED = ("Sincerely,", "Respectfully,")  # the line above a signature: paper leaves room below it
_MOST = 0xFFFD
_RULES = ["table", "list", "heading", "hr", "newline", "escape", "emphasis"]


@lru_cache(maxsize=1)
def parser() -> MarkdownIt:
    """The parser of every paper."""
    return MarkdownIt("zero").enable(_RULES)


def is_open(character: str) -> bool:
    return _FIRST <= ord(character) <= _FIRST + _MOST


def tick_of(character: str) -> int:
    """The index of the tickmark that an opening mark stands for."""
    return ord(character) - _FIRST


def marked(markdown: str, section: int, tickmarks: Sequence[Mapping[str, Any]]) -> str:
    """The Markdown of a section with its figures between marks. Offsets that do not fit the text mark nothing."""
    parts, at = [], 0
    for index, mark in enumerate(tickmarks[:_MOST]):
        start, end = mark["start"], mark["end"]
        if mark.get("section", 0) == section and at <= start < end <= len(markdown):
            parts += [markdown[at:start], chr(_FIRST + index), markdown[start:end], CLOSE]
            at = end
    return "".join((*parts, markdown[at:]))


def tokens(markdown: str) -> list[Token]:
    return list(parser().parse(markdown))


def pieces(text: str) -> Iterator[tuple[str, int | None]]:
    """A text with marks as pieces: (text, index of its tickmark or None)."""
    plain: list[str] = []
    inside: list[str] = []
    index: int | None = None
    for character in text:
        if is_open(character):
            if plain:
                yield "".join(plain), None
            plain, inside, index = [], [], tick_of(character)
        elif character == CLOSE:
            yield "".join(inside), index
            inside, index = [], None
        elif index is None:
            plain.append(character)
        else:
            inside.append(character)
    rest = "".join(plain or inside)
    if rest:
        yield rest, index


def to_the_right(token: Token) -> bool:
    """Whether the opening of a table's cell says that its column stands to the right (`---:`)."""
    return "text-align:right" in str(token.attrGet("style") or "")


def printed_title(title: str, headings: bool) -> str:
    """The heading of a section, "" where none is printed."""
    return "" if not headings or title in UNPRINTED else title

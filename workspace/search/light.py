"""Which words of a hit were asked for, so that a page can light them; and which lines of a long passage to show.

Pure functions over text. Knows no database and no ranking.
"""

import re
from collections.abc import Mapping, Sequence
from functools import cache

from workspace.search.question import read_question
from workspace.search.words import ASKING, matches, read_words, terms_of, trade

Piece = tuple[str, bool]
"""Words, and whether they are lit."""

_WORD = re.compile(r"[^\W_]+(?:[&/'’.,-][^\W_]+)*")
_LINES = 3
_LINE = 220
_CELL_BORDER = " | "


def lit(text: str, query: str) -> tuple[tuple[Piece, ...], ...]:
    """The lines of a passage that show why it was found, in their order, each in pieces: those with the most words of the question, of a
    table its head too. A word is lit in any of its forms, and when the trade calls the same thing so."""
    asked = _asked(query)
    lines = [line.strip() for line in text.split("\n") if line.strip()]
    same = _same_thing(lines, asked)
    read = [_pieces(line, asked | same.get(at, frozenset())) for at, line in enumerate(lines)]
    fits = [len({piece.lower() for piece, on in line if on}) for line in read]
    best = sorted(range(len(lines)), key=lambda at: (-fits[at], at))[:_LINES]
    if lines and _CELL_BORDER in "".join(lines) and 0 not in best:
        best = [0, *best[: _LINES - 1]]
    return tuple(_shortened(read[at]) for at in sorted(best))


@cache
def _asked_of(query: str) -> frozenset[int]:
    return frozenset(word for word in read_question(query).terms if not word & ASKING)


def _asked(query: str) -> frozenset[int]:
    return _asked_of(query[:500])


def _same_thing(lines: Sequence[str], asked: frozenset[int]) -> Mapping[int, frozenset[int]]:
    """By the place of a line, the words of its phrases that have the name of a phrase that is asked for; lines without one are left out."""
    if asked.isdisjoint(trade().names):
        return {}
    words = read_words(lines)
    found: dict[int, set[int]] = {}
    for match in matches(words.ids, words.texts, trade().same):
        if match.name in asked:
            said = words.ids[match.first : match.behind].tolist()
            found.setdefault(int(words.texts[match.first]), set()).update(word for word in said if not word & ASKING)
    return {at: frozenset(each) for at, each in found.items()}


def _pieces(line: str, asked: frozenset[int]) -> list[Piece]:
    found: list[Piece] = []
    behind = 0
    for match in _WORD.finditer(line):
        if not asked.isdisjoint(terms_of(match[0])):
            found += [(line[behind : match.start()], False), (match[0], True)]
            behind = match.end()
    return [piece for piece in [*found, (line[behind:], False)] if piece[0]]


def _shortened(pieces: Sequence[Piece]) -> tuple[Piece, ...]:
    """A long line around its first lit word."""
    before = len(pieces[0][0]) if len(pieces) > 1 and not pieces[0][1] else 0
    skipped = max(0, before - _LINE // 3)
    room, found = _LINE, list[Piece]()
    for at, (words, on) in enumerate(pieces):
        kept = "…" + words[skipped:].partition(" ")[2] if at == 0 and skipped else words
        found.append((kept if len(kept) <= room else kept[:room].rstrip() + "…", on))
        room -= len(kept)
        if room <= 0:
            break
    return tuple(found)

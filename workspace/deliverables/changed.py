"""What changed between two texts: paragraph by paragraph and row by row, and inside them word by word. Compares; never reads a row."""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher
from typing import Any, Literal

from workspace.deliverables.render.marks import printed_title

_WORD = re.compile(r"\s+|[^\s]+")
_RULE = re.compile(r"^\s*\|?[\s:|-]+\|?\s*$")
_ALIKE = 0.35  # less than that in common: one went and another came

Piece = tuple[str, bool]  # words, and whether they differ from the other side
Cells = tuple[tuple[Piece, ...], ...]


@dataclass(frozen=True)
class Line:
    """A paragraph, a list item, a heading or a row of a table on both sides. `left`, `right` are its cells, one for what is no table; None
    where the line stands on one side only."""

    kind: Literal["same", "changed", "gone", "new"]
    shape: Literal["text", "item", "title", "row"]
    left: Cells | None
    right: Cells | None


@dataclass(frozen=True)
class Comparison:
    lines: tuple[Line, ...]

    def count(self, kind: str) -> int:
        return sum(line.kind == kind for line in self.lines)

    @property
    def differing(self) -> int:
        """How many lines are not the same on both sides."""
        return sum(line.kind != "same" for line in self.lines)

    def in_words(self) -> str:
        """`2 changed, 1 new`; "" where both are the same."""
        counted = ((self.count(kind), kind) for kind in ("changed", "new", "gone"))
        return ", ".join(f"{number} {kind}" for number, kind in counted if number)

    @property
    def same(self) -> bool:
        return all(line.kind == "same" for line in self.lines)


def compare(old: Sequence[Mapping[str, Any]], new: Sequence[Mapping[str, Any]], headings: bool = True) -> Comparison:
    """Both texts as lines side by side, in the order of the new one with what is gone where it stood."""
    left, right = list(_blocks(old, headings)), list(_blocks(new, headings))
    found: list[Line] = []
    matcher = SequenceMatcher(None, left, right, autojunk=False)
    for tag, a, b, c, d in matcher.get_opcodes():
        if tag == "equal":
            found += [_whole("same", block, block) for block in left[a:b]]
        else:
            found += _replaced(left[a:b], right[c:d])
    return Comparison(tuple(found))


Block = tuple[str, tuple[str, ...]]


def _blocks(sections: Sequence[Mapping[str, Any]], headings: bool) -> Iterator[Block]:
    for section in sections:
        title = printed_title(section["title"], headings)
        if title:
            yield "title", (title,)
        for line in re.split(r"\n+", str(section["markdown"])):
            text = line.replace("**", "").strip()
            if not text or _RULE.fullmatch(text):
                continue
            if text.startswith("|"):
                yield "row", tuple(cell.strip() for cell in text.strip("|").split("|"))
            elif text.startswith("- "):
                yield "item", (text[2:],)
            else:
                yield "text", (text.lstrip("# "),)


def _replaced(left: list[Block], right: list[Block]) -> list[Line]:
    """Runs that differ: each new line with the first old one that has enough in common, in order; the others are gone or new."""
    found: list[Line] = []
    at = 0
    for block in right:
        partner = next((n for n in range(at, len(left)) if _alike(left[n], block)), None)
        if partner is None:
            found.append(_whole("new", None, block))
            continue
        found += [_whole("gone", one, None) for one in left[at:partner]]
        found.append(_words(left[partner], block))
        at = partner + 1
    return found + [_whole("gone", one, None) for one in left[at:]]


def _alike(old: Block, new: Block) -> bool:
    if old[0] != new[0]:
        return False
    if old[0] == "row" and old[1][0] == new[1][0]:
        return True
    words = SequenceMatcher(None, " ".join(old[1]).split(), " ".join(new[1]).split(), autojunk=False)
    return words.quick_ratio() >= _ALIKE and words.ratio() >= _ALIKE


def _whole(kind: Literal["same", "gone", "new"], old: Block | None, new: Block | None) -> Line:
    shape: Any = (old or new or ("text", ()))[0]
    return Line(kind, shape, _plain(old, kind != "same"), _plain(new, kind != "same"))


def _plain(block: Block | None, differs: bool) -> Cells | None:
    return tuple(((cell, differs),) for cell in block[1]) if block is not None else None


def _words(old: Block, new: Block) -> Line:
    width = max(len(old[1]), len(new[1]))
    pairs = [_cell(_at(old[1], n), _at(new[1], n)) for n in range(width)]
    shape: Any = new[0]
    return Line("changed", shape, tuple(pair[0] for pair in pairs), tuple(pair[1] for pair in pairs))


def _at(cells: tuple[str, ...], n: int) -> str:
    return cells[n] if n < len(cells) else ""


def _cell(old: str, new: str) -> tuple[tuple[Piece, ...], tuple[Piece, ...]]:
    a, b = _WORD.findall(old), _WORD.findall(new)
    left: list[Piece] = []
    right: list[Piece] = []
    for tag, i, j, k, m in SequenceMatcher(None, a, b, autojunk=False).get_opcodes():
        differs = tag != "equal"
        if j > i:
            left.append(("".join(a[i:j]), differs))
        if m > k:
            right.append(("".join(b[k:m]), differs))
    return tuple(left), tuple(right)

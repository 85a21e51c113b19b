"""Texts to terms: stems, pairs of neighbours, and the one name that the trade gives to several phrases. A term is a number.

Owns the reading of trade_words.toml, and how a word becomes a number: the same in every process, and many texts at once, because the
first question about a client reads all its words. Knows no passages and no ranking.
"""

import hashlib
import re
import tomllib
import unicodedata
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from itertools import chain
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

Ids = NDArray[np.int64]

# The lowest bits of a term say what it is. Pairs and names have none set.
NUMBER, ASKING, OF_THE_PAPER, MARK = 1, 2, 4, 8
_FLAG_BITS = 4
TERM_BITS = 43
_HASH_BITS = TERM_BITS - _FLAG_BITS

_FILE = Path(__file__).with_name("trade_words.toml")
# Abbreviations with & and / (R&D, A/R), forms (K-1, 10-Q), numbers with separators, words of any script, and where lines and cells end.
_WORD = re.compile(
    r"[a-z][a-z0-9]++(?![&/'])|\n|\||\d[\d,]*+(?:\.\d+)?(?![\da-z-])|[a-z]{1,2}(?:[&/][a-z])+\b|\d+-[a-z]\b|[a-z]-\d+\b"
    r"|[1-4](?:st|nd|rd|th)\b|\d[\d,]*+(?:\.\d+)?(?![\da-z])|[a-z][a-z0-9]*(?:'[a-z]+)?|[^\W\d_]+"
)
_OTHER_LETTER = re.compile(r"[^\W\d_a-z]")
# British spellings read as American ones; that "rise" turns into "rize" does no harm, since it does so everywhere.
_BRITISH = re.compile(r"is(ation|ations|e|ed|es|ing)$")
_ORDINALS = (("first", "1st"), ("second", "2nd"), ("third", "3rd"), ("fourth", "4th"))
_MOST_WORDS_KEPT = 200_000
_MOST_PIECES_KEPT = 50_000
_SOME_BITS = 0xFFFF


@dataclass(frozen=True)
class Words:
    """Texts as terms in reading order. For each word: its term, the number of its text, of its line (counted over all texts, empty
    ones too) and of its cell in that line."""

    ids: Ids
    texts: Ids
    lines: Ids
    cells: Ids

    def flagged(self, flag: int) -> NDArray[np.bool_]:
        """Which words are numbers, only ask, or speak of the paper."""
        found: NDArray[np.bool_] = (self.ids & flag) != 0
        return found


@dataclass(frozen=True)
class Match:
    """A phrase: the words from `first` to before `behind`, and the term of its name."""

    first: int
    behind: int
    name: int


@dataclass(frozen=True)
class Phrases:
    """Sequences of terms and what each stands for; by first term, the longest first. `alone`: phrases of one word, sorted;
    `beginnings`: the first two words of the others as pairs, sorted."""

    by_first: Mapping[int, Sequence[tuple[list[int], int]]]
    alone: Ids
    beginnings: Ids


@dataclass(frozen=True)
class Trade:
    """The curated list. `same`: phrases to the term of their name. `stands_in`: by the term of a name the statements where the trade
    looks for it. `headed`: how a statement is headed. `kinds`: phrases to kinds of documents. `names`: every term to its words."""

    same: Phrases
    stands_in: Mapping[int, frozenset[str]]
    headed: Mapping[tuple[int, ...], str]
    kinds: Phrases
    names: Mapping[int, str]


class _Terms(dict[str, int]):
    """Written words to terms, each worked out once."""

    def __missing__(self, word: str) -> int:
        if len(self) > _MOST_WORDS_KEPT:
            self.clear()
        found = self[word] = _term_of(word)
        return found


_known = _Terms()
# Stands for the end of a line among the pieces of a text; no text that was read holds it.
_END = "\0"


class _Pieces(dict[str, tuple[int, ...]]):
    """What stands between two blanks to its terms, each worked out once: no word goes over a blank."""

    def __missing__(self, piece: str) -> tuple[int, ...]:
        if len(self) > _MOST_PIECES_KEPT:
            self.clear()
        found = self[piece] = tuple(_known[word] for word in _WORD.findall("\n" if piece == _END else piece))
        return found


_pieces = _Pieces()


def terms_of(text: str) -> list[int]:
    """The terms of a short text, one for each word as it is written."""
    return [_known[word] for word in _WORD.findall(_plain(text))]


def _plain(text: str) -> str:
    """In lower case, without accents and ligatures: García is Garcia, and so is a "fi" that is one letter."""
    lower = text.lower().replace("’", "'")
    if lower.isascii() or not _OTHER_LETTER.search(lower):
        return lower
    return "".join(c for c in unicodedata.normalize("NFKD", lower) if not unicodedata.combining(c))


def read_words(texts: Iterable[str]) -> Words:
    """The words of each text."""
    ids: list[int] = []
    ends: list[int] = []
    for text in texts:
        pieces = _plain(text).replace("\n", f" {_END} ").split()
        ids += chain.from_iterable(map(_pieces.__getitem__, pieces))
        ends.append(len(ids))
    flat = np.asarray(ids, dtype=np.int64)
    owners = np.repeat(np.arange(len(ends)), np.diff([0, *ends]))
    broken, bars = flat == _known["\n"], np.cumsum(flat == _known["|"])
    lines = np.cumsum(broken) + owners
    line_begins = np.searchsorted(lines, lines)
    cells = bars - np.where(line_begins > 0, bars[line_begins - 1], 0) if len(flat) else bars
    kept = (flat & MARK) == 0
    return _with_quarters(Words(flat[kept], owners[kept], lines[kept], cells[kept]))


def _with_quarters(words: Words) -> Words:
    """Quarters in words ("third quarter", "third fiscal quarter") as q3."""
    ids, drop = words.ids.copy(), list[int]()
    for at in np.flatnonzero(ids == _known["quarter"]):
        first = at - 2 if at >= 2 and ids[at - 1] == _known["fiscal"] else at - 1
        quarter = _ordinals().get(int(ids[first])) if first >= 0 and words.texts[first] == words.texts[at] else None
        if quarter is not None:
            ids[first] = quarter
            drop += range(first + 1, at + 1)
    if not drop:
        return words
    return Words(*(np.delete(each, drop) for each in (ids, words.texts, words.lines, words.cells)))


def pairs(ids: Ids, texts: Ids) -> tuple[Ids, Ids]:
    """Neighbours of the same text as terms, words that only ask left out, and the texts that they stand in."""
    said = (ids & ASKING) == 0
    ids, texts = ids[said], texts[said]
    together = texts[1:] == texts[:-1]
    return pair(ids[:-1][together], ids[1:][together]), texts[1:][together]


def pair(first: Ids, second: Ids) -> Ids:
    """Two terms as one."""
    mixed = first.astype(np.uint64) * np.uint64(0x9E3779B97F4A7C15) + second.astype(np.uint64)
    mixed = (mixed ^ (mixed >> np.uint64(29))) * np.uint64(0xBF58476D1CE4E5B9)
    return ((mixed >> np.uint64(64 - _HASH_BITS)) << np.uint64(_FLAG_BITS)).astype(np.int64)


def matches(ids: Ids, texts: Ids, phrases: Phrases) -> list[Match]:
    """Where phrases stand, none inside or across another or across two texts."""
    begins = _among(ids, phrases.alone)
    begins[:-1] |= _among(pair(ids[:-1], ids[1:]), phrases.beginnings)
    words, found, free = ids.tolist(), list[Match](), 0
    for first in np.flatnonzero(begins).tolist():
        if first < free:
            continue
        for phrase, name in phrases.by_first[words[first]]:
            behind = first + len(phrase)
            if words[first:behind] == phrase and texts[behind - 1] == texts[first]:
                found.append(Match(first, behind, name))
                free = behind
                break
    return found


def _among(ids: Ids, wanted: Ids) -> NDArray[np.bool_]:
    """Whether each is one of `wanted`, which is sorted and not empty. Most are not, and some of their bits tell."""
    marked = np.zeros(_SOME_BITS + 1, dtype=bool)
    marked[(wanted >> _FLAG_BITS) & _SOME_BITS] = True
    maybe = np.flatnonzero(marked[(ids >> _FLAG_BITS) & _SOME_BITS])
    few, found = ids[maybe], np.zeros(len(ids), dtype=bool)
    found[maybe] = wanted[np.minimum(np.searchsorted(wanted, few), len(wanted) - 1)] == few
    return found


def term(word: str) -> int:
    """The term of one word. Raises ValueError for what is not one word."""
    (found,) = _WORD.findall(_plain(word))
    return _known[found]


def name_term(name: str) -> int:
    """The term of a name of the curated list."""
    return _hashed(f"={name}", 0)


def _term_of(word: str) -> int:
    if word in ("\n", "|"):
        return _hashed(word, MARK)
    if word[0].isdigit():
        stem = word.replace(",", "")
        return _hashed(stem, NUMBER | (OF_THE_PAPER if stem in _of_the_paper() else 0))
    stem = _stem(word)
    flags = (ASKING if stem in _asking() else 0) | (OF_THE_PAPER if stem in _of_the_paper() else 0)
    return _hashed(stem, flags)


def _hashed(text: str, flags: int) -> int:
    digest = int.from_bytes(hashlib.blake2b(text.encode(), digest_size=8).digest(), "big")
    return (digest >> (64 - _HASH_BITS)) << _FLAG_BITS | flags


def _stem(word: str) -> str:
    plain = _BRITISH.sub(r"iz\1", word.removesuffix("'s")).replace("'", "")
    return str(_stemmer().stemWord(plain))


@cache
def _stemmer() -> Any:
    import Stemmer

    return Stemmer.Stemmer("english")


@cache
def _ordinals() -> dict[int, int]:
    return {_known[word]: _known[f"q{number}"] for number, both in enumerate(_ORDINALS, start=1) for word in both}


@cache
def _read() -> dict[str, Any]:
    return tomllib.loads(_FILE.read_text(encoding="utf-8"))


@cache
def _asking() -> frozenset[str]:
    return frozenset(_stem(word) for word in _read()["asking"]["words"].split())


@cache
def _of_the_paper() -> frozenset[str]:
    words = _WORD.findall(_read()["asking"]["of_the_paper"])
    return frozenset(word if word[0].isdigit() else _stem(word) for word in words)


@cache
def trade() -> Trade:
    """The list, read once."""
    read = _read()
    stands_in: dict[int, frozenset[str]] = {}
    for statement, names in read["stands_in"].items():
        for name in names:
            stands_in[name_term(name)] = stands_in.get(name_term(name), frozenset()) | {statement}
    return Trade(
        same=_phrases(read["same"]),
        stands_in=stands_in,
        headed={_sequence(words): statement for statement, each in read["headed"].items() for words in each},
        kinds=_phrases(read["kinds"]),
        names={name_term(name): name for name in [*read["same"], *read["kinds"]]},
    )


def _phrases(named: Mapping[str, Sequence[str]]) -> Phrases:
    by_first: dict[int, list[tuple[list[int], int]]] = {}
    for name, phrases in named.items():
        for phrase in phrases:
            words = list(_sequence(phrase))
            by_first.setdefault(words[0], []).append((words, name_term(name)))
    for each in by_first.values():
        each.sort(key=lambda one: -len(one[0]))
    all_ = [words for each in by_first.values() for words, _ in each]
    longer = np.asarray([words[:2] for words in all_ if len(words) > 1], dtype=np.int64).reshape(-1, 2)
    alone = np.asarray(sorted(words[0] for words in all_ if len(words) == 1), dtype=np.int64)
    return Phrases(by_first, alone, np.sort(pair(longer[:, 0], longer[:, 1])))


def _sequence(phrase: str) -> tuple[int, ...]:
    return tuple(read_words([phrase]).ids.tolist())

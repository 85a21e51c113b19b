"""Two right figures of a sentence, each in the other's place: "the landlord gets $41,350 and the staff $6,200".

Weighs the single words of the lists (labels.toml), not only their wordings: a word that few senses have says more than one of many.
Compares two figures with each other and never one with the whole file, so that words that nobody listed weigh nothing. Reads no grammar.
"""

import re
from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from itertools import combinations, pairwise

from workspace.tie_out import labels
from workspace.tie_out.fact import Fact
from workspace.tie_out.figures import Figure

TYPES = ("money", "percent", "count")  # of two days the clause does not say whose is which
_NEAR = 120  # characters between two figures of one thought
_BETTER = 0.3  # as by three words that ten senses share, or a third of one that is a sense's own
_SHORTEST = 3
_FROM = re.compile(r"\bfrom[\s*_]+$", re.I)
_TO = re.compile(r"[\s*_]+(?:(?:in|for)\s+[^,.;]{1,40}?)?to[\s*_]+", re.I)
_WORD = re.compile(r"[a-z]+")
_SAYS_NOTHING = frozenset(
    "the and for with from are was were been you your our not that this their they them his her its will would has have had still yet"  # noqa: SIM905
    " each every one paid pay amount total due out off under after before into over only".split()
)


@dataclass(frozen=True)
class Placed:
    """A figure that was tied, the words of its clause, and the fact behind it. `named`: a wording of the lists says that it is this."""

    figure: Figure
    words: frozenset[str]
    fact: Fact
    named: bool


def swapped(text: str, placed: Sequence[Placed]) -> Iterator[tuple[Placed, Placed]]:
    """The pairs that fit the words better the other way round; what a wording of the lists names is where it is said to be."""
    alike = [one for one in placed if one.fact.type in TYPES and one.fact.label and not one.named]
    for one, other in combinations(alike, 2):
        if one.fact.type != other.fact.type or one.fact.canonical == other.fact.canonical:
            continue
        between = text[one.figure.end : other.figure.start]
        if len(between) <= _NEAR and "\n" not in between and _gain(one, other) >= _BETTER:
            yield one, other


def backwards(text: str, placed: Sequence[Placed]) -> Iterator[tuple[Placed, Placed]]:
    """The pairs that a text takes from the later period to the earlier: "our fee goes from" this year's "to" last year's."""
    alike = sorted(
        (one for one in placed if one.fact.type in TYPES and one.fact.label), key=lambda one: one.figure.start
    )
    for one, other in pairwise(alike):
        heads = {each.fact.label.partition(",")[0] for each in (one, other)}
        if (
            one.fact.type != other.fact.type
            or len(heads) > 1
            or len(one.fact.periods) != 1
            or len(other.fact.periods) != 1
        ):
            continue
        to = _TO.fullmatch(text, one.figure.end, other.figure.start)
        if (
            to
            and _FROM.search(text, max(0, one.figure.start - 12), one.figure.start)
            and one.fact.periods > other.fact.periods
        ):
            yield one, other


def _gain(one: Placed, other: Placed) -> float:
    as_it_is = _fit(one.words, one.fact) + _fit(other.words, other.fact)
    return _fit(one.words, other.fact) + _fit(other.words, one.fact) - as_it_is


def _fit(words: frozenset[str], fact: Fact) -> float:
    """How much the words say that a figure is this fact."""
    known = _said_of(fact.type, fact.senses, fact.label.partition(",")[0].casefold())
    return sum(known.get(word, 0.0) for word in {_stem(word) for word in words})


@lru_cache(maxsize=2048)
def _said_of(kind: str, senses: frozenset[str], head: str) -> Mapping[str, float]:
    """The words that say what a fact is, each with what it weighs: those of its label all, those of a list the more the fewer senses have
    them."""
    words, shared = _vocabulary(kind)
    found = {word: 1 / shared[word] for sense in senses for word in words.get(sense, ())}
    return found | {_stem(word): 1.0 for word in _WORD.findall(head) if word not in _SAYS_NOTHING}


@lru_cache(maxsize=8)
def _vocabulary(kind: str) -> tuple[Mapping[str, frozenset[str]], Mapping[str, int]]:
    """The words by sense, and how many senses have each."""
    found: dict[str, set[str]] = defaultdict(set)
    for sense, wording in labels.wordings(kind):
        plain = (word for word in _WORD.findall(wording.casefold()) if word not in _SAYS_NOTHING)
        found[sense] |= {_stem(word) for word in plain if len(word) >= _SHORTEST}
    return {sense: frozenset(words) for sense, words in found.items()}, Counter(
        word for words in found.values() for word in words
    )


@lru_cache(maxsize=8192)
def _stem(word: str) -> str:
    plain = word.casefold().strip("’'")
    for ending in ("ies", "ing", "ed", "es", "s"):
        if plain.endswith(ending) and len(plain) - len(ending) >= _SHORTEST:
            return plain[: -len(ending)]
    return plain

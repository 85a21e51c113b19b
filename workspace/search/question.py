"""What a question asks: its terms with their weights, the statements and kinds of documents that it names, whether it wants a figure.

Owns the reading of a question's words alone. Knows no client, no passage, no model.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache

import numpy as np

from workspace.search.words import ASKING, NUMBER, OF_THE_PAPER, Words, matches, pair, read_words, term, terms_of, trade

# A phrase's words count less than its name, which carries them already; their pairs do not count at all.
_IN_PHRASE = 0.5
_PAIR = 0.5
# "Q3" stands all over the papers of a quarter.
_QUARTER = 0.3
_FIGURE = re.compile(
    r"\b(?:how (?:much|many)|percent\w*|ratio|average|total|sum|change|difference|increase|decrease|growth|amount|value|balance|rate"
    r"|what (?:is|was|were|are) the|in which year|which years?)\b",
    re.IGNORECASE,
)
_REASON = re.compile(
    r"^\W*(?:why|who|whom|whose|where)\b|\bwhat (?:does|do|did)\b|\b(?:explain|describe|represents?|mean|consists? of)\b",
    re.IGNORECASE,
)


@dataclass(frozen=True)
class Question:
    """A question as search takes it. `terms` with their weights; `labels`: the terms to compare with names of rows and headings;
    `statements` where the trade would look; `kinds` of documents it names; `meaning` is what is embedded."""

    terms: dict[int, float]
    labels: tuple[int, ...]
    statements: frozenset[str]
    kinds: frozenset[str]
    wants_figure: bool
    wants_row: bool
    meaning: str


def read_question(text: str) -> Question:
    """Nothing of a question is lost: when only words that ask remain, they are its terms."""
    words = read_words([text])
    found = matches(words.ids, words.texts, trade().same)
    kinds = matches(words.ids, words.texts, trade().kinds)
    names = {match.name for match in found}
    reason = bool(_REASON.search(text))
    terms = _weighed(words, {at: place for place, match in enumerate(found) for at in range(match.first, match.behind)})
    terms |= dict.fromkeys(names, 1.0)
    return Question(
        terms=terms or dict.fromkeys(words.ids.tolist(), 1.0),
        labels=_labels(words),
        statements=frozenset().union(*(trade().stands_in.get(name, frozenset()) for name in names)),
        kinds=frozenset(trade().names[match.name] for match in kinds),
        wants_figure=bool(_FIGURE.search(text)) and not reason,
        wants_row=not reason,
        meaning=_about(text),
    )


def _weighed(words: Words, phrase_of: Mapping[int, int]) -> dict[int, float]:
    """The words and their pairs; `phrase_of` tells which words are of one phrase."""
    kept = [at for at, word in enumerate(words.ids.tolist()) if not word & (ASKING | OF_THE_PAPER)]
    found: dict[int, float] = {}
    for at in kept:
        word = int(words.ids[at])
        weight = _of_period(word) * (_IN_PHRASE if at in phrase_of else 1.0)
        found[word] = max(weight, found.get(word, 0.0))
    ids = words.ids[kept]
    for both, first, second in zip(pair(ids[:-1], ids[1:]).tolist(), kept[:-1], kept[1:], strict=True):
        if first not in phrase_of or phrase_of[first] != phrase_of.get(second):
            found[both] = _PAIR * min(_of_period(int(words.ids[at])) for at in (first, second))
    return found


def _of_period(word: int) -> float:
    return _QUARTER if word in _quarters() else 1.0


@cache
def _quarters() -> frozenset[int]:
    return frozenset(term(f"q{number}") for number in range(1, 5))


def _labels(words: Words) -> tuple[int, ...]:
    """The subject of the question: phrases under their one name, no numbers, no quarters, no words that ask or speak of the paper."""
    about = words.ids[~words.flagged(OF_THE_PAPER)]
    ids = about.copy()
    drop: list[int] = []
    for match in matches(about, np.zeros_like(about), trade().same):
        ids[match.first] = match.name
        drop += range(match.first + 1, match.behind)
    kept = np.delete(ids, drop)
    return tuple(dict.fromkeys(w for w in kept.tolist() if not w & (ASKING | NUMBER) and w not in _quarters()))


def _about(text: str) -> str:
    """The question without the words that only speak of the paper; whole when nothing else is left."""
    kept = [part for part in text.split() if not _speaks_of_the_paper(part)]
    return " ".join(kept) or text


def _speaks_of_the_paper(part: str) -> bool:
    words = terms_of(part)
    return bool(words) and all(word & OF_THE_PAPER for word in words)

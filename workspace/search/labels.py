"""Short texts that name something: the first cells of table rows, headings, numbered sections. How well the best of a passage's labels
fits what is asked.

Labels are lines of words that are read already. Knows no database.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache

import numpy as np
from numpy.typing import NDArray

from workspace.search.bm25 import MOST_TEXTS, Floats, Postings, post
from workspace.search.words import ASKING, NUMBER, Ids, Match, Words, term, trade

# Keeps a word that every passage holds from weighing nothing.
_COMMON = 0.1
# Words that many headings share.
_GENERAL = (
    "note notes item part article section schedule exhibit continued unaudited millions thousands except per share amounts"
    " details other"
)


@dataclass(frozen=True)
class Labels:
    """`owners[i]` is the passage of label i, `weights[i]` the sum of the rarities of its words."""

    postings: Postings
    owners: Ids
    weights: Floats

    def fit(self, asked: Mapping[int, float], size: int) -> Floats:
        """For each of `size` passages how well its best label fits, 0 to 1. `asked`: the words asked for with their rarities.

        A label fits when its words are asked for, and when they are enough of what is asked: 40 % of it, or its weightiest word."""
        fit = np.zeros(size)
        if not asked or not len(self.owners):
            return fit
        shared = np.zeros(len(self.owners))
        for word, weight in asked.items():
            shared[self.postings.holding(word)[0]] += weight
        enough = min(0.4 * sum(asked.values()), _weightiest(asked))
        np.maximum.at(fit, self.owners, (shared / self.weights) ** 1.5 * np.minimum(1.0, shared / enough))
        return fit


def rarities(words: Postings, labels: Sequence[int]) -> dict[int, float]:
    """The weights of the words of a label in this client's file."""
    found = words.rarity(np.asarray(labels, dtype=np.int64)) + _COMMON
    return dict(zip(labels, found.tolist(), strict=True))


def _weightiest(asked: Mapping[int, float]) -> float:
    """Of the names of the trade where one is asked for, else of all words."""
    return max([weight for word, weight in asked.items() if word in trade().names] or asked.values())


def under_names(words: Words, found: Sequence[Match]) -> Words:
    """The words of labels: the phrases `found` in one cell under their one name, no numbers, no words that only ask."""
    ids, keep = words.ids.copy(), (words.ids & (ASKING | NUMBER)) == 0
    lines, cells = words.lines, words.cells
    for match in found:
        last = match.behind - 1
        if lines[match.first] == lines[last] and cells[match.first] == cells[last]:
            ids[match.first] = match.name
            keep[match.first] = True
            keep[match.first + 1 : match.behind] = False
    return Words(ids[keep], words.texts[keep], lines[keep], cells[keep])


def of_rows(words: Words, named: Words, tables: NDArray[np.bool_], rarity: Postings) -> Labels:
    """The first cells of the rows of `tables` that hold a figure. `named` is `words` under names."""
    figures = (words.cells > 0) & words.flagged(NUMBER) & tables[words.texts]
    rows = np.unique(words.lines[figures])
    first = (named.cells == 0) & np.isin(named.lines, rows)
    return _labels(named.ids[first], named.lines[first], named.texts[first], rarity)


def of_headings(named: Words, owners: Mapping[int, Sequence[int]], rarity: Postings) -> Labels:
    """The lines `owners` names, each a label of the passages that it lists."""
    wanted = np.isin(named.lines, np.asarray(sorted(owners), dtype=np.int64)) & ~np.isin(named.ids, _general())
    ids, lines = named.ids[wanted], named.lines[wanted]
    times = [len(owners[line]) for line in lines.tolist()]
    passages = np.asarray([owner for line in lines.tolist() for owner in owners[line]], dtype=np.int64)
    return _labels(np.repeat(ids, times), np.repeat(lines, times), passages, rarity)


def _labels(ids: Ids, lines: Ids, passages: Ids, rarity: Postings) -> Labels:
    """One label for each line and passage."""
    keys, label = np.unique(lines * MOST_TEXTS + passages, return_inverse=True)
    postings = post(ids, label, len(keys))
    weights = np.bincount(postings.texts, weights=rarity.rarity(postings.terms) + _COMMON, minlength=len(keys))
    return Labels(postings, keys % MOST_TEXTS, weights.astype(np.float64))


@cache
def _general() -> Ids:
    return np.asarray(sorted({term(word) for word in _GENERAL.split()}), dtype=np.int64)

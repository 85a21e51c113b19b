"""Which texts hold a term, and how well the terms of a question fit each text: BM25 (Robertson and Zaragoza 2009).

Owns the arithmetic over numbered texts; a term and a text share one 64-bit number, so that a client's words are one sorted array.
Never knows what a text is.
"""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from workspace.search.words import TERM_BITS, Ids

Floats = NDArray[np.float64]
_K1 = 1.2
_B = 0.75
_TEXT_BITS = 63 - TERM_BITS
MOST_TEXTS = 1 << _TEXT_BITS


@dataclass(frozen=True)
class Postings:
    """`held`: sorted, a term in the upper bits and a text that holds it in the lower; `counts`: how often. `size` texts in all."""

    size: int
    held: Ids
    counts: NDArray[np.int32]

    @property
    def terms(self) -> Ids:
        """The term of each posting."""
        return self.held >> _TEXT_BITS

    @property
    def texts(self) -> Ids:
        """The text of each posting."""
        return self.held & (MOST_TEXTS - 1)

    def holding(self, term: int) -> tuple[Ids, NDArray[np.int32]]:
        """The texts that hold a term, and how often each does."""
        first, behind = np.searchsorted(self.held, (term << _TEXT_BITS, (term + 1) << _TEXT_BITS))
        return self.held[first:behind] & (MOST_TEXTS - 1), self.counts[first:behind]

    def rarity(self, terms: Ids) -> Floats:
        """Inverse document frequencies, never negative; the highest for a term that no text holds."""
        borders = np.searchsorted(self.held, np.stack([terms << _TEXT_BITS, (terms + 1) << _TEXT_BITS]))
        holding = borders[1] - borders[0]
        found: Floats = np.log(1 + (self.size - holding + 0.5) / (holding + 0.5))
        return found


def post(terms: Ids, texts: Ids, size: int) -> Postings:
    """Terms and the texts they stand in, in any order; a term that stands in a text twice comes twice."""
    held, counts = np.unique((terms << _TEXT_BITS) | texts, return_counts=True)
    return Postings(size, held, counts.astype(np.int32))


@dataclass(frozen=True)
class WordIndex:
    """Postings, and for each text what its length adds to the weight of a count: k1 (1 - b + b length / mean length)."""

    postings: Postings
    damping: Floats

    def scores(self, question: Mapping[int, float]) -> Floats:
        """How well each text fits the weighted terms, the best 1; all 0 when no text holds any."""
        found = np.zeros(self.postings.size)
        rarities = self.postings.rarity(np.asarray(list(question), dtype=np.int64))
        for (term, weight), rarity in zip(question.items(), rarities, strict=True):
            texts, counts = self.postings.holding(term)
            found[texts] += weight * rarity * counts / (counts + self.damping[texts])
        best = found.max(initial=0.0)
        return found / best if best > 0 else found


def index(terms: Ids, texts: Ids, lengths: Floats) -> WordIndex:
    """The index of `len(lengths)` texts."""
    mean = lengths.mean() if lengths.any() else 1.0
    return WordIndex(post(terms, texts, len(lengths)), _K1 * (1 - _B + _B * lengths / mean))

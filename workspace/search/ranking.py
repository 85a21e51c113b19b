"""In what order passages answer a question: words, likeness and what the passages are, each a number from 0 to 1, weighed and added.

The weights were chosen by hand on questions on real reports and on a firm's papers; what each is worth stands in docs/decisions/0007.
Pure: takes a corpus, a question and the nearest vectors, returns scores.
"""

from collections.abc import Mapping, Sequence

import numpy as np

from workspace.search.bm25 import Floats
from workspace.search.corpus import Corpus
from workspace.search.labels import rarities
from workspace.search.periods import AskedPeriod, agreement
from workspace.search.question import Question
from workspace.search.words import Ids, trade

_MEANING = 0.6
_PAGE = 0.5
_ROW = 0.5
_HEADING = 0.2
_STATEMENT = 0.2
_TABLE = 0.15
# What speaks for a document as a whole.
_KIND = 0.5
_PERIOD = 0.5
_NAME = 0.5
_SECOND_ON_PAGE = 0.1
# A table's sentence or footnote is shown beside it: it takes this much of the way to the table's score.
_WITH_TABLE = 0.7
# A page of a long document is shown once before it is shown again.
_AGAIN = 0.3


def score(corpus: Corpus, question: Question, near: Mapping[int, float], periods: Sequence[AskedPeriod] = ()) -> Floats:
    """How well each passage fits; comparable within one question. `near`: rows to cosines, of the nearest vectors. `periods`: those
    that the question names."""
    size = len(corpus.ids)
    found = corpus.passage_words.scores(question.terms)
    found += _MEANING * _likeness(size, near)
    found += _PAGE * corpus.page_words.scores(question.terms)[corpus.pages]
    asked = rarities(corpus.passage_words.postings, question.labels)
    found += _HEADING * corpus.heading_labels.fit(asked, size)
    if question.wants_row:
        found += _ROW * corpus.row_labels.fit(asked, size)
    if question.wants_figure:
        found += _TABLE * corpus.tables
    found += _papers(corpus, question, periods)[corpus.papers_of]
    masks = [corpus.statements[name] for name in question.statements if name in corpus.statements]
    if masks:
        found += _STATEMENT * np.any(masks, axis=0)
    return _by_page(corpus, _with_table(corpus, found))


def _papers(corpus: Corpus, question: Question, periods: Sequence[AskedPeriod]) -> Floats:
    """What speaks for each document: that it is of a kind and of a period that the question names, and the words of its path."""
    words = [word for word in question.terms if word not in trade().names]
    rarities_ = corpus.passage_words.postings.rarity(np.asarray(words, dtype=np.int64))
    weights = {word: question.terms[word] * rarity for word, rarity in zip(words, rarities_.tolist(), strict=True)}
    whole = sum(weights.values()) or 1.0
    found = np.zeros(len(corpus.papers))
    for at, (paper, terms) in enumerate(zip(corpus.papers, corpus.paper_terms, strict=True)):
        found[at] = _NAME * sum(weights[word] for word in terms & weights.keys()) / whole
        found[at] += _KIND * (paper.kind in question.kinds) + _PERIOD * agreement(periods, paper.spans)
    return found


def _likeness(size: int, near: Mapping[int, float]) -> Floats:
    """Cosines as shares of the best; 0 for what is not near."""
    found = np.zeros(size)
    for row, cosine in near.items():
        found[row] = max(cosine, 0.0)
    best = found.max(initial=0.0)
    return found / best if best > 0 else found


def _with_table(corpus: Corpus, scores: Floats) -> Floats:
    sentences, tables = corpus.beside[:, 0], corpus.beside[:, 1]
    below = np.zeros_like(scores)
    np.maximum.at(below, sentences, scores[tables] - scores[sentences])
    return scores + _WITH_TABLE * below


def _place_on_page(corpus: Corpus, scores: Floats) -> Ids:
    """0 for the best passage of a page, 1 for the second, and so on; of equal ones the first is the better."""
    order = np.lexsort((np.arange(len(scores)), -scores, corpus.pages))
    pages = corpus.pages[order]
    begins = np.flatnonzero(np.r_[True, pages[1:] != pages[:-1]])
    places = np.empty(len(scores), dtype=np.int64)
    places[order] = np.arange(len(scores)) - np.repeat(begins, np.diff(np.append(begins, len(scores))))
    return places


def _by_page(corpus: Corpus, scores: Floats) -> Floats:
    """A page with two passages that fit is a better page: all its passages gain from the second best. Then each page shows its best
    passage before others show their second."""
    places = _place_on_page(corpus, scores)
    seconds = np.zeros(int(corpus.pages.max()) + 1)
    seconds[corpus.pages[places == 1]] = scores[places == 1]
    return scores + _SECOND_ON_PAGE * seconds[corpus.pages] - _AGAIN * places * corpus.long

"""One client's passages made ready to be ranked: words of passages and of their pages, labels, statements, what belongs together.

Built from rows in some 20 ms for 200 passages, twice that for long ones; kept in memory, never changed. Knows no database and no question.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from workspace.search import roles
from workspace.search.bm25 import WordIndex, index
from workspace.search.labels import Labels, of_headings, of_rows, under_names
from workspace.search.periods import Span
from workspace.search.words import NUMBER, Ids, Match, Words, matches, pairs, read_words, trade

# How far from a table the sentence that introduces it may stand, in passages.
_REACH = 3


@dataclass(frozen=True)
class Paper:
    """A document: `spans` are the periods it is of; `kind` None until it is recognised."""

    id: str
    path: str = ""
    kind: str | None = None
    spans: tuple[Span, ...] = ()


@dataclass(frozen=True)
class Piece:
    """A passage: the document it is of, its page from 1."""

    id: str
    document: str
    page: int
    context: str
    text: str


@dataclass(frozen=True)
class Corpus:
    """`papers_of[row]` is the place in `papers` of a passage's document, `paper_terms` the words of their paths and kinds.

    `pages[row]` numbers the page of a passage over all documents; `long[row]` tells that its document has several pages.

    `beside` pairs a sentence or footnote with its table; `statements` maps a statement to the passages of its pages."""

    ids: tuple[str, ...]
    rows: Mapping[str, int]
    papers: tuple[Paper, ...]
    papers_of: Ids
    paper_terms: tuple[frozenset[int], ...]
    pages: Ids
    long: NDArray[np.bool_]
    tables: NDArray[np.bool_]
    beside: Ids
    statements: Mapping[str, NDArray[np.bool_]]
    passage_words: WordIndex
    page_words: WordIndex
    row_labels: Labels
    heading_labels: Labels

    def paper(self, row: int) -> Paper:
        """The document of a passage."""
        return self.papers[int(self.papers_of[row])]

    def role(self, row: int) -> str:
        """What the page of a passage is headed with, else whether the passage is a table; "" for text."""
        headed = [name for name, of in self.statements.items() if of[row]]
        return ", ".join(headed) or ("table" if self.tables[row] else "")


def build(papers: Sequence[Paper], pieces: Sequence[Piece]) -> Corpus:
    """`pieces` document by document, each in reading order; `papers` are their documents."""
    size = len(pieces)
    place = {paper.id: at for at, paper in enumerate(papers)}
    ids = tuple(piece.id for piece in pieces)
    pages = _numbered((piece.document, piece.page) for piece in pieces)
    tables = np.asarray([roles.is_table(piece.text) for piece in pieces], dtype=bool)
    beside, introduced = _beside(pieces, tables)
    # What stands over a passage is read behind all passages, as the text of number size + row.
    words = read_words([piece.text for piece in pieces] + [piece.context for piece in pieces])
    found = matches(words.ids, words.texts, trade().same)
    terms, texts = _terms(words, found)
    own = texts < size
    lent, to = _lent(terms, texts, introduced)
    passage_words = _indexed(np.concatenate([terms, lent]), np.concatenate([texts % size, to]), size)
    named = under_names(words, found)
    return Corpus(
        ids=ids,
        papers=tuple(papers),
        papers_of=np.asarray([place[piece.document] for piece in pieces], dtype=np.int64),
        paper_terms=_paper_terms(papers),
        rows={identity: row for row, identity in enumerate(ids)},
        pages=pages,
        long=_of_long_documents(pieces),
        tables=tables,
        beside=beside,
        statements=_statements(pieces, pages),
        passage_words=passage_words,
        page_words=_indexed(terms[own], pages[texts[own]], int(pages.max(initial=-1)) + 1),
        row_labels=of_rows(words, named, np.append(tables, np.zeros(size, dtype=bool)), passage_words.postings),
        heading_labels=of_headings(named, _headings(pieces), passage_words.postings),
    )


def _paper_terms(papers: Sequence[Paper]) -> tuple[frozenset[int], ...]:
    words = read_words(f"{paper.path} {paper.kind or ''}" for paper in papers)
    borders = np.searchsorted(words.texts, np.arange(len(papers) + 1)).tolist()
    terms = words.ids.tolist()
    return tuple(frozenset(terms[first:behind]) for first, behind in pairwise(borders))


def _terms(words: Words, found: Sequence[Match]) -> tuple[Ids, Ids]:
    """All terms of the texts, and the texts they stand in."""
    both, in_texts = pairs(words.ids, words.texts)
    names = np.asarray([match.name for match in found], dtype=np.int64)
    firsts = np.asarray([match.first for match in found], dtype=np.int64)
    return np.concatenate([words.ids, both, names]), np.concatenate([words.texts, in_texts, words.texts[firsts]])


def _lent(terms: Ids, texts: Ids, introduced: Ids) -> tuple[Ids, Ids]:
    """The terms of sentences once more, as terms of the tables that they introduce."""
    order = np.argsort(texts, kind="stable")
    begins = np.searchsorted(texts[order], introduced[:, 0])
    behind = np.searchsorted(texts[order], introduced[:, 0], side="right")
    taken = [order[first:last] for first, last in zip(begins.tolist(), behind.tolist(), strict=True)]
    return terms[np.concatenate([*taken, order[:0]])], np.repeat(introduced[:, 1], behind - begins)


def _indexed(terms: Ids, texts: Ids, size: int) -> WordIndex:
    """Numbers do not make a text longer: a table is not worse than prose for its figures."""
    lengths = np.bincount(texts[(terms & NUMBER) == 0], minlength=size).astype(np.float64)
    return index(terms, texts, lengths)


def _numbered(keys: Iterable[object]) -> Ids:
    numbers: dict[object, int] = {}
    return np.asarray([numbers.setdefault(key, len(numbers)) for key in keys], dtype=np.int64)


def _of_long_documents(pieces: Sequence[Piece]) -> NDArray[np.bool_]:
    pages: dict[str, set[int]] = {}
    for piece in pieces:
        pages.setdefault(piece.document, set()).add(piece.page)
    return np.asarray([len(pages[piece.document]) > 1 for piece in pieces], dtype=bool)


def _beside(pieces: Sequence[Piece], tables: NDArray[np.bool_]) -> tuple[Ids, Ids]:
    """Sentences that introduce a table and footnotes, each with a table near it in its document; and of these pairs the sentences'.

    A sentence between two tables may introduce either, so it stands with both; a footnote stands with the table before it."""
    beside: list[tuple[int, int]] = []
    introduced: list[tuple[int, int]] = []
    for row, piece in enumerate(pieces):
        introduces = not tables[row] and roles.introduces(piece.text)
        if not introduces and (tables[row] or not roles.footnote(piece.text)):
            continue
        near = _tables_near(pieces, tables, row)
        beside += [(row, table) for table in (near if introduces else near[:1])]
        introduced += [(row, table) for table in near if introduces]
    return _pairs(beside), _pairs(introduced)


def _pairs(rows: Sequence[tuple[int, int]]) -> Ids:
    return np.asarray(rows, dtype=np.int64).reshape(-1, 2)


def _tables_near(pieces: Sequence[Piece], tables: NDArray[np.bool_], row: int) -> list[int]:
    """The nearest table of the same document before a passage, then the nearest behind it, where there are any."""
    before = range(row - 1, max(-1, row - _REACH - 1), -1)
    behind = range(row + 1, min(len(pieces), row + _REACH + 1))
    found: list[int] = []
    for way in (before, behind):
        of_document = (other for other in way if pieces[other].document == pieces[row].document)
        found += [other for other in of_document if tables[other]][:1]
    return found


def _statements(pieces: Sequence[Piece], pages: Ids) -> dict[str, NDArray[np.bool_]]:
    lines: dict[int, list[str]] = {}
    for page, piece in zip(pages.tolist(), pieces, strict=True):
        lines.setdefault(page, []).extend(piece.text.split("\n"))
    of_page = {page: roles.statements(found) for page, found in lines.items()}
    names = sorted(frozenset().union(*of_page.values()))
    return {name: np.asarray([name in of_page[page] for page in pages.tolist()], dtype=bool) for name in names}


def _headings(pieces: Sequence[Piece]) -> dict[int, list[int]]:
    """Lines that are headings, counted as `read_words` counts them over texts and then contexts, with the passages that they head:
    their own, and for the number of a section all that follow in its document."""
    heads = defaultdict[int, list[int]](list)
    section: dict[str, int] = {}
    line = 0
    for row, piece in enumerate(pieces):
        if piece.document in section:
            heads[section[piece.document]].append(row)
        for text in piece.text.split("\n"):
            kind = roles.heading(text)
            if kind is not None:
                heads[line].append(row)
            if kind == "section":
                section[piece.document] = line
            line += 1
    for row, piece in enumerate(pieces):
        for text in piece.context.split("\n"):
            if text.strip():
                heads[line].append(row)
            line += 1
    return heads

"""Answers from the typed values that were read in documents: the rent of a lease, the maturity of a loan, the amount on a notice.

Which words mean which fact stands in fact_words.py. Every answer quotes the words the value was read from. A document that lacks a name,
a number or a day that the question gives is not meant.
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise

from agents.asking.claims import Claim
from agents.asking.extract import words
from agents.asking.fact_words import ASKED, KIND_WORDS, Asked, letters
from agents.asking.given import Given, given
from agents.asking.lines import lines
from agents.asking.records import Desk
from agents.asking.spoken import spoken
from workspace.snapshot import Document, Fact

MOST = 3  # documents of one answer
SEVERAL = ("decisions", "officers", "services")  # facts that a document has more than one of

_TYPES: tuple[tuple[re.Pattern[str], frozenset[str]], ...] = (
    (
        re.compile(r"^when\b|\b(?:by|until|since) when\b|\b(?:what|which) (?:date|day)\b", re.IGNORECASE),
        frozenset({"date"}),
    ),
    # "how much longer" asks for no amount
    (
        re.compile(r"\bhow much\b(?! (?:long|more time))|\bamount\b", re.IGNORECASE),
        frozenset({"money", "percent", "count"}),
    ),
    (re.compile(r"\bhow many\b", re.IGNORECASE), frozenset({"count", "text", "money"})),
    (re.compile(r"^who\b|\bto whom\b|\bfrom whom\b", re.IGNORECASE), frozenset({"text"})),
)
# The facts that say who or what a document is from or about: a question that names one of them means the document.
_NAMES = (
    *(
        "account_last4",
        "bank",
        "employee",
        "employer",
        "holder",
        "issuer",
        "landlord",
        "lender",
        "name",
        "notice_number",
    ),
    *("number", "payer", "recipient"),
)
_LEGAL = frozenset(words("the of and & LLC Inc Co Company Corp Corporation LP LLP PC PA PLLC NA Ltd"))
_EVERYWHERE = frozenset(
    words("the a of on in is to for and what due date amount notice lease loan agreement letter statement by")
)
_LENDING = re.compile(r"\b(?:len[dt]s?|lending|lenders?|borrow\w*)\b", re.IGNORECASE)
_COVENANTS = re.compile(
    r"\bcovenants?\b|\bcurrent ratio\b|\bleverage\b|\bdebt service\b|\bDSCR\b|\bcoverage ratio\b", re.IGNORECASE
)


@dataclass(frozen=True)
class Candidate:
    """A fact that a question may ask for. `fit` counts the letters of the question that ask for it and for its kind of document."""

    document: Document
    fact: Fact
    asked: Asked
    fit: int


def from_facts(desk: Desk) -> tuple[Claim, ...]:
    """The facts that the question asks for, of the documents that it means; empty when it asks for none that was read."""
    question, gave = desk.asked.question, given(desk.asked.question, desk.snapshot, small=True)
    if _COVENANTS.search(question) and (terms := tuple(_covenants(desk, gave))):
        return terms
    found = list(_candidates(desk, gave))
    best = max((one.fit for one in found), default=0)
    if best < _wanted(desk):
        found, best = [], 0
    length, listed = lines(desk, gave)
    said = _meant(question, [one for one in found if one.fit == best]) if best and best >= length else ()
    return said if best > length else (*said, *listed)


def _candidates(desk: Desk, gave: Given) -> Iterator[Candidate]:
    question = desk.asked.question
    types = [kinds for pattern, kinds in _TYPES if pattern.search(question)]
    held = [d for d in desk.snapshot.documents if d.kind and d.duplicate_of is None and gave.in_document(d)]
    if _LENDING.search(question):  # a bank that lends is asked about, not the account there or its interest
        held = [d for d in held if d.kind not in ("bank-statement", "1099")]
    for asked in ASKED:
        fit = letters(question, asked.pattern)
        for document in held if fit else ():
            if document.kind not in asked.kinds:
                continue
            named = letters(question, KIND_WORDS[document.kind])
            if asked.kind_named and not named and not _named(document, question):
                continue
            fact = document.fact(asked.name)
            # what the question gives is not what it asks for
            if fact is not None and fact.value not in gave.days and all(fact.type in kinds for kinds in types):
                yield Candidate(document, fact, asked, fit + named)


def _wanted(desk: Desk) -> int:
    """The best fit that a fact would have whose kind the question names: what fits less is not what is asked for. A fact of another type
    than the question asks for ("by when" wants no name) is not wanted."""
    question = desk.asked.question
    types = [kinds for pattern, kinds in _TYPES if pattern.search(question)]
    known = {(d.kind, f.name): f.type for d in desk.snapshot.documents for f in d.facts}
    named = {kind: letters(question, pattern) for kind, pattern in KIND_WORDS.items()}
    fits = (
        letters(question, a.pattern) + named[a.kinds[0]]
        for a in ASKED
        if named[a.kinds[0]]
        and letters(question, a.pattern)
        and ((a.kinds[0], a.name) not in known or all(known[a.kinds[0], a.name] in kinds for kinds in types))
    )
    return max(fits, default=0)


def _meant(question: str, best: Sequence[Candidate]) -> tuple[Claim, ...]:
    """Of equally asked-for facts the first in the table, of the documents that share most words with the question, newest first."""
    of_one = [one for one in best if one.asked == best[0].asked]
    likeness = {one.document.id: _likeness(question, one.document) for one in of_one}
    chosen = [one for one in of_one if likeness[one.document.id] == max(likeness.values())]
    chosen.sort(key=lambda one: newest(one.document), reverse=True)
    return tuple(
        _claim(one.document, fact, one.asked.label) for one in chosen[:MOST] for fact in _values(one.document, one.fact)
    )


def _values(document: Document, fact: Fact) -> list[Fact]:
    if fact.name not in SEVERAL:
        return [fact]
    return [one for one in document.facts if one.name == fact.name and one.row is None]


def _named(document: Document, question: str) -> bool:
    """Whether somebody of the document's own facts stands in the question, with the whole name or with its first two words."""
    stems = words(question)
    for fact in document.facts:
        if fact.name in _NAMES and fact.row is None:
            name = [one for one in words(fact.value) if one not in _LEGAL]
            if name and (set(name) <= set(stems) or name[:2] in [list(pair) for pair in pairwise(stems)]):
                return True
    return False


def _likeness(question: str, document: Document) -> int:
    """How many of the question's words the document has in its path and in its own facts."""
    own = " ".join(f.value for f in document.facts if f.row is None)
    return len(set(words(question)) & (set(words(f"{document.path} {own}")) - _EVERYWHERE))


def newest(document: Document) -> str:
    """The latest day among a document's own facts, "" without one."""
    return max((f.value for f in document.facts if f.type == "date" and f.row is None), default="")


def _covenants(desk: Desk, gave: Given) -> Iterator[Claim]:
    for document in desk.snapshot.of_kind("loan-agreement"):
        if not gave.in_document(document):
            continue
        for row in document.rows():
            metric, threshold = row.get("covenant_metric"), row.get("covenant_threshold")
            if metric is None or threshold is None:
                continue
            operator, tested = row.get("covenant_operator"), row.get("covenant_tested")
            limit = f"{operator.value} {threshold.value}" if operator else threshold.value
            when = f", tested {tested.value}" if tested else ""
            evidence = tuple(f.evidence for f in (metric, operator, threshold, tested) if f is not None)
            yield Claim(f"Covenant: {metric.value} {limit}{when}, in {document.path}, page {threshold.page}.", evidence)


def _claim(document: Document, fact: Fact, label: str) -> Claim:
    shown = spoken(fact).rstrip(".")
    quoted = " ".join(fact.quote.split()).rstrip(".")
    words_there = "" if quoted == shown else f' ("{quoted}")'
    text = f"{label[:1].upper()}{label[1:]}: {shown}{words_there}, in {document.path}, page {fact.page}."
    return Claim(text, (fact.evidence,))

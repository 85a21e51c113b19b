"""Lines of lists in documents: an account of a trial balance, a customer of an aging, the deposit of a month.

A line is meant when its whole name, or its day, stands in the question, and the question names the kind of document.
"""

from collections.abc import Iterator
from decimal import Decimal

from agents.asking.claims import Claim
from agents.asking.extract import words
from agents.asking.fact_words import KIND_WORDS, letters
from agents.asking.given import Given
from agents.asking.records import Desk
from agents.asking.spoken import spoken
from workspace.snapshot import Document, Fact

MOST = 3
_NAMES = ("account", "line", "customer", "name", "vendor")
_DAYS = ("period", "due")


def lines(desk: Desk, gave: Given) -> tuple[int, tuple[Claim, ...]]:
    """How many letters of the question name a line and its kind of document, and the lines that most do, of the newest documents."""
    stems = words(desk.asked.question)
    named = {kind: letters(desk.asked.question, pattern) for kind, pattern in KIND_WORDS.items()}
    kinds = [kind for kind, fit in named.items() if fit]
    found: list[tuple[int, str, Document, Fact, dict[str, Fact]]] = []
    for document in (d for d in desk.snapshot.of_kind(*kinds) if gave.in_document(d)):
        latest = max((f.value for f in document.facts if f.type == "date" and f.row is None), default="")
        for row in document.rows():
            name = _named(row, stems, gave)
            if name is not None:
                found.append((len(name.value) + named[document.kind or ""], latest, document, name, row))
    longest = max((one[0] for one in found), default=0)
    best = sorted((one for one in found if one[0] == longest), key=lambda one: one[1], reverse=True)
    return longest, tuple(claim for _, _, document, name, row in best[:MOST] for claim in _line(document, name, row))


def _named(row: dict[str, Fact], stems: list[str], gave: Given) -> Fact | None:
    """The fact by which the question means this line; None when it does not."""
    name = next((row[n] for n in _NAMES if n in row), None)
    if name is not None:
        own = {w for w in words(name.value) if not w[0].isdigit()}
        return name if own and own <= set(stems) else None
    day = next((row[n] for n in _DAYS if n in row), None)
    return day if day is not None and day.value in gave.days else None


def _line(document: Document, name: Fact, row: dict[str, Fact]) -> Iterator[Claim]:
    for label, fact in row.items():
        if fact.type in ("money", "percent", "count") and fact.number not in (None, Decimal(0)):
            text = f"{spoken(name)}, {label.replace('_', ' ')}: {spoken(fact)}, in {document.path}, page {fact.page}."
            yield Claim(text, (name.evidence, fact.evidence))

"""How well the sample firm's documents were recognised and their facts read, as a load stored them.

The comparing is facts.py's; a document's F1 is over its facts, so that a list of a thousand rows counts as one document.
"""

from collections.abc import Iterator
from dataclasses import dataclass

from sqlalchemy import select

from evals.firm.gold import DocumentGold, Fact
from evals.ground import Ground, SampleHome
from evals.places import document_id
from evals.runner import Score, Task
from evals.tasks.facts import Key, compare, judged_names
from store.tables import Document, FactRow

_RIGHT_KIND = "kind recognised"


@dataclass(frozen=True)
class Case:
    """A document of the gold; `judged`: the names that the gold uses for its kind."""

    home: SampleHome
    document: DocumentGold
    judged: frozenset[Key]


@dataclass(frozen=True)
class Stored:
    """What stands in the records of it; `kind` None where it was not stored or not recognised."""

    kind: str | None
    facts: tuple[Fact, ...]


def cases(ground: Ground) -> Iterator[Case]:
    """Every labelled document of every sample firm."""
    for home in ground.samples:
        judged = judged_names(home.gold.documents)
        for document in home.gold.documents:
            yield Case(home, document, frozenset(judged[document.kind]))


def look(case: Case) -> Stored:
    """The document's kind and facts of its current version."""
    identity = document_id(case.document.path)
    with case.home.reading() as scope:
        mine = Document.client_id.in_(scope.clients())
        kind = scope.session.scalar(select(Document.kind).where(Document.id == identity, mine))
        rows = scope.session.execute(
            select(FactRow.name, FactRow.value, FactRow.row)
            .join(Document, Document.current_version_id == FactRow.version_id)
            .where(Document.id == identity, mine)
            .order_by(FactRow.page, FactRow.start)
        ).tuples()
        return Stored(kind, tuple(Fact(*row) for row in rows))


def score(case: Case, stored: Stored) -> Iterator[Score]:
    """Recognised or not, and the F1 of its facts, over all documents and by kind."""
    counts, _ = compare(case.document, stored.kind or "", stored.facts, set(case.judged))
    yield _RIGHT_KIND, counts["recognised"]
    if counts["gold"] or counts["read"]:
        f1 = 2 * counts["right"] / (counts["gold"] + counts["read"])
        yield "F1 of facts", f1
        yield f"F1 of facts: {'scanned ' if case.document.scan else ''}{case.document.kind}", f1


FACTS = Task(
    "facts", "documents are recognised and their facts read, from the files of the sample firm", cases, look, score
)

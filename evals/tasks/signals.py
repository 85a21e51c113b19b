"""Whether what is planted in the sample firm is raised, nothing else is, and every quote stands where it says: end to end, from files.

The gold (evals/firm/gold.py) is complete for its slugs: what is not planted there must not be raised. Reads the last scan's signals.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from evals.firm.gold import SLUGS, Decoy, Planted
from evals.ground import Ground, SampleHome
from evals.places import document_id
from evals.runner import Score, Task, counted
from workspace.evidence import DerivedEvidence, DocumentEvidence, Evidence, MessageEvidence, from_json
from workspace.passages import unproven
from workspace.raised import Raised
from workspace.scans import raised_signals
from workspace.snapshot import take_snapshot


@dataclass(frozen=True)
class Case:
    """A client with what must and what must not be raised about it."""

    home: SampleHome
    ref: str
    planted: tuple[Planted, ...]
    decoys: tuple[Decoy, ...]


@dataclass(frozen=True)
class Found:
    """What the scan raised about a client, and of its `quotes` how many do not stand where they say."""

    raised: tuple[Raised, ...]
    quotes: int
    astray: int


def cases(ground: Ground) -> Iterator[Case]:
    """Every client of every sample firm, the quiet ones too."""
    for home in ground.samples:
        for ref in (canary.client_ref for canary in home.gold.canaries):
            planted = tuple(one for one in home.gold.planted if one.client_ref == ref)
            yield Case(home, ref, planted, tuple(one for one in home.gold.decoys if one.client_ref == ref))


def ask(case: Case) -> Found:
    """The signals of the client's scan, their quotes looked up on their pages."""
    with case.home.reading() as scope:
        raised = raised_signals(scope, case.ref, case.home.gold.as_of)
        evidence = [from_json(one) for row in raised for one in row.evidence]
        astray = unproven(scope, take_snapshot(scope, case.ref), evidence)
    return Found(raised, len(list(quotes(evidence))), len(astray))


def score(case: Case, found: Found) -> Iterator[Score]:
    """Recall over the planted, precision over the raised of the gold's slugs, and what was said of those that were found."""
    wanted = {(one.slug, subject_of(one)): one for one in case.planted}
    raised = {(row.slug, row.subject): row for row in found.raised if row.slug in SLUGS}
    for key, one in wanted.items():
        yield "planted and raised (recall)", key in raised
        if key in raised:
            yield from _details(one, raised[key])
    for key in raised:
        yield "raised and planted (precision)", key in wanted
    for decoy in case.decoys:
        yield "decoys left alone", not any(slug == decoy.slug for slug, _ in raised)
    yield from counted("quotes verbatim at their place", found.quotes - found.astray, found.quotes)


def _details(planted: Planted, row: Raised) -> Iterator[Score]:
    yield "dates exact", (row.due, row.nominal_due) == (planted.due, planted.nominal_due)
    if planted.dollars is not None:
        yield "dollars exact", row.dollars == planted.dollars
    if planted.document is not None:
        quoted = quotes(from_json(one) for one in row.evidence)
        cited = {one.document for one in quoted if isinstance(one, DocumentEvidence)}
        yield "the document is cited", document_id(planted.document) in cited


def quotes(evidence: Iterable[Evidence]) -> Iterator[DocumentEvidence | MessageEvidence]:
    """What is quoted in evidence, however deep."""
    for one in evidence:
        if isinstance(one, DocumentEvidence | MessageEvidence):
            yield one
        elif isinstance(one, DerivedEvidence):
            yield from quotes(one.inputs)


def subject_of(planted: Planted) -> str:
    """What a signal calls its subject: a document goes by its id, everything else by its own name."""
    is_path = planted.subject.startswith(("documents/", "books/"))
    return document_id(planted.subject) if is_path else planted.subject


SIGNALS = Task("signals", "what is planted in the sample firm is raised, and nothing else", cases, ask, score)

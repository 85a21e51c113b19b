"""What stands ready to answer a question: sentences from records and facts, passages that were found, what was looked through.

Everything here was read under the asker's scope in one transaction, and every quote was checked against the stored text.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING

from sqlalchemy import func, select

from agents.asking import extract
from agents.asking.answers import from_records
from agents.asking.claims import NOT_FOUND, Claim, Looked, leaves
from agents.asking.extract import Extract
from agents.asking.facts import from_facts
from agents.asking.given import Given, given
from agents.asking.nearest import DEPTH, beside, nearest
from agents.asking.people import about_people
from agents.asking.records import Desk, Raised
from agents.asking.topics import Topic, Understood
from store.tables import ClientScan
from workspace.evidence import DocumentEvidence, Evidence, RecordEvidence, from_json
from workspace.money_sight import TOLD, as_seen, sees_money
from workspace.passages import contexts, count_holding, unproven
from workspace.scans import raised_signals
from workspace.scope import Scope
from workspace.search import search
from workspace.snapshot import Document, Snapshot, take_snapshot

if TYPE_CHECKING:
    from workspace.search import Searcher

HITS = 10
LOOSE = ("letter", "memo", "other")  # kinds of papers whose words alone can answer
CLOSEST = "The file does not say it in one place; these come closest:"
UNREAD = 10


@dataclass(frozen=True)
class Found:
    """A passage or a note that may answer. `version_id` "" marks a note, whose `document_id` is the note's id."""

    document_id: str
    version_id: str
    path: str
    name: str
    page: int
    start: int
    end: int
    text: str
    context: str = ""
    kind: str | None = None

    @property
    def is_loose(self) -> bool:
        """Of a paper whose facts no reader knows."""
        return bool(self.version_id) and (self.kind or "other") in LOOSE

    def quote(self, start: int, end: int) -> Evidence:
        """The evidence for characters `start` to `end` of the page."""
        words = self.text[start - self.start : end - self.start]
        if not self.version_id:
            return RecordEvidence(f"note:{self.document_id}", "text", words)
        return DocumentEvidence(self.document_id, self.version_id, self.page, start, end, words)


@dataclass(frozen=True)
class Part:
    """One of the things that a question asks for. `sure` are sentences with their proof, `passages` come best first, `weights` are those
    of its words."""

    asked: Understood
    sure: tuple[Claim, ...]
    passages: tuple[Found, ...]
    weights: dict[str, float]


@dataclass(frozen=True)
class Sources:
    """What was found for a question, part by part. `paths` are those of the client's documents, by id."""

    client: str
    parts: tuple[Part, ...]
    looked: Looked
    paths: dict[str, str]

    @property
    def sure(self) -> tuple[Claim, ...]:
        """The sentences from records and facts, each once."""
        return tuple(dict.fromkeys(claim for part in self.parts for claim in part.sure))

    @property
    def passages(self) -> tuple[Found, ...]:
        """The passages of all parts, each once, the best of each part first."""
        ranked = [(rank, one) for part in self.parts for rank, one in enumerate(part.passages)]
        return tuple(dict.fromkeys(one for _, one in sorted(ranked, key=lambda pair: pair[0])))


OURS = frozenset(
    {Topic.BILLED, Topic.FEES, Topic.INVOICE, Topic.PAID, Topic.REALIZATION, Topic.RECEIVABLE, Topic.UNBILLED}
)
"""Topics that are about the firm's own money."""


def gather(
    scope: Scope, searcher: "Searcher | None", client_ref: str, asked: Understood | Sequence[Understood]
) -> Sources:
    """Look the parts of a question up in records, facts and passages of this client. `searcher` None: passages are left out."""
    snapshot = as_seen(scope, take_snapshot(scope, client_ref))
    several = (asked,) if isinstance(asked, Understood) else tuple(asked)
    parts = tuple(_part(scope, searcher, snapshot, one) for one in several)
    paths = {d.id: d.path for d in snapshot.documents}
    passages = [one for part in parts for one in part.passages]
    return Sources(snapshot.client.name, parts, _looked(snapshot, passages), paths)


def _part(scope: Scope, searcher: "Searcher | None", snapshot: Snapshot, asked: Understood) -> Part:
    asked = about_people(asked, snapshot)
    ours = OURS.intersection(asked.topics) if not (asked.of_document or asked.of_paper) else set()
    if ours and not sees_money(scope):
        return Part(asked, (Claim(f"What we bill, what is owed to us and what was paid is {TOLD}."),), (), {})
    raised, scanned_on = _raised(scope, snapshot, asked)
    sure = proven(scope, snapshot, _in_order(Desk(snapshot, scope.today, asked, raised, scanned_on)))
    if searcher is None:
        return Part(asked, sure, (), {})
    passages = (*_found(scope, searcher, snapshot, asked.question), *_notes(snapshot))
    stems = sorted(extract.asked_words(asked.question))
    counts = count_holding(scope, snapshot.client.ref, [extract.fragment(s) for s in stems])
    return Part(asked, sure, passages, extract.rarity(stems, *counts))


def _raised(scope: Scope, snapshot: Snapshot, asked: Understood) -> tuple[tuple[Raised, ...], date | None]:
    if Topic.SIGNALS not in asked.topics:
        return (), None
    found = [one for one in raised_signals(scope, snapshot.client.ref) if one.is_open]
    last = scope.session.scalar(
        select(func.max(ClientScan.as_of)).where(
            ClientScan.client_id == snapshot.client.id, ClientScan.state != "failed"
        )
    )
    lines = (Raised(r.key, r.cls, r.headline, r.due, tuple(map(from_json, r.evidence))) for r in found)
    return tuple(lines), last


def _in_order(desk: Desk) -> tuple[Claim, ...]:
    """A question about a document's words is answered by what was read there, any other by the records first.

    Records that lack a name or a day which the question gives are about something else: the papers may have it."""
    on_paper = from_facts(desk) if desk.asked.of_document or desk.asked.of_paper else ()
    if on_paper or desk.asked.of_document:
        return on_paper
    snapshot = desk.snapshot
    claims = from_records(desk)
    known = [*(c.name for c in snapshot.contacts), *(p.name for p in snapshot.people.values())]
    gave = given(desk.asked.question, snapshot).without(known)
    if claims and gave.in_text(" ".join(claim.text for claim in claims)):
        return claims
    return from_facts(desk)


def answered(sources: Sources) -> tuple[Claim, ...]:
    """What the file says to each part: its sentences, else the places that answer, quoted as they stand. A part of several to which it
    says nothing is named; empty when it says nothing at all."""
    found = [(part, part.sure or from_passages(part)) for part in sources.parts]
    if not any(claims for _, claims in found):
        return ()
    said = (claims or (Claim(f"{NOT_FOUND}: “{part.asked.question.rstrip(' ?.')}”."),) for part, claims in found)
    return tuple(dict.fromkeys(claim for claims in said for claim in claims))


def from_passages(part: Part) -> tuple[Claim, ...]:
    """The places in the passages that answer; where none does, those that come closest, and that they do no more."""
    question, weights = part.asked.question, part.weights
    found = extract.extracts(question, part.passages, weights)
    loose = [one for one in part.passages if one.is_loose]
    if not found:
        near = nearest(question, loose, weights) if loose[:1] == list(part.passages[:1]) else ()
        return (Claim(CLOSEST), *map(_quoted, near)) if near else ()
    if all(one.passage.is_loose for one in found):
        found = found[: DEPTH - 1]
        found = (*found, *beside(question, loose, weights, found))
    return tuple(map(_quoted, found))


def _quoted(one: Extract) -> Claim:
    place = f"{one.passage.path}, page {one.passage.page}" if one.passage.version_id else one.passage.path
    words = " ".join(one.text.split())
    return Claim(f"“{words}” ({place})", (one.passage.quote(one.start, one.end),))


def proven(scope: Scope, snapshot: Snapshot, claims: Sequence[Claim]) -> tuple[Claim, ...]:
    """The claims whose quotes stand where they say; the others are dropped."""
    wrong = set(unproven(scope, snapshot, [e for claim in claims for e in claim.evidence]))
    return tuple(claim for claim in claims if wrong.isdisjoint(leaves(claim.evidence)))


def _found(scope: Scope, searcher: "Searcher", snapshot: Snapshot, question: str) -> tuple[Found, ...]:
    """The passages that fit, best first; one that does not stand on its page as it was read is left out."""
    ref = snapshot.client.ref
    hits = search(scope, searcher, ref, question, HITS)
    over = contexts(scope, ref, [hit.passage_id for hit in hits])
    found = [
        Found(
            h.document_id,
            h.version_id,
            h.path,
            h.name,
            h.page,
            h.start,
            h.end,
            h.text,
            over.get(h.passage_id, ""),
            h.kind,
        )
        for h in hits
    ]
    wrong = unproven(scope, snapshot, [one.quote(one.start, one.end) for one in found])
    gave, papers = given(question, snapshot), {d.id: d for d in snapshot.documents}
    return tuple(
        one
        for one in found
        if one.quote(one.start, one.end) not in wrong and _of_the_day(gave, papers[one.document_id], one)
    )


def _of_the_day(gave: Given, document: Document, passage: Found) -> bool:
    """Whether a passage may be about the days that the question gives: not when its document states others, and it not these."""
    stated = any(fact.type == "date" and fact.row is None for fact in document.facts)
    return not stated or gave.dated(document, passage.context, passage.text)


def _notes(snapshot: Snapshot) -> tuple[Found, ...]:
    return tuple(
        Found(n.id, "", f"note of {n.date.isoformat()}", "note", 1, 0, len(n.text), n.text) for n in snapshot.notes
    )


def _looked(snapshot: Snapshot, passages: Sequence[Found]) -> Looked:
    s = snapshot
    records = sum(
        len(rows)
        for rows in (s.contacts, s.engagements, s.tasks, s.requests, s.time, s.invoices, s.messages, s.notes, s.entered)
    )
    said = [f"{f.source}: {f.message}" for f in s.findings if f.severity != "info"]
    waiting = [f"{d.path}: not read yet" for d in s.documents if d.state == "received"]
    unread = [*said, *waiting]
    if len(unread) > UNREAD:
        unread = [*unread[:UNREAD], f"and {len(unread) - UNREAD} more"]
    read = {p.document_id: p.path for p in passages if p.version_id}
    return Looked(records, len(s.documents), read, tuple(unread))

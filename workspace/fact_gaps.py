"""What the rules left unread: the facts that a document's kind has and nobody found, and the place where a model's finds are kept.

Decides which documents are worth a model's look, and puts down only what is still missing. Calls no model and trusts none: what is kept
was held against the page before (agents/fact_reader.py).
"""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from sqlalchemy import select

from store.corrections import Place
from store.database import touch
from store.fact_names import FACTS
from store.ids import stable_id
from store.tables import Document, DocumentPage, DocumentVersion, FactCorrection, FactRow
from workspace.notices import refresh_notice
from workspace.scope import Right, Scope, access_client

# Letters, memos and the rest have only who wrote to whom and when, which is not worth a question to a model.
_NOT_ASKED = ("letter", "memo", "other")
ASKED = tuple(kind for kind, names in FACTS.items() if names and kind not in _NOT_ASKED)
READ = ("facts", "indexed")
"""The stages of a version whose rules have read it."""
_MODEL_TRUST = 0.4  # below what any rule gives: a rule's reading is never outweighed by a model's


@dataclass(frozen=True)
class Gap:
    """A version with facts that nobody has read: their names with their types, and the text of its pages by number."""

    document_id: str
    version_id: str
    path: str
    kind: str
    missing: Mapping[str, str]
    pages: Mapping[int, str]


@dataclass(frozen=True)
class Filled:
    """A fact that a model found and that its page bears out: `value` canonical, `place` the words that say so."""

    name: str
    type: str
    value: str
    place: Place


def gaps(scope: Scope, client_ref: str, reader: str, most: int) -> tuple[Gap, ...]:
    """The current versions of a client, newest first, that `reader` has not read and that lack a fact; at most so many. Five queries."""
    client = access_client(scope, client_ref)
    query = (
        select(Document, DocumentVersion)
        .join(DocumentVersion, DocumentVersion.id == Document.current_version_id)
        .where(
            Document.client_id == client.id,
            Document.duplicate_of.is_(None),
            Document.kind.in_(ASKED),
            DocumentVersion.stage.in_(READ),
        )
        .order_by(DocumentVersion.received_at.desc(), Document.path)
    )
    rows = [(d, v) for d, v in scope.session.execute(query).tuples() if (v.filled or {}).get("reader") != reader]
    read = _names_read(scope, [v.id for _, v in rows])
    denied = _names_denied(scope, [d.id for d, _ in rows])
    open_ = [(d, v, _missing(d, read[v.id] | denied[d.id])) for d, v in rows]
    open_ = [one for one in open_ if one[2]][:most]
    pages = _pages(scope, [v.id for _, v, _ in open_])
    return tuple(Gap(d.id, v.id, d.path, d.kind or "", missing, pages[v.id]) for d, v, missing in open_ if pages[v.id])


def keep_filled(scope: Scope, gap: Gap, reader: str, found: Sequence[Filled], thrown: int) -> int:
    """Put down what a model found in a version, where nobody has read that fact meanwhile; returns how many facts were added."""
    scope.require(Right.DOCUMENT_ADD)
    version = scope.session.get(DocumentVersion, gap.version_id)
    if version is None or version.stage not in READ:
        return 0
    read = _names_read(scope, [version.id])[version.id] | _names_denied(scope, [gap.document_id])[gap.document_id]
    new = [one for one in found if one.name not in read]
    scope.session.add_all(_row(version, reader, one) for one in new)
    version.filled = {"reader": reader, "filled": len(new), "thrown": thrown}
    if new:
        touch(scope.session, version.client_id)
        scope.session.flush()
        if gap.kind == "notice":
            refresh_notice(scope, gap.document_id, confirmed_too=False)
    return len(new)


def _missing(document: Document, known: set[str]) -> dict[str, str]:
    return {name: kind for name, kind in FACTS[document.kind or "other"].items() if name not in known}


def _names_read(scope: Scope, version_ids: Sequence[str]) -> dict[str, set[str]]:
    found: dict[str, set[str]] = defaultdict(set)
    query = select(FactRow.version_id, FactRow.name).where(
        FactRow.version_id.in_(version_ids), FactRow.row.is_(None), FactRow.client_id.in_(scope.clients())
    )
    for version_id, name in scope.session.execute(query).tuples():
        found[version_id].add(name)
    return found


def _names_denied(scope: Scope, document_ids: Sequence[str]) -> dict[str, set[str]]:
    """What a person said a document does not state, or has to say again: no model fills it."""
    found: dict[str, set[str]] = defaultdict(set)
    query = select(FactCorrection.document_id, FactCorrection.name).where(
        FactCorrection.document_id.in_(document_ids), FactCorrection.client_id.in_(scope.clients())
    )
    for document_id, name in scope.session.execute(query).tuples():
        found[document_id].add(name)
    return found


def _pages(scope: Scope, version_ids: Sequence[str]) -> dict[str, dict[int, str]]:
    found: dict[str, dict[int, str]] = defaultdict(dict)
    query = select(DocumentPage.version_id, DocumentPage.number, DocumentPage.text).where(
        DocumentPage.version_id.in_(version_ids), DocumentPage.client_id.in_(scope.clients()), DocumentPage.text != ""
    )
    for version_id, number, text in scope.session.execute(query.order_by(DocumentPage.number)).tuples():
        found[version_id][number] = text
    return found


def _row(version: DocumentVersion, reader: str, one: Filled) -> FactRow:
    return FactRow(
        id=stable_id("fact", version.id, "model", one.name),
        client_id=version.client_id,
        document_id=version.document_id,
        version_id=version.id,
        name=one.name,
        type=one.type,
        value=one.value,
        page=one.place.page,
        start=one.place.start,
        end=one.place.end,
        quote=one.place.quote,
        confidence=_MODEL_TRUST,
        reader=reader,
    )

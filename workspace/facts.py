"""The facts of documents as people see them: each with its value, page and words, who read it and how surely, and what people corrected.

Reads only. Correcting is fact_corrections.py's.
"""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import select

from store.corrections import PERSON, fact_id
from store.errors import Invalid, NotFound
from store.fact_names import FACTS
from store.tables import Client, Document, DocumentPage, FactCorrection, FactRow, Person
from workspace.scope import Right, Scope, access_client


@dataclass(frozen=True)
class Said:
    """What a person said about a fact: `action` value, absent or kind; `state` stands or confirm (to be confirmed again)."""

    id: str
    action: str
    name: str
    type: str
    value: str
    was: str
    quote: str
    page: int | None
    note: str
    state: str
    by: str
    at: datetime


@dataclass(frozen=True)
class KnownFact:
    """A fact as it stands; `id` is its row's. `reader`: the rules, a model, or "person"; `said` is the correction behind a person's.
    `source` is how the page's text was got (text, ocr)."""

    id: str
    name: str
    type: str
    value: str
    row: int | None
    page: int
    start: int
    end: int
    quote: str
    confidence: float
    reader: str
    source: str
    said: Said | None


@dataclass(frozen=True)
class FactSheet:
    """The facts of one document's current version, the document's own first. `open` are facts of its kind that nobody has read;
    `said` are corrections with no fact of their own: denied facts, the kind, and those to be confirmed again."""

    document_id: str
    version_id: str
    path: str
    kind: str | None
    facts: tuple[KnownFact, ...]
    said: tuple[Said, ...]
    open: tuple[tuple[str, str], ...]


def sheets_of(scope: Scope, client_ref: str, document: str | None = None) -> tuple[FactSheet, ...]:
    """Every document of a client that states facts, by path, or the one of that id or path; four queries. Raises NotFound."""
    client = access_client(scope, client_ref)
    query = select(Document).where(Document.client_id == client.id, Document.duplicate_of.is_(None))
    if document is not None:
        one = find_document(scope, document, client_ref)
        query = query.where(Document.id == (one.duplicate_of or one.id))
    sheets = _sheets(scope, scope.session.scalars(query.order_by(Document.path)).all())
    return tuple(sheet for sheet in sheets if document is not None or sheet.facts or sheet.said)


def sheet_of(scope: Scope, document_id: str) -> FactSheet:
    """The facts of one document; three queries besides finding it. Raises NotFound outside the scope."""
    scope.require(Right.CLIENT_READ)
    found = scope.session.scalars(
        select(Document).where(Document.id == document_id, Document.client_id.in_(scope.clients()))
    ).one_or_none()
    if found is None:
        raise NotFound(f"there is no document {document_id}")
    return _sheets(scope, [found])[0]


def find_document(scope: Scope, named: str, client_ref: str | None = None) -> Document:
    """The document of that id, the beginning of one, or that path. Raises NotFound, Invalid when several are meant."""
    query = (
        select(Document).join(Client, Client.id == Document.client_id).where(Document.client_id.in_(scope.clients()))
    )
    if client_ref is not None:
        query = query.where(Client.ref == client_ref)
    by_name = (Document.path == named) | (Document.name == named)
    wanted = Document.id.startswith(named, autoescape=True) if named.startswith("doc_") else by_name
    found = scope.session.scalars(query.where(wanted).order_by(Document.path, Document.id).limit(3)).all()
    exact = [one for one in found if named in (one.id, one.path)]
    found = exact if len(exact) == 1 else found
    if not found or not named:
        raise NotFound(f"there is no document {named}")
    if len(found) > 1:
        raise Invalid(f"several documents are called {named}; give the id: {', '.join(one.id for one in found)}")
    return found[0]


def as_json(sheet: FactSheet) -> dict[str, Any]:
    """A sheet as the JSON of `tickmark facts`."""
    return {
        "document": sheet.document_id,
        "version": sheet.version_id,
        "path": sheet.path,
        "kind": sheet.kind,
        "facts": [_fact_json(fact) for fact in sheet.facts],
        "corrections": [_said_json(said) for said in sheet.said],
    }


def _fact_json(fact: KnownFact) -> dict[str, Any]:
    names = ("id", "name", "type", "value", "row", "page", "start", "end", "quote", "confidence", "reader")
    return {
        **{name: getattr(fact, name) for name in names},
        "correction": _said_json(fact.said) if fact.said else None,
    }


def _said_json(said: Said) -> dict[str, Any]:
    names = ("id", "action", "name", "value", "was", "page", "quote", "note", "state", "by")
    return {**{name: getattr(said, name) for name in names}, "at": said.at.isoformat()}


def _sheets(scope: Scope, documents: Sequence[Document]) -> list[FactSheet]:
    versions = [d.current_version_id for d in documents if d.current_version_id]
    page = DocumentPage
    query = (
        select(FactRow, page.source)
        .outerjoin(page, (page.version_id == FactRow.version_id) & (page.number == FactRow.page))
        .where(FactRow.version_id.in_(versions))
        .order_by(FactRow.row.is_not(None), FactRow.row, FactRow.page, FactRow.start, FactRow.name, FactRow.id)
    )
    rows: dict[str, list[tuple[FactRow, str]]] = defaultdict(list)
    for row, source in scope.session.execute(query).tuples():
        rows[row.version_id].append((row, source or "text"))
    said = _said(scope, [d.id for d in documents])
    return [_sheet(d, rows[d.current_version_id or ""], said.get(d.id, [])) for d in documents]


def _said(scope: Scope, document_ids: Iterable[str]) -> dict[str, list[Said]]:
    query = (
        select(FactCorrection, Person.name)
        .join(Person, Person.id == FactCorrection.person_id)
        .where(FactCorrection.document_id.in_(list(document_ids)), FactCorrection.client_id.in_(scope.clients()))
        .order_by(FactCorrection.at, FactCorrection.id)
    )
    found: dict[str, list[Said]] = defaultdict(list)
    for c, by in scope.session.execute(query).tuples():
        one = Said(c.id, c.action, c.name, c.type, c.value, c.was, c.quote, c.page, c.note, c.state, by, c.at)
        found[c.document_id].append(one)
    return found


def _sheet(document: Document, rows: Sequence[tuple[FactRow, str]], said: Sequence[Said]) -> FactSheet:
    version = document.current_version_id or ""
    behind = {fact_id(version, one.id): one for one in said if one.action == "value"}
    facts = tuple(
        KnownFact(
            id=row.id,
            name=row.name,
            type=row.type,
            value=row.value,
            row=row.row,
            page=row.page,
            start=row.start,
            end=row.end,
            quote=row.quote,
            confidence=row.confidence,
            reader=row.reader,
            source=source,
            said=behind.get(row.id) if row.reader == PERSON else None,
        )
        for row, source in rows
    )
    shown = {one.said.id for one in facts if one.said}
    read = {one.name for one in facts if one.row is None}
    missing = tuple((name, kind) for name, kind in FACTS.get(document.kind or "other", {}).items() if name not in read)
    rest = tuple(one for one in said if one.id not in shown)
    return FactSheet(document.id, version, document.path, document.kind, facts, rest, missing)

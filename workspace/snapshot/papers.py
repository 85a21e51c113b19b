"""The parts of a snapshot that came as files: documents with their facts, words and notices, and what of them could not be read.

Each function gives its values by client's id, in the order that a snapshot has them in, for many clients at once. Never writes and never
judges.
"""

from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from functools import cache

from sqlalchemy import Executable, or_, select

from store import tables
from store.corrections import PERSON
from workspace.scope import Scope
from workspace.snapshot.model import Document, Fact, Finding, Notice, Person
from workspace.snapshot.records import IDS, of_each, rows_of

# Detectors look into the words of these, not only at their facts.
WORDED = ("notice", "engagement-letter", "mail-receipt")
Ids = Collection[str]


@cache
def _select_documents() -> Executable:
    row, n = tables.Document, tables.Notice
    return (
        select(row.client_id, row.id, row.path, row.name, row.kind, row.current_version_id, row.source, row.state)
        .add_columns(row.received_at, row.opened_at, row.duplicate_of)
        .add_columns(n.id, n.agency, n.number, n.notice_date, n.respond_by, n.state, n.answered_on, n.confirmed_by)
        .outerjoin(n, n.document_id == row.id)
        .where(row.client_id.in_(IDS))
        .order_by(row.path, row.id)
    )


def documents(scope: Scope, ids: Ids, people: Mapping[str, Person]) -> Mapping[str, Sequence[Document]]:
    """By path, in three queries."""
    rows = rows_of(scope, _select_documents(), ids)
    facts, texts = _facts(scope, ids, people), _texts(scope, ids)
    found: dict[str, list[Document]] = defaultdict(list)
    for one in rows:
        client, version, notice = one[0], one[5] or "", one[11:]
        told = [*notice[:7], notice[7] is not None]
        fields = [*one[1:11], tuple(facts.get(version, ())), tuple(texts.get(version, ()))]
        fields.append(Notice(*told) if notice[0] is not None else None)
        found[client].append(Document(*fields))
    return found


@cache
def _select_facts() -> Executable:
    row = tables.FactRow
    return (
        select(row.name, row.type, row.value, row.document_id, row.version_id, row.page, row.start, row.end)
        .add_columns(row.quote, row.row, row.confidence, row.confirmed_by, row.reader)
        .join(tables.Document, tables.Document.current_version_id == row.version_id)
        .where(
            row.client_id.in_(IDS),
            tables.Document.client_id == row.client_id,
            tables.Document.superseded_by.is_(None),  # its later version speaks for it
        )
        .order_by(row.version_id, row.page, row.start, row.name, row.id)
    )


def _facts(scope: Scope, ids: Ids, people: Mapping[str, Person]) -> Mapping[str, Sequence[Fact]]:
    """The facts of the current versions, by version, in reading order."""
    rows = rows_of(scope, _select_facts(), ids)
    found: dict[str, list[Fact]] = defaultdict(list)
    for one in rows:
        by, reader = one[11], one[12]
        corrected_by = people[by].name if reader == PERSON and by in people else ""
        fields = [*one[:11], by is not None, corrected_by]
        found[one[4]].append(Fact(*fields))
    return found


@cache
def _select_texts() -> Executable:
    page = tables.DocumentPage
    return (
        select(page.version_id, page.text)
        .join(tables.Document, tables.Document.current_version_id == page.version_id)
        .where(
            page.client_id.in_(IDS),
            tables.Document.client_id == page.client_id,
            tables.Document.kind.in_(WORDED),
            tables.Document.superseded_by.is_(None),
        )
        .order_by(page.version_id, page.number)
    )


def _texts(scope: Scope, ids: Ids) -> Mapping[str, Sequence[str]]:
    rows = rows_of(scope, _select_texts(), ids)
    found: dict[str, list[str]] = defaultdict(list)
    for version_id, text in rows:
        found[version_id].append(text)
    return found


@cache
def _select_findings() -> Executable:
    row = tables.IntakeFinding
    return (
        select(row.client_id, row.source, row.message, row.severity, row.document_id)
        .outerjoin(tables.Document, tables.Document.id == row.document_id)
        .where(
            row.client_id.in_(IDS),
            or_(
                row.version_id.is_(None),
                tables.Document.current_version_id == row.version_id,
                tables.Document.current_version_id.is_(None),
            ),
        )
        .order_by(row.source, row.id)
    )


def findings(scope: Scope, ids: Ids) -> Mapping[str, Sequence[Finding]]:
    """What intake said of the current versions, and of what never became a version."""
    return of_each(scope, _select_findings(), ids, Finding)

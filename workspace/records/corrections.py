"""What people said about the facts of documents, as the firm folder states it: the documents must be there, reading comes after.

A correction that is new here has its document read again, so that it stands over what is read; of two of one fact the later one stands.
"""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import select, tuple_

from store.fact_names import MANY
from store.ids import stable_id
from store.rows import CorrectionRow, Rejected
from store.tables import Document, DocumentVersion, FactCorrection
from workspace.records.upsert import Applied, known_clients, known_people, lacking, put, reject
from workspace.scope import Right, Scope


def apply_corrections(scope: Scope, rows: Sequence[CorrectionRow]) -> Applied:
    """Corrections by document, fact and what had been read."""
    scope.require(Right.CLIENT_WRITE)
    clients, people = known_clients(scope, (row.client_ref for row in rows)), known_people(scope)
    documents = _documents(scope, {(clients.get(row.client_ref, ""), row.path) for row in rows})
    wanted: dict[str, FactCorrection] = {}
    rejected: list[Rejected] = []
    for row in rows:
        document = documents.get((clients.get(row.client_ref, ""), row.path))
        at = _moment(row.at)
        reason = lacking(("client_ref", row.client_ref, clients), ("by", row.by, people))
        if not reason and (document is None or document.current_version_id is None):
            reason = f"there is no document {row.path} of {row.client_ref}; add the file and load again"
        if not reason and at is None:
            reason = f"at {row.at!r} is no moment; write it as 2026-03-09T08:30:00+00:00"
        if reason or document is None or at is None:
            rejected.append(reject("corrections.csv", row, reason or ""))
            continue
        one = _correction(row, document, people[row.by], at)
        wanted[one.id] = one
    known = select(FactCorrection).where(FactCorrection.id.in_(wanted))
    there = {one.id: one for one in scope.session.scalars(known)}
    newer = [one for one in wanted.values() if one.id not in there or there[one.id].at < one.at]
    _read_again(scope, newer)
    same = Applied(unchanged=len(wanted) - len(newer))
    return put(scope, FactCorrection, newer) + same + Applied(rejected=tuple(rejected))


def _documents(scope: Scope, places: set[tuple[str, str]]) -> dict[tuple[str, str], Document]:
    query = select(Document).where(
        tuple_(Document.client_id, Document.path).in_(sorted(places)), Document.client_id.in_(scope.clients())
    )
    return {(one.client_id, one.path): one for one in scope.session.scalars(query)}


def _read_again(scope: Scope, corrections: Sequence[FactCorrection]) -> None:
    versions = select(DocumentVersion).where(DocumentVersion.id.in_([one.version_id for one in corrections]))
    for version in scope.session.scalars(versions):
        if version.stage in ("facts", "indexed"):
            version.stage = "split"


def _correction(row: CorrectionRow, document: Document, person_id: str, at: datetime) -> FactCorrection:
    place = "" if row.fact_row is None else row.fact_row
    was, value = row.was or "", row.value or ""
    # the same names that workspace/fact_corrections.py gives, so that what went out meets itself when it comes back
    several = value if not was and row.fact in MANY else ""
    identity = stable_id("corr", document.id, "fact", row.fact, was, place, several)
    return FactCorrection(
        id=stable_id("corr", document.id, "kind") if row.action == "kind" else identity,
        client_id=document.client_id,
        document_id=document.id,
        version_id=document.current_version_id,
        action=row.action,
        name=row.fact,
        row=row.fact_row,
        type=row.type,
        value=value,
        was=was,
        page=row.page,
        quote=row.quote or "",
        note=row.note or "",
        read=[],
        state="stands",
        person_id=person_id,
        at=at,
    )


def _moment(text: str) -> datetime | None:
    try:
        at = datetime.fromisoformat(text)
    except ValueError:
        return None
    return at if at.tzinfo else None

"""Words in a client's passages, and whether a quote stands where it says: what answers are checked against.

Only passages and pages of this client, only for an asker who may see it. Searching is search's.
"""

from collections.abc import Iterable, Sequence

from sqlalchemy import case, func, select

from store.tables import Document, DocumentPage, Passage
from workspace.evidence import DerivedEvidence, DocumentEvidence, Evidence, MessageEvidence
from workspace.scope import Scope, access_client
from workspace.snapshot import Snapshot


def count_holding(scope: Scope, client_ref: str, fragments: Sequence[str]) -> tuple[list[int], int]:
    """In how many passages of the client's current documents each fragment of a word stands (lower case), and how many passages
    there are. One query. Raises NotFound outside the scope."""
    client = access_client(scope, client_ref)
    haystack = func.lower(Passage.context + " " + Passage.text)
    counts = [func.sum(case((haystack.contains(fragment, autoescape=True), 1), else_=0)) for fragment in fragments]
    row = scope.session.execute(
        select(func.count(), *counts)
        .select_from(Passage)
        .join(Document, Document.current_version_id == Passage.version_id)
        .where(Passage.client_id == client.id, Document.client_id == client.id, Document.superseded_by.is_(None))
    ).one()
    return [int(n or 0) for n in row[1:]], int(row[0])


def contexts(scope: Scope, client_ref: str, passage_ids: Sequence[str]) -> dict[str, str]:
    """What stands over each passage (its section's title, its table's header row), by passage id."""
    client = access_client(scope, client_ref)
    query = select(Passage.id, Passage.context).where(Passage.client_id == client.id, Passage.id.in_(passage_ids))
    return dict(scope.session.execute(query).tuples().all())


def unproven(scope: Scope, snapshot: Snapshot, evidence: Iterable[Evidence]) -> list[Evidence]:
    """The quotes among the evidence that do not stand where they say, in a page or a message of this client. One query."""
    found = list(_quotes(evidence))
    versions = {one.version for one in found if isinstance(one, DocumentEvidence)}
    pages = _pages(scope, snapshot.client.ref, versions)
    bodies = {mail.message_id: mail.body for mail in snapshot.messages}
    wrong: list[Evidence] = []
    for one in found:
        text = _text_of(one, pages, bodies)
        if text is None or text[one.start : one.end] != one.quote or not one.quote:
            wrong.append(one)
    return wrong


def _text_of(
    one: DocumentEvidence | MessageEvidence, pages: dict[tuple[str, str, int], str], bodies: dict[str, str]
) -> str | None:
    if isinstance(one, DocumentEvidence):
        return pages.get((one.document, one.version, one.page))
    return bodies.get(one.message_id)


def _quotes(evidence: Iterable[Evidence]) -> Iterable[DocumentEvidence | MessageEvidence]:
    for one in evidence:
        if isinstance(one, DerivedEvidence):
            yield from _quotes(one.inputs)
        elif isinstance(one, DocumentEvidence | MessageEvidence):
            yield one


def _pages(scope: Scope, client_ref: str, versions: set[str]) -> dict[tuple[str, str, int], str]:
    if not versions:
        return {}
    client = access_client(scope, client_ref)
    query = (
        select(Document.id, DocumentPage.version_id, DocumentPage.number, DocumentPage.text)
        .join(Document, Document.current_version_id == DocumentPage.version_id)
        .where(
            DocumentPage.client_id == client.id, Document.client_id == client.id, DocumentPage.version_id.in_(versions)
        )
    )
    return {(d, v, n): text for d, v, n, text in scope.session.execute(query).tuples()}

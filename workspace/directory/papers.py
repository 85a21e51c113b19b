"""A client's file when two clients become one, and two again: documents go over, and what was read from them goes where its document goes.

Documents move row by row, so that the act keeps each; versions, pages, passages, facts, figures, notices and corrections follow by
statement, there and back (`follow`), and are no part of the act: what was done with them meanwhile stays with them. Vectors are never
moved: a client that gives documents away goes on to a shelf of its own that is empty, and every version that is to be searched stands
before the step `index` again. So a crash anywhere leaves an index that holds what the records say, and the next run of reading finishes
it. Never reads a file.
"""

from collections.abc import Collection, Iterator, Mapping, Sequence
from itertools import count

from sqlalchemy import Select, delete, exists, func, or_, select, update

from store.database import touch
from store.tables import (
    BookFigure,
    Client,
    Document,
    DocumentPage,
    DocumentVersion,
    FactCorrection,
    FactRow,
    IntakeFinding,
    NewVector,
    Notice,
    Passage,
    VersionLink,
)
from store.vouching import UNVOUCHED
from workspace.records.upsert import batches
from workspace.scope import Scope

READ, AGAIN, OUT = "indexed", "facts", "superseded"
"""Stages of a version: in the index, before it, and taken out of it."""
READING = ("received", "identified", "parsed", "split")
_BY_DOCUMENT = (DocumentVersion, FactRow, BookFigure, Notice, FactCorrection, IntakeFinding)
FOLLOW = frozenset(
    (*(one.__tablename__ for one in _BY_DOCUMENT), "document_pages", "passages", "version_links", "new_vectors")
)
"""Tables whose rows are of the client that their document is of."""
_AT_ONCE = 400


def in_reading(scope: Scope, client_id: str) -> int:
    """How many files of a client wait to be read: a run of reading must not find them at another client than it began with. What stands
    before the index alone may move, while nobody is at the desk."""
    version = DocumentVersion
    wanted = select(func.count()).select_from(version).where(version.client_id == client_id)
    return scope.session.scalars(wanted.where(version.stage.in_(READING))).one()


def move_papers(scope: Scope, kept: Client, gone: Client) -> int:
    """Put the documents of one client into the other's file; how many. A place that is taken there lies under the ref of the one that goes;
    the same bytes twice are one document and its copy, as when they come in."""
    session = scope.session
    papers = session.scalars(select(Document).where(Document.client_id == gone.id).order_by(Document.path)).all()
    if not papers:
        return 0
    mine = session.scalars(select(Document).where(Document.client_id == kept.id).order_by(Document.path)).all()
    taken = {one.path for one in mine} | {one.path for one in papers}
    there = {one.path for one in mine}
    for paper in papers:
        if paper.path in there:
            paper.path = free_place(paper.path, gone.ref, taken)
            taken.add(paper.path)
        paper.client_id = kept.id
    session.flush()
    _join_copies(scope, mine, papers)
    session.flush()
    follow(scope, {one.id: kept.id for one in papers}, {gone.id})
    return len(papers)


def free_place(path: str, ref: str, taken: Collection[str]) -> str:
    """Where a document lies whose place is another's: the same place in a folder named by its client's ref."""
    tries = (f"{ref}/{path}" if number == 1 else f"{ref}-{number}/{path}" for number in count(1))
    return next(one for one in tries if one not in taken)


def _join_copies(scope: Scope, mine: Sequence[Document], papers: Sequence[Document]) -> None:
    """Of the same bytes on both sides one stands for both: that of which people said something, else the kept client's."""
    blobs = _blobs(scope, [*mine, *papers])
    said = set(scope.session.scalars(select(FactCorrection.document_id).where(FactCorrection.document_id.in_(blobs))))
    first = {blobs[one.id]: one for one in mine if one.id in blobs and one.duplicate_of is None}
    for paper in papers:
        other = first.get(blobs.get(paper.id, "")) if paper.duplicate_of is None else None
        if other is not None:
            stands, copy = (paper, other) if paper.id in said and other.id not in said else (other, paper)
            for one in (*mine, *papers):
                if one.duplicate_of == copy.id:
                    one.duplicate_of = stands.id
            copy.duplicate_of, copy.kind = stands.id, None


def _blobs(scope: Scope, papers: Sequence[Document]) -> dict[str, str]:
    """The bytes of each document, by its id."""
    version, found = DocumentVersion, dict[str, str]()
    for some in batches(sorted(one.current_version_id for one in papers if one.current_version_id), _AT_ONCE):
        rows = scope.session.execute(select(version.document_id, version.blob).where(version.id.in_(some)))
        found.update(rows.tuples().all())
    return found


def follow(scope: Scope, to: Mapping[str, str], giving: Collection[str]) -> None:
    """What was read from documents goes to the clients that these now are of (by document id); who gives documents away has a new shelf.
    A document that stayed and became a copy leaves the index with the next run of reading (ingestion/indexing.py: retire)."""
    for client_id in sorted(set(to.values())):
        for some in batches(sorted(one for one, of in to.items() if of == client_id), _AT_ONCE):
            _hand_over(scope, some, client_id)
        touch(scope.session, client_id)
    for client_id in sorted(giving):
        shelf = update(Client).where(Client.id == client_id).values(shelf=Client.shelf + 1)
        scope.session.execute(shelf.execution_options(synchronize_session="fetch", **UNVOUCHED))
        touch(scope.session, client_id)
        _index_again(scope, select(Document.id).where(Document.client_id == client_id))
    for some in batches(sorted(to), _AT_ONCE):
        _index_again(scope, select(Document.id).where(Document.id.in_(some)))


def _hand_over(scope: Scope, documents: Collection[str], client_id: str) -> None:
    session, quiet = scope.session, {"synchronize_session": False}
    versions = select(DocumentVersion.id).where(DocumentVersion.document_id.in_(documents))
    passages = select(Passage.id).where(Passage.document_id.in_(documents))
    session.execute(delete(NewVector).where(NewVector.passage_id.in_(passages)).execution_options(**quiet))
    for table in _BY_DOCUMENT:
        moved = update(table).where(table.document_id.in_(documents)).values(client_id=client_id)
        session.execute(moved.execution_options(synchronize_session="fetch"))
    pages = update(DocumentPage).where(DocumentPage.version_id.in_(versions)).values(client_id=client_id)
    session.execute(pages.execution_options(**quiet))
    links = update(VersionLink).where(VersionLink.earlier_id.in_(documents)).values(client_id=client_id)
    session.execute(links.execution_options(synchronize_session="fetch"))
    # the index of words knows whose a passage is, and looks only where its text is written (store/word_index.py)
    words = update(Passage).where(Passage.document_id.in_(documents)).values(client_id=client_id, text=Passage.text)
    session.execute(words.execution_options(**quiet))


def _index_again(scope: Scope, documents: Select[str]) -> None:
    """Versions that are to be searched stand before the index, those that are not stand as taken out of it."""
    version, quiet = DocumentVersion, {"synchronize_session": "fetch", **UNVOUCHED}
    stands = exists().where(
        Document.current_version_id == version.id, Document.duplicate_of.is_(None), Document.superseded_by.is_(None)
    )
    of_these = version.document_id.in_(documents)
    for stage, wanted in ((AGAIN, stands), (OUT, ~stands)):
        done = (READ, OUT) if stage == AGAIN else (READ,)
        moved = update(version).where(of_these, version.stage.in_(done), wanted).values(stage=stage)
        scope.session.execute(moved.execution_options(**quiet))


def crossing(scope: Scope, documents: Collection[str]) -> Iterator[VersionLink]:
    """Links between one of these documents and another that is of another client: they were found while both lay in one file."""
    for some in batches(sorted(documents), _AT_ONCE):
        ends = or_(VersionLink.earlier_id.in_(some), VersionLink.later_id.in_(some))
        for link in scope.session.scalars(select(VersionLink).where(ends)).all():
            earlier, later = (scope.session.get_one(Document, one) for one in (link.earlier_id, link.later_id))
            if earlier.client_id != later.client_id:
                yield link

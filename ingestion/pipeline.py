"""What was received becomes searchable: identify, parse, split, read facts, index. A plain list of steps, run in order.

The `stage` of a version is the order and the receipt: each step takes the versions that stand before it, commits what it made, and can be
repeated without harm: a crash costs at most one step of the batches in hand. Never decides who may see what, never records a notice.
"""

from collections import deque
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol

from sqlalchemy import delete, func, select
from sqlalchemy.orm import Session

from ingestion.elements import Parsed
from ingestion.facts import READER_VERSION, read_facts, recognise
from ingestion.identify import ENCRYPTED
from ingestion.identify import identify as identify_bytes
from ingestion.indexing import embed_and_put, retire
from ingestion.parse.locked import is_locked
from ingestion.split import split as split_parsed
from ingestion.stored import keep_parsed, stored_parsed
from store.blobs import Blobs
from store.corrections import kinds_said, lay_over, settle_kinds
from store.database import Database
from store.ids import stable_id
from store.tables import Document, DocumentVersion, FactRow, Passage

if TYPE_CHECKING:
    from ingestion.sandbox import ParsePool
    from store.embedder import Embedder
    from store.vectors import VectorIndex

UNFINISHED = ("received", "identified", "parsed", "split", "facts")
BATCH = 32
AT_ONCE = 3  # batches on their way to the index

Progress = Callable[[str, int, int], None]
"""What is being done, how many are done, of how many."""


class Secret(Protocol):
    """A password to try on a locked file, and what a person may be told of it."""

    @property
    def told(self) -> str: ...
    @property
    def secret(self) -> str: ...


Passwords = Callable[[Collection[str]], Mapping[str, Sequence[Secret]]]
"""What may open the locked files of these clients, by client."""


@dataclass(frozen=True)
class Workbench:
    """What the steps work with. Without `passwords` a locked file is refused."""

    database: Database
    blobs: Blobs
    pool: "ParsePool"
    embedder: "Embedder"
    index: "VectorIndex"
    passwords: "Passwords | None" = None


@dataclass(frozen=True)
class Finished:
    """How many files a run read, and how many it had to refuse."""

    read: int = 0
    refused: int = 0


def run(bench: Workbench, progress: Progress, client_ids: Collection[str] | None = None) -> Finished:
    """Finish every version that waits now, of these clients or of all, in the order of clients and documents."""
    finished = Finished()
    waiting = _unfinished(bench.database, client_ids)
    batches = [waiting[first : first + BATCH] for first in range(0, len(waiting), BATCH)]
    for batch in _ahead(bench, batches):
        index(bench, batch)
        refused = _count_refused(bench.database, batch)
        finished = Finished(finished.read + len(batch) - refused, finished.refused + refused)
        progress("documents", finished.read + finished.refused, len(waiting))
    retire(bench.database, bench.index, client_ids)
    return finished


def _ahead(bench: Workbench, batches: Iterable[list[str]]) -> Iterator[list[str]]:
    """Each batch once its facts are read, in order, so that only its vectors are left, which take longest and let others work. The next
    ones are with the children meanwhile, and several at once: a scan takes a child as long as the rest of its batch takes all."""
    coming = deque[Future[list[str]]]()
    with ThreadPoolExecutor(AT_ONCE, "parse") as threads:
        for batch in batches:
            coming.append(threads.submit(_work_ahead, bench, batch))
            if len(coming) > AT_ONCE:
                yield coming.popleft().result()
        while coming:
            yield coming.popleft().result()


def _work_ahead(bench: Workbench, batch: list[str]) -> list[str]:
    for step in STEPS[:-1]:
        step(bench, batch)
    return batch


def identify(bench: Workbench, batch: Sequence[str]) -> None:
    """What each file is by its bytes; what no parser takes is refused here with its reason."""
    waiting = _waiting(bench.database, batch, "received")
    found = {version_id: identify_bytes(name, bench.blobs.get(blob)) for version_id, name, blob in waiting}
    with bench.database.writing() as session:
        for version, document in _standing(session, batch, "received"):
            identity = found[version.id]
            version.media_type, version.stage = identity.media_type, "identified"
            if identity.refused and identity.media_type != ENCRYPTED:
                nothing = Parsed(identity.media_type, findings=(identity.refused,))
                keep_parsed(session, [version], {version.id: nothing})
                _refuse(version, document)


def parse(bench: Workbench, batch: Sequence[str]) -> None:
    """Pages, elements and findings of each file, on all cores; a file of which nothing could be read is refused."""
    waiting = _waiting(bench.database, batch, "identified")
    results = bench.pool.map((name, bench.blobs.get(blob)) for _, name, blob in waiting)
    parsed = {version_id: result for (version_id, _, _), result in zip(waiting, results, strict=True)}
    opened = unlock(bench, waiting, parsed)
    with bench.database.writing() as session:
        standing = _standing(session, batch, "identified")
        keep_parsed(session, [version for version, _ in standing], parsed)
        for version, document in standing:
            version.stage, version.opened_with = "parsed", opened.get(version.id)
            if not parsed[version.id].pages:
                _refuse(version, document)


def unlock(bench: Workbench, waiting: Sequence[tuple[str, str, str]], parsed: dict[str, Parsed]) -> dict[str, str]:
    """Read locked files with what their clients' records open; changes `parsed`, returns what opened each version."""
    locked = [one for one in waiting if is_locked(parsed[one[0]])]
    if not locked or bench.passwords is None:
        return {}
    with bench.database.reading() as session:
        rows = select(DocumentVersion.id, DocumentVersion.client_id)
        owners = dict(session.execute(rows.where(DocumentVersion.id.in_([v for v, _, _ in locked]))).tuples().all())
    known, opened = bench.passwords(set(owners.values())), {}
    for version_id, name, blob in locked:
        for password in known.get(owners[version_id], ()):
            result = bench.pool.parse(name, bench.blobs.get(blob), passwords=(password.secret,))
            if not is_locked(result):
                parsed[version_id], opened[version_id] = result, password.told
                break
    return opened


def split(bench: Workbench, batch: Sequence[str]) -> None:
    """Passages of each file, in reading order, each a span of one page."""
    with bench.database.reading() as session:
        versions = [version for version, _ in _standing(session, batch, "parsed")]
        known = stored_parsed(session, versions)
    passages = [passage for version in versions for passage in _passages(version, known[version.id])]
    with bench.database.writing() as session:
        session.execute(delete(Passage).where(Passage.version_id.in_(known)))
        session.add_all(passages)
        for version, _ in _standing(session, batch, "parsed"):
            version.stage = "split"


def facts(bench: Workbench, batch: Sequence[str]) -> None:
    """The kind of each document and the typed values that its kind holds; what a person corrected stays so."""
    with bench.database.reading() as session:
        standing = _standing(session, batch, "split")
        known = stored_parsed(session, [version for version, _ in standing])
        recognised = {version.id: recognise(known[version.id], document.name)[0] for version, document in standing}
        kinds = kinds_said(session, recognised)
    rows = [row for version, _ in standing for row in _facts(version, known[version.id], kinds[version.id])]
    with bench.database.writing() as session:
        session.execute(delete(FactRow).where(FactRow.version_id.in_(kinds)))
        session.add_all(rows)
        for version, document in _standing(session, batch, "split"):
            version.stage, version.filled = "facts", None
            if document.current_version_id == version.id:
                document.kind = kinds[version.id]
        settle_kinds(session, recognised)
        lay_over(session, kinds)


def index(bench: Workbench, batch: Sequence[str]) -> None:
    """Vectors of the passages: into the index, and beside the passages in the records."""
    with bench.database.reading() as session:
        versions = [version.id for version, _ in _standing(session, batch, "facts")]
    embed_and_put(bench.database, bench.index, bench.embedder, versions)
    with bench.database.writing() as session:
        for version, document in _standing(session, versions, "facts"):
            version.stage = "indexed"
            if document.current_version_id == version.id:
                document.state = "read"


Step = Callable[[Workbench, Sequence[str]], None]
STEPS: tuple[Step, ...] = (identify, parse, split, facts, index)


def _unfinished(database: Database, client_ids: Collection[str] | None) -> list[str]:
    query = select(DocumentVersion.id).where(DocumentVersion.stage.in_(UNFINISHED))
    if client_ids is not None:
        query = query.where(DocumentVersion.client_id.in_(client_ids))
    order = (DocumentVersion.client_id, DocumentVersion.document_id, DocumentVersion.number)
    with database.reading() as session:
        return list(session.scalars(query.order_by(*order)))


def _count_refused(database: Database, batch: Sequence[str]) -> int:
    query = select(func.count()).select_from(DocumentVersion)
    with database.reading() as session:
        return session.scalar(query.where(DocumentVersion.id.in_(batch), DocumentVersion.stage == "refused")) or 0


def _waiting(database: Database, batch: Sequence[str], stage: str) -> list[tuple[str, str, str]]:
    """Version id, file name and blob of those that stand at a stage."""
    query = select(DocumentVersion.id, Document.name, DocumentVersion.blob).join(
        Document, Document.id == DocumentVersion.document_id
    )
    query = query.where(DocumentVersion.id.in_(batch), DocumentVersion.stage == stage).order_by(DocumentVersion.id)
    with database.reading() as session:
        return list(session.execute(query).tuples())


def _standing(session: Session, batch: Collection[str], stage: str) -> list[tuple[DocumentVersion, Document]]:
    """Those of a batch that stand at a stage, each with its document; one query."""
    query = select(DocumentVersion, Document).join(Document, Document.id == DocumentVersion.document_id)
    query = query.where(DocumentVersion.id.in_(batch), DocumentVersion.stage == stage).order_by(DocumentVersion.id)
    return list(session.execute(query).tuples())


def _refuse(version: DocumentVersion, document: Document) -> None:
    version.stage = "refused"
    if document.current_version_id == version.id:
        document.state = "refused"


def _passages(version: DocumentVersion, parsed: Parsed) -> Iterator[Passage]:
    for ordinal, piece in enumerate(split_parsed(parsed)):
        yield Passage(
            id=stable_id("pas", version.id, ordinal),
            client_id=version.client_id,
            document_id=version.document_id,
            version_id=version.id,
            ordinal=ordinal,
            page=piece.page,
            start=piece.start,
            end=piece.end,
            text=piece.text,
            context=piece.context,
        )


def _facts(version: DocumentVersion, parsed: Parsed, kind: str) -> Iterator[FactRow]:
    for n, fact in enumerate(read_facts(parsed, kind)):
        yield FactRow(
            id=stable_id("fact", version.id, n),
            client_id=version.client_id,
            document_id=version.document_id,
            version_id=version.id,
            name=fact.name,
            type=fact.type,
            value=fact.value,
            row=fact.row,
            page=fact.page,
            start=fact.start,
            end=fact.end,
            quote=fact.quote,
            confidence=fact.confidence,
            reader=READER_VERSION,
        )

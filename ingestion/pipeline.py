"""What was received becomes searchable: identify, parse, split, read facts, index. A plain list of steps, run in order.

The `stage` of a version is the order and the receipt: each step takes the versions that stand before it, commits what it made, and can be
repeated without harm: a crash costs at most one step of the batches in hand. Never decides who may see what, never records a notice.
"""

import gc
from collections import deque
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, NamedTuple, Protocol

from sqlalchemy import delete, func, null, select, update
from sqlalchemy.orm import Session

from ingestion.elements import Parsed
from ingestion.facts import READER_VERSION, facts_of, recognise
from ingestion.facts.figures import read_figures
from ingestion.facts.text import Reading, open_reading
from ingestion.identify import ENCRYPTED
from ingestion.identify import identify as identify_bytes
from ingestion.indexing import embed_and_put, retire
from ingestion.parse.locked import is_locked
from ingestion.split import split as split_parsed
from ingestion.stored import keep_parsed, put_rows, stored_parsed
from store.blobs import Blobs
from store.corrections import kinds_said, lay_over, settle_kinds
from store.database import Database, touch
from store.fence import Job
from store.figures import settle_figures
from store.ids import stable_id
from store.tables import BookFigure, Document, DocumentVersion, FactRow, Passage
from store.tables.base import Base

if TYPE_CHECKING:
    from ingestion.sandbox import ParsePool
    from store.embedder import Embedder
    from store.vectors import VectorIndex

UNFINISHED = ("received", "identified", "parsed", "split", "facts")
BATCH = 64
_SMALL = 256 * 1024  # bytes of a file that is not read twice
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
    """What the steps work with. Without `passwords` a locked file is refused; `unlocked` is told what opened which file, in the transaction
    that keeps the reading."""

    database: Database
    blobs: Blobs
    pool: "ParsePool"
    embedder: "Embedder"
    index: "VectorIndex"
    passwords: "Passwords | None" = None
    unlocked: "Callable[[Session, Sequence[tuple[str, str, str]]], None] | None" = None


class Standing(NamedTuple):
    """A version that stands at a stage, with what the steps ask of it and of its document. `current`: the document's bytes are its."""

    id: str
    client_id: str
    document_id: str
    name: str
    blob: str
    media_type: str | None
    title: str | None
    current: bool


@dataclass(frozen=True)
class Batch:
    """Versions that go through the steps together. `small` and `parsed`, by version, are what a step has in hand for the next: bytes and
    readings, which lie in store as well."""

    ids: Sequence[str]
    small: dict[str, bytes] = field(default_factory=dict[str, bytes])
    parsed: dict[str, Parsed] = field(default_factory=dict[str, Parsed])


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
    with _kept_aside():
        for batch in _ahead(bench, batches):
            index(bench, Batch(batch))
            refused = _count_refused(bench.database, batch)
            finished = Finished(finished.read + len(batch) - refused, finished.refused + refused)
            progress("documents", finished.read + finished.refused, len(waiting))
    retire(bench.database, bench.index, client_ids)
    return finished


@contextmanager
def _kept_aside() -> Iterator[None]:
    """What is in memory when the work begins is not searched for garbage meanwhile: that took as long as writing the facts. Where a server
    set its own aside when it had started, it stays there."""
    if gc.get_freeze_count():
        yield
        return
    gc.freeze()
    try:
        yield
    finally:
        gc.unfreeze()


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


def _work_ahead(bench: Workbench, ids: list[str]) -> list[str]:
    batch = Batch(ids)
    for step in STEPS[:-1]:
        step(bench, batch)
    return ids


def identify(bench: Workbench, batch: Batch) -> None:
    """What each file is by its bytes; what no parser takes is refused here with its reason."""
    with bench.database.reading(Job.INGESTION) as session:
        waiting = _standing(session, batch, "received")
    found = {version.id: identify_bytes(version.name, _bytes(bench, batch, version)) for version in waiting}
    with bench.database.writing() as session:
        standing = _standing(session, batch, "received")
        refused: dict[str, Parsed] = {}
        for version in standing:
            identity = found[version.id]
            if identity.refused and identity.media_type != ENCRYPTED:
                refused[version.id] = Parsed(identity.media_type, findings=(identity.refused,))
        keep_parsed(session, [version for version in standing if version.id in refused], refused)
        _set(session, DocumentVersion, [{"id": v.id, "media_type": found[v.id].media_type} for v in standing])
        _step(session, standing, "identified", refused)


def parse(bench: Workbench, batch: Batch) -> None:
    """Pages, elements and findings of each file, on all cores; a file of which nothing could be read is refused."""
    with bench.database.reading(Job.INGESTION) as session:
        waiting = _standing(session, batch, "identified")
    results = bench.pool.map((version.name, _bytes(bench, batch, version)) for version in waiting)
    parsed = {version.id: result for version, result in zip(waiting, results, strict=True)}
    batch.small.clear()
    opened = unlock(bench, waiting, parsed)
    with bench.database.writing() as session:
        standing = _standing(session, batch, "identified")
        keep_parsed(session, standing, parsed)
        _set(session, DocumentVersion, [{"id": v.id, "opened_with": opened.get(v.id)} for v in standing])
        if bench.unlocked is not None and opened:
            bench.unlocked(session, [(v.client_id, v.document_id, opened[v.id]) for v in standing if v.id in opened])
        _step(session, standing, "parsed", [version.id for version in standing if not parsed[version.id].pages])
    # Headers of mail are read again from the records, where they stand as the message was filed.
    batch.parsed.update((key, one) for key, one in parsed.items() if one.mail is None)


def unlock(bench: Workbench, waiting: Sequence[Standing], parsed: dict[str, Parsed]) -> dict[str, str]:
    """Read locked files with what their clients' records open; changes `parsed`, returns what opened each version."""
    locked = [version for version in waiting if is_locked(parsed[version.id])]
    if not locked or bench.passwords is None:
        return {}
    known, opened = bench.passwords({version.client_id for version in locked}), {}
    for version in locked:
        for password in known.get(version.client_id, ()):
            result = bench.pool.parse(version.name, bench.blobs.get(version.blob), passwords=(password.secret,))
            if not is_locked(result):
                parsed[version.id], opened[version.id] = result, password.told
                break
    return opened


def split(bench: Workbench, batch: Batch) -> None:
    """Passages of each file, in reading order, each a span of one page."""
    with bench.database.reading(Job.INGESTION) as session:
        versions = _standing(session, batch, "parsed")
        known = _known(session, batch, versions)
    passages = [passage for version in versions for passage in _passages(version, known[version.id])]
    with bench.database.writing() as session:
        session.execute(delete(Passage).where(Passage.version_id.in_(known)))
        put_rows(session, Passage, passages)
        _step(session, _standing(session, batch, "parsed"), "split")


@dataclass(frozen=True)
class FactsFound:
    """What the rules read of versions, by version id: the kinds they take them for, the kinds after what people said, rows of facts and of
    the figures of books."""

    recognised: Mapping[str, str]
    kinds: Mapping[str, str]
    rows: Mapping[str, Sequence[dict[str, Any]]]
    figures: Mapping[str, Sequence[dict[str, Any]]]


def facts(bench: Workbench, batch: Batch) -> None:
    """The kind of each document and the typed values that its kind holds; what a person corrected stays so."""
    with bench.database.reading(Job.INGESTION) as session:
        versions = _standing(session, batch, "split")
        found = find_facts(session, versions, _known(session, batch, versions))
    with bench.database.writing() as session:
        standing = _standing(session, batch, "split")
        _step(session, standing, "facts")
        put_facts(session, standing, found)
    batch.parsed.clear()


def find_facts(session: Session, versions: Sequence[Standing], known: Mapping[str, Parsed]) -> FactsFound:
    """Read the kinds and facts of versions; writes nothing."""
    readings = {version.id: open_reading(known[version.id]) for version in versions}
    recognised = {v.id: recognise(known[v.id], v.name, readings[v.id])[0] for v in versions}
    kinds = kinds_said(session, recognised)
    rows = {v.id: list(_facts(v, readings[v.id], kinds[v.id])) for v in versions}
    figures = {v.id: list(_figures(v, readings[v.id], kinds[v.id])) for v in versions}
    return FactsFound(recognised, kinds, rows, figures)


def put_facts(session: Session, standing: Sequence[Standing], found: FactsFound) -> None:
    """Make the kinds and facts of these versions those that were found, and lay what people said over them."""
    ids = [version.id for version in standing]
    session.execute(delete(FactRow).where(FactRow.version_id.in_(ids)))
    put_rows(session, FactRow, [row for one in ids for row in found.rows[one]])
    # What a model filled in was of the reading before.
    of_these = update(DocumentVersion).where(DocumentVersion.id.in_(ids))
    session.execute(of_these.values(filled=null(), readers=READER_VERSION))
    _say(session, standing, {v.document_id: {"kind": found.kinds[v.id]} for v in standing})
    settle_kinds(session, {one: found.recognised[one] for one in ids})
    lay_over(session, ids)
    put_figures(session, standing, found)


def put_figures(session: Session, standing: Sequence[Standing], found: FactsFound) -> None:
    """Make the figures of books of these versions those that were found, and lay what people said over them."""
    ids = [version.id for version in standing]
    session.execute(delete(BookFigure).where(BookFigure.version_id.in_(ids)))
    rows = [row for one in ids for row in found.figures[one]]
    put_rows(session, BookFigure, rows)
    if rows:
        settle_figures(session, ids)


def index(bench: Workbench, batch: Batch) -> None:
    """Vectors of the passages: into the index, and beside the passages in the records."""
    with bench.database.reading(Job.INGESTION) as session:
        versions = [version.id for version in _standing(session, batch, "facts")]
    embed_and_put(bench.database, bench.index, bench.embedder, versions)
    with bench.database.writing() as session:
        standing = _standing(session, batch, "facts")
        _step(session, standing, "indexed")
        _say(session, standing, {version.document_id: {"state": "read"} for version in standing})


Step = Callable[[Workbench, Batch], None]
STEPS: tuple[Step, ...] = (identify, parse, split, facts, index)


def _unfinished(database: Database, client_ids: Collection[str] | None) -> list[str]:
    query = select(DocumentVersion.id).where(DocumentVersion.stage.in_(UNFINISHED))
    if client_ids is not None:
        query = query.where(DocumentVersion.client_id.in_(client_ids))
    order = (DocumentVersion.client_id, DocumentVersion.document_id, DocumentVersion.number)
    with database.reading(Job.INGESTION) as session:
        return list(session.scalars(query.order_by(*order)))


def _count_refused(database: Database, batch: Sequence[str]) -> int:
    query = select(func.count()).select_from(DocumentVersion)
    with database.reading(Job.INGESTION) as session:
        return session.scalar(query.where(DocumentVersion.id.in_(batch), DocumentVersion.stage == "refused")) or 0


def _standing(session: Session, batch: Batch, stage: str) -> list[Standing]:
    return standing_at(session, batch.ids, stage)


def standing_at(session: Session, ids: Sequence[str], stage: str) -> list[Standing]:
    """Those of these versions that stand at a stage; one query."""
    version, document = DocumentVersion, Document
    of_version = (version.id, version.client_id, version.document_id)
    query = select(
        *of_version, document.name, version.blob, version.media_type, version.title, document.current_version_id
    ).join(document, document.id == version.document_id)
    query = query.where(version.id.in_(ids), version.stage == stage).order_by(version.id)
    return [Standing(*row[:-1], row[0] == row[-1]) for row in session.execute(query).tuples()]


def _bytes(bench: Workbench, batch: Batch, version: Standing) -> bytes:
    if version.id in batch.small:
        return batch.small[version.id]
    data = bench.blobs.get(version.blob)
    if len(data) <= _SMALL:
        batch.small[version.id] = data
    return data


def _known(session: Session, batch: Batch, versions: Sequence[Standing]) -> dict[str, Parsed]:
    """What was parsed of each: what is in hand, the rest from the records."""
    there = {version.id: batch.parsed[version.id] for version in versions if version.id in batch.parsed}
    return there | stored_parsed(session, [version for version in versions if version.id not in there])


def _step(session: Session, standing: Sequence[Standing], stage: str, refused: Collection[str] = ()) -> None:
    """They stand at a stage from now on, but for those that end here: no step takes them up again."""
    _set(session, DocumentVersion, [{"id": v.id, "stage": "refused" if v.id in refused else stage} for v in standing])
    _say(session, standing, {v.document_id: {"state": "refused"} for v in standing if v.id in refused})


def _say(session: Session, standing: Sequence[Standing], said: Mapping[str, Mapping[str, str]]) -> None:
    """Columns of documents by id, where the version is what the document now is."""
    current = [version for version in standing if version.current and version.document_id in said]
    _set(session, Document, [{"id": version.document_id, **said[version.document_id]} for version in current])
    for client_id in {version.client_id for version in current}:
        touch(session, client_id)


def _set(session: Session, table: type[Base], rows: Sequence[dict[str, Any]]) -> None:
    """Change columns of rows by their ids, in one statement."""
    if rows:
        session.execute(update(table), rows)


def _passages(version: Standing, parsed: Parsed) -> Iterator[dict[str, Any]]:
    for ordinal, piece in enumerate(split_parsed(parsed)):
        yield {
            "id": stable_id("pas", version.id, ordinal),
            "client_id": version.client_id,
            "document_id": version.document_id,
            "version_id": version.id,
            "ordinal": ordinal,
            "page": piece.page,
            "start": piece.start,
            "end": piece.end,
            "text": piece.text,
            "context": piece.context,
        }


def _facts(version: Standing, reading: Reading, kind: str) -> Iterator[dict[str, Any]]:
    for n, fact in enumerate(facts_of(reading, kind)):
        yield {
            "id": stable_id("fact", version.id, n),
            "client_id": version.client_id,
            "document_id": version.document_id,
            "version_id": version.id,
            "name": fact.name,
            "type": fact.type,
            "value": fact.value,
            "row": fact.row,
            "page": fact.page,
            "start": fact.start,
            "end": fact.end,
            "quote": fact.quote,
            "confidence": fact.confidence,
            "reader": READER_VERSION,
        }


def _figures(version: Standing, reading: Reading, kind: str) -> Iterator[dict[str, Any]]:
    for one in read_figures(reading, kind):
        span, told = one.found.span, one.period.told
        yield {
            "id": stable_id(
                "fig",
                version.id,
                one.role,
                one.measure,
                one.account if one.role == "total" else "",
                span.page,
                span.start,
            ),
            "client_id": version.client_id,
            "document_id": version.document_id,
            "version_id": version.id,
            "statement": one.statement,
            "measure": one.measure,
            "role": one.role,
            "period_start": one.period.start,
            "period_end": one.period.end,
            "line": one.line,
            "number": one.number,
            "account": one.account,
            "type": one.type,
            "told_by": one.told_by,
            "amount": one.amount,
            "sign": one.sign,
            "basis": one.basis,
            "page": span.page,
            "start": span.start,
            "end": span.end,
            "quote": span.text,
            "cell": one.cell,
            "confidence": one.confidence,
            "told": [told.page, told.start, told.end, told.text],
            "named": [one.named.page, one.named.start, one.named.end, one.named.text],
            "beyond": one.beyond,
            "state": "read",
        }

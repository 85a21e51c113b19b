"""Questions on real reports whose answering page or passage is known: how far up does search put it?

Reports as PDFs go through the intake's own steps, one client a file; reports that come as passages become documents of those passages,
one client a company (`doc_id`) or a group of them (`client_id`). Every question is asked as `tickmark search` asks it. Owns the
measure, not the data.
"""

import hashlib
import json
import sqlite3
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from api.settings import load_settings
from api.wiring import Services, build
from evals.ground import Ground, current_home
from evals.runner import Score, Task
from ingestion import pipeline
from ingestion.indexing import embed_and_put
from store.ids import stable_id
from store.tables import Client, Document, DocumentPage, DocumentVersion, Passage
from workspace.documents import receive
from workspace.scope import Scope, access_client, system_scope
from workspace.search import Searcher, search

if TYPE_CHECKING:
    from sqlalchemy.orm import Session

    from store.embedder import Embedder
    from store.vectors import Vectors

_DEPTHS, _BESIDE = (1, 5, 20), 5
_ENOUGH = 400
_GAP = "\n\n"


@dataclass(frozen=True)
class SearchCase:
    """A question about the file of a client. `gold`: pages, or ids of passages when `of_pages` is false. `document` is what it is
    about: halves of a set are halves of its documents."""

    set: str
    services: Services
    searcher: Searcher
    client_ref: str
    document: str
    question: str
    gold: frozenset[int] | frozenset[str]
    of_pages: bool


def cases(ground: Ground) -> Iterator[SearchCase]:
    """Every question of the pack whose page or passage is known. Reading and embedding takes minutes once; vectors are kept by the
    hash of their text beside the homes."""
    pack = ground.part("pdfqa").parent
    services = ground.keep(
        build(load_settings(current_home(ground.homes, "search", reuse=ground.reuse)), own_index=True)
    )
    kept = KeptVectors(services.embedder, ground.homes / "vectors.db")
    searcher = Searcher(services.index, kept)
    take_reports(services, kept, pack / "pdfqa", ground)
    for row in rows_of(pack / "pdfqa" / "questions.jsonl"):
        if row["gold_pages"]:
            gold = frozenset[int](row["gold_pages"])
            name = f"pages of a file, {row['source']}"
            yield SearchCase(name, services, searcher, _ref(row["file"]), row["file"], row["question"], gold, True)
    for part, key in (("qa_tatqa", "client_id"), ("qa_finqa", "doc_id")):
        if (pack / part).is_dir():
            ids = take_passages(services, kept, part, rows_of(pack / part / "passages.jsonl"), key)
            for row in rows_of(pack / part / "questions.jsonl"):
                found = frozenset(ids[one] for one in row["gold_passage_ids"])
                name = f"passages inside {key}, {part}"
                ref = _ref(part, row[key])
                yield SearchCase(name, services, searcher, ref, row["doc_id"], row["question"], found, False)


def solve(case: SearchCase) -> list[int] | list[str]:
    """The pages or passages that search finds, best first, each once."""
    with case.services.database.reading() as session:
        hits = search(_scope(session, case.services), case.searcher, case.client_ref, case.question, _ENOUGH)
    if case.of_pages:
        return list(dict.fromkeys(hit.page for hit in hits))
    return list(dict.fromkeys(hit.passage_id for hit in hits))


def score(case: SearchCase, found: Sequence[object]) -> Iterator[Score]:
    """Recall at three depths, the reciprocal rank of the first that is right; beside it what a plain RAG would retrieve."""
    for depth in _DEPTHS:
        yield f"{case.set}: recall at {depth}", len(case.gold & set(found[:depth])) / len(case.gold)
    if not case.of_pages:
        near = set(vectors_alone(case)[:_BESIDE])
        yield f"{case.set}, vectors alone as a plain RAG: recall at {_BESIDE}", len(case.gold & near) / len(case.gold)
    first = next((rank for rank, one in enumerate(found, start=1) if one in case.gold), None)
    yield f"{case.set}: reciprocal rank", 1 / first if first else 0.0


def vectors_alone(case: SearchCase) -> list[str]:
    """The same passages by the nearness of their vectors and nothing else, nearest first."""
    with case.services.database.reading() as session:
        client = access_client(_scope(session, case.services), case.client_ref)
        held = case.searcher.held(_scope(session, case.services), client)
        near = case.searcher.near(client, held, case.question)
    return [held.corpus.ids[row] for row in sorted(near, key=lambda row: -near[row])]


SEARCH = Task("search", "pages and passages that answer questions on real reports are found", cases, solve, score)


def take_reports(services: Services, embedder: "Embedder", folder: Path, ground: Ground) -> None:
    """The PDFs through every step of the intake, one client a file; those that are there already cost nothing."""
    files = sorted((folder / "files").iterdir())
    with services.database.writing() as session:
        for path in files:
            _client(session, _ref(path.name))
        session.flush()
        for path in files:
            receive(_scope(session, services), services.blobs, _ref(path.name), path.name, path.read_bytes(), "load")
    bench = pipeline.Workbench(services.database, services.blobs, services.parse_pool, embedder, services.index)
    pipeline.run(bench, ground.progress)


def take_passages(
    services: Services, embedder: "Embedder", part: str, rows: Iterable[Mapping[str, Any]], key: str
) -> dict[str, str]:
    """Each report a document whose one page is its passages in their order; gives our ids of passages by theirs."""
    reports: dict[tuple[str, str], list[Mapping[str, Any]]] = {}
    for row in rows:
        reports.setdefault((_ref(part, row[key]), row["doc_id"]), []).append(row)
    versions: list[str] = []
    ids: dict[str, str] = {}
    with services.database.writing() as session:
        for ref, name in reports:
            client_id = _client(session, ref)
            version = stable_id("ver", client_id, name)
            passages = dict(_passages(version, reports[ref, name]))
            ids |= {theirs: passage.id for theirs, passage in passages.items()}
            versions.append(version)
            if session.get(DocumentVersion, version) is None:
                _document(session, client_id, name, version, list(passages.values()), services)
    embed_and_put(services.database, services.index, embedder, versions)
    return ids


def _client(session: "Session", ref: str) -> str:
    identity = stable_id("cl", ref)
    if session.get(Client, identity) is None:
        session.add(Client(id=identity, ref=ref, name=ref, entity_type="other"))
        session.flush()
    return identity


def _passages(version: str, rows: Sequence[Mapping[str, Any]]) -> Iterator[tuple[str, Passage]]:
    start = 0
    for ordinal, row in enumerate(rows):
        text = row["text"]
        end = start + len(text)
        yield (
            row["id"],
            Passage(
                id=stable_id("pas", version, ordinal),
                version_id=version,
                ordinal=ordinal,
                page=1,
                start=start,
                end=end,
                text=text,
                context="",
            ),
        )
        start = end + len(_GAP)


def _document(
    session: "Session", client_id: str, name: str, version: str, passages: Sequence[Passage], services: Services
) -> None:
    """A document that is indexed, as the pipeline leaves it, without the bytes that it never had."""
    document, now = stable_id("doc", client_id, name), services.clock.now()
    text = _GAP.join(passage.text for passage in passages)
    of = {"client_id": client_id, "document_id": document}
    session.add(
        Document(
            id=document,
            client_id=client_id,
            path=f"{name}.txt",
            name=f"{name}.txt",
            source="load",
            kind="other",
            state="read",
            current_version_id=version,
            received_at=now,
        )
    )
    session.flush()
    blob = hashlib.sha256(text.encode()).hexdigest()
    session.add(
        DocumentVersion(id=version, number=1, blob=blob, size=len(text), stage="indexed", received_at=now, **of)
    )
    session.flush()
    page = {"number": 1, "text": text, "source": "text"}
    session.add(DocumentPage(id=stable_id("page", version, 1), client_id=client_id, version_id=version, **page))
    for passage in passages:
        passage.client_id, passage.document_id = client_id, document
    session.add_all(passages)


def rows_of(path: Path) -> list[dict[str, Any]]:
    return [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines() if line.strip()]


def _ref(*parts: str) -> str:
    return "/".join(parts)


def _scope(session: "Session", services: Services) -> Scope:
    return system_scope(session, "evals", now=services.clock.now(), today=services.clock.today())


class KeptVectors:
    """An embedder that embeds no text twice: its vectors lie in a file by the hash of model and text."""

    def __init__(self, embedder: "Embedder", path: Path) -> None:
        self._embedder = embedder
        self._kept = sqlite3.connect(path, check_same_thread=False, isolation_level=None)
        self._kept.execute("CREATE TABLE IF NOT EXISTS vectors (key BLOB PRIMARY KEY, vector BLOB)")

    @property
    def name(self) -> str:
        return self._embedder.name

    def other(self, name: str) -> "Embedder | None":
        """Itself for its own name, else what the embedder knows."""
        return self if name == self.name else self._embedder.other(name)

    def embed(self, texts: Sequence[str]) -> "Vectors":
        """As the embedder does."""
        keys = [hashlib.sha256(f"{self.name}\0{text}".encode()).digest() for text in texts]
        missing = {key: text for key, text in zip(keys, texts, strict=True) if self._get(key) is None}
        if missing:
            made = self._embedder.embed(list(missing.values()))
            rows = [(key, vector.astype("<f4").tobytes()) for key, vector in zip(missing, made, strict=True)]
            with self._kept:
                self._kept.executemany("INSERT OR REPLACE INTO vectors VALUES (?, ?)", rows)
        if not keys:
            return self._embedder.embed([])
        return np.stack([np.frombuffer(self._get(key) or b"", dtype="<f4") for key in keys])

    def _get(self, key: bytes) -> bytes | None:
        row = self._kept.execute("SELECT vector FROM vectors WHERE key = ?", (key,)).fetchone()
        return row[0] if row else None

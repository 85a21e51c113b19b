"""Questions on annual reports: is the passage that answers found, and quoted, and is a question about another report left alone?

The reports come as passages with questions and gold (`qa_tatqa`: passages.jsonl, questions.jsonl); each report is made the file of a
client and asked as the chat asks it, without a model. Owns the measure, not the data.
"""

import hashlib
import json
import random
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

from agents.asking.sources import CLOSEST, answered, gather
from agents.asking.topics import understand
from ingestion.indexing import embed_and_put
from store.database import Database
from store.ids import stable_id
from store.tables import Client, Document, DocumentPage, DocumentVersion, Passage
from workspace.evidence import DocumentEvidence
from workspace.scope import system_scope
from workspace.search import Searcher

if TYPE_CHECKING:
    from store.embedder import Embedder
    from store.vectors import VectorIndex

NOW = datetime(2026, 3, 9, 8, 30, tzinfo=UTC)
SPANS = ("span", "multi-span")  # what can be quoted; arithmetic is not


@dataclass(frozen=True)
class Figures:
    """`n` questions, of which `answered` had an answer, `cited` one that quotes a gold passage, `said` one that holds every gold span.
    Of `misplaced` questions, asked of another company's report, `misplaced_answered` had an answer all the same, `misplaced_closest`
    only what comes closest."""

    n: int
    answered: int
    cited: int
    said: int
    misplaced: int
    misplaced_answered: int
    misplaced_closest: int


def measure(
    pack: Path, database: Database, index: "VectorIndex", embedder: "Embedder", *, reports: int | None = None
) -> Figures:
    """The figures over the first `reports` reports (None: all) of a pack, in a database that is migrated and empty."""
    passages, questions = _read(pack / "passages.jsonl"), _read(pack / "questions.jsonl")
    chosen = sorted({row["doc_id"] for row in passages})[:reports]
    put(database, index, embedder, {ref: [row for row in passages if row["doc_id"] == ref] for ref in chosen})
    searcher = Searcher(index, embedder)
    asked = [row for row in questions if row["doc_id"] in chosen and row["answer_type"] in SPANS]
    own = [(row, _quotes(database, searcher, row["doc_id"], row["question"])[0]) for row in asked]
    draw = random.Random(1)
    others = [draw.choice([ref for ref in chosen if ref != row["doc_id"]]) for row in asked]
    misplaced = [_quotes(database, searcher, ref, row["question"]) for ref, row in zip(others, asked, strict=True)]
    near = sum(closest for _, closest in misplaced)
    return Figures(
        n=len(own),
        answered=sum(bool(quotes) for _, quotes in own),
        cited=sum(bool({d for d, _ in quotes} & set(row["gold_passage_ids"])) for row, quotes in own),
        said=sum(_says(row["answer"], [words for _, words in quotes]) for row, quotes in own),
        misplaced=len(misplaced),
        misplaced_answered=sum(bool(quotes) for quotes, _ in misplaced) - near,
        misplaced_closest=near,
    )


def put(
    database: Database, index: "VectorIndex", embedder: "Embedder", files: Mapping[str, Sequence[Mapping[str, Any]]]
) -> None:
    """Make each report a client whose documents are its passages, a page each; a document's path is the passage's id."""
    versions: list[str] = []
    with database.writing() as session:
        for ref in files:
            session.add(Client(id=stable_id("cl", ref), ref=ref, name=ref.replace("-", " "), entity_type="1120"))
        session.flush()
        for ref, rows in files.items():
            for row in rows:
                versions.append(_file(session, stable_id("cl", ref), row["id"], row["text"]))
                session.flush()
    embed_and_put(database, index, embedder, versions)


def _file(session: Any, client_id: str, path: str, text: str) -> str:
    document, version = stable_id("doc", client_id, path), stable_id("ver", client_id, path)
    of = {"client_id": client_id, "version_id": version}
    session.add(
        Document(
            id=document, client_id=client_id, path=path, name=path, source="load", kind="other", state="read",
            current_version_id=version, received_at=NOW,
        )
    )  # fmt: skip
    session.flush()
    blob = hashlib.sha256(text.encode()).hexdigest()
    session.add(
        DocumentVersion(
            id=version, client_id=client_id, document_id=document, number=1, blob=blob, size=len(text), stage="indexed", received_at=NOW
        )
    )  # fmt: skip
    session.flush()
    session.add(DocumentPage(id=stable_id("pg", version, 1), number=1, text=text, source="text", **of))
    session.add(
        Passage(
            id=stable_id("psg", version, 0), document_id=document, ordinal=0, page=1, start=0, end=len(text), text=text, context="", **of
        )
    )  # fmt: skip
    return version


def _quotes(database: Database, searcher: Searcher, ref: str, question: str) -> tuple[list[tuple[str, str]], bool]:
    """What is quoted to answer: the passage's id and the words; and whether it only comes closest."""
    with database.reading() as session:
        scope = system_scope(session, "evals", now=NOW, today=date(2026, 3, 9))
        asked = understand(question)
        sources = gather(scope, searcher, ref, asked)
        claims = answered(sources)
        cited = [one for claim in claims for one in claim.evidence if isinstance(one, DocumentEvidence)]
        said = [(sources.paths[one.document], one.quote) for one in cited]
        return said, any(claim.text == CLOSEST for claim in claims)


def _says(gold: Iterable[str], quotes: Sequence[str]) -> bool:
    """Whether every gold span stands in what was quoted, letters and figures compared."""
    said = _letters(" ".join(quotes))
    return bool(quotes) and all(_letters(str(span)).rstrip(".") in said for span in gold)


def _letters(text: str) -> str:
    return re.sub(r"[^a-z0-9.%]", "", text.lower())


def _read(path: Path) -> list[dict[str, Any]]:
    return [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()]

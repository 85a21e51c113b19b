"""A firm of any size whose passages need no embedding: texts of the sample firm with other figures, their vectors turned a little.

Embedding 200,000 passages takes hours, so they are varied from a few hundred that were really read and really embedded; everything that
a question meets (rows, words, vectors, facts) is put in by the store's own tables. Chroma's collections are left out: a search among so
few passages of a client compares the vectors in the records and opens none. Owns no measure.
"""

import random
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

import numpy as np
from sqlalchemy import insert, select

from api.commands.result import Progress
from api.settings import load_settings
from api.wiring import Services, build
from store.ids import stable_id
from store.tables import Client, Document, DocumentVersion, Passage
from store.vectors import Vectors, pack, unpack

NOW = datetime(2026, 3, 9, 8, 30, tzinfo=UTC)
PASSAGES = 200
_OF_A_DOCUMENT = 5
_TURNED = 0.25
_CLIENTS_AT_ONCE = 20
_DIGITS = re.compile(r"\d")


@dataclass(frozen=True)
class Sort:
    """A passage that was really read: its document's path and kind, what stands over it, its words, its vector."""

    path: str
    kind: str | None
    context: str
    text: str
    vector: Vectors


def sorts_of(home: Path, most: int = 600) -> Sequence[Sort]:
    """Passages of a loaded firm with their vectors."""
    query = select(Document.path, Document.kind, Passage.context, Passage.text, Passage.vector)
    query = query.join(Document, Document.id == Passage.document_id).where(Passage.vector.is_not(None))
    with (
        build(load_settings(home), own_index=True, purpose="bench") as services,
        services.database.reading() as session,
    ):
        rows = session.execute(query.order_by(Passage.id).limit(most)).tuples()
        return [Sort(path, kind, context, text, unpack(vector or b"")) for path, kind, context, text, vector in rows]


def fill(
    services: Services,
    sorts: Sequence[Sort],
    clients: int,
    progress: Progress,
    passages: int = PASSAGES,
    first: int = 0,
) -> None:
    """Clients of so many passages each, made of `sorts`, in a home without them; `first` is the number of the first."""
    draw, model = random.Random(7), services.embedder.name
    turn = np.random.default_rng(7)
    for done in range(first, first + clients, _CLIENTS_AT_ONCE):
        refs = [f"B{number:04d}" for number in range(done, min(done + _CLIENTS_AT_ONCE, first + clients))]
        made = [list(_of_client(ref, sorts, passages, draw, turn, model)) for ref in refs]
        with services.database.writing() as session:
            session.execute(insert(Client), [_client(ref, model) for ref in refs])
            for table, at in ((Document, 0), (DocumentVersion, 1), (Passage, 2)):
                session.execute(insert(table), [row for client in made for rows in client for row in rows[at]])
        progress("clients", done - first + len(refs), clients)


_Rows = list[dict[str, object]]


def _client(ref: str, model: str) -> dict[str, object]:
    return {"id": stable_id("cl", ref), "ref": ref, "name": f"Client {ref}", "entity_type": "1120", "embedder": model}


def _of_client(
    ref: str, sorts: Sequence[Sort], passages_of_it: int, draw: random.Random, turn: np.random.Generator, model: str
) -> Iterator[tuple[_Rows, _Rows, _Rows]]:
    """The rows of each document: itself, its version, its passages."""
    client_id = stable_id("cl", ref)
    for number in range(passages_of_it // _OF_A_DOCUMENT):
        taken = [draw.choice(sorts) for _ in range(_OF_A_DOCUMENT)]
        path = f"{number}/{taken[0].path}"
        document, version = stable_id("doc", ref, path), stable_id("ver", ref, path)
        of = {"client_id": client_id, "document_id": document}
        passages = [
            {
                "id": stable_id("pas", version, at),
                **of,
                "version_id": version,
                "embedder": model,
                **_varied(sort, at, draw, turn),
            }
            for at, sort in enumerate(taken)
        ]
        yield (
            [
                {
                    "id": document, "client_id": client_id, "path": path, "name": path.rsplit("/", 1)[-1], "source": "load",
                    "kind": taken[0].kind, "state": "read", "current_version_id": version, "received_at": NOW,
                }
            ],
            [
                {
                    "id": version, **of, "number": 1, "blob": f"{number:064d}", "size": 1, "stage": "indexed", "received_at": NOW,
                }
            ],
            passages,
        )  # fmt: skip


def _varied(sort: Sort, at: int, draw: random.Random, turn: np.random.Generator) -> dict[str, object]:
    """Other figures, and a vector a little way off: so that no two clients hold the same."""
    text = _DIGITS.sub(lambda _: str(draw.randrange(10)), sort.text)
    noise = turn.standard_normal(len(sort.vector)).astype(np.float32)
    vector = sort.vector + _TURNED * noise / np.linalg.norm(noise)
    packed = pack((vector / np.linalg.norm(vector)).astype(np.float32))
    where = {"ordinal": at, "page": 1 + at // 2, "start": 0, "end": len(text)}
    return {**where, "text": text, "context": sort.context, "vector": packed}

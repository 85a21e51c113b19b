"""Another model for clients that are there: their passages are embedded again while they are searched with the model before.

One client after the other. New vectors wait in `new_vectors`, committed every few passages, so that a restart goes on where it ended;
when all of a client's passages have theirs, one transaction moves them over and says on which shelf and with which model it is searched
from then on. Decides nothing about which model is wanted.
"""

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from sqlalchemy import ColumnElement, and_, delete, func, insert, select, update

from ingestion.indexing import current, searched, sweep
from store.database import Database
from store.embedder import for_client
from store.fence import Job
from store.tables import Client, Document, DocumentVersion, NewVector, Passage
from store.vectors import pack, shelf_of, unpack

if TYPE_CHECKING:
    from store.embedder import Embedder
    from store.vectors import VectorIndex

_AT_ONCE = 32

Rest = Callable[[float], bool]
"""Given the seconds a piece of work took: waits as it likes, and says whether to end."""

Progress = Callable[[str, int, int], None]


@dataclass(frozen=True)
class Standing:
    """How far a firm is with a model: `clients` that have passages, `behind` those still searched with another, `waiting` passages that
    are still to embed for them, `models` the names of the others. `alone` are searched by words alone and wait for a model too."""

    clients: int
    behind: int
    waiting: int
    models: Sequence[str]
    alone: int = 0


def go_on(_: float) -> bool:
    """No rest, and no end before the work is done."""
    return False


def embed_again(
    database: Database, index: "VectorIndex", embedder: "Embedder", rest: Rest = go_on, progress: Progress | None = None
) -> int:
    """Give every client the model of `embedder`, those too that were searched by words alone; returns how many were given it.

    A client whose words may not go there stays as it is. Raises Busy when the embedder is a server that does not answer; what was embedded
    until then is kept."""
    waiting, done = _behind(database, embedder.name), 0
    for number, (client_id, ref) in enumerate(waiting):
        speaking = for_client(embedder, client_id)
        if speaking is None:
            continue
        if progress:
            progress(f"embedding {ref} again", number, len(waiting))
        while not (switched := _embedded(database, index, speaking, client_id, rest)):
            if switched is None:
                return done
        done += 1
    if done:
        sweep(database, index)
    return done


def standing(database: Database, wanted: str) -> Standing:
    """Where the firm stands with the model of that name."""
    with database.reading(Job.INGESTION) as session:
        models = session.execute(
            select(Client.embedder, func.count()).where(Client.embedder.is_not(None)).group_by(Client.embedder)
        ).tuples()
        clients = dict(models.all())
        left = (
            select(func.count())
            .select_from(Passage)
            .join(Document, Document.current_version_id == Passage.version_id)
            .join(DocumentVersion, DocumentVersion.id == Passage.version_id)
            .join(Client, Client.id == Passage.client_id)
            .outerjoin(NewVector, (NewVector.passage_id == Passage.id) & (NewVector.embedder == wanted))
            .where(DocumentVersion.stage == "indexed", Client.embedder != wanted, NewVector.passage_id.is_(None))
        )
        waiting = session.scalars(left).one() if any(name != wanted for name in clients) else 0
        alone = session.scalars(select(func.count()).select_from(Client).where(_alone())).one()
    others = {name: number for name, number in clients.items() if name != wanted}
    return Standing(sum(clients.values()), sum(others.values()), waiting, sorted(map(str, others)), alone)


def _behind(database: Database, wanted: str) -> Sequence[tuple[str, str]]:
    with database.reading(Job.INGESTION) as session:
        query = select(Client.id, Client.ref).where((Client.embedder != wanted) | _alone())
        return session.execute(query.order_by(Client.ref)).tuples().all()


def _alone() -> ColumnElement[bool]:
    """Clients that are searched by words alone: they have passages, and a vector of none."""
    papers = select(Passage.id).join(DocumentVersion, DocumentVersion.id == Passage.version_id)
    return (
        Client.embedder.is_(None)
        & papers.where(Passage.client_id == Client.id, DocumentVersion.stage == "indexed").correlate(Client).exists()
    )


def _embedded(
    database: Database, index: "VectorIndex", embedder: "Embedder", client_id: str, rest: Rest
) -> bool | None:
    """Whether the client was given the model; False when passages came in meanwhile, None when the work is to end."""
    wanted = embedder.name
    with database.writing() as session:
        session.execute(delete(NewVector).where(NewVector.client_id == client_id, NewVector.embedder != wanted))
    while rows := _next(database, client_id):
        began = time.perf_counter()
        vectors = embedder.embed([searched(context, text) for _, context, text in rows])
        made = [
            {"passage_id": row[0], "client_id": client_id, "embedder": wanted, "vector": pack(vector)}
            for row, vector in zip(rows, vectors, strict=True)
        ]
        with database.writing() as session:
            session.execute(insert(NewVector), made)
        if rest(time.perf_counter() - began):
            return None
    return _switched(database, index, wanted, client_id)


def _next(database: Database, client_id: str) -> Sequence[tuple[str, str, str]]:
    query = select(Passage.id, Passage.context, Passage.text).where(_without(client_id))
    with database.reading(Job.INGESTION) as session:
        return session.execute(query.order_by(Passage.id).limit(_AT_ONCE)).tuples().all()


def _without(client_id: str) -> ColumnElement[bool]:
    """Passages that belong into the index and have no new vector yet."""
    return and_(
        Passage.client_id == client_id,
        Passage.version_id.in_(current(client_id)),
        Passage.id.not_in(select(NewVector.passage_id).where(NewVector.client_id == client_id)),
    )


def _switched(database: Database, index: "VectorIndex", wanted: str, client_id: str) -> bool:
    """The next shelf is filled first; what is searched changes with the transaction, or not at all."""
    import numpy as np

    with index.changing:
        with database.reading(Job.INGESTION) as session:
            shelf = session.scalars(select(Client.shelf).where(Client.id == client_id)).one()
            ready = session.execute(
                select(NewVector.passage_id, NewVector.vector).where(NewVector.client_id == client_id)
            ).tuples()
            vectors = {identity: unpack(vector) for identity, vector in ready}
        index.clear(shelf_of(client_id, shelf + 1))
        if vectors:
            index.put(shelf_of(client_id, shelf + 1), list(vectors), np.stack(list(vectors.values())))
        with database.writing() as session:
            if session.scalar(select(func.count()).select_from(Passage).where(_without(client_id))):
                return False
            of_client = select(NewVector.passage_id).where(NewVector.client_id == client_id)
            new = select(NewVector.vector).where(NewVector.passage_id == Passage.id).scalar_subquery()
            session.execute(update(Passage).where(Passage.id.in_(of_client)).values(vector=new, embedder=wanted))
            session.execute(delete(NewVector).where(NewVector.client_id == client_id))
            session.execute(update(Client).where(Client.id == client_id).values(embedder=wanted, shelf=shelf + 1))
        index.clear(shelf_of(client_id, shelf))
    return True

"""What removed rows leave outside the database: files, vectors, kept words, threads of questions.

`leave` notes it in the transaction that removes the rows, so that a process which is killed right after its commit forgets nothing;
`to_take_away` tells what of a note may go now, and `taken_away` strikes it out. Removes nothing itself (api/destroyed.py).
"""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from store.database import Database
from store.fence import Job
from store.ids import new_id
from store.tables import DocumentVersion, Leaving, LooseFile, Passage, PortalUpload, Signing

_AT_ONCE = 400
BLOB_COLUMNS = (
    DocumentVersion.blob,
    LooseFile.blob,
    PortalUpload.blob,
    Signing.paper,
    Signing.signed_paper,
)
"""All columns that name a blob."""


@dataclass(frozen=True)
class Left:
    """A note: digests of blobs, ids of passages by shelf, ids of clients whose kept words go, the shelf that goes as a whole, the client's
    ref that threads begin with; and whether the files of index and database are to be scoured."""

    id: str
    blobs: Collection[str]
    passages: Mapping[str, Sequence[str]]
    clients: Sequence[str]
    whole: str | None
    threads: str | None
    scour: bool


def leave(
    session: Session,
    now: datetime,
    *,
    blobs: Collection[str],
    passages: Mapping[str, Collection[str]],
    clients: Collection[str],
    whole: str | None = None,
    threads: str | None = None,
    scour: bool = False,
) -> None:
    """Note what is to be taken away once the transaction is committed."""
    session.add(
        Leaving(
            id=new_id("lvg"),
            at=now,
            blobs=sorted(blobs),
            passages={shelf: sorted(ids) for shelf, ids in sorted(passages.items()) if ids},
            clients=sorted(clients),
            whole=whole,
            threads=threads,
            scour=scour,
        )
    )


def to_take_away(database: Database) -> list[Left]:
    """Every note, oldest first, without what came back since: bytes that a row names again, passages that are there again."""
    with database.reading(Job.SYSTEM) as session:
        rows = session.scalars(select(Leaving).order_by(Leaving.at, Leaving.id)).all()
        return [_left(session, one) for one in rows]


def taken_away(database: Database, left: Left) -> None:
    """Strike the note out."""
    with database.writing() as session:
        session.execute(delete(Leaving).where(Leaving.id == left.id))


def unnamed(session: Session, blobs: Collection[str]) -> set[str]:
    """Those of the blobs that no row names."""
    found, each = set(blobs), sorted(blobs)
    for column in BLOB_COLUMNS:
        for first in range(0, len(each), _AT_ONCE):
            some = select(column).where(column.in_(each[first : first + _AT_ONCE]))
            found -= {blob for blob in session.scalars(some) if blob}
    return found


def _left(session: Session, row: Leaving) -> Left:
    passages = {shelf: _absent(session, ids) for shelf, ids in row.passages.items()}
    return Left(row.id, unnamed(session, row.blobs), passages, row.clients, row.whole, row.threads, row.scour)


def _absent(session: Session, ids: Sequence[str]) -> list[str]:
    there = set[str]()
    for first in range(0, len(ids), _AT_ONCE):
        there.update(session.scalars(select(Passage.id).where(Passage.id.in_(ids[first : first + _AT_ONCE]))))
    return [one for one in ids if one not in there]

"""The firm of real files after its load: of every file whether it was read, and what was said of it where it was not.

Law of intake: a file becomes words, or a finding says why not. Owns that check; the firm folder is firm.py's.
"""

from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from email import message_from_bytes
from pathlib import Path

from sqlalchemy import func, select

from evals.places import document_id
from store.tables import Document, DocumentPage, ImportBatch, IntakeFinding, Message, Passage, RejectedRow
from workspace.scope import Scope


@dataclass(frozen=True)
class FileOutcome:
    """A file of the firm folder. `said`: the findings about it, or why it was rejected."""

    path: str
    read: bool
    pages: int
    passages: int
    said: tuple[str, ...]

    @property
    def silent(self) -> bool:
        """Neither read nor explained: what must not be."""
        return not self.read and not self.said


def outcomes(scope: Scope, folder: Path) -> list[FileOutcome]:
    """Every file of `documents/` and `mail/`, by path."""
    return [*_documents(scope, folder), *_mails(scope, folder)]


def _documents(scope: Scope, folder: Path) -> Iterator[FileOutcome]:
    found = {
        row.id: row for row in scope.session.scalars(select(Document).where(Document.client_id.in_(scope.clients())))
    }
    said, pages, passages = _findings(scope), _pages(scope), _passages(scope)
    for path in sorted(
        file.relative_to(folder).as_posix() for file in (folder / "documents").rglob("*") if file.is_file()
    ):
        row = found.get(document_id(path))
        version = row.current_version_id if row else None
        # the words of a duplicate stand with the file whose bytes it repeats
        words = row is not None and (bool(row.duplicate_of) or pages.get(version or "", 0) > 0)
        read = row is not None and row.state == "read" and words
        told = tuple(said.get(row.id, ())) if row else ()
        yield FileOutcome(path, read, pages.get(version or "", 0), passages.get(version or "", 0), told)


def _mails(scope: Scope, folder: Path) -> Iterator[FileOutcome]:
    newest = select(func.max(ImportBatch.started_at)).scalar_subquery()
    batch = select(ImportBatch.id).where(ImportBatch.started_at == newest)
    rejected = {
        row.file: row.reason
        for row in scope.session.scalars(select(RejectedRow).where(RejectedRow.batch_id.in_(batch)))
    }
    mine = Message.client_id.in_(scope.clients())
    known = set(scope.session.scalars(select(Message.message_id).where(mine)))
    stored = set(
        scope.session.scalars(select(Document.path).join(Message, Message.document_id == Document.id).where(mine))
    )
    for file in sorted((folder / "mail").iterdir()):
        path = file.relative_to(folder).as_posix()
        # a second copy of a message is the message that is there
        again = str(message_from_bytes(file.read_bytes()).get("Message-ID", "")).strip() in known
        yield FileOutcome(path, path in stored or again, 0, 0, tuple(filter(None, (rejected.get(path),))))


def _findings(scope: Scope) -> dict[str, list[str]]:
    said: dict[str, list[str]] = defaultdict(list)
    mine = select(IntakeFinding).where(IntakeFinding.client_id.in_(scope.clients())).order_by(IntakeFinding.id)
    for row in scope.session.scalars(mine):
        said[row.document_id or ""].append(row.message)
    return said


def _pages(scope: Scope) -> dict[str, int]:
    """Pages with words, by version."""
    counted = select(DocumentPage.version_id, func.count()).where(
        DocumentPage.client_id.in_(scope.clients()), func.length(DocumentPage.text) > 0
    )
    return dict(scope.session.execute(counted.group_by(DocumentPage.version_id)).tuples().all())


def _passages(scope: Scope) -> dict[str, int]:
    counted = select(Passage.version_id, func.count()).where(Passage.client_id.in_(scope.clients()))
    return dict(scope.session.execute(counted.group_by(Passage.version_id)).tuples().all())

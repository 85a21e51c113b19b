"""Reading the audit trail as a person: her clients' entries and the firm's own, newest first. Writing it is the committing door's."""

from collections.abc import Iterator, Sequence

from sqlalchemy import or_, select
from sqlalchemy.orm import undefer

from store import audit, fence
from store.audit import AuditTag, Fault, Printed
from store.blobs import Blobs
from store.errors import Broken, Invalid
from store.tables import AuditEntry, Document, DocumentVersion, LooseFile, Signing
from workspace.scope import Right, Scope


def entries(
    scope: Scope, *, before: int | None = None, limit: int = 100, whole: bool = False, acts: bool = False
) -> Sequence[AuditEntry]:
    """At most `limit` entries with a number below `before`, newest first; `whole`: with the digests of rows that they vouch for, which are
    long; `acts`: without those that vouch for rows and tell of no act. Raises Forbidden without audit:read."""
    scope.require(Right.AUDIT_READ)
    wanted = select(AuditEntry).where(or_(AuditEntry.client_id.is_(None), AuditEntry.client_id.in_(scope.clients())))
    if before is not None:
        wanted = wanted.where(AuditEntry.seq < before)
    if acts:
        wanted = wanted.where(AuditEntry.tag != AuditTag.TRAIL_ROWS_VOUCHED.value)
    if whole:
        wanted = wanted.options(undefer(AuditEntry.vouched))
    return scope.session.scalars(wanted.order_by(AuditEntry.seq.desc()).limit(limit)).all()


def head(scope: Scope) -> tuple[int, str]:
    """How many entries the trail has and the hash it ends with; printed where it lies outside the database."""
    return audit.head(scope.session)


def printed(text: str) -> Printed:
    """A head as the brief prints it: "1,204 3fa9c2…", the number of entries and the hash or at least 12 digits of its beginning.

    Raises Invalid."""
    number, _, digits = " ".join(text.replace(",", "").replace(":", " ").split()).partition(" ")
    digits = digits.replace(" ", "").lower()
    if not number.isdigit() or not 12 <= len(digits) <= 64 or set(digits) - set("0123456789abcdef"):
        raise Invalid("give a head as the brief prints it: the number of entries, and the hash (12 digits at least)")
    return Printed(int(number), digits)


@fence.beyond(fence.Job.TRAIL)
def verify(scope: Scope, heads: Sequence[Printed] = (), blobs: Blobs | None = None) -> list[Fault]:
    """Every fault of the whole trail: with `heads`, that those printed are still on it; with `blobs`, that the bytes of every file are what
    they were. Raises Forbidden without audit:read."""
    scope.require(Right.AUDIT_READ)
    found = audit.verify(scope.session, heads)
    return found if blobs is None else [*found, *_blob_faults(scope, blobs)]


def _blob_faults(scope: Scope, blobs: Blobs) -> Iterator[Fault]:
    """The whole of every stored file is read and hashed, one after the other."""
    named: dict[str, str] = {}
    files = select(DocumentVersion.blob, Document.id).join(Document, Document.id == DocumentVersion.document_id)
    named.update((blob, f"document {identity}") for blob, identity in scope.session.execute(files).tuples())
    for column, what in ((Signing.paper, "signing"), (Signing.signed_paper, "signing")):
        rows = scope.session.execute(select(column, Signing.id).where(column.is_not(None))).tuples()
        named.update((blob, f"{what} {identity}") for blob, identity in rows if blob)
    waiting = select(LooseFile.blob, LooseFile.id).where(LooseFile.state != "dropped")
    named.update((blob, f"loose file {identity}") for blob, identity in scope.session.execute(waiting).tuples())
    for blob, whose in sorted(named.items()):
        try:
            blobs.get(blob)
        except Broken as error:
            yield Fault(0, f"{whose}: {error}")

"""`tickmark audit`: the chain verified, and printed."""

from typing import Any

from api.commands.result import Arguments, Progress, Result
from api.commands.scopes import reading
from api.wiring import Services
from store.tables import AuditEntry
from workspace import trail

_AT_ONCE = 1000


def verify(services: Services, arguments: Arguments, progress: Progress) -> Result:
    """Every fault, named; fails when there is one. `heads`: heads that were printed, as text; `blobs`: whether to hash every file."""
    heads = [trail.printed(text) for text in arguments.get("heads") or ()]
    blobs = services.blobs if arguments.get("blobs") else None
    with reading(services, "audit", arguments.get("as")) as scope:
        faults, (count, head) = trail.verify(scope, heads, blobs), trail.head(scope)
    data = {"entries": count, "head": head, "faults": [{"seq": f.seq, "message": f.message} for f in faults]}
    if not faults:
        said = (
            f" It contains the {len(heads)} printed."
            if len(heads) > 1
            else " It contains the printed."
            if heads
            else ""
        )
        said += " Every stored file is what it was." if blobs else ""
        return Result(data, f"The trail holds: {count} entries, head {head[:16]}.{said}")
    return Result(data, "\n".join(["The trail is broken:", *(f"  {f.message}" for f in faults)]), failed=True)


def log(services: Services, arguments: Arguments, progress: Progress) -> Result:
    """`limit`: how many of the newest entries; None for all. Oldest first. `as`: the person whose clients' entries, and the firm's own."""
    limit: int | None = arguments.get("limit")
    rows: list[AuditEntry] = []
    with reading(services, "audit", arguments.get("as")) as scope:
        before: int | None = None
        while limit is None or len(rows) < limit:
            size = _AT_ONCE if limit is None else min(_AT_ONCE, limit - len(rows))
            found = trail.entries(scope, before=before, limit=size, whole=True)
            if not found:
                break
            rows += found
            before = found[-1].seq
    entries = [as_json(row) for row in reversed(rows)]
    lines = [f"{e['seq']:>6} {e['at'][:19]} {e['actor']:<28} {e['tag']:<34} {e['subject']}" for e in entries]
    return Result(entries, "\n".join(lines))


def as_json(row: AuditEntry) -> dict[str, Any]:
    """An entry with everything that its hash covers."""
    names: tuple[str, ...] = ("seq", "actor", "tag", "subject", "client_id", "detail", "digest", "previous", "hash")
    names = (*names, "salt", "detail_hash", "vouched")
    return {**{name: getattr(row, name) for name in names}, "at": row.at.isoformat()}

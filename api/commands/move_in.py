"""The export of a whole firm into an empty home: every row under its own id, every file, the trail, the index made anew.

The folder is held against its manifest first, the trail against its rows last, in the one transaction that holds it all: either everything
is there afterwards, or nothing.
"""

from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from sqlalchemy import Table, select
from sqlalchemy.orm import Session

from api.commands.reconciliation import describe
from api.commands.result import Progress, Result
from api.outgoing import faults, manifest_of
from api.wiring import Services
from store import audit, moving
from store.audit import AuditTag
from store.chain import append
from store.errors import Broken, Conflict
from store.fence import Job
from store.tables import AuditEntry, Client, Firm, Person
from workspace.records import Applied
from workspace.scope import Right, system_scope

_FAULTS_SHOWN = 5
_TRAIL = "audit"


def moved(services: Services, folder: Path, dry_run: bool, progress: Progress) -> Result | None:
    """What became of an export of a whole firm: brought in where the home is empty, left alone where the home holds it already and went on
    from there. None for any other folder or home: it is loaded by the contract's files.

    Raises what `_bring` raises."""
    manifest = manifest_of(folder)
    if manifest is None or manifest["form"] != "whole":
        return None
    with services.database.reading(Job.SYSTEM) as session:
        trail = manifest["trail"]
        known = select(AuditEntry.seq).where(AuditEntry.seq == trail["seq"], AuditEntry.hash == trail["head"])
        holds = session.scalars(known).first() is not None
        empty = not any(session.scalars(select(row).limit(1)).first() for row in (Firm, Person, Client, AuditEntry))
    if empty:
        return _bring(services, folder, manifest, dry_run, progress)
    if not holds or next(faults(folder, manifest), None) is not None:
        return None  # the folder of another firm, or one that people changed since
    return _told(
        services,
        manifest,
        dry_run,
        ["The home went on from this export: all of it is here, nothing was changed."],
        here=True,
    )


def _bring(services: Services, folder: Path, manifest: Mapping[str, Any], dry_run: bool, progress: Progress) -> Result:
    """Bring all of it in. Raises Conflict for an export of another release, Broken, naming the files, where the folder is not what was
    exported, or where the trail does not hold."""
    progress("reads the folder", 0, 0)
    _check(services, folder, manifest)
    if not dry_run:
        _files(services, folder, manifest, progress)
        _rows(services, folder, manifest, progress)
        progress("makes the index", 0, 0)
        _index(services)
    tables = manifest["tables"]
    notes = [
        f"{'The folder holds' if dry_run else 'The home is'} what was exported on {manifest['made_at'][:10]}: "
        f"{sum(tables.values()):,} rows of {len(tables)} tables, {len(manifest['blobs']):,} files, "
        f"the trail to entry {manifest['trail']['seq']:,} ({manifest['trail']['head'][:16]}).",
        "Passwords and ways to sign in did not come along: `tickmark person invite EMAIL` lets each person set a new one.",
    ]
    done = _told(services, manifest, dry_run, notes)
    came = {"rows": tables, "blobs": len(manifest["blobs"]), "trail": manifest["trail"]}
    return Result({**done.data, "moved_in": came}, done.text)


def _told(
    services: Services, manifest: Mapping[str, Any], dry_run: bool, notes: Sequence[str], *, here: bool = False
) -> Result:
    """The reconciliation, by the files of the contract."""
    counts, tables = manifest["counts"], manifest["tables"]
    rows = {name: count for name, count in counts.items() if name.endswith(".csv") and count}
    applied = {name: Applied(unchanged=count) if here else Applied(created=count) for name, count in rows.items()}
    came = "unchanged" if here else "accepted"
    documents, mail = {came: tables["documents"]}, {came: tables["messages"]}
    return describe(applied, documents, mail, (), (), notes, services.home, dry_run)


def _check(services: Services, folder: Path, manifest: Mapping[str, Any]) -> None:
    schema = services.database.version()
    if manifest["schema"] != schema:
        raise Conflict(
            f"{folder} was exported by release {manifest['release']} (schema {manifest['schema']}), this one has schema {schema}: "
            "load it with that release and update afterwards, or take manifest.json away, and what the contract's files hold is loaded"
        )
    if manifest["unopened"]:
        raise Conflict(
            f"{manifest['unopened']} sealed values of the export are empty, since their key was not there: bring the key back and export "
            "again, or take manifest.json away, and what the contract's files hold is loaded"
        )
    wrong = list(faults(folder, manifest))
    if wrong:
        more = f"; and {len(wrong) - _FAULTS_SHOWN} more" if len(wrong) > _FAULTS_SHOWN else ""
        raise Broken(f"{folder} is not what was exported: {'; '.join(wrong[:_FAULTS_SHOWN])}{more}")


def _files(services: Services, folder: Path, manifest: Mapping[str, Any], progress: Progress) -> None:
    """Files come before the rows that speak of them; some that nothing speaks of do no harm when this ends in the middle."""
    places = {one["sha256"]: name for name, one in manifest["files"].items()}
    for done, name in enumerate(manifest["blobs"]):
        progress("files", done, len(manifest["blobs"]))
        if name not in places or services.blobs.put((folder / places[name]).read_bytes()) != name:
            raise Broken(f"{folder} is not what was exported: the file {name[:12]} is missing")


def _rows(services: Services, folder: Path, manifest: Mapping[str, Any], progress: Progress) -> None:
    with services.database.writing() as session:
        scope = system_scope(session, "load", now=services.clock.now(), today=services.clock.today())
        for right in (Right.CLIENT_WRITE, Right.DOCUMENT_ADD, Right.PEOPLE_MANAGE):
            scope.require(right)

        def rows(table: Table) -> Iterator[moving.Row]:
            progress(table.name, 0, manifest["tables"].get(table.name, 0))
            return rows_from(folder, table)

        counts = moving.put(session.connection(), rows)
        differs = [name for name in counts if counts[name] != manifest["tables"].get(name)]
        if differs:
            raise Broken(f"{folder} is not what was exported: the manifest counts other rows of {', '.join(differs)}")
        if audit.head(session) != (manifest["trail"]["seq"], manifest["trail"]["head"]):
            raise Broken("the trail does not end where the manifest says")
        moving.note_changed_on_the_way(session)
        audit.record(
            session,
            AuditTag.HOME_MOVED_IN,
            actor=scope.email,
            subject="home:moved",
            now=scope.now,
            detail={"rows": sum(counts.values()), "blobs": len(manifest["blobs"]), "exported_at": manifest["made_at"]},
        )
        session.flush()
        append(session)
        _hold(session)


def _hold(session: Session) -> None:
    found = audit.verify(session)
    if found:
        raise Broken(f"the trail does not hold what came: {found[0].message}")


def rows_from(folder: Path, table: Table) -> Iterator[moving.Row]:
    """The rows of a table that an export holds. Raises Broken where they are not there."""
    place = folder / "audit.jsonl" if table.name == _TRAIL else folder / "records" / f"{table.name}.jsonl"
    if not place.is_file():
        raise Broken(f"{folder} is not what was exported: {place.relative_to(folder)} is missing")
    with place.open("rb") as handle:
        for line in handle:
            yield moving.row_of(table, line.decode("utf-8", errors="surrogatepass"))


def _index(services: Services) -> None:
    from ingestion import indexing

    indexing.rebuild(services.database, services.index, services.embedder)
    wrong = next(indexing.verify(services.database, services.index), None)
    if wrong is not None:
        raise Broken(f"the index does not hold what the records say: {wrong.client_ref}: {wrong.message}")

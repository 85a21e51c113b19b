"""`tickmark export`: everything out as a firm folder that `load` reads back, and beside it what the contract's files cannot say.

`deliverables/` holds each deliverable as text and JSON, `versions/` earlier versions of documents, `records/` every table that leaves,
`audit.jsonl` the trail with its hashes, `blobs/` bytes that lie under no name of their own (what came inside of something else),
`other-systems/` tables as other programs import them. `manifest.json` says what the folder holds; into an empty home, `load` brings all of
it back as it was (move_in.py). One client's file is export_client.py's.
"""

from collections.abc import Mapping
from importlib.metadata import version
from pathlib import Path
from typing import Any

from api.commands.export_client import write_client
from api.commands.result import Arguments, Progress, Result
from api.commands.scopes import reading, writing
from api.outgoing import Outgoing, begin, faults, manifest_of
from api.outgoing_firm import place_of, toml, write_deliverables
from api.wiring import Services
from store import audit
from store.audit import AuditTag
from store.errors import NotFound
from store.fence import Job
from store.moving import LEFT_OUT, LEFT_OUT_COLUMNS, line_of
from store.resealing import look
from workspace import export, export_matters, export_other
from workspace.scope import Right, Scope

TABLES = {
    "staff.csv": export.staff,
    "clients.csv": export.clients,
    "contacts.csv": export.contacts,
    "engagements.csv": export.engagements,
    "tasks.csv": export.tasks,
    "requests.csv": export.requests,
    "invoices.csv": export.invoices,
    "time.csv": export.time,
    "payments.csv": export.payments,
    "notes.csv": export.notes,
    "parties.csv": export_matters.parties,
    "trust.csv": export_matters.trust,
    "entered_deadlines.csv": export_matters.entered_deadlines,
    "corrections.csv": export.corrections,
}
TRAIL = "audit.jsonl"


def run(services: Services, arguments: Arguments, progress: Progress) -> Result:
    """`folder`: where to write; it must not be there or be empty; `client`: the ref of the one client whose file is wanted, `for`: for whom
    it then is; `as`: who takes it. Raises Conflict when the folder is not empty."""
    out, asker = begin(Path(arguments["folder"])), arguments.get("as")
    with reading(services, "export", asker) as scope:
        scope.require(Right.EXPORT_WRITE)
        if arguments.get("client"):
            counts, said = write_client(services, scope, out, arguments["client"], arguments.get("for") or "client")
        else:
            counts, said = _write_firm(services, scope, out, progress)
    said |= {"made_at": services.clock.real_now().isoformat(), "release": version("tickmark")}
    about, lost = said.pop("client_id", None), _lost(services)
    said["unopened"] = lost
    digest = out.close({**said, "counts": counts})
    with writing(services, "export", asker) as scope:
        audit.record(
            scope.session,
            AuditTag.EXPORT_WRITTEN,
            actor=scope.email,
            subject=f"export:{said['form']}",
            now=scope.now,
            client_id=about,
            detail={**counts, "manifest": digest},
        )
    told = f"Written to {out.root}: {_in_words(said, counts)}"
    told += f" {lost} sealed values were left empty: their key is not here." if lost else ""
    return Result({"folder": str(out.root), "form": said["form"], "counts": counts, "unopened": lost}, told)


def _in_words(said: Mapping[str, Any], counts: Mapping[str, int]) -> str:
    if "client" in said:
        whom = f"for {'the client' if said['form'] == 'client' else 'a successor'}"
        return f"the file of {said['client']} {whom}, {counts['files']} files, {counts['deliverables']} deliverables."
    whole = f"{counts['clients.csv']} clients, {counts['files']} files, {counts['deliverables']} deliverables"
    return f"{whole}, and the trail."


def verify(folder: Path) -> Result:
    """Hold a folder that was exported against its manifest. Raises NotFound where there is none."""
    manifest = manifest_of(folder)
    if manifest is None:
        raise NotFound(f"there is no manifest.json in {folder}; it is no export of this release")
    wrong = list(faults(folder, manifest))
    data = {"folder": str(folder), "form": manifest["form"], "files": len(manifest["files"]), "faults": wrong}
    if wrong:
        return Result(data, "\n".join([f"{folder} is not what was exported:", *wrong]), failed=True)
    return Result(data, f"{folder} is what was exported at {manifest['made_at']}: {len(manifest['files']):,} files.")


def _lost(services: Services) -> int:
    with services.database.reading(Job.SYSTEM) as session:
        return look(session, services.seal).lost.total()


def _write_firm(
    services: Services, scope: Scope, out: Outgoing, progress: Progress
) -> tuple[dict[str, int], dict[str, Any]]:
    """All that the asker sees. The form is `whole` for the operator, who sees everything, `seen` for a person."""
    counts, folder = dict[str, int](), out.root
    firm, whole = export.firm(scope), export.is_whole(scope)
    if firm is not None:
        out.text(folder / "firm.toml", toml(firm))
    for name, rows_of in TABLES.items():
        counts[name] = out.contract(folder / name, list(rows_of(scope)))
    counts["files"] = _write_files(services, scope, out, progress)
    counts["deliverables"] = write_deliverables(scope, out)
    said: dict[str, Any] = {"form": "whole" if whole else "seen", "schema": services.database.version()}
    tables = said["tables"] = dict[str, int]()
    for name, rows in export.records(scope):
        place = folder / TRAIL if name == "audit" else folder / "records" / f"{name}.jsonl"
        counts[name] = tables[name] = out.lines(place, map(line_of, rows))
    for name, (columns, values) in export_other.tables(scope).items():
        out.table(folder / "other-systems" / name, columns, values)
    seq, head = audit.head(scope.session)
    said["trail"] = {"seq": seq, "head": head}
    said["left_out"] = [*LEFT_OUT.items(), *((".".join(of), why) for of, why in LEFT_OUT_COLUMNS.items())]
    if whole:
        said["blobs"] = services.blobs.names()
        _write_blobs(services, out, said["blobs"])
    return counts, said


def _write_blobs(services: Services, out: Outgoing, names: list[str]) -> None:
    """What lies in the home and was written under no name yet."""
    for name in names:
        if name not in out.blobs:
            out.write(out.root / "blobs" / name[:2] / name, services.blobs.get(name))


def _write_files(services: Services, scope: Scope, out: Outgoing, progress: Progress) -> int:
    count = 0
    for file in export.files(scope):
        place = place_of(out.root, file)
        # What lies inside an archive comes out of it again when it is loaded.
        if place is None or place.exists() or any(above.is_file() for above in place.parents):
            continue
        out.write(place, services.blobs.get(file.blob))
        count += 1
        progress("files", count, 0)
    return count

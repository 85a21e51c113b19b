"""`tickmark export`: everything out as a firm folder that `load` reads back, and beside it what the contract's files cannot say.

`deliverables/` holds each deliverable as text and JSON, `versions/` earlier versions of documents, `records/` every table that is no
secret, `audit.jsonl` the trail with its hashes.
"""

import csv
import json
from collections.abc import Iterable, Mapping
from dataclasses import fields
from datetime import date
from pathlib import Path
from typing import Any

from api.commands.result import Arguments, Progress, Result
from api.commands.scopes import reading, writing
from api.wiring import Services
from ingestion.firm_folder import folder_path
from store import audit
from store.audit import AuditTag
from store.errors import Conflict
from store.rows import FirmRow, Row, StaffRow
from store.types import canonical_json
from workspace import export, export_matters
from workspace.deliverables.reading import listing, show
from workspace.scope import Right, Scope

_TABLES = {
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
_NOT_COLUMNS = ("line", "nth", "custom")


def run(services: Services, arguments: Arguments, progress: Progress) -> Result:
    """`folder`: where to write; it must not be there or be empty. Raises Conflict when it is not."""
    folder = Path(arguments["folder"])
    if folder.exists() and (not folder.is_dir() or any(folder.iterdir())):
        raise Conflict(f"{folder} is not empty; name a new folder")
    folder.mkdir(parents=True, exist_ok=True)
    counts: dict[str, int] = {}
    with reading(services, "export") as scope:
        scope.require(Right.EXPORT_WRITE)
        firm = export.firm(scope)
        if firm is not None:
            (folder / "firm.toml").write_text(_toml(firm), encoding="utf-8")
        for name, rows_of in _TABLES.items():
            counts[name] = _write_csv(folder / name, list(rows_of(scope)))
        counts["files"] = _write_files(services, scope, folder, progress)
        counts["deliverables"] = _write_deliverables(scope, folder / "deliverables")
        for name, rows in export.records(scope):
            place = folder / "audit.jsonl" if name == "audit" else folder / "records" / f"{name}.jsonl"
            counts[name] = _write_lines(place, rows)
    with writing(services, "export") as scope:
        audit.record(
            scope.session,
            AuditTag.EXPORT_WRITTEN,
            actor=scope.email,
            subject="export:folder",
            now=scope.now,
            detail=counts,
        )
    written = f"{counts['clients.csv']} clients, {counts['files']} files, {counts['deliverables']} deliverables"
    return Result({"folder": str(folder), "counts": counts}, f"Written to {folder}: {written}, and the trail.")


def _toml(firm: FirmRow) -> str:
    top = {"name": firm.name, "timezone": firm.timezone, "fiscal_year_end": firm.fiscal_year_end}
    return "\n".join([*_toml_table("", top), *_toml_table("settings", firm.settings)]) + "\n"


def _toml_table(name: str, values: Mapping[str, Any]) -> list[str]:
    """A table and those inside it; a JSON scalar or list is written the same way in TOML."""
    plain = {key: value for key, value in values.items() if not isinstance(value, dict) and value is not None}
    lines = ["", f"[{name}]"] if name and plain else []
    lines += [f"{json.dumps(key)} = {json.dumps(value)}" for key, value in plain.items()]
    for key, value in values.items():
        if isinstance(value, dict):
            lines += _toml_table(f"{name}.{json.dumps(key)}" if name else json.dumps(key), value)
    return lines


def _write_csv(path: Path, rows: list[Any]) -> int:
    """Columns of the contract in its order, then the custom ones; a file without rows is not written, but for the required ones."""
    if not rows:
        return 0
    first: Row = rows[0]
    columns = [f.name for f in fields(first) if f.name not in _NOT_COLUMNS]
    if isinstance(first, StaffRow) and all(row.active for row in rows):
        columns.remove("active")
    custom = sorted({name for row in rows for name in row.custom})
    with path.open("w", newline="", encoding="utf-8") as handle:
        writer = csv.writer(handle)
        writer.writerow([*columns, *custom])
        for row in rows:
            values = [_cell(getattr(row, name)) for name in columns]
            writer.writerow([*values, *(row.custom.get(name, "") for name in custom)])
    return len(rows)


def _cell(value: object) -> str:
    if value is None:
        return ""
    if isinstance(value, bool):
        return "true" if value else "false"
    return value.isoformat() if isinstance(value, date) else str(value)


def _write_files(services: Services, scope: Scope, folder: Path, progress: Progress) -> int:
    count = 0
    for file in export.files(scope):
        place = _place(folder, file)
        # What lies inside an archive comes out of it again when it is loaded.
        if place is None or place.exists() or any(above.is_file() for above in place.parents):
            continue
        place.parent.mkdir(parents=True, exist_ok=True)
        place.write_bytes(services.blobs.get(file.blob))
        count += 1
        progress("files", count, 0)
    return count


def _place(folder: Path, file: export.ExportedFile) -> Path | None:
    """Where a version goes; None for what lies inside a message. A message of several clients is one file."""
    if not file.current:
        return folder / "versions" / file.client_ref / str(file.number) / file.path
    if file.kind == "enclosed":
        return None
    if file.kind == "mail":
        return folder / file.path
    top = "books" if file.source == "books" else "documents"
    return folder / top / file.client_ref / folder_path(file.path, file.source)


def _write_deliverables(scope: Scope, folder: Path) -> int:
    found = listing(scope)
    for row in found:
        shown = show(scope, row["id"])
        place = folder / shown["client_ref"] / f"{shown['slug']}-{shown['id']}"
        place.parent.mkdir(parents=True, exist_ok=True)
        text = "\n\n".join(f"## {section['title']}\n\n{section['markdown']}" for section in shown["sections"])
        place.with_suffix(".md").write_text(text + "\n", encoding="utf-8")
        place.with_suffix(".json").write_text(canonical_json(shown) + "\n", encoding="utf-8")
    return len(found)


def _write_lines(path: Path, rows: Iterable[dict[str, Any]]) -> int:
    path.parent.mkdir(parents=True, exist_ok=True)
    count = 0
    with path.open("w", encoding="utf-8") as handle:
        for row in rows:
            handle.write(canonical_json(row) + "\n")
            count += 1
    return count

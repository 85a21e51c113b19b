"""The parts of a firm folder that leaves: firm.toml, where a document goes, deliverables as people read them."""

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from api.outgoing import Outgoing
from ingestion.firm_folder import folder_path
from store.rows import FirmRow
from store.types import canonical_json
from workspace.deliverables.reading import listing, show
from workspace.documents import clean_path
from workspace.export import ExportedFile
from workspace.scope import Scope

_NO_LIMIT = 1 << 31


def toml(firm: FirmRow) -> str:
    """firm.toml."""
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


def place_of(folder: Path, file: ExportedFile) -> Path | None:
    """Where a version goes; None for what lies inside a message. A message of several clients is one file."""
    # a ref comes from a table of the firm's, a path from a file's own name: neither leads out of the folder
    ref, path = clean_path(file.client_ref), clean_path(file.path)
    if not file.current:
        return folder / "versions" / ref / str(file.number) / path
    if file.kind == "enclosed":
        return None
    if file.kind == "mail":
        return folder / path
    top = "books" if file.source == "books" else "documents"
    return folder / top / ref / folder_path(path, file.source)


def write_deliverables(scope: Scope, out: Outgoing) -> int:
    """Each deliverable as text, and as JSON with its proof and history; how many."""
    found = listing(scope, limit=_NO_LIMIT)
    for row in found:
        shown = show(scope, row["id"])
        place = out.root / "deliverables" / clean_path(shown["client_ref"]) / f"{shown['slug']}-{shown['id']}"
        out.text(place.with_suffix(".md"), as_text(shown["sections"]))
        out.text(place.with_suffix(".json"), canonical_json(shown) + "\n")
    return len(found)


def as_text(sections: list[dict[str, Any]]) -> str:
    """A deliverable's sections one under the other."""
    return "\n\n".join(f"## {section['title']}\n\n{section['markdown']}" for section in sections) + "\n"

"""One client's file as a folder: for the client herself to read, or for a successor as a firm folder of one client.

workspace/client_file.py says what is in it.
"""

from pathlib import Path
from typing import Any

from api.outgoing import Outgoing
from api.outgoing_firm import as_text, place_of, toml, write_deliverables
from api.wiring import Services
from ingestion.firm_folder import folder_path
from store.errors import Invalid
from store.moving import line_of
from workspace import client_file, export, export_matters, export_other
from workspace.client_file import OneClient
from workspace.documents import clean_path
from workspace.scope import Scope

FORMS = ("client", "successor")

_WHOLE_FILE = {
    "staff.csv": client_file.staff,
    "clients.csv": export.clients,
    "contacts.csv": export.contacts,
    "engagements.csv": export.engagements,
    "tasks.csv": export.tasks,
    "requests.csv": export.requests,
    "invoices.csv": export.invoices,
    "time.csv": client_file.hours,
    "payments.csv": export.payments,
    "notes.csv": export.notes,
    "parties.csv": export_matters.parties,
    "trust.csv": export_matters.trust,
    "entered_deadlines.csv": export_matters.entered_deadlines,
    "corrections.csv": export.corrections,
}


def write_client(
    services: Services, scope: Scope, out: Outgoing, ref: str, form: str
) -> tuple[dict[str, int], dict[str, Any]]:
    """Write the file of the client `ref` in one of FORMS; what was written, by count, and what the manifest says. Raises Invalid, NotFound,
    Forbidden."""
    if form not in FORMS:
        raise Invalid(f"a client's file is for {' or '.join(FORMS)}, not {form!r}")
    one = client_file.of_client(scope, ref)
    counts = _for_client(services, one, out) if form == "client" else _for_successor(services, one, out)
    return counts, {"form": form, "client": ref, "client_id": one.client_id}


def _for_client(services: Services, scope: OneClient, out: Outgoing) -> dict[str, int]:
    hers, counts = client_file.own_mail(scope), {"files": 0, "deliverables": 0}
    for file in export.files(scope):
        place = _readable(out.root, file)
        if place is None or place.exists() or (file.is_message and file.document not in hers):
            continue
        out.write(place, services.blobs.get(file.blob))
        counts["files"] += 1
    for name, sections in client_file.released(scope):
        out.text(out.root / "from your firm" / f"{clean_path(name)}.md", as_text(sections))
        counts["deliverables"] += 1
    for name, (columns, rows) in client_file.records(scope).items():
        counts[name] = out.table(out.root / name, columns, export_other.guarded(rows))
    out.text(out.root / "README.txt", _readme(export.firm(scope), counts))
    return counts


def _readable(root: Path, file: export.ExportedFile) -> Path | None:
    """Where the current version of a document lies for a reader; None for what lies inside of a message, and for what was replaced."""
    if not file.current or file.kind == "enclosed":
        return None
    path = clean_path(file.path)
    return root / path if file.kind == "mail" else root / "documents" / folder_path(path, file.source)


def _readme(firm: Any, counts: dict[str, int]) -> str:
    name = firm.name if firm else "your accountants"
    lines = [
        f"Your file at {name}.",
        "",
        f"documents/        the papers that are on file for you ({counts['files']} files, with mail)",
        "mail/             messages between you and the firm; a mail program opens them",
        f"from your firm/   what was prepared for you and released ({counts['deliverables']})",
        "client.csv        what is on record about you; contacts.csv your people, work.csv what was done for you",
        "requests.csv      what you were asked for, and when it came",
        "invoices.csv      your invoices and what is open on them; payments.csv what you paid",
        "manifest.json     the hash of every file here",
    ]
    return "\n".join(lines) + "\n"


def _for_successor(services: Services, scope: OneClient, out: Outgoing) -> dict[str, int]:
    counts, root = {"files": 0}, out.root
    firm = client_file.firm(scope)
    if firm is not None:
        out.text(root / "firm.toml", toml(firm))
    for name, rows_of in _WHOLE_FILE.items():
        counts[name] = out.contract(root / name, list(rows_of(scope)))
    for file in export.files(scope):
        place = place_of(root, file)
        if place is None or place.exists() or any(above.is_file() for above in place.parents):
            continue
        out.write(place, services.blobs.get(file.blob))
        counts["files"] += 1
    counts["deliverables"] = write_deliverables(scope, out)
    counts["audit"] = out.lines(root / "audit.jsonl", map(line_of, client_file.trail(scope)))
    for name, (columns, values) in export_other.tables(scope).items():
        out.table(root / "other-systems" / name, columns, values)
    return counts

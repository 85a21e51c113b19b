"""Writes a firm folder around real files, one client a company or a family of files, so that they go through the same door as a
firm's own."""

import csv
import re
import shutil
from collections.abc import Iterable
from pathlib import Path

STAFF = [
    ("pat@realfirm.example", "Pat Okafor", "partner", "320", "140", "40"),
    ("max@realfirm.example", "Max Lindqvist", "manager", "220", "95", "40"),
    ("sam@realfirm.example", "Sam Whitfield", "staff", "140", "60", "40"),
]


def assemble(pack: Path, folder: Path) -> dict[str, str]:
    """Write the firm folder; returns the name of each client by ref. `pack` is the folder that holds `pdfqa/`, `invoices/`, …"""
    families = {**_companies(pack), **_families(pack)}
    names = {f"R{number:03d}": name for number, name in enumerate(sorted(families), start=1)}
    for ref, name in names.items():
        target = folder / "documents" / ref
        target.mkdir(parents=True, exist_ok=True)
        for path in families[name]:
            shutil.copy(path, target / path.name)
    (folder / "firm.toml").write_text(
        'name = "Okafor & Lindqvist CPAs"\ntimezone = "America/New_York"\n', encoding="utf-8"
    )
    _write(folder / "staff.csv", ["email", "name", "role", "standard_rate", "cost_rate", "weekly_hours"], STAFF)
    _write(
        folder / "clients.csv",
        ["ref", "name", "entity_type", "status", "partner", "manager", "fiscal_year_end"],
        [(ref, name, "1120", "active", STAFF[0][0], STAFF[1][0], "12-31") for ref, name in names.items()],
    )
    _mail(pack, folder, next(ref for ref, name in names.items() if name == "Mail of the pack"))
    return names


def _companies(pack: Path) -> dict[str, list[Path]]:
    """The annual and quarterly reports, by company."""
    found: dict[str, list[Path]] = {}
    for path in sorted((pack / "pdfqa" / "files").glob("*.pdf")):
        company = re.sub(r"^\d{4} Q\d |_\d{4}$", "", path.stem)
        found.setdefault(f"{company} reports", []).append(path)
    return found


def _families(pack: Path) -> dict[str, list[Path]]:
    found = {
        "Invoices of the pack": sorted((pack / "invoices" / "files").iterdir()),
        "Bank files of the pack": sorted((pack / "bank" / "files").iterdir()),
        "Contracts of the pack": sorted((pack / "contracts" / "files").iterdir()),
        "Mail of the pack": [],
    }
    for path in sorted((pack / "parsing" / "files").iterdir()):
        found.setdefault(f"Parsing cases {path.name.split('_')[0]}", []).append(path)
    return found


def _mail(pack: Path, folder: Path, ref: str) -> None:
    """The messages as one client's mail: every sender of theirs is made a contact of that client."""
    (folder / "mail").mkdir(exist_ok=True)
    contacts: dict[str, str] = {}
    for path in sorted((pack / "emails" / "files").glob("*.eml")):
        shutil.copy(path, folder / "mail" / path.name)
        head = path.read_bytes()[:4000].decode("latin-1")
        for address in re.findall(r"^From:.*?([\w.+-]+@[\w.-]+)", head, re.MULTILINE | re.IGNORECASE)[:1]:
            contacts.setdefault(address.lower(), address.split("@")[0])
    rows = [(ref, name, address, "", "", "no", "") for address, name in sorted(contacts.items())]
    _write(
        folder / "contacts.csv", ["client_ref", "name", "email", "phone", "title", "is_primary", "ownership_pct"], rows
    )


def _write(path: Path, header: list[str], rows: Iterable[tuple[str, ...]]) -> None:
    with path.open("w", newline="", encoding="utf-8") as out:
        writer = csv.writer(out)
        writer.writerow(header)
        writer.writerows(rows)

"""What a load did, for a person and as JSON: every row, file and message is accounted for."""

from collections.abc import Mapping, Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Any

from api.commands.result import Result
from store.rows import Rejected
from workspace.loads import Unread
from workspace.records import Applied

_SHOWN = 20


def describe(
    tables: Mapping[str, Applied],
    documents: Mapping[str, int],
    mail: Mapping[str, int],
    rejected: Sequence[Rejected],
    findings: Sequence[Unread],
    notes: Sequence[str],
    home: Path,
    dry_run: bool,
) -> Result:
    """The reconciliation of a load."""
    data: dict[str, Any] = {
        "dry_run": dry_run,
        "tables": {
            name: {"new": a.created, "changed": a.updated, "same": a.unchanged, "rejected": _of(rejected, name)}
            for name, a in tables.items()
        },
        "documents": dict(documents),
        "mail": dict(mail),
        "rejected": [asdict(row) for row in rejected],
        "findings": [asdict(finding) for finding in findings],
        "notes": list(notes),
        "accepted": [line for a in tables.values() for line in a.kept],
    }
    lines = ["A dry run: nothing was stored." if dry_run else "Loaded.", *_table(tables, documents, mail, rejected)]
    lines += notes
    lines += _told(data["accepted"], "Values that a person had accepted")
    lines += _told(
        [f"{r.file}{f' line {r.line}' if r.line else ''}: {r.reason}" for r in rejected],
        "Not taken" if dry_run else f"Not taken (all in {home / 'rejected-rows.csv'})",
    )
    severe = [f"{f.client_ref} {f.path or ''}: {f.message}" for f in findings if f.severity == "error"]
    lines += _told(severe, "Not read")
    return Result(data, "\n".join(lines))


def _of(rejected: Sequence[Rejected], file: str) -> int:
    return sum(row.file == file for row in rejected)


def _table(
    tables: Mapping[str, Applied], documents: Mapping[str, int], mail: Mapping[str, int], rejected: Sequence[Rejected]
) -> list[str]:
    rows = [("", "new", "changed", "same", "rejected")]
    for name, a in tables.items():
        rows.append((name, str(a.created), str(a.updated), str(a.unchanged), str(_of(rejected, name))))
    lines = [f"{name:<18}{new:>8}{changed:>9}{same:>8}{bad:>10}" for name, new, changed, same, bad in rows]
    for name, counts in (("files", documents), ("mail", mail)):
        parts = ", ".join(f"{count} {_WORDS[outcome]}" for outcome, count in sorted(counts.items()) if count)
        lines.append(f"{name:<18}{parts or 'none'}")
    return lines


_WORDS = {
    "accepted": "new",
    "duplicate": "the same bytes as another file of the client",
    "unchanged": "unchanged",
    "refused": "refused",
    "elsewhere": "of no client",
}


def _told(lines: Sequence[str], title: str) -> list[str]:
    if not lines:
        return []
    more = [f"  and {len(lines) - _SHOWN} more"] if len(lines) > _SHOWN else []
    return ["", f"{title}:", *(f"  {line}" for line in lines[:_SHOWN]), *more]

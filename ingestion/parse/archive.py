"""A ZIP archive as a document: the list of what lies in it. Its members are documents of their own (ingestion/containers.py)."""

from ingestion.containers import listing, locked_members
from ingestion.elements import Finding, Parsed
from ingestion.identify import ZIP
from ingestion.parse.pages import Block, assemble, table


def parse_zip(name: str, data: bytes) -> Parsed:
    """One page with each member's path and size. Raises Unreadable."""
    members, whole = listing(data)
    if not members:
        return Parsed(ZIP, findings=(Finding(name, f"{name} is an archive with no files in it; ask for it again."),))
    rows = [("File", "Bytes"), *((path, f"{size:,}") for path, size in members)]
    heading = f"Archive of {len(members):,} file{'' if len(members) == 1 else 's'}"
    pages, elements = assemble([Block("Title", heading), table(rows)], count=1)
    findings = []
    if locked := locked_members(data):
        what = "1 file in it is" if locked == 1 else f"{locked:,} files in it are"
        findings.append(Finding(name, f"{name}: {what} protected by a password; unpack it and add the files."))
    why = f"{name} is damaged or cut off; the {len(members):,} files that could be had were taken: ask for it again."
    return Parsed(ZIP, pages, elements, tuple(findings if whole else [*findings, Finding(name, why)]))

"""`tickmark parse`: elements and facts of one file, nothing stored, no home needed."""

from pathlib import Path
from typing import Any

from api.commands.result import Result
from store.errors import Invalid


def run(file: Path) -> Result:
    """Raises Invalid when there is no such file; a file that cannot be read is told in its warnings."""
    from ingestion.facts import read_facts, recognise
    from ingestion.sandbox import ParsePool

    if not file.is_file():
        raise Invalid(f"there is no file {file}")
    with ParsePool(workers=1) as pool:
        parsed = pool.parse(file.name, file.read_bytes())
    kind, _ = recognise(parsed, file.name)
    facts = read_facts(parsed, kind)
    data: dict[str, Any] = {
        "elements": [{"type": e.type, "text": e.text, "page": e.page} for e in parsed.elements],
        "kind": kind,
        "facts": [{"name": f.name, "value": f.value, "page": f.page, "quote": f.quote} for f in facts],
        "warnings": [f.message for f in parsed.findings],
    }
    lines = [f"{file.name}: {parsed.media_type}, {len(parsed.pages)} pages, kind {kind}"]
    lines += [f"  {f.name} = {f.value}  (page {f.page}: {' '.join(f.quote.split())!r})" for f in facts]
    lines += [f"  {f.severity}: {f.message}" for f in parsed.findings]
    for page in parsed.pages:
        lines += ["", f"--- page {page.number} ({page.source})", page.text]
    return Result(data, "\n".join(lines), failed=not parsed.pages)

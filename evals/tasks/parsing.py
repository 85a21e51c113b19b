"""How well and how fast files are read: strings found, files that come back silent, pages a second.

Owns the measure, not the files: they come as a folder. Stores nothing.
"""

import json
import re
import time
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

from ingestion.elements import Parsed
from ingestion.sandbox import ParsePool


def measure(files: Path) -> dict[str, Any]:
    """Reads every file of `files`/files, in the sandbox on all cores; compares with `files`/gold.jsonl if there is one.

    A line of gold is {"file", "must_contain": [text]}; texts are compared on [a-z0-9] only, over pages and their labels.
    Returns: files, pages, ocr_pages, megabytes, seconds, pages_per_second, strings, found, missing {file: [text]},
    silent [file] (no text and no finding: must be empty), findings {file: [sentence]}, media_types {type: count}.
    """
    gold = _gold(files / "gold.jsonl")
    paths = sorted(path for path in (files / "files").iterdir() if path.is_file())
    began = time.perf_counter()
    with ParsePool() as pool:
        parsed = dict(zip((path.name for path in paths), pool.map(_read(paths)), strict=True))
    seconds = time.perf_counter() - began
    missing = {name: _missing(parsed[name], gold.get(name, [])) for name in parsed}
    strings = sum(len(gold.get(name, [])) for name in parsed)
    pages = [page for one in parsed.values() for page in one.pages]
    return {
        "files": len(parsed),
        "pages": len(pages),
        "ocr_pages": sum(page.source == "ocr" for page in pages),
        "megabytes": round(sum(path.stat().st_size for path in paths) / 1e6, 1),
        "seconds": round(seconds, 2),
        "pages_per_second": round(len(pages) / seconds, 1),
        "strings": strings,
        "found": strings - sum(map(len, missing.values())),
        "missing": {name: texts for name, texts in missing.items() if texts},
        "silent": [name for name, one in parsed.items() if not one.findings and not any(p.text for p in one.pages)],
        "findings": {name: [f.message for f in one.findings] for name, one in parsed.items() if one.findings},
        "media_types": _counts(one.media_type for one in parsed.values()),
    }


def _read(paths: Iterable[Path]) -> Iterator[tuple[str, bytes]]:
    return ((path.name, path.read_bytes()) for path in paths)


def _gold(path: Path) -> dict[str, list[str]]:
    if not path.exists():
        return {}
    lines = (json.loads(line) for line in path.read_text(encoding="utf-8").splitlines() if line.strip())
    return {line["file"]: line["must_contain"] for line in lines if "must_contain" in line}


def _missing(parsed: Parsed, texts: Iterable[str]) -> list[str]:
    read = _letters(" ".join(f"{page.label or ''} {page.text}" for page in parsed.pages))
    return [text for text in texts if _letters(text) not in read]


def _letters(text: str) -> str:
    return re.sub(r"[^a-z0-9]", "", text.lower())


def _counts(values: Iterable[str]) -> dict[str, int]:
    counts: dict[str, int] = {}
    for value in values:
        counts[value] = counts.get(value, 0) + 1
    return dict(sorted(counts.items()))

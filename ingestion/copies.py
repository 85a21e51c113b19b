"""Names that programs give to the copy of a file: what a sync left when two people wrote at once, a second download, "Copy of".

Owns these names. Never compares bytes: what is the same is linked as a duplicate elsewhere, and what stands here differs from it.
"""

import re
from typing import Literal

from ingestion.elements import Finding

Copy = Literal["conflict", "again"]

# Dropbox, OneDrive, Google Drive, Nextcloud, Syncthing and Box, in that order; what each adds stands before the ending.
_CONFLICTS = (
    re.compile(r"(?i)\s*\([^()]*\b(?:conflicted copy|in conflict|case conflict|conflict)\b[^()]*\)"),
    re.compile(r"(?i)[\s_-]+conflicted copy\b.*$"),
    re.compile(r"\.sync-conflict-\d{8}-\d{6}(?:-[A-Z0-9]{7})?"),
)
_AGAIN = (
    re.compile(r"(?i)\s+-\s+copy(?:\s*\(\d{1,2}\))?$"),
    re.compile(r"\s*\(\d{1,2}\)$"),
    re.compile(r"(?i)^copy (?:\(\d{1,2}\) )?of\s+"),
    re.compile(r"(?i)\s+copy(?:\s+\d{1,2})?$"),
)
_TOLD = {
    "conflict": "is a conflicted copy of {0}, kept when two people changed it at once; it is kept as a document of its own: "
    "compare it with {0} and delete the one that does not count",
    "again": "is named as another copy of {0}, but is not the same; if both are there, check which of them counts",
}


def copied_from(name: str) -> tuple[Copy, str] | None:
    """How a file name says it is a copy, and the name of the original; None if it does not."""
    stem, dot, ending = name.rpartition(".")
    stem, ending = (stem, dot + ending) if stem else (name, "")
    kinds: tuple[tuple[Copy, tuple[re.Pattern[str], ...]], ...] = (("conflict", _CONFLICTS), ("again", _AGAIN))
    for kind, patterns in kinds:
        for pattern in patterns:
            original = pattern.sub("", stem, count=1).strip()
            if original and original != stem:
                return kind, original + ending
    return None


def copy_finding(name: str) -> Finding | None:
    """What a person is told of such a file."""
    found = copied_from(name)
    if found is None:
        return None
    kind, original = found
    return Finding(name, f"{name} {_TOLD[kind].format(original)}.", "info")

"""What a deliverable is made of before it is filed: sections of Markdown, and a draft with its tickmarks and its proof.

Owns the values and the content hash that a review and a release are bound to. Never writes a row and never words a sentence.
"""

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from store.types import canonical_json

OPEN = ("in_review", "changes", "approved")  # a decision can still be made
UNPRINTED = ("Opening", "Closing")  # parts of a letter that bear no heading
OWN_SHEET = (
    "Consent",
    "Definitions",
)  # what is signed apart from the letter begins a new page: a consent, a certificate
STATES = (*OPEN, "released", "rejected", "superseded", "withdrawn")


@dataclass(frozen=True)
class Section:
    """A part of the text. `title` "" is a part without a heading, as in a letter; `markdown` is paragraphs, lists, tables."""

    title: str
    markdown: str


@dataclass(frozen=True)
class Draft:
    """A text with its proof, ready to be filed.

    `tickmarks` is the contract's JSON, offsets counted in the Markdown of the section that each names; `facts` is what the
    writer was given. `checks` is what a partner looks at, `unseen` what could not be seen. `model` is the model's name, or
    "template"; `note` is what this version did about a reviewer's note, or could not do.
    """

    title: str
    cls: str
    as_of: date
    sections: tuple[Section, ...]
    tickmarks: tuple[Mapping[str, Any], ...]
    facts: tuple[Mapping[str, Any], ...]
    recipients: tuple[str, ...] = ()
    checks: tuple[str, ...] = ()
    unseen: tuple[str, ...] = ()
    model: str = "template"
    prompt_version: str = ""
    note: str = ""
    engagement_id: str | None = None

    @property
    def untied(self) -> int:
        """How many figures, dates and names have no source."""
        return sum(mark["status"] == "untied" for mark in self.tickmarks)


def content_hash(
    slug: str,
    client_id: str,
    sections: Sequence[Mapping[str, Any]],
    tickmarks: Sequence[Mapping[str, Any]],
    recipients: Sequence[str],
) -> str:
    """SHA-256, in hex, of everything that leaves the firm and of its proof: a review and a release name it."""
    content = {
        "slug": slug,
        "client": client_id,
        "sections": [dict(one) for one in sections],
        "tickmarks": [dict(one) for one in tickmarks],
        "recipients": list(recipients),
    }
    return hashlib.sha256(canonical_json(content).encode()).hexdigest()

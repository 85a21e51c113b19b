"""The kinds of deliverables: one module each says what it gathers; the wording is in templates/, one file of the same slug.

`KINDS` is the registry. A kind is added by a module, a template and a row here.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from typing import Literal

from workspace.deliverables.gathered import Gathered
from workspace.deliverables.kinds import (
    collection_email,
    meeting_brief,
    notice_explanation,
    notice_response,
    pbc_follow_up,
    status_letter,
)
from workspace.snapshot import Snapshot


@dataclass(frozen=True)
class Kind:
    """A kind of deliverable. `goes_by`: mail, letter (on the firm's letterhead) or file (stays in the firm). `headings`: the
    sections' titles are printed. `gather` raises Invalid when there is nothing to draft; `occasion` (snapshot, today, engagement
    ref or None) says what to draft when a person asks, and raises Invalid likewise. `fixed` are the sections that state the firm's
    position in law: no model words them."""

    slug: str
    title: str
    audience: str
    tone: str
    goes_by: Literal["mail", "letter", "file"]
    headings: bool
    gather: Callable[[Snapshot, date, str], Gathered]
    occasion: Callable[[Snapshot, date, str | None], str]
    fixed: tuple[str, ...] = ()


KINDS: dict[str, Kind] = {
    kind.slug: kind
    for kind in (
        Kind(
            "collection-email",
            "Collection mail",
            "the client",
            "courteous, plain, firm; nothing that threatens",
            "mail",
            False,
            collection_email.gather,
            collection_email.occasion,
        ),
        Kind(
            "meeting-brief",
            "Meeting brief",
            "the client's partner, inside the firm",
            "terse, factual",
            "file",
            True,
            meeting_brief.gather,
            meeting_brief.occasion,
        ),
        Kind(
            "notice-explanation",
            "Notice explained to the client",
            "the client",
            "calm, plain, without any promise of a result",
            "letter",
            True,
            notice_explanation.gather,
            notice_explanation.occasion,
        ),
        Kind(
            "notice-response",
            "Response to a notice",
            "a tax agency",
            "formal, exact, conceding nothing",
            "letter",
            True,
            notice_response.gather,
            notice_response.occasion,
            fixed=("Position", "Request"),
        ),
        Kind(
            "pbc-follow-up",
            "Follow-up on open items",
            "the client",
            "friendly, short, clear about the date",
            "mail",
            False,
            pbc_follow_up.gather,
            pbc_follow_up.occasion,
        ),
        Kind(
            "status-letter",
            "Status letter",
            "the client",
            "clear, even, without excuses",
            "letter",
            True,
            status_letter.gather,
            status_letter.occasion,
        ),
    )
}

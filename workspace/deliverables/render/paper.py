"""One version as a paper: what stands on it beside the text, whose copy it is, and the three forms it can take.

Owns the rule that a client's copy is of a released version only. Letterhead and address lines come from the firm's record
(`[settings.letterhead] lines = […]`).
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import select

from store.errors import Conflict
from store.tables import Firm
from workspace.deadlines import in_words
from workspace.deliverables import proof
from workspace.deliverables.kinds import KINDS
from workspace.deliverables.reading import show
from workspace.scope import Scope

WATERMARK = "DRAFT — not released"


@dataclass(frozen=True)
class ProofLine:
    """A line of the proof table: the tickmark's number, the figure, tied, derived or untied, and its source in words."""

    number: int
    figure: str
    status: str
    source: str


@dataclass(frozen=True)
class Sheet:
    """Everything a paper shows. `internal`: with tickmarks, proof, checks; a client's copy has none. `dated` is the day of the
    release in words, None before it. `goes_by` is the kind's: mail, letter, file."""

    shown: Mapping[str, Any]
    firm: str
    letterhead: tuple[str, ...]
    goes_by: str
    internal: bool
    dated: str | None
    proof: tuple[ProofLine, ...]

    @property
    def watermark(self) -> str:
        """What is printed across every page; "" on what was released."""
        return "" if self.dated else WATERMARK

    @property
    def foot(self) -> str:
        """The line at the foot of every page: whose paper it is, who released it and when; inside the firm also what it was made from."""
        released = self.shown["released"]
        freed = f"released by {released['by']}, {self.dated}" if released else ""
        whose = facts_line(self.shown) if self.internal else self.firm
        return " · ".join(part for part in (whose, freed) if part)


def sheet_of(scope: Scope, deliverable_id: str, *, internal: bool | None = None) -> Sheet:
    """The current version as a paper. `internal` None: the client's copy of what was released, else an internal one.

    Raises Conflict when a client's copy is asked for of what was not released."""
    shown = show(scope, deliverable_id)
    released = shown["released"]
    if internal is None:
        internal = released is None
    if not internal and released is None:
        raise Conflict("a copy for the client is made of what was released: this is not")
    firm = scope.session.scalars(select(Firm).limit(1)).one_or_none()
    lines = ((firm.settings or {}).get("letterhead") or {}).get("lines", ()) if firm else ()
    kind = KINDS.get(shown["slug"])
    return Sheet(
        shown=shown,
        firm=firm.name if firm else "",
        letterhead=tuple(str(line) for line in lines),
        goes_by=kind.goes_by if kind else "letter",
        internal=internal,
        dated=in_words(datetime.fromisoformat(released["at"]).date()) if released else None,
        proof=_proof(scope, shown) if internal else (),
    )


def as_pdf(scope: Scope, deliverable_id: str, *, internal: bool | None = None) -> bytes:
    """The paper as PDF, letter size. Raises as `sheet_of`."""
    from workspace.deliverables.render.pdf import drawn

    return drawn(sheet_of(scope, deliverable_id, internal=internal))


def as_docx(scope: Scope, deliverable_id: str, *, internal: bool | None = None) -> bytes:
    """The paper as DOCX. Raises as `sheet_of`."""
    from workspace.deliverables.render.docx import written

    return written(sheet_of(scope, deliverable_id, internal=internal))


def as_text(scope: Scope, deliverable_id: str, *, internal: bool | None = None) -> str:
    """The paper as plain text, as a mail has it. Raises as `sheet_of`."""
    from workspace.deliverables.render.text import body_text

    sheet = sheet_of(scope, deliverable_id, internal=internal)
    body = body_text(sheet.shown["sections"], sheet.firm, headings=sheet.shown["headings"])
    to = ", ".join(sheet.shown["recipients"])
    head = f"To: {to}\nSubject: {sheet.shown['title']}\n\n" if sheet.goes_by == "mail" else ""
    mark = f"*** {sheet.watermark} ***\n\n" if sheet.watermark else ""
    return f"{mark}{head}{body}"


def facts_line(shown: Mapping[str, Any]) -> str:
    """Who prepared it from what: the last line of an internal copy."""
    head = shown["header"]
    whose = [head["client"], *([head["period"]] if head.get("period") else []), f"version {head['version']}"]
    return " · ".join([*whose, f"prepared by {head['prepared_by']}", f"data as of {head['data_as_of']}"])


def _proof(scope: Scope, shown: Mapping[str, Any]) -> tuple[ProofLine, ...]:
    marks = shown["tickmarks"]
    sources = map(proof.in_a_line, proof.of_marks(scope, marks))
    return tuple(
        ProofLine(number, mark["text"], mark["status"], line)
        for number, (mark, line) in enumerate(zip(marks, sources, strict=True), 1)
    )

"""Figures that no record and no read fact holds, looked for in the words of the client's papers and mail.

A passage is found by how the figure may be written, read again by the same recogniser, and kept with its line as the quote; what it is
called there becomes its label. Only current papers of this client. Judges nothing.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from datetime import date
from decimal import Decimal

from sqlalchemy import or_, select

from store.tables import Document, DocumentPage
from workspace.evidence import DocumentEvidence, Evidence, MessageEvidence
from workspace.scope import Scope
from workspace.snapshot import Snapshot
from workspace.tie_out import Fact, Figure, claim_of, cover, recognise, worded

Sought = dict[tuple[str, str], Figure]
MOST_FIGURES = 40  # looked for at once
_MOST_PAGES = 60
_LONGEST = 240  # characters of a quote
_SOUGHT = ("money", "date", "percent", "count", "tax_id", "form", "notice", "citation")


def on_pages(scope: Scope, snapshot: Snapshot, figures: Iterable[Figure]) -> tuple[Fact, ...]:
    """The figures as the client's papers and mail have them, each place once; one query. Beyond 40 different figures none is looked for."""
    sought: Sought = {(str(one.type), one.value): one for one in figures if one.type in _SOUGHT and len(one.text) > 1}
    if not sought or len(sought) > MOST_FIGURES:
        return ()
    spellings = {spelling for one in sought.values() for spelling in _spellings(one)}
    found: dict[Fact, None] = {}
    for page, document in _pages(scope, snapshot.client.id, spellings):
        for fact, start, end in _said(page.text, sought):
            proof = DocumentEvidence(document, page.version_id, page.number, start, end, page.text[start:end])
            found[replace(fact, evidence=proof)] = None
    for mail in snapshot.messages:
        if any(spelling in mail.body for spelling in spellings):
            for fact, start, end in _said(mail.body, sought):
                found[replace(fact, evidence=MessageEvidence(mail.message_id, start, end, mail.body[start:end]))] = None
    return tuple(found)


def _spellings(figure: Figure) -> Iterator[str]:
    """How papers may write a figure."""
    yield figure.text
    plain = worded(figure.type, figure.value)
    yield plain
    if figure.type == "money" and figure.value.replace(".", "").isdigit():
        bare = f"{Decimal(figure.value):,.2f}"
        yield from (bare, bare.removesuffix(".00"), figure.value)
    if figure.type == "date" and len(figure.value) == 10:
        day = date.fromisoformat(figure.value)
        yield from (day.isoformat(), f"{day:%m/%d/%Y}", f"{day.month}/{day.day}/{day.year}", f"{day:%m/%d/%y}")


def _pages(scope: Scope, client_id: str, spellings: Iterable[str]) -> Iterator[tuple[DocumentPage, str]]:
    holds = or_(*(DocumentPage.text.contains(one, autoescape=True) for one in sorted(spellings)))
    wanted = (
        select(DocumentPage, Document.id)
        .join(Document, Document.current_version_id == DocumentPage.version_id)
        .where(
            Document.client_id == client_id,
            DocumentPage.client_id == client_id,
            Document.client_id.in_(scope.clients()),
            Document.superseded_by.is_(None),
            holds,
        )
    )
    yield from scope.session.execute(wanted.order_by(Document.path, DocumentPage.number).limit(_MOST_PAGES)).tuples()


def _said(text: str, sought: Sought) -> Iterator[tuple[Fact, int, int]]:
    """The sought figures that a text holds: what each is called there, and its line."""
    figures = recognise(text)
    covered = cover(text, figures)
    for one in figures:
        if (one.type, one.value) in sought:
            start, end = _line(text, one)
            blank: Evidence = MessageEvidence("", start, end, "")
            yield Fact(one.type, one.type, one.value, one.text, blank, _label(covered, figures, one)), start, end


def _label(covered: str, figures: Sequence[Figure], figure: Figure) -> str:
    claim = claim_of(covered, figures, figure)
    called = "; ".join(dict.fromkeys(one.text.casefold() for one in (claim.heads or claim.near)))
    periods = ", ".join(dict.fromkeys(claim.periods))
    return f"{called}, {periods}" if called and periods else called


def _line(text: str, figure: Figure) -> tuple[int, int]:
    """The line that a figure stands in, no longer than a quote may be."""
    start = text.rfind("\n", 0, figure.start) + 1
    end = text.find("\n", figure.end)
    end = len(text) if end < 0 else end
    if end - start <= _LONGEST:
        return start, end
    return max(start, figure.start - _LONGEST // 2), min(end, figure.end + _LONGEST // 2)

"""How what a person said about a document's facts stands over what readers read: laid over every reading, never overwritten by one.

Used by the step that reads facts (ingestion) and by the act of correcting (workspace), so that both leave the same rows behind. Decides
by the words on the page only: a correction whose words a newer version still has stands, any other is to be confirmed again.
"""

import re
from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from store.fact_names import MANY
from store.ids import stable_id
from store.tables import Document, DocumentPage, DocumentVersion, FactCorrection, FactRow, IntakeFinding, Person

PERSON = "person"
"""The reader of a fact that a person entered."""
FINDING = "correction"
_READING = ("type", "value", "row", "page", "start", "end", "quote", "confidence", "reader")


@dataclass(frozen=True)
class Place:
    """Where words stand: characters `start` to `end` of a page's text, which are `quote`."""

    page: int
    start: int
    end: int
    quote: str


@dataclass
class _Sheet:
    """A current version on the table: its pages by number, and the readings of it that remain."""

    version: DocumentVersion
    pages: Mapping[int, str]
    rows: list[FactRow]
    put: list[FactRow] = field(default_factory=list[FactRow])
    gone: list[FactRow] = field(default_factory=list[FactRow])


def find_words(pages: Mapping[int, str], quote: str, page: int | None = None) -> Place | None:
    """The first place where these words stand, white space and capitals aside; the given page is looked at first, None when no page
    has them. The place's `quote` is what the page says."""
    words = quote.split()
    if not words:
        return None
    edge = r"(?<!\w)" if words[0][0].isalnum() else ""
    close = r"(?!\w)" if words[-1][-1].isalnum() else ""
    pattern = re.compile(edge + r"\s+".join(map(re.escape, words)) + close, re.IGNORECASE)
    for number in sorted(pages, key=lambda n: (n != page, n)):
        match = pattern.search(pages[number])
        if match is not None:
            return Place(number, match.start(), match.end(), match.group())
    return None


def lay_over(session: Session, version_ids: Collection[str]) -> None:
    """Put what people said over the readings of these versions, where they are current; can be repeated without harm.

    Five queries however many versions there are, one where nobody has corrected anything."""
    said = _corrections(session, version_ids, ("value", "absent"))
    if not said:
        return
    session.flush()
    sheets = _sheets(session, {version.id: version for _, version, _ in said})
    for correction, version, name in said:
        _lay(session, sheets[version.id], correction, name)
    for sheet in sheets.values():
        for row in sheet.gone:
            session.delete(row)
        session.flush()
        session.add_all(sheet.put)


def kinds_said(session: Session, recognised: Mapping[str, str]) -> dict[str, str]:
    """The kinds of versions, by id, after what people said: `recognised` is what the rules take each for. Reads only.

    A person's word stands while the rules say what they said when she spoke, or what she said; else it is to be confirmed again."""
    kinds = dict(recognised)
    for correction, version, _ in _corrections(session, recognised, ("kind",)):
        if _kind_stands(correction, recognised[version.id]):
            kinds[version.id] = correction.value
    return kinds


def settle_kinds(session: Session, recognised: Mapping[str, str]) -> None:
    """Keep whether each corrected kind stands on the version that was just recognised."""
    for correction, version, name in _corrections(session, recognised, ("kind",)):
        found = recognised[version.id]
        why = f"this version reads like {found}, not like {correction.was or 'what it was'} as before"
        settle(session, correction, version, _kind_stands(correction, found), name, why)


def _kind_stands(correction: FactCorrection, recognised: str) -> bool:
    return recognised in (correction.was, correction.value)


def settle(
    session: Session, correction: FactCorrection, version: DocumentVersion, stands: bool, name: str, why: str
) -> None:
    """Keep whether a correction stands on this version; one that does not becomes a finding that says what to do."""
    identity = stable_id("find", version.id, FINDING, correction.id)
    session.execute(delete(IntakeFinding).where(IntakeFinding.id == identity))
    correction.state = "stands" if stands else "confirm"
    if stands:
        return
    told = f"{correction.name.replace('_', ' ')} was corrected by {name} on {correction.at:%B} {correction.at.day}, {correction.at.year}"
    session.add(
        IntakeFinding(
            id=identity,
            client_id=correction.client_id,
            document_id=correction.document_id,
            version_id=version.id,
            source=FINDING,
            message=f"{told[:1].upper()}{told[1:]}, and {why}; confirm it again or take it back.",
            severity="warning",
        )
    )


def reading_of(row: FactRow) -> dict[str, Any]:
    """A reading as a correction keeps it."""
    return {name: getattr(row, name) for name in _READING}


def fact_row(version: DocumentVersion, name: str, reading: Mapping[str, Any], n: object) -> FactRow:
    """The row of a reading that a correction kept; `n` tells it from others of the version."""
    return FactRow(
        id=stable_id("fact", version.id, n),
        client_id=version.client_id,
        document_id=version.document_id,
        version_id=version.id,
        name=name,
        **{key: reading[key] for key in _READING},
    )


def _corrections(
    session: Session, version_ids: Iterable[str], actions: Sequence[str]
) -> list[tuple[FactCorrection, DocumentVersion, str]]:
    """Corrections of the documents whose current version is one of these, with who made them, oldest first."""
    query = (
        select(FactCorrection, DocumentVersion, Person.name)
        .join(Document, Document.id == FactCorrection.document_id)
        .join(DocumentVersion, DocumentVersion.id == Document.current_version_id)
        .join(Person, Person.id == FactCorrection.person_id)
        .where(DocumentVersion.id.in_(list(version_ids)), FactCorrection.action.in_(actions))
        .order_by(FactCorrection.at, FactCorrection.id)
    )
    return [(row[0], row[1], row[2]) for row in session.execute(query)]


def _sheets(session: Session, versions: Mapping[str, DocumentVersion]) -> dict[str, _Sheet]:
    pages: dict[str, dict[int, str]] = defaultdict(dict)
    texts = select(DocumentPage.version_id, DocumentPage.number, DocumentPage.text)
    for version_id, number, text in session.execute(texts.where(DocumentPage.version_id.in_(versions))).tuples():
        pages[version_id][number] = text
    rows: dict[str, list[FactRow]] = defaultdict(list)
    found = select(FactRow).where(FactRow.version_id.in_(versions)).order_by(FactRow.page, FactRow.start, FactRow.id)
    for row in session.scalars(found):
        rows[row.version_id].append(row)
    return {key: _Sheet(version, pages[key], rows[key]) for key, version in versions.items()}


def _lay(session: Session, sheet: _Sheet, correction: FactCorrection, name: str) -> None:
    own = fact_id(sheet.version.id, correction.id)
    for row in [row for row in sheet.rows if row.id == own]:
        _take(sheet, row)
    targets = _meant(sheet, correction)
    place = find_words(sheet.pages, correction.quote, correction.page) if correction.action == "value" else None
    stands = place is not None if correction.action == "value" else not _reads_otherwise(sheet, correction, targets)
    missing = "its words stand in this version no longer"
    settle(
        session,
        correction,
        sheet.version,
        stands,
        name,
        missing if correction.action == "value" else "this version states another",
    )
    if not stands:
        return
    if targets:
        correction.read = [reading_of(row) for row in targets]
    for row in targets:
        _take(sheet, row)
    if place is not None:
        sheet.put.append(_entered(sheet.version, correction, place, targets[0].row if targets else correction.row))


def fact_id(version_id: str, correction_id: str) -> str:
    """The id of the fact that a correction puts on a version."""
    return stable_id("fact", version_id, PERSON, correction_id)


def _take(sheet: _Sheet, row: FactRow) -> None:
    sheet.rows.remove(row)
    sheet.gone.append(row)


def _meant(sheet: _Sheet, correction: FactCorrection) -> list[FactRow]:
    """The readings that a correction speaks of: those of its value or its words, else the only one of its name."""
    same = [r for r in sheet.rows if r.name == correction.name and r.reader != PERSON]
    quotes = {_plain(str(one["quote"])) for one in correction.read}
    if correction.row is not None:
        exact = [r for r in same if r.row is not None and correction.was and r.value == correction.was]
        close = [r for r in exact if _plain(r.quote) in quotes and r.row == correction.row]
        return (close or [r for r in exact if _plain(r.quote) in quotes] or exact)[:1]
    same = [r for r in same if r.row is None]
    exact = [r for r in same if correction.was and r.value == correction.was]
    if exact:
        return exact
    return same if len(same) == 1 and correction.name not in MANY and correction.action == "value" else []


def _reads_otherwise(sheet: _Sheet, correction: FactCorrection, targets: Sequence[FactRow]) -> bool:
    """Whether the version states such a fact after all, in words that the person did not rule out."""
    if targets or correction.row is not None or correction.name in MANY:
        return False
    return any(r.name == correction.name and r.row is None for r in sheet.rows)


def _entered(version: DocumentVersion, correction: FactCorrection, place: Place, row: int | None) -> FactRow:
    return FactRow(
        id=fact_id(version.id, correction.id),
        client_id=version.client_id,
        document_id=version.document_id,
        version_id=version.id,
        name=correction.name,
        type=correction.type,
        value=correction.value,
        row=row,
        page=place.page,
        start=place.start,
        end=place.end,
        quote=place.quote,
        confidence=1.0,
        reader=PERSON,
        confirmed_by=correction.person_id,
    )


def _plain(text: str) -> str:
    return " ".join(text.split())

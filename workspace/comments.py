"""Comments on a passage of a draft: said about one version, shown beside the passage in later ones while its words still stand, resolved
by anyone who sees the client. Never changes a text and decides nothing.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.orm import aliased

from store import audit
from store.audit import AuditTag
from store.errors import Conflict, Forbidden, Invalid, NotFound
from store.ids import stable_id
from store.tables import Comment, Deliverable, DeliverableVersion, Person
from workspace.deliverables.filing import current_version, locked
from workspace.deliverables.quotes import MOST, place_of, places_of
from workspace.deliverables.review import must_match
from workspace.scope import Right, Scope, access_deliverable

LONGEST = 2000


@dataclass(frozen=True)
class Placed:
    """A comment as the current version shows it. `place` is (section, start, end) there, None: the passage is gone."""

    number: int
    version: int
    quote: str
    note: str
    by: str
    at: datetime
    place: tuple[int, int, int] | None
    resolved_by: str | None = None
    resolved_at: datetime | None = None

    @property
    def open(self) -> bool:
        return self.resolved_at is None

    def as_json(self) -> dict[str, Any]:
        where = dict(zip(("section", "start", "end"), self.place, strict=True)) if self.place else None
        return {
            "number": self.number,
            "version": self.version,
            "quote": self.quote,
            "note": self.note,
            "by": self.by,
            "at": self.at.isoformat(),
            "stands": where,
            "resolved_by": self.resolved_by,
            "resolved_at": self.resolved_at.isoformat() if self.resolved_at else None,
        }


def comment(
    scope: Scope,
    deliverable_id: str,
    quote: str,
    note: str,
    *,
    nth: int = 0,
    tick: int | None = None,
    expected: str | None = None,
) -> int:
    """Keep `note` about the passage that reads `quote`; returns the comment's number.

    Where the words stand several times, `nth` counts from 0 which is meant; `tick` names a figure by its index instead.
    Raises NotFound outside the scope, Forbidden for whom is no person, Conflict when `expected` is not the current version's hash,
    Invalid without a note or for words that the current version does not have."""
    row = access_deliverable(scope, deliverable_id, Right.CLIENT_READ)
    row = locked(scope, row.id) or row
    if scope.person_id is None:
        raise Forbidden(f"{scope.email} is no person: only a person comments")
    version = current_version(scope, row)
    must_match(version, expected)
    said = note.strip()
    if not said or len(said) > LONGEST:
        raise Invalid(f"say what is to be noted, in at most {LONGEST} characters")
    place = _meant(version, quote, nth, tick)
    if place is None:
        raise Invalid(_not_there(quote))
    made = _made(scope, row, version, place, said)
    _record(scope, row, made, AuditTag.COMMENT_ADDED)
    return made.number


def _meant(version: DeliverableVersion, quote: str, nth: int, tick: int | None) -> tuple[int, int, int] | None:
    if tick is not None and 0 <= tick < len(version.tickmarks):
        mark = version.tickmarks[tick]
        return place_of(version.sections, quote or mark["text"], near=(mark["section"], mark["start"]))
    found = places_of(version.sections, quote)
    return found[min(max(nth, 0), len(found) - 1)] if found else None


def _not_there(quote: str) -> str:
    if not quote.strip():
        return "select the passage that the comment is about"
    if len(quote) > MOST:
        return f"select a passage of at most {MOST} characters"
    return f"“{quote.strip()[:80]}” does not stand in the current version: select words of one section"


def _made(
    scope: Scope, row: Deliverable, version: DeliverableVersion, place: tuple[int, int, int], said: str
) -> Comment:
    section, start, end = place
    last = select(func.coalesce(func.max(Comment.number), 0)).where(Comment.deliverable_id == row.id)
    number = scope.session.scalars(last).one() + 1
    made = Comment(
        id=stable_id("cmt", row.id, number),
        client_id=row.client_id,
        deliverable_id=row.id,
        version_id=version.id,
        number=number,
        section=section,
        start=start,
        end=end,
        quote=version.sections[section]["markdown"][start:end],
        note=said,
        person_id=scope.person_id,
        at=scope.now,
    )
    scope.session.add(made)
    scope.session.flush()
    return made


def resolve(scope: Scope, deliverable_id: str, number: int) -> None:
    """Mark the comment of that number as dealt with. Raises NotFound where there is none, Forbidden for whom is no person, Conflict when it
    was resolved before."""
    row = access_deliverable(scope, deliverable_id, Right.CLIENT_READ)
    if scope.person_id is None:
        raise Forbidden(f"{scope.email} is no person: only a person resolves a comment")
    wanted = select(Comment).where(Comment.deliverable_id == row.id, Comment.number == number).with_for_update()
    found = scope.session.scalars(wanted).one_or_none()
    if found is None:
        raise NotFound(f"there is no comment {number} on this deliverable")
    if found.resolved_at is not None:
        raise Conflict(f"comment {number} was resolved before")
    found.resolved_by, found.resolved_at = scope.person_id, scope.now
    scope.session.flush()
    _record(scope, row, found, AuditTag.COMMENT_RESOLVED)


def comments_on(scope: Scope, row: Deliverable, sections: Sequence[dict[str, Any]]) -> tuple[Placed, ...]:
    """The comments on a deliverable that the asker was given, each placed in `sections`, in the order of the text; what is gone comes
    after, what is resolved last. One query."""
    author, closer = aliased(Person), aliased(Person)
    rows = scope.session.execute(
        select(Comment, DeliverableVersion.number, author.name, closer.name)
        .join(DeliverableVersion, DeliverableVersion.id == Comment.version_id)
        .join(author, author.id == Comment.person_id)
        .outerjoin(closer, closer.id == Comment.resolved_by)
        .where(Comment.deliverable_id == row.id, Comment.client_id.in_(scope.clients()))
        .order_by(Comment.number)
    ).tuples()
    placed = [
        Placed(
            one.number,
            version,
            one.quote,
            one.note,
            by,
            one.at,
            place_of(sections, one.quote, near=(one.section, one.start)),
            closed_by,
            one.resolved_at,
        )
        for one, version, by, closed_by in rows
    ]
    return tuple(sorted(placed, key=lambda one: (not one.open, one.place is None, one.place or (0, 0, 0), one.number)))


def as_note(found: Sequence[dict[str, Any]], note: str = "") -> str:
    """The open comments (as JSON) as a note that asks for changes, a clause each: what is wished, then the words it is about."""
    lines = [
        f"{one['note'].rstrip('.')} (about “{plain(one['quote'])}”)" for one in found if one["resolved_at"] is None
    ]
    return "; ".join(filter(None, [note.strip().rstrip("."), *lines]))


def plain(quote: str) -> str:
    """A quote without the marks of its Markdown, as a page and a note write it."""
    return " ".join(quote.replace("**", "").replace("|", " ").split())


def _record(scope: Scope, row: Deliverable, one: Comment, tag: AuditTag) -> None:
    audit.record(
        scope.session,
        tag,
        actor=scope.email,
        subject=f"comment:{one.id}",
        now=scope.now,
        client_id=row.client_id,
        detail={"deliverable": row.id, "number": one.number, "quote": one.quote, "note": one.note},
    )

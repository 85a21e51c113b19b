"""A person's decisions about one exact version: approve, ask for changes, reject, edit.

Owns who may decide what in which state. Every decision names the hash it was made on, so that nobody decides about a text they
did not see. The database refuses the same things (store/triggers.py); here the refusal is put in better words. Never releases.
"""

from collections.abc import Sequence
from dataclasses import asdict, replace

from sqlalchemy import func, select

from store import audit
from store.audit import AuditTag, row_digest
from store.errors import Conflict, Forbidden, Invalid
from store.ids import stable_id
from store.tables import Deliverable, DeliverableVersion, Person, Review
from workspace.deliverables.compose import retied
from workspace.deliverables.filing import add_version, current_version, locked, two_partners
from workspace.deliverables.model import OPEN, Section
from workspace.deliverables.ticked import not_ticked
from workspace.scope import Right, Scope, access_deliverable

_TAGS = {
    "approve": AuditTag.DELIVERABLE_APPROVED,
    "changes": AuditTag.DELIVERABLE_CHANGES,
    "reject": AuditTag.DELIVERABLE_REJECTED,
}
_STATES = {"approve": "approved", "changes": "changes", "reject": "rejected"}


def approve(
    scope: Scope,
    deliverable_id: str,
    *,
    expected: str | None = None,
    override: str | None = None,
    note: str = "",
    seconds: int | None = None,
) -> str:
    """Approve the current version; returns the hash that was approved.

    `expected` is the hash (or its beginning) that the reviewer was shown; None takes the current one. `override` is the reason for
    approving a version with untied figures; it lands on the trail. `seconds` is how long the page was open.
    Raises Forbidden without deliverable:review, Conflict when the version is another one or is decided, Invalid when figures are
    untied and no reason is given.
    """
    row, version = _open_for_decision(scope, deliverable_id, expected)
    reason = (override or "").strip()
    if version.untied and not reason:
        some = "1 figure has" if version.untied == 1 else f"{version.untied} figures have"
        raise Invalid(f"{some} no source: correct the text, or approve with a reason (override)")
    if row.state == "approved" and not _outranks(scope, row):
        raise Conflict("this version is approved already")
    _decide(scope, row, version, "approve", note, reason if version.untied else None, seconds)
    return version.content_hash


def ask_changes(
    scope: Scope, deliverable_id: str, note: str, *, expected: str | None = None, seconds: int | None = None
) -> None:
    """Send the current version back with a note; an approval of it no longer counts. Raises as `approve`, Invalid without a note."""
    row, version = _open_for_decision(scope, deliverable_id, expected)
    if not note.strip():
        raise Invalid("say what should change")
    _decide(scope, row, version, "changes", note.strip(), None, seconds)


def reject(
    scope: Scope, deliverable_id: str, note: str, *, expected: str | None = None, seconds: int | None = None
) -> None:
    """Close the deliverable without a release; it is not drafted again for the same occasion. Raises as `ask_changes`."""
    row, version = _open_for_decision(scope, deliverable_id, expected)
    if not note.strip():
        raise Invalid("say why it is rejected")
    _decide(scope, row, version, "reject", note.strip(), None, seconds)


def edit(scope: Scope, deliverable_id: str, sections: Sequence[Section], *, expected: str | None = None) -> int:
    """Make a person's text the next version, with every figure traced again; returns the number of the current version.

    The author is the asker, and an approval given before no longer counts. The same text makes no new version.
    Raises Forbidden without deliverable:edit, Conflict when the deliverable is decided or the version is another one, Invalid for
    an empty text.
    """
    row = _accessed(scope, deliverable_id, Right.DELIVERABLE_EDIT)
    if scope.person_id is None:
        raise Forbidden(f"{scope.email} is no person: only a person edits a text by hand")
    version = _current(scope, row, expected)
    _must_be_open(row)
    wanted = tuple(Section(s.title.strip(), _clean(s.markdown)) for s in sections)
    kept = tuple(s for s in wanted if s.markdown)
    if not kept:
        raise Invalid("the text is empty")
    if [asdict(s) for s in kept] == version.sections:
        return version.number
    draft = retied(scope, row, version, kept)
    draft = replace(draft, note=f"Edited by {scope.email}")
    return add_version(scope, row, draft, tag=AuditTag.DELIVERABLE_EDITED, author_id=scope.person_id).number


def record_refusal(scope: Scope, deliverable_id: str, action: str, refused: Forbidden) -> None:
    """Put on the trail that somebody was not allowed to do something to a deliverable.

    The refusal's exception has rolled its own transaction back, so the edge that caught it calls this in a new one. `action` is
    approve, changes, reject, edit or release. Raises NotFound outside the scope, where nothing is noted.
    """
    row = access_deliverable(scope, deliverable_id)
    audit.record(
        scope.session,
        AuditTag.REVIEW_REFUSED,
        actor=scope.email,
        subject=f"deliverable:{row.id}",
        now=scope.now,
        client_id=row.client_id,
        detail={"action": action, "reason": str(refused)},
    )


def must_match(version: DeliverableVersion, expected: str | None) -> None:
    """Raises Conflict when the asker was shown another version; None means whichever is current."""
    if expected is not None and (len(expected) < 8 or not version.content_hash.startswith(expected)):
        raise Conflict("the text has changed since you opened it: look at the current version first")


def _outranks(scope: Scope, row: Deliverable) -> bool:
    """Whether a partner approves a class-A item that a manager approved, where the firm wants two partners' word on it (release.py)."""
    if row.cls != "A" or scope.role != "partner" or not two_partners(scope):
        return False
    newest = (
        select(Person.role)
        .join(Review, Review.person_id == Person.id)
        .where(Review.deliverable_id == row.id)
        .order_by(Review.number.desc())
    )
    return scope.session.scalars(newest.limit(1)).first() == "manager"


def _open_for_decision(
    scope: Scope, deliverable_id: str, expected: str | None
) -> tuple[Deliverable, DeliverableVersion]:
    row = _accessed(scope, deliverable_id, Right.DELIVERABLE_REVIEW)
    version = _current(scope, row, expected)
    _must_be_open(row)
    return row, version


def _accessed(scope: Scope, deliverable_id: str, right: Right) -> Deliverable:
    """The deliverable with the right to it, held until the transaction ends."""
    row = access_deliverable(scope, deliverable_id, right)
    return locked(scope, row.id) or row


def _current(scope: Scope, row: Deliverable, expected: str | None) -> DeliverableVersion:
    version = current_version(scope, row)
    must_match(version, expected)
    return version


def _must_be_open(row: Deliverable) -> None:
    if row.state not in OPEN:
        raise Conflict(f"this deliverable is {row.state}: no decision is left to make")


def _decide(
    scope: Scope,
    row: Deliverable,
    version: DeliverableVersion,
    decision: str,
    note: str,
    override: str | None,
    seconds: int | None,
) -> None:
    if scope.person_id is None:
        raise Forbidden(f"{scope.email} is no person: only a person reviews")
    made = select(func.coalesce(func.max(Review.number), 0)).where(Review.deliverable_id == row.id)
    number = scope.session.scalars(made).one() + 1
    review = Review(
        id=stable_id("rev", row.id, number),
        client_id=row.client_id,
        deliverable_id=row.id,
        number=number,
        version_id=version.id,
        content_hash=version.content_hash,
        decision=decision,
        note=note,
        override=override,
        person_id=scope.person_id,
        seconds=seconds,
        at=scope.now,
    )
    scope.session.add(review)
    scope.session.flush()
    row.state = _STATES[decision]
    scope.session.flush()
    audit.record(
        scope.session,
        AuditTag.DELIVERABLE_OVERRIDDEN if override else _TAGS[decision],
        actor=scope.email,
        subject=f"review:{review.id}",
        now=scope.now,
        client_id=row.client_id,
        detail={
            "deliverable": row.id,
            "version": version.number,
            "hash": version.content_hash,
            "note": note,
            **not_ticked(scope, version),
            **({"override": override, "untied": version.untied} if override else {}),
        },
        digest=row_digest("review", review),
    )


def _clean(markdown: str) -> str:
    """Lines end as the software writes them, whatever a browser sends."""
    return markdown.replace("\r\n", "\n").replace("\r", "\n").strip()

"""Release: a partner's decision that lets one exact version leave the firm. The only way out (ARCHITECTURE.md, law 5).

Writes the release, the outbox item and the trail in the asker's transaction; the database refuses anything that is not the
approved version. Never sends: what lies in the outbox is sent elsewhere.
"""

import re
from collections.abc import Iterable

from sqlalchemy import func, select

from store import audit
from store.audit import AuditTag, row_digest
from store.errors import Conflict, Forbidden
from store.ids import stable_id
from store.tables import Deliverable, DeliverableVersion, Firm, OutboxItem, Person, Release, Review
from workspace.deliverables.filing import current_version, locked, two_partners
from workspace.deliverables.kinds import KINDS
from workspace.deliverables.render.text import body_text
from workspace.deliverables.review import must_match
from workspace.deliverables.ticked import not_ticked
from workspace.onboarding.steps import PACK, settled_by_event
from workspace.requests.reminders import must_be_missing
from workspace.scope import Right, Scope, access_deliverable

_ADDRESS = re.compile(r"[^@\s<>]+@[^@\s<>]+")


def release(scope: Scope, deliverable_id: str, *, expected: str | None = None) -> str:
    """Release the approved current version; returns the id of the release.

    `expected` is the hash (or its beginning) that the asker was shown. Raises Forbidden without deliverable:release, or when the
    asker wrote any version of a class-A item, since later ones begin from it, or alone approved one where the firm wants two partners
    (firm.toml: `[settings.release]`, `two_partners = true`); Conflict when it is not approved, is released already, or is another version.
    """
    found = access_deliverable(scope, deliverable_id, Right.DELIVERABLE_RELEASE)
    row = locked(scope, found.id) or found
    version = current_version(scope, row)
    must_match(version, expected)
    _must_be_approved(scope, row, version)
    must_be_missing(scope, row, version)
    if scope.person_id is None:
        raise Forbidden(f"{scope.email} is no person: only a partner releases")
    if row.cls == "A" and _wrote_of_it(scope, row):
        raise Forbidden("you wrote in this class-A item: another partner has to release it")
    if row.cls == "A" and two_partners(scope) and not _approved_by_another(scope, version):
        raise Forbidden(
            "this firm has two partners decide about a class-A item: one approves it, the other releases it"
        )
    freed = Release(
        id=stable_id("rel", row.id),
        client_id=row.client_id,
        deliverable_id=row.id,
        version_id=version.id,
        content_hash=version.content_hash,
        person_id=scope.person_id,
        at=scope.now,
    )
    scope.session.add(freed)
    scope.session.flush()
    row.state = "released"
    scope.session.flush()
    scope.session.add(_outbox_item(scope, row, version, freed))
    scope.session.flush()
    _record(scope, row, version, freed)
    if row.slug == PACK:
        settled_by_event(scope, row.client_id, "welcome")
    return freed.id


def _must_be_approved(scope: Scope, row: Deliverable, version: DeliverableVersion) -> None:
    if row.state == "released":
        raise Conflict("this deliverable is released already")
    if row.state != "approved":
        raise Conflict(f"this version is not approved: the deliverable is {row.state.replace('_', ' ')}")
    newest = select(Review).where(Review.deliverable_id == row.id).order_by(Review.number.desc()).limit(1)
    review = scope.session.scalars(newest).one_or_none()
    if review is None or (review.decision, review.version_id, review.content_hash) != (
        "approve",
        version.id,
        version.content_hash,
    ):
        raise Conflict("the approval on file is of another version: approve this one first")


def _wrote_of_it(scope: Scope, row: Deliverable) -> bool:
    mine = select(func.count()).where(
        DeliverableVersion.deliverable_id == row.id, DeliverableVersion.author_id == scope.person_id
    )
    return bool(scope.session.scalar(mine))


def _approved_by_another(scope: Scope, version: DeliverableVersion) -> bool:
    """Whether a partner other than the asker approved this very version, and nobody has sent it back since."""
    undone = select(func.coalesce(func.max(Review.number), 0)).where(
        Review.deliverable_id == version.deliverable_id, Review.decision != "approve"
    )
    wanted = (
        select(Review.id)
        .join(Person, Person.id == Review.person_id)
        .where(
            Review.version_id == version.id,
            Review.content_hash == version.content_hash,
            Review.decision == "approve",
            Review.number > undone.scalar_subquery(),
            Person.role == "partner",
            Person.id != scope.person_id,
        )
    )
    return scope.session.scalars(wanted.limit(1)).first() is not None


def addresses(recipients: Iterable[str]) -> tuple[str, ...]:
    """The e-mail addresses among the recipients of a version, in order."""
    return tuple(one for recipient in recipients for one in _ADDRESS.findall(recipient))


def _outbox_item(scope: Scope, row: Deliverable, version: DeliverableVersion, freed: Release) -> OutboxItem:
    """What goes out: a mail where it leaves the firm and somebody has an address, else a paper to print or to file."""
    kind = KINDS[row.slug]
    mailed = bool(addresses(version.recipients)) and kind.goes_by != "file"
    firm = scope.session.scalars(select(Firm.name).limit(1)).one_or_none()
    return OutboxItem(
        id=stable_id("out", freed.id),
        client_id=row.client_id,
        release_id=freed.id,
        channel="mail" if mailed else "file",
        recipients=list(version.recipients),
        subject=row.title,
        body=body_text(version.sections, firm or "", headings=kind.headings),
        sent_at=None,
    )


def _record(scope: Scope, row: Deliverable, version: DeliverableVersion, freed: Release) -> None:
    audit.record(
        scope.session,
        AuditTag.DELIVERABLE_RELEASED,
        actor=scope.email,
        subject=f"release:{freed.id}",
        now=scope.now,
        client_id=row.client_id,
        detail={
            "deliverable": row.id,
            "version": version.number,
            "hash": version.content_hash,
            **not_ticked(scope, version),
        },
        digest=row_digest("release", freed),
    )

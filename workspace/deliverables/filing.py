"""Puts a draft into the review queue as a version of a deliverable, and nothing else: it decides nothing and releases nothing.

Idempotent: the deliverable's id comes from client, slug and occasion, and a draft whose content is already the current version
files nothing. A text that a person wrote or decided about is never replaced by the software.
"""

from dataclasses import asdict
from typing import Any

from sqlalchemy import select

from store import audit
from store.audit import AuditTag, row_digest
from store.errors import Conflict
from store.ids import stable_id
from store.tables import Client, Deliverable, DeliverableVersion, Firm, Review
from workspace.deliverables.model import OPEN, Draft, content_hash
from workspace.deliverables.occasions import subject_of
from workspace.preferences import learn
from workspace.scope import Right, Scope, access_client


def deliverable_id(client_ref: str, slug: str, occasion: str) -> str:
    """The id that the deliverable of this client, kind and occasion has or will have."""
    return stable_id("dlv", client_ref, slug, occasion)


def file_draft(
    scope: Scope, client_ref: str, slug: str, occasion: str, draft: Draft, *, revises: str | None = None
) -> str:
    """File a draft for review and return the deliverable's id.

    A new version is made when the content differs from the current version's, while the deliverable is in review and untouched; one
    that was decided about, or whose current version a person wrote, stays as it is. `revises` is the id of the version that was sent
    back and that the draft began from: then it is filed even when no word changed, and also after a person's version.
    An untouched draft about the same subject of an earlier occasion is superseded.
    Raises NotFound, Forbidden without deliverable:edit, Conflict when the version that it revises no longer waits for that.
    """
    client = access_client(scope, client_ref, Right.DELIVERABLE_EDIT)
    row = locked(scope, deliverable_id(client_ref, slug, occasion))
    if row is None:
        kept = _make_way(scope, client, slug, occasion)
        if kept is not None:
            return kept
        row = _begin(scope, client, slug, occasion, draft)
    elif revises is not None:
        if (row.state, row.current_version_id) != ("changes", revises):
            raise Conflict("somebody was faster: the version that was to be revised is not waiting for it any more")
    elif not _may_replace(scope, row, draft):
        return row.id
    add_version(scope, row, draft, tag=AuditTag.DELIVERABLE_DRAFTED)
    return row.id


def locked(scope: Scope, row_id: str) -> Deliverable | None:
    """The deliverable as it stands now, held against others until the transaction ends; None when there is none."""
    wanted = select(Deliverable).where(Deliverable.id == row_id, Deliverable.client_id.in_(scope.clients()))
    return scope.session.scalars(
        wanted.with_for_update(of=Deliverable).execution_options(populate_existing=True)
    ).one_or_none()


def two_partners(scope: Scope) -> bool:
    """Whether this firm has two partners decide about a class-A item (firm.toml: `[settings.release]`, `two_partners = true`)."""
    settings = scope.session.scalars(select(Firm.settings).limit(1)).first() or {}
    return bool((settings.get("release") or {}).get("two_partners"))


def current_version(scope: Scope, row: Deliverable) -> DeliverableVersion:
    """The version that a decision would be about."""
    return scope.session.get_one(DeliverableVersion, row.current_version_id)


def add_version(
    scope: Scope, row: Deliverable, draft: Draft, *, tag: AuditTag, author_id: str | None = None
) -> DeliverableVersion:
    """Make `draft` the current version, back in review whatever was decided about the one before, and put it on the trail.

    `author_id` is the person who wrote it, None for the software. The caller has checked that this may be done.
    """
    before = scope.session.get(DeliverableVersion, row.current_version_id) if row.current_version_id else None
    number = before.number + 1 if before else 1
    version = _version(scope, row, draft, number, author_id)
    scope.session.add(version)
    scope.session.flush()
    row.current_version_id, row.state, row.as_of, row.title = version.id, "in_review", draft.as_of, draft.title
    row.cls = min(row.cls, draft.cls)  # a notice that is read better may turn out graver; never less
    scope.session.flush()
    audit.record(
        scope.session,
        tag,
        actor=scope.email,
        subject=f"version:{version.id}",
        now=scope.now,
        client_id=row.client_id,
        detail={
            "deliverable": row.id,
            "number": number,
            "hash": version.content_hash,
            "model": version.model,
            "untied": version.untied,
        },
        digest=row_digest("version", version),
    )
    learn(scope, row, version)
    return version


def _begin(scope: Scope, client: Client, slug: str, occasion: str, draft: Draft) -> Deliverable:
    row = Deliverable(
        id=deliverable_id(client.ref, slug, occasion),
        client_id=client.id,
        slug=slug,
        title=draft.title,
        engagement_id=draft.engagement_id,
        occasion=occasion,
        cls=draft.cls,
        state="in_review",
        current_version_id=None,
        as_of=draft.as_of,
        created_at=scope.now,
    )
    scope.session.add(row)
    scope.session.flush()
    return row


def _version(scope: Scope, row: Deliverable, draft: Draft, number: int, author_id: str | None) -> DeliverableVersion:
    sections = [asdict(section) for section in draft.sections]
    tickmarks: list[Any] = [dict(mark) for mark in draft.tickmarks]
    recipients = list(draft.recipients)
    return DeliverableVersion(
        id=stable_id("dvr", row.id, number),
        client_id=row.client_id,
        deliverable_id=row.id,
        number=number,
        content_hash=content_hash(row.slug, row.client_id, sections, tickmarks, recipients),
        sections=sections,
        tickmarks=tickmarks,
        facts=[dict(fact) for fact in draft.facts],
        checks=list(draft.checks),
        unseen=list(draft.unseen),
        recipients=recipients,
        untied=draft.untied,
        model=draft.model,
        prompt_version=draft.prompt_version,
        author_id=author_id,
        note=draft.note,
        created_at=scope.now,
    )


def _may_replace(scope: Scope, row: Deliverable, draft: Draft) -> bool:
    """Whether the software's draft says something new and no person's work would be lost."""
    if row.current_version_id is None:
        return True
    sections = [asdict(section) for section in draft.sections]
    fresh = content_hash(row.slug, row.client_id, sections, draft.tickmarks, draft.recipients)
    return fresh != current_version(scope, row).content_hash and not _touched(scope, row)


def _touched(scope: Scope, row: Deliverable) -> bool:
    """Whether a person has decided about it or written in it."""
    written = select(DeliverableVersion.id).where(
        DeliverableVersion.deliverable_id == row.id, DeliverableVersion.author_id.is_not(None)
    )
    decided = select(Review.id).where(Review.deliverable_id == row.id)
    either = written.union_all(decided).limit(1)
    return row.state != "in_review" or scope.session.execute(either).first() is not None


def _make_way(scope: Scope, client: Client, slug: str, occasion: str) -> str | None:
    """Supersede what earlier occasions left untouched about the same subject; the id of one that a person has touched, which
    then stays the one to work on."""
    earlier = scope.session.scalars(
        select(Deliverable)
        .where(
            Deliverable.client_id == client.id,
            Deliverable.slug == slug,
            Deliverable.state.in_(OPEN),
        )
        .order_by(Deliverable.created_at, Deliverable.id)
        .with_for_update()
        .execution_options(populate_existing=True)
    ).all()
    same = [row for row in earlier if subject_of(row.occasion) == subject_of(occasion)]
    touched = [row for row in same if _touched(scope, row)]
    if touched:
        return touched[-1].id
    for row in same:
        row.state = "superseded"
        audit.record(
            scope.session,
            AuditTag.DELIVERABLE_WITHDRAWN,
            actor=scope.email,
            subject=f"deliverable:{row.id}",
            now=scope.now,
            client_id=client.id,
            detail={"superseded_by": deliverable_id(client.ref, slug, occasion)},
        )
    return None

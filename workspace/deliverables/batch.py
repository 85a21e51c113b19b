"""Release of several low-risk deliverables in one go, each of which the partner has opened.

Owns what counts as low-risk and what is ready. Each is approved and released by the same functions as one alone, in a transaction that
the edge opens for it, so the gate is the same one.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import and_, select

from store.errors import Conflict
from store.tables import Client, Deliverable, DeliverableVersion, Drill, Firm, Opening
from workspace.deliverables.kinds import KINDS
from workspace.deliverables.release import release
from workspace.deliverables.review import approve, must_match
from workspace.scope import Right, Scope, access_deliverable

CLASSES = ("C", "D")
_MONEY = (
    "collection-email",
    "invoice-draft",
    "write-off-proposal",
)  # decided one by one: a batch asks nobody for money
READY = ("approved", "in_review")


@dataclass(frozen=True)
class Ready:
    """A low-risk draft without an untied figure. `opened`: the asker has had this exact version before her."""

    id: str
    title: str
    kind: str
    cls: str
    client: str
    client_ref: str
    state: str
    version: int
    hash: str
    figures: int
    opened: bool


@dataclass(frozen=True)
class LowRisk:
    """What the firm counts as low-risk: kinds by slug, and classes of the item itself."""

    kinds: tuple[str, ...]
    classes: tuple[str, ...]

    def holds(self, row: Deliverable) -> bool:
        return row.slug in self.kinds and row.cls in self.classes


def low_risk(scope: Scope) -> LowRisk:
    """The firm's `[settings.batch]` (`kinds`, `classes`); without it what is of class C or D, does not go to an agency,
    asks nobody for money, and states no position of the firm in law. One query."""
    settings = (scope.session.scalars(select(Firm.settings).limit(1)).first() or {}).get("batch")
    own: Mapping[str, Any] = settings if isinstance(settings, Mapping) else {}
    kinds = _names(own.get("kinds"), tuple(KINDS))
    standard = tuple(
        slug for slug, kind in KINDS.items() if not kind.fixed and "agency" not in kind.audience and slug not in _MONEY
    )
    return LowRisk(kinds or standard, _names(own.get("classes"), ("B", "C", "D")) or CLASSES)


def _names(value: Any, known: Sequence[str]) -> tuple[str, ...]:
    """Those of a setting's names that are known; class A is never low-risk, whatever a firm writes."""
    return tuple(one for one in value if one in known) if isinstance(value, list) else ()


def ready(scope: Scope) -> tuple[Ready, ...]:
    """The asker's low-risk drafts that she may release, the opened ones first. Two queries. Raises Forbidden without the right."""
    scope.require(Right.DELIVERABLE_RELEASE)
    wanted = low_risk(scope)
    rows = scope.session.execute(
        select(Deliverable, DeliverableVersion, Client.ref, Client.name, Opening.id, Drill.id)
        .join(DeliverableVersion, DeliverableVersion.id == Deliverable.current_version_id)
        .join(Client, Client.id == Deliverable.client_id)
        .outerjoin(
            Opening,
            and_(Opening.version_id == DeliverableVersion.id, Opening.person_id == scope.person_id),
        )
        .outerjoin(
            Drill,
            and_(
                Drill.version_id == DeliverableVersion.id,
                Drill.person_id == scope.person_id,
                Drill.outcome.is_(None),
            ),
        )
        .where(
            Deliverable.client_id.in_(scope.clients()),
            Deliverable.state.in_(READY),
            Deliverable.slug.in_(wanted.kinds),
            Deliverable.cls.in_(wanted.classes),
            DeliverableVersion.untied == 0,
        )
        .order_by(Deliverable.state, Deliverable.cls, Client.name, Deliverable.id)
    ).tuples()
    found = [
        _ready(row, version, ref, name, opened is not None and drill is None)
        for row, version, ref, name, opened, drill in rows
    ]
    return tuple(sorted(found, key=lambda one: not one.opened))


def _ready(row: Deliverable, version: DeliverableVersion, ref: str, client: str, opened: bool) -> Ready:
    return Ready(
        row.id,
        row.title,
        KINDS[row.slug].title,
        row.cls,
        client,
        ref,
        row.state,
        version.number,
        version.content_hash,
        len(version.tickmarks),
        opened,
    )


def release_ready(scope: Scope, deliverable_id: str, expected: str) -> str:
    """Approve (where that is left to do) and release one low-risk draft; the id of the release.

    Raises what approve() and release() raise, Conflict when it is not low-risk, has an untied figure, or this exact version was not
    opened by the asker."""
    row = access_deliverable(scope, deliverable_id, Right.DELIVERABLE_RELEASE)
    version = scope.session.get_one(DeliverableVersion, row.current_version_id)
    must_match(version, expected)
    if not low_risk(scope).holds(row) or version.untied:
        raise Conflict("this is not released in a batch: decide about it on its own page")
    opened = select(Opening.id).where(Opening.version_id == version.id, Opening.person_id == scope.person_id)
    tested = select(Drill.id).where(
        Drill.version_id == version.id, Drill.person_id == scope.person_id, Drill.outcome.is_(None)
    )
    if scope.session.execute(opened).first() is None or scope.session.execute(tested).first() is not None:
        raise Conflict("open it first: nothing is released that you have not had before you")
    if row.state != "approved":
        approve(scope, row.id, expected=expected)
    return release(scope, row.id, expected=expected)

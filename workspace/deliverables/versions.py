"""Two versions of a deliverable side by side, and what changed since the last released one of its kind for that client. Reads only."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import select

from store.errors import NotFound
from store.tables import Deliverable, DeliverableVersion, Release
from workspace.deliverables.changed import Comparison, compare
from workspace.deliverables.kinds import KINDS
from workspace.scope import Scope, access_deliverable

RELEASED = "released"  # names the last released version of the kind, where a number names one of its own


@dataclass(frozen=True)
class Version:
    """One to choose from. `name` is its number, or RELEASED for the last released text of this kind for the client."""

    name: str
    label: str
    at: datetime
    deliverable_id: str


@dataclass(frozen=True)
class SideBySide:
    deliverable_id: str
    versions: tuple[Version, ...]
    left: Version | None
    right: Version
    comparison: Comparison


def side_by_side(
    scope: Scope, deliverable_id: str, left: str = "", right: str = "", *, current: Sequence[Mapping[str, Any]]
) -> SideBySide:
    """The version `right` (a number; "" the current one) beside `left` (a number or RELEASED; "" the one before, or the released one
    where there is none before). Without either an empty left side. `current` is the current text as the asker has it.
    Three queries. Raises NotFound for an unknown one."""
    row = access_deliverable(scope, deliverable_id)
    own = _own(scope, row)
    before = last_released(scope, row)
    known: dict[str, DeliverableVersion] = {str(one.number): one for one in own}
    if before is not None:
        known[RELEASED] = before[0]
    labels = {
        name: _labelled(name, one, before[1] if before and name == RELEASED else None) for name, one in known.items()
    }
    newest = str(max(one.number for one in own))
    newer = right or newest
    older = left or _older(newer, known)
    if newer not in known or (older and older not in known):
        raise NotFound("there is no such version of this deliverable")
    headings = row.slug not in KINDS or KINDS[row.slug].headings
    texts = {name: one.sections for name, one in known.items()} | {newest: current}
    found = compare(texts[older] if older else [], texts[newer], headings)
    ordered = tuple(
        labels[name]
        for name in sorted(labels, key=lambda name: (name == RELEASED, -int(name) if name.isdecimal() else 0))
    )
    return SideBySide(row.id, ordered, labels.get(older), labels[newer], found)


def _older(newer: str, known: dict[str, DeliverableVersion]) -> str:
    if newer.isdecimal() and str(int(newer) - 1) in known:
        return str(int(newer) - 1)
    return RELEASED if RELEASED in known and newer != RELEASED else ""


def since_released(scope: Scope, deliverable_id: str) -> tuple[datetime, Comparison] | None:
    """When the last text of this kind was released to the client, and what differs from it now; None where there is none, or nothing in
    scope. One query where the session has the deliverable and its current version already, as after `show`; else three."""
    row = scope.session.get(Deliverable, deliverable_id)
    before = last_released(scope, row) if row is not None else None
    if row is None or before is None:
        return None
    current = scope.session.get_one(DeliverableVersion, row.current_version_id)
    headings = row.slug not in KINDS or KINDS[row.slug].headings
    return before[1], compare(before[0].sections, current.sections, headings)


def last_released(scope: Scope, row: Deliverable) -> tuple[DeliverableVersion, datetime] | None:
    """The last released version of another deliverable of the kind for this client, and when it was released. One query."""
    found = scope.session.execute(
        select(DeliverableVersion, Release.at)
        .join(Release, Release.version_id == DeliverableVersion.id)
        .join(Deliverable, Deliverable.id == Release.deliverable_id)
        .where(Deliverable.client_id == row.client_id, Deliverable.slug == row.slug, Deliverable.id != row.id)
        .where(Deliverable.client_id.in_(scope.clients()))
        .order_by(Release.at.desc(), Release.id)
        .limit(1)
    ).one_or_none()
    return found.tuple() if found is not None else None


def _own(scope: Scope, row: Deliverable) -> list[DeliverableVersion]:
    wanted = select(DeliverableVersion).where(DeliverableVersion.deliverable_id == row.id)
    return list(scope.session.scalars(wanted.order_by(DeliverableVersion.number)))


def _labelled(name: str, one: DeliverableVersion, released: datetime | None) -> Version:
    label = "the last released of this kind" if released else f"version {one.number}"
    return Version(name, label, released or one.created_at, one.deliverable_id)

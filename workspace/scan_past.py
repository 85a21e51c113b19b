"""What earlier scans and people left of clients, read before the scans of a day are saved: five queries, however many clients there are.
Never writes.
"""

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any

from sqlalchemy import and_, func, or_, select

from store.tables import ClientScan, SignalDecision, SignalRow
from workspace.raised import newest_decisions
from workspace.scope import Scope
from workspace.signals.signal import Signal


@dataclass(frozen=True)
class Before:
    """The newest scan of a client up to the scope's day that came to its end: what it read, what it raised (evidence hash by key),
    and the slugs and occasions it saw to."""

    as_of: date
    revision: int
    raised: Mapping[str, str]
    seen_to: frozenset[tuple[str, str]]

    def same(self, revision: int, signals: Iterable[Signal]) -> bool:
        """Whether neither the workspace nor what is raised differs from it."""
        return self.revision == revision and self.raised == {one.key: one.evidence_hash for one in signals}


@dataclass(frozen=True)
class Was:
    """A signal of the scan before, as far as the next one asks of it."""

    key: str
    slug: str
    headline: str
    evidence_hash: str
    first_seen: date


@dataclass(frozen=True)
class Past:
    """Of one client. `previous`: day and revision of its newest scan of an earlier day that did not fail, None without one, and what it
    `saw_to`, None when it did not come to its end; `before`: what that one raised, by key. `own` is the row of the scope's day itself
    and `kept` the signals of it, where it was scanned before; `decisions` the newest about each key."""

    previous: tuple[date, int] | None = None
    saw_to: tuple[tuple[str, str], ...] | None = None
    before: Mapping[str, Was] = field(default_factory=dict[str, Was])
    own: ClientScan | None = None
    kept: Mapping[str, SignalRow] = field(default_factory=dict[str, SignalRow])
    decisions: Mapping[str, SignalDecision] = field(default_factory=dict[str, SignalDecision])

    @property
    def concluded(self) -> Before | None:
        """The newest scan that came to its end: that of the day itself, else the one before. None: neither did."""
        own = self.own
        if own is not None and own.state != "failed" and "drafts" in own.read:
            raised = {key: row.evidence_hash for key, row in self.kept.items()}
            return Before(own.as_of, own.revision, raised, _pairs(own.read["drafts"]))
        if self.previous is None or self.saw_to is None:
            return None
        raised = {key: was.evidence_hash for key, was in self.before.items()}
        return Before(*self.previous, raised, frozenset(self.saw_to))


def pasts(scope: Scope, ids: Collection[str], moment: datetime | None = None) -> dict[str, Past]:
    """By client. Of what people decided, that up to the `moment`; None: all of it."""
    previous = _previous(scope, ids)
    before = _before(scope, {client: row[0] for client, row in previous.items()})
    own = scope.session.scalars(
        select(ClientScan).where(ClientScan.as_of == scope.today, ClientScan.client_id.in_(ids))
    )
    of_day = {scan.client_id: scan for scan in own}
    kept: dict[str, dict[str, SignalRow]] = defaultdict(dict)
    rows = select(SignalRow).where(SignalRow.as_of == scope.today, SignalRow.client_id.in_(ids))
    for row in scope.session.scalars(rows):
        kept[row.client_id][row.key] = row
    decisions: dict[str, dict[str, SignalDecision]] = defaultdict(dict)
    for key, decision in newest_decisions(scope, ids, moment).items():
        decisions[decision.client_id][key] = decision
    return {one: _past(previous.get(one), before[one], of_day.get(one), kept[one], decisions[one]) for one in ids}


def _past(
    previous: tuple[date, int, Any] | None,
    before: Mapping[str, Was],
    own: ClientScan | None,
    kept: Mapping[str, SignalRow],
    decisions: Mapping[str, SignalDecision],
) -> Past:
    if previous is None:
        return Past(own=own, kept=kept, decisions=decisions)
    as_of, revision, drafts = previous
    saw_to = None if drafts is None else tuple(sorted(_pairs(drafts)))
    return Past((as_of, revision), saw_to, before, own, kept, decisions)


def _previous(scope: Scope, ids: Collection[str]) -> dict[str, tuple[date, int, Any]]:
    """Day, revision and drafts of each client's newest scan of an earlier day that did not fail."""
    row = ClientScan
    last = (
        select(row.client_id, func.max(row.as_of).label("as_of"))
        .where(row.client_id.in_(ids), row.as_of < scope.today, row.state != "failed")
        .group_by(row.client_id)
        .subquery()
    )
    found = scope.session.execute(
        select(row.client_id, row.as_of, row.revision, row.read["drafts"]).join(
            last, and_(last.c.client_id == row.client_id, last.c.as_of == row.as_of)
        )
    ).tuples()
    return {client: (as_of, revision, drafts) for client, as_of, revision, drafts in found}


def _before(scope: Scope, days: Mapping[str, date]) -> dict[str, dict[str, Was]]:
    """What each client's scan of its day raised."""
    found: dict[str, dict[str, Was]] = defaultdict(dict)
    if not days:
        return found
    of: dict[date, list[str]] = defaultdict(list)
    for client, day in days.items():
        of[day].append(client)
    row = SignalRow
    wanted = or_(*(and_(row.as_of == day, row.client_id.in_(clients)) for day, clients in sorted(of.items())))
    columns = select(row.client_id, row.key, row.slug, row.headline, row.evidence_hash, row.first_seen)
    for client, *fields in scope.session.execute(columns.where(wanted)).tuples():
        values: list[Any] = fields
        found[client][values[0]] = Was(*values)
    return found


def _pairs(rows: Iterable[Any]) -> frozenset[tuple[str, str]]:
    return frozenset((slug, occasion) for slug, occasion in rows)

"""A client's engagements with their due dates and how each was computed, what was asked of the client, time against budget.

Their tasks come with what can be done to them (workspace/workflow/client_work.py)."""

from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from workspace.money_sight import as_seen
from workspace.scope import Scope
from workspace.signals.due import Due, due_of
from workspace.signals.work import remaining
from workspace.snapshot import take_snapshot
from workspace.snapshot.model import Engagement, EnteredDeadline, RequestItem, Snapshot

PARTS = ("engagements", "requests", "time", "entered", "postponements")


@dataclass(frozen=True)
class EngagementLine:
    """An engagement with what hangs on it. `due` None: no date is known. `logged` and `left` are hours; `left` None: no budget."""

    engagement: Engagement
    owner: str | None
    due: Due | None
    logged: Decimal
    left: Decimal | None
    requests: tuple[RequestItem, ...]
    entered: tuple[EnteredDeadline, ...]

    @property
    def open_items(self) -> int:
        return sum(item.received_on is None for item in self.requests)


@dataclass(frozen=True)
class Work:
    """Open engagements by due date, finished ones the newest first, and what belongs to none. `people` are names by id."""

    open: tuple[EngagementLine, ...]
    finished: tuple[EngagementLine, ...]
    loose_entered: tuple[EnteredDeadline, ...]
    people: dict[str, str]


def work_of(scope: Scope, client_ref: str) -> Work:
    """The client's work as it stands, in seven queries. Raises NotFound outside the scope."""
    snapshot = as_seen(scope, take_snapshot(scope, client_ref, PARTS))
    lines = [_line(snapshot, engagement, scope.today) for engagement in snapshot.engagements]
    return Work(
        open=tuple(sorted((one for one in lines if one.engagement.is_open), key=_soonest)),
        finished=tuple(
            sorted((one for one in lines if not one.engagement.is_open), key=_ended, reverse=True),
        ),
        loose_entered=tuple(one for one in snapshot.entered if one.engagement_id is None),
        people={person.id: person.name for person in snapshot.people.values()},
    )


def _line(snapshot: Snapshot, engagement: Engagement, today: date) -> EngagementLine:
    owner = snapshot.people.get(engagement.owner_id or "")
    left = remaining(snapshot, engagement, today)
    return EngagementLine(
        engagement=engagement,
        owner=owner.name if owner else None,
        due=due_of(snapshot, engagement),
        logged=left.logged,
        left=left.hours,
        requests=snapshot.requests_of(engagement),
        entered=tuple(one for one in snapshot.entered if one.engagement_id == engagement.id),
    )


def _soonest(line: EngagementLine) -> tuple[date, str]:
    return (line.due.due if line.due else date.max, line.engagement.ref)


def _ended(line: EngagementLine) -> tuple[date, str]:
    one = line.engagement
    return (one.filed_on or one.finished_on or one.period_end or date.min, one.ref)

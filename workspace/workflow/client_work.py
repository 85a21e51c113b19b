"""What a client's page of work needs beside the engagements themselves: tasks as they can be acted on, marks, and what waits for what."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.orm import aliased

from store.tables import Client, Engagement, EngagementNeed, Series
from workspace.scope import Scope
from workspace.undo import mark_of
from workspace.workflow.day import Row, tasks_of
from workspace.workflow.needs import Needed


@dataclass(frozen=True)
class ClientActs:
    """`rows` are tasks, `marks`, `needs` and `series` go by the engagement's id."""

    rows: Sequence[Row]
    marks: Mapping[str, str]
    needs: Mapping[str, Sequence[Needed]]
    series: Mapping[str, str]

    def steps(self, engagement_id: str | None) -> list[Row]:
        """The tasks of an engagement, None for those of none, by their due date; cancelled ones left out."""
        return [row for row in self.rows if row.task.engagement_id == engagement_id and (row.open or row.done)]


def acts_of(scope: Scope, client_id: str) -> ClientActs:
    """For one client of the scope, in two queries."""
    other, theirs = aliased(Engagement), aliased(Client)
    found = scope.session.execute(
        select(Engagement, EngagementNeed.note, other, theirs.ref, theirs.name, Series.every)
        .outerjoin(EngagementNeed, EngagementNeed.engagement_id == Engagement.id)
        .outerjoin(other, (other.id == EngagementNeed.needs_id) & other.client_id.in_(scope.clients()))
        .outerjoin(theirs, theirs.id == other.client_id)
        .outerjoin(Series, (Series.id == Engagement.series_id) & Series.ended_on.is_(None))
        .where(Engagement.client_id == client_id, Engagement.client_id.in_(scope.clients()))
    ).tuples()
    marks: dict[str, str] = {}
    needs: defaultdict[str, list[Needed]] = defaultdict(list)
    series: dict[str, str] = {}
    for row, note, one, ref, name, every in found:
        marks[row.id] = mark_of(row)
        if every is not None:
            series[row.id] = every
        if one is not None:
            due = one.extended_to or one.due
            needs[row.id].append(Needed(one.id, one.ref, one.title, ref, name, one.stage, due, note))
    return ClientActs(tasks_of(scope, client_id), marks, needs, series)

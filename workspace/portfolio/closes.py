"""Close readiness: for each client with a monthly close, the month that should be closed now and what keeps it from being closed.

A blocker is a thing somebody can clear: a step that is open, a statement that is not on file, an item that the client owes, a balance
that does not hold. No percentage is made of them.
"""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any, NamedTuple

from sqlalchemy import and_, func, or_, select
from sqlalchemy.orm import aliased

from store.tables import Client, Document, Engagement, FactRow, Person, Task
from workspace.deadlines import add_business_days, in_words
from workspace.raised import Raised
from workspace.scope import Right, Scope
from workspace.snapshot.model import FINISHED

_OF_BOOKS = ("close-late", "uncategorized-balance", "trial-balance-off", "duplicate-or-missing-document")
_STATEMENT = "bank-statement"
BUSINESS_DAY = 10  # by which the prior month should be reconciled (signals.md, close-late)


class Blocker(NamedTuple):
    """`kind`: step, statement, request, books. `since` is the day it was due or asked for, None where there is none."""

    kind: str
    what: str
    since: date | None
    late: bool


@dataclass(frozen=True)
class CloseHead:
    """A month of a client's books. `by` is the business day by which it should be closed; `steps_done` of `steps` of that month's;
    `in_the_way` is how many things keep it from being closed, `late` how many of them are."""

    client_ref: str
    client: str
    engagement_ref: str
    owner_id: str | None
    owner: str | None
    month_end: date
    by: date
    steps_done: int
    steps: int
    late: int
    in_the_way: int

    @property
    def need(self) -> tuple[int, int, str]:
        """What closes are put in order by: those with most that is late first, then those with most in the way."""
        return (-self.late, -self.in_the_way, self.client_ref)

    @property
    def is_ready(self) -> bool:
        return not self.in_the_way


@dataclass(frozen=True)
class Close(CloseHead):
    """The same with what is in the way."""

    blockers: tuple[Blocker, ...]

    def as_json(self) -> dict[str, Any]:
        return {
            "client_ref": self.client_ref,
            "client": self.client,
            "engagement_ref": self.engagement_ref,
            "owner": self.owner,
            "month_end": self.month_end.isoformat(),
            "by": self.by.isoformat(),
            "ready": self.is_ready,
            "steps_done": self.steps_done,
            "steps": self.steps,
            "blockers": [
                {
                    "kind": one.kind,
                    "what": one.what,
                    "since": one.since.isoformat() if one.since else None,
                    "late": one.late,
                }
                for one in self.blockers
            ],
        }


def closes_of(
    scope: Scope, raised: Mapping[str, Sequence[Raised]], asked: Mapping[str, list[tuple[str, date | None]]]
) -> tuple[Close, ...]:
    """The month before this one of every open monthly close, those with most in the way first; three queries. `raised` by client id,
    `asked` what clients owe (item, day) by engagement id."""
    scope.require(Right.CLIENT_READ)
    end = scope.today.replace(day=1) - timedelta(days=1)
    rows = scope.session.execute(
        select(Engagement.id, Engagement.ref, Engagement.client_id, Client.ref, Client.name, Person.name, Person.id)
        .join(Client, Client.id == Engagement.client_id)
        .outerjoin(Person, Person.id == Engagement.owner_id)
        .where(
            Engagement.client_id.in_(scope.clients()),
            Engagement.template == "monthly-close",
            Engagement.stage.not_in(FINISHED),
            or_(Engagement.period_start.is_(None), Engagement.period_start <= end),
            or_(Engagement.period_end.is_(None), Engagement.period_end >= end),
        )
        .order_by(Client.ref, Engagement.ref)
    ).tuples()
    found = list(rows)
    steps, statements = _steps(scope, end), _statements(scope)
    closes: list[Close] = []
    for row_id, ref, client_id, client_ref, client, owner, owner_id in found:
        of_month = steps.get(row_id, [])
        blockers = [
            *(
                Blocker("step", task.title, task.due, _past(task.due, scope.today))
                for task in of_month
                if _is_open(task)
            ),
            *_missing(statements.get(client_id, {}), end),
            *(Blocker("request", item, due, _past(due, scope.today)) for item, due in asked.get(row_id, ())),
            *(
                Blocker("books", one.headline, None, False)
                for one in raised.get(client_id, ())
                if one.slug in _OF_BOOKS
            ),
        ]
        closes.append(
            Close(
                client_ref=client_ref,
                client=client,
                engagement_ref=ref,
                owner_id=owner_id,
                owner=owner,
                month_end=end,
                by=add_business_days(end, BUSINESS_DAY),
                steps_done=sum(not _is_open(task) for task in of_month),
                steps=len(of_month),
                late=sum(one.late for one in blockers),
                in_the_way=len(blockers),
                blockers=tuple(blockers),
            )
        )
    return tuple(sorted(closes, key=lambda one: one.need))


def _past(day: date | None, today: date) -> bool:
    return day is not None and day < today


def _is_open(task: Task) -> bool:
    return task.done_on is None and task.status not in ("done", "cancelled")


def _steps(scope: Scope, end: date) -> dict[str, list[Task]]:
    """The steps by engagement whose title names the month, and what is late of the others."""
    month = f"{end:%B}".lower()
    rows = scope.session.scalars(
        select(Task)
        .join(Engagement, Engagement.id == Task.engagement_id)
        .where(
            Task.client_id.in_(scope.clients()),
            Engagement.template == "monthly-close",
            or_(
                func.lower(Task.title).contains(month),
                and_(Task.done_on.is_(None), Task.status.not_in(("done", "cancelled")), Task.due < scope.today),
            ),
        )
        .order_by(Task.due, Task.title, Task.id)
    )
    found: dict[str, list[Task]] = defaultdict(list)
    for one in rows:
        found[one.engagement_id or ""].append(one)
    return found


def _statements(scope: Scope) -> dict[str, dict[str, str]]:
    """By client and account (its last digits, "" where none were read) the last day that a bank statement on file covers, ISO."""
    end, account = aliased(FactRow), aliased(FactRow)
    rows = scope.session.execute(
        select(Document.client_id, account.value, func.max(end.value))
        .join(end, and_(end.document_id == Document.id, end.version_id == Document.current_version_id))
        .outerjoin(account, and_(account.version_id == end.version_id, account.name == "account_last4"))
        .where(
            Document.client_id.in_(scope.clients()),
            Document.client_id.in_(select(Engagement.client_id).where(Engagement.template == "monthly-close")),
            Document.kind == _STATEMENT,
            end.name == "period_end",
        )
        .group_by(Document.client_id, account.value)
        .order_by(Document.client_id, account.value)
    )
    found: dict[str, dict[str, str]] = defaultdict(dict)
    for client_id, digits, last in rows.tuples():
        found[client_id][digits or ""] = last
    return found


def _missing(accounts: Mapping[str, str], end: date) -> list[Blocker]:
    """Accounts whose last statement ends before the month does, and a client of whom no statement was read."""
    if not accounts:
        return [Blocker("statement", "Of any month", None, False)]
    behind = [(digits, date.fromisoformat(last)) for digits, last in sorted(accounts.items()) if last < end.isoformat()]
    return [
        Blocker(
            "statement",
            f"{end:%B %Y}{f', account …{digits}' if digits else ''}; the last on file ends {in_words(last)}",
            None,
            False,
        )
        for digits, last in behind
    ]

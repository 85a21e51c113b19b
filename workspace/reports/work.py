"""Reports over work: dates ahead by week and class, what clients owe us by age, engagements by stage."""

from datetime import date, timedelta
from decimal import Decimal

from sqlalchemy import func, or_, select

from store.errors import Invalid
from store.rows import STAGES
from store.tables import Client, ClientRequest, Engagement, Person, RequestItem
from workspace.calendar import Wanted, calendar_of
from workspace.deadlines import in_words
from workspace.portfolio.workload import monday_of
from workspace.reports.model import Figure, Report, Row, Span, figures_from
from workspace.scope import Right, Scope
from workspace.workflow.board import FINISHED, OPEN, due_day

CLASSES = ("A", "B", "C", "D")
WEEKS, MOST_WEEKS = 13, 53
LATE = "late"
AGES = (("0-7", "0–7 days", 7), ("8-14", "8–14", 14), ("15-30", "15–30", 30), ("31-60", "31–60", 60))
_AGE_PARTS = (*((key, label) for key, label, _ in AGES), ("over-60", "Over 60"), ("not-asked", "Not asked yet"))
_ONE = Decimal(1)


def deadlines(scope: Scope, span: Span, rows: list[Row]) -> Report:
    """Open dates of the calendar by week and class, with what was missed, from its rows. Raises Invalid."""
    first, last = _ahead(scope, span)
    parts = [(LATE, "Missed")] if span.first is None else []
    monday = monday_of(first)
    while monday <= last:
        parts.append((monday.isoformat(), f"{monday:%b} {monday.day}"))
        monday += timedelta(days=7)
    series = tuple(f"class {one}" for one in CLASSES)
    found = figures_from(rows, tuple(parts), series)
    figures = tuple(Figure(one.key, one.label, one.values, marked=one.key == LATE and any(one.values)) for one in found)
    return Report(
        "deadlines",
        "Dates ahead by week",
        f"open dates through {in_words(last)} by the week they fall in, and by class",
        "count",
        series,
        figures,
        first,
        last,
    )


def deadline_rows(scope: Scope, span: Span, part: str | None) -> list[Row]:
    """The dates, as the calendar has them; what was missed only where no first day is asked for; ten queries."""
    first, last = _ahead(scope, span)
    found = calendar_of(scope, Wanted(first, last, overdue=span.first is None))
    rows = [
        Row(
            LATE if one.due < first else monday_of(one.due).isoformat(),
            f"class {one.cls}",
            one.due,
            one.client_ref,
            one.client,
            one.title,
            one.owner or "",
            _ONE,
            f"engagement:{one.client_ref}#{one.engagement_ref}" if one.engagement_ref else f"calendar:{one.client_ref}",
        )
        for one in found.dates
    ]
    return [one for one in rows if part in (None, one.part)]


def _ahead(scope: Scope, span: Span) -> tuple[date, date]:
    """The days asked for, else thirteen weeks from today. Raises Invalid."""
    first = span.first or scope.today
    last = span.last or monday_of(first) + timedelta(weeks=WEEKS, days=-1)
    if first > last:
        raise Invalid("a report goes from a day through a later one")
    if (last - first).days > MOST_WEEKS * 7:
        raise Invalid(f"the dates ahead are told for at most {MOST_WEEKS} weeks")
    return first, last


def requests(scope: Scope, span: Span, rows: list[Row]) -> Report:
    """Items that clients still owe us for open work, by days since we asked, from its rows."""
    figures = figures_from(rows, _AGE_PARTS, ("items",))
    today = scope.today
    return Report(
        "requests",
        "Requests outstanding by age",
        "items that clients owe us, by days since we asked",
        "count",
        ("items",),
        figures,
        today,
        today,
    )


def request_rows(scope: Scope, span: Span, part: str | None) -> list[Row]:
    """The open items; one query. Raises Forbidden without client:read."""
    scope.require(Right.CLIENT_READ)
    asked_on = func.coalesce(RequestItem.requested_on, ClientRequest.asked_on)
    found = scope.session.execute(
        select(RequestItem.item, asked_on, Client.ref, Client.name, Person.name)
        .join(ClientRequest, ClientRequest.id == RequestItem.request_id)
        .join(Client, Client.id == RequestItem.client_id)
        .outerjoin(Engagement, Engagement.id == ClientRequest.engagement_id)
        .outerjoin(Person, Person.id == Engagement.owner_id)
        .where(RequestItem.client_id.in_(scope.clients()), RequestItem.received_on.is_(None))
        .where(ClientRequest.closed_on.is_(None))
        .where(or_(Engagement.id.is_(None), Engagement.stage.not_in(FINISHED)))
        .order_by(asked_on, Client.ref, RequestItem.item, RequestItem.id)
    ).tuples()
    rows = [
        Row(_age(scope.today, on), "items", on, ref, name, item, owner or "", _ONE, f"request:{ref}")
        for item, on, ref, name, owner in found
    ]
    return [one for one in rows if part in (None, one.part)]


def _age(today: date, asked: date | None) -> str:
    if asked is None or asked > today:
        return "not-asked"
    return next((key for key, _, last in AGES if (today - asked).days <= last), "over-60")


def stages(scope: Scope, span: Span, rows: list[Row]) -> Report:
    """Open engagements by stage, and how many of them are overdue, from its rows."""
    parts = tuple((stage, stage.replace("-", " ").capitalize()) for stage in STAGES if stage in OPEN)
    series = ("in time", "overdue")
    figures = figures_from(rows, parts, series)
    today = scope.today
    return Report(
        "stages", "Work by stage", "open engagements by the stage they are at", "count", series, figures, today, today
    )


def stage_rows(scope: Scope, span: Span, part: str | None) -> list[Row]:
    """The open engagements, by date; one query."""
    scope.require(Right.CLIENT_READ)
    found = scope.session.execute(
        select(Engagement.ref, Engagement.title, Engagement.stage, due_day, Client.ref, Client.name, Person.name)
        .join(Client, Client.id == Engagement.client_id)
        .outerjoin(Person, Person.id == Engagement.owner_id)
        .where(Engagement.client_id.in_(scope.clients()), Engagement.stage.in_(OPEN))
        .order_by(due_day, Engagement.ref)
    ).tuples()
    rows = [
        Row(
            stage,
            "overdue" if due is not None and due < scope.today else "in time",
            due,
            client_ref,
            client,
            title,
            owner or "",
            _ONE,
            f"engagement:{client_ref}#{ref}",
        )
        for ref, title, stage, due, client_ref, client, owner in found
    ]
    return [one for one in rows if part in (None, one.part)]

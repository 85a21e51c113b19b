"""The firm's calendar: as a month, a list and by slack; the rules behind it; its feeds for calendar programs; and the same as JSON."""

from collections.abc import Iterable, Sequence
from dataclasses import replace
from datetime import date, timedelta
from typing import Annotated, Any
from urllib.parse import urlencode

from fastapi import APIRouter, Form, Query, Request, Response

from api.days import Day, day_in
from api.headers import origin
from api.pages import page
from api.said import redirect
from api.security import Asker, Sender, Who, reading, services_of, writing
from store.errors import Invalid, NotFound
from workspace.calendar import CLASSES, KINDS, Calendar, Entry, Wanted, by_day, by_slack, calendar_of, month_grid, named
from workspace.calendar.feeds import feed_text, feeds_of, open_feed, revoke_feed
from workspace.calendar.views import span_of
from workspace.deadline_records import postponements, state_rules
from workspace.deadlines.deadline import span_words
from workspace.deadlines.rules import Rule, table, thresholds
from workspace.pages.head import waiting
from workspace.scope import Scope, open_scope
from workspace.sign_in import person_of_feed

router = APIRouter()
Json = dict[str, Any]
MOST = 250  # dates that a list shows at a time
_LIST, _BACK, _SLACK = timedelta(days=45), timedelta(days=366), timedelta(days=90)
_VIEWS = ("month", "list", "slack")


@router.get("/calendar", include_in_schema=False)
def shown(
    request: Request,
    who: Who,
    view: str = "month",
    month: str = "",
    first: Annotated[str, Query(alias="from")] = "",
    last: Annotated[str, Query(alias="to")] = "",
    person: str = "",
    client: str = "",
    cls: Annotated[str, Query(alias="class")] = "",
    kind: str = "",
    done: bool = False,
    opened: Annotated[str, Query(alias="open")] = "",
) -> Response:
    """`month` is 2026-03; `from` and `to` are days of the list; `open` the key of a date whose steps are shown at once."""
    view = view if view in _VIEWS else "month"
    today = services_of(request).clock.today()
    leaf = _month(month, today)
    since, until = span_of(leaf) if view == "month" else _span(view, first, last, today)
    wanted = Wanted(since, until, person, client.strip(), cls, kind, done, overdue=view != "month" and not first)
    with reading(request, who) as scope:
        found, unknown = _calendar(scope, wanted, view)
        waits = waiting(scope)
    ordered, number = by_slack(found.dates) if view == "slack" else found.dates, len(found.entries)
    kept = {"person": person, "client": wanted.client, "class": cls, "kind": kind, "done": "1" if done else ""}
    return page(
        request,
        "calendar.html",
        who=who,
        waiting=waits,
        view=view,
        wanted=wanted,
        found=found,
        problem=unknown,
        month=leaf,
        before=(leaf - timedelta(days=1)).replace(day=1),
        after=(leaf + timedelta(days=31)).replace(day=1),
        weeks=month_grid(found, leaf) if view == "month" else (),
        days=by_day(ordered[:MOST]) if view == "list" else (),
        rows=ordered[:MOST],
        more=max(number - MOST, 0),
        next_from=found.entries[MOST].due if number > MOST else None,
        opened=opened,
        kinds=KINDS,
        classes=CLASSES,
        kept=kept,
        query=lambda **other: _query(kept, other),
    )


def _calendar(scope: Scope, wanted: Wanted, view: str) -> tuple[Calendar, str | None]:
    """The calendar, in full what the view shows of it; and what to say where the client that was asked for is none of the asker's."""
    chosen = {"month": named, "list": _first}.get(view)  # by slack: all, for it is in all that lies behind a date
    try:
        return calendar_of(scope, wanted, chosen), None
    except NotFound as none:
        whole = Wanted(wanted.first, wanted.first, done=wanted.done)
        empty = calendar_of(scope, whole, named)
        return replace(empty, entries=(), dates=()), f"{str(none).capitalize()} of yours."


def _first(entries: Sequence[Entry]) -> Iterable[int]:
    return range(min(len(entries), MOST))


def _query(kept: dict[str, str], other: dict[str, Any]) -> str:
    """The address of the calendar with the filters kept and some of it other."""
    asked = {**kept, **{name.rstrip("_"): str(value) for name, value in other.items()}}
    return "/calendar?" + urlencode({name: value for name, value in asked.items() if value})


def _month(text: str, today: date) -> date:
    try:
        return date.fromisoformat(f"{text}-01") if text else today.replace(day=1)
    except ValueError:
        raise Invalid(f"{text} is no month; write it as 2026-03") from None


def _span(view: str, first: str, last: str, today: date) -> tuple[date, date]:
    since, ahead = day_in(first) or today, _SLACK if view == "slack" else _LIST
    until = day_in(last) or since + ahead
    if until < since:
        raise Invalid(f"{until} is before {since}; give the earlier day first")
    if until - since > 2 * _BACK:
        raise Invalid("ask for two years at most")
    return since, until


@router.get("/calendar/rules", include_in_schema=False)
def rules(request: Request, who: Who) -> Response:
    with reading(request, who) as scope:
        entered, relief, waits = state_rules(scope), postponements(scope), waiting(scope)
    return page(
        request,
        "calendar_rules.html",
        who=who,
        waiting=waits,
        rules=table(),
        thresholds=thresholds(),
        entered=entered,
        relief=relief,
        span=_span_words,
    )


def _span_words(rule: Rule) -> str:
    if rule.instalments:
        return f"day {rule.day} of months {', '.join(map(str, rule.instalments))} of the tax year"
    if rule.kind == "notice" and not rule.has_default:
        return "the date printed on the notice"
    return span_words(rule)


@router.get("/calendar/feeds", include_in_schema=False)
def feeds(request: Request, who: Who) -> Response:
    return _feeds(request, who, None)


@router.post("/calendar/feeds", include_in_schema=False)
def open_one(
    request: Request, who: Sender, label: Annotated[str, Form()] = "", own: Annotated[str, Form()] = ""
) -> Response:
    """Answers with the page itself, as the address is shown this once and must not stand in a history."""
    with writing(request, who) as scope:
        secret = open_feed(scope, label, own_only=bool(own))
    return _feeds(request, who, f"{_site(request)}/calendar/feed/{secret}.ics")


@router.post("/calendar/feeds/{feed_id}/revoke", include_in_schema=False)
def revoke(request: Request, who: Sender, feed_id: str) -> Response:
    with writing(request, who) as scope:
        revoke_feed(scope, feed_id)
    return redirect("/calendar/feeds", "revoked")


def _feeds(request: Request, who: Asker, address: str | None) -> Response:
    with reading(request, who) as scope:
        rows, waits = feeds_of(scope), waiting(scope)
    return page(request, "calendar_feeds.html", who=who, waiting=waits, feeds=rows, address=address)


@router.get("/calendar/feed/{secret}.ics", include_in_schema=False)
def feed(request: Request, secret: str) -> Response:
    """No session: whoever has the address reads it, until it is revoked or its person leaves."""
    services = services_of(request)
    with services.database.writing() as session:
        found = person_of_feed(session, secret)
        if found is None:
            raise NotFound("there is no such calendar")
        feed_id, person = found
        text = feed_text(open_scope(session, person.email, clock=services.clock), feed_id, _site(request))
    return Response(text, media_type="text/calendar; charset=utf-8", headers={"Cache-Control": "private, no-store"})


def _site(request: Request) -> str:
    return origin(request)


@router.get("/api/v1/calendar", tags=["v1"])
def calendar_json(
    request: Request,
    who: Who,
    first: Annotated[Day | None, Query(alias="from")] = None,
    last: Annotated[Day | None, Query(alias="to")] = None,
    client: str = "",
    cls: Annotated[str, Query(alias="class")] = "",
    kind: str = "",
    done: bool = False,
) -> list[Json]:
    """The dates of the asker's clients by day, each with how it was computed; without `from` today's and the overdue ones."""
    today = services_of(request).clock.today()
    since = first or today
    wanted = Wanted(since, last or since + _LIST, "", client, cls, kind, done, overdue=first is None)
    with reading(request, who) as scope:
        return [one.as_json() for one in calendar_of(scope, wanted).dates]


@router.get("/api/v1/calendar/rules", tags=["v1"])
def rules_json(request: Request, who: Who) -> list[Json]:
    """Every rule of the table with its authority, years and what it does with closed days; the firm's own of states last."""
    with reading(request, who) as scope:
        entered = state_rules(scope)
    ours = [
        {
            "id": rule.id,
            "kind": rule.kind,
            "forms": list(rule.forms),
            "title": rule.title,
            "span": _span_words(rule),
            "authority": rule.authority,
            "years": rule.years,
            "roll": rule.roll_policy,
            "confirm": rule.status == "check",
        }
        for rule in table()
    ]
    theirs = [
        {
            "id": rule.id,
            "kind": "state",
            "forms": [rule.form],
            "title": rule.title,
            "state": rule.state,
            "authority": rule.authority,
            "years": rule.years,
            "confirm": rule.to_confirm,
        }
        for rule in entered
    ]
    return [*ours, *theirs]

"""A person's time in the browser: clocks, the week sheet, expenses, and for managers what waits for approval."""

from collections.abc import Callable, Mapping
from datetime import date, timedelta
from typing import Annotated

from fastapi import APIRouter, Form, Request, Response

from api.pages import page
from api.said import redirect, sentence
from api.security import Asker, Sender, Who, reading, writing
from store.errors import Conflict, Forbidden, Invalid, NotFound
from workspace.billing import time as worked
from workspace.billing import timers, week
from workspace.billing.amounts import hours_in, money_in
from workspace.billing.expenses import add_expense, delete_expense
from workspace.billing.rows import Where, expense_rows
from workspace.pages.head import waiting
from workspace.portfolio.time_off import time_off
from workspace.scope import Right, Scope

router = APIRouter(include_in_schema=False)
Text = Annotated[str, Form(max_length=600)]
REFUSED = (Conflict, Forbidden, Invalid, NotFound)
LOOK_BACK = 60  # days of time that waits for approval, and of expenses, on the page


@router.get("/time")
def shown(request: Request, who: Who, day: date | None = None) -> Response:
    """The asker's clocks and the week around `day`."""
    return _page(request, who, day)


@router.post("/time/start")
def start(
    request: Request, who: Sender, work: Text, service: Text = "", note: Text = "", switch: bool = Form(False)
) -> Response:
    def act(scope: Scope) -> None:
        client, engagement = week.chosen(scope, work)
        timers.start(scope, client, engagement=engagement, service=service, note=note, switch=switch)

    return _done(request, who, act, "clock-started")


@router.post("/time/stop/{timer_id}")
def stop(request: Request, who: Sender, timer_id: str, hours: Text = "", discard: bool = Form(False)) -> Response:
    def act(scope: Scope) -> None:
        timers.stop(scope, timer_id, hours=hours_in(hours) if hours.strip() else None, discard=discard)

    return _done(request, who, act, "clock-discarded" if discard else "clock-stopped")


@router.post("/time/add")
def add(
    request: Request,
    who: Sender,
    work: Text,
    on: Annotated[date, Form()],
    hours: Text,
    service: Text = "",
    note: Text = "",
    unbillable: bool = Form(False),
) -> Response:
    def act(scope: Scope) -> None:
        client, engagement = week.chosen(scope, work)
        billable = not unbillable
        worked.add_time(scope, worked.Worked(client, on, hours_in(hours), engagement, service, note, billable))

    return _done(request, who, act, "time-kept", on)


@router.post("/time/week")
async def save(request: Request, who: Sender) -> Response:
    """The sheet: a field `c:ROW:DAY` for each cell that can be written, `w:ROW:DAY` for what stood in it."""
    form = {name: str(value) for name, value in (await request.form()).items()}
    day = _day(form.get("day", ""))

    def act(scope: Scope) -> None:
        week.save_week(scope, day or scope.today, _cells(form))

    return _done(request, who, act, "time-kept", day)


def _cells(form: Mapping[str, str]) -> dict[tuple[str, date], tuple[str, str]]:
    cells: dict[tuple[str, date], tuple[str, str]] = {}
    for name, value in form.items():
        row, _, raw = name.removeprefix("c:").rpartition(":")
        on = _day(raw)
        if name.startswith("c:") and on is not None:
            cells[row, on] = value, form.get(f"w:{row}:{raw}", "")
    return cells


def _day(text: str) -> date | None:
    try:
        return date.fromisoformat(text)
    except ValueError:
        return None


@router.post("/time/delete/{entry_id}")
def delete(request: Request, who: Sender, entry_id: str, day: Annotated[date | None, Form()] = None) -> Response:
    return _done(request, who, lambda scope: worked.delete_time(scope, entry_id), "time-deleted", day)


@router.post("/time/note/{entry_id}")
def note(
    request: Request, who: Sender, entry_id: str, note: Text = "", day: Annotated[date | None, Form()] = None
) -> Response:
    def act(scope: Scope) -> None:
        worked.change_time(scope, entry_id, {"note": note})

    return _done(request, who, act, "time-kept", day)


@router.post("/time/approve")
def approve(request: Request, who: Sender, entry: Annotated[list[str], Form()]) -> Response:
    def act(scope: Scope) -> None:
        worked.approve_time(scope, entry)

    return _done(request, who, act, "time-approved")


@router.post("/time/expense")
def spend(request: Request, who: Sender, work: Text, on: Annotated[date, Form()], amount: Text, memo: Text) -> Response:
    def act(scope: Scope) -> None:
        client, engagement = week.chosen(scope, work)
        add_expense(scope, client, on, money_in(amount), memo, engagement=engagement)

    return _done(request, who, act, "expense-kept")


@router.post("/time/expense/{expense_id}/delete")
def unspend(request: Request, who: Sender, expense_id: str) -> Response:
    return _done(request, who, lambda scope: delete_expense(scope, expense_id), "expense-deleted")


def _done(request: Request, who: Asker, act: Callable[[Scope], None], said: str, day: date | None = None) -> Response:
    """Do it and go back to the week of `day`; or show the page with the reason why not."""
    try:
        with writing(request, who) as scope:
            act(scope)
    except REFUSED as refused:
        return _page(request, who, day, refused)
    return redirect("/time" + (f"?day={day}" if day else ""), said)


def _page(
    request: Request,
    who: Asker,
    day: date | None,
    refused: Conflict | Forbidden | Invalid | NotFound | None = None,
    asked: Mapping[str, str] | None = None,
) -> Response:
    """`asked`: time off that was refused, as it was typed; what is wrong with it is said at its form, not at the head."""
    with reading(request, who) as scope:
        sheet = week.week_of(scope, day or scope.today)
        since = scope.today - timedelta(days=LOOK_BACK)
        may_approve = scope.has(Right.TIME_APPROVE)
        return page(
            request,
            "time.html",
            status=refused.status if refused else 200,
            who=who,
            waiting=waiting(scope),
            now=scope.now,
            week=sheet,
            before=sheet.monday - timedelta(days=week.DAYS),
            after=sheet.monday + timedelta(days=week.DAYS),
            clocks=timers.running(scope),
            choices=week.choices(scope),
            to_approve=worked.to_approve(scope, since, scope.today) if may_approve else [],
            expenses=[one for one in expense_rows(scope, Where(first=since)) if one.state == "open"],
            off=[one for one in time_off(scope) if one.mine],
            problem=sentence(refused) if refused and asked is None else None,
            asked={**asked, "problem": sentence(refused)} if refused and asked is not None else None,
        )


def with_time_off(
    request: Request, who: Asker, refused: Conflict | Forbidden | Invalid | NotFound, asked: Mapping[str, str]
) -> Response:
    """The page, with time off that was refused in its form and why."""
    return _page(request, who, None, refused, asked)

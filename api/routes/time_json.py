"""Time as JSON: clocks, the week sheet, entries and their approval, rates, expenses. Hours and dollars are text, days ISO."""

from datetime import date
from decimal import Decimal
from typing import Annotated, Any

from fastapi import APIRouter, Query, Request
from pydantic import BaseModel, Field

from api.days import Day
from api.security import Sender, Who, reading, writing
from workspace.billing import time as worked
from workspace.billing import timers, week
from workspace.billing.amounts import as_json, hours_in, money_in
from workspace.billing.expenses import add_expense, delete_expense
from workspace.billing.rates import rates_of, set_rate
from workspace.billing.rows import Where, expense_rows

router = APIRouter(prefix="/api/v1", tags=["v1"])
Json = dict[str, Any]
DayOrNone = Annotated[Day | None, Query()]


class Clock(BaseModel):
    """A clock to start: for a client, and what the time is for. `switch` stops the others first."""

    client: str
    engagement: str | None = None
    service: str | None = None
    note: str | None = None
    switch: bool = False


class Stopped(BaseModel):
    """How a clock ends: `hours` stand in for what passed; `discard` makes no time of it."""

    hours: str | None = None
    discard: bool = False


class Entered(BaseModel):
    """Time of one day. `hours` as 1.5 or 1:30."""

    client: str
    on: date
    hours: str
    engagement: str | None = None
    service: str | None = None
    note: str | None = None
    billable: bool = True


class Change(BaseModel):
    """Fields of an entry to change; what is not sent stays."""

    client: str | None = None
    on: date | None = None
    hours: str | None = None
    engagement: str | None = None
    service: str | None = None
    note: str | None = None
    billable: bool | None = None


class SheetCell(BaseModel):
    """A cell of the week sheet: the row's key and day, what shall stand in it, and what stood in it when it was read."""

    row: str
    on: date
    hours: str = ""
    was: str = ""


class Sheet(BaseModel):
    """Cells of the week around a day."""

    day: date
    cells: list[SheetCell] = Field(max_length=700)


class Approval(BaseModel):
    """Entries to approve, or with `approved` false to open again."""

    entries: list[str] = Field(min_length=1, max_length=500)
    approved: bool = True


class NewRate(BaseModel):
    """Dollars an hour from a day on, for a person (address), a client (ref), a service, or several of these together."""

    amount: str
    valid_from: date
    person: str | None = None
    client: str | None = None
    service: str | None = None


class Spent(BaseModel):
    """Money spent for a client."""

    client: str
    on: date
    amount: str
    memo: str
    engagement: str | None = None


@router.get("/timers")
def clocks(request: Request, who: Who) -> list[Json]:
    """The asker's clocks that run, the newest first."""
    with reading(request, who) as scope:
        return as_json(timers.running(scope))  # type: ignore[no-any-return]


@router.post("/timers", status_code=201)
def start(request: Request, who: Sender, clock: Clock) -> Json:
    """Start a clock; others go on unless `switch`."""
    with writing(request, who) as scope:
        made = timers.start(scope, clock.client, **clock.model_dump(exclude={"client"}))
    return {"id": made}


@router.post("/timers/{timer_id}/stop")
def stop(request: Request, who: Sender, timer_id: str, how: Stopped) -> Json:
    """Stop a clock; answers with the entry it became, null when it was discarded."""
    with writing(request, who) as scope:
        hours = hours_in(how.hours) if how.hours is not None else None
        return {"entry": timers.stop(scope, timer_id, hours=hours, discard=how.discard)}


@router.get("/time")
def entries(request: Request, who: Who, first: DayOrNone = None, last: DayOrNone = None) -> list[Json]:
    """The asker's own time of a period, without days that of this week. Everybody's is in the table `time` of the reports."""
    with reading(request, who) as scope:
        monday = week.monday_of(scope.today)
        return as_json(worked.own_time(scope, first or monday, last or scope.today))  # type: ignore[no-any-return]


@router.post("/time", status_code=201)
def add(request: Request, who: Sender, entered: Entered) -> Json:
    """Enter time of the asker's own."""
    with writing(request, who) as scope:
        e = entered
        of = (e.client, e.on, hours_in(e.hours), e.engagement, e.service, e.note, e.billable)
        return {"id": worked.add_time(scope, worked.Worked(*of))}


@router.patch("/time/{entry_id}")
def change(request: Request, who: Sender, entry_id: str, changed: Change) -> Json:
    """Change an entry of the asker's own; its id may be another one afterwards."""
    given = changed.model_dump(exclude_unset=True)
    if given.get("hours") is not None:
        given["hours"] = hours_in(given["hours"])
    kept = {name for name in ("client", "on", "hours", "billable") if given.get(name, 0) is None}
    with writing(request, who) as scope:
        return {"id": worked.change_time(scope, entry_id, {k: v for k, v in given.items() if k not in kept})}


@router.delete("/time/{entry_id}", status_code=204)
def delete(request: Request, who: Sender, entry_id: str) -> None:
    """Take an entry of the asker's own away."""
    with writing(request, who) as scope:
        worked.delete_time(scope, entry_id)


@router.get("/time/week")
def sheet(request: Request, who: Who, day: DayOrNone = None) -> Json:
    """The asker's week around a day, without one this week."""
    with reading(request, who) as scope:
        return as_json(week.week_of(scope, day or scope.today))  # type: ignore[no-any-return]


@router.post("/time/week")
def save(request: Request, who: Sender, sheet: Sheet) -> Json:
    """Write cells of a week; all or, when one was changed elsewhere, none."""
    cells = {(cell.row, cell.on): (cell.hours, cell.was) for cell in sheet.cells}
    with writing(request, who) as scope:
        return {"changed": week.save_week(scope, sheet.day, cells)}


@router.get("/time/waiting")
def waits(request: Request, who: Who, first: DayOrNone = None, last: DayOrNone = None) -> list[Json]:
    """Time of others that waits for approval."""
    with reading(request, who) as scope:
        found = worked.to_approve(scope, first or date.min, last or scope.today)
        return as_json(found)  # type: ignore[no-any-return]


@router.post("/time/approve")
def approve(request: Request, who: Sender, said: Approval) -> Json:
    """Approve entries, or open them again; how many changed."""
    with writing(request, who) as scope:
        return {"changed": worked.approve_time(scope, said.entries, approved=said.approved)}


@router.get("/rates")
def rates(request: Request, who: Who) -> list[Json]:
    """The rates in their precedence: a person's before a client's before a service's."""
    with reading(request, who) as scope:
        return as_json(rates_of(scope))  # type: ignore[no-any-return]


@router.post("/rates", status_code=201)
def rate(request: Request, who: Sender, new: NewRate) -> Json:
    """Set a rate from a day on. Time that is on record keeps its own."""
    with writing(request, who) as scope:
        named = {"person": new.person, "client": new.client, "service": new.service}
        return {"id": set_rate(scope, money_in(new.amount, "the rate"), new.valid_from, **named)}


@router.get("/expenses")
def expenses(request: Request, who: Who, client: str | None = None, state: str | None = None) -> list[Json]:
    """Expenses by day: all for who sees rates, else the asker's own."""
    with reading(request, who) as scope:
        return as_json(expense_rows(scope, Where(client=client, state=state)))  # type: ignore[no-any-return]


@router.post("/expenses", status_code=201)
def spend(request: Request, who: Sender, spent: Spent) -> Json:
    """Enter an expense; it is billed at cost."""
    with writing(request, who) as scope:
        amount: Decimal = money_in(spent.amount)
        made = add_expense(scope, spent.client, spent.on, amount, spent.memo, engagement=spent.engagement)
        return {"id": made}


@router.delete("/expenses/{expense_id}", status_code=204)
def unspend(request: Request, who: Sender, expense_id: str) -> None:
    """Take an expense away that was neither billed nor written off."""
    with writing(request, who) as scope:
        delete_expense(scope, expense_id)

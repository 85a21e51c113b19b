"""Reports over the firm's money, each with a plot and its rows behind every figure; rates and recurring fees; the ledger's way out."""

from datetime import date, timedelta
from typing import Annotated, Any, Literal

from fastapi import APIRouter, Form, Request, Response

from api.pages import page
from api.routes.documents import attachment
from api.said import redirect, sentence
from api.security import Asker, Sender, Who, reading, writing
from store.errors import Conflict, Forbidden, Invalid, NotFound
from workspace.billing import drafting
from workspace.billing.amounts import money_in
from workspace.billing.foots import check_books
from workspace.billing.ledger import export_ledger
from workspace.billing.rates import rates_of, set_rate
from workspace.billing.reports import months_of, profitability_of, utilization_of
from workspace.billing.rows import Where
from workspace.billing.tables import period
from workspace.billing.week import choices, chosen
from workspace.deadlines import add_months
from workspace.pages.briefs import colleagues
from workspace.pages.head import waiting
from workspace.scope import Right, Scope

router = APIRouter(include_in_schema=False)
Text = Annotated[str, Form(max_length=600)]
Refused = Conflict | Forbidden | Invalid | NotFound
REFUSED = (Conflict, Forbidden, Invalid, NotFound)
MOST = 25  # rows of a report on the page; the CSV has all


@router.get("/money/reports")
def reports(request: Request, who: Who, first: date | None = None, last: date | None = None) -> Response:
    """Realization by month, utilization, profitability by client, service and person, and whether the books foot."""
    with reading(request, who) as scope:
        scope.require(Right.RATES_SEE)
        since, until = period(scope, Where(first, last))
        months = [(one, min(add_months(one.first, 1) - timedelta(days=1), scope.today)) for one in months_of(scope)]
        highest = max([float(max(one.standard, one.billed)) for one, _ in months] + [1.0])
        return page(
            request,
            "money/reports.html",
            who=who,
            waiting=waiting(scope),
            first=since,
            last=until,
            months=months,
            highest=highest,
            used=utilization_of(scope, since, until),
            earned_by=profitability_of(scope, since, until),
            most=MOST,
            year=scope.today.replace(month=1, day=1),
            quarter=scope.today.replace(month=scope.today.month - (scope.today.month - 1) % 3, day=1),
        )


@router.get("/money/books")
def books(request: Request, who: Who) -> Response:
    """Both sides of each equation, computed apart."""
    with reading(request, who) as scope:
        found, waits = check_books(scope), waiting(scope)
    return page(request, "money/books.html", who=who, waiting=waits, books=found)


@router.get("/money/ledger")
def ledger(request: Request, who: Who, form: Literal["csv", "iif"], first: date, last: date) -> Response:
    """The movements of a period as a file for another system; that it was taken is on the trail."""
    with writing(request, who) as scope:
        text = export_ledger(scope, form, first, last)
    return attachment(text.encode(), f"ledger-{first}-{last}.{form}", "text/csv" if form == "csv" else "text/plain")


@router.get("/money/rates")
def rates(request: Request, who: Who) -> Response:
    """Rates and recurring fees."""
    return _rates(request, who)


def _rates(request: Request, who: Asker, refused: Refused | None = None) -> Response:
    with reading(request, who) as scope:
        return page(
            request,
            "money/rates.html",
            status=refused.status if refused else 200,
            who=who,
            rates=rates_of(scope),
            fees=drafting.recurring_listed(scope),
            people=[(one.email, one.name) for one in colleagues(scope)] + [(who.email, who.name)],
            choices=choices(scope),
            waiting=waiting(scope),
            problem=sentence(refused) if refused else None,
        )


@router.post("/money/rates")
def rate(
    request: Request,
    who: Sender,
    amount: Text,
    since: Annotated[date, Form()],
    person: Text = "",
    client: Text = "",
    service: Text = "",
) -> Response:
    def act(scope: Scope) -> None:
        named: dict[str, Any] = {"person": person or None, "client": client or None, "service": service or None}
        set_rate(scope, money_in(amount, "the rate"), since, **named)

    return _done(request, who, act, "rate-set")


@router.post("/money/fees")
def fee(
    request: Request,
    who: Sender,
    work: Text,
    amount: Text,
    first: Annotated[date, Form()],
    months: Annotated[Literal["1", "3", "6", "12"], Form()] = "1",
    text: Text = "",
) -> Response:
    def act(scope: Scope) -> None:
        client, engagement = chosen(scope, work)
        many = int(months)
        drafting.set_recurring(scope, client, money_in(amount), text, first, months=many, engagement=engagement)

    return _done(request, who, act, "fee-set")


@router.post("/money/fees/{fee_id}/end")
def end(request: Request, who: Sender, fee_id: str) -> Response:
    return _done(request, who, lambda scope: drafting.end_recurring(scope, fee_id), "fee-ended")


@router.post("/money/recurring")
def due(request: Request, who: Sender) -> Response:
    """Draft the recurring fees whose day has come."""
    try:
        with writing(request, who) as scope:
            made = drafting.draft_recurring(scope)
    except REFUSED as refused:
        return _rates(request, who, refused)
    return redirect("/money#drafts" if made else "/money/rates", "fees-drafted" if made else "fees-none")


def _done(request: Request, who: Asker, act: Any, said: str) -> Response:
    try:
        with writing(request, who) as scope:
            act(scope)
    except REFUSED as refused:
        return _rates(request, who, refused)
    return redirect("/money/rates", said)

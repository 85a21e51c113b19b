"""The firm's money in the browser: work in progress, drafts, receivables, payments; one invoice; what a figure is made of; reports.

A page hides what the asker lacks the right for; the acts refuse it all the same, and the page says why.
"""

from collections.abc import Callable
from datetime import date
from typing import Annotated, Any, Literal
from urllib.parse import quote, urlencode

from fastapi import APIRouter, Form, Query, Request, Response

from api.days import day_given
from api.pages import page
from api.said import redirect, sentence
from api.security import Asker, Sender, Who, reading, writing
from store.errors import Conflict, Forbidden, Invalid, NotFound
from workspace.billing import drafting, issuing, payments, wip
from workspace.billing.acts import see_money
from workspace.billing.amounts import ZERO, money_in
from workspace.billing.invoices import drafts_of, invoices_of, owed, show_invoice, unpaid
from workspace.billing.reports import aged, aging_by_client
from workspace.billing.retainers import draw, retainers_of
from workspace.billing.rows import Where, expense_rows, invoice_rows, money_rows, time_rows
from workspace.billing.statements import statement_of
from workspace.billing.tables import period
from workspace.billing.wip import wip_of
from workspace.pages.head import waiting
from workspace.pages.money import BUCKETS
from workspace.scope import Right, Scope, access_client

router = APIRouter(include_in_schema=False)
Text = Annotated[str, Form(max_length=600)]
Refused = Conflict | Forbidden | Invalid | NotFound
REFUSED = (Conflict, Forbidden, Invalid, NotFound)
LATELY, FIRST = 12, 40  # payments and rows of a list on the first page
_SUMMED = ("hours", "standard", "value", "expenses")
MOST, AT_ONCE = 60, 200  # engagements and clients on the overview, invoices on a page; their sums are of all


@router.get("/money")
def shown(request: Request, who: Who) -> Response:
    """Work in progress, drafts, what is owed by age, what came in lately."""
    return _overview(request, who)


def _overview(request: Request, who: Asker, refused: Refused | None = None) -> Response:
    with reading(request, who) as scope:
        see_money(scope)
        found = invoices_of(scope, None, unpaid(scope))
        work = wip_of(scope) if scope.has(Right.RATES_SEE) else ()
        values: dict[str, Any] = {
            "work": work,
            "whole": {name: sum((getattr(one, name) for one in work), ZERO) for name in _SUMMED},
            "drafts": drafts_of(scope),
            "aging": aged(found),
            "owed": owed(found),
            "clients": aging_by_client(found),
            "open": [one for one in found if one.balance > 0],
            "received": money_rows(scope, Where(), LATELY),
            "retainers": retainers_of(scope),
            "waiting": waiting(scope),
        }
    return _page(
        request, "money/overview.html", who, refused, labels=[label for label, _ in BUCKETS], most=MOST, **values
    )


@router.post("/money/payment")
def pay(
    request: Request,
    who: Sender,
    invoice: Text,
    amount: Text,
    on: Annotated[date, Form()],
    method: Text = "check",
    memo: Text = "",
) -> Response:
    """Record money received on an invoice, named by its number."""
    number = invoice.split(",")[0].strip()

    def act(scope: Scope) -> None:
        payments.record_payment(scope, number, money_in(amount), on, method=method, memo=memo)

    return _done(request, who, act, f"/money/invoices/{quote(number, safe='')}", "paid")


@router.get("/money/invoices")
def invoices(
    request: Request,
    who: Who,
    client: str = "",
    state: str = "",
    age: int | None = None,
    first: date | None = None,
    last: date | None = None,
    number: Annotated[int, Query(alias="page", ge=1, le=100_000)] = 1,
) -> Response:
    """The invoices behind a figure, a page of them; the sums are of all."""
    where = Where(first, last, client=client or None, state=state or None, age=age)
    with reading(request, who) as scope:
        found, waits = invoice_rows(scope, where), waiting(scope)
    title = "Invoices" if age is None else f"Unpaid, {BUCKETS[age][0].lower()}"
    at = min(number, max(1, -(-len(found) // AT_ONCE)))
    return _page(
        request,
        "money/invoices.html",
        who,
        waiting=waits,
        found=found,
        rows=found[(at - 1) * AT_ONCE : at * AT_ONCE],
        fee=sum((one.fee for one in found), ZERO),
        amount=sum((one.listed.amount for one in found), ZERO),
        balance=sum((one.listed.balance for one in found), ZERO),
        number=at,
        at_once=AT_ONCE,
        where=where,
        title=title,
        query=_query(where),
    )


@router.get("/money/time")
def entries(
    request: Request,
    who: Who,
    client: str = "",
    engagement: str = "",
    person: str = "",
    service: str = "",
    state: str = "",
    first: date | None = None,
    last: date | None = None,
) -> Response:
    """The time behind a figure; of the last twelve months unless days or open time are asked for."""
    where = Where(first, last, client or None, engagement or None, person or None, service or None, state or None)
    with reading(request, who) as scope:
        if state != "open" and not (first or last):
            where = Where(
                *period(scope, where), where.client, where.engagement, where.person, where.service, where.state
            )
        found, waits = time_rows(scope, where), waiting(scope)
    return _page(request, "money/time.html", who, waiting=waits, found=found, where=where, query=_query(where))


def _query(where: Where) -> str:
    """The filters as the address of the same rows as CSV has them."""
    return urlencode({name: value for name, value in vars(where).items() if value is not None})


@router.get("/money/wip/{ref}")
def in_progress(request: Request, who: Who, ref: str, engagement: str = "") -> Response:
    """Open time and expenses of a client, or of one engagement of its, with what can be done about them."""
    return _work(request, who, ref, engagement)


def _work(request: Request, who: Asker, ref: str, engagement: str, refused: Refused | None = None) -> Response:
    where = Where(client=ref, engagement=engagement or None, state="open")
    with reading(request, who) as scope:
        client = access_client(scope, ref)
        work, costs = time_rows(scope, where), expense_rows(scope, where)
        values: dict[str, Any] = {
            "client": {"ref": client.ref, "name": client.name},
            "engagement": engagement,
            "work": work,
            "costs": costs,
            "value": sum((one.value for one in work), ZERO),
            "spent": sum((one.value for one in costs), ZERO),
            "off": wip.acts_of(scope, ref, FIRST),
            "drafts": drafts_of(scope, client.id),
            "waiting": waiting(scope),
        }
    return _page(request, "money/wip.html", who, refused, **values)


@router.post("/money/wip/{ref}/off")
def write_off(
    request: Request,
    who: Sender,
    ref: str,
    reason: Text = "",
    engagement: Text = "",
    entry: Annotated[list[str] | None, Form()] = None,
) -> Response:
    def act(scope: Scope) -> None:
        wip.write_off(scope, ref, entry or [], reason)

    return _work_done(request, who, ref, engagement, act, "written-off")


@router.post("/money/wip/{ref}/to")
def write_to(
    request: Request, who: Sender, ref: str, value: Text, reason: Text = "", engagement: Text = ""
) -> Response:
    def act(scope: Scope) -> None:
        wip.write_to(scope, ref, None if engagement in ("", "-") else engagement, money_in(value, "the value"), reason)

    return _work_done(request, who, ref, engagement, act, "written-to")


@router.post("/money/wip/{ref}/restore")
def restore(
    request: Request,
    who: Sender,
    ref: str,
    entry: Annotated[list[str], Form()],
    engagement: Text = "",
    reason: Text = "",
) -> Response:
    def act(scope: Scope) -> None:
        for one in entry:
            wip.restore(scope, ref, one, reason)

    return _work_done(request, who, ref, engagement, act, "restored")


def _work_done(
    request: Request, who: Asker, ref: str, engagement: str, act: Callable[[Scope], None], said: str
) -> Response:
    back = f"/money/wip/{quote(ref, safe='')}" + (f"?engagement={quote(engagement)}" if engagement else "")
    try:
        return _act(request, who, act, back, said)
    except REFUSED as refused:
        return _work(request, who, ref, engagement, refused)


@router.post("/money/draft/{ref}")
def draft(
    request: Request,
    who: Sender,
    ref: str,
    kind: Literal["hourly", "fixed", "progress", "retainer"] = Form("hourly"),
    engagement: Text = "",
    amount: Text = "",
    percent: Text = "",
    through: Annotated[date | None, Form()] = None,
) -> Response:
    made: list[str] = []

    def act(scope: Scope) -> None:
        wanted = drafting.Wanted(
            kind,
            None if engagement in ("", "-") else engagement,
            through,
            money_in(amount) if amount.strip() else None,
            money_in(percent, "the percent") if percent.strip() else None,
        )
        made.append(drafting.draft_invoice(scope, ref, wanted))

    try:
        with writing(request, who) as scope:
            act(scope)
    except REFUSED as refused:
        return _work(request, who, ref, engagement, refused)
    return redirect(f"/money/invoices/{made[0]}", "bill-drafted")


@router.get("/money/invoices/{key:path}")
def invoice(request: Request, who: Who, key: str) -> Response:
    """An invoice, a credit note or a draft."""
    return _invoice(request, who, key)


def _invoice(request: Request, who: Asker, key: str, refused: Refused | None = None) -> Response:
    with reading(request, who) as scope:
        bill = show_invoice(scope, key)
        only = access_client(scope, bill.listed.client_ref).id
        others = [one for one in invoices_of(scope, only, unpaid(scope)) if one.number != bill.listed.number]
        held = [one for one in retainers_of(scope, only) if one.number != bill.listed.number]
        waits = waiting(scope)
    return _page(
        request,
        "money/invoice.html",
        who,
        refused,
        waiting=waits,
        bill=bill,
        credit=[one for one in others if one.balance < 0],
        owing=[one for one in others if one.balance > 0],
        held=held,
        methods=payments.METHODS,
    )


Act = Literal["issue", "discard", "change", "credit", "void", "pay", "apply", "draw", "refund", "reverse"]
_SAID = {
    "issue": "bill-issued",
    "discard": "bill-discarded",
    "change": "bill-changed",
    "credit": "credited",
    "void": "voided",
    "pay": "paid",
    "apply": "credit-used",
    "draw": "credit-used",
    "refund": "refunded",
    "reverse": "reversed",
}


@router.post("/money/invoices/{key:path}/{act}")
async def decide(request: Request, who: Sender, key: str, act: Act) -> Response:
    """Whatever can be done with an invoice; the fields of the form are those that the act needs."""
    form = {name: str(value) for name, value in (await request.form()).multi_items()}
    leave = [int(str(one)) for one in (await request.form()).getlist("leave") if str(one).isdecimal()]
    back = "/money" if act == "discard" else f"/money/invoices/{quote(key, safe='')}"
    try:
        return _act(request, who, lambda scope: _decide(scope, key, act, form, leave), back, _SAID[act])
    except REFUSED as refused:
        return _invoice(request, who, key, refused)


def _decide(scope: Scope, key: str, act: Act, form: dict[str, str], leave: list[int]) -> None:
    def text(name: str) -> str:
        return form.get(name, "").strip()

    revision = int(text("revision")) if text("revision").isdecimal() else None
    match act:
        case "issue":
            issuing.issue(scope, key, revision=revision)
        case "discard":
            drafting.discard_draft(scope, key)
        case "change":
            fee = money_in(text("amount")) if text("amount") else None
            terms = int(text("terms")) if text("terms").isdecimal() else None
            more: dict[str, Any] = {"amount": fee, "terms": terms, "leave_out": leave}
            drafting.change_draft(scope, key, revision=revision, text=text("text"), **more)
        case "credit":
            issuing.credit(scope, key, money_in(text("amount")), text("reason"))
        case "void":
            issuing.void(scope, key, text("reason"))
        case "pay":
            more = {"method": text("method"), "memo": text("memo")}
            payments.record_payment(scope, key, money_in(text("amount")), day_given(text("on")), **more)
        case "apply":
            payments.apply_credit(scope, text("from") or key, text("to") or key, money_in(text("amount")))
        case "draw":
            draw(scope, text("from"), key, money_in(text("amount")))
        case "refund":
            more = {"method": text("method") or "check"}
            payments.refund(scope, key, money_in(text("amount")), day_given(text("on")), text("reason"), **more)
        case "reverse":
            payments.reverse_payment(scope, text("payment"), text("reason"))


@router.get("/money/statements/{ref}")
def statement(request: Request, who: Who, ref: str, first: date | None = None, last: date | None = None) -> Response:
    """A client's account over a period, without days the last twelve months."""
    with reading(request, who) as scope:
        found = statement_of(scope, ref, *period(scope, Where(first, last)))
        waits = waiting(scope)
    return _page(request, "money/statement.html", who, waiting=waits, found=found)


def _act(request: Request, who: Asker, act: Callable[[Scope], None], back: str, said: str) -> Response:
    with writing(request, who) as scope:
        act(scope)
    return redirect(back, said)


def _done(request: Request, who: Asker, act: Callable[[Scope], None], back: str, said: str) -> Response:
    try:
        return _act(request, who, act, back, said)
    except REFUSED as refused:
        return _overview(request, who, refused)


def _page(request: Request, template: str, who: Asker, refused: Refused | None = None, **values: Any) -> Response:
    status, problem = (refused.status, sentence(refused)) if refused else (200, None)
    return page(request, template, status=status, who=who, problem=problem, **values)

"""Money as JSON: work in progress, bills, credit notes, retainers, payments, statements, every table of figures, the ledger.

Dollars are text, days ISO. A draft is named by its id, an issued invoice by its number or id. What a person lacks the right for is refused
by the acts themselves; what is not in her scope is not found.
"""

from datetime import date
from typing import Any, Literal

from fastapi import APIRouter, Request, Response
from pydantic import BaseModel, Field

from api.days import Day
from api.routes.documents import attachment
from api.security import Sender, Who, reading, writing
from store.tables import Invoice
from workspace.billing import drafting, issuing, payments, wip
from workspace.billing.amounts import as_json, money_in
from workspace.billing.foots import check_books
from workspace.billing.invoices import drafts_of, invoices_of, show_invoice
from workspace.billing.ledger import export_ledger
from workspace.billing.paper import invoice_pdf, statement_pdf
from workspace.billing.retainers import draw
from workspace.billing.rows import Where
from workspace.billing.statements import statement_of
from workspace.billing.tables import period, table_of
from workspace.scope import Scope, access_client

router = APIRouter(prefix="/api/v1", tags=["v1"])
Json = dict[str, Any]
PDF = "application/pdf"


class Off(BaseModel):
    """Entries and expenses of a client to write off, or one to take back, and why."""

    client: str
    entries: list[str] = Field(min_length=1, max_length=1000)
    reason: str


class To(BaseModel):
    """The value to which the open time of an engagement is written down or up, and why."""

    client: str
    engagement: str | None = None
    value: str
    reason: str


class NewBill(BaseModel):
    """A draft to make: hourly, fixed, progress (`percent` of the fee) or retainer (`amount` in advance)."""

    client: str
    kind: Literal["hourly", "fixed", "progress", "retainer"]
    engagement: str | None = None
    through: date | None = None
    amount: str | None = None
    percent: str | None = None
    text: str | None = None
    terms: int | None = None
    expenses: bool = True


class ChangedBill(BaseModel):
    """Changes of a draft; `revision` is that of the draft which was read, `leave_out` are places of lines to leave open."""

    revision: int
    text: str | None = None
    amount: str | None = None
    terms: int | None = None
    leave_out: list[int] = Field(default_factory=list, max_length=1000)


class Issued(BaseModel):
    """The revision of the draft that shall be issued."""

    revision: int


class Credit(BaseModel):
    """A credit, and why; `amount` null takes back the whole invoice and opens its time again."""

    reason: str
    amount: str | None = None


class Use(BaseModel):
    """Credit or a retainer used on another invoice of the client."""

    on: str
    amount: str


class Received(BaseModel):
    """Money received on an invoice."""

    invoice: str
    amount: str
    on: date
    method: str = "check"
    memo: str | None = None


class Why(BaseModel):
    """A reason."""

    reason: str


class Refund(BaseModel):
    """Credit given back to the client."""

    amount: str
    on: date
    reason: str
    method: str = "check"


class Recurring(BaseModel):
    """A fee drafted every so many months from a day on."""

    client: str
    amount: str
    text: str
    first: date
    months: Literal[1, 3, 6, 12] = 1
    engagement: str | None = None


@router.post("/wip/write-off")
def write_off(request: Request, who: Sender, off: Off) -> Json:
    """Write open time and expenses off; the dollars taken off."""
    with writing(request, who) as scope:
        return {"taken": str(wip.write_off(scope, off.client, off.entries, off.reason))}


@router.post("/wip/write-to")
def write_to(request: Request, who: Sender, to: To) -> Json:
    """Write the open time of an engagement down or up to a value; the dollars taken off, negative for a write-up."""
    with writing(request, who) as scope:
        value = money_in(to.value, "the value")
        return {"taken": str(wip.write_to(scope, to.client, to.engagement, value, to.reason))}


@router.post("/wip/restore")
def restore(request: Request, who: Sender, off: Off) -> Json:
    """Take write-offs back; the dollars that are open again."""
    with writing(request, who) as scope:
        found = [wip.restore(scope, off.client, one, off.reason) for one in off.entries]
        return {"restored": str(sum(found))}


@router.get("/clients/{ref}/adjustments")
def adjustments(request: Request, who: Who, ref: str) -> list[Json]:
    """Write-offs, -downs and -ups of a client, differences to fees and credits, each with its reason; the newest first."""
    with reading(request, who) as scope:
        return as_json(wip.acts_of(scope, ref, 500))  # type: ignore[no-any-return]


@router.get("/invoices")
def listing(request: Request, who: Who, client: str | None = None, drafts: bool = False) -> list[Json]:
    """Issued invoices and credit notes, the newest first; with `drafts` the drafts instead."""
    with reading(request, who) as scope:
        only = access_client(scope, client).id if client else None
        return as_json((drafts_of if drafts else invoices_of)(scope, only))  # type: ignore[no-any-return]


@router.post("/invoices", status_code=201)
def draft(request: Request, who: Sender, bill: NewBill) -> Json:
    """Draft an invoice; nothing is owed before it is issued."""
    given = bill.model_dump(exclude={"client"})
    for name in ("amount", "percent"):
        given[name] = money_in(given[name], f"the {name}") if given[name] is not None else None
    with writing(request, who) as scope:
        made = drafting.draft_invoice(scope, bill.client, drafting.Wanted(**given))
        return _shown(scope, made)


@router.get("/invoices/{key}")
def one(request: Request, who: Who, key: str) -> Json:
    """An invoice, a credit note or a draft with its lines and what came in."""
    with reading(request, who) as scope:
        return _shown(scope, key)


@router.get("/invoices/{key}/paper", response_class=Response)
def paper(request: Request, who: Who, key: str) -> Response:
    """The same as PDF."""
    with reading(request, who) as scope:
        name, data = invoice_pdf(scope, key)
    return attachment(data, name, PDF)


@router.patch("/invoices/{key}")
def change(request: Request, who: Sender, key: str, changed: ChangedBill) -> Json:
    """Change a draft."""
    given = changed.model_dump()
    given["amount"] = money_in(changed.amount) if changed.amount is not None else None
    with writing(request, who) as scope:
        drafting.change_draft(scope, key, **given)
        return _shown(scope, key)


@router.post("/invoices/{key}/issue")
def issue(request: Request, who: Sender, key: str, issued: Issued) -> Json:
    """Issue a draft: it gets the next number, and its time is billed. Nothing is sent."""
    with writing(request, who) as scope:
        return _shown(scope, issuing.issue(scope, key, revision=issued.revision).id)


@router.post("/invoices/{key}/discard", status_code=204)
def discard(request: Request, who: Sender, key: str) -> None:
    """Set a draft aside; its time stays open."""
    with writing(request, who) as scope:
        drafting.discard_draft(scope, key)


@router.post("/invoices/{key}/credit", status_code=201)
def credit(request: Request, who: Sender, key: str, said: Credit) -> Json:
    """Credit an invoice; answers with the credit note."""
    with writing(request, who) as scope:
        note: Invoice
        if said.amount is None:
            note = issuing.void(scope, key, said.reason)
        else:
            note = issuing.credit(scope, key, money_in(said.amount), said.reason)
        return _shown(scope, note.id)


@router.post("/invoices/{key}/draw", status_code=201)
def draws(request: Request, who: Sender, key: str, use: Use) -> Json:
    """Use a part of a retainer on another invoice; answers with the credit note that does it."""
    with writing(request, who) as scope:
        return _shown(scope, draw(scope, key, use.on, money_in(use.amount)).id)


@router.post("/invoices/{key}/apply")
def apply(request: Request, who: Sender, key: str, use: Use) -> Json:
    """Use credit that lies on this invoice or credit note on another; answers with that other."""
    with writing(request, who) as scope:
        payments.apply_credit(scope, key, use.on, money_in(use.amount))
        return _shown(scope, use.on)


@router.post("/invoices/{key}/refund", status_code=201)
def refund(request: Request, who: Sender, key: str, given: Refund) -> Json:
    """Record that credit was given back to the client."""
    with writing(request, who) as scope:
        amount = money_in(given.amount)
        return {"id": payments.refund(scope, key, amount, given.on, given.reason, method=given.method)}


@router.post("/payments", status_code=201)
def pay(request: Request, who: Sender, received: Received) -> Json:
    """Record money received on an invoice, whole or in part; more than is owed is the client's credit."""
    with writing(request, who) as scope:
        said = received
        made = payments.record_payment(
            scope, said.invoice, money_in(said.amount), said.on, method=said.method, memo=said.memo
        )
        return {"id": made}


@router.post("/payments/{payment_id}/reverse", status_code=201)
def reverse(request: Request, who: Sender, payment_id: str, why: Why) -> Json:
    """Take a payment back that did not hold."""
    with writing(request, who) as scope:
        return {"id": payments.reverse_payment(scope, payment_id, why.reason)}


@router.get("/recurring")
def recurring(request: Request, who: Who, client: str | None = None) -> list[Json]:
    """Fees that recur, by the day of their next draft."""
    with reading(request, who) as scope:
        only = access_client(scope, client).id if client else None
        return as_json(drafting.recurring_listed(scope, only))  # type: ignore[no-any-return]


@router.post("/recurring", status_code=201)
def recur(request: Request, who: Sender, fee: Recurring) -> Json:
    """Have a fee drafted every so many months."""
    with writing(request, who) as scope:
        amount = money_in(fee.amount)
        made = drafting.set_recurring(
            scope, fee.client, amount, fee.text, fee.first, months=fee.months, engagement=fee.engagement
        )
        return {"id": made}


@router.post("/recurring/draft")
def due(request: Request, who: Sender) -> Json:
    """Draft every recurring fee whose day has come; the ids of the drafts."""
    with writing(request, who) as scope:
        return {"drafts": drafting.draft_recurring(scope)}


@router.post("/recurring/{fee_id}/end", status_code=204)
def end(request: Request, who: Sender, fee_id: str) -> None:
    """Draft a recurring fee no more."""
    with writing(request, who) as scope:
        drafting.end_recurring(scope, fee_id)


@router.get("/clients/{ref}/statement")
def statement(request: Request, who: Who, ref: str, first: Day | None = None, last: Day | None = None) -> Json:
    """A client's account over a period, without days the last twelve months."""
    with reading(request, who) as scope:
        return as_json(statement_of(scope, ref, *period(scope, Where(first, last))))  # type: ignore[no-any-return]


@router.get("/clients/{ref}/statement/paper", response_class=Response)
def statement_paper(
    request: Request, who: Who, ref: str, first: Day | None = None, last: Day | None = None
) -> Response:
    """The same as PDF."""
    with reading(request, who) as scope:
        name, data = statement_pdf(scope, ref, *period(scope, Where(first, last)))
    return attachment(data, name, PDF)


@router.get("/tables/{name}", response_model=list[dict[str, Any]])
def table(
    request: Request,
    who: Who,
    name: str,
    form: Literal["json", "csv"] = "json",
    first: Day | None = None,
    last: Day | None = None,
    client: str | None = None,
    engagement: str | None = None,
    person: str | None = None,
    service: str | None = None,
    state: str | None = None,
    age: int | None = None,
) -> Any:
    """Figures as a table: wip, aging, time, expenses, invoices, payments, realization (by month), utilization, profitability-client,
    -service and -person, retainers; as JSON or CSV. Reports cover the twelve months through today unless days are given."""
    where = Where(first, last, client, engagement, person, service, state, age)
    with reading(request, who) as scope:
        found = table_of(scope, name, where)
    if form == "csv":
        return attachment(found.as_csv().encode("utf-8-sig"), f"{name}.csv", "text/csv; charset=utf-8")
    return [as_json(row) for row in found.as_dicts()]


@router.get("/books")
def books(request: Request, who: Who, client: str | None = None) -> Json:
    """Whether the books foot: both sides of each equation, and every row that does not fit."""
    with reading(request, who) as scope:
        found = check_books(scope, client)
    foots = [as_json(one) | {"left": str(one.left), "difference": str(one.difference)} for one in found.foots]
    return {"holds": found.holds, "foots": foots, "faults": list(found.faults)}


@router.get("/ledger.{form}", response_class=Response)
def ledger(request: Request, who: Who, form: Literal["csv", "iif"], first: Day, last: Day) -> Response:
    """The movements of a period for another system: CSV, or IIF as QuickBooks imports it. That it was taken is on the trail."""
    with writing(request, who) as scope:
        text = export_ledger(scope, form, first, last)
    return attachment(text.encode(), f"ledger-{first}-{last}.{form}", "text/csv" if form == "csv" else "text/plain")


def _shown(scope: Scope, key: str) -> Json:
    shown = show_invoice(scope, key)
    plain: Json = as_json(shown)
    listed: Json = plain.pop("listed")
    return listed | plain

"""Client money in trust as JSON: ledgers and their movements, what is no client's, months reconciled three ways.

Dollars are text, days ISO. Movements are never changed: they are reversed. A ledger is named by its id, its matter's ref, or the ref of a
client that has one.
"""

from datetime import date
from typing import Annotated, Any, Literal

from fastapi import APIRouter, Path, Request, Response
from pydantic import BaseModel, Field

from api.routes.documents import attachment
from api.security import Sender, Who, reading, writing
from store.errors import Invalid
from workspace.billing.amounts import as_json, money_in
from workspace.law import paper, reconcile, trust
from workspace.law.trust import Movement
from workspace.scope import Scope

router = APIRouter(prefix="/api/v1/trust", tags=["v1"])
Json = dict[str, Any]
Month = Annotated[str, Path(pattern=r"^\d{4}-(0[1-9]|1[0-2])$")]
Dollars = Annotated[str, Field(max_length=20)]
Words = Annotated[str, Field(max_length=300)]


class NewLedger(BaseModel):
    """A ledger to open for a client, or one matter of its."""

    client: str = Field(max_length=60)
    matter: str | None = Field(default=None, max_length=60)


class Moved(BaseModel):
    """A movement: dollars above 0, its day, who paid or is paid, the check's or wire's number; `cleared_on`: when the bank booked it."""

    amount: Dollars
    on: date
    payee: Words = ""
    number: Words = ""
    memo: Words = ""
    cleared_on: date | None = None

    def value(self) -> Movement:
        return Movement(money_in(self.amount), self.on, self.payee, self.number, self.memo, self.cleared_on)


class Transfer(Moved):
    """Money moved to the operating account against an issued invoice."""

    invoice: str = Field(max_length=60)


class Own(Moved):
    """A movement of what is no client's: interest, interest-paid, firm-funds, bank-charge."""

    kind: Literal["interest", "interest-paid", "firm-funds", "bank-charge"]


class Evergreen(BaseModel):
    """What the ledger must not go under, and what it is filled up to; null: none is agreed."""

    minimum: Dollars | None = None
    fill_to: Dollars | None = None


class Why(BaseModel):
    """A reason."""

    reason: Words


class Cleared(BaseModel):
    """Movements that the bank booked on a day; null takes the note back."""

    lines: list[Annotated[str, Field(max_length=60)]] = Field(min_length=1, max_length=1000)
    on: date | None = None


class Bank(BaseModel):
    """The balance of the bank's statement at the month's end, null: as read from `document`; `explanation` of a difference."""

    balance: Dollars | None = None
    explanation: str = Field(default="", max_length=2000)
    document: str | None = Field(default=None, max_length=60)


@router.get("/ledgers")
def ledgers(request: Request, who: Who, client: str | None = None) -> list[Json]:
    """The ledgers of the asker's clients with their balances."""
    with reading(request, who) as scope:
        return [_ledger(one) for one in trust.ledgers(scope, client_ref=client)]


@router.post("/ledgers", status_code=201)
def open_ledger(request: Request, who: Sender, new: NewLedger, response: Response) -> Json:
    """The ledger of a client or matter; made where there is none."""
    with writing(request, who) as scope:
        made = trust.open_ledger(scope, new.client, new.matter)
        response.headers["Location"] = f"/api/v1/trust/ledgers/{made.id}"
        return _ledger(trust.ledger_of(scope, made.id))


@router.get("/ledgers/{key}")
def ledger(request: Request, who: Who, key: str) -> Json:
    """A ledger with every movement and the balance after it."""
    with reading(request, who) as scope:
        found = trust.ledger_of(scope, key)
        return _ledger(found) | {"movements": as_json(trust.movements(scope, found.id))}


@router.get("/ledgers/{key}/paper", response_class=Response)
def card(request: Request, who: Who, key: str) -> Response:
    """The ledger card as PDF."""
    with reading(request, who) as scope:
        name, data = paper.ledger_pdf(scope, key)
    return attachment(data, name, "application/pdf")


@router.post("/ledgers/{key}/receipts", status_code=201)
def receive(request: Request, who: Sender, key: str, moved: Moved, response: Response) -> Json:
    """Money that came in for the client."""
    with writing(request, who) as scope:
        return _made(scope, key, trust.receive(scope, trust.ledger_of(scope, key).id, moved.value()), response)


@router.post("/ledgers/{key}/disbursements", status_code=201)
def disburse(request: Request, who: Sender, key: str, moved: Moved, response: Response) -> Json:
    """Money paid out for the client; refused for more than there is."""
    with writing(request, who) as scope:
        return _made(scope, key, trust.disburse(scope, trust.ledger_of(scope, key).id, moved.value()), response)


@router.post("/ledgers/{key}/transfers", status_code=201)
def transfer(request: Request, who: Sender, key: str, moved: Transfer, response: Response) -> Json:
    """Pay an issued invoice from the ledger: the invoice's payment and the ledger's movement are one transaction."""
    with writing(request, who) as scope:
        line = trust.pay_invoice(scope, trust.ledger_of(scope, key).id, moved.invoice, moved.value())
        return _made(scope, key, line, response)


def _made(scope: Scope, key: str, line: str, response: Response) -> Json:
    response.headers["Location"] = f"/api/v1/trust/ledgers/{key}"
    return {"id": line, "balance": str(trust.ledger_of(scope, key).balance)}


@router.put("/ledgers/{key}/evergreen")
def evergreen(request: Request, who: Sender, key: str, agreed: Evergreen) -> Json:
    """Agree on an evergreen retainer, or end it."""
    with writing(request, who) as scope:
        least, most = (money_in(one, "the minimum") if one else None for one in (agreed.minimum, agreed.fill_to))
        trust.set_evergreen(scope, trust.ledger_of(scope, key).id, least, most)
        return _ledger(trust.ledger_of(scope, key))


@router.post("/own", status_code=201)
def own(request: Request, who: Sender, moved: Own, response: Response) -> Json:
    """Interest for the IOLTA program, and the firm's own money for the bank's charges."""
    with writing(request, who) as scope:
        line = trust.move_own(scope, moved.kind, moved.value())
        response.headers["Location"] = "/api/v1/trust/months"
        return {"id": line, "balances": {name: str(amount) for name, amount in trust.own_balances(scope).items()}}


@router.post("/movements/{line_id}/reverse", status_code=201)
def reverse(request: Request, who: Sender, line_id: str, why: Why, response: Response) -> Json:
    """Take a movement back by one of its own."""
    with writing(request, who) as scope:
        made = trust.reverse(scope, line_id, why.reason)
    response.headers["Location"] = "/api/v1/trust/ledgers"
    return {"id": made}


@router.post("/cleared")
def clear(request: Request, who: Sender, cleared: Cleared) -> Json:
    """Note when the bank booked movements; how many changed."""
    with writing(request, who) as scope:
        return {"changed": trust.clear(scope, cleared.lines, cleared.on)}


@router.get("/months")
def months(request: Request, who: Who) -> list[Json]:
    """The months that have ended, and which are signed."""
    with reading(request, who) as scope:
        return as_json(reconcile.months(scope))  # type: ignore[no-any-return]


@router.get("/months/{month}")
def month(request: Request, who: Who, month: Month) -> Json:
    """A month three ways; `ties`: all three are equal."""
    with reading(request, who) as scope:
        return _month(reconcile.reconciliation(scope, first_of(month)))


@router.put("/months/{month}")
def prepare(request: Request, who: Sender, month: Month, bank: Bank) -> Json:
    """Enter the balance of the bank's statement."""
    with writing(request, who) as scope:
        balance = money_in(bank.balance, "the balance") if bank.balance else None
        more = {"explanation": bank.explanation, "document_id": bank.document}
        return _month(reconcile.prepare(scope, first_of(month), balance, **more))  # type: ignore[arg-type]


@router.post("/months/{month}/sign")
def sign(request: Request, who: Sender, month: Month) -> Json:
    """Sign a month, a partner's word: it is locked."""
    with writing(request, who) as scope:
        return _month(reconcile.sign(scope, first_of(month)))


@router.get("/months/{month}/paper", response_class=Response)
def month_paper(request: Request, who: Who, month: Month) -> Response:
    """The month's reconciliation as PDF."""
    with reading(request, who) as scope:
        name, data = paper.reconciliation_pdf(scope, first_of(month))
    return attachment(data, name, "application/pdf")


@router.get("/months/{month}/rows", response_class=Response)
def month_rows(request: Request, who: Who, month: Month) -> Response:
    """The month's reconciliation as CSV."""
    with reading(request, who) as scope:
        text = paper.reconciliation_csv(scope, first_of(month))
    return attachment(("\ufeff" + text).encode(), f"trust-{month}.csv", "text/csv; charset=utf-8")


def first_of(month: str) -> date:
    """The first day of 2026-02. Raises Invalid."""
    try:
        first = date.fromisoformat(f"{month}-01")
    except ValueError:
        raise Invalid(f"{month} is no month; write it as 2026-02") from None
    if not 1900 <= first.year <= 2200:
        raise Invalid(f"{month} is not a month of this business")
    return first


def _ledger(found: trust.Ledger) -> Json:
    told: Json = as_json(found)
    return told | {"short": str(found.short), "wanted": str(found.wanted)}


def _month(found: reconcile.Reconciliation) -> Json:
    sums = {"adjusted": found.adjusted, "held": found.held, "difference": found.difference}
    told: Json = as_json(found)
    return told | {name: None if one is None else str(one) for name, one in sums.items()} | {"ties": found.ties}

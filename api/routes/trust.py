"""Client money in trust in the browser: the ledgers, one with its movements, and the months that are reconciled three ways."""

from datetime import date
from typing import Annotated, Any, Literal
from urllib.parse import quote

from fastapi import APIRouter, Form, Request, Response

from api.days import day_given
from api.pages import page
from api.routes.documents import attachment
from api.routes.trust_json import first_of
from api.said import redirect, sentence
from api.security import Asker, Sender, Who, reading, writing
from store.errors import Conflict, Forbidden, Invalid, NotFound
from workspace.billing.amounts import money_in
from workspace.law import paper, reconcile, trust
from workspace.law.trust import Movement
from workspace.pages.head import waiting
from workspace.scope import Scope

router = APIRouter(prefix="/trust", include_in_schema=False)
Text = Annotated[str, Form(max_length=600)]
Refused = Conflict | Forbidden | Invalid | NotFound
REFUSED = (Conflict, Forbidden, Invalid, NotFound)


@router.get("")
def shown(request: Request, who: Who) -> Response:
    """Every ledger of the asker's clients, what is no client's, and the months."""
    return _overview(request, who)


def _overview(request: Request, who: Asker, refused: Refused | None = None) -> Response:
    with reading(request, who) as scope:
        values: dict[str, Any] = {
            "found": trust.ledgers(scope),
            "months": reconcile.months(scope)[:18],
            "own": [(trust.OWN[name], amount) for name, amount in trust.own_balances(scope).items()],
            "waiting": waiting(scope),
        }
    return _page(request, "law/trust.html", who, refused, **values)


@router.post("/ledgers")
def open_ledger(request: Request, who: Sender, client: Text, matter: Text = "") -> Response:
    try:
        with writing(request, who) as scope:
            made = trust.open_ledger(scope, client.strip(), matter.strip() or None).id
    except REFUSED as refused:
        return _overview(request, who, refused)
    return redirect(f"/trust/ledgers/{made}", "trust-opened")


@router.post("/own")
def own(
    request: Request,
    who: Sender,
    kind: Text,
    amount: Text,
    on: Annotated[date, Form()],
    memo: Text = "",
    cleared: Text = "",
) -> Response:
    """Interest, the firm's own money, the bank's charges."""
    try:
        with writing(request, who) as scope:
            move = Movement(money_in(amount), on, memo=memo, cleared_on=on if cleared else None)
            trust.move_own(scope, kind, move)
    except REFUSED as refused:
        return _overview(request, who, refused)
    return redirect("/trust", "trust-moved")


@router.get("/ledgers/{key}")
def ledger(request: Request, who: Who, key: str) -> Response:
    """A ledger's card."""
    return _ledger(request, who, key)


def _ledger(request: Request, who: Asker, key: str, refused: Refused | None = None) -> Response:
    with reading(request, who) as scope:
        found = trust.ledger_of(scope, key)
        values: dict[str, Any] = {
            "one": found,
            "moved": trust.movements(scope, found.id),
            "payable": trust.payable(scope, found),
            "signed": trust.signed_through(scope),
            "waiting": waiting(scope),
        }
    return _page(request, "law/ledger.html", who, refused, **values)


@router.get("/ledgers/{key}/paper")
def card(request: Request, who: Who, key: str) -> Response:
    with reading(request, who) as scope:
        name, data = paper.ledger_pdf(scope, key)
    return attachment(data, name, "application/pdf")


Act = Literal["receive", "disburse", "pay", "evergreen", "reverse"]
_SAID = {"evergreen": "evergreen-set", "reverse": "trust-reversed", "pay": "trust-paid"}


@router.post("/ledgers/{key}/{act}")
async def move(request: Request, who: Sender, key: str, act: Act) -> Response:
    """Whatever is done on a ledger; the fields of the form are those that the act needs."""
    form = {name: str(value)[:600].strip() for name, value in (await request.form()).multi_items()}
    try:
        with writing(request, who) as scope:
            _move(scope, trust.ledger_of(scope, key).id, act, form)
    except REFUSED as refused:
        return _ledger(request, who, key, refused)
    return redirect(f"/trust/ledgers/{quote(key, safe='')}", _SAID.get(act, "trust-moved"))


def _move(scope: Scope, ledger_id: str, act: Act, form: dict[str, str]) -> None:
    if act == "reverse":
        trust.reverse(scope, form.get("line", ""), form.get("reason", ""))
    elif act == "evergreen":
        least, most = (
            money_in(form[name], "the minimum") if form.get(name) else None for name in ("minimum", "fill_to")
        )
        trust.set_evergreen(scope, ledger_id, least, most)
    else:
        words = {name: form.get(name, "") for name in ("payee", "number", "memo")}
        cleared = day_given(form["cleared_on"]) if form.get("cleared_on") else None
        moved = Movement(money_in(form.get("amount", "")), day_given(form.get("on", "")), cleared_on=cleared, **words)
        if act == "receive":
            trust.receive(scope, ledger_id, moved)
        elif act == "disburse":
            trust.disburse(scope, ledger_id, moved)
        else:
            trust.pay_invoice(scope, ledger_id, form.get("invoice", "").split(",")[0].strip(), moved)


@router.get("/months/{month}")
def month(request: Request, who: Who, month: str) -> Response:
    """A month three ways; `month` is 2026-02."""
    return _month(request, who, month)


def _month(request: Request, who: Asker, month: str, refused: Refused | None = None) -> Response:
    with reading(request, who) as scope:
        found, waits = reconcile.reconciliation(scope, first_of(month)), waiting(scope)
        papers = reconcile.bank_documents(scope, first_of(month)) if found.state != "signed" else []
    return _page(request, "law/month.html", who, refused, waiting=waits, r=found, month=month, papers=papers)


@router.get("/months/{month}/paper")
def month_paper(request: Request, who: Who, month: str) -> Response:
    with reading(request, who) as scope:
        name, data = paper.reconciliation_pdf(scope, first_of(month))
    return attachment(data, name, "application/pdf")


@router.get("/months/{month}/rows")
def month_rows(request: Request, who: Who, month: str) -> Response:
    with reading(request, who) as scope:
        text = paper.reconciliation_csv(scope, first_of(month))
    return attachment(("\ufeff" + text).encode(), f"trust-{month}.csv", "text/csv; charset=utf-8")


@router.post("/months/{month}/{act}")
async def decide(request: Request, who: Sender, month: str, act: Literal["prepare", "clear", "sign"]) -> Response:
    """Enter the bank's balance, note what it booked, or sign."""
    sent = await request.form()
    lines = [str(one)[:60] for one in sent.getlist("line")]
    form = {name: str(value)[:2000].strip() for name, value in sent.multi_items()}
    try:
        with writing(request, who) as scope:
            if act == "clear":
                trust.clear(scope, lines, day_given(form.get("on", "")))
            elif act == "sign":
                reconcile.sign(scope, first_of(month))
            else:
                more = {"explanation": form.get("explanation", ""), "document_id": form.get("document") or None}
                balance = money_in(form["balance"], "the balance") if form.get("balance") else None
                reconcile.prepare(scope, first_of(month), balance, **more)  # type: ignore[arg-type]
    except REFUSED as refused:
        return _month(request, who, month, refused)
    said = {"clear": "trust-cleared", "sign": "trust-signed", "prepare": "trust-prepared"}[act]
    return redirect(f"/trust/months/{quote(month, safe='')}", said)


def _page(request: Request, template: str, who: Asker, refused: Refused | None = None, **values: Any) -> Response:
    status, problem = (refused.status, sentence(refused)) if refused else (200, None)
    return page(request, template, status=status, who=who, problem=problem, **values)

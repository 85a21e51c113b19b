"""A law firm's matters in the browser: the list, and a matter with its parties, dates, fee agreement and what closing it would meet."""

from collections.abc import Callable
from datetime import date
from typing import Annotated, Any, Literal
from urllib.parse import quote

from fastapi import APIRouter, Form, Request, Response

from api.days import day_given
from api.pages import page
from api.routes.acting import doing
from api.said import redirect, sentence
from api.security import Asker, Sender, Who, reading
from store.errors import Conflict, Forbidden, Invalid, NotFound
from store.rows import PARTY_ROLES
from workspace.billing.amounts import money_in
from workspace.law import dates, fees, matters
from workspace.law.whole import whole
from workspace.pages.head import waiting
from workspace.scope import Scope

router = APIRouter(prefix="/matters", include_in_schema=False)
Text = Annotated[str, Form(max_length=600)]
Refused = Conflict | Forbidden | Invalid | NotFound
REFUSED = (Conflict, Forbidden, Invalid, NotFound)


@router.get("")
def listing(request: Request, who: Who, every: bool = False, client: str = "", search: str = "") -> Response:
    """Open matters, or all; `client` and `search` fill the form that opens one."""
    return _listing(request, who, every, {"client": client, "search": search})


def _listing(
    request: Request,
    who: Asker,
    every: bool = False,
    given: dict[str, str] | None = None,
    refused: Refused | None = None,
) -> Response:
    with reading(request, who) as scope:
        found, waits = matters.matters(scope, every=every), waiting(scope)
    return _page(request, "law/matters.html", who, refused, waiting=waits, found=found, every=every, given=given or {})


@router.post("")
def opened(request: Request, who: Sender, client: Text, title: Text, against: Text = "", search: Text = "") -> Response:
    """Open a matter; the other side's names are divided by semicolons."""
    made: list[str] = []
    try:
        with doing(request, who, f"Opened {title}") as on:
            names = [one for one in against.split(";") if one.strip()]
            matter = matters.open_matter(
                on.scope, client.strip(), title, search_id=search.strip() or None, against=names
            )
            made.append(matter.ref)
    except REFUSED as refused:
        given = {"client": client, "title": title, "against": against, "search": search}
        return _listing(request, who, given=given, refused=refused)
    return redirect(f"/matters/{quote(made[0], safe='')}", "matter-opened", act=on.act.id)


@router.get("/{ref}")
def shown(
    request: Request,
    who: Who,
    ref: str,
    kind: str = "",
    event: str = "",
    on: date | None = None,
    by_mail: bool = False,
    state: str = "",
) -> Response:
    """A matter. `kind` and `on`: what dates an event would start; `event` and `on`: what a correction of one would move."""
    return _matter(request, who, ref, {"kind": kind, "event": event, "on": on, "by_mail": by_mail, "state": state})


def _matter(
    request: Request, who: Asker, ref: str, ahead: dict[str, Any] | None = None, refused: Refused | None = None
) -> Response:
    asked = ahead or {}
    counted: list[Any] = []
    moves: list[Any] = []
    with reading(request, who) as scope:
        found, waits = whole(scope, ref, documents=True), waiting(scope)
        closing = matters.closing(scope, ref) if request.query_params.get("closing") else None
        if asked.get("on"):
            try:
                if asked["event"]:
                    moves = dates.what_moves(
                        scope, asked["event"], asked["on"], by_mail=asked["by_mail"], state=asked["state"] or None
                    )
                elif asked["kind"]:
                    counted = dates.count(
                        asked["kind"], asked["on"], by_mail=asked["by_mail"], state=asked["state"] or None
                    )
            except REFUSED as error:
                refused = error
    return _page(
        request,
        "law/matter.html",
        who,
        refused,
        waiting=waits,
        m=found,
        asked=asked,
        counted=counted,
        moves=moves,
        closing=closing,
        kinds=dates.EVENTS,
        roles=PARTY_ROLES,
        fee_kinds=fees.KINDS,
    )


Act = Literal["party", "party-off", "event", "correct", "date", "confirm", "fee", "close", "reopen"]
_SAID = {
    "party": "party-kept",
    "party-off": "party-off",
    "event": "court-entered",
    "correct": "court-corrected",
    "date": "court-entered",
    "confirm": "court-confirmed",
    "fee": "fee-agreed",
    "close": "matter-closed",
    "reopen": "matter-reopened",
}


@router.post("/{ref}/{act}")
async def decide(request: Request, who: Sender, ref: str, act: Act) -> Response:
    """Whatever is done on a matter; the fields of the form are those that the act needs."""
    form = {name: str(value)[:2000] for name, value in (await request.form()).multi_items()}
    try:
        with doing(request, who, f"{_SAID[act]} {ref}".replace("-", " ").capitalize()) as on:
            _ACTS[act](on.scope, ref, form)
    except REFUSED as refused:
        return _matter(request, who, ref, refused=refused)
    return redirect(f"/matters/{quote(ref, safe='')}", _SAID[act], act=on.act.id)


def _party(scope: Scope, ref: str, form: dict[str, str]) -> None:
    more = {"party_id": form.get("party", ""), "mark": form.get("mark", "")}
    matters.put_party(
        scope, ref, form.get("name", ""), form.get("role", ""), form.get("aliases", "").split(";"), **more
    )


def _event(scope: Scope, ref: str, form: dict[str, str]) -> None:
    mail, state, note = bool(form.get("by_mail")), form.get("state") or None, form.get("note", "")
    dates.enter(scope, ref, form.get("kind", ""), day_given(form.get("on")), by_mail=mail, state=state, note=note)


def _correct(scope: Scope, ref: str, form: dict[str, str]) -> None:
    mail, state = bool(form.get("by_mail")), form.get("state") or None
    dates.correct(
        scope, form.get("event", ""), day_given(form.get("on")), form.get("reason", ""), by_mail=mail, state=state
    )


def _fee(scope: Scope, ref: str, form: dict[str, str]) -> None:
    def amount(name: str) -> Any:
        return money_in(form[name], f"the {name}") if form.get(name, "").strip() else None

    first = {"yes": True, "no": False}.get(form.get("costs_first", ""))
    terms = fees.Terms(
        form.get("kind", ""), amount("rate"), amount("flat"), amount("percent"), first, form.get("terms", "")
    )
    sent, signed = (day_given(form[name]) if form.get(name) else None for name in ("sent_on", "signed_on"))
    fees.agree(scope, ref, terms, sent_on=sent, signed_on=signed, document_id=form.get("document") or None)


def _close(scope: Scope, ref: str, form: dict[str, str]) -> None:
    matters.close_matter(scope, ref, form.get("reason", ""))


_ACTS: dict[str, Callable[[Scope, str, dict[str, str]], Any]] = {
    "party": _party,
    "party-off": lambda scope, ref, form: matters.remove_party(scope, ref, form.get("party", ""), form.get("mark", "")),
    "event": _event,
    "correct": _correct,
    "date": lambda scope, ref, form: dates.enter_date(
        scope, ref, form.get("title", ""), day_given(form.get("due")), form.get("authority", "")
    ),
    "confirm": lambda scope, ref, form: dates.confirm(scope, form.get("date", ""), day_given(form.get("due"))),
    "fee": _fee,
    "close": _close,
    "reopen": lambda scope, ref, form: matters.reopen_matter(scope, ref),
}


def _page(request: Request, template: str, who: Asker, refused: Refused | None = None, **values: Any) -> Response:
    status, problem = (refused.status, sentence(refused)) if refused else (200, None)
    return page(request, template, status=status, who=who, problem=problem, **values)

"""Proposals, prices, letters out for signature and renewals in the browser. A secret link is shown once, on the page that made it."""

from collections.abc import Callable, Sequence
from datetime import date, timedelta
from pathlib import Path
from typing import Annotated, Any
from urllib.parse import quote

from fastapi import APIRouter, Form, Query, Request, Response

from api.headers import origin
from api.pages import page
from api.said import redirect, sentence
from api.security import Asker, Sender, Who, reading, services_of, writing
from store.errors import Conflict, Forbidden, Invalid, NotFound
from workspace.deadlines import add_months
from workspace.intake.lists import my_clients
from workspace.letters import lists, proposals, renewals, services, signing
from workspace.letters.letter import draft_letter
from workspace.letters.proposals import Wanted
from workspace.letters.signers import suggested
from workspace.pages.head import waiting
from workspace.scope import Scope, access_client
from workspace.undo import undoable

router = APIRouter(include_in_schema=False)
Text = Annotated[str, Form(max_length=600)]
Texts = Annotated[list[str], Form()]
Refused = Conflict | Forbidden | Invalid | NotFound
REFUSED = (Conflict, Forbidden, Invalid, NotFound)


@router.get("/letters")
def overview(request: Request, who: Who) -> Response:
    """Proposals, letters that may go out, letters out for signature."""
    return _overview(request, who)


def _overview(request: Request, who: Asker, refused: Refused | None = None) -> Response:
    with reading(request, who) as scope:
        values: dict[str, Any] = {
            "listed": lists.proposals(scope),
            "ready": lists.ready_to_send(scope),
            "out": signing.signings(scope),
            "clients": my_clients(scope),
            "waiting": waiting(scope),
        }
    return _page(request, "letters/overview.html", who, refused, **values)


@router.get("/letters/prices")
def prices(request: Request, who: Who) -> Response:
    """The price list."""
    return _prices(request, who)


def _prices(request: Request, who: Asker, refused: Refused | None = None) -> Response:
    with reading(request, who) as scope:
        found, waits = services.price_list(scope, ended=True), waiting(scope)
    kinds = {"templates": services.OFFERED, "pricings": services.PRICINGS}
    return _page(request, "letters/prices.html", who, refused, waiting=waits, found=found, **kinds)


@router.post("/letters/prices")
def set_price(
    request: Request,
    who: Sender,
    slug: Text,
    title: Text,
    template: Text,
    pricing: Text,
    price: Text,
    months: Text = "",
    covers: Text = "",
    ended: Text = "",
    mark: Text = "",
) -> Response:
    """Put a service on the list or change one."""
    every = int(months) if months.isdecimal() and len(months) < 3 else None
    try:
        with writing(request, who) as scope, undoable(scope, f"Price of {title[:60]}") as act:
            given = {"title": title, "template": template, "pricing": pricing, "price": price, "months": every}
            services.set_service(scope, slug, **given, covers=covers, active=not ended, mark=mark or None)  # type: ignore[arg-type]
    except REFUSED as refused:
        return _prices(request, who, refused)
    return redirect("/letters/prices", "price-kept", **_act(act.id))


@router.post("/letters/prices/usual")
def begin_prices(request: Request, who: Sender) -> Response:
    """The usual services of a firm, to begin with."""
    try:
        with writing(request, who) as scope, undoable(scope, "The usual services") as act:
            services.begin_price_list(scope)
    except REFUSED as refused:
        return _prices(request, who, refused)
    return redirect("/letters/prices", "price-kept", **_act(act.id))


@router.get("/letters/new")
def new(request: Request, who: Who, client: str) -> Response:
    """Choose services for a client."""
    return _form(request, who, client)


def _form(request: Request, who: Asker, ref: str, refused: Refused | None = None) -> Response:
    with reading(request, who) as scope:
        client = access_client(scope, ref)
        values: dict[str, Any] = {
            "client": {"ref": client.ref, "name": client.name},
            "offered": services.price_list(scope),
            "shown": None,
            "start": scope.today,
            "end": add_months(scope.today, 12) - timedelta(days=1),
            "waiting": waiting(scope),
        }
    return _page(request, "letters/new.html", who, refused, **values)


@router.post("/letters/new")
def propose(
    request: Request,
    who: Sender,
    client: Text,
    start: Annotated[date, Form()],
    end: Annotated[date, Form()],
    service: Texts,
    quantity: Texts,
    price: Texts,
    option: Texts,
    called: Texts,
    picked: Annotated[list[str], Form()] = [],  # noqa: B006 - FastAPI reads it, nobody writes to it
    title: Text = "",
    note: Text = "",
) -> Response:
    """Keep the proposal."""
    try:
        wanted = _wanted(picked, service, quantity, price, option, called)
        with writing(request, who) as scope, undoable(scope, f"Proposal for {client[:40]}") as act:
            made = proposals.propose(scope, client, wanted, start=start, end=end, title=title, note=note)
    except REFUSED as refused:
        return _form(request, who, client, refused)
    return redirect(f"/letters/{made}", "proposal-kept", **_act(act.id))


def _wanted(picked: Sequence[str], *columns: Sequence[str]) -> list[Wanted]:
    """The rows that were ticked: `picked` holds their numbers, `columns` service, quantity, price, option, title of every row."""
    if len({len(one) for one in columns}) != 1:
        raise Invalid("the form is not whole: open the page again")
    rows = list(zip(*columns, strict=True))
    chosen = [rows[int(one)] for one in picked if one.isdecimal() and int(one) < len(rows)]
    return [Wanted(s, price.strip() or None, many.strip() or "1", o, title) for s, many, price, o, title in chosen]


@router.get("/letters/renewals")
def renewing(
    request: Request, who: Who, percent: str = "4", step: int = 5, client: Annotated[list[str] | None, Query()] = None
) -> Response:
    """What next year's letters would be."""
    return _renewals(request, who, percent, step, client)


def _renewals(
    request: Request,
    who: Asker,
    percent: str,
    step: int,
    refs: Sequence[str] | None = None,
    refused: Refused | None = None,
) -> Response:
    found: tuple[renewals.Preview, ...] = ()
    with reading(request, who) as scope:
        try:
            found = renewals.preview(scope, refs, renewals.percent_in(percent), step)
        except (Invalid, NotFound) as problem:
            refused = refused or problem
        done, waits = renewals.batches(scope), waiting(scope)
    chosen = {"percent": percent[:10], "step": step if step in renewals.STEPS else 5, "chosen": set(refs or ())}
    return _page(request, "letters/renewals.html", who, refused, found=found, done=done, waiting=waits, **chosen)


@router.post("/letters/renewals")
def renew(
    request: Request,
    who: Sender,
    percent: Text = "0",
    step: Annotated[int, Form()] = 1,
    client: Annotated[list[str], Form()] = [],  # noqa: B006
) -> Response:
    """Draft the letters of the chosen clients for review."""
    try:
        with writing(request, who) as scope:
            batch, filed = renewals.draft_renewals(scope, client, renewals.percent_in(percent), step, _own(request))
    except REFUSED as refused:
        return _renewals(request, who, percent, step, None, refused)
    said = "renewals-drafted" if batch else "renewals-none"
    return redirect("/letters/renewals", said, **({"accepted": len(filed)} if filed else {}))


@router.post("/letters/renewals/{batch}/undo")
def take_back(request: Request, who: Sender, batch: str) -> Response:
    """Withdraw a batch's letters that are still in the firm."""
    try:
        with writing(request, who) as scope:
            renewals.take_back(scope, batch)
    except REFUSED as refused:
        return _renewals(request, who, "4", 5, None, refused)
    return redirect("/letters/renewals", "renewals-undone")


@router.get("/letters/signing/{deliverable}")
def signers(request: Request, who: Who, deliverable: str) -> Response:
    """A released letter: its signers, or the form that names them."""
    return _signing(request, who, deliverable)


def _signing(
    request: Request,
    who: Asker,
    deliverable: str,
    refused: Refused | None = None,
    links: Sequence[signing.Link] = (),
) -> Response:
    with reading(request, who) as scope:
        letter, people, papers = suggested(scope, deliverable)
        found = signing.signings(scope, deliverable_id=deliverable)
        waits = waiting(scope)
    base = f"{origin(request)}/"
    values = {"letter": letter, "people": people, "papers": papers, "out": found[0] if found else None}
    made = [(one, f"{base}sign/{one.secret}") for one in links]
    return _page(request, "letters/signing.html", who, refused, links=made, waiting=waits, **values)


@router.post("/letters/signing/{deliverable}")
def send_out(request: Request, who: Sender, deliverable: str, name: Texts, email: Texts) -> Response:
    """Make the links; they are shown on this answer and never again."""
    pairs = [(n, e or None) for n, e in zip(name, email, strict=False) if n.strip() or e.strip()]

    def act(scope: Scope) -> Sequence[signing.Link]:
        return signing.send_out(scope, services_of(request).blobs, deliverable, pairs)

    return _linked(request, who, deliverable, act)


@router.post("/letters/signing/{deliverable}/link")
def new_link(request: Request, who: Sender, deliverable: str, signer: Text) -> Response:
    """Another link for a signer."""
    return _linked(request, who, deliverable, lambda scope: [signing.new_link(scope, signer)])


def _linked(request: Request, who: Asker, deliverable: str, act: Callable[[Scope], Sequence[signing.Link]]) -> Response:
    try:
        with writing(request, who) as scope:
            links = act(scope)
    except REFUSED as refused:
        return _signing(request, who, deliverable, refused)
    return _signing(request, who, deliverable, None, links)


@router.post("/letters/signing/{deliverable}/paper")
def on_paper(
    request: Request, who: Sender, deliverable: str, signer: Text, on: Annotated[date, Form()], document: Text = ""
) -> Response:
    """Record a signature on paper."""

    def act(scope: Scope) -> None:
        signing.record_paper(scope, services_of(request).blobs, signer, on, document)

    return _signing_act(request, who, deliverable, act, "paper-kept")


@router.post("/letters/signing/{deliverable}/close")
def close(request: Request, who: Sender, deliverable: str, signing_id: Text, reason: Text = "") -> Response:
    """Take a letter back from signature."""
    return _signing_act(
        request, who, deliverable, lambda scope: signing.close_signing(scope, signing_id, reason), "letter-closed"
    )


def _signing_act(request: Request, who: Asker, deliverable: str, act: Callable[[Scope], None], said: str) -> Response:
    try:
        with writing(request, who) as scope:
            act(scope)
    except REFUSED as refused:
        return _signing(request, who, deliverable, refused)
    return redirect(f"/letters/signing/{quote(deliverable, safe='')}", said)


@router.get("/letters/{proposal}")
def shown(request: Request, who: Who, proposal: str) -> Response:
    """One proposal: lines, options, totals, and what comes next."""
    return _shown(request, who, proposal)


def _shown(request: Request, who: Asker, proposal: str, refused: Refused | None = None) -> Response:
    with reading(request, who) as scope:
        one = proposals.show_proposal(scope, proposal)
        state = next((p for p in lists.proposals(scope, client_ref=one.client_ref) if p.id == one.id), None)
        offered, waits = services.price_list(scope), waiting(scope)
    client = {"ref": one.client_ref, "name": one.client}
    values = {"shown": one, "state": state, "offered": offered, "client": client, "start": one.start, "end": one.end}
    return _page(request, "letters/proposal.html", who, refused, waiting=waits, **values)


@router.post("/letters/{proposal}")
def change(
    request: Request,
    who: Sender,
    proposal: str,
    start: Annotated[date, Form()],
    end: Annotated[date, Form()],
    service: Texts,
    quantity: Texts,
    price: Texts,
    option: Texts,
    called: Texts,
    picked: Annotated[list[str], Form()] = [],  # noqa: B006
    title: Text = "",
    note: Text = "",
    mark: Text = "",
) -> Response:
    """Other terms."""

    def act(scope: Scope) -> None:
        wanted = _wanted(picked, service, quantity, price, option, called)
        proposals.change(scope, proposal, wanted, start=start, end=end, title=title, note=note, mark=mark or None)

    return _changed(request, who, proposal, act, "proposal-kept")


@router.post("/letters/{proposal}/choice")
def choose(request: Request, who: Sender, proposal: str, option: Text, mark: Text = "") -> Response:
    """The option that the client takes."""
    return _changed(
        request,
        who,
        proposal,
        lambda scope: proposals.choose(scope, proposal, option, mark=mark or None),
        "proposal-kept",
    )


def _changed(request: Request, who: Asker, proposal: str, act: Callable[[Scope], None], said: str) -> Response:
    try:
        with writing(request, who) as scope, undoable(scope, "Terms of a proposal") as kept:
            act(scope)
    except REFUSED as refused:
        return _shown(request, who, proposal, refused)
    return redirect(f"/letters/{quote(proposal, safe='')}", said, **_act(kept.id))


@router.post("/letters/{proposal}/letter")
def letter(request: Request, who: Sender, proposal: str) -> Response:
    """Draft the letter and go to it."""
    try:
        with writing(request, who) as scope:
            filed = draft_letter(scope, proposal, _own(request))
    except REFUSED as refused:
        return _shown(request, who, proposal, refused)
    return redirect(f"/review/{filed}", "drafted")


@router.post("/letters/{proposal}/withdraw")
def withdraw(request: Request, who: Sender, proposal: str, reason: Text = "") -> Response:
    """Withdraw a proposal and its letter, where that is still in the firm."""
    try:
        with writing(request, who) as scope:
            proposals.must_be_open(row := proposals.access_proposal(scope, proposal))
            if not renewals.withdraw(scope, row, reason.strip() or "withdrawn"):
                raise Conflict("its letter is released: take it back from signature instead")
    except REFUSED as refused:
        return _shown(request, who, proposal, refused)
    return redirect("/letters", "proposal-withdrawn")


def _own(request: Request) -> Path:
    """Where the firm may keep wording of its own."""
    return Path(services_of(request).home) / "templates"


def _act(act: str) -> dict[str, str]:
    return {"act": act} if act else {}


def _page(request: Request, template: str, who: Asker, refused: Refused | None = None, **values: Any) -> Response:
    status, problem = (refused.status, sentence(refused)) if refused else (200, None)
    return page(request, template, status=status, who=who, problem=problem, **values)

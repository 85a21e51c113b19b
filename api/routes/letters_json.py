"""Letters as JSON: the price list, proposals, letters out for signature, renewals. Dollars and percentages are text, days ISO."""

from datetime import date
from pathlib import Path
from typing import Annotated, Any, Literal

from fastapi import APIRouter, Header, Query, Request, Response
from pydantic import BaseModel, Field

from api.headers import origin
from api.security import Sender, Who, reading, services_of, writing
from workspace.letters import lists, proposals, renewals, services, signing
from workspace.letters.letter import draft_letter
from workspace.letters.proposals import Wanted
from workspace.scope import Scope
from workspace.undo import undoable

router = APIRouter(prefix="/api/v1", tags=["v1"])
IfMatch = Annotated[str | None, Header(alias="If-Match")]
Refs = Annotated[list[str] | None, Query()]


class Price(BaseModel):
    """A service to offer. `price`: dollars for the work, an hour, or every `months` months."""

    title: str = Field(max_length=200)
    template: str = Field(max_length=20)
    pricing: Literal["fixed", "hourly", "recurring"]
    price: str = Field(max_length=20)
    months: int | None = None
    scope: str = Field("", max_length=300)
    active: bool = True


class LineIn(BaseModel):
    """A service by its short name. Without `price` the list's; `quantity`: pieces, or hours estimated; `engagement`: a ref."""

    service: str = Field(max_length=40)
    price: str | None = Field(None, max_length=20)
    quantity: str = Field("1", max_length=20)
    option: str = Field("", max_length=40)
    title: str | None = Field(None, max_length=200)
    engagement: str | None = Field(None, max_length=60)


class Terms(BaseModel):
    """Services for a term."""

    start: date
    end: date
    lines: list[LineIn] = Field(min_length=1, max_length=proposals.MOST_LINES)
    title: str = Field("", max_length=200)
    note: str = Field("", max_length=600)


class NewProposal(Terms):
    """Services for a client."""

    client: str = Field(max_length=40)


class Choice(BaseModel):
    """The option that the client takes."""

    option: str = Field(max_length=40)


class SignerIn(BaseModel):
    """Who is asked to sign."""

    name: str = Field(max_length=120)
    email: str | None = Field(None, max_length=200)


class SendOut(BaseModel):
    """The signers of a letter, in order."""

    signers: list[SignerIn] = Field(min_length=1, max_length=signing.MOST_SIGNERS)


class Paper(BaseModel):
    """A signature on paper: the day, and the document of the client that shows it."""

    on: date
    document: str = Field(max_length=60)


class Reason(BaseModel):
    """Why."""

    reason: str = Field(max_length=300)


class Renew(BaseModel):
    """Next year's letters of these clients, prices changed by `percent` and rounded half up to `step` dollars (1 or 5)."""

    clients: list[str] = Field(min_length=1, max_length=renewals.MOST_CLIENTS)
    percent: str = Field(max_length=10)
    step: int = 1


class Made(BaseModel):
    """What an act made; `act` is what undoes it, "" where nothing was changed."""

    id: str
    act: str = ""


class Filed(BaseModel):
    """The letter that was filed for review."""

    deliverable: str


class LinkOut(BaseModel):
    """A signer's link, told once. `url` is its address on this server."""

    signer: str
    name: str
    email: str | None
    url: str
    until: str


class Drafted(BaseModel):
    """What was drafted: the batch (None where nothing was) and the letters."""

    batch: str | None
    deliverables: list[str]


class Counted(BaseModel):
    """How many."""

    count: int


@router.get("/services")
def price_list(request: Request, who: Who, ended: bool = False) -> list[services.Offered]:
    """What the firm offers; with `ended` also what it offered once."""
    with reading(request, who) as scope:
        return list(services.price_list(scope, ended=ended))


@router.put("/services/{slug}")
def set_service(request: Request, who: Sender, slug: str, given: Price, if_match: IfMatch = None) -> Made:
    """Put a service on the list or change the one of that name."""
    with writing(request, who) as scope, undoable(scope, f"Price of {given.title[:60]}") as act:
        values = given.model_dump(exclude={"scope"})
        kept = services.set_service(scope, slug, **values, covers=given.scope, mark=if_match)
    return Made(id=kept.slug, act=act.id)


@router.get("/proposals")
def listed(request: Request, who: Who, client: str | None = None, state: str | None = None) -> list[lists.Listed]:
    """Proposals of the asker's clients, open ones first."""
    with reading(request, who) as scope:
        return list(lists.proposals(scope, client_ref=client, state=state))


@router.post("/proposals", status_code=201)
def propose(request: Request, response: Response, who: Sender, given: NewProposal) -> Made:
    """Propose services to a client."""
    with writing(request, who) as scope, undoable(scope, f"Proposal for {given.client}") as act:
        terms: dict[str, Any] = {"start": given.start, "end": given.end, "title": given.title, "note": given.note}
        made = proposals.propose(scope, given.client, _lines(given), **terms)
    response.headers["Location"] = f"/api/v1/proposals/{made}"
    return Made(id=made, act=act.id)


@router.get("/proposals/{proposal}")
def shown(request: Request, response: Response, who: Who, proposal: str) -> proposals.Shown:
    """A proposal with its lines and totals."""
    with reading(request, who) as scope:
        found = proposals.show_proposal(scope, proposal)
    response.headers["ETag"] = f'"{found.mark}"'
    return found


@router.put("/proposals/{proposal}")
def change(request: Request, who: Sender, proposal: str, given: Terms, if_match: IfMatch = None) -> Made:
    """Other terms for a proposal that is open."""
    with writing(request, who) as scope, undoable(scope, "Terms of a proposal") as act:
        terms: dict[str, Any] = {"start": given.start, "end": given.end, "title": given.title, "note": given.note}
        proposals.change(scope, proposal, _lines(given), **terms, mark=if_match)
    return Made(id=proposal, act=act.id)


@router.post("/proposals/{proposal}/choice")
def choose(request: Request, who: Sender, proposal: str, given: Choice, if_match: IfMatch = None) -> Made:
    """Note the option that the client takes."""
    with writing(request, who) as scope, undoable(scope, "Option of a proposal") as act:
        proposals.choose(scope, proposal, given.option, mark=if_match)
    return Made(id=proposal, act=act.id)


@router.post("/proposals/{proposal}/letter", status_code=201)
def letter(request: Request, response: Response, who: Sender, proposal: str) -> Filed:
    """Draft the engagement letter and file it for review."""
    with writing(request, who) as scope:
        filed = draft_letter(scope, proposal, _own(request))
    response.headers["Location"] = f"/api/v1/deliverables/{filed}"
    return Filed(deliverable=filed)


@router.post("/proposals/{proposal}/withdraw")
def withdraw(request: Request, who: Sender, proposal: str, given: Reason) -> Counted:
    """Withdraw a proposal and its letter, where that is still in the firm; 0 where it is released or decided."""
    with writing(request, who) as scope:
        row = proposals.access_proposal(scope, proposal)
        return Counted(count=int(renewals.withdraw(scope, row, given.reason)))


@router.get("/clients/{ref}/agreed")
def agreed(request: Request, who: Who, ref: str) -> list[str]:
    """What the client's signed letters cover, line by line."""
    with reading(request, who) as scope:
        return list(lists.agreed(scope, ref))


@router.get("/signings")
def out(request: Request, who: Who, client: str | None = None) -> list[signing.ShownSigning]:
    """Letters out for signature and what became of them."""
    with reading(request, who) as scope:
        return list(signing.signings(scope, client_ref=client))


@router.post("/deliverables/{deliverable}/signing", status_code=201)
def send_out(request: Request, who: Sender, deliverable: str, given: SendOut) -> list[LinkOut]:
    """Put a released engagement letter out for signature; the links are told once and sent to nobody."""
    with writing(request, who) as scope:
        pairs = [(one.name, one.email) for one in given.signers]
        links = signing.send_out(scope, services_of(request).blobs, deliverable, pairs)
    return [_link(request, one) for one in links]


@router.post("/signers/{signer}/link", status_code=201)
def new_link(request: Request, who: Sender, signer: str) -> LinkOut:
    """Another link for a signer who has not signed; the one before is dead."""
    with writing(request, who) as scope:
        made = signing.new_link(scope, signer)
    return _link(request, made)


@router.post("/signers/{signer}/paper")
def on_paper(request: Request, who: Sender, signer: str, given: Paper) -> Made:
    """Record a signature on paper."""
    with writing(request, who) as scope:
        signing.record_paper(scope, services_of(request).blobs, signer, given.on, given.document)
    return Made(id=signer)


@router.post("/signings/{signing_id}/close")
def close(request: Request, who: Sender, signing_id: str, given: Reason) -> Made:
    """Take a letter back from signature; its links open nothing from now on."""
    with writing(request, who) as scope:
        signing.close_signing(scope, signing_id, given.reason)
    return Made(id=signing_id)


@router.get("/renewals/preview")
def preview(
    request: Request, who: Who, percent: str = "0", step: int = 1, client: Refs = None
) -> list[renewals.Preview]:
    """What next year's letters would be: of these clients, or of all active ones."""
    with reading(request, who) as scope:
        return list(renewals.preview(scope, client, renewals.percent_in(percent), step))


@router.get("/renewals")
def batches(request: Request, who: Who) -> list[renewals.Batch]:
    """Renewals drafted before, the newest first."""
    with reading(request, who) as scope:
        return list(renewals.batches(scope))


@router.post("/renewals", status_code=201)
def renew(request: Request, who: Sender, given: Renew) -> Drafted:
    """Draft next year's letters for review. Doing it twice drafts nothing twice."""

    def act(scope: Scope) -> tuple[str | None, list[str]]:
        percent = renewals.percent_in(given.percent)
        return renewals.draft_renewals(scope, given.clients, percent, given.step, _own(request))

    with writing(request, who) as scope:
        batch, filed = act(scope)
    return Drafted(batch=batch, deliverables=filed)


@router.post("/renewals/{batch}/undo")
def take_back(request: Request, who: Sender, batch: str) -> Counted:
    """Withdraw a batch's letters that are still in the firm; answers with how many."""
    with writing(request, who) as scope:
        return Counted(count=renewals.take_back(scope, batch))


def _lines(given: Terms) -> list[Wanted]:
    return [Wanted(one.service, one.price, one.quantity, one.option, one.title, one.engagement) for one in given.lines]


def _link(request: Request, one: signing.Link) -> LinkOut:
    url = f"{origin(request)}/sign/{one.secret}"
    return LinkOut(signer=one.signer_id, name=one.name, email=one.email, url=url, until=one.until.isoformat())


def _own(request: Request) -> Path:
    return Path(services_of(request).home) / "templates"

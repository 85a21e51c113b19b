"""The contract's JSON over HTTP, under /api/v1: for programs with a bearer token, or a page's script with its session and x-csrf-token."""

from datetime import date
from typing import Annotated, Any, Literal
from urllib.parse import quote

from fastapi import APIRouter, Query, Request, Response, UploadFile
from pydantic import BaseModel, Field

from api.days import Day
from api.paging import Paged
from api.routes.chat import stream
from api.routes.documents import taken_in
from api.security import Asker, Sender, Who, opener, reading, services_of, writing
from api.spoken import Spoken
from store.errors import Forbidden
from workspace.awaited import Event
from workspace.brief import read_brief
from workspace.comments import comment, resolve
from workspace.decisions import decide_signal
from workspace.deliverables.proof import proven
from workspace.deliverables.reading import listing, show
from workspace.deliverables.release import release
from workspace.deliverables.review import approve, ask_changes, record_refusal, reject
from workspace.pages.clients import ClientLine, clients_list
from workspace.pages.papers import Paper, papers_of
from workspace.raised import text
from workspace.report_card import WEEK, report_card
from workspace.scans import signals_listing
from workspace.scope import Scope, access_client

router = APIRouter(prefix="/api/v1", tags=["v1"])
Json = dict[str, Any]


class Decision(BaseModel):
    """A decision about a signal: dismiss (reason), snooze (until a day, or an event: document, answer, requests, payment, signed, filed),
    acknowledge, pin, delegate (an address), reopen. `kind` and `words` narrow down the document that is waited for."""

    decision: str
    reason: str = ""
    until: date | None = None
    delegate: str | None = None
    event: str | None = None
    kind: str = ""
    words: str = Field("", max_length=200)


class Question(BaseModel):
    """A question about a client; `thread` goes on with a conversation, `stream` asks for server-sent events."""

    question: str
    thread: str | None = None
    stream: bool = False


class Wanted(BaseModel):
    """A deliverable to be drafted now."""

    slug: str
    engagement_ref: str | None = None


class Verdict(BaseModel):
    """A review of one exact version, named by its hash or the beginning of it."""

    decision: Literal["approve", "changes", "reject"]
    hash: str = Field(min_length=8, max_length=64)
    note: str = ""
    override: str | None = None


class Remark(BaseModel):
    """A comment on words of one exact version; `nth` counts from 0 where they stand several times."""

    quote: str
    note: str
    hash: str = Field(min_length=8, max_length=64)
    nth: int = 0


class Exact(BaseModel):
    """The version that a release is of."""

    hash: str = Field(min_length=8, max_length=64)


@router.get("/signals")
def signals(
    request: Request, who: Who, paged: Paged, client: str | None = None, as_of: Day | None = None
) -> list[Json]:
    """What the last scan raised, or that of a day, best first."""
    with reading(request, who) as scope:
        found = signals_listing(scope, client, as_of)
    return paged.cut(found, lambda one: str(one["key"]))


@router.post("/signals/{key}")
def decide(request: Request, who: Sender, key: str, said: Decision) -> Json:
    """Decide about a signal; answers with its state."""
    with writing(request, who) as scope:
        named = said.event or ("document" if said.kind or said.words else "")
        event = Event(named, said.kind, said.words) if named else None
        state = decide_signal(scope, key, said.decision, said.reason, said.until, said.delegate, event)
        return {"key": key, "state": state}


@router.get("/brief")
def brief(request: Request, who: Who, as_of: Day | None = None) -> Json:
    """The asker's brief, the newest or that of a day."""
    with reading(request, who) as scope:
        return read_brief(scope, as_of)


@router.get("/report-card")
def how_good(
    request: Request, who: Who, last: Day | None = None, days: Annotated[int, Query(ge=1, le=366)] = WEEK
) -> Json:
    """How good the asker's briefs were, of a week or of the `days` days that end with `last`."""
    with reading(request, who) as scope:
        return report_card(scope, last, days).as_json()


@router.get("/clients")
def clients(request: Request, who: Who, paged: Paged) -> list[Json]:
    """The asker's clients, the one who needs somebody most first."""
    with reading(request, who) as scope:
        return [_client(line) for line in paged.cut(clients_list(scope), lambda line: line.ref)]


@router.get("/clients/{ref}/documents")
def documents(request: Request, who: Who, ref: str, paged: Paged) -> list[Json]:
    """The client's documents by path."""
    with reading(request, who) as scope:
        access_client(scope, ref)
        found = [paper for _, papers in papers_of(scope, ref).groups for paper in papers]
    return [_paper(paper) for paper in paged.cut(found, lambda paper: paper.id)]


@router.post("/clients/{ref}/documents", status_code=201)
def add(request: Request, who: Sender, ref: str, files: list[UploadFile]) -> Json:
    """Take files in; answers with how many were accepted, duplicate, unchanged, refused."""
    return {"client_ref": ref, **taken_in(request, who, ref, files)}


@router.post("/clients/{ref}/ask", response_model=None)
def ask(request: Request, who: Sender, ref: str, asked: Question) -> Json | Spoken:
    """A cited answer."""
    from agents.chat import ask as answered

    events = answered(services_of(request), opener(request, who), ref, asked.question, asked.thread)
    if asked.stream:
        return Spoken(stream(events))
    told = {name: value for event in events for name, value in event.items()}
    return {"thread": told["thread"], **told["answer"]}


@router.post("/clients/{ref}/deliverables", status_code=201)
def draft(request: Request, who: Sender, ref: str, wanted: Wanted, response: Response) -> Json:
    """Draft a deliverable now."""
    from agents.draft import draft as drafted

    made = drafted(services_of(request), opener(request, who), ref, wanted.slug, engagement_ref=wanted.engagement_ref)
    response.headers["Location"] = f"/api/v1/deliverables/{quote(made)}"
    with reading(request, who) as scope:
        return proven(scope, show(scope, made))


@router.get("/deliverables")
def deliverables(
    request: Request, who: Who, paged: Paged, client: str | None = None, state: str | None = None
) -> list[Json]:
    """The deliverables that the asker may see, those that wait first."""
    with reading(request, who) as scope:
        found = listing(scope, client, state)
    return paged.cut(found, lambda one: str(one["id"]))


@router.get("/deliverables/{deliverable_id}")
def deliverable(request: Request, who: Who, deliverable_id: str) -> Json:
    """One deliverable with its tickmarks and their sources."""
    with reading(request, who) as scope:
        return proven(scope, show(scope, deliverable_id))


@router.post("/deliverables/{deliverable_id}/review")
def review(request: Request, who: Sender, deliverable_id: str, verdict: Verdict) -> Json:
    """Approve, ask for changes (which are made at once), or reject one exact version."""
    from agents.draft import revise

    try:
        with writing(request, who) as scope:
            _review(scope, deliverable_id, verdict)
    except Forbidden as refused:
        _note(request, who, deliverable_id, verdict.decision, refused)
        raise
    if verdict.decision == "changes":
        revise(services_of(request), opener(request, who), deliverable_id)
    with reading(request, who) as scope:
        return show(scope, deliverable_id)


def _review(scope: Scope, deliverable_id: str, verdict: Verdict) -> None:
    match verdict.decision:
        case "approve":
            approve(scope, deliverable_id, expected=verdict.hash, override=verdict.override, note=verdict.note)
        case "changes":
            ask_changes(scope, deliverable_id, verdict.note, expected=verdict.hash)
        case "reject":
            reject(scope, deliverable_id, verdict.note, expected=verdict.hash)


@router.post("/deliverables/{deliverable_id}/release")
def released(request: Request, who: Sender, deliverable_id: str, exact: Exact) -> Json:
    """Release one exact version."""
    try:
        with writing(request, who) as scope:
            release(scope, deliverable_id, expected=exact.hash)
    except Forbidden as refused:
        _note(request, who, deliverable_id, "release", refused)
        raise
    with reading(request, who) as scope:
        return show(scope, deliverable_id)


@router.post("/deliverables/{deliverable_id}/comments", status_code=201)
def remark(request: Request, who: Sender, deliverable_id: str, said: Remark) -> Json:
    """Comment on a passage."""
    with writing(request, who) as scope:
        comment(scope, deliverable_id, said.quote, said.note, nth=said.nth, expected=said.hash)
        return show(scope, deliverable_id)


@router.post("/deliverables/{deliverable_id}/comments/{number}/resolve")
def resolved(request: Request, who: Sender, deliverable_id: str, number: int) -> Json:
    """A comment is dealt with."""
    with writing(request, who) as scope:
        resolve(scope, deliverable_id, number)
        return show(scope, deliverable_id)


def _note(request: Request, who: Asker, deliverable_id: str, action: str, refused: Forbidden) -> None:
    with writing(request, who) as scope:
        record_refusal(scope, deliverable_id, action, refused)


def _client(line: ClientLine) -> Json:
    return {
        "ref": line.ref,
        "name": line.name,
        "entity_type": line.entity_type,
        "status": line.status,
        "partner": line.partner,
        "manager": line.manager,
        "next": dict(line.next) if line.next else None,
        "open_items": line.open_items,
        "asked_since": line.asked_since,
        "receivable": text(line.receivable),
        "receivable_old": text(line.old),
        "signals": dict(line.signals),
        "score": float(line.score),
        "drafts": line.drafts,
        "scanned_on": line.scanned_on.isoformat() if line.scanned_on else None,
        "scan_state": line.scan_state,
    }


def _paper(paper: Paper) -> Json:
    names = ("id", "path", "kind", "state", "source", "size", "versions", "copy_of")
    return {
        **{name: getattr(paper, name) for name in names},
        "received_at": paper.received_at.isoformat(),
        "findings": list(paper.findings),
    }

"""How long records are kept, legal holds, what is over its term and erasures as JSON. What is destroyed here is gone for good: the mark of
what was shown and the client's ref once more are the price, as on the page."""

from datetime import date, datetime
from typing import Annotated

from fastapi import APIRouter, Query, Request, Response
from pydantic import BaseModel, Field

from api.destroyed import take_away
from api.paging import Paged
from api.security import Sender, Who, reading, services_of, writing
from store.tables import Client, LegalHold
from workspace.retention import due as dues
from workspace.retention import erasure, holds
from workspace.retention.schedule import Term, schedule, set_term
from workspace.retention.sweep import Gone

router = APIRouter(prefix="/api/v1", tags=["v1"])
Ref = Annotated[str | None, Query(max_length=60)]


class TermShown(BaseModel):
    """How long a kind of record is kept. `own`: the firm set it, who and when; `destroyed`: it goes by its term alone."""

    kind: str
    label: str
    months: int
    runs_from: str
    authority: str
    destroyed: bool
    own: bool
    set_by: str
    set_on: date | None


class NewTerm(BaseModel):
    """A term of the firm's own, and what it goes by."""

    months: int = Field(ge=1, le=1200)
    authority: str = Field(max_length=600)


class HoldShown(BaseModel):
    """A legal hold; `ended_at` null: it stands."""

    id: str
    client_ref: str
    client: str
    reason: str
    set_by: str
    set_at: datetime
    ended_at: datetime | None
    ended_by: str | None
    why_ended: str


class NewHold(BaseModel):
    """A hold to put on a client, and why."""

    client: str = Field(max_length=60)
    reason: str = Field(max_length=500)


class Why(BaseModel):
    """A reason."""

    reason: str = Field(max_length=500)


class Made(BaseModel):
    """What was made."""

    id: str


class Sure(BaseModel):
    """The mark of what was shown, and the client's ref once more: this cannot be undone."""

    mark: str = Field(max_length=60)
    typed: str = Field(max_length=60)


class Destroyed(BaseModel):
    """Rows that are gone by table, how many files went, and what could not be done yet, in words."""

    rows: dict[str, int]
    files: int
    left: list[str]


class Stays(BaseModel):
    """Records that must stay: until when (null: for good) and why."""

    label: str
    count: int
    until: date | None
    why: str


class PlanShown(BaseModel):
    """What an erasure would do today. `refused` says why not now; `whole`: all of the client goes."""

    client_ref: str
    client: str
    refused: list[str]
    goes: dict[str, int]
    stays: list[Stays]
    whole: bool
    mark: str


@router.get("/retention")
def terms(request: Request, who: Who) -> list[TermShown]:
    """The schedule: every kind of record with its term and on whose authority."""
    with reading(request, who) as scope:
        return [_term(one) for one in schedule(scope)]


@router.put("/retention/{kind}")
def term(request: Request, who: Sender, kind: str, new: NewTerm) -> TermShown:
    """Set the firm's own term for a kind of record."""
    with writing(request, who) as scope:
        set_term(scope, kind, new.months, new.authority)
        return next(_term(one) for one in schedule(scope) if one.kind.slug == kind)


@router.get("/retention/due")
def due(request: Request, who: Who, paging: Paged, client: Ref = None) -> list[dues.Due]:
    """What is over its term, by client and kind; `held`: a legal hold keeps it."""
    with reading(request, who) as scope:
        return paging.cut(dues.due(scope, client), lambda one: f"{one.ref} {one.kind}")


@router.get("/retention/due/{ref}/{kind}")
def items(request: Request, who: Who, paging: Paged, ref: str, kind: str) -> list[dues.Item]:
    """Exactly what would be destroyed, the oldest first."""
    with reading(request, who) as scope:
        return paging.cut(dues.items(scope, ref, kind), lambda one: one.id)


@router.post("/retention/due/{ref}/{kind}")
def destroy(request: Request, who: Sender, ref: str, kind: str, sure: Sure) -> Destroyed:
    """Destroy what was shown, for good; `mark` is that of the list above. 409 when it is another by now."""
    with writing(request, who) as scope:
        gone = dues.destroy(scope, ref, kind, sure.mark, sure.typed)
    return _destroyed(request, gone)


@router.get("/holds")
def listed(request: Request, who: Who, paging: Paged, client: Ref = None) -> list[HoldShown]:
    """Legal holds of the asker's clients: those that stand first."""
    with reading(request, who) as scope:
        found = [_hold(hold, of) for hold, of in holds.holds(scope, client)]
        return paging.cut(found, lambda one: one.id)


@router.post("/holds", status_code=201)
def hold(request: Request, who: Sender, new: NewHold, response: Response) -> Made:
    """Put a hold on a client: nothing of it is destroyed while it stands."""
    with writing(request, who) as scope:
        made = holds.set_hold(scope, new.client, new.reason)
    response.headers["Location"] = "/api/v1/holds"
    return Made(id=made)


@router.post("/holds/{hold_id}/end")
def end(request: Request, who: Sender, hold_id: str, why: Why) -> Made:
    """End a hold, with the reason."""
    with writing(request, who) as scope:
        holds.end_hold(scope, hold_id, why.reason)
    return Made(id=hold_id)


@router.get("/clients/{ref}/erasure")
def plan(request: Request, who: Who, ref: str) -> PlanShown:
    """What an erasure of the client would do; nothing is done."""
    with reading(request, who) as scope:
        found = erasure.plan(scope, ref)
        return PlanShown(
            client_ref=found.client.ref,
            client=found.client.name,
            refused=list(found.refused),
            goes=dict(found.goes),
            stays=[Stays.model_validate(one, from_attributes=True) for one in found.stays],
            whole=found.whole,
            mark=found.mark,
        )


@router.post("/clients/{ref}/erasure")
def erase(request: Request, who: Sender, ref: str, sure: Sure) -> Destroyed:
    """Erase the client as the plan of this mark says, for good. 409 when the plan is another by now."""
    with writing(request, who) as scope:
        gone = erasure.erase(scope, ref, sure.mark, sure.typed)
    return _destroyed(request, gone)


def _term(one: Term) -> TermShown:
    kind = one.kind
    told = {"kind": kind.slug, "label": kind.label, "runs_from": kind.runs_from, "destroyed": kind.destroyed}
    own = {"months": one.months, "authority": one.authority, "own": one.own, "set_by": one.set_by}
    return TermShown.model_validate({**told, **own, "set_on": one.set_on})


def _hold(one: LegalHold, client: Client) -> HoldShown:
    named = {"client_ref": client.ref, "client": client.name, "ended_by": one.ended_by, "why_ended": one.why_ended}
    said = {"id": one.id, "reason": one.reason, "set_by": one.set_by, "set_at": one.set_at, "ended_at": one.ended_at}
    return HoldShown.model_validate({**named, **said})


def _destroyed(request: Request, gone: Gone) -> Destroyed:
    left = take_away(services_of(request))
    rows = {name: number for name, number in sorted(gone.rows.items()) if number}
    return Destroyed(rows=rows, files=len(gone.blobs), left=left)

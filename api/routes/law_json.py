"""Matters and conflict searches as JSON: parties, court events and dates, fee agreements, who searched for whom and what was decided.

Days are ISO, dollars text. A matter is named by its ref. What is not in the asker's scope is not found; a match out of her sight carries
neither a name nor a ref. Changes of a matter answer with `act`, which can be undone.
"""

from datetime import date
from typing import Annotated, Any, Literal

from fastapi import APIRouter, Query, Request, Response
from pydantic import BaseModel, Field

from api.routes.acting import doing, seen
from api.security import Sender, Who, reading, writing
from workspace.billing.amounts import as_json, money_in
from workspace.law import conflicts, dates, fees, matters
from workspace.law.whole import whole

router = APIRouter(prefix="/api/v1", tags=["v1"])
Json = dict[str, Any]
Name = Annotated[str, Field(max_length=200)]
Text = Annotated[str, Field(max_length=2000)]
Ref = Annotated[str, Field(max_length=60)]
Role = Literal["client", "co-client", "opponent", "witness", "counsel", "opposing-counsel", "court", "insurer", "other"]


class NewMatter(BaseModel):
    """A matter to open. `search`: the conflict search that was made for it; `against`: names of the other side."""

    client: Ref
    title: Name
    owner: Name | None = None
    search: Ref | None = None
    against: list[Name] = Field(default=[], max_length=20)


class NewParty(BaseModel):
    """A party of a matter, with its other names."""

    name: Name
    role: Role
    aliases: list[Name] = Field(default=[], max_length=30)


class Why(BaseModel):
    """A reason; empty where none is needed."""

    reason: Text = ""


class NewEvent(BaseModel):
    """Something that happened in the matter from which dates run. `state`: where the court sits, two letters."""

    kind: Ref
    on: date
    by_mail: bool = False
    state: str | None = Field(default=None, max_length=2)
    note: Text = ""


class Corrected(BaseModel):
    """The right day of an event, and why; `by_mail` and `state` null: as they are."""

    on: date
    reason: Text
    by_mail: bool | None = None
    state: str | None = Field(default=None, max_length=2)


class NewDate(BaseModel):
    """A date that no rule of ours counts, and where it comes from."""

    title: Name
    due: date
    authority: Name


class Seen(BaseModel):
    """The day that was looked at; null: whatever it is."""

    due: date | None = None


class NewTerms(BaseModel):
    """A fee agreement: hourly (`rate`), flat (`flat`), contingent (`percent`, `costs_first`) or hybrid. `document`: the signed writing."""

    kind: Literal["hourly", "flat", "contingent", "hybrid"]
    rate: str | None = Field(default=None, max_length=20)
    flat: str | None = Field(default=None, max_length=20)
    percent: str | None = Field(default=None, max_length=20)
    costs_first: bool | None = None
    terms: Text = ""
    sent_on: date | None = None
    signed_on: date | None = None
    document: Ref | None = None

    def value(self) -> fees.Terms:
        rate, flat = (money_in(one, "the fee") if one else None for one in (self.rate, self.flat))
        percent = money_in(self.percent, "the percent") if self.percent else None
        return fees.Terms(self.kind, rate, flat, percent, self.costs_first, self.terms)


class Recovery(BaseModel):
    """What was recovered and what it cost, dollars."""

    recovery: str = Field(max_length=20)
    costs: str = Field(default="0", max_length=20)


class NewSearch(BaseModel):
    """Names to hold against the whole firm; for a client or prospect, or for a matter."""

    names: list[Name] = Field(min_length=1, max_length=40)
    client: Ref | None = None
    matter: Ref | None = None
    about: Text = ""


class NewDecision(BaseModel):
    """A partner's word on a search, with its reason."""

    decision: Literal["cleared", "waived", "declined"]
    reason: Text


@router.get("/matters")
def listing(request: Request, who: Who, every: bool = False) -> list[Json]:
    """Open matters, or all, those with the nearest date first."""
    with reading(request, who) as scope:
        return as_json(matters.matters(scope, every=every))  # type: ignore[no-any-return]


@router.post("/matters", status_code=201)
def opened(request: Request, who: Sender, new: NewMatter, response: Response) -> Json:
    """Open a matter; refused where its conflict search waits for a decision or was declined."""
    with doing(request, who, f"Opened {new.title}") as on:
        made = matters.open_matter(
            on.scope, new.client, new.title, owner=new.owner, search_id=new.search, against=new.against
        )
        response.headers["Location"] = f"/api/v1/matters/{made.ref}"
        found = as_json(whole(on.scope, made.ref))
    return found | {"act": on.act.id}  # type: ignore[no-any-return]


@router.get("/matters/{ref}")
def one(request: Request, who: Who, ref: str) -> Json:
    """A matter with its parties, dates, fee agreement, tasks, time and trust ledger."""
    with reading(request, who) as scope:
        return as_json(whole(scope, ref))  # type: ignore[no-any-return]


@router.get("/matters/{ref}/closing")
def closing(request: Request, who: Who, ref: str) -> Json:
    """What bars the matter from being closed, and what is told first."""
    with reading(request, who) as scope:
        return as_json(matters.closing(scope, ref))  # type: ignore[no-any-return]


@router.post("/matters/{ref}/close")
def close(request: Request, who: Sender, ref: str, why: Why) -> Json:
    """Close a matter: its trust ledger is empty; a reason where something is left open."""
    with doing(request, who, f"Closed {ref}") as on:
        matters.close_matter(on.scope, ref, why.reason)
        found = as_json(whole(on.scope, ref))
    return found | {"act": on.act.id}  # type: ignore[no-any-return]


@router.post("/matters/{ref}/reopen")
def reopen(request: Request, who: Sender, ref: str) -> Json:
    """Open a closed matter again."""
    with doing(request, who, f"Reopened {ref}") as on:
        matters.reopen_matter(on.scope, ref)
        found = as_json(whole(on.scope, ref))
    return found | {"act": on.act.id}  # type: ignore[no-any-return]


@router.post("/matters/{ref}/parties", status_code=201)
def add_party(request: Request, who: Sender, ref: str, new: NewParty, response: Response) -> Json:
    """Add a party. A new party is a new conflict: search for it."""
    with doing(request, who, f"Added {new.name}") as on:
        made = matters.put_party(on.scope, ref, new.name, new.role, new.aliases)
        response.headers["Location"] = f"/api/v1/matters/{ref}/parties/{made.id}"
        return {"id": made.id, "name": made.name, "role": made.role, "aliases": made.aliases, "act": on.act.id}


@router.put("/matters/{ref}/parties/{party_id}")
def change_party(request: Request, who: Sender, ref: str, party_id: str, new: NewParty) -> Json:
    """Change a party; If-Match carries its mark."""
    with doing(request, who, f"Changed {new.name}") as on:
        made = matters.put_party(
            on.scope, ref, new.name, new.role, new.aliases, party_id=party_id, mark=seen(request) or ""
        )
        return {"id": made.id, "name": made.name, "role": made.role, "aliases": made.aliases, "act": on.act.id}


@router.delete("/matters/{ref}/parties/{party_id}")
def remove_party(request: Request, who: Sender, ref: str, party_id: str) -> Json:
    """Take a party off a matter."""
    with doing(request, who, "Removed a party") as on:
        matters.remove_party(on.scope, ref, party_id, seen(request) or "")
    return {"removed": party_id, "act": on.act.id}


@router.get("/court-events/count")
def counted(
    request: Request,
    who: Who,
    kind: Annotated[str, Query(max_length=60)],
    on: date,
    by_mail: bool = False,
    state: Annotated[str | None, Query(max_length=2)] = None,
) -> list[Json]:
    """The dates that an event would start, with how each is computed; nothing is written."""
    return as_json(dates.count(kind, on, by_mail=by_mail, state=state))  # type: ignore[no-any-return]


@router.post("/matters/{ref}/events", status_code=201)
def enter_event(request: Request, who: Sender, ref: str, new: NewEvent, response: Response) -> Json:
    """Enter an event and its dates, to be confirmed by a second person."""
    with doing(request, who, f"Entered an event of {ref}") as on:
        made = dates.enter(on.scope, ref, new.kind, new.on, by_mail=new.by_mail, state=new.state, note=new.note)
        response.headers["Location"] = f"/api/v1/matters/{ref}"
    return as_json(made) | {"act": on.act.id}  # type: ignore[no-any-return]


@router.get("/court-events/{event_id}/moves")
def moves(
    request: Request,
    who: Who,
    event_id: str,
    on: date,
    by_mail: bool | None = None,
    state: Annotated[str | None, Query(max_length=2)] = None,
) -> list[Json]:
    """What a correction would move; nothing is written."""
    with reading(request, who) as scope:
        return [_move(one) for one in dates.what_moves(scope, event_id, on, by_mail=by_mail, state=state)]


@router.patch("/court-events/{event_id}")
def correct(request: Request, who: Sender, event_id: str, right: Corrected) -> Json:
    """Correct an event: its dates are counted again, those that move are to be confirmed anew."""
    with doing(request, who, "Corrected an event") as on:
        found = dates.correct(on.scope, event_id, right.on, right.reason, by_mail=right.by_mail, state=right.state)
    return {"moves": [_move(one) for one in found], "act": on.act.id}


def _move(one: dates.Move) -> Json:
    found: Json = as_json(one)
    return found | {"moves": one.moves}


@router.post("/matters/{ref}/dates", status_code=201)
def enter_date(request: Request, who: Sender, ref: str, new: NewDate, response: Response) -> Json:
    """Enter a date that no rule of ours counts."""
    with doing(request, who, f"Entered {new.title}") as on:
        made = dates.enter_date(on.scope, ref, new.title, new.due, new.authority)
        response.headers["Location"] = f"/api/v1/matters/{ref}"
    return {"id": made, "act": on.act.id}


@router.post("/court-dates/{date_id}/confirm")
def confirm(request: Request, who: Sender, date_id: str, looked: Seen) -> Json:
    """Confirm a date that somebody else entered."""
    with doing(request, who, "Confirmed a date") as on:
        dates.confirm(on.scope, date_id, looked.due)
    return {"confirmed": date_id, "act": on.act.id}


@router.get("/matters/{ref}/fee-agreement")
def agreement(request: Request, who: Who, ref: str) -> Json:
    """The fee agreement, and what the rules ask for that it lacks."""
    with reading(request, who) as scope:
        return as_json(fees.agreement_of(scope, ref))  # type: ignore[no-any-return]


@router.put("/matters/{ref}/fee-agreement")
def agree(request: Request, who: Sender, ref: str, new: NewTerms) -> Json:
    """Enter what is agreed."""
    with doing(request, who, f"Fee agreement of {ref}") as on:
        more: Json = {"sent_on": new.sent_on, "signed_on": new.signed_on, "document_id": new.document}
        found = as_json(fees.agree(on.scope, ref, new.value(), **more))
    return found | {"act": on.act.id}  # type: ignore[no-any-return]


@router.post("/matters/{ref}/settlement")
def settlement(request: Request, who: Sender, ref: str, what: Recovery) -> Json:
    """What a recovery comes to under the matter's agreement; nothing is written."""
    with reading(request, who) as scope:
        terms = fees.agreement_of(scope, ref).terms or fees.Terms("hourly")
    recovery, costs = money_in(what.recovery, "the recovery"), money_in(what.costs, "the costs")
    return as_json(fees.settlement(terms, recovery, costs))  # type: ignore[no-any-return]


@router.post("/conflict-searches", status_code=201)
def search(request: Request, who: Sender, new: NewSearch, response: Response) -> Json:
    """Hold names against everybody the firm knows, behind walls too; kept, and on the trail."""
    with writing(request, who) as scope:
        more = {"client_ref": new.client, "engagement_ref": new.matter}
        found = conflicts.search_conflicts(scope, new.names, about=new.about, **more)
    response.headers["Location"] = f"/api/v1/conflict-searches/{found.id}"
    return _search(found)


@router.get("/conflict-searches")
def searches(request: Request, who: Who, client: Annotated[str | None, Query(max_length=60)] = None) -> list[Json]:
    """Searches for the asker's clients and for nobody yet, the newest first."""
    with reading(request, who) as scope:
        return [_search(one) for one in conflicts.searches(scope, client_ref=client)]


@router.get("/conflict-searches/{search_id}")
def show(request: Request, who: Who, search_id: str) -> Json:
    """A search as the asker may see it today."""
    with reading(request, who) as scope:
        return _search(conflicts.show_search(scope, search_id))


@router.post("/conflict-searches/{search_id}/decisions", status_code=201)
def decide(request: Request, who: Sender, search_id: str, new: NewDecision, response: Response) -> Json:
    """Clear, waive or decline: a partner's word, kept for good."""
    with writing(request, who) as scope:
        found = conflicts.decide(scope, search_id, new.decision, new.reason)
    response.headers["Location"] = f"/api/v1/conflict-searches/{search_id}"
    return _search(found)


def _search(found: conflicts.Search) -> Json:
    told: Json = as_json(found)
    return told | {"state": found.state, "hidden": found.hidden}

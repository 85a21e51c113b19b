"""Clients as JSON: records, lifecycle, contacts tied to them, ownership, groups, tags, fields, filters, bulk changes, merging.

An answer of a change carries `act`, which POST /api/v1/acts/{act}/undo takes back; "" where nothing changed or nothing can be taken back.
What a GET answers carries its mark as ETag; send it as If-Match and a change of somebody else in between is a 409.
"""

from datetime import date
from typing import Annotated, Any, Literal

from fastapi import APIRouter, Header, Query, Request, Response
from pydantic import BaseModel, ConfigDict, Field

from api.days import Day
from api.merging import search_again, while_nobody_reads
from api.security import Sender, Who, reading, services_of, writing
from workspace.billing.amounts import as_json
from workspace.directory import bulk, contacts, entity, fields, filters, groups, lifecycle, ownership
from workspace.directory.apart import keep_apart
from workspace.directory.candidates import client_candidates
from workspace.directory.merge_clients import merge_clients, review_clients
from workspace.directory.record import record_of
from workspace.directory.tags import words_of
from workspace.pages.clients import clients_list

router = APIRouter(prefix="/api/v1", tags=["v1"])
Json = dict[str, Any]
Match = Annotated[str | None, Header(alias="If-Match", max_length=80)]
Short = Annotated[str, Field(max_length=200)]
Words = Annotated[list[Short], Field(max_length=60)]


class Body(BaseModel):
    """What is sent holds nothing that is not named."""

    model_config = ConfigDict(extra="forbid")


class ClientChange(Body):
    """Fields of a client; what is not sent stays. `partner` and `manager` are addresses, `group` a name, `fiscal_year_end` a day as 12-31
    or Dec 31. `states`, `tags` replace all; `custom` sets the fields that it names."""

    name: Short | None = None
    entity_type: Short | None = None
    group: Short | None = None
    partner: Short | None = None
    manager: Short | None = None
    state: Short | None = None
    fiscal_year_end: Short | None = None
    industry: Short | None = None
    since: date | None = None
    annual_fee: Short | None = None
    address: Short | None = None
    city: Short | None = None
    zip: Short | None = None
    ai_policy: Short | None = None
    states: Words | None = None
    tags: Words | None = None
    custom: dict[str, str | None] | None = None


class NewClient(Body):
    """A client to make. Without a ref it gets the next number, without a status it is a prospect."""

    name: Short
    entity_type: Short = "other"
    ref: Short | None = None
    status: Short | None = None
    group: Short | None = None
    partner: Short | None = None
    manager: Short | None = None
    tax_id: Short | None = None
    state: Short | None = None
    fiscal_year_end: Short = "12-31"
    industry: Short | None = None
    since: date | None = None
    annual_fee: Short | None = None
    address: Short | None = None
    city: Short | None = None
    zip: Short | None = None
    ai_policy: Short = "allowed"
    tags: Words = []
    custom: dict[str, str | None] = {}


class Move(Body):
    """A move of the lifecycle; leaving and former need a reason."""

    to: Literal["prospect", "onboarding", "active", "leaving", "former"]
    reason: Annotated[str, Field(max_length=400)] = ""


class TaxId(Body):
    """A taxpayer id of nine digits, null to empty it. `was` is how it was shown, to lose no change."""

    tax_id: Short | None = None
    was: Short = ""


class TieChange(Body):
    """What a contact is to a client."""

    title: Short | None = None
    is_primary: bool | None = None


class NewShare(Body):
    """From a day on (null: since ever) the owner has this percentage; 0 ends it. `owner`: a contact's id or address, or a client's ref."""

    owner: Short
    pct: Short
    since: date | None = None
    note: Short = ""


class NewField(Body):
    """A custom field of the firm."""

    of: Literal["client", "contact", "engagement"]
    name: Short
    kind: Literal["text", "number", "date", "choice"]
    choices: Words = []


class NewGroup(Body):
    """A group of clients."""

    name: Short
    clients: Words = []


class Named(Body):
    """A new name."""

    name: Short


class NewFilter(Body):
    """A filter of the clients to keep under a name: {status, type, partner, manager, tag, group, state, open, q, field:NAME}."""

    name: Short
    query: dict[str, str]
    shared: bool = False


class Bulk(Body):
    """One change to several clients; what is empty stays, "–" takes partner, manager or group away."""

    clients: Annotated[list[Short], Field(min_length=1, max_length=1000)]
    partner: Short | None = None
    manager: Short | None = None
    group: Short | None = None
    status: Short | None = None
    reason: Annotated[str, Field(max_length=400)] | None = None
    add_tag: Short | None = None
    drop_tag: Short | None = None


class Merge(Body):
    """`gone` is merged into `kept`; `take` names fields whose value comes from the one that goes: {"address": "gone"}."""

    kept: Short
    gone: Short
    take: dict[str, Literal["kept", "gone"]] = {}


class Pair(Body):
    """Two that are not one: refs of clients, ids of contacts."""

    one: Short
    other: Short


def tagged(response: Response, mark: str) -> None:
    """Say which state was answered."""
    response.headers["ETag"] = f'"{mark}"'


@router.post("/clients", status_code=201)
def create(request: Request, who: Sender, new: NewClient, response: Response) -> Json:
    """Make a client. With a taxpayer id the act is "": it cannot be undone."""
    with writing(request, who) as scope:
        ref, act = entity.create_client(scope, new.model_dump(exclude_none=True))
    response.headers["Location"] = f"/api/v1/clients/{ref}"
    return {"ref": ref, "act": act}


@router.get("/clients/filtered")
def filtered(request: Request, who: Who, query: Annotated[list[str], Query(max_length=20)] = []) -> list[Json]:  # noqa: B006
    """Clients that answer to a filter, each part as `name=value`: the refs, names and status, by need."""
    asked = filters.cleaned({name: value for name, _, value in (part.partition("=") for part in query)})
    with reading(request, who) as scope:
        found = filters.matching(clients_list(scope), asked)
    return [{"ref": c.ref, "name": c.name, "status": c.status, "tags": list(c.tags), "group": c.group} for c in found]


@router.post("/clients/bulk")
def change_many(request: Request, who: Sender, change: Bulk) -> Json:
    """Change several clients; all or none."""
    with writing(request, who) as scope:
        number, act = bulk.change_many(scope, change.clients, change.model_dump(exclude={"clients"}))
    return {"changed": number, "act": act}


@router.get("/clients/duplicates")
def twice(request: Request, who: Who) -> list[Json]:
    """Clients that may be one, the certain first."""
    with reading(request, who) as scope:
        return [candidate(one) for one in client_candidates(scope)]


@router.get("/clients/merge")
def compare(request: Request, who: Who, kept: Short, gone: Short) -> Json:
    """What merging would do: what differs, what moves, what stays, and the reasons why it cannot be done."""
    with reading(request, who) as scope:
        seen = review_clients(scope, kept, gone)
        rows = [{"field": n, "kept": _text(a), "gone": _text(b)} for n, a, b in seen.rows]
    return {
        "differs": rows,
        "tax_ids": list(seen.tax_ids),
        "moves": dict(seen.moves),
        "stays": dict(seen.stays),
        "reasons": list(seen.reasons),
    }


@router.post("/clients/merge")
def merge(request: Request, who: Sender, asked: Merge) -> Json:
    """Merge two clients. Documents are searchable at the kept one a moment later; 503 while files are being read."""
    services = services_of(request)
    with while_nobody_reads(services), writing(request, who) as scope:
        act = merge_clients(scope, asked.kept, asked.gone, asked.take)
    search_again(services, (asked.kept, asked.gone))
    return {"ref": asked.kept, "act": act}


@router.post("/clients/merge/apart")
def two(request: Request, who: Sender, pair: Pair) -> Json:
    """Note that two clients are two: they are not proposed as one again. `act` undoes it."""
    with writing(request, who) as scope:
        return {"act": keep_apart(scope, "client", pair.one, pair.other)}


@router.get("/clients/{ref}")
def client(request: Request, who: Who, ref: str, response: Response, as_of: Day | None = None) -> Json:
    """The client's record; owners as of a day. The taxpayer id is covered."""
    with reading(request, who) as scope:
        record = record_of(scope, ref, as_of)
    tagged(response, record.mark)
    return dict(as_json(record))


@router.patch("/clients/{ref}")
def change(
    request: Request, who: Sender, ref: str, change: ClientChange, response: Response, match: Match = None
) -> Json:
    """Change fields of the record."""
    given = change.model_dump(exclude_unset=True)
    with writing(request, who) as scope:
        act = entity.change_client(scope, ref, given, mark=match)
        record = record_of(scope, ref) if not {"partner", "manager"} & given.keys() else None
    if record is not None:
        tagged(response, record.mark)
    return {"ref": ref, "act": act}


@router.post("/clients/{ref}/stage")
def stage(request: Request, who: Sender, ref: str, asked: Move, match: Match = None) -> Json:
    """Move the client to another stage of its life with the firm."""
    with writing(request, who) as scope:
        return {"status": asked.to, "act": lifecycle.move(scope, ref, asked.to, asked.reason, mark=match)}


@router.post("/clients/{ref}/tax-id")
def show_tax_id(request: Request, who: Sender, ref: str) -> Json:
    """The whole taxpayer id. Every showing stands on the trail."""
    with writing(request, who) as scope:
        return {"tax_id": entity.see_tax_id(scope, ref)}


@router.put("/clients/{ref}/tax-id")
def set_tax_id(request: Request, who: Sender, ref: str, asked: TaxId) -> Json:
    """Set or empty the taxpayer id; answers with how it is shown. It cannot be undone."""
    with writing(request, who) as scope:
        return {"tax_id": entity.set_tax_id(scope, ref, asked.tax_id, was=asked.was)}


@router.post("/clients/{ref}/contacts/{contact_id}", status_code=201)
def link(request: Request, who: Sender, ref: str, contact_id: str, tie: TieChange) -> Json:
    """Tie a contact to a client."""
    with writing(request, who) as scope:
        return {"act": contacts.link(scope, ref, contact_id, tie.model_dump(exclude_none=True))}


@router.patch("/clients/{ref}/contacts/{contact_id}")
def change_tie(request: Request, who: Sender, ref: str, contact_id: str, tie: TieChange, match: Match = None) -> Json:
    """Change what a contact is to a client."""
    with writing(request, who) as scope:
        given = tie.model_dump(exclude_unset=True)
        return {"act": contacts.change_tie(scope, ref, contact_id, given, mark=match)}


@router.delete("/clients/{ref}/contacts/{contact_id}")
def unlink(request: Request, who: Sender, ref: str, contact_id: str) -> Json:
    """Take a contact off a client."""
    with writing(request, who) as scope:
        return {"act": contacts.unlink(scope, ref, contact_id)}


@router.get("/clients/{ref}/owners")
def owners(request: Request, who: Who, ref: str, as_of: Day | None = None) -> Json:
    """Who owns the client on a day, and every share it had."""
    with reading(request, who) as scope:
        record = record_of(scope, ref, as_of)
    told = {"day": record.day, "held": record.held, "total": record.total, "shares": record.shares}
    return {name: as_json(value) for name, value in told.items()}


@router.post("/clients/{ref}/owners")
def own(request: Request, who: Sender, ref: str, share: NewShare) -> Json:
    """Set a share from a day on."""
    with writing(request, who) as scope:
        return {"act": ownership.set_share(scope, ref, share.owner, share.pct, share.since, share.note)}


@router.patch("/engagements/{ref}/custom")
def engagement_fields(request: Request, who: Sender, ref: str, values: dict[str, str | None]) -> Json:
    """Set custom fields of an engagement."""
    with writing(request, who) as scope:
        return {"act": fields.set_engagement_values(scope, ref, values)}


@router.get("/groups")
def all_groups(request: Request, who: Who) -> list[Json]:
    """The groups with how many of the asker's clients are in each."""
    with reading(request, who) as scope:
        return list(as_json(groups.groups_of(scope)))


@router.post("/groups", status_code=201)
def new_group(request: Request, who: Sender, new: NewGroup, response: Response) -> Json:
    """Make a group, of clients if they are named."""
    with writing(request, who) as scope:
        made, act = groups.make_group(scope, new.name, new.clients)
    response.headers["Location"] = f"/api/v1/groups/{made}"
    return {"id": made, "act": act}


@router.get("/groups/{group_id}")
def group(request: Request, who: Who, group_id: str, response: Response) -> Json:
    """A group with its clients and the people behind them."""
    with reading(request, who) as scope:
        found = groups.group_page(scope, group_id)
    tagged(response, found.mark)
    return dict(as_json(found))


@router.patch("/groups/{group_id}")
def rename_group(request: Request, who: Sender, group_id: str, new: Named, match: Match = None) -> Json:
    """Rename a group."""
    with writing(request, who) as scope:
        return {"act": groups.rename_group(scope, group_id, new.name, mark=match)}


@router.delete("/groups/{group_id}")
def remove_group(request: Request, who: Sender, group_id: str) -> Json:
    """Take an empty group away."""
    with writing(request, who) as scope:
        return {"act": groups.remove_group(scope, group_id)}


@router.get("/tags")
def tags(request: Request, who: Who) -> list[Json]:
    """The tags of the asker's clients, and how many carry each."""
    with reading(request, who) as scope:
        return [{"name": name, "clients": number} for name, number in words_of(scope)]


@router.get("/fields")
def all_fields(request: Request, who: Who, of: str | None = None) -> list[Json]:
    """The firm's custom fields."""
    with reading(request, who) as scope:
        return list(as_json(fields.fields_of(scope, of)))


@router.post("/fields", status_code=201)
def define(request: Request, who: Sender, new: NewField) -> Json:
    """Define a custom field."""
    with writing(request, who) as scope:
        made, act = fields.define(scope, new.of, new.name, new.kind, tuple(new.choices))
    return {"id": made, "act": act}


@router.delete("/fields/{field_id}")
def remove_field(request: Request, who: Sender, field_id: str) -> Json:
    """Take a field away; the values stay in the rows."""
    with writing(request, who) as scope:
        return {"act": fields.remove(scope, field_id)}


@router.get("/filters")
def kept_filters(request: Request, who: Who) -> list[Json]:
    """The asker's filters of clients, and those that colleagues share."""
    with reading(request, who) as scope:
        return list(as_json(filters.saved_filters(scope)))


@router.post("/filters", status_code=201)
def keep_filter(request: Request, who: Sender, new: NewFilter) -> Json:
    """Keep a filter under a name."""
    with writing(request, who) as scope:
        made, act = filters.save_filter(scope, new.name, new.query, shared=new.shared)
    return {"id": made, "act": act}


@router.delete("/filters/{filter_id}")
def remove_filter(request: Request, who: Sender, filter_id: str) -> Json:
    """Take a filter of the asker's away."""
    with writing(request, who) as scope:
        return {"act": filters.remove_filter(scope, filter_id)}


def candidate(one: Any) -> Json:
    """Two that may be one."""
    return {"a": list(one.a), "b": list(one.b), "why": one.why, "certain": one.certain}


def _text(value: Any) -> str | None:
    return None if value is None else str(value)

"""Contacts and relations as JSON: people outside the firm, what they are to clients and each other, merging those that stand twice."""

from typing import Annotated, Any

from fastapi import APIRouter, Query, Request, Response
from pydantic import Field

from api.routes.directory_json import Body, Match, Merge, Pair, Short, candidate, tagged
from api.security import Sender, Who, reading, writing
from workspace.billing.amounts import as_json
from workspace.directory import contacts, relations
from workspace.directory.apart import keep_apart
from workspace.directory.candidates import contact_candidates
from workspace.directory.merge_contacts import merge_contacts, review

router = APIRouter(prefix="/api/v1", tags=["v1"])
Json = dict[str, Any]


class NewContact(Body):
    """A contact at a client."""

    client: Short
    name: Short
    email: Short | None = None
    phone: Short | None = None
    title: Short | None = None
    is_primary: bool = False
    custom: dict[str, str | None] = Field(default_factory=dict)


class ContactChange(Body):
    """Fields of a contact; what is not sent stays."""

    name: Short | None = None
    email: Short | None = None
    phone: Short | None = None
    custom: dict[str, str | None] | None = None


class NewRelation(Body):
    """`one` is `kind` of `other`; each a client's ref or a contact's id or address. `kind:back` says it from the other side."""

    one: Short
    kind: Short
    other: Short
    note: Short = ""


@router.get("/contacts")
def everybody(request: Request, who: Who, q: Short = "", page: Annotated[int, Query(ge=1, le=10_000)] = 1) -> Json:
    """Contacts by name, a hundred at once."""
    with reading(request, who) as scope:
        found, count = contacts.contacts_list(scope, q, page=page)
    return {"count": count, "page": page, "contacts": as_json(list(found))}


@router.post("/contacts", status_code=201)
def add_contact(request: Request, who: Sender, new: NewContact, response: Response) -> Json:
    """Make a contact at a client."""
    with writing(request, who) as scope:
        made, act = contacts.add_contact(scope, new.client, new.model_dump(exclude={"client"}))
    response.headers["Location"] = f"/api/v1/contacts/{made}"
    return {"id": made, "act": act}


@router.get("/contacts/duplicates")
def same_people(request: Request, who: Who) -> list[Json]:
    """Contacts that may be one, the certain first."""
    with reading(request, who) as scope:
        return [candidate(one) for one in contact_candidates(scope)]


@router.get("/contacts/merge")
def compare_contacts(request: Request, who: Who, kept: Short, gone: Short) -> Json:
    """The two side by side."""
    with reading(request, who) as scope:
        return dict(as_json(review(scope, kept, gone)))


@router.post("/contacts/merge")
def join(request: Request, who: Sender, asked: Merge) -> Json:
    """Merge two contacts."""
    with writing(request, who) as scope:
        return {"id": asked.kept, "act": merge_contacts(scope, asked.kept, asked.gone, asked.take)}


@router.post("/contacts/merge/apart")
def two(request: Request, who: Sender, pair: Pair) -> Json:
    """Note that two contacts are two: they are not proposed as one again. `act` undoes it."""
    with writing(request, who) as scope:
        return {"act": keep_apart(scope, "contact", pair.one, pair.other)}


@router.get("/contacts/{contact_id}")
def contact(request: Request, who: Who, contact_id: str, response: Response) -> Json:
    """A contact with all its clients and relations."""
    with reading(request, who) as scope:
        card = contacts.contact_card(scope, contact_id)
        related = relations.relations_of(scope, "contact", contact_id)
    tagged(response, card.mark)
    return {**as_json(card), "relations": as_json(list(related))}


@router.patch("/contacts/{contact_id}")
def change_contact(request: Request, who: Sender, contact_id: str, change: ContactChange, match: Match = None) -> Json:
    """Change fields of a contact."""
    with writing(request, who) as scope:
        given = change.model_dump(exclude_unset=True)
        return {"act": contacts.change_contact(scope, contact_id, given, mark=match)}


@router.post("/relations", status_code=201)
def relate(request: Request, who: Sender, new: NewRelation) -> Json:
    """Say what one is to another."""
    with writing(request, who) as scope:
        made, act = relations.relate(scope, new.one, new.kind, new.other, new.note)
    return {"id": made, "act": act}


@router.delete("/relations/{relation_id}")
def unrelate(request: Request, who: Sender, relation_id: str) -> Json:
    """Take a relation away."""
    with writing(request, who) as scope:
        return {"act": relations.unrelate(scope, relation_id)}

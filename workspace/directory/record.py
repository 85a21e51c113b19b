"""The Record tab of a client: everything of its entity in one reading, the taxpayer id covered."""

from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from sqlalchemy import literal, select, union_all

from store.tables import Client, ClientContact, ClientGroup, ClientTag, Contact, FilingState, MergedClient, Person, Tag
from workspace.directory.fields import Field, fields_of
from workspace.directory.lifecycle import Moved, moves_of, open_moves
from workspace.directory.ownership import Share, on_day, shares_of, ties_of
from workspace.directory.relations import Related, relations_of
from workspace.money_sight import amount
from workspace.pages.words import covered
from workspace.scope import Scope, access_client
from workspace.undo import mark_of


@dataclass(frozen=True)
class Known:
    """A contact of the client. `mark` is the tie's."""

    id: str
    name: str
    email: str | None
    phone: str | None
    title: str | None
    is_primary: bool
    ownership_pct: Decimal | None
    mark: str


@dataclass(frozen=True)
class Record:
    """A client's record. `partner` and `manager` are addresses, `tax_id` is covered ("none" for none). `shares` are all, `held` those of
    `day` with their sum. `merged_into` is the ref of the client that this one became; `merged` are the refs of those that became this one.
    `fields` are the firm's, their values in `custom`; `other` are columns of the firm folder that are no field."""

    id: str
    ref: str
    name: str
    entity_type: str
    status: str
    group: str | None
    group_id: str | None
    partner: str | None
    manager: str | None
    state: str | None
    fiscal_year_end: str
    industry: str | None
    since: date | None
    annual_fee: Decimal | None
    address: str | None
    city: str | None
    zip: str | None
    ai_policy: str
    tax_id: str
    mark: str
    moves: tuple[str, ...]
    history: tuple[Moved, ...]
    states: tuple[str, ...]
    tags: tuple[str, ...]
    fields: tuple[Field, ...]
    custom: dict[str, Any]
    other: dict[str, Any]
    contacts: tuple[Known, ...]
    shares: tuple[Share, ...]
    day: date
    held: tuple[Share, ...]
    total: Decimal
    relations: tuple[Related, ...]
    merged_into: str | None
    merged: tuple[str, ...]


def record_of(scope: Scope, client_ref: str, day: date | None = None) -> Record:
    """The client's record, its owners as of `day` (today without one); nine queries. Raises NotFound outside the scope."""
    client = access_client(scope, client_ref)
    ties = ties_of(scope, client)
    shares = shares_of(scope, client, ties)
    on = day or scope.today
    held, total = on_day(shares, on)
    words = _words(scope, client.id)
    fields = fields_of(scope, "client")
    named = {field.name for field in fields}
    people = _people(scope, client)
    return Record(
        **{name: getattr(client, name) for name in _PLAIN},
        annual_fee=amount(scope, client.annual_fee),
        group=people["group"],
        partner=people["partner"],
        manager=people["manager"],
        tax_id=covered(client.tax_id),
        mark=mark_of(client),
        moves=open_moves(client.status),
        history=moves_of(scope, client.id),
        states=words["state"],
        tags=words["tag"],
        fields=fields,
        custom={name: value for name, value in client.custom.items() if name in named},
        other={name: value for name, value in client.custom.items() if name not in named},
        contacts=tuple(_known(tie, contact) for tie, contact in ties),
        shares=shares,
        day=on,
        held=held,
        total=total,
        relations=relations_of(scope, "client", client.id),
        merged_into=next(iter(words["into"]), None),
        merged=words["from"],
    )


_PLAIN = (
    *(
        "id",
        "ref",
        "name",
        "entity_type",
        "status",
        "group_id",
        "state",
        "fiscal_year_end",
        "industry",
        "since",
    ),
    *("address", "city", "zip", "ai_policy"),
)


def _known(tie: ClientContact, contact: Contact) -> Known:
    of = (contact.id, contact.name, contact.email, contact.phone)
    return Known(*of, tie.title, tie.is_primary, tie.ownership_pct, mark_of(tie))


def _people(scope: Scope, client: Client) -> dict[str, str | None]:
    """The addresses of partner and manager and the group's name; one query."""
    people = select(literal("person").label("what"), Person.id.label("id"), Person.email.label("word"))
    group = select(literal("group"), ClientGroup.id, ClientGroup.name).where(ClientGroup.id == client.group_id)
    both = union_all(people.where(Person.id.in_((client.partner_id or "", client.manager_id or ""))), group)
    found = {(what, identity): word for what, identity, word in scope.session.execute(both).tuples()}
    return {
        "partner": found.get(("person", client.partner_id or "")),
        "manager": found.get(("person", client.manager_id or "")),
        "group": found.get(("group", client.group_id or "")),
    }


def _words(scope: Scope, client_id: str) -> dict[str, tuple[str, ...]]:
    """Tags, filing states, the client that this one was merged into and those merged into this one; one query."""
    tag = select(literal("tag").label("what"), Tag.name.label("word")).join(ClientTag, ClientTag.tag_id == Tag.id)
    state = select(literal("state"), FilingState.state).where(FilingState.client_id == client_id)
    merged = MergedClient
    into = select(literal("into"), Client.ref).join(merged, merged.client_id == Client.id)
    came = select(literal("from"), Client.ref).join(merged, merged.merged_id == Client.id)
    seen = Client.id.in_(scope.clients())
    query = union_all(
        tag.where(ClientTag.client_id == client_id),
        state,
        into.where(merged.merged_id == client_id, seen),
        came.where(merged.client_id == client_id, seen),
    )
    found: dict[str, list[str]] = {"tag": [], "state": [], "into": [], "from": []}
    for what, word in scope.session.execute(query).tuples():
        found[what].append(word)
    return {what: tuple(sorted(words)) for what, words in found.items()}

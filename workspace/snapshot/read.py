"""Reads clients into Snapshots: a fixed number of queries, however many clients there are and whatever they hold. Never writes and never
judges.

records.py reads what the firm entered and what was written, papers.py the documents.
"""

import re
from collections.abc import Callable, Collection, Mapping, Sequence
from datetime import date
from typing import Any

from sqlalchemy import select, true
from sqlalchemy.orm import Session

from store import tables
from store.errors import NotFound
from workspace.scope import Right, Scope
from workspace.snapshot import papers, records
from workspace.snapshot.books import beyond_facts
from workspace.snapshot.firm import read_parties, read_trust
from workspace.snapshot.known import read_known
from workspace.snapshot.model import Client, Person, Snapshot
from workspace.snapshot.settings import settings_of

_FORMED = re.compile(
    r"formed[ _]on|(?:date[ _](?:of[ _])?)?(?:formation|incorporation|formed)(?:[ _]date)?", re.IGNORECASE
)
# By client, so that equal rows give equal snapshots whoever was read beside.
Part = Callable[[], Mapping[str, Sequence[Any]]]


def take_snapshot(scope: Scope, client_ref: str, only: Collection[str] | None = None) -> Snapshot:
    """One client as it stands in the scope's transaction, in 20 queries. Raises NotFound outside the scope.

    `only` names the parts that are read (engagements, tasks, invoices …), each one query, documents three; the others stay empty. The
    client and the people of the firm are always there."""
    found = take_snapshots(scope, [client_ref], only)
    if client_ref not in found:
        raise NotFound(f"there is no client {client_ref}")
    return found[client_ref]


def take_snapshots(scope: Scope, refs: Collection[str], only: Collection[str] | None = None) -> dict[str, Snapshot]:
    """The same of many clients by ref, in as many queries as one takes; those outside the scope are left out. All of them are in memory
    at once: ask for tens, not for thousands."""
    scope.require(Right.CLIENT_READ)
    clients, firm = _clients(scope, refs)
    if not clients:
        return {}
    people = _people(scope.session)
    ids = [one.id for one in clients]
    parts: dict[str, Part] = {
        "contacts": lambda: records.contacts(scope, ids),
        "engagements": lambda: records.engagements(scope, ids),
        "tasks": lambda: records.tasks(scope, ids),
        "requests": lambda: records.requests(scope, ids),
        "time": lambda: records.time(scope, ids, people),
        "invoices": lambda: records.invoices(scope, ids),
        "messages": lambda: records.messages(scope, ids),
        "notes": lambda: records.notes(scope, ids),
        "documents": lambda: papers.documents(scope, ids, people),
        "entered": lambda: records.entered(scope, ids),
        "parties": lambda: read_parties(scope, ids),
        "trust": lambda: read_trust(scope, ids),
        "postponements": lambda: records.postponements(scope, clients),
        "findings": lambda: papers.findings(scope, ids),
        "knowledge": lambda: read_known(scope, ids),
        "books": lambda: beyond_facts(scope, ids, {one.id: one.name for one in people.values()}),
    }
    read = {name: part() for name, part in parts.items() if only is None or name in only}
    found: dict[str, Snapshot] = {}
    for client in clients:
        own: dict[str, Any] = {name: tuple(of.get(client.id, ())) for name, of in read.items()}
        own["settings"] = settings_of(firm.settings or {}, client.ref) if firm else {}
        own["timezone"] = firm.timezone if firm else "America/New_York"
        found[client.ref] = Snapshot(client, people, **own)
    return found


def _clients(scope: Scope, refs: Collection[str]) -> tuple[list[Client], tables.Firm | None]:
    rows = scope.session.execute(
        select(tables.Client, tables.Firm, tables.ClientGroup.name)
        .select_from(tables.Client)
        .outerjoin(tables.Firm, true())
        .outerjoin(tables.ClientGroup, tables.ClientGroup.id == tables.Client.group_id)
        .where(tables.Client.ref.in_(refs), tables.Client.id.in_(scope.clients()))
        .order_by(tables.Firm.id.desc())
    ).tuples()
    found: dict[str, Client] = {}
    first: tables.Firm | None = None
    for c, firm, group in rows:  # where there are several firms, the first one's settings count: it comes last
        found[c.ref], first = _client(c, group), firm
    return [found[ref] for ref in sorted(found)], first


def _client(c: tables.Client, group: str | None) -> Client:
    return Client(
        id=c.id,
        ref=c.ref,
        name=c.name,
        entity_type=c.entity_type,
        tax_id=c.tax_id,
        state=c.state,
        fiscal_year_end=c.fiscal_year_end,
        partner_id=c.partner_id,
        manager_id=c.manager_id,
        annual_fee=c.annual_fee,
        ai_policy=c.ai_policy,
        status=c.status,
        since=c.since,
        industry=c.industry,
        address=c.address,
        city=c.city,
        zip=c.zip,
        group=group,
        revision=c.revision,
        formed_on=_formed_on(c.custom),
        county=county_of(c.custom),
    )


def county_of(custom: dict[str, Any] | None) -> str | None:
    """The client's county, from the custom column of that name; None where the firm keeps none."""
    said = next((value for name, value in (custom or {}).items() if name.strip().casefold() == "county"), None)
    return str(said).strip() or None if said else None


def _formed_on(custom: dict[str, Any] | None) -> date | None:
    """The day the client was formed, from the custom column that a firm keeps it in; None where there is none, or no ISO date."""
    said = next((value for name, value in (custom or {}).items() if _FORMED.fullmatch(name.strip())), None)
    try:
        return date.fromisoformat(str(said)) if said else None
    except ValueError:
        return None


def _people(session: Session) -> dict[str, Person]:
    row = tables.Person
    rows = session.execute(
        select(row.id, row.email, row.name, row.role, row.weekly_hours, row.standard_rate).order_by(row.email)
    )
    return {one[0]: Person(*one) for one in rows.tuples()}

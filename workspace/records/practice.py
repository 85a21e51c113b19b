"""The firm, its people, its clients and their contacts, as the firm folder states them."""

from collections.abc import Sequence

from store.ids import stable_id
from store.rows import ClientRow, ContactRow, FirmRow, StaffRow
from store.tables import Client, ClientContact, ClientGroup, Contact, Firm, Person
from workspace.directory.loading import merged_contacts, named_groups, stand_clients, stand_contacts, tied_otherwise
from workspace.records.upsert import Applied, known_clients, known_people, lacking, put, reject
from workspace.scope import Right, Scope


def apply_firm(scope: Scope, row: FirmRow) -> Applied:
    """The one firm of this home."""
    scope.require(Right.PEOPLE_MANAGE)
    firm = Firm(
        id="firm", name=row.name, timezone=row.timezone, fiscal_year_end=row.fiscal_year_end, settings=row.settings
    )
    return put(scope, Firm, [firm])


def apply_staff(scope: Scope, rows: Sequence[StaffRow]) -> Applied:
    """People by e-mail address. Passwords are not part of a folder and stay as they are."""
    scope.require(Right.PEOPLE_MANAGE)
    return put(scope, Person, [_person(row) for row in rows])


def _person(row: StaffRow) -> Person:
    return Person(
        id=stable_id("per", row.email),
        email=row.email,
        name=row.name,
        role=row.role,
        standard_rate=row.standard_rate,
        cost_rate=row.cost_rate,
        weekly_hours=row.weekly_hours,
        active=row.active,
        custom=row.custom,
    )


def apply_clients(scope: Scope, rows: Sequence[ClientRow]) -> Applied:
    """Clients by ref, and the groups that they name."""
    scope.require(Right.CLIENT_WRITE)
    people = known_people(scope)
    reasons = {row.ref: lacking(("partner", row.partner, people), ("manager", row.manager, people)) for row in rows}
    rejected = tuple(reject("clients.csv", row, reason) for row in rows if (reason := reasons[row.ref]))
    taken = [row for row in rows if not reasons[row.ref]]
    groups = sorted({row.group for row in taken if row.group})
    known = named_groups(scope)
    put(scope, ClientGroup, [ClientGroup(id=stable_id("grp", n), name=n) for n in groups if n not in known])
    standing, said = stand_clients(scope, [_client(row, people, known) for row in taken])
    left = Applied(unchanged=len(taken) - len(standing), rejected=rejected, kept=tuple(said))
    return put(scope, Client, standing) + left


def _client(row: ClientRow, people: dict[str, str], groups: dict[str, str]) -> Client:
    return Client(
        id=stable_id("cl", row.ref),
        ref=row.ref,
        name=row.name,
        entity_type=row.entity_type,
        status=row.status,
        group_id=groups.get(row.group, stable_id("grp", row.group)) if row.group else None,
        partner_id=people[row.partner] if row.partner else None,
        manager_id=people[row.manager] if row.manager else None,
        tax_id=row.tax_id,
        state=row.state.upper() if row.state else None,
        fiscal_year_end=row.fiscal_year_end,
        industry=row.industry,
        since=row.since,
        annual_fee=row.annual_fee,
        ai_policy=row.ai_policy,
        address=row.address,
        city=row.city,
        zip=row.zip,
        custom=row.custom,
    )


def apply_contacts(scope: Scope, rows: Sequence[ContactRow]) -> Applied:
    """People outside the firm, by e-mail address or, without one, by client and name; and what each is to a client.

    Somebody who stands behind several clients is one contact: the first row that names her gives name and phone, so give all
    rows of the file at once.
    """
    scope.require(Right.CLIENT_WRITE)
    clients = known_clients(scope, (row.client_ref for row in rows))
    merged = merged_contacts(scope)
    contacts: dict[str, Contact] = {}
    ties: dict[str, ClientContact] = {}
    rejected = []
    for row in rows:
        contact = _contact(row)
        gone = contact.id in merged
        tie = stable_id("cc", row.client_ref, contact.id)
        reason = lacking(("client_ref", row.client_ref, clients))
        if not reason and tie in ties:
            reason = f"this client has another contact of the address {row.email}; leave it empty for one of them"
        if reason:
            rejected.append(reject("contacts.csv", row, reason))
            continue
        if not gone:
            contacts.setdefault(contact.id, contact)
        ties[tie] = _tie(row, tie, merged.get(contact.id, contact.id), clients[row.client_ref])
    left = tied_otherwise(scope, ties.values())
    ties = {tie: row for tie, row in ties.items() if tie not in left}
    stand_contacts(scope, list(contacts.values()))
    people = put(scope, Contact, list(contacts.values()))
    tied = put(scope, ClientContact, list(ties.values()))
    # a row of the file is one tie; a changed name or phone counts as one changed row
    also = min(people.updated, tied.unchanged)
    return Applied(tied.created, tied.updated + also, tied.unchanged - also + len(left), tuple(rejected), tied.kept)


def _contact(row: ContactRow) -> Contact:
    key = (row.email,) if row.email else (row.client_ref, row.name)
    return Contact(id=stable_id("con", *key), name=row.name, email=row.email, phone=row.phone, custom=row.custom)


def _tie(row: ContactRow, identity: str, contact_id: str, client_id: str) -> ClientContact:
    return ClientContact(
        id=identity,
        client_id=client_id,
        contact_id=contact_id,
        title=row.title,
        is_primary=row.is_primary,
        ownership_pct=row.ownership_pct,
    )

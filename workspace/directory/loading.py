"""What a load of the firm folder leaves alone, because a person said otherwise: merged clients and contacts, lifecycle, custom fields.

Owns only that; what documents feed is held back by workspace/records/history.py.
"""

from collections.abc import Collection, Iterable, Sequence

from sqlalchemy import select

from store.tables import (
    Client,
    ClientContact,
    ClientGroup,
    Contact,
    CustomField,
    LifecycleChange,
    MergedClient,
    MergedContact,
    Person,
)
from workspace.scope import Scope


def merged_refs(scope: Scope) -> dict[str, str]:
    """The ids of the clients that others were merged into, by the others' refs; one query."""
    query = select(Client.ref, MergedClient.client_id).join(Client, Client.id == MergedClient.merged_id)
    found = scope.session.execute(query.where(MergedClient.client_id.in_(scope.clients())))
    return dict(found.tuples().all())


def merged_contacts(scope: Scope) -> dict[str, str]:
    """The ids of the contacts that others were merged into, by the others' ids; one query."""
    return dict(scope.session.execute(select(MergedContact.id, MergedContact.contact_id)).tuples().all())


def named_groups(scope: Scope) -> dict[str, str]:
    """The ids of the groups by their names as they are now; one query."""
    return dict(scope.session.execute(select(ClientGroup.name, ClientGroup.id)).tuples().all())


def stand_clients(scope: Scope, rows: Sequence[Client]) -> tuple[list[Client], list[str]]:
    """Of clients as a folder states them: those to put, with what a person set kept, and what is to be said about it."""
    merged, moved = merged_refs(scope), _moved(scope)
    fields = set(scope.session.scalars(select(CustomField.name).where(CustomField.of == "client")))
    kept = _custom(scope, Client, [row.id for row in rows]) if fields else {}
    said, taken = [], []
    for row in rows:
        if row.ref in merged:
            said.append(f"client {row.ref}: left alone, it was merged into another client")
            continue
        if row.id in moved:
            status, before, who = moved[row.id]
            if row.status != status:
                stays = row.status == before
                if stays:
                    row.status, told = (
                        status,
                        f"stays {status}, which {who or 'a person'} set; the folder still says {before}",
                    )
                else:
                    told = f"now {row.status}, which is new in the folder; {who or 'a person'} had set {status}"
                said.append(f"client {row.ref}, status: {told}")
        row.custom = {**{n: v for n, v in kept.get(row.id, {}).items() if n in fields}, **row.custom}
        taken.append(row)
    return taken, said


def _moved(scope: Scope) -> dict[str, tuple[str, str, str | None]]:
    """By client: the status that was set last, what the folder said before the first move, and who set it."""
    row = LifecycleChange
    query = select(row.client_id, row.before, row.after, Person.name).outerjoin(Person, Person.id == row.person_id)
    found: dict[str, tuple[str, str, str | None]] = {}
    for client_id, before, after, who in scope.session.execute(query.order_by(row.at, row.id)).tuples():
        found[client_id] = (after, found[client_id][1] if client_id in found else before, who)
    return found


def stand_contacts(scope: Scope, rows: Sequence[Contact]) -> None:
    """Put the values of the firm's fields, which the folder does not know, into contacts as a folder states them."""
    fields = set(scope.session.scalars(select(CustomField.name).where(CustomField.of == "contact")))
    kept = _custom(scope, Contact, [row.id for row in rows]) if fields else {}
    for row in rows:
        row.custom = {**{n: v for n, v in kept.get(row.id, {}).items() if n in fields}, **row.custom}


def _custom(scope: Scope, table: type[Client] | type[Contact], ids: Sequence[str]) -> dict[str, dict[str, object]]:
    found: dict[str, dict[str, object]] = {}
    for first in range(0, len(ids), 500):
        query = select(table.id, table.custom).where(table.id.in_(ids[first : first + 500]))
        found.update(scope.session.execute(query).tuples().all())
    return found


def tied_otherwise(scope: Scope, ties: Iterable[ClientContact]) -> Collection[str]:
    """The ids of ties that stand under another id already, because one of their ends was merged or linked by hand."""
    wanted: dict[tuple[str, str], set[str]] = {}
    for tie in ties:
        wanted.setdefault((tie.client_id, tie.contact_id), set()).add(tie.id)
    contacts = sorted({contact for _, contact in wanted})
    found = {one for ids in wanted.values() for one in sorted(ids)[1:]}  # two rows of the folder that became one tie
    for first in range(0, len(contacts), 500):
        row = ClientContact
        query = select(row.client_id, row.contact_id, row.id).where(row.contact_id.in_(contacts[first : first + 500]))
        for client_id, contact_id, identity in scope.session.execute(query).tuples():
            ids = wanted.get((client_id, contact_id), set())
            found = (found | ids) - {identity} if ids else found
    return found

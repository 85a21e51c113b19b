"""Who may be asked to sign a letter, and which papers may show a signature: what the page of a signing offers to choose from."""

from dataclasses import dataclass

from sqlalchemy import select

from store.tables import Client, ClientContact, Contact, Document
from workspace.scope import Right, Scope, access_deliverable


@dataclass(frozen=True)
class Letter:
    """A letter as its signing names it."""

    id: str
    title: str
    state: str
    client_ref: str
    client: str


def suggested(
    scope: Scope, deliverable_id: str
) -> tuple[Letter, tuple[tuple[str, str], ...], tuple[tuple[str, str], ...]]:
    """The letter, the client's contacts (name, address), main one first, and its documents (id, path), the newest first. Four queries.
    Raises NotFound, Forbidden without letter:write."""
    row = access_deliverable(scope, deliverable_id, Right.LETTER_WRITE)
    client = scope.session.scalars(
        select(Client).where(Client.id == row.client_id, Client.id.in_(scope.clients()))
    ).one()
    people = scope.session.execute(
        select(Contact.name, Contact.email)
        .join(ClientContact, ClientContact.contact_id == Contact.id)
        .where(ClientContact.client_id == client.id)
        .order_by(ClientContact.is_primary.desc(), Contact.name)
        .limit(6)
    )
    papers = scope.session.execute(
        select(Document.id, Document.path)
        .where(Document.client_id == client.id, Document.state != "refused")
        .order_by(Document.received_at.desc(), Document.id)
        .limit(40)
    )
    return (
        Letter(row.id, row.title, row.state, client.ref, client.name),
        tuple((name, email or "") for name, email in people),
        tuple(one.tuple() for one in papers),
    )

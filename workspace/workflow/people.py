"""Who can be given work on a client: people who work here and may see it, or will by having it."""

from sqlalchemy import select

from store.errors import Forbidden, Invalid, NotFound
from store.tables import Client, Person, TeamMember, Wall
from workspace.scope import Right, Scope, rights_of


def person_at(scope: Scope, address: str) -> Person:
    """The active person of an address or an id. Raises NotFound."""
    text = address.strip()
    wanted = select(Person).where((Person.email == text.lower()) | (Person.id == text), Person.active)
    found = scope.session.scalars(wanted).one_or_none()
    if found is None:
        raise NotFound(f"nobody who works here has the address {address}")
    return found


def can_have(scope: Scope, client: Client, person: Person) -> None:
    """Raises Invalid when work of this client cannot be given to this person: she would not see it."""
    if Right.TASK_WRITE not in rights_of(scope.session, person):
        raise Invalid(f"{person.name} ({person.role}) does no client work")
    here, theirs = (Wall.client_id == client.id, TeamMember.client_id == client.id), TeamMember.person_id == person.id
    walled = scope.session.scalars(select(Wall.id).where(here[0], Wall.person_id == person.id)).first() is not None
    leads = person.role in ("partner", "manager") and person.id not in (client.partner_id, client.manager_id)
    if walled or (leads and scope.session.scalars(select(TeamMember.id).where(here[1], theirs)).first() is None):
        raise Invalid(f"{person.name} does not see {client.name}; choose somebody who does")


def owner_for(scope: Scope, client: Client, address: str | None) -> str | None:
    """The id of the owner of that address; without one the asker where she can have it, else the client's manager or partner.

    Raises NotFound, Invalid."""
    if address:
        person = person_at(scope, address)
        can_have(scope, client, person)
        return person.id
    asker = scope.session.get(Person, scope.person_id) if scope.person_id else None
    if asker is not None and scope.has(Right.TASK_WRITE):
        return asker.id
    return client.manager_id or client.partner_id


def still_sees(scope: Scope, client_id: str) -> bool:
    """Whether the asker sees a client after what she did: the staff's scope is the clients whose work they have."""
    scope.session.flush()
    wanted = select(Client.id).where(Client.id == client_id, Client.id.in_(scope.clients()))
    return scope.session.scalars(wanted).first() is not None


def may_work(scope: Scope, right: Right, owner_id: str | None) -> None:
    """Raises Forbidden unless the asker has the right, or may write tasks and owns what is to be changed."""
    if scope.has(right) or (scope.has(Right.TASK_WRITE) and owner_id is not None and owner_id == scope.person_id):
        return
    raise Forbidden(f"{scope.email} ({scope.role}) lacks the right {right.value}, and this is not hers")

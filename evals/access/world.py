"""A firm for the matrix: a person of every standing, one client that they may see, one of another team, and one behind a wall.

The client behind the wall would be theirs without it: its partner, its manager and its team are the very people that the wall keeps out.
Nobody's words but those of the two hidden clients hold WORD (plant.py). Made in a home of its own, over whatever firm lies there.
"""

import json
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from datetime import date, datetime, timedelta
from typing import Any

from sqlalchemy import select, text, update
from sqlalchemy.orm import Session

from api.portal.fence import COOKIE, csrf_token
from api.wiring import Services
from evals.access.furnish import furnish
from evals.access.plant import WORD, plant
from store.ids import stable_id
from store.tables import (
    Base,
    Client,
    ClientContact,
    Contact,
    Engagement,
    FirmRole,
    Glass,
    Person,
    PortalAccess,
    PortalSession,
    RoleRight,
    Signer,
    Task,
    TeamMember,
    Wall,
)
from workspace.platform.tokens import READING
from workspace.scope import RIGHTS, Right, over
from workspace.sign_in import open_token
from workspace.sign_in.sessions import hash_of

OTHER, WALLED = "C902", "C901"
HIDDEN = (WALLED, OTHER)
STAFF = ("partner", "manager", "senior", "staff", "admin")
NARROW = frozenset({Right.CLIENT_READ, Right.TIME_WRITE})
DIFFERS = {"rates:see": True, "money:see": True, "note:write": False, "time:write": False}
"""How the firm's own role differs from staff, over which it is."""


@dataclass(frozen=True)
class Persona:
    """Somebody who asks: with which rights (None: nobody is known by what she sends), by what headers, and which of the hidden clients she
    may see, from which a wall keeps her though she sees all others. `email` is None where no command could run for her; `only` are the
    rights that her token is narrowed to."""

    name: str
    rights: frozenset[Right] | None
    headers: dict[str, str]
    email: str | None = None
    sees: frozenset[str] = frozenset()
    only: frozenset[Right] | None = None
    contact: bool = False
    kept_from: frozenset[str] = frozenset()

    @property
    def narrowed(self) -> bool:
        return self.only is not None


@dataclass(frozen=True)
class World:
    """The firm: who asks, and by table the keys of rows of the client that all see, and of those that are hidden, by ref."""

    services: Services
    ref: str
    personas: dict[str, Persona]
    own: dict[str, list[str]]
    hidden: dict[str, dict[str, str]]
    planted: dict[str, list[str]] = field(default_factory=dict[str, list[str]])

    def fingerprint(self) -> dict[str, str]:
        """The hidden clients' rows as they stand, by table and key: nothing that anybody sends may change one."""
        found: dict[str, str] = {}
        with self.services.database.engine.connect() as connection:
            for table, keys in self.planted.items():
                for key in keys:
                    row = (
                        connection.execute(text(f'SELECT * FROM "{table}" WHERE id = :id'), {"id": key})
                        .mappings()
                        .first()
                    )
                    found[f"{table} {key}"] = json.dumps(dict(row), default=repr, sort_keys=True) if row else "gone"
        return found


def made_world(services: Services, send: Callable[[str, str, str, Any], Any]) -> World:
    """The world in the firm of `services`; `send` sends a request: secret, method, path, JSON."""
    with services.database.writing() as session:
        people = _people(session, services.clock.now())
        client = session.scalars(select(Client).where(Client.status == "active").order_by(Client.ref)).first()
        assert client is not None, "there is a client in the firm"
        _answers_for(session, client, people, services.clock.today())
        ref, work = client.ref, _work_of(session, client.id)
    with services.database.engine.begin() as connection:
        outsider = stable_id("per", "outsider")
        keys = {one: plant(connection, one, outsider) for one in HIDDEN}
    with services.database.writing() as session:
        walls = _hide(session, people, services, ref)
        personas = _personas(session, people, services)
    partner = personas["partner"].headers["authorization"].removeprefix("Bearer ")
    furnish(lambda method, path, body: send(partner, method, path, body), ref, work)
    with services.database.writing() as session:
        personas["contact"] = _contact(session, ref, people["partner"], services)
        _letters_to(session, ref)
    for one, key in walls.items():
        keys[one] |= {"walls": key, "matters": keys[one]["engagements"], "numbers": f"{WORD}-invoices-number-{one}"}
    planted = {
        table: [f"{table[:20]}_x{one.lower()}" for one in HIDDEN]
        for table in keys[OTHER]
        if table not in ("matters", "numbers", "walls")
    }
    return World(services, ref, personas, _keys(services, ref), keys, planted)


def _people(session: Session, now: datetime) -> dict[str, str]:
    """The ids of new people: one of each role, and those who stand otherwise."""
    roles = {one: one for one in STAFF}
    roles |= {"own": "staff", "glass": "senior", "former": "partner", "outsider": "partner", "spare": "staff"}
    for name, role in roles.items():
        session.add(
            Person(id=stable_id("per", name), email=f"{name}@access.example", name=f"{name.title()} Person", role=role)
        )
    session.flush()
    made = FirmRole(id=stable_id("role", "own"), slug="own", name="Own role", base="staff")
    made.made_at, made.made_by = now, "admin@access.example"
    spare = FirmRole(id=stable_id("role", "spare"), slug="spare", name="Spare role", base="staff")
    spare.made_at, spare.made_by = now, "admin@access.example"
    session.add_all([made, spare])
    session.flush()
    session.add_all(
        RoleRight(id=stable_id("rr", right), role_id=made.id, right=right, given=given)
        for right, given in DIFFERS.items()
    )
    session.execute(update(Person).where(Person.id == stable_id("per", "own")).values(own_role_id=made.id))
    session.execute(update(Person).where(Person.id == stable_id("per", "former")).values(active=False))
    return {name: stable_id("per", name) for name in roles}


def _answers_for(session: Session, client: Client, people: dict[str, str], today: date) -> None:
    """The client is this team's."""
    client.partner_id, client.manager_id = people["partner"], people["manager"]
    for name in ("senior", "staff", "own", "glass"):
        session.add(
            TeamMember(id=stable_id("team", client.id, name), client_id=client.id, person_id=people[name], since=today)
        )


def _work_of(session: Session, client_id: str) -> str:
    found = session.scalars(select(Engagement.ref).where(Engagement.client_id == client_id).order_by(Engagement.ref))
    return found.first() or ""


def _hide(session: Session, people: dict[str, str], services: Services, ref: str) -> dict[str, str]:
    """Walls and glass: the walled client is the team's own, and even glass does not open it; the other is nobody's of them.
    Answers with a wall around each, by ref."""
    today, now = services.clock.today(), services.clock.now()
    walled, other, own = (session.scalars(select(Client).where(Client.ref == one)).one() for one in (*HIDDEN, ref))
    _answers_for(session, walled, people, today)
    for job in session.scalars(select(Engagement).where(Engagement.client_id == walled.id)):
        job.owner_id = people["senior"]
    for task in session.scalars(select(Task).where(Task.client_id == walled.id)):
        task.owner_id = people["staff"]
    kept_out = [(walled.id, one) for one in (*STAFF, "own", "glass")] + [(other.id, "admin"), (other.id, "former")]
    kept_out.append((own.id, "former"))  # so that there is a wall that may be looked at
    for client_id, name in kept_out:
        key = stable_id("wall", client_id, name)
        session.add(Wall(id=key, client_id=client_id, person_id=people[name], reason="kept apart", set_on=today))
    for one, name in ((walled, "glass"), (other, "glass"), (own, "outsider")):
        session.add(
            Glass(
                id=stable_id("glass", one.id, "x"),
                client_id=one.id,
                person_id=people[name],
                reason="the partner is ill",
                opened_at=now,
                until=now + timedelta(days=400),
            )
        )
    opened = {"glass_until": now + timedelta(days=400)}
    session.execute(update(Person).where(Person.id.in_((people["glass"], people["outsider"]))).values(**opened))
    return {WALLED: stable_id("wall", walled.id, "senior"), OTHER: stable_id("wall", other.id, "former")}


def _personas(session: Session, people: dict[str, str], services: Services) -> dict[str, Persona]:
    now = services.clock.real_now()

    def bearer(name: str, rights: list[str] | None = None) -> dict[str, str]:
        secret = open_token(session, people[name], "matrix", now, timedelta(days=1), rights)
        return {"authorization": f"Bearer {secret}"}

    def who(name: str, rights: frozenset[Right], **more: Any) -> Persona:
        return Persona(name, rights, bearer(name), f"{name}@access.example", **more)

    made = {one: who(one, RIGHTS[one]) for one in STAFF}
    made["admin"] = replace(made["admin"], kept_from=frozenset(HIDDEN))
    made["own"] = who("own", over("staff", DIFFERS))
    made["glass"] = who("glass", RIGHTS["senior"], sees=frozenset({OTHER}))
    for name, only in (("narrow", NARROW), ("reader", READING)):
        held = RIGHTS["partner"] & only
        headers = bearer("partner", sorted(one.value for one in held))
        made[name] = Persona(name, held, headers, "partner@access.example", only=held)
    made["former"] = Persona("former", None, bearer("former"), "former@access.example")
    made["nobody"] = Persona("nobody", None, {})
    made["stranger"] = Persona("stranger", None, {"authorization": "Bearer " + "x" * 43})
    return made


def _contact(session: Session, ref: str, partner: str, services: Services) -> Persona:
    """A contact of the own client with an open browser in the portal."""
    now, secret = services.clock.real_now(), "portal" + "y" * 37
    client = session.scalars(select(Client).where(Client.ref == ref)).one()
    tie = session.scalars(select(ClientContact).where(ClientContact.client_id == client.id).limit(1)).one()
    access = PortalAccess(id=stable_id("pa", ref), client_id=client.id, contact_id=tie.contact_id, granted_by=partner)
    access.granted_at = now
    more = {"agent": "", "address": "127.0.0.1", "opened_at": now, "used_at": now}
    session.add(access)
    session.add(
        PortalSession(
            id=stable_id("ps", ref),
            contact_id=tie.contact_id,
            token_hash=hash_of(secret),
            expires_at=now + timedelta(days=1),
            **more,
        )
    )
    headers = {"cookie": f"{COOKIE}={secret}", "x-csrf-token": csrf_token(secret)}
    return Persona("contact", None, headers, contact=True)


def _letters_to(session: Session, ref: str) -> None:
    """The hidden clients' letters wait for a signature of the contact's own address: only whose letters they are hides them."""
    own = session.scalars(select(Client).where(Client.ref == ref)).one()
    contact = session.scalars(select(Contact).join(ClientContact).where(ClientContact.client_id == own.id)).first()
    assert contact is not None
    contact.email = contact.email or "contact@access.example"
    session.execute(
        update(Signer).where(Signer.id.in_([f"signers_x{one.lower()}" for one in HIDDEN])).values(email=contact.email)
    )


def _keys(services: Services, ref: str) -> dict[str, list[str]]:
    """Keys by table: of the client's rows where the table holds rows of clients, else of all that are not of the hidden ones."""
    found: dict[str, list[str]] = {}
    with services.database.engine.connect() as connection:
        own = connection.execute(text("SELECT id FROM clients WHERE ref = :ref"), {"ref": ref}).scalar_one()
        for table in Base.metadata.sorted_tables:
            if "id" not in table.columns:
                continue
            key = "ref" if "ref" in table.columns else "key" if "key" in table.columns else "id"
            of = "id" if table.name == "clients" else "client_id" if "client_id" in table.columns else ""
            not_planted = f" WHERE CAST(id AS TEXT) NOT LIKE '{table.name[:20]}#_xc90_' ESCAPE '#'"
            where = f' WHERE "{of}" = :own' if of else not_planted
            asked = {"own": own} if of else {}
            rows = connection.execute(text(f'SELECT "{key}" FROM "{table.name}"{where} ORDER BY 1'), asked)
            found[table.name] = [str(one) for (one,) in rows]
            if of and not found[table.name]:  # of a prospect that she took in, and the like
                rows = connection.execute(text(f'SELECT "{key}" FROM "{table.name}"{not_planted} ORDER BY 1'))
                found[table.name] = [str(one) for (one,) in rows]
        matters = "SELECT ref FROM engagements WHERE template = 'matter' AND client_id = :own"
        numbers = "SELECT number FROM invoices WHERE client_id = :own ORDER BY 1"
        found["numbers"] = [str(one) for (one,) in connection.execute(text(numbers), {"own": own})]
        found["matters"] = [str(one) for (one,) in connection.execute(text(matters), {"own": own})]
        told = select(Contact.id).join(Base.metadata.tables["client_contacts"]).where(text("client_id = :own"))
        found["contacts"] = [str(one) for (one,) in connection.execute(told, {"own": own})] or found["contacts"]
    return found

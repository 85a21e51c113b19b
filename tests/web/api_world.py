"""A firm for generated requests: a person of every role, things of every kind that they may see, and two clients that none of them may see.

The rows of the hidden clients stand in every table that holds rows of clients. Each of their texts holds WORD, so that one look at an
answer tells whether something of them came out; their keys do not, since a refusal may repeat what was asked.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from sqlalchemy import Connection, text

from api.wiring import Services
from evals.access.furnish import furnish
from evals.access.plant import WORD as WORD
from evals.access.plant import plant
from store.tables import Base
from workspace.sign_in import open_token

HIDDEN = ("C901", "C902")
PEOPLE = {"partner": "ana", "manager": "mia", "senior": "sen", "staff": "sol", "admin": "adm"}


@dataclass(frozen=True)
class World:
    """The secret of each role's token, and for each table the keys of rows: those that are there to be seen, and those that are not."""

    services: Services
    secrets: dict[str, str]
    seen: dict[str, list[str]]
    hidden: dict[str, list[str]]


def made_world(services: Services, things: "Callable[[str, str, str, Any], Any]") -> World:
    """The firm of `services` with all of that; `things` sends a request: secret, method, path, body."""
    now = services.clock.real_now()
    with services.database.engine.begin() as connection:
        _senior(connection)
        ben = str(connection.execute(text("SELECT id FROM people WHERE email = 'ben@alder.example'")).scalar_one())
        hidden: dict[str, list[str]] = {}
        for ref in HIDDEN:
            for table, key in plant(connection, ref, ben).items():
                hidden.setdefault(table, []).append(key)
        _walls(connection)
    with services.database.writing() as session:
        ids = {str(email): str(key) for email, key in session.execute(text("SELECT email, id FROM people"))}
        secrets = {
            role: open_token(session, ids[f"{name}@alder.example"], "cases", now, timedelta(days=1))
            for role, name in PEOPLE.items()
        }
    furnish(lambda method, path, body: things(secrets["partner"], method, path, body))
    return World(services, secrets, _keys(services, hidden), hidden)


def _senior(connection: Connection) -> None:
    connection.execute(
        text(
            "INSERT INTO people (id, email, name, role, active, custom) "
            "VALUES ('per_sen', 'sen@alder.example', 'Sen Stone', 'senior', true, '{}')"
        )
    )
    connection.execute(
        text(
            "UPDATE tasks SET owner_id = 'per_sen' WHERE title = 'Review' AND client_id = (SELECT id FROM clients WHERE ref = 'C001')"
        )
    )


def _walls(connection: Connection) -> None:
    """One hidden client is walled off from all; the other is another partner's, and walled off only from who else would see all."""
    for ref, people in (("C901", PEOPLE.values()), ("C902", ["adm"])):
        for name in people:
            connection.execute(
                text(
                    "INSERT INTO walls (id, client_id, person_id, reason, set_on) SELECT :id, c.id, p.id, 'kept apart', '2026-01-01' "
                    "FROM clients c, people p WHERE c.ref = :ref AND p.email = :email"
                ),
                {"id": f"wall_{ref}{name}", "ref": ref, "email": f"{name}@alder.example"},
            )


def _keys(services: Services, hidden: dict[str, list[str]]) -> dict[str, list[str]]:
    """Keys of rows by table, without those of the hidden clients; the refs of clients and engagements stand for themselves."""
    found: dict[str, list[str]] = {}
    with services.database.engine.connect() as connection:
        for table in Base.metadata.sorted_tables:
            if "id" not in table.columns:
                continue
            key = "ref" if "ref" in table.columns else "key" if "key" in table.columns else "id"
            rows = connection.execute(text(f'SELECT "{key}" FROM "{table.name}" ORDER BY 1'))
            kept = [str(one) for (one,) in rows if str(one) not in hidden.get(table.name, ())]
            found[table.name] = [one for one in kept if one not in HIDDEN and one not in ("E901", "E902")]
    return found

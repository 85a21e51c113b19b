"""A firm for generated requests: a person of every role, things of every kind that they may see, and two clients that none of them may see.

The rows of the hidden clients stand in every table that holds rows of clients. Each of their texts holds WORD, so that one look at an
answer tells whether something of them came out; their keys do not, since a refusal may repeat what was asked.
"""

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from sqlalchemy import CheckConstraint, Column, Connection, Table, text

from api.wiring import Services
from store.tables import Base
from workspace.sign_in import open_token

WORD = "qzhidden"
HIDDEN = ("C901", "C902")
PEOPLE = {"partner": "ana", "manager": "mia", "senior": "sen", "staff": "sol", "admin": "adm"}
_BESIDE = (
    "contacts",
    "tags",
    "client_groups",
    "loose_files",
    "relations",
)  # rows that belong to nobody but are those of the hidden clients here
_NOT = (
    "audit",
    "brief_items",
    "merged_clients",
    "new_vectors",
    "outbox",
    "posts",
    "releases",
    "walls",
    "webhook_posts",
)
_PLAIN: dict[str, dict[str, Any]] = {  # what a row needs to be seen by whoever asks without a scope
    "clients": {"entity_type": "1120-S", "status": "active", "fiscal_year_end": "12-31", "state": "IL"},
    "engagements": {"template": "1120-S", "stage": "in-progress", "fee_type": "fixed"},
    "tasks": {"status": "open", "every": None, "waiting_on": None, "done_on": None, "deferred_to": None},
    "deliverables": {"slug": "client-reply", "class": "B", "state": "in_review"},
    "documents": {"source": "upload", "kind": "other", "state": "ready", "gone_since": None, "duplicate_of": None},
    "document_versions": {"stage": "indexed"},
    "invoices": {"kind": "invoice"},
    "bills": {"kind": "hourly", "state": "draft", "invoice_id": None, "credits_id": None},
    "bill_lines": {"kind": "time"},
    "signals": {"slug": "request-open", "class": "A", "state": "open", "as_of": "2026-03-09"},
    "client_requests": {"paused_on": None},
    "request_items": {"received_on": None},
    "item_matches": {"state": "proposed"},
    "messages": {"direction": "in"},
    "mail_sortings": {"state": "open"},
    "timeline_notes": {"kind": "note"},
    "proposals": {"state": "draft", "choice": ""},
    "proposal_lines": {"template": "1120-S", "pricing": "fixed", "option": "", "months": None},
    "signings": {"state": "open"},
    "signers": {"state": "waiting"},
    "series": {"template": "1120-S", "every": "year", "paused_on": None, "ended_on": None},
    "onboardings": {"state": "open"},
    "onboarding_steps": {"slug": "conflicts", "state": "open"},
    "ownership_shares": {"owner_client_id": None},
    "relations": {"kind": "owner of", "from_contact_id": None, "to_client_id": None},
    "reviews": {"decision": "changes"},
    "parties": {"role": "opponent"},
    "preferences": {"kind": "wording", "level": "client", "state": "proposed"},
    "facts": {"type": "text"},
    "time_entries": {"invoice_id": None, "written_off_on": None},
    "expenses": {"invoice_id": None, "written_off_on": None},
    "trust_journal": {"kind": "receipt", "own": None, "reverses_id": None},
    "loose_files": {"state": "filed", "source": "upload"},
}


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
        hidden: dict[str, list[str]] = {}
        for ref in HIDDEN:
            for table, key in _plant(connection, ref).items():
                hidden.setdefault(table, []).append(key)
        _walls(connection)
    with services.database.writing() as session:
        ids = {str(email): str(key) for email, key in session.execute(text("SELECT email, id FROM people"))}
        secrets = {
            role: open_token(session, ids[f"{name}@alder.example"], "cases", now, timedelta(days=1))
            for role, name in PEOPLE.items()
        }
    _furnish(lambda method, path, body: things(secrets["partner"], method, path, body))
    return World(services, secrets, _keys(services, hidden), hidden)


def _senior(connection: Connection) -> None:
    connection.execute(
        text(
            "INSERT INTO people (id, email, name, role, active, custom) "
            "VALUES ('per_sen', 'sen@alder.example', 'Sen Stone', 'senior', 1, '{}')"
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


def _plant(connection: Connection, ref: str) -> dict[str, str]:
    """A row of the client in every table of clients' rows; the key of each by table."""
    ben = connection.execute(text("SELECT id FROM people WHERE email = 'ben@alder.example'")).scalar_one()
    made, keys = {"people": str(ben)}, dict[str, str]()
    tables = [t for t in Base.metadata.sorted_tables if t.name in ("clients", *_BESIDE) or "client_id" in t.columns]
    for table in tables:
        if table.name in _NOT:
            continue
        row = {column.name: _value(table, column, ref, made) for column in table.columns}
        row |= _PLAIN.get(table.name, {})
        names = ", ".join(f'"{name}"' for name in row)
        connection.execute(
            text(f'INSERT INTO "{table.name}" ({names}) VALUES ({", ".join(f":{n}" for n in row)})'), row
        )
        made[table.name] = str(row["id"])
        keys[table.name] = str(row.get("ref") or row.get("key") or row["id"])
    return keys


def _value(table: Table, column: Column[Any], ref: str, made: dict[str, str]) -> Any:
    """What stands in a column of a planted row, as the database keeps it."""
    name, kind = column.name, str(column.type)
    if name == "id" and not column.foreign_keys:
        return f"{table.name[:20]}_x{ref.lower()}"
    if column.foreign_keys:
        target = next(iter(column.foreign_keys)).column.table.name
        if target in made and not (
            target == "people" and column.nullable and name != "owner_id" and name != "partner_id"
        ):
            return made[target]
        assert column.nullable, f"{table.name}.{name} needs a row of {target}, which is planted later"
        return None
    if name == "current_version_id":
        return f"{table.name[:-1]}_versions_x{ref.lower()}"
    if name == "content_hash":
        return ref.encode().hex() * 8
    if name.endswith("_id"):  # a key that the table does not vouch for
        return made.get(f"{name[:-3]}s") or (None if column.nullable else f"{name}_x{ref.lower()}")
    if name == "ref":
        return ref if table.name == "clients" else f"E{ref[1:]}"
    if name == "key" or name.endswith("_hash") or name in ("blob", "paper", "digest"):
        return f"{table.name}{ref}".encode().hex()[:40]
    return _plain_value(table, column, kind, ref)


def _plain_value(table: Table, column: Column[Any], kind: str, ref: str) -> Any:
    word = f"{WORD}-{table.name}-{column.name}-{ref}"
    if kind == "JSON":
        made = column.default.arg(None) if column.default is not None and column.default.is_callable else []  # type: ignore[attr-defined]
        return "{}" if made == {} or column.name in ("custom", "detail", "terms", "read", "source") else "[]"
    if kind == "DATE":
        return "2026-03-02"
    if kind == "DATETIME":
        return "2026-03-02 10:00:00.000000"
    if kind in ("BIGINT", "INTEGER", "BOOLEAN", "DOUBLE"):
        return 1
    if kind == "BLOB":
        return None
    if kind.startswith("VARCHAR(") and int(kind[8:-1]) <= 20:
        return _allowed(table, column.name) or (None if column.nullable else "open")
    return word


def _allowed(table: Table, name: str) -> str | None:
    """The first value that the table allows for a column of states."""
    checks = [str(one.sqltext) for one in table.constraints if isinstance(one, CheckConstraint)]
    found = [re.search(rf"\b{name} IN \('([\w-]+)'", check) for check in checks]
    return next((one[1] for one in found if one), None)


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


def _furnish(send: Callable[[str, str, Any], Any]) -> None:
    """Something of every kind for C001, made as a program would make it; `{name}` stands for the id that was answered under that name."""
    known: dict[str, str] = {}
    for name, method, path, body in _things():
        sent = {key: known.get(value[1:-1], value) if isinstance(value, str) else value for key, value in body.items()}
        answered = send(method, path.format(**known), sent)
        assert answered.status_code in (200, 201), f"{method} {path}: {answered.status_code} {answered.text[:300]}"
        said = answered.json()
        if name:
            known[name] = str(said.get("id") or said.get("ref"))


def _things() -> Iterator[tuple[str, str, str, Any]]:
    client = {"client": "C001"}
    on = {**client, "engagement": "E001"}
    money = {"amount": "900", "on": "2026-03-03", "payee": "Quay Bank", "number": "17"}
    yield "", "POST", "/tasks", {**on, "title": "Ask for the lease", "checklist": ["read it"]}
    yield "", "POST", "/notes", {"timelines": [client], "text": "They move in May."}
    yield "", "POST", "/watches", client
    yield "", "POST", "/timers", {**on, "note": "workpapers"}
    yield "", "POST", "/time", {**on, "on": "2026-03-05", "hours": "1.5"}
    yield "", "POST", "/expenses", {**client, "on": "2026-03-05", "amount": "12.50", "memo": "Parking"}
    yield "", "POST", "/rates", {"amount": "200", "valid_from": "2026-04-01", "service": "advice"}
    yield "", "POST", "/invoices", {**on, "kind": "fixed", "amount": "500"}
    yield "", "POST", "/recurring", {**client, "amount": "100", "text": "Books", "first": "2026-04-01"}
    yield "", "POST", "/requests", {"engagement": "E001", "extra": ["The lease"]}
    yield "", "POST", "/contacts", {**client, "name": "Ada Field", "email": "ada@field.example"}
    yield "", "POST", "/groups", {"name": "Field family", "clients": ["C001"]}
    yield "", "POST", "/fields", {"of": "client", "name": "Portal", "kind": "text"}
    yield "", "POST", "/filters", {"name": "Mine", "query": {"tag": "bakery"}, "shared": False}
    yield "", "PATCH", "/clients/C001", {"tags": ["bakery"]}
    yield "search", "POST", "/conflict-searches", {"names": ["Rival Bakery"], **client}
    yield "matter", "POST", "/matters", {**client, "title": "Lease of Quay Street", "search": "{search}"}
    yield "", "POST", "/matters/{matter}/parties", {"name": "Rival Bakery", "role": "opponent", "aliases": ["Rival"]}
    yield "", "PUT", "/matters/{matter}/fee-agreement", {"kind": "hourly", "rate": "300"}
    yield "", "POST", "/matters/{matter}/dates", {"title": "Hearing", "due": "2026-05-04", "authority": "the clerk"}
    yield "", "POST", "/matters/{matter}/events", {"kind": "complaint-served", "on": "2026-03-02"}
    yield "ledger", "POST", "/trust/ledgers", {**client, "matter": None}
    yield "", "POST", "/trust/ledgers/{ledger}/receipts", money
    yield "", "POST", "/me/tokens", {"name": "spare"}
    yield "", "PUT", "/services/advice", {"title": "Advice", "template": "advisory", "pricing": "fixed", "price": "900"}
    yield (
        "",
        "POST",
        "/proposals",
        {**client, "start": "2026-04-01", "end": "2027-03-31", "lines": [{"service": "advice"}]},
    )
    yield "", "POST", "/series", {**client, "template": "bookkeeping", "first": "2026-03"}
    yield "", "POST", "/clients/C001/knowledge", {"text": "They close on Mondays.", "topic": "habit"}
    yield "", "POST", "/onboardings", {"name": "New Mill LLC", "entity_type": "1065", "contact": {"name": "Nell Mill"}}

"""Rows of clients that somebody must not see, in every table that holds rows of clients, with a word in each of their texts.

One look at an answer then tells whether something of such a client came out. The keys of the rows do not hold the word, since a refusal may
repeat what was asked.
"""

import re
from typing import Any

from sqlalchemy import CheckConstraint, Column, Connection, Table, text

from store.tables import Base

WORD = "qzhidden"
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
    "engagements": {"template": "matter", "stage": "in-progress", "fee_type": "fixed"},
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
    "signers": {"state": "waiting", "expires_at": "2099-01-01 00:00:00.000000"},
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


def plant(connection: Connection, ref: str, owner: str) -> dict[str, str]:
    """A row of a new client of that ref in every table of clients' rows, those of people the row's of `owner` (an id); the key of each by
    table."""
    made, keys = {"people": owner}, dict[str, str]()
    tables = [t for t in Base.metadata.sorted_tables if t.name in ("clients", *_BESIDE) or "client_id" in t.columns]
    for table in tables:
        if table.name in _NOT or "id" not in table.columns:
            continue
        row = {column.name: _value(table, column, ref, made) for column in table.columns}
        row |= _PLAIN.get(table.name, {})
        names = ", ".join(f'"{name}"' for name in row)
        values = ", ".join(_given(connection, table.columns[name]) for name in row)
        connection.execute(text(f'INSERT INTO "{table.name}" ({names}) VALUES ({values})'), row)
        made[table.name] = str(row["id"])
        keys[table.name] = str(row.get("ref") or row.get("key") or row["id"])
    return keys


def _given(connection: Connection, column: Column[Any]) -> str:
    """The place of a value in a statement: what is kept is given as text or a number, which PostgreSQL turns over only when told to."""
    if connection.dialect.name == "sqlite":
        return f":{column.name}"
    kept = column.type.compile(dialect=connection.dialect)
    return f"CAST(CAST(:{column.name} AS TEXT) AS {kept})" if kept != "BYTEA" else f":{column.name}"


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

"""Rows that the trail vouches for: which tables, which of their columns, and how a row's digest is made.

The committing door notes every row of a vouched table that a transaction adds, changes or removes, and the digests go on the chain with
the transaction's first entry (store/chain.py). A vouch names its columns, so that a column that a later release adds breaks nothing.
Columns that the software itself rewrites all the time (what was last used, what was last tried) are left out, and so are taxpayer ids,
bank numbers and sealed secrets: a digest of nine digits can be guessed.
"""

import hashlib
from collections.abc import Iterable, Iterator, Mapping, Sequence
from functools import cache
from typing import Any

from sqlalchemy import Column, Connection, Table, inspect, select
from sqlalchemy.orm import ORMExecuteState, Session

from store.errors import TickmarkError
from store.sealed import Sealed
from store.tables.base import Base
from store.types import canonical_json

NOTED = "vouched"
UNVOUCHED = {"tickmark_unvouched": True}
"""Execution options of a statement that changes no vouched column."""
_LENGTH = 32  # hex digits of a digest: 128 bits
_AT_ONCE = 500
_ALL: tuple[str, ...] = ()

# Every column, or these. Sealed and often-written columns are never among them.
VOUCHED: Mapping[str, tuple[str, ...]] = {
    "authorizations": _ALL,
    "bill_lines": _ALL,
    "bills": _ALL,
    "calendar_feeds": ("id", "person_id", "token_hash", "own_only", "revoked_at"),
    "clients": ("id", "ref", "entity_type", "status", "partner_id", "manager_id", "ai_policy"),
    "conflict_decisions": _ALL,
    "consents": _ALL,
    "deliverable_versions": _ALL,
    "deliverables": ("id", "client_id", "slug", "class", "occasion", "state", "current_version_id"),
    "document_versions": ("id", "client_id", "document_id", "number", "blob", "size"),
    "door_links": ("id", "person_id", "kind", "token_hash", "made_by", "expires_at", "revoked_at"),
    "documents": ("id", "client_id", "path", "source"),
    "ended_walls": _ALL,
    "engagement_letters": _ALL,
    "erasures": _ALL,
    "fact_corrections": _ALL,
    "fee_agreements": _ALL,
    "firm": ("id", "name", "settings", "second_factor"),
    "firm_roles": _ALL,
    "glass": _ALL,
    "invoices": _ALL,
    "legal_holds": _ALL,
    "model_calls": _ALL,
    "outbox": _ALL,
    "payments": _ALL,
    "people": ("id", "email", "name", "role", "own_role_id", "active", "password_hash"),
    "passkeys": ("id", "owner_kind", "owner_id", "credential_id", "public_key", "revoked_at"),
    "portal_accesses": ("id", "client_id", "contact_id", "granted_by", "granted_at", "revoked_by", "revoked_at"),
    "portal_links": ("id", "contact_id", "client_id", "token_hash", "expires_at", "ended_at"),
    "portal_sessions": ("id", "contact_id", "token_hash", "expires_at", "ended_at"),
    "posts": ("id", "outbox_id", "brief_id", "client_id", "recipients", "message_id", "sent_at"),
    "provider_links": _ALL,
    "rates": _ALL,
    "receipts": _ALL,
    "recovery_codes": ("id", "person_id", "code_hash"),
    "releases": _ALL,
    "retention_rules": _ALL,
    "reviews": _ALL,
    "role_rights": _ALL,
    "second_factors": ("id", "person_id", "confirmed_at"),
    "service_accounts": _ALL,
    "sign_ins": ("id", "person_id", "token_hash", "kind", "rights", "created_at", "expires_at", "revoked_at"),
    "signal_decisions": _ALL,
    "signatures": _ALL,
    "signers": ("id", "client_id", "signing_id", "name", "email", "token_hash", "expires_at", "state"),
    "signings": _ALL,
    "team_members": _ALL,
    "trust_entries": _ALL,
    "trust_journal": _ALL,
    "trust_ledgers": _ALL,
    "trust_reconciliations": _ALL,
    "walls": _ALL,
    "webhooks": ("id", "person_id", "url", "events", "state"),
    "wip_adjustments": _ALL,
}


@cache
def table_of(name: str) -> Table | None:
    """The vouched table of that name; None for one that this release does not have."""
    return Base.metadata.tables.get(name) if name in VOUCHED else None


def _vouched(column: Column[Any], wanted: tuple[str, ...]) -> bool:
    """A column that lies sealed is not vouched for: its value can be guessed from a digest."""
    return column.name in wanted if wanted else not isinstance(column.type, Sealed)


@cache
def columns_of(name: str) -> tuple[Column[Any], ...]:
    """The columns that are vouched for, the key first."""
    table, wanted = Base.metadata.tables[name], VOUCHED[name]
    return tuple(sorted((c for c in table.columns if _vouched(c, wanted)), key=lambda c: not c.primary_key))


@cache
def _keys_of(row_type: Any) -> tuple[str, ...] | None:
    """The attributes that a change of is noted for; None where the table is not vouched for."""
    mapper = inspect(row_type)
    name = row_type.__tablename__
    if table_of(name) is None:
        return None
    return tuple(mapper.get_property_by_column(column).key for column in columns_of(name))


def _type(row: Any) -> Any:
    return type(row)


def note_rows(session: Session, context: object, instances: object) -> None:
    """Listener before a flush: what it will write of vouched tables."""
    noted: dict[str, set[str]] = session.info.setdefault(NOTED, {})
    for row in (*session.new, *session.deleted):
        if _keys_of(_type(row)) is not None:
            noted.setdefault(row.__tablename__, set()).add(_key(row))
    for row in session.dirty:
        keys = _keys_of(_type(row))
        if keys is not None and any(inspect(row).attrs[key].history.has_changes() for key in keys):
            noted.setdefault(row.__tablename__, set()).add(_key(row))


def _key(row: Base) -> str:
    return str(inspect(row).mapper.primary_key_from_instance(row)[0])


def note_statement(state: ORMExecuteState) -> None:
    """Listener of statements: which vouched rows one is about to reach. Raises for an INSERT whose rows it does not name."""
    if not (state.is_update or state.is_delete or state.is_insert) or state.execution_options.get("tickmark_unvouched"):
        return
    statement: Any = state.statement
    table = statement.table
    if not isinstance(table, Table) or table_of(table.name) is None:
        return
    key = next(iter(table.primary_key.columns))
    given: Any = state.parameters
    if isinstance(given, Sequence) and not isinstance(given, str):  # rows by their key
        vouched = {column.name for column in columns_of(table.name)} - {key.name}
        note_ids(state.session, table.name, (one[key.name] for one in given if state.is_insert or vouched & set(one)))
    elif state.is_insert:
        raise TickmarkError(f"rows of {table.name} are added through the session; this is a defect of the program")
    else:
        wanted = select(key) if statement.whereclause is None else select(key).where(statement.whereclause)
        note_ids(state.session, table.name, state.session.scalars(wanted))


def note_ids(session: Session, name: str, ids: Iterable[str]) -> None:
    """Say that these rows of a vouched table changed, where the session does not see it."""
    session.info.setdefault(NOTED, {}).setdefault(name, set()).update(ids)


def gather(session: Session) -> dict[str, Any]:
    """The digests of all that was noted, as the database holds it now: {table: {columns, rows: {id: digest, None for one removed}}}."""
    noted: dict[str, set[str]] = session.info.pop(NOTED, {})
    found: dict[str, Any] = {}
    for name in sorted(noted):
        columns, ids = columns_of(name), sorted(noted[name])
        rows: dict[str, str | None] = dict.fromkeys(ids)
        for first in range(0, len(ids), _AT_ONCE):
            some = select(*columns).where(columns[0].in_(ids[first : first + _AT_ONCE]))
            rows |= {str(row[0]): row_digest(row) for row in session.execute(some)}
        if rows:
            found[name] = {"columns": ",".join(column.name for column in columns), "rows": rows}
    return found


def gather_all(connection: Connection) -> dict[str, Any]:
    """The same of every row that is there, with the columns that the database has now; for the first vouching of a home."""
    found: dict[str, Any] = {}
    looking = inspect(connection)
    there = set(looking.get_table_names())
    for name in sorted(set(VOUCHED) & there & set(Base.metadata.tables)):
        present = {column["name"] for column in looking.get_columns(name)}
        columns = [column for column in columns_of(name) if column.name in present]
        rows = {str(row[0]): row_digest(row) for row in connection.execute(select(*columns))}
        found[name] = {"columns": ",".join(column.name for column in columns), "rows": rows}
    return found


def row_digest(row: Iterable[Any]) -> str:
    """128 bits of SHA-256 over a row's values in the order of its columns, in hex."""
    return hashlib.sha256(canonical_json(list(row)).encode()).hexdigest()[:_LENGTH]


def digests(session: Session, name: str, columns: str) -> Iterator[tuple[str, str]]:
    """Every row of a table by its id, streamed: its digest over these columns (a name that is gone counts as changed)."""
    table = Base.metadata.tables[name]
    picked = [table.columns[one] for one in columns.split(",") if one in table.columns] or [*columns_of(name)]
    for row in session.execute(select(*picked).execution_options(yield_per=1000)):
        yield str(row[0]), row_digest(row)

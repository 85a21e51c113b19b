"""What a person decides once and an import remembers: which client a look-alike is, and what the columns of an unknown table are."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from sqlalchemy import select

from store.audit import AuditTag
from store.entries import KINDS
from store.errors import Invalid, NotFound
from store.ids import stable_id
from store.tables import Client, ImportDecision, ImportMapping
from workspace.acting import record
from workspace.imports.desk import name_key
from workspace.scope import Right, Scope


@dataclass(frozen=True)
class Mapped:
    """How a table of this header is read: `kind` "" sets it aside, `columns` are names of columns by field."""

    fingerprint: str
    kind: str
    columns: Mapping[str, str]


def decide(scope: Scope, system: str, name: str, ref: str | None) -> None:
    """The client that is called so there is ours of this ref, or with None a new one. Raises NotFound."""
    scope.require(Right.IMPORT_RUN)
    if ref is not None:
        query = select(Client.id).where(Client.ref == ref, Client.id.in_(scope.clients()))
        if scope.session.scalar(query) is None:
            raise NotFound(f"there is no client {ref}")
    key = name_key(name)
    if not key:
        raise Invalid("say the name as the export writes it")
    identity = stable_id("idc", system, key)
    kept = scope.session.get(ImportDecision, identity)
    if kept is None:
        kept = ImportDecision(id=identity, system=system, name=key)
        scope.session.add(kept)
    kept.ref, kept.person_id, kept.at = ref or "", scope.person_id, scope.now
    record(scope, AuditTag.IMPORT_DECIDED, f"decision:{identity}", None, system=system, ref=ref or "new")


def map_table(
    scope: Scope, fingerprint: str, header: Sequence[str], kind: str, columns: Mapping[str, str], fields: Sequence[str]
) -> None:
    """Tables of this header are of that kind; `columns` says by field which column holds it, by the column's name, because the same table
    comes with its columns in another order. `header` are the names of all columns, `fields` what the kind may have. Kind "" sets the table
    aside. Raises Invalid."""
    scope.require(Right.IMPORT_RUN)
    if kind and kind not in KINDS:
        raise Invalid(f"a table is one of: {', '.join(KINDS)}")
    if unknown := sorted(set(columns) - set(fields)):
        raise Invalid(f"a {kind or 'table'} has no field {unknown[0][:40]!r}")
    if set(columns.values()) - set(header):
        raise Invalid("a field is mapped to a column that the table does not have")
    if len(set(columns.values())) < len(columns):
        raise Invalid("a column is mapped to two fields; choose one")
    if kind and not columns:
        raise Invalid("say for one column at least what it holds")
    kept = scope.session.get(ImportMapping, fingerprint)
    if kept is None:
        kept = ImportMapping(id=fingerprint)
        scope.session.add(kept)
    kept.header, kept.kind, kept.columns = list(header), kind, dict(columns)
    kept.person_id, kept.at = scope.person_id, scope.now
    record(scope, AuditTag.IMPORT_MAPPED, f"mapping:{fingerprint}", None, kind=kind or "aside")


def learned(scope: Scope) -> dict[str, Mapped]:
    """Every mapping of this firm, by fingerprint."""
    scope.require(Right.IMPORT_RUN)
    rows = scope.session.scalars(select(ImportMapping))
    return {
        one.id: Mapped(one.id, one.kind, {name: str(column) for name, column in one.columns.items()}) for one in rows
    }

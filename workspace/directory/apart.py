"""Pairs that a person looked at and found to be two: they are proposed as one no more. Merges and changes nothing."""

from sqlalchemy import select

from store.audit import AuditTag
from store.errors import Conflict, Invalid, NotFound
from store.ids import stable_id
from store.tables import Client, Contact, NotDouble
from workspace.acting import record
from workspace.directory.contacts import seen_contacts
from workspace.scope import Right, Scope
from workspace.undo import undoable

KINDS = ("client", "contact")


def apart(scope: Scope, kind: str) -> set[tuple[str, str]]:
    """The pairs of ids of that kind, the smaller first; one query. For who proposes pairs of what the asker sees."""
    row = NotDouble
    return set(scope.session.execute(select(row.one, row.other).where(row.kind == kind)).tuples())


def keep_apart(scope: Scope, kind: str, a: str, b: str) -> str:
    """Never propose these two as one again; `a` and `b` are refs of clients or ids of contacts that the asker sees. Answers with the act,
    whose undo lets them be proposed again. Raises NotFound, Forbidden without client:merge, Invalid, Conflict when it is noted already."""
    if kind not in KINDS:
        raise Invalid(f"there are pairs of {' and '.join(KINDS)}")
    scope.require(Right.CLIENT_MERGE)
    one, other = sorted((_id(scope, kind, a), _id(scope, kind, b)))
    if one == other:
        raise Invalid("choose two of them")
    key = stable_id("nod", kind, one, other)
    if scope.session.get(NotDouble, key) is not None:
        raise Conflict("it is noted already that these are two")
    label = f"Noted that {a} and {b} are two" if kind == "client" else "Noted that two contacts are two"
    with undoable(scope, label) as act:
        scope.session.add(NotDouble(id=key, kind=kind, one=one, other=other, person_id=scope.person_id, at=scope.now))
        record(scope, AuditTag.DOUBLE_DISMISSED, f"{kind}:{one}", one if kind == "client" else None, other=other)
    return act.id


def _id(scope: Scope, kind: str, name: str) -> str:
    if kind == "client":
        query = select(Client.id).where(Client.ref == name.strip(), Client.id.in_(scope.clients()))
    else:
        query = select(Contact.id).where(Contact.id == name.strip(), Contact.id.in_(seen_contacts(scope)))
    found = scope.session.scalars(query).one_or_none()
    if found is None:
        raise NotFound(f"there is no {kind} {name.strip()}")
    return found

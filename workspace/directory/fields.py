"""Custom fields: what the firm wants to know of clients, contacts and engagements, of which kind, and a value checked against it.

The values lie in the row's own `custom`, by the field's name, as text: a day ISO, a number as it was written.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal, InvalidOperation
from typing import Any

from sqlalchemy import select

from store.audit import AuditTag
from store.errors import Conflict, Invalid, NotFound
from store.ids import stable_id
from store.tables import CustomField, Engagement
from workspace.directory.words import line, note
from workspace.scope import Right, Scope
from workspace.undo import undoable

OF = ("client", "contact", "engagement")
KINDS = ("text", "number", "date", "choice")
LONGEST = 400


@dataclass(frozen=True)
class Field:
    """A field as pages and programs see it."""

    id: str
    of: str
    name: str
    kind: str
    choices: tuple[str, ...]


def fields_of(scope: Scope, of: str | None = None) -> tuple[Field, ...]:
    """The firm's fields, by what they are of and name; one query."""
    query = select(CustomField).order_by(CustomField.of, CustomField.name)
    if of is not None:
        query = query.where(CustomField.of == of)
    return tuple(Field(f.id, f.of, f.name, f.kind, tuple(f.choices)) for f in scope.session.scalars(query))


def define(scope: Scope, of: str, name: str, kind: str, choices: tuple[str, ...] = ()) -> tuple[str, str]:
    """Define a field: (its id, the act). Raises Invalid, Conflict where there is one of that name."""
    scope.require(Right.TEMPLATE_WRITE)
    if of not in OF or kind not in KINDS:
        raise Invalid(f"a field is of {', '.join(OF)} and of the kind {', '.join(KINDS)}")
    named = line(name, 60, "the name of the field", needed=True) or ""
    words = tuple(dict.fromkeys(word for one in choices if (word := line(one, 100, "a choice"))))
    if kind == "choice" and len(words) < 2:
        raise Invalid("a choice needs at least two words to choose from")
    identity = stable_id("fld", of, named)
    if scope.session.get(CustomField, identity) is not None:
        raise Conflict(f"there is a field {named} of {of}s already")
    with undoable(scope, f"New field {named}") as act:
        row = CustomField(id=identity, of=of, name=named, kind=kind, choices=list(words) if kind == "choice" else [])
        scope.session.add(row)
        note(scope, AuditTag.FIELD_SET, f"field:{identity}", of=of, name=named, kind=kind)
    return identity, act.id


def remove(scope: Scope, field_id: str) -> str:
    """Take a field away; values that were entered stay in the rows, and come back with a field of that name. Raises NotFound."""
    scope.require(Right.TEMPLATE_WRITE)
    row = scope.session.get(CustomField, field_id)
    if row is None:
        raise NotFound("there is no such field")
    with undoable(scope, f"Field {row.name} taken away") as act:
        note(scope, AuditTag.FIELD_SET, f"field:{row.id}", of=row.of, name=row.name, removed=True)
        scope.session.delete(row)
    return act.id


def with_values(scope: Scope, of: str, custom: Mapping[str, Any], values: Mapping[str, Any]) -> dict[str, Any]:
    """`custom` with these values in it, each checked; an empty one is taken out. Raises Invalid for an unknown field or a wrong value."""
    known = {field.name: field for field in fields_of(scope, of)} if values else {}
    kept = dict(custom)
    for name, value in values.items():
        field = known.get(name)
        if field is None:
            raise Invalid(f"the firm has no field {name!r} of {of}s")
        text = checked(field, value)
        if text is None:
            kept.pop(name, None)
        else:
            kept[name] = text
    return kept


def checked(field: Field, value: object) -> str | None:
    """The value as it is kept; None for an empty one. Raises Invalid for what is not of the field's kind."""
    text = line(None if value is None else str(value), LONGEST, field.name)
    if text is None:
        return None
    if field.kind == "choice" and text not in field.choices:
        raise Invalid(f"{field.name} is one of {', '.join(field.choices)}, not {text!r}")
    try:
        if field.kind == "date":
            return date.fromisoformat(text).isoformat()
        if field.kind == "number":
            number = Decimal(text.replace(",", ""))
            if not number.is_finite():
                raise ValueError
            return format(number, "f")
    except (ValueError, InvalidOperation):
        raise Invalid(
            f"{field.name} is {text!r}, not a {'day like 2026-03-16' if field.kind == 'date' else 'number'}"
        ) from None
    return text


def set_engagement_values(scope: Scope, engagement_ref: str, values: Mapping[str, Any]) -> str:
    """Set custom fields of an engagement; answers with the act. Raises NotFound, Forbidden, Invalid."""
    query = select(Engagement).where(Engagement.ref == engagement_ref, Engagement.client_id.in_(scope.clients()))
    row = scope.session.scalars(query).one_or_none()
    if row is None:
        raise NotFound(f"there is no engagement {engagement_ref}")
    scope.require(Right.ENGAGEMENT_WRITE)
    with undoable(scope, f"{row.title}: {', '.join(values)}") as act:
        row.custom = with_values(scope, "engagement", row.custom, values)
        note(scope, AuditTag.FIELD_SET, f"engagement:{row.id}", row.client_id, fields=sorted(values))
    return act.id

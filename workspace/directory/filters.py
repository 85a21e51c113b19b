"""Filters of the list of clients: what can be asked of a client, which answer it gives, and filters kept under a name.

A filter is {name: value}: status, type, partner, manager, tag, group, state, open (items, late, drafts, signals), q (words of name or ref)
and `field:NAME` for a custom field; all must hold. Without a status those who are gone (former, archived, merged) are left out.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from sqlalchemy import or_, select

from store.errors import Conflict, Invalid, NotFound
from store.ids import new_id
from store.tables import Person, SavedFilter
from workspace.directory.lifecycle import GONE
from workspace.directory.words import line
from workspace.pages.clients import ClientLine
from workspace.scope import Right, Scope
from workspace.undo import undoable

NAMES = ("status", "type", "partner", "manager", "tag", "group", "state", "open", "q")
OPEN_OF = {
    "items": "we wait for items",
    "late": "receivable 60 days and over",
    "drafts": "drafts wait",
    "signals": "signals are open",
}
FIELD = "field:"
EVERY = "all"
NONE = "–"
"""Asks for those who have none: no partner, no group."""


@dataclass(frozen=True)
class Saved:
    """A filter kept under a name. `by` is whose it is, `own` whether it is the asker's."""

    id: str
    name: str
    query: Mapping[str, str]
    shared: bool
    by: str
    own: bool


def cleaned(query: Mapping[str, str]) -> dict[str, str]:
    """What of an address is a filter; empty values and other names are left out. Raises Invalid for a value that is too long."""
    kept = {n: v.strip() for n, v in query.items() if (n in NAMES or n.startswith(FIELD)) and v.strip()}
    if any(len(n) > 80 or len(v) > 200 for n, v in kept.items()) or len(kept) > 20:
        raise Invalid("the filter is too long")
    return kept


def matching(lines: Sequence[ClientLine], query: Mapping[str, str]) -> list[ClientLine]:
    """The clients that answer to the whole filter, in their order."""
    return [one for one in lines if matches(one, query)]


def matches(one: ClientLine, query: Mapping[str, str]) -> bool:
    """Whether the client answers to the whole filter."""
    status = query.get("status")
    if status is None and one.status in GONE:
        return False
    if status not in (None, EVERY, one.status):
        return False
    if query.keys() <= {"status"}:
        return True  # a list that nobody narrowed: all that follows would ask for nothing
    single = {"type": one.entity_type, "partner": one.partner, "manager": one.manager, "group": one.group}
    for name, value in single.items():
        if name in query and query[name] != (value or NONE):
            return False
    several = {"tag": one.tags, "state": one.states}
    for name, values in several.items():
        if name in query and not (query[name] in values or (query[name] == NONE and not values)):
            return False
    if "open" in query and not _open(one).get(query["open"], False):
        return False
    words = query.get("q", "").lower().split()
    text = f"{one.name} {one.ref}".lower()
    fields = {n.removeprefix(FIELD): v for n, v in query.items() if n.startswith(FIELD)}
    return all(word in text for word in words) and all(
        v.lower() in str(one.custom.get(n, "")).lower() if v != NONE else not one.custom.get(n)
        for n, v in fields.items()
    )


def _open(one: ClientLine) -> dict[str, bool]:
    return {
        "items": bool(one.open_items),
        "late": bool(one.old),
        "drafts": bool(one.drafts),
        "signals": bool(one.signals),
    }


def saved_filters(scope: Scope) -> tuple[Saved, ...]:
    """The asker's filters and those that colleagues share, hers first; one query."""
    row = SavedFilter
    found = scope.session.execute(
        select(row, Person.name)
        .join(Person, Person.id == row.person_id)
        .where(or_(row.person_id == (scope.person_id or ""), row.shared))
        .order_by(row.name, row.id)
    ).tuples()
    every = [Saved(f.id, f.name, f.query, f.shared, by, f.person_id == scope.person_id) for f, by in found]
    return tuple(sorted(every, key=lambda one: not one.own))


def save_filter(scope: Scope, name: str, query: Mapping[str, str], *, shared: bool = False) -> tuple[str, str]:
    """Keep a filter under a name: (its id, the act). One of that name of the asker's is replaced. Raises Invalid, Forbidden."""
    scope.require(Right.CLIENT_READ)
    word, kept = line(name, 60, "the name of the filter", needed=True) or "", cleaned(query)
    if not kept:
        raise Invalid("the filter asks for nothing; choose something first")
    with undoable(scope, f"Filter {word} kept") as act:
        mine = select(SavedFilter).where(SavedFilter.person_id == scope.person_id, SavedFilter.name == word)
        row = scope.session.scalars(mine).one_or_none()
        if row is None:
            row = SavedFilter(id=new_id("flt"), person_id=scope.person_id, name=word, shared=shared, query=kept)
            scope.session.add(row)
        else:
            row.query, row.shared = kept, shared
    return row.id, act.id


def remove_filter(scope: Scope, filter_id: str) -> str:
    """Take a filter of the asker's away; answers with the act. Raises NotFound, Conflict for somebody else's."""
    row = scope.session.get(SavedFilter, filter_id)
    if row is None or not (row.shared or row.person_id == scope.person_id):
        raise NotFound("there is no such filter")
    if row.person_id != scope.person_id:
        raise Conflict("this filter is a colleague's; only who made it takes it away")
    with undoable(scope, f"Filter {row.name} taken away") as act:
        scope.session.delete(row)
    return act.id

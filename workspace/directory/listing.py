"""The list of clients as a page shows it: filtered, a page of it, what can be chosen, and the filters that were kept."""

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal

from sqlalchemy import literal, or_, select, union_all

from store import fence
from store.tables import Client, ClientGroup, ClientTag, CustomField, Person, Tag
from workspace.directory.filters import Saved, matching, saved_filters
from workspace.pages.clients import ClientLine, clients_list
from workspace.scope import Scope
from workspace.snapshot.model import ZERO

AT_ONCE = 100  # a page that opens at once; sorting and finding on the page go by what is on it, the filter by all


@dataclass(frozen=True)
class Choices:
    """What forms offer: `people` are (address, name, role), `groups` and `tags` names that the asker may see, `fields` of clients."""

    people: tuple[tuple[str, str, str], ...]
    groups: tuple[str, ...]
    tags: tuple[str, ...]
    fields: tuple[str, ...]


@dataclass(frozen=True)
class ListPage:
    """A page of the list. `found` answer to the filter, `of` is how many clients the asker has in all; sums are over all found."""

    lines: tuple[ClientLine, ...]
    found: int
    of: int
    number: int
    pages: int
    receivable: Decimal
    old: Decimal
    drafts: int
    choices: Choices
    saved: tuple[Saved, ...]
    partners: tuple[str, ...]
    managers: tuple[str, ...]
    statuses: tuple[str, ...]
    states: tuple[str, ...]


def list_page(scope: Scope, query: Mapping[str, str], number: int = 1) -> ListPage:
    """One page of the clients that answer to a filter; seven queries."""
    every = clients_list(scope)
    found = matching(every, query)
    pages = max(1, -(-len(found) // AT_ONCE))
    at = min(max(number, 1), pages)
    return ListPage(
        lines=tuple(found[(at - 1) * AT_ONCE : at * AT_ONCE]),
        found=len(found),
        of=len(every),
        number=at,
        pages=pages,
        receivable=sum((one.receivable for one in found), ZERO),
        old=sum((one.old for one in found), ZERO),
        drafts=sum(one.drafts for one in found),
        choices=choices_of(scope),
        saved=saved_filters(scope),
        partners=tuple(sorted({one.partner for one in every if one.partner})),
        managers=tuple(sorted({one.manager for one in every if one.manager})),
        statuses=tuple(sorted({one.status for one in every})),
        states=tuple(sorted({state for one in every for state in one.states})),
    )


@fence.beyond(fence.Job.ABSENCE)
def choices_of(scope: Scope) -> Choices:
    """What forms about clients offer; one query."""
    what, word, more, last = literal, "word", "more", "last"
    mine = select(Client.group_id).where(Client.group_id.is_not(None), Client.id.in_(scope.clients()))
    used = select(Client.group_id).where(Client.group_id.is_not(None))
    tagged = select(ClientTag.tag_id).where(ClientTag.client_id.in_(scope.clients()))
    people = select(
        what("person").label("what"), Person.email.label(word), Person.name.label(more), Person.role.label(last)
    ).where(Person.active, Person.role.in_(("partner", "manager", "senior", "staff")))
    groups = select(what("group"), ClientGroup.name, what(""), what("")).where(
        or_(ClientGroup.id.in_(mine), ClientGroup.id.not_in(used))
    )
    tags = select(what("tag"), Tag.name, what(""), what("")).where(Tag.id.in_(tagged))
    fields = select(what("field"), CustomField.name, what(""), what("")).where(CustomField.of == "client")
    rows = scope.session.execute(union_all(people, groups, tags, fields)).tuples().all()

    def of(kind: str) -> tuple[str, ...]:
        return tuple(sorted(one for name, one, _, _ in rows if name == kind))

    known = [(email, name, role) for kind, email, name, role in rows if kind == "person"]
    return Choices(tuple(sorted(known, key=lambda one: (one[1], one[0]))), of("group"), of("tag"), of("field"))

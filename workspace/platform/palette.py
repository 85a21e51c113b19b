"""Where somebody may want to go: clients, engagements, contacts and documents by the beginning of their names; what she worked on last.

At most three queries, each within the scope: nothing of a client outside it comes in, not as a name and not as a count.
"""

from dataclasses import dataclass

from sqlalchemy import ColumnElement, Select, and_, case, func, literal, or_, select, union_all

from store import audit
from store.tables import AuditEntry, Client, ClientContact, Contact, Document, Engagement
from workspace.firm_search_clients import clients_named
from workspace.scope import Right, Scope

MOST = 12
LONGEST = 80
_OF_A_KIND = 5
_RECENT_ENTRIES = 4_000  # how far back on the trail "last" goes
_ENOUGH_FOR_DOCUMENTS = 3  # letters


@dataclass(frozen=True)
class Goal:
    """Somewhere to go. `kind`: client, engagement, contact, document, recent; `key` names it, `detail` tells it from its like."""

    kind: str
    key: str
    title: str
    detail: str
    client_ref: str | None
    rank: int


def goals(scope: Scope, asked: str) -> tuple[Goal, ...]:
    """What fits, the best first, at most MOST; what the asker worked on last when nothing is asked. Raises Forbidden for who may read no
    client."""
    scope.require(Right.CLIENT_READ)
    asked = " ".join(asked.lower().split())[:LONGEST]
    if not asked:
        return _recent(scope)
    parts = [_clients(scope, asked), _engagements(scope, asked), _contacts(scope, asked)]
    if len(asked) >= _ENOUGH_FOR_DOCUMENTS:
        parts.append(_documents(scope, asked))
    # a part with a limit of its own has to be a table of its own before it is put beside others
    rows = scope.session.execute(union_all(*(select(part.subquery()) for part in parts))).tuples()
    found = [Goal(*row) for row in rows]
    if not any(one.kind == "client" for one in found):
        found += _nearly(scope, asked)
    order = {"client": 0, "engagement": 1, "contact": 2, "document": 3}
    return tuple(sorted(found, key=lambda one: (one.rank, order[one.kind], one.title, one.key))[:MOST])


def _part(
    kind: str,
    key: ColumnElement[str],
    title: ColumnElement[str],
    detail: ColumnElement[str],
    ref: ColumnElement[str],
    asked: str,
) -> Select[str, str, str, str, str, int]:
    """The columns of a part, and its order: as it begins, as a word of it begins, as it holds the letters."""
    text = func.lower(title)
    rank = case(
        (func.lower(key) == asked, literal(0)),
        (text.startswith(asked, autoescape=True), literal(0)),
        (text.contains(f" {asked}", autoescape=True), literal(1)),
        else_=literal(2),
    )
    columns = (
        literal(kind).label("kind"),
        key.label("key"),
        title.label("title"),
        func.coalesce(detail, "").label("detail"),
        ref.label("ref"),
        rank.label("rank"),
    )
    return select(*columns).order_by(rank, title, key).limit(_OF_A_KIND)


def _all_words(asked: str, *columns: ColumnElement[str]) -> ColumnElement[bool]:
    """Every word stands in one of the columns."""
    return and_(
        *(
            or_(*(func.lower(column).contains(word, autoescape=True) for column in columns))
            for word in asked.split()[:6]
        )
    )


def _clients(scope: Scope, asked: str) -> Select[str, str, str, str, str, int]:
    made = _part(
        "client",
        Client.ref.expression,
        Client.name.expression,
        Client.entity_type.expression,
        Client.ref.expression,
        asked,
    )
    return made.where(Client.id.in_(scope.clients()), _all_words(asked, Client.name.expression, Client.ref.expression))


def _engagements(scope: Scope, asked: str) -> Select[str, str, str, str, str, int]:
    row = Engagement
    made = _part(
        "engagement", row.ref.expression, row.title.expression, Client.name.expression, Client.ref.expression, asked
    )
    return made.join(Client, Client.id == row.client_id).where(
        row.client_id.in_(scope.clients()),
        _all_words(asked, row.title.expression, row.ref.expression, Client.name.expression),
    )


def _contacts(scope: Scope, asked: str) -> Select[str, str, str, str, str, int]:
    made = _part(
        "contact",
        Contact.id.expression,
        Contact.name.expression,
        func.coalesce(Contact.email, "") + literal(" · ") + Client.name,
        Client.ref.expression,
        asked,
    )
    mail = func.coalesce(Contact.email, "")
    return (
        made.join(ClientContact, ClientContact.contact_id == Contact.id)
        .join(Client, Client.id == ClientContact.client_id)
        .where(ClientContact.client_id.in_(scope.clients()), _all_words(asked, Contact.name.expression, mail))
    )


def _documents(scope: Scope, asked: str) -> Select[str, str, str, str, str, int]:
    row = Document
    made = _part(
        "document", row.id.expression, row.path.expression, Client.name.expression, Client.ref.expression, asked
    )
    return made.join(Client, Client.id == row.client_id).where(
        row.client_id.in_(scope.clients()), _all_words(asked, row.path.expression, Client.name.expression)
    )


def _nearly(scope: Scope, asked: str) -> list[Goal]:
    """Clients whose name is not written quite right."""
    return [Goal("client", hit.ref, hit.name, hit.entity_type, hit.ref, 1) for hit in clients_named(scope, asked)[:3]]


def _recent(scope: Scope) -> tuple[Goal, ...]:
    """The clients on whose entries of the trail the asker stands last; two queries."""
    end = audit.head(scope.session)[0]
    last = func.max(AuditEntry.seq)
    rows = scope.session.execute(
        select(Client.ref, Client.name, Client.entity_type)
        .join(AuditEntry, AuditEntry.client_id == Client.id)
        .where(AuditEntry.seq > end - _RECENT_ENTRIES, AuditEntry.actor == scope.email, Client.id.in_(scope.clients()))
        .group_by(Client.id, Client.ref, Client.name, Client.entity_type)
        .order_by(last.desc())
        .limit(6)
    ).tuples()
    return tuple(Goal("recent", ref, name, entity_type, ref, 0) for ref, name, entity_type in rows)

"""What somebody has in hand: what must be handed over before she goes, or when a wall stands between her and a client."""

from collections.abc import Collection
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Select, String, cast, literal, select, union_all

from store.tables import Automation, Client, Engagement, Person, Series, Task, Timer
from workspace.scope import SERVICE, Scope
from workspace.workflow.engagements import FINISHED


@dataclass(frozen=True)
class Owned:
    """One thing in somebody's hand. `kind`: partner, manager (of the client), engagement, task, series, clock or automation; `ref` and
    `client` are None for what is no client's."""

    kind: str
    title: str
    ref: str | None
    client: str | None
    href: str


def owned_by(scope: Scope, person_id: str, clients: Collection[str] | None = None, *, most: int = 400) -> list[Owned]:
    """What a person has of the clients (all that the asker may see where none are given), by client; at most `most` of each kind. Two
    queries. For who puts up a wall, `clients` are ids that she was asked about already."""
    here = Client.id.in_(scope.clients() if clients is None else clients)
    parts = [query.where(here).order_by(Client.ref).limit(most).subquery().select() for query in _queries(person_id)]
    rows = scope.session.execute(union_all(*parts)).tuples()
    found = [
        Owned(kind, title or kind, ref, name, f"/clients/{ref}/{'record' if kind in _LEADS else 'work'}")
        for kind, title, ref, name in rows
    ]
    if clients is None:
        rules = (
            select(Automation.name)
            .where(Automation.changed_by == person_id, Automation.since.is_not(None))
            .order_by(Automation.name)
            .limit(most)
        )
        found += (Owned("automation", name, None, None, "/automations") for name in scope.session.scalars(rules))
    return found


_LEADS = ("partner", "manager")


def _queries(person_id: str) -> list[Select[str, str, str, str]]:
    def row(kind: str, title: Any) -> Select[str, str, str, str]:
        return select(literal(kind).label("kind"), cast(title, String).label("title"), Client.ref, Client.name)

    def of(kind: str, table: Any, title: Any, *where: Any) -> Select[str, str, str, str]:
        return row(kind, title).join(table, table.client_id == Client.id).where(*where)

    open_work = (Engagement.owner_id == person_id, Engagement.stage.not_in(FINISHED))
    return [
        row("partner", literal("its partner")).where(Client.partner_id == person_id),
        row("manager", literal("its manager")).where(Client.manager_id == person_id),
        of("engagement", Engagement, Engagement.title, *open_work),
        of("task", Task, Task.title, Task.owner_id == person_id, Task.status == "open"),
        of("series", Series, Series.template, Series.owner_id == person_id, Series.ended_on.is_(None)),
        of("clock", Timer, Timer.note, Timer.person_id == person_id),
    ]


def person_named(scope: Scope, address: str) -> Person | None:
    """The person of an address or an id, active or not."""
    text = address.strip()
    return scope.session.scalars(
        select(Person).where((Person.email == text.lower()) | (Person.id == text), Person.role != SERVICE)
    ).one_or_none()

"""The values of an answer over all clients: a sentence, columns, a line for each client or engagement, what was left out."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from sqlalchemy import Select, select

from store.tables import Client, Engagement
from workspace.directory.lifecycle import GONE
from workspace.evidence import Evidence, to_json
from workspace.firm_asking.grammar import FirmQuestion
from workspace.scope import Scope
from workspace.snapshot.model import FINISHED


@dataclass(frozen=True)
class FirmLine:
    """One line: whose it is, `cells` as they are read (beside the client's name), the page that shows it, and the fields it rests on."""

    client_ref: str
    client: str
    cells: tuple[str, ...]
    page: str
    evidence: tuple[Evidence, ...]


@dataclass(frozen=True)
class FirmAnswer:
    """`said` is the answer in a sentence, `columns` are those of the cells, `looked` how many clients were looked through. `unread` says
    of which clients it could not be told, and why."""

    question: FirmQuestion
    said: str
    columns: tuple[str, ...]
    lines: tuple[FirmLine, ...]
    looked: int
    unread: tuple[str, ...] = ()

    def as_json(self) -> dict[str, Any]:
        """The answer as plain values: rows with the cells by column."""
        return {
            "topic": self.question.topic.value,
            "answer": self.said,
            "found": bool(self.lines),
            "columns": list(self.columns),
            "rows": [
                {
                    "client_ref": one.client_ref,
                    "client": one.client,
                    **dict(zip(self.columns, one.cells, strict=True)),
                    "page": one.page,
                    "evidence": [to_json(each) for each in one.evidence],
                }
                for one in self.lines
            ],
            "looked_through": self.looked,
            "unread": list(self.unread),
        }


@dataclass(frozen=True)
class Mine:
    """The clients that a question is about, by id: ref and name. `person_id`: whose work it is about, None: everybody's; `served` are the
    clients whose partner or manager that person is."""

    names: Mapping[str, tuple[str, str]]
    ids: Select[str]
    person_id: str | None = None
    served: frozenset[str] = frozenset()

    def takes(self, client_id: str, owner_id: str | None) -> bool:
        """Whether work of a client, done by the owner, is meant."""
        return self.person_id is None or owner_id == self.person_id or client_id in self.served


def mine(scope: Scope, asked: FirmQuestion) -> Mine:
    """The asker's clients, of the entity types that the question names, and those that the person it names serves or has work of; one
    query. Of those who are no partner or manager all clients that they may see are their own."""
    person = None if asked.person_id == scope.person_id and scope.role in ("senior", "staff") else asked.person_id
    query = select(Client.id).where(Client.id.in_(scope.clients()), Client.status.not_in(GONE))
    if asked.entities:
        query = query.where(Client.entity_type.in_(asked.entities))
    if person:
        serves, does = (Client.partner_id == person) | (Client.manager_id == person), Engagement.owner_id == person
        query = query.where(
            serves | Client.id.in_(select(Engagement.client_id).where(does, Engagement.stage.not_in(FINISHED)))
        )
    columns = (Client.id, Client.ref, Client.name, Client.partner_id, Client.manager_id)
    rows = scope.session.execute(select(*columns).where(Client.id.in_(query)).order_by(Client.ref)).tuples().all()
    served = frozenset(row_id for row_id, *_, partner, manager in rows if person in (partner, manager))
    return Mine(
        {row_id: (ref, name) for row_id, ref, name, *_ in rows}, query, person, served if person else frozenset()
    )


Answering = Callable[[Scope, FirmQuestion], FirmAnswer]


def summed(amounts: Sequence[Decimal]) -> Decimal:
    return sum(amounts, Decimal(0))

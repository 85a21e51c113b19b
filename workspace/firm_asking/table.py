"""The values of an answer over all clients: a sentence, columns, a line for each client or engagement, what was left out."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from sqlalchemy import Select, select

from store.tables import Client
from workspace.evidence import Evidence, to_json
from workspace.firm_asking.grammar import FirmQuestion
from workspace.scope import Scope


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
    """The clients that a question is about, by id: ref and name."""

    names: Mapping[str, tuple[str, str]]
    ids: Select[str]


def mine(scope: Scope, asked: FirmQuestion) -> Mine:
    """The asker's clients, of the entity types and the person that the question names; one query."""
    query = select(Client.id).where(Client.id.in_(scope.clients()), Client.status != "archived")
    if asked.entities:
        query = query.where(Client.entity_type.in_(asked.entities))
    if asked.person_id:
        query = query.where((Client.partner_id == asked.person_id) | (Client.manager_id == asked.person_id))
    rows = scope.session.execute(
        select(Client.id, Client.ref, Client.name).where(Client.id.in_(query)).order_by(Client.ref)
    )
    return Mine({row_id: (ref, name) for row_id, ref, name in rows.tuples()}, query)


Answering = Callable[[Scope, FirmQuestion], FirmAnswer]


def summed(amounts: Sequence[Decimal]) -> Decimal:
    return sum(amounts, Decimal(0))

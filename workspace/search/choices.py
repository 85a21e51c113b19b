"""What a search inside a client can be narrowed to: the kinds of its documents and its engagements. Two queries; never searches."""

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import func, select

from store.tables import Document, Engagement
from workspace.scope import Scope, access_client


@dataclass(frozen=True)
class Choices:
    """`kinds` with how many documents are of each, the most first; `engagements` as ref and title, the newest period first."""

    kinds: Sequence[tuple[str, int]]
    engagements: Sequence[tuple[str, str]]


def choices(scope: Scope, client_ref: str) -> Choices:
    """Raises NotFound for a client outside the scope."""
    client = access_client(scope, client_ref)
    number = func.count().label("number")
    kinds = (
        select(Document.kind, number)
        .where(Document.client_id == client.id, Document.kind.is_not(None))
        .group_by(Document.kind)
        .order_by(number.desc(), Document.kind)
    )
    works = (
        select(Engagement.ref, Engagement.title)
        .where(Engagement.client_id == client.id)
        .order_by(Engagement.period_end.desc(), Engagement.ref)
    )
    return Choices(
        kinds=[(str(kind), count) for kind, count in scope.session.execute(kinds).tuples()],
        engagements=scope.session.execute(works).tuples().all(),
    )

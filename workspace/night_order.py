"""In which order a night that asks a model takes its clients: those with most to ask first, so that no long one is left for the end.

Guesses from the records alone, in three queries however many clients there are. An order changes nothing of what is found, only when.
"""

from collections import Counter
from collections.abc import Sequence
from datetime import timedelta

from sqlalchemy import Select, func, select

from store.tables import Client, Document, DocumentVersion, Engagement, Message
from workspace.fact_gaps import ASKED, READ
from workspace.nights import Order
from workspace.promises.readings import DAYS
from workspace.scope import Right, Scope
from workspace.snapshot.model import FINISHED

_A_QUESTION = 12  # mails, which a question takes together; a paper or a draft is a question of its own


def longest_first(scope: Scope, orders: Sequence[Order], reader: str) -> list[Order]:
    """The same orders, by how many questions `reader` may have of each client's papers, mails and open work; those that are alike as they
    stood. Raises Forbidden without scan:run."""
    scope.require(Right.SCAN_RUN)
    questions = _questions(scope, reader)
    return sorted(orders, key=lambda one: -questions[one.ref])


def _questions(scope: Scope, reader: str) -> Counter[str]:
    """About how many, by the client's ref, in twelfths."""
    found: Counter[str] = Counter()
    for query, weight in ((_papers(reader), _A_QUESTION), (_work(), _A_QUESTION), (_mails(scope), 1)):
        counted = query.subquery()
        rows = (
            select(Client.ref, counted.c.number)
            .join(counted, counted.c.client_id == Client.id)
            .where(Client.id.in_(scope.clients()))
        )
        for ref, number in scope.session.execute(rows).tuples():
            found[ref] += number * weight
    return found


def _papers(reader: str) -> Select[str, int]:
    """Versions that somebody else, or nobody, has read to the end."""
    read = DocumentVersion.filled["reader"].as_string()
    return (
        select(Document.client_id, func.count().label("number"))
        .join(DocumentVersion, DocumentVersion.id == Document.current_version_id)
        .where(
            Document.duplicate_of.is_(None),
            Document.kind.in_(ASKED),
            DocumentVersion.stage.in_(READ),
            func.coalesce(read, "") != reader,
        )
        .group_by(Document.client_id)
    )


def _work() -> Select[str, int]:
    """Engagements about which something may have to be drafted."""
    return (
        select(Engagement.client_id, func.count().label("number"))
        .where(Engagement.stage.not_in(FINISHED))
        .group_by(Engagement.client_id)
    )


def _mails(scope: Scope) -> Select[str, int]:
    """Mails in which something may have been promised that is still to come."""
    return (
        select(Message.client_id, func.count().label("number"))
        .where(Message.sent_at >= scope.now - timedelta(days=DAYS))
        .group_by(Message.client_id)
    )

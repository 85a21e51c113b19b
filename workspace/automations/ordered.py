"""Drafts that automations ordered: which wait, and what became of each. Agents write them (agents/ordered.py)."""

from collections.abc import Collection
from dataclasses import dataclass

from sqlalchemy import select

from store.tables import AutomationDraft, Client
from workspace.scope import Right, Scope


@dataclass(frozen=True)
class Order:
    """A draft to write: its id, the client's ref, the kind, the engagement's ref where it is about one."""

    id: str
    client_ref: str
    slug: str
    engagement_ref: str | None


def waiting(scope: Scope, refs: Collection[str] | None = None) -> list[Order]:
    """The orders nobody has seen to, of these clients or of all; one query. Raises Forbidden without deliverable:edit."""
    scope.require(Right.DELIVERABLE_EDIT)
    query = (
        select(AutomationDraft.id, Client.ref, AutomationDraft.slug, AutomationDraft.engagement_ref)
        .join(Client, Client.id == AutomationDraft.client_id)
        .where(AutomationDraft.state == "waiting", Client.id.in_(scope.clients()))
        .order_by(Client.ref, AutomationDraft.id)
    )
    if refs is not None:
        query = query.where(Client.ref.in_(refs))
    return [Order(*one) for one in scope.session.execute(query).tuples()]


def settle_order(scope: Scope, order_id: str, deliverable_id: str | None, problem: str = "") -> None:
    """Note down what became of an order: the deliverable, or why there is none."""
    scope.require(Right.DELIVERABLE_EDIT)
    row = scope.session.get_one(AutomationDraft, order_id)
    if row.state == "waiting":
        row.state = "drafted" if deliverable_id else "failed"
        row.deliverable_id, row.problem = deliverable_id, problem[:600]

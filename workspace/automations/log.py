"""What automations did: when, which rule, about what, and why; what can be taken back. Of clients the asker may see, and no others."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import func, select

from store import audit
from store.audit import AuditTag
from store.errors import Conflict, NotFound
from store.tables import AutomationDraft, AutomationFiring, Client
from workspace.scope import Right, Scope
from workspace.undo import undo

AT_ONCE = 50


@dataclass(frozen=True)
class Line:
    """A firing. `did` are [{what, href}] in the order of the rule; `drafts` say what became of those it ordered; `undoable`: it can be
    taken back."""

    id: str
    automation_id: str
    rule: str
    at: datetime
    client_ref: str
    client: str
    subject: str
    why: str
    depth: int
    state: str
    problem: str
    did: tuple[Mapping[str, Any], ...]
    drafts: tuple[Mapping[str, Any], ...]
    undoable: bool


def log(
    scope: Scope, *, rule_id: str = "", client_ref: str = "", state: str = "", firing_id: str = "", page: int = 1
) -> tuple[tuple[Line, ...], int]:
    """The firings, newest first, a page of them, and how many there are; three queries. Raises Forbidden without automation:set."""
    scope.require(Right.AUTOMATION_SET)
    row = AutomationFiring
    query = select(row, Client.ref, Client.name).join(Client, Client.id == row.client_id)
    query = query.where(Client.id.in_(scope.clients()))
    asked = ((row.automation_id, rule_id), (Client.ref, client_ref), (row.state, state), (row.id, firing_id))
    for column, value in asked:
        if value:
            query = query.where(column == value)
    ordered = query.order_by(row.at.desc(), row.id).limit(AT_ONCE).offset((max(page, 1) - 1) * AT_ONCE)
    found = scope.session.execute(ordered).tuples().all()
    many = len(found)
    if page > 1 or many == AT_ONCE:
        many = scope.session.scalar(select(func.count()).select_from(query.subquery())) or 0
    orders: dict[str, list[Mapping[str, Any]]] = {}
    wanted = select(AutomationDraft).where(AutomationDraft.firing_id.in_([one.id for one, _, _ in found]))
    for one in scope.session.scalars(wanted.order_by(AutomationDraft.id)):
        told = {"slug": one.slug, "state": one.state, "deliverable": one.deliverable_id, "problem": one.problem}
        orders.setdefault(one.firing_id, []).append(told)
    return tuple(_line(one, ref, name, orders.get(one.id, [])) for one, ref, name in found), many


def _line(row: AutomationFiring, ref: str, name: str, orders: list[Mapping[str, Any]]) -> Line:
    waits = any(one["state"] == "waiting" for one in orders)
    return Line(
        row.id,
        row.automation_id,
        row.rule,
        row.at,
        ref,
        name,
        row.subject,
        row.why,
        row.depth,
        row.state,
        row.problem,
        tuple(row.did),
        tuple(orders),
        row.state == "done" and (row.act_id is not None or waits),
    )


def take_back(scope: Scope, firing_id: str) -> None:
    """Undo what a firing did, and call off its drafts that wait. It is not done again for the same occasion.

    Raises NotFound outside the scope, Forbidden without automation:set, Conflict where it cannot be taken back or was changed since."""
    scope.require(Right.AUTOMATION_SET)
    row = scope.session.scalars(
        select(AutomationFiring).where(
            AutomationFiring.id == firing_id, AutomationFiring.client_id.in_(scope.clients())
        )
    ).one_or_none()
    if row is None:
        raise NotFound("there is no such entry in the log")
    orders = scope.session.scalars(
        select(AutomationDraft).where(AutomationDraft.firing_id == row.id, AutomationDraft.state == "waiting")
    ).all()
    if row.state != "done" or (row.act_id is None and not orders):
        raise Conflict("nothing of this can be taken back")
    if row.act_id is not None:
        undo(scope, row.act_id)
    for one in orders:
        one.state = "dropped"
    row.state = "undone"
    audit.record(
        scope.session,
        AuditTag.AUTOMATION_UNDONE,
        actor=scope.email,
        subject=f"automation:{row.automation_id}",
        now=scope.now,
        client_id=row.client_id,
        detail={"rule": row.rule, "firing": row.id},
    )
    scope.session.flush()

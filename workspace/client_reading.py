"""What a scan writes down of a client beside its signals: its deadlines with their slack, what is asked of it, the work that is planned.

The brief and the list of clients are read from this, so that they need no snapshot. Plain JSON values; dates ISO, numbers as text.
"""

from collections.abc import Iterator, Sequence
from datetime import date
from decimal import Decimal
from typing import Any

from workspace.signals.days import business_days_to
from workspace.signals.due import due_of
from workspace.signals.thresholds import Thresholds
from workspace.signals.work import answer_days, remaining, remaining_days
from workspace.snapshot.model import ZERO, Engagement, RequestItem, Snapshot

_TENTH = Decimal("0.1")


def what_was_read(snapshot: Snapshot, today: date, settings: Thresholds) -> dict[str, Any]:
    """`counts` of what was looked at; `answer_days` of the client; `deadlines` of open work and entered ones; open `requests` by
    engagement, and by list that is about none; planned `work` by owner and day; open `tasks`; `findings`: what intake could not read;
    `firm`: the mark of what the whole firm's records say of the client, None where it was not asked."""
    return {
        "counts": {
            "engagements": len(snapshot.engagements),
            "documents": len(snapshot.documents),
            "facts": sum(len(one.facts) for one in snapshot.documents),
            "messages": len(snapshot.messages),
            "invoices": len(snapshot.invoices),
            "time": len(snapshot.time),
            "notes": len(snapshot.notes),
        },
        "answer_days": str(answer_days(snapshot, settings)),
        "deadlines": [*_deadlines(snapshot, today, settings), *_entered(snapshot, today)],
        "requests": list(_requests(snapshot)),
        "work": list(_work(snapshot, today)),
        "tasks": list(_tasks(snapshot)),
        "findings": list(_findings(snapshot)),
        "firm": snapshot.firm.mark if snapshot.firm is not None else None,
    }


def _deadlines(snapshot: Snapshot, today: date, settings: Thresholds) -> Iterator[dict[str, Any]]:
    for engagement in snapshot.engagements:
        due = due_of(snapshot, engagement) if engagement.is_open else None
        if due is None:
            continue
        wait = answer_days(snapshot, settings) if engagement.stage == "waiting-on-client" else ZERO
        slack = business_days_to(today, due.due) - remaining_days(snapshot, engagement, today) - wait
        yield {
            "kind": "engagement",
            "ref": engagement.ref,
            "title": engagement.title,
            "stage": engagement.stage,
            "owner": engagement.owner_id,
            "due": due.due.isoformat(),
            "nominal_due": due.nominal.isoformat(),
            "slack_days": str(slack.quantize(_TENTH)),
            "authority": due.authority,
            "how": list(due.how),
            "confirm": due.confirm,
        }


def _entered(snapshot: Snapshot, today: date) -> Iterator[dict[str, Any]]:
    for entered in snapshot.entered:
        engagement = snapshot.engagement(entered.engagement_id)
        if entered.due >= today:
            yield {
                "kind": "entered",
                "ref": engagement.ref if engagement else None,
                "title": entered.title,
                "stage": engagement.stage if engagement else None,
                "owner": engagement.owner_id if engagement else None,
                "due": entered.due.isoformat(),
                "nominal_due": entered.due.isoformat(),
                "slack_days": str(Decimal(business_days_to(today, entered.due)).quantize(_TENTH)),
                "authority": entered.authority,
                "how": [f"Entered by hand ({entered.authority})."],
                "confirm": not entered.confirmed,
            }


def _requests(snapshot: Snapshot) -> Iterator[dict[str, Any]]:
    """What the client owes us, by open engagement and then by list that is about none."""
    for engagement in snapshot.engagements:
        items = [item for item in snapshot.requests_of(engagement) if item.received_on is None]
        if engagement.is_open and items:
            told = {"engagement_ref": engagement.ref, "title": engagement.title, "owner": engagement.owner_id}
            yield told | _owed(items)
    alone: dict[str, list[RequestItem]] = {}
    for item in snapshot.requests_alone:
        if item.received_on is None:
            alone.setdefault(item.list_id, []).append(item)
    client = snapshot.client
    for key, items in sorted(alone.items()):
        told = {"engagement_ref": None, "title": items[0].list_name, "owner": client.manager_id or client.partner_id}
        yield told | _owed(items) | {"list": key}


def _owed(items: Sequence[RequestItem]) -> dict[str, Any]:
    dues = [item.due for item in items if item.due is not None]
    asked = [item.requested_on for item in items if item.requested_on is not None]
    return {
        "items": [item.item for item in items],
        "oldest_due": min(dues).isoformat() if dues else None,
        "since": min(asked).isoformat() if asked else None,
    }


def _work(snapshot: Snapshot, today: date) -> Iterator[dict[str, Any]]:
    """Open tasks with an estimate by their date; of open engagements without such tasks, the budget hours that remain."""
    planned: set[str | None] = set()
    for task in snapshot.tasks:
        if task.is_open and task.due is not None and task.estimate_hours:
            planned.add(task.engagement_id)
            yield _hours(task.owner_id, task.due, task.estimate_hours)
    for engagement in snapshot.engagements:
        due = due_of(snapshot, engagement)
        left = remaining(snapshot, engagement, today).hours
        if due is not None and left and _unplanned(engagement, planned):
            yield _hours(engagement.owner_id, due.due, left)


def _unplanned(engagement: Engagement, planned: set[str | None]) -> bool:
    return engagement.is_open and engagement.id not in planned


def _hours(owner: str | None, due: date, hours: Decimal) -> dict[str, Any]:
    return {"owner": owner, "due": due.isoformat(), "hours": str(hours)}


def _tasks(snapshot: Snapshot) -> Iterator[dict[str, Any]]:
    for task in snapshot.tasks:
        engagement = snapshot.engagement(task.engagement_id)
        if task.is_open:
            yield {
                "title": task.title,
                "engagement_ref": engagement.ref if engagement else None,
                "engagement": engagement.title if engagement else None,
                "owner": task.owner_id,
                "due": task.due.isoformat() if task.due else None,
                "hours": str(task.estimate_hours) if task.estimate_hours else None,
            }


def _findings(snapshot: Snapshot) -> Iterator[dict[str, Any]]:
    """What of the file nobody has read: warnings and errors of intake; remarks are left out."""
    paths = {one.id: one.path for one in snapshot.documents}
    for finding in snapshot.findings:
        if finding.severity != "info":
            yield {"path": paths.get(finding.document_id or "", finding.source), "message": finding.message}

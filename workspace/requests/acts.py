"""What a person does about requests, as acts that can be undone; a reminder with nothing left to ask is withdrawn with the receipt.

The withdrawal is no part of the act: what waits for a release and would be wrong does not come back with Undo, it is drafted anew.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TypeVar

from store.errors import Invalid
from workspace.requests import alone, lists, proposals
from workspace.requests.reminders import withdraw_whole
from workspace.requests.rows import item_of, list_of, match_of
from workspace.scope import Scope
from workspace.undo import expect, undoable

T = TypeVar("T")
MOST = 100  # proposals at once


@dataclass(frozen=True)
class Done:
    """An act: its id for undo ("" when nothing changed), and what it was about."""

    act: str
    about: str


def make(scope: Scope, engagement_ref: str, how: lists.Making) -> Done:
    """See lists.make_list."""
    with undoable(scope, f"Asked for documents, {engagement_ref}") as act:
        made = lists.make_list(scope, engagement_ref, how)
    return Done(act.id, made)


def make_for_client(scope: Scope, client_ref: str, how: lists.Making) -> Done:
    """See alone.make_client_list."""
    with undoable(scope, f"Asked {client_ref} for documents") as act:
        made = alone.make_client_list(scope, client_ref, how)
    return Done(act.id, made)


def decide(scope: Scope, match_ids: Sequence[str], decision: str, *, whole: bool = False, mark: str = "") -> Done:
    """Confirm or refuse proposals, all or none. `mark`: how the (one) proposal stood when it was looked at.

    Raises NotFound, Forbidden, Conflict, Invalid for none, too many or another decision."""
    if decision not in ("confirm", "refuse"):
        raise Invalid("a proposal is confirmed or refused")
    if not 1 <= len(match_ids) <= MOST:
        raise Invalid(f"choose 1 to {MOST} proposals")
    rows = [match_of(scope, one) for one in match_ids]
    if len(rows) == 1:
        expect(rows[0], mark, "the proposal")
    count = "a document" if len(rows) == 1 else f"{len(rows)} documents"
    with undoable(scope, f"{decision.title()}ed {count}".replace("Refuseed", "Refused")) as act:
        for row in rows:
            if decision == "confirm":
                proposals.confirm(scope, row.id, whole=whole)
            else:
                proposals.refuse(scope, row.id)
    for client_id in {row.client_id for row in rows}:
        withdraw_whole(scope, client_id)
    return Done(act.id, rows[0].item_id)


def on_item(scope: Scope, item_id: str, label: str, act: Callable[[], object], *, mark: str = "") -> Done:
    """Something done to one item. Raises Conflict when it is not as it was looked at."""
    item = item_of(scope, item_id)
    expect(item, mark, "the item")
    client_id, about = item.client_id, item.request_id
    with undoable(scope, f"{label}: {item.item}") as done:
        act()
    withdraw_whole(scope, client_id)
    return Done(done.id, about)


def on_list(scope: Scope, request_id: str, label: str, act: Callable[[], object], *, mark: str = "") -> Done:
    """Something done to a list. Raises Conflict when it is not as it was looked at."""
    row = list_of(scope, request_id)
    expect(row, mark, "the list")
    with undoable(scope, f"{label}: {row.title}") as done:
        act()
    withdraw_whole(scope, row.client_id)
    return Done(done.id, row.id)

"""What automations leave to agents: the dates that a day brings, and the drafts that rules ordered. Front doors: `bring_dates`,
`draft_ordered`.

Doing either twice leaves the same rows: a firing and a draft have one name each. A firm without a rule about dates costs one query, one
without a waiting order one. Sends nothing, releases nothing: each draft waits for its review.
"""

import logging
from collections.abc import Callable, Collection
from typing import TYPE_CHECKING

from agents.draft import draft_for_night, kind_of
from agents.ports import Services
from store.errors import TickmarkError
from workspace.automations.engine import due, meet
from workspace.automations.ordered import Order, settle_order, waiting
from workspace.deliverables.occasions import DueDraft
from workspace.scope import Scope, system_scope
from workspace.snapshot import take_snapshot

if TYPE_CHECKING:
    from sqlalchemy.orm import Session

AT_ONCE = 50  # events in one transaction


def bring_dates(services: Services) -> int:
    """Let today's date triggers act; how many did. Before the scans, so that a client for whom something was done is read anew."""

    def opened(session: "Session") -> Scope:
        return system_scope(session, "night", now=services.clock.now(), today=services.clock.today())

    with services.database.reading() as session:
        events = due(opened(session))
    fired = 0
    for first in range(0, len(events), AT_ONCE):
        with services.database.writing() as session:
            fired += meet(opened(session), events[first : first + AT_ONCE])
    return fired


def draft_ordered(
    services: Services, opened: "Callable[[Session], Scope]", refs: Collection[str] | None = None
) -> list[str]:
    """Write the drafts that wait (for these clients only) and file them for review; the ids of the deliverables. What cannot be drafted is
    said in the log of the automation, and costs the others nothing."""
    with services.database.reading() as session:
        orders = waiting(opened(session), refs)
    return [found for one in orders if (found := _draft(services, opened, one)) is not None]


def _draft(services: Services, opened: "Callable[[Session], Scope]", order: Order) -> str | None:
    problem = ""
    try:
        kind = kind_of(order.slug)
        with services.database.reading() as session:
            scope = opened(session)
            snapshot = take_snapshot(scope, order.client_ref)
            occasion = kind.occasion(snapshot, scope.today, order.engagement_ref)
        wanted = DueDraft(order.slug, occasion, order.engagement_ref)
        found = draft_for_night(services, opened, order.client_ref, wanted, snapshot)
        problem = "" if found else "the client's file does not call for it"
    except TickmarkError as error:
        logging.getLogger("tickmark").info("the ordered draft %s of %s: %s", order.slug, order.client_ref, error)
        found, problem = None, str(error)
    with services.database.writing() as session:
        settle_order(opened(session), order.id, found, problem)
    return found

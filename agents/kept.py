"""Keeps ready what pages over all clients read: after a night, after a scan by day, and whenever something else changed it. One front door,
`keep_ready`. Decides nothing: what is kept, and when it is good no more, is the portfolio's."""

from collections.abc import Callable
from typing import TYPE_CHECKING

from agents.ports import Services
from workspace.portfolio.summary import AT_ONCE, are_stale, keep_summaries
from workspace.scope import Scope

if TYPE_CHECKING:
    from sqlalchemy.orm import Session


def keep_ready(services: Services, scope: Callable[["Session"], Scope]) -> int:
    """Make anew what is not good any more, a batch a transaction; for how many clients. Takes the database's writer only where there is
    something to make."""
    with services.database.reading() as session:
        if not are_stale(scope(session)):
            return 0
    made, done = AT_ONCE, 0
    while made == AT_ONCE:
        with services.database.writing() as session:
            made = keep_summaries(scope(session))
        done += made
    return done

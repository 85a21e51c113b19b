"""The reminders of a day: each drafted for a partner's release, those that were of no use told to a person. Front door: `remind`.

After the scans, so that what arrived is known. A firm without a list that has a schedule costs one query; a client without a reminder due
costs nothing. Doing it twice leaves the same rows: a mail has one name, and a list one reminder of each number. Sends nothing.
"""

import logging
from collections.abc import Callable, Collection
from typing import TYPE_CHECKING

from agents.draft import draft_for_night
from agents.ports import Services
from store.errors import TickmarkError
from workspace.requests.reminders import Reminder, chased, due_reminders, escalate, record_reminder
from workspace.scope import Scope

if TYPE_CHECKING:
    from sqlalchemy.orm import Session


def remind(
    services: Services, opened: "Callable[[Session], Scope]", refs: Collection[str] | None = None, *, now: bool = False
) -> list[str]:
    """Draft the reminders that are due (of these clients only), withdraw those with nothing left to ask, escalate; the ids of the drafts.

    `opened` gives the scope: the night's, or that of a person who asks for it `now`, before the day. One client's failure is logged and
    costs the others nothing: it is due again at the next look. Opens transactions of its own."""
    with services.database.reading() as session:
        due = due_reminders(opened(session), refs, now=now)
    found = [draft for one in due if (draft := _drafted(services, opened, one)) is not None]
    with services.database.reading() as session:
        scope = opened(session)
        late = any(one.escalate_on is not None and one.escalate_on <= scope.today for one in chased(scope, refs))
    if late:
        with services.database.writing() as session:
            escalate(opened(session), refs)
    return found


def _drafted(services: Services, opened: "Callable[[Session], Scope]", one: Reminder) -> str | None:
    try:
        draft = draft_for_night(services, opened, one.client_ref, one.draft) if one.lists else None
        with services.database.writing() as session:
            record_reminder(opened(session), one, draft)
    except TickmarkError as error:
        logging.getLogger("tickmark").warning("the reminder of %s: %s", one.client_ref, error)
        return None
    return draft

"""The clients of a night whose workspace nobody touched, a batch at a time: read together, judged, put down.

Asks no model, drafts nothing, and needs no queue: a batch that was ended anywhere is simply done again. A client to whom a draft is due
is left to a scan of its own, and so is a whole batch that cannot be read.
"""

import time
from collections.abc import Callable, Sequence
from datetime import date
from typing import TYPE_CHECKING

from agents.ports import Services
from agents.scan import Practice
from workspace.scope import Scope
from workspace.signals import detect, resolve
from workspace.snapshot import take_snapshots
from workspace.unchanged import save_unchanged

if TYPE_CHECKING:
    from sqlalchemy.orm import Session

BATCH = 25  # clients that are in memory together, and put down in one transaction


def scan_unchanged(
    services: Services,
    opened: "Callable[[Session], Scope]",
    refs: Sequence[str],
    as_of: date,
    practice: Practice,
    read_by: str = "",
) -> set[str]:
    """Scan these clients for the day `as_of` as far as no draft is due to them; the refs of those. `opened` gives the night's scope,
    `read_by` is the model that has read their documents to the end."""
    started = time.monotonic()
    with services.database.reading() as session:
        snapshots = take_snapshots(opened(session), refs)
    around = {ref: practice.around(snapshot) for ref, snapshot in snapshots.items()}
    found = {ref: (one, detect(one, as_of, resolve(one.settings))) for ref, one in around.items()}
    seconds = (time.monotonic() - started) / max(len(found), 1)
    with services.database.writing() as session:
        return save_unchanged(opened(session), found, seconds=seconds, read_by=read_by)

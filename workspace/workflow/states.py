"""When a task is open and when it is done, in one place: as the snapshot of the night has it (workspace/snapshot/model.py). A firm's folder
may bring words of its own ("in-progress"); they are open."""

from sqlalchemy import and_, or_

from store.tables import Task

ENDED = ("done", "cancelled")
OPEN = and_(Task.status.not_in(ENDED), Task.done_on.is_(None))
DONE = or_(Task.status == "done", and_(Task.status != "cancelled", Task.done_on.is_not(None)))


def is_open(task: Task) -> bool:
    return task.status not in ENDED and task.done_on is None


def is_done(task: Task) -> bool:
    return task.status == "done" or (task.status != "cancelled" and task.done_on is not None)

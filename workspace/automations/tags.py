"""The entries of the trail that can set off an automation. By itself, so that a write that sets off nothing loads nothing more."""

from store.audit import AuditTag

STAGE_TAGS = (AuditTag.ENGAGEMENT_MOVED, AuditTag.ENGAGEMENT_STARTED, AuditTag.ENGAGEMENT_ROLLED)
REQUEST_TAGS = (AuditTag.REQUEST_CONFIRMED, AuditTag.REQUEST_RECEIVED)
LETTER_TAGS = (AuditTag.LETTER_SIGNED, AuditTag.LETTER_COMPLETED)
TAGS: frozenset[str] = frozenset(
    {*STAGE_TAGS, *REQUEST_TAGS, *LETTER_TAGS, AuditTag.CLIENT_MOVED, AuditTag.SIGNAL_RAISED, AuditTag.TASK_DONE}
)

"""The head of the audit trail as a partner's brief prints it, so that it lies outside the database: on paper, in a mailbox.

It is that of the entry which recorded the brief. `tickmark audit verify --head "1204 3fa9…"` holds the trail against it.
"""

from collections.abc import Mapping
from datetime import date
from typing import Any

from sqlalchemy import select

from store.audit import AuditTag
from store.ids import stable_id
from store.tables import AuditEntry
from workspace.scope import Scope


def trail_of(scope: Scope, payload: Mapping[str, Any]) -> dict[str, Any] | None:
    """{seq, hash} for a partner's brief that was kept; None for others. One query, by an index."""
    if payload["reading"] != "partner":
        return None
    subject = f"brief:{stable_id('brf', date.fromisoformat(payload['as_of']), payload['for'])}"
    query = select(AuditEntry.seq, AuditEntry.hash).where(AuditEntry.subject == subject)
    query = query.where(AuditEntry.tag == AuditTag.BRIEF_WRITTEN).order_by(AuditEntry.seq.desc()).limit(1)
    found = scope.session.execute(query).one_or_none()
    return None if found is None else {"seq": found.seq, "hash": found.hash}


def in_words(trail: Mapping[str, Any]) -> str:
    """As it is printed: "1,204 3fa9 c2d1 …", the whole hash in groups of eight."""
    digest = trail["hash"]
    return f"{trail['seq']:,} " + " ".join(digest[at : at + 8] for at in range(0, len(digest), 8))

"""What every act of a person needs: who she is, and its line on the trail."""

from typing import Any

from store import audit
from store.audit import AuditTag
from store.errors import Forbidden
from workspace.scope import Scope


def person_of(scope: Scope) -> str:
    """The id of the person who acts. Raises Forbidden for the system: what is billed, offered or undone is a person's word."""
    if scope.person_id is None:
        raise Forbidden(f"{scope.email} is no person: say who acts with --as")
    return scope.person_id


def record(scope: Scope, tag: AuditTag, subject: str, client_id: str | None, **detail: Any) -> None:
    """An entry on the trail about this act; values are written as text."""
    plain = {
        name: value if isinstance(value, int) else str(value) for name, value in detail.items() if value is not None
    }
    audit.record(
        scope.session, tag, actor=scope.email, subject=subject, now=scope.now, client_id=client_id, detail=plain
    )

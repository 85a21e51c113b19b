"""What every act here needs: the person behind it, texts of a bounded length, and its line on the trail."""

from typing import Any

from store import audit
from store.audit import AuditTag
from store.errors import Forbidden, Invalid
from workspace.scope import Scope


def person_of(scope: Scope) -> str:
    """The id of the person who acts. Raises Forbidden for the system: what is offered to a client is a person's word."""
    if scope.person_id is None:
        raise Forbidden(f"{scope.email} is no person: say who acts with --as")
    return scope.person_id


def text_in(text: str | None, what: str, most: int = 200) -> str:
    """Words on one line, which must be there. Raises Invalid."""
    words = " ".join((text or "").split())
    if not words:
        raise Invalid(f"{what} is missing")
    if len(words) > most or not words.isprintable():
        raise Invalid(f"{what} is longer than {most} characters" if len(words) > most else f"{what} cannot be read")
    return words


def note_in(text: str | None, most: int = 600) -> str:
    """Words on one line, "" for none."""
    return " ".join((text or "").split())[:most]


def record(scope: Scope, tag: AuditTag, subject: str, client_id: str | None, **detail: Any) -> None:
    """An entry on the trail about this act; values are written as text."""
    plain = {k: v if isinstance(v, int) else str(v) for k, v in detail.items() if v is not None}
    audit.record(
        scope.session, tag, actor=scope.email, subject=subject, now=scope.now, client_id=client_id, detail=plain
    )

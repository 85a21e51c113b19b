"""What people type into the directory, taken apart: text of one line, days of the year, shares; and how an entry goes on the trail."""

import re
from calendar import month_abbr, month_name
from collections.abc import Mapping
from datetime import date
from decimal import Decimal, InvalidOperation
from typing import Any

from store import audit
from store.audit import AuditTag
from store.errors import Invalid
from workspace.scope import Scope

EMAIL = re.compile(r"[^@\s]+@[^@\s]+\.[^@\s]+")
_MONTHS = {name.lower(): number for names in (month_abbr, month_name) for number, name in enumerate(names) if name}
HUNDRED = Decimal(100)


def line(text: str | None, most: int, what: str, *, needed: bool = False) -> str | None:
    """One line without the blanks around it, None for an empty one. Raises Invalid when it is too long, broken or missing."""
    kept = (text or "").strip()
    if any(ord(c) < 32 or ord(c) == 127 for c in kept):
        raise Invalid(f"{what} is one line of text")
    if len(kept) > most:
        raise Invalid(f"{what} is longer than {most} characters")
    if needed and not kept:
        raise Invalid(f"give {what}")
    return kept or None


def email_in(text: str | None) -> str | None:
    """An address in small letters, None for none. Raises Invalid."""
    kept = line(text, 200, "the address")
    if kept is not None and not EMAIL.fullmatch(kept):
        raise Invalid(f"{kept} is no e-mail address")
    return kept.lower() if kept else None


def day_in(text: str | date | None, what: str = "the day") -> date | None:
    """A day as 2026-03-16, None for none. Raises Invalid."""
    if isinstance(text, date) or not text or not text.strip():
        return text if isinstance(text, date) else None
    try:
        return date.fromisoformat(text.strip())
    except ValueError:
        raise Invalid(f"{what} is {text.strip()!r}; write it as 2026-03-16") from None


def month_day_in(text: str | None) -> str:
    """A day of every year as MM-DD: from `12-31`, `Dec 31`, `31 December`. Raises Invalid for what is no such day."""
    words = re.findall(r"[A-Za-z]+|\d+", text or "")
    names = [_MONTHS[w.lower()] for w in words if w.lower() in _MONTHS]
    numbers = [int(w) for w in words if w.isdecimal()]
    month, rest = (names[0], numbers) if names else (numbers[0] if numbers else 0, numbers[1:])
    try:
        if len(rest) != 1 or len(words) != 2:
            raise ValueError
        return f"{date(2000, month, rest[0]):%m-%d}"  # a leap year: Feb 29 is a day
    except ValueError:
        raise Invalid(f"the fiscal year ends on {text!r}, which is no day of a year; write it as Dec 31") from None


def share_in(text: str | Decimal | int) -> Decimal:
    """Percent from 0 to 100, to four places. Raises Invalid."""
    try:
        found = Decimal(str(text).replace("%", "").strip())
    except InvalidOperation:
        found = Decimal(-1)
    if not (found.is_finite() and 0 <= found <= HUNDRED and found == round(found, 4)):
        raise Invalid(f"a share is a number from 0 to 100, with at most four decimals, not {str(text)!r}")
    return found


def note(scope: Scope, tag: AuditTag, subject: str, client_id: str | None = None, **detail: Any) -> None:
    """Put it on the trail of this transaction."""
    audit.record(
        scope.session, tag, actor=scope.email, subject=subject, now=scope.now, client_id=client_id, detail=detail
    )


def given(values: Mapping[str, Any], allowed: Mapping[str, Any]) -> None:
    """Raises Invalid when a value is for nothing that can be set."""
    unknown = sorted(set(values) - set(allowed))
    if unknown:
        raise Invalid(f"{', '.join(unknown)} cannot be set here; what can: {', '.join(allowed)}")

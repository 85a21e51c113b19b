"""Days in addresses and forms: written 2026-03-09 and no other way."""

from datetime import date
from typing import Annotated, Any

from pydantic import BeforeValidator

from store.errors import Invalid


def _written(value: Any) -> Any:
    if isinstance(value, str) and "-" not in value.strip()[1:]:
        raise ValueError("write a day as 2026-03-09")  # a bare number would be taken for seconds since 1970
    return value


Day = Annotated[date, BeforeValidator(_written)]


def day_in(text: str | None) -> date | None:
    """A day of a form or an address, None for an empty field. Raises Invalid."""
    return day_given(text) if (text or "").strip() else None


def day_given(text: str | None) -> date:
    """A day that must be there. Raises Invalid."""
    try:
        return date.fromisoformat((text or "").strip())
    except ValueError:
        raise Invalid(f"{(text or '')[:40]!r} is no day; write it as 2026-03-09") from None

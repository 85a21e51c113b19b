"""A day as a command is given it."""

from datetime import date

from api.commands.result import Arguments
from store.errors import Invalid


def day_of(arguments: Arguments) -> date | None:
    """The argument `as_of` as a day; None without one. Raises Invalid."""
    raw = arguments.get("as_of")
    try:
        return None if raw is None else date.fromisoformat(raw)
    except ValueError:
        raise Invalid(f"--as-of is {raw!r}, not a day like 2026-03-09") from None

"""A day as a command is given it."""

from datetime import date

from api.commands.result import Arguments
from store.errors import Invalid


def day_of(arguments: Arguments, name: str = "as_of") -> date | None:
    """An argument as a day; None without it. Raises Invalid."""
    raw = arguments.get(name)
    try:
        return None if raw is None else date.fromisoformat(raw)
    except ValueError:
        raise Invalid(f"--{name.replace('_', '-')} is {raw!r}, not a day like 2026-03-09") from None

"""What a guard of the database is. The guards themselves: triggers.py, and guards_of_money.py for the firm's own bills."""

from dataclasses import dataclass
from typing import Literal


@dataclass(frozen=True)
class Guard:
    """`refuse_when` is SQL over NEW and OLD, the same on both databases; the message is what the caller reads. `since` is the migration
    that installs it."""

    name: str
    table: str
    on: Literal["INSERT", "UPDATE", "DELETE"]
    refuse_when: str
    message: str
    since: str = "0001"


def frozen(table: str, what: str) -> tuple[Guard, Guard]:
    """Rows of a table that are only added."""
    return (
        Guard(f"{table}_no_update", table, "UPDATE", "1 = 1", f"{what} cannot be changed"),
        Guard(f"{table}_no_delete", table, "DELETE", "1 = 1", f"{what} cannot be removed"),
    )


EVERY: tuple[tuple[Literal["INSERT", "UPDATE", "DELETE"], str], ...] = (
    ("INSERT", "NEW"),
    ("UPDATE", "OLD"),
    ("DELETE", "OLD"),
)

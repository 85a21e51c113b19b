"""What a kind of deliverable gathers before a word is written: its facts, what the wording may print, who gets it, what to check.

Owns the value that goes from a kind to a writer. Words nothing and ties nothing out.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date

from workspace.tie_out import Fact


@dataclass(frozen=True)
class Gathered:
    """Everything a writer is given.

    `variables` are what the template may use: printed figures (`support.Printed`), lists and mappings of them, and choices that
    are never printed; None where nothing is known. `facts` proves every printed figure, `names` are those of this client that may
    stand in the text.
    """

    title: str
    cls: str
    as_of: date
    facts: tuple[Fact, ...]
    variables: Mapping[str, object]
    recipients: tuple[str, ...] = ()
    checks: tuple[str, ...] = ()
    unseen: tuple[str, ...] = ()
    engagement_id: str | None = None
    short: bool = False
    warm: bool = False
    notes: tuple[str, ...] = field(default=())

"""What the firm entered about states: sales tax frequency and due day, nexus thresholds; and states by their names. Knows no state's law.

A firm fills in the states it works in, in firm.toml; a client's own lies on top (`[settings.clients.C014.states.PA]`):

    [settings.states.PA]
    sales_tax_frequency = "monthly"   # monthly, quarterly or annually
    sales_tax_day = 20                # of the month after the period
    sales_tax_rolls = true            # off weekends and holidays
    sales_tax_form = "PA-3"           # as the filing log names it
    nexus_dollars = 100000            # of sales in the current or last year
    authority = "72 P.S. §7217"
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation
from types import MappingProxyType
from typing import Any

from workspace.evidence import RecordEvidence
from workspace.signals.state_names import STATES
from workspace.snapshot.model import Snapshot

MONTHS: Mapping[str, int] = MappingProxyType({"monthly": 1, "quarterly": 3, "annually": 12})
"""The months of a period, by frequency."""

NAMES: Mapping[str, str] = MappingProxyType(dict(STATES.values()))
"""The state's name by its code."""

_LONGEST_FIRST = sorted(STATES, key=len, reverse=True)
_NAMED = re.compile(r"\b(?:" + "|".join(map(re.escape, _LONGEST_FIRST)) + r")\b", re.IGNORECASE)
# A code counts after a dash, colon or bracket or at the line's end: "Sales - OH", "Sales (OH)", never the OR of "SALES OR SERVICES".
_CODE = re.compile(r"(?:[-–—:(,/]\s*|\s)(" + "|".join(sorted(NAMES)) + r")\)?\s*$")


@dataclass(frozen=True)
class State:
    """A state as the firm entered it; None where nothing was entered. `day` is of the month after the period, `nexus_dollars` a year's
    sales."""

    code: str
    frequency: str | None = None
    day: int | None = None
    form: str | None = None
    rolls: bool = False
    nexus_dollars: Decimal | None = None
    authority: str | None = None

    def evidence(self, name: str, value: object) -> RecordEvidence:
        """A value of the row, as evidence."""
        return RecordEvidence(f"setting:states.{self.code}", name, str(value))


def state_in(text: str) -> str | None:
    """The code of the one state that a text names, in full or by its code in capitals at the end; None when it names none."""
    named = _NAMED.search(text)
    if named is not None:
        return STATES[named.group().lower()][0]
    code = _CODE.search(text)
    return code[1] if code is not None else None


def state_row(snapshot: Snapshot, code: str) -> State | None:
    """The firm's row of a state, the client's own on top; None where nothing was entered."""
    rows = snapshot.settings.get("states")
    row = rows.get(code) if isinstance(rows, Mapping) else None
    if not isinstance(row, Mapping):
        return None
    frequency = str(row.get("sales_tax_frequency", "")).lower()
    day = row.get("sales_tax_day")
    return State(
        code=code,
        frequency=frequency if frequency in MONTHS else None,
        day=day if isinstance(day, int) and not isinstance(day, bool) and 1 <= day <= 31 else None,
        form=_text(row.get("sales_tax_form")),
        rolls=row.get("sales_tax_rolls") is True,
        nexus_dollars=_dollars(row.get("nexus_dollars")),
        authority=_text(row.get("authority")),
    )


def _text(value: Any) -> str | None:
    return str(value) if value not in (None, "") else None


def _dollars(value: Any) -> Decimal | None:
    if value is None or isinstance(value, bool):
        return None
    try:
        number = Decimal(str(value))
    except InvalidOperation:
        return None
    return number if number.is_finite() and number > 0 else None

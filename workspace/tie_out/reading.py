"""What a reader of figures returns, and what a reader is."""

import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal

FigureType = Literal["money", "date", "percent", "count", "tax_id", "form", "notice", "period", "name", "citation"]


@dataclass(frozen=True)
class Reading:
    """What a match says; `value` is canonical, or the match's own text where it says nothing that can be true."""

    type: FigureType
    value: str
    unit: str = ""


# A pattern, and what its match says: None where the match is no figure after all. A group named `figure` narrows the match.
Reader = tuple[re.Pattern[str], Callable[[re.Match[str]], Reading | None]]


def raw(kind: FigureType, match: re.Match[str]) -> Reading:
    """A figure that looks like `kind` and cannot be read as one ("March 95, 2026"): it ties to nothing."""
    return Reading(kind, match.group())

"""One wrong figure for a drill: two digits exchanged, another year, or off by a thousand. Deterministic; reads a text, changes none."""

import itertools
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

# an amount as letters write it: a plain number may be a house or a postal code, which no reviewer traces
_AMOUNT = re.compile(r"\$[\d,]+(?:\.\d{2})?|\d+\.\d{2}|\d{1,3}(?:,\d{3})+(?:\.\d{2})?")
_DAY = re.compile(r"(?:[A-Z][a-z]+ \d{1,2}, )(\d{4})|(\d{4})")
FAULTS = ("digits", "year", "thousand")


@dataclass(frozen=True)
class Plant:
    """`was` stands from `start` to `end` of the section; `planted` shall stand there in the copy. `fault` is one of FAULTS."""

    section: int
    start: int
    end: int
    was: str
    planted: str
    fault: str


def plant(sections: Sequence[Mapping[str, Any]], tickmarks: Sequence[Mapping[str, Any]], number: int) -> Plant | None:
    """The figure and the fault that `number` picks among those that are tied to a source, so that looking there shows it. The wrong
    figure stands nowhere else in the text. None where no figure is fit."""
    whole = "\n".join(str(one["markdown"]) for one in sections)
    fit = [
        Plant(mark["section"], mark["start"], mark["end"], mark["text"], wrong, fault)
        for mark in tickmarks
        if mark["status"] == "tied"
        for fault in FAULTS
        if (wrong := _wrong(mark["text"], fault, number)) and wrong != mark["text"] and wrong not in whole
    ]
    return fit[number % len(fit)] if fit else None


def _wrong(text: str, fault: str, number: int) -> str | None:
    if fault == "year":
        found = _DAY.fullmatch(text)
        year = found[1] or found[2] if found else None
        return (
            text.replace(year, str(int(year) + (1 if number % 2 else -1)))
            if year and 1990 <= int(year) <= 2100
            else None
        )
    if not _AMOUNT.fullmatch(text) or _DAY.fullmatch(text):
        return None
    return _exchanged(text, number) if fault == "digits" else _by_a_thousand(text)


def _exchanged(text: str, number: int) -> str | None:
    """Two neighbouring digits before the decimal point exchanged; None where all are the same, or the first would be a zero."""
    places = [n for n, character in enumerate(text.partition(".")[0]) if character.isdigit()]
    fit = [
        (a, b) for a, b in itertools.pairwise(places) if text[a] != text[b] and not (a == places[0] and text[b] == "0")
    ]
    if not fit:
        return None
    a, b = fit[number % len(fit)]
    changed = list(text)
    changed[a], changed[b] = text[b], text[a]
    return "".join(changed)


def _by_a_thousand(text: str) -> str | None:
    amount = Decimal(text.replace("$", "").replace(",", ""))
    if amount < 100:
        return None
    return f"{'$' if text.startswith('$') else ''}{amount + 1000:,}"

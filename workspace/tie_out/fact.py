"""A fact that a writer was given: a typed value, how it is worded, and where it came from.

Owns the canonical form of a value and its standard wording, so that what is worded here is always recognised again.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from functools import cached_property
from typing import Any

from workspace.deadlines.calendar import in_words
from workspace.evidence import Evidence, from_json, to_json
from workspace.tie_out import labels, names
from workspace.tie_out.figures import recognise
from workspace.tie_out.numbers import canonical_money, canonical_number, decimal_of


@dataclass(frozen=True)
class Fact:
    """`type` is a figure's: money, date, percent, count, tax_id, form, notice, period, citation, name; `value` as stored (decimal
    dollars, ISO date, percent 0 to 100, plain words); `text` as it is to be worded, see `worded`.

    `label` is what the figure is in the trade's words, then for what and for which period ("balance due, notice CP2000, 2024"), "" where
    nobody said: only a labelled fact is held against the words around a figure. `gone` is why the value holds no longer ("paid on March
    2, 2026"), "" while it does: such a fact ties nothing, it tells a reviewer that a figure is stale."""

    name: str
    type: str
    value: str
    text: str
    evidence: Evidence
    label: str = ""
    gone: str = ""

    @cached_property
    def canonical(self) -> str:
        """The value in the form in which figures are compared."""
        return canonical(self.type, self.value)

    @cached_property
    def unit(self) -> str:
        """The unit that the wording gives the value ("day" in "12 days"), "" where it gives none."""
        return next(
            (one.unit for one in recognise(self.text) if (one.type, one.value) == (self.type, self.canonical)), ""
        )

    @cached_property
    def senses(self) -> frozenset[str]:
        """What the label says that the figure is; empty without a label."""
        return labels.senses_of(self.type, self.label) if self.label else frozenset()

    @cached_property
    def periods(self) -> tuple[str, ...]:
        """The periods that the label names."""
        return tuple(one.value for one in recognise(self.label.partition(",")[2]) if one.type == "period")

    @cached_property
    def aspects(self) -> frozenset[tuple[str, str]]:
        """Whose tax and how often, where the label says so."""
        return labels.aspects_of(self.label)


def canonical(kind: str, value: str) -> str:
    """A stored value in the form that `recognise` gives for it; a value that cannot be read stays as it is."""
    if kind == "name":
        return " ".join(names.tokens_of(value))
    if kind in ("money", "percent", "count"):
        amount = decimal_of(value)
        if amount is not None:
            return canonical_money(amount) if kind == "money" else canonical_number(amount)
    if kind == "date" and _is_day(value):
        return value
    for written in (value, f"Form {value}", f"Letter {value}") if kind in ("form", "notice") else (value,):
        read = [one for one in recognise(written) if one.type == kind]
        if len(read) == 1 and (read[0].start, read[0].end) == (0, len(written)):
            return read[0].value
    return value.strip()


def worded(kind: str, value: str) -> str:
    """How a letter writes a stored value: "$4,200.00", "March 5, 2026", "12.5%", "Form 1120-S", "Letter 531"; counts with commas."""
    plain = canonical(kind, value)
    amount = decimal_of(plain)
    if kind == "money" and amount is not None:
        return f"{'-' if amount < 0 else ''}${abs(amount):,}"
    if kind == "date" and len(plain) == 10:
        return in_words(date.fromisoformat(plain))
    if kind == "percent" and amount is not None:
        return f"{amount:,}%"
    if kind == "count" and amount is not None:
        return f"{amount:,}"
    if kind == "form":
        return _form_words(plain)
    if kind == "notice":
        return plain if plain[:1].isalpha() else f"Letter {plain}"
    return value.strip()


def from_record(name: str, kind: str, value: str | Decimal | date | int, evidence: Evidence) -> Fact:
    """A fact in its standard wording."""
    text = value.isoformat() if isinstance(value, date) else str(value)
    return Fact(name, kind, text, worded(kind, text), evidence)


def fact_to_json(fact: Fact) -> dict[str, Any]:
    """The fact as it is kept beside a draft."""
    said = {key: value for key, value in (("label", fact.label), ("gone", fact.gone)) if value}
    return {
        "name": fact.name,
        "type": fact.type,
        "value": fact.value,
        "text": fact.text,
        "evidence": to_json(fact.evidence),
        **said,
    }


def fact_from_json(data: Mapping[str, Any]) -> Fact:
    """The fact that `fact_to_json` wrote."""
    said = (data.get("label", ""), data.get("gone", ""))
    return Fact(data["name"], data["type"], data["value"], data["text"], from_json(data["evidence"]), *said)


def _is_day(value: str) -> bool:
    """Whether it is a date as it is stored, which need not be read."""
    try:
        return date.fromisoformat(value).isoformat() == value
    except ValueError:
        return False


def _form_words(plain: str) -> str:
    for loud, quiet in (("SCHEDULE", "Schedule"), ("FINCEN", "FinCEN")):
        if plain.startswith(loud):
            return plain.replace(loud, quiet)
    return plain if plain[:1].isalpha() else f"Form {plain}"

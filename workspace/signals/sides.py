"""The two sides of a contradiction: what the record says and what a document or a message says instead. Never decides which is right.

Stored with the signal as JSON. `writes` says what the record takes when a person accepts the other side; who may, and how it is written
down, is workspace/contradictions.py's.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from workspace.evidence import Evidence, from_json, to_json


@dataclass(frozen=True)
class Sides:
    """One thing on which they differ, `label` in words ("Taxpayer id"). Values are canonical text: ISO dates, plain decimals, "" for none.

    `held` is the evidence of the record's side, `said` that of the other. `record` is the record by its name of the trade ("client:C001")
    and `writes` are its fields with what each held at the scan and would hold; both are empty where no record of ours can take it, and
    `why_not` says where it is put right."""

    label: str
    field: str
    recorded: str
    stated: str
    held: Evidence
    said: Evidence
    record: str = ""
    writes: tuple[tuple[str, str, str], ...] = ()
    why_not: str = ""

    @property
    def can_accept(self) -> bool:
        return bool(self.writes)


def sides_to_json(sides: Sides) -> dict[str, Any]:
    """The sides as stored with a signal and as the contract shows them."""
    return {
        "label": sides.label,
        "field": sides.field,
        "recorded": sides.recorded,
        "stated": sides.stated,
        "held": to_json(sides.held),
        "said": to_json(sides.said),
        "record": sides.record,
        "writes": [list(one) for one in sides.writes],
        "why_not": sides.why_not,
    }


def sides_from_json(data: Mapping[str, Any]) -> Sides:
    """The sides that `sides_to_json` wrote."""
    return Sides(
        label=data["label"],
        field=data["field"],
        recorded=data["recorded"],
        stated=data["stated"],
        held=from_json(data["held"]),
        said=from_json(data["said"]),
        record=data["record"],
        writes=tuple((name, was, value) for name, was, value in data["writes"]),
        why_not=data["why_not"],
    )

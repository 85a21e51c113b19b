"""Where a figure, a date or a name came from: a document's words, a record's field, a message's words, or arithmetic on these.

Owns the four kinds of evidence and their JSON, which is part of the product's contract. Opens no document and reads no record:
whether a quote really stands on its page is asked of `tie_out.verify_quote`, whether arithmetic is right of `tie_out.check`.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True)
class DocumentEvidence:
    """Words on a page: `quote` is characters `start` to `end` (end excluded) of the stored text of page `page`, counted from 1.

    `document` and `version` are the ids of the document and of the exact version whose text was read. `corrected_by` is the name of
    the person who said what these words mean, "" where software read them.
    """

    document: str
    version: str
    page: int
    start: int
    end: int
    quote: str
    corrected_by: str = ""


@dataclass(frozen=True)
class RecordEvidence:
    """A field of a stored row. `record` is the row's id or its name in the trade (an invoice number), `value` the field as text:
    ISO dates, decimal dollars, plain words."""

    record: str
    field: str
    value: str


@dataclass(frozen=True)
class MessageEvidence:
    """Words of a mail or portal message: `quote` is characters `start` to `end` (end excluded) of its stored text."""

    message_id: str
    start: int
    end: int
    quote: str


@dataclass(frozen=True)
class DerivedEvidence:
    """Arithmetic on other evidence. `formula` reads as it was computed, "sum(1200.00, 3000.00) = 4200.00", operands in the
    order of `inputs`; the constructors of `tie_out.derive` write it and `tie_out.check` computes it again."""

    formula: str
    inputs: tuple["Evidence", ...]


Evidence = DocumentEvidence | RecordEvidence | MessageEvidence | DerivedEvidence


def to_json(evidence: Evidence) -> dict[str, Any]:
    """The evidence as the contract's JSON; `kind` tells which of the four it is."""
    match evidence:
        case DocumentEvidence(document, version, page, start, end, quote, corrected_by):
            return {
                "kind": "document",
                "document": document,
                "version": version,
                "page": page,
                "start": start,
                "end": end,
                "quote": quote,
                **({"corrected_by": corrected_by} if corrected_by else {}),
            }
        case RecordEvidence(record, field, value):
            return {"kind": "record", "record": record, "field": field, "value": value}
        case MessageEvidence(message_id, start, end, quote):
            return {"kind": "message", "message_id": message_id, "start": start, "end": end, "quote": quote}
        case DerivedEvidence(formula, inputs):
            return {"kind": "derived", "formula": formula, "inputs": [to_json(part) for part in inputs]}


def from_json(data: Mapping[str, Any]) -> Evidence:
    """The evidence that `to_json` wrote. Raises KeyError for a missing key and ValueError for an unknown kind: stored
    evidence is ours, so either is a defect."""
    kind = data["kind"]
    if kind == "document":
        span = (data["page"], data["start"], data["end"], data["quote"])
        return DocumentEvidence(data["document"], data["version"], *span, data.get("corrected_by", ""))
    if kind == "record":
        return RecordEvidence(data["record"], data["field"], data["value"])
    if kind == "message":
        return MessageEvidence(data["message_id"], data["start"], data["end"], data["quote"])
    if kind == "derived":
        return DerivedEvidence(data["formula"], tuple(from_json(part) for part in data["inputs"]))
    raise ValueError(f"{kind!r} is no kind of evidence: document, record, message or derived")

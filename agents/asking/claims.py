"""A sentence of an answer with what it rests on, and the contract's JSON of `ask` made of such sentences.

Owns the markers and the receipt. Knows nothing of where claims come from.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from agents.harmless import harmless
from workspace.evidence import DerivedEvidence, DocumentEvidence, Evidence, MessageEvidence, RecordEvidence, to_json

NOT_FOUND = "I do not find this in the client's file"


@dataclass(frozen=True)
class Claim:
    """One sentence and its evidence, which only a sentence about the answer itself lacks; `untied` are figures that no evidence carries."""

    text: str
    evidence: tuple[Evidence, ...] = ()
    untied: tuple[str, ...] = ()


@dataclass(frozen=True)
class Looked:
    """What was looked through for an answer: how many records and documents stand behind it, the documents whose passages were read
    (id to path), and what could not be read."""

    records: int
    documents: int
    read: Mapping[str, str]
    unread: tuple[str, ...]


NOTHING_LOOKED_AT = Looked(0, 0, {}, ())


class Markers:
    """Numbers evidence from [1] in the order in which it is first used."""

    def __init__(self) -> None:
        self._numbers: dict[Evidence, int] = {}

    def mark(self, claim: Claim) -> str:
        """The claim's sentence with its markers behind it: as words, without links and markup. The evidence keeps the quote whole."""
        numbers = [self._numbers.setdefault(one, len(self._numbers) + 1) for one in dict.fromkeys(claim.evidence)]
        return harmless(claim.text) + (" " + "".join(f"[{n}]" for n in numbers) if numbers else "")

    def citations(self, paths: Mapping[str, str]) -> list[dict[str, Any]]:
        """The contract's citations; a document's carries its path as well."""
        return [{"marker": f"[{n}]", **to_json(one), **_place(one, paths)} for one, n in self._numbers.items()]

    def evidence(self) -> tuple[Evidence, ...]:
        return tuple(self._numbers)


def _place(evidence: Evidence, paths: Mapping[str, str]) -> dict[str, str]:
    known = isinstance(evidence, DocumentEvidence) and evidence.document in paths
    return {"path": paths[evidence.document]} if known and isinstance(evidence, DocumentEvidence) else {}


def found(
    claims: Sequence[Claim],
    paths: Mapping[str, str],
    looked: Looked,
    model: str | None,
    seconds: float,
    note: str | None = None,
) -> dict[str, Any]:
    """The answer that these claims make; `paths` are those of the client's documents, by id; `note` says what a person should know
    of how it was made."""
    markers = Markers()
    text = joined(markers.mark(claim) for claim in claims)
    cited = markers.evidence()
    documents = {**looked.read, **{d: paths[d] for d in document_ids(cited) if d in paths}}
    return {
        "answer": text,
        "found": True,
        "citations": markers.citations(paths),
        "untied": [text for claim in claims for text in claim.untied],
        "receipt": _receipt(documents, record_names(cited), looked),
        "model": model,
        "seconds": round(seconds, 3),
        "note": note,
    }


def not_found(looked: Looked, model: str | None, seconds: float, note: str | None = None) -> dict[str, Any]:
    """The honest answer when nothing supports one: the sentence without decoration, and what was looked through."""
    return {
        "answer": NOT_FOUND,
        "found": False,
        "citations": [],
        "untied": [],
        "receipt": _receipt(dict(looked.read), [], looked),
        "model": model,
        "seconds": round(seconds, 3),
        "note": note,
    }


def joined(parts: Iterable[str]) -> str:
    """Sentences with a space between, items of a list each on a line of its own."""
    text = ""
    for part in parts:
        text += separator(text, part) + part
    return text


def separator(before: str, part: str) -> str:
    """What stands between what was said and the next part."""
    return "" if not before else "\n" if part.startswith("- ") else " "


def _receipt(documents: Mapping[str, str], records: Sequence[str], looked: Looked) -> dict[str, Any]:
    return {
        "documents": [
            {"document": one, "path": documents[one]} for one in sorted(documents, key=documents.__getitem__)
        ],
        "records": list(records),
        "looked_through": f"{looked.records} records and {looked.documents} documents of this client",
        "unread": list(looked.unread),
    }


def leaves(evidence: Iterable[Evidence]) -> Iterator[Evidence]:
    """The evidence with derived ones taken apart."""
    for one in evidence:
        if isinstance(one, DerivedEvidence):
            yield from leaves(one.inputs)
        else:
            yield one


def document_ids(evidence: Iterable[Evidence]) -> list[str]:
    return list(dict.fromkeys(one.document for one in leaves(evidence) if isinstance(one, DocumentEvidence)))


def record_names(evidence: Iterable[Evidence]) -> list[str]:
    names = (
        one.record if isinstance(one, RecordEvidence) else f"message:{one.message_id}"
        for one in leaves(evidence)
        if isinstance(one, RecordEvidence | MessageEvidence)
    )
    return sorted(dict.fromkeys(names))

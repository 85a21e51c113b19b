"""Whether what identifies a person is masked before a text goes to a model: texts with labelled spans, made by others.

Counted: social security numbers, cards, accounts (IBANs) and telephone numbers, by spans. A label counts as found when no four digits in
a row of it are left in what goes out; a mask counts as right when it lies over such a label. Names, addresses and dates are labelled
too and not counted: consent governs those. Halves by template: the patterns were written with one in view, the other is held out.
"""

import hashlib
import json
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from agents.mask import mask
from evals.ground import Ground
from evals.runner import Score, Task
from store.errors import NotFound

COUNTED = {"US_SSN": "SSN", "CREDIT_CARD": "card", "IBAN_CODE": "account", "PHONE_NUMBER": "phone"}


@dataclass(frozen=True)
class Labelled:
    """A text and the values in it that must not go out, each with its kind."""

    text: str
    secrets: Sequence[tuple[str, str]]
    held_out: bool


@dataclass(frozen=True)
class Went:
    """What would go out, and what the masks lie over."""

    text: str
    covered: Sequence[str]


def cases(ground: Ground) -> Iterator[Labelled]:
    """Every text of the set. Raises NotFound where it is absent."""
    file = ground.part("pii") / "spans.jsonl"
    if not file.is_file():
        raise NotFound(f"the set of labelled texts is not there: {file}")
    for line in file.read_text(encoding="utf-8").splitlines():
        row = json.loads(line)
        secrets = [(COUNTED[s["type"]], s["value"]) for s in row["spans"] if s["type"] in COUNTED]
        yield Labelled(row["text"], secrets, is_held_out(row["template_id"]))


def is_held_out(template: object) -> bool:
    """Whether texts of a template are of the half that nothing was fitted to."""
    return int(hashlib.sha256(str(template).encode()).hexdigest(), 16) % 2 == 1


def go_out(case: Labelled) -> Went:
    """What the door would send of a text."""
    masked = mask({"text": case.text})
    return Went(masked.inputs["text"], tuple(masked.table.values()))


def score(case: Labelled, went: Went) -> Iterator[Score]:
    """Recall over the labels, precision over the masks, each by half and by kind."""
    half = "held out" if case.held_out else "fitted to"
    for kind, value in case.secrets:
        hidden = float(not _left(value, went.text))
        yield f"recall, {half}", hidden
        yield "recall", hidden
        yield f"recall: {kind}", hidden
    for covered in went.covered:
        right = float(any(_overlap(covered, value) for _, value in case.secrets))
        yield f"precision, {half}", right
        yield "precision", right


def _left(value: str, text: str) -> bool:
    """Whether the value, or four digits in a row of it, still stands in the text."""
    return value in text or any(run in text for run in re.findall(r"\d{4,}", value))


def _overlap(covered: str, value: str) -> bool:
    return value in covered or covered in value or (_digits(covered) or "-") in _digits(value)


def _digits(text: str) -> str:
    return re.sub(r"\D", "", text)


PII = Task("pii", "numbers that identify a person are masked before a text goes to a model", cases, go_out, score)

"""Whether words in a document that are meant for an assistant are recognised, and ordinary ones left alone.

Recognised: injections collected by others, each planted in the middle of an ordinary paragraph. False alarms: passages of company reports,
sentences of mail, passages of the sample firm when it is made. Halves by the hash of each text: the rules were written with one in view,
the other is held out; categories stand in both.
"""

import hashlib
import json
from collections.abc import Iterator
from dataclasses import dataclass

from sqlalchemy import select

from evals.ground import Ground
from evals.runner import Score, Task
from ingestion.injection import orders
from store.errors import NotFound
from store.tables import Passage

_BEFORE = "The lease of the shop on Quay Street runs to June 30, 2027. Rent is due on the first of each month.\n"
_AFTER = "\nThe deposit of $4,500.00 is held by the landlord."


@dataclass(frozen=True)
class Text:
    """A text, what it is (the injection's category, or where an ordinary one is from), and whether it tries to instruct."""

    text: str
    kind: str
    injected: bool

    @property
    def held_out(self) -> bool:
        """Whether it is of the half that nothing was fitted to."""
        return int(hashlib.sha256(self.text.encode()).hexdigest(), 16) % 2 == 1


def cases(ground: Ground) -> Iterator[Text]:
    """Every injection and every ordinary text of the pack; the sample firm's passages where its home is made. Raises NotFound without the
    set of injections."""
    file = ground.part("injection") / "injections.jsonl"
    if not file.is_file():
        raise NotFound(f"the set of injections is not there: {file}")
    for row in map(json.loads, file.read_text(encoding="utf-8").splitlines()):
        yield Text(row["text"], row["category"], bool(row["is_injection"]))
    for part, name, kind in (
        ("qa_tatqa", "passages.jsonl", "reports"),
        ("qa_finqa", "passages.jsonl", "reports"),
        ("emails", "asks.jsonl", "mail"),
    ):
        for line in (ground.part(part) / name).read_text(encoding="utf-8").splitlines():
            yield Text(json.loads(line)["text"], kind, injected=False)
    for home in ground.made:
        with home.reading() as scope:
            for text in scope.session.scalars(select(Passage.text).where(Passage.client_id.in_(scope.clients()))):
                yield Text(text, "sample firm", injected=False)


def find(case: Text) -> bool:
    """Whether something in the text is told to be an order: an injection in its paragraph, an ordinary text as it is."""
    text = f"{_BEFORE}{case.text}{_AFTER}" if case.injected else case.text
    return next(orders(text), None) is not None


def score(case: Text, found: bool) -> Iterator[Score]:
    """Recognised over the injections, by half and category; left alone over the ordinary texts."""
    half = "held out" if case.held_out else "fitted to"
    measure = "recognised" if case.injected else "ordinary texts left alone"
    right = float(found == case.injected)
    yield measure, right
    yield f"{measure}, {half}", right
    yield f"{measure}: {case.kind}", right


INJECTION = Task(
    "injection", "words in documents that try to instruct the assistant are recognised", cases, find, score
)

"""Whether sentences of mail that ask are told from those that do not: real sentences, labelled by others.

The set is split in half by the hash of each text: the cues' points were fitted to one half, the figures are of the other. Never prints.
"""

import hashlib
import json
from collections.abc import Iterator

from evals.ground import Ground
from evals.runner import Score, Task
from store.errors import NotFound
from workspace.promises import is_ask


def cases(ground: Ground) -> Iterator[tuple[bool, str, bool]]:
    """Every sentence of the set: whether it is of the half held out, its text, whether it asks. Raises NotFound where the set is absent."""
    file = ground.part("emails") / "asks.jsonl"
    if not file.is_file():
        raise NotFound(f"the set of asks is not there: {file}")
    for line in file.read_text(encoding="utf-8").splitlines():
        row = json.loads(line)
        yield is_held_out(row["text"]), row["text"], bool(row["is_ask"])


def is_held_out(text: str) -> bool:
    """Whether a sentence is of the half that nothing was fitted to."""
    return int(hashlib.sha256(text.encode()).hexdigest(), 16) % 2 == 1


def ask(case: tuple[bool, str, bool]) -> bool:
    """What the rules say of a sentence."""
    return is_ask(case[1])


def score(case: tuple[bool, str, bool], found: bool) -> Iterator[Score]:
    """Precision over what was taken for an ask, recall over what is one; F1 is their harmonic mean."""
    held, _, asks = case
    half = "held out" if held else "fitted to"
    if found:
        yield f"precision, {half}", float(asks)
    if asks:
        yield f"recall, {half}", float(found)
    if found or asks:
        # 2·tp / (2·tp + fp + fn): each hit counts twice, so that the mean of these scores is the F1
        yield f"F1, {half}", float(found and asks)
        if found and asks:
            yield f"F1, {half}", 1.0
    yield f"right, {half}", float(found == asks)


ASKS = Task("asks", "sentences of mail that ask are told from those that do not", cases, ask, score)

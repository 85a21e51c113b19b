"""The passages that come closest where no single place answers: of papers whose facts no reader knows, such as a report or a letter.

What they are is said openly ("these come closest"). A question whose words the best passages do not hold is not answered by them either.
Calls no model.
"""

import math
import re
from collections.abc import Mapping, Sequence
from typing import Any

from agents.asking.extract import Extract, scored_places, units, weights_of_subject, words

# Set on half of the reports of qa_tatqa and qa_finqa (evals/tasks/report_questions.py tells both halves apart): the share of the question's
# weight that one of the first passages must hold, less the more words the question has; and of that, what a passage must hold to be shown
# beside one that answers.
HELD, LONGER, BESIDE = 0.60, 0.145, 0.6
DEPTH = 3
# What takes more than one figure to answer: all first passages are shown.
_SEVERAL = re.compile(
    r"\b(?:average|chang(?:e|es|ed)|differen\w+|increas\w+|decreas\w+|percent\w*|portion|ratio|sum|total|growth|return on|times)\b",
    re.IGNORECASE,
)


def nearest(question: str, passages: Sequence[Any], weights: Mapping[str, float]) -> tuple[Extract, ...]:
    """The best place of each of the first three passages, in the order of search; empty when none of them holds enough of the question."""
    first = passages[:DEPTH]
    if not weights or max(_held(first, weights), default=0.0) < _least(weights):
        return ()
    return tuple(place for passage in first if (place := _best_place(question, passage, weights)) is not None)


def beside(
    question: str, passages: Sequence[Any], weights: Mapping[str, float], found: Sequence[Extract]
) -> tuple[Extract, ...]:
    """What is shown beside places that answer, at most three with them: the first passages of search that hold much of the question
    too, and of a question of arithmetic all of them."""
    first = passages[:DEPTH]
    least = 0.0 if _SEVERAL.search(question) else BESIDE * _least(weights)
    others = [
        passage
        for passage, held in zip(first, _held(first, weights), strict=True)
        if held >= least and all(passage != one.passage for one in found)
    ]
    places = (_best_place(question, passage, weights) for passage in others[: max(0, DEPTH - len(found))])
    return tuple(place for place in places if place is not None)


def _least(weights: Mapping[str, float]) -> float:
    return HELD - LONGER * math.log(max(1, len(weights)))


def _held(passages: Sequence[Any], weights: Mapping[str, float]) -> list[float]:
    """The share of the question that each passage holds: of all its words, and of those that are no days or figures, the lesser."""
    subject = weights_of_subject(weights)
    stems = [set(words(passage.text)) for passage in passages]
    return [min(_share(weights, one), _share(subject, one)) for one in stems]


def _best_place(question: str, passage: Any, weights: Mapping[str, float]) -> Extract | None:
    """The sentence or row of a passage that fits best; its first where none does, None for an empty passage."""
    best = max(scored_places(question, passage, weights), key=lambda one: one.score, default=None)
    if best is not None:
        return best
    start, end, _ = next(iter(units(passage.text)), (0, 0, ""))
    return Extract(passage, passage.text[start:end], passage.start + start, passage.start + end, 0.0) if end else None


def _share(weights: Mapping[str, float], stems: set[str]) -> float:
    whole = sum(weights.values())
    return sum(weight for word, weight in weights.items() if word in stems) / whole if whole else 1.0

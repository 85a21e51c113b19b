"""How well the tie-out tells right from wrong: labelled sentences of letters, half of them with one planted error.

A planted error is caught when a figure is untied that is tied in the true sentence; a true sentence is a false alarm when any figure
of it is untied that need not be. The bars are for wordings that nothing was developed on (`held out`):
docs/evals.md says which these are and what was read when.
"""

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass

from evals.ground import Ground
from evals.runner import Score, Task
from evals.tasks.tie_out_set import Sentence, sentences
from workspace.tie_out import tie_out


@dataclass(frozen=True)
class Marked:
    """The untied figures of a sentence, and of the same one without its error."""

    untied: Counter[str]
    in_the_true_one: Counter[str]


def cases(ground: Ground) -> Iterator[Sentence]:
    """Every labelled sentence; the ground is not needed. Raises NotFound without the data."""
    return sentences()


def solve(sentence: Sentence) -> Marked:
    return Marked(_untied(sentence, sentence.text), _untied(sentence, sentence.true) if sentence.true else Counter())


def score(sentence: Sentence, marked: Marked) -> Iterator[Score]:
    """Errors caught by kind and by the type of the figure, true sentences left alone, loose wordings marked and nothing beside them."""
    part = sentence.part
    if sentence.planted:
        caught = bool(marked.untied - marked.in_the_true_one)
        yield f"errors caught, {part}", caught
        yield f"errors caught, {part}: {sentence.planted}", caught
        yield f"errors caught, {part}: in {sentence.figure}", caught
    elif sentence.loose:
        yield f"loose wordings marked, {part}", _all_loose(sentence, marked.untied)
    else:
        yield f"no false alarm, {part}", not marked.untied


def _untied(sentence: Sentence, text: str) -> Counter[str]:
    file = sentence.file
    marks = tie_out(text, file.facts, known_names=file.others, guess_names=True)
    return Counter(mark.text for mark in marks if mark.status == "untied")


def _all_loose(sentence: Sentence, untied: Counter[str]) -> bool:
    """Whether every loose wording is marked and nothing else is."""
    pairs = [(one, text) for one in sentence.loose for text in untied if one in text or text in one]
    return {one for one, _ in pairs} == set(sentence.loose) and {text for _, text in pairs} == set(untied)


TIE_OUT = Task("tie-out", "planted errors in letters are caught, true sentences left alone", cases, solve, score)

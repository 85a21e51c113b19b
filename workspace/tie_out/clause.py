"""The clause that a figure stands in: the words before and behind it that are its own, and its sentence.

Reads marks and joining words, no labels and no grammar. What the words say is asked by claims.py.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache

from workspace.tie_out.figures import Figure

DATES = ("date",)
VALUES = ("money", "percent", "count")
_SENTENCE = re.compile(
    r"\n|(?<!\bMr)(?<!\bMs)(?<!\bMrs)(?<!\bDr)(?<!\bNo)[.!?][”\"')*_]*\s+(?=[A-Z\ue000*_“\"])|[?!;]\s"
)
JOINT = re.compile(
    r",|;|—|–|\(|\)|\b(?:and|plus|but|against|versus|vs|while|which|whereas|compared\s+(?:with|to)|out\s+of|up\s+from|down\s+from|toward)\b"
)
_STOP = re.compile(r",|;|:|—|–|\(|\)|\b(?:and|plus|but|against|versus|vs|while|which|whereas|compared\s+(?:with|to))\b")
SAYS = re.compile(
    r"\b(?:is|was|were|are|be|came|comes|come|amounts?|amounted|stood|stands?|totals?|totaled|reached|took|shows?|will|would|has|have|had)\b",
    re.I,
)
_A_RATE = re.compile(
    r"[\s*_]+(?:an?|per|each|every)\s+(?:hour|day|week|month|quarter|year)\b"
)  # of the figure before it
_OF_THAT = re.compile(r"[\s*_]+(?:of|in|for)\s+[^:,;.]*:[\s*_]*$")  # "$506.72 of interest: $13,530.72"
_FRONTED = re.compile(r"\s*(?:On|At|With|Of|For|After|Before|Against|In|From|Out\s+of)\b")
_WORDS_APART = re.compile(r"[a-z],\s")


@dataclass(frozen=True)
class Around:
    """The words of a figure's clause before and behind it, and its whole sentence, all other figures covered. `shared`: nothing
    parts the words behind it from the next figure. `fronted`: its clause only leads in the next ("On $386,400 of income the tax is")."""

    left: str
    right: str
    sentence: tuple[int, int]
    start: int
    end: int
    shared: bool
    fronted: bool


def first_part(words: str) -> str:
    joint = _STOP.search(words)
    return words[: joint.start()] if joint else words


def around_of(covered: str, figures: Sequence[Figure], figure: Figure) -> Around:
    begin, end = _sentence(covered, figure)
    others = [one for one in figures if begin <= one.start < end and _parts(one, figure)]
    before = [
        one.end
        for one in figures
        if begin <= one.start and one.end <= figure.start and _parts_before(covered, one, figure)
    ]
    after = [one.start for one in others if one.start >= figure.end]
    left, right = covered[begin : figure.start], covered[figure.end : end]
    if before:
        left = covered[before[-1] : figure.start]
        rate = _A_RATE.match(left) or _OF_THAT.match(left)
        left = left[max(_joint_end(left), rate.end() if rate else 0) :]
    if after:
        right = first_part(covered[figure.end : after[0]])
    shared = bool(after) and figure.end + len(right) == after[0]
    leads_in = _FRONTED.match(covered, begin, figure.start) is not None and not SAYS.search(
        covered, begin, figure.start
    )
    fronted = leads_in and figure.type not in DATES  # of a day the clause that it leads in says what it is
    return Around(left, right, (begin, end), figure.start - len(left), figure.end + len(right), shared, fronted)


def _joint_end(words: str) -> int:
    """Behind the first joint of the words between two figures; "out of" joins only where no other does."""
    joints = list(JOINT.finditer(words))
    joint = next((one for one in joints if not one.group().startswith("out")), joints[0] if joints else None)
    return joint.end() if joint else 0


def _parts(other: Figure, figure: Figure) -> bool:
    """Whether another figure has words of its own, which then are not this one's. "Past ninety days" belongs to what stands before it."""
    if figure.type in DATES:
        return other.type in DATES
    return other.type in VALUES and not (other.unit and figure.type != "count")


def _parts_before(covered: str, other: Figure, figure: Figure) -> bool:
    """A count of days or hours too has words of its own where a comma stands behind them: "24 hours in the budget, $5,827.50"."""
    between = covered[other.end : figure.start]
    apart = other.type == "count" and figure.type in VALUES and _WORDS_APART.search(between) is not None
    return apart or _parts(other, figure)


def _sentence(covered: str, figure: Figure) -> tuple[int, int]:
    begin, end = 0, len(covered)
    for start, behind in _sentence_ends(covered):
        if behind <= figure.start:
            begin = behind
        elif start >= figure.end:
            end = start + 1
            break
    return begin, end


@lru_cache(maxsize=8)
def _sentence_ends(covered: str) -> tuple[tuple[int, int], ...]:
    """Found once for all figures of a text."""
    return tuple(match.span() for match in _SENTENCE.finditer(covered))

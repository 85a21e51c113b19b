"""A verb beside a figure that fits another figure better, forgiven where the text says otherwise which figure is meant.

Two ways to say it: the text has named the figure before and comes back to it ("none of the $42,840 is yours to keep"), or what stands
beside it was computed from it ("the business kept $197,200, a gross margin of 46%"). A noun that contradicts is never forgiven.
"""

import re
from collections.abc import Sequence

from workspace.evidence import DerivedEvidence
from workspace.tie_out.claims import Claim
from workspace.tie_out.fact import Fact
from workspace.tie_out.figures import Figure
from workspace.tie_out.swapped import Placed

_BACK = re.compile(r"\b(?:the|that|this|those|these|its|said)\s+(?:same\s+|whole\s+|full\s+|entire\s+)?[*_]*$", re.I)
_APART = re.compile(r"[.;:!?\n]\s|\n")


def is_meant(
    fact: Fact,
    claim: Claim,
    covered: str,
    figures: Sequence[Figure],
    figure: Figure,
    placed: Sequence[Placed],
    facts: Sequence[Fact],
) -> bool:
    """Whether the words that contradict are verbs only, and the text says besides that the figure is this fact."""
    said = claim.heads or claim.clause
    if not said or not all(one.loose for one in said):
        return False
    named = any(one.fact is fact and one.named for one in placed)
    if named and _BACK.search(covered, max(0, figure.start - 24), figure.start):
        return True
    return _computed_beside(fact, covered, figures, figure, facts)


def _computed_beside(
    fact: Fact, covered: str, figures: Sequence[Figure], figure: Figure, facts: Sequence[Fact]
) -> bool:
    behind = next((one for one in figures if one.start >= figure.end), None)
    if (
        behind is None
        or _APART.search(covered, figure.end, behind.start)
        or not covered[figure.end : behind.start].startswith(", a")
    ):
        return False
    made = (one for one in facts if one.type == behind.type and one.canonical == behind.value and one.type != fact.type)
    return any(isinstance(one.evidence, DerivedEvidence) and fact.evidence in one.evidence.inputs for one in made)

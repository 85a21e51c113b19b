"""Of which period a clause speaks, and whether what it tells went up or down.

Reads the words around a figure. Never decides whether it is right: that is fit.py.
"""

import re
from collections.abc import Sequence

from workspace.tie_out.clause import VALUES, Around
from workspace.tie_out.figures import Figure

_EARLIER = re.compile(
    r"\b(?:(?:year|quarter|month)\s+(?:before|earlier|ago)|prior|previous(?:ly)?|preceding|earlier|last\s+(?:year|month|quarter|time)|since)\b",
    re.I,
)
_SPAN = r"(?:year|quarter|month)"
_REL = rf"(?:(?P<now>(?:this|the\s+current)\s+{_SPAN})|(?:last|prior|previous|preceding)[\s-]{_SPAN})"
_REL_BEFORE = re.compile(
    rf"\b{_REL}(?:['’]s)?(?:\s+[a-z-]+){{0,3}}?(?:,|:|\s+(?:of|was|were|is|at|came\s+to|stood\s+at))?[\s*_]+$", re.I
)
_REL_AFTER = re.compile(rf"[\s*_]+(?:in\s+|for\s+)?(?:the\s+)?{_REL}\b", re.I)
_ITS_PERIOD = re.compile(r"[*_]*\s+(?:\(|in\s+|for\s+|during\s+)(?:the\s+)?[*_]*", re.I)
_COMPARED = re.compile(
    r"\b(?:[Cc]ompare[sd]?|against|versus|vs|up\s+from|down\s+from|than|from\s+\S+\s+to|to\s+\S+\s+from|whereas|while)\b"
)
# "Credit it against the 2024 balance" compares nothing.
_APPLIED = re.compile(r"\b(?:credit|appl[yi]|post|offset|set|charge|count|book|used?)\w*\b[^.;:!?]*?\bagainst\b", re.I)
_UP = re.compile(
    r"\b(?:up|rose|risen|rise|increas\w+|grew|grow\w*|gain\w*|higher|climb\w*|jump\w*|shot\s+up|soar\w*|surg\w+|expand\w*|above)\b",
    re.I,
)
_DOWN = re.compile(
    r"\b(?:down|fell|fall\w*|decreas\w+|declin\w+|dropp?\w*|lower|less|shr[aiu]nk\w*|slump\w*|slid\w*|plung\w+|sank|dip\w*|eased|below)\b",
    re.I,
)


def periods_of(covered: str, figures: Sequence[Figure], figure: Figure, around: Around) -> tuple[str, ...]:
    begin, end = around.sentence
    named = [
        one
        for one in figures
        if one.type == "period" and begin <= one.start < end and not _elsewhere(covered, one, figure)
    ]
    right_behind = [one.value for one in named if _ITS_PERIOD.fullmatch(covered, figure.end, one.start)]
    if right_behind and figure.type in VALUES:
        return tuple(right_behind)
    close = [one.value for one in named if around.start <= one.start < around.end]
    if _EARLIER.search(covered, around.start, around.end):
        return tuple(close)
    compared = _COMPARED.search(_APPLIED.sub(" ", covered[begin:end])) is not None
    return tuple(close or ([] if compared else [one.value for one in named]))


def _elsewhere(covered: str, period: Figure, figure: Figure) -> bool:
    """Whether a period stands in brackets with words of its own that the figure stands outside of: "$6,400 (the 2024 one was $5,900)"."""
    opened = covered.rfind("(", 0, period.start)
    closed = covered.find(")", period.end)
    if opened < 0 or closed < 0 or ")" in covered[opened : period.start] or opened < figure.start < closed:
        return False
    return any(one.isalpha() or one == ":" for one in covered[opened + 1 : closed])


def moved_by(around: Around) -> int:
    words = f"{around.left} {around.right}"
    up, down = _UP.search(words), _DOWN.search(words)
    return (1 if up else -1) if bool(up) != bool(down) else 0


def then_of(around: Around) -> int:
    """Whether the words right beside a figure call it the last period's (-1) or this one's (1)."""
    before, after = _REL_BEFORE.search(around.left), _REL_AFTER.match(around.right)
    said = {(match["now"] is not None) for match in (before, after) if match}
    return 0 if len(said) != 1 else 1 if said.pop() else -1

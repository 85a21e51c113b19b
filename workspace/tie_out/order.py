"""Whether two figures of a sentence stand as it says: a larger one "more than" a smaller one, a rise from less to more, a part of a whole,
a day after an earlier one.

Reads the words between two neighbours and the verb before them; knows no labels. Where they say nothing, nothing is wrong.
"""

import re
from collections.abc import Sequence
from decimal import Decimal

from workspace.tie_out.figures import Figure
from workspace.tie_out.numbers import decimal_of

_DAY = re.compile(r"\d{4}-\d\d-\d\d")
_MEASURED = ("money", "percent", "count")
_PART_OF = re.compile(r"\s+of\s+(?:(?:the|these|those|your|our|its|their|his|her)\s+)?", re.I)
_MORE = r"(?:more|higher|larger|greater|bigger|better|up|above)"
_LESS = r"(?:less|lower|smaller|fewer|worse|down|below)"
_BETWEEN = (
    r"(?:\s+(?:in|for|during)\s+\ue000+)?[\s,—–*_]+(?:which\s+(?:is|was)\s+)?(?:(?:an?|the|just|only|much|slightly|somewhat|far|well|bit|little|touch|lot|good\s+deal)\s+)*"
    r"(?:{way})(?:\s+(?:than|from|on))?\s+(?:(?:the|our|your|last\s+year['’]s|its|their)\s+)*[*_]*"
)
_IS_MORE = re.compile(_BETWEEN.replace("{way}", _MORE), re.I)
_IS_LESS = re.compile(_BETWEEN.replace("{way}", _LESS), re.I)
_OF_WHICH = re.compile(r"[\s,—–(*_]+of\s+(?:which|that|those|these)\s+(?:about\s+)?", re.I)
_OUT_OF = re.compile(
    r"(?:^|[.;:!?]\s+|\n)\s*(?:Out\s+of|Of)\s+(?:(?:the|your|our|these|its|their|his|her|those)\s+)?[*_]*$"
)
_RANGE = re.compile(r"\b(?:ranges?|between)\b[^.;:!?]{0,40}$", re.I)
_AND = re.compile(r"[\s*_]+(?:to|and)[\s*_]+", re.I)
_FROM = re.compile(r"\bfrom[\s*_]+$", re.I)
_TO = re.compile(r"[\s*_]+(?:in\s+\ue000+\s+)?to[\s*_]+", re.I)
_UP_TO = re.compile(r"\bto[\s*_]+$", re.I)
_BACK_FROM = re.compile(r"[\s*_]+(?:in\s+\ue000+\s+)?from[\s*_]+", re.I)
_ROSE = re.compile(r"\b(?:up|rose|risen|rise[sn]?|increas\w+|grew|grow\w*|grown|climb\w*|jump\w*|went\s+up)\b", re.I)
_FELL = re.compile(r"\b(?:down|fell|fall\w*|decreas\w+|declin\w+|dropp?\w*|shrank|shrunk|slid|slump\w*)\b", re.I)
# "on October 28, ahead of the October 31 due date"
_APART = (
    r"[\s,—–*_]+(?:(?:well|just|long|shortly|still|only|right)\s+)*(?:{way})\s+(?:(?:the|its|their|your|our)\s+)?[*_]*"
)
_AFTER = re.compile(_APART.replace("{way}", r"after|past|later\s+than|following|beyond"), re.I)
_BEFORE = re.compile(_APART.replace("{way}", r"before|ahead\s+of|earlier\s+than|prior\s+to|in\s+advance\s+of"), re.I)
_NEXT = re.compile(r"[.;:!?]\s|,\s+(?:and|but|while)\b")  # another thought
_REACH = 80  # characters
_END = re.compile(r"[.;!?]\s")


def out_of_order(covered: str, figures: Sequence[Figure], figure: Figure) -> Figure | None:
    """The neighbour to which a figure cannot stand as the words have it, None where it can; `covered` has the figures covered."""
    alike = [one for one in figures if one.type == figure.type and one.unit == figure.unit]
    if figure.type not in (*_MEASURED, "date") or figure not in alike:
        return None
    at = alike.index(figure)
    after = alike[at + 1] if at + 1 < len(alike) else None
    if after is not None and _is_wrong(covered, figure, after):
        return after
    before = alike[at - 1] if at else None
    return (
        before
        if before is not None and _is_wrong(covered, before, figure) and not _is_part(covered, before, figure)
        else None
    )


def _is_wrong(covered: str, one: Figure, other: Figure) -> bool:
    if one.type == "date":
        return _days_wrong(covered, one, other)
    first, second = decimal_of(one.value), decimal_of(other.value)
    if first is None or second is None:
        return False
    if _is_part(covered, one, other):
        return one.type in ("money", "count") and not one.unit and first > second
    if _is_whole(covered, one, other):
        return one.type in ("money", "count") and not one.unit and first < second
    if _RANGE.search(covered, _near(one), one.start) and _AND.fullmatch(covered, one.end, other.start):
        return first > second
    way = _way(covered, one, other)
    return bool(way) and (first - second) * way < Decimal(0)


def _days_wrong(covered: str, one: Figure, other: Figure) -> bool:
    """Whether a day that is said to come after another does not, or one before it; where one names no year it is the other's."""
    first_to_last = _TO.fullmatch(covered, one.end, other.start) and _FROM.search(covered, _near(one), one.start)
    after, before = (way.fullmatch(covered, one.end, other.start) is not None for way in (_AFTER, _BEFORE))
    years = [figure.value[:5] for figure in (one, other) if _DAY.fullmatch(figure.value)]
    before = before or (bool(first_to_last) and len(years) == 2)
    if after == before or not years:
        return False
    days = [
        figure.value.replace("--", years[0], 1) if figure.value.startswith("--") else figure.value
        for figure in (one, other)
    ]
    if not all(_DAY.fullmatch(day) for day in days):
        return False
    return days[0] <= days[1] if after else days[0] >= days[1]


def _is_part(covered: str, one: Figure, other: Figure) -> bool:
    return _PART_OF.fullmatch(covered, one.end, other.start) is not None


def _is_whole(covered: str, one: Figure, other: Figure) -> bool:
    """Whether the second is said to be a part of the first: "$52,600, of which $9,480", "Of the $5,827 on the clock I would drop $650"."""
    if _OF_WHICH.fullmatch(covered, one.end, other.start):
        return True
    led = _OUT_OF.search(covered, _near(one), one.start) is not None
    return led and not _NEXT.search(covered, one.end, other.start)


def _near(figure: Figure) -> int:
    """Where the few words begin that can lead in a figure."""
    return max(0, figure.start - _REACH)


def _way(covered: str, one: Figure, other: Figure) -> int:
    """1 where the first is said to be the larger, -1 the smaller, 0 where nothing is said."""
    if _IS_MORE.fullmatch(covered, one.end, other.start):
        return 1
    if _IS_LESS.fullmatch(covered, one.end, other.start):
        return -1
    if _BACK_FROM.fullmatch(covered, one.end, other.start) and _UP_TO.search(covered, _near(one), one.start):
        return -_moved(covered, one)
    if not (_TO.fullmatch(covered, one.end, other.start) and _FROM.search(covered, _near(one), one.start)):
        return 0
    return _moved(covered, one)


def _moved(covered: str, one: Figure) -> int:
    """-1 where the words before a figure say that it rose from there, 1 that it fell."""
    words = _END.split(covered[: one.start])[-1]
    rose, fell = _ROSE.search(words), _FELL.search(words)
    return (-1 if rose else 1) if bool(rose) != bool(fell) else 0

"""The counts that a label of the file itself names: "three" of "share of the three largest customers", "thirteen weeks" of "expected
receipts, thirteen weeks".

Says which of a fact's label a count of a text is. Never decides whether the figure beside it is right: that is fit.py.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache

from workspace.tie_out.fact import Fact
from workspace.tie_out.figures import Figure, recognise

_WORD = re.compile(r"[A-Za-z]+")
_TOP = re.compile(r"\b(?:top|first|largest|biggest|leading|main|best)\s+$", re.I)
_NEXT = 2  # words behind a count among which is the thing that is counted


@dataclass(frozen=True)
class Named:
    """A count of a label. `things`: the words behind it; `what_for`: it stands in what for and for which period."""

    value: str
    unit: str
    things: frozenset[str]
    what_for: bool


def that_names(facts: Sequence[Fact], covered: str, figure: Figure, words: frozenset[str]) -> Fact | None:
    """The fact whose label has this count, of the same thing and, where it stands in its head, beside words of that head; `words` are those
    of the figure's clause."""
    if figure.type != "count" or "." in figure.value:
        return None
    things = _behind(covered, figure.end) | (
        {"largest"} if _TOP.search(covered, max(0, figure.start - 16), figure.start) else frozenset()
    )
    return next(
        (one for one in facts if any(_is_it(one, named, figure, things, words) for named in named_in(one.label))), None
    )


def numbers_of(fact: Fact) -> frozenset[str]:
    """The counts without a unit that the label of a fact names."""
    return frozenset(one.value for one in named_in(fact.label) if not one.unit)


@lru_cache(maxsize=4096)
def named_in(label: str) -> tuple[Named, ...]:
    """The counts of a label."""
    if not label:
        return ()
    head = label.partition(",")[0]
    found = (one for one in recognise(label) if one.type == "count")
    return tuple(Named(one.value, one.unit, _behind(label, one.end), one.start > len(head)) for one in found)


def _is_it(fact: Fact, named: Named, figure: Figure, things: frozenset[str], words: frozenset[str]) -> bool:
    if (named.value, named.unit) != (figure.value, figure.unit):
        return False
    if named.unit and named.what_for:
        return True
    if not named.unit and not named.things & things:
        return False
    said = {_stem(one) for one in words} | things
    own = {_stem(one) for one in _WORD.findall(fact.label.partition(",")[0].casefold()) if len(one) > 3}
    return bool(said & own - {_stem(named.unit)})


def _behind(text: str, at: int) -> frozenset[str]:
    words = _WORD.findall(text[at : at + 40])[:_NEXT]
    return frozenset(_stem(one.casefold()) for one in words if len(one) > 3)


def _stem(word: str) -> str:
    return word.removesuffix("s")

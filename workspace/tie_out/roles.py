"""Who the words around a name say that it is: "our partner, Ana Alder", "Tom Reyes owns the shop".

Reads what stands right before and right behind a name, and nothing farther. Never decides whether it is right: that is fit.py.
"""

import re
from collections.abc import Sequence

from workspace.tie_out import labels
from workspace.tie_out.claims import Claim
from workspace.tie_out.figures import Figure
from workspace.tie_out.labels import Mention

_REACH = 80  # characters
_END = re.compile(r"[.!?;:\n|(]\s")
_WHOSE = re.compile(
    r"\b(?:the|an?|one|our|your|his|her|their|its|my)\s+(?:[\w’'-]+\s+){0,2}$|(?:^|[.!?;:\n])\s*$", re.I
)
_IS_IT = re.compile(r"(?:\s+(?:of|at|for|in|to|on)\s+[^,;]{1,40}?)?\s+(?:is|was|reads|will\s+be)\s+(?:one\s+)?$", re.I)
_BEHIND_IT = re.compile(r"(?:\s+(?:of|at|for|in)\s+[^,;]{1,30}?)?(?P<comma>,)?\s+$")
_CLOSED = re.compile(r"\s*(?:[,.;:!?)]|$)|[’']s\b")
_IS = re.compile(
    r"\s+(?:is|was|are|were|remains|became|becomes|acts\s+as|serves\s+as|as)\s+(?:(?:now|also|still|not)\s+)?"
    r"(?:(?:the|an?|one\s+of|our|your|his|her|their|its|my)\s+){0,2}(?:[\w’'-]+\s+)?$",
    re.I,
)
_APPOSED = re.compile(r",\s+(?:(?:the|an?|our|your|his|her|their|its|my)\s+)?(?:[\w’'-]+\s+)?$", re.I)
_GOES_ON = re.compile(r"\s*(?:[,.;:!?)]|$|of\b|at\b|in\b)", re.I)
_DOES = re.compile(r"\s+(?:(?:who|now|also|still)\s+)*$", re.I)


def role_of(covered: str, figures: Sequence[Figure], figure: Figure) -> Claim:
    """What is claimed of a name of a text that was given with its figures covered (`claims.cover`)."""
    before, behind = _before(covered, figure), _behind(covered, figure)
    return Claim(heads=tuple(one for one in (before, behind) if one is not None)[:1])


def _before(covered: str, figure: Figure) -> Mention | None:
    """ "our partner" of "our partner, Ana Alder,"."""
    words = covered[max(0, figure.start - _REACH) : figure.start]
    for one in reversed(labels.mentions("name", words)):
        if _IS_IT.fullmatch(words, one.end) and _WHOSE.search(words, 0, one.start):
            return one
        behind = _BEHIND_IT.fullmatch(words, one.end)
        if behind is None or not _WHOSE.search(words, 0, one.start):
            continue
        if not behind["comma"] or _CLOSED.match(covered, figure.end):
            return one
    return None


def _behind(covered: str, figure: Figure) -> Mention | None:
    """ "owner" of "Ana Alder is the owner" and of "Ana Alder, the owner of", "owns" of "Ana Alder owns"."""
    words = covered[figure.end : figure.end + _REACH]
    end = _END.search(words)
    words = words[: end.start()] if end else words
    for one in labels.mentions("name", words)[:2]:
        if _IS.fullmatch(words, 0, one.start) or _DOES.fullmatch(words, 0, one.start):
            return one
        if _APPOSED.fullmatch(words, 0, one.start) and _GOES_ON.match(words, one.end):
            return one
    return None

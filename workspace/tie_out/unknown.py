"""What a sentence calls a figure in words that no list knows: "The lottery win was $215".

Reads the subject of a plain sentence. Of a day nothing: what happened on it is said in too many ways. Never decides whether a figure is
tied: that is fit.py.
"""

import re
from collections.abc import Sequence

from workspace.tie_out.labels import Mention

_COVER = "\ue000"
_SUBJECT = re.compile(
    r"(?:^|[,;:]\s|\b(?:and|but|while|that)\s)\s*(?:the|your|our|its|their|his|her|an?)\s+(?P<noun>[A-Za-z][a-z’'-]+(?:\s+[a-z’'-]+){0,3}?)"
    r"(?:\s+(?:of|for|on|in|to|at|from|under|with|by|per)\s+[^,;:]{1,50}?)?"
    r"\s+(?:is|was|are|were|comes?\s+to|came\s+to|stands?\s+at|stood\s+at|amounts?\s+to|amounted\s+to|reached|will\s+be|had\s+been|has\s+been)"
    r"(?:\s+(?:now|only|just|about|also|still|charged\s+at|set\s+at))*[\s*_]*$",
    re.I,
)
_NEUTRAL_WORDS = (
    "account it this that these those there they total totals amount amounts sum sums figure figures number numbers result results all "
    "rest other others one both each what which who he she we you i line lines whole difference value answer part balance charge so here "
    "cost costs count income price rate change most half today now percentage"
)
_THINGS = re.compile(
    r"[ ](?:(?!of\b|is\b|was\b|are\b|were\b)[a-z]+[ ])?(?P<noun>[a-z]{2,}[^su\W]s)\b"
    r"(?=\s*[.,;:!?)—–]|\s+(?:and|or|are|were|have|had|that|which|who|in|on|from|to|with|by|will)\b|\s*$)"
)
_NO_THINGS_WORDS = (
    "has does goes comes makes shows runs takes gives times days hours weeks months years minutes thousands millions others ones names "
    "heads lines pieces sheets units cases"
)
_NO_THINGS = frozenset(_NO_THINGS_WORDS.split())
_NEUTRAL = frozenset(_NEUTRAL_WORDS.split())


def unknown_subject(left: str, known: Sequence[Mention]) -> str:
    """The noun that a sentence is about whose verb leads to the figure, where none of the words that are `known` stands in it."""
    match = _SUBJECT.search(left)
    if match is None or _COVER in match.group():
        return ""
    noun = match["noun"].split()[-1].casefold()
    if noun in _NEUTRAL or any(one.end > match.start() for one in known):
        return ""
    return match["noun"]


def unknown_things(right: str, known: Sequence[Mention]) -> str:
    """What is counted right behind a figure ("18 leaks"), where none of the words that are `known` stands in it."""
    match = _THINGS.match(right)
    if match is None or any(one.start < match.end() for one in known):
        return ""
    return "" if match["noun"].casefold() in _NO_THINGS or match["noun"].casefold() in _NEUTRAL else match["noun"]

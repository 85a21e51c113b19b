"""Whether the words before a day say that something was done on it, or that something has to be by it.

Reads verbs. Never decides whether a figure is tied: that is fit.py.
"""

import re
from typing import Literal

Said = Literal["", "happened", "to come"]
_PAST = (
    r"\b(?:\w+ed|sent|made|paid|wrote|written|left|came|went|took|taken|got|gave|given|met|began|begun|drew|drawn|lent|put|held|sold"
    r"|bought)\b"
)
ENDS_PAST = re.compile(rf"{_PAST}(?:\s+(?:out|in|off|up|back|down|on))?$", re.I)
_DID = re.compile(
    _PAST + r"(?:(?:\s+[\w’'-]+){0,5}?\s+on\s+(?:the\s+)?|\s+)$",
    re.I,
)
# "The loan is paid off on June 30" is a plan; "the deposit did arrive on June 30" is none.
_IS_DONE = re.compile(
    rf"\b(?:is|are|gets?|be)\s+(?:[a-z]+ly\s+)?{_PAST}(?:\s+(?:out|in|off|up|back|down))?(?:\s+on)?\s+(?:the\s+)?$",
    re.I,
)
_COMING = re.compile(
    r"\b(?:due|payable|expir\w+|end(?:s|ed)?|laps\w+|matur\w+|scheduled|set|extended|postponed|moved|fall\w*|fell|r[ua]ns?|must|has|have|will|shall"
    r"|should|would|may|can|be|needs?|owed|needed|required|expected|planned|based|called|if|unless|comes?|becomes?|barred|deadline|last\s+day|stop\w*)\b",
    re.I,
)
_MUST = re.compile(
    r"\b(?:must|ha[sv]e?\s+to|needs?\s+to|should|shall|will|cannot|please|is\s+to|are\s+to|was\s+to|were\s+to|had\s+to)\b.*\b(?:by|before|until)\s+(?:the\s+)?$"
    r"|\b(?:expected|scheduled|planned)\s+(?:on|by|for)\s+(?:the\s+)?$"
    r"|\b(?:no|not)\s+later\s+than\s+$|\bat\s+the\s+latest\s+(?:on|by)\s+$",
    re.I | re.S,
)


def day_of(left: str) -> Said:
    """What the words before a day say of it, "" where they say neither."""
    if _MUST.search(left):
        return "to come"
    if _IS_DONE.search(left):
        return ""
    return "happened" if _DID.search(left) and not _COMING.search(left) else ""

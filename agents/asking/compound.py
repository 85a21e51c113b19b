"""A question that asks for several things, taken apart: "what does she owe and when is her return due" is two.

Works on words alone. "When is it due and why" is one question: what follows "and" must ask for something of its own.
"""

import re

from agents.asking.extract import asked_words
from agents.asking.followup import read_with
from agents.asking.topics import Understood, understand

MOST = 4  # parts of one question
_JOINT = re.compile(
    r"\?\s+(?:and\s+|also\s+)*(?=\w)|[,;]?\s+and\s+(?:also\s+)?"
    r"(?=(?:what|when|who|whose|whom|which|how|where|is|are|was|were|has|have|did|does|do|will|until when)\b)",
    re.IGNORECASE,
)
_WORDS = 3  # of a part, at least


def parts_of(question: str) -> tuple[Understood, ...]:
    """The questions of a question, each understood with what the ones before it narrow; one that asks for one thing is its only part."""
    pieces = [piece.strip(" ,;?") for piece in _JOINT.split(question)]
    whole = (understand(question),)
    if not 2 <= len(pieces) <= MOST or any(len(piece.split()) < _WORDS for piece in pieces):
        return whole
    asked = [understand(read_with(f"{piece}?", [f"{one}?" for one in pieces[:at]])) for at, piece in enumerate(pieces)]
    if not all(one.topics or asked_words(one.question) for one in asked):
        return whole
    # what the documents alone can answer stays together: its parts stand on one page
    if not any(one.topics for one in asked):
        return whole
    return tuple(asked)

"""The words of a question over all clients, as the database's own word index takes them. Pure; ranks nothing."""

import re

from workspace.search.words import ASKING, terms_of

_MOST = 8
_EDGE = re.compile(r"^[\W_]+|[\W_]+$")


def words_of(text: str) -> tuple[str, ...]:
    """The words to look for, in lower case, each once, without those that only ask; all of them when nothing else is left."""
    written = [_EDGE.sub("", word) for word in text.lower().replace("\x00", " ").split()]
    words = list(dict.fromkeys(word for word in written if word))
    wanted = [word for word in words if not all(term & ASKING for term in terms_of(word))]
    return tuple((wanted or words)[:_MOST])

"""Takes links, images and markup out of words that came from a model or a document, so that nothing is fetched and nothing can be clicked.

The words themselves stay. Pages escape what they show in any case; this is for whoever renders an answer elsewhere.
"""

import re

GONE = "(link left out)"
_PICTURE_OR_LINK = re.compile(r"!?\[([^\[\]]*)\]\(\s*<?[^()\s]*(?:\([^()]*\)[^()\s]*)*>?(?:\s+[\"'(][^)]*)?\)")
_NAMED = re.compile(r"(?m)^\s{0,3}\[[^\[\]\n]+\]:\s*\S+.*$")
# <ada@firm.example> behind a name is no markup
_TAG = re.compile(r"<(?![\w.+-]+@[\w.-]+>)/?[a-zA-Z][^<>]*>|<!--.*?-->", re.DOTALL)
_ADDRESS = re.compile(
    r"(?i)<?\b(?:https?|ftp|file|data|javascript|mailto)\s?:(?://)?[^\s<>\"')\]]+>?|\bwww\.[^\s<>\"')\]]+"
)


def harmless(text: str) -> str:
    """The text with links and images as their words, addresses of the web left out, and no markup."""
    if not re.search(r"[<\]:]|www", text):
        return text
    text = _NAMED.sub("", _PICTURE_OR_LINK.sub(r"\1", text))
    return _TAG.sub("", _ADDRESS.sub(GONE, text))

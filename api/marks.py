"""Marking a passage: in text by splitting it, on a page's picture by boxes in percent of the page."""

from workspace.viewer import Leaf

CONTEXT = 6000


def split_marked(text: str, start: int, end: int) -> tuple[str, str, str]:
    """The text before, in and after the span. A span outside the text marks nothing."""
    if not 0 <= start < end <= len(text):
        return text, "", ""
    return text[:start], text[start:end], text[end:]


def excerpt(text: str, start: int, end: int, around: int = CONTEXT) -> tuple[str, str, str]:
    """As `split_marked`, with at most `around` characters either side, cut at a line where there is one."""
    before, marked, after = split_marked(text, start, end)
    if len(before) > around:
        before = "… " + before[-around:].split("\n", 1)[-1]
    if len(after) > around:
        after = after[:around].rsplit("\n", 1)[0] + " …"
    return before, marked, after


def boxes_of(data: bytes, leaf: Leaf, start: int, end: int) -> list[str]:
    """Where characters `start` to `end` of the page stand, one `left,top,width,height` a line, in percent of the page."""
    from ingestion.elements import Box, Word
    from ingestion.locate import boxes

    if not leaf.width or not leaf.height:
        return []
    words = [Word(s, e, Box(left, top, right, bottom)) for s, e, left, top, right, bottom in leaf.words]
    found = boxes(data, leaf.number, start, end, leaf.text, words)
    return [
        f"{100 * b.left / leaf.width:.2f},{100 * b.top / leaf.height:.2f},"
        f"{100 * (b.right - b.left) / leaf.width:.2f},{100 * (b.bottom - b.top) / leaf.height:.2f}"
        for b in found
    ]

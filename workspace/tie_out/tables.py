"""The head of the row and of the column of a figure that stands in a table.

A table is of lines that a mark parts into cells. Reads no words.
"""

from workspace.tie_out.figures import Figure


def cell_spans(covered: str, figure: Figure) -> list[tuple[int, int]]:
    """Where these heads stand in a text with its figures covered; none where the figure stands in prose."""
    begin = covered.rfind("\n", 0, figure.start) + 1
    mark = _divided(covered, begin)
    if not mark:
        return []
    column, lead = covered.count(mark, begin, figure.start), _led(covered, begin)
    top = begin
    while top and _divided(covered, covered.rfind("\n", 0, top - 1) + 1) == mark:
        top = covered.rfind("\n", 0, top - 1) + 1
    spans = [_cell(covered, top, column, mark)] if top != begin else []
    return [*spans, *([_cell(covered, begin, lead, mark)] if column != lead else [])]


def _divided(covered: str, begin: int) -> str:
    """What parts the cells of a line that is one of a table, "" for prose. Without a mark before its first cell, a line is of a table only
    beside another with as many."""
    if _led(covered, begin):
        return "|"
    above = _line_at(covered, covered.rfind("\n", 0, begin - 1) + 1) if begin else ""
    line, below = _line_at(covered, begin), _line_at(covered, begin + len(_line_at(covered, begin)) + 1)
    for mark in ("|", "\t"):
        if line.count(mark) and line.count(mark) in (above.count(mark), below.count(mark)):
            return mark
    return ""


def _led(covered: str, begin: int) -> int:
    """1 where a line begins with a mark, else 0."""
    return int(_line_at(covered, begin).lstrip(" >").startswith("|"))


def _line_at(covered: str, begin: int) -> str:
    end = covered.find("\n", begin)
    return covered[begin : len(covered) if end < 0 else end]


def _cell(covered: str, line: int, column: int, mark: str) -> tuple[int, int]:
    end = line + len(_line_at(covered, line))
    at = line
    for _ in range(column):
        at = covered.find(mark, at, end) + 1
        if not at:
            return end, end
    close = covered.find(mark, at, end)
    return at, close if close >= 0 else end

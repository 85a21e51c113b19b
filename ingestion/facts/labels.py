"""Values by their labels: right of the label, in the next cell, below it, or below it among the boxes of a form.

Owns what may stand between a label and its value. Never knows a document's kind.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass

from ingestion.elements import ReadFact
from ingestion.facts.text import (
    Found,
    Line,
    Reading,
    Span,
    fact,
    first_value,
    in_prose,
    label_pattern,
    label_texts,
    trimmed,
    value_at,
)
from ingestion.facts.values import DATE_PATTERN, ValueKind

# A value further than this behind its label on the same line belongs to something else.
_REACH = 70
# Boxes side by side put other boxes' labels between a label and its value.
_LINES_BELOW = 3
_BEHIND_LABEL = re.compile(r"(?:\s*\([^()]*\))?[\s.:#*_…–—-]*")
_BY_DATE = re.compile(
    rf"\s*\W?(?:if paid |due |payable )?(?:by|as of|on|through|at)\s+{DATE_PATTERN}\)?[\s.:#*_…–—-]*", re.IGNORECASE
)
_NUMBERING = re.compile(
    r"\W*(?:(?:box|line|item|part)\s+)?(?:\d{1,2}[a-z]?|[A-Za-z](?:\d|/[a-z])?|[ivx]+)?\W*", re.IGNORECASE
)
_BOX_NUMBER = re.compile(r"(?:\d{1,2}[a-z]?|[A-Za-z](?:/[a-z])?)[.)]?\s+(?=[A-Z])")
# What the boxes of forms ask for, by the type of value that answers.
_ASKS = {
    "money": re.compile(
        r"wages|tips|tax\b|withheld|income|loss\b|dividend|distribution|compensation|amount|payment|gain|deduction|proceeds|"
        r"interest|rents|royalt|benefits|medicare|balance|fees?\b|pay\b|total|gross|net\b|rent\b|principal",
        re.IGNORECASE,
    ),
    "date": re.compile(r"date|\bdue\b|\bby\b|period|expir|effective|signed|begin|end\b", re.IGNORECASE),
    "text": re.compile(r"number|\bno\b|\bein\b|\btin\b|ssn|identif|name|address|\bid\b|year|form|code", re.IGNORECASE),
}


@dataclass(frozen=True)
class Field:
    """What to look for: labels (best first) and prose patterns.

    Both are regular expressions in which a space stands for any white space. A prose pattern holds one of `<date>`,
    `<money>`, `<percent>`, `<name>`, `<taxid>`, `<year>`, `<count>` where the value stands, or its own group `v`.
    """

    name: str
    kind: ValueKind
    labels: tuple[str, ...] = ()
    prose: tuple[str, ...] = ()


def read_fields(reading: Reading, fields: Sequence[Field]) -> list[ReadFact]:
    """One fact a field, where it is found. The labelled value wins over the one in prose."""
    found = ((field, find(reading, field)) for field in fields)
    return [fact(field.name, field.kind, hit, reading) for field, hit in found if hit is not None]


def find(reading: Reading, field: Field) -> Found | None:
    """The best value of a field: by label, else in prose."""
    return labelled(reading, field.labels, field.kind) or in_prose(reading, field.prose, field.kind)


def labelled(reading: Reading, labels: Sequence[str], kind: ValueKind) -> Found | None:
    """The value that stands right of a label or below it; the first label that has one wins, its surest place first."""
    for label in labels:
        best: Found | None = None
        for index in reading.lines_with(label_texts(label)):
            line = reading.lines[index]
            for match in label_pattern(label).finditer(line.text):
                found = _beside_or_below(reading, index, match, kind)
                if found is not None and (best is None or found.confidence > best.confidence):
                    best = found
        if best is not None:
            return best
    return None


def _beside_or_below(reading: Reading, index: int, match: re.Match[str], kind: ValueKind) -> Found | None:
    line = reading.lines[index]
    first = _cell_at(line, line.start + match.start())
    last = _cell_at(line, line.start + match.start() + len(match.group().rstrip()) - 1)
    if first is None or last is None:
        return None
    before = line.text[line.cells[first].start - line.start : match.start()]
    opens = _NUMBERING.fullmatch(before) is not None
    right = _right(line, last, match.end(), kind, opens)
    if right is not None and right.confidence >= 0.9:
        return right
    # "16 Items affecting basis - D Distributions": the label ends a numbered box.
    heads = opens or (_BOX_NUMBER.match(before) is not None and line.start + match.end() == line.cells[last].end)
    below = _below(reading, index, (first, last), match.end(), kind) if heads else None
    candidates = [found for found in (right, below) if found is not None]
    return max(candidates, key=lambda found: found.confidence, default=None)


def _cell_at(line: Line, position: int) -> int | None:
    return next((i for i, cell in enumerate(line.cells) if cell.start <= position < cell.end), None)


def _is_label(text: str) -> bool:
    """Whether a cell reads like the label of a box or a field, not like a value."""
    if text.endswith(":"):
        return True
    asks = any(pattern.search(text) for pattern in _ASKS.values())
    return asks and (
        _BOX_NUMBER.match(text) is not None or re.search(r"['’]S? (?:name|tin)\b", text, re.IGNORECASE) is not None
    )


def _right(line: Line, column: int, end: int, kind: ValueKind, opens: bool) -> Found | None:
    cell = line.cells[column]
    stop = cell.end - line.start
    gap = _BEHIND_LABEL.match(line.text, end, stop)
    at = max(end, gap.end()) if gap else end
    if kind.type == "money" and (dated := _BY_DATE.match(line.text, end, stop)):
        at = dated.end()  # "Amount due by March 23, 2026: $1,200.55"
    if kind.fills:
        return _right_text(line, column, end, at, kind)
    # A minus or an opening parenthesis belongs to the value.
    while at > end and line.text[at - 1] in "-(" and line.text[at : at + 1].strip():
        at -= 1
    own = _typed(line, at, stop, kind, opens)
    if own is not None or line.text[at:stop].strip():
        return own
    following = [cell for cell in line.cells[column + 1 :] if cell.text]
    if not following:
        return None
    start, stop = following[0].start - line.start, following[0].end - line.start
    found = _typed(line, start, stop, kind, opens)
    # A row of several figures is rather a row of a table than the figure that is looked for.
    if found is not None and len(following) > 1 and kind.pattern.fullmatch(following[1].text):
        return Found(found.value, found.span, round(found.confidence - 0.03, 2))
    return found


def _typed(line: Line, start: int, stop: int, kind: ValueKind, opens: bool) -> Found | None:
    """A value at the start of, or not far into, a stretch of a line."""
    text = line.text[start:stop]
    if kind.whole is not None and kind.whole.fullmatch(text.strip()):
        return value_at(line.page, line.text, start, stop, kind, 0.9 if opens else 0.8, line.start)
    found = first_value(line.page, text, kind, 0.95 if opens else 0.85, line.start + start, _REACH)
    if found is None:
        return None
    gap = text[: found.span.start - line.start - start]
    if ":" in gap or ". " in gap or ";" in gap:
        return None
    away = 0.1 if re.search(r"[A-Za-z]{2}", gap) else 0.0
    return Found(found.value, found.span, round(found.confidence - away, 2))


def _right_text(line: Line, column: int, end: int, at: int, kind: ValueKind) -> Found | None:
    """A text value: the rest of the label's cell, else the next cell unless that is another label."""
    cell = line.cells[column]
    stop = cell.end - line.start
    separated = ":" in line.text[end:at]
    if at < stop:
        if not separated and not re.match(r"[A-Z0-9]", line.text[at:stop]):
            return None
        return value_at(line.page, line.text, at, stop, kind, 0.95 if separated else 0.7, line.start)
    following = next((c for c in line.cells[column + 1 :] if c.text), None)
    if following is None or _is_label(following.text):
        return None
    start, confidence = following.start - line.start, 0.95 if separated else 0.9
    return value_at(line.page, line.text, start, following.end - line.start, kind, confidence, line.start)


def _below(reading: Reading, index: int, columns: tuple[int, int], end: int, kind: ValueKind) -> Found | None:
    """The value under a label that fills its cells `columns` (first, last), or stands among other labels of a header row."""
    line = reading.lines[index]
    behind = line.text[end : line.cells[columns[1]].end - line.start].strip(" :.#")
    if len(behind) > 40 or (kind.fills and behind and not behind.startswith("(")):
        return None
    for distance, under in enumerate(reading.lines[index + 1 : index + 1 + _LINES_BELOW]):
        if under.page != line.page:
            return None
        if all(_is_label(cell.text) for cell in under.cells):
            continue
        target = _cell_under(line, columns, under, kind)
        found = None if target is None else _whole_or_first(under, target, kind)
        if found is not None:
            return Found(found.value, found.span, 0.9 if distance == 0 else 0.75)
        if kind.fills and target is not None:
            return None
    return None


def _whole_or_first(line: Line, cell: Span, kind: ValueKind) -> Found | None:
    start, stop = cell.start - line.start, cell.end - line.start
    if kind.fills:
        return None if _is_label(cell.text) else value_at(line.page, line.text, start, stop, kind, 0.9, line.start)
    if kind.whole is not None and kind.whole.fullmatch(cell.text):
        return value_at(line.page, line.text, start, stop, kind, 0.9, line.start)
    return first_value(line.page, cell.text, kind, 0.9, cell.start, 25)


def _cell_under(line: Line, columns: tuple[int, int], under: Line, kind: ValueKind) -> Span | None:
    """What a line below holds in the same columns: by index or order where that says it, else by place."""
    first, last = columns
    alone = sum(len(cell.text) > 3 for cell in line.cells) == 1
    if alone and " | " not in under.text and under.columns != "place":
        return trimmed(under.page, under.text, 0, len(under.text), under.start)
    if len(under.cells) == 1 and (alone or first == 0):
        return under.cells[0]
    if line.columns == under.columns == "index" or len(line.cells) == len(under.cells):
        cells = [cell for cell in under.cells[first : last + 1] if cell.text]
    elif under.columns == "order":
        cells = _answers(line, first, under, kind) if not kind.fills else list(under.cells[first : last + 1])
    else:
        left, right = line.cells[first].start - line.start, line.cells[last].end - line.start
        cells = [c for c in under.cells if c.start - under.start < right + 2 and c.end - under.start > left - 2]
        cells = cells if last > first else cells[:1]
    if not cells:
        return None
    return trimmed(under.page, under.text, cells[0].start - under.start, cells[-1].end - under.start, under.start)


def _answers(line: Line, column: int, under: Line, kind: ValueKind) -> list[Span]:
    """Where boxes are empty: the n-th value of a kind answers the n-th label that asks for one, if there are as many."""
    asks = _ASKS.get(kind.type)
    if asks is None:
        return []
    askers = [
        i
        for i, cell in enumerate(line.cells)
        if i == column or (asks.search(cell.text) and not re.search(r"\d{3}", cell.text))
    ]
    answers = [cell for cell in under.cells if _whole_or_first(under, cell, kind) is not None]
    return [answers[askers.index(column)]] if len(askers) == len(answers) else []

"""A deliverable's text as HTML: for the review page with a tick mark beside every figure, for paper with numbers or without.

Knows no page and no letterhead. Everything that comes from a text is escaped by the parser.
"""

import re
from collections.abc import Callable, Mapping
from html import escape
from typing import Any, Literal

from workspace.deliverables.render.marks import CLOSE, marked, parser, printed_title, tick_of

Style = Literal["ticks", "numbers", "none"]
_MARKED = re.compile(rf"([\U000f0000-\U000ffffd])([^{CLOSE}]*){CLOSE}")
_TAG = re.compile(r"(<[^>]*>)")
_TIED = '<path d="M3.5 11.5 8 16.5 16.5 3.5"/>'
_SHAPES = {"tied": _TIED, "derived": f'{_TIED}<path d="M3 19h14"/>', "untied": '<circle cx="10" cy="10" r="7"/>'}


def as_html(shown: Mapping[str, Any], *, style: Style = "ticks") -> str:
    """The sections of what `reading.show` gives.

    "ticks": each figure is `<span class="fig STATUS" data-tick="N">` with a tick mark in it, N its index among the tickmarks;
    "numbers": a raised number, counted from 1, behind each figure; "none": the text alone, as a client gets it.
    """
    found = []
    for index, section in enumerate(shown["sections"]):
        title = printed_title(section["title"], shown.get("headings", True))
        if title:
            found.append(f"<h2>{escape(title)}</h2>")
        found.append(_body(section["markdown"], index, shown["tickmarks"], style))
    return "\n".join(found)


def _body(markdown: str, section: int, tickmarks: list[dict[str, Any]], style: Style) -> str:
    if style == "none":
        return str(parser().render(markdown))
    draw: Callable[[int, str], str] = _ticked if style == "ticks" else _numbered

    def put(match: re.Match[str]) -> str:
        index = tick_of(match[1])
        return _wrapped(match[2], index, str(tickmarks[index]["status"]), draw)

    return _MARKED.sub(put, parser().render(marked(markdown, section, tickmarks)))


def _wrapped(inner: str, index: int, status: str, draw: Callable[[int, str], str]) -> str:
    """A figure in its span; where emphasis begins or ends inside it each piece has one, and the last bears the mark."""
    parts = [part for part in _TAG.split(inner) if part]
    last = max((n for n, part in enumerate(parts) if not _TAG.fullmatch(part)), default=-1)
    out = []
    for number, part in enumerate(parts):
        if _TAG.fullmatch(part):
            out.append(part)
        else:
            end = draw(index, status) if number == last else ""
            out.append(f'<span class="fig {status}" data-tick="{index}">{part}{end}</span>')
    return "".join(out)


def _ticked(index: int, status: str) -> str:
    return (
        f'<svg class="tick" viewBox="0 0 20 20" role="img" aria-label="{status}" fill="none" stroke="currentColor" '
        f'stroke-width="2.8" stroke-linecap="round" stroke-linejoin="round">{_SHAPES[status]}</svg>'
    )


def _numbered(index: int, status: str) -> str:
    return f'<sup class="tm">{"?" if status == "untied" else ""}{index + 1}</sup>'

"""A deliverable's text as HTML: for the review page with a tick mark beside every figure, for paper with numbers or without.

Knows no page and no letterhead. Everything that comes from a text is escaped by the parser.
"""

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from html import escape
from typing import Any, Literal

from workspace.deliverables.model import OWN_SHEET
from workspace.deliverables.render.marks import CLOSE, is_open, marked, parser, printed_title, tick_of

Style = Literal["ticks", "numbers", "none"]
_MARKED = re.compile(rf"([\U000f0000-\U000ffffd])([^{CLOSE}]*){CLOSE}")
_FIRST_ANCHOR, _ANCHORS = 0xE000, 0x800  # private use, like the marks of figures
_ANCHOR = re.compile(f"[{chr(_FIRST_ANCHOR)}-{chr(_FIRST_ANCHOR + _ANCHORS - 1)}]")
_TAG = re.compile(r"(<[^>]*>)")
_TIED = '<path d="M3.5 11.5 8 16.5 16.5 3.5"/>'
_SHAPES = {"tied": _TIED, "derived": f'{_TIED}<path d="M3 19h14"/>', "untied": '<circle cx="10" cy="10" r="7"/>'}


@dataclass(frozen=True)
class Anchor:
    """A place in a section's Markdown that another part of the page speaks of: a comment, a sentence to be read first. `name` is its id
    in the page, `text` a raised number that leads to `href`, or "" where nothing is seen."""

    section: int
    at: int
    name: str
    text: str = ""
    href: str = ""
    label: str = ""


def as_html(shown: Mapping[str, Any], *, style: Style = "ticks", anchors: Sequence[Anchor] = ()) -> str:
    """The sections of what `reading.show` gives.

    "ticks": each figure is `<span class="fig STATUS" data-tick="N">` with a tick mark in it, N its index among the tickmarks;
    "numbers": a raised number, counted from 1, behind each figure; "none": the text alone, as a client gets it.
    """
    found = []
    for index, section in enumerate(shown["sections"]):
        title = printed_title(section["title"], shown.get("headings", True))
        if title:
            own = f' class="sheet {title.lower()}"' if title in OWN_SHEET else ""
            found.append(f"<h2{own}>{escape(title)}</h2>")
        found.append(_body(section["markdown"], index, shown["tickmarks"], style, anchors))
    return "\n".join(found)


def _body(
    markdown: str, section: int, tickmarks: list[dict[str, Any]], style: Style, anchors: Sequence[Anchor] = ()
) -> str:
    if style == "none":
        return str(parser().render(markdown))
    draw: Callable[[int, str], str] = _ticked if style == "ticks" else _numbered

    def put(match: re.Match[str]) -> str:
        index = tick_of(match[1])
        return _wrapped(match[2], index, str(tickmarks[index]["status"]), draw)

    here = [(one.at, index) for index, one in enumerate(anchors[:_ANCHORS]) if one.section == section]
    html = _MARKED.sub(put, parser().render(_with_anchors(marked(markdown, section, tickmarks), here)))
    return _ANCHOR.sub(lambda found: _anchored(anchors[ord(found[0]) - _FIRST_ANCHOR]), html)


def _with_anchors(text: str, anchors: Sequence[tuple[int, int]]) -> str:
    """The marked text with a character of ours at each offset of the unmarked one; never inside a figure: behind it."""
    waiting, out, at, inside = sorted(anchors), list[str](), 0, False
    for character in text:
        if character == CLOSE:
            inside = False
        elif not inside:
            while waiting and waiting[0][0] <= at:
                out.append(chr(_FIRST_ANCHOR + waiting.pop(0)[1]))
        if is_open(character):
            inside = True
        elif character != CLOSE:
            at += 1
        out.append(character)
    return "".join((*out, *(chr(_FIRST_ANCHOR + index) for _, index in waiting)))


def _anchored(one: Anchor) -> str:
    if not one.text:
        return f'<span id="{escape(one.name)}" class="anchor"></span>'
    label = f' aria-label="{escape(one.label)}"' if one.label else ""
    return f'<a id="{escape(one.name)}" class="noted" href="{escape(one.href)}"{label}>{escape(one.text)}</a>'


def _wrapped(inner: str, index: int, status: str, draw: Callable[[int, str], str]) -> str:
    """A figure in its span; where emphasis begins or ends inside it each piece has one, and the last bears the mark."""
    parts = [part for part in _TAG.split(inner) if part]
    last = max((n for n, part in enumerate(parts) if not _TAG.fullmatch(part)), default=-1)
    out = []
    for number, part in enumerate(parts):
        if _TAG.fullmatch(part):
            out.append(part)
        else:
            text = _ended(part, draw(index, status)) if number == last else part
            out.append(f'<span class="fig {status}" data-tick="{index}">{text}</span>')
    return "".join(out)


def _ended(text: str, mark: str) -> str:
    """The mark stays on the line of the figure's last word."""
    before, space, word = text.rpartition(" ")
    return f'{before}{space}<span class="end">{word}{mark}</span>'


def _ticked(index: int, status: str) -> str:
    return (
        f'<svg class="tick" viewBox="0 0 20 20" role="img" aria-label="{status}" fill="none" stroke="currentColor" '
        f'stroke-width="2.8" stroke-linecap="round" stroke-linejoin="round">{_SHAPES[status]}</svg>'
    )


def _numbered(index: int, status: str) -> str:
    return f'<sup class="tm">{"?" if status == "untied" else ""}{index + 1}</sup>'

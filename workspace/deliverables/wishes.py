"""What a reviewer's note asks for, as far as rules can do it without a model: shorter, warmer, another date, leave something out.

Reads notes and changes sections; anything it does not understand is handed back as unmet, word for word, and reaches the reviewer.
Never guesses: a clause is either one of four kinds or unmet.
"""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import date

from workspace.deliverables.model import UNPRINTED, Section
from workspace.tie_out import recognise

_CLAUSE = re.compile(
    r"[.;\n]+(?:\s+|$)|,?\s+(?:and|also|but|then)\s+(?=(?:please\s+)?(?:use|make|leave|drop|remove|omit|shorten|change|set|take|ask|keep)\b)"
    r"|,\s+(?=(?:please\s+)?(?:use|make|leave|drop|remove|omit|shorten|change|set|shorter|warmer|friendlier)\b)",
    re.IGNORECASE,
)
_SHORT = re.compile(r"\b(?:short|shorter|shorten|too long|briefer|brief|concise|tighter|half as long)\b", re.IGNORECASE)
_WARM = re.compile(
    r"\b(?:warm|warmer|friendly|friendlier|soft|softer|soften|kinder|nicer|gentler|less (?:cold|stiff|formal))\b",
    re.IGNORECASE,
)
_OUT = re.compile(
    r"\b(?:leave\s+out|drop|remove|delete|omit|take\s+out|cut\s+out|leave\s+(?P<inner>.+?)\s+out)\b\s*(?P<what>.*)",
    re.IGNORECASE,
)
_NOT = re.compile(r"\b(?:not|don['’]t|never|do not|isn['’]t|why|what|is it)\b|\?", re.IGNORECASE)
_MOST_WORDS = 9  # a longer clause that happens to hold "short" says something else
_FILLER = re.compile(
    r"^(?:the\s+|a\s+|that\s+|any\s+)?(?:whole\s+)?(?:(?:mention|section|paragraph|sentence|part|item|line|bit|words?)\s+)?(?:of\s+|about\s+|on\s+)?(?:the\s+)?"
    r"|\s+(?:section|paragraph|sentence|part|item|line|bit)s?$",
    re.IGNORECASE,
)
_ROW = re.compile(r"^\s*\|")
_ITEM = re.compile(r"^\s*- ")
_LEAD = re.compile(r"(?m)^([^\n|-][^\n]*:)\n+(?=[ ]*- )")
_SENTENCE = re.compile(r"(?<=[.!?])\s+(?=[A-Z“\"*])")


@dataclass(frozen=True)
class Wishes:
    """What the notes ask for. `reply_by` is another day to answer by; `unmet` are the clauses that rules cannot follow."""

    short: bool = False
    warm: bool = False
    reply_by: date | None = None
    leave_out: tuple[str, ...] = ()
    unmet: tuple[str, ...] = ()


def read_notes(notes: Iterable[str]) -> Wishes:
    """The wishes of several notes, the later date winning."""
    wishes = Wishes()
    for note in notes:
        for clause in filter(None, (one.strip(" ,.;") for one in _CLAUSE.split(note))):
            wishes = _with(wishes, clause)
    return wishes


def _with(wishes: Wishes, clause: str) -> Wishes:
    brief = len(clause.split()) <= _MOST_WORDS
    day = _day(clause)
    out = _OUT.search(clause)
    if _NOT.search(clause):
        return replace(wishes, unmet=(*wishes.unmet, clause))
    if out:
        return replace(wishes, leave_out=(*wishes.leave_out, _phrase(out["inner"] or out["what"])))
    if day is not None and brief:
        return replace(wishes, reply_by=day)
    if brief and (_SHORT.search(clause) or _WARM.search(clause)):
        return replace(
            wishes, short=wishes.short or bool(_SHORT.search(clause)), warm=wishes.warm or bool(_WARM.search(clause))
        )
    return replace(wishes, unmet=(*wishes.unmet, clause))


def _day(clause: str) -> date | None:
    """The one full date of a clause that speaks of a date to answer by."""
    days = [one.value for one in recognise(clause) if one.type == "date"]
    if len(days) != 1 or not re.search(r"\b(?:date|by|until|deadline|due|day)\b", clause, re.IGNORECASE):
        return None
    try:
        return date.fromisoformat(days[0])
    except ValueError:
        return None


def _phrase(text: str) -> str:
    quoted = re.search(r"[“\"'‘](.+?)[”\"'’]", text)
    return quoted[1].strip() if quoted else _FILLER.sub("", text.strip(" .,:;")).strip()


def leave_out(sections: Sequence[Section], phrase: str) -> tuple[tuple[Section, ...], str]:
    """The sections without what speaks of `phrase`, and what was done in words; the sections as they were and "" when nothing was.

    A section of that title goes whole; of the others the list items and sentences that hold the phrase. A row of a table stays,
    since its total would no longer foot.
    """
    wanted = _plain(phrase)
    if not wanted:
        return tuple(sections), ""
    titled = tuple(one for one in sections if _plain(one.title) == wanted and one.title not in UNPRINTED)
    if titled:
        return tuple(one for one in sections if one not in titled), f"left out the part “{titled[0].title}”"
    for holds in (_has_phrase(wanted), _has_words(wanted)):
        changed, gone = [], 0
        for section in sections:
            text, count = _without(section.markdown, holds)
            gone += count
            changed.append(replace(section, markdown=text))
        if gone:
            kept = tuple(one for one in changed if one.markdown)
            return kept, f"left out {gone} {'place' if gone == 1 else 'places'} that spoke of “{phrase}”"
    return tuple(sections), ""


def replace_day(sections: Sequence[Section], old: str, new: str) -> tuple[tuple[Section, ...], bool]:
    """The sections with one written date in place of another, and whether it stood there."""
    found = any(old in one.markdown for one in sections)
    return tuple(replace(one, markdown=one.markdown.replace(old, new)) for one in sections), found


def _without(markdown: str, holds: "_Test") -> tuple[str, int]:
    gone, kept = 0, []
    for line in markdown.split("\n"):
        if _ROW.match(line) or not holds(line):
            kept.append(line)
        elif _ITEM.match(line):
            gone += 1
        else:
            sentences = _SENTENCE.split(line)
            left = [one for one in sentences if not holds(one)]
            gone += len(sentences) - len(left)
            kept.append(" ".join(left))
    text = "\n".join(kept) + "\n"
    for lead in _LEAD.findall(markdown) if gone else ():
        # The line that led to a list goes when nothing is left in the list.
        text = re.sub(rf"(?m)^{re.escape(lead)}\n+(?!\n|[ ]*- )", "", text)
    return re.sub(r"\n{3,}", "\n\n", text).strip(), gone


class _Test:
    """Whether a line speaks of something."""

    def __init__(self, words: tuple[str, ...]) -> None:
        self._words = words

    def __call__(self, text: str) -> bool:
        plain = _plain(text)
        return all(word in plain for word in self._words)


def _has_phrase(wanted: str) -> _Test:
    return _Test((wanted,))


def _has_words(wanted: str) -> _Test:
    """All the words that mean something; the phrase itself where none does."""
    return _Test(tuple(word for word in wanted.split() if len(word) > 3) or (wanted,))


def _plain(text: str) -> str:
    return " ".join(re.sub(r"[^\w$.,%&-]+", " ", text.casefold()).split()).strip(" .,")

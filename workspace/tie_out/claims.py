"""What the words around a figure claim that it is: its label, its period, whose tax, which way it moved.

A reading of the clause that a figure stands in, by its neighbours and not by grammar. Says what is claimed; whether a fact bears it
out is asked by ties.py. Where the words say nothing, nothing is claimed.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import Literal

from workspace.tie_out import labels
from workspace.tie_out.figures import Figure
from workspace.tie_out.labels import Mention
from workspace.tie_out.numbers import decimal_of
from workspace.tie_out.unknown import unknown_event, unknown_subject

_COVER = "\ue000"  # stands for a figure: neither a letter nor a space
_DATES = ("date",)
_VALUES = ("money", "percent", "count")
_SENTENCE = re.compile(
    r"\n|(?<!\bMr)(?<!\bMs)(?<!\bMrs)(?<!\bDr)(?<!\bNo)[.!?][”\"')*_]*\s+(?=[A-Z\ue000*_“\"])|[?!;]\s"
)
_JOINT = re.compile(
    r",|;|—|–|\(|\)|\b(?:and|plus|but|against|versus|vs|while|which|whereas|compared\s+(?:with|to)|out\s+of|up\s+from|down\s+from|toward)\b"
)
_STOP = re.compile(r",|;|:|—|–|\(|\)|\b(?:and|plus|but|against|versus|vs|while|which|whereas|compared\s+(?:with|to))\b")
_PLAIN = (
    r"(?:is|was|were|are|be|been|being|of|at|to|for|in|on|as|by|with|over|under|came|comes|come|amount(?:s|ed|ing)?|stood|stands?"
    r"|total(?:s|ed|ling)?|reached|took|shows?|reports?|held|stayed|stays|will|would|has|have|had|only|just|now|currently|about|around|roughly"
    r"|some|nearly|also|still|today|alone|a|an|the|your|our|their|his|her|its|all|set|made|date|fixed|year|month|quarter|per|this|that)"
)
_FILLER = re.compile(rf"(?:[\s:,(*_|“”\"'’{_COVER}—–-]|\b{_PLAIN}\b)*", re.IGNORECASE)
_SAYS = re.compile(
    r"\b(?:is|was|were|are|be|came|comes|come|amounts?|amounted|stood|stands?|totals?|totaled|reached|took|shows?|will|would|has|have|had)\b",
    re.I,
)
_IN_A_PHRASE = re.compile(
    r"\b(?:of|on|for|in|under|from|with|per|against|to|toward|by|at|as|across)\s+(?:(?:the|a|an|your|our|their|its|his|her|which|open|gross)\s+)*$",
    re.I,
)
_LESS = re.compile(
    r"\b(?:before|after|without|besides|less|net\s+of)\s+(?:(?:the|a|an|all|your|our|their|its)\s+)*$", re.I
)
_BEHIND = re.compile(
    r"\b(?:of|for|on|under|against|with|per|to|from|by|at|across|after|before|besides|without|less)\s+(?:(?:the|a|an|your|our|their|its|his|her|which)\s+)*$",
    re.IGNORECASE,
)
_OF = re.compile(r"\s+of[\s*_]+", re.IGNORECASE)
_ON = re.compile(r"\s+on(?:\s+the)?[\s*_]+", re.IGNORECASE)
_RIGHT_AFTER = re.compile(
    r"[\s*_)”\"]*-?(?:(?:of|in|as|is|was|were|are)\s+)?(?:(?:the|a|an|your|our|their|its|it|her|his|days?|hours?|h)\s+)*(?:(?!(?:for|on|under|against|by|with|to|from|per|until|after|before)\b)[a-z-]+\s+)?",
    re.I,
)
_CLAUSE = re.compile(r"\b(?:before|after|when|if|unless|because|so|until|once|although|though)\s+(?:\S+\s+)+$", re.I)
# A day on which something happened, and a day by which something has to.
_PAST = (
    r"\b(?:\w+ed|sent|made|paid|wrote|written|left|came|went|took|taken|got|gave|given|met|began|begun|drew|drawn|lent|put|held|sold"
    r"|bought)\b"
)
_ENDS_PAST = re.compile(rf"{_PAST}(?:\s+(?:out|in|off|up|back|down|on))?$", re.I)
_DID = re.compile(
    _PAST + r"(?:\s+[\w’'-]+){0,5}?\s+on\s+(?:the\s+)?$",
    re.I,
)
_COMING = re.compile(
    r"\b(?:due|payable|expir\w+|end(?:s|ed)?|laps\w+|matur\w+|scheduled|set|extended|postponed|moved|fall\w*|fell|r[ua]ns?|must|has|have|will|shall"
    r"|should|would|may|can|be|needs?|owed|needed|required|expected|planned|based|called|if|unless|comes?|deadline|last\s+day|stop\w*)\b",
    re.I,
)
_MUST = re.compile(
    r"\b(?:must|ha[sv]e?\s+to|needs?\s+to|should|shall|will|cannot|please|is\s+to|are\s+to|was\s+to|were\s+to|had\s+to)\b.*\b(?:by|before|until)\s+(?:the\s+)?$"
    r"|\b(?:expected|scheduled|planned)\s+(?:on|by|for)\s+(?:the\s+)?$"
    r"|\b(?:no|not)\s+later\s+than\s+$|\bat\s+the\s+latest\s+(?:on|by)\s+$",
    re.I | re.S,
)
_PART_OF = re.compile(r"\s+of\s+(?:(?:the|these|those|your|our|its|their|his|her)\s+)?", re.I)
_EARLIER = re.compile(
    r"\b(?:(?:year|quarter|month)\s+(?:before|earlier|ago)|prior|previous(?:ly)?|preceding|earlier|last\s+(?:year|month|quarter)|since)\b",
    re.I,
)
_COMPARED = re.compile(r"\b(?:[Cc]ompared|against|versus|vs|than|from\s+\S+\s+to|whereas|while)\b")
_UP = re.compile(r"\b(?:up|rose|risen|rise|increas\w+|grew|grow\w*|gain\w*|higher|climb\w*)\b", re.I)
_DOWN = re.compile(r"\b(?:down|fell|fallen|decreas\w+|declin\w+|dropp?\w*|lower|less|shrank|shrunk)\b", re.I)
_FAR = 7  # words: what stands farther before a figure is no label of it
# A verb with an object of its own says nothing of the figure: "sold the van for $8,450" is no revenue.
_VERB = re.compile(r"(?:sold|lost|earned|kept|borrowed|lent|won)", re.I)
_PASSIVE = re.compile(r"\b(?:was|were|is|are|be|been|being)\s+(?:[a-z]+ly\s+)?$", re.I)
_OBJECT = re.compile(r"\s+(?:the|an?|my|your|our|his|her|its|their|this|that|these|those)\s", re.I)
_WORD = re.compile(r"[^\W\d_]+(?:['’][^\W\d_]+)?")
_EMPTY = frozenset(
    "a an the of at in on for and or is was were are be been i we you he she it they me us him her them my our your his its their"  # noqa: SIM905
    " this that these those has have had do does did as s".split()
)


@dataclass(frozen=True)
class Claim:
    """`heads` are the words that label the figure, `near` all that could. `periods` and `aspects` (labels.py) are those of its clause, else
    of its sentence. `moved` is 1 for up, -1 for down, 0 where nothing is said; `bound`: a head is part of the figure's phrase; `day`: on
    this date something was done, or by it something has to be; `became`: what its clause goes on to say was done with it. `words` are
    those of its clause that mean anything, its names among them."""

    heads: tuple[Mention, ...] = ()
    near: tuple[Mention, ...] = ()
    periods: tuple[str, ...] = ()
    aspects: frozenset[tuple[str, str]] = field(default=frozenset[tuple[str, str]]())
    moved: int = 0
    bound: bool = False
    day: Literal["", "happened", "to come"] = ""
    became: Mention | None = None
    unknown: str = ""
    words: frozenset[str] = frozenset()

    @cached_property
    def senses(self) -> frozenset[str]:
        """Everything that the labelling words can mean."""
        return frozenset(sense for one in self.heads for sense in one.senses)


@dataclass(frozen=True)
class _Around:
    """The words of a figure's clause before and behind it, and its whole sentence, all other figures covered. `shared`: nothing
    parts the words behind it from the next figure."""

    left: str
    right: str
    sentence: tuple[int, int]
    start: int
    end: int
    shared: bool


def cover(text: str, figures: Sequence[Figure]) -> str:
    """The text with a sign in place of every figure, so that the words of one are not taken for those of another."""
    kept, at = [], 0
    for one in figures:
        kept += [text[at : one.start], _COVER * (one.end - one.start)]
        at = one.end
    return "".join((*kept, text[at:]))


def claim_of(covered: str, figures: Sequence[Figure], figure: Figure, own: Sequence[str] = ()) -> Claim:
    """What is claimed of one of the figures of a text, given with its figures `cover`ed; `own` are words of this file that label figures of
    its type."""
    cells = _cells(covered, figure)
    if cells is not None:
        found = tuple(one for words in cells for one in labels.mentions(figure.type, words, own))
        spans = _cell_spans(covered, figure)
        periods = tuple(
            f.value for f in figures if f.type == "period" and any(a <= f.start and f.end <= b for a, b in spans)
        )
        return Claim(found, found, periods, labels.aspects_of(" ".join(cells)))
    around = _around(covered, figures, figure)
    left = _mentions(figure, around.left, own)
    right = _mentions(figure, around.right, own)
    heads = _heads(around, left, right)
    whole = covered[slice(*around.sentence)]
    return Claim(
        heads,
        _said_of_it(around, left, right),
        _periods(covered, figures, figure, around),
        _aspects(around, whole),
        _moved(around),
        _is_bound(figure, around, heads),
        _day(around) if figure.type == "date" else "",
        _became(around, right),
        unknown_event(around.left, left)
        if figure.type == "date"
        else unknown_subject(around.left, left)
        if figure.type in _VALUES
        else "",
        _words(figures, around),
    )


def smaller_whole(covered: str, figures: Sequence[Figure], figure: Figure) -> Figure | None:
    """The figure of which this one is said to be a part, where it is the smaller: "$3,600 of the $2,310"."""
    if figure.type not in ("money", "count") or figure.unit:
        return None
    whole = next((one for one in figures if one.start > figure.end), None)
    if whole is None or whole.type != figure.type or not _PART_OF.fullmatch(covered, figure.end, whole.start):
        return None
    part, all_of_it = decimal_of(figure.value), decimal_of(whole.value)
    return whole if part is not None and all_of_it is not None and part > all_of_it else None


def _heads(around: _Around, left: Sequence[Mention], right: Sequence[Mention]) -> tuple[Mention, ...]:
    """The words right behind the figure and the nearest before it; failing both, what the clause goes on to say."""
    after = [
        one for one in right[:1] if _RIGHT_AFTER.fullmatch(around.right, 0, one.start) and not _of_the_next(around, one)
    ]
    if after and after[0].text.lower().startswith("of "):
        return tuple(after)  # what it is a share of
    before = _governing(around.left, left)
    found = [*after, *([before] if before else [])]
    if not found:
        part = len(_first_part(around.right))
        near = [one for one in right[:1] if one.start < part and len(around.right[: one.start].split()) <= _FAR]
        found = [
            one
            for one in near
            if not _of_the_next(around, one)
            and not _BEHIND.search(around.right, 0, one.start)
            and not _CLAUSE.search(around.right, 0, one.start)
        ]
    return tuple(found)


def _mentions(figure: Figure, words: str, own: Sequence[str]) -> tuple[Mention, ...]:
    """The words that can label the figure: a count of days is none of customers."""
    found = labels.mentions(figure.type, words, own)
    return tuple(
        one
        for one in found
        if not (figure.unit and figure.type == "count" and labels.counts_things(one.senses))
        and not (_VERB.fullmatch(one.text) and _OBJECT.match(words, one.end))
    )


def _became(around: _Around, right: Sequence[Mention]) -> Mention | None:
    """What was done with the figure: "sent back" in "$400 of tax was sent back"."""
    part = len(_first_part(around.right))
    return next((one for one in right if one.start < part and _PASSIVE.search(around.right, 0, one.start)), None)


def _words(figures: Sequence[Figure], around: _Around) -> frozenset[str]:
    plain = (one.casefold() for one in _WORD.findall(f"{around.left} {_first_part(around.right)}"))
    named = (
        word
        for one in figures
        if one.type == "name" and around.start <= one.start < around.end
        for word in one.value.split()
    )
    return frozenset(plain) - _EMPTY | frozenset(named)


def _is_bound(figure: Figure, around: _Around, heads: Sequence[Mention]) -> bool:
    """Whether a label is part of the figure's own phrase, "a refund of $4,200" or "31.8% of net income": no other word can mean it."""
    for one in heads:
        between = around.left[one.end :]
        bound = around.left[one.start : one.end] == one.text and (
            _OF.fullmatch(between)
            or (figure.type == "date" and _ON.fullmatch(between) and _ENDS_PAST.search(one.text))
            or (one.text.lower().endswith(" of") and not between.strip(" *_"))
        )
        if bound or (one.text.lower().startswith("of ") and not around.right[: one.start].strip()):
            return True
    return False


def _of_the_next(around: _Around, one: Mention) -> bool:
    """Whether words behind a figure label the figure that follows: "was made on" in "for March 1 was made on March 4"."""
    apart = around.right[: one.start].strip()
    return around.shared and bool(apart) and _FILLER.fullmatch(around.right[one.end :]) is not None


def _said_of_it(around: _Around, left: Sequence[Mention], right: Sequence[Mention]) -> tuple[Mention, ...]:
    """The words of the clause that may be meant of the figure: not "invoice" in "the balance of the invoice is"."""
    modifies = [
        one for one in left if _IN_A_PHRASE.search(around.left, 0, one.start) and _SAYS.search(around.left, one.end)
    ]
    part = len(_first_part(around.right))
    behind = [
        one
        for one in right
        if one.start < part
        and not _of_the_next(around, one)
        and (_RIGHT_AFTER.fullmatch(around.right, 0, one.start) or not _BEHIND.search(around.right, 0, one.start))
    ]
    return (*(one for one in left if one not in modifies), *behind)


def _governing(words: str, found: Sequence[Mention]) -> Mention | None:
    """The mention before a figure that labels it: "balance" in "the balance of the invoice is", "retainer" in "out of a retainer of"."""
    left_over: Mention | None = None
    for one in reversed(found):
        between = words[one.end :]
        if len(between.replace(_COVER, " ").split()) > _FAR:
            break
        in_a_phrase = _IN_A_PHRASE.search(words, 0, one.start) is not None
        if "," in between and not _FILLER.fullmatch(between) and not between.rstrip(" *_").endswith(":"):
            break  # of another clause
        if _LESS.search(words, 0, one.start) and between.strip():
            continue
        if in_a_phrase and (_SAYS.search(between) or not _FILLER.fullmatch(between)):
            left_over = left_over or one
            continue
        return _noun(words, found, one)
    return left_over


def _noun(words: str, found: Sequence[Mention], one: Mention) -> Mention:
    """Of "refund check" the refund: the word before says more than one that is said of almost any amount."""
    before = next((other for other in reversed(found) if other.end <= one.start), None)
    together = before is not None and not words[before.end : one.start].strip()
    return before if before is not None and together and labels.is_general(one.senses) else one


def _first_part(words: str) -> str:
    joint = _STOP.search(words)
    return words[: joint.start()] if joint else words


def _around(covered: str, figures: Sequence[Figure], figure: Figure) -> _Around:
    begin, end = _sentence(covered, figure)
    others = [one for one in figures if begin <= one.start < end and _parts(one, figure)]
    before = [one.end for one in others if one.end <= figure.start]
    after = [one.start for one in others if one.start >= figure.end]
    left, right = covered[begin : figure.start], covered[figure.end : end]
    if before:
        left = covered[before[-1] : figure.start]
        joint = _JOINT.search(left)
        left = left[joint.end() :] if joint else left
    if after:
        right = _first_part(covered[figure.end : after[0]])
    shared = bool(after) and figure.end + len(right) == after[0]
    return _Around(left, right, (begin, end), figure.start - len(left), figure.end + len(right), shared)


def _parts(other: Figure, figure: Figure) -> bool:
    """Whether another figure has words of its own, which then are not this one's. "Past ninety days" belongs to what stands before it."""
    if figure.type in _DATES:
        return other.type in _DATES
    return other.type in _VALUES and not (other.unit and figure.type != "count")


def _sentence(covered: str, figure: Figure) -> tuple[int, int]:
    begin, end = 0, len(covered)
    for match in _SENTENCE.finditer(covered):
        if match.end() <= figure.start:
            begin = match.end()
        elif match.start() >= figure.end:
            end = match.start() + 1
            break
    return begin, end


def _periods(covered: str, figures: Sequence[Figure], figure: Figure, around: _Around) -> tuple[str, ...]:
    begin, end = around.sentence
    if _EARLIER.search(covered, around.start, around.end):
        return ()
    named = [one for one in figures if one.type == "period" and begin <= one.start < end]
    close = [one.value for one in named if around.start <= one.start < around.end]
    compared = _COMPARED.search(covered, begin, end) is not None
    return tuple(close or ([] if compared else [one.value for one in named]))


def _aspects(around: _Around, sentence: str) -> frozenset[tuple[str, str]]:
    """Those of the clause; whose tax it is may be said once for the whole sentence."""
    close = labels.aspects_of(f"{around.left} {_first_part(around.right)}")
    if any(aspect == "government" for aspect, _ in close):
        return close
    return close | {one for one in labels.aspects_of(sentence) if one[0] == "government"}


def _moved(around: _Around) -> int:
    words = f"{around.left} {around.right}"
    up, down = _UP.search(words), _DOWN.search(words)
    return (1 if up else -1) if bool(up) != bool(down) else 0


def _day(around: _Around) -> Literal["", "happened", "to come"]:
    if _MUST.search(around.left):
        return "to come"
    return "happened" if _DID.search(around.left) and not _COMING.search(around.left) else ""


def _cells(covered: str, figure: Figure) -> tuple[str, ...] | None:
    """The head of the row and of the column, where the figure stands in a table."""
    spans = _cell_spans(covered, figure)
    return tuple(covered[a:b] for a, b in spans) if spans else None


def _cell_spans(covered: str, figure: Figure) -> list[tuple[int, int]]:
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

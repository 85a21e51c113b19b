"""What the words around a figure claim that it is: its label, its period, whose tax, which way it moved.

A reading of the clause that a figure stands in, by its neighbours and not by grammar. Says what is claimed; whether a fact bears it
out is asked by ties.py. Where the words say nothing, nothing is claimed.
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property

from workspace.tie_out import labels
from workspace.tie_out.clause import DATES, JOINT, SAYS, VALUES, Around, around_of, first_part
from workspace.tie_out.direction import Way, way_of
from workspace.tie_out.figures import Figure
from workspace.tie_out.happened import ENDS_PAST, Said, day_of
from workspace.tie_out.labels import Mention
from workspace.tie_out.tables import cell_spans
from workspace.tie_out.unknown import unknown_subject, unknown_things
from workspace.tie_out.when import moved_by, periods_of, then_of

_COVER = "\ue000"  # stands for a figure: neither a letter nor a space
_PLAIN = (
    r"(?:is|was|were|are|be|been|being|of|at|to|for|in|on|as|by|with|over|under|came|comes|come|amount(?:s|ed|ing)?|stood|stands?"
    r"|total(?:s|ed|ling)?|reached|took|shows?|reports?|held|stayed|stays|will|would|has|have|had|only|just|now|currently|about|around|roughly"
    r"|some|nearly|also|still|today|alone|a|an|the|your|our|their|his|her|its|all|set|made|date|fixed|year|month|quarter|per|this|that)"
)
_FILLER = re.compile(rf"(?:[\s:,(*_|“”\"'’{_COVER}—–-]|\b{_PLAIN}\b)*", re.IGNORECASE)
_TO_THE_NEXT = re.compile(rf"(?:\s+(?!{_PLAIN}\b)[a-z]+(?=\s+(?:of|at|is|was|were|are)\s))?{_FILLER.pattern}", re.I)
_IN_A_PHRASE = re.compile(
    r"\b(?:of|on|for|in|under|from|with|per|against|to|toward|by|at|as|across)\s+(?:(?:the|a|an|your|our|their|its|his|her|which|open|gross)\s+)*$",
    re.I,
)
_LESS = re.compile(
    r"\b(?:before|after|without|besides|less|net\s+of)\s+(?:(?:the|a|an|all|your|our|their|its)\s+)*$", re.I
)
_BEFORE = re.compile(r"(?:after|before|net\s+of|less)\s+(?:(?:the|a|an|all|your|our|their|its)\s+)*", re.I)
_BEHIND = re.compile(
    r"\b(?:of|for|on|under|against|with|per|to|from|by|at|across|after|before|besides|without|less|until|during|about|into|between|because\s+of)\s+(?:(?:the|a|an|your|our|their|its|his|her|which|final|last|next|first)\s+)*$",
    re.IGNORECASE,
)
_OF = re.compile(r"\s+of[\s*_]+", re.IGNORECASE)
_FOR = re.compile(r"[\s*_)]*for\s+", re.I)
_AS = re.compile(r"[\s*_)]*(?:of|in|as)\s+(?:an?\s+)?", re.I)
_NAMED_AS = re.compile(r"\bas\s+(?:(?:an?|the|your|his|her|their|its|officer|gross|net)\s+)*$", re.I)
_ON = re.compile(r"\s+on(?:\s+the)?[\s*_]+", re.IGNORECASE)
_RIGHT_AFTER = re.compile(
    r"[\s*_)”\"]*-?(?:(?:of|in|as|is|was|were|are)\s+)?(?:(?:the|a|an|your|our|their|its|it|her|his|days?|hours?|h)\s+)*(?:(?!(?:for|on|under|against|by|with|to|from|per|until|after|before|when|while|where|if|because|since|once|although)\b)[a-z-]+\s+)?",
    re.I,
)
_CLAUSE = re.compile(r"\b(?:before|after|when|if|unless|because|so|until|once|although|though)\s+(?:\S+\s+)+$", re.I)
# A day from which days are counted: the words say what has to be done in them.
_COUNTED_FROM = re.compile(
    rf"{_COVER}\s+(?:counted\s+|starting\s+|running\s+)?(?:from|after)\s+(?:the\s+)?[*_]*$", re.I
)
_LIMIT = re.compile(r"\b(?:by|before|until|till|through|no\s+later\s+than)\s+(?:the\s+)?[*_]*$", re.I)
_SHOULD = re.compile(
    rf"{_LIMIT.pattern}|\b(?:should|ought\s+to|was\s+to|were\s+to|had\s+to|must|is\s+to|are\s+to|ha[sv]e?\s+to|supposed\s+to)\b[^,;]*$",
    re.I,
)
_SUBJECT = re.compile(r"(?:^|\s|,)(?:the|your|our|their|its|his|her)\s+(?:[a-z]+\s+)?$")
_PREDICATE = re.compile(r"\s+(?:is|was|are|were|will|would|should|comes?|came|stands?|has|had|may|can|must)\b")
_FOLLOWS = re.compile(r"\s+(?:after|from|following|since)\s+", re.I)
_THAT_IS = re.compile(
    r"(?:[^.;:!?—–\n]|(?<=\d)[.:])*[,:;—–]\s*(?:(?:that(?:['’]s|\s+is|\s+was)|this\s+is)\s+(?=the\b|when\b|what\b|how\b|your\b|our\b|their\b)"
    r"|which\s+(?:is|was)\s+(?=what\b|when\b|how\b))(?P<what>[^,.;:!?]*)"
    r"|\s*,\s*when\s+(?P<then>[^,.;:!?]*)",
    re.I,
)
_OF_THE_SENTENCE = ("government", "offence")
_SEAM = 60  # characters on either side in which a wording is looked for that a figure stands in
_OWED = frozenset(("due", "balance", "demand", "receivable", "payable", "invoice"))
_CLOSE = 25  # characters behind a figure
_STEP = re.compile(r",|:(?=\s)")  # into another clause, or from a heading into the text
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
    """`heads` are the words that label the figure, `near` all that could, `clause` every label in its clause. `periods` and `aspects`
    (labels.py) are those of its clause, else of its sentence. `moved` is 1 for up, -1 for down, 0 where nothing is said.
    `bound` is the head that is part of the figure's phrase. `day`: on this date something was done, or by it something has to be.
    `limit`: it is a day by or until which. `became`: what its clause goes on to say was done with it. `way`: whether the money comes
    to the client or goes (direction.py). `then`: -1 where it is said to be of the period before ("last year's fee"), 1 of this one.
    `measured`: the amounts that the clause of a percentage names. `bracketed`: it stands in brackets, as a loss does. `words` are those
    of its clause that mean anything, its names among them. `counted_from`: the days that a count of days is said to follow.
    `numbers`: the counts of its clause."""

    heads: tuple[Mention, ...] = ()
    near: tuple[Mention, ...] = ()
    periods: tuple[str, ...] = ()
    aspects: frozenset[tuple[str, str]] = field(default=frozenset[tuple[str, str]]())
    moved: int = 0
    bound: Mention | None = None
    day: Said = ""
    became: Mention | None = None
    unknown: str = ""
    words: frozenset[str] = frozenset()
    clause: tuple[Mention, ...] = ()
    limit: bool = False
    way: Way = ""
    then: int = 0
    measured: tuple[Mention, ...] = ()
    bracketed: bool = False
    counted_from: tuple[Mention, ...] = ()
    numbers: frozenset[str] = frozenset()

    @cached_property
    def senses(self) -> frozenset[str]:
        """Everything that the labelling words can mean."""
        return frozenset(sense for one in self.heads for sense in one.senses)


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
    spans = cell_spans(covered, figure)
    if spans:
        cells = tuple(covered[a:b] for a, b in spans)
        found = tuple(one for words in cells for one in labels.mentions(figure.type, words, own))
        periods = tuple(
            f.value for f in figures if f.type == "period" and any(a <= f.start and f.end <= b for a, b in spans)
        )
        return Claim(found, found, periods, labels.aspects_of(" ".join(cells)))
    around = around_of(covered, figures, figure)
    if figure.type == "date" and _COUNTED_FROM.search(around.left):
        return Claim(periods=periods_of(covered, figures, figure, around))
    left = _without_before(around.left, figure, _mentions(figure, around.left, own), own)
    right = _mentions(figure, around.right, own)
    across = _as_what(around, right) or _across(figure, around, own)
    explained = _explained(covered, figures, figure, own)
    heads = across or explained or _heads(around, left, right)
    whole = _sentence_of(covered, figures, figure, around)
    return Claim(
        heads,
        across or (*explained, *_said_of_it(figure, around, left, right)),
        periods_of(covered, figures, figure, around),
        _aspects(around, whole),
        moved_by(around),
        across[0] if across else _bound(figure, around, heads, right),
        day_of(around.left) if figure.type == "date" else "",
        _became(around, right),
        _unknown(figure, around, left, right),
        _words(figures, around),
        (*left, *_close_behind(around, right)),
        (_SHOULD if figure.type == "date" else _LIMIT).search(around.left) is not None,
        way_of(around.left, around.right) if figure.type == "money" else "",
        then_of(around) if figure.type in VALUES else 0,
        labels.mentions("money", around.left) if figure.type == "percent" else (),
        around.left.endswith("(") and around.right.startswith(")"),
        _followed(around) if figure.type == "count" and figure.unit else (),
        _numbers(covered, figures, figure, around),
    )


def _unknown(figure: Figure, around: Around, left: Sequence[Mention], right: Sequence[Mention]) -> str:
    """What a figure is called that no list knows: the subject of its sentence, or what is counted."""
    if figure.type not in VALUES:
        return ""
    return unknown_subject(around.left, left) or (
        unknown_things(around.right, right) if figure.type == "count" and not figure.unit else ""
    )


def _numbers(covered: str, figures: Sequence[Figure], figure: Figure, around: Around) -> frozenset[str]:
    """The counts that stand with a figure: "three" of "the first three customers for 61.8%"."""
    counts = [one for one in figures if one.type == "count" and one is not figure and not one.unit]
    behind = (one.value for one in counts if figure.end <= one.start < around.end)
    before = (
        one.value
        for one in counts
        if one.end <= figure.start
        and one.end >= around.sentence[0]
        and not JOINT.search(covered, one.end, figure.start)
        and _COVER not in covered[one.end : figure.start]
    )
    return frozenset((*behind, *before))


def _followed(around: Around) -> tuple[Mention, ...]:
    """What the words right behind a count of days name as the day from which it is counted."""
    match = _FOLLOWS.match(around.right)
    return labels.mentions("date", first_part(around.right[match.end() :])) if match else ()


def _across(figure: Figure, around: Around, own: Sequence[str]) -> tuple[Mention, ...]:
    """A wording with the figure inside it: "put … into" of "you put $24,000 into the company"."""
    words = f"{around.left[-_SEAM:].rstrip()} {_COVER} "
    found = labels.mentions(figure.type, f"{words}{around.right[:_SEAM].lstrip()}", own)
    here = len(words) - 2
    return tuple(
        replace(one, text=one.text.replace(_COVER, "…")) for one in found if one.start < here and here + 1 < one.end
    )


def _as_what(around: Around, right: Sequence[Mention]) -> tuple[Mention, ...]:
    """What it is by the words: "wages" of "took $36,000 out of the company as wages"."""
    part = len(first_part(around.right))
    return tuple(one for one in right if one.start < part and _NAMED_AS.search(around.right, 0, one.start))[:1]


def _explained(covered: str, figures: Sequence[Figure], figure: Figure, own: Sequence[str]) -> tuple[Mention, ...]:
    """What a figure is by what comes behind it: "the last day to answer" of "mark March 11, please: that is the last day to answer"."""
    after = min(
        (one.start for one in figures if one.start >= figure.end and one.type == figure.type), default=len(covered)
    )
    match = _THAT_IS.match(covered, figure.end, after)
    what = match["what"] or (match["then"] if figure.type == "date" else "") if match else ""
    return labels.mentions(figure.type, what, own)[:1] if what else ()


def _heads(around: Around, left: Sequence[Mention], right: Sequence[Mention]) -> tuple[Mention, ...]:
    """The words right behind the figure and the nearest before it; failing both, what the clause goes on to say."""
    after = [
        one for one in right[:1] if _RIGHT_AFTER.fullmatch(around.right, 0, one.start) and not _of_the_next(around, one)
    ]
    if after and after[0].text.lower().startswith("of "):
        return tuple(after)  # what it is a share of
    before = _governing(around.left, left)
    found = [*after, *([before] if before else [])]
    if not found:
        part = len(first_part(around.right))
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
        if not (figure.unit not in ("", "time") and figure.type == "count" and labels.counts_things(one.senses))
        and not (_VERB.fullmatch(one.text) and _OBJECT.match(words, one.end))
    )


def _without_before(words: str, figure: Figure, found: tuple[Mention, ...], own: Sequence[str]) -> tuple[Mention, ...]:
    """Of "after cost of sales of $400" the cost of sales: what comes after it is another figure."""
    if not found or not _OF.fullmatch(words, found[-1].end):
        return found
    match = _BEFORE.match(found[-1].text)
    if match is None:
        return found
    inner = labels.mentions(figure.type, found[-1].text[match.end() :], own)
    at = found[-1].start + match.end()
    return (*found[:-1], *(replace(one, start=one.start + at, end=one.end + at) for one in inner))


def _became(around: Around, right: Sequence[Mention]) -> Mention | None:
    """What was done with the figure: "sent back" in "$400 of tax was sent back"."""
    part = len(first_part(around.right))
    return next((one for one in right if one.start < part and _PASSIVE.search(around.right, 0, one.start)), None)


def _close_behind(around: Around, right: Sequence[Mention]) -> Iterator[Mention]:
    part = min(_CLOSE, len(first_part(around.right)))
    return (one for one in right if one.start < part and not _of_the_next(around, one))


def _words(figures: Sequence[Figure], around: Around) -> frozenset[str]:
    plain = (one.casefold() for one in _WORD.findall(f"{around.left} {first_part(around.right)}"))
    named = (
        word
        for one in figures
        if one.type == "name" and around.start <= one.start < around.end
        for word in one.value.split()
    )
    return frozenset(plain) - _EMPTY | frozenset(named)


def _bound(figure: Figure, around: Around, heads: Sequence[Mention], right: Sequence[Mention]) -> Mention | None:
    """The label that is part of the figure's own phrase, "a refund of $4,200", "we wrote off $410" or "$31 of net income": no other
    word can mean it."""
    for one in heads:
        between = around.left[one.end :]
        on_the_left = around.left[one.start : one.end] == one.text
        beside = (
            _OF.fullmatch(between)
            or (figure.type == "date" and _ON.fullmatch(between) and ENDS_PAST.search(one.text))
            or (one.text.lower().endswith(" of") and not between.strip(" *_"))
            or (figure.type == "money" and not between.strip(" *_") and not right and _is_hard(one))
        )
        if on_the_left and beside:
            return one
        before = around.right[: one.start]
        behind = around.right[one.start : one.end] == one.text
        if behind and one.text.lower().startswith("of ") and not before.strip():
            return one
        if behind and figure.type == "money" and _AS.fullmatch(before) and _is_hard(one):
            return one
    return None


def _is_hard(one: Mention) -> bool:
    """Whether the words say what an amount is, and not only that somebody is to pay it."""
    return not labels.is_general(one.senses) and not one.senses & _OWED


def _of_the_next(around: Around, one: Mention) -> bool:
    """Whether words behind a figure label the figure that follows: "was made on" in "for March 1 was made on March 4"."""
    before = around.right[: one.start]
    if around.fronted and _SUBJECT.search(before) and _PREDICATE.match(around.right, one.end):
        return True
    if _OF.fullmatch(before) and not _OF.fullmatch(around.right, one.end):
        return False  # "$31 of net income on" is the first figure's, "$31 of a retainer of" the next one's
    return around.shared and bool(before.strip()) and _TO_THE_NEXT.fullmatch(around.right, one.end) is not None


def _said_of_it(
    figure: Figure, around: Around, left: Sequence[Mention], right: Sequence[Mention]
) -> tuple[Mention, ...]:
    """The words of the clause that may be meant of the figure: not "invoice" in "the balance of the invoice is"."""
    modifies = [
        one for one in left if _IN_A_PHRASE.search(around.left, 0, one.start) and SAYS.search(around.left, one.end)
    ]
    part = len(first_part(around.right))
    behind = [
        one
        for one in right
        if one.start < part
        and not _of_the_next(around, one)
        and (
            _RIGHT_AFTER.fullmatch(around.right, 0, one.start)
            or not _BEHIND.search(around.right, 0, one.start)
            or _FOR.fullmatch(around.right, 0, one.start)
        )
    ]
    said = [one for one in left if one not in modifies]
    if figure.type in DATES:
        return (*said, *behind)
    return (*_without_modifiers(around.left, said), *_without_modifiers(around.right, behind))


def _without_modifiers(words: str, found: Sequence[Mention]) -> Iterator[Mention]:
    """Of "tax refund" the refund, of "cleaning charge" the cleaning: the word that says what it is, not the one beside it."""
    for number, one in enumerate(found):
        after = found[number + 1] if number + 1 < len(found) else None
        before = found[number - 1] if number else None
        of_a_noun = (
            after is not None and words[one.end : after.start] == " " and not labels.is_general(after.senses)
        ) and not ENDS_PAST.search(after.text)
        said_before = (
            before is not None and words[before.end : one.start] == " " and labels.is_general(one.senses)
        ) and not labels.is_general(before.senses)
        if not of_a_noun and not said_before:
            yield one


def _governing(words: str, found: Sequence[Mention]) -> Mention | None:
    """The mention before a figure that labels it: "balance" in "the balance of the invoice is", "retainer" in "out of a retainer of"."""
    left_over: Mention | None = None
    for one in reversed(found):
        between = words[one.end :]
        if len(between.replace(_COVER, " ").split()) > _FAR:
            break
        in_a_phrase = _IN_A_PHRASE.search(words, 0, one.start) is not None
        if _STEP.search(between) and not _FILLER.fullmatch(between) and not between.rstrip(" *_").endswith(":"):
            break  # of another clause
        if _LESS.search(words, 0, one.start) and between.strip() and not _OF.fullmatch(between):
            continue
        if in_a_phrase and (SAYS.search(between) or not _FILLER.fullmatch(between)):
            left_over = left_over or one
            continue
        return _noun(words, found, one)
    return left_over


def _noun(words: str, found: Sequence[Mention], one: Mention) -> Mention:
    """Of "refund check" the refund: the word before says more than one that is said of almost any amount."""
    before = next((other for other in reversed(found) if other.end <= one.start), None)
    together = before is not None and not words[before.end : one.start].strip()
    return before if before is not None and together and labels.is_general(one.senses) else one


def _aspects(around: Around, sentence: str) -> frozenset[tuple[str, str]]:
    """Those of the clause; whose tax it is may be said once for the whole sentence."""
    close = labels.aspects_of(f"{around.left} {first_part(around.right)}")
    if any(aspect == "government" for aspect, _ in close):
        return close
    return close | {one for one in labels.aspects_of(sentence) if one[0] in _OF_THE_SENTENCE}


def _sentence_of(covered: str, figures: Sequence[Figure], figure: Figure, around: Around) -> str:
    """The words of the sentence that can be meant of a figure: beside others like it only those before it, for what comes behind belongs to
    the next ("$2,480 from Washington and $1,310 from the state")."""
    begin, end = around.sentence
    others = any(begin <= one.start < end and one != figure and one.type == figure.type for one in figures)
    return covered[begin : around.end if others else end]

"""Finds the sentence or table row of the client's passages that answers a question, or finds that there is none.

Words decide, not likeness: each word of the question weighs by how rare it is in this client's file, and a question whose weighty
words are not together in one place is not answered. What is returned is quoted as it stands. Calls no model.
"""

import math
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from itertools import pairwise
from typing import Any

# Words that ask, link or name the file itself: they say nothing about where the answer stands.
_ASKING = """
    a about according all also am an and any are as at be been being between both but by can client client's clients company
    company's could did do does doing done each file find for from get give given group had has have having he her hers him his how i
    if in information into is it its itself know like many me mention mentioned much my no not of on or our out over own please
    provide provided question respective respectively said say says she should show shown so some such tell than that the their them
    then there these they this those through to under up us value values was we were what what's when where which who whom whose why
    will with would year years ended ending end document documents table tell amount amounts per s d
    calculated include included includes including present presented shown respective
"""
# What a question of arithmetic calls its operation; no page says it.
_OPERATING = (
    "average change changed changes difference increase decrease increased decreased percentage percent ratio sum"
)
_EMPTY = frozenset(_ASKING.split())
_OPERATION = frozenset(_OPERATING.split())
_WORD = re.compile(r"[A-Za-z]{1,4}-?\d[\w-]*|[A-Za-z][A-Za-z'’&-]*[A-Za-z]|[A-Za-z]|\d[\d,./-]*\d|\d")
_SENTENCE_END = re.compile(r"(?<=[.!?;])[\"”')\]]*\s+(?=[A-Z“\"(\d$])|\n\s*\n|(?<=[.!?:])\n")
_NUMBER = re.compile(r"\d")
_FIGURED_DAY = re.compile(
    r"(?<![\w/-])(?:(?P<y1>(?:19|20)\d\d)-(?P<m1>\d\d)(?:-(?P<d1>\d\d))?|(?P<m2>\d{1,2})/(?P<d2>\d{1,2})/(?P<y2>(?:19|20)\d\d))(?![\w/-])"
)
_MONTHS = (
    *("January", "February", "March", "April", "May", "June"),
    *("July", "August", "September", "October", "November", "December"),
)
_DATE = re.compile(
    r"\b(?:jan(?:uary)?|feb(?:ruary)?|mar(?:ch)?|apr(?:il)?|may|june?|july?|aug(?:ust)?|sept?(?:ember)?|oct(?:ober)?|nov(?:ember)?|"
    r"dec(?:ember)?)\b\.?\s+\d|\b\d{1,2}/\d{1,2}/\d{2,4}\b|\b\d{4}-\d{2}-\d{2}\b|\b(?:19|20)\d\d\b",
    re.IGNORECASE,
)
# Two words written large, letters alone, or one word where a sentence says who: "is kept by Kowalski".
_NAME = re.compile(
    r"\b[A-Z][\w.&'’-]+(?:\s+(?:[A-Z][\w.&'’-]*|of|and|&))*\s+[A-Z][\w.&'’-]+|\b[A-Z]{2,}\b|"
    rf"\b(?:is|was|are|were|by|to|from|with|named)\s+(?!(?:{'|'.join(_MONTHS)}|(?:Sun|Mon|Tues|Wednes|Thurs|Fri|Satur)day)\b)[A-Z][a-z]{{2,}}"
)

# What a question asks for, and what a place must have to answer it.
_ASKS: tuple[tuple[re.Pattern[str], re.Pattern[str]], ...] = (
    (re.compile(r"\bhow (?:much|many)\b|\bwhat %", re.IGNORECASE), _NUMBER),
    (
        re.compile(
            r"\bwhen\b|\b(?:what|which|on what) (?:date|day|year)\b|\bby what date\b|\bhow long\b", re.IGNORECASE
        ),
        re.compile(_DATE.pattern + r"|\b\d+ (?:day|month|year)", re.IGNORECASE),
    ),
    (re.compile(r"\bwho\b|\bwhose\b|\bto whom\b", re.IGNORECASE), _NAME),
)
# A question that names one of these most often wants a figure, unless it asks after reasons, ways or kinds.
_AMOUNT = re.compile(
    r"\b(?:amount|balance|price|costs?|rents?|fees?|total|revenues?|income|expenses?|assets?|liabilities|tax(?:es)?|payment|principal|"
    r"sales|profit|loss|wages|salary|net|percent|percentage|rate|share of)\b",
    re.IGNORECASE,
)
_REASON = re.compile(
    r"\b(?:why|caus\w*|reasons?|because|drove|driven|how (?:is|are|was|were|do|does|did)|kinds?|types?|method\w*|factors?)\b",
    re.IGNORECASE,
)

# Set on questions over annual reports (shared/data/real/qa_tatqa) and held there by tests/agents/test_extract.py: two thirds of what can
# be quoted is found, nine of ten quotes are the answering passage, and of questions about another company's report 3 in 100 are answered.
ENOUGH = 0.6  # the share of the question's weight from which a place answers
BESIDE = 0.9  # what a word counts that stands beside the place, not in it
UNFIT = 0.6  # what is left of a place without a figure where one is most often meant
APART = 0.3  # what a place loses whose words stand apart that the question has side by side
OTHER = 0.3  # what a table row loses whose name says something else as well
MOST = 3


@dataclass(frozen=True)
class Extract:
    """Words of a passage: characters `start` to `end` of the page's text. `score` is the share of the question's weight, 0 to 1."""

    passage: Any
    text: str
    start: int
    end: int
    score: float


def words(text: str) -> list[str]:
    """The stems of a text's words, in order, possessives and thousands separators taken off, days in the order of a letter's."""
    text = _FIGURED_DAY.sub(_worded_day, text)
    found = (w.lower().replace("’", "'").removesuffix("'s") for w in _WORD.findall(text))
    return [_stem(w.replace(",", "") if w[0].isdigit() else w) for w in found]


def _worded_day(match: re.Match[str]) -> str:
    """ "2025-06-16" and "6/16/2025" as "June 16 2025"; what is no day stays as it is."""
    year, month = match["y1"] or match["y2"], int(match["m1"] or match["m2"])
    day = match["d1"] or match["d2"]
    if not 1 <= month <= 12:
        return match.group()
    return f"{_MONTHS[month - 1]} {int(day)} {year}" if day else f"{_MONTHS[month - 1]} {year}"


@cache
def _stem(word: str) -> str:
    return word if word[0].isdigit() else str(_stemmer().stemWord(word))


@cache
def _stemmer() -> Any:
    import Stemmer

    return Stemmer.Stemmer("english")


@cache
def _month_stems() -> frozenset[str]:
    return frozenset(words(" ".join(_MONTHS)))


def asked_words(question: str) -> frozenset[str]:
    """The stems that an answer must stand beside: the question's words without those that only ask."""
    raw = [
        w for w in _WORD.findall(question) if w.lower().replace("’", "'").removesuffix("'s") not in _EMPTY | _OPERATION
    ]
    return frozenset(words(" ".join(raw)))


def fragment(stem: str) -> str:
    """A part that every form of the word holds: "inventor" of inventory and inventories."""
    return stem[:-1] if len(stem) > 3 and stem[-1] in "iey" else stem


def rarity(stems: Sequence[str], counts: Sequence[int], total: int) -> dict[str, float]:
    """The weight of each word in a file of `total` passages, `counts` of which hold it: the rarer, the weightier."""
    return {stem: math.log(1 + (total + 1) / (count + 0.5)) for stem, count in zip(stems, counts, strict=True)}


def phrases(question: str) -> tuple[tuple[str, str], ...]:
    """Pairs of asked words that stand side by side in the question, figures left out: "interest income", not "income 2019"."""
    pairs = []
    raw = _WORD.findall(question)
    for first, second in pairwise(raw):
        both = words(f"{first} {second}")
        plain = not any(w[0].isdigit() or w.lower() in _EMPTY | _OPERATION for w in (first, second))
        if len(both) == 2 and plain:
            pairs.append((both[0], both[1]))
    return tuple(pairs)


def extracts(question: str, passages: Sequence[Any], weights: Mapping[str, float]) -> tuple[Extract, ...]:
    """The places that answer, best first, at most three; empty when nothing in these passages does.

    `passages` come best first from search; `weights` from `rarity`, over all of the client's file.
    """
    if not weights:
        return ()
    sought = _sought(question, weights)
    found = [one for passage in passages for one in _scored(passage, sought)]
    found.sort(key=lambda one: -one.score)
    best = found[0].score if found else 0.0
    if best < ENOUGH:
        return ()
    return tuple(one for one in found[:MOST] if one.score >= best * 0.95)


def weights_of_subject(weights: Mapping[str, float]) -> dict[str, float]:
    """The weights without days and figures."""
    return {w: weight for w, weight in weights.items() if not w[0].isdigit() and w not in _month_stems()}


def _about(question: str, weights: Mapping[str, float]) -> frozenset[str]:
    """The asked words that are written small or begin the question, where it names somebody; empty where it names nobody."""
    raw = _WORD.findall(question)
    named = {stem for word in raw[1:] if word[0].isupper() for stem in words(word)}
    small = {stem for at, word in enumerate(raw) if word[0].islower() or not at for stem in words(word)}
    return frozenset(small & weights_of_subject(weights).keys()) if named else frozenset()


def scored_places(question: str, passage: Any, weights: Mapping[str, float]) -> list[Extract]:
    """Every place of a passage that may answer, however little."""
    return list(_scored(passage, _sought(question, weights)))


@dataclass(frozen=True)
class _Sought:
    """What a place must have. `plain` are the weights without days and figures: those stand in any paper of that time, and what is asked
    about must be there as well; `about` are those of them that are nobody's name, of which one must be. `figure`: most often a
    figure is meant."""

    weights: Mapping[str, float]
    plain: Mapping[str, float]
    pairs: Sequence[tuple[str, str]]
    wants: Sequence[re.Pattern[str]]
    figure: bool
    about: frozenset[str]


def _sought(question: str, weights: Mapping[str, float]) -> _Sought:
    wants = [pattern for ask, pattern in _ASKS if ask.search(question)]
    figure = bool(_AMOUNT.search(question)) and not _REASON.search(question)
    return _Sought(weights, weights_of_subject(weights), phrases(question), wants, figure, _about(question, weights))


def _scored(passage: Any, sought: _Sought) -> Iterator[Extract]:
    weights = sought.weights
    around = set(words(f"{passage.name} {getattr(passage, 'context', '')}"))
    for start, end, near in units(passage.text):
        text = passage.text[start:end]
        stems = words(text)
        inside = set(stems) & weights.keys()
        if not inside or _is_heading(text) or not all(pattern.search(text) for pattern in sought.wants):
            continue
        beside = (set(words(near)) | around) & weights.keys() - inside
        if sought.about and sought.about.isdisjoint(inside | beside):
            continue
        score = min(_share(weights, inside, beside), _share(sought.plain, inside, beside))
        if sought.figure and not _NUMBER.search(text):
            score *= UNFIT
        score *= 1 - APART * (1 - _together(sought.pairs, stems, words(near), weights))
        score *= 1 - OTHER * _other(text, weights)
        yield Extract(passage, text, passage.start + start, passage.start + end, score)


def _is_heading(text: str) -> bool:
    """Whether a line has no figure, no mark within and no word in small letters: it says what follows, not what was asked."""
    return not _NUMBER.search(text) and not re.search(r"[|,:;.]\s|\b[a-z]{4,}", text)


def _share(weights: Mapping[str, float], inside: set[str], beside: set[str]) -> float:
    """The share of these weights that stands in a place, or beside it; all of it where there are none."""
    if not weights:
        return 1.0
    held = sum(weights.get(w, 0.0) for w in inside) + BESIDE * sum(weights.get(w, 0.0) for w in beside)
    return held / sum(weights.values())


def _other(text: str, weights: Mapping[str, float]) -> float:
    """The share of a table row's name that the question does not have: "total cost of revenue" is not the total revenue."""
    name, bar, _ = text.partition(" | ")
    stems = asked_words(name) if bar else frozenset[str]()
    return len(stems - weights.keys()) / len(stems) if stems else 0.0


def _together(
    pairs: Sequence[tuple[str, str]], stems: list[str], near: list[str], weights: Mapping[str, float]
) -> float:
    """The share of the question's phrases, by weight, that stand together in the place or beside it."""
    if not pairs:
        return 1.0
    kept = [pair for pair in pairs if any(_close(pair, text) for text in (stems, near))]
    weight = {pair: weights.get(pair[0], 0) + weights.get(pair[1], 0) for pair in pairs}
    return sum(weight[p] for p in kept) / (sum(weight.values()) or 1)


def _close(pair: tuple[str, str], stems: list[str]) -> bool:
    places = [i for i, w in enumerate(stems) if w == pair[0]]
    return any(pair[1] in stems[max(0, i - 2) : i + 4] for i in places)


def units(text: str) -> Iterator[tuple[int, int, str]]:
    """The sentences and table rows of a passage: start, end, and the words that stand over or around each."""
    spans = list(_rows(text)) if " | " in text else list(_sentences(text))
    head = _header(text, spans) if " | " in text else ""
    label = ""
    for position, (start, end) in enumerate(spans):
        row = text[start:end]
        if " | " in text:
            if not _NUMBER.search(row):
                label = row
            yield start, end, f"{head} {label}"
        else:
            before = text[slice(*spans[position - 1])] if position else ""
            after = text[slice(*spans[position + 1])] if position + 1 < len(spans) else ""
            yield start, end, f"{before} {after}"


def _rows(text: str) -> Iterator[tuple[int, int]]:
    at = 0
    for line in text.splitlines(keepends=True):
        inner = line.strip()
        if inner:
            start = at + line.index(inner)
            yield start, start + len(inner)
        at += len(line)


def _sentences(text: str) -> Iterator[tuple[int, int]]:
    at = 0
    for match in _SENTENCE_END.finditer(text):
        yield from _trimmed(text, at, match.start())
        at = match.end()
    yield from _trimmed(text, at, len(text))


def _trimmed(text: str, start: int, end: int) -> Iterator[tuple[int, int]]:
    inner = text[start:end].strip()
    if inner:
        begin = start + text[start:end].index(inner)
        yield begin, begin + len(inner)


def _header(text: str, spans: Sequence[tuple[int, int]]) -> str:
    """The rows over the first row that has a name and a figure."""
    head = []
    for start, end in spans:
        row = text[start:end]
        if re.match(r"[^|]*[A-Za-z][^|]*\|.*\d", row) and not re.fullmatch(r"[\s|]*(?:(?:19|20)\d\d[\s|]*)+", row):
            break
        head.append(row)
    return " ".join(head)

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
"""
# What a question of arithmetic calls its operation; no page says it.
_OPERATING = (
    "average change changed changes difference increase decrease increased decreased percentage percent ratio sum"
)
_EMPTY = frozenset(_ASKING.split())
_OPERATION = frozenset(_OPERATING.split())
_WORD = re.compile(r"[A-Za-z][A-Za-z'’&-]*[A-Za-z]|[A-Za-z]|\d[\d,./-]*\d|\d")
_SENTENCE_END = re.compile(r"(?<=[.!?;])[\"”')\]]*\s+(?=[A-Z“\"(\d$])|\n\s*\n|(?<=[.!?:])\n")
_NUMBER = re.compile(r"\d")
_MONEY = re.compile(
    r"[$€£]\s?\d|\b\d{1,3}(?:,\d{3})+\b|\b\d+\.\d{2}\b|\b(?:USD|dollars?|million|billion|thousand)\b", re.IGNORECASE
)
_DATE = re.compile(
    r"\b(?:jan(?:uary)?|feb(?:ruary)?|mar(?:ch)?|apr(?:il)?|may|june?|july?|aug(?:ust)?|sept?(?:ember)?|oct(?:ober)?|nov(?:ember)?|"
    r"dec(?:ember)?)\b\.?\s+\d|\b\d{1,2}/\d{1,2}/\d{2,4}\b|\b\d{4}-\d{2}-\d{2}\b|\b(?:19|20)\d\d\b",
    re.IGNORECASE,
)
_PERCENT = re.compile(r"\d\s?%|\bpercent\b", re.IGNORECASE)
_NAME = re.compile(r"\b[A-Z][\w.&'’-]+(?:\s+(?:[A-Z][\w.&'’-]*|of|and|&))*\s+[A-Z][\w.&'’-]+|\b[A-Z]{2,}\b")

_ASKS: tuple[tuple[re.Pattern[str], re.Pattern[str]], ...] = (
    (re.compile(r"\bhow (?:much|many)\b", re.IGNORECASE), _NUMBER),
    (re.compile(r"\b(?:percent|percentage|rate|share of|what %)\b", re.IGNORECASE), _NUMBER),
    (
        re.compile(
            r"\bwhen\b|\b(?:what|which|on what) (?:date|day|year)\b|\bby what date\b|\bhow long\b", re.IGNORECASE
        ),
        re.compile(_DATE.pattern + r"|\b\d+ (?:day|month|year)", re.IGNORECASE),
    ),
    (re.compile(r"\bwho\b|\bwhose\b|\bto whom\b", re.IGNORECASE), _NAME),
    (
        re.compile(
            r"\b(?:amount|balance|price|cost|costs|rent|fee|fees|total|revenues?|income|expenses?|assets?|liabilities|tax(?:es)?|"
            r"payment|principal|sales|profit|loss|wages|salary|net)\b",
            re.IGNORECASE,
        ),
        _NUMBER,
    ),
)

# Measured on questions over annual reports (shared/data/real/qa_tatqa): see tests/agents/test_extract.py.
ENOUGH = 0.75
BESIDE = 0.9
UNFIT = 0.5
APART = 0.4
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
    """The stems of a text's words, in order, possessives and thousands separators taken off."""
    found = (w.lower().replace("’", "'").removesuffix("'s") for w in _WORD.findall(text))
    return [_stem(w.replace(",", "") if w[0].isdigit() else w) for w in found]


@cache
def _stem(word: str) -> str:
    return word if word[0].isdigit() else str(_stemmer().stemWord(word))


@cache
def _stemmer() -> Any:
    import Stemmer

    return Stemmer.Stemmer("english")


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
    wants = [pattern for ask, pattern in _ASKS if ask.search(question)]
    pairs = phrases(question)
    found = [one for passage in passages for one in _scored(passage, weights, wants, pairs)]
    found.sort(key=lambda one: -one.score)
    best = found[0].score if found else 0.0
    if best < ENOUGH:
        return ()
    return tuple(one for one in found[:MOST] if one.score >= best * 0.95)


def _scored(
    passage: Any, weights: Mapping[str, float], wants: Sequence[re.Pattern[str]], pairs: Sequence[tuple[str, str]]
) -> Iterator[Extract]:
    whole = sum(weights.values())
    around = set(words(f"{passage.name} {getattr(passage, 'context', '')}"))
    for start, end, near in units(passage.text):
        text = passage.text[start:end]
        stems = words(text)
        inside = set(stems) & weights.keys()
        if not inside:
            continue
        beside = (set(words(near)) | around) & weights.keys() - inside
        score = (sum(weights[w] for w in inside) + BESIDE * sum(weights[w] for w in beside)) / whole
        if not all(pattern.search(text) for pattern in wants):
            score *= UNFIT
        score *= 1 - APART * (1 - _together(pairs, stems, words(near), weights))
        yield Extract(passage, text, passage.start + start, passage.start + end, score)


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

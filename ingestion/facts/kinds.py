"""Which kind of document this is, by weighing the words it shows. Never reads a fact, never asks a model.

Marks are data: (words, weight, where). Each counts once; the heaviest kind wins if it is heavy enough.
"""

import re
from collections.abc import Mapping
from functools import cache, lru_cache
from pathlib import PurePath

from ingestion.elements import Parsed
from ingestion.facts.marks import MARKS
from ingestion.facts.notices import FEDERAL_AGENCY, STATE_AGENCY
from ingestion.facts.text import Reading, open_reading, spaced
from ingestion.literals import Sieve, lowered, needed

# A kind below this is only guessed at; what remains is a letter, a memo or other.
ENOUGH = 4.0
_ABOUT = 4.0  # a memo about a lease names all that a lease has
_TITLE_LINES = 6
_HEAD_CHARACTERS = 1_500
_BODY_CHARACTERS = 20_000  # a long report tells what it is in its first pages

_SALUTATION = re.compile(r"^\W*Dear\s+\S", re.MULTILINE | re.IGNORECASE)
_CLOSING = re.compile(
    r"^\W*(?:sincerely|(?:best |kind |warm )?regards|(?:very )?truly "
    r"yours|yours (?:very )?truly|respectfully(?: submitted)?|cordially)\b",
    re.MULTILINE | re.IGNORECASE,
)
_AGENCY_TEXTS = needed(FEDERAL_AGENCY.pattern).texts | needed(STATE_AGENCY.pattern).texts
_MEMO = re.compile(r"^\W*(?:memorandum|memo|interoffice memo\w*|file (?:note|memo))\b", re.IGNORECASE)
_TO_LINE = re.compile(r"^\W*(?:to|from)\s*(?::|\|)", re.MULTILINE | re.IGNORECASE)


def recognise(parsed: Parsed, name: str, reading: Reading | None = None) -> tuple[str, float]:
    """The document's kind and how sure that is (0 to 1). Nothing readable is `other` with 0. `reading`: that of `parsed`, where it is
    open already."""
    reading = reading or open_reading(parsed)
    if not reading.lines:
        return "other", 0.0
    if parsed.mail is not None:
        return "letter", 0.9
    zones = _zones(reading, name)
    scores = _scores(zones)
    scores["notice"] += _letterhead(reading)
    if _MEMO.search(zones["title"]):
        scores = {kind: score - _ABOUT for kind, score in scores.items()}
    kind, score = max(scores.items(), key=lambda item: item[1])
    if score < ENOUGH:
        return _correspondence(zones)
    second = max(value for other, value in scores.items() if other != kind)
    return kind, round(min(0.99, 0.5 + 0.06 * score) * (1.0 if score - max(second, 0) >= 2 else 0.8), 2)


def _zones(reading: Reading, name: str) -> Mapping[str, str]:
    body = reading.text[:_BODY_CHARACTERS]
    title = "\n".join(line.text for line in reading.lines[:_TITLE_LINES])
    stem = re.sub(r"[_\-.]+", " ", PurePath(name).stem)
    return {"title": title, "head": body[:_HEAD_CHARACTERS], "body": body, "name": stem}


def _scores(zones: Mapping[str, str]) -> dict[str, float]:
    """By kind, the sum of the weights of the marks that are there; what several kinds ask is looked up once."""
    shown = {zone: shown_in(text, zone) for zone, text in zones.items()}
    return {
        kind: sum([weight for words, weight, zone in marks if words in shown[zone]]) for kind, marks in MARKS.items()
    }


def shown_in(text: str, zone: str) -> frozenset[str]:
    """The words of the marks of a zone that stand in its text."""
    asked, sieve = _asked(zone)
    may_be = [asked[number] for number in sieve.passing(lowered(text))]
    return frozenset(words for words, whole in may_be if whole or mark_pattern(words).search(text))


@cache
def _asked(zone: str) -> tuple[tuple[tuple[str, bool], ...], Sieve]:
    """The words of the marks of a zone, each with whether the texts that it needs are all it asks; and what tells which can be there."""
    needs = {words: needed(words) for marks in MARKS.values() for words, _, place in marks if place == zone}
    return tuple((words, need.whole) for words, need in needs.items()), Sieve([need.texts for need in needs.values()])


@lru_cache(maxsize=1024)
def mark_pattern(words: str) -> re.Pattern[str]:
    """The words as they may be printed, "^" being the start of a line."""
    return re.compile(spaced(words), re.IGNORECASE | re.MULTILINE)


def _letterhead(reading: Reading) -> float:
    """A tax agency that writes stands in the first lines, before any date or address; one written to stands below them."""
    for index, line in enumerate(reading.lines[:4]):
        low = lowered(line.text)
        # A long line is a sentence about the agency.
        if len(line.text) >= 120 or not any(text in low for text in _AGENCY_TEXTS):
            continue
        if FEDERAL_AGENCY.search(line.text) or STATE_AGENCY.search(line.text):
            return 4.0 if index < 2 else 3.0
    return 0.0


def _correspondence(zones: Mapping[str, str]) -> tuple[str, float]:
    """letter, memo or other."""
    head = zones["head"]
    if _MEMO.search(zones["title"]) or (
        re.search(r"\bmemo", zones["title"], re.I) and len(_TO_LINE.findall(head)) >= 2
    ):
        return "memo", 0.85
    parts = bool(_SALUTATION.search(zones["body"])) + bool(_CLOSING.search(zones["body"]))
    if parts:
        return "letter", 0.6 + 0.15 * parts
    if len({line.strip().lower()[:4] for line in _TO_LINE.findall(head)}) >= 2:
        return "memo", 0.6
    return "other", 0.5

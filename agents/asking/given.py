"""What a question gives beside what it asks for: names, numbers and days. What answers it must have them too.

"What does the 2024 K-1 from Conoy Creek show?" gives 2024 and Conoy Creek: a K-1 of another issuer is no answer. Reads nothing but words.
"""

import re
from collections.abc import Iterable, Set
from dataclasses import dataclass
from functools import cache, lru_cache

from agents.asking.extract import words
from agents.asking.fact_words import ASKED, KIND_WORDS
from agents.asking.topics import WORDS
from workspace.snapshot import Document, Snapshot
from workspace.tie_out.figures import recognise

_NAMED = re.compile(r"(?<=[\w,] )[A-Z][\w&'’-]*|\b\w*\d[\w-]*")
_PLACE = re.compile(r"\b(?:box|column|item|line|page|part|section)s? [0-9]+\w*", re.IGNORECASE)
_DAY = re.compile(r"(?:\d{4}|-)-\d\d(?:-\d\d)?")
# Written with a capital, or with a figure, without being anybody's name.
_TRADE = (
    "IRS LLC LLP LP Inc PC PA PLLC Co I Form Forms CP LT EIN SSN ITIN K K-1 K-1s W-2 W-2s W-9 W-9s 1099 DSCR P L TB AR A R AP COGS PBC "
    "PM AM US USA CPA Q1 Q2 Q3 Q4 Schedule January February March April May June July August September October November December"
)


@dataclass(frozen=True)
class Given:
    """`words` are stems of names, numbers and years; `days` are "2025-12-31", "2025-12" or "--12-31" where no year was given."""

    words: frozenset[str]
    days: frozenset[str]

    def without(self, others: Iterable[str]) -> "Given":
        """The same without the words of these texts."""
        return Given(self.words - set(words(" ".join(others))), self.days)

    def in_text(self, text: str) -> bool:
        """Whether a text has all of it."""
        return self.words <= set(words(text)) and _days_held(self.days, days(text))

    def in_document(self, document: Document) -> bool:
        """Whether a document has all of it, in its path, its facts, or on a first page that is known."""
        if not self.words and not self.days:
            return True
        dated = {f.value for f in document.facts if _DAY.fullmatch(f.value)}
        if not _days_held(self.days, dated) and not _days_held(
            self.days, dated | days(document.path.replace("/", " "))
        ):
            return False
        path = re.sub(r"[_/-]+", " ", document.path)
        own = " ".join(f"{f.name} {f.value} {'' if f.row else f.quote}" for f in document.facts)
        return self.words <= set(words(" ".join([document.path, path, own, own.replace("-", " "), *document.text[:1]])))

    def dated(self, document: Document, *texts: str) -> bool:
        """Whether a document has the days, among its facts, in its path or in these texts of it."""
        stated = {f.value for f in document.facts if _DAY.fullmatch(f.value)}
        if _days_held(self.days, stated):
            return True
        return _days_held(self.days, stated.union(*map(days, (document.path.replace("/", " "), *texts))))


def given(question: str, snapshot: Snapshot) -> Given:
    """The names, numbers and days of a question, the client's own name and the trade's words left out."""
    rest, found = question, set[str]()
    for figure in sorted(recognise(question), key=lambda one: -one.start):
        if figure.type in ("date", "period") and _DAY.fullmatch(figure.value):
            found.add(figure.value)
            rest = rest[: figure.start] + rest[figure.end :]
    named = set(words(" ".join(_NAMED.findall(_PLACE.sub("", rest)))))
    own = words(f"{snapshot.client.name} {snapshot.client.ref}")
    return Given(frozenset(w for w in named if is_name(w)) - set(own), frozenset(found))


def is_name(stem: str) -> bool:
    """Whether a capitalised word may be somebody's name or a number: not one of the trade's own words."""
    return stem not in _vocabulary()


@lru_cache(maxsize=4096)
def days(text: str) -> frozenset[str]:
    """The days and months that stand in a text."""
    return frozenset(f.value for f in recognise(text) if f.type in ("date", "period") and _DAY.fullmatch(f.value))


def _days_held(asked: frozenset[str], held: Set[str]) -> bool:
    return all(any(_same_day(one, other) for other in held) for one in asked)


def _same_day(asked: str, held: str) -> bool:
    """Whether a day that is there is the one that was asked for; a month is held by each of its days, and the other way round."""
    if asked.startswith("--"):
        return held[4:] == asked[1:]
    return held.startswith(asked) or (len(held) == 7 and asked.startswith(held))


@cache
def _vocabulary() -> frozenset[str]:
    """The words with which this package recognises questions: at the beginning of a heading they are no names."""
    patterns = [*KIND_WORDS.values(), *(a.pattern for a in ASKED), *(p for group in WORDS.values() for p in group)]
    plain = re.sub(r"\\[a-zA-Z]|\(\?\w*[:!=<]*", " ", " ".join(patterns)).replace("?", "")
    return frozenset(w for w in words(f"{plain} {_TRADE}") if not w.isdigit())

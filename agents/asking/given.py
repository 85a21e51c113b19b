"""What a question gives beside what it asks for: names, numbers and days. What answers it must have them too.

"What does the 2024 K-1 from Conoy Creek show?" gives 2024 and Conoy Creek: a K-1 of another issuer is no answer. Reads nothing but words.
"""

import re
from collections.abc import Iterable, Set
from dataclasses import dataclass
from functools import cache, lru_cache

from agents.asking.extract import asked_words, words
from agents.asking.fact_words import ASKED, KIND_WORDS
from agents.asking.topics import WORDS
from workspace.snapshot import Document, Snapshot
from workspace.tie_out.figures import recognise

_NAMED = re.compile(r"(?<=[\w,] )[A-Z][\w&'’-]*|\b\w*\d[\w-]*")
_CAPITAL = re.compile(r"\b[A-Z][a-z]")
_SHORTEST = 4  # letters of a name that is written small
_PLACE = re.compile(r"\b(?:box|column|item|line|page|part|section)s? [0-9]+\w*", re.IGNORECASE)
_DAY = re.compile(r"(?:\d{4}|-)-\d\d(?:-\d\d)?")
# Written with a capital, or with a figure, without being anybody's name.
_TRADE = (
    "P&L IRS LLC LLP LP Inc PC PA PLLC Co I Form Forms CP LT EIN SSN ITIN K K-1 K-1s W-2 W-2s W-9 W-9s 1099 DSCR P L TB AR A R AP COGS PBC "
    "PM AM US USA CPA Q1 Q2 Q3 Q4 Schedule January February March April May June July August September October November December"
)


# Words that say nothing of who is meant, in a question that is written small throughout.
_ORDINARY = """
    able above actual actually add added after again agree agreed agreement almost already always amount another answer anybody anyone
    anything around ask asked away back before began begin behind below best better big bring brought business buy call called came
    cash change changed charged check come coming copy correct cost costs cover currently date dates days deal different done down
    early either else end ended ends enough even ever every exact exactly fact file filed final finally find fine first follow
    following four full further future gave get getting give given goes going gone good gotten great hear held help here high
    hold house however keep kept kind kinds know last late later latest least leave left less let letter level line list listed
    little live long longer look looked looking lose loss lot low made main make makes making many matter mean means meet mind
    money month monthly months more most move moved must name named need needed never new next nothing number off often once one
    only open order original other others page paid paper papers part past pay paying payment pays people period person piece
    place plan point present previous price prior put quarter quarterly quick quickly rather read ready real really reason
    receive received recent recently record recorded rest right roughly run running runs same saw second see seem seems send
    sent set several short shown side sign signed since six size small somebody someone something soon sort spend spent stand
    start started state state's still stop such sum supposed sure take taken talk ten term terms thanks thing things think
    third though three time times today together told took top total tried true try turn two type until used using very via
    wait want wanted wants ward way week weeks well went whole wife husband without wondering word words work worth write
    written wrong wrote year yearly yet yesterday tomorrow dollars dollar info please hello thank maybe kinda gonna per from
"""


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


def given(question: str, snapshot: Snapshot, *, small: bool = False) -> Given:
    """The names, numbers and days of a question, the client's own name and the trade's words left out. With `small`, names are looked for
    in a question without capitals too: there every word that is neither the trade's nor an ordinary one may be one."""
    rest, found = question, set[str]()
    for figure in sorted(recognise(question), key=lambda one: -one.start):
        if figure.type in ("date", "period") and _DAY.fullmatch(figure.value):
            found.add(figure.value)
            rest = rest[: figure.start] + rest[figure.end :]
    rest = _PLACE.sub("", rest)
    named = set(words(" ".join(_NAMED.findall(rest))))
    if small and not _CAPITAL.search(rest):
        named |= {w for w in asked_words(rest) if len(w) >= _SHORTEST} - _ordinary()
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
def _ordinary() -> frozenset[str]:
    return frozenset(words(_ORDINARY))


@cache
def _vocabulary() -> frozenset[str]:
    """The words with which this package recognises questions: at the beginning of a heading they are no names."""
    patterns = [*KIND_WORDS.values(), *(a.pattern for a in ASKED), *(p for group in WORDS.values() for p in group)]
    plain = re.sub(r"\\[a-zA-Z]|\(\?\w*[:!=<]*", " ", " ".join(patterns)).replace("?", "")
    return frozenset(w for w in words(f"{plain} {_TRADE}") if not w.isdigit())

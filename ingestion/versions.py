"""Whether one document is a later version of another: the rule, as a pure function of names, kinds and words.

Two documents are versions of one when all of this holds:
- their names are the same once version marks are taken off, and at least one of them had a mark: `v2`, `rev 3`, `draft`, `final`, `signed`,
  `executed`, `revised`, `(1)`, `conflicted copy`, a whole date. A year is no mark: last year's return is another document;
- one lies in the folder of the other or in a folder below it;
- they are of the same kind, and of the same media type unless both are texts (a letter is written as DOCX and signed as PDF);
- their words agree: of the three-word groups of the shorter one at least SHARED stand in the other, and it is no less than half as long;
- what identifies them does not differ: taxpayer and account numbers, and the year that each speaks of most;
- where the numbers are what the document is (forms, statements, books, any text a fifth of which is numbers), at least FIGURES of the
  numbers agree: two months of a bank statement and the W-2s of two employees share their words, not their numbers;
- where only a date tells the names apart, the kind is one that is agreed once and drawn up anew (ONCE): monthly papers carry dates too.

Never decides which rows are linked; a person can undo what this says.
"""

import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime

from ingestion.copies import copied_from

SHARED = 0.6
FIGURES = 0.7
SHORTEST = 20  # words: below that, words that agree say nothing
_NUMERIC = 0.2
_MOST_WORDS = 20_000

ONCE = frozenset({"engagement-letter", "loan-agreement", "lease", "stock-agreement", "authorization"})
_FIGURES = frozenset(
    {
        *("bank-statement", "loan-statement", "payroll-register", "trial-balance", "profit-and-loss", "balance-sheet"),
        *(
            "general-ledger",
            "ar-aging",
            "w-2",
            "1099",
            "k-1",
            "w-9",
            "tax-return",
            "organizer",
            "notice",
            "invoice",
            "deposits",
        ),
        *("estimate-schedule", "vendor-totals", "acknowledgements", "mail-receipt", "certificate"),
    }
)
_TEXTS = ("application/pdf", "word", "text/", "rtf", "opendocument.text", "msword")

_MONTH = r"(?:jan|feb|mar|apr|may|june?|july?|aug|sept?|oct|nov|dec)[a-z]*"
_DATES = (
    re.compile(r"(?<!\d)(20\d\d)[-_. ]?(\d{2})[-_. ]?(\d{2})(?!\d)"),
    re.compile(r"(?<!\d)(\d{1,2})[-_.](\d{1,2})[-_.](20\d\d|\d\d)(?!\d)"),
    re.compile(rf"(?i)(?<![a-z])({_MONTH})[-_. ]+(\d{{1,2}})(?:st|nd|rd|th)?,?[-_. ]+(20\d\d)(?!\d)"),
)
_NUMBERED = re.compile(
    r"(?i)(?<![a-z0-9])(?:v|ver|vers|version|rev|revision|draft|final)[-_. ]?(\d{1,2}(?:\.\d{1,2})?)(?![\d.])"
)
_DRAFT, _PLAIN, _REVISED, _FINAL, _SIGNED = range(5)
_STAGES = {
    **dict.fromkeys(("draft", "drafts", "unsigned", "preliminary"), _DRAFT),
    **dict.fromkeys(("redline", "redlined", "markup"), _PLAIN),
    **dict.fromkeys(("revised", "updated", "corrected", "clean", "latest", "new"), _REVISED),
    "final": _FINAL,
    **dict.fromkeys(("signed", "executed", "countersigned"), _SIGNED),
}
_WORD = re.compile(r"[^\W_]+(?:[.,'’/-][^\W_]+)*")
_IDENTITY = re.compile(
    r"(?<![\d-])(?:\d{2}-\d{7}|\d{3}-\d{2}-\d{4})(?![\d-])|(?i:[x*•]{2,}[-\s]?(?:[x*•]{2}[-\s]?)?)(\d{4})(?!\d)"
)
_ACCOUNT = re.compile(r"(?i)\b(?:account|acct|loan)\b\.?\s*(?:number|no\.?|#)?\s*:?\s*([\dx*•-]{4,})")
_YEAR = re.compile(r"(?<!\d)20[0-4]\d(?!\d)")


@dataclass(frozen=True)
class Paper:
    """A document as the rule sees it. `order` is any value that grows with arrival."""

    id: str
    path: str
    kind: str | None
    media_type: str
    text: str = ""
    order: str = ""


@dataclass(frozen=True)
class Name:
    """A file's name taken apart: its words without marks, and the marks. `stage` grows from a draft to what is signed."""

    words: tuple[str, ...]
    stage: int = _PLAIN
    number: float = 0
    dated: date | None = None
    marked: bool = False


@dataclass(frozen=True)
class Pair:
    """That `later` is a version of `earlier`: `similarity` is the share of word groups, `rule` says it in words."""

    earlier: str
    later: str
    similarity: float
    rule: str


def read_name(file_name: str) -> Name:
    """The name taken apart."""
    copied = copied_from(file_name)
    plain = copied[1] if copied else file_name
    stem = plain.rpartition(".")[0] or plain
    number, stage, dated, marked = 0.0, _PLAIN, None, copied is not None
    if copied:
        again = re.search(r"\((\d{1,2})\)", file_name)
        number = -1.0 if copied[0] == "conflict" else float(again[1]) / 100 if again else 0.01
    for pattern in _DATES:
        found = pattern.search(stem)
        if found and (dated := _date(found)):
            stem, marked = stem[: found.start()] + " " + stem[found.end() :], True
            break
    numbered = _NUMBERED.search(stem)
    if numbered:
        number, marked = float(numbered[1]), True
        stage = next((s for word, s in (("draft", _DRAFT), ("final", _FINAL)) if word in numbered[0].lower()), stage)
        stem = stem[: numbered.start()] + " " + stem[numbered.end() :]
    kept: list[str] = []
    for word in (token.casefold() for token in re.findall(r"[^\W_]+", stem)):
        if word in _STAGES:
            stage, marked = max(stage, _STAGES[word]) if _STAGES[word] else _DRAFT, True
        else:
            kept.append(word)
    return Name(tuple(kept), stage, number, dated, marked)


def _date(found: re.Match[str]) -> date | None:
    first, second, third = found.groups()
    try:
        if first.isalpha():
            return datetime.strptime(f"{first[:3]} {second} {third}", "%b %d %Y").date()  # noqa: DTZ007 - a day of the calendar
        if len(first) == 4:
            return date(int(first), int(second), int(third))
        return date(int(third) + (2000 if len(third) == 2 else 0), int(first), int(second))
    except ValueError:
        return None


def groups(papers: Sequence[Paper]) -> list[list[Paper]]:
    """The papers whose names could be one, each group in the order of its versions, the earliest first. Their texts are not needed."""
    found: dict[tuple[object, ...], list[Paper]] = {}
    for paper in papers:
        name = read_name(paper.path.rpartition("/")[2])
        if name.words and paper.kind:
            found.setdefault((name.words, paper.kind), []).append(paper)
    made = [sorted(group, key=_order) for group in found.values() if len(group) > 1]
    return [group for group in made if any(read_name(one.path.rpartition("/")[2]).marked for one in group)]


def _order(paper: Paper) -> tuple[bool, float, int, date, str, str]:
    """What is signed comes last; then the number decides, and a `final` without one comes after every number."""
    name = read_name(paper.path.rpartition("/")[2])
    number = name.number if name.number or name.stage < _FINAL else float("inf")
    return name.stage == _SIGNED, number, name.stage, name.dated or date.min, paper.order, paper.path


def could_be(earlier: Paper, later: Paper) -> bool:
    """What can be told without the words: names, folders, kinds."""
    one, other = (read_name(paper.path.rpartition("/")[2]) for paper in (earlier, later))
    if (
        one.words != other.words
        or not (one.marked or other.marked)
        or earlier.kind != later.kind
        or earlier.kind is None
    ):
        return False
    if earlier.media_type != later.media_type and not (_is_text(earlier) and _is_text(later)):
        return False
    if not _same_tree(earlier.path, later.path):
        return False
    if one.dated != other.dated and one.stage == other.stage and one.number == other.number:
        return earlier.kind in ONCE and (not one.dated or not other.dated or one.dated.year == other.dated.year)
    return not (one.dated and other.dated and one.dated.year != other.dated.year)


def _is_text(paper: Paper) -> bool:
    return any(part in paper.media_type for part in _TEXTS)


def _same_tree(one: str, other: str) -> bool:
    first, second = (path.rpartition("/")[0] for path in (one, other))
    return first == second or any(not a or b.startswith(a + "/") for a, b in ((first, second), (second, first)))


def judge(earlier: Paper, later: Paper) -> Pair | None:
    """Whether the later one is a version of the earlier one, with the words of both."""
    if not could_be(earlier, later):
        return None
    one, other = _tokens(earlier.text), _tokens(later.text)
    if min(len(one), len(other)) < SHORTEST or min(len(one), len(other)) * 2 < max(len(one), len(other)):
        return None
    shared = _share(_shingles(one), _shingles(other))
    if shared < SHARED or _identities(earlier.text) != _identities(later.text) or _year(one) != _year(other):
        return None
    numbers = [Counter(token for token in tokens if token[0].isdigit()) for tokens in (one, other)]
    heavy = max(sum(n.values()) / len(t) for n, t in zip(numbers, (one, other), strict=True)) >= _NUMERIC
    if (heavy or earlier.kind in _FIGURES) and _agree(*numbers) < FIGURES:
        return None
    return Pair(
        earlier.id, later.id, round(shared, 3), f"same name but for version marks, {shared:.0%} of the words agree"
    )


def _tokens(text: str) -> list[str]:
    return [token.casefold() for token in _WORD.findall(text)[:_MOST_WORDS]]


def _shingles(tokens: Sequence[str]) -> set[int]:
    return {hash(tuple(tokens[at : at + 3])) for at in range(len(tokens) - 2)}


def _share(one: set[int], other: set[int]) -> float:
    return len(one & other) / max(1, min(len(one), len(other)))


def _agree(one: Counter[str], other: Counter[str]) -> float:
    every = (one | other).total()
    return (one & other).total() / every if every else 1.0


def _identities(text: str) -> frozenset[str]:
    found = {re.sub(r"\D", "", match[0])[-4:] for match in _IDENTITY.finditer(text)}
    return frozenset(found | {re.sub(r"\D", "", number)[-4:] for number in _ACCOUNT.findall(text)})


def _year(tokens: Sequence[str]) -> str | None:
    """The year that a text speaks of most; None when two are spoken of as much, or none is."""
    years = Counter(year for token in tokens for year in _YEAR.findall(token)).most_common(2)
    return years[0][0] if years and (len(years) == 1 or years[0][1] > years[1][1]) else None

"""Which documents of a client may answer which open items: by kind, issuer and time as read from the page, else by the file's name.

A pure function of one client's snapshot: the same snapshot gives the same proposals. It proposes; a person confirms (proposals.py). A
document of another year, of another issuer, or one that the client issued itself answers nothing; nothing is said about a copy or a file
that could not be read.
"""

import re
from calendar import monthrange
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from workspace.evidence import Evidence, RecordEvidence
from workspace.requests.wants import Wants, telling
from workspace.signals.k1 import own_k1, tax_year
from workspace.signals.names import same_name
from workspace.snapshot import Document, Engagement, Fact, Snapshot

LEAST = 0.5  # what is less sure is not proposed
_KIND_AND_TIME, _KIND_ANY_TIME, _KIND_ALONE = 0.95, 0.8, 0.55
_NAME_AND_YEAR, _NAME_ALONE = 0.7, 0.5
_NEAR = timedelta(days=7)  # a statement as of the year's end is dated about then
_ISSUER = {"w-2": "employer", "1099": "payer", "k-1": "issuer", "bank-statement": "bank", "loan-statement": "lender"}
_BY_NAME = (None, "other", "letter")  # kinds of which only the name tells what they are
_YEAR = re.compile(r"(?<!\d)(?:19|20)\d\d(?!\d)")


@dataclass(frozen=True)
class Item:
    """An open item to find documents for."""

    id: str
    item: str
    wants: Wants
    engagement_id: str | None


@dataclass(frozen=True)
class Proposal:
    """That a document may answer an item: `covers` are the months, as 2025-03 or 2025-01/2025-03, where the item has months."""

    item_id: str
    document_id: str
    confidence: float
    reason: str
    evidence: tuple[Evidence, ...]
    covers: str = ""


@dataclass(frozen=True)
class _When:
    """The days that a document is about, and the facts that say so. `form_year`: it is a form of that tax year."""

    first: date
    last: date
    facts: tuple[Fact, ...]
    form_year: bool = False


def match(snapshot: Snapshot, items: Sequence[Item]) -> list[Proposal]:
    """Every pair that may belong together, the surest first."""
    papers = [one for one in snapshot.documents if one.duplicate_of is None and one.state == "read"]
    found = [
        proposal
        for item in items
        for paper in papers
        if (proposal := _pair(snapshot, item, paper)) is not None and proposal.confidence >= LEAST
    ]
    return sorted(found, key=lambda one: (one.item_id, -one.confidence, one.document_id))


def _pair(snapshot: Snapshot, item: Item, paper: Document) -> Proposal | None:
    work = timed(item.wants, next((one for one in snapshot.engagements if one.id == item.engagement_id), None))
    if paper.kind in item.wants.kinds:
        return _by_kind(snapshot, item, paper, work)
    if item.wants.words and paper.kind in _BY_NAME and not paper.name.lower().endswith((".eml", ".msg")):
        return _by_name(item, paper, work)
    return None


def timed(wants: Wants, work: Engagement | None) -> Engagement | None:
    """The work whose period an item is about: that of its list, or where the list is about none, the period that the item says itself as
    if it were work. None: of no time that is known."""
    if work is not None or wants.end is None:
        return work
    return Engagement("", "", "", "", period_start=wants.start, period_end=wants.end)


def _by_kind(snapshot: Snapshot, item: Item, paper: Document, work: Engagement | None) -> Proposal | None:
    wants = item.wants
    used: list[Fact] = []
    if paper.kind == "k-1" and own_k1(snapshot, paper):
        return None
    if wants.forms:
        form = paper.fact("form")
        if form is None or form.value.upper() not in {one.upper() for one in wants.forms}:
            return None
        used.append(form)
    if paper.kind == "certificate" and wants.words and not _certifies(paper, wants.words):
        return None
    for wanted, name in ((wants.issuer, _ISSUER.get(paper.kind or "", "")), (wants.account, "account_last4")):
        if wanted:
            fact = paper.fact(name)
            if fact is None or not (fact.value == wanted or same_name(fact.value, wanted)):
                return None
            used.append(fact)
    when = _when(paper)
    fits = _fits(wants, when, work)
    if fits is False:
        return None
    used += when.facts if when else ()
    sure = _KIND_ALONE if fits is None else _KIND_ANY_TIME if wants.at == "any" or when is None else _KIND_AND_TIME
    if paper.kind == "tax-return" and wants.at == "any" and when is None:
        sure = _KIND_ALONE
    sure *= min((fact.confidence for fact in used), default=1.0)
    return Proposal(
        item.id,
        paper.id,
        round(sure, 3),
        _said(paper, used, fits),
        tuple(fact.evidence for fact in used) or (_record(paper, "kind", paper.kind or ""),),
        _months(when) if wants.months and when is not None else "",
    )


def _certifies(paper: Document, words: Sequence[str]) -> bool:
    what = " ".join((paper.name, *(fact.value for fact in paper.facts if fact.name == "what"))).lower()
    return any(telling(word)[:1] and telling(word)[0] in what for word in words)


def _by_name(item: Item, paper: Document, work: Engagement | None) -> Proposal | None:
    stem = paper.name.rsplit(".", 1)[0]
    named = {_single(word) for word in telling(stem)}
    hit = next(
        (phrase for phrase in item.wants.words if (p := telling(phrase)) and {_single(w) for w in p} <= named), None
    )
    if hit is None:
        return None
    years = {int(one) for one in _YEAR.findall(stem)}
    wanted = _years(work, item.wants)
    if years and wanted and not years & wanted and item.wants.at not in ("any", "force"):
        return None
    sure = _NAME_AND_YEAR if years and wanted and years & wanted else _NAME_ALONE
    reason = f"the file's name says “{hit}”" + (" and the year" if sure == _NAME_AND_YEAR else "; no year tells")
    return Proposal(item.id, paper.id, sure, reason, (_record(paper, "name", paper.name),))


def _single(word: str) -> str:
    return word[:-1] if len(word) > 3 and word.endswith("s") and not word.endswith("ss") else word


def _record(paper: Document, field: str, value: str) -> RecordEvidence:
    return RecordEvidence(f"document:{paper.id}", field, value)


def _years(work: Engagement | None, wants: Wants) -> set[int]:
    """The years that a name may say."""
    if work is None:
        return set()
    found = {one.year for one in (work.period_start, work.period_end) if one is not None}
    return {one - 1 for one in found} if wants.at == "prior" else found


def _when(paper: Document) -> _When | None:
    """What the page says it is about: a tax year, a period, a day."""
    for name in ("tax_year", "year"):
        fact = _any(paper, name)
        if fact is not None and fact.value.isdigit() and 1990 < int(fact.value) < 2200:
            year = int(fact.value)
            return _When(date(year, 1, 1), date(year, 12, 31), (fact,), form_year=True)
    start, end = paper.fact("period_start"), paper.fact("period_end")
    if end is not None and end.day is not None:
        first = start.day if start is not None and start.day is not None else end.day
        return _When(min(first, end.day), end.day, (start, end) if start is not None else (end,))
    start, end = paper.fact("start"), paper.fact("end")
    if paper.kind == "lease" and start is not None and start.day is not None:
        last = end.day if end is not None and end.day is not None else date.max
        return _When(start.day, last, (start, end) if end is not None else (start,))
    for name in ("as_of", "statement_date", "pay_date", "expires_on", "date", "letter_date", "deposited_on", "due"):
        fact = _any(paper, name)
        if fact is not None and fact.day is not None:
            first = date.min if name == "expires_on" else fact.day
            return _When(first, fact.day, (fact,))
    return None


def _any(paper: Document, name: str) -> Fact | None:
    """The document's own fact, else the first of its list."""
    return paper.fact(name) or next((fact for fact in paper.facts if fact.name == name), None)


def _fits(wants: Wants, when: _When | None, work: Engagement | None) -> bool | None:
    """Whether the document is of the time that is asked for; None where that cannot be told."""
    if wants.at == "any":
        return True
    if when is None or work is None or work.period_end is None:
        return None
    end = work.period_end
    start = work.period_start or end.replace(month=1, day=1)
    if when.form_year:
        year = tax_year(work)
        return year is not None and when.last.year == year - (wants.at == "prior")
    if wants.at == "prior":
        return when.last < start
    if wants.on and when.last.month not in wants.on:
        return False
    if wants.at == "end":
        return when.first <= end <= when.last if when.first < when.last else abs(when.last - end) <= _NEAR
    return when.first <= end and when.last >= start


def _said(paper: Document, used: Sequence[Fact], fits: bool | None) -> str:
    told = list(dict.fromkeys(f"{fact.name.replace('_', ' ')} {fact.value}" for fact in used))
    kind = (paper.kind or "").replace("-", " ") if paper.kind not in ("k-1", "w-2", "w-9") else str(paper.kind).upper()
    said = f"recognised as {kind}" + (f": {', '.join(told)}" if told else "")
    return said if fits is not None else f"{said}; of which year could not be read"


def _months(when: _When) -> str:
    names = list(months_between(when.first, when.last, halves=True))
    return names[0] if len(names) == 1 else f"{names[0]}/{names[-1]}"


def months_between(first: date, last: date, *, halves: bool = False) -> Iterator[str]:
    """The months from one day to another, as 2025-03. `halves`: one of which less than half is covered at the beginning is left out."""
    at, end = first.year * 12 + first.month - 1, last.year * 12 + last.month - 1
    if halves and at < end and first.day > 15:
        at += 1
    for number in range(at, end + 1):
        yield f"{number // 12}-{number % 12 + 1:02d}"


def covered(covers: str) -> set[str]:
    """The months of what a match covers."""
    if not covers:
        return set()
    first, _, last = covers.partition("/")
    a, b = (date(int(one[:4]), int(one[5:7]), 1) for one in (first, last or first))
    return set(months_between(a, b))


def wanted_months(wants: Wants, work: Engagement | None, today: date) -> list[str]:
    """The months of which something is asked: those of the engagement's period that have ended, the last `needed` of them."""
    work = timed(wants, work)
    if not wants.months or work is None or work.period_end is None:
        return []
    start = work.period_start or work.period_end.replace(month=1, day=1)
    ended = [
        month
        for month in months_between(start, work.period_end)
        if date(int(month[:4]), int(month[5:]), monthrange(int(month[:4]), int(month[5:]))[1]) < today
    ]
    return ended[-wants.needed :] if wants.needed else ended

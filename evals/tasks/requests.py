"""Whether the documents that may answer a request are the right ones, and all of them are found: the sample firm's lists and papers.

Every item of the sample firm is taken as open, also those that came. Which papers answer it is said here from what the generator put into
each paper (its kind and facts, not what the product read) and from the two lists that clients attach to mails. An item about which the
firm holds no paper has no right answer, and each proposal for it is wrong. Nothing here calls the product's rules.
"""

import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from sqlalchemy import select

from evals.firm.gold import DocumentGold
from evals.ground import Ground, SampleHome
from evals.places import document_id
from evals.runner import Score, Task
from store.tables import Client, Document
from workspace.requests.matching import Item, match
from workspace.requests.wants import wants_of
from workspace.snapshot import Engagement, take_snapshot

Facts = Mapping[str, str]


@dataclass(frozen=True)
class Paper:
    """A document as the generator wrote it."""

    id: str
    path: str
    kind: str
    facts: Facts
    issued: bool


@dataclass(frozen=True)
class Case:
    """A client's items and the pairs of item and document that belong together."""

    home: SampleHome
    ref: str
    items: tuple[Item, ...]
    right: frozenset[tuple[str, str]]


Answers = Callable[[Paper, Engagement], bool]


def _year(paper: Paper, work: Engagement) -> bool:
    said = paper.facts.get("tax_year") or paper.facts.get("year") or ""
    begin = work.period_start or work.period_end
    return begin is not None and said == str(begin.year)


def _form(kind: str, *forms: str) -> Answers:
    return lambda paper, work: (
        paper.kind == kind
        and _year(paper, work)
        and (not forms or paper.facts.get("form") in forms)
        and not paper.issued
    )


def _on(kind: str, field: str) -> Answers:
    """Dated on the last day of the period, give or take a week; a statement of a month that holds it."""

    def answers(paper: Paper, work: Engagement) -> bool:
        day, end = _day(paper.facts.get(field)), work.period_end
        return paper.kind == kind and day is not None and end is not None and abs(day - end) <= timedelta(days=7)

    return answers


def _within(kind: str, field: str) -> Answers:
    def answers(paper: Paper, work: Engagement) -> bool:
        day, first, last = _day(paper.facts.get(field)), work.period_start, work.period_end
        return (
            paper.kind == kind and day is not None and first is not None and last is not None and first <= day <= last
        )

    return answers


def _called(*words: str) -> Answers:
    def answers(paper: Paper, work: Engagement) -> bool:
        year = work.period_end.year if work.period_end else 0
        return any(word in paper.path for word in words) and str(year) in paper.path

    return answers


def _insured(paper: Paper, work: Engagement) -> bool:
    expires = _day(paper.facts.get("expires_on"))
    insurance = "insurance" in f"{paper.path} {paper.facts.get('what', '')}".lower()
    first = work.period_start
    return paper.kind == "certificate" and insurance and expires is not None and first is not None and expires >= first


def _day(text: str | None) -> date | None:
    try:
        return date.fromisoformat(text or "")
    except ValueError:
        return None


_RIGHT: tuple[tuple[str, Answers], ...] = (
    (r"Forms W-2", _form("w-2")),
    (r"Forms 1099-INT, 1099-DIV and 1099-B", _form("1099", "1099-INT", "1099-DIV", "1099-B")),
    (r"Brokerage Form 1099", _form("1099", "1099-DIV", "1099-B")),
    (r"organizer", _form("organizer")),
    (r"Charitable contribution", _called("Contribution acknowledgment", "Donations")),
    (r"Fixed asset purchases", _called("Equipment purchases")),
    (r"Year-end bank", _on("bank-statement", "period_end")),
    (r"Bank statements through year end", _within("bank-statement", "period_end")),
    (r"Loan statements", _on("loan-statement", "statement_date")),
    (r"Owner receivables", _on("ar-aging", "as_of")),
    (r"Board minutes", _within("minutes", "date")),
    (r"Estimated tax payments", _form("estimate-schedule")),
    (r"Insurance policies", _insured),
)


# The same things in other words, as people type them: the rules were written with the lists' own words in view, not with these.
_OTHER_WORDS: tuple[tuple[str, tuple[str, str]], ...] = (
    (r"Forms W-2", ("W2s for 2025", "Wage statements from all employers")),
    (
        r"Forms 1099-INT",
        ("1099-INT / 1099-DIV / 1099-B from banks and brokers", "Interest and dividend statements (1099)"),
    ),
    (r"organizer", ("Tax organizer, filled in and signed", "Your completed 2025 questionnaire")),
    (r"Charitable contribution", ("Donation receipts", "Proof of gifts to charity")),
    (
        r"Fixed asset purchases",
        ("List of equipment bought, with invoices", "New equipment and vehicles purchased in 2025"),
    ),
    (r"Year-end bank", ("December bank statements", "Bank statement as of 12/31/2025")),
    (r"Loan statements", ("Year-end loan balances from the bank", "Loan statement as of 12/31")),
    (r"Owner receivables", ("AR aging at year end", "Accounts receivable aging report")),
    (r"Board minutes", ("Minutes of board meetings", "Board meeting minutes 2025")),
    (r"Estimated tax payments", ("Estimates paid, with dates", "Record of your quarterly estimated payments")),
    (r"Insurance policies", ("Current insurance policies", "Insurance certificates")),
)


def _in_other_words(items: tuple[Item, ...]) -> Iterator[Item]:
    """Each item twice more, its id with the number of the wording."""
    for item in items:
        for pattern, wordings in _OTHER_WORDS:
            if re.search(pattern, item.item):
                for number, text in enumerate(wordings):
                    yield Item(f"{item.id}/{number}", text, wants_of(text, None), item.engagement_id)


def cases(ground: Ground) -> Iterator[Case]:
    """Every client of whom something is asked."""
    for home in ground.samples:
        papers = _papers(home)
        with home.reading() as scope:
            refs = scope.session.scalars(select(Client.ref).order_by(Client.ref)).all()
            for ref in refs:
                snapshot = take_snapshot(scope, ref, ("engagements", "requests"))
                work = {one.id: one for one in snapshot.engagements}
                items = tuple(
                    Item(one.id, one.item, wants_of(one.item, one.wants), one.engagement_id)
                    for one in snapshot.requests
                )
                if items:
                    right = {
                        (item.id, paper.id)
                        for item in items
                        for paper in papers.get(ref, ())
                        if item.engagement_id in work and _answers(item.item, paper, work[item.engagement_id])
                    }
                    reworded = tuple(_in_other_words(items))
                    right |= {
                        (one.id, document)
                        for one in reworded
                        for item, document in right
                        if one.id.startswith(f"{item}/")
                    }
                    yield Case(home, ref, items + reworded, frozenset(right))


def _answers(item: str, paper: Paper, work: Engagement) -> bool:
    return any(answers(paper, work) for pattern, answers in _RIGHT if re.search(pattern, item))


def _papers(home: SampleHome) -> dict[str, list[Paper]]:
    """By client the papers that could be read, copies of the same bytes once, and the attachments of mails."""
    found: dict[str, list[Paper]] = {}
    with home.reading() as scope:
        rows = scope.session.execute(
            select(Document.id, Document.path, Client.ref)
            .join(Client, Client.id == Document.client_id)
            .where(Document.duplicate_of.is_(None), Document.client_id.in_(scope.clients()))
        ).tuples()
        there = {row: (path, ref) for row, path, ref in rows}
    labelled = {document_id(one.path): one for one in home.gold.documents if one.path.count("/") >= 2}
    for row, (path, ref) in sorted(there.items()):
        gold = labelled.get(row)
        if gold is not None:
            found.setdefault(ref, []).append(_paper(row, path, gold))
        elif path.startswith("mail/") and not path.endswith(".eml"):
            found.setdefault(ref, []).append(Paper(row, path.rpartition("/")[2], "other", {}, False))
    return found


def _paper(row: str, path: str, gold: DocumentGold) -> Paper:
    facts: dict[str, Any] = {}
    for one in gold.facts:
        facts.setdefault(one.name, one.value)
    return Paper(row, path, gold.kind, facts, "issued/" in path)


def propose(case: Case) -> frozenset[tuple[str, str]]:
    """The pairs that the product proposes."""
    with case.home.reading() as scope:
        snapshot = take_snapshot(scope, case.ref, ("engagements", "requests", "documents"))
    return frozenset((one.item_id, one.document_id) for one in match(snapshot, case.items))


def score(case: Case, proposed: frozenset[tuple[str, str]]) -> Iterator[Score]:
    """Of each proposed pair whether it is right, of each right pair whether it is proposed, of each item without an answer whether nothing
    is proposed."""
    for pair in sorted(proposed):
        yield f"proposed and right (precision){_how(pair[0])}", float(pair in case.right)
    for pair in sorted(case.right):
        yield f"right and proposed (recall){_how(pair[0])}", float(pair in proposed)
    answered = {item for item, _ in case.right}
    for item in case.items:
        if item.id not in answered:
            yield (
                f"nothing proposed where nothing answers{_how(item.id)}",
                float(all(one != item.id for one, _ in proposed)),
            )


def _how(item_id: str) -> str:
    return ", in other words" if "/" in item_id else ""


REQUESTS = Task(
    "requests",
    "documents are proposed for the items that they answer, over the sample firm's lists",
    cases,
    propose,
    score,
)
"""How well the matching does."""

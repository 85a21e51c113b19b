"""`year-end-planning`: situations of a client that something can be done about before its year ends, each with its action and amount.

Inputs: the latest profit and loss, trial balance and receivables, minutes, estimates, vendors, distributions. Sections: opening, where the
year stands, situations, closing. Figures: totals as read, amounts of each situation. To: the client's main contact. A partner checks
eligibility: a situation is where to look, no advice. On demand only, when a firm plans with its clients.
"""

import re
from collections.abc import Callable, Iterator
from datetime import date, timedelta
from decimal import Decimal

from store.errors import Invalid
from workspace.deadlines import add_months
from workspace.deliverables import sources, statements
from workspace.deliverables.gathered import Gathered
from workspace.deliverables.kinds import changes
from workspace.deliverables.occasions import about, for_planning
from workspace.deliverables.support import Printed, Support
from workspace.evidence import Evidence, RecordEvidence
from workspace.signals.business import OWNERS_LOAN
from workspace.signals.elections import is_distribution, officer_wages
from workspace.signals.estimates import instalment_date, instalments
from workspace.signals.ledger import TrialBalance, trial_balances, year_end_from
from workspace.snapshot import Document, Snapshot
from workspace.tie_out import Fact, from_record

CHECKS = (
    "Eligibility: each action fits this client, this year and its method of accounting",
    "Amounts, and what changed since the papers were made",
    "No advice beyond the letter",
    "The last day of each action",
)
_BUYING = re.compile(
    r"\b(?:purchase|acqui\w+|buy\w*)\b.*\b(?:equipment|machin\w+|vehicle|truck|computer)", re.IGNORECASE
)
Row = dict[str, object]
Situations = Callable[[Support, date], Iterator[Row]]


def occasion(snapshot: Snapshot, today: date, engagement_ref: str | None) -> str:
    """The client's current year."""
    end = _year_end(snapshot, today)
    if not list(_situations(Support(snapshot), today)):
        raise Invalid(_nothing(snapshot))
    return for_planning(end)


def _year_end(snapshot: Snapshot, today: date) -> date:
    end = year_end_from(snapshot.client.fiscal_year_end, today)
    if end is None:
        raise Invalid(f"the fiscal year end of {snapshot.client.name} is not on record")
    return end


def _nothing(snapshot: Snapshot) -> str:
    return (
        f"the file of {snapshot.client.name} shows nothing to plan: put this year's profit and loss, trial balance, receivables or "
        "estimate schedule into it"
    )


def gather(snapshot: Snapshot, today: date, occasion: str) -> Gathered:
    """Raises Invalid when the file shows nothing to plan."""
    end = date.fromisoformat(about(occasion))
    support = Support(snapshot)
    contact = sources.addressee(snapshot)
    found = list(_situations(support, today))
    if not found:
        raise Invalid(_nothing(snapshot))
    known = statements.statements(snapshot)
    begins = add_months(end, -12) + timedelta(days=1)
    so_far = [one for one in known if one.start == begins]
    latest = (so_far or known)[-1] if known else None
    rows = [changes.total_row(support, latest, None, name) for name in changes.TOTALS] if latest else []
    variables = {
        **support.letter_to(contact),
        "personal": support.is_client(contact),
        "year_end": support.day(
            end, RecordEvidence(f"client:{snapshot.client.ref}", "next fiscal year end", end.isoformat())
        ),
        "period": statements.period(support, latest) if latest else None,
        "rows": [one for one in rows if one],
        "current": bool(so_far),
        "situations": found,
        "reply_by": support.reply_by(today),
    }
    return Gathered(
        title=f"Planning before the year ends: {snapshot.client.name}",
        cls="D",
        as_of=today,
        facts=support.facts,
        variables=variables,
        recipients=sources.recipient(contact),
        checks=CHECKS,
        unseen=(*support.unseen_of_contact(contact), *_unseen(snapshot)),
    )


def _situations(support: Support, today: date) -> Iterator[Row]:
    every: tuple[Situations, ...] = (_estimates, _pay, _loans, _purchases, _receivables, _vendors)
    for one in every:
        yield from one(support, today)


def _row(what: Printed, action: str, amount: Printed | None, support: Support, day: Printed | None = None) -> Row:
    return {"what": what, "action": support.plain(action), "amount": amount, "day": day}


def _estimates(support: Support, today: date) -> Iterator[Row]:
    """Instalments that are still to be paid, in one line."""
    snapshot = support.snapshot
    found = []
    for one in instalments(snapshot):
        due = instalment_date(snapshot, one)[0]
        amount = statements.printed(support, statements.read_amount("instalment", one.amount))
        if not one.is_paid and due >= today and amount:
            found.append(f"{amount} due {support.day(due, one.said.evidence)}")
    if found:
        words = Printed(f"Estimated tax that is still to be paid: {'; '.join(found)}")
        yield _row(words, "Compare it with the income of the year, and change it or pay it", None, support)


def _books(support: Support) -> TrialBalance | None:
    sure = [one for one in trial_balances(support.snapshot) if one.is_sure]
    return sure[-1] if sure else None


def _pay(support: Support, today: date) -> Iterator[Row]:
    """Distributions of an S corporation beside its officers' wages."""
    books = _books(support)
    if books is None or support.snapshot.client.entity_type != "1120-S":
        return
    paid, wages = books.figure(is_distribution), officer_wages(books)
    if paid.amount > 0:
        said = support.amount(statements.footed("wages", wages))
        amount = support.amount(statements.footed("distributions", paid))
        words = Printed(f"Distributions of {amount} beside officer wages of {said}{_at(support, books.document)}")
        yield _row(words, "See that wages are reasonable before the last payroll of the year", None, support)


def _at(support: Support, document: Document | None) -> Printed:
    """The day of the paper that an amount is from, as a piece of a sentence."""
    as_of = document.fact("as_of") if document else None
    day = support.day(as_of.day, as_of.evidence) if as_of else None
    return Printed(f", by the books of {day}") if day else support.plain("")


def _loans(support: Support, today: date) -> Iterator[Row]:
    """Loans from and to owners."""
    books = _books(support)
    if books is None:
        return
    for account in books.accounts:
        if account.net and OWNERS_LOAN.match(account.name):
            proof = account.proof(1 if account.net > 0 else -1)
            amount = support.amount(from_record("loan", "money", abs(account.net), proof))
            name = support.words(account.name, _label(books, account.name), name=True)
            what = Printed(f"{name}{_at(support, books.document)}")
            yield _row(
                what, "Put the note in writing, with interest, and pay the interest within the year", amount, support
            )


def _label(books: TrialBalance, name: str) -> Evidence:
    """The words of an account's line."""
    named = (row["account"] for row in books.document.rows() if "account" in row)
    return next(fact.evidence for fact in named if fact.value == name)


def _purchases(support: Support, today: date) -> Iterator[Row]:
    """Equipment that minutes of the last twelve months approve; who pays no tax on income plans no depreciation."""
    if support.snapshot.client.entity_type == "990":
        return
    for minutes in support.snapshot.of_kind("minutes"):
        held = minutes.fact("date")
        if held is None or held.day is None or not 0 <= (today - held.day).days <= 365:
            continue
        for fact in minutes.facts:
            if fact.name == "decisions" and _BUYING.search(fact.value):
                what = support.words(fact.value.removeprefix("RESOLVED, that ").rstrip("."), fact.evidence)
                action = "If it is not in service yet: its depreciation begins with the year in which it is placed in service"
                said = Printed(f"Minutes of {support.day(held.day, held.evidence)}: “{what}”")
                yield _row(said, action, None, support)


def _receivables(support: Support, today: date) -> Iterator[Row]:
    """Receivables of more than ninety days."""
    found = statements.age(support.snapshot, "ar-aging")
    late: Fact | None = statements.read_amount("90+", found[1].fact("90+")) if found else None
    if late is not None and Decimal(late.value) > 0:
        what = Printed(f"Receivables over ninety days{_at(support, found[1] if found else None)}")
        action = "Collect them, or on the accrual method write off what is worthless"
        yield _row(what, action, support.amount(late), support)


def _vendors(support: Support, today: date) -> Iterator[Row]:
    """Vendors without a W-9 in the newest list."""
    lists = support.snapshot.of_kind("vendor-totals")
    rows = [row for one in lists for row in one.rows() if "name" in row and "w9_on_file" in row]
    newest = max((row["year"].value for row in rows if "year" in row), default="")
    bare = [
        row
        for row in rows
        if row["w9_on_file"].value.lower() in ("no", "false") and ("year" not in row or row["year"].value == newest)
    ]
    if bare:
        count = support.counted("vendors", [row["name"].evidence for row in bare])
        words = Printed(f"Vendors without a Form W-9: {count}")
        yield _row(words, "Ask for the forms before the next payment", None, support)


def _unseen(snapshot: Snapshot) -> Iterator[str]:
    if not snapshot.of_kind("profit-and-loss"):
        yield "The income of the year: no profit and loss is on file"
    yield "A projection of the year's tax, losses carried forward, retirement plans, and the owners' own situation"
    yield "Purchases, sales and moves that are in no paper of the file"

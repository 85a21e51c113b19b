"""Signals of elections and of an S corporation's pay: §83(b), Form 2553, officer compensation. Never files an election."""

import re
from collections.abc import Iterator
from datetime import date, timedelta

from store.errors import Invalid
from workspace.deadlines import add_months, event_deadline, year_end_of
from workspace.evidence import Evidence
from workspace.signals import words
from workspace.signals.ledger import Account, Figure, TrialBalance, is_year_end, trial_balances
from workspace.signals.proof import due as counted
from workspace.signals.proof import ratio, total
from workspace.signals.signal import BlindSpot, Signal
from workspace.signals.thresholds import Thresholds
from workspace.snapshot.model import Document, Engagement, Snapshot, Task

Raised = Iterator[Signal | BlindSpot]
_S_ELECTION = re.compile(r"\b2553\b|\bS[- ]?(?:corp(?:oration)?)?[- ]?election\b", re.IGNORECASE)
_DISTRIBUTION = re.compile(
    r"\bdistributions?(?: paid| to shareholders?)?\W*$|shareholder distribution|dividends? paid", re.IGNORECASE
)
_WAGES = ("wage", "salar", "payroll", "compensation")


def election_83b(snapshot: Snapshot, today: date, settings: Thresholds) -> Raised:
    """A stock agreement says that no §83(b) election was filed, from the grant to 30 days (setting days) after its last day, the 30th day
    after the transfer, rolled. An agreement that does not say, without a certified-mail receipt about an 83(b) since the grant, is a blind
    spot in that time; so is one without a grant date. Data: stock agreements, mail receipts. IRC §83(b)(2), Reg. 1.83-2(b)."""
    after = timedelta(days=settings.days("election-83b", "days"))
    for agreement in snapshot.of_kind("stock-agreement"):
        granted, filed = agreement.fact("grant_date"), agreement.fact("election_83b_filed")
        if filed is not None and filed.value == "yes":
            continue
        if granted is None or granted.day is None:
            what = f"whether an 83(b) election is open for {agreement.path}"
            yield BlindSpot(snapshot.client.ref, what, "its grant date could not be read: open it")
            continue
        deadline = event_deadline("83b", granted.day)
        if not granted.day <= today <= deadline.due + after or _mailed(snapshot, granted.day):
            continue
        if filed is None:
            yield BlindSpot(
                snapshot.client.ref,
                f"whether the 83(b) election for {agreement.path} was filed by {words.day(deadline.due)}",
                "the agreement does not say and no mail receipt shows it: ask for the stamped copy",
            )
            continue
        who = agreement.value("recipient") or "the recipient"
        shares = agreement.fact("shares")
        gone = deadline.due < today
        yield Signal(
            slug="election-83b",
            cls="A",
            client_ref=snapshot.client.ref,
            subject=agreement.id,
            due=deadline.due,
            nominal_due=deadline.nominal,
            dollars=None,
            headline=f"The 83(b) election of {who} {'was' if gone else 'is'} due on {words.day(deadline.due)}",
            rule=" ".join(deadline.how),
            why_now=f"The agreement says that none was filed; the last day {'passed' if gone else 'is'} "
            f"{words.away(deadline.due, today)}, and it cannot be extended.",
            next_step="Prepare the election and have it mailed certified."
            if not gone
            else "Tell the client what cannot be elected any more.",
            minutes=20,
            evidence=(
                filed.evidence,
                *([shares.evidence] if shares is not None else []),
                counted(deadline, [granted.evidence]),
            ),
            basis="fact",
            waits_on_client=True,
        )


def _mailed(snapshot: Snapshot, granted: date) -> bool:
    """A certified-mail receipt since the grant that speaks of an 83(b)."""
    for receipt in snapshot.of_kind("mail-receipt"):
        mailed = receipt.day("mailed_on")
        if mailed is not None and mailed >= granted and any(re.search(r"83\s*\(b\)", text) for text in receipt.text):
            return True
    return False


def election_s_corp(snapshot: Snapshot, today: date, settings: Thresholds) -> Raised:
    """An S election is intended and neither a Form 2553 nor a CP261 is on file, from 45 days before its last day (setting days) to 75 days
    after it (setting late_days; late relief is Rev. Proc. 2013-30's). Intended is an open engagement or task that names Form 2553 or the S
    election. The last day is 2 months and 15 days from the first day of the tax year: of the engagement's period, or of the client's fiscal
    year that today lies in, or the day the client was formed where the record has it in that year (custom field formed_on). Without any
    first day it is a blind spot. Data: engagements, tasks, elections on file. IRC §1362(b), Reg. 1.1362-6(a)(2)."""
    intent = _intent(snapshot)
    if intent is None:
        return
    first = _first_day(snapshot, intent, today)
    if first is None:
        what = f"until when {snapshot.client.name} can elect S status"
        yield BlindSpot(snapshot.client.ref, what, "the fiscal year end on record is no day: correct it")
        return
    deadline = event_deadline("2553", first)
    opens = deadline.due - timedelta(days=settings.days("election-s-corp", "days"))
    closes = deadline.due + timedelta(days=settings.days("election-s-corp", "late_days"))
    if not opens <= today <= closes or any(_elects(one, first) for one in snapshot.of_kind("election")):
        return
    gone = deadline.due < today
    engagement = intent if isinstance(intent, Engagement) else snapshot.engagement(intent.engagement_id)
    dated = isinstance(intent, Engagement) and intent.period_start == first
    evidence: list[Evidence] = [intent.evidence("title")]
    if dated:
        evidence.append(counted(deadline, [intent.evidence("period_start")]))
    yield Signal(
        slug="election-s-corp",
        cls="B",
        client_ref=snapshot.client.ref,
        subject=engagement.ref if engagement is not None else snapshot.client.ref,
        due=deadline.due,
        nominal_due=deadline.nominal,
        dollars=None,
        headline=f"Form 2553 {'was' if gone else 'is'} due on {words.day(deadline.due)} and none is on file",
        rule=" ".join(deadline.how),
        why_now=f"“{intent.title}” is open; the last day {'passed' if gone else 'is'} {words.away(deadline.due, today)}.",
        next_step="Have every shareholder sign and file it, certified or by fax with the confirmation kept."
        if not gone
        else "File it late under Rev. Proc. 2013-30 with the reasonable cause.",
        minutes=30,
        evidence=tuple(evidence),
        basis="record",
        engagement_ref=engagement.ref if engagement is not None else None,
    )


def _intent(snapshot: Snapshot) -> Engagement | Task | None:
    for engagement in snapshot.engagements:
        if engagement.is_open and _S_ELECTION.search(engagement.title):
            return engagement
    return next((one for one in snapshot.tasks if one.is_open and _S_ELECTION.search(one.title)), None)


def _first_day(snapshot: Snapshot, intent: Engagement | Task, today: date) -> date | None:
    if isinstance(intent, Engagement) and intent.period_start is not None:
        return intent.period_start
    try:
        ends = [year_end_of(snapshot.client.fiscal_year_end, today.year - back) for back in (2, 1, 0)]
    except Invalid:
        return None
    start = max(end for end in ends if end < today) + timedelta(days=1)
    formed = snapshot.client.formed_on
    return formed if formed is not None and start <= formed <= today else start


def _elects(document: Document, first: date) -> bool:
    """A Form 2553 or CP261 that takes effect within the year that begins then, or before; one without an effective day is taken for it."""
    if document.value("form") not in ("2553", "CP261"):
        return False
    effective = document.day("effective")
    return effective is None or effective < add_months(first, 12)


def officer_compensation(snapshot: Snapshot, today: date, settings: Thresholds) -> Raised:
    """An S corporation paid distributions while its officers' wages are 0 or below 40 % (setting percent) of profit before them, by the
    last year-end trial balance of the last two years. Profit before wages is net income with officer wages added back; a year of loss is
    left alone. Books with wage accounts, none of which names officers, are a blind spot, since the wages may stand there; so are books
    whose accounts have no numbers. Data: trial balance, by the names of its accounts. Dollars: the distributions. IRC
    §3121(d)(1), Rev. Rul. 74-44, Watson v. United States (8th Cir. 2012)."""
    if snapshot.client.entity_type != "1120-S":
        return
    years = [one for one in trial_balances(snapshot) if is_year_end(snapshot.client.fiscal_year_end, one.as_of)]
    years = [one for one in years if (today - one.as_of).days <= 730]
    if not years or not years[-1].is_sure:
        return
    books = years[-1]
    paid = books.figure(is_distribution)
    wages, others = officer_wages(books), books.named(*_WAGES)
    if paid.amount <= 0:
        return
    if not books.is_numbered or (wages.amount == 0 and others.amount > 0):
        yield BlindSpot(
            snapshot.client.ref,
            "whether officers of the S corporation are paid reasonable wages",
            f"no wage account of {books.document.path} names them: ask which part is theirs"
            if books.is_numbered
            else f"the accounts of {books.document.path} have no numbers to tell profit by: compute it by hand",
        )
        return
    yield from _low(snapshot, books, paid, wages, settings)


def is_distribution(account: Account) -> bool:
    """An account of equity that distributions are booked on."""
    equity = account.number is None or 3000 <= account.number <= 3999
    return equity and bool(_DISTRIBUTION.search(account.name))


def officer_wages(books: TrialBalance) -> Figure:
    return books.figure(lambda a: "officer" in a.name.lower() and any(word in a.name.lower() for word in _WAGES))


def _low(snapshot: Snapshot, books: TrialBalance, paid: Figure, wages: Figure, settings: Thresholds) -> Raised:
    net = books.net_income()
    before = net.amount + wages.amount
    percent = settings.of("officer-compensation", "percent")
    if before <= 0 or wages.amount * 100 >= before * percent:
        return
    profit = total([net.amount, wages.amount], [net.proof, wages.proof])
    yield Signal(
        slug="officer-compensation",
        cls="C",
        client_ref=snapshot.client.ref,
        subject=books.document.id,
        due=None,
        nominal_due=None,
        dollars=paid.amount,
        headline=f"{words.dollars(paid.amount)} of distributions against officer wages of {words.dollars(wages.amount)}",
        rule=f"Wages of officers below {words.plain(percent)} % of profit before them, while the S corporation distributes.",
        why_now=f"Profit before officer wages was {words.dollars(before)} at {words.day(books.as_of)}. "
        "Distributions may be taxed as wages.",
        next_step="Document why the pay is reasonable, or plan to raise it before the year ends.",
        minutes=15,
        evidence=(paid.proof, wages.proof, ratio(wages.amount, before, [wages.proof, profit])),
        basis="fact",
    )

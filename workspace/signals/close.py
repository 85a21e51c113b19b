"""Signals of the books while they are kept: months that are not reconciled, amounts that nobody has put in an account. Never posts an
entry."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta

from workspace.books.apart import apart
from workspace.deadlines import add_business_days, month_end
from workspace.evidence import Evidence, RecordEvidence
from workspace.signals import words
from workspace.signals.feeds import Feed, feeds
from workspace.signals.ledger import Figure, trial_balances
from workspace.signals.proof import difference, share, total
from workspace.signals.signal import BlindSpot, Signal
from workspace.signals.thresholds import Thresholds
from workspace.signals.unplaced import UNSORTED, Unplaced, unplaced
from workspace.snapshot.model import ZERO, Document, Engagement, Snapshot, Task

Raised = Iterator[Signal | BlindSpot]
CLOSES = ("monthly-close", "bookkeeping")
_MONTHS = (
    *("january", "february", "march", "april", "may", "june"),
    *("july", "august", "september", "october", "november", "december"),
)
_MONTH = re.compile(r"\b(" + "|".join(_MONTHS) + r")\b(?:[ ,]+(\d{4})\b)?", re.IGNORECASE)
_STEP = re.compile(r"reconcil|\bclos(?:e|ing)\b", re.IGNORECASE)


def close_late(snapshot: Snapshot, today: date, settings: Thresholds) -> Raised:
    """A month of an open close or bookkeeping engagement is not reconciled after business day 10 of the next one (setting business_days),
    or a bank feed of the client ended more than 3 days ago (feed_days). One an engagement, with all its late months; the feeds stand with
    the first such engagement. Date: that business day of the oldest month, without one the day after the 3 of the feed.

    Data: steps whose title names a month and its reconciliation or close, with the day they were done; bank files that come at least
    weekly (feeds.py), by the last day they cover. A close engagement without such a step for a month that should be closed is a blind
    spot. An account of which only monthly statements come has no feed, and says nothing here."""
    wait, most = settings.days("close-late", "business_days"), settings.days("close-late", "feed_days")
    still = [one for one in feeds(snapshot, today) if (today - one.last).days > most]
    kept = [one for one in snapshot.engagements if one.template in CLOSES and one.is_open]
    for engagement in kept:
        steps = dict(month_steps(snapshot, engagement))
        due = {end: add_business_days(end, wait) for end in months_over(engagement, today)}
        late = [
            (end, steps[end]) for end, day in sorted(due.items()) if day < today and end in steps and steps[end].is_open
        ]
        standing = still if engagement is kept[0] else []
        if late:
            yield _late(snapshot, engagement, late, due[late[0][0]], wait, standing)
        elif standing:
            yield _standing(snapshot, engagement, standing, today, most)
        if not late and engagement.template == "monthly-close":
            last = max((end for end, day in due.items() if day < today), default=None)
            if last is not None and last not in steps:
                yield BlindSpot(
                    snapshot.client.ref,
                    f"whether {engagement.ref} is closed through {last:%B %Y}",
                    "no step names the month's reconciliation: enter one a month",
                )


def months_over(engagement: Engagement, today: date) -> list[date]:
    """The ends of the engagement's months that are over."""
    first, last = engagement.period_start, engagement.period_end
    if first is None or last is None:
        return []
    ends: list[date] = []
    end = month_end(first.year, first.month)
    while end <= last and end < today:
        ends.append(end)
        end = month_end(end.year, end.month + 1)
    return ends


def month_steps(snapshot: Snapshot, engagement: Engagement) -> Iterator[tuple[date, Task]]:
    """The steps that reconcile a month, by its end; a step without a year is of the month inside the engagement's period."""
    for task in snapshot.tasks:
        named = _MONTH.search(task.title)
        if task.engagement_id != engagement.id or named is None or not _STEP.search(task.title):
            continue
        month = _MONTHS.index(named[1].lower()) + 1
        first, last = engagement.period_start or date.min, engagement.period_end or date.max
        years = [int(named[2])] if named[2] else range(first.year, last.year + 1)
        ends = [end for year in years if first <= (end := month_end(year, month)) <= last]
        if len(ends) == 1:
            yield ends[0], task


def _late(
    snapshot: Snapshot,
    engagement: Engagement,
    late: list[tuple[date, Task]],
    due: date,
    wait: int,
    standing: list[Feed],
) -> Signal:
    names = words.listed([f"{end:%B}" for end, _ in late])
    missing = [item for item in snapshot.requests_of(engagement) if item.received_on is None]
    return Signal(
        slug="close-late",
        cls="C",
        client_ref=snapshot.client.ref,
        subject=engagement.ref,
        due=due,
        nominal_due=due,
        dollars=None,
        headline=f"{names} of {engagement.title} {'is' if len(late) == 1 else 'are'} not reconciled",
        rule=f"A month is reconciled by business day {wait} of the next one.",
        why_now=f"{late[0][0]:%B %Y} was to be closed by {words.day(due)}."
        + (f" {words.count(len(missing), 'item')} of the client is missing." if missing else "")
        + "".join(f" The bank's files of account {one.account} end on {words.day(one.last)}." for one in standing),
        next_step="Reconcile the month, or ask the client for what is missing.",
        minutes=10,
        evidence=(
            *(
                RecordEvidence(f"task:{task.id}", name, value)
                for _, task in late
                for name, value in (("title", task.title), ("status", task.status))
            ),
            *(one.said.evidence for one in standing),
        ),
        basis="record",
        engagement_ref=engagement.ref,
        waits_on_client=bool(missing),
    )


def _standing(snapshot: Snapshot, engagement: Engagement, feeds: list[Feed], today: date, most: int) -> Signal:
    """Every month is reconciled or not due yet, and a feed has stopped: what comes next will be late."""
    oldest = min(feeds, key=lambda one: (one.last, one.account))
    due = oldest.last + timedelta(days=most + 1)
    accounts = words.listed([one.account for one in feeds])
    return Signal(
        slug="close-late",
        cls="C",
        client_ref=snapshot.client.ref,
        subject=engagement.ref,
        due=due,
        nominal_due=due,
        dollars=None,
        headline=f"The bank feed of account {accounts} ends on {words.day(oldest.last)}",
        rule=f"A bank feed is not older than {words.count(most, 'day')}.",
        why_now=f"Its files come at least weekly, and the last one ended {words.away(oldest.last, today)}.",
        next_step="Connect the feed again, or fetch the bank's file by hand.",
        minutes=5,
        evidence=tuple(one.said.evidence for one in feeds),
        basis="fact",
        engagement_ref=engagement.ref,
    )


@dataclass(frozen=True)
class _Books:
    """What the client's latest books say of amounts without a proper account. `expense` None: it cannot be told."""

    document: Document
    as_of: date
    unsorted: Figure
    expense: Figure | None


def uncategorized_balance(snapshot: Snapshot, today: date, settings: Thresholds) -> Raised:
    """In the client's latest books, accounts for what nobody has placed (uncategorized, unclassified, suspense, "ask my accountant") come
    to more than 1 % of expense (setting percent), hold a balance that stood there in books at least 30 days older (days), or hold by the
    ledger of that day more than 20 entries (items) or one at least as old. Data: trial balances (accounts 5000 and up are expense), profit
    and loss statements (revenue less net income), general ledgers. Where no ledger is on file, a smaller balance is a blind spot."""
    books = sorted([*_of_trial_balances(snapshot), *_of_statements(snapshot)], key=_by_day)
    if not books or not books[-1].unsorted.amount:
        return
    latest = books[-1]
    before = [
        one
        for one in books[:-1]
        if one.unsorted.amount and (latest.as_of - one.as_of).days >= settings.days("uncategorized-balance", "days")
    ]
    expense = latest.expense
    big = (
        expense is not None
        and expense.amount > 0
        and 100 * latest.unsorted.amount > settings.of("uncategorized-balance", "percent") * expense.amount
    )
    items = unplaced(snapshot, latest.as_of)
    many = items is not None and len(items.entries) > settings.of("uncategorized-balance", "items")
    old = items is not None and (latest.as_of - items.oldest).days >= settings.days("uncategorized-balance", "days")
    if big or before or many or old:
        yield _unsorted(snapshot, latest, before[-1] if before else None, items, settings)
    elif items is None:
        yield BlindSpot(
            snapshot.client.ref,
            f"how many items of {latest.document.path} are uncategorized and how old they are",
            f"only their balance of {words.dollars(latest.unsorted.amount)} is known: ask for the ledger's detail",
        )


def _by_day(books: _Books) -> tuple[date, bool, str]:
    """Of books of one day those come last, and count, that tell what expense is."""
    return books.as_of, books.expense is not None, books.document.path


def _of_trial_balances(snapshot: Snapshot) -> Iterator[_Books]:
    for one in trial_balances(snapshot):
        found = [account for account in one.accounts if account.net and UNSORTED.search(account.name)]
        amounts = [abs(account.net) for account in found]
        proof = total(amounts, [account.proof(1 if account.net > 0 else -1) for account in found])
        expense = one.between(5000, 9999) if one.is_numbered and one.is_sure else None
        yield _Books(one.document, one.as_of, Figure(sum(amounts, ZERO), proof), expense)


def _of_statements(snapshot: Snapshot) -> Iterator[_Books]:
    for one in apart(snapshot, "profit-and-loss"):
        end, revenue, profit = one.day("period_end"), one.fact("revenue"), one.fact("net_income")
        if end is None:
            continue
        found = [row for row in one.rows() if "line" in row and UNSORTED.search(row["line"].value)]
        sized = [(abs(row["amount"].number or ZERO), row["amount"].evidence) for row in found if "amount" in row]
        figure = Figure(sum((a for a, _ in sized), ZERO), total([a for a, _ in sized], [proof for _, proof in sized]))
        expense = None
        if revenue is not None and profit is not None and revenue.number is not None and profit.number is not None:
            proof = difference(revenue.number, profit.number, [revenue.evidence, profit.evidence])
            expense = Figure(revenue.number - profit.number, proof)
        yield _Books(one, end, figure, expense)


def _unsorted(
    snapshot: Snapshot, latest: _Books, before: _Books | None, items: Unplaced | None, settings: Thresholds
) -> Signal:
    amount = latest.unsorted.amount
    parts: list[Evidence] = [latest.unsorted.proof]
    of = ""
    if latest.expense is not None and latest.expense.amount > 0:
        percent, proof = share(amount, latest.expense.amount, [latest.unsorted.proof, latest.expense.proof])
        parts = [proof]
        of = f", {words.plain(percent)} % of expense"
    if before is not None:
        parts.append(before.unsorted.proof)
    since = f" Such a balance stood there on {words.day(before.as_of)} already." if before is not None else ""
    if items is not None:
        parts += [items.proof, items.entries[0].said.evidence]
        since += f" {words.count(len(items.entries), 'entry', 'entries')} of the ledger, the oldest of {words.day(items.oldest)}."
    return Signal(
        slug="uncategorized-balance",
        cls="C",
        client_ref=snapshot.client.ref,
        subject=latest.document.id,
        due=None,
        nominal_due=None,
        dollars=amount,
        headline=f"{words.dollars(amount)} of the books is uncategorized{of}",
        rule=f"Uncategorized amounts stay within {words.plain(settings.of('uncategorized-balance', 'percent'))} % of expense "
        f"and {words.plain(settings.of('uncategorized-balance', 'items'))} entries, and are placed within "
        f"{settings.days('uncategorized-balance', 'days')} days.",
        why_now=f"As of {words.day(latest.as_of)}.{since}",
        next_step="Ask the client what these are, in one list, and place them.",
        minutes=15,
        evidence=tuple(parts),
        basis="fact",
    )

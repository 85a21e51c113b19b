"""Signals of what the firm earns on its work: services nobody agreed on, fixed fees that do not carry, realization that falls.

Never writes an invoice and never changes a fee.
"""

import re
from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from workspace.deadlines import add_months
from workspace.evidence import Evidence
from workspace.signals import words
from workspace.signals.mail import own_words, quote
from workspace.signals.proof import difference, hours, quotient, ratio, share, time_value, total
from workspace.signals.signal import BlindSpot, Signal
from workspace.signals.thresholds import Thresholds
from workspace.snapshot.model import ZERO, Document, Engagement, Invoice, Message, Snapshot, TimeEntry

Raised = Iterator[Signal | BlindSpot]
_PLAIN = {
    "annual", "client", "form", "general", "hour", "hours", "month", "monthly", "other", "quarter", "quarterly", "related", "service",
    "services", "state", "time", "with", "work", "year", "yearly", "your",
}  # fmt: skip
_STEM = 5  # "preparation" and "prepare" are one word


def scope_creep(snapshot: Snapshot, today: date, settings: Thresholds) -> Raised:
    """More than 2 hours (setting hours), or more than 10 % of the budget hours (percent), were worked on an open engagement under a
    service that no engagement letter of the client lists and no engagement is called. One an engagement. Data: the letter that prints the
    engagement's ref (or states its period and fee) with its services as read, time by service, budget hours; a mail of the client that
    asked for it is shown. AICPA ET 1.200: the understanding with the client; the terms are the letter's."""
    for engagement in snapshot.engagements:
        letter = letter_of(snapshot, engagement)
        entries = snapshot.time_on(engagement, today)
        if letter is None or not entries or not engagement.is_open:
            continue
        if letter.fact("services") is None or not any(entry.service for entry in entries):
            lacks = "its services could not be read" if letter.fact("services") is None else "its time names no service"
            yield BlindSpot(snapshot.client.ref, f"whether the work on {engagement.ref} is in scope", f"{lacks}: look")
            continue
        extra = out_of_scope(snapshot, engagement, today)
        spent = sum((entry.hours for entry in extra), ZERO)
        budget = engagement.budget_hours
        over = budget is not None and budget > 0 and spent / budget * 100 > settings.of("scope-creep", "percent")
        if spent > settings.of("scope-creep", "hours") or (spent and over):
            yield _creep(snapshot, engagement, letter, extra)


def out_of_scope(snapshot: Snapshot, engagement: Engagement, today: date) -> list[TimeEntry]:
    """The engagement's time through `today` under a service that no letter of the client lists and no engagement is called."""
    agreed = agreed_stems(snapshot)
    named = [(entry, stems(entry.service)) for entry in snapshot.time_on(engagement, today) if entry.service]
    return [entry for entry, words_ in named if words_ and not words_ & agreed]


def stems(text: str) -> frozenset[str]:
    """The words of a service that tell it from others, each by its beginning."""
    found = re.findall(r"[a-z]{4,}", text.lower())
    return frozenset(word[:_STEM] for word in found if word not in _PLAIN)


def agreed_stems(snapshot: Snapshot) -> frozenset[str]:
    """The words of everything that was agreed with the client: the services of its letters, the names of its engagements."""
    texts = [
        fact.value for one in snapshot.of_kind("engagement-letter") for fact in one.facts if fact.name == "services"
    ]
    texts += [f"{one.title} {one.template.replace('-', ' ')}" for one in snapshot.engagements]
    return frozenset().union(*(stems(text) for text in texts)) if texts else frozenset()


def letter_of(snapshot: Snapshot, engagement: Engagement) -> Document | None:
    """The letter on file that is about the engagement."""
    ref = re.compile(rf"(?<![\w-]){re.escape(engagement.ref)}(?![\w-])")
    for letter in snapshot.of_kind("engagement-letter"):
        period = (letter.day("period_start"), letter.day("period_end"))
        same = period == (engagement.period_start, engagement.period_end) and letter.number("fee") == engagement.fee
        if any(ref.search(page) for page in letter.text) or (same and None not in period):
            return letter
    return None


def _creep(snapshot: Snapshot, engagement: Engagement, letter: Document, extra: Sequence[TimeEntry]) -> Signal:
    spent, proof = hours(extra)
    value, worth = time_value(extra)
    names = list(dict.fromkeys(entry.service or "" for entry in extra))
    listed = letter.fact("services")
    asked = asking(snapshot, frozenset().union(*(stems(name) for name in names)), extra[0].date)
    evidence: list[Evidence] = [proof, worth]
    evidence += [listed.evidence] if listed is not None else []
    evidence += [quote(asked)] if asked is not None else []
    return Signal(
        slug="scope-creep",
        cls="C",
        client_ref=snapshot.client.ref,
        subject=engagement.ref,
        due=None,
        nominal_due=None,
        dollars=value,
        headline=f"{words.count(spent, 'hour')} of {words.listed(names)} on {engagement.title} are outside the letter",
        rule="Time under a service that the letter does not list: more than 2 hours, or more than 10 % of the budget.",
        why_now=f"{words.dollars(value)} at standard since {words.day(extra[0].date)}"
        + ("; the client asked for it by mail." if asked is not None else "."),
        next_step="Agree a change order for the extra service, or move the time to where it belongs.",
        minutes=10,
        evidence=tuple(evidence),
        basis="fact",
        engagement_ref=engagement.ref,
    )


def asking(snapshot: Snapshot, wanted: frozenset[str], first: date) -> Message | None:
    """The client's last mail up to the first entry in whose own words the service is named."""
    found = [
        mail
        for mail in snapshot.messages
        if mail.direction == "in" and mail.sent_at is not None and snapshot.local_day(mail.sent_at) <= first
        if wanted & stems(mail.body[slice(*own_words(mail))])
    ]
    return found[-1] if found else None


@dataclass(frozen=True)
class _Period:
    """One period of a fixed fee: what the time in it is worth at standard, with the sum that says so."""

    engagement: Engagement
    fee: Decimal
    value: Decimal
    proof: Evidence


def fixed_fee_underwater(snapshot: Snapshot, today: date, settings: Thresholds) -> Raised:
    """A fixed fee bought less than 70 % of its time at standard (setting percent) in the two latest periods of one kind of work, the
    effective rate against the standard rate. A finished engagement counts as it ended, an open one as soon as its time alone puts it under.
    One a kind of work. Data: fee, fee type, time with rates. A fixed fee with time but without rates is a blind spot."""
    least = settings.of("fixed-fee-underwater", "percent") / 100
    kinds: dict[str, list[_Period]] = defaultdict(list)
    for engagement in sorted(snapshot.engagements, key=lambda one: (one.period_end or date.min, one.ref)):
        entries = snapshot.time_on(engagement, today)
        if engagement.fee_type != "fixed" or not engagement.fee or not entries or engagement.period_end is None:
            continue
        value, proof = time_value(entries)
        if not value:
            yield BlindSpot(
                snapshot.client.ref,
                f"whether the fee of {engagement.ref} carries its time",
                "its time has no rates: enter them",
            )
        elif not engagement.is_open or engagement.fee < least * value:
            kinds[engagement.template].append(_Period(engagement, engagement.fee, value, proof))
    for template in sorted(kinds):
        latest = kinds[template][-2:]
        if len(latest) == 2 and all(one.fee < least * one.value for one in latest):
            yield _underwater(snapshot, latest[0], latest[1], least)


def _underwater(snapshot: Snapshot, before: _Period, now: _Period, least: Decimal) -> Signal:
    def rate(one: _Period) -> str:
        return f"{words.tenths(one.fee / one.value * 100)} %"

    ratios = [ratio(one.fee, one.value, [one.engagement.evidence("fee"), one.proof]) for one in (before, now)]
    lost = now.value - now.fee
    return Signal(
        slug="fixed-fee-underwater",
        cls="C",
        client_ref=snapshot.client.ref,
        subject=now.engagement.ref,
        due=None,
        nominal_due=None,
        dollars=lost,
        headline=f"The fixed fee of {now.engagement.title} buys {rate(now)} of its time, the second period in a row",
        rule=f"Fee by time at standard is under {words.plain(least * 100)} % in two periods.",
        why_now=f"{words.dollars(lost)} of time above the fee of {words.dollars(now.fee)}; "
        f"{rate(before)} in {before.engagement.title}.",
        next_step="Raise the fee with the next letter, or narrow the scope.",
        minutes=15,
        evidence=(*ratios, difference(now.value, now.fee, [now.proof, now.engagement.evidence("fee")])),
        basis="record",
        engagement_ref=now.engagement.ref,
    )


@dataclass(frozen=True)
class _Billed:
    """An invoice with the time that it bills: its engagement's since the invoice before it."""

    invoice: Invoice
    value: Decimal
    proof: Evidence


def realization_drop(snapshot: Snapshot, today: date, settings: Thresholds) -> Raised:
    """Billed by standard value of the client's last three invoices together (setting invoices) is 10 points or more (points) below that of
    the invoices of the twelve months before them, at least as many. An invoice bills its engagement's time since the invoice before it.
    One a client. Data: invoices with an engagement, time with rates; invoices over time without rates are a blind spot."""
    bills = list(_bills(snapshot, today))
    many = max(settings.days("realization-drop", "invoices"), 1)
    rated = [one for one in bills if one.value > 0]
    if len(bills) >= 2 * many and len(rated) < 2 * many:
        yield BlindSpot(
            snapshot.client.ref, "whether realization holds", "the time behind the invoices has no rates: enter them"
        )
        return
    latest = rated[-many:]
    if len(rated) < 2 * many:
        return
    since = add_months(latest[0].invoice.issued_on, -12)
    before = [one for one in rated[:-many] if one.invoice.issued_on >= since]
    if len(before) < many:
        return
    now, then = _realization(latest), _realization(before)
    if then[0] - now[0] >= settings.of("realization-drop", "points"):
        yield _dropped(snapshot, latest, now, then)


def _bills(snapshot: Snapshot, today: date) -> Iterator[_Billed]:
    """The client's invoices through `today` over time, oldest first."""
    last: dict[str, date] = {}
    for bill in sorted(snapshot.invoices, key=lambda one: (one.issued_on, one.number)):
        engagement = bill.engagement_id
        if engagement is None or bill.issued_on > today or bill.amount <= 0:
            continue
        first = last.get(engagement, date.min)
        entries = [e for e in snapshot.time if e.engagement_id == engagement and first < e.date <= bill.issued_on]
        last[engagement] = bill.issued_on
        if entries:
            yield _Billed(bill, *time_value(entries))


def _realization(bills: Sequence[_Billed]) -> tuple[Decimal, Evidence]:
    """Percent billed of standard, with its arithmetic."""
    amounts, values = [one.invoice.amount for one in bills], [one.value for one in bills]
    billed = total(amounts, [one.invoice.evidence("amount") for one in bills])
    worked = total(values, [one.proof for one in bills])
    return share(sum(amounts, ZERO), sum(values, ZERO), [billed, worked])


def _dropped(
    snapshot: Snapshot, latest: Sequence[_Billed], now: tuple[Decimal, Evidence], then: tuple[Decimal, Evidence]
) -> Signal:
    value = sum((one.value for one in latest), ZERO)
    lost = (value * quotient(then[0] - now[0], Decimal(100))).quantize(words.CENT)
    return Signal(
        slug="realization-drop",
        cls="C",
        client_ref=snapshot.client.ref,
        subject=snapshot.client.ref,
        due=None,
        nominal_due=None,
        dollars=lost,
        headline=f"Realization fell to {words.plain(now[0])} % from {words.plain(then[0])} %",
        rule="The last three invoices bill 10 points less of their time than those of the twelve months before.",
        why_now=f"The last invoice of them is {latest[-1].invoice.number} of {words.day(latest[-1].invoice.issued_on)}; "
        f"at the old rate {words.dollars(lost)} more would have been billed.",
        next_step="Find what took the time, then bill it, agree a higher fee or plan the work anew.",
        minutes=15,
        evidence=(now[1], then[1]),
        basis="record",
    )

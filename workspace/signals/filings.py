"""Signals of e-filing: rejected, without an answer, waiting for a signature; payments with an extension. Never sends anything."""

import re
from collections.abc import Iterator
from dataclasses import replace
from datetime import date, timedelta

from workspace.deadlines import Deadline, add_business_days, event_deadline, in_words
from workspace.evidence import Evidence
from workspace.signals import words
from workspace.signals.due import Due, due_evidence, due_of
from workspace.signals.filing_log import INDIVIDUAL, REJECTED, SENT, Filing, filings, latest, work_of
from workspace.signals.k1 import tax_year
from workspace.signals.proof import due as counted
from workspace.signals.signal import BlindSpot, Signal
from workspace.signals.thresholds import Thresholds
from workspace.snapshot.model import RETURNS, Engagement, RequestItem, Snapshot, Task

Raised = Iterator[Signal | BlindSpot]
PAYS_TAX = ("1040", "1041", "1120")  # the others pass their income on and pay with an extension only by exception
_SIGNATURE = re.compile(
    r"\b(?:form )?(?:8879|8878|8453)\b|e-?file (?:signature|authorization)|signature page", re.IGNORECASE
)
_EXTENSION = re.compile(r"\b(?:4868|7004|8868)\b|\bextension\b", re.IGNORECASE)
_PAYMENT = re.compile(r"\b(?:pay|payment|estimate|compute|balance due)\w*", re.IGNORECASE)


def efile_rejected(snapshot: Snapshot, today: date, settings: Thresholds) -> Raised:
    """The last row of a return in the e-file reports is a rejection of the last 120 days (setting days), and the record has no later
    filing date. Date: the end of the perfection period, 5 calendar days after the rejection for individuals and 10 for businesses, or the
    return's own due date where that is later. A row without a day has the return's date alone, and without that is a blind spot. Data:
    acknowledgements, engagements. IRS Pub. 1345 and Pub. 4163, perfection period."""
    oldest = today - timedelta(days=settings.days("efile-rejected", "days"))
    for filing in latest(filings(snapshot)):
        if filing.status != REJECTED or (filing.on is not None and not oldest <= filing.on <= today):
            continue
        work = work_of(snapshot, filing)
        if work is not None and work.filed_on is not None and filing.on is not None and work.filed_on > filing.on:
            continue
        own = due_of(snapshot, work) if work is not None else None
        if filing.on is None and own is None:
            yield BlindSpot(
                snapshot.client.ref,
                f"until when the rejected {filing.name} can be sent again",
                f"the row in {filing.document.path} has no day: open it",
            )
        else:
            yield _rejected(snapshot, today, filing, work, own)


def _rejected(snapshot: Snapshot, today: date, filing: Filing, work: Engagement | None, own: Due | None) -> Signal:
    again = _perfection(filing)
    evidence: list[Evidence] = list(filing.evidence)
    if again is not None:
        evidence.append(counted(again, filing.evidence))
    how = list(again.how) if again is not None else []
    due = again.due if again is not None else None
    nominal = again.nominal if again is not None else None
    if own is not None and (due is None or own.due > due):
        due, nominal = own.due, own.nominal
        how.append(f"The return itself is due on {in_words(own.due)}, which is later and counts.")
    if work is not None and own is not None:
        evidence.extend(due_evidence(work, own))
    code = f" (code {filing.code})" if filing.code else ""
    since = f" on {words.day(filing.on)}" if filing.on is not None else ""
    return Signal(
        slug="efile-rejected",
        cls="B",
        client_ref=snapshot.client.ref,
        subject=f"{filing.form} {filing.year or ''}".strip(),
        due=due,
        nominal_due=nominal,
        dollars=work.fee if work is not None else None,
        headline=f"The e-file of {filing.name} was rejected{since}",
        rule=" ".join(
            ["A rejected return that is sent again within the perfection period counts as filed in time.", *how]
        ),
        why_now=f"Nothing was accepted since{code}"
        + (f"; it counts as in time until {words.day(due)}, {words.away(due, today)}." if due else "."),
        next_step="Correct what the code names and send the return again, or file on paper with the explanation.",
        minutes=20,
        evidence=tuple(dict.fromkeys(evidence)),
        basis="fact",
        engagement_ref=work.ref if work is not None else None,
    )


def _perfection(filing: Filing) -> Deadline | None:
    if filing.on is None or not filing.form[:1].isdigit():
        return None  # a state has its own rule
    rule = "efile-rejection-individual" if filing.form in INDIVIDUAL else "efile-rejection-business"
    return event_deadline(rule, filing.on)


def efile_unacknowledged(snapshot: Snapshot, today: date, settings: Thresholds) -> Raised:
    """A return was sent and more than 48 hours (setting hours) later nothing says that it was accepted or rejected: the last row of the
    return in the e-file reports says sent, or the record has it as filed in the last 30 days (setting days) while a newer report of returns
    does not list it. Where all reports are older than the filing it is a blind spot. Date: the day it was sent + 48 hours. Data:
    acknowledgements, filing dates. IRS Pub. 1345 (the acknowledgement file), IRC §7502(c)."""
    wait = timedelta(days=settings.days("efile-unacknowledged", "hours") // 24)
    oldest = today - timedelta(days=settings.days("efile-unacknowledged", "days"))
    log = filings(snapshot)
    for filing in latest(log):
        if filing.form and filing.status == SENT and filing.on is not None and oldest <= filing.on < today - wait:
            yield _unanswered(snapshot, today, filing.name, filing.on, wait, filing.evidence, work_of(snapshot, filing))
    newest = max((one.on for one in log if one.on is not None and one.form in RETURNS), default=None)
    for engagement in snapshot.engagements:
        sent = engagement.filed_on
        if newest is None or sent is None or not engagement.is_return or not oldest <= sent < today - wait:
            continue
        if any(one.form == engagement.template and one.year in (None, tax_year(engagement)) for one in log):
            continue
        if newest > sent + wait:
            proof = (engagement.evidence("filed_on"),)
            yield _unanswered(snapshot, today, engagement.title, sent, wait, proof, engagement)
        else:
            yield BlindSpot(
                snapshot.client.ref,
                "whether what was filed lately was accepted",
                f"the newest e-file report on file ends on {words.day(newest)}: add a new one",
            )


def _unanswered(
    snapshot: Snapshot,
    today: date,
    name: str,
    sent: date,
    wait: timedelta,
    evidence: tuple[Evidence, ...],
    work: Engagement | None,
) -> Signal:
    due = sent + wait
    return Signal(
        slug="efile-unacknowledged",
        cls="B",
        client_ref=snapshot.client.ref,
        subject=work.ref if work is not None else name,
        due=due,
        nominal_due=due,
        dollars=work.fee if work is not None else None,
        headline=f"{name} was sent on {words.day(sent)} and nothing says it was accepted",
        rule=f"An acknowledgement comes within {words.count(wait.days * 24, 'hour')}; without one a return is not filed.",
        why_now=f"It was sent {words.away(sent, today)}.",
        next_step="Ask the transmitter for the status; send the return again if it never arrived.",
        minutes=5,
        evidence=evidence,
        basis="record" if work is not None and work.filed_on == sent else "fact",
        engagement_ref=work.ref if work is not None else None,
    )


def esign_out(snapshot: Snapshot, today: date, settings: Thresholds) -> Raised:
    """Something that the client must sign is out and unsigned: a request for Form 8879, 8453 or 8878 of an open engagement, or an
    engagement letter of work that has not begun (work that has is letter-unsigned's). From 3 days after it was sent (setting days), or
    from 2 business days before the return's due date (setting stop_business_days), the hard stop, whichever comes first. Date: the hard
    stop; without a return's date 7 days after it was sent (setting again_days). A request without the day it was sent is a blind spot.
    Data: request items, letter dates. IRS Pub. 1345 (a return is sent only after the signature), Reg. 1.6061-1."""
    for item in snapshot.requests:
        engagement = snapshot.engagement(item.engagement_id)
        if item.received_on is not None or not _SIGNATURE.search(item.item):
            continue
        if engagement is None or not engagement.is_open:
            continue
        if item.requested_on is None:
            yield BlindSpot(
                snapshot.client.ref,
                f"since when “{item.item}” waits for a signature",
                "the request has no day on which it was sent: enter it",
            )
            continue
        asked = (item.evidence("item"), item.evidence("requested_on"), item.evidence("received_on"))
        yield from _unsigned(snapshot, today, settings, engagement, item.item, item.requested_on, asked, item)
    for engagement in snapshot.engagements:
        sent = engagement.letter_sent_on
        begun = bool(snapshot.time_on(engagement, today))
        if sent is None or engagement.letter_signed_on is not None or not engagement.is_open or begun:
            continue
        evidence = (engagement.evidence("letter_sent_on"), engagement.evidence("letter_signed_on"))
        yield from _unsigned(snapshot, today, settings, engagement, "The engagement letter", sent, evidence, None)


def _unsigned(
    snapshot: Snapshot,
    today: date,
    settings: Thresholds,
    engagement: Engagement,
    what: str,
    sent: date,
    evidence: tuple[Evidence, ...],
    item: RequestItem | None,
) -> Raised:
    own = due_of(snapshot, engagement) if engagement.is_return else None
    stop = settings.days("esign-out", "stop_business_days")
    chase = sent + timedelta(days=settings.days("esign-out", "days"))
    last = add_business_days(own.due, -stop) if own is not None else None
    if today < (chase if last is None else min(chase, last)) or sent > today:
        return
    due = last or sent + timedelta(days=settings.days("esign-out", "again_days"))
    name = what if item is None else f"“{what}”"
    yield Signal(
        slug="esign-out",
        cls="B",
        client_ref=snapshot.client.ref,
        subject=engagement.ref,
        due=due,
        nominal_due=due,
        dollars=engagement.fee,
        headline=f"{name} of {engagement.title} is out since {words.day(sent)} and unsigned",
        rule=f"Asked again 3 and 7 days after it was sent; {words.count(stop, 'business day')} before the due date is the hard stop."
        + (f" {' '.join(own.how)}" if own is not None else ""),
        why_now=f"It was sent {words.away(sent, today)}"
        + (f"; the return cannot be sent without it and is due on {words.day(own.due)}." if own is not None else "."),
        next_step="Ask the client to sign today; offer a call if something holds them back.",
        minutes=5,
        evidence=(*evidence, *(due_evidence(engagement, own) if own is not None else ())),
        basis="record",
        engagement_ref=engagement.ref,
        waits_on_client=True,
        deliverable_slug="pbc-follow-up" if item is not None else None,
    )


def extension_payment(snapshot: Snapshot, today: date, settings: Thresholds) -> Raised:
    """An extension of a return that pays tax (1040, 1041, 1120) is planned or filed, and 10 business days before the due date (setting
    business_days) to that day no payment with it is computed: no row of an estimate schedule names Form 4868 or 7004 or the due date,
    and no finished task says it. Planned is an open task that names the form or the extension, or an extended date on record. An extension
    of time to file gives none to pay. Without a plan extension-needed speaks, and a return without a date is told as a blind spot. Data:
    tasks, extended_to, estimate schedules. IRC §6151(a), §6651(a)(2), Reg. 1.6081-4(c)."""
    ahead = settings.days("extension-payment", "business_days")
    for engagement in snapshot.engagements:
        if engagement.template not in PAYS_TAX or not engagement.is_open:
            continue
        own = due_of(snapshot, _without_extension(engagement))
        plan = _planned(snapshot, engagement)
        if own is None or plan is None or not add_business_days(own.due, -ahead) <= today <= own.due:
            continue
        if not _computed(snapshot, engagement, own):
            yield _unpaid(snapshot, today, engagement, own, plan)


def _without_extension(engagement: Engagement) -> Engagement:
    return replace(engagement, extended_to=None)


def _planned(snapshot: Snapshot, engagement: Engagement) -> Evidence | None:
    if engagement.extended_to is not None:
        return engagement.evidence("extended_to")
    tasks = [one for one in _tasks(snapshot, engagement) if _EXTENSION.search(one.title) and one.is_open]
    return tasks[0].evidence("title") if tasks else None


def _tasks(snapshot: Snapshot, engagement: Engagement) -> list[Task]:
    return [one for one in snapshot.tasks if one.engagement_id == engagement.id]


def _computed(snapshot: Snapshot, engagement: Engagement, own: Due) -> bool:
    for task in _tasks(snapshot, engagement):
        if not task.is_open and _EXTENSION.search(task.title) and _PAYMENT.search(task.title):
            return True
    year = tax_year(engagement)
    for schedule in snapshot.of_kind("estimate-schedule"):
        for row in schedule.rows():
            with_form = "form" in row and _EXTENSION.search(row["form"].value)
            of_year = "tax_year" not in row or row["tax_year"].value == str(year)
            on_day = "tax_year" in row and "due" in row and row["due"].day in (own.due, own.nominal)
            if of_year and (with_form or on_day):
                return True
    return False


def _unpaid(snapshot: Snapshot, today: date, engagement: Engagement, own: Due, plan: Evidence) -> Signal:
    unextended = _without_extension(engagement)
    return Signal(
        slug="extension-payment",
        cls="B",
        client_ref=snapshot.client.ref,
        subject=engagement.ref,
        due=own.due,
        nominal_due=own.nominal,
        dollars=None,
        headline=f"No payment with the extension of {engagement.title} is computed",
        rule=f"An extension gives time to file, none to pay: the tax is due with it. {' '.join(own.how)}",
        why_now=f"The tax is due {words.away(own.due, today)}, and nothing on file says how much it is.",
        next_step="Estimate the tax, compare it with what was withheld and paid, and send the client the amount and the way to pay it.",
        minutes=30,
        evidence=(plan, *due_evidence(unextended, own)),
        basis="record",
        engagement_ref=engagement.ref,
    )

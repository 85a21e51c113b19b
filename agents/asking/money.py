"""Answers from what was billed and worked: fees billed in a year, unbilled time, realization, promises that are open.

The third part of records.py. Each sum is shown as derived evidence over the rows it was made of.
"""

import re
from collections.abc import Sequence
from datetime import date, timedelta
from decimal import Decimal

from agents.asking import worked
from agents.asking.claims import Claim
from agents.asking.records import Desk, called, engagements_of, first, years_of
from workspace.deliverables.sources import payment_evidence
from workspace.evidence import Evidence, RecordEvidence
from workspace.promises import Said, how_kept, said_in_mail, said_in_note
from workspace.signals.proof import share, time_value, total
from workspace.signals.words import away, clipped, count, day, dollars, plain
from workspace.snapshot import Engagement, Invoice, TimeEntry

PROMISED = 180  # days back that promises are looked for
_OURS = re.compile(r"\b(?:did|do|have|are|were) (?:we|I)\b|\bour promises?\b|\bwe (?:promised?|owe)\b", re.IGNORECASE)
_THEIRS = re.compile(r"\b(?:did|does|has|have) (?:they|she|he|the client)\b|\b(?:her|his|their) promises?\b", re.IGNORECASE)  # fmt: skip


def billed(desk: Desk) -> tuple[Claim, ...]:
    """What was invoiced in the years that are asked for, this one when none is."""
    snapshot, name = desk.snapshot, desk.snapshot.client.name
    claims: list[Claim] = []
    for year in years_of(desk) or (desk.today.year,):
        bills = [one for one in _bills(desk) if one.issued_on.year == year and one.issued_on <= desk.today]
        so_far = " so far" if year == desk.today.year else ""
        if not bills:
            proof = RecordEvidence(f"client:{snapshot.client.ref}", "invoices", str(len(snapshot.invoices)))
            asked = RecordEvidence("calendar:asked", "year", str(year))
            claims.append(Claim(f"{name} was billed nothing in {year}{so_far}.", (proof, asked)))
            continue
        amounts = [one.amount for one in bills]
        proof_of = total(amounts, [one.evidence("amount") for one in bills])
        dated = tuple(one.evidence("issued_on") for one in bills)
        text = f"{name} was billed {dollars(sum(amounts, Decimal(0)))} in {year}{so_far}, on {count(len(bills), 'invoice')}."
        claims.append(Claim(text, (proof_of, *dated)))
        claims += first([_bill(one) for one in bills])
    return tuple(claims)


def _bills(desk: Desk) -> list[Invoice]:
    """The client's invoices; of the form or the kind of work that the question names, where it names one."""
    bills = list(desk.snapshot.invoices)
    if desk.asked.templates or desk.asked.work:
        meant = {one.id for one in engagements_of(desk, finished=True, years=False)}
        bills = [one for one in bills if one.engagement_id in meant]
    return bills


def _bill(bill: Invoice) -> Claim:
    text = f"- Invoice {bill.number} of {day(bill.issued_on)}: {dollars(bill.amount)}."
    return Claim(text, (bill.evidence("issued_on"), bill.evidence("amount")))


def invoice(desk: Desk) -> tuple[Claim, ...]:
    """The invoices that the question names by number: amount, dates, what is open of them."""
    said = set(re.findall(r"[\w-]+", desk.asked.question.lower()))
    return tuple(_whole(desk, one) for one in desk.snapshot.invoices if one.number.lower() in said)


def _whole(desk: Desk, bill: Invoice) -> Claim:
    balance = bill.balance(desk.today)
    left = "paid in full" if balance <= 0 else f"{dollars(balance)} open"
    text = (
        f"Invoice {bill.number} of {day(bill.issued_on)} is for {dollars(bill.amount)}, due {day(bill.due_on)}, {left}."
    )
    fields = (bill.evidence("amount"), bill.evidence("issued_on"), bill.evidence("due_on"))
    return Claim(text, (*fields, worked.balance(bill, desk.today)))


def paid(desk: Desk) -> tuple[Claim, ...]:
    """The last payment that came in."""
    name, bills = desk.snapshot.client.name, desk.snapshot.invoices
    came = [(one, bill) for bill in bills for one in bill.payments if one.paid_on <= desk.today]
    if not came:
        return (
            Claim(
                f"{name} has no payments on record.",
                (RecordEvidence(f"client:{desk.snapshot.client.ref}", "payments", "0"),),
            ),
        )
    last, bill = max(came, key=lambda pair: (pair[0].paid_on, pair[0].id))
    proof = (payment_evidence(last, "paid_on"), payment_evidence(last, "amount"))
    when = f"{day(last.paid_on)} ({away(last.paid_on, desk.today)})"
    text = f"{name} last paid us on {when}: {dollars(last.amount)} on invoice {bill.number} of {day(bill.issued_on)}."
    aged = worked.distance(last.paid_on, proof[0], desk.today)
    return (Claim(text, (*proof, aged, bill.evidence("issued_on"))),)


def unbilled(desk: Desk) -> tuple[Claim, ...]:
    """Billable time that no invoice has billed: on no invoice, and after the last one of its engagement."""
    snapshot = desk.snapshot
    open_time = unbilled_time(desk)
    name = snapshot.client.name
    if not open_time:
        proof = RecordEvidence(f"client:{snapshot.client.ref}", "unbilled", "0")
        return (Claim(f"No billable time of {name} is unbilled.", (proof,)),)
    value, proof_of = time_value([one for entries in open_time.values() for one in entries])
    head = Claim(f"{name} has {dollars(value)} of unbilled time.", (proof_of,))
    if len(open_time) < 2:
        only = next(iter(open_time))
        return (head, _open_line(desk, only, open_time[only]))
    ordered = sorted(open_time, key=lambda key: -sum((one.value for one in open_time[key]), Decimal(0)))
    return (head, *first([_open_line(desk, key, open_time[key]) for key in ordered]))


def unbilled_time(desk: Desk) -> dict[str | None, list[TimeEntry]]:
    """Unbilled entries through today by the id of their engagement; only of the work that the question names."""
    last: dict[str | None, date] = {}
    for bill in desk.snapshot.invoices:
        if bill.issued_on <= desk.today:
            last[bill.engagement_id] = max(bill.issued_on, last.get(bill.engagement_id, bill.issued_on))
    named = desk.asked.templates or desk.asked.work
    meant = {one.id for one in engagements_of(desk, finished=True, years=False)} if named else None
    found: dict[str | None, list[TimeEntry]] = {}
    for entry in desk.snapshot.time:
        until = last.get(entry.engagement_id)
        fits = meant is None or entry.engagement_id in meant
        late = until is None or entry.date > until
        if fits and entry.billable and entry.invoice_id is None and entry.date <= desk.today and late:
            found.setdefault(entry.engagement_id, []).append(entry)
    return {key: entries for key, entries in found.items() if any(one.value for one in entries)}


def _open_line(desk: Desk, key: str | None, entries: Sequence[TimeEntry]) -> Claim:
    value, proof = time_value(entries)
    engagement = desk.snapshot.engagement(key)
    where = called(engagement) if engagement else "Work without an engagement"
    oldest = entries[0]
    since = RecordEvidence(f"time:{oldest.id}", "date", oldest.date.isoformat())
    title = (engagement.evidence("title"),) if engagement else ()
    return Claim(f"- {where}: {dollars(value)} since {day(oldest.date)}.", (proof, since, *title))


def realization(desk: Desk) -> tuple[Claim, ...]:
    """Billed ÷ standard of each engagement that was billed, over its time through its last invoice; and over all of them."""
    lines: list[tuple[Engagement, list[Invoice], list[TimeEntry]]] = []
    for one in engagements_of(desk, finished=True):
        bills = [
            b
            for b in desk.snapshot.invoices
            if b.engagement_id == one.id and b.issued_on <= desk.today and b.amount > 0
        ]
        if bills:
            until = max(b.issued_on for b in bills)
            entries = [e for e in desk.snapshot.time_on(one, desk.today) if e.date <= until and e.value]
            if entries:
                lines.append((one, bills, entries))
    if not lines:
        return ()
    claims = [
        _realized(f"{called(one)}: realization is", bills, entries, (one.evidence("title"),))
        for one, bills, entries in lines
    ]
    if len(lines) == 1:
        return tuple(claims)
    everything = _realized(
        f"Realization of {desk.snapshot.client.name} over {count(len(lines), 'billed engagement')} is",
        [bill for _, bills, _ in lines for bill in bills],
        [entry for _, _, entries in lines for entry in entries],
        tuple(one.evidence("title") for one, _, _ in lines),
    )
    return (everything, *first([Claim(f"- {one.text}", one.evidence) for one in claims]))


def _realized(who: str, bills: Sequence[Invoice], entries: Sequence[TimeEntry], more: tuple[Evidence, ...]) -> Claim:
    amounts = [one.amount for one in bills]
    whole = sum(amounts, Decimal(0))
    got = total(amounts, [one.evidence("amount") for one in bills])
    value, worked = time_value(entries)
    percent, proof = share(whole, value, [got, worked])
    text = f"{who} {plain(percent)}%: {dollars(whole)} billed of {dollars(value)} at standard."
    return Claim(text, (proof, got, worked, *more))


def promises(desk: Desk) -> tuple[Claim, ...]:
    """Promises with a day, in mail and notes of the last half year, that nothing shows kept; ours, the client's, or both."""
    snapshot, since = desk.snapshot, desk.today - timedelta(days=PROMISED)
    found: list[Said] = []
    for mail in snapshot.messages:
        if mail.sent_at is not None and (on := snapshot.local_day(mail.sent_at)) >= since:
            found += said_in_mail(mail, on, asks=False)
    for note in snapshot.notes:
        if note.date >= since:
            found += said_in_note(note)
    question = desk.asked.question
    ours, theirs = bool(_OURS.search(question)), bool(_THEIRS.search(question))
    owes = {"us"} if ours and not theirs else {"client"} if theirs and not ours else {"us", "client"}
    open_ones = [one for one in found if one.due is not None and one.owes in owes and how_kept(snapshot, one) is None]
    open_ones.sort(key=lambda one: (one.due or desk.today, one.what))
    if not open_ones:
        looked = f"{len(snapshot.messages)} messages, {len(snapshot.notes)} notes"
        proof = RecordEvidence(f"client:{snapshot.client.ref}", "promises", "0")
        return (Claim(f"No promise with a day is open in {looked}.", (proof,), ()),)
    return first([_promise(desk, one) for one in open_ones])


def _promise(desk: Desk, one: Said) -> Claim:
    who = "We promised" if one.owes == "us" else "The client promised"
    due = one.due or desk.today
    return Claim(
        f"- {who} on {day(one.written)}, by {day(due)} ({away(due, desk.today)}): “{clipped(one.what)}”.",
        (one.evidence,),
    )

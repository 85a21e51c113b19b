"""Clients who owe us something, and clients who wait for us: requests, mail, silence."""

from collections.abc import Callable
from dataclasses import replace
from datetime import date, timedelta
from itertools import pairwise
from math import ceil
from statistics import median

from evals.firm import days, mail
from evals.firm.records import Request
from evals.firm.sample import Profile, Sample


def _late(sample: Sample, ref: str, ago: tuple[int, ...]) -> list[Request]:
    """Makes the last items of the engagement's request open and due that many days ago."""
    rows = sample.requests[ref]
    late = [
        replace(row, due=sample.ago(days_ago), received_on=None)
        for row, days_ago in zip(rows[-len(ago) :], ago, strict=True)
    ]
    rows[-len(ago) :] = late
    return late


def request_overdue(sample: Sample, profile: Profile) -> None:
    engagement = sample.main_work(profile.ref)
    late = _late(sample, engagement.ref, (19, 6))
    oldest = min(row.due for row in late)
    why = f"{len(late)} items open, the oldest due {oldest}: " + "; ".join(row.item for row in late)
    sample.plant(profile.ref, "request-overdue", engagement.ref, why, due=oldest, dollars=engagement.fee)


def request_late2(sample: Sample, profile: Profile) -> None:
    _late(sample, sample.main_work(profile.ref).ref, (2,))
    sample.decoy(profile.ref, "request-overdue", "two days late")


_ASKS = (
    (
        "Sale of the rental property",
        "We have an offer on the rental house and would close in April. What would the gain look like, and should we wait until next year?",
    ),
    (
        "Loan application",
        "The bank wants our 2024 return and a letter from you by the end of the week. Can you send both?",
    ),
    (
        "Payroll in a new state",
        "We are about to hire someone who lives in Ohio. What do we have to register for before her first payroll?",
    ),
    ("Estimated payment question", "I found a payment to the IRS in December that is not on your list. Is it counted?"),
)


def _ask(sample: Sample, profile: Profile) -> tuple[str, str]:
    return _ASKS[sample.rng("ask", profile.ref).randrange(len(_ASKS))]


def _unanswered(sample: Sample, profile: Profile, to: str, ago: int, allowed: int) -> None:
    subject, words = _ask(sample, profile)
    on = days.add_business(sample.as_of, -ago)
    root = mail.thread(sample, profile, subject, [(on, True, words)], at_firm=to)
    role = sample.person(to).role
    why = f"{profile.owners[0].name} wrote to a {role} on {on}, {ago} business days ago"
    sample.plant(
        profile.ref, "message-unanswered", root, why, due=days.add_business(on, allowed), quote=words.split(".")[0]
    )


def message_partner(sample: Sample, profile: Profile) -> None:
    _unanswered(sample, profile, profile.client.partner, 2, 1)


def message_staff(sample: Sample, profile: Profile) -> None:
    _unanswered(sample, profile, sample.role("staff")[0].email, 4, 2)


def message_recent(sample: Sample, profile: Profile) -> None:
    subject, words = _ask(sample, profile)
    mail.thread(
        sample,
        profile,
        subject,
        [(days.add_business(sample.as_of, -2), True, words)],
        at_firm=sample.role("staff")[1].email,
    )
    sample.decoy(profile.ref, "message-unanswered", "two business days old, addressed to staff")


def message_replied(sample: Sample, profile: Profile) -> None:
    subject, words = _ask(sample, profile)
    on = days.add_business(sample.as_of, -7)
    mail.thread(
        sample,
        profile,
        subject,
        [
            (on, True, words),
            (
                days.add_business(on, 1),
                False,
                "I have looked into it and will call you tomorrow at ten with the answer.",
            ),
        ],
    )
    sample.decoy(profile.ref, "message-unanswered", "answered on the next day")
    said = max((one for one in sample.mail if one.client_ref == profile.ref), key=lambda one: one.sent)
    due = days.add_business(on, 1) + timedelta(days=1)
    why = "we promised a call for the next day, and nothing shows it"
    sample.plant(profile.ref, "promise-due", said.message_id, why, due=due, quote="will call you tomorrow at ten")


def message_thanks(sample: Sample, profile: Profile) -> None:
    on = days.add_business(sample.as_of, -8)
    turns = [
        (on, False, "The draft of the fiduciary letter is attached to your folder. No action is needed from you."),
        (days.add_business(on, 1), True, "Thank you, got it."),
    ]
    mail.thread(sample, profile, "Draft letter", turns, at_firm=profile.client.partner)
    sample.decoy(profile.ref, "message-unanswered", "the last word is a thank-you")


def _history(sample: Sample, profile: Profile, last_ago: int, *, gap: int = 5, asks: bool) -> list[date]:
    """A client who used to write every `gap` days, until `last_ago` days ago; our last word follows, with or without a question."""
    inbound = [sample.ago(last_ago + gap * back) for back in range(4, -1, -1)]
    turns: list[tuple[date, bool, str]] = []
    for number, on in enumerate(inbound):
        turns.append((on, True, _NEWS[number % len(_NEWS)]))
        if number < len(inbound) - 1:
            turns.append((on, False, "Thank you, that is filed with your papers."))
    last = (
        "Thank you. We still need the rest of the list before we can finish. When can you send it?"
        if asks
        else "Thank you, that was the last piece. We have all that we need now."
    )
    turns.append((inbound[-1] + timedelta(days=1), False, last))
    mail.thread(sample, profile, "Documents for this year's return", turns)
    return inbound


_NEWS = (
    "Here is the first batch of documents. More to follow in the next days.",
    "Attached is the bank summary for the fourth quarter.",
    "The insurance bills came in today. I put them in the portal.",
    "Our bookkeeper finished December. The file is in the portal.",
    "Two more statements are in the portal now. I am waiting for the rest.",
)


def silent(sample: Sample, profile: Profile) -> None:
    """Wrote every five days, then nothing for a month, and we asked."""
    inbound = _history(sample, profile, 29, asks=True)
    gaps = [(after - before).days for before, after in pairwise(inbound)]
    due = inbound[-1] + timedelta(days=ceil(3 * median(gaps)))
    why = f"usually writes every {median(gaps)} days, last on {inbound[-1]}, and we asked for the rest"
    sample.plant(profile.ref, "client-silent", profile.ref, why, due=due)
    sample.settle(profile.ref, "mail")


def silent_nothing_waiting(sample: Sample, profile: Profile) -> None:
    """As silent, but nobody waits for anything."""
    _history(sample, profile, 33, asks=False)
    for engagement in sample.work_of(profile.ref):
        rows = sample.requests.get(engagement.ref, [])
        rows[:] = [replace(row, received_on=row.received_on or sample.ago(34)) for row in rows]
    sample.decoy(profile.ref, "client-silent", "silent for long, but nothing is open")
    sample.settle(profile.ref, "mail")


def silent_short(sample: Sample, profile: Profile) -> None:
    """Two and a half times the usual gap."""
    _history(sample, profile, 15, gap=6, asks=True)
    sample.decoy(profile.ref, "client-silent", "2.5 times the usual gap")
    sample.settle(profile.ref, "mail")


PLANTED: dict[str, Callable[[Sample, Profile], None]] = {
    f.__name__: f for f in (request_overdue, message_partner, message_staff, silent)
}
DECOYS: dict[str, Callable[[Sample, Profile], None]] = {
    f.__name__: f
    for f in (request_late2, message_recent, message_replied, message_thanks, silent_nothing_waiting, silent_short)
}

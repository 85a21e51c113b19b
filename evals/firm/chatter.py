# ruff: noqa: E501 - sentences of mail
"""Ordinary mail and notes: short conversations that ended well. No client says more than three things here."""

from datetime import date
from random import Random

from evals.firm import days, mail
from evals.firm.ledger import CENT
from evals.firm.records import Note
from evals.firm.render import pdf, plain
from evals.firm.render.blocks import Block, Fields, Heading, Table, figures
from evals.firm.sample import Profile, Sample

# Subject, then (does the client write, words); every thread ends with us or with a thank-you.
_THREADS: tuple[tuple[str, tuple[tuple[bool, str], ...]], ...] = (
    (
        "Documents for {year}",
        (
            (
                False,
                "We are getting your {year} file ready. Please send what you have so far, and the rest when it comes in.",
            ),
            (True, "Attached is what I have so far. The rest is in the portal."),
            (False, "Received, thank you. I will let you know if anything is missing."),
        ),
    ),
    (
        "Question on the home office",
        (
            (True, "I use one room at home for work about three days a week. Does that count for anything?"),
            (
                False,
                "Only if the room is used regularly and exclusively for the business. For an employee it no longer does. I made a note in your file.",
            ),
        ),
    ),
    (
        "Quarterly call",
        (
            (
                False,
                "I have put the quarterly call on the calendar for the 19th at 10:00. The agenda is in the portal.",
            ),
            (True, "Thanks, see you then."),
        ),
    ),
    (
        "Mileage rate",
        (
            (True, "What was the mileage rate for {year}? My driver asks."),
            (False, "70 cents a mile for business use in 2025. Please keep the log with dates and places."),
            (True, "Got it, thanks."),
        ),
    ),
    (
        "New debit card on the operating account",
        (
            (True, "We have a second card on the operating account now. Charges by Kim are all job supplies."),
            (False, "Noted. I have set up a rule, so these will be coded to supplies from now on."),
        ),
    ),
    (
        "Your {year} engagement letter",
        (
            (
                False,
                "Your engagement letter for {year} is on its way by separate mail. Nothing else is needed from you at this time.",
            ),
        ),
    ),
    (
        "Invoice question",
        (
            (True, "Your last invoice shows a line for the state return. Was that part of the fixed fee before?"),
            (
                False,
                "Yes, it is inside the fixed fee. The line is there for information only, and the total has not changed.",
            ),
            (True, "Perfect, thank you."),
        ),
    ),
    (
        "Address of the payroll agency",
        (
            (True, "The unemployment office sent a form to our old address. Can you update it?"),
            (False, "Done this morning with the state. The confirmation is in your folder."),
        ),
    ),
    (
        "Draft statements",
        (
            (False, "The draft statements are in your folder. Please read note 4 with care; the rest is as last year."),
            (True, "Thank you, note 4 reads fine to us."),
        ),
    ),
)
_NOTES = (
    "Called about the schedule for this year. Prefers mail over phone, before noon.",
    "Owner plans to slow down in two or three years; wants to talk about succession in the summer.",
    "Documents came in two envelopes, scanned and returned by certified mail.",
    "Asked again to keep the personal card out of the business account.",
    "New bookkeeper started in January. First close went well.",
    "Pays by check as a rule, about three weeks after the invoice.",
    "Wants copies of all letters sent to the agencies.",
    "Refund of last year was applied to the first estimate.",
)


def converse(sample: Sample) -> None:
    """One or two conversations and now and then a note for every client."""
    for profile in sample.profiles.values():
        rng = sample.rng("chatter", profile.ref)
        if rng.random() < 0.55 and not sample.is_settled(profile.ref, "notes"):
            author = rng.choice((profile.owner_email, profile.client.manager))
            sample.notes.append(
                Note(profile.ref, days.roll(sample.ago(rng.randint(5, 120))), author, rng.choice(_NOTES))
            )
        if profile.has("deficiency_abroad"):
            words = "On assignment in Portugal until the middle of next year. Mail goes to the address in Lisbon; passport copy is in the portal."
            sample.notes.append(Note(profile.ref, days.roll(sample.ago(66)), profile.client.manager, words))
        if not sample.is_settled(profile.ref, "mail"):
            _threads(sample, profile, rng)


def _threads(sample: Sample, profile: Profile, rng: Random) -> None:
    """At most two inbound messages for a client whose mail a situation uses, else three."""
    room = (
        2
        if any(
            profile.has(key)
            for key in ("message_partner", "message_staff", "message_recent", "message_replied", "message_thanks")
        )
        else 3
    )
    start = sample.ago(rng.randint(34, 58))
    picks = rng.sample(range(len(_THREADS)), 1 if sample.light else 2)
    for pick in picks:
        subject, turns = _THREADS[pick]
        inbound = sum(1 for is_client, _ in turns if is_client)
        if inbound > room or (profile.is_household and pick in (4, 7, 8)):
            continue
        room -= inbound
        start = _converse(sample, profile, subject, turns, start, rng)
        if start >= sample.ago(8):
            return


def _converse(
    sample: Sample, profile: Profile, subject: str, turns: tuple[tuple[bool, str], ...], start: date, rng: Random
) -> date:
    """Adds the conversation and returns a day after it."""
    year, on, dated = sample.tax_year, days.roll(start), []
    for is_client, words in turns:
        dated.append((on, is_client, words.format(year=year)))
        on = days.add_business(on, rng.randint(0, 2))
    attached = (_attachment(sample, profile),) if subject.startswith("Documents") else ()
    mail.thread(
        sample,
        profile,
        subject.format(year=year),
        dated,
        attachments=attached,
        copied=profile.client.manager if rng.random() < 0.2 else "",
    )
    return days.add_business(on, rng.randint(4, 9))


def _attachment(sample: Sample, profile: Profile) -> tuple[str, bytes]:
    """A list the client kept: gifts of a household, purchases of a business; as PDF or CSV."""
    rng = sample.rng("attachment", profile.ref)
    title = f"{'Donations' if profile.is_household else 'Equipment purchases'} {sample.tax_year}"
    what = (
        ("Clothing drive", "School fund", "Library", "Food bank")
        if profile.is_household
        else ("Laptop", "Shelving", "Used van", "Compressor")
    )
    rows = tuple(
        (
            f"{rng.randint(1, 12):02d}/{rng.randint(1, 28):02d}/{sample.tax_year}",
            item,
            figures(rng.randint(4000, 90000) * CENT),
        )
        for item in what
    )
    if rng.random() < 0.5 or sample.light:
        return f"{title}.csv", plain.csv_bytes([("Date", "Item", "Amount"), *rows])
    blocks: list[Block] = [
        Heading(title, 1),
        Fields((("Prepared by", profile.owners[0].name),)),
        Table(("Date", "Item", "Amount"), rows, right=(2,)),
    ]
    return f"{title}.pdf", pdf.pdf(blocks, pdf.TYPED)

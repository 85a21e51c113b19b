# ruff: noqa: E501 - sentences of mail and minutes
"""What papers and mails say against the record, beyond ids, shares and fees: addresses, offices, a move, a sale. And promises with a day."""

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta

from evals.firm import days, mail
from evals.firm.records import Note
from evals.firm.sample import Profile, Sample
from evals.firm.situations import notices

_SLUG = "document-contradicts-record"


def _addressed(sample: Sample, profile: Profile, address: tuple[str, ...]) -> tuple[str, str]:
    """A bill that went to this address: its path and the street as printed."""
    noticed = notices._dated(sample, 7, 21, lands=True)
    notice = notices._notice(sample, profile, "CP14", noticed, 1, noticed + timedelta(days=21))
    path = notices._printed(sample, profile, "notice-balance-due", replace(notice, address=address))
    return path, address[0]


def notice_old_address(sample: Sample, profile: Profile) -> None:
    """The agency writes to a street where the client no longer is."""
    path, street = _addressed(sample, profile, ("77 Sawmill Hollow Road", "Reading, PA 19601"))
    why = f"the notice went to {street}, the client is at {profile.client.address}"
    sample.plant(profile.ref, _SLUG, path, why, document=path, quote=street.upper())


def notice_same_address(sample: Sample, profile: Profile) -> None:
    """The same street, written as a machine writes it."""
    client = profile.client
    short = client.address.replace("Street", "St").replace("Road", "Rd").replace("Avenue", "Ave").replace("Lane", "Ln")
    _addressed(sample, profile, (f"{short.replace('Drive', 'Dr')} Apt 2", f"{client.city} {client.state} {client.zip}"))
    sample.decoy(profile.ref, _SLUG, "the notice's address is the client's, abbreviated")


def _minutes(sample: Sample, profile: Profile, officers: tuple[tuple[str, str], ...], resolved: str) -> tuple[str, str]:
    """Minutes of this winter as plain text: their path, and the line of officers."""
    on = sample.ago(26)
    listed = "; ".join(f"{name}, {title}" for name, title in officers)
    text = (
        f"{profile.name}\nMinutes of a Special Meeting of the Board of Directors\n\nDate of meeting:   {days.long_date(on)}\n"
        f"Present:           {listed}\n\nA quorum was present. Upon motion duly made and seconded, it was\n\n{resolved}\n\n"
        "There being no further business, the meeting was adjourned.\n"
    )
    facts = [("date", on), ("body", "Board of Directors"), ("decisions", resolved), ("officers", listed)]
    path = f"documents/{profile.ref}/Permanent/Minutes {on:%Y-%m-%d}.txt"
    return sample.document(path, text.encode(), "minutes", facts), listed


def officer_new(sample: Sample, profile: Profile) -> None:
    """The board has another president than the contacts."""
    old, new = profile.owners[0], profile.owners[1]
    resolved = f"RESOLVED, that {old.name} retires from office with the thanks of the Board."
    path, _ = _minutes(sample, profile, ((new.name, "President"),), resolved)
    why = f"the minutes have {new.name} as President, the contacts {old.name}"
    sample.plant(profile.ref, _SLUG, path, why, document=path, quote=f"{new.name}, President")


def officer_same(sample: Sample, profile: Profile) -> None:
    resolved = "RESOLVED, that the line of credit is renewed for one year."
    _minutes(sample, profile, tuple((one.name, one.title) for one in profile.owners), resolved)
    sample.decoy(profile.ref, _SLUG, "the officers in the minutes are the contacts")


def _told(sample: Sample, profile: Profile, subject: str, words: str, answer: str) -> str:
    """A client's mail of some weeks ago that we answered; its Message-ID."""
    on = days.add_business(sample.as_of, -18)
    sample.settle(profile.ref, "mail")
    return mail.thread(sample, profile, subject, [(on, True, words), (days.add_business(on, 1), False, answer)])


_THANKS = "Thank you for telling us. I made a note of it."


def moved_state(sample: Sample, profile: Profile) -> None:
    root = _told(
        sample,
        profile,
        "New home",
        "We moved to Florida in January and are still unpacking. The mail is forwarded.",
        _THANKS,
    )
    why = f"they wrote that they moved to Florida, the record has {profile.client.state}"
    sample.plant(profile.ref, _SLUG, root, why, quote="We moved to Florida")


def moving_next_year(sample: Sample, profile: Profile) -> None:
    words = "We plan to move to Florida when the house is sold, but not before next winter."
    _told(sample, profile, "Plans", words, _THANKS)
    sample.decoy(profile.ref, _SLUG, "the move is planned, not done")


def sold_truck(sample: Sample, profile: Profile) -> None:
    words = "We sold the delivery truck last month and bought nothing in its place."
    root = _told(sample, profile, "Delivery truck", words, "Thank you for telling us.")
    sample.plant(
        profile.ref,
        _SLUG,
        root,
        "they sold the delivery truck, nothing on record names it",
        quote="We sold the delivery truck",
    )


def truck_noted(sample: Sample, profile: Profile) -> None:
    _told(sample, profile, "Delivery truck", "We sold the old van last month.", "Thank you for telling us.")
    text = "The van was sold; the bill of sale is in the portal. Take it off the depreciation schedule."
    sample.notes.append(Note(profile.ref, days.add_business(sample.as_of, -15), profile.owner_email, text))
    sample.decoy(profile.ref, _SLUG, "the sale is noted for the depreciation schedule")


def promise_ours(sample: Sample, profile: Profile) -> None:
    """We promised a draft, and the day is past."""
    on = days.add_business(sample.as_of, -9)
    due = days.add_business(sample.as_of, -4)
    words = f"I will send you the draft projection by {days.long_date(due)}."
    turns = [(on, True, "Please run the projection with the lower rent."), (days.add_business(on, 1), False, words)]
    mail.thread(sample, profile, "Projection", turns)
    _promised(sample, profile, words, due)


def promise_theirs(sample: Sample, profile: Profile) -> None:
    """The client promised a paper for the day after tomorrow."""
    on = days.add_business(sample.as_of, -6)
    due = sample.as_of + timedelta(days=2)
    words = f"I will drop off the brokerage confirmation by {days.long_date(due)}."
    turns = [(on, False, "We are missing the brokerage confirmation."), (days.add_business(on, 1), True, words)]
    turns.append((days.add_business(on, 1), False, "Thank you, that is early enough."))
    mail.thread(sample, profile, "Brokerage confirmation", turns)
    _promised(sample, profile, words, due)


def _promised(sample: Sample, profile: Profile, words: str, due: object) -> None:
    sample.settle(profile.ref, "mail")
    said = next(one for one in sample.mail if one.client_ref == profile.ref and one.body.startswith(words))
    why = f"{'they' if said.inbound else 'we'} wrote: {words}"
    sample.plant(profile.ref, "promise-due", said.message_id, why, due=due, quote=words)  # type: ignore[arg-type]


def promise_kept(sample: Sample, profile: Profile) -> None:
    """Promised, and sent the day before."""
    on = days.add_business(sample.as_of, -9)
    due = days.add_business(sample.as_of, -4)
    sample.settle(profile.ref, "mail")
    words = f"I will send you the payment voucher by {days.long_date(due)}."
    turns = [
        (on, True, "Is there a voucher for the April payment?"),
        (days.add_business(on, 1), False, words),
        (days.add_business(on, 4), False, "The payment voucher is attached, as promised."),
    ]
    mail.thread(sample, profile, "Voucher", turns)
    sample.decoy(profile.ref, "promise-due", "the voucher went out before the day")


def promise_quoted(sample: Sample, profile: Profile) -> None:
    """The promise stands only in a mail that is quoted."""
    on = days.add_business(sample.as_of, -7)
    sample.settle(profile.ref, "mail")
    words = f"Thanks, got it.\n\nOn Monday you wrote:\n> I will call you by {days.long_date(days.add_business(sample.as_of, -3))}."
    turns = [(on, False, "The refund is on its way, as the agency confirmed."), (days.add_business(on, 1), True, words)]
    mail.thread(sample, profile, "Refund", turns)
    sample.decoy(profile.ref, "promise-due", "the promise stands in quoted mail only")


PLANTED: dict[str, Callable[[Sample, Profile], None]] = {
    f.__name__: f for f in (notice_old_address, officer_new, moved_state, sold_truck, promise_ours, promise_theirs)
}
DECOYS: dict[str, Callable[[Sample, Profile], None]] = {
    f.__name__: f
    for f in (notice_same_address, officer_same, moving_next_year, truck_noted, promise_kept, promise_quoted)
}

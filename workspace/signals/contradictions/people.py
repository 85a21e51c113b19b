"""Who owns, who holds office, who employs: K-1s, minutes and W-2s against the contacts and last year's list. Never adds a contact."""

import re
from collections.abc import Iterator
from datetime import date

from workspace.evidence import RecordEvidence
from workspace.signals import words
from workspace.signals.contradictions.found import SLUG, Contradiction
from workspace.signals.contradictions.identity import could_be
from workspace.signals.names import same_name
from workspace.signals.sides import Sides
from workspace.signals.thresholds import Thresholds
from workspace.snapshot.model import Contact, Document, Fact, Snapshot

# Offices that one person holds at a time, by the words that minutes and records use for them.
_OFFICES: dict[str, str] = {
    "president": r"(?<!vice )(?<!vice-)\bpresident\b",
    "vice president": r"\bvice[ -]president\b",
    "chief executive": r"\bchief executive\b|\bceo\b",
    "chief financial officer": r"\bchief financial\b|\bcfo\b",
    "chief operating officer": r"\bchief operating\b|\bcoo\b",
    "secretary": r"\bsecretary\b",
    "treasurer": r"\btreasurer\b",
    "executive director": r"\bexecutive director\b",
    "managing member": r"\bmanaging (?:member|partner|director)\b",
    "chair": r"\bchair(?:man|woman|person)?\b(?! of the meeting)",
}
_ELECTS = re.compile(r"\b(?:elect|appoint|succeed|name)(?:ed|s)?\b", re.IGNORECASE)


def k1_share(snapshot: Snapshot, today: date, settings: Thresholds) -> Iterator[Contradiction]:
    """The share on a K-1 that the client issued is more than 0.05 points (setting share_points) from the owner's recorded share."""
    points = settings.of(SLUG, "share_points")
    for document in snapshot.of_kind("k-1"):
        ein = document.value("issuer_ein")
        issued = ein == snapshot.client.tax_id if ein else same_name(document.value("issuer"), snapshot.client.name)
        share, recipient = document.fact("ownership_percent"), document.fact("recipient")
        if not issued or share is None or share.number is None or recipient is None:
            continue
        owner = next((one for one in snapshot.contacts if same_name(one.name, recipient.value)), None)
        if owner is None or owner.ownership_pct is None or abs(share.number - owner.ownership_pct) <= points:
            continue
        held = RecordEvidence(f"contact:{owner.id}", "ownership_pct", str(owner.ownership_pct))
        stated, recorded = words.plain(share.number), words.plain(owner.ownership_pct)
        yield Contradiction(
            document.id,
            f"The K-1 gives {owner.name} {stated} %, the record {recorded} %",
            "The shares on the K-1s and the ownership on record must be the same.",
            "Ask which is right, and correct the K-1 or the record.",
            (share.evidence, recipient.evidence, held),
            Sides(
                f"Share of {owner.name}, %",
                "ownership_pct",
                recorded,
                stated,
                held,
                share.evidence,
                held.record,
                (("ownership_pct", recorded, stated),),
            ),
        )


def officers(snapshot: Snapshot, today: date, settings: Thresholds) -> Iterator[Contradiction]:
    """The newest minutes (of the last months, setting minutes_days) put somebody in an office that the record gives to another contact; or
    elect a contact to an office that is not the recorded one. Only offices that one person holds."""
    dated = [(day, one) for one in snapshot.of_kind("minutes") if (day := one.day("date")) is not None]
    if not dated:
        return
    day, newest = max(dated, key=lambda pair: (pair[0], pair[1].path))
    if (today - day).days > settings.days(SLUG, "minutes_days"):
        return
    for fact in newest.facts:
        name, _, title = fact.value.rpartition(", ")
        office = office_of(title)
        if fact.name == "officers" and name and office is not None:
            yield from _office(snapshot, newest, fact, name, title, office)


def _office(
    snapshot: Snapshot, minutes: Document, fact: Fact, name: str, title: str, office: str
) -> Iterator[Contradiction]:
    person = next((one for one in snapshot.contacts if could_be(one.name, name)), None)
    holders = [one for one in snapshot.contacts if office_of(one.title) == office]
    if person in holders or any(could_be(one.name, name) for one in holders):
        return
    was = office_of(person.title) if person is not None else None
    if not holders and (person is None or was is None or not _ELECTS.search(fact.quote)):
        return
    held = _held(holders[0] if holders else person)
    recorded = f"{holders[0].name}, {holders[0].title}" if holders else (person.title or "") if person else ""
    record, writes = (
        (f"contact:{person.id}", (("title", person.title or "", title),)) if person is not None else ("", ())
    )
    yield Contradiction(
        minutes.id,
        f"The minutes have {name} as {title}, the record {recorded}",
        f"{minutes.path} is newer than what is on record.",
        "Ask who signs for the client now; correct the contacts before anything goes out for signature.",
        (fact.evidence, held),
        Sides(
            f"Office of {title}",
            "title",
            recorded,
            fact.value,
            held,
            fact.evidence,
            record,
            writes,
            "" if writes else f"{name} is no contact yet: add the person to contacts.csv and load.",
        ),
    )


def office_of(title: str | None) -> str | None:
    """The office that a title is, None for one that several people may hold (member, director, owner)."""
    plain = (title or "").lower()
    return next((office for office, pattern in _OFFICES.items() if re.search(pattern, plain)), None)


def _held(contact: Contact | None) -> RecordEvidence:
    assert contact is not None  # callers compare with somebody on record
    return RecordEvidence(f"contact:{contact.id}", "title", contact.title or "")


def employers(snapshot: Snapshot, today: date, settings: Thresholds) -> Iterator[Contradiction]:
    """A W-2 of an employer that is not among last year's, of a taxpayer who had W-2s last year; unless a note or a mail names the employer.
    Employers are the same by EIN, else by name."""
    slips = [(one, one.fact("employer"), one.value("tax_year")) for one in snapshot.of_kind("w-2")]
    for document, employer, year in slips:
        if employer is None or year is None or not year.isdigit():
            continue
        before = [(one, fact) for one, fact, of in slips if fact is not None and of == str(int(year) - 1)]
        if not before or any(_same_employer(document, employer, one, fact) for one, fact in before):
            continue
        if _spoken_of(snapshot, employer.value):
            continue
        last = "; ".join(dict.fromkeys(fact.value for _, fact in before))
        held = before[0][1].evidence
        yield Contradiction(
            document.id,
            f"The W-2 of {employer.value} is of an employer who is not in last year's list",
            f"Last year's W-2s were of {last}.",
            "Ask whether the job is new, and whose W-2 is still to come.",
            (employer.evidence, *(fact.evidence for _, fact in before)),
            Sides(
                f"Employers, {year}",
                "employers",
                last,
                employer.value,
                held,
                employer.evidence,
                why_not="Last year's list is last year's file: it stays as it was.",
            ),
        )


def _same_employer(one: Document, name: Fact, other: Document, other_name: Fact) -> bool:
    eins = one.value("employer_ein"), other.value("employer_ein")
    return (None not in eins and eins[0] == eins[1]) or could_be(name.value, other_name.value)


def _spoken_of(snapshot: Snapshot, name: str) -> bool:
    first = next(iter(re.findall(r"[A-Za-z]{4,}", name)), name).lower()
    return any(
        first in text.lower() for text in (*(n.text for n in snapshot.notes), *(m.body for m in snapshot.messages))
    )

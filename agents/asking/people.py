"""Answers from the records about the client itself: who it is, who stands behind it, when it last wrote, what is raised about it.

The second half of records.py. An identifying number is never shown whole, only its last four digits.
"""

import re
from collections import Counter
from dataclasses import replace
from decimal import Decimal

from agents.asking import worked
from agents.asking.claims import Claim
from agents.asking.fact_words import KIND_WORDS, letters
from agents.asking.records import Desk, Raised, first
from agents.asking.topics import Topic, Understood
from workspace.deliverables.sources import contact_evidence
from workspace.evidence import Evidence, MessageEvidence, RecordEvidence
from workspace.signals.notice_reading import NoticeReading, answered_by, read_notice
from workspace.signals.words import away, count, day, dollars, listed, plain
from workspace.snapshot import Contact, Document, Known, Message, Notice, Snapshot

_OF_PEOPLE = (
    (Topic.CONTACTS, re.compile(r"\b(?:numbers?|call|reach|e-?mail|mail|text|phone|cell|contact)\b", re.IGNORECASE)),
    (Topic.OWNERS, re.compile(r"\b(?:owns?|owned|owner\w*|percent\w*|share|stake)\b|%", re.IGNORECASE)),
)
KINDS = 12  # kinds of documents that are listed


def contacts(desk: Desk) -> tuple[Claim, ...]:
    """The people on the client's side, the primary one first."""
    known = sorted(desk.snapshot.contacts, key=lambda c: (not c.is_primary, c.name))
    return first([_contact(one) for one in known])


def _contact(contact: Contact) -> Claim:
    fields = ("title", "email", "phone")
    parts = [value for value in (contact.title, contact.email, contact.phone) if value]
    role = "The primary contact is" if contact.is_primary else "Another contact is"
    evidence = [contact_evidence(contact, f) for f in ("name", *fields) if getattr(contact, f)]
    return Claim(f"{role} {contact.name}{': ' if parts else ''}{', '.join(parts)}.", tuple(evidence))


def about_people(asked: Understood, snapshot: Snapshot) -> Understood:
    """A question that names one of the client's people, how to reach him or what he owns, understood as such: "marians number?"."""
    said = set(re.findall(r"[a-z]+", asked.question.lower()))
    firsts = {name for c in snapshot.contacts for name in (c.name.split()[0].lower(), f"{c.name.split()[0].lower()}s")}
    if asked.topics or asked.of_document or asked.of_paper or said.isdisjoint(firsts):
        return asked
    more = tuple(topic for topic, pattern in _OF_PEOPLE if pattern.search(asked.question))
    return replace(asked, topics=more)


def known(desk: Desk) -> tuple[Claim, ...]:
    """What people know of the client and accepted, each with its source; nothing that is only proposed."""
    return first([_known(one) for one in desk.snapshot.known(desk.today)])


def _known(one: Known) -> Claim:
    evidence = (one.source, one.evidence("said_by"), one.evidence("said_on"))
    return Claim(f"- {one.text.rstrip('.')} ({one.said_by}, {day(one.said_on)}).", evidence)


def owners(desk: Desk) -> tuple[Claim, ...]:
    """Who owns the client, with shares."""
    known = [c for c in desk.snapshot.contacts if c.ownership_pct]
    known.sort(key=lambda c: (-(c.ownership_pct or 0), c.name))
    return first([_owner(c, c.ownership_pct) for c in known if c.ownership_pct is not None])


def _owner(contact: Contact, share: Decimal) -> Claim:
    evidence = (contact_evidence(contact, "name"), contact_evidence(contact, "ownership_pct"))
    return Claim(f"{contact.name} owns {plain(share)}%.", evidence)


def tax_id(desk: Desk) -> tuple[Claim, ...]:
    """The last four digits of the tax id: an answer is kept, shown to a model in the next turn, and copied; the whole number stays
    in the record, where whoever may see the client finds it."""
    client = desk.snapshot.client
    digits = "".join(c for c in client.tax_id or "" if c.isdigit())
    if len(digits) < 4:
        return ()
    text = f"The tax id of {client.name} ends in {digits[-4:]}; it is shown whole in the client's record only."
    return (
        Claim(text, (client.evidence("name"), RecordEvidence(f"client:{client.ref}", "tax_id_last4", digits[-4:]))),
    )


def profile(desk: Desk) -> tuple[Claim, ...]:
    """What kind of client it is."""
    c = desk.snapshot.client
    place = ", ".join(part for part in (c.address, c.city, " ".join(p for p in (c.state, c.zip) if p)) if part)
    lines: list[tuple[str, str | None]] = [
        (f"{c.name} is a client of type {c.entity_type}", "entity_type"),
        (f"its fiscal year ends on {c.fiscal_year_end} (month-day)", "fiscal_year_end"),
        (f"client since {day(c.since)}" if c.since else "", "since"),
        (f"industry {c.industry}" if c.industry else "", "industry"),
        (f"address {place}" if place else "", "address" if c.address else "state"),
        (f"AI policy {c.ai_policy}", "ai_policy"),
    ]
    said = [(text, field) for text, field in lines if text]
    evidence = tuple(c.evidence(field) for _, field in said if field)
    return (Claim("; ".join(text for text, _ in said) + ".", evidence),)


def last_message(desk: Desk) -> tuple[Claim, ...]:
    """The client's last word, and ours."""
    claims = []
    for direction, who in (("in", "The client last wrote"), ("out", "We last wrote")):
        mails = [m for m in desk.snapshot.messages if m.direction == direction and m.sent_at is not None]
        if mails:
            claims.append(_message(desk, mails[-1], who))
    return tuple(claims)


def _message(desk: Desk, mail: Message, who: str) -> Claim:
    sent = desk.snapshot.local_day(mail.sent_at) if mail.sent_at else desk.today
    begins = mail.body.strip().split("\n", 1)[0][:160].strip()
    start = mail.body.index(begins)
    record = f"message:{mail.message_id}"
    evidence: list[Evidence] = [
        worked.distance(sent, RecordEvidence(record, "sent_at", sent.isoformat()), desk.today),
        RecordEvidence(record, "sender", mail.sender),
        RecordEvidence(record, "subject", mail.subject),
    ]
    if begins:
        evidence.append(MessageEvidence(mail.message_id, start, start + len(begins), begins))
    words = f' It begins "{begins}"' if begins else ""
    return Claim(
        f'{who} on {day(sent)} ({away(sent, desk.today)}), {mail.sender}: "{mail.subject}".{words}', tuple(evidence)
    )


def notices(desk: Desk) -> tuple[Claim, ...]:
    """The notices that wait for an answer; where none does, that none does."""
    known = [d for d in desk.snapshot.documents if d.notice is not None and d.duplicate_of is None]
    read = [read_notice(d) for d in known]
    waiting = [one for one in read if answered_by(desk.snapshot, one) is None]
    if waiting:
        return first([_notice(desk, one) for one in waiting])
    if not known:
        proof = RecordEvidence(f"client:{desk.snapshot.client.ref}", "notices", "0")
        return (Claim("No notice of a tax agency is on file.", (proof,)),)
    answered = [e for one in read if (e := answered_by(desk.snapshot, one)) is not None]
    evidence = (worked.counted([_kind(d) for d in known]), *dict.fromkeys(answered))
    return (Claim(f"No notice is open; {count(len(known), 'notice')} on file.", evidence),)


def _notice(desk: Desk, read: NoticeReading) -> Claim:
    """A notice with its dates: the record's, which a person may have set right, else those read from the page."""
    path, n = read.document.path, read.document.notice
    agency = f" from {n.agency}" if n and n.agency else ""
    dated = f" of {day(read.dated)}" if read.dated else ""
    until = f", answer by {day(read.respond_by)} ({away(read.respond_by, desk.today)})" if read.respond_by else ""
    asks = f", it asks for {dollars(read.amount)}" if read.amount is not None else ""
    sure = "" if n and n.confirmed else " The dates are read from the page and not yet confirmed."
    evidence: list[Evidence] = [*read.evidence, *([_of(n, "agency", n.agency)] if n and n.agency else [])]
    if n and not evidence:
        evidence = [_of(n, "state", n.state)]
    if n and read.respond_by:
        fact = read.document.fact("respond_by")
        on_page = fact is not None and fact.day == read.respond_by
        proof = fact.evidence if fact and on_page else _of(n, "respond_by", read.respond_by.isoformat())
        evidence.append(worked.distance(read.respond_by, proof, desk.today))
    text = f"{read.number or 'A notice'}{agency}{dated} is open{until}{asks} ({path}).{sure}"
    return Claim(text, tuple(evidence))


def _of(notice: Notice, field: str, value: str) -> RecordEvidence:
    return RecordEvidence(f"notice:{notice.id}", field, value)


def signals(desk: Desk) -> tuple[Claim, ...]:
    """What the last scan raised and is open, the most pressing first."""
    ref = desk.snapshot.client.ref
    if desk.scanned_on is None:
        return (
            Claim(
                "This client was not scanned yet, so nothing is raised.",
                (RecordEvidence(f"client:{ref}", "scans", "0"),),
            ),
        )
    scan = RecordEvidence(f"scan:{ref}", "as_of", desk.scanned_on.isoformat())
    on = day(desk.scanned_on)
    if not desk.raised:
        return (Claim(f"The scan of {on} raised nothing that is open.", (scan,)),)
    lines = [_raised(one) for one in desk.raised]
    all_of = worked.counted([line.evidence[0] for line in lines])
    head = Claim(f"The scan of {on} raised {count(len(lines), 'open signal')}.", (scan, all_of))
    return (head, *first(lines))


def _raised(one: Raised) -> Claim:
    due = f", due {day(one.due)}" if one.due else ""
    signal = f"signal:{one.key}"
    evidence: list[Evidence] = [RecordEvidence(signal, "headline", one.headline)]
    evidence += [RecordEvidence(signal, "due", one.due.isoformat())] if one.due else []
    return Claim(f"- {one.headline.rstrip('.')} (class {one.cls}{due}).", (*evidence, *one.evidence))


def documents(desk: Desk) -> tuple[Claim, ...]:
    """What documents the file holds: of the kinds that are asked for, or how many of each kind."""
    held = [d for d in desk.snapshot.documents if d.duplicate_of is None]
    asked = [kind for kind, pattern in KIND_WORDS.items() if letters(desk.asked.question, pattern)]
    if asked:
        return first([_held(desk, d) for d in held if d.kind in asked])
    number = Counter(d.kind or "unknown" for d in held)
    parts = [f"{number[kind]} {kind}" for kind in sorted(number)]
    text = f"The file holds {count(len(held), 'document')}: {listed(parts, KINDS)}."
    return (Claim(text, (worked.counted([_kind(d) for d in held]),)),) if held else ()


def _kind(document: Document) -> RecordEvidence:
    return RecordEvidence(f"document:{document.id}", "kind", document.kind or "unknown")


def _held(desk: Desk, document: Document) -> Claim:
    record = f"document:{document.id}"
    evidence = [_kind(document), RecordEvidence(record, "path", document.path)]
    when = ""
    if document.received_at:
        received = desk.snapshot.local_day(document.received_at)
        when = f", received {day(received)}"
        evidence.append(RecordEvidence(record, "received_at", received.isoformat()))
    return Claim(f"- {document.path} ({document.kind}){when}.", tuple(evidence))

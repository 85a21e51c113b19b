"""Answers from the records about the client itself: who it is, who stands behind it, when it last wrote, what is raised about it.

The second half of records.py. An identifying number is never shown whole, only its last four digits.
"""

from agents.asking.claims import Claim
from agents.asking.records import MOST, Desk
from workspace.evidence import Evidence, MessageEvidence, RecordEvidence
from workspace.signals.words import away, count, day, listed, plain
from workspace.snapshot import Contact, Document, Message


def contacts(desk: Desk) -> tuple[Claim, ...]:
    """The people on the client's side, the primary one first."""
    known = sorted(desk.snapshot.contacts, key=lambda c: (not c.is_primary, c.name))
    return tuple(_contact(one) for one in known[:MOST])


def _contact(contact: Contact) -> Claim:
    fields = ("title", "email", "phone")
    parts = [value for value in (contact.title, contact.email, contact.phone) if value]
    role = "The primary contact is" if contact.is_primary else "Another contact is"
    evidence = [_of(contact, "name", contact.name)]
    evidence += [_of(contact, f, v) for f in fields if (v := getattr(contact, f))]
    return Claim(f"{role} {contact.name}{': ' if parts else ''}{', '.join(parts)}.", tuple(evidence))


def owners(desk: Desk) -> tuple[Claim, ...]:
    """Who owns the client, with shares."""
    known = [c for c in desk.snapshot.contacts if c.ownership_pct]
    known.sort(key=lambda c: (-(c.ownership_pct or 0), c.name))
    return tuple(
        Claim(f"{c.name} owns {plain(c.ownership_pct)}%.", (_of(c, "ownership_pct", str(c.ownership_pct)),))
        for c in known[:MOST]
        if c.ownership_pct is not None
    )


def _of(contact: Contact, field: str, value: str) -> RecordEvidence:
    return RecordEvidence(f"contact:{contact.name}", field, value)


def tax_id(desk: Desk) -> tuple[Claim, ...]:
    """The last four digits of the tax id."""
    client = desk.snapshot.client
    digits = "".join(c for c in client.tax_id or "" if c.isdigit())
    if len(digits) < 4:
        return ()
    text = f"The tax id of {client.name} ends in {digits[-4:]}; it is shown whole in the client's record only."
    return (Claim(text, (RecordEvidence(f"client:{client.ref}", "tax_id", f"ends in {digits[-4:]}"),)),)


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
    first = mail.body.strip().split("\n", 1)[0][:160]
    start = mail.body.index(first) if first else 0
    evidence: list[Evidence] = [
        RecordEvidence(f"message:{mail.message_id}", "sent_at", sent.isoformat()),
        RecordEvidence(f"message:{mail.message_id}", "subject", mail.subject),
    ]
    if first:
        evidence.append(MessageEvidence(mail.message_id, start, start + len(first), first))
    words = f' It begins "{first}"' if first else ""
    return Claim(
        f'{who} on {day(sent)} ({away(sent, desk.today)}), {mail.sender}: "{mail.subject}".{words}', tuple(evidence)
    )


def notices(desk: Desk) -> tuple[Claim, ...]:
    """The notices that wait for an answer; where none does, that none does."""
    known = [d for d in desk.snapshot.documents if d.notice is not None and d.duplicate_of is None]
    waiting = [d for d in known if d.notice is not None and d.notice.state == "open"]
    if not waiting:
        proof = RecordEvidence(f"client:{desk.snapshot.client.ref}", "open notices", "0")
        return (Claim(f"No notice is open; {count(len(known), 'notice')} on file.", (proof,)),)
    return tuple(_notice(desk, one) for one in waiting[:MOST])


def _notice(desk: Desk, document: Document) -> Claim:
    n = document.notice
    facts = [f for name in ("notice_number", "notice_date", "respond_by", "amount_due") if (f := document.fact(name))]
    evidence: tuple[Evidence, ...] = tuple(f.evidence for f in facts)
    number = (n.number if n else None) or "a notice"
    agency = f" from {n.agency}" if n and n.agency else ""
    dated = f" of {day(n.notice_date)}" if n and n.notice_date else ""
    until = f", answer by {day(n.respond_by)} ({away(n.respond_by, desk.today)})" if n and n.respond_by else ""
    sure = "" if n and n.confirmed else " The dates are read from the page and not yet confirmed."
    if not evidence:
        evidence = (RecordEvidence(f"document:{document.id}", "kind", "notice"),)
    return Claim(f"{number}{agency}{dated} is open{until} ({document.path}).{sure}", evidence)


def signals(desk: Desk) -> tuple[Claim, ...]:
    """What the last scan raised and is open, the most pressing first."""
    ref = desk.snapshot.client.ref
    if desk.scanned_on is None:
        return ()
    on = day(desk.scanned_on)
    if not desk.raised:
        proof = RecordEvidence(f"client:{ref}", "open signals", "0")
        return (Claim(f"The scan of {on} raised nothing that is open.", (proof,)),)
    head = Claim(
        f"The scan of {on} raised {count(len(desk.raised), 'open signal')}.",
        (RecordEvidence(f"client:{ref}", "open signals", str(len(desk.raised))),),
    )
    lines = []
    for one in desk.raised[:MOST]:
        due = f", due {day(one.due)}" if one.due else ""
        proof = RecordEvidence(f"signal:{one.key}", "headline", one.headline)
        lines.append(Claim(f"- {one.headline.rstrip('.')} (class {one.cls}{due}).", (proof, *one.evidence)))
    return (head, *lines)


def documents(desk: Desk) -> tuple[Claim, ...]:
    """What documents the file holds: of the kind that is asked for, or how many of each kind."""
    question = desk.asked.question.lower()
    held = [d for d in desk.snapshot.documents if d.duplicate_of is None]
    kinds = sorted({d.kind for d in held if d.kind})
    asked = [k for k in kinds if k.replace("-", " ") in question.replace("-", " ")]
    if asked:
        return tuple(_held(d) for d in held if d.kind in asked)[:MOST]
    if any(word in question for word in _KINDS):
        return ()
    parts = [count(sum(d.kind == k for d in held), k) for k in kinds]
    proof = RecordEvidence(f"client:{desk.snapshot.client.ref}", "documents", str(len(held)))
    return (Claim(f"The file holds {count(len(held), 'document')}: {listed(parts, 12)}.", (proof,)),) if held else ()


_KINDS = (
    "lease",
    "loan",
    "k-1",
    "k1",
    "w-9",
    "w9",
    "w-2",
    "w2",
    "1099",
    "letter",
    "minutes",
    "trial balance",
    "notice",
    "statement",
)


def _held(document: Document) -> Claim:
    when = f", received {day(document.received_at.date())}" if document.received_at else ""
    evidence = (RecordEvidence(f"document:{document.id}", "kind", document.kind or ""),)
    return Claim(f"- {document.path} ({document.kind}){when}.", evidence)

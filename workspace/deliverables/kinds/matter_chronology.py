"""`matter-chronology`: what happened in a law matter, day by day, each line with the paper and page, mail or record that says so.

Inputs: the matter's papers (those that name another party, lie in a folder called after it, or all of a client with one matter only),
mails, notes, docket dates, agreement and trust entries. Sections: parties, chronology, dates ahead, not dated. Figures: every day, amount
and pin cite. To: the lawyer of the matter; it stays in the firm until a lawyer takes the privileged lines out. Drafted on demand only.
"""

from collections.abc import Callable, Iterator
from datetime import date
from functools import partial

from store.errors import Invalid
from workspace.deliverables import sources
from workspace.deliverables.gathered import Gathered
from workspace.deliverables.kinds import matters
from workspace.deliverables.occasions import about, for_matter
from workspace.deliverables.support import Support
from workspace.evidence import RecordEvidence
from workspace.signals.words import clipped
from workspace.snapshot import (
    Document,
    Engagement,
    EnteredDeadline,
    Fact,
    Message,
    Note,
    Snapshot,
    TrustEntry,
    TrustLedger,
)

CHECKS = (
    "Right client, right matter",
    "Each line says what its paper says, and no more",
    "Privilege: lines marked so come out before anybody outside the firm and the client sees this",
    "Nothing that matters is missing: ask the client for what is not on paper",
)
# The day that a paper of each kind is about, in the order of preference.
_DAYS = (
    "notice_date", "date", "letter_date", "statement_date", "as_of", "grant_date", "mailed_on", "signed_on", "pay_date", "start",
    "period_end", "effective", "granted_on", "due",
)  # fmt: skip
_AMOUNTS = ("amount_due", "total", "principal", "monthly_rent", "balance", "amount", "fee")
_LONGEST = 140  # characters of a note that are told

Row = dict[str, object]
Events = Iterator[tuple[date, str, Callable[[], Row]]]  # the day, an id for the order, and what gathers the row


def occasion(snapshot: Snapshot, today: date, engagement_ref: str | None) -> str:
    return for_matter(matters.matter_of(snapshot, engagement_ref).ref, today)


def gather(snapshot: Snapshot, today: date, occasion: str) -> Gathered:
    """Raises Invalid when the matter is closed or gone, or nothing of it has a date."""
    matter = matters.matter_of(snapshot, about(occasion))
    support = Support(snapshot)
    events = sorted(_events(support, snapshot, matter), key=lambda one: (one[0], one[1]))
    past = [gathered() for day, _, gathered in events if day <= today]
    if not past:
        raise Invalid(
            f"the matter {matter.ref} has nothing with a date: no paper, mail, note, docket date or trust entry"
        )
    papers = list(matters.papers_of(snapshot, matter))
    undated = [one for one in papers if _day_of(one) is None]
    parties = matters.parties_of(snapshot, matter)
    variables = {
        "client": support.client(),
        "matter": support.words(matter.title, matter.evidence("title")),
        "parties": matters.party_rows(support, parties),
        "events": past,
        "ahead": [matters.date_row(support, one) for one in matters.dates_of(snapshot, matter) if one.due > today],
        "undated": [support.words(one.path, RecordEvidence(f"document:{one.id}", "path", one.path)) for one in undated],
    }
    return Gathered(
        title=f"Chronology: {matter.title}",
        cls="C",
        as_of=today,
        facts=support.facts,
        variables=variables,
        recipients=matters.lawyer(snapshot, matter),
        checks=CHECKS,
        unseen=(
            *(() if parties else ("Who takes part: no parties are entered",)),
            *(() if papers else ("Papers of the matter: none on file names a party or lies in its folder",)),
            *sources.unread(snapshot),
            "What was said and not written down; the court's own docket",
        ),
        engagement_id=matter.id,
    )


def _events(support: Support, snapshot: Snapshot, matter: Engagement) -> Events:
    yield from _agreement(support, matter)
    for paper in matters.papers_of(snapshot, matter):
        fact = _day_of(paper)
        if fact is not None and fact.day is not None:
            yield fact.day, paper.path, partial(_paper, support, paper, fact)
    for mail in matters.mails_of(snapshot, matter):
        assert mail.sent_at is not None  # mails_of gives dated mails only
        day = snapshot.local_day(mail.sent_at)
        yield day, mail.id, partial(_mail, support, mail, day)
    for note in matters.notes_of(snapshot, matter):
        yield note.date, note.id, partial(_note, support, note)
    for one in matters.dates_of(snapshot, matter):
        yield one.due, one.id, partial(_date, support, one, "due")
        if one.counted_from is not None:
            yield one.counted_from, one.id, partial(_date, support, one, "counted_from")
    ledger = matters.ledger_of(snapshot, matter)
    if ledger is not None:
        yield from _trust(support, ledger)


def _row(day: object, what: object, source: object, *, more: object = None, privileged: bool = False) -> Row:
    return {"day": day, "what": what, "source": source, "more": more, "privileged": privileged}


def _agreement(support: Support, matter: Engagement) -> Events:
    for field, words in (
        ("letter_sent_on", "Fee agreement sent to the client"),
        ("letter_signed_on", "Fee agreement signed"),
        ("started_on", "Work on the matter begun"),
    ):
        day = getattr(matter, field)
        if day is not None:

            def row(field: str = field, words: str = words, day: date = day) -> Row:
                source = support.words(
                    matter.ref, RecordEvidence(f"engagement:{matter.ref}", "ref", matter.ref), name=True
                )
                return _row(support.day(day, matter.evidence(field)), support.plain(words), source)

            yield day, f"{matter.ref} {field}", row


def _day_of(paper: Document) -> Fact | None:
    """The day that a paper is about, as it was read; None where it has none."""
    facts = (paper.fact(name) for name in _DAYS)
    return next((one for one in facts if one is not None and one.day is not None), None)


def _paper(support: Support, paper: Document, fact: Fact) -> Row:
    amount = next((one for name in _AMOUNTS if (one := paper.fact(name)) is not None and one.number is not None), None)
    said = support.plain((paper.kind or "paper").replace("-", " ").capitalize())
    money = support.money(amount.number, amount.evidence) if amount else None
    return _row(support.day(fact.day, fact.evidence), said, matters.cited(support, fact, paper.path), more=money)


def _mail(support: Support, mail: Message, day: date) -> Row:
    who = "Mail from the client:" if mail.direction == "in" else "Mail from us:"
    subject = support.words(mail.subject, sources.message_evidence(mail, "subject"))
    shown = support.day(day, sources.message_evidence(mail, "sent_at"))
    return _row(shown, support.plain(who), support.plain("Mail"), more=subject, privileged=True)


def _note(support: Support, note: Note) -> Row:
    text = support.words(clipped(note.text, _LONGEST), RecordEvidence(f"note:{note.id}", "text", note.text))
    shown = support.day(note.date, RecordEvidence(f"note:{note.id}", "date", note.date.isoformat()))
    return _row(shown, text, support.plain("Note of ours"), privileged=True)


def _date(support: Support, one: EnteredDeadline, field: str) -> Row:
    title = support.words(one.title, one.evidence("title"))
    if field == "counted_from":
        what = support.plain("Time begins to run:")
        return _row(support.day(one.counted_from, one.evidence(field)), what, support.plain("Docket"), more=title)
    return _row(matters.date_day(support, one), support.plain("Date set:"), support.plain("Docket"), more=title)


def _trust(support: Support, ledger: TrustLedger) -> Events:
    for one in ledger.entries:

        def row(one: TrustEntry = one) -> Row:
            record = f"trust:{one.id}"
            memo = support.words(one.memo or "Movement of trust money", RecordEvidence(record, "memo", one.memo))
            money = support.money(one.amount, RecordEvidence(record, "amount", str(one.amount)))
            shown = support.day(one.on, RecordEvidence(record, "on", one.on.isoformat()))
            return _row(shown, memo, support.plain("Trust ledger"), more=money)

        yield one.on, one.id, row

"""What the kinds about a law matter share: the matter found, its parties, dates, trust money, and which papers belong to it.

Owns who is "the other side" and what counts as a paper of the matter. Words nothing; a date is the one a person entered or the table
counted (workspace/deadlines), never one of ours.
"""

from collections.abc import Iterable, Iterator
from datetime import date

from store.errors import Invalid
from workspace.deadlines import Deadline, event_deadline
from workspace.deliverables import sources
from workspace.deliverables.support import Printed, Support
from workspace.evidence import RecordEvidence
from workspace.signals.names import words_of
from workspace.snapshot import Document, Engagement, EnteredDeadline, Fact, Message, Note, Party, Snapshot, TrustLedger
from workspace.tie_out import Fact as Figure
from workspace.tie_out import derive, from_record

Row = dict[str, object]


def matter_of(snapshot: Snapshot, engagement_ref: str | None) -> Engagement:
    """The open matter of that ref, or of none the one begun last. Raises Invalid where there is none."""
    found = [
        one
        for one in snapshot.engagements
        if one.template == "matter" and one.is_open and engagement_ref in (None, one.ref)
    ]
    if not found:
        where = engagement_ref or snapshot.client.name
        raise Invalid(f"{where} is no open matter: it needs an engagement of the template matter")
    return max(found, key=lambda one: (one.started_on or date.min, one.ref))


def parties_of(snapshot: Snapshot, matter: Engagement) -> list[Party]:
    return [one for one in snapshot.parties if one.engagement_id == matter.id]


def opponents(snapshot: Snapshot, matter: Engagement) -> list[Party]:
    return [one for one in parties_of(snapshot, matter) if one.is_against]


def party_rows(support: Support, parties: Iterable[Party]) -> list[Row]:
    """Each with `name`, `role` and `aliases`, which are names too."""
    return [
        {
            "name": party_name(support, one),
            "role": support.plain(one.role.replace("-", " ")),
            "aliases": [
                support.words(name, RecordEvidence(f"party:{one.id}", "aliases", name), name=True)
                for name in one.aliases
            ],
        }
        for one in parties
    ]


def party_name(support: Support, one: Party) -> Printed:
    return support.words(one.name, one.evidence("name"), name=True)


def dates_of(snapshot: Snapshot, matter: Engagement) -> list[EnteredDeadline]:
    """The dates that were entered for a matter, by day."""
    found = [one for one in snapshot.entered if one.engagement_id == matter.id]
    return sorted(found, key=lambda one: (one.due, one.title))


def date_row(support: Support, one: EnteredDeadline) -> Row:
    """`day`, `title`, `authority`, `confirmed`, `counted_from`."""
    return {
        "day": date_day(support, one),
        "title": support.words(one.title, one.evidence("title")),
        "authority": support.words(one.authority, one.evidence("authority")) if one.authority else None,
        "confirmed": one.confirmed,
        "counted_from": support.day(one.counted_from, one.evidence("counted_from")),
    }


def date_day(support: Support, one: EnteredDeadline) -> Printed | None:
    """The day: the table's count where a rule of ours computes it again to the same day, else as it was entered."""
    computed = _computed(one)
    if computed is None or computed.due != one.due or one.counted_from is None:
        return support.day(one.due, one.evidence("due"))
    start = from_record("counted from", "date", one.counted_from, one.evidence("counted_from"))
    fact = derive.due("due", computed, [start])
    return support.amount(fact) if derive.proves(fact) else support.day(one.due, one.evidence("due"))


def _computed(one: EnteredDeadline) -> Deadline | None:
    if one.rule is None or one.counted_from is None:
        return None
    try:
        return event_deadline(one.rule, one.counted_from, by_mail=one.by_mail, state=one.court_state)
    except Invalid:
        return None


def ledger_of(snapshot: Snapshot, matter: Engagement) -> TrustLedger | None:
    """The matter's own trust ledger, else that of the whole client."""
    own = [one for one in snapshot.trust if one.engagement_id == matter.id]
    whole = [one for one in snapshot.trust if one.engagement_id is None]
    return next(iter([*own, *whole]), None)


def held(ledger: TrustLedger, day: date) -> Figure | None:
    """The balance at the end of a day, the sum of the entries; None without any."""
    parts = [
        from_record("entry", "money", one.amount, RecordEvidence(f"trust:{one.id}", "amount", str(one.amount)))
        for one in ledger.until(day)
    ]
    if not parts:
        return None
    return parts[0] if len(parts) == 1 else derive.total("balance", parts)


def minimum(support: Support, ledger: TrustLedger) -> Printed | None:
    """The floor that was agreed for a ledger."""
    if ledger.minimum is None:
        return None
    return support.money(ledger.minimum, RecordEvidence(f"trust:{ledger.id}", "minimum", str(ledger.minimum)))


def names_in(parties: Iterable[Party], text: str) -> bool:
    """Whether a text names one of the parties, by its name or another of its names."""
    words = list(words_of(text))
    for name in (name for one in parties for name in one.names):
        wanted = list(words_of(name))
        if wanted and any(words[at : at + len(wanted)] == wanted for at in range(len(words))):
            return True
    return False


def is_law_client(snapshot: Snapshot) -> bool:
    """Whether all the firm does for the client are matters, so that every paper of the client belongs to one."""
    return bool(snapshot.engagements) and all(one.template == "matter" for one in snapshot.engagements)


def only_matter(snapshot: Snapshot) -> bool:
    return is_law_client(snapshot) and len(snapshot.engagements) == 1


def papers_of(snapshot: Snapshot, matter: Engagement) -> Iterator[Document]:
    """The documents of a matter: those that name somebody else on it, those in a folder called after it, every one of a client with one
    matter only. Mail and copies of the same bytes are left out."""
    others = [one for one in parties_of(snapshot, matter) if not one.is_ours]
    everything = only_matter(snapshot)
    for one in snapshot.documents:
        if one.duplicate_of is not None or one.source == "mail" or one.kind is None:
            continue
        said = " ".join((one.path, *(fact.value for fact in one.facts), *one.text))
        if everything or called(matter, one.path) or names_in(others, said):
            yield one


def called(matter: Engagement, text: str) -> bool:
    """Whether a text calls the matter by its title or ref."""
    return any(name.casefold() in text.casefold() for name in (matter.title, matter.ref))


def mails_of(snapshot: Snapshot, matter: Engagement) -> Iterator[Message]:
    """The dated mails of a matter, oldest first."""
    others = [one for one in parties_of(snapshot, matter) if not one.is_ours]
    for one in snapshot.messages:
        said = f"{one.subject} {one.body}"
        if one.sent_at is not None and (only_matter(snapshot) or called(matter, said) or names_in(others, said)):
            yield one


def notes_of(snapshot: Snapshot, matter: Engagement) -> Iterator[Note]:
    """The notes of a matter."""
    others = [one for one in parties_of(snapshot, matter) if not one.is_ours]
    for one in snapshot.notes:
        if only_matter(snapshot) or called(matter, one.text) or names_in(others, one.text):
            yield one


def cited(support: Support, fact: Fact, path: str) -> Printed:
    """A pin cite: the paper and the page of the words."""
    return support.words(f"{path}, p. {fact.page}", fact.evidence)


def lawyer(snapshot: Snapshot, matter: Engagement) -> tuple[str, ...]:
    """Who answers for a matter, as a recipient inside the firm: its owner, else who signs for the client."""
    found = snapshot.people.get(matter.owner_id or "") or sources.signer(snapshot)
    return (f"{found.name} <{found.email}>",) if found else ()

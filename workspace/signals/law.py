"""Signals of a law matter: limitations, court dates, conflicts, fee agreements, contact with the client. Never files and never advises.

A date of class A that a second lawyer has not confirmed says so. State rules and limitations are entered, never computed.
"""

import re
from collections.abc import Iterator
from datetime import date, timedelta

from store.errors import Invalid
from workspace.deadlines import Deadline, event_deadline
from workspace.evidence import Evidence, RecordEvidence
from workspace.signals import words
from workspace.signals.names import near_name
from workspace.signals.proof import due as counted
from workspace.signals.proof import time_value
from workspace.signals.signal import BlindSpot, Signal
from workspace.signals.thresholds import Thresholds
from workspace.snapshot.matters import KnownName, Party
from workspace.snapshot.model import Engagement, EnteredDeadline, Snapshot, TimeEntry

Raised = Iterator[Signal | BlindSpot]
_LIMITATION = re.compile(r"\blimitations?\b|\brepose\b", re.IGNORECASE)
_CONTACT = re.compile(r"\b(?:call(?:ed)?|phone[ds]?|met|meeting|conference|spoke|visit(?:ed)?|video)\b", re.IGNORECASE)


def is_limitation(entered: EnteredDeadline) -> bool:
    """An entered date that says of itself that it is one of limitations or repose."""
    return entered.rule is None and bool(_LIMITATION.search(f"{entered.title} {entered.authority}"))


def limitations(snapshot: Snapshot, today: date, settings: Thresholds) -> Raised:
    """A date of limitations that a lawyer entered is 180 days off or less (setting days; it grows louder at 90, 60, 30, 14 and 7), or has
    passed, and its matter is open. The date stands as entered and is not rolled. Data: entered dates whose title or authority names
    limitations or repose. Authority: the one entered; an open matter that names a claim without such a date is not known to this rule.
    Confirmed by a second lawyer, or shown as "confirm"."""
    ahead = today + timedelta(days=settings.days("limitations", "days"))
    for entered in snapshot.entered:
        matter = snapshot.engagement(entered.engagement_id)
        if not is_limitation(entered) or entered.due > ahead or (matter is not None and not matter.is_open):
            continue
        past = entered.due < today
        yield Signal(
            slug="limitations",
            cls="A",
            client_ref=snapshot.client.ref,
            subject=entered.id,
            due=entered.due,
            nominal_due=entered.due,
            dollars=matter.fee if matter is not None else None,
            headline=f"{entered.title} {'ran out' if past else 'runs out'} on {words.day(entered.due)}{_confirm(entered)}",
            rule=f"{entered.authority}; entered by a lawyer, shown from 180 days before.",
            why_now=f"It {'ran' if past else 'runs'} out {words.away(entered.due, today)}.",
            next_step="Confirm the date and file, or get a tolling agreement signed."
            if not past
            else "Tell the partner now.",
            minutes=20,
            evidence=_entered(entered),
            basis="record",
            engagement_ref=matter.ref if matter is not None else None,
        )


def court_deadline(snapshot: Snapshot, today: date, settings: Thresholds) -> Raised:
    """An act that a federal rule of procedure asks for is due within 60 days (setting days) or was due in the last 60, on an open matter.
    Date: counted from the day of the event by the entered rule: answer 21 days (60 on waiver, 60 for the United States), discovery 30,
    service 90, appeal 30 or 60; FRCP 6(a) rolls off weekends and legal holidays, 6(d) adds 3 days for service by mail; FRAP 4(a), 26(a).
    Data: entered dates with rule and day of the event. A rule without its day, or that the table lacks, is a blind spot; a date of a court
    entered without a rule (an order's own) stands as entered."""
    near = timedelta(days=settings.days("court-deadline", "days"))
    for entered in snapshot.entered:
        matter = snapshot.engagement(entered.engagement_id)
        if is_limitation(entered) or matter is None or matter.template != "matter" or not matter.is_open:
            continue
        found = _counted(entered)
        if entered.rule is not None and found is None:
            yield BlindSpot(
                snapshot.client.ref,
                f"when “{entered.title}” is due",
                f"the rule {entered.rule} cannot be counted: enter a rule of the table and the day of the event",
            )
            continue
        due = found.due if found is not None else entered.due
        if abs(due - today) <= near:
            yield _court(snapshot, today, matter, entered, found)


def _counted(entered: EnteredDeadline) -> Deadline | None:
    """The table's date for the entered rule; None where it has none."""
    if entered.rule is None or entered.counted_from is None:
        return None
    try:
        return event_deadline(entered.rule, entered.counted_from, by_mail=entered.by_mail, state=entered.court_state)
    except Invalid:
        return None


def _court(
    snapshot: Snapshot, today: date, matter: Engagement, entered: EnteredDeadline, found: Deadline | None
) -> Signal:
    due = found.due if found is not None else entered.due
    evidence: tuple[Evidence, ...] = _entered(entered)
    if found is not None:
        evidence = (counted(found, [entered.evidence("counted_from")]), *evidence)
    how = " ".join(found.how) if found is not None else f"Entered by hand ({entered.authority})."
    rolled = f" Rolled: {found.rolled_because}." if found is not None and found.rolled_because else ""
    return Signal(
        slug="court-deadline",
        cls="A",
        client_ref=snapshot.client.ref,
        subject=entered.id,
        due=due,
        nominal_due=found.nominal if found is not None else due,
        dollars=matter.fee,
        headline=f"{entered.title} in {matter.title} {'was' if due < today else 'is'} due on {words.day(due)}{_confirm(entered)}",
        rule=f"{how}{rolled}",
        why_now=f"Due {words.away(due, today)}.",
        next_step="File and serve, or move for more time before the day." if due >= today else "Tell the partner now.",
        minutes=20,
        evidence=evidence,
        basis="record",
        engagement_ref=matter.ref,
    )


def _confirm(entered: EnteredDeadline) -> str:
    return "" if entered.confirmed else " (confirm: one person entered it)"


def _entered(entered: EnteredDeadline) -> tuple[Evidence, ...]:
    return tuple(entered.evidence(name) for name in ("title", "due", "authority"))


def conflict_hit(snapshot: Snapshot, today: date, settings: Thresholds) -> Raised:
    """A party against the client on an open matter bears a name of another client of the firm, or of somebody on the client's side of
    another matter; or the client or somebody on its side bears the name of a party against another client. Names are compared without
    case and company forms, in any order, with one letter's difference in a long word, and by aliases. One a party. Data: parties of this
    client's matters; of others the bare names. An open matter without parties is a blind spot. Model Rules 1.7, 1.9, 1.10."""
    known = snapshot.firm.names if snapshot.firm is not None else ()
    for matter in snapshot.engagements:
        if matter.template != "matter" or not matter.is_open:
            continue
        parties = [party for party in snapshot.parties if party.engagement_id == matter.id]
        if not parties:
            yield BlindSpot(
                snapshot.client.ref,
                f"whether {matter.ref} conflicts with other matters",
                "no party of the matter is entered: enter them in parties.csv and look again",
            )
        for party in parties:
            hits = [
                (mine, other)
                for other in known
                for mine in party.names
                if _opposed(party, other) and near_name(mine, other.name)
            ]
            if hits:
                yield _hit(snapshot, matter, party, hits)
        ours = [party for party in parties if party.is_ours]
        against = [other for other in known if other.side == "opponent" and near_name(snapshot.client.name, other.name)]
        if against and not any(near_name(name, snapshot.client.name) for party in ours for name in party.names):
            me = Party(snapshot.client.ref, matter.id, snapshot.client.name, "client")
            yield _hit(snapshot, matter, me, [(snapshot.client.name, other) for other in against])


def _opposed(party: Party, other: KnownName) -> bool:
    return (party.is_against and other.side == "client") or (party.is_ours and other.side == "opponent")


def _hit(snapshot: Snapshot, matter: Engagement, party: Party, hits: list[tuple[str, KnownName]]) -> Signal:
    names = list(dict.fromkeys(other.name for _, other in hits))
    side = "on the client's side" if hits[0][1].side == "client" else "against a client"
    record = f"client:{party.id}" if party.id == snapshot.client.ref else f"party:{party.id}"
    return Signal(
        slug="conflict-hit",
        cls="A",
        client_ref=snapshot.client.ref,
        subject=party.id,
        due=None,
        nominal_due=None,
        dollars=None,
        headline=f"{party.name}, {party.role.replace('-', ' ')} in {matter.title}, is known to the firm {side}",
        rule="A party of a matter is compared with the clients of the firm and the parties of all matters (Model Rules 1.7, 1.9, 1.10).",
        why_now=f"The firm's list of names has {words.listed(names).rstrip('.')}.",
        next_step="Stop work on the matter until the partner who keeps conflicts has cleared it or has the consents.",
        minutes=20,
        evidence=(
            RecordEvidence(record, "name", party.name),
            *(RecordEvidence("firm:names", other.side, other.name) for _, other in dict.fromkeys(hits)),
        ),
        basis="record",
        engagement_ref=matter.ref,
    )


def fee_agreement_unsigned(snapshot: Snapshot, today: date, settings: Thresholds) -> Raised:
    """Time was worked on a matter before its fee agreement was signed: it was sent and is unsigned, or was signed after the first entry.
    Date: the first entry. Data: letter dates of engagements of the template matter, time. A matter with time of which no agreement is
    recorded is a blind spot while it is open. Model Rule 1.5(b), (c)."""
    for matter in snapshot.engagements:
        entries = snapshot.time_on(matter, today)
        if matter.template != "matter" or not entries:
            continue
        signed = matter.letter_signed_on
        if signed is None and matter.letter_sent_on is None:
            if matter.is_open:
                yield BlindSpot(
                    snapshot.client.ref,
                    f"whether a fee agreement covers {matter.ref}",
                    "none is recorded: enter when it was sent and signed",
                )
            continue
        early = [entry for entry in entries if signed is None or entry.date < signed]
        if early:
            yield _unsigned(snapshot, matter, early)


def _unsigned(snapshot: Snapshot, matter: Engagement, early: list[TimeEntry]) -> Signal:
    value, proof = time_value(early)
    first, signed = early[0], matter.letter_signed_on
    state = "is not signed" if signed is None else f"was signed on {words.day(signed)}"
    return Signal(
        slug="fee-agreement-unsigned",
        cls="B",
        client_ref=snapshot.client.ref,
        subject=matter.ref,
        due=first.date,
        nominal_due=first.date,
        dollars=value,
        headline=f"{words.dollars(value)} of work on {matter.title} before a signed fee agreement",
        rule="Scope and fee are agreed, in writing where the fee is contingent, before or soon after work begins (Model Rule 1.5).",
        why_now=f"Work began on {words.day(first.date)}; the agreement {state}.",
        next_step="Get the agreement signed before more work is done."
        if signed is None
        else "Note why work began early.",
        minutes=5,
        evidence=(
            matter.evidence("letter_sent_on"),
            matter.evidence("letter_signed_on"),
            RecordEvidence(f"time:{first.id}", "date", first.date.isoformat()),
            proof,
        ),
        basis="record",
        engagement_ref=matter.ref,
        waits_on_client=signed is None,
    )


def no_client_contact(snapshot: Snapshot, today: date, settings: Thresholds) -> Raised:
    """Nothing passed between the firm and the client of an open matter for more than 30 days (setting days), on any channel: mail either
    way, notes, time whose note or service tells of a call or a meeting. One a client. Date: the last contact + 30 days; without any, the
    day the matter began. A matter without contact and without a day of beginning is a blind spot. Model Rule 1.4."""
    matters = [one for one in snapshot.engagements if one.template == "matter" and one.is_open]
    if not matters:
        return
    contacts = max(_contacts(snapshot, today), default=None, key=lambda one: one[0])
    begun = [(one.started_on, one.evidence("started_on")) for one in matters if one.started_on is not None]
    last = contacts or max(begun, default=None, key=lambda one: one[0])
    if last is None:
        yield BlindSpot(
            snapshot.client.ref,
            "when the client was last spoken to",
            "no mail, note or call is on record, nor when the matter began",
        )
        return
    day, proof = last
    wait = timedelta(days=settings.days("no-client-contact", "days"))
    if today > day + wait and day <= today:
        yield _silent(snapshot, today, matters[0], day, wait, proof, known=contacts is not None)


def _contacts(snapshot: Snapshot, today: date) -> Iterator[tuple[date, Evidence]]:
    for mail in snapshot.messages:
        if mail.sent_at is not None and (day := snapshot.local_day(mail.sent_at)) <= today:
            yield day, RecordEvidence(f"message:{mail.message_id}", "sent_at", mail.sent_at.isoformat())
    for note in snapshot.notes:
        if note.date <= today:
            yield note.date, RecordEvidence(f"note:{note.id}", "date", note.date.isoformat())
    for entry in snapshot.time:
        if entry.date <= today and _CONTACT.search(f"{entry.service or ''} {entry.note or ''}"):
            yield entry.date, RecordEvidence(f"time:{entry.id}", "date", entry.date.isoformat())


def _silent(
    snapshot: Snapshot, today: date, matter: Engagement, day: date, wait: timedelta, proof: Evidence, *, known: bool
) -> Signal:
    since = f"since {words.day(day)}" if known else f"since the matter began on {words.day(day)}"
    return Signal(
        slug="no-client-contact",
        cls="C",
        client_ref=snapshot.client.ref,
        subject=snapshot.client.ref,
        due=day + wait,
        nominal_due=day + wait,
        dollars=None,
        headline=f"No contact with the client {since}",
        rule=f"A client with an open matter hears from the firm every {wait.days} days (Model Rule 1.4).",
        why_now=f"{words.count((today - day).days, 'day')} without a mail, a call or a note; {matter.title} is open.",
        next_step="Tell the client where the matter stands.",
        minutes=10,
        evidence=(proof,),
        basis="record",
        engagement_ref=matter.ref,
    )

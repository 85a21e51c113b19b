"""`engagement-letter`: the letter that agrees the next term of the work, or work for which there is no letter yet.

Inputs: the last letter's services, fee and term as read, else the engagement's record; the time that the last fee bought. Sections:
opening, services, what is not included, who does what, fee, term, agreement. To: the client's main contact. A partner checks scope, fee and
independence. Drafted by the night when a letter runs out; else on demand. Its legal wording is in templates/legal/
(engagement-tax, -books, -attest, -general, -terms): a firm's own file of that name in HOME/templates/legal/ wins, no model words it.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal

from store.errors import Invalid
from workspace.deadlines import add_months
from workspace.deliverables import sources
from workspace.deliverables.gathered import Gathered
from workspace.deliverables.occasions import about, for_letter
from workspace.deliverables.support import Printed, Support
from workspace.evidence import Evidence, RecordEvidence
from workspace.signals.fees import letter_of
from workspace.signals.proof import time_value
from workspace.snapshot import Document, Engagement, Snapshot

CHECKS = (
    "Scope: the services are those of the coming term; one that names a form, a year or a month is brought forward",
    "Fee",
    "Independence and conflicts, before the letter goes out",
    "The clauses are the firm's approved ones (HOME/templates/legal)",
    "Who signs for the client may bind it",
)
_FAMILIES = {
    **dict.fromkeys(("1040", "1065", "1120", "1120-S", "1041", "990", "sales-tax"), "tax"),
    **dict.fromkeys(("monthly-close", "bookkeeping", "payroll"), "books"),
    **dict.fromkeys(("audit", "review", "compilation"), "attest"),
}


@dataclass(frozen=True)
class _Term:
    """What is to be agreed. `letter` is the one it follows, `engagement` the work it is about; at least one of them is there."""

    letter: Document | None
    engagement: Engagement | None
    renews: bool


def occasion(snapshot: Snapshot, today: date, engagement_ref: str | None) -> str:
    """What to draft when a person asks: the engagement named, else the letter that runs out first, else open work without a letter."""
    if engagement_ref is not None:
        return for_letter(engagement_ref)
    ends = sorted((end, one.id) for one in snapshot.of_kind("engagement-letter") if (end := one.day("period_end")))
    coming = [(end, letter) for end, letter in ends if end >= today]
    if coming:
        return for_letter(coming[0][1])
    bare = [
        one.ref
        for one in snapshot.engagements
        if one.is_open and one.letter_sent_on is None and one.template != "matter"
    ]
    if not bare:
        raise Invalid(
            f"no engagement letter of {snapshot.client.name} runs out and all open work has one: name the engagement with --engagement"
        )
    return for_letter(min(bare))


def gather(snapshot: Snapshot, today: date, occasion: str) -> Gathered:
    """Raises Invalid where no fee or no service is known, and for a matter, whose agreement is the law firm's own."""
    term = _term(snapshot, about(occasion))
    support = Support(snapshot)
    contact = sources.addressee(snapshot)
    title, work = _work(support, term)
    services = list(_services(support, term))
    fee, hourly = _fee(support, snapshot, term)
    start, end = _dates(term)
    variables = {
        **support.letter_to(contact),
        "work": title,
        "renews": term.renews,
        "family": family_of(work.template if work else ""),  # for a firm's own template that asks for one
        "families": [family_of(work.template if work else "")],
        "priced": [],
        "estimate": None,
        "services": services,
        "fee": fee,
        "hourly": hourly,
        "start": start and support.day(*start),
        "end": end and support.day(*end),
        "last_end": _last_end(support, term),
        "ended": term.renews and start is not None and start[0] <= today,
        "reply_by": support.reply_by(today, start[0] if start else None),
    }
    return Gathered(
        title=f"Engagement letter: {_named(snapshot, term)}",
        cls="C",
        as_of=today,
        facts=support.facts,
        variables=variables,
        recipients=sources.recipient(contact),
        checks=(*CHECKS, *_more_checks(snapshot, term, services, today)),
        unseen=(*support.unseen_of_contact(contact), *_unseen(term)),
        engagement_id=work.id if work else None,
    )


def _term(snapshot: Snapshot, subject: str) -> _Term:
    letters = {one.id: one for one in snapshot.of_kind("engagement-letter")}
    letter, engagement = letters.get(subject), snapshot.engagement_of_ref(subject)
    if letter is not None:
        about_it = [one for one in snapshot.engagements if letter_of(snapshot, one) is letter]
        if any(one.template == "matter" for one in about_it):
            raise Invalid(f"{letter.path} is about a matter: its fee agreement is the law firm's own form")
        return _Term(letter, max(about_it, key=lambda one: (one.period_end or date.min, one.ref), default=None), True)
    if engagement is None and subject.startswith("prp_"):
        raise Invalid("its services and prices are the proposal's: change them there, and draft it anew")
    if engagement is None:
        raise Invalid("the letter that this one follows is not on file any more")
    if engagement.template == "matter":
        raise Invalid(f"{engagement.ref} is a matter: its fee agreement is the law firm's own form")
    own = letter_of(snapshot, engagement)
    return _Term(own, engagement, own is not None and engagement.letter_signed_on is not None)


def _work(support: Support, term: _Term) -> tuple[Printed | None, Engagement | None]:
    """What the work is called, where the record has it."""
    one = term.engagement
    return (support.words(one.title, one.evidence("title")) if one else None), one


def family_of(template: str) -> str:
    """Which of the firm's clauses on what is not included goes with a kind of work: tax, books, attest, general."""
    return _FAMILIES.get(template, "general")


def _named(snapshot: Snapshot, term: _Term) -> str:
    return term.engagement.title if term.engagement and not term.renews else snapshot.client.name


def _services(support: Support, term: _Term) -> Iterator[Printed]:
    """One line for each service: the last letter's, else the engagement's name."""
    listed = [one for one in term.letter.facts if one.name == "services"] if term.letter else []
    for fact in listed:
        for service in filter(None, (part.strip(" .;\n") for part in fact.value.split(";"))):
            yield support.words(service, fact.evidence)
    if not listed:
        one = term.engagement
        if one is None:
            raise Invalid("the services of the last letter could not be read: enter them on the letter's page")
        yield support.words(one.title, one.evidence("title"))


def _fee(support: Support, snapshot: Snapshot, term: _Term) -> tuple[Printed, bool]:
    """The fee and whether it is an estimate of time at hourly rates. Raises Invalid when none is known."""
    one, read = term.engagement, term.letter.fact("fee") if term.letter else None
    hourly = one is not None and one.fee_type == "hourly"
    found = support.money(read.number, read.evidence) if read is not None else None
    if found is None and one is not None:
        found = support.money(one.fee, one.evidence("fee"))
    if found is None:
        raise Invalid(f"no fee is recorded for the work of {snapshot.client.name}: enter it on the engagement first")
    return found, hourly


Dated = tuple[date, Evidence, str]


def _dates(term: _Term) -> tuple[Dated | None, Dated | None]:
    """The term: that of the engagement, or as long as the last one and right after it, as a proposal."""
    one, letter = term.engagement, term.letter
    if not term.renews and one is not None:
        return tuple((day, one.evidence(name), "date") if day else None for name, day in _period(one))  # type: ignore[return-value]
    first, last = (letter.day("period_start"), letter.day("period_end")) if letter else (None, None)
    if last is None:
        return None, None
    start = last + timedelta(days=1)
    months = (last.year - first.year) * 12 + last.month - first.month + 1 if first else 12
    end = add_months(start, months) - timedelta(days=1)
    return _proposed("term begins", start), _proposed("term ends", end)


def _period(one: Engagement) -> tuple[tuple[str, date | None], tuple[str, date | None]]:
    return ("period_start", one.period_start), ("period_end", one.period_end)


def _proposed(what: str, day: date) -> Dated:
    return day, RecordEvidence("proposal:term", what, day.isoformat()), what


def _last_end(support: Support, term: _Term) -> Printed | None:
    fact = term.letter.fact("period_end") if term.letter and term.renews else None
    return support.day(fact.day, fact.evidence) if fact else None


def _more_checks(snapshot: Snapshot, term: _Term, services: list[Printed], today: date) -> Iterator[str]:
    one = term.engagement
    if one is not None and one.fee:
        value, _ = time_value(snapshot.time_on(one, today))
        if value:
            used = (100 * value / one.fee).quantize(Decimal(1))
            yield f"Fee: ${value:,.2f} of time at standard rates so far, {used}% of the fee of ${one.fee:,.2f}"
    for service in services if term.renews else ():
        if re.search(r"\b20\d\d\b", service):
            yield f"Bring forward to the coming term: “{service}”"
    if one is not None and one.template in ("audit", "review"):
        yield "Independence: note the threats and safeguards of this year, bookkeeping and other services among them"


def _unseen(term: _Term) -> tuple[str, ...]:
    found = []
    if term.letter is None:
        found.append("An earlier letter: none is on file, the services are the engagement's name")
    if term.renews:
        found.append("What changes in the coming term: the services and the fee are those of the last letter")
    return tuple(found)

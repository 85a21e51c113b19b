"""What a deliverable is drafted for: the occasion that, with client and slug, makes its id, and which signals and stages call for which.

An occasion is `subject` or `subject@round`. The subject says what it is about (a document, an engagement, the account), so that
gathering can find it; the round lets a second reminder exist after the first was released. Pure values: no clock, no database.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date

from workspace.signals.signal import Signal
from workspace.snapshot import Engagement

_STATUS = ("return-at-risk", "return-overdue", "extension-needed")
_EXTENSION = ("extension-needed", "extension-payment")


@dataclass(frozen=True, order=True)
class DueDraft:
    """Something the night drafts by itself. `engagement_ref` None: it belongs to no single engagement. `unless`: it says no more than the
    extension packages of these engagements, and is left out where all of them could be drafted."""

    slug: str
    occasion: str
    engagement_ref: str | None = None
    unless: tuple[str, ...] = ()


def subject_of(occasion: str) -> str:
    """What an occasion is about, without its round: "request:E-014@2" is about "request:E-014"."""
    return occasion.split("@", 1)[0]


def about(occasion: str) -> str:
    """The id or ref inside a subject: "request:E-014@2" names "E-014". Empty where the subject names nothing."""
    return subject_of(occasion).partition(":")[2]


def _quarter(today: date) -> str:
    return f"{today.year}-Q{(today.month + 2) // 3}"


def for_notice(document_id: str) -> str:
    return f"notice:{document_id}"


def for_request(engagement_ref: str, oldest_due: date, today: date) -> str:
    """One reminder from 3, 7 and 14 days after the oldest open item's date, then one every two weeks (signals.md)."""
    late = (today - oldest_due).days
    number = 1 if late < 7 else 2 if late < 14 else 3 + (late - 14) // 14
    return f"request:{engagement_ref}@{number}"


def for_reminder(client_ref: str, number: int) -> str:
    """One mail for all lists of the client that have a schedule; the next after this one was released or rejected."""
    return f"reminder:{client_ref}@{number}"


def for_receivable(client_ref: str, oldest_due: date, today: date) -> str:
    """One letter for each 30 days that the oldest invoice is late."""
    return f"account:{client_ref}@{max((today - oldest_due).days // 30, 0) * 30}"


def for_status(today: date) -> str:
    """At most one status letter a month."""
    return f"status@{today:%Y-%m}"


def for_meeting(today: date) -> str:
    return f"meeting@{today.isoformat()}"


def for_bill(engagement_ref: str, today: date) -> str:
    """At most one invoice draft an engagement and month."""
    return f"bill:{engagement_ref}@{today:%Y-%m}"


def for_write_off(ref: str, today: date) -> str:
    """At most one proposal a month for an engagement, or for the client's work without one."""
    return f"write-off:{ref}@{today:%Y-%m}"


def for_onboarding(engagement_ref: str) -> str:
    return f"onboarding:{engagement_ref}"


def for_trust(ledger_id: str, today: date) -> str:
    """At most one statement a ledger and month."""
    return f"trust:{ledger_id}@{today:%Y-%m}"


def for_matter(engagement_ref: str, today: date) -> str:
    return f"matter:{engagement_ref}@{today.isoformat()}"


def for_minutes(day: date) -> str:
    """One record of a day's meetings and calls with the client."""
    return f"minutes:{day.isoformat()}"


def for_handover(today: date) -> str:
    return f"handover@{today.isoformat()}"


def for_letter(letter_or_engagement: str) -> str:
    """The letter that follows the one on file of that id, or the first about the engagement of that ref."""
    return f"letter:{letter_or_engagement}"


def for_first_request(engagement_ref: str) -> str:
    return f"first-request:{engagement_ref}"


def for_extension(engagement_ref: str) -> str:
    return f"extension:{engagement_ref}"


def for_delivery(engagement_ref: str) -> str:
    return f"delivery:{engagement_ref}"


def for_questions(client_ref: str, today: date) -> str:
    """At most one list of questions on the books a month."""
    return f"books:{client_ref}@{today:%Y-%m}"


def for_statement(document_id: str) -> str:
    """A report or memo on the period of one profit and loss statement."""
    return f"statement:{document_id}"


def for_covenant(agreement_id: str, today: date) -> str:
    """At most one certificate an agreement and quarter."""
    return f"loan:{agreement_id}@{_quarter(today)}"


def for_estimate(form: str, year: str, due: date) -> str:
    return f"estimate:{form} {year}@{due.isoformat()}"


def for_change(engagement_ref: str, today: date) -> str:
    """At most one change order an engagement and month."""
    return f"change:{engagement_ref}@{today:%Y-%m}"


def for_runway(client_ref: str, today: date) -> str:
    """At most one note a month."""
    return f"runway:{client_ref}@{today:%Y-%m}"


def for_customers(report_id: str) -> str:
    """The client's own customers, by one receivables report."""
    return f"customers:{report_id}"


def for_share(client_ref: str, today: date) -> str:
    """The client's share of the firm's revenue, at most once a quarter."""
    return f"share:{client_ref}@{_quarter(today)}"


def for_pay(document_id: str) -> str:
    """The officers' pay, by one year-end trial balance."""
    return f"pay:{document_id}"


def for_planning(year_end: date) -> str:
    return f"year:{year_end.isoformat()}"


def due_by_stage(engagements: Iterable[Engagement]) -> list[DueDraft]:
    """What the night drafts because work has come to a stage: the delivery letter of a return that is ready to file."""
    ready = (one for one in engagements if one.is_return and one.stage == "ready-to-file")
    return sorted(DueDraft("return-delivery", for_delivery(one.ref), one.ref) for one in ready)


def due_drafts(signals: Iterable[Signal], today: date) -> list[DueDraft]:
    """What the night drafts for these signals of one client, each once, in order of slug and occasion.

    A notice asks for an explanation to the client and a response to the agency; an overdue request for a follow-up; an old
    receivable for a collection mail; a return that is late, at risk or to be extended for a status letter, unless an extension package
    says it all; finished work for an invoice; aged time that no invoice takes up for a write-off proposal; an onboarding that stands still
    for its pack; a trust ledger that runs low for a statement (one that is not reconciled must not be told to a client). What concerns
    extensions, estimates, agreements and the client's books is in the tables below. Others draft nothing.
    """
    raised = list(signals)
    billed = {one.subject for one in raised if one.slug == "done-not-billed"}
    found: set[DueDraft] = set(_status(raised, today))
    for signal in raised:
        if signal.slug != "wip-aged" or signal.subject not in billed:
            found.update(_drafts_of(signal, today))
    return sorted(found, key=lambda one: (one.slug, one.occasion, one.engagement_ref or ""))


def _status(raised: Sequence[Signal], today: date) -> Iterable[DueDraft]:
    """One letter on where the work stands. Of a return that is only to be extended its package tells the client the same."""
    about_it = {one.subject for one in raised if one.slug in _STATUS}
    extended = {one.subject for one in raised if one.slug in _EXTENSION}
    late = any(one.slug == "return-overdue" for one in raised)
    if about_it:
        alone = late or not about_it <= extended
        yield DueDraft("status-letter", for_status(today), unless=() if alone else tuple(sorted(about_it)))


def _drafts_of(signal: Signal, today: date) -> Iterable[DueDraft]:
    if signal.slug.startswith(("notice-", "refund-claim-disallowed")):
        occasion = for_notice(signal.subject)
        return DueDraft("notice-explanation", occasion), DueDraft("notice-response", occasion)
    if signal.slug == "request-overdue" and signal.due is not None and signal.deliverable_slug is not None:
        return (DueDraft("pbc-follow-up", for_request(signal.subject, signal.due, today), signal.engagement_ref),)
    if signal.slug == "ar-aging" and signal.due is not None and signal.deliverable_slug is not None:
        return (DueDraft("collection-email", for_receivable(signal.client_ref, signal.due, today)),)
    return _drafts_of_practice(signal, today)


def _drafts_of_practice(signal: Signal, today: date) -> Iterable[DueDraft]:
    """The firm's own money, new clients, and money held in trust."""
    if signal.slug == "done-not-billed":
        return (DueDraft("invoice-draft", for_bill(signal.subject, today), signal.engagement_ref),)
    if signal.slug == "wip-aged":
        return (DueDraft("write-off-proposal", for_write_off(signal.subject, today), signal.engagement_ref),)
    if signal.slug == "onboarding-stalled":
        return (DueDraft("onboarding-pack", for_onboarding(signal.subject), signal.engagement_ref),)
    if signal.slug == "trust-low":
        return (DueDraft("trust-statement", for_trust(signal.subject, today), signal.engagement_ref),)
    return (*_drafts_of_returns(signal), *_drafts_of_agreement(signal, today), *_drafts_of_business(signal, today))


def _drafts_of_returns(signal: Signal) -> Iterable[DueDraft]:
    """Time and money for a tax return."""
    if signal.slug in _EXTENSION:
        return (DueDraft("extension-package", for_extension(signal.subject), signal.engagement_ref),)
    if signal.slug in ("estimate-due", "estimate-stale") and signal.due is not None:
        form, year = signal.subject.split()[:2]
        return (DueDraft("estimate-letter", for_estimate(form, year, signal.due)),)
    return ()


def _drafts_of_agreement(signal: Signal, today: date) -> Iterable[DueDraft]:
    """What was agreed with the client, and what was not."""
    if signal.slug == "letter-expiring":
        return (DueDraft("engagement-letter", for_letter(signal.subject)),)
    if signal.slug == "scope-creep":
        return (DueDraft("change-order", for_change(signal.subject, today), signal.engagement_ref),)
    if signal.slug == "firm-concentration":
        return (DueDraft("concentration-memo", for_share(signal.client_ref, today)),)
    return ()


def _drafts_of_business(signal: Signal, today: date) -> Iterable[DueDraft]:
    """The client's own books and business. A feed that stands still, read from bank files alone, is no question to the client."""
    if signal.slug == "close-late" and signal.basis == "fact":
        return ()
    about_it = {
        "close-late": ("open-questions", for_questions(signal.client_ref, today)),
        "uncategorized-balance": ("open-questions", for_questions(signal.client_ref, today)),
        "margin-swing": ("flux-memo", for_statement(signal.subject)),
        "covenant-near": ("covenant-certificate", for_covenant(signal.subject, today)),
        "cash-runway": ("runway-note", for_runway(signal.client_ref, today)),
        "customer-concentration": ("concentration-memo", for_customers(signal.subject)),
        "officer-compensation": ("compensation-memo", for_pay(signal.subject)),
    }
    return (DueDraft(*about_it[signal.slug]),) if signal.slug in about_it else ()

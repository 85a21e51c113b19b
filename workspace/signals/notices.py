"""Signals of notices from tax agencies: what each family of notices is, until when it can be answered, whether it was.

The dates are those of `workspace.deadlines`; what a notice says was read by intake. Never reads a page.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date

from store.errors import Invalid
from workspace.deadlines import Deadline, Override, add_business_days, notice_deadline
from workspace.deadlines.rules import for_notice
from workspace.evidence import RecordEvidence
from workspace.signals import words
from workspace.signals.days import business_days_to
from workspace.signals.due import postponed
from workspace.signals.notice_reading import NoticeReading, answered_by, notices_of
from workspace.signals.proof import due as counted
from workspace.signals.signal import BlindSpot, Signal, SignalClass
from workspace.signals.thresholds import Thresholds
from workspace.snapshot.model import Document, Snapshot

Raised = Iterator[Signal | BlindSpot]


@dataclass(frozen=True)
class Family:
    """Notices that are answered alike. `rules` are ids of the deadline table. `statutory`: the days are the law's, so that a date
    printed on the notice counts only where it is earlier."""

    slug: str
    cls: SignalClass
    rules: tuple[str, ...]
    act: str
    next_step: str
    deliverable: str
    minutes: int
    statutory: bool = False


FAMILIES: dict[str, Family] = {
    family.slug: family
    for family in (
        Family(
            "notice-deficiency",
            "A",
            ("notice-deficiency",),
            "petition the Tax Court",
            "Decide with the client whether to petition, and engage counsel in time; the date cannot be extended.",
            "notice-explanation",
            20,
        ),
        Family(
            "notice-levy",
            "A",
            ("notice-levy",),
            "ask for a hearing (Form 12153)",
            "File Form 12153 and propose how the balance is to be resolved.",
            "notice-response",
            20,
            statutory=True,
        ),
        Family(
            "notice-lien",
            "A",
            ("notice-lien",),
            "ask for a hearing about the lien (Form 12153)",
            "File Form 12153 by the printed date.",
            "notice-response",
            20,
        ),
        Family(
            "notice-cdp-determination",
            "A",
            ("notice-cdp-determination",),
            "petition the Tax Court against the determination",
            "Decide with the client whether to petition, and engage counsel in time.",
            "notice-explanation",
            20,
            statutory=True,
        ),
        Family(
            "notice-math-error",
            "A",
            ("notice-math-error", "notice-math-error-kin"),
            "ask for abatement",
            "Hold the change against the return; ask for abatement if it is wrong.",
            "notice-response",
            15,
            statutory=True,
        ),
        Family(
            "refund-claim-disallowed",
            "A",
            ("refund-claim-disallowed",),
            "sue for the refund",
            "Decide with the client whether to sue, and engage counsel in time.",
            "notice-explanation",
            20,
            statutory=True,
        ),
        Family(
            "notice-underreporter",
            "B",
            ("notice-underreporter",),
            "answer the proposed change",
            "Compare the items with the return and answer.",
            "notice-response",
            15,
        ),
        Family(
            "notice-balance-due",
            "B",
            ("notice-balance-due", "notice-balance-due-first"),
            "pay or answer the balance",
            "Check the balance against the client's payments, then pay or answer.",
            "notice-explanation",
            10,
        ),
        Family(
            "notice-exam",
            "B",
            ("notice-exam", "notice-226j"),
            "answer the examination letter",
            "Gather what the letter asks for and answer.",
            "notice-response",
            20,
        ),
        Family(
            "notice-identity",
            "B",
            ("notice-identity",),
            "verify the identity",
            "Have the client verify their identity as the letter says.",
            "notice-explanation",
            5,
        ),
        Family(
            "notice-nonfiler",
            "B",
            ("notice-nonfiler",),
            "file, or prove that the return was filed",
            "Look for our accepted e-file and answer with it, or file.",
            "notice-response",
            15,
        ),
        Family(
            "notice-withholding",
            "B",
            ("notice-b-notice", "notice-972cg"),
            "act on wrong or missing taxpayer ids",
            "Send the B-notices, or answer the proposed penalty.",
            "notice-response",
            15,
        ),
        Family(
            "notice-state",
            "B",
            (),
            "answer the state's notice",
            "Compare the notice with the state return and answer.",
            "notice-response",
            10,
        ),
    )
}


# What is asked by a notice that goes by the rule of another family's kind, and is called otherwise.
_ACTS = {"notice-226j": "answer the proposed employer shared responsibility payment"}


def notice_deficiency(snapshot: Snapshot, today: date, settings: Thresholds) -> Raised:
    """CP3219A, CP3219N, Letter 531 or 3219, not answered. Date: the printed last day, else notice date + 90 days, 150 when addressed
    abroad; a last day on a Saturday, Sunday or D.C. holiday moves. Data: the notice as read. IRC §6213(a), §7503."""
    return _family(snapshot, today, FAMILIES["notice-deficiency"])


def notice_levy(snapshot: Snapshot, today: date, settings: Thresholds) -> Raised:
    """LT11, Letter 1058, CP90 or CP297, not answered: notice date + 30 days, rolled. A printed date counts only where it is
    earlier. Data: the notice as read. IRC §6330(a)."""
    return _family(snapshot, today, FAMILIES["notice-levy"])


def notice_lien(snapshot: Snapshot, today: date, settings: Thresholds) -> Raised:
    """Letter 3172, not answered, by its printed date. Data: the notice as read. IRC §6320(a)."""
    return _family(snapshot, today, FAMILIES["notice-lien"])


def notice_cdp_determination(snapshot: Snapshot, today: date, settings: Thresholds) -> Raised:
    """A collection due process determination, not answered: + 30 days, rolled. Data: the letter as read. IRC §6330(d)(1)."""
    return _family(snapshot, today, FAMILIES["notice-cdp-determination"])


def notice_math_error(snapshot: Snapshot, today: date, settings: Thresholds) -> Raised:
    """CP11, CP12, CP13 and kin, not answered: notice date + 60 days, rolled. Data: the notice as read; no amount where it brings a
    refund. IRC §6213(b)(2)(A)."""
    return _family(snapshot, today, FAMILIES["notice-math-error"])


def refund_claim_disallowed(snapshot: Snapshot, today: date, settings: Thresholds) -> Raised:
    """105C or 106C, not answered: + 2 years, rolled. Data: the letter as read. IRC §6532(a)."""
    return _family(snapshot, today, FAMILIES["refund-claim-disallowed"])


def notice_underreporter(snapshot: Snapshot, today: date, settings: Thresholds) -> Raised:
    """CP2000 or Letter 2030, not answered: the printed date, else notice date + 30 days, 60 when addressed abroad. Data: the
    notice as read. IRM 4.19.3."""
    return _family(snapshot, today, FAMILIES["notice-underreporter"])


def notice_balance_due(snapshot: Snapshot, today: date, settings: Thresholds) -> Raised:
    """CP14, CP501, CP503 or CP504, not answered: the printed date; CP14 without one: notice date + 21 days. Data: the notice as
    read. IRC §6303."""
    return _family(snapshot, today, FAMILIES["notice-balance-due"])


def notice_exam(snapshot: Snapshot, today: date, settings: Thresholds) -> Raised:
    """Exam letter, Letter 525 or Form 4549, not answered: the printed date, else + 30 days. Reg. 601.105(d). Letter 226-J likewise: the
    printed date, else + 90 days. IRC §4980H."""
    return _family(snapshot, today, FAMILIES["notice-exam"])


def notice_identity(snapshot: Snapshot, today: date, settings: Thresholds) -> Raised:
    """5071C, 4883C or CP05, not answered: the printed date, else + 30 days."""
    return _family(snapshot, today, FAMILIES["notice-identity"])


def notice_nonfiler(snapshot: Snapshot, today: date, settings: Thresholds) -> Raised:
    """CP59, CP518 or CP259, not answered, by its printed date."""
    return _family(snapshot, today, FAMILIES["notice-nonfiler"])


def notice_withholding(snapshot: Snapshot, today: date, settings: Thresholds) -> Raised:
    """CP2100, CP2100A: 15 business days; 972CG: 45 days; not answered. IRS Pub. 1281, Pub. 1586."""
    return _family(snapshot, today, FAMILIES["notice-withholding"])


def notice_state(snapshot: Snapshot, today: date, settings: Thresholds) -> Raised:
    """Any notice of a state's agency, not answered, by its printed date."""
    return _family(snapshot, today, FAMILIES["notice-state"])


def notice_unopened(snapshot: Snapshot, today: date, settings: Thresholds) -> Raised:
    """A notice that nobody opened more than 1 business day after its date (setting business_days), not answered. Data: it lies in
    a folder named Inbox or Unopened and no copy lies elsewhere, or it came by mail or upload, and nobody has opened it here."""
    wait = settings.days("notice-unopened", "business_days")
    for notice in notices_of(snapshot):
        arrived = notice.dated or _received(snapshot, notice.document)
        copies = [one for one in snapshot.documents if notice.document.id in (one.id, one.duplicate_of)]
        if not all(_lies_unopened(one) for one in copies) or arrived is None or answered_by(snapshot, notice):
            continue
        if business_days_to(arrived, today) <= wait:
            continue
        due = add_business_days(arrived, wait)
        yield Signal(
            slug="notice-unopened",
            cls="B",
            client_ref=snapshot.client.ref,
            subject=notice.document.id,
            due=due,
            nominal_due=due,
            dollars=notice.amount,
            headline=f"Nobody has opened {notice.name} of {words.day(arrived)}",
            rule=f"A notice is opened within {words.count(wait, 'business day')} of its date.",
            why_now=f"It has lain in {notice.document.path} for {words.count(business_days_to(arrived, today), 'business day')}.",
            next_step="Open the notice, confirm its dates, and give it an owner.",
            minutes=5,
            evidence=(*notice.evidence, RecordEvidence(f"document:{notice.document.id}", "path", notice.document.path)),
            basis=notice.basis,
        )


def notice_unknown(snapshot: Snapshot, today: date, settings: Thresholds) -> Raised:
    """Raises nothing: tells of notices that no rule knows, so that a letter of the IRS is never passed over in silence."""
    known = {rule for family in FAMILIES.values() for rule in family.rules}
    for notice in notices_of(snapshot):
        rule = for_notice(notice.number).id if notice.number else None
        if notice.is_federal and rule not in known and answered_by(snapshot, notice) is None:
            yield BlindSpot(
                snapshot.client.ref,
                f"what {notice.name} asks for ({notice.document.path})",
                "no rule for a notice of this number: read it and enter its date"
                if notice.number
                else "its number could not be read: open it",
            )


def family_of(notice: NoticeReading) -> Family | None:
    """The family that a notice belongs to; None for a kind that the table does not know."""
    return next((family for family in FAMILIES.values() if _belongs(notice, family)), None)


def last_day(snapshot: Snapshot, notice: NoticeReading) -> Deadline | None:
    """The last day to act on a notice, as its signal has it; None when no date to count from was read."""
    family = family_of(notice)
    return _deadline(snapshot, notice, family) if family else None


def _lies_unopened(document: Document) -> bool:
    if document.opened_at is not None:
        return False
    folders = {part.lower() for part in document.path.replace("\\", "/").split("/")[:-1]}
    return bool(folders & {"inbox", "unopened"}) or document.source in ("mail", "upload", "inbox", "web")


def _received(snapshot: Snapshot, document: Document) -> date | None:
    return None if document.received_at is None else snapshot.local_day(document.received_at)


def _family(snapshot: Snapshot, today: date, family: Family) -> Raised:
    for notice in notices_of(snapshot):
        if _belongs(notice, family) and answered_by(snapshot, notice) is None:
            deadline = _deadline(snapshot, notice, family)
            if deadline is None:
                yield BlindSpot(
                    snapshot.client.ref,
                    f"the date to answer {notice.name} ({notice.document.path})",
                    "no date to answer could be read from it, and none follows from its kind: open it and enter the date",
                )
            yield _signal(snapshot, today, family, notice, deadline)


def _belongs(notice: NoticeReading, family: Family) -> bool:
    if family.slug == "notice-state":
        return not notice.is_federal
    return notice.is_federal and notice.number is not None and for_notice(notice.number).id in family.rules


def _deadline(snapshot: Snapshot, notice: NoticeReading, family: Family) -> Deadline | None:
    """The last day to act; None when neither a printed date nor a day to count from was read."""
    # Without the notice's own date only a printed one can stand; it is its own start then.
    start = notice.dated or notice.respond_by
    if start is None:
        return None

    def compute(override: Override | None, printed: date | None = None) -> Deadline | None:
        return notice_deadline(
            notice.number or "notice",
            start,
            printed,
            notice.abroad,
            agency=notice.agency or "IRS",
            from_scan=not notice.confirmed,
            override=override,
        )

    try:
        by_days = postponed(snapshot, compute) if family.statutory and notice.dated else None
        by_print = postponed(snapshot, lambda override: compute(override, notice.respond_by))
    except Invalid:
        return None
    if by_days is None or by_print is None:
        return by_print or by_days
    # Where the law counts the days, what is printed can only warn of an earlier one (§6330(a)(2), §6213(b)(2)(A)).
    return by_print if by_print.nominal < by_days.nominal else by_days


def _signal(
    snapshot: Snapshot, today: date, family: Family, notice: NoticeReading, deadline: Deadline | None
) -> Signal:
    due = deadline.due if deadline else None
    until = f" by {words.day(due)}" if due else ""
    evidence = list(notice.evidence)
    # A postponement is a record of the firm's own and not arithmetic on the page: the rule's sentences tell it.
    if deadline and deadline.due != notice.respond_by and "postponed by" not in deadline.inputs:
        evidence.append(counted(deadline, notice.evidence))
    return Signal(
        slug=family.slug,
        cls=family.cls,
        client_ref=snapshot.client.ref,
        subject=notice.document.id,
        due=due,
        nominal_due=deadline.nominal if deadline else None,
        dollars=notice.amount,
        headline=f"{notice.name}: {_act(notice, family)}{until}",
        rule=" ".join(deadline.how) if deadline else f"{notice.name} goes by its printed date, and none was read.",
        why_now=_why_now(notice, due, today),
        next_step=family.next_step,
        minutes=family.minutes,
        evidence=tuple(evidence),
        basis=notice.basis,
        deliverable_slug=family.deliverable,
    )


def _act(notice: NoticeReading, family: Family) -> str:
    rule = for_notice(notice.number).id if notice.number and notice.is_federal else ""
    return _ACTS.get(rule, family.act)


def _why_now(notice: NoticeReading, due: date | None, today: date) -> str:
    stake = f"; {words.dollars(notice.amount)} at stake" if notice.amount else ""
    confirm = "" if notice.confirmed else " Dates are read from the page: confirm."
    if due is None:
        return f"No date to answer could be read{stake}.{confirm}"
    if due < today:
        return f"The date passed {words.away(due, today)}{stake}.{confirm}"
    return f"The last day is {words.away(due, today)}{stake}.{confirm}"

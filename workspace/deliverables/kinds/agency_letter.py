"""What the two letters about a notice share: the notice found from the occasion, and what was read from it as printable figures.

Owns no wording and no date: the last day to act is that of the notice's signal (workspace/signals/notices.py).
"""

import re
from collections.abc import Collection
from dataclasses import dataclass
from datetime import date

from store.errors import Invalid
from workspace.deadlines import Deadline
from workspace.deliverables import sources
from workspace.deliverables.occasions import about, for_notice
from workspace.deliverables.support import Printed, Support
from workspace.evidence import Evidence, RecordEvidence
from workspace.signals.notice_reading import NoticeReading, answered_by, notices_of
from workspace.signals.notices import family_of, last_day
from workspace.snapshot import Document, Fact, Snapshot
from workspace.tie_out import from_record, worded

ACTS = {
    "notice-deficiency": "petition the court",
    "notice-levy": "ask for the hearing",
    "notice-lien": "ask for the hearing",
    "notice-cdp-determination": "petition the court",
    "notice-math-error": "ask that the change be taken back",
    "notice-balance-due": "pay or answer",
    "notice-identity": "confirm your identity",
    "refund-claim-disallowed": "take the claim to court",
}

_REFUNDS = ("CP12", "CP13")  # the change leaves a refund or nothing, and asks for no payment


@dataclass(frozen=True)
class Case:
    """A notice with what follows from it. `family` is the slug of its signal, "" for a kind that the table does not know."""

    notice: NoticeReading
    family: str
    cls: str
    deadline: Deadline | None
    authorization: Document | None

    @property
    def document(self) -> Document:
        return self.notice.document


def occasion(snapshot: Snapshot, today: date, engagement_ref: str | None, *, except_for: Collection[str] = ()) -> str:
    """What to draft when a person asks: the unanswered notice whose last day comes first, but for those families."""
    found = next((one for one in waiting(snapshot) if one.family not in except_for), None)
    if found is None:
        raise Invalid(f"the file of {snapshot.client.name} holds no notice that waits for a letter of ours")
    return for_notice(found.document.id)


def waiting(snapshot: Snapshot) -> list[Case]:
    """The notices that wait for an answer, the first last day first."""
    found = [_case(snapshot, one) for one in notices_of(snapshot) if answered_by(snapshot, one) is None]
    return sorted(found, key=lambda one: (one.deadline.due if one.deadline else date.max, one.document.path))


def case_of(snapshot: Snapshot, occasion: str) -> Case:
    """The notice that the occasion names. Raises Invalid when it is gone from the file or has been answered."""
    found = next((one for one in notices_of(snapshot) if one.document.id == about(occasion)), None)
    if found is None:
        raise Invalid("the notice is not in the client's file any more")
    if answered_by(snapshot, found) is not None:
        raise Invalid(f"{found.name} has been answered")
    return _case(snapshot, found)


def _case(snapshot: Snapshot, notice: NoticeReading) -> Case:
    family = family_of(notice)
    year = notice.document.value("tax_year")
    return Case(
        notice=notice,
        family=family.slug if family else "",
        cls=family.cls if family else "B",
        deadline=last_day(snapshot, notice),
        authorization=sources.authorization_for(snapshot, year),
    )


def variables(support: Support, case: Case, today: date) -> dict[str, object]:
    """The notice's own figures, each None where it was not read, and the choices that the wording turns on."""
    notice, document = case.notice, case.document
    number = notice.number or ""
    deadline = case.deadline
    return {
        "family": case.family,
        "agency": _agency(support, case),
        "federal": case.notice.is_federal,
        "notice": notice_name(support, case),
        "refund_changed": number.upper() in _REFUNDS,
        "last_bill": number.upper() == "CP504",
        "is_letter": not number or number.lower().startswith("letter") or number[0].isdigit(),
        "notice_date": support.day(notice.dated, _evidence(case, "notice_date", "notice_date")),
        "tax_year": _of_fact(support, document.fact("tax_year")),
        "tax_form": _of_fact(support, document.fact("tax_form"), "form"),
        "amount": support.money(notice.amount, _evidence(case, "amount_due", "amount_due")),
        "respond_by": support.day(notice.respond_by, _evidence(case, "respond_by", "respond_by")),
        "deadline": deadline_day(support, case),
        "late": deadline is not None and deadline.due < today,
        "act": support.plain(ACTS.get(case.family, "answer")),
        "authorized": case.authorization is not None,
    }


def checks(snapshot: Snapshot, case: Case) -> tuple[str, ...]:
    """What every letter about this notice has a person look at."""
    found = []
    number, own = last_four(case.document.value("taxpayer_id")), last_four(snapshot.client.tax_id)
    if number and own and number != own:
        found.append(
            "The number on the notice is not the client's: find out whose notice this is before anything leaves"
        )
    if case.deadline is None:
        found.append("Open the notice and enter the date to answer: none could be read")
    elif case.notice.respond_by is None:
        found.append("Confirm the last day: the notice prints none that could be read, so it is counted from its date")
    elif case.deadline.confirm:
        found.append("Confirm the date on the notice itself: it was read from the page by software")
    if case.deadline is not None and "abroad" in case.deadline.inputs:
        found.append("The last day counts the longer time of a notice that is addressed abroad: see that this one was")
    if case.authorization is None:
        found.append(
            "No power of attorney for this year is on file: have Form 2848, or the state's form, signed before we speak with the agency"
        )
    return tuple(found)


def unseen(case: Case) -> tuple[str, ...]:
    """What could not be read from the notice or found in the file."""
    missing = [
        what
        for name, what in (
            ("notice_date", "the date of the notice"),
            ("tax_year", "the tax year"),
            ("amount_due", "an amount"),
            ("respond_by", "a printed date to answer"),
            ("taxpayer_id", "the taxpayer's number"),
        )
        if case.document.fact(name) is None
    ]
    read = (f"Not read from the notice: {', '.join(missing)}",) if missing else ()
    return (*read, "The agency's own account of the taxpayer")


def notice_name(support: Support, case: Case) -> Printed:
    """The notice's number as people say it: "CP2000", "Letter 531"."""
    number, proof = case.notice.number, _evidence(case, "notice_number", "number")
    if not number or proof is None:
        return support.plain("your notice")
    return support.words(f"Letter {number}" if number[0].isdigit() else number, proof)


def _agency(support: Support, case: Case) -> Printed:
    proof = _evidence(case, "agency", "agency")
    if case.notice.is_federal or case.notice.agency is None or proof is None:
        return support.plain("IRS" if case.notice.is_federal else "agency")
    return support.words(case.notice.agency, proof, name=True)


def _evidence(case: Case, name: str, field: str) -> Evidence | None:
    """The fact's own words where the value is the page's, else the record that a person confirmed or entered."""
    fact = case.document.fact(name)
    record = case.document.notice
    kept = getattr(record, field, None) if record is not None else None
    if fact is not None and (kept is None or str(kept) == fact.value):
        return fact.evidence
    return RecordEvidence(f"notice:{record.id}", field, str(kept)) if record is not None and kept is not None else None


def _of_fact(support: Support, fact: Fact | None, kind: str = "") -> Printed | None:
    """A fact as it was read, or worded as its type is: "1040" as "Form 1040"."""
    if fact is None:
        return None
    return support.words(worded(kind, fact.value) if kind else fact.value, fact.evidence)


def deadline_day(support: Support, case: Case) -> Printed | None:
    """The last day with its proof: the printed words, or the law's count from the dates that were read."""
    deadline, notice = case.deadline, case.notice
    if deadline is None:
        return None
    printed, dated = _evidence(case, "respond_by", "respond_by"), _evidence(case, "notice_date", "notice_date")
    if notice.respond_by == deadline.due and printed is not None:
        return support.day(deadline.due, printed)
    read = (("notice date", notice.dated, dated), ("printed date", notice.respond_by, printed))
    starts = [
        from_record(name, "date", day, proof) for name, day, proof in read if day is not None and proof is not None
    ]
    return support.computed_day(deadline, starts)


def last_four(number: str | None) -> str | None:
    """The last digits of a taxpayer id, None when there are fewer than four."""
    digits = re.sub(r"\D", "", number or "")
    return digits[-4:] if len(digits) >= 4 else None

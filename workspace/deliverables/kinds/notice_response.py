"""`notice-response`: the firm's first answer to an agency, which keeps the client's rights and concedes nothing.

Inputs: the notice as read, the return's engagement, the authorization on file; what payers reported for the year goes to the checks.
Sections: opening with notice and year, position, facts, request, exhibits, closing. Figures: notice and date, the taxpayer's last four
digits, amount, dates. To: the agency. A partner checks position, amounts, deadline and authority.
Drafted by the night with any notice that waits for an answer.
"""

from collections.abc import Iterator
from datetime import date

from store.errors import Invalid
from workspace.deliverables.gathered import Gathered
from workspace.deliverables.kinds import agency_letter
from workspace.deliverables.kinds.agency_letter import Case
from workspace.deliverables.support import Support
from workspace.snapshot import Snapshot
from workspace.tie_out import worded

CHECKS = (
    "Right client: name and number are those of the notice",
    "Position: the draft disagrees and concedes nothing; change it where the agency is right",
    "Amounts and dates are those of the notice",
    "The client has agreed to this answer",
    "Address and fax: copy them from the notice",
    "Every exhibit is enclosed",
)
_COMPARED = ("notice-underreporter", "notice-deficiency")
_HEARING = ("notice-levy", "notice-lien")
_HELD = {
    "1099": ("Form 1099", "payer", "amount"),
    "w-2": ("Form W-2", "employer", "wages"),
    "k-1": ("Schedule K-1", "issuer", None),
}


# What is not answered with a letter of ours, and how it is.
_OTHERWISE = {
    "notice-cdp-determination": "by a petition to the court",
    "notice-identity": "by the client in person",
    "refund-claim-disallowed": "by a suit",
}


def occasion(snapshot: Snapshot, today: date, engagement_ref: str | None) -> str:
    return agency_letter.occasion(snapshot, today, engagement_ref, except_for=_OTHERWISE)


def gather(snapshot: Snapshot, today: date, occasion: str) -> Gathered:
    """Raises Invalid when the notice is gone, has been answered, or is answered otherwise than by a letter."""
    case = agency_letter.case_of(snapshot, occasion)
    if case.family in _OTHERWISE:
        raise Invalid(f"{case.notice.name} is answered {_OTHERWISE[case.family]}, not with a letter")
    support = Support(snapshot)
    number = case.document.fact("taxpayer_id")
    digits = agency_letter.last_four(number.value if number else None)
    variables = {
        **support.greeting(None),
        **agency_letter.variables(support, case, today),
        "taxpayer": _taxpayer(support, case),
        "last4": support.last_four(digits, number.evidence) if digits and number else None,
        "filed": list(_filed(support, case)),
        "exhibits": list(_exhibits(support, case)),
        "reply_by": None,
    }
    return Gathered(
        title=f"Response to {case.notice.name}: {snapshot.client.name}",
        cls=case.cls,
        as_of=today,
        facts=support.facts,
        variables=variables,
        recipients=(case.notice.agency or "IRS",),
        checks=(*agency_letter.checks(snapshot, case), *CHECKS, *_more_checks(snapshot, case)),
        unseen=agency_letter.unseen(case),
    )


def _taxpayer(support: Support, case: Case) -> object:
    """The name as the notice prints it, the client's where none was read."""
    fact = case.document.fact("taxpayer_name")
    if fact is None:
        return support.client()
    return support.words(_cased(fact.value), fact.evidence, name=True)


def _cased(name: str) -> str:
    """A name printed in capitals as one writes it; legal forms keep theirs."""
    if not name.isupper():
        return name
    small, kept = {"And", "Of", "The"}, {"Llc", "Llp", "Lp", "Pc", "Pllc"}
    words = [word.lower() if word in small else word.upper() if word in kept else word for word in name.title().split()]
    return " ".join(words)


def _filed(support: Support, case: Case) -> Iterator[dict[str, object]]:
    """The client's return of the notice's form and year, where our own records say when it was filed. Ours are federal returns: of
    them a state's agency is told nothing."""
    if not case.notice.is_federal:
        return
    year, form = case.document.value("tax_year"), case.document.value("tax_form")
    for one in support.snapshot.engagements:
        begun = one.period_start or one.period_end
        same = begun is not None and str(begun.year) == year and form in (None, one.template)
        if one.is_return and one.filed_on and same:
            yield {
                "title": support.words(one.title, one.evidence("title")),
                "filed_on": support.day(one.filed_on, one.evidence("filed_on")),
            }


def _held(snapshot: Snapshot, case: Case) -> Iterator[str]:
    """What payers reported for the notice's year, as far as the client's file holds it. For the reviewer's eyes: a first answer
    does not tell the agency what the file holds."""
    year = case.document.value("tax_year")
    for one in snapshot.of_kind(*_HELD):
        if year is not None and one.value("tax_year") == year:
            label, payer, amount = _HELD[one.kind or "1099"]
            paid = one.number(amount) if amount else None
            named = f"{one.value('form') or label} from {one.value(payer) or 'a payer that could not be read'}"
            yield f"{named}, ${paid:,.2f}" if paid is not None else named


def _exhibits(support: Support, case: Case) -> Iterator[dict[str, object]]:
    dated = case.document.fact("notice_date")
    yield {
        "name": support.plain("Copy of your notice"),
        "day": support.day(case.notice.dated, dated.evidence) if dated and dated.day == case.notice.dated else None,
    }
    if case.authorization is not None:
        form, signed = case.authorization.fact("form"), case.authorization.fact("signed_on")
        yield {
            "name": support.words(worded("form", form.value), form.evidence)
            if form
            else support.plain("Power of attorney"),
            "day": support.day(signed.day, signed.evidence) if signed else None,
        }
    if case.family in _HEARING:
        yield {"name": support.plain("Request for the hearing, signed"), "day": None}


def _more_checks(snapshot: Snapshot, case: Case) -> tuple[str, ...]:
    found: list[str] = []
    if case.family in _COMPARED:
        found.extend(f"Compare with the notice: {one}" for one in _held(snapshot, case))
    if case.family == "notice-underreporter":
        found.append("The notice's own response form goes with this letter, filled in and signed by the taxpayer")
    if case.family in _HEARING:
        found.append("Form 12153 is completed, signed by the taxpayer and enclosed")
    if case.family == "notice-deficiency":
        found.append("This letter does not stop the time to petition the court: decide about the petition separately")
    return tuple(found)

"""`return-delivery`: the letter that goes with a finished return.

Inputs: a return that is ready to file or filed, its dates, the amounts that a person or a reader took from it, what is to be signed, the
K-1s issued, next year's estimates. Sections: opening, result, what to sign, payment and dates, what to keep, closing. To: the client's main
contact. A partner checks the amounts. Drafted by the night when a return is ready to file; else on demand.
"""

from collections.abc import Iterator
from dataclasses import replace
from datetime import date, timedelta

from store.errors import Invalid
from workspace.deadlines.with_returns import SIGNATURE
from workspace.deliverables import sources, statements
from workspace.deliverables.gathered import Gathered
from workspace.deliverables.occasions import about, for_delivery
from workspace.deliverables.support import Printed, Support
from workspace.signals.due import due_of
from workspace.signals.estimates import instalment_date, instalments
from workspace.signals.filing_log import filings, was_accepted
from workspace.signals.k1 import own_k1, tax_year
from workspace.snapshot import Document, Engagement, Snapshot

CHECKS = (
    "Amounts: each is the return's, by jurisdiction",
    "What is to be signed, and by whom",
    "Right client, right year; the enclosed return is the final one",
    "Dates of payment, and next year's estimates",
)
_STAGES = ("ready-to-file", "filed", "done")
_RECENT = timedelta(days=60)
_AMOUNTS = {"balance_due": "To pay", "refund": "Refund", "overpayment_applied": "Applied to next year"}
Row = dict[str, object]


def occasion(snapshot: Snapshot, today: date, engagement_ref: str | None) -> str:
    """The return named, else the one that is ready to file, else the one filed in the last weeks."""
    returns = [one for one in snapshot.engagements if one.is_return and engagement_ref in (None, one.ref)]
    final = [
        one
        for one in returns
        if one.stage in _STAGES and (engagement_ref or one.stage == "ready-to-file" or _lately(one, today))
    ]
    if not final:
        newest = max(returns, key=lambda one: (one.period_end or date.min, one.ref), default=None)
        what = f"{newest.title} is {newest.stage.replace('-', ' ')}" if newest else "there is none"
        raise Invalid(f"no return of {snapshot.client.name} is final: {what}; it is delivered once it is ready to file")
    best = max(
        final, key=lambda one: (one.stage == "ready-to-file", one.filed_on or date.min, one.period_end or date.min)
    )
    return for_delivery(best.ref)


def _lately(engagement: Engagement, today: date) -> bool:
    return engagement.filed_on is not None and today - _RECENT <= engagement.filed_on <= today


def gather(snapshot: Snapshot, today: date, occasion: str) -> Gathered:
    """Raises Invalid when the return is not final any more."""
    engagement = snapshot.engagement_of_ref(about(occasion))
    if engagement is None or engagement.stage not in _STAGES or not engagement.is_return:
        raise Invalid(f"{about(occasion)} is not a return that is ready to file")
    support = Support(snapshot)
    contact = sources.addressee(snapshot)
    year, due = tax_year(engagement), due_of(snapshot, engagement)
    own = replace(engagement, extended_to=None)  # an extension moves the return, not the payment
    payable = due_of(snapshot, own)
    result = list(_result(support, snapshot, year))
    filed = engagement.filed_on is not None
    variables = {
        **support.letter_to(contact),
        "engagement": support.words(engagement.title, engagement.evidence("title")),
        "personal": support.is_client(contact),
        "template": engagement.template,
        "couple": sources.couple(snapshot.client.name) is not None,
        "form": support.form_with(SIGNATURE, engagement),
        "filed_on": support.day(engagement.filed_on, engagement.evidence("filed_on")),
        "due": support.due_day(engagement, due),
        "payable": support.due_day(own, payable),
        "payable_ahead": payable is not None and payable.due >= today,
        "open": not filed and due is not None and due.due >= today,
        "result": result,
        "schedules": list(_schedules(support, snapshot, year)),
        "estimates": list(_estimates(support, snapshot, today, year)),
        "reply_by": None if filed else support.reply_by(today, due.due if due else None),
    }
    return Gathered(
        title=f"Your return: {engagement.title}",
        cls="B",
        as_of=today,
        facts=support.facts,
        variables=variables,
        recipients=sources.recipient(contact),
        checks=(*_acknowledged(snapshot, engagement, year), *CHECKS),
        unseen=(*support.unseen_of_contact(contact), *_unseen(result, engagement)),
        engagement_id=engagement.id,
    )


def _returns(snapshot: Snapshot, year: int | None) -> list[Document]:
    return [one for one in snapshot.of_kind("tax-return") if year and one.value("tax_year") == str(year)]


def _result(support: Support, snapshot: Snapshot, year: int | None) -> Iterator[Row]:
    """One row an amount of the returns on file of that year, where a reader or a person took it from the page."""
    for one in _returns(snapshot, year):
        form = one.fact("form")
        for name, words in _AMOUNTS.items():
            amount = statements.read_amount(name, one.fact(name))
            if amount is not None and form is not None:
                yield {
                    "form": support.words(f"Form {form.value}", form.evidence),
                    "what": support.plain(words),
                    "amount": support.amount(amount),
                }


def _schedules(support: Support, snapshot: Snapshot, year: int | None) -> Iterator[Printed]:
    """The owners whose K-1s of that year are on file."""
    for one in snapshot.of_kind("k-1"):
        to = one.fact("recipient")
        if to is not None and year and one.value("tax_year") == str(year) and own_k1(snapshot, one):
            yield support.words(to.value, to.evidence, name=True)


def _estimates(support: Support, snapshot: Snapshot, today: date, year: int | None) -> Iterator[Row]:
    for one in instalments(snapshot):
        due = instalment_date(snapshot, one)[0]
        if year and one.year == year + 1 and not one.is_paid and due >= today:
            amount = statements.read_amount("instalment", one.amount)
            yield {"due": support.day(due, one.said.evidence), "amount": statements.printed(support, amount)}


def _acknowledged(snapshot: Snapshot, engagement: Engagement, year: int | None) -> Iterator[str]:
    if engagement.filed_on is not None and was_accepted(filings(snapshot), engagement.template, year) is None:
        yield "No acknowledgement on file says that the return was accepted: wait for it before this goes out"


def _unseen(result: list[Row], engagement: Engagement) -> Iterator[str]:
    if not result and engagement.template not in ("1065", "1120-S"):
        yield "The result by jurisdiction: no amounts of the final return are read; enter them before the letter goes out"
    yield "State returns: the record has none of their own"
    if engagement.template in ("1065", "1120-S"):
        yield "Whether every owner's K-1 is enclosed"

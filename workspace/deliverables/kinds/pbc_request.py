"""`pbc-request`: the first list of what the client is to send for a piece of work, or of a list that is about none.

Inputs: what is asked for already and has not come, last year's list, what payers sent last year, bank statements that are missing.
Sections: opening, what we need, how to send it, closing. Figures: the dates asked and due, last year's papers as examples, the
engagement's date. To: the client's main contact. A partner checks that the items are really missing. On demand only: no signal says
that nothing was asked for yet.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date

from store.errors import Invalid
from workspace.deliverables import sources
from workspace.deliverables.gathered import Gathered
from workspace.deliverables.occasions import about, for_first_request
from workspace.deliverables.support import Printed, Support
from workspace.evidence import Evidence, RecordEvidence
from workspace.signals.books import missing_statement
from workspace.signals.due import due_of
from workspace.signals.k1 import one_each, own_k1, same_issuer, tax_year
from workspace.signals.names import same_name
from workspace.signals.signal import Signal
from workspace.signals.thresholds import resolve
from workspace.snapshot import Document, Engagement, Fact, RequestItem, Snapshot

CHECKS = (
    "Right client, right year",
    "Every item is really missing: look through what came in",
    "What this year needs for the first time is on the list",
    "The date leaves us time to do the work",
)
_K1 = "Schedule K-1"
_CAME = "last year it came on "
_SLIPS = {"w-2": ("Form W-2", "employer"), "1099": ("", "payer")}


@dataclass(frozen=True)
class _Item:
    """One thing to send. `paper` is what of its sender is wanted ("Form 1099-INT"), `example` what came last year, after the words `led`
    that lead to it."""

    name: str
    evidence: Evidence
    due: date | None = None
    due_evidence: Evidence | None = None
    led: str = ""
    example: str = ""
    example_evidence: Evidence | None = None
    paper: str = ""
    paper_evidence: Evidence | None = None


def occasion(snapshot: Snapshot, today: date, engagement_ref: str | None) -> str:
    """The engagement named, else the open one that is due first and for which something is to be asked."""
    found = [
        (due.due if (due := due_of(snapshot, one)) else date.max, one.ref)
        for one in snapshot.engagements
        if one.is_open and engagement_ref in (None, one.ref) and list(_items(snapshot, today, one))
    ]
    if engagement_ref is None:
        alone = [one for one in sources.open_items_alone(snapshot) if not one.proposed]
        found += [(one.due or date.max, one.list_id) for one in alone]
    if not found:
        raise Invalid(_nothing(snapshot.client.name))
    return for_first_request(min(found)[1])


def _nothing(name: str) -> str:
    return (
        f"nothing is known that {name} should be asked for: no open request, no list of last year, no payer of last year without a form. "
        "Enter the request items first"
    )


def gather(snapshot: Snapshot, today: date, occasion: str) -> Gathered:
    """Raises Invalid when the engagement is not open any more, or nothing is known that should be asked for."""
    work = snapshot.engagement_of_ref(about(occasion))
    alone = [one for one in snapshot.requests_alone if one.list_id == about(occasion)] if work is None else []
    if not alone and (work is None or not work.is_open):
        raise Invalid(f"{about(occasion)} is not open any more")
    items = list(
        _items(snapshot, today, work) if work is not None else _on_record(sources.open_items_alone(snapshot), alone)
    )
    if not items:
        raise Invalid(_nothing(snapshot.client.name))
    support = Support(snapshot)
    contact = sources.addressee(snapshot)
    due = due_of(snapshot, work) if work is not None else None
    ahead = due.due if due is not None and due.due >= today else None
    asked = sources.reply_day(today, ahead)
    wanted = min((one.due for one in items if one.due is not None and one.due > today), default=None)
    on_list = snapshot.requests_of(work) if work is not None else alone
    came = [one for one in on_list if one.received_on is not None]
    name = work.title if work is not None else alone[0].list_name
    proof = work.evidence("title") if work is not None else RecordEvidence(f"list:{alone[0].list_id}", "title", name)
    variables = {
        **support.greeting(contact),
        "personal": support.is_client(contact),
        "engagement": support.words(name, proof),
        "alone": work is None,
        "received": support.counted("items received", [one.evidence("received_on") for one in came]) if came else None,
        "items": [_row(support, one, asked) for one in items],
        "due": support.due_day(work, due) if ahead and work is not None else None,
        "reply_by": support.reply_by(today, ahead, latest=wanted),
    }
    return Gathered(
        title=f"What we need: {name}",
        cls="C",
        as_of=today,
        facts=support.facts,
        variables=variables,
        recipients=sources.recipient(contact),
        checks=(*CHECKS, *_ours(items)),
        unseen=(*support.unseen_of_contact(contact), *(_unseen(snapshot, work) if work is not None else ())),
        engagement_id=work.id if work is not None else None,
    )


def _on_record(asked: Iterable[RequestItem], of: Sequence[RequestItem] | None = None) -> Iterator[_Item]:
    """What is asked for already (of these alone) and has not come."""
    for one in asked:
        if not one.proposed and (of is None or one in of):  # a paper lies there that may be it
            yield _Item(one.item, one.evidence("item"), one.due, one.evidence("due"))


def _ours(items: list[_Item]) -> Iterator[str]:
    """A client's record knows no other client: whether we prepare an issuer's return is for a person to see."""
    if any(one.paper == _K1 for one in items):
        yield "A Schedule K-1 that we prepare ourselves is not asked of the client: take it out"


def _row(support: Support, item: _Item, asked: date) -> dict[str, Printed | None]:
    """An item; a day asked for that is later than the one we ask for now would only confuse, and is left out."""
    shown = item.due is not None and item.due <= asked
    paper = support.words(item.paper, item.paper_evidence) if item.paper_evidence else support.plain(item.paper)
    name = support.words(item.name, item.evidence, name=True)
    example = support.words(item.example, item.example_evidence) if item.example and item.example_evidence else None
    return {
        "name": Printed(f"{paper} of {name}") if paper else name,
        "due": support.day(item.due, item.due_evidence) if shown else None,
        "example": Printed(item.led + example) if example else None,
    }


def _items(snapshot: Snapshot, today: date, engagement: Engagement) -> Iterator[_Item]:
    """What is missing, each once: asked for already, on last year's list, from a payer of last year, a month's bank statement."""
    asked = snapshot.requests_of(engagement)
    yield from _on_record(sources.open_items(snapshot, engagement))
    last = _year_before(snapshot, engagement)
    for old in snapshot.requests_of(last) if last else ():
        if not any(old.item == one.item for one in asked):
            came = f"{old.received_on:%B} {old.received_on.day}" if old.received_on else ""
            yield _Item(old.item, old.evidence("item"), None, None, _CAME, came, old.evidence("received_on"))
    if engagement.is_return:
        yield from _slips(snapshot, engagement)
    if engagement.is_return or engagement.template in ("monthly-close", "bookkeeping"):
        for signal in missing_statement(snapshot, today, resolve(snapshot.settings)):
            if isinstance(signal, Signal):
                name = signal.headline.removeprefix("The bank").removesuffix(" is missing")
                gap = RecordEvidence(f"client:{snapshot.client.ref}", "month between two statements", signal.subject)
                yield _Item(f"Bank{name}", gap)


def _year_before(snapshot: Snapshot, engagement: Engagement) -> Engagement | None:
    """The same kind of work of the period before."""
    earlier = [
        one
        for one in snapshot.engagements
        if one.template == engagement.template
        and one.period_end is not None
        and engagement.period_end is not None
        and one.period_end < engagement.period_end
    ]
    return max(earlier, key=lambda one: (one.period_end or date.min, one.ref), default=None)


def _slips(snapshot: Snapshot, engagement: Engagement) -> Iterator[_Item]:
    """Forms of last year's payers that have not come for this year."""
    year = tax_year(engagement)
    if year is None:
        return
    schedules = [one for one in snapshot.of_kind("k-1") if not own_k1(snapshot, one)]
    now = [one for one in schedules if one.value("tax_year") == str(year)]
    for old in one_each([one for one in schedules if one.value("tax_year") == str(year - 1)]):
        if not any(same_issuer(old, one) for one in now):
            yield from _slip(old, _K1, None, "issuer")
    for kind, (label, field) in _SLIPS.items():
        forms = snapshot.of_kind(kind)
        came = [one.value(field) for one in forms if one.value("tax_year") == str(year)]
        for old in (one for one in forms if one.value("tax_year") == str(year - 1)):
            if not any(same_name(old.value(field), one) for one in came):
                form = None if label else old.fact("form")
                yield from _slip(old, label or f"Form {form.value if form else '1099'}", form, field)


def _slip(old: Document, paper: str, form: Fact | None, field: str) -> Iterator[_Item]:
    payer, of_year = old.fact(field), old.fact("tax_year")
    if payer is not None and of_year is not None:
        yield _Item(
            payer.value,
            payer.evidence,
            led="we have the one for ",
            example=of_year.value,
            example_evidence=of_year.evidence,
            paper=paper,
            paper_evidence=form.evidence if form else None,
        )


def _unseen(snapshot: Snapshot, engagement: Engagement) -> tuple[str, ...]:
    found = []
    last = _year_before(snapshot, engagement)
    if last is None or not snapshot.requests_of(last):
        found.append("Last year's list: none is on record for this work")
    if not engagement.is_return:
        return tuple(found)
    year = tax_year(engagement)
    if not any(one.value("tax_year") == str((year or 0) - 1) for one in snapshot.of_kind("k-1", "w-2", "1099")):
        found.append("Who sent tax forms last year: none of last year is on file")
    return tuple(found)

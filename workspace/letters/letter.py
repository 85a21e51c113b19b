"""The engagement letter of a proposal: gathered from its lines, worded by the firm's own template and approved clauses, filed for review.

It is the deliverable `engagement-letter` like any other: a reviewer approves it, a partner releases it, and nothing leaves before.
No model words it. Every price in it is tied to the line of the proposal, every sum is arithmetic that is done again.
"""

from collections.abc import Iterator, Sequence
from datetime import date
from decimal import Decimal
from pathlib import Path

from store.audit import AuditTag
from store.errors import Conflict, Invalid
from store.tables import Deliverable, Proposal
from workspace.acting import record
from workspace.deliverables import sources
from workspace.deliverables.compose import compose, names_of_others, template_writer
from workspace.deliverables.filing import file_draft
from workspace.deliverables.gathered import Gathered
from workspace.deliverables.kinds import KINDS
from workspace.deliverables.kinds.engagement_letter import CHECKS, family_of
from workspace.deliverables.manner import in_manner
from workspace.deliverables.support import Support
from workspace.evidence import RecordEvidence
from workspace.letters.proposals import Line, Shown, access_proposal, must_be_open, show_proposal
from workspace.preferences import in_force
from workspace.scope import Right, Scope
from workspace.snapshot import Snapshot, take_snapshot
from workspace.tie_out import Fact, derive, from_record

SLUG = "engagement-letter"
_EVERY = {1: "month", 3: "quarter", 12: "year"}


def draft_letter(scope: Scope, proposal_id: str, templates: Path | None = None) -> str:
    """Draft the proposal's letter and file it for review; returns the deliverable's id. Doing it again with the same terms files nothing
    new, with other terms the next version. `templates` may hold wording of the firm's own.

    Raises Invalid while an option is to be chosen, Conflict where the letter is decided about or released, Forbidden without letter:write
    or deliverable:edit.
    """
    row = access_proposal(scope, proposal_id, Right.LETTER_WRITE)
    must_be_open(row)
    shown = show_proposal(scope, row.id)
    if shown.total is None:
        options = ", ".join(one.option for one in shown.totals)
        raise Invalid(f"choose the option that the client takes first: {options}")
    revises = _sent_back(scope, row)
    snapshot = take_snapshot(scope, shown.client_ref)
    gathered = gather(snapshot, scope.today, shown)
    likes = in_force(scope, shown.client_ref)
    write = in_manner(template_writer(SLUG, templates), likes, SLUG, KINDS[SLUG].fixed)
    draft = compose(gathered, write(gathered), others=names_of_others(scope, row.client_id))
    filed = file_draft(scope, shown.client_ref, SLUG, occasion_of(row), draft, revises=revises)
    row.deliverable_id, row.state = filed, "lettered"
    scope.session.flush()
    record(scope, AuditTag.PROPOSAL_LETTERED, f"proposal:{row.id}", row.client_id, deliverable=filed)
    return filed


def occasion_of(row: Proposal) -> str:
    """One letter of a proposal is open at a time; one that was taken back leaves room for the next round."""
    return f"letter:{row.id}@{row.round}"


def _sent_back(scope: Scope, row: Proposal) -> str | None:
    """The version that a reviewer sent back, which the new terms answer. Raises Conflict for a letter that is approved or released."""
    letter = scope.session.get(Deliverable, row.deliverable_id) if row.deliverable_id else None
    if letter is None or letter.state == "in_review":
        return None
    if letter.state == "changes":
        return letter.current_version_id
    if letter.state == "approved":
        raise Conflict("a reviewer has approved its letter: ask for changes in the review first")
    if letter.state == "released":
        raise Conflict("its letter is released: withdraw the proposal and make a new one for other terms")
    row.round += 1  # rejected, superseded or withdrawn: the next letter is another deliverable
    return None


def gather(snapshot: Snapshot, today: date, shown: Shown) -> Gathered:
    """What the letter may print: the lines chosen, the total, the term."""
    support = Support(snapshot)
    contact = sources.addressee(snapshot)
    lines = list(shown.chosen)
    priced = [_priced(support, one) for one in lines]
    parts = [part for _, part in priced]
    hourly = [part for (_, part), one in zip(priced, lines, strict=True) if one.pricing == "hourly"]
    work = _work(support, lines)
    proof = f"proposal:{shown.id}"
    variables = {
        **support.letter_to(contact),
        "work": work,
        "renews": False,
        "ended": False,
        "last_end": None,
        "family": family_of(lines[0].template),  # for a firm's own template that asks for one
        "families": sorted({family_of(one.template) for one in lines}),
        "services": [_named(support, one) for one in lines],
        "priced": [row for row, _ in priced] if len(lines) > 1 or lines[0].pricing != "fixed" else [],
        "fee": support.total(parts),
        "estimate": support.total(hourly) if hourly and len(hourly) < len(parts) else None,
        "hourly": len(hourly) == len(parts),
        "start": support.day(shown.start, RecordEvidence(proof, "start", shown.start.isoformat())),
        "end": support.day(shown.end, RecordEvidence(proof, "end", shown.end.isoformat())),
        "reply_by": support.reply_by(today, shown.start),
    }
    return Gathered(
        title=f"Engagement letter: {snapshot.client.name}",
        cls="C",
        as_of=today,
        facts=support.facts,
        variables=variables,
        recipients=sources.recipient(contact),
        checks=(*CHECKS, *_more_checks(lines)),
        unseen=support.unseen_of_contact(contact),
        engagement_id=None,
    )


def _work(support: Support, lines: Sequence[Line]) -> str | None:
    """The one thing that is agreed, where there is only one."""
    if len(lines) != 1:
        return None
    return support.words(lines[0].title, RecordEvidence(f"proposal-line:{lines[0].id}", "title", lines[0].title))


def _named(support: Support, one: Line) -> str:
    said = f"{one.title}: {one.scope}" if one.scope else one.title
    return support.words(said, RecordEvidence(f"proposal-line:{one.id}", "service", said))


def _priced(support: Support, one: Line) -> tuple[dict[str, object], Fact]:
    """A row of the table of prices, and the fact of what it comes to: price x quantity x times, each proven by the line."""
    where = f"proposal-line:{one.id}"
    price = from_record("price", "money", one.price, RecordEvidence(where, "price", str(one.price)))
    amount = price
    if one.quantity != 1:
        amount = derive.product("amount", price, _count(where, "quantity", one.quantity))
    if one.times != 1:
        amount = derive.product("amount", amount, _count(where, "periods", Decimal(one.times)))
    months = Decimal(one.months or 0)
    every = "hour" if one.pricing == "hourly" else _EVERY.get(one.months or 0, "months") if one.months else ""
    row: dict[str, object] = {
        "title": support.words(one.title, RecordEvidence(where, "title", one.title)),
        "price": support.amount(price),
        "every": every,
        "every_months": support.amount(_count(where, "months", months)) if every == "months" else None,
        "hours": support.hours(one.quantity, RecordEvidence(where, "quantity", str(one.quantity)))
        if every == "hour"
        else None,
        "pieces": support.amount(_count(where, "quantity", one.quantity)) if not every and one.quantity != 1 else None,
        "amount": support.amount(amount),
    }
    return row, amount


def _count(where: str, field: str, number: Decimal) -> Fact:
    plain = str(number.normalize()) if number != number.to_integral_value() else str(int(number))
    return from_record(field, "count", plain, RecordEvidence(where, field, plain))


def _more_checks(lines: Sequence[Line]) -> Iterator[str]:
    """What a partner looks at beyond the usual: prices off the list, and independence."""
    for one in lines:
        if one.list_price is not None and one.list_price != one.price:
            yield f"Price: {one.title} at ${one.price:,.2f}, the list asks ${one.list_price:,.2f}"
    if any(one.template in ("audit", "review") for one in lines):
        yield "Independence: note the threats and safeguards of this year, bookkeeping and other services among them"

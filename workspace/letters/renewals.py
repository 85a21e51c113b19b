"""Next year's letters for chosen clients at once: previewed, drafted for review, taken back.

A client's basis is its last signed proposal; without one, its latest engagement of each kind of work that has a fee and a signed letter;
advice counts only where its title names a year, for a question that was answered does not come again. Prices
rise by a percentage and are rounded half up to whole dollars, or to five: `price x (100 + percent) / 100`, once a line. Terms, and years
that a title names, move on by twelve months. Doing it twice drafts nothing twice: a client has one renewal for a first day.
"""

import re
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from decimal import ROUND_HALF_UP, Decimal
from pathlib import Path

from sqlalchemy import select

from store import audit
from store.audit import AuditTag
from store.errors import Conflict, Invalid, NotFound
from store.ids import new_id, stable_id
from store.tables import Client, Deliverable, Engagement, EngagementLetter, Person, Proposal, ProposalLine, RenewalBatch
from workspace.acting import person_of, record
from workspace.billing.amounts import CENT, ZERO, cents
from workspace.deadlines import add_months
from workspace.deliverables.model import OPEN
from workspace.letters.letter import draft_letter
from workspace.letters.proposals import amount_of, periods
from workspace.scope import Right, Scope
from workspace.snapshot import RETURNS

STEPS = (1, 5)
LEAST, MOST = Decimal(-50), Decimal(100)
MOST_CLIENTS = 300
_SAID = {"draft": "proposed", "lettered": "drafted", "signed": "signed", "declined": "declined"}


@dataclass(frozen=True)
class Renewed:
    """A line of a renewal: what it cost, what it will, and for what. `of` is the engagement or line that it follows."""

    title: str
    template: str
    pricing: str
    scope: str
    quantity: Decimal
    months: int | None
    was: Decimal
    price: Decimal
    service_id: str | None


@dataclass(frozen=True)
class Preview:
    """What a renewal of a client would be. `was` and `total` are dollars for the term; `there` says why nothing is drafted, "" when
    something is."""

    client_ref: str
    client: str
    start: date
    end: date
    lines: tuple[Renewed, ...]
    was: Decimal
    total: Decimal
    there: str
    basis: str


@dataclass(frozen=True)
class Batch:
    """Renewals drafted in one act. `drafted` and `open` count its letters: all, and those that can still be taken back."""

    id: str
    percent: Decimal
    step: int
    by: str
    at: str
    undone: bool
    drafted: int
    open: int


def raised(price: Decimal, percent: Decimal, step: int) -> Decimal:
    """A price after the change, rounded half up to a multiple of `step` dollars. Raises Invalid for a step or percentage that is none."""
    if step not in STEPS:
        raise Invalid("prices are rounded to 1 or 5 dollars")
    if not LEAST <= percent <= MOST:
        raise Invalid(f"the change is {LEAST} to {MOST} percent")
    exact = price * (100 + percent) / 100
    return ((exact / step).quantize(Decimal(1), ROUND_HALF_UP) * step).quantize(CENT)


def percent_in(text: str | Decimal) -> Decimal:
    """A percentage as a person writes it: `4`, `3.5 %`. Raises Invalid."""
    try:
        found = Decimal(str(text).replace("%", "").strip() or "0")
    except ArithmeticError:
        raise Invalid(f"{str(text)[:20]!r} is no percentage") from None
    if not found.is_finite() or found != found.quantize(Decimal("0.01")):
        raise Invalid("a percentage has at most two decimals")
    return found


def preview(scope: Scope, refs: Iterable[str] | None, percent: Decimal, step: int) -> tuple[Preview, ...]:
    """What the renewals of these clients (None: all active ones of the asker) would be, by name. Five queries. Forbidden without
    letter:write or rates:see, NotFound for a client outside the scope."""
    scope.require(Right.LETTER_WRITE)
    scope.require(Right.RATES_SEE)
    raised(ZERO, percent, step)
    clients = _clients(scope, refs)
    ids = [one.id for one in clients]
    signed, worked = _signed(scope, ids), _worked(scope, ids)
    made = _made_already(scope, ids)
    found = [_of_client(one, signed.get(one.id), worked.get(one.id, []), percent, step) for one in clients]
    return tuple(
        _with_there(one, client, made, scope.today)
        for one, client in zip(found, clients, strict=True)
        if one is not None
    )


def draft_renewals(
    scope: Scope, refs: Sequence[str], percent: Decimal, step: int, templates: Path | None = None
) -> tuple[str | None, list[str]]:
    """Draft the letters of these clients for review; returns the batch (None where nothing was drafted) and the deliverables' ids."""
    if not refs:
        raise Invalid("choose at least one client")
    wanted = [one for one in preview(scope, refs, percent, step) if not one.there]
    if not wanted:
        return None, []
    batch = RenewalBatch(
        id=new_id("rnw"), percent=percent, step=step, created_by=person_of(scope), created_at=scope.now
    )
    scope.session.add(batch)
    scope.session.flush()
    clients = {one.ref: one.id for one in _clients(scope, refs)}
    filed = [
        draft_letter(scope, _proposal(scope, batch, one, clients[one.client_ref]), templates=templates)
        for one in wanted
    ]
    record(
        scope, AuditTag.RENEWAL_DRAFTED, f"renewal:{batch.id}", None, letters=len(filed), percent=percent, rounded=step
    )
    return batch.id, filed


def take_back(scope: Scope, batch_id: str) -> int:
    """Undo a batch: its letters that nobody has decided for good are withdrawn with their proposals; returns how many. What was released
    stays. Raises NotFound, Conflict when it was undone already or nothing of it is left to take back."""
    scope.require(Right.LETTER_WRITE)
    batch = scope.session.get(RenewalBatch, batch_id)
    mine = select(Proposal).where(Proposal.batch_id == batch_id, Proposal.client_id.in_(scope.clients()))
    rows = list(scope.session.scalars(mine.order_by(Proposal.id)))
    if batch is None or not rows:
        raise NotFound(f"there are no renewals {batch_id[:40]}")
    if batch.undone_at is not None:
        raise Conflict("these renewals were taken back already")
    taken = sum(withdraw(scope, row, "the renewals were taken back") for row in rows)
    if not taken:
        raise Conflict("nothing is left to take back: their letters are released, signed or rejected")
    batch.undone_at = scope.now
    record(scope, AuditTag.RENEWAL_UNDONE, f"renewal:{batch.id}", None, letters=taken)
    return taken


def withdraw(scope: Scope, row: Proposal, reason: str) -> bool:
    """Withdraw a proposal and its letter, where that is still in the firm; False where it is released or decided."""
    scope.require(Right.LETTER_WRITE)
    letter = scope.session.get(Deliverable, row.deliverable_id) if row.deliverable_id else None
    if row.state not in ("draft", "lettered") or (letter is not None and letter.state == "released"):
        return False
    if letter is not None and letter.state in OPEN:
        letter.state = "withdrawn"
        _trail(scope, AuditTag.DELIVERABLE_WITHDRAWN, f"deliverable:{letter.id}", row.client_id, reason)
    row.state = "withdrawn"
    scope.session.flush()
    _trail(scope, AuditTag.PROPOSAL_WITHDRAWN, f"proposal:{row.id}", row.client_id, reason)
    return True


def _trail(scope: Scope, tag: AuditTag, subject: str, client_id: str, reason: str) -> None:
    detail = {"reason": reason}
    audit.record(
        scope.session, tag, actor=scope.email, subject=subject, now=scope.now, client_id=client_id, detail=detail
    )


def batches(scope: Scope, limit: int = 10) -> tuple[Batch, ...]:
    """The last batches with letters of the asker's clients, the newest first. Two queries."""
    scope.require(Right.LETTER_WRITE)
    rows = scope.session.execute(
        select(RenewalBatch, Person.name, Proposal.state, Deliverable.state)
        .join(Person, Person.id == RenewalBatch.created_by)
        .join(Proposal, Proposal.batch_id == RenewalBatch.id)
        .outerjoin(Deliverable, Deliverable.id == Proposal.deliverable_id)
        .where(Proposal.client_id.in_(scope.clients()))
        .order_by(RenewalBatch.created_at.desc(), RenewalBatch.id)
    ).all()
    found: dict[str, Batch] = {}
    for row, by, state, letter in rows:
        known = found.get(row.id) or Batch(
            row.id, row.percent, row.step, by, row.created_at.isoformat(), row.undone_at is not None, 0, 0
        )
        still = state == "lettered" and letter in OPEN
        found[row.id] = replace(known, drafted=known.drafted + 1, open=known.open + still)
    return tuple(found.values())[:limit]


def _clients(scope: Scope, refs: Iterable[str] | None) -> list[Client]:
    wanted = select(Client).where(Client.id.in_(scope.clients())).order_by(Client.name, Client.ref)
    if refs is None:
        return list(scope.session.scalars(wanted.where(Client.status == "active").limit(MOST_CLIENTS)))
    asked = list(dict.fromkeys(refs))
    if len(asked) > MOST_CLIENTS:
        raise Invalid(f"at most {MOST_CLIENTS} clients at once")
    found = list(scope.session.scalars(wanted.where(Client.ref.in_(asked))))
    missing = sorted(set(asked) - {one.ref for one in found})
    if missing:
        raise NotFound(f"there is no client {missing[0][:40]}")
    return found


def _signed(scope: Scope, ids: Sequence[str]) -> dict[str, tuple[Proposal, list[ProposalLine]]]:
    """The last signed proposal of each client with the lines that its letter covers."""
    rows = scope.session.execute(
        select(Proposal, ProposalLine)
        .join(ProposalLine, ProposalLine.proposal_id == Proposal.id)
        .where(Proposal.client_id.in_(ids), Proposal.state == "signed")
        .order_by(Proposal.end, Proposal.id, ProposalLine.place)
    )
    found: dict[str, tuple[Proposal, list[ProposalLine]]] = {}
    for row, line in rows:
        if row.client_id not in found or found[row.client_id][0].id != row.id:
            found[row.client_id] = (row, [])
        if line.option in ("", row.choice):
            found[row.client_id][1].append(line)
    return found


def _worked(scope: Scope, ids: Sequence[str]) -> dict[str, list[Engagement]]:
    """The latest engagement of each kind of work that has a fee and a signed letter, by client."""
    rows = scope.session.scalars(
        select(Engagement)
        .join(EngagementLetter, EngagementLetter.engagement_id == Engagement.id)
        .where(
            Engagement.client_id.in_(ids),
            Engagement.fee > 0,
            EngagementLetter.signed_on.is_not(None),
            Engagement.template.not_in(("matter", "onboarding")),
            Engagement.period_start.is_not(None),
            Engagement.period_end.is_not(None),
        )
        .order_by(Engagement.period_end, Engagement.ref)
    )
    latest: dict[str, dict[str, Engagement]] = defaultdict(dict)
    for one in rows:
        once = one.template == "advisory" and not re.search(r"\b20\d\d\b", one.title)
        if not once and (one.fee_type != "hourly" or one.budget_hours):  # hours nobody planned have no price to renew
            latest[one.client_id][one.template] = one
    return {key: sorted(kinds.values(), key=lambda one: one.ref) for key, kinds in latest.items()}


Made = dict[tuple[str, date], list[str]]


def _made_already(scope: Scope, ids: Sequence[str]) -> Made:
    """The states of the renewals on record, by client and first day."""
    wanted = select(Proposal.client_id, Proposal.start, Proposal.state).where(
        Proposal.client_id.in_(ids), Proposal.renews
    )
    found: Made = defaultdict(list)
    for client_id, start, state in scope.session.execute(wanted):
        found[client_id, start].append(state)
    return found


def _of_client(
    client: Client,
    signed: tuple[Proposal, list[ProposalLine]] | None,
    worked: list[Engagement],
    percent: Decimal,
    step: int,
) -> Preview | None:
    if signed is not None:
        row, lines = signed
        start = row.end + timedelta(days=1)
        end = _same_length(row.start, row.end, start)
        renewed = tuple(_from_line(one, percent, step) for one in lines)
        basis = f"the letter signed for {row.start} to {row.end}"
    elif worked:
        start = _next_start(worked)
        end = add_months(start, 12) - timedelta(days=1)
        renewed = tuple(_from_work(one, percent, step) for one in worked)
        basis = "the engagements on record"
    else:
        return None
    was = sum((amount_of(one.was, one.quantity, _times(one, start, end)) for one in renewed), ZERO)
    total = sum((amount_of(one.price, one.quantity, _times(one, start, end)) for one in renewed), ZERO)
    return Preview(client.ref, client.name, start, end, renewed, was, total, "", basis)


def _next_start(worked: list[Engagement]) -> date:
    """The first day of the next term: of the work that goes on through the year, the latest; of returns alone their next year's."""
    through = [one for one in worked if one.template not in RETURNS] or worked
    return max(add_months(one.period_start, 12) for one in through if one.period_start)


def _with_there(one: Preview, client: Client, made: Made, today: date) -> Preview:
    if one.end < today:
        return replace(one, there="its next term is over: propose anew")
    standing = [state for state in made.get((client.id, one.start), ()) if state != "withdrawn"]
    return replace(one, there=f"{_SAID[standing[0]]} already") if standing else one


def _times(one: Renewed, start: date, end: date) -> int:
    return periods(start, end, one.months) if one.pricing == "recurring" else 1


def _same_length(first: date, last: date, start: date) -> date:
    after = last + timedelta(days=1)
    months = (after.year - first.year) * 12 + after.month - first.month
    return add_months(start, max(months, 1)) - timedelta(days=1)


def _from_line(one: ProposalLine, percent: Decimal, step: int) -> Renewed:
    price = raised(one.price, percent, step)
    title = next_year(one.title)
    return Renewed(
        title, one.template, one.pricing, one.scope, one.quantity, one.months, one.price, price, one.service_id
    )


def _from_work(one: Engagement, percent: Decimal, step: int) -> Renewed:
    """A fee on record; an hourly one as a rate for the hours that were planned."""
    fee, hours = one.fee or ZERO, one.budget_hours
    if one.fee_type == "hourly" and hours:
        rate = cents(fee / hours)
        return Renewed(
            next_year(one.title), one.template, "hourly", "", hours, None, rate, raised(rate, percent, step), None
        )
    return Renewed(
        next_year(one.title), one.template, "fixed", "", Decimal(1), None, fee, raised(fee, percent, step), None
    )


def next_year(title: str) -> str:
    """A title with every year in it one later: "2025 Form 1120-S" as "2026 Form 1120-S"."""
    return re.sub(r"\b20\d\d\b", lambda found: str(int(found[0]) + 1), title)


def _id_of(one: Preview, number: int) -> str:
    return stable_id("prp", "renewal", one.client_ref, one.start.isoformat(), number)


def _proposal(scope: Scope, batch: RenewalBatch, one: Preview, client_id: str) -> str:
    """The renewal's row. Its id comes from client, first day and how many were taken back, so that two people at once make one; where a
    merge was undone that number may be one of a renewal before, and the next is taken."""
    number = len(_made_already(scope, [client_id]).get((client_id, one.start), ()))
    while scope.session.get(Proposal, identity := _id_of(one, number)) is not None:
        number += 1
    row = Proposal(
        id=identity,
        client_id=client_id,
        title=f"Renewal {one.start.year}",
        state="draft",
        start=one.start,
        end=one.end,
        choice="",
        note=f"Follows {one.basis}",
        round=1,
        renews=True,
        batch_id=batch.id,
        created_by=batch.created_by,
        created_at=scope.now,
    )
    scope.session.add(row)
    scope.session.flush()
    for place, line in enumerate(one.lines):
        scope.session.add(
            ProposalLine(
                id=new_id("pln"),
                client_id=client_id,
                proposal_id=identity,
                place=place,
                option="",
                service_id=line.service_id,
                title=line.title,
                template=line.template,
                pricing=line.pricing,
                scope=line.scope,
                quantity=line.quantity,
                price=line.price,
                months=line.months,
            )
        )
    scope.session.flush()
    return identity

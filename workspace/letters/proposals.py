"""Proposals: services chosen for a client and a term, priced, with options; what each comes to. A proposal becomes a letter in letter.py.

Owns the arithmetic of a line: fixed = price x pieces; hourly = price x the hours estimated; recurring = price x the whole periods that
lie in the term, at least one. Decimal to the cent; nothing here is rounded, for price and quantity have two places and times are whole.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal

from sqlalchemy import select

from store.audit import AuditTag
from store.errors import Conflict, Forbidden, Invalid, NotFound
from store.ids import new_id
from store.tables import Client, Engagement, Person, Proposal, ProposalLine, Service
from workspace.acting import person_of, record
from workspace.billing.amounts import CENT, ZERO, cents, hours_in, money_in
from workspace.letters.acts import note_in, text_in
from workspace.letters.services import service_of
from workspace.scope import Right, Scope, access_client
from workspace.undo import expect, mark_of

OPEN = ("draft", "lettered")
MOST_LINES = 40


@dataclass(frozen=True)
class Wanted:
    """A line to propose. `price` None: the list's. `quantity`: pieces, or hours estimated. `option` "": part of every option.
    `engagement`: the ref of work on record that it is about."""

    service: str
    price: Decimal | str | None = None
    quantity: Decimal | str = Decimal(1)
    option: str = ""
    title: str | None = None
    engagement: str | None = None


@dataclass(frozen=True)
class Line:
    """A line as it is shown. `amount` is what it comes to for the term, `times` the periods of a recurring price, `list_price` what the
    price list asks today, None for what is not on it."""

    id: str
    place: int
    option: str
    service: str | None
    title: str
    template: str
    pricing: str
    scope: str
    quantity: Decimal
    price: Decimal
    months: int | None
    times: int
    amount: Decimal
    list_price: Decimal | None
    engagement_ref: str | None


@dataclass(frozen=True)
class Total:
    """What an option comes to for the term, all common lines included. `estimate`: the part of it that is hours estimated."""

    option: str
    amount: Decimal
    estimate: Decimal


@dataclass(frozen=True)
class Shown:
    """A proposal with its lines. `totals` has one row for each option, or the one of option "" where there are none."""

    id: str
    client_id: str
    client_ref: str
    client: str
    title: str
    state: str
    start: date
    end: date
    choice: str
    note: str
    renews: bool
    batch_id: str | None
    deliverable_id: str | None
    created_by: str
    lines: tuple[Line, ...]
    totals: tuple[Total, ...]
    mark: str

    @property
    def chosen(self) -> tuple[Line, ...]:
        """The lines that a letter covers: the common ones and those of the option that was chosen."""
        return tuple(one for one in self.lines if one.option in ("", self.choice))

    @property
    def total(self) -> Total | None:
        """What the letter comes to; None while an option is still to be chosen."""
        return next((one for one in self.totals if one.option == self.choice), None)


def propose(
    scope: Scope,
    client_ref: str,
    wanted: Sequence[Wanted],
    *,
    start: date,
    end: date,
    title: str = "",
    note: str = "",
    identity: str | None = None,
) -> str:
    """A proposal of these services for a term; returns its id. Raises Forbidden without letter:write, NotFound, Invalid."""
    client = access_client(scope, client_ref, Right.LETTER_WRITE)
    _term(start, end)
    row = Proposal(
        id=identity or new_id("prp"),
        client_id=client.id,
        title=note_in(title, 200) or f"Services {start.year}" + (f"–{end.year}" if end.year != start.year else ""),
        state="draft",
        start=start,
        end=end,
        choice="",
        note=note_in(note),
        round=1,
        renews=False,
        created_by=person_of(scope),
        created_at=scope.now,
    )
    scope.session.add(row)
    scope.session.flush()
    _put_lines(scope, row, wanted)
    record(scope, AuditTag.PROPOSAL_DRAFTED, f"proposal:{row.id}", client.id, lines=len(wanted), start=start, end=end)
    return row.id


def change(
    scope: Scope,
    proposal_id: str,
    wanted: Sequence[Wanted],
    *,
    start: date,
    end: date,
    title: str = "",
    note: str = "",
    mark: str | None = None,
) -> None:
    """Other terms for a proposal that is not signed. A letter drafted from it keeps its words until it is drafted anew. Raises as
    `propose`, Conflict for one that is decided or was changed meanwhile."""
    row = access_proposal(scope, proposal_id, Right.LETTER_WRITE)
    expect(row, mark, "the proposal")
    must_be_open(row)
    _term(start, end)
    for line in scope.session.scalars(select(ProposalLine).where(ProposalLine.proposal_id == row.id)):
        scope.session.delete(line)
    row.start, row.end, row.title, row.note = start, end, note_in(title, 200) or row.title, note_in(note)
    scope.session.flush()
    _put_lines(scope, row, wanted)
    if row.choice not in {one.option for one in wanted}:
        row.choice = ""
    record(scope, AuditTag.PROPOSAL_CHANGED, f"proposal:{row.id}", row.client_id, lines=len(wanted))


def choose(scope: Scope, proposal_id: str, option: str, *, mark: str | None = None) -> None:
    """Note which option the client takes. Raises as `change`, Invalid for an option that there is not."""
    row = access_proposal(scope, proposal_id, Right.LETTER_WRITE)
    expect(row, mark, "the proposal")
    must_be_open(row)
    options = set(scope.session.scalars(select(ProposalLine.option).where(ProposalLine.proposal_id == row.id))) - {""}
    if option not in options:
        raise Invalid(f"there is no option {option[:40]!r}; there are {', '.join(sorted(options)) or 'none'}")
    row.choice = option
    record(scope, AuditTag.PROPOSAL_CHANGED, f"proposal:{row.id}", row.client_id, choice=option)


def access_proposal(scope: Scope, proposal_id: str, right: Right = Right.READ) -> Proposal:
    """The proposal of that id. Raises NotFound outside the scope, Forbidden inside it without the right."""
    wanted = select(Proposal).where(Proposal.id == proposal_id, Proposal.client_id.in_(scope.clients()))
    found = scope.session.scalars(wanted).one_or_none()
    if found is None:
        raise NotFound(f"there is no proposal {proposal_id[:40]}")
    scope.require(right)
    return found


def must_be_open(row: Proposal) -> None:
    """Raises Conflict for a proposal that is decided."""
    if row.state not in OPEN:
        raise Conflict(f"this proposal is {row.state}: make a new one")


def show_proposal(scope: Scope, proposal_id: str) -> Shown:
    """One query for the proposal, one for its lines. Raises NotFound, Forbidden without letter:write."""
    row = access_proposal(scope, proposal_id, Right.LETTER_WRITE)
    return shown_of(scope, [row])[0]


def shown_of(scope: Scope, rows: Sequence[Proposal]) -> list[Shown]:
    """Proposals of the scope with their lines, in the order given; two queries however many."""
    ids = [one.id for one in rows]
    found: dict[str, list[Line]] = {one: [] for one in ids}
    terms = {one.id: (one.start, one.end) for one in rows}
    wanted = (
        select(ProposalLine, Service.slug, Service.price, Engagement.ref)
        .outerjoin(Service, Service.id == ProposalLine.service_id)
        .outerjoin(Engagement, Engagement.id == ProposalLine.engagement_id)
        .where(ProposalLine.proposal_id.in_(ids), ProposalLine.client_id.in_(scope.clients()))
        .order_by(ProposalLine.proposal_id, ProposalLine.place)
    )
    for line, slug, listed, ref in scope.session.execute(wanted):
        found[line.proposal_id].append(_line(line, slug, listed, ref, terms[line.proposal_id]))
    named = (
        select(Proposal.id, Client.ref, Client.name, Person.name)
        .join(Client, Client.id == Proposal.client_id)
        .join(Person, Person.id == Proposal.created_by)
        .where(Proposal.id.in_(ids), Proposal.client_id.in_(scope.clients()))
    )
    names = {key: (ref, client, by) for key, ref, client, by in scope.session.execute(named)}
    return [_shown(row, *names[row.id], tuple(found[row.id])) for row in rows]


def _shown(row: Proposal, ref: str, client: str, by: str, lines: tuple[Line, ...]) -> Shown:
    return Shown(
        row.id,
        row.client_id,
        ref,
        client,
        row.title,
        row.state,
        row.start,
        row.end,
        row.choice,
        row.note,
        row.renews,
        row.batch_id,
        row.deliverable_id,
        by,
        lines,
        totals(lines),
        mark_of(row),
    )


def _line(
    row: ProposalLine, slug: str | None, listed: Decimal | None, ref: str | None, term: tuple[date, date]
) -> Line:
    times = periods(*term, row.months) if row.pricing == "recurring" else 1
    return Line(
        row.id,
        row.place,
        row.option,
        slug,
        row.title,
        row.template,
        row.pricing,
        row.scope,
        row.quantity,
        row.price,
        row.months,
        times,
        amount_of(row.price, row.quantity, times),
        listed,
        ref,
    )


def periods(start: date, end: date, months: int | None) -> int:
    """Whole periods of `months` months in the term, at least one."""
    after = end + timedelta(days=1)
    span = (after.year - start.year) * 12 + after.month - start.month - (1 if after.day < start.day else 0)
    return max(span // (months or 1), 1)


def amount_of(price: Decimal, quantity: Decimal, times: int) -> Decimal:
    """What a line comes to, to the cent; half hours of a price in cents are rounded half to even, once a line."""
    return cents(price * quantity * times)


def totals(lines: Iterable[Line]) -> tuple[Total, ...]:
    """One total for each option, the common lines in each; the one of option "" where there are no options."""
    every = list(lines)
    options = sorted({one.option for one in every} - {""}) or [""]
    return tuple(
        Total(
            option,
            sum((one.amount for one in every if one.option in ("", option)), ZERO),
            sum((one.amount for one in every if one.option in ("", option) and one.pricing == "hourly"), ZERO),
        )
        for option in options
    )


def _term(start: date, end: date) -> None:
    if end < start:
        raise Invalid("the term ends before it begins")
    if (end - start).days > 1100:
        raise Invalid("a term is at most three years")


def _put_lines(scope: Scope, row: Proposal, wanted: Sequence[Wanted]) -> None:
    if not wanted:
        raise Invalid("choose at least one service")
    if len(wanted) > MOST_LINES:
        raise Invalid(f"a proposal has at most {MOST_LINES} lines")
    for place, one in enumerate(wanted):
        scope.session.add(_made(scope, row, place, one))
    scope.session.flush()


def _made(scope: Scope, row: Proposal, place: int, one: Wanted) -> ProposalLine:
    service = service_of(scope, one.service)
    price = service.price if one.price in (None, "") else money_in(str(one.price), "the price")
    quantity = hours_in(str(one.quantity), "the quantity", "a number like 2, or hours like 1.5 or 1:30")
    if quantity < CENT or price < 0:
        raise Invalid(f"{service.title}: a quantity is above zero and a price is not negative")
    if price != service.price and not scope.has(Right.RATES_SEE):
        raise Forbidden(f"{scope.email} ({scope.role}) lacks the right {Right.RATES_SEE.value}: only the list's price")
    return ProposalLine(
        id=new_id("pln"),
        client_id=row.client_id,
        proposal_id=row.id,
        place=place,
        option=note_in(one.option, 40),
        service_id=service.id,
        title=text_in(one.title or service.title, "the title"),
        template=service.template,
        pricing=service.pricing,
        scope=service.scope,
        quantity=quantity,
        price=price,
        months=service.months,
        engagement_id=_engagement(scope, row.client_id, one.engagement),
    )


def _engagement(scope: Scope, client_id: str, ref: str | None) -> str | None:
    if not ref:
        return None
    wanted = select(Engagement.id).where(Engagement.ref == ref, Engagement.client_id == client_id)
    found = scope.session.scalars(wanted.where(Engagement.client_id.in_(scope.clients()))).one_or_none()
    if found is None:
        raise NotFound(f"there is no engagement {ref[:40]} of this client")
    return found

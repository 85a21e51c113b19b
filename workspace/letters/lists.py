"""Proposals and letters as the pages list them: what is offered, what is out for signature, what was agreed. Reads only."""

from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal

from sqlalchemy import select

from store.tables import Client, Deliverable, Person, Proposal, Signing
from workspace.letters.proposals import Total, shown_of
from workspace.scope import Right, Scope, access_client


@dataclass(frozen=True)
class Listed:
    """A proposal in a list. `totals` are those of its options; `letter` is the state of its letter, "" before one was drafted; `signing`
    the state of its signing, "" before it was out."""

    id: str
    client_ref: str
    client: str
    title: str
    state: str
    start: date
    end: date
    totals: tuple[Total, ...]
    lines: int
    deliverable_id: str | None
    letter: str
    signing: str
    by: str
    at: datetime

    @property
    def most(self) -> Decimal:
        """The largest total, for sorting."""
        return max((one.amount for one in self.totals), default=Decimal(0))


def proposals(
    scope: Scope, *, client_ref: str | None = None, state: str | None = None, limit: int = 200
) -> tuple[Listed, ...]:
    """Open ones first, then the newest. Three queries. Forbidden without letter:write."""
    scope.require(Right.LETTER_WRITE)
    wanted = (
        select(Proposal, Deliverable.state, Signing.state, Person.name)
        .join(Client, Client.id == Proposal.client_id)
        .join(Person, Person.id == Proposal.created_by)
        .outerjoin(Deliverable, Deliverable.id == Proposal.deliverable_id)
        .outerjoin(Signing, Signing.deliverable_id == Proposal.deliverable_id)
        .where(Proposal.client_id.in_(scope.clients()))
        .order_by(Proposal.state.not_in(("draft", "lettered")), Proposal.created_at.desc(), Proposal.id)
        .limit(limit)
    )
    if client_ref is not None:
        wanted = wanted.where(Client.ref == client_ref)
    if state:
        wanted = wanted.where(Proposal.state == state)
    rows = scope.session.execute(wanted).all()
    shown = {one.id: one for one in shown_of(scope, [row for row, *_ in rows])}
    return tuple(
        Listed(
            row.id,
            shown[row.id].client_ref,
            shown[row.id].client,
            row.title,
            row.state,
            row.start,
            row.end,
            shown[row.id].totals,
            len(shown[row.id].lines),
            row.deliverable_id,
            letter or "",
            signing or "",
            by,
            row.created_at,
        )
        for row, letter, signing, by in rows
    )


def ready_to_send(scope: Scope) -> tuple[tuple[str, str, str, str], ...]:
    """Released engagement letters that are not out for signature: id, client's ref and name, title. One query."""
    scope.require(Right.LETTER_WRITE)
    rows = scope.session.execute(
        select(Deliverable.id, Client.ref, Client.name, Deliverable.title)
        .join(Client, Client.id == Deliverable.client_id)
        .outerjoin(Signing, Signing.deliverable_id == Deliverable.id)
        .where(
            Deliverable.client_id.in_(scope.clients()),
            Deliverable.slug == "engagement-letter",
            Deliverable.state == "released",
            Signing.id.is_(None),
        )
        .order_by(Client.name, Deliverable.id)
        .limit(100)
    )
    return tuple(row.tuple() for row in rows)


def agreed(scope: Scope, client_ref: str) -> tuple[str, ...]:
    """What the client's signed letters made here cover, as their lines name it: title and scope. The signals read the same words from
    the signed document. Raises NotFound."""
    client = access_client(scope, client_ref, Right.LETTER_WRITE)
    rows = scope.session.scalars(
        select(Proposal).where(Proposal.client_id == client.id, Proposal.state == "signed").order_by(Proposal.start)
    )
    return tuple(
        f"{line.title}: {line.scope}" if line.scope else line.title
        for one in shown_of(scope, list(rows))
        for line in one.chosen
    )

"""Who owns how much of a client, and since when: steps of time that never overlap for one owner and never sum to more than the whole.

`client_contacts.ownership_pct` is what signals read: it is held to what stands here today. A load of the firm folder may change it behind
our back; then the folder's word is what holds, and the next entry here takes it over.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from decimal import Decimal

from sqlalchemy import select

from store.audit import AuditTag
from store.errors import Conflict, Invalid
from store.ids import new_id
from store.tables import Client, ClientContact, Contact, OwnershipShare
from workspace.directory.contacts import tied
from workspace.directory.relations import Party, find_party
from workspace.directory.words import HUNDRED, line, note, share_in
from workspace.records.history import Source, note_change
from workspace.scope import Right, Scope, access_client
from workspace.undo import undoable

_DAY = timedelta(days=1)
ZERO = Decimal(0)


@dataclass(frozen=True)
class Share:
    """A step of one owner: `pct` from `since` (None: from before anybody wrote it down) to `until`, its last day (None: it lasts).

    `id` "" is a share that only the client's record knows, from the firm folder."""

    id: str
    owner: Party
    pct: Decimal
    since: date | None
    until: date | None
    note: str = ""

    def covers(self, day: date) -> bool:
        """Whether it holds on that day."""
        return (self.since is None or self.since <= day) and (self.until is None or day <= self.until)


def shares_of(scope: Scope, client: Client, ties: Sequence[tuple[ClientContact, Contact]]) -> tuple[Share, ...]:
    """Every share of a client, by owner and time, those of client owners that the asker may not see left out; two queries.

    `ties` are the client's contacts, whose own percentage holds today."""
    found = _all(scope, client, ties)
    visible = _seen_clients(scope, [one.owner.id for one in found if one.owner.of == "client"])
    return tuple(one for one in found if one.owner.of == "contact" or one.owner.id in visible)


def _seen_clients(scope: Scope, ids: Sequence[str]) -> set[str]:
    if not ids:
        return set()
    return set(scope.session.scalars(select(Client.id).where(Client.id.in_(ids), Client.id.in_(scope.clients()))))


def _all(scope: Scope, client: Client, ties: Sequence[tuple[ClientContact, Contact]]) -> list[Share]:
    """Every share, hidden owners too; what only the record knows added, and what it contradicts today ended yesterday."""
    row = OwnershipShare
    query = (
        select(row, Contact, Client)
        .outerjoin(Contact, Contact.id == row.contact_id)
        .outerjoin(Client, Client.id == row.owner_client_id)
        .where(row.client_id == client.id, row.client_id.in_(scope.clients()))
    )
    found = []
    for share, contact, owner in scope.session.execute(query).tuples():
        party = (
            Party("contact", contact.id, contact.id, contact.name)
            if contact is not None
            else Party("client", owner.id, owner.ref, owner.name)
        )
        found.append(Share(share.id, party, share.pct, share.valid_from, share.valid_to, share.note))
    for tie, contact in ties:
        found = _with_record(found, tie, contact, scope.today)
    return sorted(found, key=lambda one: (one.owner.name, one.owner.id, one.since or date.min))


def _with_record(found: list[Share], tie: ClientContact, contact: Contact, today: date) -> list[Share]:
    mine = [one for one in found if one.owner.id == contact.id]
    current = next((one for one in mine if one.covers(today)), None)
    says = tie.ownership_pct or ZERO
    if says == (current.pct if current else ZERO):
        return found
    kept = [one for one in found if one is not current]
    if current is not None and (current.since is None or current.since < today):
        kept.append(replace(current, until=today - _DAY))
    if says:
        party = Party("contact", contact.id, contact.id, contact.name)
        kept.append(Share("", party, says, today if mine else None, None, "as the firm folder says"))
    return kept


def on_day(shares: Iterable[Share], day: date) -> tuple[tuple[Share, ...], Decimal]:
    """Who owned the client on a day, the largest first, and the sum."""
    held = sorted((one for one in shares if one.covers(day)), key=lambda one: (-one.pct, one.owner.name))
    return tuple(held), sum((one.pct for one in held), ZERO)


def stepped(mine: Sequence[Share], step: Share) -> list[Share]:
    """One owner's shares with a new step in them: it holds to the end of the share that held on its day, where none did to the next one
    that is known; 0 % only ends what was before."""
    since = step.since or date.min
    within = next((one for one in mine if one.covers(since)), None)
    later = sorted(one.since for one in mine if one.since and one.since > since)
    until = within.until if within else later[0] - _DAY if later else None
    made = [] if step.pct == 0 else [replace(step, until=until)]
    for one in mine:
        begins = one.since or date.min
        if begins > since:
            made.append(one)
        elif begins < since:
            ends = since - _DAY
            made.append(replace(one, until=ends if one.until is None or one.until > ends else one.until))
    return sorted(made, key=lambda one: one.since or date.min)


def too_much(shares: Sequence[Share]) -> tuple[date, Decimal] | None:
    """The first day on which the shares sum to more than the whole, and the sum; None when there is no such day."""
    for day in sorted({one.since or date.min for one in shares}):
        total = on_day(shares, day)[1]
        if total > HUNDRED:
            return day, total
    return None


def set_share(
    scope: Scope, client_ref: str, owner: str, pct: str | Decimal, since: date | None, remark: str = ""
) -> str:
    """From a day on (today or before, None: since ever) `owner`, named as find_party takes it, owns `pct` percent; 0 ends the share.

    A contact is tied to the client first. Answers with the act. Raises NotFound, Forbidden, Invalid, Conflict over 100 percent."""
    client = access_client(scope, client_ref, Right.CLIENT_WRITE)
    share, party = share_in(pct), find_party(scope, owner)
    if since is not None and since > scope.today:
        raise Invalid("a share is entered when it has begun: the day is in the future")
    if party.of == "client" and party.id == client.id:
        raise Invalid("a client does not own itself")
    if party.of == "contact":
        tied(scope, client, party.id)
    ties = ties_of(scope, client)
    known = _all(scope, client, ties)
    mine = [one for one in known if one.owner.id == party.id]
    text = line(remark, 300, "the note") or ""
    made = stepped(mine, Share("", party, share, since, None, text))
    over = too_much([one for one in known if one.owner.id != party.id] + made)
    if over is not None:
        first = "from the beginning" if over[0] == date.min else f"on {over[0].isoformat()}"
        raise Conflict(
            f"the shares of {client.name} would sum to {over[1].normalize():f} % {first}; the whole is 100 %"
        )
    with undoable(scope, f"{client.name}: {party.name} owns {share.normalize():f} %") as act:
        _write(scope, client, party, made)
        told = {
            "client": client.ref,
            "owner": party.ref,
            "pct": str(share),
            "from": since.isoformat() if since else None,
        }
        note(scope, AuditTag.OWNERSHIP_SET, f"client:{client.id}", client.id, **told)
    return act.id


def ties_of(scope: Scope, client: Client) -> list[tuple[ClientContact, Contact]]:
    """The contacts of a client with what each is to it, the primary first; one query."""
    query = (
        select(ClientContact, Contact)
        .join(Contact, Contact.id == ClientContact.contact_id)
        .where(ClientContact.client_id == client.id, ClientContact.client_id.in_(scope.clients()))
        .order_by(ClientContact.is_primary.desc(), Contact.name, Contact.id)
    )
    return [(tie, contact) for tie, contact in scope.session.execute(query).tuples()]


def _write(scope: Scope, client: Client, party: Party, made: Sequence[Share]) -> None:
    """Make one owner's rows these, and the contact's percentage what holds today."""
    row = OwnershipShare
    column = row.contact_id if party.of == "contact" else row.owner_client_id
    rows = {
        one.id: one for one in scope.session.scalars(select(row).where(row.client_id == client.id, column == party.id))
    }
    keep = {one.id for one in made if one.id}
    for identity, one in rows.items():
        if identity not in keep:
            scope.session.delete(one)
    for share in made:
        if not share.id:
            sides = {"contact_id" if party.of == "contact" else "owner_client_id": party.id}
            row_of = OwnershipShare(id=new_id("shr"), client_id=client.id, **sides)
            scope.session.add(row_of)
        else:
            row_of = rows[share.id]
        row_of.pct, row_of.valid_from, row_of.valid_to, row_of.note = share.pct, share.since, share.until, share.note
    scope.session.flush()
    if party.of == "contact":
        tie = tied(scope, client, party.id)
        now = next((one.pct for one in made if one.covers(scope.today)), None)
        if tie.ownership_pct != now:
            before, tie.ownership_pct = tie.ownership_pct, now
            source = Source("edit", scope.person_id)
            note_change(scope, tie, {"ownership_pct": before}, {"ownership_pct": now}, source)

"""The list of clients, the one who needs somebody most first: next deadline by slack, who waits, money, signals, drafts, last scan."""

from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from decimal import Decimal
from types import MappingProxyType
from typing import Any, NamedTuple

from sqlalchemy import Row, case, func, literal, select, type_coerce, union_all

from store.tables import (
    Client,
    ClientGroup,
    ClientScan,
    ClientTag,
    Deliverable,
    FilingState,
    Invoice,
    Payment,
    Person,
    SignalRow,
    Tag,
)
from store.twins import twin
from store.types import Money
from workspace.deliverables.model import OPEN
from workspace.money_sight import sees_money, shown_signals
from workspace.raised import HIDDEN, SEEN
from workspace.rank import PINNED, RANKED, TOP
from workspace.scans import latest_scans
from workspace.scope import Right, Scope
from workspace.snapshot.model import ZERO

OLD = 60  # days past due from which a receivable is old (signals.md)


class ClientLine(NamedTuple):
    """A client in the list. `next` is the deadline with the least slack as the last scan wrote it down; `open_items` are request items
    the client owes us, `asked_since` the oldest day we asked. `signals` counts open ones by class, `place` and `score` are of the
    loudest. `drafts` wait for somebody. `scanned_on` None: never; `scan_state` failed says that what is shown is older."""

    ref: str
    name: str
    entity_type: str
    status: str
    partner: str | None
    manager: str | None
    ai_policy: str
    next: Mapping[str, Any] | None
    open_items: int
    asked_since: str | None
    receivable: Decimal
    old: Decimal
    signals: Mapping[str, int]
    place: int
    score: Decimal
    lead: str | None
    drafts: int
    scanned_on: date | None
    scan_state: str | None
    group: str | None = None
    tags: tuple[str, ...] = ()
    states: tuple[str, ...] = ()
    custom: Mapping[str, Any] = MappingProxyType({})

    @property
    def sort_key(self) -> tuple[Any, ...]:
        """Need: the loudest signal as brief.md ranks it, then the least slack, then the ref."""
        slack = Decimal(self.next["slack_days"]) if self.next else Decimal("Infinity")
        return (self.place, -self.score, slack, self.ref)


@dataclass
class _Loud:
    """The open signals of one client."""

    classes: Counter[str] = field(default_factory=Counter[str])
    place: int = RANKED
    score: Decimal = ZERO
    lead: str | None = None


def clients_list(scope: Scope) -> tuple[ClientLine, ...]:
    """The asker's clients by need, in five queries."""
    scope.require(Right.CLIENT_READ)
    loud, drafts, marked = _signals(scope), _drafts(scope), _marked(scope)
    money = _receivables(scope) if sees_money(scope) else {}
    lines = [
        _line(
            found,
            loud.get(found.id) or _Loud(),
            money.get(found.id, (ZERO, ZERO)),
            drafts.get(found.id, 0),
            marked.get(found.id, ((), ())),
        )
        for found in _clients(scope)
    ]
    return tuple(sorted(lines, key=lambda line: line.sort_key))


def _clients(scope: Scope) -> Sequence[Row[Any]]:
    """Columns, no objects: of a thousand clients those cost more than the query."""
    partner, manager = twin(Person, "partner"), twin(Person, "manager")
    latest = latest_scans()
    newest = select(ClientScan.client_id, func.max(ClientScan.as_of).label("as_of")).group_by(ClientScan.client_id)
    any_scan, last, good = newest.subquery(), twin(ClientScan, "last"), twin(ClientScan, "good")
    found = scope.session.execute(
        select(Client.id, Client.ref, Client.name, Client.entity_type, Client.status, Client.ai_policy, Client.state)
        .add_columns(Client.custom, partner.name.label("partner"), manager.name.label("manager"))
        .add_columns(last.as_of, last.state.label("scan_state"), good.read, ClientGroup.name.label("group"))
        .outerjoin(ClientGroup, ClientGroup.id == Client.group_id)
        .outerjoin(partner, partner.id == Client.partner_id)
        .outerjoin(manager, manager.id == Client.manager_id)
        .outerjoin(any_scan, any_scan.c.client_id == Client.id)
        .outerjoin(last, (last.client_id == Client.id) & (last.as_of == any_scan.c.as_of))
        .outerjoin(latest, latest.c.client_id == Client.id)
        .outerjoin(good, (good.client_id == Client.id) & (good.as_of == latest.c.as_of))
        .where(Client.id.in_(scope.clients()))
    )
    return found.all()


def _signals(scope: Scope) -> dict[str, _Loud]:
    latest, row = latest_scans(), SignalRow
    found = scope.session.execute(
        select(row.client_id, row.cls, row.score, row.state, row.headline)
        .join(latest, (latest.c.client_id == row.client_id) & (latest.c.as_of == row.as_of))
        .where(row.client_id.in_(scope.clients()), row.state.not_in(HIDDEN), shown_signals(scope))
        .order_by(row.score.desc(), row.key)
    )
    loud: dict[str, _Loud] = defaultdict(_Loud)
    for client_id, cls, score, state, headline in found.tuples():
        one = loud[client_id]
        place = PINNED if state == "pinned" else TOP if cls == "A" and state not in SEEN else RANKED
        if one.lead is None or place < one.place:
            one.place, one.score, one.lead = place, score, headline
        one.classes[cls] += 1
    return loud


def _receivables(scope: Scope) -> dict[str, tuple[Decimal, Decimal]]:
    """What each client owes, and how much of it is old."""
    paid = (
        select(Payment.invoice_id, func.sum(Payment.amount).label("paid"))
        .where(Payment.paid_on <= scope.today, Payment.client_id.in_(scope.clients()))
        .group_by(Payment.invoice_id)
        .subquery()
    )
    balance = Invoice.amount - func.coalesce(paid.c.paid, ZERO)
    old = case((Invoice.due_on <= scope.today - timedelta(days=OLD), balance), else_=ZERO)
    owed, late = type_coerce(func.sum(balance), Money()), type_coerce(func.sum(old), Money())
    found = scope.session.execute(
        select(Invoice.client_id, owed, late)
        .outerjoin(paid, paid.c.invoice_id == Invoice.id)
        .where(Invoice.client_id.in_(scope.clients()))
        .group_by(Invoice.client_id)
    )
    return {client_id: (whole or ZERO, part or ZERO) for client_id, whole, part in found.tuples()}


def _drafts(scope: Scope) -> dict[str, int]:
    found = scope.session.execute(
        select(Deliverable.client_id, func.count())
        .where(Deliverable.state.in_(OPEN), Deliverable.client_id.in_(scope.clients()))
        .group_by(Deliverable.client_id)
    )
    return dict(found.tuples().all())


def _marked(scope: Scope) -> dict[str, tuple[tuple[str, ...], tuple[str, ...]]]:
    """The tags of each client, and the states it files in beside its own."""
    tags = select(ClientTag.client_id, literal("tag").label("what"), Tag.name.label("word")).join(
        Tag, Tag.id == ClientTag.tag_id
    )
    states = select(FilingState.client_id, literal("state"), FilingState.state)
    both = union_all(
        tags.where(ClientTag.client_id.in_(scope.clients())), states.where(FilingState.client_id.in_(scope.clients()))
    ).order_by("word")
    found: dict[str, tuple[list[str], list[str]]] = defaultdict(lambda: ([], []))
    for client_id, what, word in scope.session.execute(both).tuples():
        found[client_id][what == "state"].append(word)
    return {client_id: (tuple(tagged), tuple(filed)) for client_id, (tagged, filed) in found.items()}


def _line(
    client: Row[Any],
    loud: _Loud,
    money: tuple[Decimal, Decimal],
    drafts: int,
    marked: tuple[tuple[str, ...], tuple[str, ...]],
) -> ClientLine:
    deadlines = (client.read or {}).get("deadlines", [])
    requests = (client.read or {}).get("requests", [])
    return ClientLine(
        ref=client.ref,
        name=client.name,
        entity_type=client.entity_type,
        status=client.status,
        partner=client.partner,
        manager=client.manager,
        ai_policy=client.ai_policy,
        next=min(deadlines, key=lambda one: (Decimal(one["slack_days"]), one["due"]), default=None),
        open_items=sum(len(one["items"]) for one in requests),
        asked_since=min((one["since"] for one in requests if one["since"]), default=None),
        receivable=money[0],
        old=money[1],
        signals=loud.classes,
        place=loud.place,
        score=loud.score,
        lead=loud.lead,
        drafts=drafts,
        scanned_on=client.as_of,
        scan_state=client.scan_state,
        group=client.group,
        tags=marked[0],
        states=tuple(dict.fromkeys((client.state, *marked[1]) if client.state else marked[1])),
        custom=client.custom,
    )

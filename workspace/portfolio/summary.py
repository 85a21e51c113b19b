"""What the portfolio shows of one client, kept ready: a page over a thousand clients reads a row of each instead of all that was raised.

A kept row is good for one day, at one revision of the client and after one scan, and until the committing door marks it: what is not good
any more is computed anew by whoever reads it, for these clients only. Front doors: `told_of` reads, `with_reasons` adds why flags stand,
`keep_summaries` writes. Money is kept in full, and shown to those who may see it.
"""

from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal
from functools import cache, cached_property, lru_cache
from typing import Any, NamedTuple

import orjson
from sqlalchemy import ColumnElement, Select, Text, and_, cast, func, select
from sqlalchemy.orm import aliased

from store.tables import Client, ClientScan, ClientSummary, SignalRow
from workspace.portfolio.closes import Blocker, Close, CloseHead, closes_of
from workspace.portfolio.health import FLAGS, Flag, Reason, flags_of
from workspace.portfolio.standing import Standing, Waiting, shown_to, standings_of
from workspace.raised import Raised, iso, newest_decisions, raised_of
from workspace.scans import latest_scans
from workspace.scope import Right, Scope

FEW = 100
"""More clients than these are computed with the asker's whole list, not by naming each."""
AT_ONCE = 200
_SHOWN = ("title", "due", "slack_days", "ref")
Cents = tuple[int | None, int | None, int | None]
_BARE = {slug: Flag(slug, name, slug in ("right", "missed"), ()) for slug, name in FLAGS.items()}


@dataclass(frozen=True)
class Told:
    """A client as its records tell it now. `next` is the row of its open work with least slack, None: no date; `work` are [owner, day due,
    hours] as the last scan read them; closes, the most pressing first."""

    flags: tuple[Flag, ...]
    next: Mapping[str, Any] | None
    standing: Standing
    closes: Sequence[CloseHead]
    work: Sequence[Sequence[str]]

    @property
    def cents(self) -> Cents:
        """What is owed, what of it is over 90 days, and work in progress; None without the right to see it."""
        money = self.standing
        return _cents(money.receivable), _cents(money.over_90), _cents(money.wip)

    @property
    def receivable(self) -> Decimal | None:
        return self.standing.receivable

    @property
    def over_90(self) -> Decimal | None:
        return self.standing.over_90

    @property
    def wip(self) -> Decimal | None:
        return self.standing.wip


class Kept:
    """The same as its kept row tells it: flags without reasons, closes without what is in the way. Made up only as far as it is asked."""

    def __init__(self, client: "Of", flags: str, row: Mapping[str, Any], reader: "_Reader") -> None:
        self._client, self._row, self._reader = client, row, reader
        self.flags = _flags(flags)

    @property
    def next(self) -> Mapping[str, Any] | None:
        found: Mapping[str, Any] | None = self._row["next"]
        return found

    @property
    def work(self) -> Sequence[Sequence[str]]:
        found: Sequence[Sequence[str]] = self._row["work"]
        return found

    @property
    def cents(self) -> Cents:
        owed, old, open_ = self._row["money"]
        sees = self._reader.sees
        return owed if sees else None, old if sees else None, open_ if self._reader.rates else None

    @property
    def receivable(self) -> Decimal | None:
        return _dollars(self._row["money"][0]) if self._reader.sees else None

    @property
    def over_90(self) -> Decimal | None:
        return _dollars(self._row["money"][1]) if self._reader.sees else None

    @property
    def wip(self) -> Decimal | None:
        return _dollars(self._row["money"][2]) if self._reader.rates else None

    @cached_property
    def standing(self) -> Standing:
        waiting = tuple(Waiting(whom, _day(since), count) for whom, since, count in self._row["waiting"])
        return Standing(self.receivable, self.over_90, self.wip, waiting)

    @cached_property
    def closes(self) -> Sequence[CloseHead]:
        of, names = self._client, self._reader.names
        return [
            CloseHead(of.ref, of.name, ref, owner, names.get(owner), _on(end), _on(by), done, steps, late, many)
            for ref, owner, end, by, done, steps, late, many in self._row["closes"]
        ]


@dataclass(frozen=True)
class _Reader:
    """Who reads, as far as it matters: the names of people by id, and which money she may see."""

    names: Mapping[str, str]
    sees: bool
    rates: bool


@dataclass(frozen=True)
class _Some(Scope):
    """The asker's scope, narrowed to these clients."""

    ids: tuple[str, ...] = ()

    def clients(self) -> Select[str]:
        return super().clients().where(Client.id.in_(self.ids))


class Of(NamedTuple):
    """A client of the asker as the portfolio begins with it."""

    id: str
    ref: str
    name: str
    entity_type: str
    status: str
    partner_id: str | None
    manager_id: str | None
    scanned_on: date | None


def told_of(scope: Scope, names: Mapping[str, str]) -> list[tuple[Of, Told | Kept]]:
    """Every client of the asker, by ref; `names` of people by id. One query where every row is good, seven more where some are not."""
    newest = _newest()
    rows = scope.session.execute(
        select(Client.id, Client.ref, Client.name, Client.entity_type, Client.status)
        .add_columns(Client.partner_id, Client.manager_id, newest, _is_good(scope, newest))
        .add_columns(ClientSummary.flags, cast(ClientSummary.told, Text))
        .outerjoin(ClientSummary, ClientSummary.client_id == Client.id)
        .where(Client.id.in_(scope.clients()))
    ).all()
    rows = sorted(rows, key=lambda row: row[1])  # a database would carry all that is told through its sort
    anew = computed(scope, [row[0] for row in rows if not row[8]])
    # in one go: a thousand small texts take longer than one long one
    read = orjson.loads(f"[{','.join(row[10] if row[8] else '0' for row in rows)}]")
    reader = _Reader(names, *shown_to(scope))
    return [
        (of, anew[of.id] if of.id in anew else Kept(of, row[9], told, reader))
        for of, row, told in ((Of._make(row[:8]), row, told) for row, told in zip(rows, read, strict=True))
    ]


def with_reasons(scope: Scope, flags: Mapping[str, tuple[Flag, ...]]) -> dict[str, tuple[Flag, ...]]:
    """The flags of these clients, by id, with why they stand; one query for those that have none yet."""
    bare = [key for key, of in flags.items() if of and not of[0].reasons]
    if not bare:
        return dict(flags)
    rows = scope.session.execute(
        select(ClientSummary.client_id, ClientSummary.reasons).where(
            ClientSummary.client_id.in_(scope.clients()),
            # all of them: without naming each, which a database takes long to be told
            *([ClientSummary.client_id.in_(bare)] if len(bare) <= FEW else []),
        )
    ).tuples()
    wanted = set(bare)
    read = {key: tuple(_flag(one) for one in reasons) for key, reasons in rows if key in wanted}
    return {**flags, **read}


def with_heads(scope: Scope, flags: Mapping[str, tuple[Flag, ...]]) -> dict[str, tuple[Flag, ...]]:
    """The flags of these few clients, by id, with what the first reason of each says; one query for those that do not say it yet."""
    bare = [key for key, of in flags.items() if of and not of[0].head]
    if not bare:
        return dict(flags)
    rows = scope.session.execute(
        select(ClientSummary.client_id, ClientSummary.heads).where(
            ClientSummary.client_id.in_(scope.clients()), ClientSummary.client_id.in_(bare)
        )
    ).tuples()
    read = {
        key: tuple(replace(flag, head=str(head)) for flag, head in zip(flags[key], heads, strict=True))
        for key, heads in rows
    }
    return {**flags, **read}


def with_blockers(scope: Scope, closes: Sequence[CloseHead]) -> tuple[Close, ...]:
    """These closes with what is in the way of each; one query for those that do not say it yet."""
    bare = {one.client_ref for one in closes if not isinstance(one, Close)}
    query = (
        select(Client.ref, ClientSummary.told, ClientSummary.blockers)
        .join(Client, Client.id == ClientSummary.client_id)
        .where(ClientSummary.client_id.in_(scope.clients()))
    )
    if len(bare) <= FEW:
        query = query.where(Client.ref.in_(bare))
    rows = scope.session.execute(query).tuples() if bare else ()
    kept = {
        (ref, close[0]): tuple(Blocker(kind, what, _day(since), late) for kind, what, since, late in of_close)
        for ref, told, blockers in rows
        for close, of_close in zip(told["closes"], blockers, strict=True)
    }
    return tuple(
        one if isinstance(one, Close) else Close(**vars(one), blockers=kept[one.client_ref, one.engagement_ref])
        for one in closes
    )


def keep_summaries(scope: Scope) -> int:
    """Make rows anew that are not good any more, at most AT_ONCE; how many. Raises Forbidden without scan:run."""
    scope.require(Right.SCAN_RUN)
    rows = scope.session.execute(_stale(scope).limit(AT_ONCE)).tuples().all()
    made = computed(scope, [row[0] for row in rows])
    kept = {
        one.client_id: one
        for one in scope.session.scalars(select(ClientSummary).where(ClientSummary.client_id.in_(made)))
    }
    for key, revision, scanned_on in rows:
        row = kept.get(key)
        if row is None:
            row = ClientSummary(client_id=key)
            scope.session.add(row)
        row.revision, row.day, row.scanned_on = revision, scope.today, scanned_on
        flags = made[key].flags
        row.flags, row.heads = " ".join(one.slug for one in flags), [one.head for one in flags]
        row.blockers = [_blockers(one) for one in made[key].closes]
        row.told, row.reasons = _plain(made[key]), [_reasons(one) for one in flags]
    return len(rows)


def are_stale(scope: Scope) -> bool:
    """Whether any row of the asker's clients is not good any more; one query."""
    return scope.session.execute(_stale(scope).limit(1)).first() is not None


def _stale(scope: Scope) -> Select[str, int, Any]:
    newest = _newest()
    return (
        select(Client.id, Client.revision, newest)
        .outerjoin(ClientSummary, ClientSummary.client_id == Client.id)
        .where(Client.id.in_(scope.clients()), ~_is_good(scope, newest))
        .order_by(Client.ref)
    )


def computed(scope: Scope, ids: Collection[str]) -> dict[str, Told]:
    """These clients of the asker from what was raised, read and recorded; seven queries, none for nobody."""
    if not ids:
        return {}
    some = _Some(**vars(scope), ids=tuple(ids)) if len(ids) <= AT_ONCE else scope
    seen = _scans(some)
    raised = _raised(some, seen)
    standings = standings_of(some)
    closes: dict[str, list[Close]] = defaultdict(list)
    for one in closes_of(some, raised, standings.asked):
        closes[one.client_ref].append(one)
    wanted = set(ids)
    return {
        key: Told(
            flags=flags_of(raised.get(key, ()), one.deadlines, one.unseen, scope.today),
            next=min(one.deadlines, key=lambda row: (Decimal(row["slack_days"]), row["due"]), default=None),
            standing=standings.get(key),
            closes=tuple(closes[one.ref]),
            work=[(row["owner"], row["due"], row["hours"]) for row in one.work],
        )
        for key, one in seen.items()
        if key in wanted
    }


# ------------------------------------------------------------------ which rows are good


def _newest() -> Any:
    """The day of the client's newest scan, failed or not: a look at the end of an index."""
    row = aliased(ClientScan)
    return select(func.max(row.as_of)).where(row.client_id == Client.id).correlate(Client).scalar_subquery()


def _is_good(scope: Scope, newest: Any) -> ColumnElement[bool]:
    """Whether the kept row tells what would be computed; never null."""
    none = date.min  # a client that was never scanned
    same_scan = func.coalesce(ClientSummary.scanned_on, none) == func.coalesce(newest, none)
    good = and_(ClientSummary.revision == Client.revision, ClientSummary.day == scope.today, same_scan)
    return func.coalesce(good, False)


# ------------------------------------------------------------------ from the records


@dataclass(frozen=True)
class _Seen:
    """A client as the last scan that did not fail left it; `unseen` pairs of what could not be judged and why."""

    ref: str
    name: str
    deadlines: Sequence[Mapping[str, Any]]
    work: Sequence[Mapping[str, Any]]
    unseen: list[tuple[str, str]]


def not_seen(state: str | None, error: str | None) -> list[tuple[str, str]]:
    """What stands of a client whose newest scan ended so; None: never scanned."""
    if state is None:
        return [("The client as a whole", "it was never scanned")]
    if state == "failed":
        return [("The client as a whole", f"the last scan failed: {error or 'no reason is recorded'}")]
    return []


def _scans(scope: Scope) -> dict[str, _Seen]:
    latest, last, good = latest_scans(), aliased(ClientScan), aliased(ClientScan)
    rows = scope.session.execute(
        select(Client.id, Client.ref, Client.name, last.state, last.error)
        .add_columns(good.read["deadlines"], good.read["work"], good.blind_spots)
        .select_from(Client)
        .outerjoin(last, and_(last.client_id == Client.id, last.as_of == _newest()))
        .outerjoin(latest, latest.c.client_id == Client.id)
        .outerjoin(good, and_(good.client_id == Client.id, good.as_of == latest.c.as_of))
        .where(Client.id.in_(scope.clients()))
    )
    return {
        key: _Seen(
            ref,
            name,
            deadlines or (),
            work or (),
            [*((str(what), str(why)) for what, why in blind or ()), *not_seen(state, error)],
        )
        for key, ref, name, state, error, deadlines, work, blind in rows.tuples()
    }


def _raised(scope: Scope, clients: Mapping[str, _Seen]) -> dict[str, list[Raised]]:
    """What is open of each client, the loudest first; two queries."""
    latest = latest_scans()
    rows = scope.session.scalars(
        select(SignalRow)
        .join(latest, and_(latest.c.client_id == SignalRow.client_id, latest.c.as_of == SignalRow.as_of))
        .where(SignalRow.client_id.in_(scope.clients()))
    ).all()
    decisions = newest_decisions(scope)
    found: dict[str, list[Raised]] = defaultdict(list)
    for row in rows:
        client = clients.get(row.client_id)
        if client is not None:
            one = raised_of(row, client.ref, client.name, decisions.get(row.key), scope.today)
            if one.is_open:
                found[row.client_id].append(one)
    return {client_id: sorted(raised, key=lambda one: one.sort_key) for client_id, raised in found.items()}


# ------------------------------------------------------------------ as it is kept


def _plain(told: Told) -> dict[str, Any]:
    money = told.standing
    return {
        "next": {name: told.next[name] for name in _SHOWN} if told.next else None,
        "money": [_cents(money.receivable), _cents(money.over_90), _cents(money.wip)],
        "waiting": [[one.whom, iso(one.since), one.count] for one in money.waiting],
        "closes": [
            [
                *(one.engagement_ref, one.owner_id, iso(one.month_end), iso(one.by)),
                *(one.steps_done, one.steps, one.late, one.in_the_way),
            ]
            for one in told.closes
        ],
        "work": [list(row) for row in told.work],
    }


def _blockers(close: CloseHead) -> list[Any]:
    assert isinstance(close, Close)  # it was computed
    return [[one.kind, one.what, iso(one.since), one.late] for one in close.blockers]


@cache
def _flags(slugs: str) -> tuple[Flag, ...]:
    return tuple(_BARE[slug] for slug in slugs.split())


def _cents(amount: Decimal | None) -> int | None:
    return None if amount is None else int(amount.scaleb(2))


def _dollars(cents: int | None) -> Decimal | None:
    return None if cents is None else Decimal(cents).scaleb(-2)


def _day(text: str | None) -> date | None:
    return date.fromisoformat(text) if text else None


@lru_cache(maxsize=1000)
def _on(text: str) -> date:
    return date.fromisoformat(text)


def _reasons(flag: Flag) -> list[Any]:
    return [
        flag.slug,
        [[one.what, one.why, one.cls, iso(one.due), one.key, [dict(e) for e in one.evidence]] for one in flag.reasons],
    ]


def _flag(kept: Sequence[Any]) -> Flag:
    slug, reasons = kept
    return replace(
        _BARE[slug],
        reasons=tuple(
            Reason(what, why, cls, _day(due), key, tuple(evidence)) for what, why, cls, due, key, evidence in reasons
        ),
        head=reasons[0][0],
    )

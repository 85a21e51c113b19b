"""What a scan of one client leaves behind: its signals with their terms, what it read, what it could not judge. And the list of them.

Doing it twice for one day meets itself. Never detects: it is handed what the detectors said.
"""

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from sqlalchemy import Subquery, func, select

from store import audit
from store.audit import AuditTag
from store.ids import stable_id
from store.tables import Client, ClientScan, DeliverableVersion, SignalDecision, SignalRow
from workspace.awaited import wake, woken
from workspace.client_reading import what_was_read
from workspace.evidence import to_json
from workspace.money_sight import quiet, shown_signals
from workspace.raised import Raised, newest_decisions, raised_of, state_found
from workspace.rank import terms
from workspace.scan_past import Past, Was, pasts
from workspace.scope import Right, Scope, access_client
from workspace.signals.mail import threads
from workspace.signals.sides import sides_to_json
from workspace.signals.signal import BlindSpot, Signal
from workspace.signals.thresholds import Thresholds, resolve
from workspace.snapshot.as_of import known_by
from workspace.snapshot.model import Client as SnapshotClient
from workspace.snapshot.model import Snapshot

_TENTH = Decimal("0.1")


@dataclass(frozen=True)
class Saved:
    """How a client's scan ended. `state`: done, or unchanged when neither the workspace nor what is raised changed since the scan
    before. `new` and `gone` are keys, against the scan before."""

    client_scan_id: str
    state: str
    raised: int
    new: tuple[str, ...]
    gone: tuple[str, ...]


def save_client_scan(
    scope: Scope,
    snapshot: Snapshot,
    signals: Sequence[Signal],
    blind_spots: Iterable[BlindSpot] = (),
    *,
    settings: Thresholds | None = None,
    drafted: int = 0,
    seconds: float = 0.0,
    past: Past | None = None,
) -> Saved:
    """Store the scan of one client for the scope's day. Raises Forbidden without scan:run.

    `settings` None: the firm's, from the snapshot. `past` None: it is read here; who saves many scans reads it for all of them in this
    transaction. Signals that an earlier scan of the same day raised and this one does not are taken away."""
    scope.require(Right.SCAN_RUN)
    settings = settings or resolve(snapshot.settings)
    client_id = snapshot.client.id
    if past is None:
        moment = known_by(scope, snapshot.timezone)
        past = pasts(scope, [client_id], moment)[client_id]
        replayed = moment is not None
    else:
        replayed = False  # a day gone by is replayed client by client
    if not replayed:
        wake(scope, snapshot, signals, past.decisions)
    kept, fresh = dict(past.kept), list[str]()
    for signal in signals:
        row = kept.pop(signal.key, None)
        if row is None:
            if signal.key not in past.before:
                fresh.append(signal.key)
            row = SignalRow(id=stable_id("sgn", scope.today, signal.key), as_of=scope.today, key=signal.key)
            row.client_id = client_id
            scope.session.add(row)
        last, decision = past.before.get(signal.key), past.decisions.get(signal.key)
        _fill(row, scope, snapshot, signal, settings, last.first_seen if last else scope.today, decision)
    for row in kept.values():
        scope.session.delete(row)
    hashes = {signal.key: signal.evidence_hash for signal in signals}
    same = past.previous is not None and past.previous[1] == snapshot.client.revision
    unchanged = same and hashes == {key: was.evidence_hash for key, was in past.before.items()}
    scan = _client_scan(scope, snapshot.client, "unchanged" if unchanged else "done", past.own)
    gone = [past.before[key] for key in sorted(set(past.before) - set(hashes))]
    filed = {"filed": scan.read["filed"]} if "filed" in scan.read else {}
    scan.read = what_was_read(snapshot, scope.today, settings) | _since(past, gone, touched=not same) | filed
    scan.blind_spots = [[spot.what, spot.why] for spot in sorted(set(blind_spots))]
    scan.raised, scan.drafted, scan.seconds = len(signals), drafted, seconds
    new = sorted(key for key in hashes if key not in past.before)
    _tell(scope, snapshot.client, fresh)
    return Saved(scan.id, scan.state, len(signals), tuple(new), tuple(was.key for was in gone))


def _tell(scope: Scope, client: SnapshotClient, fresh: Sequence[str]) -> None:
    """What is raised for the first time stands on the trail, once, so that whoever waits for it is told."""
    if fresh:
        audit.record(
            scope.session,
            AuditTag.SIGNAL_RAISED,
            actor=scope.email,
            subject=f"client:{client.ref}",
            now=scope.now,
            client_id=client.id,
            detail={"signals": sorted(fresh)},
        )


def _since(past: Past, gone: Sequence[Was], *, touched: bool) -> dict[str, Any]:
    """The day of the client's scan before, None for a first one; whether its workspace changed since (`touched`); what that one
    raised and this one does not."""
    return {
        "previous": past.previous[0].isoformat() if past.previous else None,
        "touched": touched,
        "gone": [{"key": was.key, "slug": was.slug, "headline": was.headline} for was in gone],
    }


def save_failed_scan(scope: Scope, client_ref: str, error: str) -> str:
    """Record that a client could not be scanned, and why in one line; the scan's id. Lists and briefs then go by the client's last scan
    that did not fail."""
    client = access_client(scope, client_ref, Right.SCAN_RUN)
    wanted = select(ClientScan).where(ClientScan.as_of == scope.today, ClientScan.client_id == client.id)
    scan = _client_scan(scope, client, "failed", scope.session.scalars(wanted).one_or_none())
    scan.error = error
    # what it had drafted by then stands in the queue, and the scan that comes after on this day counts it
    scan.read = {**scan.read, "filed": sorted({*scan.read.get("filed", ()), *filed_now(scope, [client.id])[client.id]})}
    return scan.id


def filed_now(scope: Scope, ids: Collection[str]) -> dict[str, set[str]]:
    """The ids of the versions that the night of the scope's moment filed for these clients, by client."""
    row = DeliverableVersion
    filed = select(row.client_id, row.id).where(
        row.client_id.in_(ids), row.created_at == scope.now, row.author_id.is_(None)
    )
    found: dict[str, set[str]] = {one: set() for one in ids}
    for client_id, version in scope.session.execute(filed).tuples():
        found[client_id].add(version)
    return found


def _client_scan(scope: Scope, client: Client | SnapshotClient, state: str, scan: ClientScan | None) -> ClientScan:
    """The row of the day, made where there is none."""
    if scan is None:
        identity = stable_id("cs", scope.today, client.ref)
        scan = ClientScan(id=identity, as_of=scope.today, client_id=client.id, read={}, blind_spots=[])
        scope.session.add(scan)
    scan.state, scan.error, scan.revision, scan.finished_at = state, None, client.revision, scope.now
    return scan


def _fill(
    row: SignalRow,
    scope: Scope,
    snapshot: Snapshot,
    signal: Signal,
    settings: Thresholds,
    first_seen: date,
    decision: SignalDecision | None,
) -> None:
    weight = terms(signal, snapshot, scope.today, settings)
    row.slug, row.subject, row.cls = signal.slug, signal.subject, signal.cls
    row.due, row.nominal_due, row.dollars = signal.due, signal.nominal_due, signal.dollars
    row.score, row.terms = weight.score, weight.as_json()
    row.headline, row.rule = signal.headline, signal.rule
    row.detail = {
        "why_now": woken(decision, scope.today) + signal.why_now,
        "next_step": signal.next_step,
        "minutes": signal.minutes,
        "basis": signal.basis,
        "engagement_ref": signal.engagement_ref,
        "waits_on_client": signal.waits_on_client,
        "deliverable_slug": signal.deliverable_slug,
        "slack_days": None if weight.slack_days is None else str(weight.slack_days.quantize(_TENTH)),
        "people": _people(snapshot, signal),
        **({"sides": [sides_to_json(one) for one in signal.sides]} if signal.sides else {}),
        # found again although its value was accepted: the record went back, so the acceptance is over
        **({"again": True} if decision is not None and decision.decision == "accept" else {}),
    }
    row.evidence = [to_json(one) for one in signal.evidence]
    row.evidence_hash = signal.evidence_hash
    row.first_seen = first_seen
    row.state = state_found(decision, signal.evidence_hash, scope.today)


def _people(snapshot: Snapshot, signal: Signal) -> list[str]:
    """The ids of those at the firm whom a signal concerns: the engagement's owner; those a mail was written to."""
    if signal.slug == "message-unanswered":
        to = {address for thread in threads(snapshot) if thread.root == signal.subject for address in thread.last.to}
        return sorted(person.id for person in snapshot.people.values() if person.email in to)
    if signal.slug == "promise-due":
        mail = next((one for one in snapshot.messages if one.message_id == signal.subject.partition("#")[0]), None)
        named = {mail.sender, *mail.to} if mail is not None else set[str]()
        return sorted(person.id for person in snapshot.people.values() if person.email in named)
    engagement = snapshot.engagement_of_ref(signal.engagement_ref)
    return [engagement.owner_id] if engagement is not None and engagement.owner_id else []


def latest_scans(until: date | None = None) -> Subquery:
    """The day of each client's last scan that did not fail: client_id, as_of. `until`: the last through that day; None: of all."""
    last = select(ClientScan.client_id, func.max(ClientScan.as_of).label("as_of")).where(ClientScan.state != "failed")
    if until is not None:
        last = last.where(ClientScan.as_of <= until)
    return last.group_by(ClientScan.client_id).subquery()


def signals_listing(scope: Scope, client_ref: str | None = None, as_of: date | None = None) -> list[dict[str, Any]]:
    """What the last scan raised (or that of a day), as the contract's JSON, best first. `client_ref` None: all clients of the asker,
    each by its own last scan. Raises NotFound for a client outside the scope."""
    return [one.as_json() for one in raised_signals(scope, client_ref, as_of)]


def raised_signals(scope: Scope, client_ref: str | None = None, as_of: date | None = None) -> tuple[Raised, ...]:
    """The same as values, in two queries."""
    scope.require(Right.CLIENT_READ)
    wanted = select(SignalRow, Client.ref, Client.name).join(Client, Client.id == SignalRow.client_id)
    wanted = wanted.where(Client.id.in_(scope.clients()), shown_signals(scope))
    if as_of is not None:
        wanted = wanted.where(SignalRow.as_of == as_of)
    else:
        latest = latest_scans()
        wanted = wanted.join(latest, (latest.c.client_id == SignalRow.client_id) & (latest.c.as_of == SignalRow.as_of))
    if client_ref is not None:
        wanted = wanted.where(Client.id == access_client(scope, client_ref).id)
    rows = scope.session.execute(wanted).tuples().all()
    decisions = newest_decisions(scope, [rows[0][0].client_id] if client_ref and rows else None)
    found = [raised_of(row, ref, name, decisions.get(row.key), as_of or scope.today) for row, ref, name in rows]
    return tuple(quiet(scope, one) for one in sorted(found, key=lambda one: one.sort_key))

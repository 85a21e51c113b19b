"""What a scan of one client leaves behind: its signals with their terms, what it read, what it could not judge. And the list of them.

Doing it twice for one day meets itself. Never detects: it is handed what the detectors said.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from sqlalchemy import Subquery, func, select

from store.ids import stable_id
from store.tables import Client, ClientScan, DeliverableVersion, SignalDecision, SignalRow
from workspace.client_reading import what_was_read
from workspace.evidence import to_json
from workspace.raised import Raised, newest_decisions, raised_of, state_of
from workspace.rank import terms
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
) -> Saved:
    """Store the scan of one client for the scope's day. Raises Forbidden without scan:run.

    `settings` None: the firm's, from the snapshot. Signals that an earlier scan of the same day raised and this one does not are
    taken away."""
    scope.require(Right.SCAN_RUN)
    settings = settings or resolve(snapshot.settings)
    client_id = snapshot.client.id
    previous = _previous_scan(scope, client_id)
    before = _rows(scope, client_id, previous.as_of) if previous else {}
    decisions = newest_decisions(scope, client_id, known_by(scope, snapshot.timezone))
    kept = _rows(scope, client_id, scope.today)
    for signal in signals:
        row = kept.pop(signal.key, None)
        if row is None:
            row = SignalRow(id=stable_id("sgn", scope.today, signal.key), as_of=scope.today, key=signal.key)
            row.client_id = client_id
            scope.session.add(row)
        last = before.get(signal.key)
        _fill(
            row, scope, snapshot, signal, settings, last.first_seen if last else scope.today, decisions.get(signal.key)
        )
    for row in kept.values():
        scope.session.delete(row)
    hashes = {signal.key: signal.evidence_hash for signal in signals}
    same = previous is not None and previous.revision == snapshot.client.revision
    unchanged = same and hashes == {key: row.evidence_hash for key, row in before.items()}
    scan = _client_scan(scope, snapshot.client, "unchanged" if unchanged else "done")
    gone = [before[key] for key in sorted(set(before) - set(hashes))]
    filed = {"filed": scan.read["filed"]} if "filed" in scan.read else {}
    scan.read = what_was_read(snapshot, scope.today, settings) | _since(previous, gone, touched=not same) | filed
    scan.blind_spots = [[spot.what, spot.why] for spot in sorted(set(blind_spots))]
    scan.raised, scan.drafted, scan.seconds = len(signals), drafted, seconds
    new = sorted(key for key in hashes if key not in before)
    return Saved(scan.id, scan.state, len(signals), tuple(new), tuple(row.key for row in gone))


def _since(previous: ClientScan | None, gone: Sequence[SignalRow], *, touched: bool) -> dict[str, Any]:
    """The day of the client's scan before, None for a first one; whether its workspace changed since (`touched`); what that one
    raised and this one does not."""
    return {
        "previous": previous.as_of.isoformat() if previous else None,
        "touched": touched,
        "gone": [{"key": row.key, "slug": row.slug, "headline": row.headline} for row in gone],
    }


def save_failed_scan(scope: Scope, client_ref: str, error: str) -> str:
    """Record that a client could not be scanned, and why in one line; the scan's id. Lists and briefs then go by the client's last scan
    that did not fail."""
    client = access_client(scope, client_ref, Right.SCAN_RUN)
    scan = _client_scan(scope, client, "failed")
    scan.error = error
    # what it had drafted by then stands in the queue, and the scan that comes after on this day counts it
    scan.read = {**scan.read, "filed": sorted({*scan.read.get("filed", ()), *filed_now(scope, client.id)})}
    return scan.id


def filed_now(scope: Scope, client_id: str) -> set[str]:
    """The ids of the versions that the night of the scope's moment filed for a client."""
    row = DeliverableVersion
    filed = select(row.id).where(row.client_id == client_id, row.created_at == scope.now, row.author_id.is_(None))
    return set(scope.session.scalars(filed))


def _client_scan(scope: Scope, client: Client | SnapshotClient, state: str) -> ClientScan:
    wanted = select(ClientScan).where(ClientScan.as_of == scope.today, ClientScan.client_id == client.id)
    scan = scope.session.scalars(wanted).one_or_none()
    if scan is None:
        identity = stable_id("cs", scope.today, client.ref)
        scan = ClientScan(id=identity, as_of=scope.today, client_id=client.id, read={}, blind_spots=[])
        scope.session.add(scan)
    scan.state, scan.error, scan.revision, scan.finished_at = state, None, client.revision, scope.now
    return scan


def _rows(scope: Scope, client_id: str, as_of: date) -> dict[str, SignalRow]:
    """What the client's scan of a day raised, by key."""
    rows = scope.session.scalars(select(SignalRow).where(SignalRow.as_of == as_of, SignalRow.client_id == client_id))
    return {row.key: row for row in rows}


def _previous_scan(scope: Scope, client_id: str) -> ClientScan | None:
    return scope.session.scalars(
        select(ClientScan)
        .where(ClientScan.client_id == client_id, ClientScan.as_of < scope.today, ClientScan.state != "failed")
        .order_by(ClientScan.as_of.desc())
        .limit(1)
    ).one_or_none()


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
        "why_now": signal.why_now,
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
    row.state = "open" if "again" in row.detail else state_of(decision, signal.evidence_hash, scope.today)


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
    wanted = wanted.where(Client.id.in_(scope.clients()))
    if as_of is not None:
        wanted = wanted.where(SignalRow.as_of == as_of)
    else:
        latest = latest_scans()
        wanted = wanted.join(latest, (latest.c.client_id == SignalRow.client_id) & (latest.c.as_of == SignalRow.as_of))
    if client_ref is not None:
        wanted = wanted.where(Client.id == access_client(scope, client_ref).id)
    rows = scope.session.execute(wanted).tuples().all()
    decisions = newest_decisions(scope, rows[0][0].client_id if client_ref and rows else None)
    found = [raised_of(row, ref, name, decisions.get(row.key), as_of or scope.today) for row, ref, name in rows]
    return tuple(sorted(found, key=lambda one: one.sort_key))

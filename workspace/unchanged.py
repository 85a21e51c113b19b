"""The clients of a night whose workspace nobody touched: their scans are put down in batch, beside the queue, unless a draft is due.

What a scan says changes with the day alone (ages, slack, a date that has come), so the detectors are asked of every client every day:
that is what makes the short cut sound, whatever a detector counts (docs/decisions/0012). What is spared is all that an untouched client
cannot need: a workflow, a model, a draft, and reading each client by itself.
"""

from collections.abc import Collection, Mapping

from sqlalchemy import and_, func, select

from store.tables import Client, ClientScan
from workspace.deliverables.occasions import DueDraft, due_by_stage, due_drafts
from workspace.night_drafts import conclude
from workspace.raised import HIDDEN, state_found
from workspace.scan_past import Past, pasts
from workspace.scans import filed_now, save_client_scan
from workspace.scope import Right, Scope
from workspace.signals import Detection
from workspace.snapshot import Snapshot
from workspace.snapshot.as_of import known_by


def untouched(scope: Scope, read_by: str | None) -> list[str]:
    """The refs of the asker's clients whose workspace is as their newest scan read it, through the scope's day; in order, one query.

    `read_by` is the model that reads documents to the end: clients of whom it may have something left to read are not among them. None:
    there is no model. None of a day gone by, which is replayed client by client. Raises Forbidden without scan:run."""
    scope.require(Right.SCAN_RUN)
    if known_by(scope, "UTC") is not None:
        return []
    row = ClientScan
    last = select(row.client_id, func.max(row.as_of).label("as_of")).group_by(row.client_id).subquery()
    query = (
        select(Client.ref)
        .join(last, last.c.client_id == Client.id)
        .join(row, and_(row.client_id == Client.id, row.as_of == last.c.as_of))
        .where(
            Client.id.in_(scope.clients()),
            row.as_of <= scope.today,
            row.state != "failed",
            row.revision == Client.revision,
        )
        .order_by(Client.ref)
    )
    if read_by is not None:
        query = query.where(row.read["read_by"].as_string() == read_by)
    return list(scope.session.scalars(query))


def finished(scope: Scope) -> set[str]:
    """The refs of the asker's clients whose scan of the scope's day came to its end in the night of the scope's moment, as they stand: a
    night that was interrupted and goes on need not do them again."""
    row = ClientScan
    query = (
        select(Client.ref)
        .join(row, row.client_id == Client.id)
        .where(
            Client.id.in_(scope.clients()),
            row.as_of == scope.today,
            row.finished_at == scope.now,
            row.state != "failed",
            row.revision == Client.revision,
            row.read["drafts"].as_string().is_not(None),
        )
    )
    return set(scope.session.scalars(query))


def save_unchanged(
    scope: Scope,
    found: Mapping[str, tuple[Snapshot, Detection]],
    *,
    seconds: float,
    read_by: str = "",
) -> set[str]:
    """Put down the scans of those clients to whom no draft is due that their scan before did not see to; their refs. The others are left
    to a scan of their own. `found` is by ref, `seconds` what each took. Raises Forbidden without scan:run."""
    scope.require(Right.SCAN_RUN)
    ids = {ref: snapshot.client.id for ref, (snapshot, _) in found.items()}
    before, filed = pasts(scope, ids.values()), filed_now(scope, ids.values())
    scans: dict[str, list[DueDraft]] = {}
    for ref, (snapshot, detection) in found.items():
        owed = _owed(scope, snapshot, detection, before[ids[ref]])
        if owed is not None:
            save_client_scan(scope, snapshot, detection.signals, detection.blind_spots, past=before[ids[ref]])
            scans[ids[ref]] = owed
    for row in _rows(scope, scans):
        conclude(row, scans[row.client_id], filed[row.client_id], (), seconds, read_by)
    return {ref for ref, client_id in ids.items() if client_id in scans}


def _owed(scope: Scope, snapshot: Snapshot, found: Detection, past: Past) -> list[DueDraft] | None:
    """What the client's open signals and the stages of its work call for, all of it seen to; None where there is something to draft."""
    last = past.concluded
    if last is None:
        return None
    still_open = (
        one
        for one in found.signals
        if state_found(past.decisions.get(one.key), one.evidence_hash, scope.today) not in HIDDEN
    )
    owed = [*due_drafts(still_open, scope.today), *due_by_stage(snapshot.engagements)]
    # where something else is raised than before, what was drafted then may read otherwise now
    seen = last.seen_to if last.same(snapshot.client.revision, found.signals) else frozenset[tuple[str, str]]()
    return owed if all((one.slug, one.occasion) in seen for one in owed) else None


def _rows(scope: Scope, ids: Collection[str]) -> list[ClientScan]:
    scope.session.flush()
    wanted = select(ClientScan).where(ClientScan.as_of == scope.today, ClientScan.client_id.in_(ids))
    return list(scope.session.scalars(wanted))

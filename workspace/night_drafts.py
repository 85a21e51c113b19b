"""Which drafts a night owes a client, and that it has seen to them: what the client's open signals and the stages of its work call for
and no scan before did.

A scan that came to its end remembers the drafts it saw to, so an unchanged client is not drafted for again, a reminder whose day has
come is, and a scan that was ended in the middle is taken up. Writes no text: agents/draft.py does.
"""

from collections.abc import Collection, Iterable, Sequence

from sqlalchemy import select

from store.tables import ClientScan, SignalRow
from workspace.deliverables.occasions import DueDraft, due_by_stage, due_drafts
from workspace.scan_past import Before
from workspace.scans import filed_now, raised_signals
from workspace.scope import Right, Scope, access_client
from workspace.signals.signal import BlindSpot
from workspace.snapshot import Engagement


def scan_before(scope: Scope, client_ref: str) -> Before | None:
    """What the last finished scan left, of an earlier day or of this one; ask before the scan is saved. None: there is none."""
    client = access_client(scope, client_ref)
    rows = scope.session.scalars(
        select(ClientScan)
        .where(ClientScan.client_id == client.id, ClientScan.as_of <= scope.today, ClientScan.state != "failed")
        .order_by(ClientScan.as_of.desc())
        .limit(2)
    )
    last = next((row for row in rows if "drafts" in row.read), None)
    if last is None:
        return None
    raised = scope.session.execute(
        select(SignalRow.key, SignalRow.evidence_hash).where(
            SignalRow.client_id == client.id, SignalRow.as_of == last.as_of
        )
    ).tuples()
    seen = frozenset((slug, occasion) for slug, occasion in last.read["drafts"])
    return Before(last.as_of, last.revision, dict(raised.all()), seen)


def owed_drafts(scope: Scope, client_ref: str, work: Iterable[Engagement]) -> list[DueDraft]:
    """What the open signals of the scope's day call for, and the stages of the client's `work`; what was dismissed or snoozed calls for
    nothing.

    Empty when a later day was scanned already: a day gone by can be replayed, but the review queue belongs to the newest."""
    client = access_client(scope, client_ref, Right.SCAN_RUN)
    later = select(ClientScan.id).where(
        ClientScan.client_id == client.id, ClientScan.as_of > scope.today, ClientScan.state != "failed"
    )
    if scope.session.scalars(later.limit(1)).one_or_none() is not None:
        return []
    raised = raised_signals(scope, client_ref, scope.today)
    called_for = due_drafts((one.as_signal() for one in raised if one.is_open), scope.today)
    return [*called_for, *due_by_stage(work)]


def conclude_scan(
    scope: Scope,
    client_ref: str,
    seen_to: Iterable[DueDraft],
    *,
    blind_spots: Sequence[BlindSpot] = (),
    seconds: float = 0.0,
    read_by: str = "",
) -> None:
    """Say that the scan of the scope's day came to its end: which drafts it saw to, what was filed on this day, what could not be
    drafted, and by which model its documents are read to the end ("": by none). Raises Forbidden without scan:run."""
    client = access_client(scope, client_ref, Right.SCAN_RUN)
    scan = scope.session.scalars(
        select(ClientScan).where(ClientScan.client_id == client.id, ClientScan.as_of == scope.today)
    ).one()
    conclude(scan, seen_to, filed_now(scope, [client.id])[client.id], blind_spots, seconds, read_by)


def conclude(
    scan: ClientScan,
    seen_to: Iterable[DueDraft],
    filed: Collection[str],
    blind_spots: Sequence[BlindSpot],
    seconds: float,
    read_by: str,
) -> None:
    """The same on the row itself; `filed` is what this night filed."""
    # a night has one moment, which a draft that it filed carries: however often it was interrupted, it counts each once
    all_filed = {*filed, *scan.read.get("filed", ())}
    scan.read = {
        **scan.read,
        "drafts": sorted([one.slug, one.occasion] for one in seen_to),
        "filed": sorted(all_filed),
        "read_by": read_by,
    }
    scan.blind_spots = sorted([*scan.blind_spots, *([spot.what, spot.why] for spot in blind_spots)])
    scan.drafted, scan.seconds = len(all_filed), round(seconds, 3)

"""A day gone by, known again: what a snapshot leaves out so that a replayed night knows no more than the night of that day did.

A day is gone by once a later one has had its night. Known on it is what had come by the moment at which its own night ended (the end of
the day where it had none), and whatever the first night of all found: how long the firm had had that, nobody can say. Dated things go by
their date, recorded fields by their history.

What cannot be known: the words of a file that a newer version replaced since (it is left without facts), a record that was deleted, the
stage and progress of an engagement at that day (from its dates at best), tasks' owners and dates, people and settings of the firm, and
rows without any date of their own. What is said to have come after the present moment came before the clock was set back, and counts.
Reads and leaves out; never writes.
"""

from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal
from typing import Any, TypeVar
from zoneinfo import ZoneInfo

from sqlalchemy import func, select

from store import tables
from store.audit import AuditTag
from store.ids import stable_id
from workspace.scope import Scope
from workspace.snapshot.model import Document, Engagement, Invoice, Notice, RequestItem, Snapshot

R = TypeVar("R")
_NUMBERS = ("annual_fee", "fee", "ownership_pct")
_DATES = ("due", "extended_to")
_SECRET = ("tax_id",)  # the history keeps its last digits only: today's stands
History = Mapping[str, Mapping[str, str | None]]
"""By record and field, what was said at a moment where that differs from now; a record that was not there yet is under NEW."""
NEW: Mapping[str, str | None] = {"": None}


def known_by(scope: Scope, timezone: str) -> datetime | None:
    """The moment whose knowledge a scan of the scope's day may use; None when the day is not gone by. Up to two queries."""
    night, entry = tables.Scan, tables.AuditEntry
    later = select(night.id).where(night.as_of > scope.today, night.state == "done").limit(1)
    if scope.session.scalars(later).one_or_none() is None:
        return None
    ended = entry.tag == AuditTag.SCAN_FINISHED
    own = entry.subject == f"scan:{stable_id('scan', scope.today)}"
    first, mine = scope.session.execute(select(func.min(entry.at), func.min(entry.at).filter(own)).where(ended)).one()
    evening = datetime.combine(scope.today + timedelta(days=1), time(), ZoneInfo(timezone)).astimezone(UTC)
    return max(mine or evening, first or evening)


def as_known(scope: Scope, snapshot: Snapshot) -> Snapshot:
    """The snapshot as the night of the scope's day knew it; itself when that day is not gone by."""
    moment = known_by(scope, snapshot.timezone)
    if moment is None:
        return snapshot
    later = frozenset(
        one.id for one in snapshot.documents if one.received_at is not None and moment < one.received_at <= scope.now
    )
    return without_later(snapshot, scope.today, moment, later, *_changes(scope, snapshot.client.id, moment))


def without_later(
    snapshot: Snapshot,
    day: date,
    moment: datetime,
    later: frozenset[str],
    history: History,
    newer: frozenset[str] = frozenset(),
) -> Snapshot:
    """What is left of a snapshot on a day and at a moment. `later` are the documents that came since, `newer` those whose words were
    replaced."""
    work = tuple(
        _engagement(one, day, history) for one in snapshot.engagements if _there(history, f"engagement:{one.ref}")
    )
    kept = {one.id for one in work} | {None}
    documents = tuple(_document(one, day, moment, newer) for one in snapshot.documents if one.id not in later)
    return replace(
        snapshot,
        client=_as_it_was(snapshot.client, history.get(f"client:{snapshot.client.ref}", {})),
        contacts=tuple(
            _as_it_was(one, history.get(f"contact:{one.id}", {}))
            for one in snapshot.contacts
            if _there(history, f"contact:{one.id}")
        ),
        engagements=work,
        tasks=tuple(
            replace(one, done_on=None, status="open") if one.done_on and one.done_on > day else one
            for one in snapshot.tasks
            if one.engagement_id in kept
        ),
        requests=tuple(
            replace(one, received_on=_by(one.received_on, day))
            for one in snapshot.requests
            if one.engagement_id in kept and _asked(one, day)
        ),
        time=tuple(one for one in snapshot.time if one.date <= day),
        invoices=tuple(_invoice(one, day) for one in snapshot.invoices if one.issued_on <= day),
        messages=tuple(
            one for one in snapshot.messages if one.sent_at is None or snapshot.local_day(one.sent_at) <= day
        ),
        notes=tuple(one for one in snapshot.notes if one.date <= day),
        documents=documents,
        entered=tuple(
            _as_it_was(one, history.get(f"deadline:{one.id}", {}))
            for one in snapshot.entered
            if _there(history, f"deadline:{one.id}")
        ),
        trust=tuple(
            replace(one, reconciled_on=_by(one.reconciled_on, day), entries=one.until(day)) for one in snapshot.trust
        ),
        findings=tuple(one for one in snapshot.findings if one.document_id not in later),
        knowledge=tuple(one for one in snapshot.knowledge if one.said_on <= day),
        books=tuple(one for one in snapshot.books if one.document_id not in later | newer),
    )


def _by(on: date | None, day: date) -> date | None:
    """A date where it is not after the day."""
    return on if on is not None and on <= day else None


def _there(history: History, record: str) -> bool:
    return history.get(record) is not NEW


def _asked(item: RequestItem, day: date) -> bool:
    return item.requested_on is None or item.requested_on <= day


def _invoice(bill: Invoice, day: date) -> Invoice:
    return replace(bill, payments=tuple(one for one in bill.payments if one.paid_on <= day))


def _engagement(work: Engagement, day: date, history: History) -> Engagement:
    """Its dates up to the day, its recorded fields of that day, and the stage that follows where it was ended since."""
    work = _as_it_was(work, history.get(f"engagement:{work.ref}", {}))
    then = replace(
        work,
        started_on=_by(work.started_on, day),
        finished_on=_by(work.finished_on, day),
        filed_on=_by(work.filed_on, day),
        letter_sent_on=_by(work.letter_sent_on, day),
        letter_signed_on=_by(work.letter_signed_on, day),
    )
    if work.is_open or (then.filed_on, then.finished_on) == (work.filed_on, work.finished_on):
        return then
    stage = "ready-to-file" if then.finished_on else "in-progress" if then.started_on else "not-started"
    return replace(then, stage=stage, progress=None)


def _document(document: Document, day: date, moment: datetime, newer: frozenset[str]) -> Document:
    """Unopened where it was opened later, a notice open where it was answered later, without facts where its words were others."""
    opened = document.opened_at if document.opened_at is not None and document.opened_at <= moment else None
    document = replace(document, opened_at=opened, notice=_notice(document.notice, day))
    return replace(document, facts=(), text=()) if document.id in newer else document


def _notice(notice: Notice | None, day: date) -> Notice | None:
    if notice is None or notice.answered_on is None or notice.answered_on <= day:
        return notice
    return replace(notice, answered_on=None, state="open")


def _as_it_was(record: R, said: Mapping[str, str | None]) -> R:
    """The record with the fields that said something else."""
    values = {name: _value(name, text) for name, text in said.items() if name and name not in _SECRET}
    return replace(record, **values) if values else record  # type: ignore[type-var]


def _value(name: str, text: str | None) -> Any:
    if text is None:
        return None
    return Decimal(text) if name in _NUMBERS else date.fromisoformat(text) if name in _DATES else text


def work_since(scope: Scope, moment: datetime) -> set[str]:
    """The refs of those engagements of the asker's clients that were loaded after the moment; one query."""
    change = tables.RecordChange
    rows = scope.session.execute(
        select(change.record, change.was).where(
            change.client_id.in_(scope.clients()),
            change.record.startswith("engagement:"),
            change.source == "load",
            change.at > moment,
            change.at <= scope.now,
        )
    )
    return {record.removeprefix("engagement:") for record, was in rows.tuples() if not was}


def _changes(scope: Scope, client_id: str, moment: datetime) -> tuple[History, frozenset[str]]:
    """What the client's records said at the moment where they changed since, and the documents with a newer version; two queries."""
    change, version, document = tables.RecordChange, tables.DocumentVersion, tables.Document
    mine = (
        change.client_id == client_id,
        change.client_id.in_(scope.clients()),
        change.at > moment,
        change.at <= scope.now,
    )
    history: dict[str, Mapping[str, str | None]] = {}
    for one in scope.session.scalars(select(change).where(*mine).order_by(change.at.desc(), change.id.desc())):
        before = history.get(one.record, {})
        history[one.record] = {**before, **one.was} if one.was or one.source != "load" else NEW
    newer = scope.session.scalars(
        select(version.document_id)
        .join(document, (document.current_version_id == version.id) & (document.received_at < version.received_at))
        .where(version.client_id == client_id, version.received_at > moment, version.received_at <= scope.now)
    )
    return history, frozenset(newer)

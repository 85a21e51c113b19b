"""The audit trail: a closed list of tags, how an entry is hashed, how the chain is written and how it is verified.

The chain proves order and wholeness of the entries. For rows that a release rests on (versions, reviews, releases) an entry
also carries the row's digest, so that a change behind the application's back is found and named.
"""

import hashlib
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from store.tables.base import Base
from store.tables.deliverables import DeliverableVersion, Release, Review
from store.tables.trail import AuditEntry, AuditHead
from store.types import canonical_json

GENESIS = "0" * 64


class AuditTag(StrEnum):
    """`subject:thing:action`, alphabetical. Nothing is recorded under a name that does not stand here."""

    ACCESS_NOTED = "access:item:noted"
    AUTHORIZATION_RECORDED = "authorization:form:recorded"
    AUTOMATION_FIRED = "automation:rule:fired"
    AUTOMATION_REMOVED = "automation:rule:removed"
    AUTOMATION_SET = "automation:rule:set"
    AUTOMATION_SWITCHED = "automation:rule:switched"
    AUTOMATION_UNDONE = "automation:rule:undone"
    BILL_CHANGED = "bill:draft:changed"
    BILL_DISCARDED = "bill:draft:discarded"
    BILL_DRAFTED = "bill:draft:made"
    BRIEF_WRITTEN = "brief:page:written"
    CALENDAR_FEED_OPENED = "calendar:feed:opened"
    CALENDAR_FEED_REVOKED = "calendar:feed:revoked"
    CALL_LOGGED = "call:note:logged"
    CHAT_ANSWER_USED = "chat:answer:used"
    CHAT_ASKED = "chat:question:asked"
    CHAT_COPIED = "chat:thread:copied"
    CHAT_SHARED = "chat:thread:shared"
    CHAT_UNSHARED = "chat:thread:unshared"
    CLIENT_CREATED = "client:record:created"
    CLIENT_MERGED = "client:record:merged"
    CLIENT_MOVED = "client:stage:moved"
    CLIENT_TAX_ID_SEEN = "client:tax-id:seen"
    CLIENT_TAX_ID_SET = "client:tax-id:set"
    CLIENT_UPDATED = "client:record:updated"
    COMMENT_ADDED = "comment:passage:added"
    COMMENT_RESOLVED = "comment:passage:resolved"
    CONFLICT_DECIDED = "conflict:search:decided"
    CONFLICT_SEARCHED = "conflict:search:made"
    CONTACT_CHANGED = "contact:record:changed"
    CONTACT_CREATED = "contact:record:created"
    CONTACT_LINKED = "contact:client:linked"
    CONTACT_MERGED = "contact:record:merged"
    CONTACT_UNLINKED = "contact:client:unlinked"
    COURT_CONFIRMED = "court:date:confirmed"
    COURT_CORRECTED = "court:event:corrected"
    COURT_ENTERED = "court:event:entered"
    DEADLINE_POSTPONED = "deadline:postponement:recorded"
    DEADLINE_POSTPONEMENT_WITHDRAWN = "deadline:postponement:withdrawn"
    DEADLINE_STATES_ENTERED = "deadline:states:entered"
    DEADLINE_STATES_REMOVED = "deadline:states:removed"
    DELIVERABLE_APPROVED = "deliverable:version:approved"
    DELIVERABLE_CHANGES = "deliverable:version:changes-requested"
    DELIVERABLE_DRAFTED = "deliverable:version:drafted"
    DELIVERABLE_EDITED = "deliverable:version:edited"
    DELIVERABLE_OPENED = "deliverable:version:opened"
    DELIVERABLE_OVERRIDDEN = "deliverable:version:approved-with-untied"
    DELIVERABLE_REJECTED = "deliverable:version:rejected"
    DELIVERABLE_RELEASED = "deliverable:version:released"
    DELIVERABLE_WITHDRAWN = "deliverable:version:withdrawn"
    DOCUMENT_GONE = "document:file:gone"
    DOCUMENT_OPENED = "document:file:opened"
    DOCUMENT_RECEIVED = "document:file:received"
    DOCUMENT_REFUSED = "document:file:refused"
    DOCUMENT_RETURNED = "document:file:returned"
    DOCUMENT_UNLOCKED = "document:password:kept"
    DOCUMENT_VERSION_LINKED = "document:version:linked"
    DOCUMENT_VERSION_UNDONE = "document:version:undone"
    DRILL_CHOSEN = "drill:choice:made"
    DRILL_DECIDED = "drill:copy:decided"
    ENGAGEMENT_CHANGED = "engagement:work:changed"
    ENGAGEMENT_LINKED = "engagement:need:changed"
    ENGAGEMENT_MOVED = "engagement:stage:moved"
    ENGAGEMENT_ROLLED = "engagement:year:rolled"
    ENGAGEMENT_STARTED = "engagement:work:started"
    EXPENSE_ADDED = "expense:item:added"
    EXPENSE_DELETED = "expense:item:deleted"
    EXPORT_WRITTEN = "export:folder:written"
    FACT_CORRECTED = "fact:value:corrected"
    FACT_TAKEN_BACK = "fact:value:taken-back"
    FEE_AGREED = "fee:agreement:set"
    FEE_ENDED = "fee:schedule:ended"
    FEE_SET = "fee:schedule:set"
    FIELD_SET = "field:definition:set"
    GROUP_SET = "group:name:set"
    INVOICE_CREDITED = "invoice:paper:credited"
    INVOICE_ISSUED = "invoice:paper:issued"
    INVOICE_VOIDED = "invoice:paper:voided"
    KNOWLEDGE_ACCEPTED = "knowledge:entry:accepted"
    KNOWLEDGE_ADDED = "knowledge:entry:added"
    KNOWLEDGE_ENDED = "knowledge:entry:ended"
    LEDGER_EXPORTED = "ledger:file:exported"
    LETTER_CLOSED = "letter:signing:closed"
    LETTER_COMPLETED = "letter:paper:completed"
    LETTER_DECLINED = "letter:signature:declined"
    LETTER_OPENED = "letter:link:opened"
    LETTER_OUT = "letter:link:made"
    LETTER_REFUSED = "letter:link:refused"
    LETTER_SIGNED = "letter:signature:made"
    LOAD_FINISHED = "load:folder:finished"
    LOOSE_DROPPED = "loose:file:dropped"
    LOOSE_FILED = "loose:file:filed"
    LOOSE_OPENED = "loose:file:opened"
    LOOSE_RECEIVED = "loose:file:received"
    MAIL_SORTED = "mail:message:sorted"
    MATTER_CLOSED = "matter:file:closed"
    MATTER_OPENED = "matter:file:opened"
    MATTER_REOPENED = "matter:file:reopened"
    MODEL_REFUSED = "model:call:refused"
    NOTE_ADDED = "note:text:added"
    NOTE_EDITED = "note:text:edited"
    NOTICE_CONFIRMED = "notice:record:confirmed"
    NOTICE_READ = "notice:record:read"
    ONBOARDING_FINISHED = "onboarding:client:finished"
    ONBOARDING_STARTED = "onboarding:client:started"
    ONBOARDING_STEP = "onboarding:step:decided"
    OWNERSHIP_SET = "ownership:share:set"
    PARTY_CHANGED = "party:record:changed"
    PAYMENT_APPLIED = "payment:credit:applied"
    PAYMENT_RECORDED = "payment:money:recorded"
    PAYMENT_REFUNDED = "payment:money:refunded"
    PAYMENT_REVERSED = "payment:money:reversed"
    PERSON_PASSWORD_SET = "person:password:set"  # noqa: S105 - a tag, not a password
    PERSON_SESSION_ENDED = "person:session:ended"
    PERSON_SIGNED_IN = "person:session:opened"
    PERSON_SIGNED_OUT = "person:session:closed"
    PERSON_SIGN_IN_REFUSED = "person:session:refused"
    PERSON_TOKEN_CREATED = "person:token:created"  # noqa: S105 - a tag, not a secret
    PERSON_TOKEN_REVOKED = "person:token:revoked"  # noqa: S105 - a tag, not a secret
    PERSON_ZONE_SET = "person:zone:set"
    POST_DECIDED = "post:message:decided"
    POST_REFUSED = "post:message:refused"
    POST_SENT = "post:message:sent"
    POST_UNSURE = "post:message:unsure"
    PREFERENCE_ACCEPTED = "preference:entry:accepted"
    PREFERENCE_OFF = "preference:entry:off"
    PREFERENCE_PROPOSED = "preference:entry:proposed"
    PROPOSAL_CHANGED = "proposal:terms:changed"
    PROPOSAL_DRAFTED = "proposal:terms:drafted"
    PROPOSAL_LETTERED = "proposal:letter:drafted"
    PROPOSAL_WITHDRAWN = "proposal:terms:withdrawn"
    RANK_SWITCHED = "rank:learning:switched"
    RATE_SET = "rate:hour:set"
    RELATION_ENDED = "relation:tie:ended"
    RELATION_SET = "relation:tie:set"
    RENEWAL_DRAFTED = "renewal:batch:drafted"
    RENEWAL_UNDONE = "renewal:batch:undone"
    REQUEST_ASKED = "request:list:asked"
    REQUEST_CHANGED = "request:list:changed"
    REQUEST_CONFIRMED = "request:match:confirmed"
    REQUEST_ESCALATED = "request:list:escalated"
    REQUEST_RECEIVED = "request:item:received"
    REQUEST_REFUSED = "request:match:refused"
    REQUEST_REMINDED = "request:list:reminded"
    REQUEST_REOPENED = "request:item:reopened"
    RETAINER_DRAWN = "retainer:money:drawn"
    REVIEW_REFUSED = "review:decision:refused"
    SCAN_CANCELLED = "scan:night:cancelled"
    SCAN_FINISHED = "scan:night:finished"
    SERIES_CHANGED = "series:plan:changed"
    SERIES_SET = "series:plan:set"
    SERVICE_PRICED = "service:price:set"
    SETUP_STEP = "setup:step:done"
    SIGNAL_DECIDED = "signal:item:decided"
    SIGNAL_RAISED = "signal:item:raised"
    TAG_SET = "tag:word:set"
    TASK_ADDED = "task:step:added"
    TASK_CHANGED = "task:step:changed"
    TASK_DONE = "task:step:done"
    TASK_HANDED = "task:step:handed"
    TEMPLATE_CHANGED = "template:steps:changed"
    TIMER_STARTED = "timer:clock:started"
    TIMER_STOPPED = "timer:clock:stopped"
    TIME_ADDED = "time:entry:added"
    TIME_APPROVED = "time:entry:approved"
    TIME_CHANGED = "time:entry:changed"
    TIME_DELETED = "time:entry:deleted"
    TIME_REOPENED = "time:entry:reopened"
    TRUST_CLEARED = "trust:line:cleared"
    TRUST_MOVED = "trust:money:moved"
    TRUST_PREPARED = "trust:month:prepared"
    TRUST_REVERSED = "trust:money:reversed"
    TRUST_SIGNED = "trust:month:signed"
    WATCH_ENDED = "watch:client:ended"
    WATCH_SET = "watch:client:set"
    WEBHOOK_ADDED = "webhook:address:added"
    WEBHOOK_CHANGED = "webhook:address:changed"
    WEBHOOK_FAILED = "webhook:address:failed"
    WEBHOOK_REMOVED = "webhook:address:removed"
    WIP_ADJUSTED = "wip:value:adjusted"


@dataclass(frozen=True)
class Fault:
    """A place where the trail and what it speaks of do not agree: the entry's number (0 for the head) and what is wrong."""

    seq: int
    message: str


_VOUCHED: dict[str, tuple[type[Base], tuple[str, ...]]] = {
    "version": (
        DeliverableVersion,
        (
            "id",
            "deliverable_id",
            "number",
            "content_hash",
            "sections",
            "tickmarks",
            "checks",
            "recipients",
            "untied",
            "author_id",
            "note",
        ),
    ),
    "review": (
        Review,
        (
            "id",
            "deliverable_id",
            "number",
            "version_id",
            "content_hash",
            "decision",
            "note",
            "override",
            "person_id",
            "at",
        ),
    ),
    "release": (Release, ("id", "deliverable_id", "version_id", "content_hash", "person_id", "at")),
}


def row_digest(kind: str, row: Base) -> str:
    """SHA-256 of the columns of a version, review or release that the trail vouches for."""
    _, columns = _VOUCHED[kind]
    return hashlib.sha256(canonical_json({c: getattr(row, c) for c in columns}).encode()).hexdigest()


def record(
    session: Session,
    tag: AuditTag,
    *,
    actor: str,
    subject: str,
    now: datetime,
    client_id: str | None = None,
    detail: dict[str, Any] | None = None,
    digest: str | None = None,
) -> None:
    """Put an entry on the trail of this transaction. `subject` is `kind:id`; `detail` must be plain JSON values.

    The entry is written when the transaction commits and vanishes when it does not.
    """
    entry = {"at": now, "actor": actor, "tag": tag.value, "subject": subject, "client_id": client_id}
    session.info.setdefault("audit", []).append({**entry, "detail": detail or {}, "digest": digest})


def append(session: Session) -> None:
    """Write the recorded entries to the chain; called once a transaction by the committing door."""
    entries: list[dict[str, Any]] = session.info.pop("audit", [])
    if not entries:
        return
    head = session.scalars(select(AuditHead).where(AuditHead.id == 1).with_for_update()).one_or_none()
    if head is None:
        head = AuditHead(id=1, seq=0, hash=GENESIS)
        session.add(head)
    for entry in entries:
        seq, previous = head.seq + 1, head.hash
        row = AuditEntry(seq=seq, previous=previous, hash=_entry_hash(seq, previous, entry), **entry)
        session.add(row)
        session.flush()
        head.seq, head.hash = seq, row.hash
    session.flush()


def _entry_hash(seq: int, previous: str, entry: dict[str, Any]) -> str:
    return hashlib.sha256(canonical_json({"seq": seq, "previous": previous, **entry}).encode()).hexdigest()


def head(session: Session) -> tuple[int, str]:
    """How many entries the trail has and the hash it ends with."""
    row = session.get(AuditHead, 1)
    return (row.seq, row.hash) if row else (0, GENESIS)


def verify(session: Session) -> list[Fault]:
    """Everything that is wrong with the trail, in order; an empty list means it holds."""
    return [*_chain_faults(session), *_row_faults(session)]


def _chain_faults(session: Session) -> Iterator[Fault]:
    expected, previous = 1, GENESIS
    for row in session.scalars(select(AuditEntry).order_by(AuditEntry.seq).execution_options(yield_per=1000)):
        if row.seq != expected:
            missing = f"entry {expected} is" if row.seq == expected + 1 else f"entries {expected} to {row.seq - 1} are"
            yield Fault(expected, f"{missing} missing")
        elif row.previous != previous:
            yield Fault(
                row.seq, f"entry {row.seq} does not follow from entry {row.seq - 1}: it was inserted or replaced"
            )
        fields = ("at", "actor", "tag", "subject", "client_id", "detail", "digest")
        if row.hash != _entry_hash(row.seq, row.previous, {f: getattr(row, f) for f in fields}):
            yield Fault(row.seq, f"entry {row.seq} ({row.tag}, {row.subject}) was changed")
        expected, previous = row.seq + 1, row.hash
    kept_seq, kept_hash = head(session)
    if kept_seq != expected - 1:
        what = "missing at the end" if kept_seq > expected - 1 else "added behind the application"
        yield Fault(0, f"the trail ends at entry {expected - 1}, its head says {kept_seq}: entries are {what}")
    elif kept_hash != previous:
        yield Fault(0, f"the last entry ({kept_seq}) is not the one the head remembers")


def _row_faults(session: Session) -> Iterator[Fault]:
    vouched: dict[str, tuple[int, str]] = {}
    for seq, subject, digest in session.execute(
        select(AuditEntry.seq, AuditEntry.subject, AuditEntry.digest).where(AuditEntry.digest.is_not(None))
    ):
        vouched[subject] = (seq, digest or "")
    for kind, (table, _) in _VOUCHED.items():
        for row in session.scalars(select(table).execution_options(yield_per=500)):
            known = vouched.pop(f"{kind}:{row.id}", None)  # type: ignore[attr-defined]
            if known is None:
                yield Fault(0, f"{kind} {row.id} is not on the trail: it was inserted behind the application")  # type: ignore[attr-defined]
            elif known[1] != row_digest(kind, row):
                yield Fault(known[0], f"{kind} {row.id} was changed after entry {known[0]} recorded it")  # type: ignore[attr-defined]
    for subject, (seq, _) in sorted(vouched.items(), key=lambda item: item[1]):
        yield Fault(seq, f"{subject.replace(':', ' ')} of entry {seq} was removed")

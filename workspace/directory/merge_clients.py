"""Two records of one client become one. What may move goes to the kept client; the other stays, emptied, under the status "merged".

Nothing is deleted but what would stand twice. Documents go with all that was read from them (papers.py), issued invoices with their
numbers, trust ledgers whole, with their matters, proposals that were answered. What left the firm (deliverables, releases, signed
letters), the trail, and what the nights wrote stays where it was written. What cannot move without breaking a seal or a rule is a
reason to refuse, in a line: drafts nobody decided, what is out for signature, two ledgers that would be one. Walls and legal holds of
both stand around the kept client. A table that this module does not name does not move.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from sqlalchemy import func, select

from store.audit import AuditTag
from store.errors import Conflict, Invalid
from store.ids import new_id
from store.tables import (
    Client,
    ClientContact,
    Deliverable,
    IntakeFinding,
    LegalHold,
    MailSorting,
    MergedClient,
    Message,
    OwnershipShare,
    Proposal,
    RecordChange,
    Signing,
    TrustLedger,
    Wall,
)
from workspace.deliverables.model import OPEN
from workspace.directory.lifecycle import MERGED
from workspace.directory.merge_contacts import drop_relations
from workspace.directory.moving import held, references, repoint
from workspace.directory.ownership import Share, ties_of, too_much
from workspace.directory.ownership import shares_of as shares_seen
from workspace.directory.papers import FOLLOW, in_reading, move_papers
from workspace.directory.words import note
from workspace.pages.words import covered
from workspace.scope import Right, Scope, access_client
from workspace.undo import expect, mark_of, undoable

FIELDS = (
    *(
        "name",
        "entity_type",
        "group_id",
        "partner_id",
        "manager_id",
        "state",
        "fiscal_year_end",
        "industry",
        "since",
        "annual_fee",
    ),
    *("address", "city", "zip", "ai_policy"),
)
# What goes to the kept client, and what becomes of a row that it has already.
MOVES: dict[str, str] = {
    **dict.fromkeys(("client_contacts", "client_tags", "filing_states"), "drop"),
    **dict.fromkeys(("messages", "preferences", "promise_readings", "portal_accesses", "team_members"), "stay"),
    **dict.fromkeys(
        (
            *(
                "engagements",
                "engagement_letters",
                "engagement_needs",
                "series",
                "tasks",
                "entered_deadlines",
                "parties",
                "court_events",
            ),
            *(
                "client_requests",
                "request_items",
                "item_matches",
                "request_reminders",
                "access_items",
                "authorizations",
            ),
            *(
                "onboardings",
                "onboarding_steps",
                "consents",
                "knowledge",
                "conflict_searches",
                "conflict_hits",
                "conflict_decisions",
            ),
            *("notes", "note_edits", "timeline_notes", "mentions", "watches", "mail_sortings"),
            *(
                "time_entries",
                "expenses",
                "invoices",
                "payments",
                "receipts",
                "rates",
                "recurring_fees",
                "timers",
                "bills",
                "bill_lines",
            ),
            *("ownership_shares", "relations", "merged_clients", "record_changes"),
            *("wip_adjustments", "fee_agreements", "trust_ledgers", "trust_entries", "trust_journal"),
            *("portal_links", "portal_uploads", "loose_files", "kept_passwords"),
            *("proposals", "proposal_lines"),
            *("automation_firings", "automation_drafts"),
        ),
        "refuse",
    ),
}
STAYS = frozenset(
    (
        *(
            "client_scans",
            "client_summaries",
            "signals",
            "signal_decisions",
            "brief_items",
            "model_calls",
            "chat_threads",
            "chat_messages",
            "drills",
        ),
        *(
            "openings",
            "comments",
            "check_ticks",
            "deliverables",
            "deliverable_versions",
            "reviews",
            "releases",
            "outbox",
            "posts",
            "outcomes",
        ),
        *("lifecycle_changes", "loose_guesses", "walls", "ended_walls", "glass", "legal_holds", "watched_files"),
        *("signings", "signers", "signatures"),
    )
)
PAPERS = "documents"
_WITH = frozenset(("proposal_lines", "signers", "signatures", "trust_entries", "trust_journal", "bill_lines"))
"""Rows that are of one of those above, and said with it."""


@dataclass(frozen=True)
class MergeReview:
    """The two side by side. `rows` are (field, kept value, other value) of what differs; `moves` and `stays` count rows by what they are;
    `reasons` say why it cannot be done, empty when it can."""

    kept: Client
    gone: Client
    marks: tuple[str, str]
    rows: tuple[tuple[str, Any, Any], ...]
    tax_ids: tuple[str, str]
    moves: Mapping[str, int]
    stays: Mapping[str, int]
    reasons: tuple[str, ...]


def review_clients(scope: Scope, kept_ref: str, gone_ref: str) -> MergeReview:
    """What a merge would do. Raises NotFound, Forbidden, Invalid."""
    kept, gone = _both(scope, kept_ref, gone_ref)
    counts = held(scope, "clients.id", gone.id)
    rows = tuple((n, getattr(kept, n), getattr(gone, n)) for n in FIELDS if getattr(kept, n) != getattr(gone, n))
    return MergeReview(
        kept,
        gone,
        (mark_of(kept), mark_of(gone)),
        rows,
        (covered(kept.tax_id), covered(gone.tax_id)),
        {table: n for table, n in counts.items() if (table in MOVES or table == PAPERS) and table not in _WITH},
        {table: n for table, n in counts.items() if table in STAYS and table not in _WITH},
        tuple(_reasons(scope, kept, gone, counts)),
    )


def _both(scope: Scope, kept_ref: str, gone_ref: str) -> tuple[Client, Client]:
    kept, gone = access_client(scope, kept_ref), access_client(scope, gone_ref)
    scope.require(Right.CLIENT_MERGE)
    scope.require(Right.CLIENT_WRITE)
    if kept.id == gone.id:
        raise Invalid("choose two clients")
    for one in (kept, gone):
        if one.status == MERGED:
            raise Conflict(f"{one.ref} was merged already")
    return kept, gone


def _reasons(scope: Scope, kept: Client, gone: Client, counts: Mapping[str, int]) -> list[str]:
    known = {*MOVES, *STAYS, *FOLLOW, PAPERS}
    said = [
        f"{gone.ref} has {number} of {table.replace('_', ' ')}, which do not move between clients"
        for table, number in counts.items()
        if table not in known
    ]
    said += [*_undecided(scope, gone), *_of_trust(scope, kept, gone)]
    if waits := in_reading(scope, gone.id):
        files = "a file of {} waits" if waits == 1 else f"{waits} files of {{}} wait"
        said.append(f"{files.format(gone.ref)} to be read: merge when that is done, in a minute or so")
    if kept.tax_id and gone.tax_id and _digits(kept.tax_id) != _digits(gone.tax_id):
        said.append("their taxpayer ids differ: two taxpayers are two clients; correct the wrong one first")
    if not kept.tax_id and gone.tax_id:
        said.append(f"only {gone.ref} has a taxpayer id: keep that one, or enter the id at {kept.ref} first")
    return said + _over_the_whole(scope, kept, gone)


def _undecided(scope: Scope, gone: Client) -> Iterator[str]:
    """What is bound to its client by hash or seal and still on its way: it must come to an end first."""
    for table, states, why in (
        (Deliverable, OPEN, "drafts of {} wait for a decision: decide them first, a draft cannot change its client"),
        (Proposal, ("draft", "lettered"), "proposals of {} have no answer yet: wait for it or withdraw them first"),
        (Signing, ("open",), "letters of {} are out for signature: wait until they are signed or take them back first"),
    ):
        waits = select(func.count()).select_from(table).where(table.client_id == gone.id, table.state.in_(states))
        if number := scope.session.scalars(waits).one():
            yield f"{number} {why.format(gone.ref)}"


def _of_trust(scope: Scope, kept: Client, gone: Client) -> Iterator[str]:
    """Ledgers go whole, so that their balances and what was reconciled stay as they are; two for one purpose cannot be one."""
    row = TrustLedger
    general = select(func.count(row.client_id.distinct())).where(row.engagement_id.is_(None))
    if scope.session.scalars(general.where(row.client_id.in_((kept.id, gone.id)))).one() > 1:
        yield (
            f"both hold trust money outside a matter, and a client has one such ledger: pay out or transfer that of {gone.ref} "
            "and keep this client, or leave them two"
        )


def _digits(tax_id: str) -> str:
    return "".join(c for c in tax_id if c.isdigit())


def _over_the_whole(scope: Scope, kept: Client, gone: Client) -> list[str]:
    """Shares of both, those of an owner that stands at both counted once."""
    mine = shares_seen(scope, kept, ties_of(scope, kept))
    owners = {one.owner.id for one in mine}
    both: list[Share] = [
        *mine,
        *(one for one in shares_seen(scope, gone, ties_of(scope, gone)) if one.owner.id not in owners),
    ]
    return ["together the shares of their owners sum to more than 100 %"] if too_much(both) else []


def merge_clients(
    scope: Scope,
    kept_ref: str,
    gone_ref: str,
    take: Mapping[str, str] | None = None,
    *,
    marks: tuple[str, str] = ("", ""),
) -> str:
    """Merge `gone` into `kept`; `take` names the fields whose value comes from the one that goes ({"address": "gone"}), an empty one is
    filled anyway. Answers with the act. Raises NotFound, Forbidden, Invalid, Conflict with the reason why it cannot be done."""
    kept, gone = _both(scope, kept_ref, gone_ref)
    expect(kept, marks[0], f"the record of {kept.name}")
    expect(gone, marks[1], f"the record of {gone.name}")
    reasons = _reasons(scope, kept, gone, held(scope, "clients.id", gone.id))
    if reasons:
        raise Conflict("; ".join(reasons))
    chosen = {name for name, side in (take or {}).items() if side == "gone" and name in FIELDS}
    with undoable(scope, f"Clients {gone.name} ({gone.ref}) and {kept.name} ({kept.ref}) merged") as act:
        for name in FIELDS:
            value = getattr(gone, name)
            if (
                value not in (None, "")
                and (name in chosen or getattr(kept, name) in (None, ""))
                and getattr(kept, name) != value
            ):
                setattr(kept, name, value)
        if {**gone.custom, **kept.custom} != kept.custom:
            kept.custom = {**gone.custom, **kept.custom}
        merged = {"id": new_id("mrg"), "client_id": kept.id, "merged_id": gone.id}
        scope.session.add(MergedClient(**merged, person_id=scope.person_id, at=scope.now))
        scope.session.flush()  # the database lets what was issued follow a client that is merged, and nobody else
        papers = move_papers(scope, kept, gone)
        _move(scope, kept, gone)
        before, gone.status = gone.status, MERGED
        for client in (kept, gone):
            told = {"kept": kept.ref, "gone": gone.ref, "status": before, "documents": papers}
            note(scope, AuditTag.CLIENT_MERGED, f"client:{client.id}", client.id, **told)
    return act.id


def _move(scope: Scope, kept: Client, gone: Client) -> None:
    _union_walls(scope, kept, gone)
    _union_holds(scope, kept, gone)
    _findings_of_no_document(scope, kept, gone)
    _combine_contacts(scope, kept, gone)
    _drop_shares_said_twice(scope, kept, gone)
    for table, column in references("clients.id"):
        if table == "record_changes":
            _move_history(scope, kept, gone)
        elif table == "mail_sortings":
            _follow_messages(scope, kept, gone)
        elif table in MOVES and column != "merged_id":
            repoint(scope, table, column, gone.id, kept.id, clash=MOVES[table])
    for share in scope.session.scalars(select(OwnershipShare).where(OwnershipShare.owner_client_id == kept.id)):
        if share.client_id == kept.id:
            scope.session.delete(share)
    drop_relations(scope, "client", kept.id)


def _union_walls(scope: Scope, kept: Client, gone: Client) -> None:
    """Who was kept from either is kept from what they become; the walls of the emptied client stay too."""
    walled = set(scope.session.scalars(select(Wall.person_id).where(Wall.client_id == kept.id)))
    for wall in scope.session.scalars(select(Wall).where(Wall.client_id == gone.id)).all():
        if wall.person_id not in walled:
            row = Wall(
                id=new_id("wall"), client_id=kept.id, person_id=wall.person_id, reason=wall.reason, set_on=wall.set_on
            )
            scope.session.add(row)
    scope.session.flush()


def _union_holds(scope: Scope, kept: Client, gone: Client) -> None:
    """A hold on either is one on what they become, and on what stays behind."""
    row = LegalHold
    for hold in scope.session.scalars(select(row).where(row.client_id == gone.id, row.ended_at.is_(None))).all():
        same = {"reason": hold.reason, "set_by": hold.set_by, "set_at": hold.set_at, "why_ended": hold.why_ended}
        scope.session.add(row(id=new_id("hold"), client_id=kept.id, **same))
    scope.session.flush()


def _findings_of_no_document(scope: Scope, kept: Client, gone: Client) -> None:
    """What intake said of a document follows it; what it said of none goes too."""
    row = IntakeFinding
    for found in scope.session.scalars(select(row).where(row.client_id == gone.id, row.document_id.is_(None))).all():
        found.client_id = kept.id
    scope.session.flush()


def _combine_contacts(scope: Scope, kept: Client, gone: Client) -> None:
    """A contact of both fills the gaps of the kept tie; of two primary contacts the kept client's stays."""
    row = ClientContact
    mine = {tie.contact_id: tie for tie in scope.session.scalars(select(row).where(row.client_id == kept.id))}
    has_primary = any(tie.is_primary for tie in mine.values())
    for tie in scope.session.scalars(select(row).where(row.client_id == gone.id)).all():
        there = mine.get(tie.contact_id)
        if there is not None:
            if not there.title and tie.title:
                there.title = tie.title
            if there.ownership_pct is None and tie.ownership_pct is not None:
                there.ownership_pct = tie.ownership_pct
        elif has_primary and tie.is_primary:
            tie.is_primary = False
    scope.session.flush()


def _drop_shares_said_twice(scope: Scope, kept: Client, gone: Client) -> None:
    row = OwnershipShare
    mine = {
        (s.contact_id, s.owner_client_id) for s in scope.session.scalars(select(row).where(row.client_id == kept.id))
    }
    for share in scope.session.scalars(select(row).where(row.client_id == gone.id)).all():
        if (share.contact_id, share.owner_client_id) in mine:
            scope.session.delete(share)
    scope.session.flush()


def _follow_messages(scope: Scope, kept: Client, gone: Client) -> None:
    """How a mail was sorted goes where the mail went; a mail that both have stays with each."""
    row = MailSorting
    theirs = select(row).join(Message, Message.id == row.message_id).where(row.client_id == gone.id)
    for sorting in scope.session.scalars(theirs.where(Message.client_id == kept.id)).all():
        sorting.client_id = kept.id
    scope.session.flush()


def _move_history(scope: Scope, kept: Client, gone: Client) -> None:
    """What records said over time goes with them; what the emptied client's own record said stays with it."""
    row = RecordChange
    theirs = select(row).where(row.client_id == gone.id, row.record.not_in((f"client:{gone.ref}",)))
    for change in scope.session.scalars(theirs.where(~row.record.startswith("contact:"))).all():
        change.client_id = kept.id
    scope.session.flush()

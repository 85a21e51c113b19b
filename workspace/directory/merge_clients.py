"""Two records of one client become one. What may move goes to the kept client; the other stays, emptied, under the status "merged".

Nothing is deleted but what would stand twice. What left the firm (deliverables, releases), the trail, and what the nights wrote stays
where it was written. What cannot move without being read anew or without breaking a seal is a reason to refuse: documents and their
passages, trust money, issued bills, drafts nobody decided. Walls of both stand around the kept client. A table that this module does not
name does not move.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from sqlalchemy import func, select

from store.audit import AuditTag
from store.errors import Conflict, Invalid
from store.ids import new_id
from store.tables import (
    Bill,
    Client,
    ClientContact,
    Deliverable,
    MailSorting,
    MergedClient,
    Message,
    OwnershipShare,
    RecordChange,
    Wall,
)
from workspace.deliverables.model import OPEN
from workspace.directory.lifecycle import MERGED
from workspace.directory.merge_contacts import drop_relations
from workspace.directory.moving import held, references, repoint
from workspace.directory.ownership import Share, ties_of, too_much
from workspace.directory.ownership import shares_of as shares_seen
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
    **dict.fromkeys(("messages", "preferences", "promise_readings"), "stay"),
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
            "deliverables",
            "deliverable_versions",
            "reviews",
            "releases",
            "outbox",
            "posts",
            "outcomes",
        ),
        *("lifecycle_changes", "loose_guesses", "walls"),
    )
)
REFUSES = {
    "documents": "documents: their passages and vectors lie in the client's own index. Keep this client and merge the other into it",
    "trust_ledgers": "trust money, which moves by entries of the ledger only",
    "wip_adjustments": "write-offs, which cannot be changed once made",
    "loose_files": "files of the tray that were filed here",
    "watched_files": "files of a watched folder",
    "kept_passwords": "kept passwords of its files",
    "proposals": "proposals, whose letters cannot change their client",
    "signings": "letters out for signature or signed, which are sealed",
}
_UNDER = frozenset(  # rows that are of one of those above, and said with it
    (
        *(
            "document_versions",
            "document_pages",
            "passages",
            "facts",
            "book_figures",
            "fact_corrections",
            "notices",
            "new_vectors",
            "intake_findings",
        ),
        *("version_links", "trust_entries", "trust_journal", "proposal_lines", "signers", "signatures"),
    )
)


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
        {table: n for table, n in counts.items() if table in MOVES},
        {table: n for table, n in counts.items() if table in STAYS},
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
    said = [f"{gone.name} ({gone.ref}) has {REFUSES[table]}" for table in counts if table in REFUSES]
    known = {*MOVES, *STAYS, *REFUSES, *_UNDER}
    said += [
        f"{gone.ref} has {number} of {table.replace('_', ' ')}, which do not move between clients"
        for table, number in counts.items()
        if table not in known
    ]
    waits = select(func.count()).select_from(Deliverable)
    drafts = scope.session.scalars(waits.where(Deliverable.client_id == gone.id, Deliverable.state.in_(OPEN))).one()
    if drafts:
        said.append(
            f"{drafts} drafts of {gone.ref} wait for a decision: decide them first, a draft cannot change its client"
        )
    issued = select(Bill.id).where(Bill.client_id == gone.id, Bill.state == "issued").limit(1)
    if scope.session.scalars(issued).first() is not None:
        said.append(
            f"{gone.ref} has issued invoices, which cannot be changed: keep this client and merge the other into it"
        )
    if kept.tax_id and gone.tax_id and _digits(kept.tax_id) != _digits(gone.tax_id):
        said.append("their taxpayer ids differ: two taxpayers are two clients; correct the wrong one first")
    if not kept.tax_id and gone.tax_id:
        said.append(f"only {gone.ref} has a taxpayer id: keep that one, or enter the id at {kept.ref} first")
    return said + _over_the_whole(scope, kept, gone)


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
        _move(scope, kept, gone)
        before, gone.status = gone.status, MERGED
        scope.session.add(
            MergedClient(
                id=new_id("mrg"), client_id=kept.id, merged_id=gone.id, person_id=scope.person_id, at=scope.now
            )
        )
        for client in (kept, gone):
            told = {"kept": kept.ref, "gone": gone.ref, "status": before}
            note(scope, AuditTag.CLIENT_MERGED, f"client:{client.id}", client.id, **told)
    return act.id


def _move(scope: Scope, kept: Client, gone: Client) -> None:
    _union_walls(scope, kept, gone)
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

"""Parties of matters, trust money, and dates that people entered, as the firm folder states them.

A date with a rule is counted here by the deadline table, so that what is stored and what the table says never differ. Never judges.
"""

from collections.abc import Mapping, Sequence
from datetime import date
from decimal import Decimal

from sqlalchemy import func, select

from store.errors import Invalid
from store.ids import stable_id
from store.rows import EnteredDeadlineRow, PartyRow, Rejected, TrustRow
from store.tables import EnteredDeadline, Party, TrustEntry, TrustLedger, TrustLine, TrustReconciliation
from workspace.deadlines import Deadline, event_deadline
from workspace.records.upsert import (
    Applied,
    Known,
    batches,
    known_clients,
    known_engagements,
    known_people,
    lacking,
    put,
    reject,
)
from workspace.scope import Right, Scope


def apply_parties(scope: Scope, rows: Sequence[PartyRow]) -> Applied:
    """Parties by matter and name."""
    scope.require(Right.CLIENT_WRITE)
    engagements = known_engagements(scope, (row.engagement_ref for row in rows))
    wanted: list[Party] = []
    rejected: list[Rejected] = []
    for row in rows:
        reason = lacking(("engagement_ref", row.engagement_ref, engagements))
        if reason:
            rejected.append(reject("parties.csv", row, reason))
        else:
            wanted.append(_party(row, engagements[row.engagement_ref]))
    return put(scope, Party, wanted) + Applied(rejected=tuple(rejected))


def _party(row: PartyRow, engagement: Known) -> Party:
    return Party(
        id=stable_id("party", row.engagement_ref, row.name),
        client_id=engagement.client_id,
        engagement_id=engagement.id,
        name=row.name,
        role=row.role,
        aliases=[name for one in (row.aliases or "").split(";") if (name := one.strip())],
        custom=row.custom,
    )


def apply_trust(scope: Scope, rows: Sequence[TrustRow]) -> Applied:
    """Movements of trust money by ledger, day, memo and how many such came before; the ledgers with them."""
    scope.require(Right.CLIENT_WRITE)
    clients = known_clients(scope, (row.client_ref for row in rows))
    engagements = known_engagements(scope, (row.engagement_ref for row in rows))
    ledgers: dict[str, TrustLedger] = {}
    entries: list[TrustEntry] = []
    rejected: list[Rejected] = []
    for row in rows:
        reason = _misplaced(row, clients, engagements) or _half_a_movement(row) or _other_ledger(row, ledgers)
        if reason:
            rejected.append(reject("trust.csv", row, reason))
            continue
        engagement = engagements[row.engagement_ref].id if row.engagement_ref else None
        _tell(_ledger(ledgers, row, clients[row.client_ref], engagement), row)
        if row.on is not None:
            entries.append(_entry(row, clients[row.client_ref]))
    bare = len(rows) - len(entries) - len(rejected)
    entries, refused = _kept(scope, entries, rows)
    rejected += refused
    opened = put(scope, TrustLedger, list(ledgers.values()))
    moved = put(scope, TrustEntry, entries)
    _journal(scope, entries)
    # the file's rows are counted, not the tables': a row that only opens its ledger is one too
    new = min(opened.created, bare)
    same = moved.unchanged + bare - new
    told = min(opened.updated, same)
    return Applied(moved.created + new, moved.updated + told, same - told, tuple(rejected))


def _kept(
    scope: Scope, entries: Sequence[TrustEntry], rows: Sequence[TrustRow]
) -> tuple[list[TrustEntry], list[Rejected]]:
    """The movements that may be put, and the rows that may not: trust money is never changed, and nothing is added to a signed month."""
    signed = scope.session.scalar(
        select(func.max(TrustReconciliation.month)).where(TrustReconciliation.state == "signed")
    )
    known: dict[str, Decimal] = {}
    for batch in batches([entry.id for entry in entries]):
        found = select(TrustEntry.id, TrustEntry.amount).where(TrustEntry.id.in_(batch))
        known.update(scope.session.execute(found).tuples().all())
    kept, reasons = list[TrustEntry](), dict[str, str]()
    for entry in entries:
        if entry.id in known and known[entry.id] != entry.amount:
            reasons[entry.id] = (
                f"the ledger has {known[entry.id]} here: a movement is never changed, load its reversal as a row"
            )
        elif entry.id not in known and signed is not None and entry.on <= signed:
            reasons[entry.id] = f"the trust account is reconciled and signed through {signed}: nothing is added before"
        else:
            kept.append(entry)
    named = {_move_id(row): row for row in rows if row.on is not None}
    return kept, [reject("trust.csv", named[key], reason) for key, reason in reasons.items()]


def _journal(scope: Scope, entries: Sequence[TrustEntry]) -> None:
    """A line in the journal of the account for each movement that has none."""
    for batch in batches(entries):
        ids = [entry.id for entry in batch]
        there = set(scope.session.scalars(select(TrustLine.entry_id).where(TrustLine.entry_id.in_(ids))))
        for entry in batch:
            if entry.id not in there:
                told = {"kind": "loaded", "on": entry.on, "amount": entry.amount, "memo": entry.memo}
                identity = entry.id.replace("move_", "line_", 1)
                scope.session.add(TrustLine(id=identity, client_id=entry.client_id, entry_id=entry.id, **told))
    scope.session.flush()


def _move_id(row: TrustRow) -> str:
    return stable_id("move", row.client_ref, row.engagement_ref or "", row.on, row.memo or "", row.nth)


def _ledger_id(row: TrustRow) -> str:
    return stable_id("trust", row.client_ref, row.engagement_ref or "")


def _ledger(ledgers: dict[str, TrustLedger], row: TrustRow, client_id: str, engagement_id: str | None) -> TrustLedger:
    identity = _ledger_id(row)
    if identity not in ledgers:
        ledgers[identity] = TrustLedger(id=identity, client_id=client_id, engagement_id=engagement_id)
    return ledgers[identity]


def _tell(ledger: TrustLedger, row: TrustRow) -> None:
    """What a row says of its ledger; a column that is empty says nothing."""
    if row.minimum is not None:
        ledger.minimum = row.minimum
    if row.reconciled_on is not None:
        ledger.reconciled_on = row.reconciled_on


def _half_a_movement(row: TrustRow) -> str | None:
    if (row.on is None) == (row.amount is None):
        return None
    return f"a movement needs its day and its amount: {'on' if row.on is None else 'amount'} is empty"


def _other_ledger(row: TrustRow, ledgers: Mapping[str, TrustLedger]) -> str | None:
    """Why a row contradicts what an earlier one said of the same ledger."""
    said = vars(ledgers[_ledger_id(row)]) if _ledger_id(row) in ledgers else {}
    for name in ("minimum", "reconciled_on"):
        value, before = getattr(row, name), said.get(name)
        if value is not None and before is not None and value != before:
            return f"an earlier row says {name} {before} of the same ledger, this one {value}: write one of them"
    return None


def _entry(row: TrustRow, client_id: str) -> TrustEntry:
    assert row.on is not None and row.amount is not None  # _half_a_movement
    return TrustEntry(
        id=_move_id(row),
        client_id=client_id,
        ledger_id=_ledger_id(row),
        on=row.on,
        amount=row.amount,
        memo=row.memo or "",
        custom=row.custom,
    )


def apply_entered(scope: Scope, rows: Sequence[EnteredDeadlineRow]) -> Applied:
    """Entered dates by client, engagement, title and how many such came before."""
    scope.require(Right.CLIENT_WRITE)
    people = known_people(scope)
    clients = known_clients(scope, (row.client_ref for row in rows))
    engagements = known_engagements(scope, (row.engagement_ref for row in rows))
    wanted: list[EnteredDeadline] = []
    rejected: list[Rejected] = []
    for row in rows:
        reason = _misplaced(row, clients, engagements) or lacking(
            ("entered_by", row.entered_by, people), ("confirmed_by", row.confirmed_by, people)
        )
        if reason is None:
            try:
                due, authority = _counted(row)
            except Invalid as error:
                reason = str(error)
            else:
                engagement = engagements[row.engagement_ref].id if row.engagement_ref else None
                wanted.append(_entered(row, clients[row.client_ref], engagement, people, due, authority))
                continue
        rejected.append(reject("entered_deadlines.csv", row, reason))
    return put(scope, EnteredDeadline, wanted) + Applied(rejected=tuple(rejected))


def _counted(row: EnteredDeadlineRow) -> tuple[date, str]:
    """The day and its authority. Raises Invalid where they are missing, or the row says another day than its rule."""
    if row.confirmed_by is not None and row.confirmed_by == row.entered_by:
        raise Invalid("confirmed_by is who entered it: a second person confirms")
    if row.rule is None:
        if row.due is None or row.authority is None:
            raise Invalid("without a rule it needs due and authority: write the day and where it comes from")
        return row.due, row.authority
    if row.counted_from is None:
        raise Invalid(f"rule {row.rule} needs counted_from, the day of the event that it runs from")
    found = counted(row)
    if row.due is not None and row.due != found.due:
        raise Invalid(
            f"{row.rule} from {row.counted_from} gives {found.due}, the row says {row.due}: correct one, or leave due empty"
        )
    return found.due, row.authority or found.authority


def counted(row: EnteredDeadlineRow) -> Deadline:
    """The deadline that the row's rule gives. Raises Invalid for a rule that the table does not have, or that no event starts."""
    assert row.rule is not None and row.counted_from is not None
    state = row.court_state.upper() if row.court_state else None
    return event_deadline(row.rule, row.counted_from, by_mail=row.served_by_mail, state=state)


def _entered(
    row: EnteredDeadlineRow,
    client_id: str,
    engagement_id: str | None,
    people: dict[str, str],
    due: date,
    authority: str,
) -> EnteredDeadline:
    key = (row.client_ref, row.engagement_ref or "", row.title, row.nth)
    return EnteredDeadline(
        id=stable_id("date", *key),
        client_id=client_id,
        engagement_id=engagement_id,
        title=row.title,
        due=due,
        authority=authority,
        entered_by=people[row.entered_by] if row.entered_by else None,
        confirmed_by=people[row.confirmed_by] if row.confirmed_by else None,
        rule=row.rule,
        counted_from=row.counted_from,
        served_by_mail=row.served_by_mail,
        court_state=row.court_state.upper() if row.court_state else None,
        custom=row.custom,
    )


def _misplaced(
    row: TrustRow | EnteredDeadlineRow, clients: Mapping[str, str], engagements: Mapping[str, Known]
) -> str | None:
    """Why a row cannot stand at its client and engagement."""
    reason = lacking(("client_ref", row.client_ref, clients), ("engagement_ref", row.engagement_ref, engagements))
    if reason or row.engagement_ref is None:
        return reason
    if engagements[row.engagement_ref].client_id != clients[row.client_ref]:
        return f"engagement {row.engagement_ref} is not one of client {row.client_ref}"
    return None

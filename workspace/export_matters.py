"""Parties, trust money and entered dates on their way out, as the rows that a load makes the same tables from. Never writes a file."""

from collections.abc import Iterator

from sqlalchemy import select
from sqlalchemy.orm import aliased

from store.rows import EnteredDeadlineRow, PartyRow, TrustRow
from store.tables import Client, Engagement, EnteredDeadline, Party, Person, TrustEntry, TrustLedger
from workspace.export import as_they_stood
from workspace.scope import Scope


def parties(scope: Scope) -> Iterator[PartyRow]:
    """Parties by matter and name."""
    query = (
        select(Party, Engagement.ref)
        .join(Engagement, Engagement.id == Party.engagement_id)
        .where(Party.client_id.in_(scope.clients()))
        .order_by(Engagement.ref, Party.name)
    )
    for party, ref in scope.session.execute(query).tuples():
        aliases = "; ".join(party.aliases) or None
        yield PartyRow(engagement_ref=ref, name=party.name, role=party.role, aliases=aliases, custom=party.custom or {})


def trust(scope: Scope) -> Iterator[TrustRow]:
    """Each ledger's own row, then its movements by day."""
    ledgers = (
        select(TrustLedger, Client.ref, Engagement.ref)
        .join(Client, Client.id == TrustLedger.client_id)
        .outerjoin(Engagement, Engagement.id == TrustLedger.engagement_id)
        .where(TrustLedger.client_id.in_(scope.clients()))
        .order_by(Client.ref, Engagement.ref, TrustLedger.id)
    )
    for ledger, ref, engagement in scope.session.execute(ledgers).tuples().all():
        yield TrustRow(
            client_ref=ref, engagement_ref=engagement, minimum=ledger.minimum, reconciled_on=ledger.reconciled_on
        )
        wanted = select(TrustEntry).where(TrustEntry.ledger_id == ledger.id).order_by(TrustEntry.on, TrustEntry.id)
        found = [
            (
                entry.id,
                TrustRow(
                    client_ref=ref,
                    engagement_ref=engagement,
                    on=entry.on,
                    amount=entry.amount,
                    memo=entry.memo or None,
                    custom=entry.custom or {},
                ),
            )
            for entry in scope.session.scalars(wanted)
        ]
        yield from as_they_stood(
            "move", found, lambda row: (row.client_ref, row.engagement_ref or "", row.on, row.memo or "")
        )


def entered_deadlines(scope: Scope) -> Iterator[EnteredDeadlineRow]:
    """Entered dates by client, day and title."""
    by, second = aliased(Person), aliased(Person)
    query = (
        select(EnteredDeadline, Client.ref, Engagement.ref, by.email, second.email)
        .join(Client, Client.id == EnteredDeadline.client_id)
        .outerjoin(Engagement, Engagement.id == EnteredDeadline.engagement_id)
        .outerjoin(by, by.id == EnteredDeadline.entered_by)
        .outerjoin(second, second.id == EnteredDeadline.confirmed_by)
        .where(EnteredDeadline.client_id.in_(scope.clients()))
        .order_by(Client.ref, EnteredDeadline.due, EnteredDeadline.title, EnteredDeadline.id)
    )
    found = [
        (
            one.id,
            EnteredDeadlineRow(
                client_ref=ref,
                engagement_ref=engagement,
                title=one.title,
                due=one.due,
                authority=one.authority,
                entered_by=entered_by,
                confirmed_by=confirmed_by,
                rule=one.rule,
                counted_from=one.counted_from,
                served_by_mail=bool(one.served_by_mail),
                court_state=one.court_state,
                custom=one.custom or {},
            ),
        )
        for one, ref, engagement, entered_by, confirmed_by in scope.session.execute(query).tuples()
    ]
    return as_they_stood("date", found, lambda row: (row.client_ref, row.engagement_ref or "", row.title))

"""Everything that a matter's page shows, read once: parties, dates, fee, money, tasks, time, and whether it was searched for conflicts."""

from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from sqlalchemy import select

from store.tables import Client, Engagement, EngagementLetter, FeeAgreement, Person, TrustLedger
from workspace.law import dates as court
from workspace.law import fees, matters, trust
from workspace.law.conflicts import Searched, searched
from workspace.scope import Right, Scope


@dataclass(frozen=True)
class Whole:
    """A matter. `ledger` None: no trust money, or no right to see it; `value` of open work None without rates:see. `searches` are those
    for this matter or its client, the newest first; None without conflict:search. `documents` are those a fee agreement may be."""

    ref: str
    title: str
    stage: str
    open: bool
    client_ref: str
    client: str
    owner: str | None
    started_on: date | None
    finished_on: date | None
    parties: list[matters.PartyShown]
    dates: list[court.Dated]
    events: list[court.Happened]
    agreement: fees.Agreement
    tasks: list[matters.TaskShown]
    hours: Decimal
    time: list[matters.Worked]
    ledger: trust.Ledger | None
    searches: list[Searched] | None
    documents: list[tuple[str, str]]


def whole(scope: Scope, ref: str, *, documents: bool = False) -> Whole:
    """The matter of that ref. Raises NotFound outside the scope."""
    matter = court.matter_of(scope, ref)
    client, owner, agreement = _around(scope, matter)
    dated = court.dates_of(scope, ref)
    hours, time = matters.time_of(scope, matter)
    return Whole(
        ref=matter.ref,
        title=matter.title,
        stage=matter.stage,
        open=matter.stage in matters.OPEN,
        client_ref=client.ref,
        client=client.name,
        owner=owner,
        started_on=matter.started_on,
        finished_on=matter.finished_on,
        parties=matters.parties_of(scope, ref),
        dates=dated,
        events=court.events(scope, ref, dated),
        agreement=agreement,
        tasks=matters.tasks_of(scope, matter),
        hours=hours,
        time=time,
        ledger=_ledger(scope, matter) if scope.has(Right.TRUST_WRITE) else None,
        searches=searched(scope, matter) if scope.has(Right.CONFLICT_SEARCH) else None,
        documents=matters.documents_of(scope, matter) if documents and scope.has(Right.LETTER_WRITE) else [],
    )


def _around(scope: Scope, matter: Engagement) -> tuple[Client, str | None, fees.Agreement]:
    """The client, who owns the matter, and its fee agreement, in one query."""
    query = (
        select(Client, Person.name, FeeAgreement, EngagementLetter)
        .select_from(Client)
        .outerjoin(Person, Person.id == matter.owner_id)
        .outerjoin(FeeAgreement, FeeAgreement.engagement_id == matter.id)
        .outerjoin(EngagementLetter, EngagementLetter.engagement_id == matter.id)
        .where(Client.id == matter.client_id)
    )
    client, owner, agreed, letter = scope.session.execute(query).one()
    return client, owner, fees.as_agreed(agreed, letter)


def _ledger(scope: Scope, matter: Engagement) -> trust.Ledger | None:
    """The matter's own ledger."""
    found = trust.ledgers(scope, only=TrustLedger.engagement_id == matter.id)
    return found[0] if found else None

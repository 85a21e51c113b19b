"""A small firm in real rows: two partners, a manager, a staff member, three clients. For tests that need a database."""

from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from typing import Any

from sqlalchemy.orm import Session

from store import tables
from store.ids import stable_id
from workspace.scope import Scope, open_scope, system_scope

TODAY = date(2026, 3, 9)
NOW = datetime(2026, 3, 9, 13, 0, tzinfo=UTC)
PARTNER, MANAGER, STAFF, OTHER = "pat@firm.example", "mia@firm.example", "sam@firm.example", "olga@firm.example"


class Monday:
    """The practice's clock in the tests."""

    def now(self) -> datetime:
        return NOW

    def today(self) -> date:
        return TODAY


def per(email: str) -> str:
    return stable_id("per", email)


def cl(ref: str) -> str:
    return stable_id("cl", ref)


def eng(ref: str) -> str:
    return stable_id("eng", ref)


def night(session: Session, today: date = TODAY) -> Scope:
    """The night's scope on a day."""
    return system_scope(session, "night", now=NOW + (today - TODAY), today=today)


def asker(session: Session, email: str) -> Scope:
    return open_scope(session, email, clock=Monday())


def add_firm(session: Session, clients: int = 3) -> None:
    """The people and the clients C1, C2 …; all of Pat and Mia, but C3 which is Olga's."""
    session.add(tables.Firm(id="firm", name="Pat & Co", timezone="America/New_York", settings={}))
    for email, role in ((PARTNER, "partner"), (MANAGER, "manager"), (STAFF, "staff"), (OTHER, "partner")):
        name = email.split("@")[0].title()
        session.add(tables.Person(id=per(email), email=email, name=name, role=role, weekly_hours=Decimal(40)))
    session.flush()
    for number in range(1, clients + 1):
        ref = f"C{number}"
        session.add(
            tables.Client(
                id=cl(ref),
                ref=ref,
                name=f"Client {number}",
                entity_type="1120-S",
                tax_id=f"00-{number:07d}",
                state="PA",
                partner_id=per(OTHER if ref == "C3" else PARTNER),
                manager_id=per(MANAGER),
            )
        )
    session.flush()


def add_engagement(session: Session, ref: str, client: str = "C1", **fields: Any) -> None:
    """A 2025 Form 1120-S in progress, owned by Sam."""
    known: dict[str, Any] = {
        "template": "1120-S",
        "title": f"2025 Form 1120-S {client}",
        "stage": "in-progress",
        "period_start": date(2025, 1, 1),
        "period_end": date(2025, 12, 31),
        "owner_id": per(STAFF),
        "fee": Decimal("4000"),
        "fee_type": "fixed",
        "budget_hours": Decimal("20"),
    }
    session.add(tables.Engagement(id=eng(ref), ref=ref, client_id=cl(client), **(known | fields)))
    session.flush()


def add_time(session: Session, day: date, hours: str, ref: str | None, client: str = "C1", rate: str = "200") -> None:
    count = len(session.new) + session.query(tables.TimeEntry).count()
    session.add(
        tables.TimeEntry(
            id=stable_id("time", day, hours, ref, count),
            client_id=cl(client),
            date=day,
            person_id=per(STAFF),
            engagement_id=eng(ref) if ref else None,
            hours=Decimal(hours),
            rate=Decimal(rate),
        )
    )
    session.flush()


def add_invoice(
    session: Session, number: str, due: date, amount: str, client: str = "C1", ref: str | None = None
) -> None:
    session.add(
        tables.Invoice(
            id=stable_id("inv", number),
            client_id=cl(client),
            number=number,
            engagement_id=eng(ref) if ref else None,
            issued_on=due - timedelta(days=30),
            due_on=due,
            amount=Decimal(amount),
        )
    )
    session.flush()


def add_payment(session: Session, number: str, day: date, amount: str, client: str = "C1") -> None:
    session.add(
        tables.Payment(
            id=stable_id("pay", number, day),
            client_id=cl(client),
            invoice_id=stable_id("inv", number),
            paid_on=day,
            amount=Decimal(amount),
        )
    )
    session.flush()


def add_message(
    session: Session, message_id: str, direction: str, at: datetime, body: str, thread: str = "", client: str = "C1"
) -> None:
    session.add(
        tables.Message(
            id=stable_id("msg", client, message_id),
            client_id=cl(client),
            message_id=message_id,
            thread=thread or message_id,
            direction=direction,
            sender="owner@client.example" if direction == "in" else PARTNER,
            recipients=[PARTNER if direction == "in" else "owner@client.example"],
            subject="Question",
            sent_at=at,
            body=body,
        )
    )
    session.flush()


def add_item(
    session: Session, item: str, due: date, ref: str, client: str = "C1", received: date | None = None
) -> None:
    request_id = stable_id("req", ref)
    if session.get(tables.ClientRequest, request_id) is None:
        session.add(
            tables.ClientRequest(id=request_id, client_id=cl(client), engagement_id=eng(ref), title="Request list")
        )
        session.flush()
    session.add(
        tables.RequestItem(
            id=stable_id("item", ref, item),
            client_id=cl(client),
            request_id=request_id,
            item=item,
            requested_on=due - timedelta(days=14),
            due=due,
            received_on=received,
        )
    )
    session.flush()


def add_document(
    session: Session,
    path: str,
    kind: str,
    facts: dict[str, str],
    client: str = "C1",
    text: str = "",
    rows: list[dict[str, str]] | None = None,
) -> str:
    """A read document of one page; each fact's quote stands in the page's text. Returns the document's id."""
    document_id, version_id = stable_id("doc", client, path), stable_id("ver", client, path)
    whole = text + "".join(f"\n{name}: {value}" for name, value in facts.items())
    document = tables.Document(
        id=document_id,
        client_id=cl(client),
        path=path,
        name=path.rsplit("/", 1)[-1],
        source="load",
        kind=kind,
        state="read",
        received_at=NOW - timedelta(days=30),
    )
    session.add(document)
    session.flush()
    session.add(
        tables.DocumentVersion(
            id=version_id,
            client_id=cl(client),
            document_id=document_id,
            number=1,
            blob=stable_id("blob", client, path),
            size=len(whole),
            received_at=NOW,
            stage="indexed",
        )
    )
    document.current_version_id = version_id
    session.flush()
    lines = [(None, facts), *((number, line) for number, line in enumerate(rows or []))]
    for row, line in lines:
        for name, value in line.items():
            if value not in whole:
                whole += f"\n{value}"
            start = whole.index(value)
            session.add(
                tables.FactRow(
                    id=stable_id("fact", version_id, name, row),
                    client_id=cl(client),
                    document_id=document_id,
                    version_id=version_id,
                    name=name,
                    type="text",
                    value=value,
                    row=row,
                    page=1,
                    start=start,
                    end=start + len(value),
                    quote=value,
                    confidence=0.9,
                    reader="test",
                )
            )
    session.add(
        tables.DocumentPage(
            id=stable_id("page", version_id),
            client_id=cl(client),
            version_id=version_id,
            number=1,
            text=whole,
            source="text",
        )
    )
    session.flush()
    return document_id

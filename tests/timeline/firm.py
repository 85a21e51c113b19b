"""A firm for the tests of timelines: that of tests/signals/rows.py, work of Sam's at C1 and C2, and rows of every kind of a stream."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import date, datetime, timedelta
from decimal import Decimal

from sqlalchemy.orm import Session

from store import tables
from store.database import Database
from store.ids import stable_id
from tests.signals import rows
from tests.signals.rows import MANAGER, NOW, PARTNER, STAFF, TODAY, cl, eng, per
from workspace.scope import Scope

BORN = datetime(2026, 1, 5, 9, 0, tzinfo=NOW.tzinfo)


def firm(database: Database) -> Database:
    with database.writing() as session:
        rows.add_firm(session)
        for ref, client in (("E1", "C1"), ("E2", "C2")):
            rows.add_engagement(session, ref, client)
    return database


@contextmanager
def acting(database: Database, email: str = PARTNER, later: timedelta = timedelta()) -> Iterator[Scope]:
    """Somebody's scope in a transaction of its own, so much after nine on the Monday."""
    with database.writing() as session:
        yield at(rows.asker(session, email), later)


def at(scope: Scope, later: timedelta) -> Scope:
    now = scope.now + later
    return replace(scope, now=now, today=TODAY + (now.date() - NOW.date()))


def wall(session: Session, client: str, email: str) -> None:
    session.add(
        tables.Wall(
            id=stable_id("wal", client, email), client_id=cl(client), person_id=per(email), reason="x", set_on=TODAY
        )
    )
    session.flush()


def add_mail(session: Session, name: str, moment: datetime | None, body: str = "Can you call me?", **more: str) -> str:
    """A mail of the client's side; its row's id."""
    client = more.get("client", "C1")
    message = tables.Message(
        id=stable_id("msg", client, name),
        client_id=cl(client),
        message_id=name,
        thread=more.get("thread", name),
        direction=more.get("direction", "in"),
        sender=more.get("sender", "owner@client.example"),
        recipients=[{"address": PARTNER, "kind": "to"}],
        subject=more.get("subject", f"About {name}"),
        sent_at=moment,
        body=body,
    )
    session.add(message)
    session.flush()
    return message.id


def add_row(session: Session, kind: str, number: int, moment: datetime, client: str = "C1") -> str:
    """A row of that kind at that moment, or on its day; its id. Numbers name rows."""
    key, day = stable_id("row", kind, number, client), moment.date()
    match kind:
        case "mail":
            return add_mail(session, f"<{number}@x>", moment, client=client)
        case "note":
            note = tables.Note(id=key, client_id=cl(client), date=day, author_id=per(STAFF), text=f"note {number}")
            session.add(note)
        case "document":
            session.add(
                tables.Document(
                    id=key,
                    client_id=cl(client),
                    path=f"f/{number}.pdf",
                    name=f"{number}.pdf",
                    source="load",
                    received_at=moment,
                )
            )
        case "task":
            fields = {"title": f"task {number}", "owner_id": per(STAFF), "status": "done", "done_on": day}
            session.add(tables.Task(id=key, client_id=cl(client), engagement_id=eng("E1"), **fields))
        case _:
            _add_invoice(session, key, number, day, client)
    session.flush()
    return key


def _add_invoice(session: Session, key: str, number: int, day: date, client: str) -> None:
    amount = Decimal("100.50")
    of = {"client_id": cl(client), "number": f"N{number}", "engagement_id": eng("E1")}
    session.add(tables.Invoice(id=key, issued_on=day, due_on=day, amount=amount, **of))


def add_all(session: Session) -> list[str]:
    """One row of every kind at C1, each an hour after the one before; their ids, the newest first."""
    ids = []
    for number, kind in enumerate(("document", "mail")):
        ids.append(add_row(session, kind, number, BORN + timedelta(hours=number)))
    common = {"client_id": cl("C1"), "person_id": per(MANAGER)}
    moment = BORN + timedelta(hours=2)
    session.add(
        tables.SignalDecision(
            id="dec_1", key="sig_1", decision="dismissed", reason="not so", evidence_hash="0" * 64, at=moment, **common
        )
    )
    outcome = {"subject": "Which fee is right", "decision": "keep", "note": ""}
    session.add(tables.Outcome(id="out_1", at=moment + timedelta(hours=1), **outcome, **common))
    ids += ["dec_1", "out_1"]
    for number, kind in enumerate(("task", "invoice", "note"), start=6):
        ids.append(add_row(session, kind, number, BORN + timedelta(days=number)))
    paid = {"client_id": cl("C1"), "invoice_id": ids[-2], "amount": Decimal("50.00")}
    session.add(tables.Payment(id="pay_1", paid_on=(BORN + timedelta(days=20)).date(), **paid))
    rows.add_item(session, "W-2", (BORN + timedelta(days=30)).date(), "E1", received=(BORN + timedelta(days=21)).date())
    session.flush()
    ids += ["pay_1", stable_id("item", "E1", "W-2")]
    return ids[::-1]

"""Small worlds for the tests of rank, merge, scans and brief: signals in a line, stored by a real scan of a client in real rows."""

from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

from sqlalchemy.orm import Session

from store.database import Database
from store.ids import stable_id
from tests.signals import rows
from tests.signals.rows import PARTNER, TODAY
from workspace.brief import compose_brief
from workspace.evidence import RecordEvidence
from workspace.raised import Raised
from workspace.scans import Saved, save_client_scan
from workspace.scope import Scope
from workspace.signals import BlindSpot, Signal
from workspace.snapshot import take_snapshot

FRIDAY = date(2026, 3, 6)
CLASSES = {
    "notice-levy": "A",
    "notice-deficiency": "A",
    "extension-needed": "B",
    "return-overdue": "B",
    "document-expiring": "D",
}


def signal(slug: str = "wip-over-budget", client: str = "C1", subject: str = "", **fields: Any) -> Signal:
    """A signal of C1 without a date, of class C unless its slug says otherwise."""
    evidence = (RecordEvidence(f"client:{client}", "status", fields.pop("says", "active")),)
    known: dict[str, Any] = {
        "cls": CLASSES.get(slug, "C"),
        "due": None,
        "nominal_due": fields.get("due"),
        "dollars": None,
        "headline": f"{slug} of {client}",
        "rule": "A rule.",
        "why_now": "Because.",
        "next_step": "Act.",
        "minutes": 5,
        "evidence": evidence,
        "basis": "record",
    }
    return Signal(slug=slug, client_ref=client, subject=subject or client, **(known | fields))


def raised(slug: str = "wip-over-budget", client: str = "C1", subject: str = "", **fields: Any) -> Raised:
    """A stored signal, open, with the score 50."""
    known: dict[str, Any] = {
        "key": stable_id("sig", client, slug, subject or client),
        "cls": CLASSES.get(slug, "C"),
        "client_id": f"id-{client}",
        "client_ref": client,
        "client": f"Client {client}",
        "as_of": TODAY,
        "due": None,
        "nominal_due": None,
        "dollars": None,
        "score": Decimal(50),
        "terms": {"urgency": 0.5, "consequence": 0.48, "exposure": 0.0, "confidence": 1.0},
        "slack_days": None,
        "headline": f"{slug} of {client}",
        "rule": "A rule.",
        "why_now": "Because.",
        "next_step": "Act.",
        "minutes": 5,
        "evidence": ({"kind": "record", "record": f"client:{client}", "field": "status", "value": slug},),
        "evidence_hash": "h",
        "basis": "record",
        "engagement_ref": None,
        "waits_on_client": False,
        "deliverable_slug": None,
        "people": (),
        "first_seen": TODAY,
        "state": "open",
    }
    return Raised(slug=slug, subject=subject or client, **(known | fields))


def store_scan(
    database: Database, ref: str, *signals: Signal, today: date = TODAY, blind: tuple[BlindSpot, ...] = ()
) -> Saved:
    """What the night leaves behind of a client that raised these."""
    with database.writing() as session:
        scope = rows.night(session, today)
        return save_client_scan(scope, take_snapshot(scope, ref), signals, blind)


def store_scans(database: Database, signals: dict[str, Signal], today: date = TODAY) -> None:
    """The same for many clients, each with its one signal, in one transaction."""
    with database.writing() as session:
        scope = rows.night(session, today)
        for ref, one in signals.items():
            save_client_scan(scope, take_snapshot(scope, ref), [one])


def asker(session: Session, email: str = PARTNER, today: date = TODAY) -> Scope:
    """Somebody's scope on a day."""
    return replace(rows.asker(session, email), today=today, now=rows.NOW + (today - TODAY))


def brief_of(database: Database, email: str = PARTNER, today: date = TODAY) -> dict[str, Any]:
    """Somebody's brief, composed."""
    with database.reading() as session:
        return compose_brief(asker(session, email, today))


def firm_of(database: Database, clients: int = 3) -> None:
    with database.writing() as session:
        rows.add_firm(session, clients)


def in_days(days: int) -> date:
    return TODAY + timedelta(days=days)

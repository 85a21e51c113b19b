"""What the tests of the brief scan, file and look for. No test here."""

from typing import Any

from store.database import Database
from tests.signals import rows
from tests.signals.rows import TODAY
from tests.workspace.worlds import store_scan
from workspace.deliverables.filing import file_draft
from workspace.deliverables.model import Draft, Section
from workspace.signals import detect, resolve
from workspace.snapshot import take_snapshot


def headlines(cards: list[dict[str, Any]]) -> list[str]:
    return [card["headline"] for card in cards]


def scan_really(database: Database, ref: str = "C1", today: Any = TODAY) -> None:
    """Detect and store, as the night does."""
    with database.reading() as session:
        found = detect(take_snapshot(rows.night(session, today), ref), today, resolve())
    store_scan(database, ref, *found.signals, today=today, blind=found.blind_spots)


def file(
    database: Database, slug: str, occasion: str, client: str = "C1", cls: str = "B", on: str | None = None
) -> str:
    """A draft in review."""
    draft = Draft(
        f"{slug} {client}", cls, TODAY, (Section("", "Text."),), (), (), engagement_id=rows.eng(on) if on else None
    )
    with database.writing() as session:
        return file_draft(rows.night(session), client, slug, occasion, draft)

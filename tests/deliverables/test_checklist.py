"""The checklist of a draft: ticks are a version's, with who and when; a new version has none; the trail says what was left."""

from dataclasses import replace
from typing import Any

import pytest
from sqlalchemy import func, select

from store.audit import AuditTag
from store.database import Database
from store.errors import Conflict, Forbidden, Invalid
from store.tables import AuditEntry, CheckTick
from tests.deliverables.conftest import TIED, letter, writing
from workspace.checklist import tick_check
from workspace.deliverables.filing import file_draft
from workspace.deliverables.model import Section
from workspace.deliverables.reading import show
from workspace.deliverables.release import release
from workspace.deliverables.review import approve, edit

LINES = ("Right client", "Dates", "Tone")


@pytest.fixture
def draft(firm: Database) -> str:
    with writing(firm, "system") as scope:
        return file_draft(scope, "C1", "status-letter", "one", replace(letter(TIED), checks=LINES))


def tick(database: Database, draft: str, place: int, name: str = "mia", *, on: bool = True, **more: Any) -> None:
    with writing(database, name) as scope:
        tick_check(scope, draft, place, on=on, **more)


def ticked(database: Database, draft: str) -> list[str | None]:
    with writing(database, "ana") as scope:
        found: list[dict[str, Any]] = show(scope, draft)["ticks"]
    assert [one["check"] for one in found] == list(LINES)
    return [one["by"] for one in found]


def said(database: Database, *tags: AuditTag) -> list[tuple[str, Any]]:
    with database.reading() as session:
        wanted = select(AuditEntry).where(AuditEntry.tag.in_(tags)).order_by(AuditEntry.seq)
        return [(one.actor, one.detail) for one in session.scalars(wanted)]


def test_each_line_says_who_ticked_it(firm: Database, draft: str) -> None:
    assert ticked(firm, draft) == [None, None, None]
    tick(firm, draft, 0)
    tick(firm, draft, 2, "ana")
    tick(firm, draft, 0, "ana")  # ticked is ticked, by whom it was first
    assert ticked(firm, draft) == ["Mia Alder", None, "Ana Alder"]
    tick(firm, draft, 2, on=False)
    tick(firm, draft, 1, on=False)
    assert ticked(firm, draft) == ["Mia Alder", None, None]
    told = said(firm, AuditTag.CHECK_TICKED, AuditTag.CHECK_CLEARED)
    assert [(who.split("@")[0], detail["check"], detail["version"]) for who, detail in told] == [
        ("mia", "Right client", 1),
        ("ana", "Tone", 1),
        ("mia", "Tone", 1),
    ]


def test_a_new_version_begins_with_none(firm: Database, draft: str) -> None:
    tick(firm, draft, 0)
    with writing(firm, "ana") as scope:
        before = show(scope, draft)["hash"]
        assert edit(scope, draft, [Section("Opening", "Dear client, $1,200.00 is due.")]) == 2
    assert ticked(firm, draft) == [None, None, None]
    with pytest.raises(Conflict, match="the text has changed"):
        tick(firm, draft, 0, expected=before)
    with firm.reading() as session:
        assert session.scalars(select(func.count()).select_from(CheckTick)).one() == 1, (
            "kept with the version it was of"
        )


def test_approval_and_release_say_what_was_left(firm: Database, draft: str) -> None:
    tick(firm, draft, 1)
    with writing(firm, "mia") as scope:
        approve(scope, draft)
    tick(firm, draft, 0, "ana")
    with writing(firm, "ana") as scope:
        release(scope, draft)
    told = said(firm, AuditTag.DELIVERABLE_APPROVED, AuditTag.DELIVERABLE_RELEASED)
    assert [(one["ticked"], one["not_ticked"]) for _, one in told] == [
        (1, ["Right client", "Tone"]),
        (2, ["Tone"]),
    ]
    with pytest.raises(Conflict, match="its checklist stays as it was"):
        tick(firm, draft, 2)
    assert ticked(firm, draft) == ["Ana Alder", "Mia Alder", None]


def test_who_may_not_review_ticks_nothing(firm: Database, draft: str) -> None:
    for name in ("sol", "system"):
        with pytest.raises(Forbidden):
            tick(firm, draft, 0, name)
    for place in (3, -1):
        with pytest.raises(Invalid, match="the checklist has 3 lines"):
            tick(firm, draft, place)

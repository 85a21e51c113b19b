"""What removed rows leave outside the database goes also when the process ends after its commit, and only what is nobody's by then."""

from collections.abc import Iterator
from datetime import date
from pathlib import Path

import numpy as np
import pytest
from sqlalchemy import func, select

from api.commands import find
from api.commands.result import silent
from api.commands.scopes import reading, writing
from api.destroyed import take_away
from api.serve import beside_pages
from api.settings import load_settings
from api.wiring import Services, build
from store.database import Database
from store.errors import Busy
from store.leavings import to_take_away
from store.tables import Client, DocumentVersion, Leaving, Passage
from store.vectors import shelf_of, unpack
from tests.homes import copied
from tests.trail.test_erasure import settled
from workspace.retention import due, erasure

ANA = "ana@alder.example"


@pytest.fixture
def home(busy_home: Path, tmp_path: Path) -> Path:
    return copied(busy_home, tmp_path / "later")


@pytest.fixture
def later(home: Path) -> Iterator[Services]:
    with served(home) as services:
        yield services


def served(home: Path) -> Services:
    return build(load_settings(home).model_copy(update={"today": date(2040, 1, 2)}), own_index=True)


def destroyed(services: Services) -> tuple[set[str], set[str], str]:
    """The records of C001's documents, and nothing outside yet: as a process leaves them that is killed after its commit. Their blobs that
    nobody else names, their passages, the client's shelf."""
    with services.database.reading() as session:
        client = session.scalars(select(Client).where(Client.ref == "C001")).one()
        shelf = shelf_of(client.id, client.shelf)
    with writing(services, "x", ANA) as scope:
        [told] = [one for one in due.due(scope, "C001") if one.kind == "documents"]
        gone = due.destroy(scope, "C001", "documents", told.mark, "C001")
    return gone.blobs, gone.passages & services.index.ids(shelf), shelf


def notes(database: Database) -> int:
    with database.reading() as session:
        return session.scalar(select(func.count()).select_from(Leaving)) or 0


def test_the_next_process_takes_away_what_one_that_was_killed_left(home: Path) -> None:
    with served(home) as killed:
        blobs, passages, shelf = destroyed(killed)
        assert blobs and passages and all(killed.blobs.has(one) for one in blobs)
    with served(home) as later:
        assert find("index-verify").load()(later, {}, silent).data["faults"]  # the vectors lie there, and nobody's
        assert take_away(later) == [] and notes(later.database) == 0
        assert not any(later.blobs.has(one) for one in blobs)
        assert not passages & later.index.ids(shelf)
        assert find("index-verify").load()(later, {}, silent).data["faults"] == []
        assert take_away(later) == []


def test_what_came_back_meanwhile_stays(later: Services) -> None:
    with later.database.reading() as session:
        version = session.scalars(
            select(DocumentVersion).join(Client, Client.id == DocumentVersion.client_id).where(Client.ref != "C001")
        ).first()
        assert version is not None
        passage = session.scalars(select(Passage).where(Passage.client_id == version.client_id)).first()
        assert passage is not None
    blobs, passages, shelf = destroyed(later)
    back, again = sorted(blobs)[0], sorted(passages)[0]
    # the same bytes came in for somebody else, and another passage has that name
    with later.database.writing() as session:
        session.get_one(DocumentVersion, version.id).blob = back
        session.get_one(Passage, passage.id).id = again
    [left] = to_take_away(later.database)
    assert back not in left.blobs and again not in left.passages[shelf]
    assert take_away(later) == []
    assert later.blobs.has(back) and not any(later.blobs.has(one) for one in blobs - {back})
    assert later.index.ids(shelf) & passages == {again}


def test_an_index_out_of_reach_is_told_and_tried_again(later: Services, monkeypatch: pytest.MonkeyPatch) -> None:
    blobs, passages, shelf = destroyed(later)

    def away(*_: object) -> None:
        raise Busy("the Chroma server does not answer")

    with monkeypatch.context() as patch:
        patch.setattr(type(later.index), "drop", away)
        assert take_away(later) == [
            "not taken away yet: the Chroma server does not answer; Tickmark does it when it is served next"
        ]
    assert notes(later.database) == 1 and not any(later.blobs.has(one) for one in blobs)
    assert take_away(later) == [] and not passages & later.index.ids(shelf) and notes(later.database) == 0


def test_an_erasure_that_was_cut_off_is_made_whole(later: Services) -> None:
    settled(later)
    with reading(later, "x", ANA) as scope:
        plan = erasure.plan(scope, "C001")
        shelf = shelf_of(plan.client.id, plan.client.shelf)
    with writing(later, "x", ANA) as scope:
        gone = erasure.erase(scope, "C001", plan.mark, "C001")
    [left] = to_take_away(later.database)
    assert gone.whole and left.scour and (left.threads, left.whole) == ("C001", shelf)
    assert gone.passages & later.index.ids(shelf) and any(later.blobs.has(one) for one in gone.blobs)
    assert take_away(later) == []
    assert shelf not in later.index.shelves() and not any(later.blobs.has(one) for one in gone.blobs)


def test_passages_of_a_client_that_is_gone_are_a_fault_until_the_index_is_made_anew(later: Services) -> None:
    verify, rebuild = find("index-verify").load(), find("index-rebuild").load()
    with later.database.reading() as session:
        passage = session.scalars(select(Passage).where(Passage.vector.is_not(None))).first()
        assert passage is not None and passage.vector is not None
        vector = unpack(passage.vector)
    later.index.put("cl_0000000000000000-2", ["pas_of_nobody"], np.stack([vector]))
    assert verify(later, {}, silent).data["faults"] == [
        {
            "client_ref": "cl_0000000000000000",
            "message": "1 passages of a client that is not there stand in the index",
        }
    ]
    rebuild(later, {"embed": False}, silent)
    assert verify(later, {}, silent).data["faults"] == []


def test_a_server_takes_up_what_was_left_when_it_starts(later: Services) -> None:
    blobs, passages, shelf = destroyed(later)
    with beside_pages(later):
        pass  # what runs beside is told to end and waited for; this is begun at once and done to its end
    assert notes(later.database) == 0 and not any(later.blobs.has(one) for one in blobs)
    assert passages and not passages & later.index.ids(shelf)

"""The watched folder: what is new, changed, moved, gone and back; what is still being written; a drive that is not mounted; a kill."""

import os
import queue
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import select

from api import watch
from api.commands.result import silent
from api.intake import read_bytes
from api.settings import load_settings
from api.wiring import Services
from ingestion.indexing import verify
from store.errors import Invalid
from store.tables import AuditEntry, Document, DocumentVersion, Notice
from tests.api.test_load import dump, load
from tests.facts.test_corrections import NOTICE
from tests.intake.conftest import put, run
from tests.web.conftest import Visits

TREE: dict[str, str | bytes] = {
    "C001/2025/lease.txt": "The lease of the oven",
    "C001/2025/lease copy.txt": "The lease of the oven",
    "Prairie Dental/statement.txt": "A statement of the dentist",
    "Prairie Dental/empty.pdf": "",
    "Brite Smiles/x.txt": "EIN 00-7654321",
    "beside.txt": "no folder",
    "C001/~$lease.docx": "a lock",
}


@pytest.fixture
def tree(tmp_path: Path) -> Path:
    return put(tmp_path / "tree", TREE)


def once(services: Services, tree: Path) -> dict[str, Any]:
    data: dict[str, Any] = run(services, "watch", folder=str(tree)).data
    return data


def gone(services: Services) -> dict[str, bool]:
    with services.database.reading() as session:
        found = session.execute(select(Document.path, Document.gone_since).where(Document.source == "watch")).tuples()
        return {path: since is not None for path, since in found}


def test_a_pass_takes_in_what_is_there_and_a_second_one_reads_nothing(
    desk: Services, tree: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    first = once(desk, tree)
    assert first["documents"] == {"accepted": 2, "duplicate": 1, "refused": 1}
    assert first["loose"] == {"waiting": 2}
    assert first["mapping"] == {"C001": "C001", "Prairie Dental": "C003", "Brite Smiles": None}
    offered = {row["name"]: row["offered"] for row in run(desk, "loose").data}
    assert offered == {"x.txt": "C003", "beside.txt": None}
    found = run(desk, "search", client="C001", query="lease of the oven", k=3).data
    assert found[0]["path"].startswith("2025/lease")
    before = dump(desk.database, but=set())
    monkeypatch.setattr(watch, "read_bytes", lambda *_: pytest.fail("an unchanged file was read again"))
    again = once(desk, tree)
    assert (again["documents"], again["loose"], again["unchanged"]) == ({}, {}, 6)
    assert dump(desk.database, but=set()) == before


def test_changed_bytes_are_a_new_version(desk: Services, tree: Path) -> None:
    once(desk, tree)
    put(tree, {"Prairie Dental/statement.txt": "A corrected statement of the dentist"})
    assert once(desk, tree)["documents"] == {"accepted": 1}
    with desk.database.reading() as session:
        query = select(DocumentVersion.number).join(Document, Document.current_version_id == DocumentVersion.id)
        assert session.scalars(query.where(Document.path == "statement.txt")).all() == [2]


def test_gone_is_marked_kept_and_taken_back(desk: Services, tree: Path, visit: Visits) -> None:
    once(desk, tree)
    (tree / "Prairie Dental/statement.txt").rename(tree.parent / "aside.txt")
    assert once(desk, tree)["gone"] == 1
    assert gone(desk)["statement.txt"]
    ben = visit("ben")
    assert "gone from the folder since Mar 9, 2026; kept" in ben.get("/intake?outcome=gone").text
    assert run(desk, "search", client="C003", query="statement of the dentist", k=3).data[0]["path"] == "statement.txt"
    assert once(desk, tree)["gone"] == 0, "said once"
    (tree.parent / "aside.txt").rename(tree / "Prairie Dental/statement.txt")
    back = once(desk, tree)
    assert (back["returned"], back["documents"]) == (1, {"unchanged": 1})
    assert not gone(desk)["statement.txt"]
    with desk.database.reading() as session:
        tags = session.scalars(
            select(AuditEntry.tag).where(AuditEntry.tag.in_(["document:file:gone", "document:file:returned"]))
        ).all()
    assert list(tags) == ["document:file:gone", "document:file:returned"]
    assert not run(desk, "audit-verify").failed


def test_a_move_is_known_by_its_bytes(desk: Services, tree: Path, visit: Visits) -> None:
    once(desk, tree)
    (tree / "Prairie Dental/2026").mkdir()
    (tree / "Prairie Dental/statement.txt").rename(tree / "Prairie Dental/2026/statement.txt")
    moved = once(desk, tree)
    assert (moved["moved"], moved["gone"], moved["documents"]) == (1, 0, {"duplicate": 1})
    assert "moved here from statement.txt" in visit("ben").get("/intake").text


def test_what_was_moved_is_found_where_it_is_with_what_was_said_of_it(desk: Services, tree: Path) -> None:
    put(tree, {"C001/changes.txt": NOTICE})
    once(desk, tree)
    said = {"client": "C001", "name": "amount_due", "value": "$170.49", "as": "ana@alder.example"}
    run(desk, "facts-correct", document="changes.txt", **said)

    def found() -> list[tuple[str, str]]:
        hits = run(desk, "search", client="C001", query="penalty included", k=10).data
        (sheet,) = [one for one in run(desk, "facts", client="C001").data if one["path"].endswith("changes.txt")]
        amount = [one["value"] for one in sheet["facts"] if one["name"] == "amount_due"]
        return [
            *{(hit["path"], sheet["path"]) for hit in hits if hit["path"].endswith("changes.txt")},
            *(("", one) for one in amount),
        ]

    assert found() == [("changes.txt", "changes.txt"), ("", "170.49")]
    (tree / "C001/irs").mkdir()
    (tree / "C001/changes.txt").rename(tree / "C001/irs/changes.txt")
    once(desk, tree)
    assert found() == [("irs/changes.txt", "irs/changes.txt"), ("", "170.49")]
    assert list(verify(desk.database, desk.index)) == []
    with desk.database.reading() as session:
        query = select(Document.path, Notice.id).join(Notice, Notice.document_id == Document.id)
        assert [path for path, _ in session.execute(query).tuples() if path.endswith("changes.txt")] == [
            "irs/changes.txt"
        ]
    (tree / "C001/irs/changes.txt").rename(tree / "C001/changes.txt")
    once(desk, tree)
    assert found() == [("changes.txt", "changes.txt"), ("", "170.49")]
    assert list(verify(desk.database, desk.index)) == []


def test_what_is_being_written_waits(desk: Services, tree: Path) -> None:
    put(tree, {"C001/half.txt": "half"}, aged=False)
    first = once(desk, tree)
    assert first["unrested"] == 1 and "half.txt" not in gone(desk)
    os.utime(tree / "C001/half.txt", (1_700_000_000, 1_700_000_000))
    assert once(desk, tree)["documents"] == {"accepted": 1}


def test_what_changes_while_it_is_read_waits(desk: Services, tree: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    real = read_bytes

    def growing(file: Path, limit: int) -> tuple[bytes, str]:
        if file.name == "statement.txt":
            put(tree, {"Prairie Dental/statement.txt": "A statement that grows"})
        return real(file, limit)

    monkeypatch.setattr(watch, "read_bytes", growing)
    assert once(desk, tree)["unrested"] == 1
    assert "statement.txt" not in gone(desk)


def test_a_drive_that_is_not_mounted_marks_nothing(desk: Services, tree: Path) -> None:
    once(desk, tree)
    kept = tree.rename(tree.parent / "unmounted")
    with pytest.raises(Invalid, match="is not there; nothing was taken in and nothing marked"):
        once(desk, tree)
    tree.mkdir()
    with pytest.raises(Invalid, match="is empty, and was not"):
        once(desk, tree)
    assert not any(gone(desk).values())
    tree.rmdir()
    kept.rename(tree)


def test_the_layout_of_a_firm_folder_gives_the_same_documents(desk: Services, small_firm: Path) -> None:
    """The folder that was loaded, watched: nothing is new, and loading it again changes nothing."""
    for file in small_firm.rglob("*.*"):
        os.utime(file, (1_700_000_000, 1_700_000_000))
    before = dump(desk.database, but=set())["documents"]
    watched = once(desk, small_firm)
    assert watched["documents"] == {"unchanged": 6, "refused": 1}
    assert dump(desk.database, but=set())["documents"] == before
    load(desk, small_firm)
    assert dump(desk.database, but=set())["documents"] == before


def test_a_pass_that_was_ended_goes_on(desk: Services, tree: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Killed after the files were taken and before they were read and the tray was filled: the next pass ends like one undisturbed."""
    monkeypatch.setattr(watch, "_AT_ONCE", 1)
    monkeypatch.setattr(watch, "_take_loose", lambda *_: (_ for _ in ()).throw(KeyboardInterrupt))
    with pytest.raises(KeyboardInterrupt):
        once(desk, tree)
    monkeypatch.undo()
    put(tree, {"C001/new.txt": "new"})
    done = once(desk, tree)
    assert done["documents"] == {"accepted": 1} and done["loose"] == {"waiting": 2}
    with desk.database.reading() as session:
        states = session.scalars(select(Document.state).where(Document.path == "2025/lease.txt")).all()
    assert states == ["read"]


def test_a_folder_that_becomes_a_clients_is_taken_in_then(desk: Services, tree: Path) -> None:
    once(desk, tree)
    with desk.database.writing() as session:
        session.connection().exec_driver_sql("UPDATE clients SET name = 'Brite Smiles, P.C.' WHERE ref = 'C003'")
    done = once(desk, tree)
    assert done["mapping"]["Brite Smiles"] == "C003" and done["documents"]["accepted"] == 1


def test_a_burst_is_one_batch(desk: Services, tree: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    put(tree, {f"C001/burst/{n:04}.txt": f"file {n}" for n in range(1000)})
    runs: list[object] = []
    monkeypatch.setattr(watch, "index_new", lambda *given: runs.append(given[-1]))
    done = watch.look(desk, tree, silent)
    assert done.outcomes["accepted"] == 1002 and len(runs) == 1


@pytest.mark.slow
def test_serve_takes_in_by_itself(desk: Services, tree: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    passes: queue.Queue[watch.Pass] = queue.Queue()
    real = watch.look

    def told(*given: Any) -> watch.Pass:
        done = real(*given)
        passes.put(done)
        return done

    monkeypatch.setattr(watch, "look", told)
    desk.settings = load_settings(desk.home).model_copy(update={"watch": tree})
    with watch.open_watch(desk):
        assert passes.get(timeout=60).outcomes["accepted"] == 2
        put(tree, {"C001/later.txt": "later"})
        while not passes.get(timeout=60).outcomes["accepted"]:
            pass
        (tree / "C001/later.txt").unlink()
        while not passes.get(timeout=60).gone:
            pass
    assert gone(desk)["later.txt"]


def test_nothing_is_watched_until_a_folder_is_named(desk: Services) -> None:
    with pytest.raises(Invalid, match="TICKMARK_WATCH"):
        run(desk, "watch")

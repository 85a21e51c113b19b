"""The tray of loose files: in once however often, filed by a person, set aside with a reason, a crash in between costs nothing."""

import io
import json
import zipfile
from pathlib import Path

import pytest
from sqlalchemy import select
from typer.testing import CliRunner

from api.cli import app
from api.commands.scopes import reading, writing
from api.wiring import Services
from store.audit import AuditTag
from store.errors import Conflict, Forbidden, Invalid, NotFound
from store.ids import content_hash
from store.tables import AuditEntry, Document, LooseFile, LooseGuess, Message
from tests.api.test_load import dump
from tests.intake.conftest import put, run
from workspace.intake.tray import Arrival, receive_loose, tray

STATEMENT = "Statement for Harbor Bakery Inc\nEIN 00-1234567\n12 Quay Street, Chicago 60601\nThe oven was delivered."
ANA = "ana@alder.example"


def bring(services: Services, folder: Path, **files: str | bytes) -> dict[str, str]:
    """Loose files by their stem, each as name_ending; returns the ids by path's last part."""
    put(folder / "drop", {name.replace("__", "/").replace("_", "."): data for name, data in files.items()})
    done = run(services, "ingest-loose", paths=[str(folder / "drop")])
    return {row["path"].rsplit("/", 1)[-1]: row["id"] for row in done.data["files"]}


def test_a_loose_file_is_kept_guessed_and_filed_by_a_person(desk: Services, tmp_path: Path) -> None:
    ids = bring(desk, tmp_path, scan_txt=STATEMENT, misc_txt="nobody's", empty_pdf="")
    rows = {row["name"]: row for row in run(desk, "loose").data}
    assert rows["scan.txt"]["offered"] == "C001"
    assert "EIN on page 1" in rows["scan.txt"]["guesses"][0]["reasons"]
    assert rows["misc.txt"]["offered"] is None and rows["misc.txt"]["guesses"] == []
    assert rows["empty.pdf"]["state"] == "refused" and "0 bytes" in rows["empty.pdf"]["finding"]
    filed = run(desk, "loose-file", id=ids["scan.txt"][6:14], client="C001", **{"as": ANA}).data
    assert filed["path"] == "Intake/2026-03-09/drop/scan.txt"
    hits = run(desk, "search", client="C001", query="oven delivered", k=10).data
    assert filed["path"] in [hit["path"] for hit in hits]
    assert sorted(row["name"] for row in run(desk, "loose").data) == ["empty.pdf", "misc.txt"]
    with desk.database.reading() as session:
        entry = session.scalars(select(AuditEntry).where(AuditEntry.tag == AuditTag.LOOSE_FILED)).one()
        assert (entry.actor, entry.client_id) == (ANA, session.get_one(Document, filed["document"]).client_id)
    assert run(desk, "audit-verify").failed is False


def test_the_same_bytes_twice_are_one_entry_and_say_so(desk: Services, tmp_path: Path) -> None:
    ids = bring(desk, tmp_path, scan_txt=STATEMENT, copy__scan_txt=STATEMENT)
    assert len(set(ids.values())) == 1
    before = dump(desk.database, but=set())
    again = run(desk, "ingest-loose", paths=[str(tmp_path / "drop")])
    assert again.data["counts"] == {"known": 2}
    assert dump(desk.database, but=set()) == before
    run(desk, "loose-file", id=ids["scan.txt"], client="C001", **{"as": ANA})
    filed = run(desk, "ingest-loose", paths=[str(tmp_path / "drop")])
    assert filed.data["counts"] == {"filed": 2} and "was filed before, the same bytes (C001)" in filed.text


def test_bytes_that_are_a_document_are_said_to_be_so(desk: Services, tmp_path: Path, small_firm: Path) -> None:
    minutes = (small_firm / "documents/C001/2025/minutes.md").read_bytes()
    bring(desk, tmp_path, unknown_md=minutes)
    [row] = run(desk, "loose").data
    assert row["offered"] == "C001"
    assert row["guesses"][0]["reasons"][0] == "the same file stands there as ‘2025/minutes.md’"


def test_set_aside_needs_a_reason_and_can_still_be_filed(desk: Services, tmp_path: Path) -> None:
    ids = bring(desk, tmp_path, misc_txt="an advertisement")
    with pytest.raises(Invalid, match="say why"):
        run(desk, "loose-drop", id=ids["misc.txt"], reason=" ", **{"as": ANA})
    run(desk, "loose-drop", id=ids["misc.txt"], reason="an advertisement", **{"as": ANA})
    assert run(desk, "loose").data == []
    again = run(desk, "ingest-loose", paths=[str(tmp_path / "drop")])
    assert "was set aside before, the same bytes (an advertisement)" in again.text
    run(desk, "loose-file", id=ids["misc.txt"], client="C001", **{"as": ANA})
    with pytest.raises(Conflict, match="was filed to C001 already"):
        run(desk, "loose-file", id=ids["misc.txt"], client="C001", **{"as": ANA})
    with pytest.raises(Conflict):
        run(desk, "loose-drop", id=ids["misc.txt"], reason="no", **{"as": ANA})


def test_a_name_that_is_taken_never_becomes_a_version(desk: Services, tmp_path: Path) -> None:
    first = bring(desk, tmp_path / "1", scan_txt="one")["scan.txt"]
    second = bring(desk, tmp_path / "2", scan_txt="two")["scan.txt"]
    paths = [run(desk, "loose-file", id=one, client="C001", **{"as": ANA}).data["path"] for one in (first, second)]
    assert paths == ["Intake/2026-03-09/drop/scan.txt", "Intake/2026-03-09/drop/scan - 2.txt"]


def test_a_message_and_an_archive_come_in_by_their_own_doors(desk: Services, tmp_path: Path) -> None:
    mail = "From: ngozi@harbor.example\nTo: ana@alder.example\nSubject: The oven\nMessage-ID: <o@x>\n\nIt is here.\n"
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w") as archive:
        archive.writestr("lease.txt", "The lease of the oven")
    ids = bring(desk, tmp_path, oven_eml=mail, papers_zip=packed.getvalue())
    for one in ids.values():
        run(desk, "loose-file", id=one, client="C001", **{"as": ANA})
    with desk.database.reading() as session:
        assert session.scalars(select(Message.subject).where(Message.message_id == "<o@x>")).one() == "The oven"
        paths = session.scalars(select(Document.path).where(Document.path.startswith("Intake/"))).all()
    assert sorted(paths) == [
        "Intake/2026-03-09/drop/oven.eml",
        "Intake/2026-03-09/drop/papers.zip",
        "Intake/2026-03-09/drop/papers.zip/lease.txt",
    ]


def test_a_crash_between_bytes_and_row_and_before_reading_costs_nothing(desk: Services, tmp_path: Path) -> None:
    """Bytes without a row: the next intake writes it. A row that nobody looked into: the next intake does."""
    desk.blobs.put(STATEMENT.encode())
    with desk.database.reading() as session:
        assert session.scalars(select(LooseFile)).all() == []
    with pytest.raises(RuntimeError), writing(desk, "ingest") as scope:
        receive_loose(scope, [Arrival("drop/scan.txt", content_hash(STATEMENT.encode()), len(STATEMENT), "upload")])
        raise RuntimeError("the power fails")
    with writing(desk, "ingest") as scope:
        receive_loose(scope, [Arrival("drop/scan.txt", content_hash(STATEMENT.encode()), len(STATEMENT), "upload")])
    assert [row["state"] for row in run(desk, "loose").data] == ["received"]
    bring(desk, tmp_path, other_txt="other")
    rows = {row["name"]: row for row in run(desk, "loose").data}
    assert rows["scan.txt"]["state"] == "waiting" and rows["scan.txt"]["offered"] == "C001"


def test_who_may_not_and_what_is_not_there(desk: Services, tmp_path: Path) -> None:
    ids = bring(desk, tmp_path, scan_txt=STATEMENT)
    with pytest.raises(NotFound, match="there is no client C003"):
        run(desk, "loose-file", id=ids["scan.txt"], client="C003", **{"as": ANA})  # Ben's
    with pytest.raises(NotFound, match="there is no loose file"):
        run(desk, "loose-file", id="loose_0", client="C001", **{"as": ANA})
    with desk.database.writing() as session:
        session.connection().exec_driver_sql("UPDATE people SET role = 'guest' WHERE email = 'sol@alder.example'")
    with pytest.raises(Forbidden, match="document:add"), reading(desk, "loose", "sol@alder.example") as scope:
        tray(scope)


def test_a_better_file_at_the_same_place_takes_the_place_of_the_refused_one(desk: Services, tmp_path: Path) -> None:
    bring(desk, tmp_path, scan_txt="")
    bring(desk, tmp_path, scan_txt=STATEMENT)
    assert [(row["name"], row["state"]) for row in run(desk, "loose").data] == [("scan.txt", "waiting")]


def test_a_client_that_is_known_later_is_guessed_later(desk: Services, tmp_path: Path) -> None:
    bring(desk, tmp_path, scan_txt="For the Quayside Fish Market, thanks")
    assert run(desk, "loose").data[0]["guesses"] == []
    with desk.database.writing() as session:
        session.connection().exec_driver_sql("UPDATE clients SET name = 'Quayside Fish Market LLC' WHERE ref = 'C003'")
    bring(desk, tmp_path / "more", other_txt="other")
    rows = {row["name"]: row for row in run(desk, "loose").data}
    assert [one["client_ref"] for one in rows["scan.txt"]["guesses"]] == ["C003"]


def test_the_words_of_the_command_line(desk: Services, tmp_path: Path) -> None:
    """Arguments only: with a home that another process has, the refusal is one line."""
    runner = CliRunner()
    for words in (["ingest", "C001"], ["loose", "drop", "x", "--as", ANA], ["loose", "file", "x"], ["watch"]):
        assert runner.invoke(app, ["--home", str(desk.home), *words]).exit_code == 2, words
    put(tmp_path / "drop", {"scan.txt": STATEMENT})
    busy = runner.invoke(app, ["--home", str(desk.home), "ingest", "--loose", str(tmp_path / "drop")])
    assert busy.exit_code == 1
    listed = runner.invoke(app, ["--home", str(desk.home), "loose", "--json"])
    assert listed.exit_code == 0 and json.loads(listed.stdout) == []


def test_what_is_kept_of_a_filed_file_is_no_second_copy_of_its_words(desk: Services, tmp_path: Path) -> None:
    ids = bring(desk, tmp_path, scan_txt=STATEMENT)
    run(desk, "loose-file", id=ids["scan.txt"], client="C001", **{"as": ANA})
    with desk.database.reading() as session:
        assert session.scalars(select(LooseFile.pages)).all() == [[]]
        assert session.scalars(select(LooseGuess)).all() == []

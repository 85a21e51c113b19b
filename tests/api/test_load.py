"""Loading a firm folder: twice changes nothing, a changed one updates, bad input is told and the rest loads, a kill costs nothing."""

import os
import shutil
import signal
import zipfile
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import select

from api.commands import find
from api.commands.result import Result, silent
from api.settings import load_settings
from api.wiring import Services, build
from ingestion import indexing
from store.audit import AuditTag
from store.database import Database
from store.tables import AuditEntry, Base, Client, Document, Invoice, Message, RejectedRow
from tests import beside
from tests.forked import begin

# When something happened and what follows from it; a client's revision counts transactions, a vector depends on its batch in the last bit.
PASSING = {"at", "received_at", "started_at", "hash", "previous", "revision", "vector", "digest"}


def dump(database: Database, but: set[str] = PASSING) -> dict[str, list[dict[str, Any]]]:
    """Every row of every table, without the columns named."""
    with database.reading() as session:
        return {
            table.name: [
                {name: value for name, value in row._mapping.items() if name not in but}
                for row in session.execute(select(table).order_by(*table.primary_key.columns))
            ]
            for table in Base.metadata.sorted_tables
        }


def load(services: Services, folder: Path, **arguments: Any) -> Result:
    return find("load").load()(services, {"folder": str(folder), **arguments}, silent)


def rewrite(path: Path, old: str, new: str) -> None:
    text = path.read_text()
    assert old in text
    path.write_text(text.replace(old, new))


def test_loading_twice_changes_nothing(services: Services, small_firm: Path) -> None:
    before = dump(services.database, but=set())
    result = load(services, small_firm)
    assert dump(services.database, but=set()) == before
    tables = result.data["tables"].values()
    assert [(t["new"], t["changed"], t["rejected"]) for t in tables] == [(0, 0, 0)] * 11
    assert result.data["documents"] == {"unchanged": 6, "refused": 1}
    assert result.data["mail"] == {"unchanged": 2, "elsewhere": 1}


def test_everything_of_the_folder_is_accounted_for(loaded: Path, home: Path) -> None:
    with build(load_settings(home)) as services, services.database.reading() as session:
        assert session.scalars(select(Message.direction).order_by(Message.message_id, Message.client_id)).all() == [
            "in",
            "in",
            "out",
            "out",
        ]
        assert set(session.scalars(select(Message.thread))) == {"<m1@harbor.example>"}
        duplicates = session.scalars(select(Document.path).where(Document.duplicate_of.is_not(None))).all()
        assert duplicates == ["copy-of-minutes.md"]
        assert {d.kind for d in session.scalars(select(Document).where(Document.name == "cp2000.txt"))} == {"notice"}
        rejected = session.scalars(select(RejectedRow)).all()
        assert [row.file for row in rejected] == ["mail/0003.eml"]
    assert "who@elsewhere.example" in (home / "rejected-rows.csv").read_text()


def test_a_changed_folder_updates_what_changed(services: Services, small_firm: Path) -> None:
    rewrite(small_firm / "clients.csv", "Harbor Bakery Inc", "Harbor Bakeries Inc")
    rewrite(small_firm / "contacts.csv", "555-0102", "555-0199")
    rewrite(small_firm / "engagements.csv", ",2026-01-05,,2026-02-02", ",2026-01-05,2026-03-01,2026-02-02")
    rewrite(small_firm / "invoices.csv", '"1,800.00"', "1900.00")
    (small_firm / "documents" / "C003" / "memo.txt").write_text("The second member will not be admitted after all.")
    result = load(services, small_firm)
    changed = {name: table["changed"] for name, table in result.data["tables"].items() if table["changed"]}
    assert changed == {"clients.csv": 1, "contacts.csv": 1, "engagements.csv": 1, "invoices.csv": 1}
    assert result.data["documents"] == {"accepted": 1, "unchanged": 5, "refused": 1}
    with services.database.reading() as session:
        assert session.scalars(select(Client.name).where(Client.ref == "C001")).one() == "Harbor Bakeries Inc"
        assert str(session.scalars(select(Invoice.amount).where(Invoice.number == "2026-002")).one()) == "1900.00"
    assert list(indexing.verify(services.database, services.index)) == []
    hits = find("search").load()(services, {"client": "C003", "query": "VERMILIONSTOAT member"}, silent).data
    assert hits
    assert all("VERMILIONSTOAT" not in hit["text"] for hit in hits)


def test_other_bytes_and_the_first_again(services: Services, small_firm: Path) -> None:
    """The original of a duplicate changes: the duplicate is read in its place; with the old bytes back it is a duplicate again."""
    minutes = small_firm / "documents" / "C001" / "2025" / "minutes.md"
    before = minutes.read_text()
    minutes.write_text("# Minutes\n\nNothing was resolved.")
    load(services, small_firm)

    def found(query: str) -> list[str]:
        hits = find("search").load()(services, {"client": "C001", "query": query}, silent).data
        return [hit["path"] for hit in hits if query in hit["text"]]

    assert found("MARIGOLDHERON") == ["copy-of-minutes.md"]
    minutes.write_text(before)
    load(services, small_firm)
    assert found("MARIGOLDHERON") == ["copy-of-minutes.md"]
    with services.database.reading() as session:
        original, copy = session.scalars(
            select(Document).where(Document.name.contains("minutes")).order_by(Document.path)
        ).all()
        assert (original.path, copy.duplicate_of) == ("2025/minutes.md", None)
        assert original.duplicate_of == copy.id
    assert list(indexing.verify(services.database, services.index)) == []


def test_a_dry_run_tells_and_leaves_no_trace(fresh: Path, small_firm: Path) -> None:
    with build(load_settings(fresh), own_index=True) as services:
        before = dump(services.database, but=set())
        assert {name for name, rows in before.items() if rows} == {
            "counters",
            "schema_floor",
        }  # an empty book of invoices
        result = load(services, small_firm, dry_run=True)
        assert result.data["tables"]["clients.csv"] == {"new": 3, "changed": 0, "same": 0, "rejected": 0}
        assert result.data["documents"] == {"accepted": 5, "duplicate": 1, "refused": 1}
        assert dump(services.database, but=set()) == before
    assert not (fresh / "blobs").exists()


def bad_inputs(firm: Path) -> None:
    """Everything of the issue's list that stands in a folder which can be loaded."""
    rewrite(firm / "tasks.csv", "2026-03-12", "12.03.2026")
    rewrite(firm / "clients.csv", "ben@alder.example", "nobody@alder.example")
    rewrite(firm / "time.csv", "C003,,0.5", "C001,E002,0.5")
    place = firm / "documents" / "C002"
    with (place / "huge.pdf").open("wb") as huge:
        huge.truncate(201_000_000)
    with zipfile.ZipFile(place / "bomb.docx", "w", zipfile.ZIP_DEFLATED) as bomb:
        bomb.writestr("word/document.xml", b"0" * 300_000_000)
    (place / "locked.pdf").write_bytes(_locked_pdf())
    (place / "noise.bin").write_bytes(bytes(range(256)) * 8)


def _locked_pdf() -> bytes:
    import io

    from reportlab.pdfgen.canvas import Canvas

    out = io.BytesIO()
    canvas = Canvas(out, encrypt="secret")
    canvas.drawString(72, 720, "Nobody reads this without the word.")
    canvas.save()
    return out.getvalue()


def test_bad_input_gets_a_clear_message_each_and_the_rest_loads(fresh: Path, small_firm: Path) -> None:
    bad_inputs(small_firm)
    with build(load_settings(fresh), own_index=True) as services:
        result = load(services, small_firm)
        with services.database.reading() as session:
            assert session.scalars(select(Client.ref).order_by(Client.ref)).all() == ["C001", "C002"]
    rejected = {(row["file"], row["line"]): row["reason"] for row in result.data["rejected"]}
    assert "due is '12.03.2026', not a date" in rejected["tasks.csv", 3]
    assert "partner nobody@alder.example is not known" in rejected["clients.csv", 4]
    assert "engagement E002 is not one of client C001" in rejected["time.csv", 5]
    assert "C003 is not known" in rejected["engagements.csv", 4]
    assert "its files were not taken" in rejected["documents/C003", 0]
    told = {finding["path"]: finding["message"] for finding in result.data["findings"]}
    assert "too big" in told["huge.pdf"]
    assert "zip bomb" in told["bomb.docx"]
    assert "password" in told["locked.pdf"]
    assert "0 bytes" in told["empty.pdf"]
    assert "noise.bin" in told
    assert result.data["documents"] == {"accepted": 7, "duplicate": 1, "refused": 2}


@pytest.mark.slow
def test_killed_in_the_middle_and_started_again_ends_like_an_undisturbed_load(
    fresh: Path, loaded: Path, small_firm: Path
) -> None:
    """Killed by SIGKILL after records, between received and parsed files, and after vectors were put: each time started again."""
    kill_when(fresh, small_firm, "SELECT count(*) FROM engagements")
    kill_when(fresh, small_firm, "SELECT count(*) FROM document_pages")
    kill_when(fresh, small_firm, "SELECT count(*) FROM passages WHERE vector IS NOT NULL")
    with build(load_settings(fresh), own_index=True) as services:
        load(services, small_firm)
        with services.database.reading() as session:
            assert (
                len(session.scalars(select(AuditEntry.subject).where(AuditEntry.tag == "load:folder:finished")).all())
                == 1
            )
        assert list(indexing.verify(services.database, services.index)) == []
        mine = dump(services.database)
    with build(load_settings(loaded)) as undisturbed:
        theirs = dump(undisturbed.database)
    # which rows a transaction vouches for is another thing where it was cut in pieces
    assert {name for name in mine if mine[name] != theirs[name]} <= {"audit", "audit_head"}
    assert acts(mine["audit"]) == acts(theirs["audit"])


def acts(entries: list[dict[str, Any]]) -> list[tuple[Any, ...]]:
    """What the trail says was done, without that rows were vouched for."""
    told = [one for one in entries if one["tag"] != AuditTag.TRAIL_ROWS_VOUCHED]
    return [(one["tag"], one["subject"], one["actor"], one["detail"]) for one in told]


def kill_when(home: Path, folder: Path, query: str) -> None:
    """Start a load in a process of its own, with one child that parses, and kill it as soon as the query counts something in its
    database."""
    process = begin(home, "load", str(folder), environment=os.environ | {"TICKMARK_WORKERS": "1"})
    with beside.looking(home) as count:
        while not count(query):
            process.join(timeout=0.01)
            assert process.exitcode is None, "the load ended before it could be killed"
    process.kill()
    process.join(timeout=30)
    assert process.exitcode == -signal.SIGKILL


def test_an_export_loads_to_the_same_records(services: Services, fresh: Path, tmp_path: Path) -> None:
    find("export").load()(services, {"folder": str(tmp_path / "out")}, silent)
    with build(load_settings(fresh), own_index=True) as other:
        result = load(other, tmp_path / "out")
        again = dump(other.database)
    here = dump(services.database)
    # that it was taken out stands on the one trail, that it came in on the other
    assert {name for name in here if here[name] != again[name]} == {"audit"}
    assert len(here["audit"]) == len(again["audit"]) and here["audit"][:-1] == again["audit"][:-1]
    assert result.data["rejected"] == []
    assert (tmp_path / "out" / "audit.jsonl").read_text().count("\n") == len(here["audit"]) - 1
    assert not (tmp_path / "out" / "records" / "sign_ins.jsonl").exists()
    assert "password_hash" not in (tmp_path / "out" / "records" / "people.jsonl").read_text()


def test_a_home_moved_elsewhere_still_works(home: Path, tmp_path: Path) -> None:
    moved = Path(shutil.move(home, tmp_path / "elsewhere"))
    with build(load_settings(moved), own_index=True) as services:
        hits = find("search").load()(services, {"client": "C001", "query": "deck oven"}, silent).data
    assert hits[0]["path"] == "2025/minutes.md"

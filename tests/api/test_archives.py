"""Archives through the doors of intake: a folder, files, a mail with a ZIP; each member a document, and twice changes nothing."""

from pathlib import Path
from typing import Any

from sqlalchemy import select

from api.commands import find
from api.commands.result import silent
from api.settings import load_settings
from api.wiring import Services, build
from ingestion.sandbox import ParsePool
from store.tables import Client, Document, IntakeFinding, Message
from tests.ingestion.samples import CSV, TEXT, mail, one_of_each, tnef, zipped


def run(services: Services, name: str, **arguments: Any) -> dict[str, Any]:
    return dict(find(name).load()(services, arguments, silent).data)


def documents(services: Services, ref: str) -> dict[str, str]:
    """State by path of the documents of a client."""
    with services.database.reading() as session:
        query = (
            select(Document.path, Document.state).join(Client, Client.id == Document.client_id).where(Client.ref == ref)
        )
        return dict(session.execute(query).tuples().all())


def findings(services: Services, path: str) -> list[str]:
    with services.database.reading() as session:
        query = select(IntakeFinding.message).join(Document, Document.id == IntakeFinding.document_id)
        return list(session.scalars(query.where(Document.path == path)))


def damaged(archive: bytes) -> bytes:
    """The archive with the packed bytes of its first member overwritten."""
    data = bytearray(archive)
    data[40:60] = bytes(20)
    return bytes(data)


def test_an_archive_is_taken_apart_and_a_bad_member_costs_only_itself(services: Services, tmp_path: Path) -> None:
    archive = damaged(
        zipped({"2025/broken.txt": TEXT * 20, "2025/bank.csv": CSV, "inner.zip": zipped({"letter.txt": TEXT})})
    )
    (tmp_path / "papers.zip").write_bytes(archive)
    first = run(services, "ingest", client="C001", paths=[str(tmp_path / "papers.zip")])
    assert (first["accepted"], first["refused"]) == (4, 1)
    found = documents(services, "C001")
    assert {path: state for path, state in found.items() if path.startswith("papers.zip")} == {
        "papers.zip": "read",
        "papers.zip/2025/broken.txt": "refused",
        "papers.zip/2025/bank.csv": "read",
        "papers.zip/inner.zip": "read",
        "papers.zip/inner.zip/letter.txt": "read",
    }
    assert findings(services, "papers.zip/2025/broken.txt") == [
        "broken.txt is damaged inside its archive; ask for it again."
    ]
    again = run(services, "ingest", client="C001", paths=[str(tmp_path / "papers.zip")])
    assert (again["accepted"], again["unchanged"], again["read"]) == (0, 4, 0)
    assert documents(services, "C001") == found


def test_a_mail_brings_the_files_of_its_archive_and_of_the_message_in_it(services: Services, tmp_path: Path) -> None:
    inner = mail(("lease.txt", TEXT), subject="Lease", identity="<inner@maple.com>")
    outer = mail(
        ("papers.zip", zipped({"bank.csv": CSV})),
        ("Lease.eml", inner),
        ("winmail.dat", tnef(files={"K-1.pdf": one_of_each()["letter.pdf"]})),
    )
    (tmp_path / "note.eml").write_bytes(outer)
    run(services, "ingest", client="C001", paths=[str(tmp_path / "note.eml")])
    found = documents(services, "C001")
    assert {path for path in found if path.startswith("note")} == {
        "note.eml",
        "note/papers.zip",
        "note/papers.zip/bank.csv",
        "note/Lease.eml",
        "note/Lease.eml/lease.txt",
        "note/winmail.dat",
        "note/winmail.dat/K-1.pdf",
    }
    run(services, "ingest", client="C001", paths=[str(tmp_path / "note.eml")])
    assert documents(services, "C001") == found


def test_a_message_in_an_archive_comes_in_by_the_door_of_mail(services: Services, tmp_path: Path) -> None:
    (tmp_path / "old mail.zip").write_bytes(
        zipped({"2025/note.eml": mail(("bank.csv", CSV), identity="<zipped@maple.com>")})
    )
    run(services, "ingest", client="C001", paths=[str(tmp_path / "old mail.zip")])
    with services.database.reading() as session:
        (message,) = session.scalars(select(Message).where(Message.message_id == "<zipped@maple.com>")).all()
    assert message.subject == "Papers"
    assert {"old mail.zip/2025/note.eml", "old mail.zip/2025/note/bank.csv"} <= set(documents(services, "C001"))


def test_a_firm_folder_with_archives_loads_twice_alike_and_comes_out_whole(
    fresh: Path, small_firm: Path, tmp_path: Path, no_settings_from_outside: None
) -> None:
    place = small_firm / "documents" / "C001" / "from client.zip"
    place.write_bytes(zipped({"bank.csv": CSV, "note.eml": mail(identity="<zipped@maple.com>")}))
    with build(load_settings(fresh), own_index=True) as services:
        run(services, "load", folder=str(small_firm))
        found = documents(services, "C001")
        assert {"from client.zip", "from client.zip/bank.csv", "from client.zip/note.eml"} <= set(found)
        again = run(services, "load", folder=str(small_firm))
        assert again["documents"].get("accepted", 0) == again["mail"].get("accepted", 0) == 0
        assert documents(services, "C001") == found
        run(services, "export", folder=str(tmp_path / "out"))
    assert (tmp_path / "out" / "documents" / "C001" / "from client.zip").read_bytes() == place.read_bytes()


def test_a_file_that_does_not_come_to_rest_is_refused(tmp_path: Path, monkeypatch: Any) -> None:
    from api import intake

    file = tmp_path / "growing.txt"
    file.write_bytes(b"begin")
    read = Path.read_bytes

    def read_while_written(path: Path) -> bytes:
        data = read(path)
        with path.open("ab") as more:
            more.write(b" more")
        return data

    monkeypatch.setattr(Path, "read_bytes", read_while_written)
    data, why = intake.read_bytes(file, 200)
    assert (data, why) == (b"", "growing.txt was changed while it was read; add it again when it is finished.")


def test_the_sandbox_reads_archives_and_hands_out_attachments() -> None:
    with ParsePool(workers=1) as pool:
        assert pool.parse("p.zip", zipped({"a.txt": TEXT})).pages[0].text.startswith("Archive of 1 file\n")
        assert [a.name for a in pool.parse("winmail.dat", tnef(files={"K-1.pdf": b"x"})).attachments] == ["K-1.pdf"]

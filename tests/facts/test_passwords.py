"""Locked files: refused with a sentence, opened with what the firm knows or is told, read like any other; the password shows nowhere."""

import io
import json
from email.message import EmailMessage
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import select

from api.commands import find
from api.commands.intake import take_in
from api.commands.result import silent
from api.loose import LooseHere, arrivals, file_loose, take_loose
from api.wiring import Services
from store.errors import Invalid, NotFound
from store.ids import content_hash
from store.tables import Client, Document, DocumentVersion
from workspace.passwords import passwords_of
from workspace.scope import open_scope

ANA = "ana@alder.example"
SECRET = "sesame-of-payroll"


def locked_pdf(password: str, text: str = "Notice of balance due") -> bytes:
    from reportlab.lib.pdfencrypt import StandardEncryption
    from reportlab.pdfgen.canvas import Canvas

    out = io.BytesIO()
    canvas = Canvas(out, pagesize=(612, 792), encrypt=StandardEncryption(password, canPrint=1), invariant=1)
    canvas.drawString(72, 700, text)
    canvas.save()
    return out.getvalue()


def locked_sheet(password: str) -> bytes:
    from msoffcrypto.format.ooxml import OOXMLFile
    from openpyxl import Workbook

    plain, out = io.BytesIO(), io.BytesIO()
    book = Workbook()
    book.active.append(["Total wages", "1234.50"])  # type: ignore[union-attr]
    book.save(plain)
    OOXMLFile(plain).encrypt(password, out)
    return out.getvalue()


def act(services: Services, command: str, /, **arguments: Any) -> Any:
    return find(command).load()(services, {key.rstrip("_"): value for key, value in arguments.items()}, silent)


def version(services: Services, path: str) -> DocumentVersion:
    with services.database.reading() as session:
        query = select(DocumentVersion).join(Document, Document.current_version_id == DocumentVersion.id)
        return session.scalars(query.where(Document.path == path)).one()


def everything_said(services: Services) -> str:
    """Every row that leaves with an export, the trail included."""
    from workspace.export import records
    from workspace.scope import operator_scope

    with services.database.reading() as session:
        scope = operator_scope(session, "test", now=services.clock.now(), today=services.clock.today())
        return json.dumps([(name, list(rows)) for name, rows in records(scope)], default=str)


def test_a_locked_file_waits_for_its_password_and_is_read_with_it(services: Services, tmp_path: Path) -> None:
    data = locked_pdf(SECRET)
    take_in(services, ANA, "C001", [("k1.pdf", data), ("wages.xlsx", locked_sheet(SECRET))])
    assert {version(services, path).stage for path in ("k1.pdf", "wages.xlsx")} == {"refused"}
    wrong = act(services, "unlock", client="C001", password="not this", as_=ANA)
    assert wrong.failed and wrong.data["locked"] == ["k1.pdf", "wages.xlsx"]
    done = act(services, "unlock", client="C001", password=SECRET, as_=ANA)
    assert not done.failed and done.data["locked"] == []
    assert done.data["opened"] == [{"path": path, "with": "a kept password"} for path in ("k1.pdf", "wages.xlsx")]
    read = version(services, "k1.pdf")
    assert (read.stage, read.opened_with, read.blob) == ("indexed", "a kept password", content_hash(data))
    hits = act(services, "search", client="C001", query="notice of balance due").data
    assert hits[0]["path"] == "k1.pdf"
    assert SECRET not in everything_said(services)
    assert act(services, "audit-verify") and "document:password:kept" in json.dumps(act(services, "audit-log").data)
    assert SECRET not in done.text and SECRET.encode() not in (services.home / "tickmark.db").read_bytes()
    act(services, "export", folder=str(tmp_path / "out"))
    said = b"".join(f.read_bytes() for f in (tmp_path / "out").rglob("*") if f.is_file() and f.suffix != ".pdf")
    assert SECRET.encode() not in said and not list((tmp_path / "out").rglob("kept_passwords*"))


def _table() -> list[int]:
    """The table of CRC-32, by which the traditional encryption of ZIP mixes its keys."""
    found = []
    for n in range(256):
        for _ in range(8):
            n = n >> 1 ^ 0xEDB88320 if n & 1 else n >> 1
        found.append(n)
    return found


_CRC = _table()


def locked_zip(password: str, name: str, text: bytes) -> bytes:
    """An archive with one member under the traditional encryption (APPNOTE 6.1), which the standard library reads and does not write."""
    import zlib

    keys = [0x12345678, 0x23456789, 0x34567890]

    def crc(value: int, byte: int) -> int:
        return (value >> 8) ^ _CRC[(value ^ byte) & 0xFF]

    def update(byte: int) -> None:
        keys[0] = crc(keys[0], byte)
        keys[1] = (keys[1] + (keys[0] & 0xFF)) * 134775813 + 1 & 0xFFFFFFFF
        keys[2] = crc(keys[2], keys[1] >> 24)

    def encrypt(byte: int) -> int:
        temp = keys[2] & 0xFFFF | 2
        out = byte ^ (temp * (temp ^ 1) >> 8 & 0xFF)
        update(byte)
        return out

    for byte in password.encode():
        update(byte)
    check = zlib.crc32(text)
    head = bytes(11) + bytes([check >> 24])
    body = bytes(encrypt(byte) for byte in head + text)
    sizes = check.to_bytes(4, "little") + len(body).to_bytes(4, "little") + len(text).to_bytes(4, "little")
    fields = (20).to_bytes(2, "little") + (1).to_bytes(2, "little") + bytes(2) + bytes(2) + b"\x21\x58" + sizes
    path = name.encode()
    local = b"PK\x03\x04" + fields + len(path).to_bytes(2, "little") + bytes(2) + path + body
    central = b"PK\x01\x02" + (20).to_bytes(2, "little") + fields + len(path).to_bytes(2, "little") + bytes(16) + path
    end = b"PK\x05\x06" + bytes(4) + (1).to_bytes(2, "little") * 2
    return local + central + end + len(central).to_bytes(4, "little") + len(local).to_bytes(4, "little") + bytes(2)


def aes_zip(password: str, name: str, text: bytes) -> bytes:
    """An archive as WinZip and 7-Zip lock it by default."""
    from pyzipper import WZ_AES, ZIP_DEFLATED, AESZipFile

    out = io.BytesIO()
    with AESZipFile(out, "w", compression=ZIP_DEFLATED, encryption=WZ_AES) as archive:
        archive.setpassword(password.encode())
        archive.writestr(name, text)
    return out.getvalue()


@pytest.mark.parametrize("locked", [locked_zip, aes_zip])
def test_locked_members_of_an_archive_come_out_with_the_password(services: Services, locked: Any) -> None:
    take_in(services, ANA, "C001", [("papers.zip", locked(SECRET, "note.txt", b"The pier is closed in March."))])
    wrong = act(services, "unlock", client="C001", password="not this", as_=ANA)
    assert wrong.failed and wrong.data["locked"] == ["papers.zip/note.txt"]
    done = act(services, "unlock", client="C001", password=SECRET, as_=ANA)
    assert not done.failed and done.data["locked"] == []
    assert act(services, "search", client="C001", query="is the pier closed").data[0]["path"] == "papers.zip/note.txt"


def test_a_locked_archive_in_a_mail_is_opened_for_the_client_that_the_mail_concerns(services: Services) -> None:
    act(services, "unlock", client="C001", password=SECRET, as_=ANA)
    mail = EmailMessage()
    mail["From"], mail["To"], mail["Subject"] = "harbor@example.com", ANA, "Papers"
    mail["Date"], mail["Message-ID"] = "Mon, 02 Mar 2026 10:00:00 +0000", "<locked@example.com>"
    mail.set_content("The password you have.")
    held = aes_zip(SECRET, "note.txt", b"The pier is closed in March.")
    mail.add_attachment(held, maintype="application", subtype="zip", filename="papers.zip")
    for ref in ("C001", "C002"):
        take_in(services, ANA, ref, [("papers.eml", mail.as_bytes())])
    with services.database.reading() as session:
        query = select(Client.ref, Document.state).join(Client, Client.id == Document.client_id)
        states = dict(session.execute(query.where(Document.path == "papers/papers.zip/note.txt")).tuples().all())
    assert states == {"C001": "read", "C002": "refused"}


def test_a_locked_archive_in_the_tray_is_opened_with_what_its_client_has_given(
    services: Services, tmp_path: Path
) -> None:
    act(services, "unlock", client="C001", password=SECRET, as_=ANA)
    file = tmp_path / "papers.zip"
    file.write_bytes(aes_zip(SECRET, "note.txt", b"The pier is closed in March."))
    [(_, loose_id, outcome)] = take_loose(
        services, ANA, arrivals(services, [LooseHere("papers.zip", file)], "upload"), silent
    )
    assert outcome == "waiting"
    file_loose(services, ANA, loose_id, "C001", silent)
    assert (
        act(services, "search", client="C001", query="is the pier closed")
        .data[0]["path"]
        .endswith("papers.zip/note.txt")
    )


def test_an_archive_under_aes_that_was_cut_off_is_told_and_nothing_else_is_lost(services: Services) -> None:
    whole = aes_zip(SECRET, "note.txt", b"The pier is closed in March." * 40)
    hurt = whole[:68] + bytes(4) + whole[72:]  # its first encrypted bytes
    act(services, "unlock", client="C001", password=SECRET, as_=ANA)
    take_in(services, ANA, "C001", [("hurt.zip", hurt), ("cut.zip", whole[:60]), ("plain.txt", b"The pier is open.")])
    with services.database.reading() as session:
        states = dict(session.execute(select(Document.path, Document.state)).tuples().all())
    assert (states["plain.txt"], states["hurt.zip/note.txt"], states["cut.zip"]) == ("read", "refused", "refused")


def test_what_senders_make_of_the_record_is_tried_before_anybody_is_asked(services: Services) -> None:
    with services.database.reading() as session:
        tax_id = session.scalars(select(Client.tax_id).where(Client.ref == "C001")).one()
    assert tax_id
    last = "".join(c for c in tax_id if c.isdigit())[-4:]
    take_in(services, ANA, "C001", [("stub.pdf", locked_pdf(last, "Pay stub"))])
    assert version(services, "stub.pdf").opened_with == "the last four digits of the tax id"


def test_a_password_of_one_client_opens_nothing_of_another(services: Services) -> None:
    act(services, "unlock", client="C001", password=SECRET, as_=ANA)
    take_in(services, ANA, "C002", [("k1.pdf", locked_pdf(SECRET))])
    assert version(services, "k1.pdf").stage == "refused"
    with services.database.reading() as session:
        other = session.scalars(select(Client.id).where(Client.ref == "C002")).one()
        known = passwords_of(open_scope(session, ANA, clock=services.clock), services.seal, [other])
        assert SECRET not in {one.secret for one in known[other]} and SECRET not in repr(known)


def test_an_empty_password_and_a_stranger_are_refused(services: Services) -> None:
    with pytest.raises(Invalid, match="give the password"):
        act(services, "unlock", client="C001", password="", as_=ANA)
    with pytest.raises(NotFound, match="there is no client C001"):
        act(services, "unlock", client="C001", password=SECRET, as_="ben@alder.example")


def test_the_command_line_takes_the_password_from_standard_input_only(
    services: Services, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from typer.testing import CliRunner

    from api.cli import app

    home = services.home
    services.close()
    (tmp_path / "w2.pdf").write_bytes(locked_pdf(SECRET, "Form W-2"))
    run = CliRunner().invoke(
        app, ["--home", str(home), "ingest", "C001", str(tmp_path / "w2.pdf"), "--password"], input=f"{SECRET}\n"
    )
    assert run.exit_code == 0 and "1 read" in run.output and SECRET not in run.output
    refused = CliRunner().invoke(app, ["--home", str(home), "unlock", "C001", SECRET])
    assert refused.exit_code == 2

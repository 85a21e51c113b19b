"""Names and files from outside: no path leads out, no archive or XML swells, no file of a client's is shown as a page of ours."""

import csv
import io
import re
import zipfile
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from api.commands import find
from api.commands.result import silent
from api.headers import FILE_POLICY
from api.outgoing_firm import place_of as _place
from api.settings import load_settings
from api.watch import tree
from api.wiring import Services, build
from ingestion.containers import members
from ingestion.firm_folder import walk
from ingestion.identify import clean_name
from ingestion.parse import parse
from tests.ingestion.samples import one_of_each, tnef, zipped
from tests.web.conftest import MONDAY, Visits
from workspace.cells import unfolded
from workspace.documents import clean_path
from workspace.export import ExportedFile

NAMES = [
    "../../etc/passwd",
    "/etc/passwd",
    "..\\..\\windows\\win.ini",
    "C:\\secret.txt",
    "\\\\server\\share\\x.txt",
    "a/\x00/../../b.txt",
    ".\u200b./.\u200b./x.txt",
    "\u202etxt.exe",
    "con.txt",
    "NUL",
    "a" * 3_000 + ".txt",
    "a\r\nSet-Cookie: x=1.txt",
    'quote".txt',
    "%2e%2e%2fx.txt",
    "..%c0%af..%c0%afx.txt",
    "．．/．．/x.txt",
    "~root/.ssh/id",
    ".",
    "..",
    "",
    "   ",
]


def leads_out(path: str) -> bool:
    """Whether a kept path could leave the folder that it stands in."""
    parts = path.split("/")
    return path.startswith("/") or "\\" in path or "\x00" in path or any(part in ("", ".", "..") for part in parts)


@pytest.mark.parametrize("name", NAMES)
def test_no_name_from_outside_leads_out(name: str) -> None:
    assert not leads_out(clean_path(name)) and not leads_out(clean_name(name))
    for member in members(
        "p.zip", zipped({name or "x": b"words"}), parse
    ):  # none for a name that a zip cuts off at its NUL
        assert not leads_out(member.path) and member.path.startswith("p.zip/")
    safe = name.replace("\x00", "") or "x"
    for attached in parse("winmail.dat", tnef(files={safe: b"words"})).attachments:
        assert not leads_out(attached.name), "an attachment of a message"


@settings(max_examples=60)
@given(st.text(st.sampled_from("./\\\x00\u200b\u2024\uff0e:~ a")))
def test_no_text_of_dots_and_slashes_leads_out(name: str) -> None:
    assert not leads_out(clean_path(name)) and not leads_out(clean_name(name))
    root = Path("/export")
    for kind, current, source in (
        ("document", True, "load"),
        ("document", False, "load"),
        ("mail", True, "load"),
        ("document", True, "books"),
    ):
        place = _place(root, ExportedFile(name, name, source, 1, "", current, kind))
        assert place is not None and ".." not in place.parts and place.is_relative_to(root)


def test_links_that_lead_out_of_a_folder_are_not_followed(tmp_path: Path) -> None:
    outside, inside = tmp_path / "outside", tmp_path / "firm" / "C001"
    outside.mkdir()
    inside.mkdir(parents=True)
    (outside / "secret.txt").write_text("of another")
    (inside / "own.txt").write_text("own")
    (inside / "file.txt").symlink_to(outside / "secret.txt")
    (inside / "folder").symlink_to(outside)
    (inside / "round").symlink_to(inside)
    (inside / "nowhere").symlink_to(tmp_path / "not-there")
    assert [file.name for file in walk(inside)] == ["own.txt"]
    assert [entry.path for entry in tree(tmp_path / "firm", [])] == ["C001/own.txt"]


def test_a_table_of_a_firm_cannot_make_an_export_write_elsewhere(
    small_firm: Path, models: Path, tmp_path: Path, no_settings_from_outside: None
) -> None:
    from tests.homes import copied

    clients = small_firm / "clients.csv"
    clients.write_text(
        clients.read_text().replace("C003", "../../escaped").replace("Harbor Bakery Inc", "=HYPERLINK(1)")
    )
    with build(
        load_settings(copied(models, tmp_path / "home")).model_copy(update={"today": MONDAY}), own_index=True
    ) as services:
        find("load").load()(services, {"folder": str(small_firm)}, silent)
        find("export").load()(services, {"folder": str(tmp_path / "deep" / "er" / "out")}, silent)
    made = {path.relative_to(tmp_path).parts[0] for path in tmp_path.rglob("*")}
    assert made <= {"firm", "home", "deep"}, made
    assert [path.name for path in (tmp_path / "deep").iterdir()] == ["er"]
    assert [path.name for path in (tmp_path / "deep" / "er").iterdir()] == ["out"]


BOMB = (
    '<?xml version="1.0"?><!DOCTYPE x [<!ENTITY a "aaaaaaaaaa">'
    + "".join(f'<!ENTITY {chr(98 + n)} "{f"&{chr(97 + n)};" * 10}">' for n in range(9))
    + "]>"
)
FETCH = '<?xml version="1.0"?><!DOCTYPE x [<!ENTITY j SYSTEM "file:///etc/hostname">]>'


def doctored(name: str, part: str, head: str) -> bytes:
    """A file of office whose part has a document type with entities, and one of them in its text."""
    source, out = zipfile.ZipFile(io.BytesIO(one_of_each()[name])), io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as made:
        for entry in source.namelist():
            data = source.read(entry).decode("utf-8", "surrogateescape")
            if entry == part:
                data = re.sub(r"<\?xml[^>]*\?>", "", data)
                data = head + re.sub(r"(<(?:w:t|t|v|a:t)(?: [^>]*)?>)", r"\1&j;", data, count=1)
            made.writestr(entry, data.encode("utf-8", "surrogateescape"))
    return out.getvalue()


@pytest.mark.parametrize("head", [BOMB, FETCH], ids=["swells", "fetches"])
@pytest.mark.parametrize(
    ("name", "part"),
    [
        ("letter.docx", "word/document.xml"),
        ("accounts.xlsx", "xl/worksheets/sheet1.xml"),
        ("accounts.xlsx", "xl/sharedStrings.xml"),
        ("deck.pptx", "ppt/slides/slide1.xml"),
    ],
)
def test_no_entity_of_an_office_file_is_resolved(name: str, part: str, head: str) -> None:
    kinds = one_of_each()
    name = name if name in kinds else next(one for one in kinds if one.endswith(name[-5:]))
    read = parse(name, doctored(name, part, head))
    text = " ".join(page.text for page in read.pages) + " ".join(finding.message for finding in read.findings)
    assert "aaaaaaaaaaaaaaaaaaaa" not in text and len(text) < 100_000
    host = Path("/etc/hostname")
    assert not host.exists() or host.read_text().strip() not in text


@pytest.mark.parametrize("head", [BOMB, FETCH], ids=["swells", "fetches"])
@pytest.mark.parametrize(
    ("name", "body"),
    [
        (
            "bank.ofx",
            "<OFX><BANKMSGSRSV1><STMTTRNRS><STMTRS><BANKTRANLIST><STMTTRN><NAME>&j;</NAME></STMTTRN></BANKTRANLIST></STMTRS></STMTTRNRS></BANKMSGSRSV1></OFX>",
        ),
        ("page.html", "<html><body>&j;</body></html>"),
        ("drawing.svg", '<svg xmlns="http://www.w3.org/2000/svg"><text>&j;</text></svg>'),
        ("data.xml", "<x>&j;</x>"),
    ],
)
def test_no_entity_of_another_file_is_resolved(name: str, body: str, head: str) -> None:
    read = parse(name, (head + body).encode())
    text = " ".join(page.text for page in read.pages)
    assert "aaaaaaaaaaaaaaaaaaaa" not in text
    host = Path("/etc/hostname")
    assert not host.exists() or host.read_text().strip() not in text


HOSTILE: dict[str, tuple[bytes, str]] = {
    "drawing.svg": (b'<svg xmlns="http://www.w3.org/2000/svg"><script>alert(1)</script></svg>', "script"),
    "page.html": (b"<html><body>Words<script>alert(1)</script></body></html>", "script"),
    "page.xhtml": (
        b'<html xmlns="http://www.w3.org/1999/xhtml"><body><script>alert(1)</script></body></html>',
        "script",
    ),
    "acts.pdf": (b"", "JavaScript"),
    'a";\r\nSet-Cookie: x=1\r\n.txt': (b"words", ""),
}


def acting_pdf() -> bytes:
    """A PDF that runs a script when it is opened."""
    from pypdf import PdfWriter
    from pypdf.generic import DictionaryObject, NameObject, TextStringObject

    out, writer = io.BytesIO(), PdfWriter()
    writer.add_blank_page(200, 200)
    script = {NameObject("/S"): NameObject("/JavaScript"), NameObject("/JS"): TextStringObject("app.alert(1);")}
    writer.root_object[NameObject("/OpenAction")] = DictionaryObject(script)
    writer.write(out)
    return out.getvalue()


def test_a_clients_file_is_only_ever_saved(own: tuple[Services, Visits]) -> None:
    services, visit = own
    ana = visit("ana")
    files = [("files", (name, data or acting_pdf())) for name, (data, _) in HOSTILE.items()]
    assert ana.post("/clients/C001/documents", files=files).status_code == 303
    with services.database.engine.connect() as connection:
        rows = connection.exec_driver_sql("SELECT id, path FROM documents WHERE source = 'upload'").all()
    kept = {path: key for key, path in rows}
    assert len([path for path in kept if path.rsplit(".", 1)[-1] in ("svg", "html", "xhtml", "pdf", "txt")]) >= len(
        HOSTILE
    )
    for path, key in kept.items():
        answer = ana.get(f"/documents/{key}/file")
        headers = answer.headers
        assert headers["content-disposition"].startswith("attachment"), path
        assert headers["content-type"] == "application/octet-stream" and headers["x-content-type-options"] == "nosniff"
        assert headers["content-security-policy"] == FILE_POLICY and "set-cookie" not in headers
        page = ana.get(f"/documents/{key}").text
        assert "<script>alert" not in page and "app.alert(1)" not in page, (
            "its words are words, and its scripts are none"
        )


@pytest.mark.parametrize(
    "path",
    [
        "/static/../security.py",
        "/static/%2e%2e/security.py",
        "/static/..%2fsecurity.py",
        "/static//etc/passwd",
        "/static/%00",
        "/static/fonts/../../tickmark.db",
        "/static/fonts/%2e%2e/tickmark.db",
        "/static/..%5csecurity.py",
    ],
)
def test_static_files_are_those_of_their_folder(look: Visits, path: str) -> None:
    answer = look(None).http.get(path)
    assert answer.status_code in (404, 400) and b"tickmark_session" not in answer.content


@pytest.mark.parametrize(
    "key",
    [
        "..%2f..%2fx",
        "%00",
        "x%0d%0ax",
        "%ff%fe",
        "a" * 5_000,
        "%E2%80%AE",
        "'%20OR%201=1--",
        "{{7919*7907}}",
        "${jndi:x}",
    ],
)
def test_a_key_is_only_a_key(look: Visits, key: str) -> None:
    ana = look("ana")
    for before, after in (
        ("/clients/", ""),
        ("/documents/", "/file"),
        ("/messages/", ""),
        ("/api/v1/clients/", "/documents"),
        ("/deliverables/", ""),
        ("/sign/", ""),
        ("/calendar/feed/", ".ics"),
    ):
        answer = ana.get(f"{before}{key}{after}")
        assert answer.status_code in (400, 404, 422), f"{before}{key}{after} {answer.status_code}"
        assert "62615533" not in answer.text, "a key is no template"


@pytest.mark.parametrize("start", ["=", "+", "-", "@", "\t=", "\r=", " =", "\u00a0=", "\n="])
def test_no_cell_of_a_table_that_we_write_is_a_formula(start: str) -> None:
    cell = unfolded(f"{start}HYPERLINK(1)")
    assert cell.startswith("'"), cell


def test_a_list_for_a_person_holds_no_formula(tmp_path: Path) -> None:
    from api.commands.load import _write_rejected
    from store.rows import Rejected

    _write_rejected(tmp_path / "rejected.csv", [Rejected("=cmd|'/c calc'!A1", 3, "@SUM(1)", {"a": "=1"})])
    rows = list(csv.reader((tmp_path / "rejected.csv").open(newline="")))
    assert all(not cell.startswith(("=", "@", "+", "-")) for row in rows for cell in row)


def test_whoever_writes_tables_asks_the_one_guard_of_cells() -> None:
    """But what `export` writes is read back by `load`, so it is written as it is."""
    root = Path(__file__).parents[2]
    writes = re.compile(r"\b(?:csv\.(?:writer|DictWriter)|Workbook)\(")
    found = {
        path.relative_to(root).as_posix()
        for folder in ("api", "workspace")
        for path in (root / folder).rglob("*.py")
        if writes.search(text := path.read_text()) and "from workspace.cells import" not in text
    }
    assert found <= {"api/outgoing.py"}, f"write cells by workspace/cells.py: {sorted(found)}"

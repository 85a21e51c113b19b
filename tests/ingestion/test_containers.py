"""Archives and other files that hold files: what comes out, under which path, and what does not."""

import io
import zipfile

import pytest
from pypdf import PdfWriter

from ingestion import containers
from ingestion.containers import Member, members
from ingestion.parse import parse, pdf, pdf_files
from tests.ingestion.samples import CSV, TEXT, mail, one_of_each, tnef, zipped


def opened(name: str, data: bytes, *, messages: bool = False) -> list[Member]:
    return list(members(name, data, parse, messages=messages))


def paths(name: str, data: bytes, *, messages: bool = False) -> list[str]:
    return [member.path for member in opened(name, data, messages=messages)]


def nested(depth: int) -> bytes:
    data = TEXT
    for n in range(depth):
        data = zipped({f"{n}.zip" if n else "letter.txt": data})
    return data


def test_members_stand_below_their_archive_in_its_order() -> None:
    found = opened("papers.zip", zipped({"2025/letter.txt": TEXT, "2025/": b"", "b.txt": b"b"}))
    assert found == [Member("papers.zip/2025/letter.txt", TEXT), Member("papers.zip/b.txt", b"b")]


def test_a_file_that_holds_no_files_has_no_members() -> None:
    assert opened("letter.txt", TEXT) == []
    assert opened("letter.docx", one_of_each()["letter.docx"]) == []
    assert opened("cut.zip", zipped({"a.txt": TEXT})[:40]) == []


def test_of_an_archive_that_is_cut_off_the_whole_members_are_taken() -> None:
    data = zipped({"a.txt": TEXT, "b.csv": CSV, "c.txt": TEXT * 50})
    cut = data[: data.index(b"c.txt") + 12]
    assert opened("p.zip", cut) == [Member("p.zip/a.txt", TEXT), Member("p.zip/b.csv", CSV)]
    assert "the 2 files that could be had were taken" in parse("p.zip", cut).findings[0].message


@pytest.mark.parametrize(
    ("written", "clean"),
    [
        ("../../etc/passwd", "etc/passwd"),
        ("/abs/a.txt", "abs/a.txt"),
        ("C:\\tax\\a.txt", "C:/tax/a.txt"),
        ("a/./b/../c.txt", "a/b/c.txt"),
        ("in\x07voice\u202e.txt", "invoice.txt"),
        (" / .. /x.txt", "x.txt"),
    ],
)
def test_no_path_leads_out_of_its_archive(written: str, clean: str) -> None:
    assert paths("p.zip", zipped({written: b"x"})) == [f"p.zip/{clean}"]


def test_two_members_of_one_path_are_two_documents() -> None:
    data = zipped({"a.txt": b"1", "./a.txt": b"2", "x/../a.txt": b"3"})
    assert [(m.path, m.data) for m in opened("p.zip", data)] == [
        ("p.zip/a.txt", b"1"),
        ("p.zip/a (2).txt", b"2"),
        ("p.zip/x/a.txt", b"3"),
    ]


def test_what_computers_leave_behind_is_no_member() -> None:
    assert paths("p.zip", zipped({"__MACOSX/._a.txt": b"x", ".DS_Store": b"x", "~$a.docx": b"x", "a.txt": b"x"})) == [
        "p.zip/a.txt"
    ]


def test_archives_are_opened_three_deep_and_no_deeper() -> None:
    assert paths("a.zip", nested(3)) == ["a.zip/2.zip", "a.zip/2.zip/1.zip", "a.zip/2.zip/1.zip/letter.txt"]
    deep = opened("a.zip", nested(4))
    assert deep[-1].path.endswith("/(not taken)")
    assert "more than 3 archives" in deep[-1].refused


def test_a_damaged_member_is_told_and_the_others_are_taken() -> None:
    data = bytearray(zipped({"a.txt": TEXT * 20, "b.txt": b"whole"}))
    data[40:60] = bytes(20)
    first, second = opened("p.zip", bytes(data))
    assert (first.data, first.refused) == (b"", "a.txt is damaged inside its archive; ask for it again.")
    assert second == Member("p.zip/b.txt", b"whole")


def test_a_member_with_a_password_is_told() -> None:
    data = bytearray(zipped({"a.txt": TEXT}))
    data[6] |= 1
    data[data.index(b"PK\x01\x02") + 8] |= 1
    (member,) = opened("p.zip", bytes(data))
    assert "protected by a password inside its archive" in member.refused


def test_a_link_is_not_followed() -> None:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        entry = zipfile.ZipInfo("passwd")
        entry.external_attr = 0o120777 << 16
        archive.writestr(entry, "/etc/passwd")
    (member,) = opened("p.zip", out.getvalue())
    assert "only a link" in member.refused


def test_a_bomb_is_not_opened_however_deep_it_lies() -> None:
    bomb = zipped({"zeros.txt": bytes(60_000_000)})
    assert opened("bomb.zip", bomb) == []
    (member,) = opened("p.zip", zipped({"bomb.zip": bomb}))
    assert member == Member("p.zip/bomb.zip", bomb)
    assert "zip bomb" in parse("bomb.zip", bomb).findings[0].message


def test_too_many_or_too_much_is_cut_off_and_told(monkeypatch: pytest.MonkeyPatch) -> None:
    many = zipped({f"{n}.txt": b"x" * 10 for n in range(6)})
    monkeypatch.setattr(containers, "MAX_MEMBERS", 3)
    found = opened("p.zip", many)
    assert [m.path for m in found] == ["p.zip/0.txt", "p.zip/1.txt", "p.zip/2.txt", "p.zip/(not taken)"]
    assert "more than 3 files" in found[-1].refused
    monkeypatch.setattr(containers, "MAX_MEMBERS", 100)
    monkeypatch.setattr(containers, "MAX_UNPACKED_BYTES", 25)
    found = opened("p.zip", many)
    assert [bool(m.data) for m in found] == [True, True, False, False, False, False]
    assert all("too big to be taken out" in m.refused for m in found[2:])


def test_winmail_and_mailboxes_are_opened_and_messages_only_where_asked() -> None:
    assert paths("winmail.dat", tnef(files={"K-1.pdf": one_of_each()["letter.pdf"]})) == ["winmail.dat/K-1.pdf"]
    assert paths("box.mbox", one_of_each()["box.mbox"]) == ["box.mbox/message 1.eml", "box.mbox/message 2.eml"]
    letter = mail(("p.zip", zipped({"a.txt": TEXT})))
    assert paths("m.eml", letter) == []
    assert paths("m.eml", letter, messages=True) == ["m.eml/p.zip", "m.eml/p.zip/a.txt"]
    assert paths("p.zip", zipped({"m.eml": letter})) == ["p.zip/m.eml"]


def with_files(files: dict[str, bytes], password: str = "") -> bytes:
    """A PDF of one page with files put into it."""
    writer, out = PdfWriter(), io.BytesIO()
    writer.add_blank_page(200, 200)
    for name, data in files.items():
        writer.add_attachment(name, data)
    if password:
        writer.encrypt(password)
    writer.write(out)
    return out.getvalue()


INVOICE = b'<?xml version="1.0"?><rsm:CrossIndustryInvoice xmlns:rsm="urn:x"><ram:ID>INV-7</ram:ID></rsm:CrossIndustryInvoice>'


def test_files_inside_a_pdf_come_out_of_it_and_out_of_those_in_them() -> None:
    inner = with_files({"books.csv": CSV})
    whole = with_files(
        {"factur-x.xml": INVOICE, "../letter.pdf": inner, "empty.txt": b"", "old.zip": zipped({"a.txt": TEXT})}
    )
    found = {member.path: member.data for member in opened("bill.pdf", whole)}
    assert found == {
        "bill.pdf/factur-x.xml": INVOICE, "bill.pdf/letter.pdf": inner, "bill.pdf/letter.pdf/books.csv": CSV,
        "bill.pdf/old.zip": zipped({"a.txt": TEXT}), "bill.pdf/old.zip/a.txt": TEXT,
    }  # fmt: skip
    told = [one.message for one in parse("bill.pdf", whole).findings]
    assert "bill.pdf has 3 files inside it (letter.pdf, factur-x.xml, old.zip), taken in beside it." in told
    assert any("1 file inside it that could not be taken out" in one for one in told)
    assert "INV-7" in parse("factur-x.xml", INVOICE).pages[0].text
    assert paths("note.eml", mail(("bill.pdf", inner)), messages=True)[-1].endswith("bill.pdf/books.csv")


def test_a_pdf_without_files_or_under_a_password_gives_none(monkeypatch: pytest.MonkeyPatch) -> None:
    assert opened("plain.pdf", with_files({})) == []
    assert opened("locked.pdf", with_files({"a.txt": TEXT}, "sesame")) == []
    told = [
        one.message
        for one in parse("locked.pdf", with_files({"a.txt": TEXT}, "sesame"), passwords=("sesame",)).findings
    ]
    assert "locked.pdf has 1 file inside it (a.txt), not read; save and add what matters." in told
    monkeypatch.setattr(pdf_files, "MOST", 1)
    assert paths("two.pdf", with_files({"a.txt": TEXT, "b.txt": TEXT})) == ["two.pdf/a.txt"]


def test_a_file_inside_a_pdf_that_is_too_big_is_told() -> None:
    with pdf.opened(with_files({"a.txt": b"a" * 5_000, "b.txt": TEXT})) as document:
        taken, left = pdf_files.files_inside(document, 4_000)
    assert ([one.name for one in taken], left) == (["b.txt"], 1)

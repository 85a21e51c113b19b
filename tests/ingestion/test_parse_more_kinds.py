"""RTF, calendars, address cards, bank files, winmail.dat, old Office files, Outlook messages, archives as documents."""

import stat
from pathlib import Path

import pytest

from ingestion.elements import Parsed
from ingestion.parse import convert, parse
from ingestion.parse.ofx import read_statements
from ingestion.parse.tnef import rtf_of
from tests.ingestion.ole import message_file, message_tree, slides_file, word_file
from tests.ingestion.samples import ICS, NAMES, OFX1, OFX2, RTF, TEXT, VCF, one_of_each, tnef, zipped


def spans_hold(parsed: Parsed) -> bool:
    return all(parsed.pages[e.page - 1].text[e.start : e.end] == e.text for e in parsed.elements)


@pytest.mark.parametrize(
    "name", [n for n in NAMES if not n.endswith((".png", ".jpg", ".tif", ".gif", ".bmp", ".heic"))]
)
def test_every_kind_is_read_twice_alike_and_its_elements_are_spans(name: str) -> None:
    data = one_of_each()[name]
    parsed = parse(name, data)
    assert any(page.text for page in parsed.pages)
    # These two hold what cannot be read from them: a file inside, a formula without its result.
    assert name in ("form.pdf", "rich.xlsx") or all(finding.severity == "info" for finding in parsed.findings)
    assert spans_hold(parsed)
    assert parse(name, data) == parsed


def test_rich_text_keeps_pages_tables_margins_and_letters() -> None:
    parsed = parse("letter.rtf", RTF)
    assert parsed.title == "Engagement letter"
    assert [(e.type, e.text) for e in parsed.elements if e.page == 1] == [
        ("Header", "Maple CPA"),
        ("Title", "Scope of services"),
        ("Text", "Dear Ann,"),
        ("Text", "We’ll prepare “all” returns, Пр too, 😀 in March."),
        ("Text", "A note."),
        ("Table", "Fee | 1,200.00\nTax | 12.00"),
        ("Text", "After the table."),
    ]
    assert parsed.pages[1].text == "Second page, our site.\n\nBoxed words"


def test_rich_text_that_ends_in_the_middle_says_so() -> None:
    parsed = parse("letter.rtf", RTF[: RTF.index(b"After the")])
    assert "Fee | 1,200.00" in parsed.pages[0].text
    assert "ends in the middle" in parsed.findings[0].message


def test_a_calendar_shows_times_zones_and_recurrence() -> None:
    parsed = parse("meetings.ics", ICS)
    assert [page.label for page in parsed.pages] == ["Review, Maple Street", "Tax day", "File extension"]
    assert parsed.pages[0].text == (
        "Review, Maple Street\n\n"
        "When | 2026-03-10 14:00 to 15:00 Eastern Standard Time\n"
        "Repeats | every month on the 2nd Tue 12 times\n"
        "Not on | 2026-04-14 14:00 Eastern Standard Time\n"
        "Organizer | Ann Lee <ann@firm.com>\n"
        "Attendees | Bo, B <bo@x.com> (accepted)\n\n"
        "Bring the K-1.\nThanks"
    )
    assert parsed.pages[1].text == "Tax day\n\nWhen | 2026-04-15"
    assert parsed.pages[2].text == "File extension\n\nDue | 2026-03-15 23:59 UTC"


@pytest.mark.parametrize(
    ("rule", "words"),
    [
        ("FREQ=WEEKLY;INTERVAL=2;BYDAY=MO,WE;UNTIL=20261231", "every 2 weeks on Mon, Wed until 2026-12-31"),
        ("FREQ=MONTHLY;BYMONTHDAY=-1", "every month on the last day"),
        ("FREQ=YEARLY;BYMONTH=3;BYDAY=-1FR", "every year on the last Fri in March"),
        ("FREQ=MONTHLY;BYDAY=MO;BYSETPOS=2", "every month on the 2nd Mon"),
        ("FREQ=DAILY;BYHOUR=9", "every day BYHOUR=9"),
        ("FREQ=SOMETIMES", "FREQ=SOMETIMES"),
    ],
)
def test_a_rule_of_recurrence_in_words(rule: str, words: str) -> None:
    data = f"BEGIN:VCALENDAR\nBEGIN:VEVENT\nSUMMARY:x\nRRULE:{rule}\nEND:VEVENT\nEND:VCALENDAR\n".encode()
    assert parse("a.ics", data).pages[0].text == f"x\n\nRepeats | {words}"


def test_each_card_of_a_file_is_a_page_of_its_own() -> None:
    parsed = parse("people.vcf", VCF)
    assert [page.label for page in parsed.pages] == ["Dr. Ann Lee", "Jürgen Müller"]
    assert parsed.pages[0].text == (
        "Dr. Ann Lee\n\nCompany | Maple Street Bakery, LLC, Finance\nPhone (work) | +1 555 0100\nEmail | ann@maple.com\n"
        "Address (work) | 12 Main St, Springfield, IL, 62701, USA\n\nFirst line\nSecond; line"
    )
    assert parsed.pages[1].text == "Jürgen Müller\n\nPhone (home) | 030 1\nBorn | 1980-02-03"


def test_a_bank_file_is_a_typed_statement_with_a_row_for_each_transaction() -> None:
    parsed = parse("bank.qbo", OFX1)
    facts, moves = [element for element in parsed.elements if element.type == "Table"]
    assert facts.rows == (
        ("Bank", "First Bank"),
        ("Account number", "000123456789"),
        ("Account type", "CHECKING"),
        ("Currency", "USD"),
        ("Statement period", "2026-02-01 to 2026-02-28"),
        ("Closing balance", "4183.33"),
        ("Balance as of", "2026-02-28"),
        ("Available", "4000.00"),
    )
    assert moves.rows == (
        ("Date", "Payee", "Amount", "Type", "Check", "Memo", "Id"),
        ("2026-02-03", "Oak & Sons", "-1316.67", "CHECK", "1042", "rent", "A1"),
        ("2026-02-27 (2026-02-28 UTC)", "DEPOSIT", "2500.00", "DEP", "", "", "A2"),
    )


def test_a_card_statement_in_xml_reads_like_one_in_sgml() -> None:
    (statement,) = read_statements(OFX2)
    assert (statement.title, statement.account, statement.balance) == (
        "Credit card statement",
        "4111111111111111",
        "-310.10",
    )
    (move,) = statement.transactions
    assert (move.posted, move.amount, move.payee, move.identity) == ("2026-01-05", "-24.05", "Café A<B", "Z9")


@pytest.mark.parametrize(
    ("old", "new", "words"),
    [
        (b"20260203120000.000[-5:EST]", b"20261340", "1 transactions of account 000123456789 have no date"),
        (b"-1,316.67", b"$12", "1 transactions of account 000123456789 have no amount"),
        (b"</OFX>", b"", "cut off; download it again"),
        (b"<SEVERITY>INFO", b"<SEVERITY>ERROR<MESSAGE>Bad password", "the bank answered with 'Bad password'"),
        (b"<ACCTID>", b"<ACCTXX>", ""),
    ],
)
def test_what_a_bank_got_wrong_is_told_and_the_rest_is_read(old: bytes, new: bytes, words: str) -> None:
    parsed = parse("bank.qbo", OFX1.replace(old, new))
    assert "DEPOSIT" in parsed.pages[0].text
    assert words in " ".join(finding.message for finding in parsed.findings)


def test_winmail_gives_its_words_and_its_files_by_their_long_names() -> None:
    parsed = parse("winmail.dat", tnef(files={"K-1 for 2025.pdf": b"%PDF-1.4"}))
    assert parsed.pages[0].text == "Year end\n\nSee the file."
    assert [(a.name, a.data) for a in parsed.attachments] == [("K-1 for 2025.pdf", b"%PDF-1.4")]
    cut = parse("winmail.dat", tnef(files={"K-1 for 2025.pdf": bytes(500)})[:-80])
    assert "ends in the middle" in cut.findings[0].message
    assert cut.pages[0].text == "Year end\n\nSee the file."


def test_a_body_in_compressed_rich_text_is_read() -> None:
    # The worked example of MS-OXRTFCP 4.1.
    packed = bytes.fromhex(
        "2d0000002b0000004c5a4675f1c5c7a703000a00726370673132354232 0af32068656c090020627705b06c647d0a800fa0".replace(
            " ", ""
        )
    )
    assert rtf_of(packed) == b"{\\rtf1\\ansi\\ansicpg1252\\pard hello world}\r\n"
    parsed = parse("note.msg", message_file({0x37: "Hi"}, binary={0x1009: packed}))
    assert parsed.pages[0].text == "hello world"


def test_old_word_files_keep_headings_tables_and_fields() -> None:
    rows = [("Fee\x07", 0, True, False), ("1,200\x07", 0, True, False), ("\x07", 0, True, True)]
    empty = [("\x07", 0, True, False), ("12\x07", 0, True, False), ("\x07", 0, True, True)]
    link = ("See \x13 HYPERLINK x \x14our site\x15.\r", 0, False, False)
    parsed = parse("a.doc", word_file([("Scope of work\r", 1, False, False), *rows, *empty, link]))
    assert [(e.type, e.text) for e in parsed.elements] == [
        ("Title", "Scope of work"),
        ("Table", "Fee | 1,200\n | 12"),
        ("Text", "See our site."),
    ]
    assert "was read without Word" in parsed.findings[0].message
    locked = parse("a.doc", word_file([("x\r", 0, False, False)], flags=0x0100))
    assert "protected by a password" in locked.findings[0].message


def test_old_presentations_are_read_slide_by_slide() -> None:
    parsed = parse("a.ppt", slides_file([("Year end", "Cash is up"), ("Next steps", "Sign by March 10")]))
    assert [page.text for page in parsed.pages] == ["Year end\n\nCash is up", "Next steps\n\nSign by March 10"]


def test_a_message_attached_to_an_outlook_message_keeps_its_words_and_files() -> None:
    inner = message_tree({0x37: "Lease", 0x1000: "Inner words", 0x0C1F: "bo@x.com"}, attachments={"k1.txt": TEXT})
    data = message_file(
        {0x37: "Outer", 0x1000: "Outer words", 0x0C1F: "ann@x.com"}, attachments={"a.txt": b"hi"}, inner=inner
    )
    parsed = parse("note.msg", data)
    assert [a.name for a in parsed.attachments] == ["a.txt", "Lease.eml"]
    assert parse("note.msg", data).attachments == parsed.attachments
    attached = parse("Lease.eml", parsed.attachments[1].data)
    assert attached.pages[0].text == "Inner words"
    assert attached.mail is not None
    assert attached.mail.sender == "bo@x.com"
    assert [(a.name, a.data) for a in attached.attachments] == [("k1.txt", TEXT)]


def test_an_archive_is_the_list_of_its_files() -> None:
    parsed = parse("papers.zip", zipped({"2025/letter.txt": TEXT, "__MACOSX/._x": b"x", "../up.txt": b"up"}))
    assert parsed.pages[0].text == f"Archive of 2 files\n\nFile | Bytes\n2025/letter.txt | {len(TEXT)}\nup.txt | 2"


def soffice(folder: Path, script: str) -> str:
    program = folder / "soffice"
    program.write_text(f"#!/bin/sh\n{script}\n")
    program.chmod(program.stat().st_mode | stat.S_IXUSR)
    return str(folder)


def test_libreoffice_reads_old_files_where_it_is_installed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "made.docx").write_bytes(one_of_each()["letter.docx"])
    # A stand-in that takes the same command line: --outdir is the last but two.
    script = f'while [ "$1" != --outdir ]; do shift; done; mkdir -p "$2"; cp "{tmp_path}/made.docx" "$2/file.docx"'
    monkeypatch.setenv("PATH", soffice(tmp_path, script), prepend=":")
    parsed = parse("letter.doc", one_of_each()["letter.doc"])
    assert parsed.media_type == "application/msword"
    assert "We will prepare the return." in parsed.pages[0].text
    assert parsed.findings == ()


def test_libreoffice_that_hangs_is_ended_and_our_own_reader_takes_over(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PATH", soffice(tmp_path, "sleep 100 & wait"), prepend=":")
    monkeypatch.setattr(convert, "SECONDS", 0.2)
    assert "We prepare the return." in parse("letter.doc", one_of_each()["letter.doc"]).pages[0].text


def test_without_libreoffice_what_needs_it_says_so(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    parsed = parse("brief.wpd", b"\xffWPC" + bytes(200))
    assert parsed.pages == ()
    assert "needs LibreOffice on this machine" in parsed.findings[0].message

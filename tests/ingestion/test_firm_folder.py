"""A firm folder as people hand it over: what is read, what is rejected and why, what is refused as a whole."""

from datetime import date
from decimal import Decimal
from pathlib import Path

import pytest

from ingestion.firm_folder import FirmFolder, folder_path, read_folder, workspace_path
from store.errors import Invalid
from store.rows import ClientRow, EngagementRow, InvoiceRow, NoteRow, RequestRow, StaffRow, TimeRow


def rejected(folder: FirmFolder) -> list[tuple[str, int, str]]:
    return [(r.file, r.line, r.reason) for r in folder.rejected]


def rewrite(path: Path, old: str, new: str) -> None:
    text = path.read_text()
    assert old in text
    path.write_text(text.replace(old, new))


def test_a_whole_folder_is_read(small_firm: Path) -> None:
    folder = read_folder(small_firm)
    assert (folder.firm.name, folder.firm.timezone) == ("Alder & Byrne CPAs", "America/Chicago")
    assert folder.firm.settings == {"ar-aging": {"days": 60}}
    assert rejected(folder) == []
    assert [len(rows) for rows in folder.tables.values()] == [5, 3, 4, 3, 3, 4, 2, 4, 2, 1]
    bakery = folder.rows(ClientRow)[0]
    assert (bakery.annual_fee, bakery.since) == (Decimal("14500.00"), date(2019, 4, 1))
    assert bakery.custom == {"referred_by": "a friend"}
    assert folder.rows(InvoiceRow)[1].amount == Decimal("1800.00")
    assert [row.nth for row in folder.rows(TimeRow)] == [0, 1, 0, 0]
    assert [row.nth for row in folder.rows(RequestRow)] == [0, 0, 0, 1]
    assert "\n" in folder.rows(NoteRow)[0].text
    assert [(f.ref, f.path, f.source) for f in folder.files][:4] == [
        ("C001", "2025/minutes.md", "load"),
        ("C001", "Notices/cp2000.txt", "load"),
        ("C001", "books/trial-balance-2025.csv", "books"),
        ("C001", "copy-of-minutes.md", "load"),
    ]
    assert [f.name for f in folder.mail] == ["0001.eml", "0002.eml", "0003.eml"]


@pytest.mark.parametrize("missing", ["firm.toml", "staff.csv", "clients.csv"])
def test_a_missing_file_is_named_with_what_to_do(small_firm: Path, missing: str) -> None:
    (small_firm / missing).unlink()
    with pytest.raises(Invalid, match=rf"lacks {missing} \({missing}: .*(needs|write)"):
        read_folder(small_firm)


def test_no_folder_and_an_empty_one(tmp_path: Path) -> None:
    with pytest.raises(Invalid, match="there is no folder"):
        read_folder(tmp_path / "nowhere")
    with pytest.raises(Invalid, match=r"lacks firm.toml, staff.csv, clients.csv"):
        read_folder(tmp_path)


@pytest.mark.parametrize(
    ("file", "old", "new", "line", "reason"),
    [
        ("engagements.csv", "2026-03-16,in-progress", "16.03.2026,in-progress", 2, "due is '16.03.2026', not a date"),
        ("engagements.csv", "2026-03-16,in-progress", "2026-02-30,in-progress", 2, "a day that does not exist"),
        ("engagements.csv", "1120-S,2025 Form", "1120-X,2025 Form", 2, "template is '1120-X'; it must be one of 1040"),
        ("invoices.csv", '"1,800.00"', '"1,80"', 3, "amount is '1,80', not a number"),
        ("invoices.csv", '"1,800.00"', "1800.005", 3, "at most 2 decimal places"),
        ("invoices.csv", '"1,800.00"', "1,800.00", 3, "the row has 7 cells, the header 6"),
        ("invoices.csv", "2026-002", "2026-001", 3, "the same number stands in line 2 already"),
        ("clients.csv", "C003,Prairie Dental LLC", ",Prairie Dental LLC", 4, "ref is empty"),
        ("contacts.csv", "lee@prairie.example", "lee at prairie", 5, "email is 'lee at prairie'"),
        ("contacts.csv", "true,100", "true,130", 5, "it must lie between 0 and 100"),
        ("time.csv", "2026-02-02,sol@alder.example,C001,E001,3.5", '2026-02-02,"sol" x,C001,E001,3.5', 2, "is no CSV"),
    ],
)
def test_a_bad_row_is_rejected_and_the_rest_loads(
    small_firm: Path, file: str, old: str, new: str, line: int, reason: str
) -> None:
    before = len(read_folder(small_firm).tables[file])
    rewrite(small_firm / file, old, new)
    folder = read_folder(small_firm)
    mine = [r for r in rejected(folder) if r[0] == file]
    assert len(mine) == 1
    assert mine[0][1] == line
    assert reason in mine[0][2]
    assert len(folder.tables[file]) == before - 1


def test_a_quotation_mark_never_closed_costs_one_row(small_firm: Path) -> None:
    rewrite(small_firm / "tasks.csv", "E001,Review", 'E001,"Review')
    folder = read_folder(small_firm)
    assert [(r[0], r[1]) for r in rejected(folder)] == [("tasks.csv", 3)]
    assert len(folder.tables["tasks.csv"]) == 2


@pytest.mark.parametrize("encoding", ["utf-8-sig", "utf-16", "cp1252"])
def test_encodings_of_spreadsheet_programs(small_firm: Path, encoding: str) -> None:
    rewrite(small_firm / "staff.csv", "Sol Reed", "Sølveig Réed")
    path = small_firm / "staff.csv"
    path.write_bytes(path.read_text().replace("\n", "\r\n").encode(encoding))
    assert [row.name for row in read_folder(small_firm).rows(StaffRow)][3] == "Sølveig Réed"


def test_semicolons_capitals_and_loose_words_are_understood(small_firm: Path) -> None:
    (small_firm / "engagements.csv").write_text("Ref;Client Ref;Template;Title;Stage\nE9;C001;1120S;x;In Progress\n")
    row = read_folder(small_firm).rows(EngagementRow)[0]
    assert (row.client_ref, row.template, row.stage) == ("C001", "1120-S", "in-progress")


def test_a_missing_column_refuses_the_file_and_says_so(small_firm: Path) -> None:
    rewrite(small_firm / "tasks.csv", "engagement_ref,title", "engagement,title")
    folder = read_folder(small_firm)
    assert rejected(folder)[0][:2] == ("tasks.csv", 0)
    assert "lacks the column engagement_ref" in rejected(folder)[0][2]
    rewrite(small_firm / "clients.csv", "entity_type", "kind")
    with pytest.raises(Invalid, match=r"clients.csv lacks the column entity_type"):
        read_folder(small_firm)


def test_files_of_an_unknown_client_are_told(small_firm: Path) -> None:
    (small_firm / "documents" / "C999").mkdir()
    (small_firm / "documents" / "loose.pdf").write_bytes(b"x")
    assert [r[0] for r in rejected(read_folder(small_firm))] == ["documents/C999", "documents/loose.pdf"]


def test_links_and_litter_are_left_alone(small_firm: Path, tmp_path: Path) -> None:
    (tmp_path / "secret.txt").write_text("another client's")
    (small_firm / "documents" / "C003" / "link.txt").symlink_to(tmp_path / "secret.txt")
    (small_firm / "documents" / "C003" / ".DS_Store").write_bytes(b"x")
    (small_firm / "documents" / "C003" / "~$memo.docx").write_bytes(b"x")
    assert [f.path for f in read_folder(small_firm).files if f.ref == "C003"] == ["memo.txt"]


@pytest.mark.parametrize("text", ['name = "x', "timezone = 'America/Chicago'", 'name = "x"\ntimezone = "Chicago"'])
def test_an_unusable_firm_file_says_why(small_firm: Path, text: str) -> None:
    (small_firm / "firm.toml").write_text(text)
    with pytest.raises(Invalid, match=r"firm\.toml"):
        read_folder(small_firm)


@pytest.mark.parametrize(
    "relative", ["a.pdf", "2025/a.pdf", "books/a.csv", "mail/x.eml", "documents/a", "documents/books/a"]
)
def test_places_in_the_workspace_lead_back_to_the_folder(relative: str) -> None:
    assert folder_path(workspace_path(relative), "load") == relative

"""Versions of one document: the rule with its decoys, the links, search and facts by the newest, a person's word against one."""

from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import select

from api.wiring import Services
from ingestion.versions import FIGURES, SHARED, Pair, Paper, groups, judge
from store.tables import AuditEntry, Document, VersionLink
from tests.api.test_load import dump, load
from tests.intake.conftest import put, run
from tests.web.conftest import Visits, ids
from workspace.scope import operator_scope
from workspace.snapshot import take_snapshot

BODY = (
    "We are pleased to confirm the terms of our engagement to prepare the 2025 federal and state income tax returns of the company. "
    "You are responsible for the records and for the accuracy of what you give us. We will not audit or verify the data that you submit. "
    "Our fee for these services will be based on the time required, and our invoices are due upon presentation. "
    "Either of us may end this engagement at any time by written notice to the other, and fees to that date remain due."
)
LETTER = "Engagement letter\n\nDear Ms. Okafor,\n\n" + BODY + "\n\nFee: $4,500"
LAST = LETTER.replace("2025", "2024")
NEXT = LETTER.replace("$4,500", "$4,900").replace("upon presentation", "within thirty days")
PDF = "application/pdf"
SHEET = "application/vnd.ms-excel"
BANK = "bank-statement"
AMOUNTS = ("1,200.00", "77.10", "430.00", "9.15")
DOCX = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"


def paper(path: str, text: str, kind: str = "engagement-letter", media: str = DOCX, order: str = "1") -> Paper:
    return Paper(path, path, kind, media, text, order)


def statement(month: str, account: str, *amounts: str) -> str:
    rows = "\n".join(f"{month} deposit {amount} balance {amount}" for amount in amounts)
    return f"First Lakeside Bank statement of account\nAccount number {account}\nStatement period {month} 2025\n{BODY[:200]}\n{rows}"


def w2(name: str, ssn: str, wages: str) -> str:
    form = "Form W-2 Wage and Tax Statement 2025 Employer Harbor Bakery Inc 12 Quay Street Chicago Illinois Copy B to be filed"
    return f"{form}\nEmployee social security number {ssn}\n{name}\nWages, tips, other compensation {wages}\nFederal income tax {wages[:3]}"


ANN = w2("Ann Lee", "900-70-1111", "61,200")

VERSIONS: tuple[tuple[str, Paper, Paper], ...] = (
    ("numbers", paper("E/Letter v1.docx", LETTER), paper("E/Letter v2.docx", NEXT)),
    ("draft, then none", paper("E/Letter draft.docx", LETTER), paper("E/Letter.docx", NEXT)),
    ("final", paper("E/Letter.docx", LETTER), paper("E/Letter FINAL.docx", NEXT)),
    ("signed as PDF in a folder below", paper("E/Letter v2.docx", NEXT), paper("E/Signed/Letter (signed).pdf", NEXT, media=PDF)),
    ("a date of the same year", paper("E/Letter 2025-01-10.docx", LETTER), paper("E/Letter 2025-03-01.docx", NEXT)),
    ("a conflicted copy comes before", paper("E/Letter (Tom's conflicted copy 2026-02-11).docx", LETTER), paper("E/Letter.docx", NEXT)),
    ("another download", paper("E/Letter.docx", LETTER), paper("E/Letter (1).docx", NEXT, order="2")),
    (
        "a corrected statement of the same month",
        paper("B/Statement Jan.pdf", statement("January", "8811", *AMOUNTS, "98.00"), BANK),
        paper("B/Statement Jan corrected.pdf", statement("January", "8811", *AMOUNTS, "99.00"), BANK),
    ),
)  # fmt: skip

DECOYS: tuple[tuple[str, Paper, Paper], ...] = (
    (
        "two months of one account",
        paper("B/Statement 2025-01-31.pdf", statement("January", "8811", "1,200.00", "77.10", "430.00"), BANK),
        paper("B/Statement 2025-02-28.pdf", statement("February", "8811", "1,910.00", "12.10", "610.25"), BANK),
    ),
    (
        "two months, numbered by the download",
        paper("B/Statement.pdf", statement("January", "8811", "1,200.00", "77.10", "430.00"), BANK),
        paper("B/Statement (1).pdf", statement("February", "8811", "1,910.00", "12.10", "610.25"), BANK),
    ),
    (
        "two accounts of one month",
        paper("B/Statement.pdf", statement("January", "8811", "1,200.00"), BANK),
        paper("B/Statement (1).pdf", statement("January", "4402", "1,200.00"), BANK),
    ),
    ("two employees", paper("W/W-2.pdf", ANN, "w-2"), paper("W/W-2 (1).pdf", w2("Bo Fay", "900-70-2222", "48,900"), "w-2")),
    (
        "two employees, masked",
        paper("W/W-2.pdf", w2("Ann Lee", "XXX-XX-1111", "61,200"), "w-2"),
        paper("W/W-2 (1).pdf", w2("Bo Fay", "XXX-XX-2222", "61,200"), "w-2"),
    ),
    ("two employees by name", paper("W/W-2 Lee.pdf", ANN, "w-2"), paper("W/W-2 Fay.pdf", ANN, "w-2")),
    ("two years' returns", paper("R/2024 Return.pdf", LAST, "tax-return"), paper("R/2025 Return.pdf", LETTER, "tax-return")),
    ("the same by folder", paper("2024/Return.pdf", LETTER, "tax-return"), paper("2025/Return final.pdf", LETTER, "tax-return")),
    (
        "the same by what it says",
        paper("R/Return.pdf", LAST + " 2024", "tax-return"),
        paper("R/Return final.pdf", LETTER + " 2025", "tax-return"),
    ),
    ("letters of two years, dated", paper("E/Letter 2024-01-10.docx", LAST), paper("E/Letter 2025-01-10.docx", LETTER)),
    ("monthly memos, dated", paper("M/Close 2025-01-31.docx", LETTER, "memo"), paper("M/Close 2025-02-28.docx", NEXT, "memo")),
    ("one name, other words", paper("E/Letter v1.docx", LETTER), paper("E/Letter v2.docx", "Minutes of the meeting of the board. " * 12)),
    ("no mark at all", paper("E/Letter.docx", LETTER), paper("E/Old/Letter.docx", NEXT)),
    ("another kind", paper("E/Letter v1.docx", LETTER), paper("E/Letter v2.docx", NEXT, "memo")),
    ("a sheet and a letter", paper("E/Fees v1.docx", LETTER, "other"), paper("E/Fees v2.xlsx", LETTER, "other", SHEET)),
    ("too short to say", paper("E/Note v1.docx", "Call them"), paper("E/Note v2.docx", "Call them")),
)  # fmt: skip


def chain(one: Paper, other: Paper) -> Pair | None:
    [*found] = groups([one, other])
    return judge(*found[0]) if found else None


@pytest.mark.parametrize(("why", "earlier", "later"), VERSIONS, ids=[why for why, *_ in VERSIONS])
def test_a_version_is_one_in_its_order(why: str, earlier: Paper, later: Paper) -> None:
    for pair in (chain(earlier, later), chain(later, earlier)):
        assert pair is not None, why
        assert (pair.earlier, pair.later) == (earlier.id, later.id)
        assert pair.similarity >= SHARED


@pytest.mark.parametrize(("why", "one", "other"), DECOYS, ids=[why for why, *_ in DECOYS])
def test_a_decoy_is_none(why: str, one: Paper, other: Paper) -> None:
    assert chain(one, other) is None, why


def test_the_thresholds_stand_apart_from_what_they_part() -> None:
    """How near the nearest decoy and the furthest version come: room on both sides."""
    same = [pair.similarity for _, one, other in VERSIONS if (pair := chain(one, other))]
    assert min(same) > SHARED + 0.1 and FIGURES < 0.9


def rows(services: Services) -> dict[str, str | None]:
    with services.database.reading() as session:
        names = {d.id: d.path for d in session.scalars(select(Document))}
        found = session.scalars(select(Document).where(Document.path.startswith("E/")))
        return {d.path: names.get(d.superseded_by or "") for d in found}


@pytest.fixture
def letters(small_firm: Path, desk: Services) -> Path:
    put(
        small_firm / "documents/C001",
        {"E/Letter v1.md": LETTER, "E/Letter v2.md": NEXT, "E/Letter final.md": NEXT + " Agreed."},
    )
    load(desk, small_firm)
    return small_firm


def found_by(services: Services, query: str) -> list[str]:
    hits: list[dict[str, Any]] = run(services, "search", client="C001", query=query, k=50).data
    return sorted({hit["path"] for hit in hits if hit["path"].startswith("E/")})


def test_search_and_facts_go_by_the_newest_and_the_older_stays_readable(
    desk: Services, letters: Path, visit: Visits
) -> None:
    assert rows(desk) == {
        "E/Letter v1.md": "E/Letter v2.md",
        "E/Letter v2.md": "E/Letter final.md",
        "E/Letter final.md": None,
    }
    assert found_by(desk, "terms of our engagement") == ["E/Letter final.md"]
    with desk.database.reading() as session:
        snapshot = take_snapshot(
            operator_scope(session, "test", now=desk.clock.now(), today=desk.clock.today()), "C001"
        )
        facts = {d.path: bool(d.facts) for d in snapshot.documents if d.path.startswith("E/")}
    assert facts == {"E/Letter v1.md": False, "E/Letter v2.md": False, "E/Letter final.md": True}
    first = ids(desk, "SELECT id FROM documents WHERE path = 'E/Letter v1.md'")[0]
    ana = visit("ana")
    assert "terms of our engagement" in ana.get(f"/documents/{first}").text
    assert "an earlier version of E/Letter v2.md" in ana.get("/clients/C001/documents").text
    assert run(desk, "index-verify").failed is False


def test_loading_the_folder_again_changes_nothing(desk: Services, letters: Path) -> None:
    tables = ("documents", "document_versions", "version_links", "passages", "facts")
    before = dump(desk.database, but=set())
    load(desk, letters)
    after = dump(desk.database, but=set())
    assert [after[name] == before[name] for name in tables] == [True] * 5


def test_one_that_comes_in_between_takes_its_place(desk: Services, small_firm: Path) -> None:
    put(small_firm / "documents/C001", {"E/Letter v1.md": LETTER, "E/Letter v3.md": NEXT})
    load(desk, small_firm)
    assert rows(desk)["E/Letter v1.md"] == "E/Letter v3.md"
    put(small_firm / "documents/C001", {"E/Letter v2.md": LETTER.replace("$4,500", "$4,700")})
    load(desk, small_firm)
    assert rows(desk) == {
        "E/Letter v1.md": "E/Letter v2.md",
        "E/Letter v2.md": "E/Letter v3.md",
        "E/Letter v3.md": None,
    }
    assert len(ids(desk, "SELECT id FROM version_links")) == 2


def test_a_person_takes_a_link_apart_and_it_stays_so(desk: Services, letters: Path, visit: Visits) -> None:
    with desk.database.reading() as session:
        link = session.scalars(
            select(VersionLink)
            .join(Document, Document.id == VersionLink.later_id)
            .where(Document.path == "E/Letter final.md")
        ).one()
    ana = visit("ana")
    assert "Not a version" in ana.get("/intake?client=C001&outcome=version").text
    assert visit("ben").post(f"/intake/versions/{link.id}").status_code == 404
    done = ana.post(f"/intake/versions/{link.id}")
    assert "Taken apart." in ana.follow(done).text
    desk.desk.rest()
    assert found_by(desk, "terms of our engagement") == ["E/Letter final.md", "E/Letter v2.md"]
    assert ana.post(f"/intake/versions/{link.id}").status_code == 409
    load(desk, letters)
    assert rows(desk) == {"E/Letter v1.md": "E/Letter v2.md", "E/Letter v2.md": None, "E/Letter final.md": None}
    assert run(desk, "index-verify").failed is False
    with desk.database.reading() as session:
        undone = session.scalars(select(AuditEntry).where(AuditEntry.tag == "document:version:undone")).one()
    assert undone.actor == "ana@alder.example"


def test_the_command_lists_them_with_their_rule(desk: Services, letters: Path) -> None:
    listed = run(desk, "versions", client="C001")
    assert [row["later"] for row in listed.data] == ["E/Letter v2.md", "E/Letter final.md"]
    assert "same name but for version marks" in listed.text
    undone = run(desk, "versions-undo", id=listed.data[0]["id"][3:11], **{"as": "ana@alder.example"})
    assert undone.data["state"] == "undone" and "taken apart by a person" in run(desk, "versions").text

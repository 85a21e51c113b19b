"""Files from public test sets, where they stand beside the project: each is read or explained, and the known words are in it."""

from pathlib import Path

import pytest

from evals.tasks import bank, emails, invoices
from evals.tasks.parsing import measure
from ingestion.parse import parse
from ingestion.split import MAX_WORDS, split

REAL = Path(__file__).parents[3] / "shared" / "data" / "real"
pytestmark = pytest.mark.skipif(
    not REAL.is_dir(), reason="the public files of shared/data/real are not beside this project"
)

# Scans and pictures take seconds each; `measure` reads them too.
SLOW = (".jpg", "scanned_invoice.pdf", "picture_classification.pdf")


@pytest.fixture
def quick(tmp_path: Path) -> Path:
    """The parsing files without the slow ones, as a folder of links."""
    (tmp_path / "files").mkdir()
    for path in sorted((REAL / "parsing" / "files").iterdir()):
        if not path.name.endswith(SLOW):
            (tmp_path / "files" / path.name).symlink_to(path)
    (tmp_path / "gold.jsonl").symlink_to(REAL / "parsing" / "gold.jsonl")
    return tmp_path


def test_known_words_are_found_and_no_file_is_silent(quick: Path) -> None:
    result = measure(quick)
    assert result["silent"] == []
    assert result["strings"] > 400
    assert result["found"] >= 0.98 * result["strings"]


def test_bank_files_are_read_exactly() -> None:
    result = bank.measure(REAL / "bank")
    assert (result["share"], result["silent"]) == (1.0, [])
    assert result["transactions"]["judged"] > 10


def test_mails_are_read_exactly() -> None:
    result = emails.measure(REAL / "emails")
    assert (result["share"], result["wrong"]) == (1.0, [])
    assert result["judged"]["subject"] > 30


def test_fields_of_invoices_are_found_and_read() -> None:
    result = invoices.measure(REAL / "invoices")
    assert result["fields"] > 100
    assert result["found_share"] >= 0.98
    assert result["facts_share"] >= 0.9
    assert set(result["kinds"].values()) == {"invoice"}


def test_every_mail_and_bank_file_is_read_or_explained() -> None:
    for folder in ("emails", "bank", "contracts"):
        for path in sorted((REAL / folder / "files").iterdir()):
            parsed = parse(path.name, path.read_bytes())
            assert parsed.findings or any(page.text for page in parsed.pages), path.name
            assert all(parsed.pages[e.page - 1].text[e.start : e.end] == e.text for e in parsed.elements), path.name


def test_a_balance_sheet_keeps_its_rows_and_its_heading() -> None:
    path = REAL / "pdfqa" / "files" / "2022 Q3 AAPL.pdf"
    parsed = parse(path.name, path.read_bytes())
    rows = [row for e in parsed.elements if e.type == "Table" and e.page == 6 for row in e.rows]
    assert ("Total assets", "$336,309", "$351,002") in rows
    assert ("Accumulated other comprehensive income/(loss)", "(9,297)", "163") in rows
    passages = split(parsed)
    assert all(len(passage.text.split()) <= MAX_WORDS for passage in passages)
    assets = next(p for p in passages if p.page == 6 and "Total assets" in p.text)
    assert "BALANCE SHEETS" in assets.context

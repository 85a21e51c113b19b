"""What the general ledger says behind a change: named with its proof, the rest left unexplained; what nobody placed, entry by entry."""

from tests.deliverables.test_kinds import client, drafted, text
from tests.deliverables.test_more_kinds import BOOKS, CLOSE, MONTHS
from tests.signals.builders import document
from workspace.deliverables.kinds.entries import is_account
from workspace.snapshot import Document

FIELDS: tuple[str, ...] = ("account", "date", "name", "memo", "amount")


def ledger(*entries: tuple[str, ...], start: str = "2026-01-01", end: str = "2026-02-28") -> Document:
    rows: list[dict[str, str]] = [dict(zip(FIELDS, one, strict=True)) for one in entries]
    return document("books/gl.csv", "general-ledger", rows=rows, period_start=start, period_end=end)


LEDGER = ledger(
    ("5000 Materials", "2026-01-12", "Tarleton Supply", "steel", "60000.00"),
    ("5000 Materials", "2026-01-20", "Dover Gauge", "gauges", "19355.00"),
    ("5000 Materials", "2026-02-10", "Tarleton Supply", "steel", "61000.00"),
    ("5000 Materials", "2026-02-16", "Dover Gauge", "gauges", "19355.00"),
    ("5000 Materials", "2026-02-24", "Pell & Sons", "bronze, one lot", "8000.00"),
    ("4000 Sales", "2026-02-24", "Somebody", "", "134200.00"),
)


def test_the_flux_memo_names_the_entry_that_is_new_and_what_it_leaves() -> None:
    said = text(drafted("flux-memo", client(documents=(*MONTHS, LEDGER))), "flux-memo")
    assert "5000 Materials, $9,217.00: February 24, 2026, Pell & Sons (“bronze, one lot”), $8,000.00" in said
    assert "- 5000 Materials: $1,217.00 of $9,217.00" in said
    assert "Tarleton" not in said and "Dover" not in said


def test_a_decrease_names_what_did_not_come_again() -> None:
    back = ledger(
        ("5000 Materials", "2026-01-12", "Tarleton Supply", "steel", "60000.00"),
        ("5000 Materials", "2026-02-10", "Tarleton Supply", "steel", "61000.00"),
        ("4000 Sales", "2026-01-24", "Ashgrove", "one order", "300.00"),
    )
    said = text(drafted("close-report", client(engagements=(CLOSE,), documents=(*MONTHS, back))), "close-report")
    assert "- 4000 Sales, in the earlier period: January 24, 2026, Ashgrove (“one order”), $300.00" in said


def test_without_a_ledger_of_both_periods_no_cause_is_stated() -> None:
    one_month = ledger(("5000 Materials", "2026-02-24", "Pell & Sons", "bronze", "8000.00"), start="2026-02-01")
    draft = drafted("flux-memo", client(documents=(*MONTHS, one_month)))
    assert "None is stated: the entries behind these changes are not on file." in text(draft, "flux-memo")
    assert any("no general ledger of both periods" in one for one in draft.unseen)


def test_what_nobody_placed_is_asked_entry_by_entry_with_a_guess() -> None:
    year = ledger(
        ("6990 Uncategorized Expense", "2025-11-03", "Acme Roofing", "check 411", "9500.00"),
        ("6990 Uncategorized Expense", "2025-12-01", "Nobody Known", "", "150500.00"),
        ("6350 Repairs and Maintenance", "2025-04-02", "Acme Roofing", "gutter", "400.00"),
        ("1010 Checking", "2025-11-03", "Acme Roofing", "check 411", "-9500.00"),
        start="2025-01-01",
        end="2025-12-31",
    )
    said = text(drafted("open-questions", client(engagements=(CLOSE,), documents=(BOOKS, year))), "open-questions")
    row = next(line for line in said.splitlines() if line.startswith("November 3, 2025"))
    assert "Acme Roofing" in row and "check 411" in row and "$9,500.00" in row
    assert "6350 Repairs and Maintenance, as elsewhere?" in row
    other = next(line for line in said.splitlines() if line.startswith("December 1, 2025"))
    assert "Nobody Known" in other and "$150,500.00" in other and "as elsewhere" not in other


def test_accounts_without_numbers_are_the_same_by_exact_name() -> None:
    assert is_account("Expenses:Repairs", "repairs") and is_account("6350 · Repairs", "6350 Repairs and Upkeep")
    assert not is_account("Repairs", "Repairs and Maintenance") and not is_account("6350 Repairs", "6360 Repairs")

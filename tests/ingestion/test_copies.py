"""Names of copies: what is a copy of what."""

import pytest

from ingestion.copies import copied_from
from ingestion.parse import parse


@pytest.mark.parametrize(
    ("name", "kind", "original"),
    [
        ("Return (Ann Lee's conflicted copy 2026-03-02).xlsx", "conflict", "Return.xlsx"),
        ("Return (conflicted copy 2026-03-02 091500).xlsx", "conflict", "Return.xlsx"),
        ("Return (In conflict with Ann 2026-03-02).xlsx", "conflict", "Return.xlsx"),
        ("Return_conflicted copy.xlsx", "conflict", "Return.xlsx"),
        ("Return.sync-conflict-20260302-091500-ABCDEF7.xlsx", "conflict", "Return.xlsx"),
        ("W-9 (1).pdf", "again", "W-9.pdf"),
        ("W-9 (12).pdf", "again", "W-9.pdf"),
        ("W-9 - Copy.pdf", "again", "W-9.pdf"),
        ("W-9 - Copy (2).pdf", "again", "W-9.pdf"),
        ("Copy of W-9.pdf", "again", "W-9.pdf"),
        ("W-9 copy 2.pdf", "again", "W-9.pdf"),
    ],
)
def test_a_copy_names_its_original(name: str, kind: str, original: str) -> None:
    assert copied_from(name) == (kind, original)


@pytest.mark.parametrize(
    "name",
    ["W-9.pdf", "Form 1099 (2025).pdf", "(1).pdf", "Conflict of interest policy.pdf", "Photocopy.pdf", "Copyright.txt"],
)
def test_other_names_are_no_copies(name: str) -> None:
    assert copied_from(name) is None


def test_a_conflicted_copy_is_read_and_says_what_it_is() -> None:
    parsed = parse("Fees (Bob's conflicted copy 2026-03-02).txt", b"Fee 1,200")
    assert parsed.pages[0].text == "Fee 1,200"
    (finding,) = parsed.findings
    assert finding.severity == "info"
    assert "compare it with Fees.txt" in finding.message

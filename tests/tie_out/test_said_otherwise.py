"""Classes of wording of letters: what is no figure of the file, what one word between changes not, and what a sentence says of itself."""

from dataclasses import replace

import pytest

from tests.tie_out.test_labels import known
from workspace.tie_out import recognise, tie_out

LETTER = (
    known("name", "Edwin Voss", "client"),
    known("name", "Old Mill Savings Bank", "lender"),
    known("money", "112500.00", "wages, Form W-2, 2024"),
    known("money", "15600.00", "federal income tax withheld, Form W-2, 2024"),
    known("money", "6400.00", "fee, 2025 Form 1120-S"),
    known("money", "5900.00", "fee, 2024 Form 1120-S"),
    known("money", "42840.00", "sales tax collected, Q3 2025"),
    known("money", "612000.00", "sales, Q3 2025"),
    known("money", "214600.00", "cash at the start of the forecast"),
    known("money", "38250.00", "lowest cash of the forecast"),
    known("money", "642000.00", "expected receipts, thirteen weeks"),
    known("money", "5827.50", "work in progress at standard rates"),
    known("money", "650.00", "proposed write-off"),
    known("percent", "34.5", "share of revenue of the largest customer, 2025"),
    known("percent", "61.8", "share of revenue of the three largest customers, 2025"),
    known("percent", "1.5", "interest rate on the deposit"),
    known("count", "1.31", "debt service coverage ratio"),
    known("count", "26", "exemption certificates on file"),
    known("count", "7", "exemption certificates missing"),
    known("count", "18", "photographs"),
    known("count", "8", "instalments of the payment plan"),
    known("date", "2023-06-01", "lease start"),
    known("date", "2025-05-31", "lease end"),
    known("date", "2026-04-16", "hearing date"),
    known("period", "2024", "year before"),
    known("period", "2025", "year"),
    known("form", "W-2", "wage statement"),
)
RIGHT = [
    "Box 1 of the W-2 has wages of $112,500, box 2 has $15,600 of withholding.",
    "Coverage is 1.31 to 1, and debt service is covered 1.31 times.",
    "Three things, Edwin: the lease began June 1, 2023; it ended May 31, 2025; we have 18 photographs.",
    "Of our open bills the older one fell due first, and the two of them are in collection.",
    "It was counted twice, once by the payer and again by the fund.",
    "The lease quietly runs out on May 31, 2025.",
    "The fee for 2025 is $6,400 (the 2024 one was done for $5,900).",
    "Sales tax of $42,840 was collected; none of the $42,840 is yours to keep.",
    "26 certificates are here; 7 never came.",
    "The three largest customers are 61.8% of revenue, the largest is 34.5%.",
    "Over the thirteen weeks we expect receipts of $642,000.",
    "Eight times, the plan says.",
    "The day Voss handed over the keys was May 31, 2025.",
    "The rent ran from June 1, 2023 to May 31, 2025.",
]
WRONG = [
    ("Box 1 of the W-2 has wages of $15,600.", {"$15,600"}),
    ("Box 3 of the W-2 has $112,500.", {"3"}),
    ("Three things, Edwin: the lease ended May 31, 2025; we have 18 photographs.", {"Three"}),
    ("Coverage fell from 1.31 to 1.", {"1"}),
    ("Sales are five times what they were.", {"five times what"}),
    ("The 8 times we met were useful.", {"8"}),
    ("26 certificates never came; 7 are here.", {"26", "7"}),
    ("The three largest customers are 34.5% of revenue.", {"34.5%"}),
    ("A judgment bears interest at 1.5%.", {"1.5%"}),
    ("We have 18 leaks.", {"18"}),
    ("The trough is $214,600.", {"$214,600"}),
    ("Of the $650 on the clock I would write off $5,827.50.", {"$650", "$5,827.50"}),
    ("Our fee goes from $6,400 to $5,900.", {"$6,400", "$5,900"}),
    ("The rent ran from May 31, 2025 to June 1, 2023.", {"May 31, 2025", "June 1, 2023"}),
    ("Discovery closes on April 16, 2026.", {"April 16, 2026"}),
    ("The day Dunmore handed over the keys was May 31, 2025.", {"Dunmore"}),
    ("Osei countersigned the letter.", {"Osei"}),
    ("First Prairie requires a guarantee.", {"First Prairie"}),
    ("Reminder for Priya: bring the 18 photographs.", {"Priya"}),
]


def untied(text: str) -> dict[str, str]:
    facts = [replace(one, text="1.31") if one.value == "1.31" else one for one in LETTER]
    return {one.text: one.reason for one in tie_out(text, facts, guess_names=True) if one.status == "untied"}


@pytest.mark.parametrize("text", RIGHT)
def test_a_true_sentence_is_left_alone(text: str) -> None:
    assert untied(text) == {}


@pytest.mark.parametrize(("text", "figures"), WRONG)
def test_a_wrong_one_is_found(text: str, figures: set[str]) -> None:
    assert set(untied(text)) == figures


@pytest.mark.parametrize(
    "text", ["Sales doubled and rent is twice what it was.", "Half of it is gone.", "Box 1 says so."]
)
def test_what_cannot_be_borne_out_stays_a_figure(text: str) -> None:
    assert recognise(text)

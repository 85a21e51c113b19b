"""Right figures in each other's place, and true sentences in words that no list has: the rules that hold for any wording."""

from dataclasses import replace

import pytest

from tests.tie_out.test_labels import known
from workspace.tie_out import tie_out

BOOKS = (
    known("money", "6200.00", "rent expense, November 2025"),
    known("money", "41350.00", "payroll expense, November 2025"),
    known("money", "88500.00", "cost of sales, November 2025"),
    known("money", "75400.00", "gross profit, November 2025"),
    known("money", "-2875.40", "net income, October 2025"),
    known("money", "2480.00", "federal refund, 2025"),
    known("money", "1310.00", "state refund, 2025"),
    known("money", "36000.00", "distributions, Schedule K-1, 2025"),
    known("date", "2025-10-31", "due date, Form 941, Q3 2025"),
    known("date", "2025-10-28", "date filed, Form 941, Q3 2025"),
    known("date", "2026-09-14", "trial date"),
    known("date", "2026-04-16", "hearing date"),
    known("name", "Ohio Department of Taxation", "agency"),
    replace(known("count", "31.5", "hours worked"), text="31.5 hours"),
    replace(known("count", "24", "budget hours"), text="24 hours"),
)
RIGHT = [
    "Landlord $6,200, people $41,350: that is most of it.",
    "After cost of sales of $88,500 there was gross profit of $75,400.",
    "The column should read net income ($2,875.40).",
    "Look for $2,480 from the IRS and $1,310 from the state.",
    "Rent $6,200, people $41,350, goods $88,500: these three eat most of it.",
    "The budget was 24 hours and the time sheets show 31.5.",
    "We filed it on October 28, 2025, ahead of the October 31 due date.",
    "Mark April 16 for the hearing and September 14 for the trial.",
    "On paper that lent you $36,000.",
    "Write to the Ohio Department of Taxation.",
]
WRONG = [
    ("Landlord $41,350, people $6,200: that is most of it.", {"$41,350", "$6,200"}, "in each other's place"),
    (
        "We filed it on October 28, 2025, after the October 31 due date.",
        {"October 28, 2025", "October 31"},
        "stands in",
    ),
    (
        "Mark September 14 for the hearing and April 16 for the trial.",
        {"September 14", "April 16"},
        "the sentence says",
    ),
    ("Write to the Iowa Department of Revenue.", {"Iowa Department of Revenue"}, "No record"),
    ("Refund $36,000 to yourself.", {"$36,000"}, "Refund"),
    ("The time sheets show 31.5.", {"31.5"}, ""),
    ("Box 1 says $1,310.", {"1"}, "No record"),
    ("All three invoices are open.", {"three"}, ""),
]


def untied(text: str) -> dict[str, str]:
    return {one.text: one.reason for one in tie_out(text, BOOKS, guess_names=True) if one.status == "untied"}


@pytest.mark.parametrize("text", RIGHT)
def test_a_true_sentence_is_left_alone(text: str) -> None:
    assert untied(text) == {}


@pytest.mark.parametrize(("text", "figures", "why"), WRONG)
def test_what_stands_in_another_place_is_found(text: str, figures: set[str], why: str) -> None:
    found = untied(text)
    assert set(found) == figures and all(why in reason for reason in found.values()), found

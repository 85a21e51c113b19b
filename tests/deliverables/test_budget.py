"""The close report against a budget: the one of its period is compared, another is not, and a budget is never taken for a result."""

from dataclasses import replace
from datetime import date
from typing import Any

import pytest

from tests.deliverables.test_kinds import client, drafted, text
from tests.deliverables.test_more_kinds import CLOSE, MONTHS, month
from workspace.books.apart import is_planned
from workspace.deliverables import statements
from workspace.snapshot import Snapshot

FEBRUARY = date(2026, 2, 28)


def budget(end: date = FEBRUARY, name: str = "Budget Overview FY26.xlsx") -> Any:
    planned = month(end, "140000.00", "80000.00", "12000.00")
    return replace(planned, id=name, path=f"books/{name}", name=name)


def firm(*more: Any) -> Snapshot:
    return client(engagements=(CLOSE,), documents=(*MONTHS, *more))


def test_the_report_is_held_against_the_budget_of_its_period() -> None:
    draft = drafted("close-report", firm(budget()))
    said = " ".join(text(draft, "close-report").split())
    assert "Budget Difference Revenue $134,200.00 $140,000.00 -$5,800.00 -4.1%" in said
    assert "Net income $5,368.00 $12,000.00 -$6,632.00 -55.3%" in said
    assert "Budget Difference 5000 Materials $88,572.00 $80,000.00 $8,572.00 10.7%" in said
    assert "The budget is Budget Overview FY26.xlsx." in said
    assert not any("budget" in one.lower() for one in draft.unseen) and not draft.untied
    assert "Before: January 1, 2026" in said, "what happened before is not the budget"


@pytest.mark.parametrize(
    ("more", "unseen"),
    [
        ((), "A budget: none is on file"),
        ((budget(date(2026, 3, 31)),), "A budget of this period: those on file are of other periods"),
        (
            (budget(name="Budget vs Actuals.xlsx"),),
            "A budget: Budget vs Actuals.xlsx prints one beside the actual figures, in a column that is not read; "
            "file the budget by itself",
        ),
    ],
)
def test_without_one_the_report_says_so(more: tuple[Any, ...], unseen: str) -> None:
    draft = drafted("close-report", firm(*more))
    assert unseen in draft.unseen
    assert "No budget of this period is on file" in text(draft, "close-report")


@pytest.mark.parametrize(
    ("path", "planned"),
    [
        ("books/Budget 2026.xlsx", True),
        ("books/FY26_budget_v2.csv", True),
        ("books/Forecast Q2.xlsx", True),
        ("Budget/Profit and Loss.csv", False),  # the folder says nothing of the file
        ("books/Budget vs. Actuals.xlsx", False),
        ("books/Profit and Loss.csv", False),
    ],
)
def test_a_budget_is_told_by_its_files_name(path: str, planned: bool) -> None:
    assert is_planned(path) is planned


def test_a_budget_is_no_result() -> None:
    year = firm(budget(date(2026, 12, 31)))
    assert [one.end for one in statements.statements(year)] == [date(2026, 1, 31), FEBRUARY]
    assert [one.end for one in statements.budgets(year)] == [date(2026, 12, 31)]

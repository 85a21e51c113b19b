"""The written forms of values, their canonical forms, and readers that hold whatever the text is."""

from datetime import date
from decimal import Decimal

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ingestion.elements import Page, Parsed
from ingestion.facts import KINDS, read_facts, recognise
from ingestion.facts.periods import period_in
from ingestion.facts.text import first_value
from ingestion.facts.values import ACCOUNT, DATE, MONEY, PERCENT, TAX_ID


def value(text: str, kind) -> str | None:
    found = first_value(1, text, kind, 1.0)
    return None if found is None else found.value


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("March 2, 2026", "2026-03-02"),
        ("MARCH 2 2026", "2026-03-02"),
        ("Sept. 15, 2025", "2025-09-15"),
        ("2nd day of March, 2026", "2026-03-02"),
        ("2 March 2026", "2026-03-02"),
        ("03/02/2026", "2026-03-02"),
        ("3/2/26", "2026-03-02"),
        ("20-10-2015", "2015-10-20"),
        ("2026-03-02", "2026-03-02"),
        ("August 3 , 2014", "2014-08-03"),
        ("March2,2026", "2026-03-02"),
        ("02-Mar-2026", "2026-03-02"),
        ("February 30, 2026", None),
        ("13/13/2026", None),
        ("12-3456789", None),
    ],
)
def test_dates(text, expected):
    assert value(text, DATE) == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("$1,234.50", "1234.50"),
        ("$ 1,234", "1234.00"),
        ("(1,234.50)", "-1234.50"),
        ("$(1,234.50)", "-1234.50"),
        ("-$12.00", "-12.00"),
        ("1,234.50-", "-1234.50"),
        ("0.05", "0.05"),
        ("$2.5 million", "2500000.00"),
        ("€ 4.904,94", "4904.94"),
        ("717,97", "717.97"),
        ("Two Million Dollars ($2,000,000)", "2000000.00"),
        ("12.50%", None),
        ("03/02/2026", None),
        ("555-010-1234", None),
        ("2025", None),
    ],
)
def test_money(text, expected):
    assert value(text, MONEY) == expected


@pytest.mark.parametrize(
    ("text", "expected"), [("25.000000 %", "25"), ("6.75% per annum", "6.75"), ("12.5 percent", "12.5"), ("150%", None)]
)
def test_percents(text, expected):
    assert value(text, PERCENT) == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("00-1234567", "00-1234567"),
        ("900-70-1234", "900-70-1234"),
        ("***-**-1234", "XXX-XX-1234"),
        ("xx-xxx4567", "XX-XXX4567"),
        ("2026-03-02", None),
    ],
)
def test_tax_ids(text, expected):
    assert value(text, TAX_ID) == expected


@pytest.mark.parametrize(
    ("text", "expected"), [("xxxxxx4321", "4321"), ("ending in 4321", "4321"), ("0001234567", "4567")]
)
def test_account_numbers(text, expected):
    assert value(text, ACCOUNT) == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("January 1 - March 31, 2026", ("2026-01-01", "2026-03-31")),
        ("January - December 2025", ("2025-01-01", "2025-12-31")),
        ("02/01/2026 through 02/28/2026", ("2026-02-01", "2026-02-28")),
        ("February 1-28, 2026", ("2026-02-01", "2026-02-28")),
        ("For the year ended June 30, 2025", ("2024-07-01", "2025-06-30")),
        ("Three months ended March 31, 2026", ("2026-01-01", "2026-03-31")),
        ("April 2025 - March 2026", ("2025-04-01", "2026-03-31")),
        ("February 2024", ("2024-02-01", "2024-02-29")),
        ("Q3 2025", ("2025-07-01", "2025-09-30")),
        ("third quarter of 2025", ("2025-07-01", "2025-09-30")),
        ("calendar year 2025", ("2025-01-01", "2025-12-31")),
    ],
)
def test_periods(text, expected):
    found = period_in(text)
    assert found is not None and found[0] == expected


WORDS = st.sampled_from(
    [
        "Notice CP2000", "Internal Revenue Service", "Notice date:", "March 2, 2026", "02/30/2026", "Amount due", "$1,234.50", "(12.00)",
        "Total", "Debit", "Credit", "Checking", "|", "  ", "\n", "\n\n", "Current", "1 - 30", "31 - 60", "61 - 90", "Lender", "current "
        "ratio",
        "not less "
        "than 1.25", "Dear Jane:", "Services", "- one", "2. two", "Status", "Accepted", "Form", "1065", "12-3456789", "25 %", "Profit",
        "January - ", "Net Income", "Employee", "Gross pay", "RESOLVED that", "elected President", ".", ":", "(", "Date", "xxxx1234",
    ]
)  # fmt: skip
DOCUMENTS = st.lists(st.one_of(WORDS, st.text(max_size=12)), max_size=40).map(" ".join)


@settings(max_examples=60)
@given(
    pages=st.lists(DOCUMENTS, min_size=1, max_size=2),
    media=st.sampled_from(["application/pdf", "text/csv", "text/plain"]),
)
def test_whatever_the_text_every_fact_is_quoted_and_canonical(pages, media):
    parsed = Parsed(media, tuple(Page(number, text) for number, text in enumerate(pages, start=1)))
    assert recognise(parsed, "a.pdf")[0] in KINDS
    for kind in KINDS:
        for fact in read_facts(parsed, kind):
            assert parsed.pages[fact.page - 1].text[fact.start : fact.end] == fact.quote
            assert fact.value
            if fact.type == "date":
                assert date.fromisoformat(fact.value).isoformat() == fact.value
            elif fact.type in ("money", "percent", "count"):
                assert Decimal(fact.value).is_finite()
            elif fact.type == "flag":
                assert fact.value in ("yes", "no")


def test_a_name_ends_where_the_box_beside_it_begins(paper):
    text = (
        "Schedule K-1 (Form 1065) 2024\nF Partner's name, address, city, state, and ZIP code\n\n"
        "Alice Paek  20 Other information\n2206 North Duke Street"
    )
    found = {fact.name: (fact.value, fact.quote) for fact in read_facts(paper(text), "k-1")}
    assert found["recipient"] == ("Alice Paek", "Alice Paek")


def test_a_deficiency_is_the_amount_where_the_increase_in_tax_stands_beside_it(paper):
    text = (
        "Internal Revenue Service\nLetter 531\nNotice of deficiency\nTax year 2023\n"
        "Increase in tax: $31,000.00\nPenalties: $9,737.79\nDeficiency: $40,737.79"
    )
    assert {fact.name: fact.value for fact in read_facts(paper(text), "notice")}["amount_due"] == "40737.79"

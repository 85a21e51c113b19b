"""Reports and lists: each line a row, headers by their words, columns by what the page keeps of them."""

from ingestion.elements import ReadFact
from ingestion.facts import read_facts, recognise

TRIAL_BALANCE = """
Acme Widgets LLC
Trial Balance
As of December 31, 2025

 | Debit | Credit
1000 Checking | 25,000.00 |
1200 Accounts Receivable | 5,000.00 |
2000 Accounts Payable |  | 8,000.00
3000 Retained Earnings |  | 10,000.00
4000 Sales |  | 20,000.00
6000 Rent | 8,000.00 |
TOTAL | $38,000.00 | $38,000.00
"""
SIDES = {
    "1000 Checking": {"debit": "25000.00"},
    "1200 Accounts Receivable": {"debit": "5000.00"},
    "2000 Accounts Payable": {"credit": "8000.00"},
    "3000 Retained Earnings": {"credit": "10000.00"},
    "4000 Sales": {"credit": "20000.00"},
    "6000 Rent": {"debit": "8000.00"},
}


def own(facts: tuple[ReadFact, ...]) -> dict[str, str]:
    """The document's own facts."""
    return {fact.name: fact.value for fact in facts if fact.row is None}


def rows(facts: tuple[ReadFact, ...]) -> list[dict[str, str]]:
    """Facts of the rows, in order from 0."""
    found: dict[int, dict[str, str]] = {}
    for fact in facts:
        if fact.row is not None:
            found.setdefault(fact.row, {})[fact.name] = fact.value
    assert list(found) == list(range(len(found)))
    return list(found.values())


def accounts(facts: tuple[ReadFact, ...]) -> dict[str, dict[str, str]]:
    return {row.pop("account"): row for row in rows(facts)}


def test_trial_balance_of_a_sheet(paper):
    parsed = paper(TRIAL_BALANCE, form="csv")
    assert recognise(parsed, "export.csv")[0] == "trial-balance"
    facts = read_facts(parsed, "trial-balance")
    assert own(facts) == {"as_of": "2025-12-31", "total_debit": "38000.00", "total_credit": "38000.00"}
    assert accounts(facts) == SIDES


def test_trial_balance_in_columns_of_plain_text(paper):
    lines = ["Trial Balance", "As of 12/31/2025", f"{'Account':<30}{'Debit':>14}{'Credit':>14}"]
    for account, side in SIDES.items():
        lines.append(f"{account:<30}{side.get('debit', ''):>14}{side.get('credit', ''):>14}".rstrip())
    assert accounts(read_facts(paper("\n".join(lines)), "trial-balance")) == SIDES


def test_trial_balance_on_paper_without_its_empty_cells(paper):
    """A PDF leaves nothing where a cell is empty: the usual side is taken, and the printed totals prove it."""
    text = "\n".join(
        line.replace("|  |", "|").rstrip(" |") for line in TRIAL_BALANCE.replace(" | Debit", "Debit").split("\n")
    )
    facts = read_facts(paper(text, form="pdf"), "trial-balance")
    assert accounts(facts) == SIDES
    assert {f.confidence for f in facts if f.name in ("debit", "credit")} == {0.85}


def test_trial_balance_on_paper_with_an_unusual_side(paper):
    """Payables overdrawn to a debit: one side turned makes the totals, so it is turned."""
    text = (
        "Trial Balance\nAs of 12/31/2025\nDebit | Credit\nChecking | "
        "90.00\nAccounts payable | 10.00\nSales | 100.00\nTotal | 100.00 | 100.00"
    )
    assert accounts(read_facts(paper(text, form="pdf"), "trial-balance"))["Accounts payable"] == {"debit": "10.00"}


def test_sides_that_prove_nothing_are_only_guessed(paper):
    text = "Trial Balance\nDebit | Credit\nChecking | 90.00\nSales | 70.00"
    facts = read_facts(paper(text, form="pdf"), "trial-balance")
    assert {f.confidence for f in facts if f.name in ("debit", "credit")} == {0.5}


def test_xero_trial_balance_keeps_code_and_name_together(paper):
    text = """
Trial Balance
As at 31 December 2025
Account Code | Account | Account Type | Debit - Year to date | Credit - Year to date
090 | Business Bank | Bank | 1200.50 |
800 | Accounts Payable | Current Liability |  | 1200.50
 | Total |  | 1200.50 | 1200.50
"""
    assert accounts(read_facts(paper(text, form="csv"), "trial-balance")) == {
        "090 Business Bank": {"debit": "1200.50"},
        "800 Accounts Payable": {"credit": "1200.50"},
    }


def test_opening_and_closing_columns(paper):
    text = "Trial Balance\nAccount | Opening balance | Debit | Credit | Ending balance\nChecking | 10.00 | 5.00 | 2.00 | 13.00"
    assert rows(read_facts(paper(text, form="csv"), "trial-balance")) == [
        {"account": "Checking", "opening": "10.00", "debit": "5.00", "credit": "2.00", "closing": "13.00"}
    ]


PROFIT = """
Acme Widgets LLC
Profit and Loss
January - December 2025

 | Total
Income |
   Sales | 100,000.00
Total Income | $100,000.00
Cost of Goods Sold |
   Materials | 40,000.00
Total Cost of Goods Sold | $40,000.00
Gross Profit | $60,000.00
Expenses |
   Rent | 72,000.00
Total Expenses | $72,000.00
Net Operating Income | -$12,000.00
Net Income | -$12,000.00
"""


def test_profit_and_loss_of_a_sheet_and_on_paper(paper):
    expected = {
        "period_start": "2025-01-01",
        "period_end": "2025-12-31",
        "revenue": "100000.00",
        "cost_of_sales": "40000.00",
        "gross_profit": "60000.00",
        "net_income": "-12000.00",
    }
    lines = [
        {"line": "Sales", "amount": "100000.00"},
        {"line": "Materials", "amount": "40000.00"},
        {"line": "Rent", "amount": "72000.00"},
    ]
    for parsed in (
        paper(PROFIT, form="csv"),
        paper(PROFIT.replace(" | ", "     "), form="txt"),
        paper(PROFIT, form="pdf"),
    ):
        assert recognise(parsed, "report")[0] == "profit-and-loss"
        facts = read_facts(parsed, "profit-and-loss")
        assert own(facts) == expected
        assert rows(facts) == lines


def test_profit_and_loss_by_month_takes_the_total_column(paper):
    text = (
        "Profit and Loss\nJanuary - February 2026\n | Jan 2026 | Feb 2026 | "
        "Total\nSales | 10.00 | 20.00 | 30.00\nNet Income | 1.00 | 2.00 | 3.00"
    )
    facts = read_facts(paper(text, form="csv"), "profit-and-loss")
    assert own(facts)["net_income"] == "3.00"
    assert rows(facts) == [{"line": "Sales", "amount": "30.00"}]


def test_income_statement_in_prose_words_and_parentheses(paper):
    text = (
        "Acme\nStatement of Operations\nFor the year ended December 31, "
        "2025\nRevenues     900.00\nCost of sales     (400.00)\nNet loss     (12.50)"
    )
    facts = own(read_facts(paper(text), "profit-and-loss"))
    assert facts["period_start"] == "2025-01-01"
    assert (facts["revenue"], facts["cost_of_sales"], facts["net_income"]) == ("900.00", "-400.00", "-12.50")


def test_balance_sheet(paper):
    text = """
Balance Sheet
As of December 31, 2025
Checking | 12,000.00
TOTAL ASSETS | $12,000.00
Accounts payable | 2,000.00
Total Liabilities | $2,000.00
Retained earnings | 10,000.00
Total Equity | $10,000.00
TOTAL LIABILITIES AND EQUITY | $12,000.00
"""
    for form in ("csv", "pdf"):
        facts = read_facts(paper(text, form=form), "balance-sheet")
        assert own(facts) == {
            "as_of": "2025-12-31",
            "total_assets": "12000.00",
            "total_liabilities": "2000.00",
            "total_equity": "10000.00",
        }
        assert [row["line"] for row in rows(facts)] == ["Checking", "Accounts payable", "Retained earnings"]


def test_aging_with_empty_buckets(paper):
    text = """
A/R Aging Summary
As of February 28, 2026
 | Current | 1 - 30 | 31 - 60 | 61 - 90 | 91 and over | Total
Smith Co | 100.00 |  |  |  | 50.00 | $150.00
Jones |  | 20.00 |  |  |  | $20.00
TOTAL | $100.00 | $20.00 | $0.00 | $0.00 | $50.00 | $170.00
"""
    facts = read_facts(paper(text, form="csv"), "ar-aging")
    assert own(facts) == {
        "as_of": "2026-02-28",
        "current": "100.00",
        "1-30": "20.00",
        "31-60": "0.00",
        "61-90": "0.00",
        "90+": "50.00",
        "total": "170.00",
    }
    assert rows(facts)[0] == {"customer": "Smith Co", "current": "100.00", "90+": "50.00", "total": "150.00"}


def test_acknowledgements(paper):
    text = """
E-file acknowledgements
Return | Tax year | Submission ID | Status | Status date | Error code
1040 | 2025 | 1234562026060abcdefg | Accepted | 03/01/2026 |
1065 | 2025 | 1234562026060hijklmn | Rejected | 03/02/2026 | R0000-500-01
"""
    parsed = paper(text, form="csv")
    assert recognise(parsed, "acks.csv")[0] == "acknowledgements"
    assert rows(read_facts(parsed, "acknowledgements"))[1] == {
        "form": "1065",
        "tax_year": "2025",
        "submission": "1234562026060hijklmn",
        "status": "Rejected",
        "date": "2026-03-02",
        "code": "R0000-500-01",
    }


def test_deposits(paper):
    text = """
Payroll tax deposit history
Tax form   Pay date     Period          Amount      Deposited on
941        02/06/2026   January 2026    4,120.00    02/11/2026
401(k)     02/06/2026   January 2026      880.00    02/24/2026
"""
    parsed = paper(text)
    assert recognise(parsed, "deposits.txt")[0] == "deposits"
    assert rows(read_facts(parsed, "deposits")) == [
        {
            "kind": "941",
            "pay_date": "2026-02-06",
            "period": "2026-01",
            "amount": "4120.00",
            "deposited_on": "2026-02-11",
        },
        {
            "kind": "401(k)",
            "pay_date": "2026-02-06",
            "period": "2026-01",
            "amount": "880.00",
            "deposited_on": "2026-02-24",
        },
    ]


def test_estimates_with_the_year_in_the_heading(paper):
    text = """
2026 estimated tax payments
Form | Due date | Amount | Date paid
1040-ES | April 15, 2026 | $5,000.00 | April 10, 2026
1040-ES | June 15, 2026 | $5,000.00 |
"""
    parsed = paper(text, form="csv")
    assert recognise(parsed, "estimates.csv")[0] == "estimate-schedule"
    facts = read_facts(parsed, "estimate-schedule")
    assert own(facts) == {}
    assert rows(facts)[1] == {"tax_year": "2026", "form": "1040-ES", "due": "2026-06-15", "amount": "5000.00"}


def test_vendor_totals(paper):
    text = "Vendor totals 2025\nVendor | Total paid | W-9 on file\nBob Smith | 1,200.00 | Yes\nOak LLC | 900.00 | No\nTotal | 2,100.00 |"
    facts = read_facts(paper(text, form="csv"), "vendor-totals")
    assert rows(facts) == [
        {"name": "Bob Smith", "paid": "1200.00", "w9_on_file": "yes", "year": "2025"},
        {"name": "Oak LLC", "paid": "900.00", "w9_on_file": "no", "year": "2025"},
    ]


COVENANTS = """
LOAN AGREEMENT
(a) Debt Service Coverage Ratio. A ratio of not less than 1.25 to 1.00, tested annually at fiscal year end.
(b) Borrower shall not permit its current ratio to be less than 1.50:1.00 as of the last day of each fiscal quarter.
(c) Total liabilities to tangible net worth shall not exceed 3.0 to 1.0, tested quarterly.
"""
COVENANT_TABLE = """
Financial covenants
Debt service coverage ratio | not less than 1.25 | annually
Current ratio | at least 1.5 | quarterly
Maximum leverage ratio | 3.00x | quarterly
"""


def test_covenants_in_prose_and_in_a_table(paper):
    for text, form in ((COVENANTS, "txt"), (COVENANT_TABLE, "docx")):
        assert rows(read_facts(paper(text, form=form), "loan-agreement")) == [
            {
                "covenant_metric": "dscr",
                "covenant_operator": ">=",
                "covenant_threshold": "1.25",
                "covenant_tested": "annually",
            },
            {
                "covenant_metric": "current_ratio",
                "covenant_operator": ">=",
                "covenant_threshold": "1.5",
                "covenant_tested": "quarterly",
            },
            {
                "covenant_metric": "leverage",
                "covenant_operator": "<=",
                "covenant_threshold": "3",
                "covenant_tested": "quarterly",
            },
        ]


def test_an_agreement_without_limits_has_no_covenant(paper):
    text = "Loan agreement\nNo debt service coverage ratio applies. Lender relies on collateral."
    assert rows(read_facts(paper(text), "loan-agreement")) == []

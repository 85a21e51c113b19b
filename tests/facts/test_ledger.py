"""A general ledger in the layouts of the common programs: entries under their account, the largest of a month kept."""

from ingestion.facts import read_facts, recognise
from ingestion.facts.ledger import OF_A_MONTH
from tests.facts.test_rows import own, rows

QUICKBOOKS = """
Alder Foundry LLC
General Ledger
January - March 2026

 | Date | Transaction Type | Num | Name | Memo/Description | Split | Amount | Balance
Checking |  |  |  |  |  |  |  |
 | Beginning Balance |  |  |  |  |  |  | 10,000.00
 | 01/05/2026 | Check | 1001 | Tarleton Supply | paper | Office Supplies | -120.00 | 9,880.00
Total for Checking |  |  |  |  |  | -120.00 |
Repairs and Maintenance |  |  |  |  |  |  |
 | 02/11/2026 | Bill | 77 | Acme Roofing | new roof, hall 2 | Accounts Payable | 9,500.00 | 9,500.00
 | 02/20/2026 | Bill | 78 | Acme Roofing |  | Accounts Payable | 0.00 | 9,500.00
Total for Repairs and Maintenance |  |  |  |  |  | $9,500.00 |
"""
XERO = """
General Ledger Detail
Alder Foundry LLC
For the period 1 January 2026 to 31 January 2026

Date | Source | Description | Reference | Debit | Credit | Running Balance
6350 - Repairs |  |  |  |  |  |
Opening Balance |  |  |  |  |  | 0.00
14 January 2026 | Payable Invoice | Acme Roofing | INV-9 | 410.00 |  | 410.00
20 January 2026 | Manual Journal | Reclass |  |  | 10.00 | 400.00
Total 6350 - Repairs |  |  |  | 410.00 | 10.00 |
"""


def test_entries_stand_under_the_account_of_their_heading(paper):
    parsed = paper(QUICKBOOKS, form="csv")
    assert recognise(parsed, "General Ledger.csv")[0] == "general-ledger"
    facts = read_facts(parsed, "general-ledger")
    assert own(facts) == {"period_start": "2026-01-01", "period_end": "2026-03-31"}
    assert rows(facts) == [
        {
            "account": "Checking",
            "date": "2026-01-05",
            "name": "Tarleton Supply",
            "memo": "paper",
            "amount": "-120.00",
        },
        {
            "account": "Repairs and Maintenance",
            "date": "2026-02-11",
            "name": "Acme Roofing",
            "memo": "new roof, hall 2",
            "amount": "9500.00",
        },
    ]


def test_debits_and_credits_keep_their_side(paper):
    parsed = paper(XERO, form="csv")
    assert recognise(parsed, "ledger.csv")[0] == "general-ledger"
    found = rows(read_facts(parsed, "general-ledger"))
    assert [(one["account"], one.get("debit"), one.get("credit")) for one in found] == [
        ("6350 - Repairs", "410.00", None),
        ("6350 - Repairs", None, "10.00"),
    ]
    assert found[0]["memo"] == "Acme Roofing"


def test_of_a_month_the_largest_are_kept(paper):
    lines = "\n".join(f" | 01/{day:02}/2026 | Bill | Payee {day} | {day}.00" for day in range(1, 21))
    text = f"General Ledger\nJanuary 2026\n\n | Date | Transaction Type | Name | Amount\nRepairs |  |  |  |\n{lines}"
    found = rows(read_facts(paper(text, form="csv"), "general-ledger"))
    assert [one["amount"] for one in found] == [f"{day}.00" for day in range(21 - OF_A_MONTH, 21)]


def test_what_nobody_placed_is_kept_since_it_is_counted(paper):
    lines = "\n".join(f" | 01/{day:02}/2026 | Expense | Payee {day} | {day}.00" for day in range(1, 29))
    heading = "General Ledger\nJanuary 2026\n\n | Date | Transaction Type | Name | Amount"
    text = f"{heading}\nUncategorized Expense |  |  |  |\n{lines}"
    assert len(rows(read_facts(paper(text, form="csv"), "general-ledger"))) == 28


def test_without_a_header_nothing_is_read(paper):
    assert rows(read_facts(paper("General Ledger\nJanuary 2026\n\nRepairs 9,500.00"), "general-ledger")) == []

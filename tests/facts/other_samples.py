"""More layouts, written apart from the readers: other banks, lenders, bureaus, agencies and accounting programs, each with its facts."""

from typing import NamedTuple


class Sample(NamedTuple):
    """A document as text, its name, its kind, and facts that must be read from it."""

    name: str
    kind: str
    text: str
    facts: dict[str, str]


SAMPLES: tuple[Sample, ...] = (
    Sample(
        "scan0007.txt",
        "bank-statement",
        """LAKESHORE COMMUNITY CREDIT UNION
Member Statement of Account

Harbor Bakery Inc                         Statement period: 02/01/2026 thru 02/28/2026
12 Dock Street                            Account: Business Share Draft ...6612

Previous balance on 02/01/2026                     18,204.77
  7 deposits and other credits                     31,550.00
  22 checks and other debits                       27,914.02
New balance on 02/28/2026                          21,840.75
""",
        {
            "account_last4": "6612",
            "period_start": "2026-02-01",
            "period_end": "2026-02-28",
            "opening_balance": "18204.77",
            "closing_balance": "21840.75",
        },
    ),
    Sample(
        "statement.txt",
        "loan-statement",
        """Prairie Equipment Finance
Billing statement for your equipment loan

Statement date        March 2, 2026
Loan number           xxxxxx4470
Payment due           March 20, 2026        $1,942.18
Current principal balance                   $61,305.44
Interest rate                               8.150%
""",
        {"statement_date": "2026-03-02", "account_last4": "4470", "balance": "61305.44"},
    ),
    Sample(
        "payroll 2026-02-27.txt",
        "payroll-register",
        """Swiftpay Payroll Bureau
Payroll Register - Summary
Company: Harbor Bakery Inc
Check date: 02/27/2026     Period: 02/09/2026 - 02/22/2026

Employees paid: 14
Gross wages                28,440.12
Federal income tax          3,102.55
Social security             1,763.29
Medicare                      412.38
Net pay                    22,161.90
""",
        {
            "pay_date": "2026-02-27",
            "period_start": "2026-02-09",
            "period_end": "2026-02-22",
            "gross": "28440.12",
            "federal_withheld": "3102.55",
            "net": "22161.90",
            "employees": "14",
        },
    ),
    Sample(
        "irs.txt",
        "notice",
        """Department of the Treasury
Internal Revenue Service
Ogden, UT 84201

HARBOR BAKERY INC
12 DOCK STREET
ERIE PA 16507

Notice                 CP161
Tax period             December 31, 2025
Form                   941
Notice date            March 9, 2026
Employer ID number     25-1234567

You have unpaid taxes for the period ended December 31, 2025
Amount due: $1,482.06
Pay by March 30, 2026 to avoid more interest.
""",
        {
            "notice_number": "CP161",
            "notice_date": "2026-03-09",
            "tax_form": "941",
            "taxpayer_name": "HARBOR BAKERY INC",
            "taxpayer_id": "25-1234567",
            "amount_due": "1482.06",
            "respond_by": "2026-03-30",
        },
    ),
    Sample(
        "lt38.txt",
        "notice",
        """Department of the Treasury
Internal Revenue Service

Notice LT38
Tax year 2023
Notice date February 2, 2026
Social security number 900-70-1234

NGOZI OKAFOR

Reminder: you have a balance due
Amount due: $3,310.00
Respond by March 4, 2026
""",
        {
            "notice_number": "LT38",
            "tax_year": "2023",
            "taxpayer_name": "NGOZI OKAFOR",
            "amount_due": "3310.00",
            "respond_by": "2026-03-04",
        },
    ),
    Sample(
        "trial balance.csv",
        "trial-balance",
        """Harbor Bakery Inc,,
Trial Balance,,
As of December 31, 2025,,
,Debit,Credit
1000 Checking,25000.00,
3000 Common Stock,,5000.00
4000 Sales,,20000.00
TOTAL,25000.00,25000.00
""",
        {"as_of": "2025-12-31", "total_debit": "25000.00", "total_credit": "25000.00"},
    ),
    Sample(
        "pl_fr.txt",
        "profit-and-loss",
        """Boulangerie du Port SARL
Profit and Loss
1 January 2025 - 31 December 2025

Income
  Sales                              412.300,50
Total Income                         412.300,50
Cost of Goods Sold
  Ingredients                        120.100,25
Total Cost of Goods Sold             120.100,25
Gross Profit                         292.200,25
Expenses
  Wages                              180.000,00
Total Expenses                       180.000,00
Net Income                           112.200,25
""",
        {
            "period_start": "2025-01-01",
            "period_end": "2025-12-31",
            "revenue": "412300.50",
            "cost_of_sales": "120100.25",
            "gross_profit": "292200.25",
            "net_income": "112200.25",
        },
    ),
    Sample(
        "div.txt",
        "1099",
        """Form 1099-DIV  Dividends and Distributions            2025
PAYER'S name: Northwind Brokerage LLC
PAYER'S TIN: 13-5550199
RECIPIENT'S TIN: XXX-XX-1234
RECIPIENT'S name: Ngozi Okafor
1a Total ordinary dividends      $1,204.33
1b Qualified dividends           $980.10
2a Total capital gain distr.     $55.00
""",
        {
            "form": "1099-DIV",
            "payer": "Northwind Brokerage LLC",
            "payer_tin": "13-5550199",
            "recipient": "Ngozi Okafor",
            "amount": "1204.33",
            "tax_year": "2025",
        },
    ),
    Sample(
        "1099r.txt",
        "1099",
        """CORRECTED (if checked) [ ]
Distributions From Pensions, Annuities, Retirement or Profit-Sharing Plans, IRAs, etc.
Form 1099-R
Tax year: 2025
Payer's name: Granite Retirement Trust
Payer's TIN: 04-7770123
Recipient's name: Ngozi Okafor
1 Gross distribution: $18,000.00
2a Taxable amount: $17,250.00
4 Federal income tax withheld: $3,600.00
""",
        {
            "form": "1099-R",
            "payer": "Granite Retirement Trust",
            "payer_tin": "04-7770123",
            "recipient": "Ngozi Okafor",
            "amount": "18000.00",
            "tax_year": "2025",
        },
    ),
    Sample(
        "k1 1041.txt",
        "k-1",
        """Schedule K-1 (Form 1041)                                    2025
Beneficiary's Share of Income, Deductions, Credits, etc.
Estate's or trust's employer identification number: 27-6660145
Estate's or trust's name: Okafor Family Trust
Beneficiary's name: Ngozi Okafor
6 Ordinary business income: $4,210.00
""",
        {
            "form": "1041",
            "issuer": "Okafor Family Trust",
            "issuer_ein": "27-6660145",
            "recipient": "Ngozi Okafor",
            "tax_year": "2025",
            "ordinary_income": "4210.00",
        },
    ),
    Sample(
        "loan.txt",
        "loan-agreement",
        """BUSINESS LOAN AGREEMENT

This Business Loan Agreement is made between Harbor Bakery Inc ("Borrower") and Lakeshore Community Credit Union ("Lender").

1. The Loan. Lender agrees to lend Borrower the principal sum of $240,000.00.
2. Interest. The unpaid principal bears interest at a fixed rate of 7.35% per annum.
3. Maturity. All amounts are due and payable in full on or before September 1, 2031 (the "Maturity Date").
""",
        {
            "lender": "Lakeshore Community Credit Union",
            "borrower": "Harbor Bakery Inc",
            "principal": "240000.00",
            "rate": "7.35",
            "maturity": "2031-09-01",
        },
    ),
    Sample(
        "lease.txt",
        "lease",
        """COMMERCIAL LEASE

This Lease is entered into by and between Pier Nine Holdings LLC, as Lessor, and Harbor Bakery Inc, as Lessee.
Premises: 48 Front Street, Suite 2, Erie, Pennsylvania
Term: The term commences on April 1, 2025 and expires on March 31, 2030.
Rent: Lessee shall pay Lessor base rent of $5,150.00 per month.
""",
        {
            "landlord": "Pier Nine Holdings LLC",
            "tenant": "Harbor Bakery Inc",
            "start": "2025-04-01",
            "end": "2030-03-31",
            "monthly_rent": "5150.00",
        },
    ),
    Sample(
        "s election.txt",
        "election",
        """Department of the Treasury
Internal Revenue Service
Notice CP261
Notice date: June 9, 2025

S corporation election approved
Harbor Bakery Inc

We accepted your election to be treated as an S corporation, effective January 1, 2025.
""",
        {"effective": "2025-01-01", "granted_on": "2025-06-09"},
    ),
)

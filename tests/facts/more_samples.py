"""Documents of the second half of the kinds, each in two layouts. Data of the tests only."""

from tests.facts.samples import Sample

SAMPLES = (
    Sample(
        "vendor invoice",
        "pdf",
        "invoice",
        """
Northside Supply Co. | INVOICE
12 Dock Road
Invoice number: | INV-20418
Invoice date: | March 4, 2026
Due date: | April 3, 2026
Bill to: | Acme Widgets LLC
Item | Qty | Amount
Paper | 10 | $100.00
Subtotal | $100.00
Sales tax (8.25%) | $8.25
Total | $108.25
""",
        {
            "vendor": "Northside Supply Co.",
            "number": "INV-20418",
            "date": "2026-03-04",
            "due": "2026-04-03",
            "tax": "8.25",
            "total": "108.25",
        },
    ),
    Sample(
        "utility bill",
        "txt",
        "invoice",
        """
Vendor:          Lone Star Electric
Invoice #        88172
Date             02/14/2026
Bill to          Acme Widgets LLC
Previous payments and charges
Amount due by 03/10/2026      $1,402.77
""",
        {"vendor": "Lone Star Electric", "number": "88172", "date": "2026-02-14", "total": "1402.77"},
    ),
    Sample(
        "bank statement",
        "txt",
        "bank-statement",
        """
First Prairie Bank
Business Checking Statement
Account number: xxxxxx4321
Statement period: February 1, 2026 - February 28, 2026
Beginning balance on February 1: $10,250.11
Deposits 3   2,000.00
Withdrawals 4   -1,000.00
Ending balance on February 28: $11,250.11
""",
        {
            "bank": "First Prairie Bank",
            "account_last4": "4321",
            "period_start": "2026-02-01",
            "period_end": "2026-02-28",
            "opening_balance": "10250.11",
            "closing_balance": "11250.11",
        },
    ),
    Sample(
        "bank statement table, overdrawn",
        "pdf",
        "bank-statement",
        """
Lone Star Credit Union
Account Statement
Account | Statement period | Opening balance | Closing balance
0001234567 | 01/01/2026 - 01/31/2026 | 512.40 | (88.10)
Deposits and withdrawals follow.
""",
        {
            "bank": "Lone Star Credit Union",
            "account_last4": "4567",
            "period_start": "2026-01-01",
            "period_end": "2026-01-31",
            "opening_balance": "512.40",
            "closing_balance": "-88.10",
        },
    ),
    Sample(
        "loan statement",
        "txt",
        "loan-statement",
        """
First Prairie Bank
Commercial Loan Statement
Loan account:      XXXXXX7788
Statement date:    February 28, 2026
Interest rate:     6.75%
Previous principal balance     1,820,000.00
Current principal balance      1,801,200.55
""",
        {
            "lender": "First Prairie Bank",
            "account_last4": "7788",
            "statement_date": "2026-02-28",
            "balance": "1801200.55",
        },
    ),
    Sample(
        "mortgage statement table",
        "pdf",
        "loan-statement",
        """
Mortgage statement
Lender: | Oak Savings
Loan number: | 00998877
Statement date: | 03/01/2026
Outstanding principal balance | $240,100.00
Interest paid | $801.00
""",
        {"lender": "Oak Savings", "account_last4": "8877", "statement_date": "2026-03-01", "balance": "240100.00"},
    ),
    Sample(
        "payroll register",
        "csv",
        "payroll-register",
        """
Acme Widgets LLC
Payroll Register
Pay period: 02/01/2026 - 02/14/2026
Pay date: 02/20/2026

Employee | Gross pay | Federal income tax | Social Security | Net pay
Jane Doe | 3,000.00 | 300.00 | 186.00 | 2,514.00
Bob Smith | 2,000.00 | 150.00 | 124.00 | 1,726.00
Total | 5,000.00 | 450.00 | 310.00 | 4,240.00
""",
        {
            "pay_date": "2026-02-20",
            "period_start": "2026-02-01",
            "period_end": "2026-02-14",
            "gross": "5000.00",
            "federal_withheld": "450.00",
            "net": "4240.00",
            "employees": "2",
        },
    ),
    Sample(
        "payroll summary labels",
        "txt",
        "payroll-register",
        """
Payroll Summary
Check date: February 20, 2026
Pay period: February 1 - February 14, 2026
Number of employees: 12
Total gross pay            $41,200.00
Federal income tax withheld $4,100.00
Total net pay              $30,900.00
""",
        {
            "pay_date": "2026-02-20",
            "period_start": "2026-02-01",
            "gross": "41200.00",
            "federal_withheld": "4100.00",
            "net": "30900.00",
            "employees": "12",
        },
    ),
    Sample(
        "board minutes",
        "txt",
        "minutes",
        """
MINUTES OF THE ANNUAL MEETING OF THE BOARD OF DIRECTORS
Acme Widgets Inc.

A meeting of the board of directors was held on January 15, 2026. Directors present: Jane Doe, Bob Smith.

RESOLVED, that a dividend of $50,000 is declared.

Jane Doe was elected President. The meeting adjourned at noon.
""",
        {"date": "2026-01-15", "body": "board of directors", "officers": "Jane Doe, President"},
    ),
    Sample(
        "written consent",
        "pdf",
        "minutes",
        """
Minutes
Date: | 02/03/2026
Body: | Members
Present: Jane Doe and Bob Smith, a quorum
Motion by Bob Smith to appoint a new auditor, seconded and carried.
Secretary: Bob Smith
""",
        {"date": "2026-02-03", "body": "members", "officers": "Bob Smith, Secretary"},
    ),
    Sample(
        "organizer",
        "pdf",
        "organizer",
        """
2025 Individual Tax Organizer
Taxpayer name: | Jane Doe
Social security number: | 900-70-1234
Form 1040
Please complete every question. Did you move in 2025?
""",
        {"form": "1040", "tax_year": "2025", "taxpayer_name": "Jane Doe", "taxpayer_id": "900-70-1234"},
    ),
    Sample(
        "business organizer",
        "txt",
        "organizer",
        """
Business organizer
Tax year: 2025
Entity name: Acme Widgets LLC
EIN: 00-7654321
Entity type: Partnership
Form: 1065
""",
        {
            "form": "1065",
            "tax_year": "2025",
            "taxpayer_name": "Acme Widgets LLC",
            "taxpayer_id": "00-7654321",
            "entity_type": "Partnership",
        },
    ),
    Sample(
        "return",
        "pdf",
        "tax-return",
        """
Form 1120-S
U.S. Income Tax Return for an S Corporation
For calendar year 2024
Name
Acme Widgets Inc.
Employer identification number
00-7654321
Ordinary business income | 88,000.00
Paid preparer
""",
        {"form": "1120-S", "tax_year": "2024", "taxpayer_name": "Acme Widgets Inc.", "taxpayer_id": "00-7654321"},
    ),
    Sample(
        "power of attorney",
        "pdf",
        "authorization",
        """
Form 2848
Power of Attorney and Declaration of Representative
Taxpayer name: | Jane Doe
Tax form number: | 1040
Years or periods: | 2022, 2023, 2024
Signed on: | 02/02/2026
""",
        {
            "form": "2848",
            "taxpayer_name": "Jane Doe",
            "years": "2022, 2023, 2024",
            "forms": "1040",
            "signed_on": "2026-02-02",
        },
    ),
    Sample(
        "information authorization",
        "txt",
        "authorization",
        """
Form 8821 Tax Information Authorization
Taxpayer name:  Acme Widgets LLC
Forms:          941, 1065
Years:          2024-2026
Date signed:    January 9, 2026
Expires on:     January 9, 2029
""",
        {
            "form": "8821",
            "taxpayer_name": "Acme Widgets LLC",
            "forms": "941, 1065",
            "signed_on": "2026-01-09",
            "expires_on": "2029-01-09",
        },
    ),
    Sample(
        "insurance certificate",
        "pdf",
        "certificate",
        """
CERTIFICATE OF LIABILITY INSURANCE
Insurer | Harbor Mutual
Insured | Acme Widgets LLC
Policy number | CPP-1234567
Policy effective date | 04/15/2025
Policy expiration date | 04/15/2026
Commercial general liability | $1,000,000
""",
        {"what": "insurance", "holder": "Acme Widgets LLC", "number": "CPP-1234567", "expires_on": "2026-04-15"},
    ),
    Sample(
        "licence prose",
        "txt",
        "certificate",
        """
City of Austin
Business License No. BL-88123
This is to certify that Acme Widgets LLC may operate at the address below.
The license is valid until May 1, 2026.
""",
        {"what": "licence", "holder": "Acme Widgets LLC", "number": "BL-88123", "expires_on": "2026-05-01"},
    ),
    Sample(
        "stock agreement",
        "pdf",
        "stock-agreement",
        """
RESTRICTED STOCK PURCHASE AGREEMENT
This agreement is made as of February 18, 2026 with Jane Doe (the "Purchaser").
The Company sells 100,000 shares of common stock, subject to vesting.
Purchaser may file an election under Section 83(b).
No 83(b) election has been filed.
""",
        {"recipient": "Jane Doe", "grant_date": "2026-02-18", "shares": "100000", "election_83b_filed": "no"},
    ),
    Sample(
        "stock grant table",
        "docx",
        "stock-agreement",
        """
Restricted stock award
Recipient | Bob Smith
Grant date | 01/10/2026
Number of shares | 5,000
83(b) election filed | Yes
""",
        {"recipient": "Bob Smith", "grant_date": "2026-01-10", "shares": "5000", "election_83b_filed": "yes"},
    ),
    Sample(
        "election accepted",
        "txt",
        "election",
        """
Internal Revenue Service
Notice CP261
Notice date: March 1, 2026
We accepted your election to be treated as an S corporation.
Effective date: January 1, 2026
""",
        {"form": "CP261", "granted_on": "2026-03-01", "effective": "2026-01-01"},
    ),
    Sample(
        "certified mail",
        "txt",
        "mail-receipt",
        """
U.S. Postal Service
CERTIFIED MAIL RECEIPT
Article number: 7021 0950 0001 2345 6789
Sent to: Internal Revenue Service, Austin TX
Date mailed: March 3, 2026
Contents: response to notice CP2000
""",
        {
            "carrier": "U.S. Postal Service",
            "number": "7021 0950 0001 2345 6789",
            "mailed_on": "2026-03-03",
            "addressee": "Internal Revenue Service, Austin TX",
        },
    ),
    Sample(
        "courier",
        "pdf",
        "mail-receipt",
        """
FedEx proof of delivery
Tracking number | 1Z999AA10123456784
Ship date | 03/02/2026
Delivered to | Franchise Tax Board
""",
        {
            "carrier": "FedEx",
            "number": "1Z999AA10123456784",
            "mailed_on": "2026-03-02",
            "addressee": "Franchise Tax Board",
        },
    ),
    Sample(
        "memo",
        "txt",
        "memo",
        """
MEMORANDUM
TO: File
FROM: John Hale
DATE: March 3, 2026
Call with the client about the extension.
""",
        {"date": "2026-03-03", "to": "File", "from": "John Hale"},
    ),
    Sample(
        "letter",
        "pdf",
        "letter",
        """
Hale & Partners
March 3, 2026

Ms. Jane Doe
12 Elm St

Dear Jane:

Please call me about the truck that you sold.

Sincerely,
John Hale
""",
        {"date": "2026-03-03", "to": "Ms. Jane Doe", "from": "John Hale"},
    ),
)

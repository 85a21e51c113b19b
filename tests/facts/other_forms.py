"""More layouts of forms, grants and records, written apart from the readers as those of other_samples.py are."""

from tests.facts.other_samples import Sample

FORMS: tuple[Sample, ...] = (
    Sample(
        "w9.txt",
        "w-9",
        """Form W-9 (Rev. March 2024)
Request for Taxpayer Identification Number and Certification

1 Name of entity/individual: Rosa Ortega
3a Federal tax classification: Individual/sole proprietor
Social security number: 900-44-7788
Signature of U.S. person: Rosa Ortega    Date: January 14, 2026
""",
        {"name": "Rosa Ortega", "taxpayer_id": "900-44-7788", "signed_on": "2026-01-14"},
    ),
    Sample(
        "grant.txt",
        "stock-agreement",
        """RESTRICTED STOCK PURCHASE AGREEMENT

This agreement is made as of February 3, 2026 (the "Grant Date") between Quarry Stone Inc and Jordan Lee (the "Purchaser").
Number of Shares: 40,000 shares of Common Stock
The Purchaser shall file an election under Section 83(b) within 30 days of the Grant Date.
""",
        {"recipient": "Jordan Lee", "grant_date": "2026-02-03", "shares": "40000"},
    ),
    Sample(
        "misc.txt",
        "1099",
        """2025 Form 1099-MISC
Miscellaneous Information
PAYER'S name, street address, city or town, state or province, country, ZIP
Dock Street Properties LLC
1 Pier Rd, Erie PA 16507
PAYER'S TIN          RECIPIENT'S TIN
25-8881111           XXX-XX-7788
RECIPIENT'S name
Rosa Ortega
1 Rents $12,600.00     2 Royalties
""",
        {
            "form": "1099-MISC",
            "payer": "Dock Street Properties LLC",
            "payer_tin": "25-8881111",
            "recipient": "Rosa Ortega",
            "amount": "12600.00",
        },
    ),
    Sample(
        "1099b.txt",
        "1099",
        """Northwind Brokerage LLC
2025 Form 1099-B Proceeds From Broker and Barter Exchange Transactions
Payer's Federal ID: 13-5550199
Recipient: Ngozi Okafor
Total proceeds: $88,120.55
Total cost basis: $70,100.00
""",
        {"form": "1099-B", "payer_tin": "13-5550199", "recipient": "Ngozi Okafor", "amount": "88120.55"},
    ),
    Sample(
        "k1p.txt",
        "k-1",
        """651123
Schedule K-1 (Form 1065)   Department of the Treasury Internal Revenue Service
For calendar year 2025
Part I Information About the Partnership
A Partnership's employer identification number
84-2220199
B Partnership's name, address, city, state, and ZIP code
Sunrise Ventures LP
Part II Information About the Partner
F Name, address, city, state, and ZIP code for partner entered in E
Quarry Stone Inc
J Partner's share of profit, loss, and capital
Profit   Beginning 12.500000 %   Ending 12.500000 %
1 Ordinary business income (loss)   48,200
19 Distributions   20,000
""",
        {
            "form": "1065",
            "issuer": "Sunrise Ventures LP",
            "issuer_ein": "84-2220199",
            "recipient": "Quarry Stone Inc",
            "tax_year": "2025",
            "ownership_percent": "12.5",
            "ordinary_income": "48200.00",
            "distributions": "20000.00",
        },
    ),
    Sample(
        "minutes.txt",
        "minutes",
        """MINUTES OF A SPECIAL MEETING OF THE BOARD OF DIRECTORS
OF QUARRY STONE INC

A special meeting of the Board of Directors was held on January 22, 2026 by video conference.
RESOLVED, that the Corporation purchase the Mill Road property for $310,000.
RESOLVED, that Jordan Lee is elected Treasurer.
""",
        {"date": "2026-01-22", "body": "board of directors"},
    ),
    Sample(
        "el.txt",
        "engagement-letter",
        """Alder & Finch CPAs
January 5, 2026

Quarry Stone Inc
Re: Engagement for tax year 2025

Dear Ms. Stone:
This letter confirms the terms of our engagement. We will prepare the 2025 federal Form 1120 and the Pennsylvania RCT-101.
Our fee for these services will be $6,800.
This engagement covers the period from January 1, 2025 through December 31, 2025.

Acknowledged and agreed:
Signature: /s/ M. Stone   Date: January 12, 2026
""",
        {
            "client_name": "Quarry Stone Inc",
            "fee": "6800.00",
            "letter_date": "2026-01-05",
            "signed_on": "2026-01-12",
            "period_start": "2025-01-01",
            "period_end": "2025-12-31",
        },
    ),
    Sample(
        "cert.txt",
        "certificate",
        """CERTIFICATE OF LIABILITY INSURANCE
DATE (MM/DD/YYYY): 01/15/2026
INSURED: Harbor Bakery Inc
INSURER A: Keystone Mutual
POLICY NUMBER: KM-778120
POLICY EFF: 01/15/2026   POLICY EXP: 01/15/2027
""",
        {"holder": "Harbor Bakery Inc", "number": "KM-778120", "expires_on": "2027-01-15"},
    ),
    Sample(
        "poa.txt",
        "authorization",
        """Form 2848 Power of Attorney and Declaration of Representative
1 Taxpayer information: Taxpayer name and address: Harbor Bakery Inc, 12 Dock Street
3 Acts authorized
Description of Matter | Tax Form Number | Year(s) or Period(s)
Income | 1120-S | 2022, 2023, 2024
Signature: /s/ Ngozi Okafor   Date: 11/03/2025
""",
        {"form": "2848", "signed_on": "2025-11-03"},
    ),
    Sample(
        "rec.txt",
        "mail-receipt",
        """USPS Certified Mail Receipt
Article number: 7022 1670 0001 2345 6789
Sent to: Internal Revenue Service, Ogden UT
Postmark: March 2, 2026
""",
        {"carrier": "USPS", "mailed_on": "2026-03-02"},
    ),
    Sample(
        "aging.csv",
        "ar-aging",
        """Harbor Bakery Inc
A/R Aging Summary
"As of March 31, 2026"
,Current,1 - 30,31 - 60,61 - 90,91 and over,Total
Cafe Uno,500.00,100.00,,,,600.00
Diner,,,200.00,,50.00,250.00
TOTAL,500.00,100.00,200.00,0.00,50.00,850.00
""",
        {
            "as_of": "2026-03-31",
            "current": "500.00",
            "1-30": "100.00",
            "31-60": "200.00",
            "61-90": "0.00",
            "90+": "50.00",
            "total": "850.00",
        },
    ),
    Sample(
        "bs.txt",
        "balance-sheet",
        """Xero Export
Balance Sheet
Quarry Stone Inc
As at 31 Dec 2025

Assets
  Bank                 120,400.10
  Equipment             80,000.00
Total Assets           200,400.10
Liabilities
  Loan                  90,000.00
Total Liabilities       90,000.00
Net Assets             110,400.10
Equity
  Retained Earnings    110,400.10
Total Equity           110,400.10
""",
        {
            "as_of": "2025-12-31",
            "total_assets": "200400.10",
            "total_liabilities": "90000.00",
            "total_equity": "110400.10",
        },
    ),
    Sample(
        "w2.txt",
        "w-2",
        """Form W-2 Wage and Tax Statement 2025
a Employee's social security number  XXX-XX-1234
b Employer identification number (EIN)  25-1234567
c Employer's name, address, and ZIP code  Harbor Bakery Inc
e Employee's first name and initial  Last name  Rosa Ortega
1 Wages, tips, other compensation  48,200.00
2 Federal income tax withheld  5,120.44
""",
        {
            "employer": "Harbor Bakery Inc",
            "employer_ein": "25-1234567",
            "wages": "48200.00",
            "federal_withheld": "5120.44",
            "tax_year": "2025",
        },
    ),
    Sample(
        "pa.txt",
        "notice",
        """Commonwealth of Pennsylvania
Department of Revenue
Bureau of Corporation Taxes

Notice of Assessment
Mailing date: January 30, 2026
Account ID: 25-1234567
Tax Year 2024   Corporate Net Income Tax
Taxpayer: Quarry Stone Inc
Balance due $2,910.75
You have 90 days to appeal; payment is due by April 30, 2026.
""",
        {"notice_date": "2026-01-30", "taxpayer_name": "Quarry Stone Inc", "tax_year": "2024", "amount_due": "2910.75"},
    ),
)

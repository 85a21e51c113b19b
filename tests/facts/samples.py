"""Documents in several layouts, each with its kind and the facts it states. Data of the tests only."""

from dataclasses import dataclass, field


@dataclass(frozen=True)
class Sample:
    """A document's text (as the parser would give it), what it is, and facts that must be read from it (all with row None)."""

    name: str
    form: str
    kind: str
    text: str
    facts: dict[str, str] = field(default_factory=dict)


SAMPLES = (
    Sample(
        "cp2000 boxed",
        "pdf",
        "notice",
        """
Department of the Treasury | Notice | CP2000
Internal Revenue Service | Tax year | 2024
Austin, TX 73301-0030 | Notice date | March 2, 2026
Social Security number | 900-70-1234
Please respond by | April 1, 2026
Page | 1 of 2

JANE Q DOE
12 ELM ST
AUSTIN, TX 78701

Proposed changes to your 2024 Form 1040
Amount due: $4,312.00
The information we have does not match your return. Later you may get CP14 or CP501.
What you need to do
If you don't agree, send us the response form by the date shown.
""",
        {
            "agency": "Internal Revenue Service",
            "notice_number": "CP2000",
            "notice_date": "2026-03-02",
            "tax_form": "1040",
            "tax_year": "2024",
            "taxpayer_name": "JANE Q DOE",
            "taxpayer_id": "900-70-1234",
            "amount_due": "4312.00",
            "respond_by": "2026-04-01",
        },
    ),
    Sample(
        "deficiency letter",
        "txt",
        "notice",
        """
Department of the Treasury
Internal Revenue Service

Letter number:                Letter 531
Letter date:                  January 20, 2026
Taxpayer identification number: XX-XXX4567
Tax year:                     2023
Last day to file a petition with the United States Tax Court:  April 20, 2026

NOTICE OF DEFICIENCY
Dear Taxpayer:
We have determined that there is a deficiency in your income tax.
Deficiency (increase in tax)     $18,204.00
If you want to contest this determination you may petition the Tax Court.
""",
        {
            "notice_number": "Letter 531",
            "notice_date": "2026-01-20",
            "taxpayer_id": "XX-XXX4567",
            "tax_year": "2023",
            "respond_by": "2026-04-20",
            "amount_due": "18204.00",
        },
    ),
    Sample(
        "balance due by date",
        "pdf",
        "notice",
        """
Department of the Treasury
Internal Revenue Service
Notice CP14
Notice date: 03/02/2026
SSN: ***-**-1234
Tax period: 2024
You owe additional tax. If you don't pay, interest will be added.
Amount you owe by March 23, 2026 | $1,200.55
""",
        {"notice_number": "CP14", "taxpayer_id": "XXX-XX-1234", "respond_by": "2026-03-23", "amount_due": "1200.55"},
    ),
    Sample(
        "state assessment",
        "txt",
        "notice",
        """
State of California
Franchise Tax Board
PO Box 942840

Notice of Proposed Assessment

Date: 02/11/2026
Notice number: FTB 4502-77
Taxpayer name: Bright Star LLC
Account ID (FEIN): 00-1234567
Tax year: 2023
Total amount due: $812.40

You must respond by April 12, 2026 or the assessment becomes final.
""",
        {
            "agency": "State of California Franchise Tax Board",
            "notice_number": "FTB 4502-77",
            "taxpayer_name": "Bright Star LLC",
            "taxpayer_id": "00-1234567",
            "amount_due": "812.40",
            "respond_by": "2026-04-12",
        },
    ),
    Sample(
        "engagement letter prose",
        "pdf",
        "engagement-letter",
        """
Hale & Partners, CPAs
March 3, 2026

Acme Widgets LLC
12 Elm Street
Austin, TX 78701

Re: Engagement letter
Dear Jane:

This letter confirms the terms of our engagement with Acme Widgets LLC and the services we will provide for
the period January 1, 2026 through December 31, 2026.

Services
1. Preparation of Form 1065 with Schedules K-1 for
all partners
2. Preparation of the state return

Our fixed fee for these services is $4,800.00, due within 30 days.

Very truly yours,
John Hale

Acknowledged and agreed
Client | Acme Widgets LLC
By | /s/ Jane Doe
Date signed | March 9, 2026
""",
        {
            "client_name": "Acme Widgets LLC",
            "services": "Preparation of Form 1065 with Schedules K-1 for all partners; Preparation of the state return",
            "fee": "4800.00",
            "period_start": "2026-01-01",
            "period_end": "2026-12-31",
            "letter_date": "2026-03-03",
            "signed_on": "2026-03-09",
        },
    ),
    Sample(
        "engagement agreement fields, unsigned",
        "txt",
        "engagement-letter",
        """
ENGAGEMENT AGREEMENT

Client:             Acme Widgets LLC
Letter date:        01/05/2026
Period covered:     01/01/2026 - 12/31/2026
Services:           Monthly close of the books; Quarterly statements
Annual fee:         $24,000

We will perform the services listed. Accepted and agreed:

By: ____________________     Date signed: ______________
""",
        {
            "client_name": "Acme Widgets LLC",
            "services": "Monthly close of the books; Quarterly statements",
            "fee": "24000.00",
            "period_start": "2026-01-01",
            "period_end": "2026-12-31",
            "letter_date": "2026-01-05",
        },
    ),
    Sample(
        "loan agreement prose",
        "pdf",
        "loan-agreement",
        """
LOAN AGREEMENT

This Loan Agreement is entered into as of June 1, 2024, by and between First Prairie Bank, N.A., a national
banking association ("Lender"), and Acme Widgets LLC, a Texas limited liability company (the "Borrower").

1. The Loan. Lender agrees to lend Borrower the principal sum of Two Million Dollars ($2,000,000.00).
2. Interest. The loan bears interest at a fixed rate of 6.75% per annum.
3. Maturity. All amounts are due and payable in full on June 1, 2031 (the "Maturity Date").
4. Financial covenants. Borrower shall maintain a debt service coverage ratio, being net income plus interest over
scheduled annual debt service of $212,000.00, of not less than 1.25 to 1.00.
""",
        {
            "lender": "First Prairie Bank, N.A.",
            "borrower": "Acme Widgets LLC",
            "principal": "2000000.00",
            "rate": "6.75",
            "maturity": "2031-06-01",
            "annual_debt_service": "212000.00",
        },
    ),
    Sample(
        "loan terms table",
        "docx",
        "loan-agreement",
        """
Business Loan Agreement: terms
Lender | First Prairie Bank
Borrower | Acme Widgets LLC
Principal amount | $500,000
Interest rate | 7.1%
Maturity date | 06/30/2030
Scheduled annual debt service | $88,000.00
Events of default: see schedule.
""",
        {
            "lender": "First Prairie Bank",
            "principal": "500000.00",
            "rate": "7.1",
            "maturity": "2030-06-30",
            "annual_debt_service": "88000.00",
        },
    ),
    Sample(
        "lease fields",
        "txt",
        "lease",
        """
COMMERCIAL LEASE AGREEMENT
Landlord: Oak Realty LP
Tenant: Acme Widgets LLC
Premises: 500 Main Street, Suite 4
Commencement date: January 1, 2024
Expiration date: December 31, 2026
Monthly base rent: $4,500.00
Tenant may renew by giving written notice no later than June 30, 2026.
""",
        {
            "landlord": "Oak Realty LP",
            "tenant": "Acme Widgets LLC",
            "property": "500 Main Street, Suite 4",
            "start": "2024-01-01",
            "end": "2026-12-31",
            "monthly_rent": "4500.00",
            "notice_by": "2026-06-30",
        },
    ),
    Sample(
        "lease prose",
        "pdf",
        "lease",
        """
LEASE
This Lease is made between Oak Realty LP, a Texas limited partnership ("Landlord"), and Acme Widgets LLC ("Tenant").
The premises are located at 500 Main Street, Austin, Texas.
The term begins on January 1, 2024 and ends on December 31, 2026.
Tenant shall pay rent of $4,500.00 per month.
""",
        {
            "landlord": "Oak Realty LP",
            "tenant": "Acme Widgets LLC",
            "start": "2024-01-01",
            "end": "2026-12-31",
            "monthly_rent": "4500.00",
        },
    ),
    Sample(
        "k-1 label above",
        "pdf",
        "k-1",
        """
Schedule K-1 (Form 1065)
2025
Department of the Treasury  Internal Revenue Service
Partner's Share of Income, Deductions, Credits, etc.
A  Partnership's employer identification number
00-1234567
B  Partnership's name, address, city, state, and ZIP code
Oak Partners LP
12 Main St
F  Name, address, city, state, and ZIP code for partner entered in E
Jane Doe
J  Partner's share of profit, loss, and capital:
   Beginning  Ending
Profit  25.000000 %  30.000000 %
1  Ordinary business income (loss)
(45,200)
19  Distributions
A 10,000
""",
        {
            "form": "1065",
            "issuer": "Oak Partners LP",
            "issuer_ein": "00-1234567",
            "recipient": "Jane Doe",
            "tax_year": "2025",
            "ownership_percent": "30",
            "ordinary_income": "-45200.00",
            "distributions": "10000.00",
        },
    ),
    Sample(
        "k-1 fields",
        "txt",
        "k-1",
        """
SCHEDULE K-1 (FORM 1120-S) 2025

Corporation's name:                 Acme Widgets Inc.
Corporation's employer identification number:  00-7654321
Shareholder's name:                 Jane Doe
Current year allocation percentage: 50.000000%
Ordinary business income (loss):    88,120.00
16 D  Distributions:                30,000.00
""",
        {
            "form": "1120-S",
            "issuer": "Acme Widgets Inc.",
            "recipient": "Jane Doe",
            "ownership_percent": "50",
            "ordinary_income": "88120.00",
        },
    ),
    Sample(
        "w-2 boxes",
        "pdf",
        "w-2",
        """
Form W-2 Wage and Tax Statement 2025
a Employee's social security number | 900-70-1111
b Employer identification number (EIN) | 00-7654321
1 Wages, tips, other compensation | 2 Federal income tax withheld
85,000.00 | 12,000.00
c Employer's name, address, and ZIP code
Acme Widgets LLC
e Employee's first name and initial | Last name
Jane Q | Doe
""",
        {
            "employer": "Acme Widgets LLC",
            "employer_ein": "00-7654321",
            "employee": "Jane Q Doe",
            "wages": "85000.00",
            "federal_withheld": "12000.00",
            "tax_year": "2025",
        },
    ),
    Sample(
        "w-2 lines",
        "txt",
        "w-2",
        """
2025 W-2 and earnings summary
Wage and Tax Statement
Employer: Acme Widgets LLC
Employer identification number: 00-7654321
Employee: Jane Doe
Wages, tips, other comp.      85000
Federal income tax withheld   12000.50
""",
        {
            "employer": "Acme Widgets LLC",
            "employee": "Jane Doe",
            "wages": "85000.00",
            "federal_withheld": "12000.50",
            "tax_year": "2025",
        },
    ),
    Sample(
        "1099-nec boxes",
        "pdf",
        "1099",
        """
Form 1099-NEC  Nonemployee Compensation
For calendar year 2025
PAYER'S name, street address, city or town
Acme Widgets LLC
PAYER'S TIN | RECIPIENT'S TIN
00-7654321 | 900-70-1111
RECIPIENT'S name
Bob Smith
1 Nonemployee compensation
$ 14,500.00
""",
        {
            "form": "1099-NEC",
            "payer": "Acme Widgets LLC",
            "payer_tin": "00-7654321",
            "recipient": "Bob Smith",
            "amount": "14500.00",
            "tax_year": "2025",
        },
    ),
    Sample(
        "1099-int fields",
        "txt",
        "1099",
        """
FORM 1099-INT 2025
Payer's name:            First Prairie Bank
Payer's TIN:             00-1111111
Recipient's name:        Jane Doe
1 Interest income:       412.18
""",
        {
            "form": "1099-INT",
            "payer": "First Prairie Bank",
            "recipient": "Jane Doe",
            "amount": "412.18",
            "tax_year": "2025",
        },
    ),
    Sample(
        "w-9 ticked",
        "pdf",
        "w-9",
        """
Form W-9 Request for Taxpayer Identification Number and Certification
1 Name (as shown on your income tax return). Name is required on this line; do not leave this line blank.
Bob Smith
3 Federal tax classification:
[ ] Individual/sole proprietor  [ ] C Corporation  [X] S Corporation  [ ] Partnership
Employer identification number
00-7654321
Signature of U.S. person  Bob Smith   Date  January 5, 2026
""",
        {
            "name": "Bob Smith",
            "taxpayer_id": "00-7654321",
            "classification": "S Corporation",
            "signed_on": "2026-01-05",
        },
    ),
    Sample(
        "substitute w-9",
        "docx",
        "w-9",
        """
Substitute Form W-9
Legal name | Bob Smith
Federal tax classification | Partnership
TIN | 00-7654321
Date signed | 1/5/2026
""",
        {"name": "Bob Smith", "taxpayer_id": "00-7654321", "classification": "Partnership", "signed_on": "2026-01-05"},
    ),
)

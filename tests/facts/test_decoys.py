"""What only looks like a kind is not taken for it."""

import pytest

from ingestion.elements import MailHeaders, Page, Parsed
from ingestion.facts import recognise

DECOYS = {
    "a letter that mentions a notice": (
        "notice",
        """
Hale & Partners, CPAs
March 3, 2026

Dear Jane:

We have received notice CP2000 from the Internal Revenue Service dated February 20, 2026. The amount due is $4,312.00
and we must respond by March 20, 2026. Please call me.

Sincerely,
John Hale
""",
    ),
    "our answer to the IRS": (
        "notice",
        """
Hale & Partners, CPAs
100 King Street, Lancaster, PA 17603

March 3, 2026

Internal Revenue Service
Austin, TX 73301

Re: Notice CP2000
Notice date: February 20, 2026
Taxpayer: Jane Doe
Social security number: 900-70-1234
Tax year: 2024

Dear Sir or Madam:

We represent the taxpayer named above. Enclosed please find our response. Amount due: $0.00.

Respectfully,
John Hale
""",
    ),
    "an invoice is no statement": (
        "bank-statement",
        """
Northside Supply Co.
INVOICE
Invoice number: 881
Previous balance: $0.00
Total due: $88.00
Closing date of account: 03/31/2026
""",
    ),
    "a statement of an account is no invoice": (
        "invoice",
        """
First Prairie Bank
Account statement
Statement period: 01/01/2026 - 01/31/2026
Beginning balance  100.00
03/02  Payment of invoice 8812  -20.00
Ending balance  80.00
""",
    ),
    "a reminder to sign is no engagement letter": (
        "engagement-letter",
        """
March 9, 2026

Dear Jane:

A reminder: your engagement letter has not been signed. Please sign and return it.

Regards,
John Hale
""",
    ),
    "a request list that names forms": (
        "k-1",
        """
Items we still need for your 2025 return
Please send: Schedule K-1 from Oak Partners LP, Form W-2, Form 1099-INT
""",
    ),
    "vendor totals with a W-9 column": (
        "w-9",
        """
Vendor totals 2025
Vendor | Total paid | W-9 on file
Bob Smith | 1,200.00 | Yes
""",
    ),
    "payables are no receivables": (
        "ar-aging",
        """
A/P Aging Summary
Accounts payable as of 02/28/2026
 | Current | 1 - 30 | 31 - 60 | 61 - 90 | 91 and over | Total
Northside | 1.00 | 0.00 | 0.00 | 0.00 | 0.00 | 1.00
""",
    ),
    "a letter about a lease": (
        "lease",
        """
Dear Jane,

Our client, the tenant, asks about the lease of the premises. The landlord wants an answer by June 30, 2026.

Sincerely,
John Hale
""",
    ),
    "a memo about a covenant": (
        "loan-agreement",
        """
MEMORANDUM
TO: File
FROM: John Hale
DATE: March 3, 2026
The lender asks about the borrower's debt service coverage covenant.
""",
    ),
}


@pytest.mark.parametrize("name", DECOYS)
def test_a_decoy_is_not_taken_for_it(name, paper):
    wrong, text = DECOYS[name]
    assert recognise(paper(text), "document.txt")[0] != wrong


def test_a_letter_that_mentions_a_notice_is_a_letter(paper):
    assert recognise(paper(DECOYS["a letter that mentions a notice"][1]), "CP2000.pdf")[0] == "letter"


def test_a_message_is_correspondence_whatever_it_talks_about():
    text = "Notice CP2000\nNotice date: March 2, 2026\nInternal Revenue Service"
    mail = MailHeaders("<1@x.example>", "Notice", "jane@x.example")
    parsed = Parsed("message/rfc822", (Page(1, text),), mail=mail)
    assert recognise(parsed, "mail.eml")[0] == "letter"

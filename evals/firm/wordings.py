# ruff: noqa: E501 - read as a table
"""How people ask the questions of questions.py: the first wordings of a topic are for work on the product, the second are held out.

Words only; {names} are filled by questions.py. A held-out wording is looked at when figures are reported, never when something is changed.
"""

from collections.abc import Mapping

# Topic: (wordings to work with, wordings held out)
RECORD: Mapping[str, tuple[tuple[str, ...], tuple[str, ...]]] = {
    "due": (
        ("When is the {title} due?", "What is the due date of the {title}?"),
        ("By when must the {title} be filed?", "What's the deadline for the {title}?"),
    ),
    "extended": (
        ("Until when is the {title} extended?", "When is the extension of the {title} due and why?"),
        ("What is the extended due date of the {title}?", "How long did the extension give us on the {title}?"),
    ),
    "fee": (
        ("What is our fee for the {title}?", "How much do we charge for the {title}?"),
        ("What fee did we agree on for the {title}?", "What does the client pay us for the {title}?"),
    ),
    "signed": (
        ("When was the engagement letter for the {title} signed?", "Is the engagement letter for the {title} signed?"),
        ("On what date did we get the signed letter for the {title}?", "Did they sign our engagement letter for the {title}?"),
    ),
    "partner": (
        ("Who is the partner?", "Who is the partner on this client?"),
        ("Which partner is responsible for this client?", "Whose client is this?"),
    ),
    "manager": (("Who is the manager?",), ("Which manager is in charge of this client?",)),
    "preparer": (
        ("Who is working on the {title}?", "Who owns the work on the {title}?"),
        ("Who prepares the {title}?", "Which of us is doing the {title}?"),
    ),
    "contact": (
        ("Who is the primary contact?", "Who is our contact there?"),
        ("Whom should I call at this client?", "Who do we write to over there?"),
    ),
    "phone": (("What is the phone number of {name}?",), ("How can I reach {name}?",)),
    "owns": (
        ("What percentage does {name} own?", "How much of the company does {name} own?"),
        ("What is {name}'s ownership share?", "How big is {name}'s stake?"),
    ),
    "stage": (
        ("What is the status of the {title}?", "How far along is the {title}?"),
        ("What stage is the {title} in?", "Where do we stand with the {title}?"),
    ),
    "requests": (
        ("Which requests are open on the {title}?", "What are we still waiting for on the {title}?"),
        ("Which items does the client still owe us for the {title}?", "What is missing for the {title}?"),
    ),
    "wrote": (
        ("When did the client last write to us?", "When did we last hear from the client?"),
        ("What is the date of their latest e-mail?", "When was our last contact with them?"),
    ),
    "since": (("Since when are they a client?",), ("How long have they been a client of ours?",)),
}  # fmt: skip
ARITHMETIC: Mapping[str, tuple[tuple[str, ...], tuple[str, ...]]] = {
    "owed": (
        ("How much does this client owe us in total?", "What do they owe us, and since when?"),
        ("What is their outstanding balance with us?", "How much are we owed here?"),
    ),
    "owed-since": (
        ("Since when do they owe us money?", "Which of their invoices is overdue the longest, and when was it due?"),
        ("How long have we been waiting to be paid, since when do they owe us?", "When was their oldest unpaid invoice due?"),
    ),
    "left": (
        ("How many budget hours are left on the {title}?", "What are our hours against budget on the {title}?"),
        ("How much of the hours budget remains on the {title}?", "Are we within budget on the {title}?"),
    ),
    "logged": (
        ("How many hours have we logged on the {title}?", "How much time did we spend on the {title}?"),
        ("How many hours went into the {title} so far?", "What time has been booked on the {title}?"),
    ),
    "billed": (
        ("What have we billed this client this year?", "How much was invoiced this year?"),
        ("How much did we bill them so far this year?", "What are the fees billed this year?"),
    ),
    "billed-before": (
        ("What did we bill this client last year?", "How much was invoiced in {last_year}?"),
        ("What were our total billings in {last_year}?", "How much did we bill them in {last_year}?"),
    ),
    "unbilled": (
        ("How much unbilled time does this client have?", "What is our WIP on this client?"),
        ("How much work in progress have we not billed yet?", "What time is still unbilled?"),
    ),
    "realization": (
        ("What is our realization on the {title}?", "What realization did we get on the {title}?"),
        ("How good is the realization of the {title}?", "Which realization does the {title} show?"),
    ),
    "count": (
        ("How many request items are still open on the {title}?", "How many items of the {title} are still outstanding?"),
        ("How many things is the client missing for the {title}, which requests are open?", "How many PBC items are open on the {title}?"),
    ),
}  # fmt: skip
# By kind of paper and fact; {names} are other facts of the same paper.
DOCUMENT: Mapping[tuple[str, str], tuple[tuple[str, ...], tuple[str, ...]]] = {
    ("lease", "monthly_rent"): (("What monthly rent does the lease provide for?",), ("How much is the rent each month under the lease?",)),
    ("lease", "end"): (("When does the lease end?",), ("When does their lease run out?",)),
    ("lease", "landlord"): (("Who is the landlord?",), ("Who owns the building they rent?",)),
    ("loan-agreement", "maturity"): (("When does the bank loan mature?",), ("By when must the loan be paid back in full?",)),
    ("loan-agreement", "rate"): (("What interest rate does the loan carry?",), ("At how much interest did the bank lend the money, which rate?",)),
    ("loan-agreement", "principal"): (("What is the principal of the loan?",), ("How much did they borrow from {lender}?",)),
    ("notice", "amount_due"): (("What amount does the notice {notice_number} ask for?",), ("How much does the IRS want on the {notice_number}?",)),
    ("notice", "respond_by"): (("By when must we respond to the notice {notice_number}?",), ("What is the last day to answer the {notice_number}?",)),
    ("certificate", "number"): (("What is the number of the {what} certificate?",), ("Which number is on the {what} certificate?",)),
    ("certificate", "expires_on"): (("When does the {what} certificate expire?",), ("How long is the {what} certificate good for?",)),
    ("bank-statement", "closing_balance"): (
        ("What was the ending balance on the bank statement for the period ended {period_end}?",),
        ("How much cash was in the account at {period_end}?",),
    ),
    ("minutes", "date"): (("When was the annual meeting held?",), ("On what day did the board meet?",)),
    ("k-1", "ordinary_income"): (
        ("What ordinary business income does the {tax_year} K-1 from {issuer} show?",),
        ("How much ordinary income did {issuer} report on the {tax_year} K-1?",),
    ),
    ("k-1", "distributions"): (("What distributions did {issuer} pay in {tax_year}?",), ("How much did {issuer} distribute per the {tax_year} K-1?",)),
    ("w-2", "wages"): (("What wages are on the W-2 from {employer}?",), ("How much did {employee} earn at {employer}?",)),
    ("1099", "amount"): (("What amount does the {form} from {payer} show?",), ("How much did {payer} report on its {form}?",)),
    ("profit-and-loss", "net_income"): (
        ("What was net income for the period ended {period_end}?",),
        ("What was the bottom line of the period that ended {period_end}?",),
    ),
    ("engagement-letter", "fee"): (
        ("What fee does the engagement letter of {letter_date} state?",),
        ("Which price is in the engagement letter dated {letter_date}?",),
    ),
}  # fmt: skip
UNANSWERABLE: tuple[tuple[str, str], ...] = (
    ("What did the client pay for the swimming pool?", "How expensive was the pool?"),
    ("What is the name of the company's patent attorney?", "Who handles their patents?"),
    ("What is the insured value of the sailboat?", "For how much is the boat insured?"),
    ("When was the trademark registered?", "What is the registration date of their trademark?"),
    ("How many acres does the vineyard have?", "How large is the vineyard?"),
    ("Who is the divorce lawyer?", "Which attorney represents them in the divorce?"),
    ("What did they pay for the helicopter lease?", "What does the helicopter cost a month?"),
    ("What is the wine collection worth?", "At how much was the wine appraised?"),
    ("Which university does the daughter attend?", "Where does their daughter study?"),
    ("What is the password of the bank's website?", "How do I log in to their online banking?"),
    ("How many patents were licensed in Japan?", "Which Japanese patents are licensed?"),
    ("When did the merger with the Canadian subsidiary close?", "On what date was the Canadian subsidiary merged?"),
    ("What was the verdict in the malpractice trial?", "How did the malpractice case end?"),
    ("What salary was offered to the new chief scientist?", "How much will the chief scientist make?"),
    ("How much cryptocurrency did they mine?", "What bitcoin do they hold?"),
    ("When does the franchise territory expire?", "Until when does the franchise territory run?"),
    ("Who audited the pension fund's actuarial valuation?", "Which actuary valued the pension?"),
    ("What is the mileage of the delivery truck?", "How many miles are on the truck?"),
    ("What did the environmental survey of the quarry find?", "Which pollutants were found in the quarry?"),
    ("What is the royalty rate on the book contract?", "Which royalties does the publisher pay?"),
)  # fmt: skip
# False premises; nothing of the kind is in any file of the firm.
PREMISES: tuple[tuple[str, str], ...] = (
    ("When did the client's Form 706 get filed?", "On what date was Form 706 filed?"),
    ("Why was the Chapter 11 petition withdrawn?", "What made them withdraw the bankruptcy petition?"),
    ("Which penalty did the Form 5471 audit end with?", "What did the Form 5471 examination cost them?"),
    ("When was the offer in compromise accepted?", "What did they settle for in the offer in compromise?"),
)  # fmt: skip
# What another client's file answers: by kind of paper and fact, asked of a client that has no such paper.
ELSEWHERE: Mapping[tuple[str, str], tuple[str, str]] = {
    ("k-1", "ordinary_income"): (
        "What ordinary business income does the {tax_year} K-1 from {issuer} show?",
        "How much did {issuer} pass through on the {tax_year} K-1?",
    ),
    ("lease", "monthly_rent"): ("What monthly rent is due to {landlord}?", "How much do they pay {landlord} each month?"),
    ("loan-agreement", "principal"): ("How much did {lender} lend?", "What is the principal of the {lender} loan?"),
    ("w-2", "wages"): ("What wages did {employer} pay to {employee}?", "How much did {employee} make at {employer}?"),
    ("1099", "amount"): ("What did {payer} report on the {form}?", "What amount is on the {form} that {payer} sent?"),
    ("notice", "amount_due"): (
        "What amount does the notice {notice_number} of {notice_date} ask for?",
        "How much is owed on the {notice_number} dated {notice_date}?",
    ),
}  # fmt: skip

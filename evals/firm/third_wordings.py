"""A third author's wordings: written from the list of what the firm's records and papers hold, without a look at the other wordings or at
what the chat recognises. Only questions.py and third_questions.py read them.

By topic, as in questions.py and third_questions.py; papers by (kind, fact) of `domain/facts.md`.
"""

RECORD: dict[str, tuple[str, ...]] = {
    "due": ("By what day does the {title} have to be out the door?", "Remind me of the filing date for their {short}."),
    "extended": (
        "How much time did the extension of the {title} buy us - until when?",
        "What is the new deadline for the {title} now that it is on extension?",
    ),
    "fee": ("What are we charging for the {title}?", "Which fee did we agree on for their {short}?"),
    "signed": (
        "On which day did the letter for the {title} come back signed?",
        "When did they countersign our terms for the {title}?",
    ),
    "partner": ("Which of our partners answers for this client?", "At partner level, whose client is this?"),
    "manager": ("Who runs this relationship as manager?", "Name the manager on the account."),
    "preparer": ("On whose desk is the {title}?", "Who is doing the {short} for them?"),
    "stage": ("How far along is the {title}?", "Where do we stand with the {title} at the moment?"),
    "requests": (
        "What have they still not sent us for the {title}?",
        "List the outstanding items of the {title}.",
    ),
    "wrote": ("When was the last time they emailed us?", "On what date did we last hear from them?"),
    "since": (
        "From what date on have they been with the firm?",
        "How long have they been our client, since which day?",
    ),
    "contact": ("Whom should I call there first?", "Who is our go-to person on their side?"),
    "phone": ("I need to ring {name}. What number do I dial?", "Give me a phone number to reach {name}."),
    "owns": ("What stake does {name} hold?", "How big is {name}'s share of the company?"),
    "filed": ("On what day did we file the {title}?", "When was the {title} sent in?"),
    "budget": ("How many hours did we plan for the {title}?", "What is the hour budget of the {title}?"),
    "began": ("When did we start on the {title}?", "Since when has the {title} been worked on?"),
    "sent": (
        "On which date was the engagement letter for the {title} sent to them?",
        "When did we send out the letter for the {title}?",
    ),
    "paid": ("When did they last pay us?", "What was the date of their latest payment?"),
    "invoice": ("How much is invoice {number} for?", "What was the amount of our bill no. {number}?"),
    "town": ("In which town are they located?", "What city is their mailing address in?"),
    "year-end": ("On what day does their fiscal year close?", "When is their year end?"),
}
ARITHMETIC: dict[str, tuple[str, ...]] = {
    "owed": ("How much is still unpaid on our bills to them?", "What is their balance with us right now?"),
    "owed-since": (
        "Which is the earliest due date among their unpaid invoices?",
        "How far back do their unpaid bills go, by due date?",
    ),
    "left": (
        "By how many hours are we under or over on the {title}?",
        "How does the time spent on the {title} compare with its budget?",
    ),
    "logged": ("How much time has gone into the {title} so far?", "Total of the hours booked on the {title}?"),
    "billed": ("What have we invoiced them in total this year?", "Add up this year's bills to them."),
    "billed-before": (
        "What did all of our invoices of {last_year} to them add up to?",
        "Total fees billed to them during {last_year}?",
    ),
    "unbilled": (
        "What is the dollar value of our time for them that is not on a bill yet?",
        "How much work have we done for them that was never invoiced?",
    ),
    "realization": (
        "What percentage of standard did we realize on the {title}?",
        "How good was the realization of the {title}?",
    ),
    "count": (
        "How many things are we still waiting for on the {title}?",
        "What is the number of open items for the {title}?",
    ),
    "past-due": ("How much of what they owe us is past due?", "What is the overdue part of their balance?"),
    "bills": ("How many of our invoices to them are unpaid?", "Count the open bills of this client."),
}
DOCUMENT: dict[tuple[str, str], tuple[str, ...]] = {
    ("1099", "amount"): (
        "What amount does the {tax_year} 1099 from {payer} report?",
        "How much did {payer} put on their 1099 for {tax_year}?",
    ),
    ("bank-statement", "closing_balance"): (
        "How much was in the bank at the end of the statement through {period_end_short}?",
        "What did the statement for {period_end_month} end with?",
    ),
    ("certificate", "expires_on"): ("Until when is the {what} good?", "When does the {what} have to be renewed?"),
    ("k-1", "ordinary_income"): (
        "What ordinary income did {issuer} pass through to them for {tax_year}?",
        "How much business income stands on the {tax_year} Schedule K-1 of {issuer}?",
    ),
    ("k-1", "ownership_percent"): ("What percentage does the {tax_year} K-1 of {issuer} show?",),
    ("lease", "monthly_rent"): ("How much rent do they pay every month?", "What does the premises lease cost a month?"),
    ("lease", "notice_by"): ("By when must the landlord be told if they do not want to renew?",),
    ("lease", "end"): ("When does the lease run out?", "Through what date are they bound by their lease?"),
    ("loan-agreement", "rate"): ("At what rate does the bank lend to them?",),
    ("loan-agreement", "maturity"): ("When must the bank loan be repaid in full?",),
    ("loan-agreement", "principal"): ("How much did they borrow under the loan agreement?",),
    ("notice", "amount_due"): ("What does the {notice_number} say they must pay?",),
    ("notice", "respond_by"): (
        "By when must we react to the {notice_number}?",
        "What is the last day to answer the {notice_number}?",
    ),
    ("profit-and-loss", "revenue"): ("What were sales for the period through {period_end_short}?",),
    ("profit-and-loss", "net_income"): ("What was the bottom line on the P&L through {period_end_short}?",),
    ("ar-aging", "total"): ("What do their own customers owe them all together?",),
    ("ar-aging", "90+"): ("How much of their receivables is more than ninety days old?",),
    ("balance-sheet", "total_assets"): ("What do total assets come to on their balance sheet?",),
    ("stock-agreement", "shares"): ("How many shares were granted under the restricted stock agreement?",),
    ("w-2", "wages"): (
        "What wages did {employer} report on the W-2 for {tax_year}?",
        "According to the {tax_year} W-2, how much did {employer} pay?",
    ),
    ("w-2", "federal_withheld"): ("How much federal tax did {employer} hold back in {tax_year}?",),
}
UNANSWERABLE = (
    "What does the owner's life insurance pay out?",
    "How many parking spaces do they have?",
    "What is the password of their payroll portal?",
    "Which lawyer drew up the shareholders' agreement?",
    "When is the owner's wedding anniversary?",
    "How much did they give to their church?",
    "What brand of delivery van do they drive?",
    "What did the appraiser say the art collection is worth?",
    "How many bitcoins do they hold?",
    "What were their sales in 2014?",
    "How many square feet is the warehouse?",
    "Who does their website?",
)
PREMISES = (
    "What did they settle the lawsuit with the neighbor for?",
    "When did they sell the condo in Florida?",
    "How high was the OSHA fine?",
    "Which bank turned down their loan application?",
    "Why did their auditor resign?",
    "How much tax did they pay on the lottery winnings?",
)
ELSEWHERE: dict[tuple[str, str], tuple[str, ...]] = {
    ("lease", "monthly_rent"): ("What rent does {landlord} get from them?",),
    ("w-2", "wages"): ("What wages did {employer} pay them?", "What is in box 1 of the W-2 from {employer}?"),
    ("loan-agreement", "principal"): ("How much did {lender} lend them?",),
    ("notice", "amount_due"): ("How much is demanded by the {notice_number}?",),
}

# ruff: noqa: E501 - read as a table
"""How staff type the questions of questions.py into a box: short, in small letters, with the trade's abbreviations and now and then a slip.

Words only; {names} are filled by staff_questions.py. The first, third, … of a topic are for work on the product, the second, fourth, …
are held out: looked at when figures are reported, never when something is changed. Written by somebody who had not seen how questions
are recognised.
"""

from collections.abc import Mapping

RECORD: Mapping[str, tuple[str, ...]] = {
    "due": ("when is {short} due", "whats the deadline on the {short}", "{short} due date?", "when does the {short} have to go out"),
    "extended": ("extension on {short} runs til when", "whats the extended deadline {short}", "did we extend the {short}? til when", "{short} ext due date"),
    "fee": ("whats our fee on the {short}", "{short} fee?", "what r we charging for the {short} this yr", "what did we quote them for the {short}"),
    "signed": ("did they sign the EL for the {short}, when", "when did we get the signed engagment letter back on {short}", "is the {short} letter signed yet", "EL signed? {short}"),
    "partner": ("whos the partner", "which partner has this one", "partner on this acct?", "who is the partner signing off on this client"),
    "manager": ("whos mgr on this", "manager?", "who is managing this client for us", "which manger do i ask"),
    "preparer": ("whos doing the {short}", "who has the {short} right now", "preparer on {short}?", "who is {short} assigned to"),
    "contact": ("whos our main contact", "who do i call over there", "primary contact?", "who should i email at the client"),
    "phone": ("{who}s phone nr", "whats {who} number", "phone # for {who} pls", "how do i call {who}"),
    "owns": ("how much does {who} own", "whats {who}s ownership %", "{who} % owned?", "what share of the co is {who}s"),
    "stage": ("where are we on the {short}", "status {short}?", "hows the {short} coming along", "is the {short} done yet"),
    "requests": ("whats still missing for the {short}", "open pbc items {short}?", "what do we still need from them to do the {short}", "what havent they sent yet for {short}"),
    "wrote": ("when did they last email us", "last msg from client?", "when was the last time we heard from them", "have they written lately? when"),
    "since": ("how long have they been w us", "client since?", "when did they become a client", "what yr did we take them on"),
}  # fmt: skip
ARITHMETIC: Mapping[str, tuple[str, ...]] = {
    "owed": ("what do they owe us rn", "open balance?", "how much is their AR", "how much $ do they still have to pay us"),
    "owed-since": ("how old is their oldest unpaid invoice, due when", "since when havent they paid", "oldest open inv due date?", "how far back does their unpaid balance go"),
    "left": ("hrs left in budget on {short}", "how many hours over/under are we on the {short}", "do we have hours left on the {short}", "{short} budget vs actual hrs"),
    "logged": ("hrs so far on {short}", "how much time is in the {short}", "total hours charged to {short}?", "how many hrs did we put in the {short} already"),
    "billed": ("what have we billed them ytd", "billings this yr?", "how much did we invoice in {this_year}", "total invoiced since january"),
    "billed-before": ("what did we bill last yr", "billings {last_year}?", "total invoices {last_year}", "how much did they get billed in {last_year}"),
    "unbilled": ("wip?", "whats unbilled on this client", "how much wip is sitting there", "time not invoiced yet in $"),
    "realization": ("realization on {short}?", "whats our realizaton {short}", "how did we do on the {short}, realization %", "what % did we realize on the {short}"),
    "count": ("how many open items on {short}", "# of pbc items outstanding {short}", "how many docs are we still missing for {short}", "count of open requests {short}"),
}  # fmt: skip
# By kind of paper and fact; {names} are other facts of the same paper: as it stands there, {…_short} and, of a day, {…_month}.
DOCUMENT: Mapping[tuple[str, str], tuple[str, ...]] = {
    ("lease", "monthly_rent"): ("whats the rent", "monthly rent per lease?"),
    ("lease", "end"): ("when is the lease up", "lease expires when"),
    ("lease", "landlord"): ("whos the landlord", "who do they rent from"),
    ("loan-agreement", "maturity"): ("when is the bank loan due", "loan maturity date?"),
    ("loan-agreement", "rate"): ("whats the rate on the bank loan", "intrest rate loan?"),
    ("loan-agreement", "principal"): ("how big was the {lender_short} loan", "orig loan amt?"),
    ("notice", "amount_due"): ("how much does irs want per the {notice_number}", "{notice_number} balance due?"),
    ("notice", "respond_by"): ("when do we have to answer the {notice_number}", "{notice_number} response deadline"),
    ("certificate", "number"): ("cert # for the {what} certificate", "{what} certificate no?"),
    ("certificate", "expires_on"): ("when does the {what} cert run out", "is the {what} certificate still good, expires when"),
    ("bank-statement", "closing_balance"): ("bank bal at {period_end_short}", "what was cash in bank end of {period_end_month}"),
    ("minutes", "date"): ("when was the anual meeting", "date of board minutes?"),
    ("k-1", "ordinary_income"): ("ordinary inc on the {issuer_short} k1 {tax_year}", "what did the {tax_year} k-1 from {issuer_short} show for box 1"),
    ("k-1", "distributions"): ("distributions from {issuer_short} {tax_year}", "{tax_year} k1 {issuer_short} distribs?"),
    ("w-2", "wages"): ("w2 wages {employer_short}", "how much did they make at {employer_short}"),
    ("1099", "amount"): ("amt on {form} from {payer_short}", "what did {payer_short} report on the {form}"),
    ("profit-and-loss", "net_income"): ("net income thru {period_end_short}", "bottom line p&l ending {period_end_short}"),
    ("engagement-letter", "fee"): ("fee in the EL from {letter_date_short}", "what price did we put in the {letter_date_short} engagement letter"),
}  # fmt: skip
# Nothing of the kind is in any file of the firm.
UNANSWERABLE: tuple[str, ...] = (
    "whats the wifi password at their office", "how much did the yacht cost", "what color is the owners car",
    "who does their payroll in mexico", "howd the osha inspection go", "how much was the eidl grant",
    "whats the dogs name", "cap rate on the hotel purchase", "what did the appraiser say the painting is worth",
    "how many horses do they board", "whos the immigration attorney", "parking ticket total for the fleet",
    "what did they sell the beach house for", "when does the liquor license expire", "drone insurance premium?",
    "which solar installer did they use", "whats in the kids 529", "whats the airbnb income",
    "how much did the kickstarter raise", "stock option strike price?", "when did they move to florida",
    "who won the lawsuit against the roofer", "value of the gun collection", "what was the ransomware payment",
    "name of the nanny", "how many employees quit in june", "what rate is the forex hedge at",
    "whats the catering budget for the gala", "lottery winnings?", "union contract expires when",
)  # fmt: skip
# False premises.
PREMISES: tuple[str, ...] = (
    "when was the 706 filed", "whyd they drop the chapter 11", "how much was the penalty on the 5471 exam", "when was the OIC accepted",
    "when did the tax court rule on their petition", "what did the 3520 penalty come to", "why was their s election revoked",
    "how much of the erc did they have to give back",
)  # fmt: skip
# What another client's file answers, asked of a client that has no such paper.
ELSEWHERE: Mapping[tuple[str, str], tuple[str, str]] = {
    ("k-1", "ordinary_income"): ("what did the {tax_year} k1 from {issuer_short} show for ordinary inc", "{issuer_short} k1 ordinary income?"),
    ("lease", "monthly_rent"): ("rent to {landlord_short}?", "whats {landlord_short} charging them a month"),
    ("loan-agreement", "principal"): ("how much did {lender_short} lend them", "{lender_short} loan amount"),
    ("w-2", "wages"): ("what did {employee} make at {employer_short}", "w2 from {employer_short} box 1"),
    ("1099", "amount"): ("amt on the {payer_short} {form}", "what did {payer_short} put on the {form}"),
    ("notice", "amount_due"): ("{notice_number} from {notice_date_short} how much", "what does irs want on the {notice_number} of {notice_date_short}"),
}  # fmt: skip

"""Which words of a question mean which fact of which kind of document: two tables, and how much of a question their words take up.

The kinds and the names of facts are those of ingestion/facts. Of two facts that a question may mean, more of its letters decide.
"""

import re
from dataclasses import dataclass


@dataclass(frozen=True)
class Asked:
    """A fact by its kinds and name, the label it is shown under, and how a question asks for it. With `kind_named`, only a question
    that also names the kind of document, or somebody who stands in one (its lender, its payer), means it: its own words are too common."""

    kinds: tuple[str, ...]
    name: str
    label: str
    pattern: str
    kind_named: bool = True


KIND_WORDS: dict[str, str] = {
    "notice": r"notices?|CP ?\d+\w*|LT ?\d+|REV-?\d+|letter \d+\w*|IRS|levy|deficiency|tax agency|department of revenue|balance[- ]due",
    "engagement-letter": r"engagement letters?|letters? (?:of|dated)",
    "loan-agreement": r"loans?|credit (?:line|agreement|facility)|term note|borrow\w*|lenders?|lends?|lent",
    "lease": r"leas(?:es?|ed|ing)|rents?|rented|landlord|tenant|premises|building",
    "k-1": r"k-?1s?",
    "w-2": r"w-?2s?|wages",
    "1099": r"1099(?:-?\w+)?s?",
    "w-9": r"w-?9s?",
    "invoice": r"invoices? (?:from|of)|vendor invoices?",
    "bank-statement": r"bank statements?|bank|statements?|checking|account",
    "loan-statement": r"loan statements?|loan balance|loans?",
    "payroll-register": r"payroll register|payroll|pay date|pay run|payday|gross (?:pay|wages)|net pay|take-home|(?:got|were) paid",
    "trial-balance": r"trial balance|TB",
    "profit-and-loss": r"profit (?:and|&) loss|P ?& ?L|income statement|revenues?|sales|sell|sold|turnover|gross (?:profit|margin)|"
    r"net (?:income|profit|loss)|bottom line|books",
    "balance-sheet": r"balance sheet|total (?:assets|liabilities|equity)|books",
    "ar-aging": r"aging|receivables?|customers",
    "minutes": r"minutes|meeting|board|officers?",
    "tax-return": r"returns?",
    "organizer": r"organizers?",
    "authorization": r"authorizations?|power of attorney|2848|8821",
    "certificate": r"certificates?|insurance|licen[cs]es?|permits?|policy|coverage",
    "stock-agreement": r"stock|shares|grant\w*|83\(?b\)?",
    "election": r"election|2553|CP261",
    "deposits": r"deposits?|EFTPS",
    "estimate-schedule": r"estimate\w*",
    "vendor-totals": r"vendor totals?|vendors?|paid to",
    "acknowledgements": r"acknowledg\w*|e-?fil\w*|accepted|submission",
    "mail-receipt": r"mail receipt|certified mail|mailed",
}
_ASKING = ("amount", "how many", "how much", "when", "where", "who")
_MONEY_WORDS = r"how much|(?:must|ha(?:ve|s) to|needs? to) pay|asked to pay|amount|what is due|balance|owed?|owes"

ASKED: tuple[Asked, ...] = (
    Asked(
        ("lease",),
        "monthly_rent",
        "monthly rent",
        r"monthly (?:rent|payment)|monthly|rents?|per month|each month|every month|a month|pay the landlord",
        False,
    ),
    Asked(
        ("lease",),
        "landlord",
        "landlord",
        r"landlord|lessor|whose|owns?|gets the rent|(?:leases?|rents?) .*\bfrom|from whom",
        False,
    ),
    Asked(("lease",), "tenant", "tenant", r"tenant|lessee"),
    Asked(("lease",), "property", "property", r"property|premises(?! lease)|address|where|located"),
    Asked(("lease",), "notice_by", "notice to renew or leave by", r"notice|renew\w*|terminat\w*|option"),
    Asked(
        ("lease",),
        "end",
        "lease ends",
        r"ends?|expir\w*|until|run out|move out|vacate|lasts?|over|how (?:much )?long(?:er)?|term|up(?= *\??$)|"
        r"through (?:what|which) (?:day|date)|bound",
    ),
    Asked(("lease",), "start", "lease begins", r"starts?|begins?|commenc\w*"),
    Asked(
        ("loan-agreement",),
        "maturity",
        "maturity",
        r"matur\w*|final payment|(?:re)?paid (?:off|back|in full)|repaid|repayment|due date|due",
    ),
    Asked(("loan-agreement",), "rate", "interest rate", r"(?:interest )?rates?|interest|percent"),
    Asked(
        ("loan-agreement",),
        "principal",
        "principal",
        r"principal|(?:original|loan) amount|amount|how much|how (?:large|big)|borrow\w*|lent|lend|size",
    ),
    Asked(
        ("loan-agreement",),
        "lender",
        "lender",
        r"lender|wh(?:ich|at) bank|who lent|lent by|the bank(?= (?:for|of|on|behind)\b| *\??$)",
    ),
    Asked(("loan-agreement",), "borrower", "borrower", r"borrower|who borrowed"),
    Asked(("notice",), "amount_due", "amount due", _MONEY_WORDS + r"|tax due|proposed|penalt\w*"),
    Asked(("notice",), "respond_by", "respond by", r"respon\w*|answer|reply|by when|deadline|due date|how long"),
    Asked(("notice",), "notice_date", "notice date", r"dated?|when|issued|sent"),
    Asked(
        ("notice",), "notice_number", "notice number", r"number|which notice|what notice|kind of notice|type of notice"
    ),
    Asked(("notice",), "agency", "agency", r"agency|who sent|which office|sent by"),
    Asked(("notice",), "tax_year", "tax year", r"tax year|which year|what year|years?"),
    Asked(("notice",), "tax_form", "tax form", r"tax form|which form|what form"),
    Asked(("engagement-letter",), "fee", "fee", r"fees?|price|cost|charge|(?:we|get) paid|bill|quoted?"),
    Asked(("engagement-letter",), "services", "services", r"services?|scope|cover\w*|includ\w*|work"),
    Asked(("engagement-letter",), "period_end", "term ends", r"ends?|expir\w*|term|until|through"),
    Asked(("engagement-letter",), "period_start", "term begins", r"starts?|begins?|effective"),
    Asked(("engagement-letter",), "signed_on", "signed on", r"signed|signature"),
    Asked(("engagement-letter",), "letter_date", "letter date", r"dated?|when"),
    Asked(
        ("k-1",),
        "ownership_percent",
        "ownership percentage",
        r"ownership|percent\w*|shares?|stake|interest in|how (?:big|large)|own\w*",
    ),
    Asked(("k-1",), "ordinary_income", "ordinary income", r"ordinary|income|profit|how much"),
    Asked(("k-1",), "distributions", "distributions", r"distribut\w*|paid out"),
    Asked(("k-1",), "issuer", "issuer", r"issu\w*|who|from whom|which (?:partnership|company|entity)"),
    Asked(("w-2",), "wages", "wages", r"wages|earn\w*|makes?|made|income|salary|how much"),
    Asked(
        ("w-2",),
        "federal_withheld",
        "federal tax withheld",
        r"withh\w*|(?:took|taken) out|(?:hold|held|kept|keep) back|deduct\w*",
    ),
    Asked(("w-2",), "employer", "employer", r"employer|who employs|works? for"),
    Asked(("1099",), "amount", "amount", r"amount|how much|income|paid|reported"),
    Asked(("1099",), "payer", "payer", r"payer|who|from whom"),
    Asked(("w-9",), "classification", "classification", r"classif\w*|entity|taxed|taxation|status"),
    Asked(("w-9",), "signed_on", "signed on", r"signed|when|dated?"),
    Asked(
        ("bank-statement",),
        "closing_balance",
        "closing balance",
        r"(?:closing|ending|final) balance|balance|ends? with|ended with|cash|how much",
    ),
    Asked(("bank-statement",), "opening_balance", "opening balance", r"(?:opening|beginning|starting) balance"),
    Asked(("bank-statement",), "account_last4", "account ends in", r"last four|ends in|ending in|account number"),
    Asked(
        ("loan-statement",), "balance", "loan balance", r"balance|outstanding|still owed|owed? to|owed?|owes|how much"
    ),
    Asked(("payroll-register",), "gross", "gross pay", r"gross|total pay|wages"),
    Asked(("payroll-register",), "net", "net pay", r"net"),
    Asked(("payroll-register",), "federal_withheld", "federal tax withheld", r"withh\w*"),
    Asked(("payroll-register",), "employees", "employees", r"employees|how many people|headcount"),
    Asked(
        ("payroll-register",),
        "pay_date",
        "pay date",
        r"(?:what|which) (?:is|was) the (?:last |latest |next )?pay date|when|paid",
    ),
    Asked(("trial-balance",), "total_debit", "total debits", r"(?:total )?debits?"),
    Asked(("trial-balance",), "total_credit", "total credits", r"(?:total )?credits?"),
    Asked(
        ("profit-and-loss",),
        "revenue",
        "revenue",
        r"(?:total )?(?:revenues?|sales|income)(?! tax)|sell|sold|turnover|take in|took in",
    ),
    Asked(("profit-and-loss",), "gross_profit", "gross profit", r"gross (?:profit|margin)"),
    Asked(("profit-and-loss",), "cost_of_sales", "cost of sales", r"cost of (?:sales|goods sold)|COGS"),
    Asked(
        ("profit-and-loss",), "net_income", "net income", r"net (?:income|profit|loss|earnings)|bottom line|profitab\w*"
    ),
    Asked(("balance-sheet",), "total_assets", "total assets", r"(?:total )?assets"),
    Asked(("balance-sheet",), "total_liabilities", "total liabilities", r"(?:total )?liabilities"),
    Asked(("balance-sheet",), "total_equity", "total equity", r"(?:total )?equity"),
    Asked(
        ("ar-aging",),
        "total",
        "total receivable",
        r"in total|total|all together|altogether|how much|(?:what|which) (?:are|is) the receivables?|customers owe\w*",
    ),
    Asked(
        ("ar-aging",),
        "90+",
        "receivable over 90 days",
        r"(?:over|more than|past|older than) 90(?: days)?|90\+|90 days",
    ),
    Asked(("ar-aging",), "61-90", "receivable 61 to 90 days", r"61(?:-| to )90"),
    Asked(("ar-aging",), "31-60", "receivable 31 to 60 days", r"31(?:-| to )60"),
    Asked(("ar-aging",), "1-30", "receivable 1 to 30 days", r"\b1(?:-| to )30"),
    Asked(
        ("ar-aging",),
        "current",
        "receivable not past due",
        r"current|not (?:yet )?(?:past )?due",
    ),
    Asked(("minutes",), "decisions", "decision", r"decid\w*|decisions?|resol\w*|approv\w*|vot\w*"),
    Asked(("minutes",), "date", "meeting date", r"when|dated?|held"),
    Asked(("minutes",), "officers", "officers", r"officers?|elected|president|treasurer|secretary"),
    Asked(
        ("certificate",),
        "expires_on",
        "expires on",
        r"expir\w*|valid|until|renew\w*|run out|ends?|lapses?|how long|good (?:for|until)",
    ),
    Asked(("certificate",), "number", "number", r"numbers?"),
    Asked(("authorization",), "years", "years", r"years?|cover\w*"),
    Asked(("authorization",), "signed_on", "signed on", r"signed|when"),
    Asked(("authorization",), "expires_on", "expires on", r"expir\w*|until|valid"),
    Asked(("invoice",), "total", "total", r"total|how much|amount"),
    Asked(("invoice",), "due", "due", r"due|when|pay by"),
    Asked(("invoice",), "number", "number", r"numbers?"),
    Asked(("stock-agreement",), "grant_date", "grant date", r"grant\w*|when"),
    Asked(("stock-agreement",), "shares", "shares", r"shares|how many"),
    Asked(("election",), "effective", "effective", r"effective|from when|since when|when"),
    Asked(("mail-receipt",), "mailed_on", "mailed on", r"mailed|sent|when"),
    Asked(("mail-receipt",), "number", "number", r"numbers?|tracking"),
)


def letters(question: str, pattern: str) -> int:
    """How many letters of the question a pattern's words take up; words that only ask count as one."""
    found = re.finditer(rf"\b(?:{pattern})(?!\w)", question, re.IGNORECASE)
    return sum(1 if m.group().lower() in _ASKING else len(m.group()) for m in found)

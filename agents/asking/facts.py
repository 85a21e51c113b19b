"""Answers from the typed values that were read in documents: the rent of a lease, the maturity of a loan, the amount on a notice.

Owns which words of a question mean which fact of which kind of document. Every answer quotes the words the value was read from.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal

from agents.asking.claims import Claim
from agents.asking.extract import words
from agents.asking.records import Desk
from workspace.signals.words import day, dollars, plain
from workspace.snapshot import Document, Fact

MOST = 3


@dataclass(frozen=True)
class Asked:
    """A fact by its kinds and name, the label it is shown under, and how a question asks for it. With `kind_named`, only a question
    that also names the kind of document means it: its own words are too common."""

    kinds: tuple[str, ...]
    name: str
    label: str
    pattern: str
    kind_named: bool = True


_KIND_WORDS: dict[str, str] = {
    "notice": r"notices?|CP ?\d+\w*|LT ?\d+|letter \d+\w*|IRS|levy|deficiency|tax agency|department of revenue|balance[- ]due",
    "engagement-letter": r"engagement letters?",
    "loan-agreement": r"loans?|credit (?:line|agreement|facility)|term note|borrow\w*|lenders?",
    "lease": r"leases?|rents?|landlord|tenant|premises",
    "k-1": r"k-?1s?",
    "w-2": r"w-?2s?|wages",
    "1099": r"1099(?:-?\w+)?s?",
    "w-9": r"w-?9s?",
    "invoice": r"invoices? (?:from|of)|vendor invoices?|vendors?",
    "bank-statement": r"bank|statements?|checking|account",
    "loan-statement": r"loan statements?|loan balance",
    "payroll-register": r"payroll|pay date",
    "trial-balance": r"trial balance|TB",
    "profit-and-loss": r"profit (?:and|&) loss|P ?& ?L|income statement|revenues?|sales|gross profit|net (?:income|profit|loss)|books",
    "balance-sheet": r"balance sheet|total (?:assets|liabilities|equity)|books",
    "ar-aging": r"aging|receivables?",
    "minutes": r"minutes|meeting|board",
    "tax-return": r"returns?",
    "organizer": r"organizers?",
    "authorization": r"authorizations?|power of attorney|2848|8821",
    "certificate": r"certificates?|insurance|licen[cs]es?|permits?|policy|coverage",
    "stock-agreement": r"stock|grant|83\(?b\)?",
    "election": r"election|2553|CP261",
    "mail-receipt": r"mail receipt|certified mail|mailed",
}
_MONEY_WORDS = r"how much|amount|what is due|balance|owed?|owes"

ASKED: tuple[Asked, ...] = (
    Asked(("lease",), "monthly_rent", "monthly rent", r"rents?|per month|monthly payment", False),
    Asked(("lease",), "landlord", "landlord", r"landlord|lessor|who (?:rents|leases) .* to", False),
    Asked(("lease",), "tenant", "tenant", r"tenant|lessee"),
    Asked(("lease",), "property", "property", r"property|premises|address|where|located", True),
    Asked(("lease",), "notice_by", "notice to renew or leave by", r"notice|renew\w*|terminat\w*|option"),
    Asked(("lease",), "end", "lease ends", r"ends?|expir\w*|until|run out|term"),
    Asked(("lease",), "start", "lease begins", r"starts?|begins?|commenc\w*"),
    Asked(("loan-agreement",), "maturity", "maturity", r"matur\w*|final payment|paid off|due date"),
    Asked(("loan-agreement",), "principal", "principal", r"principal|amount|how much|how large|borrow\w*|size"),
    Asked(("loan-agreement",), "rate", "interest rate", r"(?:interest )?rates?|interest|percent"),
    Asked(("loan-agreement",), "lender", "lender", r"lender|which bank|who lent|lent by|bank"),
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
    Asked(("engagement-letter",), "fee", "fee", r"fees?|price|cost|charge"),
    Asked(("engagement-letter",), "services", "services", r"services?|scope|cover\w*|includ\w*|work"),
    Asked(("engagement-letter",), "period_end", "term ends", r"ends?|expir\w*|term|until|through"),
    Asked(("engagement-letter",), "period_start", "term begins", r"starts?|begins?|effective"),
    Asked(("engagement-letter",), "signed_on", "signed on", r"signed|signature"),
    Asked(("engagement-letter",), "letter_date", "letter date", r"dated?|when"),
    Asked(("k-1",), "ownership_percent", "ownership percentage", r"ownership|percent\w*|share|own\w*"),
    Asked(("k-1",), "ordinary_income", "ordinary income", r"ordinary|income|profit|how much"),
    Asked(("k-1",), "distributions", "distributions", r"distribut\w*|paid out"),
    Asked(("k-1",), "issuer", "issuer", r"issu\w*|who|from whom|which (?:partnership|company|entity)"),
    Asked(("w-2",), "wages", "wages", r"wages|earn\w*|income|salary|how much"),
    Asked(("w-2",), "federal_withheld", "federal tax withheld", r"withh\w*"),
    Asked(("w-2",), "employer", "employer", r"employer|who employs|works? for"),
    Asked(("1099",), "amount", "amount", r"amount|how much|income|paid|reported"),
    Asked(("1099",), "payer", "payer", r"payer|who|from whom"),
    Asked(("w-9",), "classification", "classification", r"classif\w*|entity"),
    Asked(("w-9",), "signed_on", "signed on", r"signed|when|dated?"),
    Asked(
        ("bank-statement",), "closing_balance", "closing balance", r"(?:closing|ending|final) balance|balance|how much"
    ),
    Asked(("bank-statement",), "opening_balance", "opening balance", r"(?:opening|beginning|starting) balance"),
    Asked(("bank-statement",), "account_last4", "account ends in", r"last four|ends in|ending in|account number"),
    Asked(("loan-statement",), "balance", "loan balance", r"balance|outstanding|owed?|owes|how much"),
    Asked(("payroll-register",), "gross", "gross pay", r"gross|total pay|wages"),
    Asked(("payroll-register",), "net", "net pay", r"net"),
    Asked(("payroll-register",), "federal_withheld", "federal tax withheld", r"withh\w*"),
    Asked(("payroll-register",), "employees", "employees", r"employees|how many people|headcount"),
    Asked(("payroll-register",), "pay_date", "pay date", r"pay date|when|paid"),
    Asked(("trial-balance",), "total_debit", "total debits", r"(?:total )?debits?"),
    Asked(("trial-balance",), "total_credit", "total credits", r"(?:total )?credits?"),
    Asked(("profit-and-loss",), "revenue", "revenue", r"(?:total )?(?:revenues?|sales|income)(?! tax)"),
    Asked(("profit-and-loss",), "gross_profit", "gross profit", r"gross (?:profit|margin)"),
    Asked(("profit-and-loss",), "cost_of_sales", "cost of sales", r"cost of (?:sales|goods sold)|COGS"),
    Asked(
        ("profit-and-loss",), "net_income", "net income", r"net (?:income|profit|loss|earnings)|bottom line|profitab\w*"
    ),
    Asked(("balance-sheet",), "total_assets", "total assets", r"(?:total )?assets"),
    Asked(("balance-sheet",), "total_liabilities", "total liabilities", r"(?:total )?liabilities"),
    Asked(("balance-sheet",), "total_equity", "total equity", r"(?:total )?equity"),
    Asked(("ar-aging",), "total", "total receivable of the client's own books", r"total|how much|receivables?"),
    Asked(("minutes",), "decisions", "decision", r"decid\w*|decisions?|resol\w*|approv\w*|elect\w*|vot\w*"),
    Asked(("minutes",), "date", "meeting date", r"when|dated?|held"),
    Asked(("minutes",), "officers", "officers", r"officers?|president|treasurer|secretary"),
    Asked(("certificate",), "expires_on", "expires on", r"expir\w*|valid|until|renew\w*|run out|ends?"),
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


def from_facts(desk: Desk) -> tuple[Claim, ...]:
    """The facts that the question asks for, of the documents that it means; empty when it asks for none that was read.

    A document that lacks a name, a number or a year that the question gives is not meant."""
    question = desk.asked.question
    kinds = {kind for kind, named in _KIND_WORDS.items() if _has(question, named)}
    given = given_words(question) - set(words(f"{desk.snapshot.client.name} {desk.snapshot.client.ref}"))
    if _has(question, _COVENANTS) and (terms := tuple(_covenants(desk, given))):
        return terms
    wanted = [a for a in ASKED if _has(question, a.pattern) and (not a.kind_named or kinds & set(a.kinds))]
    found = [(document, fact, a) for a in wanted for document, fact in _facts(desk, a, given)]
    if not found:
        return tuple(_lines(desk, kinds, given))
    best = max(_likeness(question, document) for document, _, _ in found)
    chosen = [item for item in found if _likeness(question, item[0]) == best]
    first = _first_asked(question, [a for _, _, a in chosen])
    chosen = sorted((item for item in chosen if item[2] == first), key=lambda item: _newest(item[0]), reverse=True)
    return tuple(_claim(document, fact, a.label) for document, fact, a in chosen[:MOST])


_GIVEN = re.compile(r"(?<=\w )[A-Z][\w&'’-]*|\b\w*\d[\w-]*")
_FORMS = frozenset(
    words("IRS LLC Inc I Form CP LT EIN SSN K K-1 K-1s W-2 W-9 1099 DSCR P L TB AR COGS PBC PM AM US USA")
)


def given_words(question: str) -> set[str]:
    """The names, numbers and years that a question gives: what the answer's document must hold too."""
    return set(words(" ".join(_GIVEN.findall(question)))) - _FORMS


def _holds(document: Document, given: set[str]) -> bool:
    own = " ".join(f.value for f in document.facts) + " " + " ".join(document.text[:1])
    return given <= set(words(f"{document.path} {re.sub('[_-]', ' ', document.path)} {own} {own.replace('-', ' ')}"))


_COVENANTS = r"covenants?|current ratio|leverage|debt service|DSCR|coverage ratio"


def _covenants(desk: Desk, given: set[str]) -> Iterator[Claim]:
    for document in desk.snapshot.of_kind("loan-agreement"):
        if not _holds(document, given):
            continue
        for row in document.rows():
            metric, threshold = row.get("covenant_metric"), row.get("covenant_threshold")
            if metric is None or threshold is None:
                continue
            operator, tested = row.get("covenant_operator"), row.get("covenant_tested")
            limit = f"{operator.value} {threshold.value}" if operator else threshold.value
            when = f", tested {tested.value}" if tested else ""
            evidence = tuple(f.evidence for f in (metric, operator, threshold, tested) if f is not None)
            yield Claim(f"Covenant: {metric.value} {limit}{when}, in {document.path}, page {threshold.page}.", evidence)


def _has(question: str, pattern: str) -> bool:
    return re.search(rf"\b(?:{pattern})(?!\w)", question, re.IGNORECASE) is not None


def _first_asked(question: str, wanted: list[Asked]) -> Asked:
    """Of several facts that a question could mean, the one whose words are the longest there."""

    def length(a: Asked) -> int:
        return max(len(m.group()) for m in re.finditer(rf"\b(?:{a.pattern})(?!\w)", question, re.IGNORECASE))

    return max(wanted, key=length)


def _facts(desk: Desk, asked: Asked, given: set[str]) -> Iterator[tuple[Document, Fact]]:
    for document in desk.snapshot.of_kind(*asked.kinds):
        fact = document.fact(asked.name)
        if fact is not None and _holds(document, given):
            yield document, fact


def _likeness(question: str, document: Document) -> int:
    """How many of the question's words the document has in its path and in its own facts."""
    own = " ".join(f.value for f in document.facts if f.row is None)
    return len(set(words(question)) & (set(words(f"{document.path} {own}")) - _EVERYWHERE))


_EVERYWHERE = frozenset(
    words("the a of on in is to for and what due date amount notice lease loan agreement letter statement by")
)


def _newest(document: Document) -> str:
    days = sorted(f.value for f in document.facts if f.type == "date" and f.row is None)
    return days[-1] if days else ""


def _claim(document: Document, fact: Fact, label: str) -> Claim:
    shown = spoken(fact)
    quoted = " ".join(fact.quote.split())
    words_there = "" if quoted == shown else f' ("{quoted}")'
    text = f"{label[:1].upper()}{label[1:]}: {shown}{words_there}, in {document.path}, page {fact.page}."
    return Claim(text, (fact.evidence,))


def spoken(fact: Fact) -> str:
    """A fact's value as a sentence says it."""
    if fact.type == "money" and fact.number is not None:
        return dollars(fact.number)
    if fact.type == "date" and fact.day is not None:
        return day(fact.day)
    if fact.type == "percent" and fact.number is not None:
        return f"{plain(fact.number)}%"
    return fact.value


_NAMES = ("account", "line", "customer", "name", "vendor")


def _lines(desk: Desk, kinds: set[str], given: set[str]) -> Iterator[Claim]:
    """Lines of a list (an account of a trial balance, a customer of an aging) whose whole name stands in the question."""
    asked = words(desk.asked.question)
    best: list[tuple[int, str, Document, dict[str, Fact]]] = []
    for document in (d for d in desk.snapshot.of_kind(*kinds) if _holds(d, given)):
        for row in document.rows():
            name = next((row[n] for n in _NAMES if n in row), None)
            stems = [w for w in words(name.value) if not w[0].isdigit()] if name else []
            if stems and set(stems) <= set(asked):
                best.append((len(stems), _newest(document), document, row))
    if not best:
        return
    longest = max(item[0] for item in best)
    latest = sorted((item for item in best if item[0] == longest), key=lambda item: item[1], reverse=True)
    for _, _, document, row in latest[:MOST]:
        yield from _line(document, row)


def _line(document: Document, row: dict[str, Fact]) -> Iterator[Claim]:
    name = next(row[n] for n in _NAMES if n in row)
    figures = [
        (n, f) for n, f in row.items() if f.type in ("money", "percent", "count") and f.number not in (None, Decimal(0))
    ]
    for label, fact in figures:
        text = f"{name.value}, {label.replace('_', ' ')}: {spoken(fact)}, in {document.path}, page {fact.page}."
        yield Claim(text, (name.evidence, fact.evidence))

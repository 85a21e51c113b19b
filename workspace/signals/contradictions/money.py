"""Amounts of documents against the records and the books: a fee, a loan's balance, reported income. Never books anything."""

import re
from collections.abc import Iterator
from datetime import date
from decimal import Decimal

from workspace.books.apart import results
from workspace.evidence import Evidence
from workspace.signals import words
from workspace.signals.contradictions.found import SLUG, Contradiction
from workspace.signals.names import same_name, words_of
from workspace.signals.proof import difference, total
from workspace.signals.sides import Sides
from workspace.signals.thresholds import Thresholds
from workspace.snapshot.model import ZERO, Document, Engagement, Fact, Snapshot

_LOAN = re.compile(r"\b(?:loans?|notes? payable|mortgage|term debt|line of credit|long[- ]term debt)\b", re.IGNORECASE)
_NO_LENDER = re.compile(
    r"shareholder|stockholder|member|officer|owner|partner|related|affiliate|receivable|interest|fee|cost|to employee|ppp|eidl",
    re.IGNORECASE,
)
_PLAIN_BANK = frozenset({
    "bank", "national", "savings", "trust", "credit", "union", "first", "of", "the", "federal", "financial",
})  # fmt: skip
_LEDGER = "The ledger is the client's own: correct the entry there, or ask the lender for the right statement."


def letter_fee(snapshot: Snapshot, today: date, settings: Thresholds) -> Iterator[Contradiction]:
    """A letter's fee is not that of the engagement of the same period whose ref it prints (setting dollars: what is let pass), nor what
    all work of that period comes to: a letter of several services states their sum."""
    allowed = settings.of(SLUG, "dollars")
    for document in snapshot.of_kind("engagement-letter"):
        fee = document.fact("fee")
        if fee is None or fee.number is None:
            continue
        of_period = [one for one in snapshot.engagements if one.fee is not None and same_period(document, one)]
        if abs(fee.number - sum(one.fee or Decimal() for one in of_period)) <= allowed:
            continue
        for engagement in of_period:
            if engagement.fee is None or not prints(document, engagement.ref):
                continue
            if abs(fee.number - engagement.fee) > allowed:
                yield _fee(document, fee, fee.number, engagement, engagement.fee)


def _fee(document: Document, fee: Fact, stated: Decimal, engagement: Engagement, recorded: Decimal) -> Contradiction:
    held = engagement.evidence("fee")
    off = abs(stated - recorded)
    return Contradiction(
        document.id,
        f"The letter says {words.dollars(stated)}, {engagement.ref} is recorded at {words.dollars(recorded)}",
        f"The letter's fee and the engagement's differ by {words.dollars(off)}.",
        "Bill by the letter, and correct the engagement's fee.",
        (fee.evidence, held, difference(stated, recorded, [fee.evidence, held])),
        Sides(
            f"Fee of {engagement.ref}",
            "fee",
            str(recorded),
            str(stated),
            held,
            fee.evidence,
            held.record,
            (("fee", str(recorded), str(stated)),),
        ),
        off,
    )


def same_period(document: Document, engagement: Engagement) -> bool:
    """Whether a letter is of exactly the engagement's period."""
    ends = document.day("period_start"), document.day("period_end")
    return ends == (engagement.period_start, engagement.period_end) and None not in ends


def prints(document: Document, ref: str) -> bool:
    """Whether a ref stands in the document as a word of its own."""
    return any(re.search(rf"(?<![\w-]){re.escape(ref)}(?![\w-])", text) for text in document.text)


def loan_balance(snapshot: Snapshot, today: date, settings: Thresholds) -> Iterator[Contradiction]:
    """A loan statement's balance is not the ledger's on the same day (trial balance as of the statement's date; setting loan_dollars:
    what is let pass). The account is the one that bears the lender's name or the account's digits, else the only bank loan of the
    ledger."""
    allowed = settings.of(SLUG, "loan_dollars")
    statements = snapshot.of_kind("loan-statement")
    for statement in statements:
        balance, day = statement.fact("balance"), statement.day("statement_date")
        books = next((one for one in snapshot.of_kind("trial-balance") if day and one.day("as_of") == day), None)
        if balance is None or balance.number is None or books is None:
            continue
        alone = sum(1 for one in statements if one.day("statement_date") == day) == 1
        account = _loan_account(books, statement, alone=alone)
        if account is None or abs(balance.number - account[1]) <= allowed:
            continue
        name, booked, proof = account
        off = abs(balance.number - booked)
        yield Contradiction(
            statement.id,
            f"The lender says {words.dollars(balance.number)}, the ledger {words.dollars(booked)} on {words.day(day or today)}",
            f"{name.value} is off by {words.dollars(off)}.",
            "Find the payment or the interest that was booked wrong; a covenant may rest on this balance.",
            (balance.evidence, proof, name.evidence, difference(balance.number, booked, [balance.evidence, proof])),
            Sides(name.value, "balance", str(booked), str(balance.number), proof, balance.evidence, why_not=_LEDGER),
            off,
        )


def _loan_account(books: Document, statement: Document, *, alone: bool) -> tuple[Fact, Decimal, Evidence] | None:
    lender = {word for word in words_of(statement.value("lender") or "") if word not in _PLAIN_BANK and len(word) > 3}
    digits = statement.value("account_last4") or "none"
    found: list[tuple[Fact, Decimal, Evidence]] = []
    for row in books.rows():
        name, credit = row.get("account"), row.get("credit")
        if name is None or credit is None or credit.number is None:
            continue
        if _LOAN.search(name.value) and not _NO_LENDER.search(name.value):
            found.append((name, credit.number, credit.evidence))
    named = [one for one in found if lender & set(words_of(one[0].value)) or digits in one[0].value]
    if len(named) == 1:
        return named[0]
    return found[0] if len(found) == 1 and alone and not named else None


def reported_income(snapshot: Snapshot, today: date, settings: Thresholds) -> Iterator[Contradiction]:
    """The year's 1099-K and 1099-NEC of the client add up to more than its books show as income of that year (settings income_percent and
    income_dollars: what is let pass). Books: a profit and loss of the calendar year, else a trial balance at its end."""
    slips = [one for one in snapshot.of_kind("1099") if one.value("form") in ("1099-K", "1099-NEC")]
    for year in sorted({one.value("tax_year") or "" for one in slips}):
        mine = [(one, fact) for one in slips if one.value("tax_year") == year and (fact := _to_us(snapshot, one))]
        booked = _booked(snapshot, year)
        if not mine or booked is None:
            continue
        amounts = [fact.number or ZERO for _, fact in mine]
        reported, (income, proof) = sum(amounts, ZERO), booked
        allowed = max(settings.of(SLUG, "income_dollars"), income * settings.of(SLUG, "income_percent") / 100)
        if reported - income <= allowed:
            continue
        largest = max(mine, key=lambda pair: (pair[1].number or ZERO, pair[0].path))
        summed = total(amounts, [fact.evidence for _, fact in mine])
        yield Contradiction(
            largest[0].id,
            f"Payers reported {words.dollars(reported)} for {year}, the books show {words.dollars(income)} of income",
            f"{words.count(len(mine), 'form')} 1099 exceed the booked income by {words.dollars(reported - income)}.",
            "Find the income that was not booked, before the agency's computer does.",
            (largest[1].evidence, summed, proof, difference(reported, income, [summed, proof])),
            Sides(
                f"Income of {year}",
                "income",
                str(income),
                str(reported),
                proof,
                largest[1].evidence,
                why_not="The books are the client's own: the income is booked there.",
            ),
            reported - income,
        )


def _to_us(snapshot: Snapshot, slip: Document) -> Fact | None:
    """The amount of a form that was sent to the client, not by it."""
    if same_name(slip.value("payer"), snapshot.client.name):
        return None
    amount = slip.fact("amount")
    to = slip.value("recipient")
    ours = to is None or any(
        same_name(to, name) for name in (snapshot.client.name, *(c.name for c in snapshot.contacts))
    )
    return amount if ours and amount is not None and amount.number is not None else None


def _booked(snapshot: Snapshot, year: str) -> tuple[Decimal, Evidence] | None:
    if not year.isdigit():
        return None
    first, last = date(int(year), 1, 1), date(int(year), 12, 31)
    for paper in results(snapshot):
        revenue = paper.fact("revenue")
        if (
            (paper.day("period_start"), paper.day("period_end")) == (first, last)
            and revenue
            and revenue.number is not None
        ):
            return revenue.number, revenue.evidence
    for books in snapshot.of_kind("trial-balance"):
        if books.day("as_of") == last:
            rows = [
                row["credit"]
                for row in books.rows()
                if "account" in row and "credit" in row and re.match(r"4\d{3}\b", row["account"].value)
            ]
            amounts = [fact.number or ZERO for fact in rows]
            if amounts:
                return sum(amounts, ZERO), total(amounts, [fact.evidence for fact in rows])
    return None

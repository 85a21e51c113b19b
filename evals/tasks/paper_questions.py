"""Questions to papers, made from what the gold says that they state: each fact asked for in several ways, of the client that has it and of
one that has no such paper.

A question is made only where its own words single out one answer among the client's papers. Owns the wordings; measures nothing.
"""

import random
import re
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from evals.firm.gold import DocumentGold, Gold

# How people ask for a fact of a kind of paper; {names} are other facts of the same paper.
ASKED: Mapping[tuple[str, str], Sequence[str]] = {
    ("1099", "amount"): (
        "How much did {payer} report on the {tax_year} {form}?",
        "What amount does the {form} from {payer} show?",
        "How much is on the {tax_year} {form} issued by {payer}?",
    ),
    ("ar-aging", "90+"): ("How much of the receivables is over 90 days old?", "What is older than 90 days on the aging report?"),
    ("ar-aging", "total"): ("What is the total of the receivables aging?", "How much do customers owe in total per the AR aging?"),
    ("authorization", "expires_on"): (
        "When does the Form {form} authorization expire?",
        "Until when is the client's {form} good?",
    ),
    ("authorization", "years"): ("Which years does the Form {form} cover?", "What years are on the {form}?"),
    ("balance-sheet", "total_assets"): ("What are the total assets on the balance sheet?", "How large are total assets at {as_of}?"),
    ("balance-sheet", "total_equity"): ("What is the total equity at {as_of}?", "How much total equity is on the balance sheet?"),
    ("balance-sheet", "total_liabilities"): ("What are total liabilities?", "How much does the balance sheet show as total liabilities?"),
    ("bank-statement", "closing_balance"): (
        "What was the closing balance of account {account_last4} at {period_end}?",
        "What was the ending balance at {bank} for the period ended {period_end}?",
        "How much was in the bank on {period_end}?",
    ),
    ("bank-statement", "opening_balance"): (
        "What was the opening balance of the bank statement of {period_start}?",
        "With what beginning balance does the statement for {period_start} to {period_end} start?",
    ),
    ("certificate", "expires_on"): (
        "When does the {what} certificate expire?",
        "Until when is the certificate {number} valid?",
        "When must the {what} be renewed?",
    ),
    ("certificate", "number"): ("What is the certificate number of the {what}?", "Which number does the {what} certificate have?"),
    ("engagement-letter", "fee"): (
        "What fee does the engagement letter of {letter_date} state?",
        "How much do we charge under the engagement letter dated {letter_date}?",
    ),
    ("engagement-letter", "signed_on"): (
        "When was the engagement letter of {letter_date} signed?",
        "When did the client sign the engagement letter dated {letter_date}?",
    ),
    ("k-1", "distributions"): (
        "What distributions were paid by {issuer} in {tax_year}?",
        "How much was distributed to the owner per the {tax_year} K-1 of {issuer}?",
    ),
    ("k-1", "ordinary_income"): (
        "How much ordinary income is on the {tax_year} K-1 from {issuer}?",
        "What was the {tax_year} ordinary business income from {issuer}?",
        "What does box 1 of the {tax_year} K-1 from {issuer} say, the ordinary income?",
    ),
    ("k-1", "ownership_percent"): (
        "What ownership percentage does the {tax_year} K-1 from {issuer} show?",
        "What percent of {issuer} is owned according to the {tax_year} K-1?",
    ),
    ("lease", "end"): ("When does the lease end?", "Until when does the lease run?", "What is the expiration date of the lease?"),
    ("lease", "landlord"): ("Who is the landlord?", "From whom is the space rented?", "Who is the lessor?"),
    ("lease", "monthly_rent"): (
        "What is the monthly rent?",
        "How much rent does the client pay per month?",
        "How much is the rent under the lease?",
    ),
    ("lease", "notice_by"): (
        "By when must notice be given to renew the lease?",
        "What is the last day to give notice under the lease?",
    ),
    ("lease", "property"): ("What is the address of the leased premises?", "Where are the leased premises?"),
    ("lease", "start"): ("When did the lease start?", "What is the commencement date of the lease?"),
    ("loan-agreement", "lender"): ("Who is the lender?", "Which bank gave the loan?"),
    ("loan-agreement", "maturity"): (
        "What is the maturity date of the loan?",
        "When does the loan with {lender} mature?",
        "When is the final payment of the loan?",
    ),
    ("loan-agreement", "principal"): (
        "What is the principal of the loan from {lender}?",
        "How much did {lender} lend under the loan agreement?",
    ),
    ("loan-agreement", "rate"): ("What interest rate does the loan carry?", "At what rate does the {lender} loan bear interest?"),
    ("loan-agreement", "threshold"): ("What covenants does the loan agreement have?", "Which ratio must be kept under the loan covenants?"),
    ("loan-statement", "balance"): (
        "What is the loan balance on the statement of {statement_date}?",
        "How much is still owed to {lender}?",
        "What is outstanding on the loan at {statement_date}?",
    ),
    ("mail-receipt", "mailed_on"): ("When was the certified mail sent?", "On what day was the petition mailed by certified mail?"),
    ("minutes", "date"): ("When did the board meet?", "What is the date of the minutes?", "On which day was the meeting held?"),
    ("minutes", "officers"): ("Who are the officers according to the minutes?", "Which officers do the minutes name?"),
    ("notice", "amount_due"): (
        "How much does the {notice_number} notice ask for?",
        "What amount is due on the {notice_number} notice?",
        "How much is owed according to notice {notice_number}?",
    ),
    ("notice", "notice_date"): ("What is the date of the {notice_number} notice?", "When was notice {notice_number} sent?"),
    ("notice", "respond_by"): (
        "By when must we respond to the {notice_number}?",
        "What is the response deadline of notice {notice_number}?",
    ),
    ("notice", "tax_year"): ("Which tax year is the {notice_number} about?", "What year does notice {notice_number} concern?"),
    ("payroll-register", "employees"): (
        "How many employees are on the payroll register of {pay_date}?",
        "How many people were paid on {pay_date}, by the payroll register?",
    ),
    ("payroll-register", "gross"): ("What was gross pay on {pay_date}?", "What was the total gross on the payroll of {pay_date}?"),
    ("payroll-register", "net"): (
        "What was net pay on the {pay_date} payroll?",
        "How much net pay was on the payroll register of {pay_date}?",
    ),
    ("profit-and-loss", "cost_of_sales"): ("What was the cost of goods sold for the period ended {period_end}?",),
    ("profit-and-loss", "gross_profit"): ("What is the gross profit for the period ended {period_end}?",),
    ("profit-and-loss", "net_income"): (
        "What was net income for the period ended {period_end}?",
        "How much profit do the books show on the bottom line for the period to {period_end}?",
    ),
    ("profit-and-loss", "revenue"): (
        "What was revenue for the period {period_start} to {period_end}?",
        "What were total sales for the period ended {period_end}?",
    ),
    ("stock-agreement", "grant_date"): ("When was the restricted stock granted?", "On what date did {recipient} get the stock grant?"),
    ("stock-agreement", "shares"): (
        "How many shares were granted to {recipient}?",
        "How many shares does the restricted stock agreement cover?",
    ),
    ("trial-balance", "total_debit"): ("What are the total debits on the trial balance of {as_of}?",),
    ("w-2", "federal_withheld"): (
        "How much federal tax was withheld by {employer}?",
        "What is the federal withholding on the {employer} W-2?",
    ),
    ("w-2", "wages"): (
        "What wages did {employer} pay in {tax_year}?",
        "How much did {employee} earn at {employer}?",
        "What is in box 1 of the W-2 of {employee} from {employer}, the wages?",
    ),
    ("w-9", "classification"): (
        "What is the tax classification of {name} on the W-9?",
        "What kind of entity is {name} by its W-9?",
    ),
    ("w-9", "signed_on"): ("When did {name} sign the W-9?", "What is the signature date on the W-9 of {name}?"),
}  # fmt: skip
# Lines of lists: by kind, the fact that names the line, the fact that is asked for.
LINES: Mapping[tuple[str, str, str], Sequence[str]] = {
    ("ar-aging", "customer", "amount"): ("How much does {customer} owe according to the aging?",),
    ("balance-sheet", "line", "amount"): ("What is the {line} on the balance sheet of {as_of}?",),
    ("deposits", "period", "amount"): ("What 941 deposit was made for {period}?",),
    ("estimate-schedule", "due", "amount"): ("How much was the estimated payment due {due}?",),
    ("profit-and-loss", "line", "amount"): (
        "What was {line} on the profit and loss for the period ended {period_end}?",
    ),
    ("trial-balance", "account", "amount"): ("What is the balance of {account} on the trial balance of {as_of}?",),
    ("vendor-totals", "name", "paid"): ("How much was paid to {name} in {year}?",),
}


@dataclass(frozen=True)
class PaperQuestion:
    """A question to a client; `answer` "" where its file holds none. `fact` is the kind of paper and the fact that is asked for."""

    client_ref: str
    question: str
    answer: str
    fact: str


def of_papers(gold: Gold, most: int = 8, seed: int = 4) -> list[PaperQuestion]:
    """At most `most` questions a fact and wording, drawn over all clients."""
    found: dict[str, list[PaperQuestion]] = defaultdict(list)
    for wording, question in sorted(_all(gold), key=lambda pair: (pair[0], pair[1].client_ref, pair[1].question)):
        found[wording].append(question)
    draw = random.Random(seed)
    return [one for group in found.values() for one in draw.sample(group, min(most, len(group)))]


def misplaced(gold: Gold, most: int = 4, seed: int = 7) -> list[PaperQuestion]:
    """The same questions to clients who have no paper of that kind: none has an answer."""
    draw = random.Random(seed)
    having: dict[str, set[str]] = defaultdict(set)
    for document in gold.documents:
        having[document.kind].add(_ref(document))
    everybody = sorted(set().union(*having.values()))
    out = []
    for one in of_papers(gold, most, seed):
        without = [ref for ref in everybody if ref not in having[one.fact.partition(":")[0]]]
        if without:
            out.append(PaperQuestion(draw.choice(without), one.question, "", one.fact))
    return out


def _all(gold: Gold) -> Iterator[tuple[str, PaperQuestion]]:
    for document in gold.documents:
        alike = [d for d in gold.documents if d.kind == document.kind and _ref(d) == _ref(document)]
        stated = _stated(document)
        for (kind, name), wordings in ASKED.items():
            if kind == document.kind:
                yield from _worded(wordings, document, [_stated(d) for d in alike], stated, name)
        for (kind, key, name), wordings in LINES.items():
            if kind == document.kind:
                rows = {number: _stated(document, number) for number in _rows(document)}
                for row in rows.values():
                    yield from _worded(wordings, document, [_stated(d) for d in alike], row, name, key)


def _worded(
    wordings: Sequence[str],
    document: DocumentGold,
    alike: Sequence[Mapping[str, str]],
    stated: Mapping[str, str],
    name: str,
    key: str | None = None,
) -> Iterator[tuple[str, PaperQuestion]]:
    """The questions that can be made of one paper or line: all their words stated, and no other paper of the client meant as well."""
    for wording in wordings:
        needed = re.findall(r"{(\w+)}", wording)
        if name not in stated or any(one not in stated for one in needed):
            continue
        own = [one for one in needed if one != key]
        same = [other for other in alike if all(other.get(one) == stated[one] for one in own)]
        if len(same) > 1 if key else len({other.get(name) for other in same}) > 1:
            continue
        said = {one: _said(stated[one], one == key) for one in needed}
        question = wording.format(**said)
        yield wording, PaperQuestion(_ref(document), question, stated[name], f"{document.kind}:{name}")


def _stated(document: DocumentGold, row: int | None = None) -> dict[str, str]:
    """The facts of a paper, or of one of its lines with the paper's own."""
    facts: dict[str, str] = {}
    for fact in sorted(document.facts, key=lambda f: f.row is None):
        if fact.row is None or fact.row == (0 if row is None and fact.name == "threshold" else row):
            facts.setdefault(fact.name, fact.value)
    return facts


def _rows(document: DocumentGold) -> list[int]:
    """The first three lines and the last."""
    numbers = sorted({fact.row for fact in document.facts if fact.row is not None})
    return sorted({*numbers[:3], *numbers[-1:]})


def _said(value: str, names_line: bool) -> str:
    """A value as a question says it: days in words, an account without its number."""
    if re.fullmatch(r"\d{4}-\d\d-\d\d", value):
        day = date.fromisoformat(value)
        return f"{day:%B} {day.day}, {day.year}"
    return re.sub(r"^\d{4} ", "", value) if names_line else value


def _ref(document: DocumentGold) -> str:
    return document.path.split("/")[1]

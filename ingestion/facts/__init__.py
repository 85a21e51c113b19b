"""Facts of documents by rule: which kind a document is, and the facts its kind holds, each with the words it was read from.

Front doors: `recognise`, `read_facts`, `facts_of`. Pure functions of a parsed file. Never here: models, the store, other files of the
client.
"""

from collections.abc import Callable, Mapping

from ingestion.elements import Parsed, ReadFact
from ingestion.facts import (
    banking,
    books,
    expiry,
    invoices,
    ledger,
    letters,
    lists,
    loans_leases,
    minutes,
    notices,
    payroll,
    tax_forms,
)
from ingestion.facts.kinds import recognise
from ingestion.facts.text import Reading, open_reading

__all__ = ["KINDS", "READER_VERSION", "RULES", "facts_of", "read_facts", "recognise"]

RULES = "rules-"
"""How the name of a reader that is a rule begins."""
# Change it with the rules: facts read by another version are read again (ingestion/reading_again.py).
READER_VERSION = f"{RULES}2"

_READERS: Mapping[str, Callable[[Reading], list[ReadFact]]] = {
    "notice": notices.read,
    "engagement-letter": letters.read_engagement,
    "loan-agreement": loans_leases.read_loan,
    "lease": loans_leases.read_lease,
    "k-1": tax_forms.read_k1,
    "w-2": tax_forms.read_w2,
    "1099": tax_forms.read_1099,
    "w-9": tax_forms.read_w9,
    "invoice": invoices.read,
    "bank-statement": banking.read_bank,
    "loan-statement": banking.read_loan_statement,
    "payroll-register": payroll.read,
    "trial-balance": books.read_trial_balance,
    "profit-and-loss": books.read_profit_and_loss,
    "balance-sheet": books.read_balance_sheet,
    "general-ledger": ledger.read_ledger,
    "ar-aging": books.read_aging,
    "minutes": minutes.read,
    "organizer": tax_forms.read_return,
    "tax-return": tax_forms.read_return,
    "authorization": tax_forms.read_authorization,
    "certificate": expiry.read_certificate,
    "acknowledgements": lists.read_acknowledgements,
    "deposits": lists.read_deposits,
    "estimate-schedule": lists.read_estimates,
    "vendor-totals": lists.read_vendors,
    "stock-agreement": expiry.read_stock,
    "election": tax_forms.read_election,
    "mail-receipt": expiry.read_mail_receipt,
    "letter": letters.read_letter,
    "memo": letters.read_letter,
    "other": letters.read_letter,
}
KINDS = tuple(_READERS)


def read_facts(parsed: Parsed, kind: str) -> tuple[ReadFact, ...]:
    """The facts that a document of this kind states, in no set order; a kind that is not of `KINDS` is read as `other`.

    `row` of a list counts from 0. A fact without its verbatim words is not returned.
    """
    return facts_of(open_reading(parsed), kind)


def facts_of(reading: Reading, kind: str) -> tuple[ReadFact, ...]:
    """`read_facts` of a document that is open already."""
    if not reading.lines:
        return ()
    texts = {page.number: page.text for page in reading.pages}
    facts = _READERS.get(kind, letters.read_letter)(reading)
    return tuple(fact for fact in facts if fact.quote and texts[fact.page][fact.start : fact.end] == fact.quote)

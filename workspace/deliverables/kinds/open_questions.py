"""`open-questions`: one list of what the client has to tell us before the books of a period can be closed.

Inputs: accounts of the latest trial balance or statement where nobody has placed an amount or whose balance stands on the wrong side, the
ledger's entries of what is not placed, loans with owners, months without a bank statement, request items of the close. Sections: opening,
questions, entries, papers, closing. Figures: the balances with their day, the entries with day, payee and our guess. To: the client's
main contact. A partner checks what we could answer ourselves. Drafted by the night when a close is late or the uncategorized balance is
large, once a month.
"""

from collections.abc import Iterator
from datetime import date

from store.errors import Invalid
from workspace.deliverables import sources, statements
from workspace.deliverables.gathered import Gathered
from workspace.deliverables.kinds import entries
from workspace.deliverables.occasions import for_questions
from workspace.deliverables.support import Printed, Support
from workspace.evidence import Evidence, RecordEvidence
from workspace.signals.books import missing_statement
from workspace.signals.business import OWNERS_LOAN
from workspace.signals.close import CLOSES, month_steps
from workspace.signals.ledger import Account, TrialBalance, trial_balances
from workspace.signals.signal import Signal
from workspace.signals.thresholds import resolve
from workspace.signals.unplaced import UNSORTED
from workspace.snapshot import Document, Engagement, Snapshot
from workspace.snapshot import Fact as Read
from workspace.tie_out import Fact, from_record

CHECKS = (
    "What we could answer ourselves, from the bank's or last year's papers, is answered",
    "Our guesses are fair, and lead the client to no answer",
    "Right client, right period",
    "Tone",
)
_CONTRA = ("allowance", "accumulated", "reserve", "contra")
_MOST = 12
Row = dict[str, object]


def occasion(snapshot: Snapshot, today: date, engagement_ref: str | None) -> str:
    if not list(_questions(Support(snapshot))) and not list(_papers(Support(snapshot), today)):
        raise Invalid(
            f"the books of {snapshot.client.name} on file raise no question: no amount without an account, no balance on the wrong "
            "side, no missing statement. Put the latest trial balance into the client's file"
        )
    return for_questions(snapshot.client.ref, today)


def gather(snapshot: Snapshot, today: date, occasion: str) -> Gathered:
    """Raises Invalid when the books on file raise no question."""
    support = Support(snapshot)
    contact = sources.addressee(snapshot)
    variables = {
        **support.greeting(contact),
        "questions": list(_questions(support))[:_MOST],
        "entries": list(_entries(support))[:_MOST],
        "papers": list(_papers(support, today))[:_MOST],
        "reply_by": support.reply_by(today),
    }
    if not variables["questions"] and not variables["papers"]:
        raise Invalid(f"the books of {snapshot.client.name} raise no question any more")
    close = _close(snapshot)
    return Gathered(
        title=f"Questions on the books: {snapshot.client.name}",
        cls="C",
        as_of=today,
        facts=support.facts,
        variables=variables,
        recipients=sources.recipient(contact),
        checks=CHECKS,
        unseen=(
            *support.unseen_of_contact(contact),
            *(() if variables["entries"] else (_NO_ENTRIES,)),
        ),
        engagement_id=close.id if close else None,
    )


def _close(snapshot: Snapshot) -> Engagement | None:
    return next((one for one in snapshot.engagements if one.is_open and one.template in CLOSES), None)


def _questions(support: Support) -> Iterator[Row]:
    """One row a balance that the client has to explain: its day, account, amount and what we make of it."""
    books = [one for one in trial_balances(support.snapshot) if one.is_sure]
    if books:
        for account in books[-1].accounts:
            guess = _guess(account)
            if account.net and guess:
                yield _row(support, books[-1], account, guess)
    found = statements.statements(support.snapshot)
    if found and (not books or found[-1].end > books[-1].as_of):
        for line in found[-1].lines:
            if UNSORTED.search(line.name) and line.dollars:
                yield {
                    "day": support.day(found[-1].end, found[-1].last.evidence),
                    "what": statements.label(support, line),
                    "amount": statements.printed(support, statements.read_amount("amount", line.amount)),
                    "guess": support.plain(_UNPLACED),
                }


def _entries(support: Support) -> Iterator[Row]:
    """One row an entry of the accounts that nobody placed: day, payee, what it says, amount, and where its payee stands elsewhere."""
    snapshot = support.snapshot
    books = [one for one in trial_balances(snapshot) if one.is_sure]
    found = statements.statements(snapshot)
    names = [one.name for one in books[-1].accounts] if books else []
    names += [line.name for line in found[-1].lines] if found else []
    unsorted = [name for name in dict.fromkeys(names) if UNSORTED.search(name)]
    days = [one.as_of for one in books[-1:]] + [one.end for one in found[-1:]]
    for entry, like in entries.unplaced(snapshot, unsorted, max(days)) if unsorted else ():
        guess = support.words(like.value, like.evidence, name=True) if like else None
        yield {**entries.row(support, entry), "guess": guess}


_NO_ENTRIES = "The single entries behind a balance: no general ledger of that day with entries of it is on file"
_UNPLACED = "not placed: what was it for?"


def _guess(account: Account) -> str:
    """What we make of a balance; "" where it raises no question."""
    name, number = account.name.lower(), account.number or 0
    if UNSORTED.search(account.name):
        return _UNPLACED
    if OWNERS_LOAN.match(account.name):
        return "a loan: is there a note, and was interest paid?"
    contra = any(word in name for word in _CONTRA)
    if 1000 <= number < 1500 and account.net < 0 and not contra:
        return "stands on the wrong side: overdrawn, or booked twice?"
    if 2000 <= number < 3000 and account.net > 0 and not contra:
        return "stands on the wrong side: paid twice, or booked elsewhere?"
    return ""


def _row(support: Support, books: TrialBalance, account: Account, guess: str) -> Row:
    as_of = books.document.fact("as_of")
    amount: Fact = from_record("balance", "money", abs(account.net), account.proof(1 if account.net > 0 else -1))
    return {
        "day": support.day(books.as_of, as_of.evidence) if as_of else None,
        "what": support.words(account.name, _said(books, account), name=True),
        "amount": support.amount(amount),
        "guess": support.plain(guess),
    }


def _said(books: TrialBalance, account: Account) -> Evidence:
    """The words of an account's line."""
    named = (row["account"] for row in books.document.rows() if "account" in row)
    return next(fact.evidence for fact in named if fact.value == account.name)


def _papers(support: Support, today: date) -> Iterator[Row]:
    """What is missing of the close: items asked for, months without a statement."""
    snapshot = support.snapshot
    close = _close(snapshot)
    for item in sources.open_items(snapshot, close) if close else ():
        due = support.day(item.due, item.evidence("due"))
        yield {"name": support.words(item.item, item.evidence("item")), "due": due}
    yield from _unreconciled(support, close, today)
    for signal in missing_statement(snapshot, today, resolve(snapshot.settings)):
        if isinstance(signal, Signal):
            name = signal.headline.removeprefix("The bank").removesuffix(" is missing")
            gap = RecordEvidence(f"client:{snapshot.client.ref}", "month between two statements", signal.subject)
            yield {"name": support.words(f"Bank{name}", gap, name=True), "due": None}


def _unreconciled(support: Support, close: Engagement | None, today: date) -> Iterator[Row]:
    """The bank statements of months that are not reconciled and whose statement is not on file, account by account."""
    snapshot = support.snapshot
    open_months = [end for end, step in month_steps(snapshot, close) if step.is_open and end < today] if close else []
    last: dict[str, tuple[date, Document]] = {}
    for one in snapshot.of_kind("bank-statement"):
        end, account = one.day("period_end"), one.value("account_last4")
        if end is not None and account is not None and (account not in last or end > last[account][0]):
            last[account] = (end, one)
    for account, (end, statement) in sorted(last.items()):
        said, until = statement.fact("account_last4"), statement.fact("period_end")
        for month in sorted(open_months):
            if end < month and said is not None and until is not None:
                name = f"Bank statement of {month:%B %Y}, account ending in {account}"
                yield {"name": _named(support, name, month, said), "due": None}


def _named(support: Support, name: str, month: date, said: Read) -> Printed:
    """The words for a statement that is not there: its month is the step's, its account that of the last one."""
    support.words(f"account ending in {said.value}", said.evidence)
    return support.words(
        name, RecordEvidence(f"client:{support.snapshot.client.ref}", "month not reconciled", f"{month:%B %Y}")
    )

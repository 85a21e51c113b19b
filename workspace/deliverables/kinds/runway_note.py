"""`runway-note`: how long a client's cash lasts at the rate it is spent, over thirteen weeks.

Inputs: three bank statements in a row of every account, payroll registers, estimate schedules, receivables, payables. Sections: opening,
thirteen weeks, low point, known payments, assumptions, no assurance. Figures: the cash, what the accounts lost in three months, each
week's balance, the day of the oldest balance and how many days before the note that is. To: the client's main contact. A partner checks
that nothing sounds like assurance. Drafted by the night when cash-runway is raised, once a month. The disclaimer is legal text:
templates/legal/no-assurance.md, HOME/templates/legal/ wins.
"""

from collections.abc import Iterator
from datetime import date, timedelta
from decimal import Decimal

from store.errors import Invalid
from workspace.deliverables import sources, statements
from workspace.deliverables.gathered import Gathered
from workspace.deliverables.occasions import for_runway
from workspace.deliverables.support import Support
from workspace.evidence import RecordEvidence
from workspace.signals.cash import BankAccount, accounts_of
from workspace.signals.estimates import instalment_date, instalments
from workspace.signals.ledger import trial_balances
from workspace.snapshot import Snapshot
from workspace.tie_out import Fact, derive, from_record

CHECKS = (
    "No wording that gives assurance, or promises a result",
    "The rate: a month with a large single payment or receipt is no pattern",
    "Payroll taxes withheld come first",
    "Right client; every bank account is in it",
)
_WEEKS = 13
_OLD = 45  # days after which a statement of the next month should be there
_AHEAD = timedelta(weeks=_WEEKS)
Row = dict[str, object]


def occasion(snapshot: Snapshot, today: date, engagement_ref: str | None) -> str:
    _accounts(snapshot, today)
    return for_runway(snapshot.client.ref, today)


def _accounts(snapshot: Snapshot, today: date) -> list[BankAccount]:
    """Every account with a statement of the last year. Raises Invalid where one's last three are not on file in a row."""
    found = list(accounts_of(snapshot, today))
    if not found:
        raise Invalid(f"no bank statement of {snapshot.client.name} of the last twelve months is on file")
    lacking = [one.closing.document_id for one in found if one.burned is None]
    paths = [one.path for one in snapshot.documents if one.id in lacking]
    if paths:
        raise Invalid(
            f"three bank statements in a row are needed of every account: those up to {', '.join(paths)} are not all on file"
        )
    return found


def gather(snapshot: Snapshot, today: date, occasion: str) -> Gathered:
    """Raises Invalid when the statements do not tell the rate."""
    accounts = _accounts(snapshot, today)
    support = Support(snapshot)
    contact = sources.addressee(snapshot)
    closings = [from_record("closing balance", "money", one.balance, one.closing.evidence) for one in accounts]
    cash = closings[0] if len(closings) == 1 else derive.total("cash", closings)
    lost = [
        from_record("spent", "money", one.burned, one.burn_proof)
        for one in accounts
        if one.burned is not None and one.burn_proof is not None
    ]
    spent = lost[0] if len(lost) == 1 else derive.total("spent", lost)
    weekly = statements.fraction("a week", spent, _week(_WEEKS))
    weeks = [_balance(cash, weekly, week) for week in range(1, _WEEKS + 1)]
    variables = {
        **support.letter_to(contact),
        "accounts": [_account(support, one) for one in accounts],
        "cash": support.amount(cash),
        "several": len(accounts) > 1,
        "burns": Decimal(spent.value) > 0,
        "spent": support.amount(_positive(spent)),
        "weekly": support.amount(_positive(weekly)),
        "weeks": [
            {"number": support.amount(number), "balance": support.amount(one), "below": Decimal(one.value) < 0}
            for number, one in weeks
        ],
        "low": support.amount(weeks[-1][1] if Decimal(spent.value) > 0 else cash),
        "used_up": next((support.amount(number) for number, one in weeks if Decimal(one.value) < 0), None),
        **_aged(support, accounts, today),
        "payments": list(_payments(support, today)),
        **_open(support),
    }
    return Gathered(
        title=f"Cash over thirteen weeks: {snapshot.client.name}",
        cls="C",
        as_of=today,
        facts=support.facts,
        variables=variables,
        recipients=sources.recipient(contact),
        checks=(*_old(accounts, today), *CHECKS),
        unseen=(*support.unseen_of_contact(contact), *_unseen(snapshot)),
    )


def _week(number: int) -> Fact:
    return statements.number("week", number, RecordEvidence("setting:runway-note", "week", str(number)))


def _balance(cash: Fact, weekly: Fact, week: int) -> tuple[Fact, Fact]:
    """The number of a week, and what is left at its end."""
    number = _week(week)
    return number, derive.difference("balance", cash, derive.product("spent by then", weekly, number))


def _positive(fact: Fact) -> Fact:
    """An amount without its sign; a gain is told in words. Its arithmetic stands in `weeks`."""
    if Decimal(fact.value) >= 0:
        return fact
    return derive.difference("gained", derive.difference("nothing", fact, fact), fact)


def _account(support: Support, one: BankAccount) -> Row:
    document = next(each for each in support.snapshot.documents if each.id == one.closing.document_id)
    last4, end = document.fact("account_last4"), document.fact("period_end")
    return {
        "name": support.words(f"Account ending in {last4.value}", last4.evidence)
        if last4
        else support.plain("Account"),
        "day": support.day(one.day, end.evidence) if end else None,
        "balance": support.money(one.balance, one.closing.evidence),
    }


def _aged(support: Support, accounts: list[BankAccount], today: date) -> Row:
    """The day of the oldest balance and its age: from it the weeks are counted, and what lies before today is over."""
    oldest = min(accounts, key=lambda one: (one.day, one.closing.document_id))
    document = next(each for each in support.snapshot.documents if each.id == oldest.closing.document_id)
    said = document.fact("period_end")
    if said is None:
        return {"counted_from": None, "age": None, "old": False}
    start = from_record("statement", "date", oldest.day, said.evidence)
    end = from_record("this note", "date", today, RecordEvidence("proposal:day", "as of", today.isoformat()))
    age = derive.days_between("age", start, end)
    return {"counted_from": support.amount(start), "age": support.amount(age), "old": int(age.value) > _OLD}


def _payments(support: Support, today: date) -> Iterator[Row]:
    """Dated payments of the next weeks: the last payroll once more, instalments of estimated tax."""
    snapshot = support.snapshot
    found = statements.age(snapshot, "payroll-register", "pay_date")
    gross = statements.read_amount("gross", found[1].fact("gross")) if found else None
    paid = found[1].fact("pay_date") if found else None
    if gross is not None and paid is not None and paid.day is not None:
        what = support.plain("Payroll, gross, as it was paid on")
        yield {"what": what, "day": support.day(paid.day, paid.evidence), "amount": support.amount(gross)}
    for one in instalments(snapshot):
        due = instalment_date(snapshot, one)[0]
        if not one.is_paid and today <= due <= today + _AHEAD:
            amount = statements.printed(support, statements.read_amount("instalment", one.amount))
            yield {
                "what": support.plain("Estimated tax, due"),
                "day": support.day(due, one.said.evidence),
                "amount": amount,
            }


def _open(support: Support) -> dict[str, object]:
    """What customers owe and what is owed to vendors, each with its day."""
    aging = statements.age(support.snapshot, "ar-aging")
    total = statements.read_amount("receivables", aging[1].fact("total")) if aging else None
    said = aging[1].fact("as_of") if aging else None
    books = [one for one in trial_balances(support.snapshot) if one.is_sure]
    owed = books[-1].named("accounts payable", sign=-1) if books else None
    as_of = books[-1].document.fact("as_of") if books else None
    return {
        "receivables": statements.printed(support, total),
        "receivables_on": support.day(said.day, said.evidence) if said and total else None,
        "payables": support.amount(statements.footed("payables", owed)) if owed and owed.amount else None,
        "payables_on": support.day(as_of.day, as_of.evidence) if as_of and owed and owed.amount else None,
    }


def _old(accounts: list[BankAccount], today: date) -> Iterator[str]:
    days = (today - min(one.day for one in accounts)).days
    if days > _OLD:
        yield f"The oldest bank statement is {days} days old: ask for the next ones before this goes out"


def _unseen(snapshot: Snapshot) -> Iterator[str]:
    yield "Sales and orders to come, credit lines, and payments that are agreed but in no record"
    if not snapshot.of_kind("payroll-register"):
        yield "Payroll: no register is on file"
    if not snapshot.of_kind("ar-aging"):
        yield "Receivables: no aging report is on file"
    if not snapshot.of_kind("trial-balance"):
        yield "Payables: no trial balance is on file"

"""`close-report`: what a client reads after a period is closed.

Inputs: the latest profit and loss, the one before it, the budget of its period, the general ledger of both, the trial balance or balance
sheet of its last day, bank statements, receivables. Sections: opening, headline, what changed, against the budget, cash, receivables and
payables, questions, next. Figures: totals as read, differences, margins, the largest changes by line and against the budget, the entries
behind them. To: the client's main contact. A partner checks that
every explanation is supported: the report states changes and the entries of the ledger, and gives no cause. On demand only: no record
says when a period's close is finished.
"""

from collections.abc import Iterator
from datetime import date
from decimal import Decimal

from store.errors import Invalid
from workspace.books.apart import apart, holds_budget
from workspace.deliverables import sources, statements
from workspace.deliverables.gathered import Gathered
from workspace.deliverables.kinds import changes, entries
from workspace.deliverables.occasions import about, for_statement
from workspace.deliverables.statements import Statement
from workspace.deliverables.support import Printed, Support
from workspace.evidence import RecordEvidence
from workspace.signals.close import CLOSES, month_steps
from workspace.signals.ledger import TrialBalance, trial_balances
from workspace.signals.unplaced import UNSORTED
from workspace.snapshot import Document, Engagement, Snapshot
from workspace.tie_out import Fact, derive

CHECKS = (
    "Right client, right period",
    "Every explanation is supported; where there is none, none is given",
    "Cash by the books is the bank's, or the difference is explained",
    "The statements are those that were reviewed, not a draft",
)
_BUCKETS = ("current", "1-30", "31-60", "61-90", "90+")
Row = dict[str, object]


def occasion(snapshot: Snapshot, today: date, engagement_ref: str | None) -> str:
    """The client's latest profit and loss."""
    found = statements.statements(snapshot)
    if not found:
        raise Invalid(
            f"no profit and loss of {snapshot.client.name} is on file: put the closed period's statements in its books"
        )
    return for_statement(found[-1].document.id)


def gather(snapshot: Snapshot, today: date, occasion: str) -> Gathered:
    """Raises Invalid when the statement is gone."""
    latest = statements.of_document(snapshot, about(occasion))
    if latest is None:
        raise Invalid("the profit and loss that this report is about is not on file any more")
    support = Support(snapshot)
    contact, earlier = sources.addressee(snapshot), statements.before(snapshot, latest)
    books = next((one for one in trial_balances(snapshot) if one.as_of == latest.end and one.is_sure), None)
    moved = changes.of(snapshot, latest, earlier)[:5] if earlier else []
    found = entries.behind(snapshot, latest, earlier, moved) if earlier else None
    close = next((one for one in snapshot.engagements if one.is_open and one.template in CLOSES), None)
    budget = statements.budget_of(snapshot, latest)
    variables = {
        **support.letter_to(contact),
        **statements.period(support, latest),
        "before": statements.period(support, earlier) if earlier else None,
        "headline": [row for name in changes.TOTALS if (row := changes.total_row(support, latest, earlier, name))],
        "margin": changes.margin(support, latest),
        "margin_before": changes.margin(support, earlier) if earlier else None,
        "changed": [changes.row(support, one) for one in moved],
        "behind": [entries.rows(support, one) for one in found or () if one.entries],
        "budget": _budget(support, latest, budget) if budget else None,
        "cash": list(_cash(support, latest, books)),
        "receivables": _receivables(support, latest),
        "payables": _payables(support, books),
        "unplaced": list(_unplaced(support, latest)),
        "next": list(_next(support, close, today)),
    }
    return Gathered(
        title=f"Close report: {snapshot.client.name}",
        cls="C",
        as_of=today,
        facts=support.facts,
        variables=variables,
        recipients=sources.recipient(contact),
        checks=(*_still_open(snapshot, close, latest), *CHECKS, *_compare(snapshot, latest, books)),
        unseen=(
            *support.unseen_of_contact(contact),
            *_unseen(snapshot, latest, earlier, books, found is not None),
            *_unbudgeted(snapshot, latest, budget),
        ),
        engagement_id=close.id if close and _is_of(close, latest) else None,
    )


def _budget(support: Support, latest: Statement, budget: Statement) -> Row:
    """The totals against the budget of the same period, and the five lines that are furthest from it."""
    lines, paper = changes.of(support.snapshot, latest, budget)[:5], budget.document
    return {
        "name": support.words(paper.name, RecordEvidence(f"document:{paper.id}", "name", paper.name), name=True),
        "totals": [row for name in changes.TOTALS if (row := changes.total_row(support, latest, budget, name))],
        "lines": [changes.row(support, one) for one in lines],
    }


def _unbudgeted(snapshot: Snapshot, latest: Statement, budget: Statement | None) -> Iterator[str]:
    """Why nothing is held against a budget."""
    if budget is not None:
        return
    beside = next((one for one in snapshot.of_kind("profit-and-loss") if holds_budget(one.path)), None)
    if statements.budgets(snapshot):
        yield "A budget of this period: those on file are of other periods"
    elif beside is not None:
        yield f"A budget: {beside.name} prints one beside the actual figures, in a column that is not read; file the budget by itself"
    else:
        yield "A budget: none is on file"


def _cash(support: Support, latest: Statement, books: TrialBalance | None) -> Iterator[Row]:
    """Cash by the books at the period's last day, by the bank's statements of that day, and the difference."""
    sheet = _sheet(support.snapshot, latest)
    own: Fact | None = None
    if books is not None and books.is_numbered:
        own = statements.footed("cash", books.between(1000, 1099))
        yield from _cash_accounts(support, books)
    elif sheet is not None:
        lines = [one for one in _lines(sheet) if one[0].startswith("10")]
        own = derive.total("cash", [amount for _, amount in lines]) if lines else None
    if own is not None:
        yield {"what": support.plain("Cash by the books, all accounts"), "amount": support.amount(own)}
    for one in support.snapshot.of_kind("bank-statement"):
        closing, last4 = one.fact("closing_balance"), one.fact("account_last4")
        if one.day("period_end") == latest.end and closing is not None:
            name = support.words(f"Bank statement, account ending in {last4.value}", last4.evidence) if last4 else None
            amount = statements.printed(support, statements.read_amount("closing balance", closing))
            yield {"what": name or support.plain("Bank statement"), "amount": amount}


def _cash_accounts(support: Support, books: TrialBalance) -> Iterator[Row]:
    """Each account of cash with a balance, where there are several."""
    said = {row["account"].value: row["account"] for row in books.document.rows() if "account" in row}
    held = [one for one in books.accounts if 1000 <= (one.number or 0) <= 1099 and one.net]
    for one in held if len(held) > 1 else ():
        amount = support.money(one.net, one.proof(1))
        yield {"what": support.words(one.name, said[one.name].evidence, name=True), "amount": amount}


def _still_open(snapshot: Snapshot, close: Engagement | None, latest: Statement) -> Iterator[str]:
    """For the reviewer: the step that reconciles the period is not done, so the statement is no closed one yet."""
    step = dict(month_steps(snapshot, close)).get(latest.end) if close is not None else None
    if step is not None and step.is_open:
        yield f"“{step.title}” is not done: the figures of this period may still change"


def _compare(snapshot: Snapshot, latest: Statement, books: TrialBalance | None) -> Iterator[str]:
    """For the reviewer: cash by the books beside what the bank's statements of the day say together."""
    bank = [one for one in snapshot.of_kind("bank-statement") if one.day("period_end") == latest.end]
    closing = sum((one.number("closing_balance") or Decimal(0) for one in bank), Decimal(0))
    if books is not None and books.is_numbered and bank:
        own = books.between(1000, 1099).amount
        if own != closing:
            yield f"Cash is ${own:,.2f} by the books and ${closing:,.2f} by the bank statements on file: other accounts, or open items?"


def _sheet(snapshot: Snapshot, latest: Statement) -> Document | None:
    return next((one for one in apart(snapshot, "balance-sheet") if one.day("as_of") == latest.end), None)


def _lines(sheet: Document) -> Iterator[tuple[str, Fact]]:
    for row in sheet.rows():
        amount = statements.read_amount("amount", row.get("amount"))
        if "line" in row and amount is not None:
            yield row["line"].value, amount


def _receivables(support: Support, latest: Statement) -> Row | None:
    """The receivables at the period's last day: total, by age, what is over ninety days in percent."""
    report = next((one for one in support.snapshot.of_kind("ar-aging") if one.day("as_of") == latest.end), None)
    total = statements.read_amount("total", report.fact("total")) if report else None
    if report is None or total is None:
        return None
    ages = [(name, statements.read_amount(name, report.fact(name))) for name in _BUCKETS]
    late = next((one for name, one in ages if name == "90+"), None)
    share = (
        derive.share("share", late, total)
        if late is not None and Decimal(total.value) and Decimal(late.value)
        else None
    )
    return {
        "total": support.amount(total),
        "ages": {name.replace("-", "_").replace("+", ""): statements.printed(support, one) for name, one in ages},
        "late": statements.printed(support, share),
    }


def _payables(support: Support, books: TrialBalance | None) -> Printed | None:
    if books is None:
        return None
    figure = books.named("accounts payable", sign=-1)
    return support.amount(statements.footed("payables", figure)) if figure.amount else None


def _unplaced(support: Support, latest: Statement) -> Iterator[Row]:
    for line in latest.lines:
        if UNSORTED.search(line.name) and line.dollars:
            amount = statements.printed(support, statements.read_amount("amount", line.amount))
            yield {"what": statements.label(support, line), "amount": amount}


def _is_of(close: Engagement, latest: Statement) -> bool:
    """Whether the work closes the period of the statement: a report of last year belongs to no work of this one."""
    first, last = close.period_start, close.period_end
    return first is not None and last is not None and first <= latest.end <= last


def _next(support: Support, close: Engagement | None, today: date) -> Iterator[Row]:
    """The next steps of the close with their dates, and what the client still owes for it."""
    snapshot = support.snapshot
    for item in sources.open_items(snapshot, close) if close else ():
        due = support.day(item.due, item.evidence("due"))
        yield {"what": support.words(item.item, item.evidence("item")), "day": due, "who": "you"}
    steps = [one for one in snapshot.tasks if close and one.engagement_id == close.id and one.is_open and one.due]
    for task in sorted(steps, key=lambda one: (one.due or date.max, one.title))[:3]:
        day = support.day(task.due, task.evidence("due"))
        yield {"what": support.words(task.title, task.evidence("title")), "day": day, "who": "us"}


def _unseen(
    snapshot: Snapshot, latest: Statement, earlier: Statement | None, books: TrialBalance | None, ledger: bool
) -> Iterator[str]:
    if earlier is None:
        yield "An earlier statement of as many months: none is on file, so nothing is compared"
    if books is None and _sheet(snapshot, latest) is None:
        yield "Cash, receivables and payables by the books: no trial balance and no balance sheet of the last day is on file"
    if not any(one.day("period_end") == latest.end for one in snapshot.of_kind("bank-statement")):
        yield "The bank's balance: no bank statement of the last day is on file"
    if not ledger:
        yield "The entries behind a change: no general ledger of both periods is on file"

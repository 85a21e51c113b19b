"""Trust papers: a month's reconciliation as PDF and CSV, and a client's ledger card as PDF, in the style of the firm's other papers.

Nothing is sent: a person downloads the file. What its reader may not see of other clients stands in it as one sum.
"""

import csv
import io
from collections.abc import Sequence
from datetime import date
from decimal import Decimal
from html import escape

from store.errors import Conflict
from workspace.billing.amounts import ZERO, in_ledger
from workspace.billing.paper import head_of_firm
from workspace.cells import unfolded
from workspace.deadlines import in_words
from workspace.deliverables.render.pdf import letterhead, printed
from workspace.law.reconcile import Reconciliation, as_rows, reconciliation
from workspace.law.trust import ledger_of, movements
from workspace.scope import Scope


def reconciliation_pdf(scope: Scope, month: date) -> tuple[str, bytes]:
    """A name for the file, and the month's reconciliation as PDF. Raises as `reconciliation`, Conflict before the bank's balance is in."""
    found = _entered(reconciliation(scope, month))
    title = f"Trust reconciliation {found.month:%B %Y}"
    facts = [("Account through", in_words(found.month)), ("Prepared by", found.prepared_by or "–")]
    if found.signed_by and found.signed_at:
        facts.append(("Signed by", f"{found.signed_by}, {in_words(found.signed_at.date())}"))
    ways = [
        ("Balance of the bank’s statement", found.bank or ZERO),
        ("Deposits in transit", found.in_transit),
        ("Outstanding payments", found.outstanding),
        ("Adjusted balance of the bank", found.adjusted or ZERO),
        ("Balance of the journal", found.book),
        ("Sum of the ledgers", found.held),
        ("Difference of bank and journal", found.difference or ZERO),
    ]
    late = [
        (in_words(one.on), " ".join(filter(None, (one.number, one.payee or one.memo, one.client))), one.amount)
        for one in found.uncleared
    ]
    parts = [
        "" if found.state == "signed" else '<div class="watermark">DRAFT — not signed</div>',
        *_top(scope, title, facts),
        _table(("", "Dollars"), [(name, amount) for name, amount in ways]),
        f"<p>{escape(found.explanation)}</p>" if found.explanation else "",
        "<h2>Ledgers</h2>" + _table(("Ledger", "Dollars"), [(one.name, one.balance) for one in found.ledgers]),
        "<h2>Not cleared by the bank</h2>" + _table(("Day", "What", "Dollars"), late) if late else "",
    ]
    return f"{title}.pdf", printed(title, parts)


def reconciliation_csv(scope: Scope, month: date) -> str:
    """The same as rows: part, on, what, number, dollars. Raises Conflict before the bank's balance is in."""
    out = io.StringIO()
    rows = csv.writer(out, lineterminator="\n")
    rows.writerow(("part", "on", "what", "number", "dollars"))
    for part, on, what, number, amount in as_rows(_entered(reconciliation(scope, month))):
        rows.writerow((part, on, unfolded(what), unfolded(number), amount))
    return out.getvalue()


def ledger_pdf(scope: Scope, key: str) -> tuple[str, bytes]:
    """A name for the file, and a client's ledger card with every movement as PDF. Raises as `ledger_of`."""
    found = ledger_of(scope, key)
    title = f"Trust ledger {found.matter_ref or found.client_ref}"
    facts = [("Client", found.client), ("Matter", found.matter or "–"), ("Balance", in_ledger(found.balance))]
    rows = [
        (in_words(one.on), " ".join(filter(None, (one.number, one.payee, one.memo))), one.amount, one.balance)
        for one in movements(scope, found.id)
    ]
    parts = [*_top(scope, title, facts), _table(("Day", "What", "Dollars", "Balance"), rows)]
    return f"{title.replace('/', '-')}.pdf", printed(title, parts)


def _entered(found: Reconciliation) -> Reconciliation:
    if found.bank is None:
        raise Conflict("enter the balance of the bank's statement first")
    return found


def _top(scope: Scope, title: str, facts: list[tuple[str, str]]) -> list[str]:
    name, lines = head_of_firm(scope)
    cells = "".join(f"<tr><td>{escape(one)}</td><td>{escape(value)}</td></tr>" for one, value in facts)
    return [
        f'<div class="foot">{escape(name)} · {escape(title)}</div>',
        letterhead(name, lines),
        f'<h1>{escape(title)}</h1><div class="bill"><div></div><table>{cells}</table></div>',
    ]


def _table(head: tuple[str, ...], rows: Sequence[Sequence[str | Decimal]]) -> str:
    def cell(value: str | Decimal) -> str:
        return f'<td class="n">{in_ledger(value)}</td>' if isinstance(value, Decimal) else f"<td>{escape(value)}</td>"

    figures = [any(isinstance(row[n], Decimal) for row in rows) for n in range(len(head))]
    top = "".join(
        f'<th class="n">{escape(name)}</th>' if number else f"<th>{escape(name)}</th>"
        for name, number in zip(head, figures, strict=True)
    )
    body = "".join(f"<tr>{''.join(cell(value) for value in row)}</tr>" for row in rows)
    return f'<table class="lines"><tr>{top}</tr>{body}</table>'

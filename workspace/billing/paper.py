"""Invoices, credit notes and statements on paper: PDF of letter size, in the style of the firm's other papers.

An issued invoice prints what the client pays for; the hours behind a fee stay inside the firm. A draft is printed as one. Nothing is sent:
the file is downloaded by a person.
"""

from collections.abc import Sequence
from datetime import date
from decimal import Decimal
from html import escape

from sqlalchemy import select

from store.tables import Firm
from workspace.billing.amounts import in_ledger
from workspace.billing.invoices import Shown, show_invoice
from workspace.billing.statements import Statement, statement_of
from workspace.deadlines import in_words
from workspace.deliverables.render.pdf import letterhead, printed
from workspace.scope import Scope

_KINDS = {
    "invoice": "Invoice",
    "credit-note": "Credit note",
    "payment": "Payment",
    "reversal": "Payment reversed",
    "refund": "Refund",
}
Rows = Sequence[tuple[str, str]]


def invoice_pdf(scope: Scope, key: str) -> tuple[str, bytes]:
    """A name for the file, and the invoice, credit note or draft as PDF. Raises as `show_invoice`."""
    shown = show_invoice(scope, key)
    one = shown.listed
    kind = "Credit note" if one.kind == "credit-note" else "Invoice"
    title = f"{kind} {one.number}" if one.number else f"Draft invoice, {one.client}"
    firm, address = head_of_firm(scope)
    due = [] if one.kind == "credit-note" or one.due_on is None else [("Due", in_words(one.due_on))]
    about = [("For invoice", shown.about[1])] if shown.about else []
    facts = [("Number", one.number or "none yet"), ("Date", in_words(one.issued_on or scope.today)), *due, *about]
    parts = [
        "" if one.number else '<div class="watermark">DRAFT — not issued</div>',
        f'<div class="foot">{escape(firm)} · {escape(title)}</div>',
        letterhead(firm, address),
        f"<h1>{escape(kind)}</h1>{_heading(shown.address, facts)}",
        f"<p>{escape(shown.text)}</p>" if shown.text and one.kind != "credit-note" else "",
        _lines(shown),
    ]
    return f"{title.replace('/', '-')}.pdf", printed(title, parts)


def _lines(shown: Shown) -> str:
    """What is charged, what came in by the day of printing, and what is left to pay."""
    hourly = shown.listed.kind == "hourly"
    lines = [line for line in shown.lines if hourly or line.amount]
    cells = "".join(
        f'<tr><td>{escape(line.text)}</td><td class="n">{f"{line.hours:,.2f}" if hourly and line.hours else ""}</td>'
        f'<td class="n">{in_ledger(line.amount)}</td></tr>'
        for line in lines
    )
    rows = [("Total", shown.listed.amount)]
    if shown.listed.number and shown.received:
        rows += [(f"{_received(one.kind)} {in_words(one.on)}", -one.amount) for one in shown.received]
        rows.append(("Balance", shown.listed.balance))
    foot = "".join(
        f'<tr class="{"total" if name in ("Total", "Balance") else ""}"><td>{escape(name)}</td><td></td>'
        f'<td class="n">{in_ledger(amount)}</td></tr>'
        for name, amount in rows
    )
    head = f'<tr><th></th><th class="n">{"Hours" if hourly else ""}</th><th class="n">Dollars</th></tr>'
    return f'<table class="lines">{head}{cells}{foot}</table>'


def _received(kind: str) -> str:
    return {"applied": "Credit applied", "refund": "Refunded", "reversal": "Payment reversed"}.get(kind, "Received")


def statement_pdf(scope: Scope, client_ref: str, first: date, last: date) -> tuple[str, bytes]:
    """A name for the file, and the client's statement as PDF. Raises as `statement_of`."""
    found = statement_of(scope, client_ref, first, last)
    firm, address = head_of_firm(scope)
    title = f"Statement {found.client_ref} {found.first} to {found.last}"
    facts = [("From", in_words(found.first)), ("Through", in_words(found.last)), ("Owed", in_ledger(found.closing))]
    parts = [
        f'<div class="foot">{escape(firm)} · {escape(title)}</div>',
        letterhead(firm, address),
        f"<h1>Statement of account</h1>{_heading((found.client, *found.address), facts)}",
        _moves(found),
        f"<p>{escape(_by_age(found, scope.today))}</p>",
    ]
    return f"{title.replace('/', '-')}.pdf", printed(title, parts)


def _moves(found: Statement) -> str:
    rows: list[tuple[date, str, str, Decimal | None, Decimal]] = [(found.first, "Owed before", "", None, found.opening)]
    rows += [
        (one.entry.on, _KINDS[one.entry.kind], one.entry.number, one.entry.amount, one.balance) for one in found.moves
    ]
    cells = "".join(
        f"<tr><td>{escape(in_words(on))}</td><td>{escape(what)} {escape(number)}</td>"
        f'<td class="n">{"" if amount is None else in_ledger(amount)}</td><td class="n">{in_ledger(balance)}</td></tr>'
        for on, what, number, amount, balance in rows
    )
    head = '<tr><th>Day</th><th></th><th class="n">Dollars</th><th class="n">Owed</th></tr>'
    foot = f'<tr class="total"><td>Owed</td><td></td><td></td><td class="n">{in_ledger(found.closing)}</td></tr>'
    return f'<table class="lines">{head}{cells}{foot}</table>'


def _by_age(found: Statement, today: date) -> str:
    parts = "; ".join(f"{one.label} {in_ledger(one.amount)}" for one in found.aging if one.amount)
    return f"By days past due on {in_words(today)}: {parts}." if parts else "Nothing is owed."


def _heading(to: Sequence[str], facts: Rows) -> str:
    lines = "".join(f"<div>{escape(line)}</div>" for line in to)
    cells = "".join(f"<tr><td>{escape(name)}</td><td>{escape(value)}</td></tr>" for name, value in facts)
    return f'<div class="bill"><div>{lines}</div><table>{cells}</table></div>'


def head_of_firm(scope: Scope) -> tuple[str, tuple[str, ...]]:
    """The firm's name and the lines of its letterhead."""
    firm = scope.session.scalars(select(Firm).limit(1)).one_or_none()
    lines = ((firm.settings or {}).get("letterhead") or {}).get("lines", ()) if firm else ()
    return (firm.name if firm else ""), tuple(str(line) for line in lines)

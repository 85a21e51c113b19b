"""A client's books as the JSON of `tickmark books` and as tables of a file. Owns the names of the keys and columns; reads no row."""

from decimal import Decimal
from typing import Any

from workspace.billing.tables import Table
from workspace.books.checks import Finding
from workspace.books.compare import Change, Comparison
from workspace.books.read import Books
from workspace.books.statements import Account, Amount, Period, Statement
from workspace.evidence import to_json

Json = dict[str, Any]


def as_json(books: Books, statement: Statement | None = None, comparison: Comparison | None = None) -> Json:
    """All statements, or the one; with a comparison where two periods were asked for."""
    chosen = [statement] if statement is not None else [books.statements[kind] for kind in books.kinds]
    return {
        "client": books.client_ref,
        "statements": [_statement(one) for one in chosen],
        "findings": [_finding(one) for one in books.findings],
        "unread": [{"document": one.document_id, "path": one.path, "kind": one.kind} for one in books.unread],
        "comparison": None if comparison is None else comparison_json(comparison),
    }


def comparison_json(one: Comparison) -> Json:
    return {
        "statement": one.statement,
        "now": one.now.key,
        "then": one.then.key,
        "percent": str(one.percent),
        "dollars": str(one.dollars),
        "changes": [_change(change) for change in one.changes],
    }


def _statement(one: Statement) -> Json:
    return {
        "statement": one.kind,
        "periods": [_period(period) for period in one.periods],
        "accounts": [_account(account) for account in one.accounts],
        "sums": {name: {key: _amount(amount) for key, amount in by.items()} for name, by in one.sums.items()},
    }


def _period(one: Period) -> Json:
    return {
        "key": one.key,
        "start": one.start.isoformat() if one.start else None,
        "end": one.end.isoformat(),
        "basis": one.basis,
        "document": one.document_id,
        "path": one.path,
        "replaced": [{"document": document, "path": path} for document, path in one.replaced],
    }


def _account(one: Account) -> Json:
    return {
        "number": one.number,
        "name": one.name,
        "earlier_names": list(one.names[1:]),
        "type": one.type,
        "told_by": one.told_by,
        "amounts": {key: _amount(amount) for key, amount in one.amounts.items()},
    }


def _amount(one: Amount) -> Json:
    """`amount` is dollars, debit positive; `printed` as the statement has it; `cells` are a sheet's."""
    cells = [figure.cell for figure in one.figures if figure.cell]
    return {"amount": str(one.dollars), "printed": str(one.printed), "cells": cells, "evidence": to_json(one.evidence)}


def _finding(one: Finding) -> Json:
    return {
        "kind": one.kind,
        "statement": one.statement,
        "on": one.on.isoformat(),
        "message": one.message,
        "amount": _said(one.amount),
        "lines": list(one.lines),
        "evidence": [to_json(piece) for piece in one.evidence],
    }


def _change(one: Change) -> Json:
    return {
        "number": one.account.number,
        "name": one.account.name,
        "now": _said(_printed(one.now)),
        "then": _said(_printed(one.then)),
        "by": str(one.by),
        "percent": _said(one.percent),
        "flagged": one.flagged,
        "evidence": to_json(one.evidence) if one.evidence else None,
    }


def tables(books: Books, statement: Statement, comparison: Comparison | None = None) -> tuple[Table, ...]:
    """The statement with a column a period, as it prints its amounts; where each figure stands; the comparison where there is one."""
    name = f"{books.client_ref}-{statement.kind}"
    rows = [
        (one.number, one.name, one.type, *(_printed(one.amounts.get(period.key)) for period in statement.periods))
        for one in statement.accounts
    ]
    figures = Table(name, ("number", "account", "type", *(period.key for period in statement.periods)), tuple(rows))
    found = (figures, _cells(statement))
    return found if comparison is None else (_compared(comparison), *found)


def _said(number: Decimal | None) -> str | None:
    return None if number is None else str(number)


def _printed(amount: Amount | None) -> Decimal | None:
    return None if amount is None else amount.printed


def _cells(statement: Statement) -> Table:
    paths = {period.key: period.path for period in statement.periods}
    rows = [
        (
            account.number,
            account.name,
            key,
            figure.printed,
            paths[key],
            figure.sheet,
            figure.page,
            figure.cell,
            figure.quote,
        )
        for account in statement.accounts
        for key, amount in account.amounts.items()
        for figure in amount.figures
    ]
    return Table(
        "cells", ("number", "account", "period", "amount", "document", "sheet", "page", "cell", "words"), tuple(rows)
    )


def _compared(one: Comparison) -> Table:
    rows = [
        (
            c.account.number,
            c.account.name,
            _printed(c.now),
            _printed(c.then),
            c.by,
            c.percent,
            "yes" if c.flagged else "",
        )
        for c in one.changes
    ]
    return Table(
        "compared", ("number", "account", one.now.key, one.then.key, "change", "percent", "flagged"), tuple(rows)
    )

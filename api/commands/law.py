"""`tickmark conflicts` and `tickmark trust`: the commands behind them."""

from decimal import Decimal

from api.commands.result import Arguments, Progress, Result
from api.commands.scopes import reading, writing
from api.wiring import Services
from store.errors import Invalid
from workspace.billing.amounts import as_json, money_in
from workspace.law import reconcile, trust
from workspace.law.conflicts import search_conflicts


def conflicts(services: Services, arguments: Arguments, progress: Progress) -> Result:
    """`names`, `as`; `client`: a ref, `about`. Fails when somebody is found: a partner decides."""
    with writing(services, "conflicts", arguments["as"]) as scope:
        found = search_conflicts(
            scope, arguments["names"], client_ref=arguments.get("client"), about=arguments.get("about") or ""
        )
    lines = []
    for one in found.matches:
        if one.seen:
            where = ", ".join(
                filter(None, (one.role, one.client and f"client {one.client_ref} {one.client}", one.matter))
            )
            lines.append(f"{one.asked}: {one.said}; {where}; {one.score} {one.grade} ({'; '.join(one.why)})")
        else:
            lines.append(f"{one.asked}: {one.said}")
    lines.append(f"Search {found.id}: {found.state}.")
    data = as_json(found) | {"state": found.state, "hidden": found.hidden}
    return Result(data, "\n".join(lines), failed=bool(found.matches))


def balance(services: Services, arguments: Arguments, progress: Progress) -> Result:
    """`as`; `ledger`: an id, a matter's or a client's ref, None for all."""
    with reading(services, "trust", arguments["as"]) as scope:
        if not arguments.get("ledger"):
            found = trust.ledgers(scope)
            lines = [_row(f"{one.client}, {one.matter or 'the client’s own'}", one.balance) for one in found]
            total = sum((one.balance for one in found), Decimal("0.00"))
            return Result(as_json(found), "\n".join([*lines, _row("Yours", total)]))
        one = trust.ledger_of(scope, arguments["ledger"])
        moved = trust.movements(scope, one.id)
    lines = [f"{each.on}  {each.amount:>14,.2f}  {each.balance:>14,.2f}  {each.memo}" for each in moved]
    data = as_json(one) | {"movements": as_json(moved)}
    return Result(data, "\n".join([*lines, _row(f"{one.client}, {one.matter or 'the client’s own'}", one.balance)]))


def reconciled(services: Services, arguments: Arguments, progress: Progress) -> Result:
    """`month` as 2026-02, `as`; `bank`: the balance to enter, `explain`; `sign`. Fails when the three do not agree."""
    from datetime import date

    try:
        month = date.fromisoformat(f"{arguments['month']}-01")
    except ValueError:
        raise Invalid(f"{arguments['month']} is no month; write it as 2026-02") from None
    if arguments.get("bank") or arguments.get("sign"):
        with writing(services, "trust", arguments["as"]) as scope:
            if arguments.get("bank"):
                balance = money_in(arguments["bank"], "the balance")
                reconcile.prepare(scope, month, balance, explanation=arguments.get("explain") or "")
            if arguments.get("sign"):
                reconcile.sign(scope, month)
    with reading(services, "trust", arguments["as"]) as scope:
        found = reconcile.reconciliation(scope, month)
    rows = [("Bank's statement", found.bank), ("In transit", found.in_transit), ("Outstanding", found.outstanding)]
    rows += [("1. Bank, adjusted", found.adjusted), ("2. Journal", found.book), ("3. Ledgers", found.held)]
    lines = [_row(name, amount) for name, amount in rows]
    state = {
        "open": "No balance of the bank is entered.",
        "draft": "Prepared, not signed.",
        "signed": "Signed and locked.",
    }
    lines.append(f"{'They agree.' if found.ties else 'They do not agree.'} {state[found.state]}")
    sums = {"adjusted": found.adjusted, "held": found.held, "difference": found.difference}
    data = (
        as_json(found) | {name: None if one is None else str(one) for name, one in sums.items()} | {"ties": found.ties}
    )
    return Result(data, "\n".join(lines), failed=not found.ties)


def _row(name: str, amount: Decimal | None) -> str:
    return f"{name[:60]:<60}  {'–' if amount is None else f'{amount:,.2f}':>14}"

"""`tickmark money open|write-off|write-to|restore|adjustments|credit|refund|reverse|statement`: what is taken off a client's work and
bills, and her account."""

from decimal import Decimal

from api.commands.days import day_of
from api.commands.money import kept
from api.commands.result import Arguments, Progress, Result
from api.commands.scopes import reading, writing
from api.wiring import Services
from workspace.billing import issuing, payments, wip
from workspace.billing.amounts import ZERO, as_json, money_in
from workspace.billing.invoices import show_invoice
from workspace.billing.paper import statement_pdf
from workspace.billing.rows import Where, expense_rows, time_rows
from workspace.billing.statements import Statement, statement_of
from workspace.billing.tables import period

MOST = 500  # acts on a client's work that are listed, as the JSON does


def unbilled(services: Services, arguments: Arguments, progress: Progress) -> Result:
    """`client`; `engagement`, `as`. Open time and expenses with the ids by which they are written off."""
    where = Where(client=arguments["client"], engagement=arguments.get("engagement"), state="open")
    with reading(services, "money", arguments.get("as")) as scope:
        time, costs = time_rows(scope, where), expense_rows(scope, where)
    lines = [
        f"{one.id}  {one.date}  {one.hours:>8,.2f} h  {one.value:>12,.2f}  {one.person}: "
        f"{one.engagement or 'no engagement'}{f', {one.note}' if one.note else ''}"
        for one in time
    ]
    lines += [f"{one.id}  {one.on}  {'expense':>10}  {one.value:>12,.2f}  {one.memo}" for one in costs]
    return Result({"time": as_json(time), "expenses": as_json(costs)}, "\n".join(lines) or "No work of it is open.")


def write_off(services: Services, arguments: Arguments, progress: Progress) -> Result:
    """`client`, `entries`: ids, `reason`, `as`."""
    with writing(services, "money", arguments["as"]) as scope:
        taken = wip.write_off(scope, arguments["client"], arguments["entries"], arguments["reason"])
    return Result({"taken": str(taken)}, f"Written off: {taken:,.2f}. `tickmark money restore` takes it back.")


def write_to(services: Services, arguments: Arguments, progress: Progress) -> Result:
    """`client`, `value`, `reason`, `as`; `engagement`: its ref, None for work of none."""
    value = money_in(arguments["value"], "the value")
    with writing(services, "money", arguments["as"]) as scope:
        taken = wip.write_to(scope, arguments["client"], arguments.get("engagement"), value, arguments["reason"])
    said = f"Written up by {-taken:,.2f}" if taken < 0 else f"Written down by {taken:,.2f}"
    return Result({"taken": str(taken)}, f"{said}: the open time stands at {value:,.2f}.")


def restore(services: Services, arguments: Arguments, progress: Progress) -> Result:
    """`client`, `entries`: ids, `reason`, `as`."""
    with writing(services, "money", arguments["as"]) as scope:
        parts = [wip.restore(scope, arguments["client"], one, arguments["reason"]) for one in arguments["entries"]]
    back = sum(parts, Decimal("0.00"))
    return Result({"restored": str(back)}, f"Open again: {back:,.2f}.")


def adjustments(services: Services, arguments: Arguments, progress: Progress) -> Result:
    """`client`, `as`. Write-offs, -downs and -ups, differences to fees and credits, the newest first."""
    with reading(services, "money", arguments.get("as")) as scope:
        found = wip.acts_of(scope, arguments["client"], MOST)
    lines = [f"{one.on}  {one.kind:<10}  {one.amount:>12,.2f}  {one.engagement or '–'}: {one.reason}" for one in found]
    return Result(as_json(found), "\n".join(lines) or "Nothing was taken off and nothing put on.")


def credit(services: Services, arguments: Arguments, progress: Progress) -> Result:
    """`invoice`: its number, `reason`, `as`; `amount`: dollars, None for all of it, which opens its time again."""
    number, reason = arguments["invoice"], arguments["reason"]
    amount = money_in(arguments["amount"]) if arguments.get("amount") else None
    with writing(services, "money", arguments["as"]) as scope:
        note = issuing.void(scope, number, reason) if amount is None else issuing.credit(scope, number, amount, reason)
        shown, left = show_invoice(scope, note.id), show_invoice(scope, number).listed.balance
    said = f"Credit note {shown.listed.number}: {shown.listed.amount:,.2f} on {number}, on which {left:,.2f} is owed."
    return Result(as_json(shown), f"{said} Nothing was sent: tickmark money pdf {shown.listed.number} FILE")


def refund(services: Services, arguments: Arguments, progress: Progress) -> Result:
    """`invoice`: its number, on which there is credit, `amount`, `reason`, `as`; `on`: a day, None for today, `method`."""
    number, amount = arguments["invoice"], money_in(arguments["amount"])
    with writing(services, "money", arguments["as"]) as scope:
        on, method = day_of(arguments, "on") or scope.today, arguments.get("method") or "check"
        made = payments.refund(scope, number, amount, on, arguments["reason"], method=method)
        left = show_invoice(scope, number).listed.balance
    said = f"Given back: {amount:,.2f}, {made}. Credit left on {number}: {max(-left, ZERO):,.2f}."
    return Result({"id": made, "balance": str(left)}, f"{said} No money was moved: it is recorded here.")


def reverse(services: Services, arguments: Arguments, progress: Progress) -> Result:
    """`payment`: its id, `reason`, `as`."""
    with writing(services, "money", arguments["as"]) as scope:
        made = payments.reverse_payment(scope, arguments["payment"], arguments["reason"])
    return Result({"id": made}, f"Taken back: {made}. What it paid is owed again.")


def statement(services: Services, arguments: Arguments, progress: Progress) -> Result:
    """`client`; `first`, `last`: days, None for the twelve months through today; `file`: where to write it as PDF; `as`."""
    where = Where(day_of(arguments, "first"), day_of(arguments, "last"))
    with reading(services, "money", arguments.get("as")) as scope:
        if arguments.get("file"):
            _, data = statement_pdf(scope, arguments["client"], *period(scope, where))
            return kept(arguments["file"], data)
        found = statement_of(scope, arguments["client"], *period(scope, where))
    return Result(as_json(found), _told(found))


def _told(found: Statement) -> str:
    lines = [f"{found.client}, {found.first} to {found.last}", f"{'Before':<52}{found.opening:>14,.2f}"]
    lines += [
        f"{one.entry.on}  {one.entry.kind:<12} {one.entry.number:<12} {one.entry.amount:>12,.2f}{one.balance:>14,.2f}"
        for one in found.moves
    ]
    lines.append(f"{'Owed':<52}{found.closing:>14,.2f}")
    lines += [f"  {one.label}: {one.amount:,.2f}" for one in found.aging if one.amount]
    return "\n".join(lines)

"""`tickmark time` and `tickmark money`: clocks and hours of a person; the firm's figures, bills, payments and the ledger's way out."""

from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

from api.commands.days import day_of
from api.commands.result import Arguments, Progress, Result
from api.commands.scopes import reading, writing
from api.wiring import Services
from store.errors import Conflict, Invalid
from workspace.billing import drafting, issuing, payments, timers, week
from workspace.billing import time as worked
from workspace.billing.amounts import as_json, hours_in, money_in
from workspace.billing.foots import check_books
from workspace.billing.invoices import show_invoice
from workspace.billing.ledger import export_ledger
from workspace.billing.paper import invoice_pdf
from workspace.billing.rows import Where
from workspace.billing.tables import Table, table_of


def running(services: Services, arguments: Arguments, progress: Progress) -> Result:
    """`as`: whose clocks."""
    with reading(services, "time", arguments["as"]) as scope:
        found = timers.running(scope)
    lines = [
        f"{one.seconds // 3600}:{one.seconds // 60 % 60:02}  {one.client}"
        + "".join(f", {part}" for part in (one.engagement, one.service, one.note) if part)
        + f"  [{one.id}]"
        for one in found
    ]
    return Result(as_json(found), "\n".join(lines) or "No clock runs.")


def start(services: Services, arguments: Arguments, progress: Progress) -> Result:
    """`client`, `as`; `engagement`, `service`, `note`; `switch`: stop the others first."""
    named = {name: arguments.get(name) for name in ("engagement", "service", "note")}
    with writing(services, "time", arguments["as"]) as scope:
        made = timers.start(scope, arguments["client"], switch=bool(arguments.get("switch")), **named)
    return Result({"id": made}, f"It runs: {made}")


def stop(services: Services, arguments: Arguments, progress: Progress) -> Result:
    """`as`; `id` of the clock, None for the one that was started last; `hours` instead of what passed; `discard`."""
    hours = hours_in(arguments["hours"]) if arguments.get("hours") else None
    with writing(services, "time", arguments["as"]) as scope:
        found = timers.running(scope)
        which = arguments.get("id") or (found[0].id if found else "")
        entry = timers.stop(scope, which, hours=hours, discard=bool(arguments.get("discard")))
    return Result({"entry": entry}, f"Stopped: time entry {entry}" if entry else "Discarded.")


def add(services: Services, arguments: Arguments, progress: Progress) -> Result:
    """`client`, `hours`, `as`; `on`: a day, None for today; `engagement`, `service`, `note`; `not_billable`."""
    named = {name: arguments.get(name) for name in ("engagement", "service", "note")}
    with writing(services, "time", arguments["as"]) as scope:
        on, billable = day_of(arguments, "on") or scope.today, not arguments.get("not_billable")
        made = worked.add_time(
            scope, worked.Worked(arguments["client"], on, hours_in(arguments["hours"]), billable=billable, **named)
        )
    return Result({"id": made}, f"Entered: {made}")


def sheet(services: Services, arguments: Arguments, progress: Progress) -> Result:
    """`as`; `day`: one of the week, None for today."""
    with reading(services, "time", arguments["as"]) as scope:
        found = week.week_of(scope, day_of(arguments, "day") or scope.today)
    names = [f"{one.client}, {one.engagement or '–'} {one.service or ''}".strip()[:44] for one in found.lines]
    wide = max(map(len, names), default=0)
    rows = [
        f"{name:<{wide}}  " + "".join(_cell(cell.hours) for cell in one.cells) + _cell(one.hours)
        for name, one in zip(names, found.lines, strict=True)
    ]
    head = " " * wide + "  " + "".join(f"{f'{on:%a} {on.day}':>8}" for on in found.days) + f"{'all':>8}"
    total = f"{'':<{wide}}  " + "".join(map(_cell, found.totals)) + _cell(found.hours)
    return Result(as_json(found), "\n".join([head, *rows, total]))


def _cell(hours: Decimal) -> str:
    return f"{hours:>8,.2f}" if hours else f"{'–':>8}"


def table(services: Services, arguments: Arguments, progress: Progress) -> Result:
    """`name` of a table (workspace/billing/tables.py); `client`, `first`, `last`; `csv`: as CSV; `as`: whose eyes."""
    where = Where(day_of(arguments, "first"), day_of(arguments, "last"), client=arguments.get("client"))
    with reading(services, "money", arguments.get("as")) as scope:
        found = table_of(scope, arguments["name"], where)
    text = found.as_csv().rstrip() if arguments.get("csv") else columns_of(found)
    return Result([as_json(row) for row in found.as_dicts()], text)


def columns_of(found: Table) -> str:
    """The table as text: words to the left, figures to the right."""
    if not found.rows:
        return "Nothing."
    cells = [[name.replace("_", " ") for name in found.columns], *([_text(one) for one in row] for row in found.rows)]
    widths = [max(len(row[n]) for row in cells) for n in range(len(found.columns))]
    right = [any(isinstance(row[n], Decimal | int) for row in found.rows) for n in range(len(widths))]
    return "\n".join(
        "  ".join(
            cell.rjust(width) if at_right else cell.ljust(width)
            for cell, width, at_right in zip(row, widths, right, strict=True)
        ).rstrip()
        for row in cells
    )


def _text(value: Any) -> str:
    if isinstance(value, Decimal):
        return f"{value:,.2f}"
    return "–" if value is None else value.isoformat() if isinstance(value, date) else str(value)


def books(services: Services, arguments: Arguments, progress: Progress) -> Result:
    """`client`: its ref, None for all; `as`. Fails when they do not foot."""
    with reading(services, "money", arguments.get("as")) as scope:
        found = check_books(scope, arguments.get("client"))
    lines = []
    for one in found.foots:
        lines += [one.name, *(f"  {name}: {amount:,.2f}" for name, amount in one.parts)]
        lines.append(f"  together {one.left:,.2f}; {one.right}: {one.against:,.2f}")
    lines += [f"Wrong: {fault}" for fault in found.faults]
    lines.append("Everything foots." if found.holds else "The books do not foot.")
    foots = [as_json(one) | {"left": str(one.left), "difference": str(one.difference)} for one in found.foots]
    data = {"holds": found.holds, "foots": foots, "faults": list(found.faults)}
    return Result(data, "\n".join(lines), failed=not found.holds)


def invoice(services: Services, arguments: Arguments, progress: Progress) -> Result:
    """`client`, `kind`, `as`; `engagement`, `amount`, `percent`, `through`; `issue`: give it its number at once."""
    wanted = drafting.Wanted(
        arguments["kind"],
        arguments.get("engagement"),
        day_of(arguments, "through"),
        money_in(arguments["amount"]) if arguments.get("amount") else None,
        money_in(arguments["percent"], "the percent") if arguments.get("percent") else None,
    )
    with writing(services, "money", arguments["as"]) as scope:
        made = drafting.draft_invoice(scope, arguments["client"], wanted)
        key = issuing.issue(scope, made).id if arguments.get("issue") else made
        shown = show_invoice(scope, key)
    return Result(as_json(shown), _said(shown.listed.number, made, shown.listed.amount))


def issue(services: Services, arguments: Arguments, progress: Progress) -> Result:
    """`id` of a draft, `as`: the partner who issues it."""
    with writing(services, "money", arguments["as"]) as scope:
        made = issuing.issue(scope, arguments["id"])
        shown, said = show_invoice(scope, made.id), _said(made.number, arguments["id"], made.amount)
    return Result(as_json(shown), said)


def _said(number: str | None, draft: str, amount: Decimal) -> str:
    if number is None:
        return f"Drafted: {amount:,.2f}; nobody owes it until a partner issues it: tickmark money issue {draft}"
    return f"Issued as {number}: {amount:,.2f}. Nothing was sent: tickmark money pdf {number} FILE"


def pay(services: Services, arguments: Arguments, progress: Progress) -> Result:
    """`invoice`: its number, `amount`, `as`; `on`: a day, None for today; `method`, `memo`."""
    with writing(services, "money", arguments["as"]) as scope:
        amount, on = money_in(arguments["amount"]), day_of(arguments, "on") or scope.today
        method, memo = arguments.get("method") or "check", arguments.get("memo")
        made = payments.record_payment(scope, arguments["invoice"], amount, on, method=method, memo=memo)
        left = show_invoice(scope, arguments["invoice"]).listed.balance
    rest = f"{left:,.2f} is owed" if left > 0 else f"{-left:,.2f} is the client's credit" if left else "it is paid"
    return Result({"id": made, "balance": str(left)}, f"Recorded {amount:,.2f} on {arguments['invoice']}; {rest}.")


def paper(services: Services, arguments: Arguments, progress: Progress) -> Result:
    """`invoice`: a number or the id of a draft; `file`: where to write its PDF; `as`."""
    with reading(services, "money", arguments.get("as")) as scope:
        _, data = invoice_pdf(scope, arguments["invoice"])
    return kept(arguments["file"], data)


def ledger(services: Services, arguments: Arguments, progress: Progress) -> Result:
    """`file`: where to write, its ending is the form: csv or iif; `first`, `last`, None for this year until today; `as`."""
    form = Path(arguments["file"]).suffix.lstrip(".").lower()
    with writing(services, "money", arguments.get("as")) as scope:
        last = day_of(arguments, "last") or scope.today
        first = day_of(arguments, "first") or last.replace(month=1, day=1)
        text = export_ledger(scope, form, first, last)
        done = kept(arguments["file"], text.encode())
    return Result(done.data | {"first": first.isoformat(), "last": last.isoformat()}, done.text)


def kept(file: str, data: bytes) -> Result:
    """Write a new file. Raises Conflict when there is one."""
    try:
        with Path(file).open("xb") as out:
            out.write(data)
    except FileExistsError:
        raise Conflict(f"{file} is there already; name a new file") from None
    except OSError as error:
        raise Invalid(f"{file} cannot be written: {error.strerror}") from None
    return Result({"file": file, "bytes": len(data)}, f"Written: {file}")

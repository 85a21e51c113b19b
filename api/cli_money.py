"""The words of `tickmark time` and `tickmark money` on the command line. Parses arguments only; api/commands/money.py has the commands."""

from collections.abc import Callable
from pathlib import Path
from typing import Annotated, Any

import typer

from api.cli_accounts import register as register_accounts

Run = Callable[..., None]
"""cli.py's way to run a command by name: context, name, arguments, as_json."""

Json = Annotated[bool, typer.Option("--json", help="Print the JSON.")]
As = Annotated[str, typer.Option("--as", help="Who it is, by e-mail address.")]
Asking = Annotated[str | None, typer.Option("--as", help="Whose eyes to look with; without it the operator's.")]
Ref = Annotated[str, typer.Argument(metavar="REF", help="The client's ref.")]
Client = Annotated[str | None, typer.Option("--client", help="Only this client.")]
Engagement = Annotated[str | None, typer.Option(help="The engagement's ref.")]
Service = Annotated[str | None, typer.Option(help="What kind of work.")]
Note = Annotated[str | None, typer.Option(help="What was done.")]
From = Annotated[str | None, typer.Option("--from", help="The first day, as 2026-01-01.")]
Through = Annotated[str | None, typer.Option("--through", help="The last day.")]
Csv = Annotated[bool, typer.Option("--csv", help="Print CSV.")]
REPORTS = "time|expenses|invoices|payments|realization|utilization|profitability-client|-service|-person|retainers"


def register(app: typer.Typer, run: Run) -> None:
    """Add `time` and `money` to the command line."""
    time = typer.Typer(help="Your clocks that run; start, stop, enter time, see the week.")
    money = typer.Typer(no_args_is_help=True, help="Work in progress, bills, payments, receivables, the ledger.")
    app.add_typer(time, name="time")
    app.add_typer(money, name="money")
    _add_clocks(time, run)
    _add_entries(time, run)
    _add_figures(money, run)
    _add_bills(money, run)
    register_accounts(money, run)
    _add_files(money, run)


def _add_clocks(time: typer.Typer, run: Run) -> None:
    @time.command()
    def clocks(context: typer.Context, as_: As, json: Json = False) -> None:
        """List the clocks that run, the newest first."""
        run(context, "time", {"as": as_}, json)

    @time.command()
    def start(
        context: typer.Context,
        ref: Ref,
        as_: As,
        engagement: Engagement = None,
        service: Service = None,
        note: Note = None,
        switch: Annotated[bool, typer.Option("--switch", help="Stop the others first.")] = False,
        json: Json = False,
    ) -> None:
        """Start a clock."""
        named = {"engagement": engagement, "service": service, "note": note}
        run(context, "time-start", {"client": ref, "switch": switch, "as": as_, **named}, json)

    @time.command()
    def stop(
        context: typer.Context,
        as_: As,
        timer: Annotated[str | None, typer.Argument(metavar="[ID]", help="Without it the newest.")] = None,
        hours: Annotated[str | None, typer.Option(help="Hours instead of what passed, as 1.5 or 1:30.")] = None,
        discard: Annotated[bool, typer.Option("--discard", help="Make no time of it.")] = False,
        json: Json = False,
    ) -> None:
        """Stop a clock; it becomes time of the day on which it was started."""
        run(context, "time-stop", {"id": timer, "hours": hours, "discard": discard, "as": as_}, json)


def _add_entries(time: typer.Typer, run: Run) -> None:
    @time.command()
    def add(
        context: typer.Context,
        ref: Ref,
        hours: Annotated[str, typer.Argument(metavar="HOURS", help="As 1.5 or 1:30.")],
        as_: As,
        on: Annotated[str | None, typer.Option(help="The day; today without it.")] = None,
        engagement: Engagement = None,
        service: Service = None,
        note: Note = None,
        not_billable: Annotated[bool, typer.Option("--not-billable", help="No client pays for it.")] = False,
        json: Json = False,
    ) -> None:
        """Enter time."""
        given: dict[str, Any] = {"client": ref, "hours": hours, "on": on, "not_billable": not_billable, "as": as_}
        run(context, "time-add", given | {"engagement": engagement, "service": service, "note": note}, json)

    @time.command()
    def week(
        context: typer.Context,
        as_: As,
        day: Annotated[str | None, typer.Option(help="A day of the week; today without it.")] = None,
        json: Json = False,
    ) -> None:
        """Show a week's sheet."""
        run(context, "time-week", {"day": day, "as": as_}, json)


def _add_figures(money: typer.Typer, run: Run) -> None:
    @money.command()
    def wip(
        context: typer.Context, client: Client = None, as_: Asking = None, csv: Csv = False, json: Json = False
    ) -> None:
        """Show work in progress by engagement, the largest first."""
        run(context, "money-table", {"name": "wip", "client": client, "csv": csv, "as": as_}, json)

    @money.command()
    def aging(
        context: typer.Context, client: Client = None, as_: Asking = None, csv: Csv = False, json: Json = False
    ) -> None:
        """Show what clients owe, by days past due."""
        run(context, "money-table", {"name": "aging", "client": client, "csv": csv, "as": as_}, json)

    @money.command()
    def report(
        context: typer.Context,
        name: Annotated[str, typer.Argument(metavar=REPORTS)],
        client: Client = None,
        first: From = None,
        last: Through = None,
        as_: Asking = None,
        csv: Csv = False,
        json: Json = False,
    ) -> None:
        """Show a table of figures; reports cover the twelve months through today unless days are given."""
        given = {"name": name, "client": client, "first": first, "last": last, "csv": csv, "as": as_}
        run(context, "money-table", given, json)

    @money.command()
    def books(context: typer.Context, client: Client = None, as_: Asking = None, json: Json = False) -> None:
        """Foot the books: both sides of each equation, and every row that does not fit; exit status 1 when they do not foot."""
        run(context, "money-books", {"client": client, "as": as_}, json)


def _add_bills(money: typer.Typer, run: Run) -> None:
    @money.command()
    def invoice(
        context: typer.Context,
        ref: Ref,
        kind: Annotated[str, typer.Argument(metavar="hourly|fixed|progress|retainer")],
        as_: As,
        engagement: Engagement = None,
        amount: Annotated[str | None, typer.Option(help="Dollars: of a retainer, or of another fee.")] = None,
        percent: Annotated[str | None, typer.Option(help="Of the fee, for progress.")] = None,
        through: Through = None,
        issue: Annotated[bool, typer.Option("--issue", help="Give it its number at once; a partner's word.")] = False,
        json: Json = False,
    ) -> None:
        """Draft an invoice from open time and expenses, for a fee or in advance."""
        given: dict[str, Any] = {"client": ref, "kind": kind, "engagement": engagement, "issue": issue, "as": as_}
        run(context, "money-invoice", given | {"amount": amount, "percent": percent, "through": through}, json)

    @money.command()
    def issue(
        context: typer.Context,
        draft: Annotated[str, typer.Argument(metavar="ID", help="The draft's id.")],
        as_: As,
        json: Json = False,
    ) -> None:
        """Issue a draft: it gets the next number and is locked. Nothing is sent."""
        run(context, "money-issue", {"id": draft, "as": as_}, json)

    @money.command()
    def pay(
        context: typer.Context,
        number: Annotated[str, typer.Argument(metavar="NUMBER", help="The invoice's number.")],
        amount: Annotated[str, typer.Argument(metavar="DOLLARS")],
        as_: As,
        on: Annotated[str | None, typer.Option(help="The day it came in; today without it.")] = None,
        method: Annotated[str, typer.Option(help="check, ach, card, cash, wire or other.")] = "check",
        memo: Annotated[str | None, typer.Option(help="A word about it.")] = None,
        json: Json = False,
    ) -> None:
        """Record money received on an invoice, whole or in part."""
        given = {"invoice": number, "amount": amount, "on": on, "method": method, "memo": memo, "as": as_}
        run(context, "money-pay", given, json)


def _add_files(money: typer.Typer, run: Run) -> None:
    @money.command()
    def pdf(
        context: typer.Context,
        invoice: Annotated[str, typer.Argument(metavar="NUMBER", help="Or the id of a draft.")],
        file: Path,
        as_: Asking = None,
        json: Json = False,
    ) -> None:
        """Write an invoice, a credit note or a draft as PDF."""
        run(context, "money-pdf", {"invoice": invoice, "file": str(file.absolute()), "as": as_}, json)

    @money.command("export-ledger")
    def export_ledger(
        context: typer.Context,
        file: Path,
        first: From = None,
        last: Through = None,
        as_: Asking = None,
        json: Json = False,
    ) -> None:
        """Write invoices, credit notes and money of a period to FILE.csv, or to FILE.iif as QuickBooks imports it."""
        given = {"file": str(file.absolute()), "first": first, "last": last, "as": as_}
        run(context, "money-ledger", given, json)

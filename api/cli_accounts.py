"""The words of `tickmark money` about a client's account on the command line. Parses arguments only; api/commands/accounts.py has the
commands."""

from collections.abc import Callable
from pathlib import Path
from typing import Annotated, Any

import typer

Run = Callable[..., None]
"""cli.py's way to run a command by name: context, name, arguments, as_json."""

Json = Annotated[bool, typer.Option("--json", help="Print the JSON.")]
As = Annotated[str, typer.Option("--as", help="Who it is, by e-mail address.")]
Asking = Annotated[str | None, typer.Option("--as", help="Whose eyes to look with; without it the operator's.")]
Ref = Annotated[str, typer.Argument(metavar="REF", help="The client's ref.")]
Engagement = Annotated[str | None, typer.Option(help="The engagement's ref; without it work of none.")]
Entries = Annotated[list[str], typer.Argument(metavar="ID...", help="Time and expenses, as `money open` names them.")]
Reason = Annotated[str, typer.Option(help="Why; it is kept.")]
From = Annotated[str | None, typer.Option("--from", help="The first day, as 2026-01-01.")]
Through = Annotated[str | None, typer.Option("--through", help="The last day.")]


def register(money: typer.Typer, run: Run) -> None:
    """Add them to `money`."""
    _add_work(money, run)
    _add_account(money, run)
    _add_recurring(money, run)


def _add_work(money: typer.Typer, run: Run) -> None:
    @money.command("open")
    def unbilled(
        context: typer.Context,
        ref: Ref,
        engagement: Annotated[str | None, typer.Option(help="Only this engagement, by ref.")] = None,
        as_: Asking = None,
        json: Json = False,
    ) -> None:
        """List a client's open time and expenses with their ids."""
        run(context, "money-open", {"client": ref, "engagement": engagement, "as": as_}, json)

    @money.command("write-off")
    def write_off(
        context: typer.Context, ref: Ref, entries: Entries, reason: Reason, as_: As, json: Json = False
    ) -> None:
        """Write open time and expenses off, the whole of each."""
        run(context, "money-write-off", {"client": ref, "entries": entries, "reason": reason, "as": as_}, json)

    @money.command("write-to")
    def write_to(
        context: typer.Context,
        ref: Ref,
        value: Annotated[str, typer.Argument(metavar="DOLLARS", help="What the open time shall stand at.")],
        reason: Reason,
        as_: As,
        engagement: Engagement = None,
        json: Json = False,
    ) -> None:
        """Write the open time of an engagement down or up to a value."""
        given: dict[str, Any] = {"client": ref, "value": value, "engagement": engagement, "reason": reason, "as": as_}
        run(context, "money-write-to", given, json)

    @money.command()
    def restore(
        context: typer.Context, ref: Ref, entries: Entries, reason: Reason, as_: As, json: Json = False
    ) -> None:
        """Take write-offs back: the work is open again."""
        run(context, "money-restore", {"client": ref, "entries": entries, "reason": reason, "as": as_}, json)

    @money.command()
    def adjustments(context: typer.Context, ref: Ref, as_: Asking = None, json: Json = False) -> None:
        """List what was taken off a client's work or put on it, each with its reason."""
        run(context, "money-adjustments", {"client": ref, "as": as_}, json)


def _add_account(money: typer.Typer, run: Run) -> None:
    @money.command()
    def credit(
        context: typer.Context,
        number: Annotated[str, typer.Argument(metavar="NUMBER", help="The invoice's number.")],
        reason: Reason,
        as_: As,
        amount: Annotated[
            str | None, typer.Argument(metavar="[DOLLARS]", help="Without it the whole, and its time is open again.")
        ] = None,
        json: Json = False,
    ) -> None:
        """Credit an invoice, whole or in part: a note with a number of its own. Nothing is sent."""
        run(context, "money-credit", {"invoice": number, "amount": amount, "reason": reason, "as": as_}, json)

    @money.command()
    def refund(
        context: typer.Context,
        number: Annotated[
            str, typer.Argument(metavar="NUMBER", help="The invoice or credit note that has the credit.")
        ],
        amount: Annotated[str, typer.Argument(metavar="DOLLARS")],
        reason: Reason,
        as_: As,
        on: Annotated[str | None, typer.Option(help="The day it was given back; today without it.")] = None,
        method: Annotated[str, typer.Option(help="check, ach, card, cash, wire or other.")] = "check",
        json: Json = False,
    ) -> None:
        """Record credit that was given back to the client. No money is moved."""
        given: dict[str, Any] = {"invoice": number, "amount": amount, "on": on, "method": method}
        run(context, "money-refund", given | {"reason": reason, "as": as_}, json)

    @money.command()
    def reverse(
        context: typer.Context,
        payment: Annotated[str, typer.Argument(metavar="ID", help="The payment's id, from `money pay --json`.")],
        reason: Reason,
        as_: As,
        json: Json = False,
    ) -> None:
        """Take a payment back that did not hold."""
        run(context, "money-reverse", {"payment": payment, "reason": reason, "as": as_}, json)

    @money.command()
    def statement(
        context: typer.Context,
        ref: Ref,
        file: Annotated[Path | None, typer.Argument(metavar="[FILE]", help="Write it there as PDF.")] = None,
        first: From = None,
        last: Through = None,
        as_: Asking = None,
        json: Json = False,
    ) -> None:
        """Show a client's account: what was owed, what was billed and paid since, what is owed by age."""
        given: dict[str, Any] = {"client": ref, "first": first, "last": last, "as": as_}
        run(context, "money-statement", given | {"file": str(file.absolute()) if file else None}, json)


def _add_recurring(money: typer.Typer, run: Run) -> None:
    @money.command()
    def recurring(
        context: typer.Context,
        client: Annotated[str | None, typer.Option("--client", help="Only this client.")] = None,
        as_: Asking = None,
        json: Json = False,
    ) -> None:
        """List the fees that recur, by the day of their next draft."""
        run(context, "money-recurring", {"client": client, "as": as_}, json)

    @money.command()
    def recur(
        context: typer.Context,
        ref: Ref,
        amount: Annotated[str, typer.Argument(metavar="DOLLARS")],
        first: Annotated[str, typer.Option("--first", help="The day of the first draft, as 2026-04-01.")],
        as_: As,
        months: Annotated[int, typer.Option("--every", help="Months between two drafts: 1, 3, 6 or 12.")] = 1,
        engagement: Engagement = None,
        text: Annotated[str | None, typer.Option(help="What the line says; the work's title without it.")] = None,
        json: Json = False,
    ) -> None:
        """Have a fee drafted as an invoice every so many months."""
        given: dict[str, Any] = {"client": ref, "amount": amount, "first": first, "months": months, "as": as_}
        run(context, "money-recur", given | {"engagement": engagement, "text": text}, json)

    @money.command("end-recurring")
    def end_recurring(
        context: typer.Context,
        fee: Annotated[str, typer.Argument(metavar="ID", help="The fee's id, from `money recurring`.")],
        as_: As,
        json: Json = False,
    ) -> None:
        """Draft a recurring fee no more."""
        run(context, "money-end-recurring", {"fee": fee, "as": as_}, json)

    @money.command("draft-recurring")
    def draft_recurring(context: typer.Context, as_: As, json: Json = False) -> None:
        """Draft every recurring fee whose day has come, once for each period. Nothing is issued."""
        run(context, "money-draft-recurring", {"as": as_}, json)

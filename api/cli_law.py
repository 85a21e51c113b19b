"""`tickmark conflicts`, `tickmark trust` and, from cli_matters.py, `tickmark matters`: search the firm for names, clients' money, a month
reconciled."""

from typing import Annotated, Any, Protocol

import typer

from api.cli_matters import register as register_matters

Json = Annotated[bool, typer.Option("--json", help="Print the JSON of the contract.")]
As = Annotated[str, typer.Option("--as", help="Who does it, by e-mail address.")]
Asking = Annotated[str | None, typer.Option("--as", help="Whose eyes to look with; without it the operator's.")]
Client = Annotated[str | None, typer.Option("--client", help="For this client or prospect, by ref.")]
Ledger = Annotated[str, typer.Argument(metavar="LEDGER", help="The ledger's id, or its matter's or client's ref.")]
Dollars = Annotated[str, typer.Argument(metavar="DOLLARS")]
On = Annotated[str | None, typer.Option(help="The day, as 2026-03-09; today without it.")]
Number = Annotated[str | None, typer.Option(help="The check's or the wire's number.")]
Memo = Annotated[str | None, typer.Option(help="What it is for.")]
Cleared = Annotated[str | None, typer.Option(help="The day on which the bank booked it.")]


class Run(Protocol):
    """Runs a command by name and prints its result (api/cli.py)."""

    def __call__(self, context: typer.Context, name: str, arguments: dict[str, Any], as_json: bool = False) -> None: ...


def register(app: typer.Typer, run: Run) -> None:
    """Add `conflicts` and `trust` to the command line."""
    trust = typer.Typer(no_args_is_help=True, help="Clients' money that the firm holds.")
    app.add_typer(trust, name="trust")

    @app.command()
    def conflicts(
        context: typer.Context,
        names: Annotated[list[str], typer.Argument(metavar="NAME...", help="Each in quotation marks.")],
        as_: As,
        client: Client = None,
        about: Annotated[str | None, typer.Option(help="What it is for.")] = None,
        json: Json = False,
    ) -> None:
        """Search everybody the firm knows for names; kept, and on the trail. Exit status 1 when somebody must decide."""
        run(context, "conflicts", {"names": names, "client": client, "about": about, "as": as_}, json)

    _add(trust, run)
    _add_moves(trust, run)
    _add_rest(trust, run)
    register_matters(app, run)


def _add(trust: typer.Typer, run: Run) -> None:
    @trust.command()
    def balance(
        context: typer.Context,
        as_: As,
        ledger: Annotated[str | None, typer.Argument(help="A ledger, its matter or client; without it all.")] = None,
        json: Json = False,
    ) -> None:
        """Show what the ledgers hold; of one, its movements."""
        run(context, "trust-balance", {"ledger": ledger, "as": as_}, json)

    @trust.command()
    def reconcile(
        context: typer.Context,
        month: Annotated[str, typer.Argument(metavar="MONTH", help="As 2026-02.")],
        as_: As,
        bank: Annotated[str | None, typer.Option(help="The balance of the bank's statement at its end.")] = None,
        explain: Annotated[str | None, typer.Option(help="Why it differs, where it does.")] = None,
        sign: Annotated[bool, typer.Option("--sign", help="Sign and lock it; a partner's word.")] = False,
        json: Json = False,
    ) -> None:
        """Hold a month three ways: bank, journal, ledgers. Exit status 1 when they do not agree."""
        given = {"month": month, "bank": bank, "explain": explain, "sign": sign, "as": as_}
        run(context, "trust-reconcile", given, json)


def _add_moves(trust: typer.Typer, run: Run) -> None:
    @trust.command("open")
    def opened(
        context: typer.Context,
        client: Annotated[str, typer.Argument(metavar="REF", help="The client's ref.")],
        as_: As,
        matter: Annotated[str | None, typer.Option(help="For this matter of the client, by ref.")] = None,
        json: Json = False,
    ) -> None:
        """Open a ledger for a client or one of its matters, or name the one that is there."""
        run(context, "trust-open", {"client": client, "matter": matter, "as": as_}, json)

    @trust.command()
    def receive(
        context: typer.Context,
        ledger: Ledger,
        amount: Dollars,
        as_: As,
        payee: Annotated[str | None, typer.Option("--from", help="Who paid it.")] = None,
        on: On = None,
        number: Number = None,
        memo: Memo = None,
        cleared: Cleared = None,
        json: Json = False,
    ) -> None:
        """Write down money that came in for the client."""
        given: dict[str, Any] = {"ledger": ledger, "amount": amount, "payee": payee, "on": on, "as": as_}
        run(context, "trust-receive", given | {"number": number, "memo": memo, "cleared": cleared}, json)

    @trust.command()
    def pay(
        context: typer.Context,
        ledger: Ledger,
        amount: Dollars,
        payee: Annotated[str, typer.Option("--to", help="Whom it is paid to.")],
        as_: As,
        on: On = None,
        number: Number = None,
        memo: Memo = None,
        cleared: Cleared = None,
        json: Json = False,
    ) -> None:
        """Pay money out for the client; refused for more than the ledger holds."""
        given: dict[str, Any] = {"ledger": ledger, "amount": amount, "payee": payee, "on": on, "as": as_}
        run(context, "trust-pay", given | {"number": number, "memo": memo, "cleared": cleared}, json)


def _add_rest(trust: typer.Typer, run: Run) -> None:
    @trust.command()
    def transfer(
        context: typer.Context,
        ledger: Ledger,
        invoice: Annotated[str, typer.Argument(metavar="INVOICE", help="The number of an issued invoice.")],
        amount: Dollars,
        as_: As,
        on: On = None,
        number: Number = None,
        memo: Memo = None,
        json: Json = False,
    ) -> None:
        """Pay an issued invoice from the ledger: the ledger goes down and the invoice is paid, together."""
        given: dict[str, Any] = {"ledger": ledger, "invoice": invoice, "amount": amount, "on": on, "as": as_}
        run(context, "trust-transfer", given | {"number": number, "memo": memo}, json)

    @trust.command()
    def reverse(
        context: typer.Context,
        movement: Annotated[str, typer.Argument(metavar="ID", help="The movement's id, as it was answered.")],
        reason: Annotated[str, typer.Option(help="Why; it is kept.")],
        as_: As,
        json: Json = False,
    ) -> None:
        """Take a movement back by one of its own."""
        run(context, "trust-reverse", {"movement": movement, "reason": reason, "as": as_}, json)

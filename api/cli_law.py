"""`tickmark conflicts` and `tickmark trust`: search the firm for names, see what is held in trust, reconcile a month."""

from typing import Annotated, Any, Protocol

import typer

Json = Annotated[bool, typer.Option("--json", help="Print the JSON of the contract.")]
As = Annotated[str, typer.Option("--as", help="Who does it, by e-mail address.")]
Asking = Annotated[str | None, typer.Option("--as", help="Whose eyes to look with; without it the operator's.")]
Client = Annotated[str | None, typer.Option("--client", help="For this client or prospect, by ref.")]


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

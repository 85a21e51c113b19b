"""The words of `tickmark matters` on the command line. Parses arguments only; api/commands/matters.py has the commands."""

from collections.abc import Callable
from typing import Annotated, Any

import typer

from api.cli_court import register as register_court

Run = Callable[..., None]
"""cli.py's way to run a command by name: context, name, arguments, as_json."""

Json = Annotated[bool, typer.Option("--json", help="Print the JSON.")]
As = Annotated[str, typer.Option("--as", help="Who does it, by e-mail address.")]
Asking = Annotated[str | None, typer.Option("--as", help="Whose eyes to look with; without it the operator's.")]
Matter = Annotated[str, typer.Argument(metavar="MATTER", help="The matter's ref.")]
ROLES = "client|co-client|opponent|witness|counsel|opposing-counsel|court|insurer|other"


def register(app: typer.Typer, run: Run) -> None:
    """Add `matters` to the command line."""
    matters = typer.Typer(
        no_args_is_help=True, help="Matters of a law firm: open, show, close; who is in them, dates in court, fees."
    )
    app.add_typer(matters, name="matters")
    _add_matters(matters, run)
    _add_ends(matters, run)
    _add_parties(matters, run)
    register_court(matters, run)


def _add_matters(matters: typer.Typer, run: Run) -> None:
    @matters.command("list")
    def listing(
        context: typer.Context,
        every: Annotated[bool, typer.Option("--all", help="Closed ones too.")] = False,
        as_: Asking = None,
        json: Json = False,
    ) -> None:
        """List the open matters, those with the nearest date first."""
        run(context, "matters-list", {"every": every, "as": as_}, json)

    @matters.command()
    def show(context: typer.Context, matter: Matter, as_: Asking = None, json: Json = False) -> None:
        """Show a matter with its parties, dates, tasks, hours and trust money."""
        run(context, "matters-show", {"matter": matter, "as": as_}, json)

    @matters.command("open")
    def opened(
        context: typer.Context,
        client: Annotated[str, typer.Argument(metavar="REF", help="The client's ref.")],
        title: Annotated[str, typer.Argument(metavar="TITLE")],
        as_: As,
        owner: Annotated[str | None, typer.Option(help="Whose it is, by e-mail address.")] = None,
        search: Annotated[str | None, typer.Option(help="The conflict search made for it, by its id.")] = None,
        against: Annotated[
            list[str] | None, typer.Option("--against", help="A name of the other side; may be given again.")
        ] = None,
        json: Json = False,
    ) -> None:
        """Open a matter; refused while its conflict search waits for a decision, or was declined."""
        given: dict[str, Any] = {"client": client, "title": title, "owner": owner, "search": search, "as": as_}
        run(context, "matters-open", given | {"against": against}, json)


def _add_ends(matters: typer.Typer, run: Run) -> None:
    @matters.command()
    def close(
        context: typer.Context,
        matter: Matter,
        as_: As,
        reason: Annotated[str | None, typer.Option(help="Why, where something is left open.")] = None,
        preview: Annotated[bool, typer.Option("--preview", help="Say what stands in the way; close nothing.")] = False,
        json: Json = False,
    ) -> None:
        """Close a matter: its trust ledger is empty by then."""
        run(context, "matters-close", {"matter": matter, "reason": reason, "preview": preview, "as": as_}, json)

    @matters.command()
    def reopen(context: typer.Context, matter: Matter, as_: As, json: Json = False) -> None:
        """Open a closed matter again."""
        run(context, "matters-reopen", {"matter": matter, "as": as_}, json)


def _add_parties(matters: typer.Typer, run: Run) -> None:
    @matters.command()
    def parties(context: typer.Context, matter: Matter, as_: Asking = None, json: Json = False) -> None:
        """List who is in a matter, the client's side first."""
        run(context, "matters-parties", {"matter": matter, "as": as_}, json)

    @matters.command("put-party")
    def put_party(
        context: typer.Context,
        matter: Matter,
        name: Annotated[str, typer.Argument(metavar="NAME")],
        role: Annotated[str, typer.Argument(metavar=ROLES)],
        as_: As,
        alias: Annotated[list[str] | None, typer.Option("--alias", help="Another name; may be given again.")] = None,
        party: Annotated[str | None, typer.Option(help="The id of the one that changes; else it is a new one.")] = None,
        json: Json = False,
    ) -> None:
        """Add a party, or change one. A new name is a new conflict: search for it."""
        given: dict[str, Any] = {"matter": matter, "name": name, "role": role, "aliases": alias, "party": party}
        run(context, "matters-put-party", given | {"as": as_}, json)

    @matters.command("remove-party")
    def remove_party(
        context: typer.Context,
        matter: Matter,
        party: Annotated[str, typer.Argument(metavar="ID", help="The party's id.")],
        as_: As,
        json: Json = False,
    ) -> None:
        """Take a party off a matter."""
        run(context, "matters-remove-party", {"matter": matter, "party": party, "as": as_}, json)

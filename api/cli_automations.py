"""The words of `tickmark automations`. Parses arguments only; api/commands/automations.py has the commands."""

from collections.abc import Callable
from typing import Annotated

import typer

Run = Callable[..., None]
"""cli.py's way to run a command by name: context, name, arguments, as_json."""

Json = Annotated[bool, typer.Option("--json", help="Print the JSON.")]
As = Annotated[str, typer.Option("--as", help="Whose eyes to look with, by e-mail address.")]
Named = Annotated[str, typer.Argument(metavar="AUTOMATION", help="Its name or id.")]


def register(app: typer.Typer, run: Run) -> None:
    """Add `automations` to the command line."""
    automations = typer.Typer(no_args_is_help=True, help="Automations: list them, try one, see what they did.")
    app.add_typer(automations, name="automations")

    @automations.command("list")
    def listing(context: typer.Context, as_: As, json: Json = False) -> None:
        """List the firm's automations, those that are on first."""
        run(context, "automations", {"as": as_}, json)

    @automations.command("dry-run")
    def tried(context: typer.Context, automation: Named, as_: As, json: Json = False) -> None:
        """Say what one would have done over the last 30 days, and will do; change nothing."""
        run(context, "automations-dry-run", {"automation": automation, "as": as_}, json)

    @automations.command()
    def log(
        context: typer.Context,
        as_: As,
        automation: Annotated[str | None, typer.Option(help="Only of this one, by name or id.")] = None,
        client: Annotated[str | None, typer.Option("--client", help="Only this client.")] = None,
        state: Annotated[str | None, typer.Option(help="done, failed, stopped or undone.")] = None,
        json: Json = False,
    ) -> None:
        """Say what automations did, the newest first."""
        given = {"automation": automation, "client": client, "state": state, "as": as_}
        run(context, "automations-log", given, json)

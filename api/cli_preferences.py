"""The words of `tickmark preferences` on the command line. Parses arguments only; the commands are in api/commands."""

from collections.abc import Callable
from typing import Annotated

import typer

Run = Callable[..., None]
"""cli.py's way to run a command by name: context, name, arguments, as_json."""

Json = Annotated[bool, typer.Option("--json", help="Print the JSON.")]
As = Annotated[str, typer.Option("--as", help="Which partner says so, by e-mail address.")]
Id = Annotated[str, typer.Argument(metavar="ID", help="The preference's id, as `tickmark preferences list` lists it.")]


def register(app: typer.Typer, run: Run) -> None:
    """Add `preferences` to the command line."""
    group = typer.Typer(no_args_is_help=True, help="How letters are liked, as reviewers' edits show it.")
    app.add_typer(group, name="preferences")

    @group.command("list")
    def listing(
        context: typer.Context,
        ref: Annotated[str | None, typer.Option("--client", help="One client's, with the firm's.")] = None,
        as_: Annotated[str | None, typer.Option("--as", help="Whose eyes to look with.")] = None,
        json: Json = False,
    ) -> None:
        """List what edits propose, what drafts follow and what is off, each with the edits that show it."""
        run(context, "preferences", {"client": ref, "as": as_}, json)

    @group.command()
    def accept(
        context: typer.Context,
        preference: Id,
        as_: As,
        firm: Annotated[bool, typer.Option("--firm", help="For every client.")] = False,
        client: Annotated[bool, typer.Option("--client", help="For this client alone.")] = False,
        json: Json = False,
    ) -> None:
        """Accept one: the next drafts follow it and say so."""
        if firm and client:
            raise typer.BadParameter("it is for the firm or for the client alone, not both")
        level = "firm" if firm else "client" if client else None
        run(context, "preferences-accept", {"id": preference, "level": level, "as": as_}, json)

    @group.command()
    def off(context: typer.Context, preference: Id, as_: As, json: Json = False) -> None:
        """Switch one off, or set a proposal aside."""
        run(context, "preferences-off", {"id": preference, "as": as_}, json)

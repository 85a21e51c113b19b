"""The words of `tickmark time-off` and `tickmark undo`. Parses arguments only; api/commands/planning.py has the commands."""

from collections.abc import Callable
from typing import Annotated

import typer

Run = Callable[..., None]
"""cli.py's way to run a command by name: context, name, arguments, as_json."""

Json = Annotated[bool, typer.Option("--json", help="Print the JSON.")]
As = Annotated[str, typer.Option("--as", help="Who it is, by e-mail address.")]
Asking = Annotated[str | None, typer.Option("--as", help="Whose eyes to look with; without it the operator's.")]


def register(app: typer.Typer, run: Run) -> None:
    """Add `time-off` and `undo` to the command line."""
    off = typer.Typer(no_args_is_help=True, help="Days on which somebody does not work.")
    app.add_typer(off, name="time-off")

    @off.command("list")
    def listing(context: typer.Context, as_: Asking = None, json: Json = False) -> None:
        """List what has not ended yet: her own, or everybody's for who plans the work."""
        run(context, "time-off-list", {"as": as_}, json)

    @off.command()
    def add(
        context: typer.Context,
        first: Annotated[str, typer.Argument(metavar="FIRST", help="The first day, as 2026-03-16.")],
        as_: As,
        last: Annotated[str | None, typer.Argument(metavar="[LAST]", help="The last; without it that one day.")] = None,
        person: Annotated[str | None, typer.Option("--for", help="Somebody else, by address.")] = None,
        note: Annotated[str | None, typer.Option(help="A word for whoever plans the work.")] = None,
        json: Json = False,
    ) -> None:
        """Enter days off; they are taken off the hours that are there wherever work is planned."""
        given = {"first": first, "last": last, "person": person, "note": note, "as": as_}
        run(context, "time-off-add", given, json)

    @off.command()
    def remove(
        context: typer.Context,
        off_id: Annotated[str, typer.Argument(metavar="ID", help="Its id, from the list.")],
        as_: As,
        json: Json = False,
    ) -> None:
        """Take them away: she works on these days."""
        run(context, "time-off-remove", {"id": off_id, "as": as_}, json)

    @app.command()
    def undo(
        context: typer.Context,
        act: Annotated[str, typer.Argument(metavar="ACT", help="The act's id, as its command answered with --json.")],
        as_: As,
        json: Json = False,
    ) -> None:
        """Take an act back; where somebody changed something since, it says so and changes nothing."""
        run(context, "undo", {"act": act, "as": as_}, json)

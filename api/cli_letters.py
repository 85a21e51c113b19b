"""The words of `tickmark letters` and `tickmark setup` on the command line. Parses arguments only."""

from collections.abc import Callable
from typing import Annotated

import typer

Run = Callable[..., None]
"""cli.py's way to run a command by name: context, name, arguments, as_json."""

Json = Annotated[bool, typer.Option("--json", help="Print the JSON.")]
As = Annotated[str, typer.Option("--as", help="Who it is, by e-mail address.")]


def register(app: typer.Typer, run: Run) -> None:
    """Add `letters` and `setup` to the command line."""
    group = typer.Typer(no_args_is_help=True, help="Proposals, letters out for signature, renewals.")
    app.add_typer(group, name="letters")
    _add_letters(group, run)
    _add_setup(app, run)


def _add_letters(group: typer.Typer, run: Run) -> None:
    @group.command("list")
    def listing(
        context: typer.Context,
        as_: As,
        client: Annotated[str | None, typer.Option("--client", help="Only this client.")] = None,
        json: Json = False,
    ) -> None:
        """List proposals, and letters out for signature with their signers."""
        run(context, "letters-list", {"client": client, "as": as_}, json)

    @group.command()
    def renew(
        context: typer.Context,
        as_: As,
        refs: Annotated[list[str] | None, typer.Argument(metavar="[REF]...", help="Clients; else all active.")] = None,
        percent: Annotated[str, typer.Option(help="By how much prices change.")] = "0",
        step: Annotated[int, typer.Option("--round-to", help="Whole dollars: 1 or 5.")] = 1,
        draft: Annotated[bool, typer.Option("--draft", help="Draft them for review; else only show.")] = False,
        undo: Annotated[str | None, typer.Option(help="Take back the renewals of this id instead.")] = None,
        json: Json = False,
    ) -> None:
        """Show next year's letters with changed prices, or draft them for review."""
        given = {"clients": refs or [], "percent": percent, "step": step, "draft": draft, "undo": undo, "as": as_}
        run(context, "letters-renew", given, json)


def _add_setup(app: typer.Typer, run: Run) -> None:
    @app.command()
    def setup(
        context: typer.Context,
        name: Annotated[str | None, typer.Option(help="The firm's name.")] = None,
        timezone: Annotated[str, typer.Option(help="Its time zone, as America/Chicago.")] = "America/New_York",
        fiscal_year_end: Annotated[str, typer.Option(help="Its year's end, as 12-31.")] = "12-31",
        email: Annotated[str | None, typer.Option(help="A person to add, by e-mail address.")] = None,
        person: Annotated[str | None, typer.Option(help="That person's name.")] = None,
        role: Annotated[str, typer.Option(help="partner, manager, senior, staff or admin.")] = "partner",
        json: Json = False,
    ) -> None:
        """Set up a firm step by step; without options say what is there and what is missing."""
        given = {"name": name, "timezone": timezone, "fiscal_year_end": fiscal_year_end, "email": email}
        run(context, "setup", {**given, "person": person, "role": role}, json)

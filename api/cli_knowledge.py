"""The words of `tickmark knowledge` on the command line. Parses arguments only; the commands are in api/commands."""

from collections.abc import Callable
from typing import Annotated

import typer

from api.cli_facts import RefFirst

Run = Callable[..., None]
"""cli.py's way to run a command by name: context, name, arguments, as_json."""

Json = Annotated[bool, typer.Option("--json", help="Print the JSON.")]
As = Annotated[str, typer.Option("--as", help="Who says so, by e-mail address.")]
Id = Annotated[str, typer.Argument(metavar="ID", help="The entry's id, as `tickmark knowledge REF` lists it.")]
Until = Annotated[str | None, typer.Option(help="The day on which it ends by itself, as 2026-12-31.")]


def register(app: typer.Typer, run: Run) -> None:
    """Add `knowledge` to the command line."""
    group = typer.Typer(
        cls=RefFirst,
        no_args_is_help=True,
        help="What people know of a client: `knowledge REF` lists it with what mail and notes propose.",
    )
    app.add_typer(group, name="knowledge")
    _add_listing(group, run)
    _add_acts(group, run)


def _add_listing(group: typer.Typer, run: Run) -> None:
    @group.command("list")
    def listing(
        context: typer.Context,
        ref: Annotated[str, typer.Argument(metavar="REF", help="The client's ref.")],
        all_: Annotated[bool, typer.Option("--all", help="Also what was ended or set aside.")] = False,
        as_: Annotated[str | None, typer.Option("--as", help="Whose eyes to look with.")] = None,
        json: Json = False,
    ) -> None:
        """List what is known and what is proposed, each with its source."""
        run(context, "knowledge", {"client": ref, "all": all_, "as": as_}, json)


def _add_acts(group: typer.Typer, run: Run) -> None:
    @group.command()
    def accept(context: typer.Context, entry: Id, as_: As, until: Until = None, json: Json = False) -> None:
        """Accept a proposal: from today on drafts and chat use it."""
        run(context, "knowledge-accept", {"id": entry, "as": as_, "until": until}, json)

    @group.command()
    def end(context: typer.Context, entry: Id, as_: As, json: Json = False) -> None:
        """End an entry from today on, or set a proposal aside."""
        run(context, "knowledge-end", {"id": entry, "as": as_}, json)

    @group.command()
    def add(
        context: typer.Context,
        ref: Annotated[str, typer.Argument(metavar="REF", help="The client's ref.")],
        text: Annotated[str, typer.Argument(metavar="TEXT", help="What you know.")],
        as_: As,
        topic: Annotated[str | None, typer.Option(help="channel, decides, times, habit, promise or other.")] = None,
        until: Until = None,
        json: Json = False,
    ) -> None:
        """Write down what you know of a client."""
        run(context, "knowledge-add", {"client": ref, "text": text, "as": as_, "topic": topic, "until": until}, json)

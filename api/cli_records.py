"""The words of `tickmark contradictions` and `tickmark history` on the command line. Parses arguments only."""

from collections.abc import Callable
from typing import Annotated

import typer

Run = Callable[..., None]
"""cli.py's way to run a command by name: context, name, arguments, as_json."""

Json = Annotated[bool, typer.Option("--json", help="Print the JSON.")]
As = Annotated[str, typer.Option("--as", help="Who decides, by e-mail address.")]
Asking = Annotated[str | None, typer.Option("--as", help="Whose eyes to look with.")]
Key = Annotated[str, typer.Argument(metavar="KEY", help="The signal's key, as `tickmark contradictions` lists it.")]
Side = Annotated[int | None, typer.Option(min=1, help="Which side, where there are several.")]


def register(app: typer.Typer, run: Run) -> None:
    """Add `contradictions` and `history` to the command line."""
    group = typer.Typer(help="What documents say against the records: lists them, the words below settle them.")
    app.add_typer(group, name="contradictions")
    _add_listing(group, run)
    _add_acts(group, run)
    _add_history(app, run)


def _add_listing(group: typer.Typer, run: Run) -> None:
    @group.callback(invoke_without_command=True)
    def contradictions(
        context: typer.Context,
        client: Annotated[str | None, typer.Option("--client", help="Only this client.")] = None,
        as_: Asking = None,
        json: Json = False,
    ) -> None:
        """List what is open, both sides of each."""
        if context.invoked_subcommand is None:
            run(context, "contradictions", {"client": client, "as": as_}, json)


def _add_acts(group: typer.Typer, run: Run) -> None:
    @group.command()
    def accept(
        context: typer.Context,
        key: Key,
        as_: As,
        side: Side = None,
        note: Annotated[str | None, typer.Option(help="Why.")] = None,
        json: Json = False,
    ) -> None:
        """Let the record take what the document says."""
        run(context, "contradictions-accept", {"key": key, "side": side, "as": as_, "note": note}, json)

    @group.command()
    def keep(
        context: typer.Context,
        key: Key,
        reason: Annotated[str, typer.Argument(metavar="REASON", help="Why the record stands.")],
        as_: As,
        json: Json = False,
    ) -> None:
        """Let the record stand."""
        run(context, "contradictions-keep", {"key": key, "reason": reason, "as": as_}, json)

    @group.command()
    def ask(context: typer.Context, key: Key, as_: As, side: Side = None, json: Json = False) -> None:
        """Ask the client: an item of the open request, and a mail drafted for review. Nothing is sent."""
        run(context, "contradictions-ask", {"key": key, "side": side, "as": as_}, json)


def _add_history(app: typer.Typer, run: Run) -> None:
    @app.command()
    def history(
        context: typer.Context,
        ref: Annotated[str, typer.Argument(metavar="REF", help="The client's ref.")],
        field: Annotated[str | None, typer.Option(help="Only this field: tax_id, fee, ownership_pct …")] = None,
        as_of: Annotated[
            str | None, typer.Option("--as-of", help="What was on record that day, as 2026-01-15.")
        ] = None,
        as_: Asking = None,
        json: Json = False,
    ) -> None:
        """Show what the client's records said, since when and by what."""
        run(context, "history", {"client": ref, "field": field, "as_of": as_of, "as": as_}, json)

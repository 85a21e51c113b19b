"""The words of `tickmark import` and `tickmark imports` on the command line. Parses arguments only."""

from collections.abc import Callable
from pathlib import Path
from typing import Annotated

import typer

Run = Callable[..., None]
"""cli.py's way to run a command by name: context, name, arguments, as_json."""

Json = Annotated[bool, typer.Option("--json", help="Print the JSON.")]
As = Annotated[str | None, typer.Option("--as", help="Who imports, by e-mail address.")]
Number = Annotated[int, typer.Argument(metavar="NUMBER", help="The import, as `tickmark imports` lists it.")]


def register(app: typer.Typer, run: Run) -> None:
    """Add `import` and `imports` to the command line."""
    _add_import(app, run)
    group = typer.Typer(help="What was imported: the list, the rows of one, and taking one back.")
    app.add_typer(group, name="imports")

    @group.callback(invoke_without_command=True)
    def imports(context: typer.Context, json: Json = False) -> None:
        """List the imports, newest first."""
        if context.invoked_subcommand is None:
            run(context, "imports-list", {}, json)

    @group.command()
    def show(
        context: typer.Context,
        number: Number,
        verdict: Annotated[str | None, typer.Option(help="Only rows of this verdict.")] = None,
        json: Json = False,
    ) -> None:
        """Every row of an import with what became of it."""
        run(context, "imports-show", {"number": number, "verdict": verdict}, json)

    @group.command()
    def undo(context: typer.Context, number: Number, as_: As = None, json: Json = False) -> None:
        """Take an import back: what it made goes, what it changed is as before."""
        run(context, "imports-undo", {"number": number, "as": as_}, json)


def _add_import(app: typer.Typer, run: Run) -> None:
    @app.command(name="import")
    def import_(
        context: typer.Context,
        source: Annotated[str, typer.Argument(metavar="SOURCE", help="karbon, taxdome, quickbooks …, or auto.")],
        files: Annotated[list[Path], typer.Argument(metavar="FILE...", help="Files or folders of the export.")],
        dry_run: Annotated[bool, typer.Option("--dry-run", help="Tell what would happen to each row.")] = False,
        same: Annotated[list[str] | None, typer.Option(metavar="NAME=REF", help="That name is this client.")] = None,
        new: Annotated[list[str] | None, typer.Option(metavar="NAME", help="That name is a new client.")] = None,
        client: Annotated[str | None, typer.Option(metavar="REF", help="These are this client's own books.")] = None,
        as_: As = None,
        json: Json = False,
    ) -> None:
        """Read an export of another system into the records."""
        paths = [str(one.expanduser().resolve()) for one in files]
        given = {"source": source, "files": paths, "dry_run": dry_run, "same": same, "new": new, "client": client}
        run(context, "import", {**given, "as": as_}, json)

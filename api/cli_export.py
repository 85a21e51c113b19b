"""The words of `tickmark export` on the command line. Parses arguments only."""

from collections.abc import Callable
from pathlib import Path
from typing import Annotated, Any

import typer
from typer.core import TyperGroup

Run = Callable[..., None]
"""cli.py's way to run a command by name: context, name, arguments, as_json."""

Json = Annotated[bool, typer.Option("--json", help="Print the JSON.")]


class _WritesByDefault(TyperGroup):
    """`export FOLDER` is `export write FOLDER`; a folder that is called like one of the others is written `./verify`."""

    def parse_args(self, ctx: Any, args: list[str]) -> list[str]:
        if not args or (args[0] not in self.commands and args[0] != "--help"):
            args = ["write", *args]
        return super().parse_args(ctx, args)


def register(app: typer.Typer, run: Run) -> None:
    """Add `export` to the command line."""
    group = typer.Typer(
        cls=_WritesByDefault, help="Write everything out, or one client's file; check what was written."
    )
    app.add_typer(group, name="export")

    @group.command()
    def write(
        context: typer.Context,
        folder: Path,
        client: Annotated[str | None, typer.Option(help="Only the file of this client, by ref.")] = None,
        for_: Annotated[
            str | None, typer.Option("--for", help="With --client: whom it is for, client or successor.")
        ] = None,
        as_: Annotated[
            str | None, typer.Option("--as", help="Who takes it, by e-mail address: what she sees. Else all.")
        ] = None,
        json: Json = False,
    ) -> None:
        """Write everything out, in a form that load reads back; with --client one client's file."""
        arguments = {"folder": str(folder.absolute()), "client": client, "for": for_, "as": as_}
        run(context, "export", arguments, json)

    @group.command()
    def verify(folder: Path, json: Json = False) -> None:
        """Hold a folder that was exported against its manifest; exit status 1 when it is not what was written."""
        from api.commands.export import verify as check
        from api.execute import failing
        from api.output import say

        with failing():
            result = check(folder.absolute())
            say(result, json)
        raise typer.Exit(1 if result.failed else 0)

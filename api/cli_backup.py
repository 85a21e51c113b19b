"""`tickmark backup`, `restore` and `key`: copies of a home, and the keys that seal what is in it."""

from pathlib import Path
from typing import Annotated, Any, Protocol

import typer
from typer.core import TyperGroup

Json = Annotated[bool, typer.Option("--json", help="Print the JSON of the contract.")]
Asking = Annotated[str | None, typer.Option("--as", help="Who does it, by e-mail address; without it the operator.")]
Folder = Annotated[Path | None, typer.Argument(metavar="FOLDER", help="The backups' folder (TICKMARK_BACKUP_TO).")]


class Run(Protocol):
    """Runs a command by name and prints its result (api/cli.py)."""

    def __call__(self, context: typer.Context, name: str, arguments: dict[str, Any], as_json: bool = False) -> None: ...


class _MakesByDefault(TyperGroup):
    """`backup FOLDER` is `backup make FOLDER`; a folder that is called like one of the others is written `./list`."""

    def parse_args(self, ctx: Any, args: list[str]) -> list[str]:
        if not args or (args[0] not in self.commands and args[0] != "--help"):
            args = ["make", *args]
        return super().parse_args(ctx, args)


def register(app: typer.Typer, run: Run) -> None:
    """Add `backup`, `restore` and `key` to the command line."""
    backup = typer.Typer(cls=_MakesByDefault, help="Make an encrypted backup, or look at those that are there.")
    key = typer.Typer(no_args_is_help=True, help="The keys that seal taxpayer ids, bank numbers and secrets.")
    app.add_typer(backup, name="backup")
    app.add_typer(key, name="key")
    _add_backup(backup, run)
    _add_key(key, run)

    @app.command()
    def restore(
        context: typer.Context,
        backup: Annotated[Path, typer.Argument(metavar="BACKUP", help="A backup, or a folder: its newest.")],
        into: Annotated[Path | None, typer.Argument(metavar="HOME", help="A home without records.")] = None,
        json: Json = False,
    ) -> None:
        """Bring a backup back onto a home without records, and hold all of it against what it should be."""
        from api.commands.backup import restore as bring_back
        from api.execute import failing
        from api.output import Meter, say

        with failing():
            say(bring_back(into or context.obj, backup, Meter()), json)


def _add_backup(backup: typer.Typer, run: Run) -> None:
    @backup.command()
    def make(
        context: typer.Context,
        folder: Folder = None,
        keep: Annotated[int | None, typer.Option(min=1, help="How many backups stay (TICKMARK_BACKUP_KEEP).")] = None,
        as_: Asking = None,
        json: Json = False,
    ) -> None:
        """Make a backup, while the home is in use or not."""
        run(context, "backup-make", {"folder": _absolute(folder), "keep": keep, "as": as_}, json)

    @backup.command("list")
    def listing(context: typer.Context, folder: Folder = None, json: Json = False) -> None:
        """List the backups of a folder, newest first."""
        run(context, "backup-list", {"folder": _absolute(folder)}, json)

    @backup.command()
    def verify(context: typer.Context, folder: Folder = None, json: Json = False) -> None:
        """Read all of a backup, or the newest of a folder, and hold it against what it says."""
        run(context, "backup-verify", {"folder": _absolute(folder)}, json)

    @backup.command()
    def test(context: typer.Context, folder: Folder = None, as_: Asking = None, json: Json = False) -> None:
        """Bring the newest backup back into a folder of its own, look at all of it, and write down what came of it."""
        run(context, "backup-test", {"folder": _absolute(folder), "as": as_}, json)


def _add_key(key: typer.Typer, run: Run) -> None:
    @key.command()
    def show(context: typer.Context, as_: Asking = None, json: Json = False) -> None:
        """Show which keys there are, their age, and how much each seals; never a key. Exit status 1 when one is lost."""
        run(context, "key-show", {"as": as_}, json)

    @key.command()
    def rotate(context: typer.Context, as_: Asking = None, json: Json = False) -> None:
        """Seal everything again under a new key; one that was interrupted goes on where it ended."""
        run(context, "key-rotate", {"as": as_}, json)


def _absolute(folder: Path | None) -> str | None:
    return str(folder.expanduser().absolute()) if folder else None

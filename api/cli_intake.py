"""The words of `tickmark ingest`, `tickmark loose` and `tickmark watch` on the command line. Parses arguments only; the commands are in
api/commands."""

from collections.abc import Callable
from pathlib import Path
from typing import Annotated

import typer

from api.cli_facts import password_from_input

Run = Callable[..., None]
"""cli.py's way to run a command by name: context, name, arguments, as_json."""

Json = Annotated[bool, typer.Option("--json", help="Print the JSON.")]
As = Annotated[str, typer.Option("--as", help="Who decides, by e-mail address.")]
Asking = Annotated[str | None, typer.Option("--as", help="Whose eyes to look with; without it the operator's.")]
Identity = Annotated[str, typer.Argument(metavar="ID", help="The loose file's id, or the beginning of it.")]


def register(app: typer.Typer, run: Run) -> None:
    """Add `ingest`, `loose`, `watch` and `versions` to the command line."""
    group = typer.Typer(help="The tray of files that are no client's yet: listed, filed, set aside.")
    app.add_typer(group, name="loose")
    _add_ingest(app, run)
    _add_tray(group, run)
    _add_watch(app, run)
    versions = typer.Typer(help="Documents that are versions of one: listed, taken apart.")
    app.add_typer(versions, name="versions")
    _add_versions(versions, run)


def _add_ingest(app: typer.Typer, run: Run) -> None:
    @app.command()
    def ingest(
        context: typer.Context,
        words: Annotated[
            list[str], typer.Argument(metavar="REF PATH…", help="The client's ref, then files and folders.")
        ],
        loose: Annotated[
            bool, typer.Option("--loose", help="No REF: the client is guessed, and a person confirms.")
        ] = False,
        as_: Annotated[str | None, typer.Option("--as", help="Who adds them; without it the operator.")] = None,
        password: Annotated[
            bool, typer.Option("--password", help="Files are locked: read their password from standard input.")
        ] = False,
        json: Json = False,
    ) -> None:
        """Add files or folders to a client, or with --loose to the tray of files whose client is not known."""
        if not loose and len(words) < 2:
            raise typer.BadParameter("name the client's ref and at least one file or folder, or use --loose")
        paths = [str(Path(word).absolute()) for word in (words if loose else words[1:])]
        if loose:
            run(context, "ingest-loose", {"paths": paths, "as": as_}, json)
        else:
            secret = password_from_input() if password else None
            run(context, "ingest", {"client": words[0], "paths": paths, "as": as_, "password": secret}, json)


def _add_tray(group: typer.Typer, run: Run) -> None:
    @group.callback(invoke_without_command=True)
    def listing(
        context: typer.Context,
        all_: Annotated[bool, typer.Option("--all", help="Also what was filed and set aside.")] = False,
        as_: Asking = None,
        json: Json = False,
    ) -> None:
        """List the loose files, each with whose it may be and why."""
        if context.invoked_subcommand is None:
            run(context, "loose", {"all": all_, "as": as_}, json)

    @group.command("file")
    def file(
        context: typer.Context,
        identity: Identity,
        ref: Annotated[str, typer.Argument(metavar="REF", help="The client's ref.")],
        as_: As,
        json: Json = False,
    ) -> None:
        """File a loose file as this client's."""
        run(context, "loose-file", {"id": identity, "client": ref, "as": as_}, json)

    @group.command("drop")
    def drop(
        context: typer.Context,
        identity: Identity,
        as_: As,
        reason: Annotated[str, typer.Option(help="Why it is no client's.")],
        json: Json = False,
    ) -> None:
        """Set a loose file aside; its bytes are kept."""
        run(context, "loose-drop", {"id": identity, "as": as_, "reason": reason}, json)


def _add_versions(group: typer.Typer, run: Run) -> None:
    @group.callback(invoke_without_command=True)
    def listing(
        context: typer.Context,
        client: Annotated[str | None, typer.Option("--client", help="Only this client.")] = None,
        as_: Asking = None,
        json: Json = False,
    ) -> None:
        """List which documents are later versions of others, and by what rule."""
        if context.invoked_subcommand is None:
            run(context, "versions", {"client": client, "as": as_}, json)

    @group.command("undo")
    def undo(
        context: typer.Context,
        identity: Annotated[str, typer.Argument(metavar="ID", help="The link's id, or the beginning of it.")],
        as_: As,
        json: Json = False,
    ) -> None:
        """Say that two documents are not versions of one; they are never linked again."""
        run(context, "versions-undo", {"id": identity, "as": as_}, json)


def _add_watch(app: typer.Typer, run: Run) -> None:
    @app.command()
    def watch(
        context: typer.Context,
        folder: Annotated[Path | None, typer.Argument(metavar="[FOLDER]", help="Else TICKMARK_WATCH.")] = None,
        once: Annotated[
            bool, typer.Option("--once", help="One pass; without it `tickmark serve` keeps looking.")
        ] = False,
        json: Json = False,
    ) -> None:
        """Take in what is new or changed in the watched folder, and mark what is gone from it."""
        if not once:
            raise typer.BadParameter(
                "say --once for one pass; `tickmark serve` with TICKMARK_WATCH keeps looking by itself"
            )
        run(context, "watch", {"folder": str(folder.absolute()) if folder else None}, json)

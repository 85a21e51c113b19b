"""The words of `tickmark source` on the command line. Parses arguments only; asks for a secret so that it stands in no history."""

import sys
from collections.abc import Callable
from pathlib import Path
from typing import Annotated

import typer

Run = Callable[..., None]
"""cli.py's way to run a command by name: context, name, arguments, as_json."""

Json = Annotated[bool, typer.Option("--json", help="Print the JSON.")]
As = Annotated[str | None, typer.Option("--as", help="Who does it, by e-mail address.")]
Which = Annotated[str, typer.Argument(metavar="SOURCE", help="Its name or id, as `tickmark source list` shows it.")]
Every = Annotated[int | None, typer.Option(min=1, max=1440, help="Minutes between two readings.")]


def register(app: typer.Typer, run: Run) -> None:
    """Add `source` to the command line."""
    group = typer.Typer(no_args_is_help=True, help="Mailboxes, the forwarding address, and folders that are read.")
    app.add_typer(group, name="source")
    _add_add(group, run)

    @group.command(name="list")
    def listing(context: typer.Context, as_: As = None, json: Json = False) -> None:
        """List the sources with their last reading, those that cannot be relied on first."""
        run(context, "source-list", {"as": as_}, json)

    @group.command()
    def sync(context: typer.Context, source: Which, as_: As = None, json: Json = False) -> None:
        """Read a source now, to its end."""
        run(context, "source-sync", {"source": source, "as": as_}, json)

    @group.command(name="set")
    def set_(
        context: typer.Context,
        source: Which,
        pause: Annotated[bool | None, typer.Option("--pause/--resume", help="Stop reading it, or go on.")] = None,
        every: Every = None,
        secret: Annotated[bool, typer.Option("--secret", help="Ask for a new password or token.")] = False,
        as_: As = None,
        json: Json = False,
    ) -> None:
        """Pause a source or let it go on; read it more or less often; give it a new password."""
        state = None if pause is None else "paused" if pause else "on"
        given = {"source": source, "state": state, "every": every, "secret": _secret() if secret else None, "as": as_}
        run(context, "source-set", given, json)

    @group.command()
    def remove(context: typer.Context, source: Which, as_: As = None, json: Json = False) -> None:
        """Take a source away with its secret; what it brought stays."""
        run(context, "source-remove", {"source": source, "as": as_}, json)


def _add_add(group: typer.Typer, run: Run) -> None:
    @group.command()
    def add(
        context: typer.Context,
        kind: Annotated[str, typer.Argument(metavar="KIND", help="imap, smtp, folder or exports.")],
        where: Annotated[str, typer.Argument(metavar="WHERE", help="An address, or the path of a folder.")],
        host: Annotated[str | None, typer.Option(help="The mail server.")] = None,
        port: Annotated[int | None, typer.Option(help="Its port; without it 993, or 143 for starttls.")] = None,
        user: Annotated[str | None, typer.Option(help="The name to sign in with, if it is not the address.")] = None,
        security: Annotated[str, typer.Option(help="tls, starttls or plain (this machine only).")] = "tls",
        token: Annotated[bool, typer.Option("--token", help="The secret is an OAuth token (XOAUTH2).")] = False,
        folder: Annotated[list[str] | None, typer.Option(help="Only this folder; several times for several.")] = None,
        name: Annotated[str | None, typer.Option(help="What it is called.")] = None,
        every: Every = None,
        test: Annotated[bool, typer.Option("--test", help="Sign in first; keep it only if that works.")] = False,
        as_: As = None,
        json: Json = False,
    ) -> None:
        """Add a mailbox, a forwarding address, or a folder. The password or token is asked for, or read from standard input."""
        local = kind in ("folder", "exports")
        given = {
            "kind": kind,
            "place" if local else "address": str(Path(where).expanduser().absolute()) if local else where,
            "host": host,
            "port": port,
            "user": user,
            "security": security,
            "method": "token" if token else "password",
            "folders": folder,
            "name": name,
            "every": every,
            "test": test,
            "secret": _secret() if kind == "imap" else None,
            "as": as_,
        }
        run(context, "source-add", given, json)


def _secret() -> str:
    if sys.stdin.isatty():
        return str(typer.prompt("App password or token", hide_input=True))
    return sys.stdin.readline().strip()

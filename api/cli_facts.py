"""The words of `tickmark facts` and `tickmark unlock` on the command line. Parses arguments only; the commands are in api/commands."""

import sys
from collections.abc import Callable
from typing import Annotated, Any

import typer
from typer.core import TyperGroup

from api.commands.result import Arguments

Run = Callable[..., None]
"""cli.py's way to run a command by name: context, name, arguments, as_json."""

Json = Annotated[bool, typer.Option("--json", help="Print the JSON.")]
As = Annotated[str, typer.Option("--as", help="Who says so, by e-mail address.")]
Document = Annotated[str, typer.Argument(metavar="DOCUMENT", help="The document's id, or its path.")]
Name = Annotated[str, typer.Argument(metavar="NAME", help="The fact's name, as `tickmark facts` lists it.")]
Note = Annotated[str | None, typer.Option(help="Why.")]


class RefFirst(TyperGroup):
    """`tickmark facts C001` lists, as `tickmark facts list C001` does: what is no word of the group is a client's ref."""

    def parse_args(self, ctx: Any, args: list[str]) -> list[str]:
        if args and args[0] not in self.commands and args[0] != "--help":
            args = ["list", *args]
        return super().parse_args(ctx, args)


def register(app: typer.Typer, run: Run) -> None:
    """Add `facts` and `unlock` to the command line."""
    group = typer.Typer(
        cls=RefFirst,
        no_args_is_help=True,
        help="The facts read in a client's documents: `facts REF [DOCUMENT]` lists them, the words below correct them.",
    )
    app.add_typer(group, name="facts")
    _add_listing(group, run)
    _add_corrections(group, run)
    _add_unlock(app, run)


def _add_listing(group: typer.Typer, run: Run) -> None:
    @group.command("list")
    def listing(
        context: typer.Context,
        ref: Annotated[str, typer.Argument(metavar="REF", help="The client's ref.")],
        document: Annotated[str | None, typer.Argument(metavar="[DOCUMENT]", help="Only this one: id or path.")] = None,
        as_: Annotated[str | None, typer.Option("--as", help="Whose eyes to look with.")] = None,
        json: Json = False,
    ) -> None:
        """List facts with value, page, words, reader and confidence."""
        run(context, "facts", {"client": ref, "document": document, "as": as_}, json)

    @group.command()
    def fill(
        context: typer.Context,
        ref: Annotated[str, typer.Argument(metavar="REF", help="The client's ref.")],
        as_: Annotated[str | None, typer.Option("--as", help="Who asks; without it the operator.")] = None,
        json: Json = False,
    ) -> None:
        """Have the model read what the rules left unread, now; the night does so by itself."""
        run(context, "facts-fill", {"client": ref, "as": as_}, json)


def _add_corrections(group: typer.Typer, run: Run) -> None:
    @group.command()
    def correct(
        context: typer.Context,
        document: Document,
        name: Name,
        as_: As,
        value: Annotated[str | None, typer.Argument(metavar="VALUE", help="What it is.")] = None,
        none: Annotated[bool, typer.Option("--none", help="The document says no such thing.")] = False,
        page: Annotated[int | None, typer.Option(help="The page the words stand on.")] = None,
        quote: Annotated[str | None, typer.Option(help="The words it is read from.")] = None,
        was: Annotated[str | None, typer.Option(help="Which one of several: the value that was read.")] = None,
        row: Annotated[int | None, typer.Option(help="Which line of a list, from 0.")] = None,
        add: Annotated[bool, typer.Option("--add", help="One more beside those that were read.")] = False,
        note: Note = None,
        json: Json = False,
    ) -> None:
        """Correct a fact, add one that was missed, or say with --none that the document has none."""
        if none == (value is not None):
            raise typer.BadParameter("give a VALUE, or --none when the document says no such thing")
        arguments: Arguments = {"document": document, "name": name, "value": value, "as": as_, "page": page}
        run(
            context,
            "facts-correct",
            {**arguments, "quote": quote, "was": was, "row": row, "add": add, "note": note},
            json,
        )

    @group.command()
    def kind(
        context: typer.Context,
        document: Document,
        kind: Annotated[str, typer.Argument(metavar="KIND", help="What it is: notice, lease, k-1 …")],
        as_: As,
        note: Note = None,
        json: Json = False,
    ) -> None:
        """Correct what kind of document it is; its facts are read anew."""
        run(context, "facts-kind", {"document": document, "kind": kind, "as": as_, "note": note}, json)

    @group.command("undo")
    def undo(context: typer.Context, document: Document, name: Name, as_: As, json: Json = False) -> None:
        """Take a correction back: what was read stands again."""
        run(context, "facts-undo", {"document": document, "name": name, "as": as_}, json)


def _add_unlock(app: typer.Typer, run: Run) -> None:
    @app.command()
    def unlock(
        context: typer.Context,
        ref: Annotated[str, typer.Argument(metavar="REF", help="The client's ref.")],
        as_: Annotated[str | None, typer.Option("--as", help="Who keeps it, by e-mail address.")] = None,
        json: Json = False,
    ) -> None:
        """Keep a password that opens locked files of a client, read from standard input, and read what it opens."""
        run(context, "unlock", {"client": ref, "password": password_from_input(), "as": as_}, json)


def password_from_input() -> str:
    """One line of standard input, not shown on a terminal: an argument would stand in the list of processes and in the shell's history."""
    if sys.stdin.isatty():
        typed: Any = typer.prompt("Password of the file", hide_input=True, err=True)
        return str(typed)
    return sys.stdin.readline().rstrip("\r\n")

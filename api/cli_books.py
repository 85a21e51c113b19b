"""The words of `tickmark books` on the command line. Parses arguments only; the command is in api/commands/books.py."""

from collections.abc import Callable
from typing import Annotated

import typer

Run = Callable[..., None]
"""cli.py's way to run a command by name: context, name, arguments, as_json."""


def register(app: typer.Typer, run: Run) -> None:
    """Add `books` to the command line."""

    @app.command()
    def books(
        context: typer.Context,
        ref: Annotated[str, typer.Argument(metavar="REF", help="The client's ref.")],
        statement: Annotated[
            str | None, typer.Option(help="trial-balance, profit-and-loss or balance-sheet; without it all.")
        ] = None,
        period: Annotated[str | None, typer.Option(help="2026, 2026-Q1, 2026-03 or 2026-03-31.")] = None,
        compare: Annotated[
            str | None, typer.Option(help="With the period `before`, the same a `year` earlier, or one like 2026-02.")
        ] = None,
        as_: Annotated[str | None, typer.Option("--as", help="Whose eyes to look with.")] = None,
        json: Annotated[bool, typer.Option("--json", help="Print the JSON.")] = False,
    ) -> None:
        """A client's own books by period, what does not foot or roll in them, and two periods compared."""
        asked = {"client": ref, "statement": statement, "period": period, "compare": compare, "as": as_}
        run(context, "books", asked, json)

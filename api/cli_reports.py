"""The words of `tickmark report`. Parses arguments only; api/commands/reports.py has the command."""

from collections.abc import Callable
from pathlib import Path
from typing import Annotated

import typer

Run = Callable[..., None]
"""cli.py's way to run a command by name: context, name, arguments, as_json."""
NAMES = "aging|wip|realization|concentration|utilization|requests|stages|deadlines"


def register(app: typer.Typer, run: Run) -> None:
    """Add `report` to the command line."""

    @app.command()
    def report(
        context: typer.Context,
        name: Annotated[str, typer.Argument(metavar="NAME", help=f"One of {NAMES}.")],
        first: Annotated[str | None, typer.Option("--from", help="The first day, as 2026-01-01.")] = None,
        last: Annotated[str | None, typer.Option("--through", help="The last day.")] = None,
        rows: Annotated[bool, typer.Option("--rows", help="What the figures are made of.")] = False,
        csv: Annotated[Path | None, typer.Option("--csv", help="Write this new CSV file.")] = None,
        xlsx: Annotated[Path | None, typer.Option("--xlsx", help="Write this new workbook, figures and rows.")] = None,
        as_: Annotated[str | None, typer.Option("--as", help="Whose eyes to look with; without it the operator's.")] = None,
        json: Annotated[bool, typer.Option("--json", help="Print the JSON.")] = False,
    ) -> None:  # fmt: skip
        """Print a report of the firm, or write it into a file."""
        files = {form: str(file.absolute()) for form, file in (("csv", csv), ("xlsx", xlsx)) if file}
        run(context, "report", {"name": name, "first": first, "last": last, "rows": rows, "as": as_, **files}, json)

"""The command `tickmark access`."""

from typing import Annotated

import typer

from api.execute import failing
from api.output import say


def register(app: typer.Typer) -> None:
    """Hang it on the command line. It needs no home: the table is part of the program."""

    @app.command()
    def access(
        kind: Annotated[
            str | None, typer.Option(help="Only these doors: routes, portal, commands, tools or jobs.")
        ] = None,
        role: Annotated[str | None, typer.Option(help="What this role's rights open.")] = None,
        json: Annotated[bool, typer.Option("--json", help="Print the JSON of the contract.")] = False,
    ) -> None:
        """Tell what opens each page, command, tool and job: a right, or who."""
        from api.commands import access as command

        with failing():
            result = command.run(kind, role)
            say(result, json)

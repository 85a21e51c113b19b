"""The commands that stand above the service, for the command line: demo. Registered by the entry point `tickmark.commands`.

Only arguments and printing; what a command does is in its own module, imported when it is called.
"""

from typing import Annotated

import typer

from api.execute import failing
from api.output import Meter, say


def register(app: typer.Typer) -> None:
    """Add the commands to the command line."""
    app.command()(demo)


def demo(
    context: typer.Context,
    no_serve: Annotated[bool, typer.Option("--no-serve", help="Make everything and end.")] = False,
    clients: Annotated[int, typer.Option(min=1, max=10_000, help="How many clients the sample firm has.")] = 75,
    seed: Annotated[int, typer.Option(help="Another seed makes another firm.")] = 7,
    port: Annotated[int | None, typer.Option(help="The port to listen on; 0 takes a free one.")] = None,
    json: Annotated[bool, typer.Option("--json", help="Print where it is and how to sign in as JSON.")] = False,
) -> None:
    """Make the sample firm, load, scan and serve it."""
    from evals import demo as command

    with failing():
        result = command.run(context.obj, clients=clients, seed=seed, serve=not no_serve, port=port, progress=Meter())
        if no_serve:
            say(result, json)

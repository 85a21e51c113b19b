"""The words of `tickmark worker`, `worker drain`, `worker stay` and `tickmark workers` on the command line. Parses arguments only; the
commands are in api/commands/workers.py."""

from collections.abc import Callable
from pathlib import Path
from typing import Annotated

import typer

from api.execute import failing

Run = Callable[..., None]
"""cli.py's way to run a command by name: context, name, arguments, as_json."""

Json = Annotated[bool, typer.Option("--json", help="Print the JSON.")]
Asking = Annotated[str | None, typer.Option("--as", help="Who asks, by e-mail address; else the operator.")]


def register(app: typer.Typer, run: Run, home: Callable[[typer.Context], Path | None]) -> None:
    """Add them."""
    worker = typer.Typer(help="Run a scan worker on this or another machine, or end one in good order.")
    app.add_typer(worker, name="worker")

    @worker.callback(invoke_without_command=True)
    def work(context: typer.Context) -> None:
        if context.invoked_subcommand is not None:
            return
        from api.serve import work as start

        with failing():
            start(home(context))

    @worker.command()
    def drain(
        context: typer.Context,
        id_: Annotated[str, typer.Argument(metavar="ID", help="Its name, as `tickmark workers` lists it.")],
        as_: Asking = None,
        json: Json = False,
    ) -> None:
        """Tell a worker to take no more clients, finish those in hand, and end."""
        run(context, "worker-drain", {"id": id_, "as": as_}, json)

    @worker.command()
    def stay(
        context: typer.Context,
        id_: Annotated[str, typer.Argument(metavar="ID", help="Its name, as `tickmark workers` lists it.")],
        as_: Asking = None,
        json: Json = False,
    ) -> None:
        """Take a drain back, within the seconds in which the worker has not heard of it."""
        run(context, "worker-stay", {"id": id_, "as": as_}, json)

    @app.command()
    def workers(context: typer.Context, as_: Asking = None, json: Json = False) -> None:
        """List who works on clients: name, release, heartbeat, how many are in hand."""
        run(context, "workers", {"as": as_}, json)

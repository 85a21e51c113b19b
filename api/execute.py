"""Runs a command by name: here, or through the process that owns the home. And says failures in one line.

Which way is decided once, here, so that no command knows whether a server is running.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import typer

from api.commands import find
from api.commands.result import Arguments, Progress, Result
from api.output import Meter, complain
from api.settings import load_settings
from store.errors import TickmarkError, Unknown


def execute(home: Path | None, name: str, arguments: Arguments, progress: Progress | None = None) -> Result:
    """The result of a command on this home. Raises TickmarkError with what to do."""
    from api.wiring import build, has_records

    command, settings = find(name), load_settings(home)
    progress = progress or Meter()
    if command.owns:
        from api.forward import forward, server_of

        server = server_of(settings.home)
        if server is not None:
            return forward(server, name, arguments, progress)
    # where the index is a server's, only a night needs the home to itself
    beside = command.owns and name != "scan" and settings.chroma_url is not None and has_records(settings)
    with build(settings, own_index=command.owns and not beside, purpose=name) as services:
        return command.load()(services, arguments, progress)


@contextmanager
def failing() -> Iterator[None]:
    """A refusal or an explained failure inside becomes one line on standard error and exit status 1; 2 when a name that was
    asked for stands for nothing."""
    from sqlalchemy.exc import OperationalError
    from sqlalchemy.exc import TimeoutError as NoRoom

    from store.waits import ran_out

    try:
        yield
    except TickmarkError as error:
        complain(str(error))
        raise typer.Exit(2 if isinstance(error, Unknown) else 1) from None
    except (OperationalError, NoRoom) as error:
        why = error.orig if isinstance(error, OperationalError) else error
        complain(str(ran_out(error) or f"the database cannot be used: {why}; `tickmark doctor` tells more"))
        raise typer.Exit(1) from None

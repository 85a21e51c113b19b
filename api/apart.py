"""The process that does the work of nights beside a server on SQLite (agents/apart.py): with what services it works there."""

from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial

from agents.apart import Apart
from agents.overnight import warm
from api.settings import Settings
from api.wiring import Services, build

PURPOSE = "night"


@contextmanager
def open_apart(services: Services) -> Iterator[None]:
    """As long as the block lasts, nights of these services are worked on beside this process. Where the records are on a server, workers
    are (`tickmark worker`)."""
    if not services.database.url.startswith("sqlite"):
        yield
        return
    apart = Apart(partial(entered, services.settings))
    services.apart = apart
    try:
        yield
    finally:
        services.apart = None
        apart.close()


@contextmanager
def entered(settings: Settings) -> Iterator[Services]:
    """The services of the other process, in it."""
    from api.logs import install
    from api.memory import few_arenas, given_back
    from api.scrub import catch
    from api.serve import settle_memory
    from api.traces import open_traces

    catch()
    install(settings.log)
    few_arenas()
    with build(settings, purpose=PURPOSE) as services, open_traces(), given_back():
        if services.door.endpoint is not None:  # so that the night's first question leaves at once
            warm(services)
        settle_memory()
        yield services

"""`tickmark serve` and `tickmark worker`: the process that owns a home, its web application and its night.

The lock on the home says where the server listens and with which secret commands of the same user may come in.
"""

import gc
import secrets
import signal
import socket
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

from sqlalchemy.exc import SQLAlchemyError

from api.clock import seconds_now
from api.destroyed import take_away
from api.logs import install
from api.output import complain, tell
from api.scrub import catch
from api.settings import Settings, load_settings
from api.wiring import Services, build
from store.errors import Busy, Invalid, TickmarkError
from store.seal import KEY_FILE

if TYPE_CHECKING:
    import uvicorn

_AWAY = 5.0  # seconds until a database that could not be reached is tried again
_LEFT = 3600.0  # seconds after which nobody is writing a file any more


def serve(home: Path | None, host: str | None = None, port: int | None = None) -> None:
    """Serve until interrupted. Raises Busy when another process has the home or the port."""
    catch()
    settings = load_settings(home)
    install(settings.log)
    listening = listen(host or settings.host, settings.port if port is None else port)
    try:
        with build(settings, own_index=True, purpose="serve") as services:
            serve_on(services, listening)
    finally:
        listening.close()


def serve_on(services: Services, listening: socket.socket) -> None:
    """Serve these services, which own the home, on a socket that listens already."""
    import uvicorn

    from api.apart import open_apart
    from api.app import create_app
    from api.embedding_again import embedding_again
    from api.memory import few_arenas, given_back
    from api.night import open_night
    from api.traces import open_traces

    few_arenas()
    secret = secrets.token_urlsafe(32)
    url = address(listening)
    app = create_app(services, secret)
    config = configured(app)
    with (
        until_told_to_end(),
        open_traces(),
        open_apart(services),
        open_night(services),
        beside_pages(services),
        embedding_again(services),
        given_back(),
    ):
        if services.lock is not None:
            services.lock.describe(url=url, secret=secret)
        tell(f"Tickmark serves {services.home} at {url}  (Ctrl-C ends it)")
        threading.Thread(target=_warm, args=(services,), name="warm", daemon=True).start()
        uvicorn.Server(config).run(sockets=[listening])


@contextmanager
def beside_pages(services: Services) -> Iterator[None]:
    """What a process that serves does for a firm beside its pages: takes up, takes in, sends, tells, keeps copies."""
    from api.backups import open_backups
    from api.beside import beside
    from api.hooks import open_hooks
    from api.index_later import index_later
    from api.post import open_post
    from api.reading_again import reading_again
    from api.sources import open_sources
    from api.watch import open_watch

    with (
        beside("left over", partial(_taken_up, services)),
        open_watch(services),
        open_sources(services),
        open_post(services),
        open_hooks(services),
        open_backups(services),
        index_later(services),
        reading_again(services),
    ):
        yield


def configured(app: Any) -> "uvicorn.Config":
    """How the web server runs: with bounds on heads, no name of itself, no web sockets, and nobody's word for who the client is (the
    setting `proxies` says whose is taken, api/guard_requests.py)."""
    import uvicorn
    from uvicorn.config import LOGGING_CONFIG

    from api.guard_sockets import BoundedProtocol

    services = getattr(app.state, "services", None)
    as_json = services is not None and services.settings.log == "json"
    return uvicorn.Config(
        app,
        # None: its lines go by the loggers that api/logs.py set up
        log_config=None if as_json else LOGGING_CONFIG,
        http=BoundedProtocol,
        ws="none",
        proxy_headers=False,
        server_header=False,
        log_level="warning",
        access_log=False,
    )


def _warm(services: Services) -> None:
    """Open what the first question would otherwise wait seconds for: the index, the embedder, the words. What is in memory then stays
    there: it is not searched for garbage again, which would hold up some answer for a fifth of a second now and then."""
    with suppress(Busy):  # a server that does not answer now, or is asked about one client at a time
        services.searcher.embedder.embed(["what does the file say"])
    settle_memory()


def _taken_up(services: Services, ended: threading.Event) -> None:
    """What the process before this one left half done outside the database."""
    try:
        sweep(services, seconds_now() - _LEFT)
        for one in take_away(services):
            complain(one)
    # the database or the file store is away: the next start tries again
    except (TickmarkError, SQLAlchemyError) as error:
        complain(f"what was removed could not be taken away: {error}")


def sweep(services: Services, before: float) -> int:
    """Take away the halves of files that a process left when it was killed while it wrote them, before that moment; how many. They may be
    a client's words, and nothing else would ever find them."""
    from workspace.search import kept

    return services.blobs.sweep(before) + kept.sweep(services.home / "corpora", before)


def settle_memory() -> None:
    """What is there by now stays; and a page of a large firm makes tens of thousands of values that are gone by its end, which is no reason
    to look for garbage fifty times on the way."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(200_000, 20, 20)


@contextmanager
def until_told_to_end() -> Iterator[None]:
    """Ctrl-C and SIGTERM end the block in good order. The web server hands the signal on once it has answered everybody, and a SIGTERM
    that nobody took would then end the process before the night and the home are let go."""

    def end(*_: object) -> None:
        raise KeyboardInterrupt

    before = signal.signal(signal.SIGTERM, end)
    try:
        with suppress(KeyboardInterrupt):
            yield
    finally:
        signal.signal(signal.SIGTERM, before)


def address(listening: socket.socket) -> str:
    """The address that a browser on this machine opens."""
    host, port = listening.getsockname()[:2]
    return f"http://{'127.0.0.1' if host == '0.0.0.0' else host}:{port}"  # noqa: S104 - compared, not bound


def listen(host: str, port: int) -> socket.socket:
    """A socket that listens there; port 0 takes a free one. Raises Busy when it cannot be had."""
    listening = socket.socket(socket.AF_INET)
    listening.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        listening.bind((host, port))
    except OSError as error:
        listening.close()
        raise Busy(
            f"{host}:{port} cannot be used ({error.strerror}); name another with --port, 0 takes a free one"
        ) from None
    listening.listen(128)
    listening.set_inheritable(False)
    return listening


def work(home: Path | None) -> None:
    """Run a scan worker until interrupted. A database server that is away when it starts is waited for."""
    from sqlalchemy.exc import OperationalError

    from agents.engine import is_away

    settings: Settings = load_settings(home)
    _refuse_without_keys(settings)
    install(settings.log)
    while True:
        try:
            return _work(settings)
        except OperationalError as error:
            if not is_away(error):
                raise
            tell(f"The database cannot be reached ({error.orig}); trying again.")
            time.sleep(_AWAY)


def _work(settings: Settings) -> None:
    from api.night import work_until_stopped
    from api.probe import open_probe
    from api.traces import open_traces

    with (
        build(settings, own_index=True, purpose="worker") as services,
        open_traces(),
        open_probe(services),
    ):
        work_until_stopped(services)


def _refuse_without_keys(settings: Settings) -> None:
    """A worker with a home of its own beside a shared database would seal with a key that no other machine has."""
    named = settings.seal_key or settings.seal_key_file or (settings.home / KEY_FILE).exists()
    if not settings.database.startswith("sqlite") and not named:
        raise Invalid(
            "a worker beside others needs the firm's keys: set TICKMARK_SEAL_KEY or TICKMARK_SEAL_KEY_FILE, or copy "
            f"{KEY_FILE} of the server's home into {settings.home}"
        )

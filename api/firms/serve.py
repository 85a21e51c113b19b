"""`tickmark serve --firms FILE`: every firm of a control file in one process, each behind its own host names.

A request goes to the application of the firm whose name it asks for, and to no other; each has services of its own, so that a session, a
key, a cache or an index of one is nothing to another. What the host itself answers: whether it lives, figures, and the page of nights.
"""

from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from secrets import token_urlsafe
from types import SimpleNamespace

from starlette.requests import Request
from starlette.responses import PlainTextResponse
from starlette.types import ASGIApp, Receive, Scope, Send

from api.firms.control import Control, read_control, settings_of_all
from api.firms.host_page import HostPage
from api.firms.turns import open_turns
from api.headers import secured
from api.logs import install
from api.output import complain, tell
from api.scrub import catch
from api.settings import Settings, load_settings
from api.wiring import Services, build
from store.errors import NotFound, TickmarkError


@dataclass(frozen=True)
class Served:
    """One firm as it is served. `secret` opens its door for commands from this machine."""

    name: str
    services: Services
    app: ASGIApp
    secret: str = field(repr=False)


class Firms:
    """The application over all of them: an ASGI application that hands each request to one firm's."""

    def __init__(self, firms: Mapping[str, Served], page: ASGIApp) -> None:
        self._page = page
        self._by_host = {host: one for one in firms.values() for host in one.services.settings.hosts}
        self._by_secret = {f"Bearer {one.secret}": one for one in firms.values()}
        self.state = SimpleNamespace(services=None)  # no one firm's

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "lifespan":
            await _alive(receive, send)
            return
        if scope["type"] != "http":
            return
        app = self._of(Request(scope))
        if app is not None:
            await app(scope, receive, send)
            return
        answer = PlainTextResponse("This host serves no firm of that name.\n", status_code=421)
        await secured(scope, answer)(scope, receive, send)

    def _of(self, asked: Request) -> ASGIApp | None:
        if asked.url.path.startswith("/_commands/"):
            # a secret of 256 bits is looked up whole; nothing is told to who guesses
            found = self._by_secret.get(asked.headers.get("authorization", ""))
            return found.app if found else None
        named = asked.headers.getlist("host")
        host = named[0].strip().lower() if len(named) == 1 else ""
        found = self._by_host.get(host) or self._by_host.get(host.rpartition(":")[0])
        if found is not None:
            return found.app
        return self._page if HostPage.answers(asked.url.path) else None


async def _alive(receive: Receive, send: Send) -> None:
    while True:
        message = await receive()
        await send({"type": f"{message['type']}.complete"})
        if message["type"] == "lifespan.shutdown":
            return


@contextmanager
def opened(file: Path, control: Control | None = None) -> Iterator[Mapping[str, Served]]:
    """The services and applications of all firms of a control file. One that cannot be opened is told, and costs the others nothing."""
    from api.app import create_app

    control = control or read_control(file)
    with ExitStack() as stack:
        found = dict[str, Served]()
        for name, settings in settings_of_all(file, control).items():
            secret = token_urlsafe(32)
            try:
                services = stack.enter_context(build(settings, own_index=True, purpose="serve"))
            except TickmarkError as error:
                complain(f"the firm {name} is not served: {error}")
                continue
            found[name] = Served(name, services, create_app(services, secret), secret)
        yield found


def serve_firms(file: Path, host: str | None = None, port: int | None = None) -> None:
    """Serve until interrupted. Raises NotFound without a control file or a firm in it."""
    import uvicorn

    from api.memory import few_arenas, given_back
    from api.serve import address, beside_pages, configured, listen, settle_memory, until_told_to_end
    from api.traces import open_traces

    catch()
    common: Settings = load_settings(file.absolute().parent)
    install(common.log)
    control = read_control(file)
    if not control.firms:
        raise NotFound(f"{file} names no firm; `tickmark firm create NAME --host … --firms {file}` makes one")
    few_arenas()
    listening = listen(host or common.host, common.port if port is None else port)
    try:
        with until_told_to_end(), open_traces(), given_back(), opened(file, control) as firms, ExitStack() as stack:
            url = address(listening)
            for one in firms.values():
                stack.enter_context(beside_pages(one.services))
                if one.services.lock is not None:
                    one.services.lock.describe(url=url, secret=one.secret)
            turns = stack.enter_context(open_turns({name: one.services for name, one in firms.items()}))
            page = HostPage({name: one.services for name, one in firms.items()}, turns, control.host.token)
            settle_memory()
            tell(f"Tickmark serves {len(firms)} firms at {url}; the host's page of nights is {url}{HostPage.NIGHTS}")
            uvicorn.Server(configured(Firms(firms, page.app))).run(sockets=[listening])
    finally:
        listening.close()

"""`tickmark demo`: a sample firm in a home of its own, from nothing to the morning brief, and served.

Owns what a person is told and where it listens; the making is homes.py's. A demo that was ended anywhere goes on with the next start,
and one that is ready serves at once.
"""

from pathlib import Path

from api.commands.result import Progress, Result
from api.forward import server_of
from api.output import tell
from api.serve import address, listen, serve_on
from api.settings import load_settings
from api.wiring import Services, build
from evals.homes import PASSWORD, PEOPLE, Wish, prepare
from store.errors import Busy

# The password is public, so the demo listens on the loopback only, whatever the settings say.
HOST = "127.0.0.1"


def run(home: Path | None, wish: Wish, *, serve: bool, port: int | None, progress: Progress) -> Result:
    """Make what is missing, then serve until interrupted unless `serve` is False.

    Raises Conflict for a home that holds another firm, or a sample of other size or seed; Busy when another process has the home."""
    settings = load_settings(home)
    server = server_of(settings.home)
    if server is not None:
        raise Busy(f"Tickmark serves {settings.home} already: open {server.url}")
    sample = prepare(settings, wish, progress)
    if serve:
        with build(load_settings(settings.home), own_index=True, purpose="demo") as services:
            _serve(services, port)
    people = [{"role": role, "email": email, "password": PASSWORD} for role, email in PEOPLE]
    data = {"home": str(settings.home), "clients": sample.clients, "seed": sample.seed, "sign_in": people}
    return Result(data, _told(settings.home))


def _serve(services: Services, port: int | None) -> None:
    try:
        listening = listen(HOST, services.settings.port if port is None else port)
    except Busy:
        if port is not None:
            raise
        listening = listen(HOST, 0)
    try:
        tell(_told(services.home, address(listening)))
        serve_on(services, listening)
    finally:
        listening.close()


def _told(home: Path, url: str = "") -> str:
    """Where to open it and how to sign in."""
    lines = [f"Open {url}" if url else f"The sample firm is ready in {home}; `tickmark demo` serves it."]
    lines += [f"  {role:<8} {email:<34} password {PASSWORD}" for role, email in PEOPLE]
    lines += ["The password is the same in every demo: use this home on this machine only."]
    return "\n".join(lines)

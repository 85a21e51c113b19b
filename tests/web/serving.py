"""The application on a port of its own, for tests that look at it with a real browser."""

import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from api.app import create_app
from api.settings import load_settings
from api.wiring import Services, build
from tests.web.conftest import MONDAY


@contextmanager
def serving(home: Path) -> Iterator[tuple[Services, str]]:
    """Serves `home` on the day of the small firm; the services, and the address without a slash at its end."""
    import uvicorn

    with build(load_settings(home).model_copy(update={"today": MONDAY}), own_index=True) as services:
        listening = socket.create_server(("127.0.0.1", 0))
        server = uvicorn.Server(uvicorn.Config(create_app(services), log_level="error"))
        thread = threading.Thread(target=server.run, kwargs={"sockets": [listening]}, daemon=True)
        thread.start()
        yield services, f"http://127.0.0.1:{listening.getsockname()[1]}"
        server.should_exit = True
        thread.join()
        listening.close()

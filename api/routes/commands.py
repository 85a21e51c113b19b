"""The door for commands from the same machine: runs them in the process that owns the home and streams progress and result back.

Opened by the secret in owner.lock alone; not part of the public interface.
"""

import hmac
import json
import queue
import threading
from collections.abc import Iterator
from contextlib import nullcontext
from typing import Annotated, Any

from fastapi import APIRouter, Header
from fastapi.responses import StreamingResponse

from api.commands import Command, find
from api.commands.result import Arguments
from api.wiring import Services
from store.errors import NotFound, TickmarkError
from store.types import canonical_json


def router(services: Services, secret: str) -> APIRouter:
    """The routes over these services; `secret` is what a caller must bear."""
    routes = APIRouter(include_in_schema=False)
    turn = threading.Lock()

    @routes.post("/_commands/{name}")
    def run(name: str, arguments: dict[str, Any], authorization: Annotated[str, Header()] = "") -> StreamingResponse:
        if not hmac.compare_digest(authorization.encode(), f"Bearer {secret}".encode()):
            # who does not have the secret learns nothing, not even that there is a door
            raise NotFound("There is no such page.")
        return StreamingResponse(_lines(services, find(name), arguments, turn), media_type="application/x-ndjson")

    return routes


def _lines(services: Services, command: Command, arguments: Arguments, turn: threading.Lock) -> Iterator[str]:
    """The command runs in a thread of its own to its end, also when the caller has gone."""
    lines: queue.SimpleQueue[dict[str, Any]] = queue.SimpleQueue()

    def progress(doing: str, done: int, total: int) -> None:
        lines.put({"progress": [doing, done, total]})

    def work() -> None:
        ended: dict[str, Any] = {"error": "the command ended unexpectedly; the server's log says why", "status": 500}
        try:
            with turn if command.alone else nullcontext():
                result = command.load()(services, arguments, progress)
            ended = {"result": {"data": result.data, "text": result.text, "failed": result.failed}}
        except TickmarkError as error:
            ended = {"error": str(error), "status": error.status}
        finally:
            lines.put(ended)

    threading.Thread(target=work, name="command", daemon=True).start()
    while True:
        line = lines.get()
        yield json.dumps(json.loads(canonical_json(line))) + "\n"
        if "progress" not in line:
            return

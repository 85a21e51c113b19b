"""A model of nobody's: an OpenAI-compatible endpoint on the loopback that thinks for so many seconds and says the least that the schema
allows. In a process of its own, so that its work is not the bench's. Owns no measure.
"""

import asyncio
import json
import multiprocessing
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from multiprocessing.connection import Connection
from typing import Any


@dataclass
class Served:
    """How many questions came, how many of them were thought about at once at most, and how many characters they had together."""

    calls: int = 0
    most: int = 0
    characters: int = 0
    now: int = field(default=0, repr=False)


class Stub:
    """The endpoint as it runs. `url` is what the settings want as base address."""

    def __init__(self, line: Connection, host: str) -> None:
        self._line = line
        self.url = f"http://{host}:{line.recv()}/v1"

    def served(self) -> Served:
        """What came so far."""
        self._line.send("served")
        served: Served = self._line.recv()
        return served


@contextmanager
def stub(seconds: float, host: str = "127.0.0.1") -> Iterator[Stub]:
    """The endpoint for as long as the block lasts, at an address of this machine; every question takes it `seconds`."""
    spawn = multiprocessing.get_context("spawn")
    ours, theirs = spawn.Pipe()
    process = spawn.Process(target=_run, args=(theirs, seconds, host), daemon=True)
    process.start()
    try:
        yield Stub(ours, host)
    finally:
        process.terminate()
        process.join()


def _run(line: Connection, seconds: float, host: str) -> None:
    asyncio.run(_serve(line, seconds, host))


async def _serve(line: Connection, seconds: float, host: str) -> None:
    served = Served()

    async def answer(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        while body := await _question(reader):
            served.calls, served.now = served.calls + 1, served.now + 1
            served.most = max(served.most, served.now)
            served.characters += sum(len(str(one["content"])) for one in body["messages"])
            await asyncio.sleep(seconds)
            served.now -= 1
            writer.write(_said(body))
            await writer.drain()
        writer.close()

    server = await asyncio.start_server(answer, host, 0, backlog=256)
    line.send(server.sockets[0].getsockname()[1])
    while await asyncio.to_thread(line.recv):
        line.send(served)


async def _question(reader: asyncio.StreamReader) -> dict[str, Any] | None:
    """The body of the next request; None when there is no more."""
    try:
        head = await reader.readuntil(b"\r\n\r\n")
        headers = dict(line.lower().split(": ", 1) for line in head.decode().splitlines() if ": " in line)
        found: dict[str, Any] = json.loads(await reader.readexactly(int(headers["content-length"])))
    except (asyncio.IncompleteReadError, ConnectionError):
        return None
    return found


def _said(body: Mapping[str, Any]) -> bytes:
    """The answer as a stream of one piece."""
    asked = body.get("response_format")  # without a schema anything is an answer
    text = json.dumps(least(asked["json_schema"]["schema"])) if asked else "x"
    base = {"id": "stub", "object": "chat.completion.chunk", "created": 0, "model": body["model"]}
    piece = {
        **base,
        "choices": [{"index": 0, "delta": {"role": "assistant", "content": text}, "finish_reason": "stop"}],
    }
    usage = {**base, "choices": [], "usage": {"prompt_tokens": 800, "completion_tokens": 40, "total_tokens": 840}}
    events = "".join(f"data: {one}\n\n" for one in (json.dumps(piece), json.dumps(usage), "[DONE]")).encode()
    head = f"HTTP/1.1 200 OK\r\ncontent-type: text/event-stream\r\ncontent-length: {len(events)}\r\n\r\n"
    return head.encode() + events


def least(schema: Mapping[str, Any]) -> Any:
    """The shortest value that a schema allows."""
    if "enum" in schema:
        return schema["enum"][0]
    match schema.get("type"):
        case "object":
            return {name: least(schema["properties"][name]) for name in schema.get("required", ())}
        case "array":
            return [least(schema["items"]) for _ in range(schema.get("minItems", 0))]
        case "string":
            return "x" * schema.get("minLength", 0)
        case "integer" | "number":
            return schema.get("minimum", 0)
        case _:
            return False

"""A command sent to the process that owns the home, which alone may write the index.

`tickmark serve` writes its address and a secret into owner.lock, a file that only its user can read. Progress and result come back as
lines of JSON: {"progress": [doing, done, total]} any number of times, then one {"result": …} or {"error": …, "status": …}.
"""

import json
import ssl
from collections.abc import Iterable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from api.commands.result import Arguments, Progress, Result
from store.errors import Broken, Busy, Conflict, Forbidden, Invalid, NotFound, TickmarkError, Unknown
from store.lock import is_owned, read_owner

_BY_STATUS: dict[int, type[TickmarkError]] = {
    400: Unknown,
    403: Forbidden,
    404: NotFound,
    409: Conflict,
    422: Invalid,
    503: Busy,
}


@dataclass(frozen=True)
class Server:
    """Where the owner of a home listens, and the secret that opens its door for commands."""

    url: str
    secret: str = field(repr=False)


def server_of(home: Path) -> Server | None:
    """The server that owns a home; None when nobody does, or another command for a while (taking the home then says so)."""
    if not is_owned(home):
        return None
    owner = read_owner(home)
    url, secret = owner.get("url"), owner.get("secret")
    return Server(url, secret) if isinstance(url, str) and isinstance(secret, str) else None


def forward(server: Server, name: str, arguments: Arguments, progress: Progress) -> Result:
    """The result of the command as the server gives it. Raises what the command raised there, Busy when the server does not answer."""
    import httpx

    headers = {"Authorization": f"Bearer {server.secret}"}
    # plain HTTP on this machine: no certificate is looked at, and none need be read from the disk, which takes a thirtieth of a second
    nobody = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    try:
        with httpx.stream(
            "POST",
            f"{server.url}/_commands/{name}",
            json=dict(arguments),
            headers=headers,
            timeout=httpx.Timeout(10, read=None),
            verify=nobody,
        ) as response:
            if response.status_code != 200:
                response.read()
                raise Busy(f"`tickmark serve` at {server.url} refused the command (status {response.status_code})")
            return _follow(response.iter_lines(), progress)
    except httpx.HTTPError as error:
        raise Busy(f"`tickmark serve` at {server.url} does not answer ({error}); look at it, or stop it") from None


def _follow(lines: Iterable[str], progress: Progress) -> Result:
    for line in lines:
        message: dict[str, Any] = json.loads(line)
        if "progress" in message:
            progress(*message["progress"])
        elif "result" in message:
            return Result(**message["result"])
        else:
            raise _BY_STATUS.get(message["status"], TickmarkError)(message["error"])
    raise Broken("`tickmark serve` ended before the command did; run it again")

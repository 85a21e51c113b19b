"""A Chroma server: how it is reached and with what word, what is tried again, and what is told when it does not answer.

A server that does not answer is left alone for some seconds by those who answer a person; whoever writes keeps trying a little, then raises
Busy. Knows nothing of clients, shelves or vectors.
"""

import time
from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from typing import Any, TypeVar
from urllib.parse import urlsplit

from store.errors import Broken, Busy, Invalid
from store.telling import note

T = TypeVar("T")
DATABASE = "tickmark"
_ATTEMPTS = 4
_LEFT_ALONE = 10.0  # seconds
_CONNECT, _ANSWER = 3.0, 60.0  # seconds of patience


@dataclass
class ChromaServer:
    """One server, one database on it: each firm has its own, so that none sees or clears the shelves of another. `token` goes along as a
    bearer token, or in the header that is named."""

    url: str
    token: str | None = field(default=None, repr=False)
    header: str = "Authorization"
    database: str = DATABASE
    _since: float = field(default=float("-inf"), repr=False)
    _why: str = field(default="", repr=False)

    @property
    def away(self) -> str | None:
        """What is told of it as long as it is left alone; None when it answered, or was not asked."""
        return self._why if time.monotonic() - self._since < _LEFT_ALONE else None

    def refuse_while_away(self) -> None:
        """Raises Busy while it is left alone."""
        if why := self.away:
            raise Busy(why)

    def asked(self, act: Callable[[], T], *, patient: bool = True) -> T:
        """What `act` gives, tried again where the server could not be had. Raises Busy when it still cannot, Broken when it refuses us."""
        from httpx import HTTPError
        from tenacity import Retrying, retry_if_exception_type, stop_after_attempt, wait_random_exponential

        trying = Retrying(
            retry=retry_if_exception_type((HTTPError, _NotNow)),
            stop=stop_after_attempt(_ATTEMPTS if patient else 1),
            wait=wait_random_exponential(multiplier=0.2, max=3),
            reraise=True,
        )
        try:
            found = trying(act)
        except (HTTPError, _NotNow) as error:
            said = " ".join(str(error).split())[:200] or type(error).__name__
            note("index_unreachable")
            self._why, self._since = f"the index is unreachable: {self.url} does not answer ({said})", time.monotonic()
            raise Busy(self._why) from None
        self._since = float("-inf")
        return found

    def open(self) -> Any:
        """A client of the server's database, which is made when it is not there. Asks the server."""
        import chromadb
        from chromadb.errors import NotFoundError, UniqueConstraintError

        admin = chromadb.AdminClient(self._settings())
        _bounded(admin, self.url)
        try:
            admin.get_database(self.database)
        except NotFoundError:
            with suppress(UniqueConstraintError):  # another process was faster
                admin.create_database(self.database)
        at = _parts(self.url)
        client = chromadb.HttpClient(
            host=at["host"],
            port=at["port"],
            ssl=at["ssl"],
            headers=dict(self._headers()),
            settings=_quiet(),
            database=self.database,
        )
        _bounded(client, self.url)
        return client

    def _headers(self) -> Mapping[str, str]:
        if not self.token:
            return {}
        bearer = self.header.lower() == "authorization"
        return {self.header: f"Bearer {self.token}" if bearer else self.token}

    def _settings(self) -> Any:
        at, quiet = _parts(self.url), _quiet()
        quiet.chroma_api_impl = "chromadb.api.fastapi.FastAPI"
        quiet.chroma_server_host, quiet.chroma_server_http_port = at["host"], at["port"]
        quiet.chroma_server_ssl_enabled, quiet.chroma_server_headers = at["ssl"], dict(self._headers())
        return quiet


class _NotNow(Exception):
    """The server, or what stands before it, says that it cannot answer now."""


def made_anew(error: BaseException) -> bool:
    """Whether the server does not know our database any more: it was started on an empty disk."""
    return str(error).startswith("Database [") and "does not exist" in str(error)


def _quiet() -> Any:
    from chromadb.config import Settings

    return Settings(anonymized_telemetry=False)


def _parts(url: str) -> dict[str, Any]:
    at = urlsplit(url)
    if at.scheme not in ("http", "https") or not at.hostname:
        raise Invalid(f"TICKMARK_CHROMA_URL cannot be used: {url}; give it as http://host:8000")
    safe = at.scheme == "https"
    return {"host": at.hostname, "port": at.port or (443 if safe else 8000), "ssl": safe}


def _bounded(client: Any, url: str) -> None:
    """Chroma's own client waits for ever and takes any refusal for a nameless error: its HTTP session is given patience and words."""
    import httpx

    session: httpx.Client = client._server._session
    session.timeout = httpx.Timeout(_ANSWER, connect=_CONNECT)

    def answered(response: httpx.Response) -> None:
        if response.status_code in (401, 403):
            raise Broken(f"the index at {url} refuses us (status {response.status_code}); set TICKMARK_CHROMA_TOKEN")
        if response.status_code == 429 or response.status_code >= 500:
            response.read()
            raise _NotNow(f"status {response.status_code}: {response.text}")

    session.event_hooks = {"request": [], "response": [answered]}

"""Which embedder is set, and every other that vectors of this firm may be of: opened by name when a client is still searched with it.

Owns the reading of the setting and the names. Passages of all clients go to an embedder, so a server on another machine must be said to
be the firm's own.
"""

import ipaddress
import threading
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import urlsplit

from ingestion.embed import MODEL_ID, WHOLE_MODEL_ID, open_embedder
from ingestion.embed_endpoint import EndpointEmbedder
from store.embedder import Embedder
from store.errors import Invalid
from store.vectors import Vectors

WHOLE = "float"


@dataclass(frozen=True)
class _Way:
    """How embedders are opened here."""

    home: Path
    threads: int
    key: str | None
    ours: bool


@dataclass
class Configured:
    """The embedder that is set, and the door to the others; each is opened once. Safe to share between threads."""

    name: str
    way: _Way
    _opened: dict[str, Embedder] = field(default_factory=dict[str, Embedder])
    _opening: threading.Lock = field(default_factory=threading.Lock)

    def embed(self, texts: Sequence[str]) -> Vectors:
        """As the embedder that is set."""
        return self._open(self.name).embed(texts)

    def other(self, name: str) -> Embedder | None:
        """Itself for its own name; None for a model that no release and no server here has."""
        if name == self.name:
            return self
        try:
            return self._open(name)
        except Invalid:
            return None

    def _open(self, name: str) -> Embedder:
        with self._opening:
            if name not in self._opened:
                self._opened[name] = _open(name, self.way)
            return self._opened[name]


def open_configured(
    home: Path, asked: str | None, *, threads: int, key: str | None = None, ours: bool = False
) -> Configured:
    """The embedder of the setting `embedding_model`. Raises EmbedderMissing, and Invalid for a setting that names none or a server on
    another machine that is not said to be the firm's own."""
    found = Configured(name_of(asked), _Way(home, threads, key, ours))
    if not found.name.startswith("http"):
        found._open(found.name)
    else:
        _reachable(found.name, ours)
    return found


def name_of(asked: str | None) -> str:
    """The name that vectors of this setting carry. Raises Invalid for what is none."""
    plain = (asked or "").strip()
    packaged = {"": MODEL_ID, "all-MiniLM-L6-v2": MODEL_ID, MODEL_ID: MODEL_ID, WHOLE: WHOLE_MODEL_ID}
    if plain in packaged or plain == WHOLE_MODEL_ID:
        return packaged.get(plain, WHOLE_MODEL_ID)
    address, _, model = plain.partition("#")
    if urlsplit(address).scheme in ("http", "https") and urlsplit(address).hostname and model:
        return f"{address.rstrip('/')}#{model}"
    raise Invalid(
        f"the setting embedding_model cannot be {plain!r}: leave it out for the packaged model, or set {WHOLE}, "
        "or an endpoint and its model as http://127.0.0.1:11434/v1#nomic-embed-text"
    )


def _open(name: str, way: _Way) -> Embedder:
    opened: dict[str, Callable[[], Embedder]] = {
        MODEL_ID: lambda: open_embedder(way.home, threads=way.threads),
        WHOLE_MODEL_ID: lambda: open_embedder(way.home, threads=way.threads, quantised=False),
    }
    if name in opened:
        return opened[name]()
    if not name.startswith("http"):
        raise Invalid(f"there is no model {name} here")
    _reachable(name, way.ours)
    address, _, model = name.partition("#")
    return EndpointEmbedder(name, address, model, way.key)


def _reachable(name: str, ours: bool) -> None:
    host = urlsplit(name).hostname or ""
    if not ours and not _is_loopback(host):
        raise Invalid(
            f"the passages of all clients would go to {host}: set TICKMARK_EMBEDDING_LOCAL=true when that machine is the firm's own"
        )


def _is_loopback(host: str) -> bool:
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"

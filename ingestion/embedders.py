"""Which embedder is set, and every other that vectors of this firm may be of: opened by name when a client is still searched with it.

Owns the reading of the setting and the names. A server on another machine is either said to be the firm's own, or asked past the policy
of each client (embed_abroad.py); without one it is not asked at all.
"""

import ipaddress
import threading
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import urlsplit

from ingestion.embed import MODEL_ID, WHOLE_MODEL_ID, open_embedder
from ingestion.embed_abroad import Abroad, Leave
from ingestion.embed_endpoint import EndpointEmbedder
from store.embedder import Embedder, for_client
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
    leave: Callable[[str], Leave] | None = None


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

    def for_client(self, client_id: str | None) -> Embedder | None:
        """The embedder that is set, as it may be used with this client's words."""
        return for_client(self._open(self.name), client_id)

    def _open(self, name: str) -> Embedder:
        with self._opening:
            if name not in self._opened:
                self._opened[name] = _open(name, self.way)
            return self._opened[name]


def open_configured(
    home: Path,
    asked: str | None,
    *,
    threads: int,
    key: str | None = None,
    ours: bool = False,
    leave: Callable[[str], Leave] | None = None,
) -> Configured:
    """The embedder of the setting `embedding_model`. `leave`, given a server's name, decides about each client whose words would leave the
    firm. Raises EmbedderMissing, and Invalid for a setting that names none, or a server outside the firm where nothing decides."""
    found = Configured(name_of(asked), _Way(home, threads, key, ours, leave))
    if not found.name.startswith("http"):
        found._open(found.name)
    elif is_outside(found.name, ours) and leave is None:
        raise _refused(found.name)
    return found


def is_outside(name: str, ours: bool) -> bool:
    """Whether the embedder of that name is a server outside the firm."""
    return name.startswith("http") and not ours and not _is_loopback(urlsplit(name).hostname or "")


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
    address, _, model = name.partition("#")
    endpoint = EndpointEmbedder(name, address, model, way.key)
    if not is_outside(name, way.ours):
        return endpoint
    if way.leave is None:
        raise _refused(name)
    return Abroad(endpoint, way.leave(name))


def _refused(name: str) -> Invalid:
    host = urlsplit(name).hostname or ""
    return Invalid(
        f"the passages of all clients would go to {host}: set TICKMARK_EMBEDDING_LOCAL=true when that machine is the firm's own"
    )


def _is_loopback(host: str) -> bool:
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"

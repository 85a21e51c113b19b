"""The edge to the embedder: texts into vectors. The real ones read an installed package's weights or ask a server (ingestion)."""

from collections.abc import Sequence
from typing import Protocol, runtime_checkable

from store.vectors import Vectors


class Embedder(Protocol):
    """A model that turns texts into vectors of length 1."""

    @property
    def name(self) -> str:
        """The model and the hash of its weights: what `Passage.embedder` keeps, so that a change of model is noticed."""
        ...

    def embed(self, texts: Sequence[str]) -> Vectors:
        """(n, d) float32, one row a text, in order. Raises Busy when it is a server that does not answer."""
        ...

    def other(self, name: str) -> "Embedder | None":
        """The embedder of that name, itself for its own; None for one that cannot be opened here."""
        ...


@runtime_checkable
class Guarded(Protocol):
    """An embedder that may be outside the firm: whether a client's words may go there is decided for each client."""

    def for_client(self, client_id: str | None) -> Embedder | None:
        """The embedder for this client's words; None where they may not go there, or are of no one client (None)."""
        ...


def for_client(embedder: Embedder, client_id: str | None) -> Embedder | None:
    """The embedder as it may be used with words of this client (None: of several, or of none). None: not at all; words alone find then."""
    return embedder.for_client(client_id) if isinstance(embedder, Guarded) else embedder

"""An embeddings endpoint outside the firm: one client's texts at a time, masked, where its policy allows, each batch written down.

The decision, the masks and the ledger are handed in (api/wiring.py); here is that nothing goes out past them.
"""

import time
from collections.abc import Sequence
from typing import Protocol

import numpy as np

from ingestion.embed_endpoint import AT_ONCE, EndpointEmbedder
from store.embedder import Embedder
from store.errors import Busy
from store.vectors import Vectors


class Leave(Protocol):
    """Whether a client's texts may leave the firm for embeddings, and what is written down of it (agents/embedding_door.py)."""

    def why_not(self, client_id: str) -> str | None:
        """Why nothing of this client may go; None when it may."""
        ...

    def masked(self, client_id: str, texts: Sequence[str]) -> list[str]:
        """The texts without what identifies somebody."""
        ...

    def over_budget(self, client_id: str, texts: Sequence[str]) -> str | None:
        """Which budget has no room for these texts; None when all have."""
        ...

    def keep(self, client_id: str, texts: Sequence[str], tokens: int | None, seconds: float, problem: str) -> None:
        """Write a batch to the ledger. `tokens` None: the server did not say; `problem` "" when it answered."""
        ...


class Abroad:
    """The endpoint before it is known whose words it is for. Safe to share between threads."""

    def __init__(self, endpoint: EndpointEmbedder, leave: Leave) -> None:
        self.name = endpoint.name
        self._endpoint, self._leave = endpoint, leave

    def embed(self, texts: Sequence[str]) -> Vectors:
        """Raises Busy: words of nobody in particular do not go out."""
        raise Busy(f"{self.name} is outside the firm and is asked about one client at a time")

    def other(self, name: str) -> "Abroad | None":
        """Itself for its own name."""
        return self if name == self.name else None

    def for_client(self, client_id: str | None) -> Embedder | None:
        """The endpoint for one client's texts; None where they may not go."""
        if client_id is None or self._leave.why_not(client_id) is not None:
            return None
        return _OfClient(self._endpoint, self._leave, client_id)


class _OfClient:
    """The endpoint for the texts of one client."""

    def __init__(self, endpoint: EndpointEmbedder, leave: Leave, client_id: str) -> None:
        self.name = endpoint.name
        self._endpoint, self._leave, self._client_id = endpoint, leave, client_id

    def other(self, name: str) -> "_OfClient | None":
        """Itself for its own name."""
        return self if name == self.name else None

    def embed(self, texts: Sequence[str]) -> Vectors:
        """As the endpoint, of the masked texts. Raises Busy also when a budget is spent."""
        parts = [self._batch(texts[first : first + AT_ONCE]) for first in range(0, len(texts), AT_ONCE)]
        return np.vstack(parts) if parts else np.zeros((0, 0), dtype=np.float32)

    def _batch(self, texts: Sequence[str]) -> Vectors:
        if spent := self._leave.over_budget(self._client_id, texts):
            raise Busy(spent)
        sent, began, tokens = self._leave.masked(self._client_id, texts), time.perf_counter(), None
        problem = "it gave no vectors"
        try:
            vectors, tokens = self._endpoint.ask(sent)
            problem = ""
        finally:
            self._leave.keep(self._client_id, sent, tokens, time.perf_counter() - began, problem)
        return vectors

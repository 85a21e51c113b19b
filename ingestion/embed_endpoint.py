"""Texts to vectors by an OpenAI-compatible embeddings endpoint. Owns the asking; whether a server may be asked is decided before.

Never keeps a text, never tries a second server.
"""

from collections.abc import Sequence

import numpy as np

from store.certificates import authorities
from store.errors import Broken, Busy
from store.vectors import Vectors

AT_ONCE = 64
_SECONDS = 60.0


class EndpointEmbedder:
    """A model behind `address`/embeddings. `embed` may be called from several threads."""

    def __init__(self, name: str, address: str, model: str, key: str | None) -> None:
        """`name` is what its vectors are called; a server tells no hash of its weights, so its address and model stand for it."""
        self.name = name
        self._url = f"{address}/embeddings"
        self._model = model
        self._headers = {"Authorization": f"Bearer {key}"} if key else {}

    def other(self, name: str) -> "EndpointEmbedder | None":
        """Itself for its own name."""
        return self if name == self.name else None

    def embed(self, texts: Sequence[str]) -> Vectors:
        """(n, d) float32 of length 1, in the order of `texts`. Raises Busy when the server does not answer, Broken for an answer that is
        no vectors."""
        parts = [self.ask(texts[first : first + AT_ONCE])[0] for first in range(0, len(texts), AT_ONCE)]
        return np.vstack(parts) if parts else np.zeros((0, 0), dtype=np.float32)

    def ask(self, texts: Sequence[str]) -> tuple[Vectors, int | None]:
        """The vectors of at most AT_ONCE texts, and the tokens that the server counted (None: it told none). Raises as `embed`."""
        import httpx

        # an empty text is refused by some servers
        asked = {"model": self._model, "input": [text or " " for text in texts]}
        try:
            known = authorities()
            answer = httpx.post(self._url, json=asked, headers=self._headers, timeout=_SECONDS, verify=known)
            answer.raise_for_status()
        except httpx.HTTPError as error:
            raise Busy(
                f"the embeddings endpoint {self._url} does not answer ({error}); look at it, or set another"
            ) from None
        try:
            told = answer.json()
            rows = sorted(told["data"], key=lambda row: int(row["index"]))
            vectors = np.asarray([row["embedding"] for row in rows], dtype=np.float32)
            lengths = np.linalg.norm(vectors, axis=1, keepdims=True)
            tokens = (told.get("usage") or {}).get("prompt_tokens")
        except (ValueError, KeyError, TypeError, AttributeError) as error:
            raise Broken(f"the embeddings endpoint {self._url} answers with something else than vectors") from error
        if len(vectors) != len(texts) or not lengths.all():
            raise Broken(f"the embeddings endpoint {self._url} gave {len(vectors)} vectors for {len(texts)} texts")
        unit: Vectors = vectors / lengths
        return unit, tokens if isinstance(tokens, int) else None

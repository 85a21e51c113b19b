"""Names of rows. A row's id is the hash of its natural key, so loading the same thing twice meets itself."""

import hashlib
import secrets

_LENGTH = 16  # 64 bits: with 20 million rows a collision has a chance of one in a hundred thousand


def stable_id(prefix: str, *key: object) -> str:
    """The id of the row whose natural key is `key`: `stable_id("doc", "C014", "2025/k1.pdf") -> "doc_3f…"`."""
    digest = hashlib.sha256("\x1f".join(str(part) for part in key).encode()).hexdigest()
    return f"{prefix}_{digest[:_LENGTH]}"


def new_id(prefix: str) -> str:
    """The id of a row that a person or a call made and that has no natural key."""
    return f"{prefix}_{secrets.token_hex(_LENGTH // 2)}"


def content_hash(data: bytes) -> str:
    """SHA-256 of bytes, in hex: the name of a blob."""
    return hashlib.sha256(data).hexdigest()

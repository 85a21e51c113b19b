"""Bytes by content hash, on any file system that fsspec speaks to. A blob is written once and never changed."""

import re
import secrets
from typing import Any, Protocol

from store.errors import Broken
from store.ids import content_hash

_DIGEST = re.compile(r"[0-9a-f]{64}")


class Blobs(Protocol):
    """The edge to where bytes lie."""

    def put(self, data: bytes) -> str:
        """Keep the bytes; returns their SHA-256 in hex."""
        ...

    def get(self, digest: str) -> bytes:
        """The bytes of that name. Raises Broken when they are absent or are not what their name says."""
        ...

    def has(self, digest: str) -> bool: ...

    def names(self) -> list[str]:
        """The digests of all that is kept, sorted."""
        ...


class FileBlobs:
    """Blobs under an fsspec URL: a folder, `s3://bucket/prefix`, `memory://`."""

    def __init__(self, url: str) -> None:
        import fsspec

        self._fs: Any
        self._fs, self._root = fsspec.core.url_to_fs(url)

    def put(self, data: bytes) -> str:
        digest = content_hash(data)
        path = self._path(digest)
        if not self._fs.exists(path):
            # a name appears only with all its bytes behind it, whatever happens in between
            part = f"{path}.{secrets.token_hex(4)}.part"
            self._fs.makedirs(path.rsplit("/", 1)[0], exist_ok=True)
            self._fs.pipe_file(part, data)
            self._fs.mv(part, path)
        return digest

    def get(self, digest: str) -> bytes:
        try:
            data: bytes = self._fs.cat_file(self._path(digest))
        except FileNotFoundError:
            raise Broken(f"the stored file {digest[:12]} is missing; restore it from a backup") from None
        if content_hash(data) != digest:
            raise Broken(f"the stored file {digest[:12]} was changed on disk; restore it from a backup")
        return data

    def has(self, digest: str) -> bool:
        return bool(self._fs.exists(self._path(digest)))

    def names(self) -> list[str]:
        if not self._fs.exists(self._root):
            return []
        found = (path.rsplit("/", 1)[-1] for path in self._fs.find(self._root))
        return sorted(name for name in found if _DIGEST.fullmatch(name))

    def remove(self, digest: str) -> None:
        """Take bytes away for good; absent ones are no error. Whoever asks knows that no row names them."""
        path = self._path(digest)
        if self._fs.exists(path):
            self._fs.rm_file(path)

    def _path(self, digest: str) -> str:
        return f"{self._root}/{digest[:2]}/{digest}"

"""Bytes by content hash, on any file system that fsspec speaks to. A blob is written once and never changed.

A name appears only with all its bytes behind it: on a disk by renaming a part that is whole, on an object store by its own put, which is
atomic. What fails in passing is tried again; what fails for good is told in one line, by what a person can do about it. Never answers
that there is nothing where nobody could look.
"""

import re
import secrets
from collections.abc import Callable
from contextlib import suppress
from typing import TYPE_CHECKING, Any, Protocol, TypeVar

from store.errors import Broken, Busy, Invalid
from store.ids import content_hash

if TYPE_CHECKING:
    from tenacity import RetryCallState

T = TypeVar("T")
_DIGEST = re.compile(r"[0-9a-f]{64}")
_OBJECTS = frozenset({"s3", "s3a", "gs", "gcs", "abfs", "az", "memory"})
"""Stores whose put to the final key is atomic, and whose move is a copy and a removal."""
_ATTEMPTS = 4
_HALF = ".part"
_S3 = {
    "connect_timeout": 5,  # seconds: a store that says nothing for so long is asked again
    "read_timeout": 60,
    "retries": {"max_attempts": 0},
    # every blob is held against its SHA-256; the checksums that are sent along since 2025 are refused by some compatible stores
    "request_checksum_calculation": "when_required",
    "response_checksum_validation": "when_required",
}


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
    """Blobs under an fsspec URL: a folder, `s3://bucket/prefix`, `memory://`. Safe to share between threads.

    Beside what is said at each, all raise Busy when the store does not answer, and Broken when it refuses us or has no such bucket."""

    def __init__(self, url: str) -> None:
        """Asks nobody yet. Raises Invalid when the package that speaks to such a store is missing."""
        self.url = url.rstrip("/")
        self._fs, self._root = _opened(self.url)
        self._objects = bool(_OBJECTS & {*_protocols(self._fs)})
        self._on_disk = "file" in _protocols(self._fs)
        self._failures = _failures(self._fs)

    def put(self, data: bytes) -> str:
        digest = content_hash(data)
        path = self._path(digest)
        if self.has(digest):
            return digest
        if self._objects:
            self._asked(lambda: self._fs.pipe_file(path, data))
        else:
            self._asked(lambda: self._put_by_parts(path, data))
        return digest

    def get(self, digest: str) -> bytes:
        try:
            data: bytes = self._asked(lambda: self._fs.cat_file(self._path(digest)), absent=True)
        except FileNotFoundError:
            self.look()
            raise Broken(f"the stored file {digest[:12]} is missing; restore it from a backup") from None
        if content_hash(data) != digest:
            raise Broken(f"the stored file {digest[:12]} was changed on disk; restore it from a backup")
        return data

    def has(self, digest: str) -> bool:
        return bool(self._asked(lambda: self._fs.exists(self._path(digest))))

    def names(self) -> list[str]:
        self.look()
        if not self._asked(lambda: self._fs.exists(self._root)):
            return []
        found = (path.rsplit("/", 1)[-1] for path in self._asked(lambda: self._fs.find(self._root)))
        return sorted(name for name in found if _DIGEST.fullmatch(name))

    def remove(self, digest: str) -> None:
        """Take bytes away for good; absent ones are no error. Whoever asks knows that no row names them."""
        if self.has(digest):
            self._asked(lambda: self._fs.rm_file(self._path(digest)))

    def sweep(self, before: float) -> int:
        """Take away the halves of files that a process left when it ended while it wrote them: those last written before that moment
        (seconds since the epoch); how many. Only a disk has such."""
        if not self._on_disk or not self._fs.exists(self._root):
            return 0
        there: dict[str, dict[str, Any]] = self._fs.find(self._root, detail=True)
        halves = [path for path, about in there.items() if path.endswith(_HALF) and about["mtime"] < before]
        for path in halves:
            with suppress(FileNotFoundError):
                self._fs.rm_file(path)
        return len(halves)

    def look(self) -> None:
        """Ask the store whether it is there and lets us in; reads no blob. A folder that is not there yet is made with the first blob."""
        bucket, _, prefix = self._root.partition("/")
        if hasattr(self._fs, "call_s3"):
            self._asked(lambda: self._fs.call_s3("list_objects_v2", Bucket=bucket, Prefix=prefix, MaxKeys=1))

    def _put_by_parts(self, path: str, data: bytes) -> None:
        part = f"{path}.{secrets.token_hex(4)}{_HALF}"
        self._fs.makedirs(path.rsplit("/", 1)[0], exist_ok=True)
        self._fs.pipe_file(part, data)
        self._fs.mv(part, path)

    def _asked(self, act: Callable[[], T], *, absent: bool = False) -> T:
        """What the store answers, asked again where that may help. `absent`: that nothing is there is the caller's to tell."""
        if self._on_disk:
            return act()
        from tenacity import Retrying, retry_if_exception, stop_after_attempt, wait_random_exponential

        trying = Retrying(
            retry=retry_if_exception(self._passes),
            stop=stop_after_attempt(_ATTEMPTS),
            wait=wait_random_exponential(multiplier=0.2, max=5),
            before=self._connect_anew,
            reraise=True,
        )
        try:
            return trying(act)
        except FileNotFoundError as error:
            if absent:
                raise
            raise Broken(f"{self.url}: {_line(error)}; make the bucket, or correct TICKMARK_BLOB_URL") from None
        except PermissionError as error:
            raise Broken(
                f"{self.url} refuses us ({_line(error)}); the key needs to list, read, write and delete there"
            ) from None
        except self._failures as error:
            why = f"{self.url} cannot be used: {_line(error)}"
            raise (Busy(f"{why}; try again later") if self._passes(error) else Broken(why)) from None

    def _passes(self, error: BaseException) -> bool:
        """Whether the same again may go well: no connection, silence, an overloaded store; not a refusal and not a missing key."""
        final = (FileNotFoundError, PermissionError, FileExistsError)
        if isinstance(error, final) or not isinstance(error, self._failures):
            return False
        return not any(word in type(error).__name__ for word in ("Credentials", "Param", "Profile", "Region"))

    def _connect_anew(self, state: "RetryCallState") -> None:
        if state.attempt_number > 1 and hasattr(self._fs, "invalidate_cache"):
            self._fs.invalidate_cache()

    def _path(self, digest: str) -> str:
        return f"{self._root}/{digest[:2]}/{digest}"


def _opened(url: str) -> tuple[Any, str]:
    """The file system and the root on it. The keys of an object store come from where its tools look for them (AWS_ACCESS_KEY_ID,
    AWS_ENDPOINT_URL, a profile, an instance's role) or from fsspec's own configuration."""
    import fsspec
    from fsspec.config import conf

    more: dict[str, Any] = {}
    if url.partition("://")[0] in ("s3", "s3a"):
        set_ = conf.get("s3", {}).get("config_kwargs", {})
        # a listing that was kept would not show what another process wrote
        more = {"use_listings_cache": False, "skip_instance_cache": True, "config_kwargs": {**_S3, **set_}}
    try:
        fs, root = fsspec.core.url_to_fs(url, **more)
    except ImportError as error:
        raise Invalid(f"{url} needs a package that is not installed: pip install 'tickmark[scale]' ({error})") from None
    except ValueError as error:
        raise Invalid(f"TICKMARK_BLOB_URL cannot be used: {error}") from None
    if more:
        fs.retries = 1  # tried again here, in one place
    return fs, str(root).rstrip("/")


def _protocols(fs: Any) -> tuple[str, ...]:
    return (fs.protocol,) if isinstance(fs.protocol, str) else tuple(fs.protocol)


def _failures(fs: Any) -> tuple[type[BaseException], ...]:
    """What comes from the store or the way to it, and is no defect of ours."""
    if not hasattr(fs, "call_s3"):
        return (OSError,)
    from aiohttp import ClientError
    from botocore.exceptions import BotoCoreError

    return (OSError, BotoCoreError, ClientError)


def _line(error: BaseException) -> str:
    return " ".join(str(error).split())[:200] or type(error).__name__

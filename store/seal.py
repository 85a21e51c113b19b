"""The keys of a firm, and what is sealed with them: a copy of the database or an export alone opens nothing.

Keys come from the environment, from a file that the operator names, or from a file of the home that only its user can read, made when
first needed. The newest seals, all open. A sealed text names its key and what it is for; with the wrong one of either it does not open.
A home whose key is lost keeps its records and asks for what was sealed again. Logs nothing; shows no key.
"""

import os
import re
import threading
from base64 import b64decode, b64encode, urlsafe_b64decode, urlsafe_b64encode
from binascii import Error as NotBase64
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime
from functools import cached_property
from pathlib import Path

from cryptography.exceptions import InvalidTag
from cryptography.fernet import Fernet, InvalidToken
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from store.errors import Broken, Conflict, Invalid

KEY_FILE = "seal.key"
PREFIX = "sealed:2:"
OLD_PREFIX = "gAAAA"  # how a Fernet token begins: what earlier releases sealed with
SEALED = re.compile(r"sealed:2:(?P<key>[0-9a-f]{12}):(?P<purpose>[\w.-]+):(?P<body>[\w-]+={0,2})")
_NONCE = 12  # bytes, random: 2**32 texts under one key stay far from a collision that matters (NIST SP 800-38D, 8.3)
_KEY = 32
_FORM = "32 random bytes in base64 (`openssl rand -base64 32` makes them)"


@dataclass(frozen=True)
class Key:
    """One key. `id` names it and tells nothing of it; `since` is its day, None where nobody wrote it down; `retired` the day on which
    nothing was left under it. A retired key only opens: what an older backup brings back may need it."""

    id: str
    secret: bytes
    source: str
    since: date | None = None
    retired: date | None = None

    def __repr__(self) -> str:
        return f"Key({self.id})"

    @cached_property
    def _cipher(self) -> AESGCM:
        return AESGCM(derived(self.secret, b"tickmark seal"))

    def close(self, text: str, purpose: str) -> str:
        """The sealed form, bound to its purpose; each time another one."""
        head = f"{PREFIX}{self.id}:{purpose}"
        nonce = os.urandom(_NONCE)
        body = self._cipher.encrypt(nonce, text.encode(), head.encode())
        return f"{head}:{urlsafe_b64encode(nonce + body).decode()}"

    def open(self, body: str, purpose: str) -> str | None:
        """The text of a sealed one's last part; None when it was changed, or sealed for something else."""
        try:
            raw = urlsafe_b64decode(body)
            head = f"{PREFIX}{self.id}:{purpose}"
            return self._cipher.decrypt(raw[:_NONCE], raw[_NONCE:], head.encode()).decode()
        except (NotBase64, InvalidTag, ValueError):
            return None

    def open_old(self, sealed: str) -> str | None:
        """What an earlier release sealed with this key."""
        try:
            return Fernet(urlsafe_b64encode(self.secret)).decrypt(sealed.encode()).decode()
        except InvalidToken:
            return None


def derived(secret: bytes, use: bytes, salt: bytes | None = None) -> bytes:
    """A key of its own for each use (HKDF with SHA-256, RFC 5869)."""
    return HKDF(algorithm=SHA256(), length=_KEY, salt=salt, info=use).derive(secret)


class Seal:
    """The ring of keys: seals with the newest, opens with any. Safe to share between threads; keys are read when first needed.

    `keys` is what TICKMARK_SEAL_KEY says (several, newest first, with commas or spaces between), `file` what TICKMARK_SEAL_KEY_FILE names;
    without either the home's own file is used. Raises Invalid when they are no keys."""

    def __init__(self, home: Path, *, keys: str | None = None, file: Path | None = None) -> None:
        self.file = file or home / KEY_FILE
        self._own = file is None
        self._given = tuple(_key(text, "TICKMARK_SEAL_KEY") for text in re.split(r"[,\s]+", keys or "") if text)
        self._ring: tuple[Key, ...] = ()
        self._stamp: tuple[int, int] | None = None
        self._lock = threading.Lock()

    def close(self, secret: str, purpose: str = "secret") -> str:
        """The sealed form of a text, under the newest key; each time another one. `purpose` is letters, digits, dots and hyphens."""
        return self.newest().close(secret, purpose)

    def open(self, sealed: str, purpose: str = "secret") -> str | None:
        """The text; None when no key here opens it, or it was sealed for another purpose. What earlier releases sealed opens for any."""
        found = SEALED.fullmatch(sealed)
        if found is None:
            return next((text for key in self.ring() if (text := key.open_old(sealed)) is not None), None)
        key = self.key(found["key"])
        return None if key is None or found["purpose"] != purpose else key.open(found["body"], purpose)

    def again(self, sealed: str) -> str:
        """The same text sealed with the newest key; the text as it is where it is so already, or where nothing here opens it."""
        found, newest = SEALED.fullmatch(sealed), self.newest()
        if found is not None and found["key"] == newest.id:
            return sealed
        purpose = found["purpose"] if found else "secret"
        text = self.open(sealed, purpose)
        return sealed if text is None else newest.close(text, purpose)

    def newest(self) -> Key:
        """The key that seals; made in the home's own file when there is none. Raises Broken when a file that was named is not there."""
        key = next((one for one in self.ring() if one.retired is None), None)
        if key is None:
            if not self._own:
                raise Broken(f"the key file {self.file} holds no key; put {_FORM} into it")
            key = self._first()
        return key

    def ring(self) -> tuple[Key, ...]:
        """All keys here, the newest first; empty where none was needed yet."""
        with self._lock:
            if not self._ring:
                self._read()
            return self._ring

    def key(self, key_id: str) -> Key | None:
        """The key of that id; the file is looked at again where another process may have added it."""
        for _ in range(2):
            found = next((one for one in self.ring() if one.id == key_id), None)
            if found is not None or not self._changed():
                return found
            with self._lock:
                self._read()
        return None

    def add(self, on: date) -> Key:
        """A new key, from now on the newest. Raises Conflict when keys come from the environment, where only the operator can put one."""
        if self._given:
            raise Conflict(
                "the keys come from TICKMARK_SEAL_KEY: put a new one before the old one, with a comma between, start again, and "
                "run this once more"
            )
        made = Key("", os.urandom(_KEY), str(self.file), on)
        made = replace(made, id=_id(made.secret))
        self._write([made, *self.ring()])
        return made

    def retire(self, key_ids: Sequence[str], on: date) -> list[str]:
        """Say of keys in the file that nothing is sealed with them any more; the ids of those that were not retired before."""
        found = [
            one.id for one in self.ring() if one.id in key_ids and one.retired is None and one.source == str(self.file)
        ]
        if found:
            self._write([replace(one, retired=on) if one.id in found else one for one in self._of_file()])
        return found

    def _of_file(self) -> list[Key]:
        return [one for one in self.ring() if one.source == str(self.file)]

    def _changed(self) -> bool:
        return self._stamp_now() != self._stamp

    def _stamp_now(self) -> tuple[int, int] | None:
        try:
            told = self.file.stat()
        except FileNotFoundError:
            return None
        return told.st_mtime_ns, told.st_ino

    def _read(self) -> None:
        self._stamp = self._stamp_now()
        self._ring = (*self._given, *_keys_in(self.file))

    def _first(self) -> Key:
        """Write a first key whole or not at all; who comes second finds the first one's."""
        part = self._part(b64encode(os.urandom(_KEY)).decode() + "\n")
        try:
            os.link(part, self.file)
            _settle(self.file.parent)
        except FileExistsError:
            pass
        finally:
            part.unlink()
        with self._lock:
            self._read()
        found = next((one for one in self._ring if one.retired is None), None)
        if found is None:
            raise Broken(f"the key file {self.file} holds only retired keys; `tickmark key rotate` adds one")
        return found

    def _write(self, keys: Sequence[Key]) -> None:
        """The file anew, whole or not at all: on disk before anything is sealed with what it holds."""
        try:
            part = self._part("".join(_line(key) + "\n" for key in keys))
            part.replace(self.file)
        except PermissionError:
            raise Conflict(f"the key file {self.file} cannot be written: add a key there as its first line") from None
        _settle(self.file.parent)
        with self._lock:
            self._read()

    def _part(self, text: str) -> Path:
        self.file.parent.mkdir(parents=True, exist_ok=True)
        part = self.file.with_name(f"{self.file.name}.{os.getpid()}.{os.urandom(4).hex()}")
        descriptor = os.open(part, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with os.fdopen(descriptor, "w") as handle:
            handle.write(text)
            handle.flush()
            os.fsync(handle.fileno())
        return part


def _settle(folder: Path) -> None:
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def _line(key: Key) -> str:
    told = {"since": key.since, "retired": key.retired}
    return " ".join([b64encode(key.secret).decode(), *(f"{name}={on.isoformat()}" for name, on in told.items() if on)])


def _keys_in(path: Path) -> Iterator[Key]:
    """A key a line, the newest first, with the days that were written beside it; a file of an earlier release holds one key alone,
    whose day is the file's."""
    try:
        text, written = path.read_text(), path.stat().st_mtime
    except FileNotFoundError:
        return
    for line in text.splitlines():
        words = line.split()
        if not words or line.startswith("#"):
            continue
        days = dict(word.split("=", 1) for word in words[1:] if "=" in word)
        since = _day(days["since"], path) if "since" in days else datetime.fromtimestamp(written, UTC).date()
        retired = _day(days["retired"], path) if "retired" in days else None
        yield replace(_key(words[0], str(path)), since=since, retired=retired)


def _day(text: str, path: Path) -> date:
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise Invalid(f"the key file {path} holds a day that is none: {text[:20]}") from None


def _key(text: str, source: str) -> Key:
    try:
        secret = b64decode(text.replace("-", "+").replace("_", "/"), validate=True)
    except NotBase64:
        secret = b""
    if len(secret) != _KEY:
        raise Invalid(f"{source} holds no key; a key is {_FORM}")
    return Key(_id(secret), secret, source)


def _id(secret: bytes) -> str:
    return derived(secret, b"tickmark key id").hex()[:12]

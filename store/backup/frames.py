"""How a file of a backup lies on disk: a header in the clear, then frames of AES-256-GCM that nobody can change, swap, drop or cut off.

Each file has a key of its own (HKDF over a random salt), so that a frame's nonce is its number; the last frame says that it is the last,
and each is bound to the header. Frames are compressed before they are encrypted.
"""

import json
import os
import zlib
from base64 import b64decode, b64encode
from collections.abc import Iterator, Mapping
from hashlib import sha256
from typing import Any, BinaryIO

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from store.errors import Broken
from store.seal import derived

MAGIC = b"TICKMARK BACKUP 1\n"
_CHUNK = 1 << 20
_LENGTH = 4  # bytes of a length
_LONGEST_HEADER = 4096
_PACKED, _AS_IT_IS = b"z", b"r"


class Writer:
    """Encrypts what is written to it; `close` writes the frame that ends the file. `told` stands in the header for all to read."""

    def __init__(self, handle: BinaryIO, key: bytes, told: Mapping[str, Any]) -> None:
        salt = os.urandom(32)
        header = json.dumps({**told, "salt": b64encode(salt).decode()}, sort_keys=True).encode()
        self._handle, self._cipher = handle, _cipher(key, salt)
        self._bound, self._number, self._rest = sha256(header).digest(), 0, bytearray()
        handle.write(MAGIC + len(header).to_bytes(_LENGTH, "big") + header)

    def write(self, data: bytes) -> None:
        """Put bytes into the file."""
        self._rest += data
        while len(self._rest) > _CHUNK:
            self._frame(bytes(self._rest[:_CHUNK]), last=False)
            del self._rest[:_CHUNK]

    def close(self) -> None:
        """End the file; the handle stays open."""
        self._frame(bytes(self._rest), last=True)

    def _frame(self, data: bytes, *, last: bool) -> None:
        packed = zlib.compress(data, 1)
        plain = _PACKED + packed if len(packed) < len(data) else _AS_IT_IS + data
        sealed = self._cipher.encrypt(_nonce(self._number, last), plain, self._bound)
        self._handle.write(len(sealed).to_bytes(_LENGTH, "big") + sealed)
        self._number += 1


class Reader:
    """Decrypts a file from its beginning. `name` is what errors call it. Raises Broken where it is not what was written."""

    def __init__(self, handle: BinaryIO, name: str) -> None:
        self.name, self._handle = name, handle
        if handle.read(len(MAGIC)) != MAGIC:
            raise Broken(f"{name} is no backup of Tickmark, or its beginning was changed")
        length = int.from_bytes(handle.read(_LENGTH), "big")
        header = handle.read(length) if length <= _LONGEST_HEADER else b""
        try:
            self.header: dict[str, Any] = json.loads(header)
            self._salt = b64decode(self.header["salt"], validate=True)
        except (ValueError, KeyError, TypeError):
            raise Broken(f"the header of {name} was changed") from None
        self._bound, self._rest = sha256(header).digest(), bytearray()
        self._frames: Iterator[bytes] = iter(())

    def unlock(self, key: bytes) -> None:
        """Give it the key; nothing can be read before."""
        self._frames = self._open(_cipher(key, self._salt))

    def read(self, size: int) -> bytes:
        """Exactly so many bytes."""
        while len(self._rest) < size:
            frame = next(self._frames, None)
            if frame is None:
                raise Broken(f"{self.name} ends too early")
            self._rest += frame
        found = bytes(self._rest[:size])
        del self._rest[:size]
        return found

    def whole(self) -> bytes:
        """All that is left."""
        return bytes(self._rest) + b"".join(self._frames)

    def finish(self) -> None:
        """Hold the end against what was written: nothing may be left."""
        if self._rest or next(self._frames, None):
            raise Broken(f"{self.name} holds more than it says")

    def _open(self, cipher: AESGCM) -> Iterator[bytes]:
        number, last = 0, False
        while not last:
            length = int.from_bytes(self._handle.read(_LENGTH), "big")
            sealed = self._handle.read(min(length, 2 * _CHUNK))
            if not length or len(sealed) != length:
                raise Broken(f"{self.name} was cut off, or changed, at frame {number + 1}")
            plain, last = self._frame(cipher, sealed, number)
            yield zlib.decompress(plain[1:]) if plain[:1] == _PACKED else plain[1:]
            number += 1
        if self._handle.read(1):
            raise Broken(f"something was added to the end of {self.name}")

    def _frame(self, cipher: AESGCM, sealed: bytes, number: int) -> tuple[bytes, bool]:
        for last in (False, True):
            try:
                return cipher.decrypt(_nonce(number, last), sealed, self._bound), last
            except InvalidTag:
                continue
        raise Broken(f"frame {number + 1} of {self.name} was changed")


def _cipher(key: bytes, salt: bytes) -> AESGCM:
    return AESGCM(derived(key, b"tickmark backup file", salt))


def _nonce(number: int, last: bool) -> bytes:
    return number.to_bytes(11, "big") + bytes([last])

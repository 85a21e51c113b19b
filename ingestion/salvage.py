"""What is left of a ZIP container that is cut off or damaged: the members that can still be unpacked, found without its directory.

Owns the reading of local headers (APPNOTE 4.3.7). Never trusts a size in them, and never opens a member.
"""

import re
import struct
import zlib
from collections.abc import Iterator
from dataclasses import dataclass

from ingestion.identify import MAX_RATIO, SMALL_UNPACKED_BYTES

MAX_MEMBERS = 5_000
MAX_MEMBER, MAX_TOTAL = 100_000_000, 300_000_000
_HEADER = re.compile(rb"PK\x03\x04")
_STORED, _DEFLATED = 0, 8
_SIZE_LATER, _ENCRYPTED = 0x8, 0x1


@dataclass(frozen=True)
class Piece:
    """A member as far as it could be unpacked; `whole` when its end was reached and its checksum is right."""

    path: str
    data: bytes
    whole: bool


def salvaged(data: bytes) -> Iterator[Piece]:
    """The members in order; what cannot be unpacked at all is left out."""
    left = MAX_TOTAL
    for n, match in enumerate(_HEADER.finditer(data)):
        if n >= MAX_MEMBERS or left <= 0:
            return
        piece = _piece(data, match.start(), min(left, MAX_MEMBER))
        if piece is not None:
            left -= len(piece.data)
            yield piece


def _piece(data: bytes, at: int, limit: int) -> Piece | None:
    if at + 30 > len(data):
        return None
    flags, method, crc, size, name, extra = struct.unpack_from("<2xHH4xI4xIHH", data, at + 4)
    start = at + 30 + name + extra
    path = data[at + 30 : at + 30 + name].decode("utf-8", "replace")
    if flags & _ENCRYPTED or not path or path.endswith("/") or start >= len(data):
        return None
    if method == _STORED and not flags & _SIZE_LATER:
        content, ended = data[start : start + min(size, limit)], start + size <= len(data)
    elif method == _DEFLATED:
        content, ended = _inflated(memoryview(data)[start:], limit)
    else:
        return None
    # With the sizes behind the member the checksum stands there too, and the stream's own end has to do.
    right = bool(flags & _SIZE_LATER) or zlib.crc32(content) == crc
    trap = len(content) > SMALL_UNPACKED_BYTES and len(content) > MAX_RATIO * len(data)
    return Piece(path, content, ended and right) if content and not trap else None


def _inflated(packed: memoryview, limit: int) -> tuple[bytes, bool]:
    stream = zlib.decompressobj(-15)
    out = bytearray()
    at = 0
    try:
        while at < len(packed) and not stream.eof and len(out) < limit:
            out += stream.decompress(packed[at : at + 65_536], limit - len(out))
            at += 65_536
    except zlib.error:
        return bytes(out), False
    return bytes(out), stream.eof

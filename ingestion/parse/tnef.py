"""winmail.dat: what Outlook packs a message into when it thinks the other side is Outlook too (MS-OXTNEF).

Owns the reading of its attributes and of compressed RTF (MS-OXRTFCP). Hands attachments out and opens none. Own code: the one library for
it has not been kept since 2021.
"""

import struct
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

from ingestion.elements import Attachment, Finding, Parsed
from ingestion.identify import TNEF, clean_name
from ingestion.parse.broken import Unreadable
from ingestion.parse.pages import Block, assemble
from ingestion.parse.text import decode
from ingestion.parse.wording import one_line, tidy

SIGNATURE = b"\x78\x9f\x3e\x22"
MAX_ATTACHMENTS = 200
MAX_RTF = 50_000_000
_MESSAGE, _SUBJECT, _BODY, _MESSAGE_PROPERTIES = 1, 0x18004, 0x2800C, 0x69003
_BEGIN_FILE, _FILE_NAME, _FILE_DATA, _FILE_PROPERTIES = 0x69002, 0x18010, 0x6800F, 0x69005
_P_SUBJECT, _P_BODY, _P_RTF, _P_HTML, _P_NAME = 0x37, 0x1000, 0x1009, 0x1013, 0x3001
_P_DATA, _P_SHORT_NAME, _P_LONG_NAME = 0x3701, 0x3704, 0x3707
# Bytes a value of each fixed type takes, padding included (MS-OXTNEF 2.1.3.4, MS-OXCDATA 2.11.1).
_FIXED = {1: 4, 2: 4, 3: 4, 4: 4, 5: 8, 6: 8, 7: 8, 0xA: 4, 0xB: 4, 0x14: 8, 0x40: 8, 0x48: 16}
_STRING8, _UNICODE, _OBJECT, _BINARY, _MANY = 0x1E, 0x1F, 0xD, 0x102, 0x1000
_RTF_WORDS = (
    b"{\\rtf1\\ansi\\mac\\deff0\\deftab720{\\fonttbl;}{\\f0\\fnil \\froman \\fswiss \\fmodern \\fscript \\fdecor MS Sans SerifSymbol"
    b"ArialTimes New RomanCourier{\\colortbl\\red0\\green0\\blue0\r\n\\par \\pard\\plain\\f0\\fs20\\b\\i\\u\\tab\\tx"
)


@dataclass
class _File:
    name: str = ""
    data: bytes = b""
    properties: Mapping[int, bytes] = field(default_factory=dict[int, bytes])


@dataclass
class _Packed:
    """What the attributes said; text as bytes or already decoded where the format knows the encoding."""

    subject: str = ""
    body: str = ""
    properties: Mapping[int, bytes] = field(default_factory=dict[int, bytes])
    files: list[_File] = field(default_factory=list[_File])
    whole: bool = False


def parse_tnef(name: str, data: bytes) -> Parsed:
    """The message's words as page 1 and its files as attachments. Raises Unreadable."""
    if not data.startswith(SIGNATURE):
        raise Unreadable(
            "is damaged and cannot be opened as a winmail.dat; ask the sender to send it as plain text or HTML"
        )
    packed = _unpack(data)
    subject = one_line(_text(packed.properties, _P_SUBJECT) or packed.subject)
    pages, elements = assemble([*([Block("Title", subject)] if subject else []), *_body(name, packed)], count=1)
    findings = []
    if not packed.whole:
        findings.append(Finding(name, f"{name} ends in the middle: it is cut off or damaged; ask for it again."))
    files = tuple(_attachment(file) for file in packed.files if file.data or _P_DATA in file.properties)
    if len(files) > MAX_ATTACHMENTS:
        findings.append(Finding(name, f"{name} has {len(files)} attachments; only {MAX_ATTACHMENTS} were taken."))
    if not pages[0].text and not findings:
        why = f"{name}, page 1 unreadable: it has no text" + (" beside its files." if files else " and no files.")
        findings.append(Finding(name, why, "info"))
    return Parsed(TNEF, pages, elements, tuple(findings), files[:MAX_ATTACHMENTS], title=subject or None)


def rtf_of(packed: bytes) -> bytes:
    """The RTF in a property of compressed RTF. Raises ValueError if it is none; what is cut off ends early."""
    if len(packed) < 16:
        raise ValueError("compressed RTF is cut off")
    size, kind = struct.unpack_from("<4xI4s", packed)
    if kind == b"MELA":
        return packed[16 : 16 + size]
    if kind != b"LZFu" or size > MAX_RTF:
        raise ValueError("this is no compressed RTF")
    window = bytearray(_RTF_WORDS.ljust(4096, b" "))
    at, write, out = 16, len(_RTF_WORDS), bytearray()
    while at < len(packed) and len(out) < size:
        flags, at = packed[at], at + 1
        for bit in range(8):
            if at >= len(packed):
                break
            if flags >> bit & 1:
                token, at = int.from_bytes(packed[at : at + 2], "big"), at + 2
                if token >> 4 == write:
                    return bytes(out[:size])
                piece = [(token >> 4) + i for i in range((token & 15) + 2)]
            else:
                window[write], at = packed[at], at + 1
                out.append(window[write])
                write = (write + 1) % 4096
                continue
            for place in piece:
                window[write] = window[place % 4096]
                out.append(window[write])
                write = (write + 1) % 4096
    return bytes(out[:size])


def _unpack(data: bytes) -> _Packed:
    packed = _Packed()
    for identity, value in _attributes(data, packed):
        if identity == _SUBJECT:
            packed.subject = decode(value.rstrip(b"\x00"))
        elif identity == _BODY:
            packed.body = decode(value.rstrip(b"\x00"))
        elif identity == _MESSAGE_PROPERTIES:
            packed.properties = _properties(value)
        elif identity == _BEGIN_FILE:
            packed.files.append(_File())
        elif packed.files and identity == _FILE_NAME:
            packed.files[-1].name = decode(value.rstrip(b"\x00"))
        elif packed.files and identity == _FILE_DATA:
            packed.files[-1].data = value
        elif packed.files and identity == _FILE_PROPERTIES:
            packed.files[-1].properties = _properties(value)
    return packed


def _attributes(data: bytes, packed: _Packed) -> Iterator[tuple[int, bytes]]:
    """Level, identity, length, value, checksum, one after the other. A checksum that is wrong is no reason to lose the words."""
    at = 6
    while at + 9 <= len(data):
        level, identity, length = struct.unpack_from("<BII", data, at)
        value = data[at + 9 : at + 9 + length]
        if level not in (1, 2) or len(value) < length:
            return
        yield identity, value
        at += 9 + length + 2
    packed.whole = at >= len(data)


def _properties(data: bytes) -> dict[int, bytes]:
    """The first value of each property that is not named, by its number; what follows a broken one is not read."""
    found: dict[int, bytes] = {}
    try:
        (count,) = struct.unpack_from("<I", data)
        at = 4
        for _ in range(min(count, 10_000)):
            kind, number = struct.unpack_from("<HH", data, at)
            at = _after_name(data, at + 4) if number >= 0x8000 else at + 4
            values, at = _values(data, at, kind)
            found.setdefault(number, _as_utf8(values[0], kind) if values else b"")
    except (struct.error, ValueError):
        pass
    return found


def _after_name(data: bytes, at: int) -> int:
    (kind,) = struct.unpack_from("<I", data, at + 16)
    if kind == 0:
        return at + 24
    (length,) = struct.unpack_from("<I", data, at + 20)
    return at + 24 + _padded(length)


def _values(data: bytes, at: int, kind: int) -> tuple[list[bytes], int]:
    fixed = _FIXED.get(kind & ~_MANY)
    count = 1
    if fixed is None or kind & _MANY:
        (count,) = struct.unpack_from("<I", data, at)
        at += 4
    values: list[bytes] = []
    for _ in range(count):
        length = fixed
        if length is None:
            (length,) = struct.unpack_from("<I", data, at)
            at += 4
        if at + length > len(data):
            raise ValueError("a property is cut off")
        values.append(data[at : at + length])
        at += _padded(length)
    return values, at


def _padded(length: int) -> int:
    return length + -length % 4


def _as_utf8(value: bytes, kind: int) -> bytes:
    """Strings as UTF-8 without their end mark; an object without the sixteen bytes that name its interface; bytes as they are."""
    kind &= ~_MANY
    if kind == _UNICODE:
        return value.decode("utf-16-le", "replace").rstrip("\x00").encode()
    if kind == _STRING8:
        return decode(value.rstrip(b"\x00")).encode("utf-8", "replace")
    return value[16:] if kind == _OBJECT else value


def _text(properties: Mapping[int, bytes], number: int) -> str:
    return properties.get(number, b"").decode("utf-8", "replace")


def _body(name: str, packed: _Packed) -> list[Block]:
    """The plain body, else the HTML, else the RTF."""
    plain = tidy(_text(packed.properties, _P_BODY) or packed.body).strip()
    if plain:
        return [Block("Text", part) for part in plain.split("\n\n") if part.strip()]
    if html := packed.properties.get(_P_HTML):
        from ingestion.parse.library import html_blocks

        return html_blocks(decode(html))
    return rtf_blocks(name, packed.properties.get(_P_RTF, b""))


def rtf_blocks(name: str, compressed: bytes) -> list[Block]:
    """The blocks of a body that is kept as compressed RTF only; none if it cannot be read."""
    from ingestion.parse.rtf import parse_rtf

    try:
        rtf = rtf_of(compressed)
        return [Block(e.type, e.text, 1, e.rows) for e in parse_rtf(name, rtf).elements] if rtf else []
    except (ValueError, Unreadable):
        return []


def _attachment(file: _File) -> Attachment:
    name = _text(file.properties, _P_LONG_NAME) or file.name or _text(file.properties, _P_SHORT_NAME)
    data = file.data or file.properties.get(_P_DATA, b"")
    if not name:
        name = _text(file.properties, _P_NAME) or "attachment"
    if data.startswith(SIGNATURE) and not name.lower().endswith(".dat"):
        name += ".dat"
    return Attachment(clean_name(name), data)

"""Compound files (MS-CFB) made by hand, and in them old Word, PowerPoint and Outlook files as small as they can be."""

import struct
from collections.abc import Mapping
from typing import Union

Tree = Mapping[str, Union[bytes, "Tree"]]
_FREE, _END, _FAT = 0xFFFFFFFF, 0xFFFFFFFE, 0xFFFFFFFD


def compound(tree: Tree) -> bytes:
    """A compound file with these streams (bytes) and storages (mappings); small streams lie in the mini stream as they must."""
    entries: list[list[object]] = []
    _enter(entries, "Root Entry", tree, 5)
    mini, big = bytearray(), []
    for entry in entries:
        data = entry[5]
        if isinstance(data, bytes) and len(data) < 4096:
            entry[6] = len(mini) // 64 if data else _END
            mini += data + bytes(-len(data) % 64)
        elif isinstance(data, bytes):
            big.append(entry)
    sectors: list[bytes] = []
    fat: list[int] = []

    def put(data: bytes) -> int:
        first = len(sectors)
        count = max(1, -(-len(data) // 512))
        for n in range(count):
            sectors.append(data[512 * n : 512 * n + 512].ljust(512, b"\x00"))
            fat.append(first + n + 1 if n < count - 1 else _END)
        return first

    for entry in big:
        data = entry[5]
        assert isinstance(data, bytes)
        entry[6] = put(data)
    entries[0][6] = put(bytes(mini))
    mini_fat: list[int] = []
    for entry in entries[1:]:
        data = entry[5]
        if isinstance(data, bytes) and 0 < len(data) < 4096:
            count = -(-len(data) // 64)
            mini_fat += [len(mini_fat) + n + 1 for n in range(count - 1)] + [_END]
    mini_first = put(b"".join(struct.pack("<I", n) for n in mini_fat).ljust(512, b"\xff"))
    mini_sectors = max(1, -(-4 * len(mini_fat) // 512))
    directory = put(
        b"".join(_entry(entry, len(mini)) for entry in entries) + b"".join([bytes(128)] * (-len(entries) % 4))
    )
    fat_count = 1
    while (len(fat) + fat_count) > fat_count * 128:
        fat_count += 1
    fat_first = len(sectors)
    fat += [_FAT] * fat_count
    table = b"".join(struct.pack("<I", n) for n in fat).ljust(512 * fat_count, b"\xff")
    where = [fat_first + n for n in range(fat_count)]
    header = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(16) + struct.pack("<HHHHH", 0x3E, 3, 0xFFFE, 9, 6) + bytes(6)
    header += struct.pack("<IIIIIIIII", 0, fat_count, directory, 0, 4096, mini_first, mini_sectors, _END, 0)
    header += b"".join(struct.pack("<I", n) for n in where).ljust(436, b"\xff")
    return header + b"".join(sectors) + table


def _enter(entries: list[list[object]], name: str, content: Tree | bytes, kind: int) -> int:
    at = len(entries)
    # name, kind, left, right, child, bytes, first sector
    entries.append([name, kind, _FREE, _FREE, _FREE, content if isinstance(content, bytes) else None, 0])
    if not isinstance(content, bytes):
        before = None
        for inner, below in content.items():
            number = _enter(entries, inner, below, 2 if isinstance(below, bytes) else 1)
            entries[at if before is None else before][4 if before is None else 3] = number
            before = number
    return at


def _entry(entry: list[object], mini: int) -> bytes:
    name, kind, left, right, child, data, first = entry
    written = str(name).encode("utf-16-le") + b"\x00\x00"
    size = mini if kind == 5 else len(data) if isinstance(data, bytes) else 0
    tail = (
        struct.pack("<HBBIII", len(written), kind, 1, left, right, child) + bytes(36) + struct.pack("<IQ", first, size)
    )
    return written.ljust(64, b"\x00") + tail


def word_file(paragraphs: list[tuple[str, int, bool, bool]], *, flags: int = 0) -> bytes:
    """Each paragraph: its text with its end mark, style number, in a table, end of a row."""
    text = "".join(words for words, *_ in paragraphs)
    start = 0x600
    body = text.encode("utf-16-le")
    fib = bytearray(start)
    struct.pack_into("<HH", fib, 0, 0xA5EC, 0xC1)
    struct.pack_into("<H", fib, 0x0A, 0x0200 | flags)
    struct.pack_into("<I", fib, 0x4C, len(text))
    page = bytearray(512)
    ends, at = [start], start
    for words, *_ in paragraphs:
        at += 2 * len(words)
        ends.append(at)
    struct.pack_into(f"<{len(ends)}I", page, 0, *ends)
    page[511] = len(paragraphs)
    place = 510
    for n, (_, style, in_table, row_end) in enumerate(paragraphs):
        changes = (
            struct.pack("<H", style) + (b"\x16\x24\x01" if in_table else b"") + (b"\x17\x24\x01" if row_end else b"")
        )
        written = bytes([(len(changes) + 1) // 2 + (0 if len(changes) % 2 else 1)]) + changes
        if len(changes) % 2 == 0:
            written = b"\x00" + bytes([len(changes) // 2]) + changes
        place = (place - len(written)) & ~1
        page[place : place + len(written)] = written
        page[4 * len(ends) + 13 * n] = place // 2
    stream = bytes(fib) + body
    stream += bytes(-len(stream) % 512)
    number = len(stream) // 512
    stream += bytes(page)
    pieces = struct.pack("<II", 0, len(text)) + struct.pack("<HIH", 0, start, 0)
    clx = b"\x02" + struct.pack("<I", len(pieces)) + pieces
    bins = struct.pack("<III", start, at, number)
    side = clx + bins
    stream = bytearray(stream)
    struct.pack_into("<II", stream, 0x1A2, 0, len(clx))
    struct.pack_into("<II", stream, 0x102, len(clx), len(bins))
    return compound({"WordDocument": bytes(stream), "1Table": side.ljust(4096, b"\x00")})


def _record(kind: int, body: bytes, *, container: bool = False, instance: int = 0) -> bytes:
    return struct.pack("<HHI", instance << 4 | (15 if container else 0), kind, len(body)) + body


def slides_file(slides: list[tuple[str, str]]) -> bytes:
    """A presentation; each slide has a title in the outline and a text box of its own."""
    stream, places = b"", {}
    listed = b""
    for number, (title, box) in enumerate(slides, start=2):
        shown = _record(0x0F9E, struct.pack("<I", 0)) + _record(0x0FA0, box.encode("utf-16-le"))
        places[number] = len(stream)
        stream += _record(
            0x03EE, _record(0xF004, _record(0xF00D, shown, container=True), container=True), container=True
        )
        listed += _record(0x03F3, struct.pack("<IIIII", number, 0, 1, 255 + number, 0))
        listed += _record(0x0F9F, struct.pack("<I", 0)) + _record(0x0FA8, title.encode("latin-1"))
    places[1] = len(stream)
    stream += _record(0x03E8, _record(0x0FF0, listed, container=True), container=True)
    directory = len(stream)
    offsets = b"".join(struct.pack("<I", places[n]) for n in sorted(places))
    stream += _record(0x1772, struct.pack("<I", len(places) << 20 | 1) + offsets)
    edit = len(stream)
    stream += _record(0x0FF5, struct.pack("<IIIIIIHH", 0, 0, 0, directory, 1, len(places), 0, 0))
    user = _record(0x0FF6, struct.pack("<III", 0x14, 0xE391C05F, edit) + bytes(8))
    return compound({"Current User": user, "PowerPoint Document": stream})


def message_file(
    texts: Mapping[int, str],
    *,
    attachments: Mapping[str, bytes] | None = None,
    inner: Tree | None = None,
    binary: Mapping[int, bytes] | None = None,
) -> bytes:
    """A message of Outlook: properties by number, files attached, and perhaps a message attached (made by `message_tree`)."""
    return compound(message_tree(texts, attachments=attachments, inner=inner, binary=binary, header=32))


def message_tree(
    texts: Mapping[int, str],
    *,
    attachments: Mapping[str, bytes] | None = None,
    inner: Tree | None = None,
    binary: Mapping[int, bytes] | None = None,
    header: int = 24,
) -> Tree:
    tree: dict[str, bytes | Tree] = {}
    entries = b""
    for number, value in [(n, v.encode("utf-16-le")) for n, v in texts.items()] + list((binary or {}).items()):
        kind = 0x1F if number in texts else 0x102
        tree[f"__substg1.0_{number:04X}{kind:04X}"] = value
        entries += struct.pack("<HHIII", kind, number, 6, len(value) + (2 if kind == 0x1F else 0), 0)
    files: list[tuple[dict[str, bytes | Tree], bytes]] = []
    for name, data in (attachments or {}).items():
        files.append(
            ({"__substg1.0_3707001F": name.encode("utf-16-le"), "__substg1.0_37010102": data}, _by_value(name, data))
        )
    if inner is not None:
        files.append(({"__substg1.0_3701000D": inner}, struct.pack("<HHIQ", 3, 0x3705, 6, 5)))
    for n, (streams, properties) in enumerate(files):
        tree[f"__attach_version1.0_#{n:08X}"] = {**streams, "__properties_version1.0": bytes(8) + properties}
    count = len(files)
    tree["__properties_version1.0"] = (bytes(8) + struct.pack("<IIII", 0, count, 0, count)).ljust(
        header, b"\x00"
    ) + entries
    return tree


def _by_value(name: str, data: bytes) -> bytes:
    method = struct.pack("<HHIQ", 3, 0x3705, 6, 1)
    named = struct.pack("<HHIII", 0x1F, 0x3707, 6, 2 * len(name) + 2, 0)
    return method + named + struct.pack("<HHIII", 0x102, 0x3701, 6, len(data), 0)

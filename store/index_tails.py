"""What the files of an embedded index hold beyond their vectors, taken away.

Chroma's hnswlib takes room for a hundred vectors without clearing it, and writes all of it the first time: what lies in `length.bin` and
`data_level0.bin` after the last vector is whatever this process had in that memory before, words of a client among it. It never reads that
part again, and later writes only what changed; so once cleared it stays so.
"""

import struct
from pathlib import Path

# version, offset of level 0, room, vectors, bytes a vector, offsets of label and data, top level, entry, three widths, factor, search width
_HEADER = struct.Struct("<i6QiI3QdQ")
_LENGTH = 4


def clear_tails(folder: Path) -> int:
    """Clear what follows the last vector in every index below `folder`; how many bytes were not zero. Nobody may be adding vectors.

    A folder whose header is not the one that we know is left as it is."""
    cleared = 0
    for header in folder.glob("*/header.bin"):
        said = header.read_bytes()
        if len(said) != _HEADER.size:
            continue
        version, _, room, vectors, width, *_ = _HEADER.unpack(said)
        if version == 1 and vectors <= room:
            cleared += _clear(header.with_name("length.bin"), vectors * _LENGTH)
            cleared += _clear(header.with_name("data_level0.bin"), vectors * width)
    return cleared


def _clear(file: Path, first: int) -> int:
    """Zeros from byte `first` on to the end."""
    if not file.exists() or file.stat().st_size <= first:
        return 0
    with file.open("r+b") as held:
        held.seek(first)
        tail = held.read()
        held.seek(first)
        held.write(bytes(len(tail)))
    return len(tail) - tail.count(0)

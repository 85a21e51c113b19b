"""Files damaged in many small ways, the same each time: bytes flipped, cut, doubled, blown up; in packed files inside the members too."""

import io
import random
import zipfile

_BIG = (
    b"\xff\xff\xff\xff",
    b"\x00\x00\x00\x00",
    b"\x7f\xff\xff\xff",
    b"\xff\xff\xff\x7f",
    b"99999999999",
    b"-1",
    b"\x00",
    b"<",
    b"{",
    b"}",
)


def mutated(data: bytes, seed: int) -> bytes:
    """One damaged form of `data`; every third of a packed file is damaged in one of its members."""
    draw = random.Random(f"{seed}:{len(data)}")
    if data[:2] == b"PK" and seed % 3 == 0:
        return _inside(data, draw)
    return _damage(data, draw)


def _inside(data: bytes, draw: random.Random) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(data)) as archive, zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as copy:
        entries = archive.infolist()
        chosen = draw.choice(entries).filename
        for entry in entries:
            content = archive.read(entry)
            copy.writestr(
                zipfile.ZipInfo(entry.filename), _damage(content, draw) if entry.filename == chosen else content
            )
    return out.getvalue()


def _damage(data: bytes, draw: random.Random) -> bytes:
    changed = bytearray(data)
    for _ in range(draw.choice((1, 1, 3, 10))):
        at = draw.randrange(max(1, len(changed)))
        length = draw.choice((1, 4, 16, 200))
        match draw.randrange(6):
            case 0:
                changed[at : at + 1] = bytes([draw.randrange(256)])
            case 1:
                del changed[at : at + length]
            case 2:
                changed[at:at] = changed[at : at + length] * draw.choice((1, 2, 50))
            case 3:
                big = draw.choice(_BIG)
                changed[at : at + len(big)] = big
            case 4:
                changed[at : at + length] = draw.randbytes(length)
            case _:
                del changed[at:]
    return bytes(changed)

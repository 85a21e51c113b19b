"""A CSV file as people save it: bytes in some encoding, with some separator, into a header and numbered rows of cells.

Owns decoding and quoting. Never knows what a column means.
"""

import codecs
import csv
import io
from collections.abc import Iterator
from dataclasses import dataclass

_BOMS = ((codecs.BOM_UTF8, "utf-8-sig"), (codecs.BOM_UTF16_LE, "utf-16"), (codecs.BOM_UTF16_BE, "utf-16"))
_LONGEST_CELL = 1_000_000


@dataclass(frozen=True)
class Sheet:
    """`header` holds the columns as written, trimmed; `rows` come with the line on which they begin (the header is line 1)."""

    header: tuple[str, ...]
    rows: tuple[tuple[int, tuple[str, ...]], ...]
    broken: tuple[tuple[int, str], ...] = ()
    """Lines that are no CSV, with the reason."""


def decode(data: bytes) -> str:
    """The text: by its byte order mark, else UTF-8, else Windows-1252, which Excel writes. NUL characters are dropped."""
    encoding = next((name for bom, name in _BOMS if data.startswith(bom)), "utf-8")
    try:
        text = data.decode(encoding)
    except UnicodeDecodeError:
        text = data.decode("cp1252", errors="replace")
    return text.replace("\x00", "")


def read_sheet(data: bytes) -> Sheet:
    """Every row that is not blank. A quotation mark that is never closed costs its own line, not the rest of the file."""
    csv.field_size_limit(_LONGEST_CELL)
    lines = list(io.StringIO(decode(data), newline=""))
    separator = _separator(lines[0]) if lines else ","
    found: list[tuple[int, tuple[str, ...]]] = []
    broken: list[tuple[int, str]] = []
    position = 0
    while position < len(lines):
        for line, cells, reason in _records(lines, position, separator):
            if reason:
                broken.append((line, reason))
                position = line  # the line after the broken one: `line` counts from 1
                break
            found.append((line, cells))
        else:
            break
    rows = [(line, cells) for line, cells in found if any(cells)]
    if not rows:
        return Sheet((), (), tuple(broken))
    return Sheet(rows[0][1], tuple(rows[1:]), tuple(broken))


def _records(lines: list[str], position: int, separator: str) -> Iterator[tuple[int, tuple[str, ...], str]]:
    reader = csv.reader(iter(lines[position:]), delimiter=separator, strict=True)
    while True:
        begins = position + reader.line_num + 1
        try:
            cells = next(reader)
        except StopIteration:
            return
        except csv.Error as error:
            yield begins, (), f"this line is no CSV ({error}); check its quotation marks"
            return
        yield begins, tuple(cell.strip() for cell in cells), ""


def _separator(header: str) -> str:
    return max(",;\t", key=header.count)

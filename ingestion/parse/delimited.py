"""CSV and its relatives: one page, one table.

Owns the guess of the separator and what becomes of a quotation mark that is never closed. Never knows what a column means.
"""

import csv
import io
import re
from collections.abc import Iterable, Iterator

from ingestion.elements import Finding, Parsed
from ingestion.parse.tables import Row, Sheet, limited, sheets_parsed
from ingestion.parse.text import decode
from ingestion.parse.wording import one_line

# A cell that is longer is a quotation mark that was never closed, or no table.
_LONGEST_CELL = 1_000_000
_SEPARATOR_SAID = re.compile(r"sep=(.)\r?\n", re.IGNORECASE)
_MANY_LINES = 30


def parse_csv(name: str, data: bytes) -> Parsed:
    """The separator is the one the file names in its first line ("sep=;"), else the one that cuts most lines alike."""
    csv.field_size_limit(_LONGEST_CELL)
    text = decode(data).replace("\x00", "")
    said = _SEPARATOR_SAID.match(text)
    separator = said[1] if said else _separator(text)
    findings: list[Finding] = []
    skipped = 1 if said else 0
    rows = limited(name, "", _rows(text[said.end() if said else 0 :], separator, skipped, name, findings), findings)
    return sheets_parsed(name, "text/csv", [Sheet("", rows)], findings)


def _rows(text: str, separator: str, skipped: int, name: str, findings: list[Finding]) -> Iterator[Row]:
    """The rows by number. Where a quotation mark is never closed, the lines from there on are taken as they stand."""
    lines = list(io.StringIO(text, newline=""))
    reader = csv.reader(iter(lines), delimiter=separator)
    number, begun = skipped, 0
    while True:
        try:
            cells = next(reader)
        except StopIteration:
            return
        except csv.Error:
            cells, unclosed = [], True
        else:
            unclosed = _unclosed(lines[begun : reader.line_num], reader.line_num == len(lines))
        number += 1
        if unclosed:
            why = f"{name}: a quotation mark in line {begun + 1 + skipped} is never closed; from there on each line was read by itself."
            findings.append(Finding(name, f"{why} Check the columns."))
            yield from _as_they_stand(lines[begun:], separator, number)
            return
        begun = reader.line_num
        yield number, [one_line(cell) for cell in cells]


def _unclosed(lines: list[str], last: bool) -> bool:
    """Whether a record swallowed what follows it: it ends with the file inside a quotation, or runs on for many lines."""
    return len(lines) > 1 and "".join(lines).count('"') % 2 == 1 and (last or len(lines) > _MANY_LINES)


def _as_they_stand(lines: Iterable[str], separator: str, number: int) -> Iterator[Row]:
    for line in lines:
        for start in range(0, max(1, len(line)), _LONGEST_CELL):
            yield (
                number,
                [one_line(cell.strip('" \r\n')) for cell in line[start : start + _LONGEST_CELL].split(separator)],
            )
            number += 1


def _separator(text: str) -> str:
    lines = [line[:10_000] for line in text.splitlines()[:60] if line.strip()]

    def agreement(delimiter: str) -> tuple[int, int]:
        widths = [len(next(csv.reader([line], delimiter=delimiter), [])) for line in lines]
        usual = max(set(widths), key=widths.count) if widths else 1
        cut = max(widths, default=1)
        return (widths.count(usual) if usual > 1 else sum(width > 1 for width in widths) // 2, cut)

    return max(",\t;|", key=agreement)

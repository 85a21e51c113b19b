"""Files of an export into grids: numbered rows of cells, a grid for each sheet, members of archives included.

Files are read by the parser they are given (in production the one with limits), so a workbook that is a trap costs its own file only.
QuickBooks Desktop's IIF is text with tabs and is cut here, because its tables change from line to line.
"""

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import PurePath

from ingestion.containers import is_container, members
from ingestion.elements import Page, Parsed
from ingestion.parse.text import decode
from store.rows import Rejected

Parse = Callable[[str, bytes], Parsed]
_CLOSED = {
    ".qbb": "In QuickBooks: File, Utilities, Export, Lists to IIF Files; and Reports, Export to Excel, for what is owed and the ledger.",
    ".qbm": "Restore it in QuickBooks (File, Open or Restore Company), then File, Utilities, Export, Lists to IIF Files.",
    ".qbw": "Open it in QuickBooks: File, Utilities, Export, Lists to IIF Files; and Reports, Export to Excel.",
    ".pst": "Open it in Outlook: File, Open & Export, Import/Export, Export to a file, Comma Separated Values; mails as .msg or .eml.",
    ".ost": "Open it in Outlook: File, Open & Export, Import/Export, Export to a file, Comma Separated Values.",
    ".numbers": "Open it in Numbers: File, Export To, CSV.",
}


@dataclass(frozen=True)
class Grid:
    """A table as it lies in a file. `rows` are not empty and carry the line or sheet row that they stand on, counted from 1."""

    file: str
    sheet: str
    rows: tuple[tuple[int, tuple[str, ...]], ...]

    @property
    def place(self) -> str:
        """The file, and the sheet where it has several."""
        return f"{self.file}#{self.sheet}" if self.sheet else self.file


@dataclass(frozen=True)
class Grids:
    """What could be read of the files, and what could not, with what to do."""

    found: tuple[Grid, ...]
    refused: tuple[Rejected, ...]


def read_grids(files: Iterable[tuple[str, bytes]], parse: Parse) -> Grids:
    """Every grid of these files (name, bytes), archives opened, in order."""
    found: list[Grid] = []
    refused: list[Rejected] = []
    for name, data in _opened(files, parse, refused):
        if why := _CLOSED.get(PurePath(name).suffix.lower()):
            refused.append(Rejected(name, 0, f"only its own program reads this file. {why}"))
            continue
        grids, told = _of_file(name, data, parse)
        found += grids
        refused += told
    return Grids(tuple(found), tuple(refused))


def _opened(files: Iterable[tuple[str, bytes]], parse: Parse, refused: list[Rejected]) -> Iterator[tuple[str, bytes]]:
    for name, data in files:
        if PurePath(name).suffix.lower() in _CLOSED or not is_container(name, data):
            yield name, data
            continue
        for member in members(name, data, parse):
            if member.refused:
                refused.append(Rejected(member.path, 0, member.refused))
            elif not is_container(member.path, member.data):
                yield member.path, member.data


def _of_file(name: str, data: bytes, parse: Parse) -> tuple[list[Grid], list[Rejected]]:
    if not data.strip():
        return [], [Rejected(name, 0, "the file is empty; export it again")]
    if PurePath(name).suffix.lower() == ".iif" or data.lstrip(b"\xef\xbb\xbf").startswith(b"!"):
        return [_tabbed(name, decode(data))], []
    parsed = parse(name, data)
    grids = [grid for page in parsed.pages if (grid := _of_page(name, page, parsed))]
    told = [Rejected(name, 0, one.message) for one in parsed.findings if one.severity != "info"]
    if not grids and not told:
        told = [Rejected(name, 0, "there is no table in this file; export it as CSV or XLSX")]
    return grids, told


def _tabbed(name: str, text: str) -> Grid:
    lines = enumerate(text.splitlines(), start=1)
    cut = ((number, tuple(cell.strip().strip('"') for cell in line.split("\t"))) for number, line in lines)
    return Grid(name, "", tuple((number, cells) for number, cells in cut if any(cells)))


def _of_page(name: str, page: Page, parsed: Parsed) -> Grid | None:
    tables = [one for one in parsed.elements if one.page == page.number and one.type == "Table" and one.rows]
    if not tables:
        return None
    numbers = _numbers(page, sum(len(one.rows) for one in tables))
    rows = [row for one in tables for row in one.rows]
    label = page.label or ""
    return Grid(name, label, tuple(zip(numbers, map(tuple, rows), strict=True)))


def _numbers(page: Page, count: int) -> Sequence[int]:
    """Which line each row is: of a sheet the boxes say it."""
    told = [int(word.box.top) + 1 for word in page.words]
    return told if len(told) == count else range(1, count + 1)

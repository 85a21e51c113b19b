"""Which known table a grid is, told by its header row: scored against every known set of columns, never by position.

A header row may stand under titles, be renamed, reordered, translated or hold more columns than are known. What a person once mapped by
hand (`Mapping`) is recognised again by the fingerprint of its header.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from hashlib import sha256

from ingestion.exports.grids import Grid
from ingestion.exports.values import plain
from ingestion.exports.vocabulary import Known, bare, known_tables

LOOKED_AT = 40
"""A header row stands among so many first rows: reports have three to five title rows, some exports a page of them."""
_MARK, _OWN, _COMMON = 3, 2, 1
_ENOUGH = 4


@dataclass(frozen=True)
class Learned:
    """How a person mapped a table: its kind, and by field the column's name as `column_names` gives it, so that the mapping holds in
    whatever order the columns come. `ignored`: she said that it is no table of ours."""

    kind: str
    columns: Mapping[str, str]
    ignored: bool = False


@dataclass(frozen=True)
class Recognised:
    """A grid that is a known table. `header` is the row it begins with (an index into the grid's rows), `columns` the place of each field,
    `lists` the places of fields that several columns fill (Linked account #1, #2 …), `more` the columns that nobody knows."""

    grid: Grid
    system: str
    kind: str
    name: str
    header: int
    columns: Mapping[str, int]
    more: Mapping[str, int] = field(default_factory=dict[str, int])
    lists: Mapping[str, tuple[int, ...]] = field(default_factory=dict[str, tuple[int, ...]])
    score: float = 0.0


def fingerprint(cells: Sequence[str]) -> str:
    """Names a header row whatever the order of its columns."""
    return sha256("\0".join(sorted(filter(None, map(_named, cells)))).encode()).hexdigest()[:32]


def _named(cell: str) -> str:
    """A column's name as it is compared; one in letters that are not Latin keeps them."""
    return bare(cell) or " ".join(plain(cell).split())


def column_names(header: Sequence[str]) -> tuple[str, ...]:
    """What each column of a header is called in a mapping. The second of a name is `name#2`; one without a name is `#` and its place."""
    seen: dict[str, int] = {}
    names: list[str] = []
    for place, cell in enumerate(header, start=1):
        name = _named(cell)
        seen[name] = seen.get(name, 0) + 1
        names.append(f"#{place}" if not name else name if seen[name] == 1 else f"{name}#{seen[name]}")
    return tuple(names)


def recognise(grid: Grid, system: str | None = None, learned: Mapping[str, Learned] | None = None) -> Recognised | None:
    """The table that this grid is, None when it is none that is known. `system` is the program that the person named; what another one
    exports is not considered then, but for what any program may."""
    best: Recognised | None = None
    for number, (_, cells) in enumerate(grid.rows[:LOOKED_AT]):
        if known := (learned or {}).get(fingerprint(cells)):
            return _as_mapped(grid, number, cells, known)
        if sum(map(bool, cells)) < 2:
            continue
        for table in _considered(system):
            found = _matched(grid, number, cells, table)
            if found and (best is None or found.score > best.score):
                best = found
    return best


def header_of(grid: Grid) -> int:
    """The row that looks most like a header where no table is recognised: the first with the most cells that are words."""

    def words(number: int) -> tuple[int, int]:
        cells = grid.rows[number][1]
        return sum(bool(cell) and not any(c.isdigit() for c in cell) for cell in cells), -number

    return max(range(min(len(grid.rows), LOOKED_AT)), key=words, default=0)


def _considered(system: str | None) -> Iterable[Known]:
    tables = known_tables()
    return tables if system is None else (one for one in tables if one.system in (system, "generic"))


def _as_mapped(grid: Grid, number: int, cells: Sequence[str], known: Learned) -> Recognised:
    places = {name: place for place, name in enumerate(column_names(cells))}
    columns = {name: places[column] for name, column in known.columns.items() if column in places}
    taken = set(columns.values())
    more = {cell: place for place, cell in enumerate(cells) if cell and place not in taken}
    kind = "" if known.ignored else known.kind
    return Recognised(grid, "mapped", kind, "mapped by hand", number, columns, more, score=100.0)


def _matched(grid: Grid, number: int, cells: Sequence[str], table: Known) -> Recognised | None:
    """The table, when the row holds enough of its columns; a field takes the column whose name comes first in its list."""
    places: dict[str, list[int]] = {}
    for place, cell in enumerate(cells):
        if name := bare(cell):
            places.setdefault(name, []).append(place)
    columns: dict[str, int] = {}
    score, taken = 0.0, set[int]()
    for own in (True, False):  # what this table itself calls a field, before what any table may call it
        for name, called in table.names.items():
            if name in columns:
                continue
            candidates = called if not own else [one for one in called if one in table.own[name]]
            free = [p for one in candidates for p in places.get(one, ()) if p not in taken]
            if free:
                columns[name] = free[0]
                taken.add(free[0])
                score += _OWN if own else _COMMON
    if any(name not in columns for name in table.asks) or (
        table.any and not any(name in columns for name in table.any)
    ):
        return None
    filled = sum(map(bool, cells))
    score += _MARK * sum(mark in places for mark in table.marks)
    # a table of which most columns are unknown is probably another one
    score *= (len(columns) + 1) / (filled + 1)
    if len(columns) < min(2, filled) or score < (_ENOUGH if table.system != "generic" else 2):
        return None
    more = {cell: place for place, cell in enumerate(cells) if cell and place not in taken}
    lists = _numbered(more)
    return Recognised(grid, table.system, table.kind, table.name, number, columns, more, lists, score)


def _numbered(more: Mapping[str, int]) -> dict[str, tuple[int, ...]]:
    """Columns that are called alike but for a number: `Linked contact #1`, `Linked contact #2`."""
    found: dict[str, list[int]] = {}
    for header, place in more.items():
        name = bare(header)
        if "#" in name and name.rpartition("#")[2].isdigit():
            found.setdefault(name.rpartition("#")[0], []).append(place)
    return {name: tuple(places) for name, places in found.items()}

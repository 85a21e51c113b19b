"""Finds what has to be proven in a text: money, dates, shares, counts, ids, forms, notices, periods, citations and names.

Promise: no digit of a text escapes. Each one lies in a figure, but for the numbers of an ordered list, citation markers such as [1]
and what else no_figures.py passes over. What cannot be read as anything better is a figure whose value is its own text.
Never decides whether a figure is true: that is ties.py.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from workspace.tie_out import amounts, dates, ids, loose
from workspace.tie_out import names as known_names
from workspace.tie_out.no_figures import no_figures
from workspace.tie_out.reading import FigureType, Reader

_CLAIMED = "\ue000"  # stands where a figure was found; neither a letter nor a digit nor a space
# Strongest first: what one reader has claimed, the next ones no longer see.
_READERS: tuple[Reader, ...] = (
    *ids.READERS,
    *dates.DATE_READERS,
    *amounts.READERS,
    *dates.PERIOD_READERS,
    *ids.BARE_READERS,
    *loose.READERS,
    *amounts.COUNT_READERS,
    *loose.LAST_READERS,
    *dates.MONTH_READERS,
    *amounts.LAST_READERS,
)


@dataclass(frozen=True)
class Figure:
    """Characters `start` to `end` (end excluded) of the text, and what they say.

    `value` is canonical: ISO date ("--03-15" without a year), decimal dollars "4200.00", percent "12.5", count "12", ids with hidden
    digits as X, form "1120-S", notice "CP2000", citation "§6213(a)", period "2025", "2025-Q3", "2025-03" or "2024/2025" ("-Q3", "-03"
    without a year), the words of a name in lower case. `unit` is "day", "business day", "hour"… for a count of time, "point" for
    percentage points, "" where there is none.
    """

    start: int
    end: int
    text: str
    type: FigureType
    value: str
    unit: str = ""


def recognise(text: str, names: Sequence[str] = (), *, guess_names: bool = False) -> tuple[Figure, ...]:
    """Every figure of a text, in order, none overlapping.

    `names`: the names that may stand in it, the client's own and those that must not. Beyond these a name is recognised by its legal
    suffix, title or greeting, and with `guess_names` wherever two to four capitalised words stand together that are not the trade's.
    """
    finder = _Finder(text)
    for name in known_names.known(text, names):
        finder.claim(name.start, name.end, "name", " ".join(name.tokens))
    betrayed = (known_names.titled, known_names.greeted, known_names.companies)
    for find in (
        (
            *betrayed,
            known_names.agencies,
            known_names.addressed,
            known_names.called,
            known_names.acting,
            known_names.guessed,
        )
        if guess_names
        else betrayed
    ):
        for name in list(find(finder.canvas)):
            finder.claim(name.start, name.end, "name", " ".join(name.tokens))
    finder.pass_over(no_figures(finder.canvas))
    for reader in _READERS:
        finder.read(reader)
    return tuple(sorted(finder.found, key=lambda figure: figure.start))


class _Finder:
    """The text with what is already claimed blanked out, so that a later, weaker reading cannot touch it."""

    def __init__(self, text: str) -> None:
        self.text = text
        self.canvas = text
        self.found: list[Figure] = []

    def claim(self, start: int, end: int, kind: FigureType, value: str, unit: str = "") -> None:
        if _CLAIMED in self.canvas[start:end]:
            return
        self.found.append(Figure(start, end, self.text[start:end], kind, value, unit))
        self.pass_over([(start, end)])

    def pass_over(self, spans: Sequence[tuple[int, int]]) -> None:
        for start, end in spans:
            self.canvas = self.canvas[:start] + _CLAIMED * (end - start) + self.canvas[end:]

    def read(self, reader: Reader) -> None:
        pattern, reading_of = reader
        for match in list(pattern.finditer(self.canvas)):
            reading = reading_of(match)
            if reading is not None:
                start, end = match.span("figure" if "figure" in pattern.groupindex else 0)
                self.claim(start, end, reading.type, reading.value, reading.unit)

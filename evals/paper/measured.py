"""What is kept, read once for all pages, and the words in which a figure is told."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from textwrap import fill
from typing import Any

from evals.kept import MEASURED, Kept, kept_baselines, kept_bench, kept_evals

MADE = "<!-- Made by `tickmark promises` of evals/measured. Not to be changed by hand. -->"
UNKNOWN = "not measured yet"


@dataclass(frozen=True)
class Measured:
    """Evaluations and baselines by task, benchmarks by name and clients (`night-1000`)."""

    evals: Mapping[str, Kept]
    baselines: Mapping[str, Kept]
    bench: Mapping[str, Kept]

    def spread(self, bench: str, clients: int, name: str) -> Mapping[str, Any] | None:
        """Samples of a benchmark at a size; None where they were not taken."""
        kept = self.bench.get(f"{bench}-{clients}")
        return kept.spread(name) if kept else None

    def sizes(self, bench: str) -> list[tuple[int, Kept]]:
        """A benchmark at every number of clients that is kept, smallest first."""
        found = [(int(kept.result["clients"]), kept) for kept in self.bench.values() if kept.result["name"] == bench]
        return sorted(found, key=lambda one: one[0])


def measured(folder: Path = MEASURED) -> Measured:
    """All that is kept in a folder."""
    return Measured(kept_evals(folder), kept_baselines(folder), kept_bench(folder))


def number(value: float) -> str:
    """A value with three figures that count, thousands apart."""
    if value == 0 or abs(value) >= 100:
        return f"{value:,.0f}"
    said = f"{value:.3g}"
    return said.rstrip("0").rstrip(".") if "." in said and "e" not in said else said


def machine_of(kept: Kept) -> str:
    """On which kind of machine, in words."""
    one = kept.machine
    return (
        f"{one['cores']} cores ({one['processor']}), {one['memory_gb']:g} GB, {one['system']}, Python {one['python']}"
    )


def paragraph(*lines: str) -> str:
    """Prose, broken where the project's lines end."""
    return fill(" ".join(lines), 140, break_long_words=False, break_on_hyphens=False)


def grid(head: Sequence[str], rows: Iterable[Sequence[str]]) -> Iterator[str]:
    """A table of Markdown."""
    yield f"| {' | '.join(head)} |"
    yield "|" + "---|" * len(head)
    for row in rows:
        yield f"| {' | '.join(cell.replace('|', '/') for cell in row)} |"

"""How well documents are recognised and their facts read: precision, recall and F1 by kind, against the sample firm's gold.

Pure measuring: reads the files, returns figures. Never prints and never changes a reader.
"""

import re
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation
from pathlib import Path
from typing import Protocol

from ingestion.facts import read_facts, recognise
from ingestion.parse import parse

Pairs = list[tuple[str, str]]
Key = tuple[str, bool]


class GoldFact(Protocol):
    """A fact that a document states; `row` groups those of one line of a list."""

    @property
    def name(self) -> str: ...
    @property
    def value(self) -> str: ...
    @property
    def row(self) -> int | None: ...


class GoldDocument(Protocol):
    """A document of the gold: its path in the firm folder, its kind and its facts."""

    @property
    def path(self) -> str: ...
    @property
    def kind(self) -> str: ...
    @property
    def facts(self) -> Sequence[GoldFact]: ...


@dataclass(frozen=True)
class Score:
    """Figures of one kind. `n` documents, of which `recognised` were taken for what they are; facts right, read and in the gold."""

    n: int
    recognised: int
    right: int
    read: int
    gold: int

    @property
    def precision(self) -> float:
        return self.right / self.read if self.read else 1.0

    @property
    def recall(self) -> float:
        return self.right / self.gold if self.gold else 1.0

    @property
    def f1(self) -> float:
        total = self.precision + self.recall
        return 2 * self.precision * self.recall / total if total else 0.0


@dataclass(frozen=True)
class Miss:
    """One fact that was read wrongly or not at all. `read` None: missed; `gold` None: read though the gold does not have it."""

    path: str
    kind: str
    name: str
    gold: str | None
    read: str | None


def measure(folder: Path, gold_documents: Iterable[GoldDocument]) -> dict[str, Score]:
    """Scores by kind, end to end: parsed, recognised, read as what it was taken for."""
    return measure_with_misses(folder, gold_documents)[0]


def measure_with_misses(folder: Path, gold_documents: Iterable[GoldDocument]) -> tuple[dict[str, Score], list[Miss]]:
    """Scores by kind and every single miss. Facts whose name the gold never uses for a kind are not judged."""
    documents = list(gold_documents)
    judged = judged_names(documents)
    tally: dict[str, Counter[str]] = defaultdict(Counter)
    misses: list[Miss] = []
    for document in documents:
        kind, facts = _read(folder, document)
        counts, missed = compare(document, kind, facts, judged[document.kind])
        tally[document.kind].update(counts)
        misses += missed
    return {
        kind: Score(c["n"], c["recognised"], c["right"], c["read"], c["gold"]) for kind, c in sorted(tally.items())
    }, misses


def judged_names(documents: Iterable[GoldDocument]) -> Mapping[str, set[Key]]:
    """The names that the gold uses for each kind."""
    judged: dict[str, set[Key]] = defaultdict(set)
    for document in documents:
        judged[document.kind] |= {_key(fact) for fact in document.facts}
    return judged


def _read(folder: Path, document: GoldDocument) -> tuple[str, Sequence[GoldFact]]:
    path = folder / document.path
    parsed = parse(path.name, path.read_bytes())
    kind, _ = recognise(parsed, path.name)
    return kind, read_facts(parsed, kind)


def compare(
    document: GoldDocument, kind: str, facts: Iterable[GoldFact], judged: set[Key]
) -> tuple[Mapping[str, int], list[Miss]]:
    """What was read of one document against its gold: counts n, recognised, right, read, gold; and every miss."""
    read = [fact for fact in facts if _key(fact) in judged]
    gold_rows, read_rows = _rows(document.facts), _rows(read)
    right, misses = 0, []
    if kind != document.kind:
        misses.append(Miss(document.path, document.kind, "(kind)", document.kind, kind))
    for wanted, got in _paired(gold_rows, read_rows):
        same, missed = _compared(document, wanted, got)
        right += same
        misses += missed
    counts = {
        "n": 1,
        "recognised": int(kind == document.kind),
        "right": right,
        "read": sum(map(len, read_rows)),
        "gold": sum(map(len, gold_rows)),
    }
    return counts, misses


# facts.md lists a covenant's parts; a reader names them apart from other facts, and metrics by their key.
_NAMES = {part: f"covenant_{part}" for part in ("metric", "operator", "threshold", "tested")}
_METRICS = {"debt service coverage ratio": "dscr", "current ratio": "current_ratio", "leverage ratio": "leverage"}


def _named(fact: GoldFact) -> tuple[str, str]:
    """Gold and reading under one name: a credit is a negative amount, an account goes by its name without its number."""
    name, value = _NAMES.get(fact.name, fact.name), fact.value
    if name == "covenant_metric":
        return name, _METRICS.get(value, value)
    if name == "account":
        return name, re.sub(r"^\d{3,6}\s*[·-]?\s*", "", value)
    if fact.row is not None and name in ("debit", "credit", "total"):
        return "amount", str(-Decimal(value)) if name == "credit" else value
    return name, value


def _key(fact: GoldFact) -> Key:
    """A fact's name, and whether it is one of a row."""
    return _named(fact)[0], fact.row is not None


def _rows(facts: Sequence[GoldFact]) -> list[Pairs]:
    """Facts by row, the document's own first."""
    rows: dict[int, Pairs] = {-1: []}
    for fact in facts:
        rows.setdefault(-1 if fact.row is None else fact.row, []).append(_named(fact))
    rows[-1] = _joined(rows[-1])
    return [rows[number] for number in sorted(rows)]


def _joined(facts: Pairs) -> Pairs:
    """What a document states several times under one name (decisions, officers) as one, as the gold has it."""
    values: dict[str, list[str]] = {}
    for name, value in facts:
        values.setdefault(name, []).append(value)
    return [(name, "; ".join(parts)) for name, parts in values.items()]


def _paired(gold: list[Pairs], read: list[Pairs]) -> list[tuple[Pairs, Pairs]]:
    """Each gold row with the read row that agrees most; what is left over stands alone."""
    pairs: list[tuple[Pairs, Pairs]] = [(gold[0], read[0])]
    left = list(read[1:])
    for row in gold[1:]:
        best = max(left, key=lambda other: _agreeing(row, other), default=None)
        if best is None or not _agreeing(row, best):
            pairs.append((row, []))
            continue
        left.remove(best)
        pairs.append((row, best))
    return [*pairs, *(([], row) for row in left)]


def _agreeing(gold: Pairs, read: Pairs) -> int:
    return sum((Counter(_comparable(*pair) for pair in gold) & Counter(_comparable(*pair) for pair in read)).values())


def _compared(document: GoldDocument, gold: Pairs, read: Pairs) -> tuple[int, list[Miss]]:
    wanted, got = Counter(_comparable(*p) for p in gold), Counter(_comparable(*p) for p in read)
    right = sum((wanted & got).values())
    missing, extra = list((wanted - got).elements()), list((got - wanted).elements())
    misses: list[Miss] = []
    for name, value in missing:
        instead = next((v for n, v in extra if n == name), None)
        if instead is not None:
            extra.remove((name, instead))
        misses.append(Miss(document.path, document.kind, name, value, instead))
    return right, [*misses, *(Miss(document.path, document.kind, name, None, value) for name, value in extra)]


def _comparable(name: str, value: str) -> tuple[str, str]:
    """Equal for equal values: numbers by amount, words without case, punctuation and width of white space."""
    try:
        return name, str(Decimal(value).normalize())
    except InvalidOperation:
        return name, re.sub(r"\s+", " ", re.sub(r"[.,;:]", " ", value)).strip().casefold()

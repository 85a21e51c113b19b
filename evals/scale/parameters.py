"""The simulation's parameters: what kept benchmarks say, and what is assumed beyond them, each with its name.

Two sizes of a night give what it costs whatever its clients and what a client adds. A figure that is not kept is named, never guessed.
"""

from collections.abc import Mapping
from dataclasses import dataclass

from evals.paper.measured import Measured
from store.errors import NotFound

SMALL, LARGE, WITH_A_MODEL = 100, 1000, 100
INTAKE = 40


@dataclass(frozen=True)
class Line:
    """Seconds that something takes of one core: `fixed` + `each` × clients."""

    fixed: float
    each: float

    def of(self, clients: int) -> float:
        """For so many clients."""
        return self.fixed + self.each * clients


@dataclass(frozen=True)
class Assumed:
    """What no benchmark here measured. A night must be over in `window_hours`; `changed` of the clients had something new since the last;
    an answer has `answer_tokens`, four characters of a question are a token; dollars for a million tokens are those of the example in
    docs/models.md. Of a machine: usable memory and disk in GB, statements that one database server answers a second, questions that an
    endpoint takes at once. PostgreSQL needs `postgres_over` times SQLite's space."""

    window_hours: float = 4
    changed: float = 0.05
    answer_tokens: int = 400
    characters_a_token: float = 4
    dollars_in: float = 0.15
    dollars_out: float = 0.60
    memory_gb: float = 64
    disk_gb: float = 4000
    statements_a_second: float = 5000
    at_once: int = 256
    thinks: float = 2.0
    cores: int = 16
    postgres_over: float = 1.5
    vector_bytes: int = 384 * 4
    index_over: float = 1.6  # a graph of neighbours beside the vectors themselves


@dataclass(frozen=True)
class Parameters:
    """Measured: processor's seconds of nights, cores that one process keeps busy, statements, questions and characters a client, passages a
    document, documents read a second, bytes a passage in the database, bytes of memory a passage when a client is searched."""

    first: Line
    unchanged: Line
    cores_busy: float
    statements_changed: float
    statements_unchanged: float
    questions: float
    characters: float
    computed_with_a_model: float
    passages_a_document: float
    documents_a_second: float
    bytes_a_passage: float
    searched_bytes_a_passage: float


def parameters(kept: Measured) -> Parameters:
    """From what is kept. Raises NotFound, naming the first benchmark that is missing and how to run it."""
    night = {size: _bench(kept, "night", size) for size in (SMALL, LARGE)}
    models, intake = _bench(kept, "models", WITH_A_MODEL), _bench(kept, "intake", INTAKE)
    _bench(kept, "scale", 6)
    large = night[LARGE]
    wall = large["first night, whole"]
    computed = large["first night, a client, of one core"] * LARGE
    return Parameters(
        first=_line(night, "first night, a client, of one core"),
        unchanged=_line(night, "unchanged night, a client, of one core"),
        cores_busy=computed / wall,
        statements_changed=large["first night, a client, of the records"],
        statements_unchanged=large["unchanged night, a client, of the records"],
        questions=models["questions, a client"],
        characters=models["asked, a client"],
        computed_with_a_model=models["processor, a client"],
        passages_a_document=intake["passages end to end"] / intake["files end to end"],
        documents_a_second=intake["files end to end"],
        bytes_a_passage=_slope(kept, "database (10 passages a client)") * 1e6 / 10,
        searched_bytes_a_passage=_slope(kept, "search, memory", below=5_000) * 1e6,
    )


def _bench(kept: Measured, name: str, clients: int) -> Mapping[str, float]:
    found = kept.bench.get(f"{name}-{clients}")
    if found is None:
        raise NotFound(f"`tickmark bench {name} --clients {clients} --keep` was not measured yet")
    return {one["name"]: one["median"] for one in found.result["spreads"]}


def _line(night: Mapping[int, Mapping[str, float]], name: str) -> Line:
    small, large = (night[size][name] * size for size in (SMALL, LARGE))
    each = (large - small) / (LARGE - SMALL)
    return Line(max(small - each * SMALL, 0.0), each)


def _slope(kept: Measured, name: str, below: int | None = None) -> float:
    """What one more adds, between the smallest and the largest size."""
    spreads = kept.bench["scale-6"].result["spreads"]
    points = sorted(
        (int(one["at"]), float(one["median"]))
        for one in spreads
        if one["name"] == name and (below is None or one["at"] < below)
    )
    (x1, y1), (x2, y2) = points[0], points[-1]
    return (y2 - y1) / (x2 - x1) if x2 > x1 else y1 / x1

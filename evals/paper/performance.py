"""docs/performance.md: what benchmarks measured, each beside its peer or floor of the same run, and how things grow, with plots."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from evals.bench import NAMES
from evals.kept import Kept
from evals.paper.measured import MADE, UNKNOWN, Measured, grid, machine_of, number, paragraph
from evals.paper.plots import Curve, curves


@dataclass(frozen=True)
class Growth:
    """A plot: a statistic of spreads over what grows. With `across` over the clients of the benchmark's kept sizes, else over the sizes
    within one run (`at` of a spread)."""

    file: str
    bench: str
    title: str
    of: str
    unit: str
    series: Mapping[str, str]
    stat: str = "median"
    across: bool = False


GROWTHS = (
    Growth(
        "search-passages", "scale", "A question about one client (median)", "passages of the client", "ms",
        {"search": "search", "raw Chroma": "raw Chroma, ready vector", "bm25s": "bm25s alone",
         "plain RAG (LangChain)": "plain RAG, retrieval"},
    ),
    Growth(
        "search-memory", "scale", "What the process holds more after the first question", "passages of the client", "MB",
        {"search": "search, memory", "bm25s": "bm25s alone, memory", "plain RAG (LangChain)": "plain RAG, memory"},
    ),
    Growth(
        "ready", "scale", "Making a client's passages ready for its first question", "passages of the client", "seconds",
        {"search": "search, made ready", "raw Chroma": "raw Chroma, made ready", "bm25s": "bm25s alone, made ready",
         "plain RAG (LangChain)": "plain RAG, made ready"},
    ),
    Growth(
        "firm-pages", "scale", "Pages over all clients (median)", "clients of the firm", "ms",
        {"portfolio": "portfolio", "clients": "list of clients", "search over all": "search over all clients", "empty page": "empty page"},
    ),
    Growth("database", "scale", "The database", "clients of the firm", "MB", {"database (10 passages a client)": "database"}),
    Growth(
        "night-client", "night", "A client's part of a night, of one core", "clients of the firm", "seconds",
        {"first night": "first night, a client, of one core", "unchanged": "unchanged night, a client, of one core",
         "one row put down": "a row put down for each client, a client"},
        across=True,
    ),
    Growth(
        "night-memory", "night", "Memory of the process after the first night", "clients of the firm", "MB",
        {"after the first night": "first night, memory so far"}, across=True,
    ),
    Growth(
        "pages-clients", "pages", "Pages of a morning (95 of 100)", "clients of the firm", "ms",
        {"portfolio": "portfolio", "brief": "brief", "client": "client", "empty FastAPI route": "empty route of FastAPI"},
        stat="p95", across=True,
    ),
)  # fmt: skip


def performance(kept: Measured) -> dict[str, str]:
    """The page and its plots, by their names below docs."""
    made = dict(_plots(kept))
    names = dict.fromkeys((*NAMES, *(str(one.result["name"]) for one in kept.bench.values())))
    lines = (*_head(), *(line for name in names for line in _bench(name, kept, made)))
    return {"performance.md": "\n".join(lines) + "\n", **made}


def _head() -> Iterator[str]:
    yield MADE
    yield ""
    yield "# Performance"
    yield ""
    yield paragraph(
        "What benchmarks measured (`tickmark bench`). A figure says something beside the peer or floor of the same run only: another",
        "machine gives others. `load` is the machine's load at the end of the run: above the number of cores, other programs were measured",
        "too. Curves have logarithmic scales. What each benchmark does: [evals.md](evals.md). What follows for many firms:",
        "[scale.md](scale.md).",
    )


def _bench(name: str, kept: Measured, made: Mapping[str, str]) -> Iterator[str]:
    yield from ("", f"## {name}", "")
    sizes = kept.sizes(name)
    yield f"{NAMES.get(name, '')}." if sizes else f"{NAMES.get(name, '')}: {UNKNOWN}."
    for growth in GROWTHS:
        if growth.bench == name and f"plots/{growth.file}.svg" in made:
            yield from ("", f"![{growth.title}](plots/{growth.file}.svg)")
    for _, one in sizes:
        yield from _report(one)


def _report(kept: Kept) -> Iterator[str]:
    report = kept.result
    yield ""
    yield paragraph(
        f"`{kept.command}`, {kept.date}, {machine_of(kept)}: {report['clients']:,} clients; memory at most {report['memory_mb']:,} MB,",
        f"of a child {report['child_memory_mb']:,} MB; {report['seconds']:,.0f} s in all, load {report['load']:.1f}.",
    )
    yield ""
    head = ("", "unit", "n", "median", "95 of 100", "least", "most")
    yield from grid(head, (_spread(one) for one in report["spreads"]))


def _spread(one: Mapping[str, Any]) -> Sequence[str]:
    at = f" at {one['at']:,}" if one.get("at") else ""
    computed = " (computed)" if one.get("computed") else ""
    figures = (number(one[stat]) for stat in ("median", "p95", "least", "most"))
    return f"{one['name']}{at}{computed}", one["unit"], f"{one['n']:,}", *figures


def _plots(kept: Measured) -> Iterator[tuple[str, str]]:
    for growth in GROWTHS:
        drawn = [curve for label, name in growth.series.items() if (curve := _curve(growth, label, name, kept))]
        if drawn:
            yield f"plots/{growth.file}.svg", curves(growth.title, growth.of, growth.unit, drawn)


def _curve(growth: Growth, label: str, name: str, kept: Measured) -> Curve | None:
    found = list(_across(growth, name, kept) if growth.across else _within(growth, name, kept))
    points = [(x, y) for x, y, computed in found if not computed and y > 0]
    hollow = [(x, y) for x, y, computed in found if computed and y > 0]
    return Curve(label, points, hollow) if len(points) + len(hollow) > 1 and points else None


def _across(growth: Growth, name: str, kept: Measured) -> Iterator[tuple[float, float, bool]]:
    for clients, one in kept.sizes(growth.bench):
        if found := one.spread(name):
            yield clients, found[growth.stat], False


def _within(growth: Growth, name: str, kept: Measured) -> Iterator[tuple[float, float, bool]]:
    for _, one in kept.sizes(growth.bench)[-1:]:
        for found in one.result["spreads"]:
            if found["name"] == name and found.get("at"):
                yield found["at"], found[growth.stat], bool(found.get("computed"))

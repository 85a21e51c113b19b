"""The figures of this process for a collector, as Prometheus reads them: what was told since it started, and how things stand when asked.

Labels are route templates, methods, outcomes and names of endpoints: never a client, a person or an address that was asked for. One set a
process, made when it is first needed.
"""

from collections.abc import Iterator, Mapping
from contextvars import ContextVar
from functools import cache
from typing import Any

from sqlalchemy import Engine, event

from store import telling

QUERIES: ContextVar[list[int] | None] = ContextVar("queries", default=None)
"""Where the statements of a request are counted, in whatever thread they run."""
_SECONDS = (0.005, 0.01, 0.02, 0.03, 0.06, 0.1, 0.3, 1.0, 3.0, 10.0, 30.0, 120.0)
_COUNTS = (1, 2, 4, 8, 12, 16, 24, 32, 64, 128)
_MODELS = (0.1, 0.3, 1, 3, 10, 30, 60, 120)

COUNTED: Mapping[str, tuple[str, tuple[str, ...]]] = {
    "model_calls": ("Questions to models, by how they ended.", ("endpoint", "model", "outcome")),
    "model_tokens": ("Tokens that models were given and gave.", ("endpoint", "model", "direction")),
    "night_clients": ("Clients that were scanned here, by what came of it.", ("outcome",)),
    "mail_posts": ("Posts to the mail server, by what came of them.", ("state",)),
    "index_writes": ("Passages put into the vector index or taken out.", ("act",)),
    "index_unreachable": ("Times that the Chroma server did not answer.", ()),
}
MEASURED: Mapping[str, tuple[str, tuple[str, ...], tuple[float, ...]]] = {
    "request_seconds": ("Seconds that an answer took.", ("method", "route", "status"), _SECONDS),
    "request_queries": ("Statements to the database that an answer took.", ("route",), _COUNTS),
    "model_seconds": ("Seconds that a question to a model took.", ("endpoint", "model"), _MODELS),
    "parse_seconds": ("Seconds that a file took to read.", ("outcome",), _MODELS),
}
STANDING: Mapping[str, tuple[str, str | None]] = {
    "parse_children": ("Children that read files: all, and those at work.", "state"),
    "database_connections": ("Connections to the database that are in use.", None),
    "queue": ("What waits: documents to read, clients of the running night.", "of"),
    "night_last": ("The newest night: clients by outcome.", "outcome"),
    "night_age_seconds": ("Seconds since the newest night ended.", None),
    "backup_age_seconds": ("Seconds since the newest backup that came to its end.", None),
}


class Metrics:
    """Counts what it is told (store/telling.py). Safe between threads."""

    def __init__(self) -> None:
        from prometheus_client import CollectorRegistry, Counter, Histogram, ProcessCollector

        self.registry: Any = CollectorRegistry()
        ProcessCollector(registry=self.registry)
        self._counters = {
            name: Counter(f"tickmark_{name}", said, labels, registry=self.registry)
            for name, (said, labels) in COUNTED.items()
        }
        self._histograms = {
            name: Histogram(f"tickmark_{name}", said, labels, buckets=buckets, registry=self.registry)
            for name, (said, labels, buckets) in MEASURED.items()
        }

    def note(self, what: str, value: float, labels: Mapping[str, str]) -> None:
        """Count or measure; what has no name here is not kept."""
        if (counter := self._counters.get(what)) is not None:
            (counter.labels(**labels) if labels else counter).inc(value)
        elif (histogram := self._histograms.get(what)) is not None:
            histogram.labels(**labels).observe(value)

    def request(self, method: str, route: str, status: int, seconds: float, queries: int) -> None:
        """An answer was given."""
        self._histograms["request_seconds"].labels(method, route, str(status)).observe(seconds)
        self._histograms["request_queries"].labels(route).observe(queries)

    def text(self, standing: Mapping[str, Mapping[str, float]]) -> bytes:
        """All of it in the text format of Prometheus. `standing`: how things are now, by name and the value of the one label."""
        from prometheus_client import generate_latest
        from prometheus_client.core import GaugeMetricFamily

        def now() -> Iterator[Any]:
            for name, values in standing.items():
                said, label = STANDING[name]
                family = GaugeMetricFamily(f"tickmark_{name}", said, labels=[label] if label else None)
                for of, value in values.items():
                    family.add_metric([of] if label else [], value)
                yield family

        return generate_latest(self.registry) + generate_latest(_Once(now))


class _Once:
    """What is gathered once."""

    def __init__(self, collect: Any) -> None:
        self.collect = collect


@cache
def metrics() -> Metrics:
    """Those of this process; from the first call on it is told what happens."""
    made = Metrics()
    telling.listen(made)
    return made


def count_queries(engine: Engine) -> None:
    """Have the statements of requests counted on this engine."""
    from store.fence import UNCOUNTED

    def one_more(_c: object, _u: object, _s: object, _p: object, context: Any, _m: object) -> None:
        if (count := QUERIES.get()) is not None and not (
            context and UNCOUNTED.keys() & context.execution_options.keys()
        ):
            count[0] += 1

    event.listen(engine, "before_cursor_execute", one_more)

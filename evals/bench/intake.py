"""How fast files become searchable, end to end, beside what the embedder alone makes of the same passages in the same run.

A fresh home each time: the firm folder is made once and loaded as often as there are runs.
"""

import shutil
import tempfile
import time
from collections.abc import Iterator, Sequence
from pathlib import Path

from sqlalchemy import func, select

from api.commands import find
from api.settings import load_settings
from api.wiring import Services, build
from evals.bench.spread import Bench, Spread, spread
from ingestion.indexing import searched
from store.tables import DocumentVersion, Passage
from workspace.records.upsert import batches

RUNS = 3
_AT_ONCE = 100


def measure(bench: Bench) -> Iterator[Spread]:
    """Files and passages a second of whole loads, then passages a second of the embedder alone, a hundred at a time."""
    made = bench.home("made")
    loads: list[tuple[float, int, int]] = []
    texts: list[str] = []
    alone: list[float] = []
    for number in range(RUNS):
        with tempfile.TemporaryDirectory() as folder:
            home = Path(folder) / "home"
            shutil.copytree(made, home)
            with build(load_settings(home), own_index=True, purpose="bench") as services:
                services.embedder.embed(["the model is opened before the clock runs"])
                began = time.perf_counter()
                find("load").load()(services, {"folder": str(made / "sample" / "firm")}, bench.progress)
                seconds = time.perf_counter() - began
                files, texts = _stored(services)
                loads.append((seconds, files, len(texts)))
                if number == RUNS - 1:
                    alone = list(_embedded(services, texts))
    yield spread("a whole load", "seconds", [seconds for seconds, _, _ in loads])
    yield spread("files end to end", "a second", [files / seconds for seconds, files, _ in loads])
    yield spread("passages end to end", "a second", [passages / seconds for seconds, _, passages in loads])
    yield spread("the embedder alone, same passages", "a second", alone)


def _stored(services: Services) -> tuple[int, list[str]]:
    """How many files were taken in, and the words of every passage as they are embedded."""
    with services.database.reading() as session:
        files = session.scalar(select(func.count()).select_from(DocumentVersion)) or 0
        rows = session.execute(select(Passage.context, Passage.text).order_by(Passage.id)).tuples()
        return files, [searched(context, text) for context, text in rows]


def _embedded(services: Services, texts: Sequence[str]) -> Iterator[float]:
    for part in batches(texts, _AT_ONCE):
        began = time.perf_counter()
        services.embedder.embed(part)
        yield len(part) / (time.perf_counter() - began)

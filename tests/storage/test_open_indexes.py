"""The embedded index keeps few clients' collections open at once, however many files the process may have."""

import resource
from pathlib import Path

import numpy as np

from store.vectors import VectorIndex

CLIENTS, PASSAGES = 90, 60  # enough of them that Chroma keeps them in files


def test_asking_about_many_clients_leaves_few_collections_open(tmp_path: Path) -> None:
    assert resource.getrlimit(resource.RLIMIT_NOFILE)[0] // 5 > CLIENTS, "Chroma itself would keep all of them open"
    chance = np.random.default_rng(7)
    vectors = chance.normal(size=(PASSAGES, 384)).astype(np.float32)
    first = VectorIndex(tmp_path / "chroma")
    for number in range(CLIENTS):
        first.put(f"client-{number:03}", [f"p{number}-{one}" for one in range(PASSAGES)], vectors)
    again = VectorIndex(tmp_path / "chroma")
    for number in range(CLIENTS):
        found = again.near(f"client-{number:03}", vectors[number % PASSAGES], 1)
        assert [one.passage_id for one in found] == [f"p{number}-{number % PASSAGES}"]
    assert 0 < len(open_collections(tmp_path)) < CLIENTS * 2 // 3


def open_collections(folder: Path) -> set[str]:
    """The folders of collections of which this process has a file open."""
    found = set[str]()
    for one in Path("/proc/self/fd").iterdir():
        try:
            file = one.readlink()
        except FileNotFoundError:  # the one that lists them
            continue
        if file.is_relative_to(folder) and file.suffix == ".bin":
            found.add(file.parent.name)
    return found

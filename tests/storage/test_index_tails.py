"""What an index's files hold after their last vector is cleared, and the vectors are as they were."""

from pathlib import Path

import numpy as np

from store.index_tails import clear_tails
from store.vectors import VectorIndex

SHELF, KEPT, WORDS = "client-1", 60, b"Harbor Bakery "


def spoiled(folder: Path) -> list[Path]:
    """Words written where Chroma left its room as it found it: (length.bin, data_level0.bin) of one shelf."""
    files = [*folder.glob("*/length.bin"), *folder.glob("*/data_level0.bin")]
    for file, width in zip(files, (4, 1676), strict=True):  # bytes a vector of 384 numbers takes in each
        held = bytearray(file.read_bytes())
        room = len(held) - KEPT * width
        assert room > len(WORDS)
        held[KEPT * width :] = (WORDS * room)[:room]
        file.write_bytes(held)
    return files


def test_words_after_the_last_vector_go_and_every_vector_stays(tmp_path: Path) -> None:
    vectors = np.random.default_rng(3).normal(size=(200, 384)).astype(np.float32)
    ids = [f"p{number}" for number in range(len(vectors))]
    index = VectorIndex(tmp_path)
    index.put(SHELF, ids[:KEPT], vectors[:KEPT])
    files = spoiled(tmp_path)
    before = [file.read_bytes() for file in files]
    index.scour()
    after = [file.read_bytes() for file in files]
    assert not any(WORDS in held for held in after) and [len(held) for held in after] == [len(held) for held in before]
    assert clear_tails(tmp_path) == 0
    index.put(SHELF, ids[KEPT:], vectors[KEPT:])  # the files grow
    assert not any(WORDS in file.read_bytes() for file in files)
    again = VectorIndex(tmp_path)
    assert [again.near(SHELF, one, 1)[0].passage_id for one in vectors] == ids


def test_an_index_of_another_make_is_left_as_it_is(tmp_path: Path) -> None:
    index = VectorIndex(tmp_path)
    index.put(SHELF, [f"p{number}" for number in range(KEPT)], np.eye(KEPT, 384, dtype=np.float32))
    files = spoiled(tmp_path)
    header = next(tmp_path.glob("*/header.bin"))
    header.write_bytes(b"\2" + header.read_bytes()[1:])
    assert clear_tails(tmp_path) == 0 and all(WORDS in file.read_bytes() for file in files)

"""Damaged files of every kind through the sandbox: each comes back read or explained, no reader dies, none is silent."""

from collections.abc import Iterator

import pytest

from ingestion.elements import Parsed
from ingestion.sandbox import Limits, ParsePool
from tests.ingestion.mutations import mutated
from tests.ingestion.samples import one_of_each

PICTURES = (".png", ".jpg", ".tif", ".gif", ".bmp", ".heic")
# What fits into the suite's time; pictures take seconds each. The mutations are the same each time.
SEEDS, SEEDS_OF_PICTURES = 30, 2


@pytest.fixture(scope="module")
def pool() -> Iterator[ParsePool]:
    with ParsePool(workers=2, limits=Limits(seconds=60)) as pool:
        yield pool


def accounted(name: str, seed: int, parsed: Parsed) -> None:
    told = [finding.message for finding in parsed.findings]
    assert told or any(page.text for page in parsed.pages), f"{name}, seed {seed} came back silent"
    assert not [m for m in told if "ended the program" in m or "could not be read within" in m], (
        f"{name}, seed {seed}: {told}"
    )
    for element in parsed.elements:
        assert parsed.pages[element.page - 1].text[element.start : element.end] == element.text, f"{name}, seed {seed}"


@pytest.mark.parametrize("name", one_of_each())
def test_damaged_files_are_read_or_explained(name: str, pool: ParsePool) -> None:
    seeds = range(SEEDS_OF_PICTURES if name.endswith(PICTURES) else SEEDS)
    data = one_of_each()[name]
    results = pool.map((name, mutated(data, seed)) for seed in seeds)
    for seed, parsed in zip(seeds, results, strict=True):
        accounted(name, seed, parsed)
    assert pool.parse("after.txt", b"still here").pages[0].text == "still here"

"""Damaged files of every kind through the sandbox: each comes back read or explained, no reader dies, none is silent.

A small sample runs with the suite. TICKMARK_FUZZ=300 damages each kind in so many ways, which takes minutes (`make fuzz`);
TICKMARK_FUZZ_FROM=1000 begins with another seed. The mutations of a seed are the same each time.
"""

import os
from collections.abc import Iterator

import pytest

from ingestion.elements import Parsed
from ingestion.sandbox import Limits, ParsePool
from ingestion.split import split
from tests.ingestion.mutations import mutated
from tests.ingestion.samples import PICTURES, one_of_each

MANY = int(os.environ.get("TICKMARK_FUZZ", "0"))
FIRST = int(os.environ.get("TICKMARK_FUZZ_FROM", "0"))
# Pictures take half a second each, whatever is in them.
SEEDS, SEEDS_OF_PICTURES = (MANY, MANY) if MANY else (8, 1)
KINDS = [name for name in one_of_each() if MANY or not name.endswith(PICTURES) or name.endswith((".tif", ".heic"))]


@pytest.fixture(scope="module")
def pool() -> Iterator[ParsePool]:
    with ParsePool(workers=2, limits=Limits(seconds=60)) as pool:
        yield pool


def accounted(name: str, seed: int, parsed: Parsed) -> None:
    which = f"{name}, seed {seed}"
    told = [finding.message for finding in parsed.findings]
    assert told or any(page.text for page in parsed.pages), f"{which} came back silent"
    assert not [m for m in told if "ended the program" in m or "could not be read within" in m], f"{which}: {told}"
    for element in parsed.elements:
        assert parsed.pages[element.page - 1].text[element.start : element.end] == element.text, which
    for page in parsed.pages:
        assert all(0 <= word.start < word.end <= len(page.text) for word in page.words), which
    for passage in split(parsed):
        assert parsed.pages[passage.page - 1].text[passage.start : passage.end] == passage.text, which


@pytest.mark.parametrize("name", KINDS)
def test_damaged_files_are_read_or_explained(name: str, pool: ParsePool) -> None:
    count = SEEDS_OF_PICTURES if name.endswith(PICTURES) else SEEDS
    seeds = range(FIRST, FIRST + count)
    data = one_of_each()[name]
    results = pool.map((name, mutated(data, seed)) for seed in seeds)
    for seed, parsed in zip(seeds, results, strict=True):
        accounted(name, seed, parsed)
    assert pool.parse("after.txt", b"still here").pages[0].text == "still here"

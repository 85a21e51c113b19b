"""The sample firm: the same arguments give the same bytes, and the labels count what lies in the folder."""

import csv
from hashlib import sha256
from pathlib import Path

import pytest

from evals.firm.generate import generate
from evals.firm.gold import SLUGS, Gold


def digests(folder: Path) -> dict[str, str]:
    """Every file of a folder by its path."""
    files = (file for file in folder.rglob("*") if file.is_file())
    return {file.relative_to(folder).as_posix(): sha256(file.read_bytes()).hexdigest() for file in files}


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Gold]:
    """A firm of five clients with its labels."""
    folder = tmp_path_factory.mktemp("made") / "firm"
    return folder, generate(folder, clients=5, seed=7)


def test_the_same_arguments_give_the_same_bytes(made: tuple[Path, Gold], tmp_path: Path) -> None:
    folder, gold = made
    again = generate(tmp_path / "again", clients=5, seed=7)
    assert digests(tmp_path / "again") == digests(folder)
    assert again == gold


def test_another_seed_gives_another_firm_of_the_same_size(made: tuple[Path, Gold], tmp_path: Path) -> None:
    folder, gold = made
    other = generate(tmp_path / "other", clients=5, seed=8)
    assert digests(tmp_path / "other")["clients.csv"] != digests(folder)["clients.csv"]
    assert other.counts["clients.csv"] == gold.counts["clients.csv"] == 5
    assert {one.text for one in other.canaries}.isdisjoint(one.text for one in gold.canaries)


def test_the_labels_count_what_lies_there(made: tuple[Path, Gold]) -> None:
    folder, gold = made
    rows = {name: count for name, count in gold.counts.items() if name.endswith(".csv")}
    for name, count in rows.items():
        with (folder / name).open(newline="", encoding="utf-8") as table:
            assert len(list(csv.DictReader(table))) == count, name
    assert len(digests(folder)) == gold.counts["files"]
    assert {one.path for one in gold.documents} <= set(digests(folder))
    assert {one.path for one in gold.findings} <= set(digests(folder))
    assert {one.slug for one in gold.planted} <= set(SLUGS)
    refs = {one.client_ref for one in gold.canaries}
    assert len(refs) == 5
    assert {one.client_ref for one in (*gold.planted, *gold.decoys, *gold.questions)} <= refs


def test_labels_are_read_as_they_were_written(made: tuple[Path, Gold], tmp_path: Path) -> None:
    _, gold = made
    gold.write(tmp_path / "gold.json")
    assert Gold.read(tmp_path / "gold.json") == gold


def test_more_papers_on_request(tmp_path: Path) -> None:
    generate(tmp_path / "firm", clients=1, seed=7, documents_per_client=60)
    places = [tmp_path / "firm" / "documents" / "C001", tmp_path / "firm" / "books" / "C001"]
    assert sum(file.is_file() for place in places for file in place.rglob("*")) == 60


def test_a_folder_that_holds_something_is_refused(tmp_path: Path) -> None:
    (tmp_path / "mine.txt").write_text("a firm's own")
    with pytest.raises(ValueError, match="not empty"):
        generate(tmp_path, clients=1)
    assert digests(tmp_path).keys() == {"mine.txt"}

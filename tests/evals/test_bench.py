"""`tickmark bench`: each benchmark runs on a tiny firm and gives spreads with their n; no figure is judged."""

import shutil
from collections.abc import Sequence
from pathlib import Path
from string import ascii_lowercase

import numpy as np
import pytest

from api.commands.result import silent
from evals.bench import NAMES, as_json, chat, intake, night, pages, planned, scale, search, setup, table
from evals.bench.peers import PlainRag, WordsAlone, has_rag, partitioned
from evals.bench.spread import Bench, Report, Spread, spread
from evals.ground import fingerprint
from store.errors import NotFound
from store.vectors import Vectors
from tests.evals.conftest import CLIENTS
from tests.homes import takes_long

pytestmark = pytest.mark.slow


@pytest.fixture
def bench(no_settings_from_outside: None, copy: Path, tmp_path: Path) -> Bench:
    """The ready sample firm where a benchmark looks for it."""
    home = tmp_path / "homes" / f"sample-{CLIENTS}-clients-seed-7"
    shutil.move(copy, home)
    (home / "made-by").write_text(fingerprint())
    return Bench(tmp_path / "homes", CLIENTS, False, silent)


@pytest.fixture
def alone(no_settings_from_outside: None, models: Path, tmp_path: Path) -> Bench:
    """A firm of one client that is still to be made, in a home that holds the embedder's graph already."""
    home = shutil.copytree(models, tmp_path / "homes" / "sample-1-clients-seed-7")
    (home / "made-by").write_text(fingerprint())
    return Bench(tmp_path / "homes", 1, False, silent)


def by_name(spreads: object) -> dict[str, Spread]:
    assert isinstance(spreads, list)
    assert all(one.least <= one.median <= one.p95 <= one.most and one.n > 0 for one in spreads)
    return {one.name: one for one in spreads}


def test_a_spread_is_told_by_nearest_rank() -> None:
    assert spread("x", "ms", [5, 1, 4, 2, 3]) == Spread("x", "ms", 5, 3, 5, 1, 5)
    assert spread("x", "ms", [7]) == Spread("x", "ms", 1, 7, 7, 7, 7)
    assert spread("x", "ms", range(1, 101)).p95 == 95


def test_pages(bench: Bench, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(pages, "TIMES", 3)
    found = by_name(list(pages.measure(bench)))
    assert found["brief"].n == pages.TIMES == found["client"].n == found["empty route of FastAPI"].n
    # how many queries a page asks hangs on the page, not on the run; the empty one asks who is there
    assert found["brief: queries"].least == found["brief: queries"].most > found["empty page: queries"].most == 1
    assert 0 < found["empty page: sent, gzip"].most < found["board: sent, gzip"].most < 150
    assert found["styles and scripts, once"].most > found["board: sent, gzip"].most / 2


def test_pages_of_a_practice_of_copies(bench: Bench, monkeypatch: pytest.MonkeyPatch) -> None:
    for name, value in {"TIMES": 1, "READ": CLIENTS, "DOCUMENTS": 3, "MAILS": 4}.items():
        monkeypatch.setattr(pages, name, value)
    grown = Bench(bench.homes, 2 * CLIENTS + 1, False, silent)
    found = by_name(list(pages.measure(grown)))
    assert found["the practice's clients"].median == 2 * CLIENTS + 1
    assert found["the practice's documents"].median >= 3 * (2 * CLIENTS + 1)
    assert found["review"].n == found["document with facts"].n == 1


def test_night(bench: Bench) -> None:
    found = by_name(list(night.measure(bench)))
    assert found["first night, a client's own scan"].n == CLIENTS
    assert found["unchanged night, drafts"].median == 0
    assert found["a row put down for each client, a client"].median > 0
    assert found["night after 5 % changed, unchanged"].median == CLIENTS - 1


def test_intake(alone: Bench, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(intake, "RUNS", 1)
    monkeypatch.setattr(intake, "_PDFS", 5)
    found = by_name(list(intake.measure(alone)))
    assert found["a whole load"].n == 1
    assert found["the embedder alone, same passages"].median > 0
    assert found["other papers: read"].n == found["other papers: raw unstructured"].n > 0


@takes_long
def test_setup(bench: Bench) -> None:
    found = by_name(list(setup.measure(bench)))
    assert found["commands"].most == 6 and found["first scan"].most > 0
    others = ("from ", "of the processor")
    parts = [one.most for name, one in found.items() if one.unit == "seconds" and not name.startswith(others)]
    assert found["from an empty home to the first brief"].most >= sum(parts) - 0.01


def test_search(bench: Bench, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(search, "SORTS_OF", CLIENTS)
    monkeypatch.setattr(search, "DAY", 8)
    monkeypatch.setattr(search, "EMBEDDED", 1)
    found = by_name(list(search.measure(bench)))
    assert found["first question about a client"].n == CLIENTS
    assert found["later questions"].n == CLIENTS * (len(search.QUESTIONS) - 1)
    assert found["passages of a client"].least > 0
    assert found["raw Chroma over the same, question embedded"].n == CLIENTS * len(search.QUESTIONS)


def test_a_report_tells_memory_and_load() -> None:
    report = Report("pages", 4, (spread("brief", "ms", [3, 4]),), 250, 120, 2.0, 1.25)
    shown = table([report])
    assert "memory at most 250 MB, a child 120 MB" in shown
    assert "load of 1.2" in shown
    assert as_json([report])[0]["spreads"][0]["n"] == 2


def test_an_unknown_benchmark_is_refused(tmp_path: Path) -> None:
    with pytest.raises(NotFound, match=", ".join(NAMES)):
        planned(["nothing"], 1, False)


@takes_long
def test_scale(bench: Bench, monkeypatch: pytest.MonkeyPatch) -> None:
    for name, value in {"SORTS_OF": CLIENTS, "PASSAGES": (20, 40), "CLIENTS": (2, 4), "TIMES": 1}.items():
        monkeypatch.setattr(scale, name, value)
    found = list(scale.measure(bench))
    assert {one.at for one in found if one.name == "search"} == {20, 40}
    assert {one.at for one in found if one.name == "portfolio"} == {2, 4}
    beside = {"raw Chroma, ready vector", "bm25s alone", "empty page", "search over all clients"}
    assert beside <= {one.name for one in found}
    (small, large) = [one.median for one in found if one.name.startswith("database")]
    assert 0 < small <= large


@takes_long
def test_chat_beside_a_plain_rag(bench: Bench, monkeypatch: pytest.MonkeyPatch) -> None:
    for name, value in {"SORTS_OF": CLIENTS, "ASKED": 4, "PEOPLE": 4, "BESIDE": 2}.items():
        monkeypatch.setattr(chat, name, value)
    found = by_name(list(chat.measure(bench)))
    assert found["questions that failed"].median == 0
    assert found["with a model that answers at once, to the end"].n == 2
    plain = "plain RAG (LangChain), same model, to the end"
    assert (plain in found) == has_rag()


def test_what_stands_beside_reads_and_ranks() -> None:
    assert partitioned("letter.txt", b"The rent is due on the first.\n\nWith kind regards") > 20
    ranked = WordsAlone(["the rent is due", "the dividend was paid"])
    ranked.find("When is the rent due?")
    if has_rag():
        rag = PlainRag(Letters())
        assert rag.read(["xylophone " * 8, "zz top"]) == 2
        assert rag.find("zzz") == ["zz top", ("xylophone " * 8).strip()]


class Letters:
    """An embedder by which letters occur: enough to be nearer or further."""

    name = "letters"

    def embed(self, texts: Sequence[str]) -> Vectors:
        counted = np.array([[text.count(letter) + 0.01 for letter in ascii_lowercase] for text in texts], np.float32)
        return counted / np.linalg.norm(counted, axis=1, keepdims=True)

    def other(self, name: str) -> "Letters":
        return self

"""A kept corpus comes back as it was; a file that is broken, of another state or asks for other code is none. The newest alone stays."""

import gc
import weakref
from pathlib import Path

import pytest

from tests.search.conftest import World
from workspace.scope import access_client
from workspace.search import kept
from workspace.search.engine import Held

KEY = "k1"


def _file(folder: Path, asked: bytes) -> None:
    folder.mkdir()
    (folder / "c1").write_bytes(f"{kept._full(KEY)}\n".encode() + asked)


def _text(words: str) -> bytes:
    return b"\x8c" + bytes([len(words)]) + words.encode()


@pytest.mark.parametrize(
    ("module", "name"),
    [
        ("os", "system"),
        ("workspace.search.kept", "tempfile._os.system"),
        ("workspace.search.kept", "pickle"),
        ("workspace.search.kept", "Path"),
    ],
)
def test_no_file_makes_the_program_run_what_is_not_a_class_of_a_corpus(tmp_path: Path, module: str, name: str) -> None:
    called = tmp_path / "called"
    # protocol 4: find the global, call it with one text
    asked = b"\x80\x04" + _text(module) + _text(name) + b"\x93" + _text(f"touch {called}") + b"\x85R."
    _file(tmp_path / "corpora", asked)
    assert kept.read(tmp_path / "corpora", "c1", KEY, object) is None
    assert not called.exists()


def test_of_a_client_whose_papers_change_the_newest_corpus_alone_stays(world: World) -> None:
    def held() -> Held:
        with world.asked_by("ann") as scope:
            return world.searcher.held(scope, access_client(scope, "C1"))

    before = weakref.ref(held())
    assert before() is held()
    world.paper("C1", "More.txt", "The landlord came by.")
    assert "More.txt" in {paper.path for paper in held().corpus.papers}
    gc.collect()
    assert before() is None

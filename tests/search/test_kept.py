"""A kept corpus comes back as it was; a file that is broken, of another state or asks for other code is none."""

from pathlib import Path

import pytest

from workspace.search import kept

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

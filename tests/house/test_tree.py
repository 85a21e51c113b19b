"""What the suite asks of itself at its end (tests/conftest.py): no file of it stays in the tree."""

import subprocess
from pathlib import Path

import pytest

from tests.tree import untracked


def test_a_file_that_was_left_is_seen(tmp_path: Path) -> None:
    try:
        subprocess.run(["git", "init", "--quiet", str(tmp_path)], check=True)
    except FileNotFoundError:
        pytest.skip("there is no git here")
    (tmp_path / ".gitignore").write_text(".venv\n")
    before = untracked(tmp_path)
    (tmp_path / ".venv").mkdir()
    (tmp_path / ".venv" / "there").touch()
    (tmp_path / "some words").touch()
    assert untracked(tmp_path) - before == {"some words"}


def test_where_no_git_is_nothing_is_said(tmp_path: Path) -> None:
    (tmp_path / "some words").touch()
    assert untracked(tmp_path) == frozenset()

"""docs/security.md names tests that are there, and says nothing that the settings do not know."""

import ast
import re
from functools import cache
from pathlib import Path

from api.settings import Settings

ROOT = Path(__file__).parents[2]
TEXT = (ROOT / "docs" / "security.md").read_text()
CITED = sorted(set(re.findall(r"`(tests/[\w/]+\.py)::(\w+)`", TEXT)))


@cache
def in_file(path: str) -> frozenset[str]:
    file = ROOT / path
    if not file.exists():
        return frozenset()
    return frozenset(node.name for node in ast.parse(file.read_text()).body if isinstance(node, ast.FunctionDef))


def test_every_test_that_is_named_is_there() -> None:
    missing = [f"{path}::{name}" for path, name in CITED if name not in in_file(path)]
    assert len(CITED) > 60 and missing == []


def test_every_item_that_applies_names_a_test() -> None:
    table = TEXT.partition("| item | what is asked | held by |")[2].partition("\n\n")[0]
    rows = [line for line in table.splitlines() if line.startswith("|") and not line.startswith("|---")]
    assert len(rows) > 40 and [row for row in rows if "::" not in row] == []
    assert len(TEXT.splitlines()) <= 200


def test_its_settings_are_settings() -> None:
    named = re.findall(r"^(\w+) = ", TEXT, re.MULTILINE)
    assert named and set(named) <= set(Settings.model_fields)

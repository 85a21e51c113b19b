"""Every test of the edges begins without settings from outside; a command line as a test says it."""

import json
from collections.abc import Callable
from typing import Any

import pytest
from typer.testing import CliRunner

from api import cli
from api.commands import find
from api.commands.result import Result, silent
from api.wiring import Services

Say = Callable[..., Any]


@pytest.fixture(autouse=True)
def settled(no_settings_from_outside: None) -> None:
    """For the tests that build their services themselves."""


@pytest.fixture
def say(services: Services, monkeypatch: pytest.MonkeyPatch) -> Say:
    """Runs a command line: its text, with --json what it printed read again; `refused` is a word of the line that explains. The home is
    opened once for all of a test's commands, which is most of what one takes."""
    opened: Callable[..., Result] = lambda home, name, arguments: find(name).load()(services, arguments, silent)  # noqa: E731
    monkeypatch.setattr(cli, "execute", opened)

    def run(*words: str, refused: str = "") -> Any:
        done = CliRunner().invoke(cli.app, ["--home", str(services.home), *words])
        if refused:
            assert done.exit_code == 1 and refused in done.stderr + done.stdout, (words, done.output)
            assert len(done.stderr.strip().splitlines()) <= 1
            return None
        assert done.exit_code == 0, (words, done.output)
        return json.loads(done.stdout) if "--json" in words else done.stdout

    return run

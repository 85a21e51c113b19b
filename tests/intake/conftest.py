"""The small firm loaded once, with a tray: browsers as in tests/web, commands as in tests/api."""

from collections.abc import Iterator, Mapping
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import pytest

from api.commands import find
from api.commands.result import Result, silent
from api.fonts import ensure_fonts
from api.settings import load_settings
from api.wiring import Services, build
from tests.homes import copied, made_once
from tests.web.conftest import PASSWORD, Visits, visiting
from workspace.sign_in import set_password

PEOPLE = ("ana", "ben", "mia", "sol", "adm")


@pytest.fixture(autouse=True)
def settled(no_settings_from_outside: None) -> None:
    """Nothing from outside reaches a test."""


@pytest.fixture(scope="session")
def furnished(loaded: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The loaded home in which everybody can sign in. Look, don't write."""

    def make(home: Path) -> None:
        ensure_fonts(copied(loaded, home) / "fonts")
        with build(load_settings(home)) as services, services.database.writing() as session:
            for name in PEOPLE:
                set_password(session, f"{name}@alder.example", PASSWORD, services.clock.now())

    return made_once(tmp_path_factory, "furnished", make)


@pytest.fixture
def desk(furnished: Path, tmp_path: Path) -> Iterator[Services]:
    """Services over a home of the test's own."""
    with ExitStack() as stack:
        home = copied(furnished, tmp_path / "home")
        yield stack.enter_context(build(load_settings(home), own_index=True))


@pytest.fixture
def visit(desk: Services) -> Visits:
    """`visit("ana")` is Ana's browser."""
    return visiting(desk)


def run(services: Services, command: str, **arguments: Any) -> Result:
    return find(command).load()(services, arguments, silent)


def put(folder: Path, files: Mapping[str, str | bytes], aged: bool = True) -> Path:
    """Write files below a folder; `aged`: as if they had been written a while ago."""
    import os

    for name, data in files.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(data if isinstance(data, bytes) else data.encode())
        if aged:
            os.utime(path, (1_700_000_000, 1_700_000_000 + len(path.read_bytes())))
    return folder

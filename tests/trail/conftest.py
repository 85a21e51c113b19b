"""A small firm after a night and in the middle of its work, with rows in nearly every table that the trail vouches for."""

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from api.settings import load_settings
from api.wiring import Services, build
from tests import beside
from tests.homes import copied, made_once
from tests.web.conftest import (  # noqa: F401 - fixtures
    MONDAY,
    Visits,
    served_home,
    settled,
    visiting,
)
from tests.web.filled import Firm, fill

FIRM = Firm("C001", "E001", "C002", "ana@alder.example", "sol@alder.example", MONDAY)


@pytest.fixture(scope="session")
def busy_home(served_home: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:  # noqa: F811
    """The home in which everything was done once. Look, don't write."""

    def make(home: Path) -> None:
        copied(served_home, home)
        with build(load_settings(home).model_copy(update={"today": MONDAY}), own_index=True) as services:
            fill(visiting(services)("ana"), FIRM)
            beside.flat(services)

    return made_once(tmp_path_factory, "busy", make)


@pytest.fixture
def busy(busy_home: Path, tmp_path: Path) -> Iterator[Services]:
    """Services over a copy of the busy home."""
    home = copied(busy_home, tmp_path / "busy")
    with build(load_settings(home).model_copy(update={"today": MONDAY}), own_index=True) as services:
        yield services
    shutil.rmtree(home, ignore_errors=True)


@pytest.fixture
def visit(busy: Services) -> Visits:
    """Browsers on the busy home."""
    return visiting(busy)

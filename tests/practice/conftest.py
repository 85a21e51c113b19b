"""The month, played once through the API for all tests that look at its end."""

from pathlib import Path

import pytest

from api.settings import load_settings
from api.wiring import build
from tests.homes import copied, made_once
from tests.practice.by_api import Api, play
from tests.web.conftest import served_home, settled, visiting

__all__ = ["served_home", "settled"]


@pytest.fixture(scope="session")
def month(served_home: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The small firm's home after the month. Look, don't write."""

    def make(home: Path) -> None:
        with build(load_settings(copied(served_home, home)), own_index=True) as services:
            play(Api(services, visiting(services)))

    return made_once(tmp_path_factory, "month", make)

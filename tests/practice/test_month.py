"""What a month through the API leaves behind: books that foot, trust that ties three ways, a trail that verifies."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from api.settings import load_settings
from api.wiring import Services, build
from tests.practice import story
from tests.web.conftest import visiting


@pytest.fixture(scope="module")
def after(month: Path) -> Iterator[Services]:
    with build(load_settings(month).model_copy(update={"today": story.END}), own_index=True) as services:
        yield services


def test_it(after: Services) -> None:
    ana = visiting(after)("ana")
    books = ana.http.get("/api/v1/books").json()
    assert books["holds"]

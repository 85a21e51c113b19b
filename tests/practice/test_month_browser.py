"""The same month through the pages, in a real browser, ends in the same records as through the API."""

import socket
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest

from api.app import create_app
from api.settings import load_settings
from api.wiring import Services, build
from evals.screens import CHROMIUM, chromium
from tests.homes import copied, takes_long
from tests.practice import story
from tests.practice.by_browser import Web, play

pytestmark = [
    pytest.mark.browser,
    pytest.mark.slow,
    takes_long,
    pytest.mark.skipif(not CHROMIUM.exists(), reason=f"there is no Chromium at {CHROMIUM}, so no page is looked at"),
]


@pytest.fixture(scope="module")
def served(served_home: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Services, str]]:
    """The application on a port of its own, over a home of this module's."""
    import uvicorn

    home = copied(served_home, tmp_path_factory.mktemp("month") / "home")
    with build(load_settings(home), own_index=True) as services:
        listening = socket.create_server(("127.0.0.1", 0))
        server = uvicorn.Server(uvicorn.Config(create_app(services), log_level="error"))
        thread = threading.Thread(target=server.run, kwargs={"sockets": [listening]}, daemon=True)
        thread.start()
        yield services, f"http://127.0.0.1:{listening.getsockname()[1]}"
        server.should_exit = True
        thread.join()
        listening.close()


def test_both_ways_end_in_the_same_records(served: tuple[Services, str], month: Path) -> None:
    services, url = served
    with chromium() as browser:
        web = Web(services, url, browser)
        play(web)
        web("ana").go("/onboarding").get_by_text(story.CLIENT).wait_for()
    assert web.complaints == []
    services.desk.rest()
    with build(load_settings(month).model_copy(update={"today": story.END}), own_index=True) as other:
        assert story.differences(story.records(other), story.records(services)) == []

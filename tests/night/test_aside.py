"""Whoever waits for a model leaves its desk to another client: more questions are out than clients are worked on."""

import threading
from dataclasses import dataclass, field
from typing import Any

import pytest

from agents import aside
from api.settings import load_settings
from api.wiring import Services, build
from evals.bench.endpoint import least
from store.types import canonical_json
from tests.agents.conftest import Endpoint
from tests.night.conftest import scan


@dataclass
class Thinking:
    """Answers nobody before three questions are out at once; from then on everybody at once."""

    out: int = 0
    most: int = 0
    enough: threading.Event = field(default_factory=threading.Event)

    def __call__(self, body: dict[str, Any]) -> str:
        self.out += 1
        self.most = max(self.most, self.out)
        if self.most >= 3:
            self.enough.set()
        self.enough.wait(20)
        self.out -= 1
        return canonical_json(least(body["response_format"]["json_schema"]["schema"]))


def test_one_desk_is_enough_for_three_clients_that_wait_for_a_model(
    services: Services, endpoint: Endpoint, monkeypatch: pytest.MonkeyPatch
) -> None:
    thinking = Thinking()
    endpoint.script = [thinking]
    services.close()
    monkeypatch.setenv("TICKMARK_LLM_BASE_URL", endpoint.url)
    monkeypatch.setenv("TICKMARK_LLM_MODEL", "stub")
    monkeypatch.setenv("TICKMARK_WORKERS", "1")
    with build(load_settings(services.home), own_index=True) as asking:
        assert scan(asking).data["failed"] == 0
    assert thinking.most == 3


def test_a_desk_that_was_left_is_taken_again_and_given_back_once() -> None:
    desks = threading.Semaphore(1)
    with aside.at_a_desk(desks):
        assert not desks.acquire(blocking=False)
        aside.leave()
        aside.leave()
        assert desks.acquire(blocking=False)
        desks.release()
        aside.back()
        aside.back()
        assert not desks.acquire(blocking=False)
        aside.leave()  # and the work ends elsewhere
    assert desks.acquire(blocking=False) and not desks.acquire(blocking=False)
    aside.leave()  # nobody's desk: nothing happens
    aside.back()


def test_without_room_the_parts_are_done_one_by_one_at_the_clients_own_desk() -> None:
    desks, order = threading.Semaphore(1), []
    with aside.at_a_desk(desks):

        def part(number: int) -> int:
            order.append(number)
            assert not desks.acquire(blocking=False)
            return number

        assert aside.at_once([lambda: part(1), lambda: part(2)], lambda: False) == [1, 2]
        assert order == [1, 2] and not desks.acquire(blocking=False)
        aside.leave()  # as a question does that is not asked after all
        assert aside.at_once([lambda: 3], lambda: False) == [3]
        assert not desks.acquire(blocking=False)  # it is taken again in any case

"""The people at their desks: what is told of a run, what counts as growth; in full, a few people on a real server while a night runs."""

from pathlib import Path

import pytest

from evals.load.plan import Asked, Brief, Heard, Plan, Worker
from evals.load.run import Night, Seen
from evals.load.told import is_page, problems, told
from evals.load.watch import Moment, growth, moment
from tests.homes import takes_long


def asked(at: float, name: str, milliseconds: float, problem: str = "") -> Asked:
    return Asked(at, name, milliseconds, problem)


def held(minute: float, memory: float, threads: int = 40) -> Moment:
    return Moment(minute, memory, 0.0, threads, 60, 12, 20, minute * 30)


@pytest.fixture
def seen() -> Seen:
    """Two minutes of work: ten pages before the night and ten in it, a question, a page that failed."""
    found = Seen(Plan(people=2, minutes=2), since=1000.0, until=1120.0)
    found.heard = Heard([asked(900.0, "brief", 9999.0), asked(995.0, "sign in", 80.0)], cpu=12.0)
    found.heard.asked += [asked(1001.0 + n, "brief", 20.0) for n in range(10)]
    found.heard.asked += [asked(1061.0 + n, "client", 40.0) for n in range(10)]
    found.heard.asked += [asked(1100.0, "ask a question", 900.0), asked(1101.0, "board", 5.0, "answered 500")]
    found.nights = [Night(1060.0, 1090.0, {"failed": 0}), Night(1095.0, 1096.0, {}, "it was refused")]
    found.moments = [held(n / 10, 500.0 + n) for n in range(20)]
    return found


def test_pages_are_told_in_all_and_while_a_night_ran(seen: Seen) -> None:
    found = {one.name: one for one in told(seen)}
    assert (found["pages"].n, found["pages"].median, found["pages"].most) == (21, 20.0, 40.0)
    assert (found["pages while a night ran"].n, found["pages while a night ran"].least) == (10, 40.0)
    assert (
        found["brief"].n == 10 and found["sign in"].n == 1
    )  # what was asked before everybody sat is no page of the run
    assert found["ask a question"].median == 900.0 and not is_page("ask a question") and is_page("client's mail")
    assert found["requests a second"].median == 22 / 120
    assert found["nights beside the people"].n == 1 and found["clients of a night that could not be scanned"].most == 0


def test_whatever_went_wrong_is_told(seen: Seen) -> None:
    seen.complaints = ["Traceback (most recent call last):"]
    assert problems(seen) == ["board: answered 500", "night: it was refused", "Traceback (most recent call last):"]
    assert next(one for one in told(seen) if one.name == "errors").median == 3


def test_growth_is_the_slope_of_an_hour_once_the_server_is_warm(seen: Seen) -> None:
    assert growth(seen.moments, "memory", 0.0) == pytest.approx(600.0)  # a megabyte every six seconds
    assert growth(seen.moments, "threads", 0.0) == 0.0
    assert growth(seen.moments[:2], "memory", 0.0) == 0.0
    warming = [held(n / 10, 900.0 if n > 2 else 100.0) for n in range(20)]
    assert growth(warming, "memory", 0.3) == 0.0
    found = {one.name: one for one in told(seen)}
    assert found["memory of the server: growth an hour"].median == pytest.approx(600.0)
    assert found["cores of the server"].median == pytest.approx(0.5)


def test_a_process_is_looked_at_from_outside() -> None:
    import os

    found = moment(os.getpid(), 0.0)
    assert found.memory > 10 and found.threads >= 1 and found.files > 2 and found.cpu > 0


def test_what_the_people_are_told_and_tell_comes_over_whole(tmp_path: Path) -> None:
    people = (Worker("ana@alder.example", "partner", ("C001", "C002")),)
    brief = Brief("http://127.0.0.1:1", "p", people, ("a.pdf",), 5.0, 60.0, (4.0, 20.0), 7, str(tmp_path / "heard"))
    brief.write(tmp_path / "brief")
    assert Brief.read(tmp_path / "brief") == brief
    heard = Heard([asked(1.0, "brief", 20.0), asked(2.0, "board", 5.0, "answered 500")], 3.5)
    heard.write(tmp_path / "heard")
    assert Heard.read(tmp_path / "heard") == heard


@takes_long
def test_a_few_people_on_a_real_server_meet_no_error(no_settings_from_outside: None, copy: Path) -> None:
    from api.settings import load_settings
    from api.wiring import build
    from evals.load.firm import hire
    from evals.load.run import work_in

    with build(load_settings(copy), own_index=True) as services:
        hire(services, 8)
    seen = work_in(copy, Plan(people=8, minutes=0.5, ramp=4, think=(0.2, 1.5), before=0.05, apart=2, warm=True))
    found = {one.name: one for one in told(seen)}
    assert problems(seen) == []
    assert found["pages"].n > 30 and found["memory of the server"].least > 50
    assert seen.nights and found["threads"].most < 200

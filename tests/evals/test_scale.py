"""The simulation of nights: what it must give by arithmetic alone, and how near it is to every night that is kept."""

from pathlib import Path

import pytest

from evals.kept import keep_bench
from evals.paper.measured import Measured, measured
from evals.scale.checks import WITHIN, of_a_night, points, with_a_model, works
from evals.scale.night import Host, Work, simulate
from evals.scale.page import CLIENTS, DOCUMENTS, FIRMS, need, scale_page
from evals.scale.parameters import Assumed, parameters
from store.errors import NotFound
from tests.evals.test_kept import DAY, report


@pytest.fixture
def kept(tmp_path: Path) -> Measured:
    """Benchmarks with round figures."""
    for clients, first, unchanged in ((100, 0.12, 0.05), (1000, 0.084, 0.032)):
        nights = [("first night", first, 40.0), ("unchanged night", unchanged, 3.0)]
        spreads = [(f"{name}, a client, of one core", "seconds", each, None) for name, each, _ in nights]
        spreads += [(f"{name}, whole", "seconds", each * clients, None) for name, each, _ in nights]
        spreads += [(f"{name}, a client, of the records", "statements", count, None) for name, _, count in nights]
        keep_bench([report("night", clients, *spreads)], DAY, folder=tmp_path)
    spreads = [("questions, a client", "count", 3.2, None), ("asked, a client", "characters", 9000.0, None)]
    keep_bench([report("models", 100, *spreads, ("processor, a client", "seconds", 0.2, None))], DAY, folder=tmp_path)
    spreads = [("passages end to end", "a second", 60.0, None), ("files end to end", "a second", 20.0, None)]
    keep_bench([report("intake", 40, *spreads)], DAY, folder=tmp_path)
    sizes = [("database (10 passages a client)", "MB", 0.03 * n, n) for n in (100, 1000)]
    sizes += [("search, memory", "MB", 0.008 * n, n) for n in (100, 1000)]
    keep_bench([report("scale", 6, *sizes)], DAY, folder=tmp_path)
    return measured(tmp_path)


def test_without_a_model_a_night_is_its_computing() -> None:
    told = simulate([Work(2.0)] * 30, Host())
    assert (told.seconds, told.busy, told.questions) == (60.0, 1.0, 0)
    assert simulate([Work(2.0)] * 30, Host(processes=3, fixed=5)).seconds == 25.0
    assert simulate([Work(2.0)] * 30, Host(speed=2)).seconds == 30.0
    assert simulate([], Host()).seconds == 0


def test_with_a_slow_model_a_night_is_its_answers() -> None:
    told = simulate([Work(0.001, 1)] * 320, Host(at_once=32))
    assert (told.most_out, told.questions) == (32, 320)
    assert 20 <= told.seconds < 20.5
    assert simulate([Work(0.001, 3)], Host()).seconds == pytest.approx(6.001), (
        "one client asks one question after the other"
    )


def test_more_processes_never_make_it_longer_and_the_same_seed_gives_the_same_night() -> None:
    given = [Work(0.05 + n % 7 / 50, n % 4) for n in range(200)]
    ends = [simulate(given, Host(processes=count, spread=0.5)).seconds for count in (1, 2, 4, 8)]
    assert ends == sorted(ends, reverse=True)
    assert ends[0] == simulate(given, Host(spread=0.5)).seconds
    assert all(
        simulate(given, Host(processes=2, spread=0.5), seed=n).questions == sum(one.questions for one in given)
        for n in (1, 2)
    )


def test_parameters_are_what_two_sizes_say(kept: Measured) -> None:
    known = parameters(kept)
    assert known.first.each == pytest.approx(0.08) and known.first.fixed == pytest.approx(4.0)
    assert (known.cores_busy, known.passages_a_document) == (pytest.approx(1.0), 3.0)
    assert known.bytes_a_passage == pytest.approx(3000)
    assert sum(one.compute for one in works(known, 110, 0.0)) == pytest.approx(110 * known.unchanged.each)
    assert of_a_night(known, 1000, 1.0) == pytest.approx(84, rel=0.01)
    fitted = [one for one in points(kept, known) if one.fitted]
    assert len(fitted) == 4 and all(one.off < 1.02 for one in fitted)
    assert with_a_model(known, 320) > 2 * 3.2 * 320 / 32


def test_ten_times_the_firms_need_ten_times_as_much(kept: Measured) -> None:
    known = parameters(kept)
    small, large = (need(known, Assumed(), firms, DOCUMENTS) for firms in (100, 1000))
    assert large.tokens_in == pytest.approx(10 * small.tokens_in) and large.rows_gb == pytest.approx(10 * small.rows_gb)
    assert small.tokens_in == pytest.approx(100 * CLIENTS * 0.05 * 9000 / 4)
    assert small.ends_after_hours <= Assumed().window_hours
    page = scale_page(kept)["scale.md"]
    assert all(f"| {firms:,} |" in page for firms in FIRMS) and "The first wall: " in page


def test_without_its_figures_the_page_says_which_are_missing(tmp_path: Path) -> None:
    nothing = measured(tmp_path)
    with pytest.raises(NotFound, match="tickmark bench night --clients 100 --keep"):
        parameters(nothing)
    assert "*`tickmark bench night --clients 100 --keep` was not measured yet.*" in scale_page(nothing)["scale.md"]


def test_no_kept_night_is_further_off_than_the_page_says() -> None:
    kept = measured()
    try:
        known = parameters(kept)
    except NotFound as missing:
        pytest.skip(str(missing))
    off = [f"{one.name} of {one.clients} clients: {one.off:.2f}" for one in points(kept, known) if one.off > WITHIN]
    assert off == [], "the simulation no longer tells what is measured: mend it, or say so in evals/scale/checks.py"

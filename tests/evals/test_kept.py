"""Figures that are kept, the gate, the one table of evaluations, and the pages that are made of what is kept."""

import json
import tomllib
from dataclasses import replace
from datetime import date
from pathlib import Path
from xml.etree import ElementTree

import pytest
from typer.testing import CliRunner

from api.cli import app
from evals import areas, paper
from evals.bench import NAMES, ON_HOSTS, PLAN, WITH_PEOPLE, planned
from evals.kept import fallen, gate, keep_bench, keep_evals, kept_baselines, kept_bench, kept_evals
from evals.paper import differing, pages, write_pages
from evals.paper.measured import measured, number
from evals.paper.plots import Curve, Share, curves, shares
from evals.paper.promised import HELD, KEPT, MISSED, WAITING, entries, promised
from evals.runner import TASKS, Figure, Outcome, as_json
from evals.targets import GROUPS, TARGETS
from store.errors import NotFound

ROOT = Path(__file__).parents[2]
DAY = date(2026, 11, 29)


def figures(
    mean: float, error: float | None = 0.01, task: str = "parsing", measure: str = "strings found"
) -> list[dict]:
    return as_json([Outcome(task, "words are found", (Figure(measure, 400, mean, error),), 67, 2.0)])


def report(name: str, clients: int, *spreads: tuple[str, str, float, int | None]) -> dict:
    told = [
        {"name": one, "unit": unit, "n": 100, "median": value, "p95": value, "least": value, "most": value, "at": at}
        for one, unit, value, at in spreads
    ]
    return {
        "name": name, "clients": clients, "spreads": told, "memory_mb": 300, "child_memory_mb": 90, "seconds": 12.0, "load": 0.4,
        "about": NAMES[name],
    }  # fmt: skip


def test_the_first_figures_are_the_baseline_until_others_are_wished_for(tmp_path: Path) -> None:
    assert keep_evals(figures(0.99), "tickmark evals {task}", DAY, folder=tmp_path) == ["parsing"]
    keep_evals(figures(0.97), "tickmark evals {task}", DAY, folder=tmp_path)
    now, before = kept_evals(tmp_path)["parsing"], kept_baselines(tmp_path)["parsing"]
    assert now.command == "tickmark evals parsing" and now.date == "2026-11-29" and len(now.program) == 12
    assert [one.figure("strings found")["mean"] for one in (now, before)] == [0.97, 0.99]  # type: ignore[index]
    assert set(now.machine) == {"cores", "memory_gb", "processor", "system", "python"}
    keep_evals(figures(0.98), "tickmark evals {task}", DAY, rebase=True, folder=tmp_path)
    assert kept_baselines(tmp_path)["parsing"].figure("strings found")["mean"] == 0.98  # type: ignore[index]
    nothing = as_json([Outcome("bank", "exact", (), 0, 0.0, "needs the pack")])
    assert keep_evals(nothing, "tickmark evals {task}", DAY, folder=tmp_path) == []


def test_a_gate_is_the_target_where_the_baseline_reached_it_else_two_errors_below(tmp_path: Path) -> None:
    keep_evals(figures(0.99), "x", DAY, folder=tmp_path)
    reached = kept_baselines(tmp_path)
    assert (gate("parsing", "strings found", None) or pytest.fail()).least == 0.98
    assert list(fallen(figures(0.98), reached)) == []
    (line,) = fallen(figures(0.9799), reached)
    assert line == "parsing, strings found: 0.9799, gate 0.9800 (target)"
    missed = {"parsing": replace(reached["parsing"], result=figures(0.95)[0])}
    assert list(fallen(figures(0.931), missed)) == []
    assert "gate 0.9300 (baseline − 2 standard errors)" in next(fallen(figures(0.92), missed))
    told = {"parsing": replace(reached["parsing"], result=figures(5.0, measure="pages a second")[0])}
    assert gate("parsing", "pages a second", told["parsing"]) is None


def test_every_evaluation_has_its_row_and_the_areas_are_those_that_were_asked_for() -> None:
    assert sorted(one.task for one in areas.rows()) == sorted(TASKS), "a new evaluation needs a row in evals/areas.toml"
    asked = {"documents", "search", "facts", "signals", "brief", "drafts", "tie-out", "chat", "injection", "masking"}
    assert asked <= {one.area for one in areas.rows()} <= set(areas.AREAS)
    assert asked <= set(GROUPS) | set(TASKS), "each can be run by its name"
    ran = CliRunner().invoke(app_with_evals(), ["evals", "--list", "--json"])
    assert ran.exit_code == 0, ran.output
    listed = json.loads(ran.stdout)
    assert {one["task"] for one in listed} == set(TASKS)
    assert all(one["dataset"] and one["scorer"] and one["measure"] for one in listed)


def app_with_evals():
    from evals.commands import register

    if "evals" not in {one.callback.__name__ for one in app.registered_commands if one.callback}:
        register(app)
    return app


def test_every_promise_has_something_that_can_be_run_and_every_target_is_promised() -> None:
    covered = set[tuple[str, str]]()
    for one in entries():
        assert one["says"] and one["area"] and one["where"]
        if one["where"].endswith(".md"):
            assert (ROOT / one["where"]).exists()
        if "held" in one:
            assert [path for path in one["held"] if not (ROOT / path).exists()] == []
        elif "task" in one:
            assert one["task"] in TASKS
            covered |= {(one["task"], measure) for measure in one["measures"]}
        else:
            assert one["bench"] in NAMES and ("at_most" in one) != ("at_least" in one)
    targets = {(task, measure) for task, measures in TARGETS.items() for measure in measures}
    assert targets - covered == set(), "what has a target is promised: add it to evals/promises.toml"


def test_the_plan_measures_what_is_promised_but_the_longest_night() -> None:
    wanted = {(one["bench"], one["clients"]) for one in entries() if "bench" in one}
    wanted |= {(one["bench"], one["beside"]["clients"]) for one in entries() if "clients" in one.get("beside", {})}
    assert wanted - set(PLAN) == {("night", 10_000)}
    here = [one for one in PLAN if one[0] not in (*ON_HOSTS, *WITH_PEOPLE)]
    assert planned((), None, True) == sorted(here, key=lambda one: list(NAMES).index(one[0]))
    assert planned(["storm", "load"], None, True) == [("storm", 1000), ("load", 200)]
    assert planned(["night"], None, True) == [("night", 20), ("night", 100), ("night", 1000)]
    assert planned(["night"], 7, True) == [("night", 7)]
    assert planned(["night"], None, False) == [("night", 6)]
    with pytest.raises(NotFound, match="there is no benchmark nothing"):
        planned(["nothing"], None, False)


def test_the_pages_are_what_the_kept_figures_make_them() -> None:
    assert differing() == [], "`tickmark promises` makes the pages anew"


def test_a_promise_is_kept_missed_held_or_not_measured_yet(tmp_path: Path) -> None:
    keep_evals(figures(0.97), "tickmark evals {task}", DAY, folder=tmp_path)
    spreads = [
        ("unchanged night, whole", "seconds", 31.0, None),
        ("first night, a client, of one core", "seconds", 0.08, None),
    ]
    keep_bench([report("night", 1000, *spreads)], DAY, folder=tmp_path)
    lines = promised(measured(tmp_path))
    (words,) = [one for one in lines if one.figure == "strings found"]
    assert (words.state, words.bar, words.value, words.command) == (
        MISSED,
        "≥ 0.98",
        "0.97 ± 0.010, n 400",
        "tickmark evals parsing",
    )
    (night,) = [one for one in lines if one.figure == "unchanged night, whole, median"]
    assert (night.state, night.value, night.command) == (
        KEPT,
        "31 seconds, n 100",
        "tickmark bench night --clients 1000",
    )
    flat = [one for one in lines if one.figure == "first night, a client, of one core, median"]
    assert {one.state for one in flat} == {WAITING}, "the other size is not there"
    spreads = [("first night, a client, of one core", "seconds", 0.1, None)]
    keep_bench([report("night", 100, *spreads)], DAY, folder=tmp_path)
    (flat_now, _) = [one for one in promised(measured(tmp_path)) if one.figure == flat[0].figure]
    assert (flat_now.state, flat_now.value) == (KEPT, "0.8 times, n 100")
    assert {one.state for one in lines if one.command.endswith("tests/web/test_axe.py")} == {HELD}
    page = pages(measured(tmp_path))["promises.md"]
    assert "**missed**" in page and "| 0.97 ± 0.010, n 400 |" in page


def test_pages_are_written_once_and_plots_of_what_is_gone_are_taken_away(tmp_path: Path) -> None:
    kept, docs = tmp_path / "kept", tmp_path / "docs"
    keep_evals(figures(0.99), "tickmark evals {task}", DAY, folder=kept)
    sizes = [("search", "ms", 2.0 * n, n) for n in (100, 1000)]
    keep_bench([report("scale", 6, *sizes)], DAY, folder=kept)
    (docs / "plots").mkdir(parents=True)
    (docs / "plots" / "evals-gone.svg").write_text("old")
    written = write_pages(kept, docs)
    assert {"promises.md", "evaluations.md", "plots/evals-documents.svg", "plots/search-passages.svg"} <= set(written)
    assert not (docs / "plots" / "evals-gone.svg").exists()
    assert (write_pages(kept, docs), differing(kept, docs)) == ([], [])
    assert "plots/search-passages.svg" in (docs / "performance.md").read_text()
    (docs / "promises.md").write_text("by hand")
    assert differing(kept, docs) == ["promises.md"]


def test_plots_are_drawn_inside_their_frame_and_name_what_they_show() -> None:
    rows = [Share("a < b", 0.98, 0.01, 0.97, 0.95), Share("one case", 1.0, None)]
    lines = [
        Curve("measured & more", [(100, 2.0), (10_000, 40.0)], [(100_000, 300.0)]),
        Curve("flat", [(100, 2.0), (1000, 2.0)]),
    ]
    for drawn in (shares("Shares", rows), curves("Curves", "clients", "ms", lines)):
        tree = ElementTree.fromstring(drawn)
        high = float(tree.attrib["viewBox"].split()[3])
        places = [one.attrib for one in tree.iter() if "cx" in one.attrib]
        assert places and all(0 < float(one["cx"]) < 760 and 0 < float(one["cy"]) < high for one in places)
        assert "prefers-color-scheme:dark" in drawn
    assert "measured &amp; more" in curves("Curves", "clients", "ms", lines)


def test_numbers_have_three_figures_that_count() -> None:
    assert [number(n) for n in (0, 0.0421, 1.0, 2.50, 31.04, 99.96, 12_345.6)] == [
        "0",
        "0.0421",
        "1",
        "2.5",
        "31",
        "100",
        "12,346",
    ]


def test_the_kept_files_name_no_machine() -> None:
    for file in sorted((ROOT / "evals" / "measured").rglob("*.json")):
        text = file.read_text()
        assert "/tmp" not in text and "/home" not in text and "/work" not in text
        assert set(json.loads(text)) == {"kind", "name", "date", "machine", "program", "command", "result"}
    assert tomllib.loads((ROOT / "evals" / "promises.toml").read_text())["promise"]
    assert {one.name for one in kept_bench().values()} <= {f"{name}-{n}" for name in NAMES for n in range(1, 10_001)}
    assert paper.DOCS == ROOT / "docs"

"""`scan`, `signals` and `brief` on the command line: the contract's JSON, what a person reads, what is said when there is nothing."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from api.commands import find
from api.commands.result import Result, silent
from api.settings import load_settings
from api.wiring import Services, build
from store.errors import Forbidden, Invalid, NotFound
from tests import on_postgresql
from tests.night.conftest import scan
from workspace.decisions import decide_signal
from workspace.scope import open_scope

ROOT = Path(__file__).parents[2]
SIGNAL = {
    "client_ref",
    "slug",
    "class",
    "due",
    "nominal_due",
    "dollars",
    "score",
    "terms",
    "headline",
    "rule",
    "evidence",
}
SIGNAL |= {"first_seen", "state"}
BRIEF = {
    "as_of",
    "for",
    "verdict",
    "needs_you",
    "worth_a_look",
    "release_queue",
    "horizon",
    "changed",
    "waiting",
    "money",
}
BRIEF |= {"team", "blind_spots", "yesterday"}


def run(home: Path, name: str, **arguments: str) -> Result:
    with build(load_settings(home)) as services:
        return find(name).load()(services, {name.rstrip("_"): value for name, value in arguments.items()}, silent)


def test_signals_are_listed_best_first_as_json_and_as_a_table(scanned: Path) -> None:
    listed = run(scanned, "signals")
    assert [one["score"] for one in listed.data] == sorted((one["score"] for one in listed.data), reverse=True)
    assert all(one.keys() >= SIGNAL for one in listed.data) and len(listed.data) == 7
    head, first, *rest = listed.text.splitlines()
    assert head.split() == ["score", "class", "due", "client", "headline"]
    assert first == " 84.42  B      2026-03-16  C001    2025 Form 1120-S needs an extension by March 16, 2026"
    assert len(rest) == 6


@pytest.mark.parametrize(
    ("arguments", "refs"),
    [
        ({"client": "C002"}, ["C002", "C002"]),
        ({"as_": "ben@alder.example"}, ["C003", "C003"]),
        ({"as_of": "2026-03-09", "client": "C003"}, ["C003", "C003"]),
        ({"as_of": "2026-03-08"}, []),
    ],
)
def test_signals_of_one_client_one_person_one_day(scanned: Path, arguments: dict[str, str], refs: list[str]) -> None:
    listed = run(scanned, "signals", **arguments)
    assert [one["client_ref"] for one in listed.data] == refs
    assert refs or listed.text == "Nothing is raised."


def test_a_person_decides_about_a_signal(after: Path) -> None:
    key = next(one["key"] for one in run(after, "signals").data if one["slug"] == "extension-needed")
    ana = {"key": key, "as": "ana@alder.example"}
    with build(load_settings(after)) as services:
        decide = find("decide").load()
        asleep = decide(services, ana | {"decision": "snooze", "event": "filed", "until": "2026-03-12"}, silent)
        assert (asleep.data, asleep.text) == ({"key": key, "state": "snoozed"}, f"{key} is snoozed.")
        assert decide(services, ana | {"decision": "reopen"}, silent).data["state"] == "open"
        with pytest.raises(Invalid, match="no kind of document"):
            decide(services, ana | {"decision": "snooze", "kind": "poem"}, silent)
        with pytest.raises(NotFound):
            decide(services, {"key": key, "as": "ben@alder.example", "decision": "pin"}, silent)


def test_a_client_outside_the_askers_reach_is_not_there(scanned: Path) -> None:
    with pytest.raises(NotFound, match="there is no client C001"):
        run(scanned, "signals", client="C001", as_="ben@alder.example")


def test_without_a_name_the_brief_is_the_busiest_partners(scanned: Path) -> None:
    brief = run(scanned, "brief")
    assert brief.data.keys() >= BRIEF and brief.data["for"] == "ana@alder.example"
    assert brief.text.startswith("Brief of 2026-03-09 for ana@alder.example\n3 things need you today")
    titles = [line for line in brief.text.splitlines() if line.isupper()]
    assert titles[:2] == ["NEEDS YOU", "WAITING FOR YOUR RELEASE"]
    for card in brief.data["needs_you"]:
        assert card["headline"] in brief.text and card["client"] in brief.text
    assert all(one["deliverable_id"] in brief.text for one in brief.data["release_queue"])
    assert all(one["why"] in brief.text for one in brief.data["blind_spots"])


def test_a_card_that_was_put_aside_is_not_shown_any_more(after: Path) -> None:
    with build(load_settings(after)) as services:
        told = find("brief").load()(services, {}, silent)
        first, *_ = told.data["needs_you"]
        with services.database.writing() as session:
            scope = open_scope(session, told.data["for"], clock=services.clock)
            for key in first["keys"]:
                decide_signal(scope, key, "dismiss", reason="the extension is filed")
        later = find("brief").load()(services, {}, silent)
    assert first["headline"] in told.text.split("DEADLINES")[0]
    assert first["headline"] not in later.text.split("DEADLINES")[0]
    assert "2 things need you today" in later.text


@pytest.mark.parametrize("reader", ["ben@alder.example", "mia@alder.example", "sol@alder.example"])
def test_everybody_who_serves_clients_has_a_brief_and_can_read_it(scanned: Path, reader: str) -> None:
    brief = run(scanned, "brief", for_=reader)
    assert brief.data["for"] == reader and brief.data["verdict"] in brief.text


def test_where_there_is_no_brief_it_is_said_what_to_do(scanned: Path, home: Path) -> None:
    with pytest.raises(NotFound, match="`tickmark scan` writes it"):
        run(home, "brief")
    with pytest.raises(NotFound, match="`tickmark scan --as-of 2026-03-01` writes it"):
        run(scanned, "brief", as_of="2026-03-01")
    with pytest.raises(NotFound, match="nobody who works here"):
        run(scanned, "brief", for_="nobody@alder.example")
    with pytest.raises(Forbidden):
        run(scanned, "brief", for_="adm@alder.example")


def test_a_scan_tells_what_came_of_it(services: Services) -> None:
    told: list[tuple[str, int, int]] = []
    result = find("scan").load()(services, {}, lambda *step: told.append(step))
    figures = {"clients", "read", "unchanged", "failed", "raised", "drafted", "briefs", "tokens", "cost", "seconds"}
    assert result.data.keys() == figures | {"as_of"}
    assert result.text.splitlines()[1:] == [
        "  3 scanned, 0 of them unchanged; 0 could not be scanned",
        "  7 signals, 7 drafts, 4 briefs written",
    ]
    (clients, *read), briefs = told[-2:]
    assert clients.startswith("clients · 0 unchanged · 7 raised · 7 drafted · 0 failed · ") and read == [3, 3]
    assert briefs == ("briefs", 4, 4)
    assert "no brief written" in scan(services, client="C002", as_of="2026-03-10").text


def test_looking_at_signals_and_briefs_starts_no_engine(scanned: Path) -> None:
    code = (
        "import sys; from pathlib import Path; from api.execute import execute\n"
        "for name in ('signals', 'brief'): execute(Path(sys.argv[1]), name, {})\n"
        "heavy = {'dbos', 'langgraph', 'chromadb', 'openai', 'onnxruntime', 'unstructured'}\n"
        "sys.exit(', '.join(sorted(heavy & set(sys.modules))) or 0)"
    )
    looked = subprocess.run(
        [sys.executable, "-c", code, scanned],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
        env={**os.environ, **on_postgresql.told(scanned)},
    )
    assert (looked.returncode, looked.stderr) == (0, "")

"""The rig of hosts: what it takes away however it ends, the next release that it makes, and (long) its nights, small."""

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

from evals.fleet.figures import of_storm, of_upgrade
from evals.fleet.person import Met
from evals.fleet.reaper import marked
from evals.fleet.release import VERSION, next_release
from evals.fleet.storm import Storm
from evals.ground import ROOT
from tests.homes import takes_long

_RIG = """
import subprocess, sys, time
from pathlib import Path
from evals.fleet.reaper import reaped
with reaped(Path(sys.argv[1])):
    child = subprocess.Popen(["sleep", "600"], start_new_session=True)
    print(child.pid, flush=True)
    time.sleep(600)
"""


def test_what_a_rig_started_is_gone_when_the_rig_is_killed(tmp_path: Path) -> None:
    folder = tmp_path / "rig"
    folder.mkdir()
    words = [sys.executable, "-c", _RIG, str(folder)]
    with subprocess.Popen(words, cwd=ROOT, stdout=subprocess.PIPE, text=True) as rig:
        assert rig.stdout is not None
        child = int(rig.stdout.readline())
        _until(lambda: any(_marks(child)))  # none in the moment in which the program takes the process over
        [mark] = _marks(child)
        assert marked(mark) == [child]
        rig.send_signal(signal.SIGKILL)
    _until(lambda: not folder.exists() and not Path(f"/proc/{child}/exe").exists())
    assert marked(mark) == []


def _marks(process: int) -> list[str]:
    environment = Path(f"/proc/{process}/environ").read_text().split("\0")
    return [one for one in environment if one.startswith("FLEET_RUN=")]


def _until(come: Callable[[], bool]) -> None:
    end = time.monotonic() + 60
    while not come() and time.monotonic() < end:
        time.sleep(0.02)
    assert come()


def test_the_next_release_is_this_one_with_a_version_and_a_migration_more(tmp_path: Path) -> None:
    release = next_release(tmp_path / "next", workflows="77")
    ask = (
        "from importlib.metadata import version; import agents.engine as engine, store.database as database; "
        "print(version('tickmark'), engine.VERSION, engine.__file__, sep='\\n')"
    )
    told = subprocess.run(
        [sys.executable, "-c", ask],
        cwd=release,
        env=os.environ | {"PYTHONPATH": str(release)},
        capture_output=True,
        check=True,
    )
    assert told.stdout.decode().split("\n")[:3] == [VERSION, "77", str(release / "agents" / "engine.py")]
    versions = sorted(one.name for one in (release / "store" / "migrations" / "versions").glob("*.py"))
    ours = sorted(one.name for one in (ROOT / "store" / "migrations" / "versions").glob("*.py"))
    assert versions[:-1] == ours and versions[-1] == f"{int(ours[-1][:4]) + 1:04}_rig.py"


def test_a_storm_says_what_the_night_was_too_short_for() -> None:
    assert len(Storm().missing) == 5
    whole = Storm(
        restarts=9, longest_calm=22.0, left_in_hand=3, cut_with=2, taken_over=24.0, cut=60.1, chroma_away=31.0
    )
    assert whole.missing == []
    nothing = {"lost": {}, "more": {"signals": 2}, "other": {}, "twice": 1, "faults": []}
    nights = {"quiet": {"seconds": 60.0, "questions": 30}, "stormy": {"seconds": 99.0, "questions": 34}}
    seen = nothing | nights | {"missing": [], "storm": vars(whole)}
    told = {one.name: one.median for one in of_storm(seen)}
    assert told["rows too many, or done twice"] == 3 and told["until others had taken them up"] == 24.0
    assert told["questions asked again"] == 4


def test_figures_of_an_upgrade_count_errors_and_who_did_not_end_in_order() -> None:
    seen = {
        "lost": {},
        "more": {},
        "other": {},
        "twice": 0,
        "faults": [],
        "asked_twice": 0,
        "person": vars(Met(90, 9, [], 0.4)),
    }
    seen |= {
        "wrong": ["/work: 500"],
        "ended": {"web": 0, "worker-1": -9},
        "before": {"seconds": 60, "questions": 30},
        "rolled": {"seconds": 70, "questions": 30},
    }
    told = {one.name: one.median for one in of_upgrade(seen)}
    assert (told["errors that a person met"], told["processes replaced that did not end in order"]) == (1, 2)


@takes_long
def test_a_night_in_which_the_release_is_replaced_is_the_same_night(tmp_path: Path) -> None:
    words = ["--only", "upgrade", "--clients", "20", "--thinks", "0.5", "--logs", str(tmp_path / "logs")]
    done = subprocess.run([sys.executable, "-m", "evals.fleet", *words], cwd=ROOT, capture_output=True, text=True)
    assert done.returncode == 0, (done.stdout, done.stderr)
    told = json.loads(done.stdout)["upgrade"]
    assert told["good"] and told["person"]["opened"] > 10 and set(told["ended"].values()) == {0}

"""Every command of the contract while `tickmark serve` runs on the same home, without harm to the index."""

import json
import os
import re
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest
from typer.testing import CliRunner

from api.cli import app
from tests import on_postgresql
from tests.forked import ran

ROOT = Path(__file__).parents[2]
PARTNER = "ana@alder.example"


def tickmark(home: Path, *words: str) -> subprocess.CompletedProcess[str]:
    return ran(home, *words, environment=os.environ)


def printed(home: Path, *words: str) -> Any:
    """The JSON that a command prints; the command line runs here, what needs the index in the server."""
    ran = CliRunner().invoke(app, ["--home", str(home), *words, "--json"])
    assert ran.exit_code == 0, (words, ran.output, ran.exception)
    return json.loads(ran.stdout)


@pytest.fixture
def served(home: Path) -> Iterator[tuple[Path, str]]:
    """A home with a server on it, and the server's address."""
    command = [sys.executable, "-m", "api", "--home", str(home), "serve", "--port", "0"]
    told = {**os.environ, **on_postgresql.told(home)}
    process = subprocess.Popen(command, cwd=ROOT, stderr=subprocess.PIPE, text=True, env=told)
    assert process.stderr is not None
    address = re.search(r"http://\S+", process.stderr.readline())
    assert address, "the server did not say where it listens"
    yield home, address.group()
    process.send_signal(signal.SIGTERM)
    assert process.wait(timeout=30) == 0


@pytest.mark.slow
def test_every_command_works_while_a_server_has_the_home(
    served: tuple[Path, str], small_firm: Path, tmp_path: Path
) -> None:
    home, address = served
    assert httpx.get(f"{address}/healthz").status_code == 200
    refused = tickmark(home, "serve", "--port", "0")
    assert (refused.returncode, refused.stderr.count("\n")) == (1, 1) and "in use by `tickmark serve`" in refused.stderr

    assert set(printed(home, "load", str(small_firm))["documents"]) <= {"unchanged", "refused"}
    note = tmp_path / "memo.txt"
    note.write_text("The walk-in cooler was repaired on February 3, 2026 for $1,840.00.")
    assert printed(home, "ingest", "C001", str(note))["accepted"] == 1
    assert printed(home, "search", "C001", "walk-in cooler")[0]["path"] == "memo.txt"
    assert "1,840.00" in printed(home, "ask", "C001", "For how much was the walk-in cooler repaired?")["answer"]

    night = printed(home, "scan")
    assert (night["failed"], night["read"]) == (0, night["clients"]) and night["raised"] > 0
    assert printed(home, "signals") and printed(home, "brief", "--for", PARTNER)["for"] == PARTNER
    drafted = printed(home, "draft", "C001", "meeting-brief")
    assert drafted["id"] in [row["id"] for row in printed(home, "deliverables", "--client", "C001")]
    assert printed(home, "deliverables", "show", drafted["id"])["hash"] == drafted["hash"]
    assert printed(home, "review", drafted["id"], "approve", "--as", PARTNER)["state"] == "approved"
    assert printed(home, "release", drafted["id"], "--as", PARTNER)["state"] == "released"

    assert printed(home, "parse", str(note))["elements"]
    assert printed(home, "audit", "verify")["faults"] == [] and printed(home, "audit", "log", "--limit", "3")
    assert printed(home, "index", "verify")["faults"] == []
    assert printed(home, "index", "rebuild")["passages"] > 0 and printed(home, "index", "verify")["faults"] == []
    assert printed(home, "export", str(tmp_path / "out"))["counts"]["clients.csv"] == 3
    doctor = {check["what"]: check for check in printed(home, "doctor")}
    assert address in doctor["home"]["message"] and doctor["database"]["state"] == "ok"


@pytest.mark.slow
def test_a_home_is_free_again_after_the_server_was_killed(home: Path) -> None:
    command = [sys.executable, "-m", "api", "--home", str(home), "serve", "--port", "0"]
    told = {**os.environ, **on_postgresql.told(home)}
    process = subprocess.Popen(command, cwd=ROOT, stderr=subprocess.PIPE, text=True, env=told)
    assert process.stderr is not None and "http://" in process.stderr.readline()
    process.kill()
    process.wait(timeout=30)
    assert printed(home, "search", "C001", "deck oven")
    assert printed(home, "index", "verify")["faults"] == []

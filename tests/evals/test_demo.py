"""`tickmark demo`: from nothing to a served brief, whatever ends it on the way; a second start changes nothing."""

import json
import re
import signal
import subprocess
from collections import Counter
from pathlib import Path

import httpx
import pytest
from sqlalchemy import func, select

from api.settings import load_settings
from api.wiring import build
from evals.ground import SampleHome
from evals.homes import PASSWORD, PEOPLE
from ingestion import indexing
from store import audit
from store.tables import (
    AuditEntry,
    Base,
    Brief,
    Client,
    Deliverable,
    Engagement,
    Invoice,
    Message,
    Person,
    TimeEntry,
)
from tests import on_postgresql
from tests.evals.conftest import CLIENTS, ROOT, command, environment, tickmark

pytestmark = pytest.mark.slow


def counts(home: Path) -> tuple[tuple[int, str], dict[str, int]]:
    """Where the trail ends, and the rows of every table."""
    with build(load_settings(home)) as services, services.database.reading() as session:
        tables = Base.metadata.sorted_tables
        rows = {table.name: session.scalar(select(func.count()).select_from(table)) or 0 for table in tables}
        return audit.head(session), rows


def test_killed_three_times_it_ends_with_everything_once(sample: SampleHome) -> None:
    gold, database = sample.gold, sample.services.database
    with database.reading() as session:
        for table, file in (
            (Client, "clients"),
            (Engagement, "engagements"),
            (TimeEntry, "time"),
            (Invoice, "invoices"),
        ):
            assert session.scalar(select(func.count()).select_from(table)) == gold.counts[f"{file}.csv"], file
        assert session.scalar(select(func.count()).select_from(Message)) == gold.counts["messages"]
        tags = Counter(session.scalars(select(AuditEntry.tag)))
        assert (tags["load:folder:finished"], tags["scan:night:finished"]) == (1, 1)
        assert session.scalar(select(func.count()).select_from(Deliverable)) == tags["deliverable:version:drafted"] > 0
        readers = session.scalars(select(Person.email).where(Person.role != "admin")).all()
        briefs = session.scalars(select(Brief.as_of)).all()
        assert set(briefs) == {gold.as_of}
        assert len(briefs) == len(readers) == gold.counts["staff.csv"]
        assert audit.verify(session) == []
    index = sample.services.index
    assert list(indexing.verify(database, index)) == []


def test_a_second_start_changes_nothing(no_settings_from_outside: None, copy: Path) -> None:
    before = counts(copy)
    again = tickmark(copy, "demo", "--no-serve", "--json")
    assert again.returncode == 0, again.stderr
    assert counts(copy) == before
    told = json.loads(again.stdout)
    assert (told["clients"], told["home"]) == (CLIENTS, str(copy))
    assert [(who["role"], who["email"]) for who in told["sign_in"]] == list(PEOPLE)


def test_it_serves_the_brief_to_who_signs_in(copy: Path) -> None:
    told = environment() | on_postgresql.told(copy)
    words = command(copy, "demo", "--port", "0")
    process = subprocess.Popen(words, cwd=ROOT, env=told, stderr=subprocess.PIPE, text=True)
    assert process.stderr is not None
    try:
        address = next(
            found.group(1) for line in process.stderr if (found := re.search(r"serves .* at (http\S+)", line))
        )
        for role, email in PEOPLE:
            with httpx.Client(
                base_url=address, follow_redirects=True, headers={"Accept": "text/html"}, timeout=60
            ) as browser:
                page = browser.post("/sign-in", data={"email": email, "password": PASSWORD})
                assert (page.status_code, page.url.path) == (200, "/"), role
                assert "March 9, 2026" in page.text
        refused = tickmark(copy, "demo")
        assert (refused.returncode, refused.stderr.count("\n")) == (1, 1)
        assert address in refused.stderr
    finally:
        process.send_signal(signal.SIGTERM)
        process.wait(timeout=30)


@pytest.mark.parametrize("words", [("--clients", "5"), ("--seed", "8")])
def test_a_sample_of_another_size_or_seed_is_left_alone(copy: Path, words: tuple[str, str]) -> None:
    mark = (copy / "sample" / "sample.json").read_text()
    refused = tickmark(copy, "demo", "--no-serve", *words)
    assert refused.returncode == 1
    assert f"holds a sample firm of {CLIENTS} clients (seed 7)" in refused.stderr
    assert (copy / "sample" / "sample.json").read_text() == mark


def test_another_firm_is_left_alone(no_settings_from_outside: None, home: Path) -> None:
    before = counts(home)
    refused = tickmark(home, "demo", "--no-serve")
    assert (refused.returncode, refused.stderr.count("\n")) == (1, 1)
    assert "holds a firm already" in refused.stderr
    assert counts(home) == before
    assert not (home / "sample").exists()


def test_settings_that_stand_in_the_home_stay(tmp_path: Path) -> None:
    """The day is pinned beside them. The demo is refused afterwards, before anything is made."""
    (tmp_path / "tickmark.toml").write_text('port = 8431\nllm_model = "mine"\n')
    (tmp_path / "sample").mkdir()
    (tmp_path / "sample" / "sample.json").write_text('{"clients": 4, "seed": 7, "stage": "ready"}')
    assert tickmark(tmp_path, "demo", "--no-serve").returncode == 0
    settings = load_settings(tmp_path)
    assert (settings.port, settings.llm_model, str(settings.today)) == (8431, "mine", "2026-03-09")

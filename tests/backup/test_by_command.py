"""Backups by command and by the clock: made, listed, verified and tried; who may; what the brief says of one that failed or grew old."""

import base64
import json
import os
import shutil
import threading
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import text
from typer.testing import CliRunner

from api import backups as api_backups
from api.cli import app
from api.commands import find
from api.commands.result import silent
from api.settings import Settings, load_settings
from api.wiring import Services, build, keys_of
from store.backup.make import backups_in
from store.errors import Broken, Forbidden, NotFound
from tests.backup.conftest import ANA, AT, a_blob
from tests.conftest import TODAY
from tests.homes import copied
from workspace import backups
from workspace.brief.blind import blind_spots
from workspace.brief.gather import gather
from workspace.scope import open_scope, operator_scope


def test_it_is_made_listed_verified_and_tried_by_command(
    kept: Path, tmp_path: Path, no_settings_from_outside: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    home, to = copied(kept / "home", tmp_path / "home"), tmp_path / "to"

    def said(*words: str, fails: bool = False) -> Any:
        ran = CliRunner().invoke(app, ["--home", str(home), *words, *([] if fails else ["--json"])])
        assert (ran.exit_code != 0) is fails, ran.output
        return ran.output if fails else json.loads(ran.stdout)

    assert "name a folder" in said("backup", fails=True)
    made = said("backup", str(to))
    assert made["new_blobs"] == made["blobs"] > 3 and Path(made["backup"]).exists()
    monkeypatch.setenv("TICKMARK_BACKUP_TO", str(to))
    assert said("backup", "--keep", "5")["new_blobs"] == 0
    listed = said("backup", "list")
    assert len(listed) == 2 and listed[1]["trail_head"] == made["trail_head"]
    assert said("backup", "verify", str(to))["blobs"] == made["blobs"]
    tried = said("backup", "test")
    assert tried["records_brought_back"] and tried["passages"] > 0 and tried["rows"] == listed[0]["rows"]
    assert not list(home.glob("backup-test-*"))
    _check_record(home, to)
    a_blob(to).unlink()
    assert "is missing from" in said("backup", "test", fails=True)
    with build(load_settings(home)) as services, services.database.reading() as session:
        scope = operator_scope(session, "evidence", now=AT, today=TODAY)
        assert [one.ok for one in backups.tests(scope)] == [False, True]
        assert "is missing" in str(backups.tests(scope)[0].error)


def _check_record(home: Path, to: Path) -> None:
    with build(load_settings(home)) as services, services.database.reading() as session:
        scope = open_scope(session, ANA, clock=services.clock)
        found = backups.runs(scope)
        assert [(one.kind, one.ok) for one in found] == [("tested", True), ("made", True), ("made", True)]
        assert found[0].name == found[1].name and found[0].place == str(to) and found[0].seconds > 0
        stands = backups.standing(scope)
        assert stands.last_tested == found[0] and stands.last_made == found[1] and stands.failed is None
        tags = session.execute(text("SELECT tag FROM audit WHERE tag LIKE 'backup:%' ORDER BY seq")).scalars().all()
        assert tags == ["backup:file:made", "backup:file:made", "backup:restore:tested"]
        for email in ("mia@alder.example", "sam@alder.example"):
            with pytest.raises((Forbidden, NotFound)):
                backups.runs(open_scope(session, email, clock=services.clock))


def test_who_lacks_the_right_makes_none(services: Services, tmp_path: Path) -> None:
    for command in ("backup-make", "backup-test"):
        with pytest.raises(Forbidden, match="backup:make"):
            find(command).load()(services, {"folder": str(tmp_path / "to"), "as": "mia@alder.example"}, silent)
    assert not (tmp_path / "to").exists()


@pytest.fixture
def scheduled(home: Path, tmp_path: Path, no_settings_from_outside: None) -> Iterator[Services]:
    """A home that is to be backed up every hour."""
    settings: Settings = load_settings(home).model_copy(update={"backup_to": tmp_path / "to", "backup_every": 60})
    with build(settings) as services:
        yield services


def test_serve_makes_one_when_it_is_due_and_says_in_the_brief_when_it_failed(
    scheduled: Services, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert api_backups.is_due(scheduled)
    with api_backups.open_backups(scheduled, every=0.01):
        waiting = threading.Event()
        for _ in range(1000):
            if _made(scheduled):
                break
            waiting.wait(0.02)
    assert len(backups_in(tmp_path / "to")) == 1 and not api_backups.is_due(scheduled)
    assert spots(scheduled) == []
    clock = scheduled.clock
    monkeypatch.setattr(clock, "real_now", lambda: datetime.now(UTC) + timedelta(hours=2))
    assert api_backups.is_due(scheduled)
    shutil.rmtree(tmp_path / "to")
    (tmp_path / "to").write_text("a file where the folder was")
    with pytest.raises(Broken, match=r"the backup to .*to failed: File exists"):
        api_backups.make(scheduled, tmp_path / "to", silent)
    assert not api_backups.is_due(scheduled), "one that failed is not tried again at once"
    assert "failed (File exists)" in spots(scheduled)[0]


def _made(services: Services) -> bool:
    with services.database.reading() as session:
        return bool(backups.runs(operator_scope(session, "x", now=AT, today=TODAY)))


def spots(services: Services) -> list[str]:
    with services.database.reading() as session:
        material = gather(open_scope(session, ANA, clock=services.clock))
        return [row["why"] for row in blind_spots(material) if row["what"] == "the firm's backups"]


def test_a_backup_that_grows_old_is_a_blind_spot(services: Services) -> None:
    about: dict[str, Any] = {"name": "b", "place": "/p", "size": 1, "detail": {}, "seconds": 1.0}
    with services.database.writing() as session:
        scope = open_scope(session, ANA, clock=services.clock)
        backups.note_run(scope, backups.MADE, at=scope.now - timedelta(days=5), **about)
    assert "5 days ago" in spots(services)[0]
    with services.database.writing() as session:
        scope = open_scope(session, ANA, clock=services.clock)
        backups.note_run(scope, backups.MADE, at=scope.now - timedelta(hours=5), **about)
    assert spots(services) == []


def test_the_settings_say_with_what(
    tmp_path: Path, no_settings_from_outside: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    key = base64.b64encode(os.urandom(32)).decode()
    monkeypatch.setenv("TICKMARK_SEAL_KEY", key)
    monkeypatch.setenv("TICKMARK_BACKUP_KEY", "a phrase of the firm's own")
    settings = load_settings(tmp_path)
    assert key not in repr(settings) and "phrase of" not in repr(settings)
    assert keys_of(settings).newest().source == "TICKMARK_SEAL_KEY"
    assert api_backups.backup_keys(settings).for_new()[1]["kind"] == "passphrase"

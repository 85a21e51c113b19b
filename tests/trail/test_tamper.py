"""Whoever changes the database behind the application is found out by `audit verify`; a thousand random changes, sixty in the suite."""

import shutil
from collections import Counter
from pathlib import Path

import pytest

from api.settings import load_settings
from api.wiring import build
from evals.tasks.tamper import Attempt, attempts
from tests import on_postgresql
from tests.homes import LONG
from tests.web.conftest import MONDAY
from workspace.scope import operator_scope
from workspace.trail import verify

CHANGES = 1000 if LONG else 60


@pytest.fixture(scope="module")
def made(busy_home: Path, tmp_path_factory: pytest.TempPathFactory) -> list[Attempt]:
    home = tmp_path_factory.mktemp("tampered")
    shutil.copy(busy_home / "tickmark.db", home)
    blobs = shutil.copytree(busy_home / "blobs", home / "blobs")
    url = on_postgresql.records(home)  # before anybody reads those that it is a copy of
    with (
        build(load_settings(busy_home).model_copy(update={"today": MONDAY})) as services,
        services.database.reading() as session,
    ):
        clock = operator_scope(session, "audit", now=services.clock.now(), today=MONDAY)
        assert verify(clock, blobs=services.blobs) == []
        return list(attempts(url, blobs, services.seal, CHANGES, 8, clock))


def test_every_change_behind_the_application_is_found(made: list[Attempt]) -> None:
    assert len(made) == CHANGES
    assert [one for one in made if not one.found] == []


def test_many_tables_and_kinds_of_change_are_tried(made: list[Attempt]) -> None:
    kinds = Counter(one.what.split(" ")[-1] for one in made)
    assert len({one.table for one in made}) >= 15
    assert len(kinds) >= 8

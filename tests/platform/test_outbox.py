"""The outbox of webhooks on both databases: fed once by however many, told in order, one at a time."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest
from sqlalchemy import func, select

from store.audit import AuditTag, record
from store.database import Database
from store.errors import Conflict
from store.seal import Seal
from store.tables import KeyedCreation, Person, WebhookPost
from workspace.platform import hooks, once, outbox
from workspace.scope import Scope, system_scope

NOW = datetime(2026, 3, 9, 14, tzinfo=UTC)
TODAY = date(2026, 3, 9)


@pytest.fixture(params=["sqlite", pytest.param("postgres", marks=pytest.mark.postgres)])
def either(request: pytest.FixtureRequest, tmp_path: Path) -> Database:
    database: Database = request.getfixturevalue("database" if request.param == "sqlite" else "postgres")
    with database.writing() as session:
        session.add(Person(id="per_ana", email="ana@alder.example", name="Ana", role="partner"))
    with database.writing() as session:
        scope = Scope(session, "per_ana", "ana@alder.example", "partner", NOW, TODAY)
        hooks.add_webhook(scope, Seal(tmp_path), "https://hooks.example.com/x", ["scan.*"])
    return database


@contextmanager
def night(database: Database, now: datetime = NOW) -> Iterator[Scope]:
    with database.writing() as session:
        yield system_scope(session, "webhooks", now=now, today=TODAY)


def happen(database: Database, times: int) -> None:
    with database.writing() as session:
        for number in range(times):
            record(session, AuditTag.SCAN_FINISHED, actor="system", subject=f"scan:{number}", now=NOW)


def test_many_feed_and_nothing_is_told_twice(either: Database) -> None:
    happen(either, 7)

    def feed() -> None:
        with night(either) as scope:
            outbox.feed(scope)

    threads = [threading.Thread(target=feed) for _ in range(4)]
    for one in threads:
        one.start()
    for one in threads:
        one.join()
    with either.reading() as session:
        assert session.scalar(select(func.count()).select_from(WebhookPost)) == 7


def test_one_at_a_time_and_in_order(either: Database, tmp_path: Path) -> None:
    seal, told = Seal(tmp_path), list[str]()
    happen(either, 4)
    with night(either) as scope:
        assert outbox.feed(scope) == 4
    for number in range(4):
        with night(either) as scope:
            claimed = outbox.claim(scope, seal)
        assert claimed is not None and len(claimed.secrets) == 1
        with night(either) as scope:
            assert outbox.claim(scope, seal) is None, "the next waits until this one was answered"
        told.append(claimed.payload["subject"]["id"])
        with night(either) as scope:
            assert outbox.settle(scope, claimed.id, status=204, milliseconds=12 + number) == "done"
        with night(either) as scope, pytest.raises(Conflict):
            outbox.settle(scope, claimed.id, status=204, milliseconds=1)
    assert told == ["0", "1", "2", "3"]
    with night(either, NOW + hooks.KEPT + timedelta(days=1)) as scope:
        outbox.forget(scope)
        assert scope.session.scalar(select(func.count()).select_from(WebhookPost)) == 0


def test_a_key_is_claimed_once_by_however_many(either: Database) -> None:
    from sqlalchemy.exc import IntegrityError

    asked = once.Asked("per_ana", "POST", "/api/v1/time", "k", "0" * 64)
    outcomes: list[str] = []

    def claim() -> None:
        try:
            with night(either) as scope:
                once.claim(scope, asked, "this")
            outcomes.append("mine")
        except (Conflict, IntegrityError):
            outcomes.append("later")

    threads = [threading.Thread(target=claim) for _ in range(6)]
    for one in threads:
        one.start()
    for one in threads:
        one.join()
    assert sorted(outcomes) == ["later"] * 5 + ["mine"]
    with either.reading() as session:
        assert session.scalars(select(KeyedCreation.state)).all() == ["running"]

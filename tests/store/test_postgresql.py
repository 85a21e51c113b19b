"""What PostgreSQL adds to a database that several work on: one state for a reader, limits to every wait, and nobody who waits but where
one must be first: at the end of the trail and at the next number."""

import threading
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
import typer
from fastapi.testclient import TestClient
from sqlalchemy import func, make_url, select, text
from sqlalchemy.exc import DBAPIError, OperationalError, SQLAlchemyError
from sqlalchemy.exc import TimeoutError as NoRoom

from api.app import create_app
from api.execute import failing
from api.settings import load_settings
from api.wiring import build
from store import audit, fence
from store import database as store_database
from store import waits as store_waits
from store.audit import AuditTag
from store.database import Database
from store.errors import Broken
from store.tables import AuditEntry, Brief, Client, Counter, Post
from store.waits import Limits, ran_out
from tests.billing.firm import acting, firm
from tests.signals.rows import NOW, PARTNER, TODAY, cl, per
from workspace import posts
from workspace.billing.numbering import take_number
from workspace.scope import system_scope

pytestmark = pytest.mark.postgres
THREADS, TURNS = 8, 6


@contextmanager
def limited(database: Database, limits: Limits) -> Iterator[Database]:
    """The same records, waited for no longer than this."""
    other = Database(database.url, limits=limits, seal=database.seal)
    try:
        yield other
    finally:
        other.close()


def slow(database: Database) -> None:
    with database.reading() as session:
        session.execute(text("SELECT pg_sleep(30)"))


def held(database: Database) -> None:
    """Ask for a row that somebody holds."""
    with database.writing() as one, database.writing() as other:
        wanted = select(Client).where(Client.id == cl("C1")).with_for_update()
        one.scalars(wanted).one()
        other.scalars(wanted).one()


def crowded(database: Database) -> None:
    with database.reading() as one, database.reading() as other:
        one.execute(select(1))
        other.execute(select(1))


WAITS: list[tuple[Callable[[Database], None], Limits, str]] = [
    (slow, Limits(statement=0.05), "TICKMARK_STATEMENT_TIMEOUT"),
    (held, Limits(lock=0.05), "somebody else is changing"),
    (crowded, Limits(pool=1, overflow=0, room=0.05), "TICKMARK_DATABASE_POOL"),
]


@pytest.mark.parametrize(("wait", "limits", "words"), WAITS, ids=["statement", "lock", "pool"])
def test_a_wait_that_ran_out_is_said_in_words(
    postgres: Database, wait: Callable[[Database], None], limits: Limits, words: str, capsys: pytest.CaptureFixture[str]
) -> None:
    firm(postgres)
    with limited(postgres, limits) as database:
        with pytest.raises((OperationalError, NoRoom)) as raised:
            wait(database)
        busy = ran_out(raised.value)
        assert busy is not None and busy.status == 503 and words in str(busy)
        with pytest.raises(typer.Exit) as ended, failing():
            wait(database)
    assert ended.value.exit_code == 1
    told = capsys.readouterr().err
    assert words in told and told.count("\n") == 1
    with postgres.reading() as session:
        assert session.scalar(select(func.count()).select_from(Client)) == 3, "nothing was lost"


def test_a_page_says_so_too(no_settings_from_outside: None, postgres: Database, tmp_path: Path) -> None:
    asked = {"database_url": postgres.url, "lock_timeout": 0.05}
    settings = load_settings(tmp_path / "home").model_copy(update=asked)
    words = {"email": PARTNER, "password": "a word that is long enough"}
    with build(settings, own_index=True) as services:
        web = TestClient(create_app(services), base_url="http://localhost")
        with postgres.engine.begin() as other:
            other.execute(text("LOCK TABLE people, firm IN ACCESS EXCLUSIVE MODE"))
            office, portal = web.post("/sign-in", data=words), web.get("/portal/hello")
    assert office.status_code == 503 and "Somebody else is changing" in office.text
    assert portal.status_code == 503 and "Try again in a minute" in portal.text


def test_what_else_a_database_says_is_no_wait() -> None:
    assert ran_out(OperationalError("SELECT 1", {}, Exception("the disk is full"))) is None
    assert ran_out(SQLAlchemyError("a defect")) is None


def test_a_reader_sees_one_state_and_writes_nothing(postgres: Database) -> None:
    firm(postgres)
    with postgres.reading() as session:
        before = session.scalar(select(Client.name).where(Client.id == cl("C1")))
        with postgres.writing() as other:
            other.get_one(Client, cl("C1")).name = "Renamed meanwhile"
        assert session.scalar(select(Client.name).where(Client.id == cl("C1"))) == before
    with postgres.reading() as session:
        assert session.scalar(select(Client.name).where(Client.id == cl("C1"))) == "Renamed meanwhile"
        with pytest.raises(DBAPIError, match="read-only transaction"):
            session.execute(text("UPDATE clients SET name = 'never'"))


def test_a_row_that_was_waited_for_is_as_it_is_now(postgres: Database) -> None:
    firm(postgres)
    with postgres.writing() as session:
        known = session.get_one(Counter, "invoice")
        with postgres.writing() as other:
            other.get_one(Counter, "invoice").last = 4711
        session.scalars(select(Counter).where(Counter.name == "invoice").with_for_update()).one()
        assert known.last == 4711


def test_a_text_with_a_nul_is_kept_without_it(postgres: Database) -> None:
    firm(postgres)
    with postgres.writing() as session:
        session.get_one(Client, cl("C1")).name = "Alder\0 & Finch"
    with postgres.reading() as session:
        assert session.scalar(select(Client.name).where(Client.name == "Alder\0 & Finch")) == "Alder & Finch"
        assert audit.verify(session) == []


WAITING = text(
    "SELECT DISTINCT query FROM pg_stat_activity WHERE wait_event_type = 'Lock' AND datname = current_database()"
)


@contextmanager
def watching(database: Database) -> Iterator[set[str]]:
    """What statements wait for a lock inside the block, asked again and again."""
    seen, over = set[str](), threading.Event()

    def look() -> None:
        with database.engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
            while not over.is_set():
                seen.update(connection.scalars(WAITING))

    watch = threading.Thread(target=look)
    watch.start()
    try:
        yield seen
    finally:
        over.set()
        watch.join()


def test_many_number_and_record_at_once_and_wait_nowhere_else(postgres: Database) -> None:
    firm(postgres)

    def issue(turn: int) -> int:
        with acting(postgres) as scope:
            client = scope.session.get_one(Client, cl(("C1", "C2")[turn % 2]))
            number = take_number(scope)
            subject = f"invoice:{number}"
            audit.record(
                scope.session, AuditTag.INVOICE_ISSUED, actor="a", subject=subject, now=NOW, client_id=client.id
            )
            return int(number)

    with watching(postgres) as waits, ThreadPoolExecutor(THREADS) as pool:
        numbers = sorted(pool.map(issue, range(THREADS * TURNS)))
    assert numbers == list(range(numbers[0], numbers[0] + THREADS * TURNS)), "no gap, no double"
    assert {one for one in waits if "audit_head" not in one and "FROM counters" not in one} == set()
    with postgres.reading() as session:
        assert audit.verify(session) == []
        told = select(func.count()).select_from(AuditEntry).where(AuditEntry.tag == AuditTag.INVOICE_ISSUED.value)
        assert session.scalar(told) == THREADS * TURNS


def test_the_first_entries_of_all_come_at_once(postgres: Database) -> None:
    def begin(number: int) -> None:
        with postgres.writing() as session:
            audit.record(session, AuditTag.SCAN_FINISHED, actor="system:night", subject=f"scan:{number}", now=NOW)

    with ThreadPoolExecutor(THREADS) as pool:
        list(pool.map(begin, range(THREADS)))
    with postgres.reading() as session:
        assert audit.verify(session) == []
        assert session.scalar(select(func.count()).select_from(AuditEntry)) == THREADS


def add_posts(database: Database, number: int) -> None:
    """So many briefs of one person that wait to be sent."""
    firm(database)
    with database.writing() as session:
        for nth in range(number):
            brief = Brief(
                id=f"b{nth}",
                as_of=TODAY + timedelta(days=nth),
                person_id=per(PARTNER),
                payload={"reading": "staff"},
            )
            session.add(brief)
            post = {
                "id": f"p{nth}",
                "brief_id": brief.id,
                "recipients": [PARTNER],
                "message_id": f"<{nth}@alder.example>",
            }
            session.flush()
            session.add(Post(**post, next_at=NOW, error=""))


def test_a_letter_is_claimed_by_one_and_nobody_waits_for_it(postgres: Database) -> None:
    add_posts(postgres, THREADS * TURNS)
    claimed: list[str] = []

    def send(_: int) -> None:
        with postgres.writing() as session:
            letter = posts.claim(system_scope(session, "post", now=NOW, today=TODAY))
        if letter is not None:
            claimed.append(letter.id)

    with watching(postgres) as waits, ThreadPoolExecutor(THREADS) as pool:
        list(pool.map(send, range(THREADS * TURNS * 2)))
    assert len(claimed) == len(set(claimed)) == THREADS * TURNS, sorted(claimed)
    assert {one for one in waits if "audit_head" not in one} == set()
    with postgres.reading() as session:
        assert session.scalar(select(func.count()).select_from(Post).where(Post.state == "sending")) == len(claimed)


def test_a_change_of_tables_makes_no_reader_wait_for_another(
    postgres: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Who reads comes after whoever waits to change a table: the change gives up soon, others read, and it is begun anew."""
    monkeypatch.setattr(store_waits, "NOT_LONG", "SET LOCAL lock_timeout = 20")
    monkeypatch.setattr(store_database, "_TRIES", 10_000)
    monkeypatch.setattr(store_database, "_PAUSE", 0.01)
    firm(postgres)
    with postgres.engine.begin() as connection:
        fence.take_down(connection)
    again = Database(postgres.url, seal=postgres.seal)
    with ThreadPoolExecutor(1) as pool:
        with postgres.reading(fence.Job.TEST) as session:
            count = session.scalar(select(func.count()).select_from(Client))
            changing = pool.submit(again.raise_fence)
            for _ in range(20):
                with again.engine.connect() as other:
                    other.execute(text("SET LOCAL statement_timeout = 5000"))
                    assert other.scalar(text("SELECT count(*) FROM clients")) == count
            assert not changing.done()
        changing.result()
    assert again.why_unfenced() is None
    again.close()


def test_a_database_that_loses_letters_is_refused_in_words(postgres_url: str, postgres_admin: Any) -> None:
    postgres_admin.execute("CREATE DATABASE plain ENCODING 'SQL_ASCII' LC_COLLATE 'C' LC_CTYPE 'C' TEMPLATE template0")
    database = Database(make_url(postgres_url).set(database="plain").render_as_string(hide_password=False))
    try:
        with pytest.raises(Broken, match=r"database plain keeps text as SQL_ASCII.*make one that keeps UTF8"):
            database.version()
    finally:
        database.close()
        postgres_admin.execute("DROP DATABASE plain WITH (FORCE)")

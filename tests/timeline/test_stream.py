"""A client's stream: every kind in one order, pages that hold while rows come in, what it is narrowed by, and what is new to a watcher."""

from contextlib import suppress
from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from store.database import Database, counting_queries
from store.errors import Invalid, NotFound
from tests.signals import rows
from tests.signals.rows import MANAGER, OTHER, PARTNER, STAFF, TODAY, cl
from tests.timeline.firm import BORN, acting, add_all, add_mail, add_row, at, firm, wall
from workspace.scope import Scope
from workspace.timeline.notes import Place, add_note
from workspace.timeline.stream import Entry, Narrow, timeline
from workspace.timeline.watches import look, unwatch, watch, watch_on, watches_of

KINDS = ("mail", "note", "document", "task", "invoice")
ROWS = st.lists(st.tuples(st.sampled_from(KINDS), st.integers(0, 4)), max_size=12)


class Over(Exception):
    """Ends an example: what it wrote is rolled back."""


@pytest.fixture(scope="module")
def kept(tmp_path_factory: pytest.TempPathFactory, migrated_sqlite: object) -> Database:
    path = tmp_path_factory.mktemp("timeline") / "tickmark.db"
    path.write_bytes(migrated_sqlite.read_bytes())  # type: ignore[attr-defined]
    return firm(Database(f"sqlite:///{path}"))


def pages(scope: Scope, limit: int, cursor: str = "") -> tuple[tuple[Entry, ...], str | None]:
    stream, _ = timeline(scope, "C1", cursor=cursor, limit=limit)
    return stream.entries, stream.next


def whole(scope: Scope, narrow: Narrow | None = None) -> list[str]:
    found: list[str] = []
    cursor: str | None = ""
    while cursor is not None:
        stream, _ = timeline(scope, "C1", narrow, cursor=cursor, limit=200)
        found += [one.id for one in stream.entries]
        cursor = stream.next
    return found


RANKS = {"mail": 1, "note": 3, "document": 4, "invoice": 9, "task": 11}


def order(kind: str, hours: int, identity: str) -> tuple[float, int, str]:
    """Where a row must stand: by moment, the newest first, or noon of its day; then by table and id."""
    moment = BORN + timedelta(hours=hours)
    moment = moment if kind in ("mail", "document") else moment.replace(hour=12)
    return -moment.timestamp(), RANKS[kind], identity


@settings(max_examples=15, deadline=None)
@given(before=ROWS, during=st.lists(ROWS, max_size=6), limit=st.integers(1, 5))
def test_pages_hold_while_rows_come_in(
    kept: Database, before: list[tuple[str, int]], during: list[list[tuple[str, int]]], limit: int
) -> None:
    """What was there is told once and in order; what comes in is told when it lies ahead of the cursor, and never twice."""
    with suppress(Over), kept.writing() as session:
        scope, number, waves = rows.asker(session, PARTNER), 0, iter(during)
        places: dict[str, tuple[float, int, str]] = {}
        for number, (kind, hours) in enumerate(before):
            made = add_row(session, kind, number, BORN + timedelta(hours=hours))
            places[made] = order(kind, hours, made)
        told: list[str] = []
        wanted = set(places)
        cursor: str | None = ""
        while cursor is not None:
            entries, cursor = pages(scope, limit, cursor)
            told += [one.id for one in entries]
            for kind, hours in next(waves, []) if cursor is not None else []:
                number += 1
                made = add_row(session, kind, number, BORN + timedelta(hours=hours))
                places[made] = order(kind, hours, made)
                if places[made] > places[told[-1]]:
                    wanted.add(made)
        assert told == sorted(wanted, key=places.__getitem__)
        raise Over


@pytest.fixture(params=["sqlite", pytest.param("postgres", marks=pytest.mark.postgres)])
def either(request: pytest.FixtureRequest) -> Database:
    return firm(request.getfixturevalue("database" if request.param == "sqlite" else "postgres"))


def test_every_kind_stands_in_one_order_on_both_databases(either: Database) -> None:
    with acting(either) as scope:
        wanted = add_all(scope.session)
        undated = add_mail(scope.session, "<undated@x>", None)
        with counting_queries(either.engine) as statements:
            stream, _ = timeline(scope, "C1", limit=200)
        assert [one.id for one in stream.entries] == [*wanted, undated]
        assert len([one for one in statements if one.lstrip().startswith("SELECT")]) <= 8
        assert [day for day, _ in stream.days][-1] is None and stream.entries[-1].day is None
        for limit in (1, 3):
            found: list[str] = []
            cursor: str | None = ""
            while cursor is not None:
                entries, cursor = pages(scope, limit, cursor)
                found += [one.id for one in entries]
            assert found == [*wanted, undated]
        assert len(whole(scope, Narrow(words="w-2"))) == 1
        assert watch(scope, "C1") and watches_of(scope)[0].new == 0


def test_it_is_narrowed(database: Database) -> None:
    firm(database)
    with acting(database) as scope:
        add_all(scope.session)
        add_mail(scope.session, "<late@x>", datetime(2026, 1, 6, 4, 30, tzinfo=UTC), "100% of_it <b>")
        add_mail(scope.session, "<us@x>", BORN, sender=PARTNER, direction="out", subject="From us")

        def kinds(**of: object) -> list[str]:
            return [one.kind for one in timeline(scope, "C1", Narrow(**of))[0].entries]  # type: ignore[arg-type]

        assert kinds(kinds=("money",)) == ["money", "money"]
        assert kinds(engagement="E1") == ["request", "money", "money", "task"]
        assert kinds(person=MANAGER) == ["decision", "decision"]
        assert kinds(person=STAFF) == ["note", "task"]
        assert kinds(person=PARTNER) == ["mail", "mail", "mail"]  # sent to her, and what she sent
        assert kinds(words="100% OF_IT") == ["mail"] and kinds(words="100% nothing") == []
        assert kinds(words="1%0") == [] and kinds(words="o__it") == []
        # half past eleven in the evening on the fifth, on the wall in New York
        assert kinds(first=date(2026, 1, 5), last=date(2026, 1, 5), words="of_it") == ["mail"]
        assert kinds(first=date(2026, 1, 6), last=date(2026, 1, 6)) == []
        assert kinds(last=date.max) and kinds(first=date(2026, 1, 26)) == ["request"]
        for wrong in (Narrow(engagement="E2"), Narrow(person="nobody@firm.example")):
            with pytest.raises(NotFound):
                timeline(scope, "C1", wrong)
        for cursor in ("x", "AAAA", "MjAyNi0wMS0wNQ", "é"):
            with pytest.raises(Invalid):
                timeline(scope, "C1", cursor=cursor)
        with pytest.raises(Invalid):
            timeline(scope, "C1", Narrow(kinds=("gossip",)))


def test_nobody_else_sees_it(database: Database) -> None:
    firm(database)
    with acting(database) as scope:
        add_all(scope.session)
        made = watch(scope, "C1", "E1")
    with acting(database, OTHER) as scope:
        for act in (lambda: timeline(scope, "C1"), lambda: watch(scope, "C1"), lambda: look(scope, made)):
            with pytest.raises(NotFound):
                act()
    with acting(database, MANAGER) as scope:
        wall(scope.session, "C1", PARTNER)
        assert timeline(scope, "C1")[0].entries
        with pytest.raises(NotFound):
            unwatch(scope, made)  # another's
    with acting(database) as scope:
        assert watches_of(scope) == () and watch_on(scope, "C1", "E1") is None
        with pytest.raises(NotFound):
            timeline(scope, "C1")


def test_what_is_new_since_she_looked(database: Database) -> None:
    firm(database)
    with acting(database) as scope:
        add_all(scope.session)
        all_of, of_work = watch(scope, "C1"), watch(scope, "C1", "E1")
        assert watch(scope, "C1") == all_of
        later = at(scope, timedelta(hours=1))
        add_note(later, [Place("C1", "E1")], "About the return")
        add_note(later, [Place("C1")], "About the weather")
        add_row(scope.session, "document", 90, later.now)
        # it happened long ago, and is news: an invoice of that day would not be
        add_row(scope.session, "invoice", 91, datetime(2026, 1, 1, 12, tzinfo=UTC))
        assert [(one.engagement is not None, one.new) for one in watches_of(later)] == [(False, 3), (True, 1)]
        seen = watch_on(later, "C1", "")
        assert seen is not None
        stream, _ = timeline(later, "C1", seen=seen.seen_at)
        assert [one.new for one in stream.entries[:4]] == [True, True, True, False]
        look(at(scope, timedelta(hours=2)), all_of)
        assert {one.id: one.new for one in watches_of(later)} == {all_of: 0, of_work: 1}
        # what only has a day is news through all of it
        scope.session.add(_done_today())
        scope.session.flush()
        assert {one.id: one.new for one in watches_of(later)} == {all_of: 1, of_work: 1}
        unwatch(later, all_of)
        assert [one.id for one in watches_of(later)] == [of_work]


def _done_today() -> object:
    from store.tables import Task

    return Task(id="task_today", client_id=cl("C1"), title="Sent", status="done", done_on=TODAY)

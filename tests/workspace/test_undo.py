"""Acts that are taken back: every table is as it was, nobody's change is lost, on both databases."""

from collections.abc import Callable
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import select
from sqlalchemy.orm import Session

from store.database import Database
from store.errors import Conflict, Forbidden, NotFound
from store.ids import new_id
from store.tables import Act, Base, Client, ClientContact, ClientGroup, Contact, Document, Person, Wall
from workspace.scope import Scope, open_scope, system_scope
from workspace.undo import expect, mark_of, undo, undoable

NOW = datetime(2026, 3, 9, 14, tzinfo=UTC)
TABLES: tuple[type[Base], ...] = (Client, ClientContact, ClientGroup, Contact, Document, Wall)


class Pinned:
    """Monday."""

    def now(self) -> datetime:
        return NOW

    def today(self) -> date:
        return NOW.date()


@pytest.fixture(params=["sqlite", pytest.param("postgres", marks=pytest.mark.postgres)])
def either(request: pytest.FixtureRequest) -> Database:
    database: Database = request.getfixturevalue("database" if request.param == "sqlite" else "postgres")
    furnish(database)
    return database


def furnish(database: Database) -> None:
    """Ana is partner of C1 and C2, Ben of C3; Sol works on nothing."""
    with database.writing() as session:
        for name, role in (("ana", "partner"), ("ben", "partner"), ("sol", "staff")):
            session.add(Person(id=f"per_{name}", email=f"{name}@alder.example", name=name.title(), role=role))
        session.flush()
        for ref, partner in (("C1", "ana"), ("C2", "ana"), ("C3", "ben")):
            session.add(client(ref, partner))


def client(ref: str, partner: str = "ana") -> Client:
    return Client(
        id=f"cl_{ref}", ref=ref, name=f"Client {ref}", entity_type="1065", partner_id=f"per_{partner}",
        annual_fee=Decimal("1200.50"), since=date(2020, 1, 2), custom={"shoe": [1, "a"]},
    )  # fmt: skip


def like(path: str) -> dict[str, Any]:
    """A paper that was received."""
    return {"path": path, "name": path, "source": "upload", "state": "read", "received_at": NOW}


def scope_of(session: Session, name: str = "ana") -> Scope:
    return open_scope(session, f"{name}@alder.example", clock=Pinned())


def do(database: Database, act: Callable[[Session], None], name: str = "ana") -> str:
    with database.writing() as session:
        scope = scope_of(session, name)
        with undoable(scope, "An act") as made:
            act(session)
        return made.id


def take_back(database: Database, act: str, name: str = "ana") -> str:
    with database.writing() as session:
        return undo(scope_of(session, name), act).id


def held(database: Database) -> dict[str, list[dict[str, Any]]]:
    """Every row of the tables, without the count of the committing door."""
    with database.reading() as session:
        return {
            table.__tablename__: [
                {name: value for name, value in row._mapping.items() if name != "revision"}
                for row in session.execute(select(*table.__table__.columns).order_by("id"))
            ]
            for table in TABLES
        }


def test_what_was_added_changed_and_removed_in_one_stroke_comes_back(either: Database) -> None:
    with either.writing() as session:
        session.add_all([ClientGroup(id="grp_old", name="Family"), Contact(id="con_1", name="Ida", custom={})])
        session.flush()
        session.get_one(Client, "cl_C1").group_id = "grp_old"
        session.add(
            ClientContact(
                id="cc_1", client_id="cl_C1", contact_id="con_1", ownership_pct=Decimal("33.3333"), title=None
            )
        )
    before = held(either)

    def stroke(session: Session) -> None:
        one = session.get_one(Client, "cl_C1")
        one.group_id, one.annual_fee, one.custom = None, None, {"shoe": 2}
        session.delete(session.get_one(ClientContact, "cc_1"))
        session.flush()
        session.delete(session.get_one(ClientGroup, "grp_old"))
        session.delete(session.get_one(Contact, "con_1"))
        session.flush()
        # the name and the pair are there once: what takes their place must make room again
        session.add_all([ClientGroup(id="grp_new", name="Family"), Contact(id="con_2", name="Eve", custom={})])
        session.flush()
        one.group_id = "grp_new"
        session.add(ClientContact(id="cc_2", client_id="cl_C1", contact_id="con_2"))

    act = do(either, stroke)
    after = held(either)
    assert after != before
    again = take_back(either, act)
    assert held(either) == before
    take_back(either, again)
    assert held(either) == after, "undoing is an act like another"
    with pytest.raises(Conflict, match="undone already"):
        take_back(either, act)


def test_a_row_that_was_not_read_before_it_was_written_is_remembered(either: Database) -> None:
    before = held(either)

    def unread(session: Session) -> None:
        row = session.get_one(Client, "cl_C2")
        session.expire(row, ["name"])
        row.name = "Another name"

    act = do(either, unread)
    take_back(either, act)
    assert held(either) == before


def test_rows_that_point_into_their_own_table(either: Database) -> None:
    def paper(name: str, of: str | None = None) -> Document:
        return Document(id=f"doc_{name}", client_id="cl_C1", duplicate_of=of, **like(f"{name}.pdf"))

    def chain(session: Session) -> None:
        session.add(paper("c"))
        session.flush()
        session.add(paper("b", "doc_c"))
        session.flush()
        session.add(paper("a", "doc_b"))

    empty = held(either)
    added = do(either, chain)
    full = held(either)

    def away(session: Session) -> None:
        for name in ("a", "b", "c"):
            session.delete(session.get_one(Document, f"doc_{name}"))
            session.flush()

    take_back(either, do(either, away))
    assert held(either) == full
    take_back(either, added)
    assert held(either) == empty


def test_two_people(either: Database) -> None:
    with either.reading() as session:
        seen = mark_of(session.get_one(Client, "cl_C1"))

    def rename(to: str) -> Callable[[Session], None]:
        def act(session: Session) -> None:
            row = session.get_one(Client, "cl_C1")
            expect(row, f'W/"{seen}"', "the client")
            row.name = to

        return act

    first = do(either, rename("Ana was first"))
    with pytest.raises(Conflict, match="the client was changed by somebody meanwhile"):
        do(either, rename("too late"))
    with either.writing() as session:
        row = session.get_one(Client, "cl_C1")
        row.revision += 5  # the door's count and the night's shelf are nobody's change
        row.shelf = 7
        now = mark_of(row)
        expect(row, f'"{"0" * 16}", "{now}"', "the client")
        expect(row, "*", "the client")
        row.name = "Somebody else's"
    with pytest.raises(Conflict, match="somebody changed this since"):
        take_back(either, first)
    with either.reading() as session:
        assert session.get_one(Client, "cl_C1").name == "Somebody else's"


def test_what_hangs_on_it_is_not_orphaned(either: Database) -> None:
    act = do(either, lambda session: session.add(ClientGroup(id="grp_x", name="New")))
    with either.writing() as session:
        session.get_one(Client, "cl_C1").group_id = "grp_x"
    with pytest.raises(Conflict, match="something new hangs"):
        take_back(either, act)
    with either.reading() as session:
        assert session.get_one(ClientGroup, "grp_x").name == "New"
        assert session.get_one(Act, act).undone_by is None


def test_whose_act_it_is(either: Database) -> None:
    act = do(either, lambda session: setattr(session.get_one(Client, "cl_C1"), "name", "Renamed"))
    with pytest.raises(NotFound):
        take_back(either, act, "ben")  # he does not see C1
    with either.writing() as session:
        row = session.get_one(Client, "cl_C1")
        row.name, row.manager_id = "Renamed", "per_ben"
    with pytest.raises(NotFound):
        take_back(either, "act_0000000000000000")
    with either.writing() as session:
        night = system_scope(session, "night", now=NOW, today=NOW.date())
        with pytest.raises(Forbidden):
            undoable(night, "x").__enter__()
    nothing = do(either, lambda session: setattr(session.get_one(Client, "cl_C2"), "name", "Client C2"))
    assert nothing == "", "nothing changed, so there is nothing to take back"
    take_back(either, act, "ben")  # as manager he sees it, and may write to clients
    with either.reading() as session:
        assert session.get_one(Client, "cl_C1").name == "Client C1"


STROKE = st.lists(st.tuples(st.sampled_from("gGcCdDwWnm"), st.integers(0, 5)), min_size=1, max_size=5)


def stroke_of(session: Session, kind: str, n: int) -> None:
    """One change that the tables allow as they stand; what they do not allow is left out."""
    clients = session.scalars(select(Client).order_by(Client.id)).all()
    one = clients[n % len(clients)]
    groups = session.scalars(select(ClientGroup).order_by(ClientGroup.id)).all()
    papers = session.scalars(select(Document).order_by(Document.path)).all()
    if kind == "g" and f"Group {n}" not in {group.name for group in groups}:
        session.add(ClientGroup(id=new_id("grp"), name=f"Group {n}"))
    elif kind == "G" and groups:
        gone = groups[n % len(groups)]
        for member in clients:
            if member.group_id == gone.id:
                member.group_id = None
        session.flush()
        session.delete(gone)
    elif kind == "m" and groups:
        one.group_id = groups[n % len(groups)].id
    elif kind == "n":
        one.annual_fee = None if n == 0 else Decimal(n * 1000)
        one.custom = {**one.custom, "n": n}
    elif kind in "cC":
        contacts(session, one, kind, n)
    elif kind == "d" and f"{n}.pdf" not in {paper.path for paper in papers if paper.client_id == one.id}:
        of = papers[n % len(papers)].id if papers else None
        session.add(Document(id=new_id("doc"), client_id=one.id, duplicate_of=of, **like(f"{n}.pdf")))
    elif kind == "D" and papers:
        for paper in papers:
            paper.duplicate_of = None if n % 2 else paper.duplicate_of
        session.flush()
        pointed = {paper.duplicate_of for paper in papers}
        session.delete(next(paper for paper in papers if paper.id not in pointed))
    elif kind in "wW":
        walls(session, one, kind)
    session.flush()


def contacts(session: Session, one: Client, kind: str, n: int) -> None:
    links = session.scalars(select(ClientContact).where(ClientContact.client_id == one.id).order_by("id")).all()
    if kind == "c":
        person = session.get(Contact, f"con_{n}") or Contact(id=f"con_{n}", name=f"Person {n}", custom={})
        session.add(person)
        session.flush()
        if person.id not in {link.contact_id for link in links}:
            share = Decimal(n) / 4
            session.add(
                ClientContact(
                    id=new_id("cc"), client_id=one.id, contact_id=person.id, ownership_pct=share, title="x" * n
                )
            )
    elif links:  # the same pair under another id
        link = links[n % len(links)]
        contact = link.contact_id
        session.delete(link)
        session.flush()
        session.add(ClientContact(id=new_id("cc"), client_id=one.id, contact_id=contact))


def walls(session: Session, one: Client, kind: str) -> None:
    wall = session.scalars(select(Wall).where(Wall.client_id == one.id)).one_or_none()
    if kind == "w" and wall is None:
        session.add(Wall(id=f"wall_{one.id}", client_id=one.id, person_id="per_sol", reason="kin", set_on=NOW.date()))
    elif kind == "W" and wall is not None:  # taken away and put in again under its id, with another reason
        session.delete(wall)
        session.flush()
        session.add(Wall(id=wall.id, client_id=one.id, person_id="per_sol", reason="other", set_on=NOW.date()))


def go_there_and_back(database: Database, acts: list[list[tuple[str, int]]]) -> None:
    """Do them, take them back, do them again, take them back again: at every step every table is as it was then."""
    states, done = [held(database)], list[str]()
    for strokes in acts:

        def act(session: Session, strokes: list[tuple[str, int]] = strokes) -> None:
            for kind, n in strokes:
                stroke_of(session, kind, n)

        if made := do(database, act):
            done.append(made)
            states.append(held(database))
    for way in (-1, 1, -1):
        there = states[:-1][::-1] if way < 0 else states[1:]
        for n, (made, state) in enumerate(zip(reversed(done), there, strict=True)):
            again = take_back(database, made)
            assert held(database) == state
            done[len(done) - 1 - n] = again
        done.reverse()


@given(acts=st.lists(STROKE, min_size=1, max_size=6))
@settings(max_examples=25, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow])
def test_random_acts_undone_in_reverse_order_restore_every_table(
    database: Database, acts: list[list[tuple[str, int]]]
) -> None:
    if not held(database)["clients"]:
        furnish(database)
    go_there_and_back(database, acts)


@pytest.mark.postgres
@given(acts=st.lists(STROKE, min_size=2, max_size=6))
@settings(max_examples=8, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow])
def test_random_acts_on_postgres(postgres: Database, acts: list[list[tuple[str, int]]]) -> None:
    if not held(postgres)["clients"]:
        furnish(postgres)
    go_there_and_back(postgres, acts)

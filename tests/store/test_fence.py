"""The second fence: what the database itself hides from a session that reads for somebody, in every table with clients' rows, also where a
function of the workspace forgets to ask for the scope."""

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager
from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import Connection, insert, select, text
from sqlalchemy.exc import DBAPIError
from sqlalchemy.orm import Session

from api.commands import doctor
from store import fence, write_fence
from store.database import Database
from store.errors import NotFound
from store.tables import (
    Base,
    Bill,
    Client,
    ClientContact,
    ConflictHit,
    ConflictSearch,
    Contact,
    Counter,
    Engagement,
    Invoice,
    Note,
    Person,
    PortalAccess,
    ServiceAccount,
    Wall,
)
from store.word_index import passages_with
from tests.on_postgresql import READ, WRITE
from tests.signals.rows import (
    MANAGER,
    NOW,
    OTHER,
    PARTNER,
    STAFF,
    TODAY,
    add_engagement,
    add_firm,
    asker,
    cl,
    eng,
    per,
)
from workspace.billing.foots import check_books
from workspace.law.conflicts import searched
from workspace.portal.scope import open_portal
from workspace.scope import Scope, access_client, system_scope

pytestmark = pytest.mark.postgres
ADMIN, CONTACT, PROGRAM = "adele@firm.example", "con", "program@service.invalid"
FENCED = sorted(table.name for table in Base.metadata.sorted_tables if "client_id" in table.c)
WALLED, OWN = cl("C3"), cl("C1")
VALUES = {
    **dict.fromkeys(("character varying", "text"), "'{n}x'"),
    **dict.fromkeys(("integer", "bigint", "smallint", "numeric", "double precision"), "90{n}"),
    **dict.fromkeys(("json", "jsonb"), "'{{}}'"),
    "boolean": "true",
    "date": "DATE '2026-03-09' + {n}",
    "timestamp with time zone": "TIMESTAMPTZ '2026-03-09 13:00+00' + {n} * INTERVAL '1 day'",
    "bytea": "'\\x00'",
}
"""By type: what stands in a row that is nobody's business but the fence's."""


def fill(connection: Connection) -> None:
    """A row of each client in every table that has rows of clients; no rule of the database but the fence is asked."""
    connection.execute(text("SET LOCAL session_replication_role = replica"))
    columns: dict[str, dict[str, tuple[str, int | None]]] = {}
    asked = "SELECT table_name, column_name, data_type, character_maximum_length FROM information_schema.columns"
    for table, column, kind, most in connection.execute(text(f"{asked} WHERE table_schema = 'public'")).tuples():
        columns.setdefault(table, {})[column] = kind, most
    checks = "SELECT conrelid::regclass::text, conname FROM pg_constraint WHERE contype = 'c' AND connamespace = 'public'::regnamespace"
    for table, name in connection.execute(text(checks)).tuples().all():
        connection.execute(text(f"ALTER TABLE {table} DROP CONSTRAINT {name}"))
    for table in FENCED:
        for n, client in enumerate((cl("C1"), cl("C2"), cl("C3")), start=1):
            values = {name: VALUES[kind].format(n=n) for name, (kind, _) in columns[table].items()}
            values["client_id"] = f"'{client}'"
            for name, (_, most) in columns[table].items():
                values[name] = f"CAST({values[name]} AS varchar({most}))" if most else values[name]
            names = ", ".join(f'"{name}"' for name in values)
            connection.execute(text(f"INSERT INTO {table} ({names}) VALUES ({', '.join(values.values())})"))
    connection.execute(text("UPDATE document_versions SET stage = 'indexed'"))
    connection.execute(text("UPDATE documents SET superseded_by = NULL"))


@pytest.fixture(scope="module")
def firm(postgres_once: Database) -> Database:
    """Three clients with a row in every table: C1 and C2 are Pat's and Mia's, C3 is Olga's and Mia's; walls keep Mia and Adele from C3."""
    with postgres_once.writing() as session:
        add_firm(session)
        add_engagement(session, "E1")
        session.add(Person(id=per(ADMIN), email=ADMIN, name="Adele", role="admin"))
        session.add(Person(id=per(PROGRAM), email=PROGRAM, name="A program", role="service", active=False))
        session.add(Contact(id=CONTACT, name="Cora"))
        session.flush()
        times = {"created_at": NOW, "expires_at": NOW + timedelta(days=9)}
        session.add(
            ServiceAccount(id="sa", person_id=per(PROGRAM), rights=[], all_clients=True, made_by=ADMIN, **times)
        )
        for who in (MANAGER, ADMIN, PROGRAM):
            session.add(Wall(id=f"w{who}", client_id=WALLED, person_id=per(who), reason="kin", set_on=TODAY))
        session.add(ClientContact(id="cc", client_id=OWN, contact_id=CONTACT))
        session.add(PortalAccess(id="pa", client_id=OWN, contact_id=CONTACT, granted_by=per(PARTNER), granted_at=NOW))
    with postgres_once.engine.begin() as connection:
        fill(connection)
    return postgres_once


@pytest.fixture(scope="module")
def postgres_once(new_postgres: Callable[[], AbstractContextManager[Database]]) -> Iterator[Database]:
    with new_postgres() as database:
        yield database


def seen(session: Session) -> dict[str, set[str]]:
    """Whose rows plain SQL reads, by table."""
    found = {"clients": set(session.scalars(text("SELECT id FROM clients")))}
    for table in FENCED:
        rows = session.scalars(text(f"SELECT DISTINCT client_id FROM {table} WHERE client_id IS NOT NULL"))
        found[table] = set(rows)
    return found


def by_table(*refs: str) -> dict[str, set[str]]:
    return {table: {cl(ref) for ref in refs} for table in ("clients", *FENCED)}


@pytest.mark.parametrize(
    ("email", "refs"),
    [
        (PARTNER, ("C1", "C2")),
        (OTHER, ("C3",)),
        (MANAGER, ("C1", "C2")),
        (STAFF, ("C1",)),
        (ADMIN, ("C1", "C2")),
        (PROGRAM, ("C1", "C2")),
    ],
)
def test_no_table_shows_a_row_of_whom_one_may_not_see(firm: Database, email: str, refs: tuple[str, ...]) -> None:
    with READ(firm) as session:
        asker(session, email)
        assert seen(session) == by_table(*refs)


def test_without_a_scope_nobody_is_seen_and_the_software_sees_all(firm: Database) -> None:
    with READ(firm) as session:
        assert seen(session) == by_table()
        system_scope(session, "night", now=NOW, today=TODAY)
        assert seen(session) == by_table("C1", "C2", "C3")
    with READ(firm, fence.Job.INGESTION) as session:
        assert seen(session) == by_table("C1", "C2", "C3")


def test_a_contact_sees_what_the_firm_opened(firm: Database) -> None:
    with READ(firm) as session:
        assert open_portal(session, CONTACT, now=NOW, today=TODAY).client_ids == (OWN,)
        assert seen(session) == by_table("C1")


def test_the_first_scope_of_a_session_says_what_it_sees(firm: Database) -> None:
    with READ(firm) as session:
        asker(session, PARTNER)
        asker(session, OTHER)
        system_scope(session, "night", now=NOW, today=TODAY)
        assert seen(session) == by_table("C1", "C2")


def test_a_function_that_forgets_the_scope_finds_nothing(firm: Database, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Scope, "clients", lambda _: select(Client.id))
    with READ(firm) as session:
        scope = asker(session, MANAGER)
        assert access_client(scope, "C1").id == OWN
        with pytest.raises(NotFound):
            access_client(scope, "C3")
        assert passages_with(session, ["3x"], scope.clients(), (), 10) == []
        assert passages_with(session, ["1x"], scope.clients(), (), 10) == ["1x"]
    with firm.reading() as session:  # the fence is what held it
        scope = asker(session, MANAGER)
        assert access_client(scope, "C3").id == WALLED
        assert passages_with(session, ["3x"], scope.clients(), (), 10) == ["3x"]


def test_a_reader_writes_nothing_and_takes_no_other_role_by_accident(firm: Database) -> None:
    with READ(firm) as session:
        asker(session, PARTNER)
        with pytest.raises(DBAPIError, match=r"permission denied|read-only"):
            session.execute(insert(Client).values(id="c", ref="C9", name="x", entity_type="1120"))
    with READ(firm) as session:
        assert session.scalar(text("SELECT current_user")) == fence.ROLE
        with fence.lifted(session, fence.Job.RULE):
            assert session.scalar(text("SELECT count(*) FROM clients")) == 3
        assert session.scalar(text("SELECT count(*) FROM clients")) == 0


def test_every_table_with_rows_of_clients_has_its_fence(firm: Database) -> None:
    with firm.engine.connect() as connection:
        policed = connection.scalars(text("SELECT polrelid::regclass::text FROM pg_policy WHERE polname = 'fence'"))
        assert sorted(policed) == sorted(["clients", *FENCED])


def test_the_list_is_hashed_once_a_statement(firm: Database) -> None:
    with READ(firm) as session:
        asker(session, PARTNER)
        plan = session.scalars(text("EXPLAIN SELECT count(*) FROM passages p JOIN documents d ON d.id = p.document_id"))
        lines = [line.strip() for line in plan]
    assert sum("hashed SubPlan" in line for line in lines) == 2, lines
    assert not [line for line in lines if "SubPlan" in line and "hashed" not in line and line.startswith("Filter")]


def test_a_fence_that_is_down_is_told_and_put_up_again(postgres: Database) -> None:
    assert postgres.why_unfenced() is None and postgres.is_fenced()
    for breaks, said in (
        ("DROP POLICY fence ON notes", "without a fence: notes"),
        ("ALTER TABLE documents DISABLE ROW LEVEL SECURITY", "without a fence: documents"),
        (f"REVOKE SELECT ON ALL TABLES IN SCHEMA public FROM {fence.ROLE}", "may not read access_items, "),
        (f"REVOKE SELECT ON people FROM {fence.ROLE}", "may not read people;"),
    ):
        with postgres.engine.begin() as connection:
            connection.execute(text(breaks))
        told = postgres.why_unfenced()
        assert told is not None and said in told and "starting Tickmark again" in told
        again = Database(postgres.url, seal=postgres.seal)
        assert not again.is_fenced()
        again.raise_fence()
        assert again.is_fenced() and postgres.why_unfenced() is None
        again.close()


def test_an_owner_of_no_great_rights_is_fenced_too(postgres: Database) -> None:
    """As docs/postgresql.md says to set it up: no superuser, and the role made for it beforehand."""
    with postgres.engine.begin() as connection:
        fence.take_down(connection)
        name = str(connection.scalar(text("SELECT 'owner_' || current_database()")))
        connection.execute(text(f"CREATE ROLE {name} LOGIN"))
        connection.execute(text(f"GRANT {fence.ROLE} TO {name}"))
        tables = connection.scalars(text("SELECT tablename FROM pg_tables WHERE schemaname = 'public'")).all()
        for table in tables:
            connection.execute(text(f"ALTER TABLE {table} OWNER TO {name}"))
        connection.execute(text(f"ALTER SCHEMA public OWNER TO {name}"))
    owner = Database(postgres.engine.url.set(username=name).render_as_string(False), seal=postgres.seal)
    try:
        assert "without a fence" in (owner.why_unfenced() or "")
        owner.raise_fence()
        assert owner.why_unfenced() is None
        with owner.writing() as session:
            add_firm(session)
        with READ(owner) as session:
            asker(session, OTHER)
            assert set(session.scalars(text("SELECT id FROM clients"))) == {WALLED}
    finally:
        owner.close()
        with postgres.engine.begin() as connection:
            connection.execute(text(f"REASSIGN OWNED BY {name} TO postgres"))
            connection.execute(text(f"DROP OWNED BY {name}"))
            connection.execute(text(f"DROP ROLE {name}"))


def test_doctor_tells_of_the_fence(
    no_settings_from_outside: None, postgres: Database, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("TICKMARK_DATABASE_URL", postgres.url)

    def told() -> tuple[str, str]:
        checks = {one["what"]: one for one in doctor.run(tmp_path / "home").data}
        return checks["fence"]["state"], checks["fence"]["message"]

    assert told()[0] == "ok"
    with postgres.engine.begin() as connection:
        connection.execute(text("DROP POLICY fence ON notes"))
    assert told() == ("missing", "without a fence: notes; starting Tickmark again puts it around")


def note(number: int, client: str) -> Note:
    return Note(id=f"held{number}", client_id=client, date=TODAY, text="a word")


def test_a_persons_transaction_writes_rows_of_her_clients_only(postgres: Database) -> None:
    postgres.fence_writes = write_fence.REFUSE
    with WRITE(postgres) as session:
        add_firm(session)
        add_engagement(session, "E1")  # Sam's, so he sees C1
        session.add(note(0, WALLED))
    with WRITE(postgres) as session:
        asker(session, MANAGER)
        session.add(note(1, OWN))
    for act in (
        lambda session: session.add(note(2, WALLED)),
        lambda session: session.execute(insert(Note).values(id="held3", client_id=WALLED, date=TODAY, text="x")),
        lambda session: session.execute(text("UPDATE notes SET text = 'changed' WHERE id = 'held0'")),
        lambda session: session.execute(text(f"UPDATE notes SET client_id = '{WALLED}' WHERE id = 'held1'")),
        lambda session: session.execute(text(f"UPDATE notes SET client_id = '{OWN}' WHERE id = 'held0'")),
        lambda session: session.execute(text("DELETE FROM notes WHERE id = 'held0'")),
        lambda session: setattr(session.get_one(Client, WALLED), "name", "Renamed"),
    ):
        with (
            pytest.raises(DBAPIError, match=r"the second fence: a row of (notes|clients)"),
            WRITE(postgres) as session,
        ):
            asker(session, STAFF)
            act(session)
            session.flush()
    with READ(postgres, fence.Job.INGESTION) as session:
        rows = session.execute(
            select(Note.id, Note.client_id, Note.text).where(Note.id.like("held%")).order_by(Note.id)
        )
        assert rows.tuples().all() == [("held0", WALLED, "a word"), ("held1", OWN, "a word")]


def test_what_is_the_firms_is_written_by_name_and_what_she_makes_is_hers(postgres: Database) -> None:
    postgres.fence_writes = write_fence.REFUSE
    with WRITE(postgres) as session:
        add_firm(session)
    with WRITE(postgres) as session:
        scope = asker(session, STAFF)
        with fence.lifted(session, fence.Job.GOVERN):
            session.add(note(1, WALLED))
        session.add(Client(id="cl_made", ref="C77", name="Made now", entity_type="1065"))
        session.flush()
        session.add(note(2, "cl_made"))
        assert session.scalar(select(Client.name).where(Client.id == WALLED)), "what is written looks across clients"
        assert scope.person_id
    with pytest.raises(DBAPIError, match="the second fence"), WRITE(postgres) as session:
        asker(session, STAFF)
        with fence.lifted(session, fence.Job.GOVERN):
            session.add(note(3, WALLED))
        session.add(note(4, WALLED))
    with WRITE(postgres) as session:  # the software's own, and what has no scope
        system_scope(session, "night", now=NOW, today=TODAY)
        asker(session, STAFF)
        session.add(note(5, WALLED))
    with WRITE(postgres) as session:
        session.add(note(6, WALLED))
    with READ(postgres, fence.Job.INGESTION) as session:
        found = session.scalars(select(Note.id).where(Note.id.like("held%")).order_by(Note.id))
        assert found.all() == ["held1", "held2", "held5", "held6"]


def test_without_the_setting_it_is_told_and_done(postgres: Database, caplog: pytest.LogCaptureFixture) -> None:
    with postgres.writing() as session:
        add_firm(session)
    postgres.fence_writes = write_fence.TELL
    with WRITE(postgres) as session:
        asker(session, STAFF)
        session.add(note(1, WALLED))
    assert "the second fence: a row of notes is of a client of whom" in caplog.text
    with READ(postgres, fence.Job.INGESTION) as session:
        assert session.scalars(select(Note.id).where(Note.id == "held1")).one()


def test_a_number_that_a_hidden_invoice_bears_is_no_gap(postgres: Database) -> None:
    with postgres.writing() as session:
        add_firm(session)
        session.get_one(Counter, "invoice").last = 3
        for number, client in (("1", OWN), ("2", WALLED), ("3", OWN)):
            dates = {"issued_on": TODAY, "due_on": TODAY}
            session.add(Invoice(id=f"i{number}", number=number, client_id=client, amount=5, **dates))
            session.flush()
            made = {"created_by": per(PARTNER), "created_at": NOW, "through": TODAY, "terms": 30, "text": ""}
            session.add(
                Bill(id=f"b{number}", invoice_id=f"i{number}", client_id=client, kind="time", state="issued", **made)
            )
    with READ(postgres) as session:
        assert [one for one in check_books(asker(session, PARTNER)).faults if "bears the number" in one] == []


def test_a_search_that_found_a_hidden_client_alone_is_not_clear(postgres: Database) -> None:
    with postgres.writing() as session:
        add_firm(session)
        add_engagement(session, "E1")
        about = {"at": NOW, "person_id": per(PARTNER), "about": "", "names": ["Client 3"]}
        session.add(ConflictSearch(id="cfs", client_id=OWN, engagement_id=eng("E1"), **about))
        session.flush()
        found = {"asked": "Client 3", "kind": "client", "record_id": WALLED, "name": "Client 3", "known_as": "Client 3"}
        session.add(ConflictHit(id="cfh", search_id="cfs", client_id=WALLED, score=100, why=[], **found))
    with READ(postgres) as session:
        scope = asker(session, PARTNER)
        [told] = searched(scope, session.get_one(Engagement, eng("E1")))
        assert (told.state, told.found) == ("open", 1)

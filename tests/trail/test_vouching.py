"""What the committing door notes of vouched rows, however they are changed, and what it leaves out."""

from datetime import UTC, date, datetime
from decimal import Decimal

import pytest
from sqlalchemy import delete, func, insert, select, text, update

from store import audit, chain, triggers
from store.audit import AuditTag
from store.database import Database
from store.errors import TickmarkError
from store.tables import AuditEntry, Client, Consent, Invoice

NOW = datetime(2026, 3, 9, 8, 30, tzinfo=UTC)
DAY = date(2026, 1, 5)


@pytest.fixture(params=["sqlite", pytest.param("postgres", marks=pytest.mark.postgres)])
def firm(request: pytest.FixtureRequest) -> Database:
    """A client with three invoices."""
    database: Database = request.getfixturevalue("database" if request.param == "sqlite" else "postgres")
    with database.writing() as session:
        session.add(Client(id="cl_1", ref="C1", name="Alder LLC", entity_type="1065"))
        session.flush()
        for n in range(3):
            made = Invoice(id=f"inv_{n}", client_id="cl_1", number=str(n), issued_on=DAY, due_on=DAY, amount=Decimal(n))
            session.add(made)
        audit.record(session, AuditTag.CLIENT_CREATED, actor="ana", subject="client:cl_1", now=NOW)
    return database


def faults(database: Database) -> list[str]:
    with database.reading() as session:
        return [one.message for one in audit.verify(session)]


def entries(database: Database) -> int:
    with database.reading() as session:
        return session.scalar(select(func.count()).select_from(AuditEntry)) or 0


def test_rows_changed_by_the_session_by_statements_and_by_key_are_noted(firm: Database) -> None:
    with firm.writing() as session:
        session.get_one(Invoice, "inv_0").amount = Decimal(7)
        session.execute(update(Invoice).where(Invoice.id == "inv_1").values(amount=Decimal(8)))
        session.execute(update(Invoice), [{"id": "inv_2", "amount": Decimal(9)}])
    assert faults(firm) == []
    with firm.writing() as session:
        session.execute(delete(Invoice).where(Invoice.amount > 8))
        session.delete(session.get_one(Invoice, "inv_0"))
    assert faults(firm) == []
    with firm.writing() as session:  # back under the id it had
        session.add(Invoice(id="inv_0", client_id="cl_1", number="9", issued_on=DAY, due_on=DAY, amount=Decimal(1)))
    assert faults(firm) == []


def test_rows_that_nobody_sees_are_refused(firm: Database) -> None:
    other = select(text("'con_1'"), text("'x'"))
    with pytest.raises(TickmarkError, match="through the session"), firm.writing() as session:
        session.execute(insert(Consent).from_select(["id", "recipient"], other))


def test_a_change_without_an_act_gets_an_entry_and_a_column_that_is_not_vouched_for_none(firm: Database) -> None:
    before = entries(firm)
    with firm.writing() as session:
        session.get_one(Client, "cl_1").industry = "bakery"
    assert entries(firm) == before
    with firm.writing() as session:
        session.get_one(Client, "cl_1").ai_policy = "none"
    assert entries(firm) == before + 1
    with firm.reading() as session:
        last = session.get_one(AuditEntry, before + 1)
        assert (last.tag, last.actor, last.at) == ("trail:rows:vouched", "system:door", NOW)
        assert list((last.vouched or {})["clients"]["rows"]) == ["cl_1"]


def test_a_rolled_back_change_is_not_vouched_for(firm: Database) -> None:
    with pytest.raises(RuntimeError), firm.writing() as session:
        session.get_one(Invoice, "inv_0").amount = Decimal(99)
        session.flush()
        raise RuntimeError
    assert faults(firm) == []


def test_what_was_there_before_is_vouched_for_by_the_migration(firm: Database) -> None:
    """A trail of the first form, whose rows nothing vouches for: as a home of an older release."""
    with firm.engine.begin() as connection, triggers.lifted(connection):
        connection.execute(text("DELETE FROM audit"))
        connection.execute(text("UPDATE audit_head SET seq = 0, hash = :first"), {"first": audit.GENESIS})
        row = {"seq": 1, "previous": audit.GENESIS, "at": NOW, "actor": "ana", "tag": "client:record:created"}
        row |= {"subject": "client:cl_1", "client_id": None, "detail": {"name": "Alder"}, "digest": None}
        row |= {"detail_hash": None, "salt": None, "vouched": None}
        row["hash"] = chain.entry_hash(row)
        connection.execute(insert(AuditEntry.metadata.tables["audit"]).values(row))
        connection.execute(text("UPDATE audit_head SET seq = 1, hash = :last"), {"last": row["hash"]})
    assert faults(firm) == []  # nothing covers the rows yet
    from sqlalchemy.orm import Session

    with firm.engine.begin() as connection, Session(connection) as session:
        chain.vouch_first(session)
        session.flush()
    assert faults(firm) == []
    with firm.engine.begin() as connection:
        connection.execute(text("UPDATE invoices SET amount = amount + 1 WHERE id = 'inv_1'"))
    assert faults(firm) == ["invoice inv_1 was changed after entry 2 recorded it"]


def test_an_entry_of_the_first_form_does_not_pass_among_the_salted(firm: Database) -> None:
    with firm.engine.begin() as connection, triggers.lifted(connection):
        row = connection.execute(text("SELECT * FROM audit WHERE seq = 1")).mappings().one()
        told = {name: row[name] for name in ("seq", "previous", "actor", "tag", "subject", "client_id", "digest")}
        told |= {"at": NOW, "detail": {}, "detail_hash": None, "salt": None, "vouched": None}
        told |= {"seq": 2, "previous": row["hash"]}
        told["hash"] = chain.entry_hash(told)
        connection.execute(insert(AuditEntry.metadata.tables["audit"]).values(told))
        connection.execute(text("UPDATE audit_head SET seq = 2, hash = :last"), {"last": told["hash"]})
    assert faults(firm) == ["entry 2 (client:record:created, client:cl_1) was changed"]

"""What lies on disk: no taxpayer id and no bank number in the clear, on either database; turned to a new key, through any interruption; and
what is left when a key is lost."""

import json
import re
import shutil
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import select, text
from typer.testing import CliRunner

from api.cli import app
from api.commands import find
from api.commands.doctor import run as doctor
from api.commands.result import silent
from api.settings import load_settings
from api.wiring import Services, build
from store.database import Database
from store.errors import Broken, Forbidden
from store.resealing import places
from store.seal import KEY_FILE, SEALED, Seal
from store.tables import Act, Client, Contact, FactRow, RecordChange, RejectedRow, SignalRow, Webhook
from tests import beside, on_postgresql
from tests.conftest import SMALL_FIRM
from tests.homes import copied
from workspace.directory import entity
from workspace.directory.record import record_of
from workspace.scope import Scope, open_scope
from workspace.seals import standing
from workspace.undo import undo, undoable

ANA = "ana@alder.example"
IDS = ("00-1234567", "900-70-1234", "00-7654321")
TYPED = ("912-83-7465", "98-1237654", "74561238907", "021000021", "DE89370400440532013000")
TEXT_OF_DOCUMENTS = ("document_pages", "passages", "messages")
NOW = datetime(2026, 3, 9, 8, 30, tzinfo=UTC)


def act(services: Services, command: str, /, **arguments: Any) -> Any:
    return find(command).load()(services, arguments, silent).data


def forms(number: str) -> set[bytes]:
    return {number.encode(), re.sub(r"[- ]", "", number).encode()}


def where(home: Path, number: str) -> set[str]:
    """The tables in which it stands, written out or bare."""
    return {table for table, told in beside.texts(home) if any(form.decode() in told for form in forms(number))}


@pytest.fixture(scope="module")
def filled(loaded: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The small firm after people typed numbers wherever one can: a home to copy."""
    home = copied(loaded, tmp_path_factory.mktemp("filled") / "home")
    with build(load_settings(home), own_index=True) as services:
        fill(services)
    return home


def fill(services: Services) -> None:
    services.database.before_commit = None
    with services.database.writing() as session:
        scope = open_scope(session, ANA, clock=services.clock)
        entity.set_tax_id(scope, "C001", TYPED[1])
        entity.create_client(scope, {"name": "New", "ref": "C009", "tax_id": TYPED[0]})
        with undoable(scope, "Numbers entered"):
            client = session.scalars(select(Client).where(Client.ref == "C002")).one()
            client.custom = {"Bank account": "7456-1238-907", "account": TYPED[2], "Routing": TYPED[3], "Tier": "gold"}
            contact = session.scalars(select(Contact).where(Contact.name == "Tunde Okafor")).one()
            contact.custom = {"iban": TYPED[4], "note": f"his number is {TYPED[0]}, he says"}
        batch = session.execute(text("SELECT id FROM import_batches")).scalars().first()
        row = {"ref": "C010", "tax_id": TYPED[0], "name": "Refused"}
        session.add(RejectedRow(id="rej_1", batch_id=batch, file="clients.csv", line=9, reason="no name", row=row))
        quote = {"kind": "document", "document": "d", "page": 1, "start": 0, "end": 10, "quote": TYPED[1]}
        told = {"engagement_ref": "E-1", "sides": [{"field": "tax_id", "recorded": TYPED[1], "stated": TYPED[0]}]}
        session.add(signal(client.id, told, [quote]))
        hook = Webhook(id="wh_1", person_id=scope.person_id, url="https://hooks.example.com/", note="", events=["*"])
        hook.secret, hook.position, hook.created_at = services.seal.close("whsec_very-secret"), 0, NOW
        session.add(hook)


def signal(client_id: str, detail: dict[str, Any], evidence: list[Any]) -> SignalRow:
    day = NOW.date()
    about: dict[str, Any] = {
        "slug": "contradiction",
        "subject": "s",
        "cls": "B",
        "score": 1,
        "terms": {},
        "headline": "h",
        "rule": "r",
    }
    kept: dict[str, Any] = {
        "detail": detail,
        "evidence": evidence,
        "evidence_hash": "0" * 64,
        "first_seen": day,
        "as_of": day,
    }
    return SignalRow(id="sig_1", key="k1", client_id=client_id, **about, **kept)


def test_a_loaded_firm_has_no_number_in_the_clear(filled: Path) -> None:
    documents = [path.read_bytes() for path in SMALL_FIRM.rglob("*") if path.is_file() and path.name != "clients.csv"]
    lies = beside.raw(filled)
    for number in (*IDS, *TYPED):
        in_documents = any(form in one for form in forms(number) for one in documents)
        assert where(filled, number) <= set(TEXT_OF_DOCUMENTS if in_documents else ()), number
        if not in_documents:
            assert not [form for form in forms(number) if form in lies], number
    assert b"7456-1238-907" not in lies and b"whsec_very" not in lies
    assert where(filled, IDS[0]), "the number of a notice stands in the notice's text: the check can find one"
    with build(load_settings(filled), own_index=True) as services, services.database.reading() as session:
        held = dict(session.execute(select(Client.ref, Client.tax_id)).tuples().all())
        assert held == {"C001": TYPED[1], "C002": IDS[1], "C003": IDS[2], "C009": TYPED[0]}
        custom = session.scalars(select(Client.custom).where(Client.ref == "C002")).one()
        assert custom["Bank account"] == "7456-1238-907" and custom["Routing"] == TYPED[3]
        assert IDS[0] in session.scalars(select(FactRow.value).where(FactRow.name == "taxpayer_id")).all()
        changed = session.scalars(select(Act.changes)).all()
        assert TYPED[4] in str(changed) and "gold" in str(changed)
        assert TYPED[0] in str(session.scalars(select(RejectedRow.row)).all())
        about = SignalRow.detail["engagement_ref"].as_string() == "E-1"
        assert session.scalars(select(SignalRow).where(about)).one().detail["sides"][0]["stated"] == TYPED[0]
        said = session.scalars(select(RecordChange.said).order_by(RecordChange.at.desc())).first()
        assert said is not None and said["tax_id"].startswith(("•••••7654 ", "•••••7465 "))


def test_an_export_carries_the_numbers_and_is_on_the_trail(filled: Path, tmp_path: Path) -> None:
    home = copied(filled, tmp_path / "home")
    with build(load_settings(home), own_index=True) as services:
        act(services, "export", folder=str(tmp_path / "out"))
        with services.database.reading() as session:
            tags = session.execute(text("SELECT tag FROM audit ORDER BY seq DESC")).scalars()
            assert tags.first() == "export:folder:written"
    rows = (tmp_path / "out" / "clients.csv").read_text()
    assert all(number in rows for number in (TYPED[0], TYPED[1], IDS[1], IDS[2]))
    assert all("sealed:2:" not in path.read_text() for path in (tmp_path / "out").rglob("*.csv"))


def test_undo_puts_a_sealed_number_back(filled: Path, tmp_path: Path) -> None:
    with build(load_settings(copied(filled, tmp_path / "home")), own_index=True) as services:
        with services.database.writing() as session:
            scope = open_scope(session, ANA, clock=services.clock)
            undo(scope, session.scalars(select(Act.id)).one())
        with services.database.reading() as session:
            assert session.scalars(select(Client.custom).where(Client.ref == "C002")).one() == {}
            assert session.scalars(select(Contact.custom).where(Contact.name == "Tunde Okafor")).one() == {}


def sealed_in(home: Path) -> list[str]:
    """The keys under which something lies sealed; on PostgreSQL without what was written over and not taken away yet."""
    lies = " ".join(told for _, told in beside.texts(home)) if on_postgresql.ON else beside.raw(home).decode("latin-1")
    return [match["key"] for match in SEALED.finditer(lies)]


def under(scope: Scope, seal: Seal) -> dict[str, tuple[str, int]]:
    return {one.id: (one.state, one.sealed) for one in standing(scope, seal)}


def test_everything_is_sealed_again_under_a_new_key_though_it_was_interrupted(filled: Path, tmp_path: Path) -> None:
    home = copied(filled, tmp_path / "home")
    with build(load_settings(home), own_index=True) as services:
        before = act(services, "key-show")
        assert [one["state"] for one in before] == ["newest"] and before[0]["sealed"] >= 15

        class Stop(Exception):
            pass

        def stop(doing: str, done: int, total: int) -> None:
            if done > total // 2:
                raise Stop

        with pytest.raises(Stop):
            find("key-rotate").load()(services, {}, stop)
        middle = {one["key"]: one for one in act(services, "key-show")}
        assert len(middle) == 2 and 0 < middle[before[0]["key"]]["sealed"] < before[0]["sealed"]
        done = find("key-rotate").load()(services, {}, silent)
        after = {one["key"]: one for one in act(services, "key-show")}
        assert set(after) == set(middle), "the second try went on with the key of the first"
        assert after[done.data["key"]]["sealed"] == before[0]["sealed"] and done.data["retired"] == [before[0]["key"]]
        assert after[before[0]["key"]]["state"] == "retired"
        keys = (home / KEY_FILE).read_text().split()
        assert not [key for key in keys if len(key) == 44 and key in json.dumps([before, done.data, done.text])]
        with services.database.reading() as session:
            assert session.scalars(select(Client.tax_id).where(Client.ref == "C001")).one() == TYPED[1]
            assert services.seal.open(session.scalars(select(Webhook.secret)).one()) == "whsec_very-secret"
            tags = session.execute(text("SELECT tag FROM audit WHERE tag LIKE 'key:%' ORDER BY seq")).scalars().all()
        assert tags == ["key:seal:added", "key:seal:rotated", "key:seal:retired"]
        assert find("audit-verify").load()(services, {}, silent).failed is False
    (home / KEY_FILE).write_text((home / KEY_FILE).read_text().splitlines()[0] + "\n")
    with build(load_settings(home), own_index=True) as services:
        assert find("key-show").load()(services, {}, silent).failed is False, "nothing needs the retired key"


def test_who_lacks_the_right_turns_no_key(services: Services) -> None:
    for command in ("key-rotate", "key-show"):
        with pytest.raises(Forbidden, match="key:rotate"):
            act(services, command, **{"as": "mia@alder.example"})
    assert len(services.seal.ring()) == 1


def test_a_key_is_turned_by_the_server_that_has_the_home(filled: Path, tmp_path: Path) -> None:
    from starlette.testclient import TestClient

    from api.app import create_app

    home = copied(filled, tmp_path / "home")
    assert find("key-rotate").owns, "the command line goes through the process that has the home"
    with build(load_settings(home), own_index=True) as services:
        with TestClient(create_app(services, "the-secret"), base_url="http://127.0.0.1") as client:
            assert client.post("/_commands/key-rotate", json={}).status_code >= 400
            answer = client.post("/_commands/key-rotate", json={}, headers={"Authorization": "Bearer the-secret"})
        told = json.loads(answer.text.splitlines()[-1])["result"]["data"]
        with services.database.reading() as session:
            assert session.scalars(select(Client.tax_id).where(Client.ref == "C001")).one() == TYPED[1]
        services.database.tidy()
    assert len(told["retired"]) == 1 and set(sealed_in(home)) == {told["key"]}


def test_without_its_key_a_home_keeps_its_records_and_asks_again(filled: Path, tmp_path: Path) -> None:
    home = copied(filled, tmp_path / "home")
    (home / KEY_FILE).rename(tmp_path / "taken")
    with build(load_settings(home), own_index=True) as services:
        shown = find("key-show").load()(services, {}, silent)
        assert shown.failed and shown.data[-1]["state"] == "lost"
        with services.database.writing() as session:
            scope = open_scope(session, ANA, clock=services.clock)
            record = record_of(scope, "C001")
            assert record.name == "Harbor Bakery Inc" and "its key is not here" in record.tax_id
            with pytest.raises(Broken, match="sealed with a key that is not here"):
                entity.see_tax_id(scope, "C001")
            client = session.scalars(select(Client).where(Client.ref == "C002")).one()
            assert client.custom["Tier"] == "gold" and client.custom["Routing"] == ""
            client.custom = {**client.custom, "Tier": "plain"}
            entity.set_tax_id(scope, "C001", "55-1234567")
            assert entity.see_tax_id(scope, "C001") == "55-1234567"
        exported = find("export").load()(services, {"folder": str(tmp_path / "out")}, silent)
        assert exported.data["unopened"] > 0 and "their key is not here" in exported.text
    told = doctor(home)
    assert told.failed and "which is not here: bring it back, or enter them again" in told.text
    # the key comes back: both open what is theirs, and nothing that could not be opened was lost
    (home / KEY_FILE).write_text((home / KEY_FILE).read_text() + (tmp_path / "taken").read_text())
    with build(load_settings(home), own_index=True) as services, services.database.reading() as session:
        held = dict(session.execute(select(Client.ref, Client.tax_id)).tuples().all())
        assert held == {"C001": "55-1234567", "C002": IDS[1], "C003": IDS[2], "C009": TYPED[0]}
        custom = session.scalars(select(Client.custom).where(Client.ref == "C002")).one()
        assert custom["Tier"] == "plain" and custom["Routing"] == TYPED[3]


def test_others_must_not_read_the_key_file(home: Path) -> None:
    CliRunner().invoke(app, ["--home", str(home), "key", "show"])
    (home / KEY_FILE).chmod(0o644)
    assert "chmod 600" in doctor(home).text


@pytest.fixture(params=["sqlite", pytest.param("postgres", marks=pytest.mark.postgres)])
def either(request: pytest.FixtureRequest) -> Iterator[Database]:
    database: Database = request.getfixturevalue("database" if request.param == "sqlite" else "postgres")
    yield database


def stored(database: Database, query: str) -> str:
    with database.engine.connect() as connection:
        return str(connection.execute(text(query)).scalar_one())


def test_the_migration_seals_what_is_there_and_opens_it_on_the_way_down(either: Database) -> None:
    from alembic import command

    with either.writing() as session:
        custom = {"Bank account": "7456 1238", "Tier": "gold"}
        session.add(Client(id="cl_1", ref="C1", name="Alder", entity_type="1065", tax_id="12-3456789", custom=custom))
        session.flush()
        session.add(signal("cl_1", {"sides": ["12-3456789"], "n": 1}, []))
    tax_id, detail = "SELECT tax_id FROM clients", "SELECT CAST(detail AS TEXT) FROM signals"
    assert stored(either, tax_id).startswith("sealed:2:") and "3456789" not in stored(either, detail)
    command.downgrade(either.alembic(), "0028")
    assert stored(either, tax_id) == "12-3456789" and '"12-3456789"' in stored(either, detail)
    assert "7456 1238" in stored(either, "SELECT CAST(custom AS TEXT) FROM clients")
    either.migrate()
    assert stored(either, tax_id).startswith("sealed:2:") and "3456789" not in stored(either, detail)
    with either.reading() as session:
        client = session.scalars(select(Client)).one()
        assert (client.tax_id, client.custom) == ("12-3456789", custom)
        assert session.scalars(select(SignalRow.detail)).one() == {"sides": ["12-3456789"], "n": 1}
    if either.engine.dialect.name == "sqlite":
        file = Path(str(either.engine.url.database))
        assert b"3456789" not in b"".join(path.read_bytes() for path in file.parent.glob(file.name + "*"))
    _turn(either)


def _turn(database: Database) -> None:
    """Every text under another key, on either database."""
    from store import resealing

    assert database.seal is not None
    added = database.seal.add(NOW.date())
    with database.writing() as session:
        for place, rows in resealing.behind(session, database.seal):
            assert resealing.seal_again(session, database.seal, place, rows) == len(rows)
        assert dict(resealing.look(session, database.seal).under) == {added.id: 3}
    with database.reading() as session:
        assert session.scalars(select(Client.tax_id)).one() == "12-3456789"


def test_a_database_without_keys_takes_no_secret(tmp_path: Path, migrated_sqlite: Path) -> None:
    shutil.copy(migrated_sqlite, tmp_path / "tickmark.db")
    database = Database(f"sqlite:///{tmp_path / 'tickmark.db'}")
    from store.sealed import give_seal

    give_seal(database.engine.dialect, None)
    with pytest.raises(Exception, match="opened without a key"), database.writing() as session:
        session.add(Client(id="cl_1", ref="C1", name="Alder", entity_type="1065", tax_id="12-3456789"))
    database.close()


def test_every_column_that_may_hold_a_sealed_text_is_looked_at() -> None:
    looked_at = {(place.table, place.column) for place in places()}
    for table, column in (
        ("clients", "tax_id"),
        ("webhooks", "secret"),
        ("kept_passwords", "sealed"),
        ("facts", "value"),
    ):
        assert (table, column) in looked_at
    assert ("keyed_creations", "answer") in looked_at and ("second_factors", "secret") in looked_at
    assert not {table for table, _ in looked_at} & {"audit", "deliverable_versions", *TEXT_OF_DOCUMENTS}


def test_a_text_that_only_looks_sealed_is_left_alone(services: Services) -> None:
    seen = "sealed:2:0123456789ab:clients.custom:AAAA"
    with services.database.writing() as session:
        client = session.scalars(select(Client).where(Client.ref == "C001")).one()
        client.custom = {"note": seen, "old": "gAAAAnot-a-token"}
    with services.database.reading() as session:
        assert session.scalars(select(Client.custom).where(Client.ref == "C001")).one() == {
            "note": seen,
            "old": "gAAAAnot-a-token",
        }
        scope = open_scope(session, ANA, clock=services.clock)
        assert {state for state, _ in under(scope, services.seal).values()} == {"newest"}

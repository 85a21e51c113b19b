"""A whole firm leaves and comes back: every row, every file, the trail, and what the next night says of it."""

import hashlib
import json
import shutil
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import func, select
from typer.testing import CliRunner

from api.cli import app
from api.commands.move_in import rows_from
from api.commands.scopes import reading
from api.settings import load_settings
from api.wiring import Services, build
from store import audit, triggers
from store.chain import append
from store.database import Database
from store.errors import Broken, Conflict
from store.ids import content_hash
from store.moving import LEFT_OUT, LEFT_OUT_COLUMNS, differences, leaving, note_changed_on_the_way, put
from store.tables import AuditEntry, Base, Brief, Person, SignalRow, SignIn
from store.types import canonical_json
from tests import beside
from tests.homes import copied
from tests.moving_out.conftest import ANA, MIA, Moved, command, files_of, manifest, opened
from workspace.trail import verify

TUESDAY = "2026-03-10"


def rows_in(services: Services) -> dict[str, int]:
    with services.database.reading() as session:
        count = select(func.count())
        return {t.name: session.scalars(count.select_from(t)).one() for t in Base.metadata.sorted_tables}


def test_every_table_and_every_file_arrives_as_it_was(moved: Moved) -> None:
    here, trail = rows_in(moved.services), manifest(moved.folder)["trail"]
    assert differences(moved.services.database, moved.there.database, trail=trail["seq"]) == []
    filled = {name for name, count in here.items() if count}
    assert len(filled & {table.name for table in leaving()}) > 80, (
        "the firm has rows in most tables, or little is shown"
    )
    wanted = {
        "acts",
        "imports",
        "chat_messages",
        "releases",
        "portal_accesses",
        "signers",
        "client_scans",
        "trust_journal",
    }
    assert wanted <= filled
    assert moved.services.blobs.names() == moved.there.blobs.names()
    assert all(content_hash(moved.there.blobs.get(name)) == name for name in moved.there.blobs.names())
    assert moved.said["moved_in"]["rows"] == {n: c for n, c in here.items() if n not in LEFT_OUT} | {
        "audit": trail["seq"],
    }


def test_a_difference_would_be_seen(moved: Moved, tmp_path: Path) -> None:
    shutil.copy(moved.there.home / "seal.key", tmp_path / "seal.key")
    beside.flat(moved.there)
    shutil.copy(moved.there.home / "tickmark.db", tmp_path / "tickmark.db")
    copy = Database(f"sqlite:///{tmp_path / 'tickmark.db'}")
    with copy.engine.begin() as connection:
        connection.exec_driver_sql(
            "UPDATE time_entries SET hours = hours + 1 WHERE id = (SELECT MIN(id) FROM time_entries)"
        )
        connection.exec_driver_sql("UPDATE record_changes SET evidence = NULL")
        connection.exec_driver_sql("DELETE FROM timers")
    found = differences(moved.there.database, copy)
    copy.close()
    assert [one.split(":")[0] for one in found] == ["record_changes", "timers", "time_entries"]
    assert "hours" in found[2]


def test_the_trail_goes_on_and_says_what_stayed_behind(moved: Moved) -> None:
    with reading(moved.there, "test") as scope:
        assert verify(scope, blobs=moved.there.blobs) == []
        last = scope.session.scalars(select(AuditEntry).order_by(AuditEntry.seq.desc())).first()
        assert last is not None and last.tag == "home:records:moved-in" and last.vouched is not None
        assert scope.session.scalars(select(Person.id).where(Person.password_hash.is_not(None))).all() == []
        assert scope.session.scalars(select(SignIn.id)).all() == []
        assert set(last.vouched) & set(LEFT_OUT) and "people" in last.vouched
    with moved.there.database.engine.connect() as connection:
        assert triggers.missing(connection) == []
        with pytest.raises(Exception, match="the audit trail cannot be changed"):
            connection.exec_driver_sql("UPDATE audit SET actor = 'nobody'")


def test_no_secret_leaves(moved: Moved) -> None:
    told = b"".join(data for name, data in files_of(moved.folder).items() if not name.startswith("blobs/"))
    known = 0
    with moved.services.database.engine.connect() as connection:
        for table in (Base.metadata.tables[name] for name in LEFT_OUT):
            assert not (moved.folder / "records" / f"{table.name}.jsonl").exists()
            for column in table.columns:
                if column.name.endswith(("_hash", "secret")):
                    for (value,) in connection.exec_driver_sql(f'SELECT "{column.name}" FROM "{table.name}"'):
                        assert value is None or str(value).encode() not in told
                        known += value is not None
        for name, secret in LEFT_OUT_COLUMNS:
            for (value,) in connection.exec_driver_sql(f'SELECT "{secret}" FROM "{name}" WHERE "{secret}" IS NOT NULL'):
                assert str(value).encode() not in told
                known += 1
    assert known > 8, "there are secrets to look for"
    named = {table.name for table in leaving()}
    dangling = [
        f"{t.name}.{c.name}"
        for t in leaving()
        for c in t.columns
        for k in c.foreign_keys
        if k.column.table.name not in named
    ]
    assert dangling == [], "what leaves points at nothing that stays"


def test_the_next_night_says_the_same(moved: Moved, tmp_path: Path) -> None:
    told: list[dict[str, Any]] = []
    for services in (moved.services, moved.there):
        beside.flat(services)
        home = copied(services.home, tmp_path / services.home.name)
        with build(load_settings(home), own_index=True) as night:
            command(night, "scan", as_of=TUESDAY)
            with night.database.reading() as session:
                columns = [c for c in SignalRow.__table__.columns if c.name not in ("created_at", "at")]
                signals = [tuple(row) for row in session.execute(select(*columns).order_by(SignalRow.id))]
                briefs = session.execute(
                    select(Person.email, Brief.as_of, Brief.payload).join(Person).order_by(Brief.id)
                )
                told.append(
                    {"signals": canonical_json(signals), "briefs": [canonical_json(list(one)) for one in briefs]}
                )
    assert TUESDAY in told[0]["signals"] and len(told[0]["briefs"]) > 5
    assert told[0] == told[1]


def test_the_firm_that_came_leaves_as_the_same_folder(moved: Moved, tmp_path: Path) -> None:
    home = copied(moved.there.home, tmp_path / "there")
    with opened(home) as there:
        command(there, "export", folder=str(tmp_path / "again"))
    one, two = files_of(moved.folder), files_of(tmp_path / "again")
    apart = {name for name in one.keys() | two.keys() if one.get(name) != two.get(name)}
    assert apart == {"manifest.json", "audit.jsonl", "records/audit_head.jsonl"}
    assert two["audit.jsonl"].startswith(one["audit.jsonl"])
    first, second = manifest(moved.folder), manifest(tmp_path / "again")
    own = {"made_at", "files", "trail", "counts", "tables"}
    assert {k: v for k, v in first.items() if k not in own} == {k: v for k, v in second.items() if k not in own}


def test_a_second_load_of_the_folder_changes_nothing(moved: Moved, tmp_path: Path) -> None:
    home = copied(moved.there.home, tmp_path / "there")
    with opened(home) as there:
        before = rows_in(there)
        again = command(there, "load", folder=str(moved.folder)).data
        assert "moved_in" not in again and again["tables"]["clients.csv"]["same"] >= 3
        assert {k: (v["new"], v["changed"]) for k, v in again["tables"].items() if v["new"] or v["changed"]} == {}
        assert rows_in(there) == before and differences(moved.there.database, there.database) == []


def test_a_damaged_folder_is_refused_by_name(moved: Moved, fresh: Path, tmp_path: Path) -> None:
    folder = shutil.copytree(moved.folder, tmp_path / "out")
    assert CliRunner().invoke(app, ["export", "verify", str(folder)]).exit_code == 0
    more, lines = folder / "documents" / "C001" / "more.txt", folder / "records" / "time_entries.jsonl"
    firm = folder / "firm.toml"
    wrong = (
        (lambda: lines.write_bytes(lines.read_bytes()[:-2]), "records/time_entries.jsonl was changed"),
        (lambda: more.write_text("x"), "documents/C001/more.txt is not in the manifest"),
        (firm.unlink, "firm.toml is missing"),
        (lambda: firm.symlink_to("/etc/hostname"), "firm.toml leads out of the folder"),
    )
    with opened(fresh) as there:
        for spoil, said in wrong:
            spoil()
            shown = CliRunner().invoke(app, ["export", "verify", str(folder)])
            assert shown.exit_code == 1 and said in shown.output
            with pytest.raises(Broken, match=said):
                command(there, "load", folder=str(folder))
        assert sum(rows_in(there).values()) == 2, (
            "the counter of invoices and the floor of releases that every home begins with"
        )


def test_rows_that_the_trail_does_not_vouch_for_are_refused_whatever_the_manifest_says(
    moved: Moved, fresh: Path, tmp_path: Path
) -> None:
    folder = shutil.copytree(moved.folder, tmp_path / "out")
    place, told = folder / "records" / "payments.jsonl", manifest(folder)
    place.write_bytes(place.read_bytes().replace(b'"amount":"250.50"', b'"amount":"950.50"'))
    data = place.read_bytes()
    told["files"]["records/payments.jsonl"] = {"sha256": hashlib.sha256(data).hexdigest(), "size": len(data)}
    (folder / "manifest.json").write_text(json.dumps(told))
    with opened(fresh) as there:
        with pytest.raises(Broken, match=r"payment pay_.* was changed after entry"):
            command(there, "load", folder=str(folder))
        assert sum(rows_in(there).values()) == 2
        told["schema"] = "0001"
        (folder / "manifest.json").write_text(json.dumps(told))
        with pytest.raises(Conflict, match="schema 0001"):
            command(there, "load", folder=str(folder))


def test_a_person_takes_along_what_she_sees(moved: Moved, tmp_path: Path) -> None:
    home = copied(moved.services.home, tmp_path / "home")
    with opened(home) as services:
        command(services, "export", folder=str(tmp_path / "hers"), **{"as": ANA})
        with pytest.raises(Exception, match="export:write"):
            command(services, "export", folder=str(tmp_path / "mias"), **{"as": MIA})
    told = manifest(tmp_path / "hers")
    assert told["form"] == "seen" and "blobs" not in told
    assert not any(told["tables"][name] for name in ("acts", "briefs", "imports", "import_verdicts", "rejected_rows"))


@pytest.mark.postgres
def test_a_firm_moves_to_another_database(moved: Moved, postgres: Database) -> None:
    with postgres.writing() as session:
        put(session.connection(), lambda table: rows_from(moved.folder, table))
        note_changed_on_the_way(session)
        append(session)
        assert audit.verify(session) == []
    assert differences(moved.services.database, postgres, trail=manifest(moved.folder)["trail"]["seq"]) == []
    with postgres.engine.connect() as connection:
        assert triggers.missing(connection) == []

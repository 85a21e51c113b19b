"""A head that a brief printed lies outside the database: an end that was cut off, and a chain written anew, are found by it."""

import json
from pathlib import Path

import pytest
from sqlalchemy import text
from typer.testing import CliRunner

from api.cli import app
from api.wiring import Services
from store import audit, triggers
from store.chain import entry_hash
from store.errors import Invalid
from store.tables import AuditEntry
from tests.web.conftest import Visits, visiting
from workspace.brief import read_brief
from workspace.brief.trail import in_words
from workspace.scope import open_scope
from workspace.trail import printed

TABLE = AuditEntry.metadata.tables["audit"]


def verified(home: Path, *options: str) -> tuple[int, list[str]]:
    """The status of `tickmark audit verify`, and the faults it names."""
    result = CliRunner().invoke(app, ["--home", str(home), "audit", "verify", "--json", *options])
    return result.exit_code, [one["message"] for one in json.loads(result.stdout)["faults"]]


def head_of(services: Services) -> str:
    """The head as Ana's brief prints it."""
    with services.database.reading() as session:
        brief = read_brief(open_scope(session, "ana@alder.example", clock=services.clock))
    return in_words(brief["trail"])


def test_the_brief_prints_the_head_on_the_page_and_in_the_terminal(busy: Services) -> None:
    head = head_of(busy)
    visit = visiting(busy)
    assert head in visit("ana").get("/").text
    assert "Audit trail of this morning" not in visit("sol").get("/").text
    result = CliRunner().invoke(app, ["--home", str(busy.home), "brief", "--for", "ana@alder.example"])
    assert f"Audit trail of this morning: {head}" in result.stdout


def test_an_end_cut_off_with_its_head_put_right_is_found_by_the_printed_head(busy: Services) -> None:
    head, short = head_of(busy), "1 000000000000"
    assert verified(busy.home, "--head", head) == (0, [])
    assert verified(busy.home, "--head", short)[0] == 1
    seq = printed(head).seq
    with busy.database.engine.begin() as connection, triggers.lifted(connection):
        connection.execute(text(f"DELETE FROM audit WHERE seq >= {seq}"))
        connection.execute(text("UPDATE audit_head SET seq = (SELECT max(seq) FROM audit)"))
        connection.execute(text("UPDATE audit_head SET hash = (SELECT hash FROM audit ORDER BY seq DESC LIMIT 1)"))
    status, faults = verified(busy.home, "--head", head)
    assert status == 1
    assert any("its end was cut off" in one for one in faults)


def test_a_chain_written_anew_is_found_by_the_printed_head_alone(busy: Services) -> None:
    head = head_of(busy)
    with busy.database.engine.begin() as connection, triggers.lifted(connection):
        rows = connection.execute(TABLE.select().order_by(TABLE.c.seq)).mappings().all()
        before = audit.GENESIS
        for row in rows:
            new = {**row, "previous": before, "actor": "mallory" if row["seq"] == 2 else row["actor"]}
            new["hash"] = before = entry_hash(new)
            connection.execute(TABLE.update().where(TABLE.c.seq == row["seq"]).values(new))
        connection.execute(text("UPDATE audit_head SET hash = :hash"), {"hash": before})
    assert verified(busy.home) == (0, [])
    status, faults = verified(busy.home, "--head", head)
    assert status == 1 and "the trail was written anew" in faults[0]


def test_a_stored_file_that_was_changed_is_found_when_files_are_read_too(busy: Services) -> None:
    assert verified(busy.home, "--blobs") == (0, [])
    path = next(one for one in sorted((busy.home / "blobs").rglob("*")) if one.is_file())
    path.write_bytes(path.read_bytes() + b" ")
    assert verified(busy.home) == (0, [])
    status, faults = verified(busy.home, "--blobs")
    assert status == 1 and "was changed on disk" in faults[0]


def test_the_page_of_the_trail_holds_a_printed_head(busy: Services, visit: Visits) -> None:
    ana = visit("ana")
    assert "The printed head is on it." in ana.get(f"/audit?printed={head_of(busy)}").text
    assert "the trail was written anew" in ana.get("/audit?printed=2 00000000000000").text
    assert "Give a head as the brief prints it" in ana.get("/audit?printed=last").text


@pytest.mark.parametrize("words", ["", "12", "12 abc", "x 0123456789ab", "12 0123456789zz"])
def test_what_is_no_head_is_refused(words: str) -> None:
    with pytest.raises(Invalid):
        printed(words)

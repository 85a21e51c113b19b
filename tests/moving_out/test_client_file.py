"""One client's file: for herself what is hers, for a successor all of it, and nothing of anybody else."""

import csv
import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import select

from api.commands.scopes import writing
from api.wiring import Services
from store.errors import Conflict, Forbidden, Invalid, NotFound
from store.ids import new_id
from store.tables import AuditEntry, Client, Document, Note, Person, TimeEntry, Wall
from tests.homes import copied
from tests.moving_out.conftest import ANA, MIA, Moved, command, files_of, manifest, opened

REFS = ("C001", "C002", "C003")


def word(ref: str, where: str) -> str:
    return f"xylo{where}{ref.lower()}"


@pytest.fixture(scope="module")
def office(moved: Moved, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Services]:
    """The firm with a word of its own in the papers, notes, hours and custom fields of each client."""
    root = tmp_path_factory.mktemp("office")
    with opened(copied(moved.services.home, root / "home")) as services:
        with writing(services, "test", ANA) as scope:
            person = scope.session.scalars(select(Person).where(Person.email == ANA)).one()
            for client in scope.session.scalars(select(Client).where(Client.ref.in_(REFS))):
                client.custom = {"Mood": word(client.ref, "custom")}
                said = {"client_id": client.id, "date": scope.today}
                scope.session.add(Note(id=new_id("note"), author_id=person.id, text=word(client.ref, "note"), **said))
                spent = {"hours": 1, "billable": True, "rate": 137, "note": word(client.ref, "hours"), "custom": {}}
                scope.session.add(TimeEntry(id=new_id("time"), person_id=person.id, **said, **spent))
        for ref in REFS:
            paper = root / "paper.txt"
            paper.write_text(f"Bring {word(ref, 'paper')} along.")
            command(services, "ingest", client=ref, paths=[str(paper)])
        yield services


def table(folder: Path, name: str) -> list[dict[str, str]]:
    with (folder / name).open(newline="", encoding="utf-8") as handle:
        return list(csv.DictReader(handle))


def holds(folder: Path, said: str) -> list[str]:
    return [name for name, data in files_of(folder).items() if said.encode() in data.lower()]


@pytest.mark.parametrize("form", ["client", "successor"])
def test_it_holds_nothing_of_another_client(office: Services, tmp_path: Path, form: str) -> None:
    command(office, "export", folder=str(tmp_path / "out"), client="C001", **{"for": form})
    with office.database.reading() as session:
        others = session.execute(
            select(Client.ref, Client.name, Client.id, Client.tax_id).where(Client.ref != "C001")
        ).all()
        papers = set(
            session.scalars(
                select(Document.id).join(Client, Client.id == Document.client_id).where(Client.ref != "C001")
            )
        )
    found = files_of(tmp_path / "out")
    assert holds(tmp_path / "out", word("C001", "paper")), "the words can be found"
    for ref, _, identity, tax_id in others:
        told = re.compile(rf"\b({ref}|{identity}|{re.escape(tax_id or ref)})\b".encode())
        assert [n for n, data in found.items() if told.search(data) and not n.startswith(("documents/", "mail/"))] == []
        assert [
            where for where in ("paper", "note", "hours", "custom") if holds(tmp_path / "out", word(ref, where))
        ] == []
    assert papers and not any(one.encode() in data for one in papers for data in found.values())
    assert not (tmp_path / "out" / "records").exists() and command_verified(tmp_path / "out")


def command_verified(folder: Path) -> bool:
    from api.commands.export import verify

    return not verify(folder).failed


def test_a_client_gets_what_is_hers_and_nothing_internal(office: Services, tmp_path: Path) -> None:
    out = tmp_path / "out"
    done = command(office, "export", folder=str(out), client="C001")
    assert done.data["form"] == "client" and "for the client" in done.text
    assert [where for where in ("note", "hours", "custom") if holds(out, word("C001", where))] == []
    assert (out / "documents" / "paper.txt").is_file() and list((out / "mail").glob("*.eml"))
    (letter,) = [path for path in (out / "from your firm").glob("*.md") if "letter" in path.name]
    assert "Corporate return" in letter.read_text()
    (mine,) = table(out, "client.csv")
    assert mine["name"] and mine["tax_id"] and "annual_fee" not in mine and "partner" not in mine
    invoices = {row["number"]: row for row in table(out, "invoices.csv")}
    assert any(row["amount"] == "1250.50" and row["open"] == "1000.00" for row in invoices.values())
    assert {"item", "received_on"} <= set(table(out, "requests.csv")[0])
    internal = (
        "notes.csv",
        "time.csv",
        "tasks.csv",
        "staff.csv",
        "audit.jsonl",
        "deliverables",
        "records",
        "blobs",
        "versions",
    )
    assert [name for name in internal if (out / name).exists()] == []
    assert {path.name for path in out.iterdir()} <= {
        *("client.csv", "contacts.csv", "work.csv", "requests.csv", "invoices.csv", "payments.csv"),
        *("documents", "mail", "from your firm", "README.txt", "manifest.json"),
    }


def test_a_successor_gets_the_whole_file_and_loads_it(office: Services, fresh: Path, tmp_path: Path) -> None:
    out = tmp_path / "out"
    command(office, "export", folder=str(out), client="C001", **{"for": "successor"})
    assert all(holds(out, word("C001", where)) for where in ("paper", "note", "hours", "custom"))
    assert all(not row["standard_rate"] and not row["cost_rate"] for row in table(out, "staff.csv"))
    assert "settings" not in (out / "firm.toml").read_text() and not any(row["rate"] for row in table(out, "time.csv"))
    assert list((out / "versions").rglob("terms.txt")) and list((out / "deliverables" / "C001").glob("*.json"))
    with opened(fresh) as there:
        came = command(there, "load", folder=str(out)).data
        assert came["rejected"] == [] and came["tables"]["clients.csv"]["new"] == 1
        with there.database.reading() as session:
            paths = set(session.scalars(select(Document.path)))
            assert {"paper.txt", "terms.txt"} <= paths and any(path.startswith("mail/") for path in paths)


def test_who_may_take_it_and_what_the_trail_says(office: Services, tmp_path: Path) -> None:
    command(office, "export", folder=str(tmp_path / "hers"), client="C001", **{"as": ANA})
    with office.database.reading() as session:
        newest = select(AuditEntry).where(AuditEntry.tag == "export:folder:written").order_by(AuditEntry.seq.desc())
        entry = session.scalars(newest).first()
        assert entry is not None and entry.actor == ANA and entry.subject == "export:client"
        assert entry.client_id == session.scalars(select(Client.id).where(Client.ref == "C001")).one()
        assert len(entry.detail["manifest"]) == 64
    assert "client_id" not in manifest(tmp_path / "hers")
    with pytest.raises(Forbidden, match="export:write"):
        command(office, "export", folder=str(tmp_path / "mias"), client="C001", **{"as": MIA})
    with pytest.raises(Conflict, match="not empty"):
        command(office, "export", folder=str(tmp_path / "hers"), client="C001")
    with pytest.raises(Invalid, match="client or successor"):
        command(office, "export", folder=str(tmp_path / "odd"), client="C001", **{"for": "press"})
    with office.database.writing() as session:
        client = session.scalars(select(Client.id).where(Client.ref == "C001")).one()
        person = session.scalars(select(Person.id).where(Person.email == ANA)).one()
        session.add(
            Wall(id=new_id("wall"), client_id=client, person_id=person, reason="x", set_on=office.clock.today())
        )
    with pytest.raises(NotFound):
        command(office, "export", folder=str(tmp_path / "walled"), client="C001", **{"as": ANA})


def test_other_systems_get_tables_that_they_read(office: Services, tmp_path: Path) -> None:
    with writing(office, "test", ANA) as scope:
        scope.session.scalars(select(Client).where(Client.ref == "C002")).one().name = "=HYPERLINK(1)"
    command(office, "export", folder=str(tmp_path / "out"))
    there = tmp_path / "out" / "other-systems"
    clients = {row["Client ID"]: row for row in table(there, "clients.csv")}
    assert clients["C002"]["Client Name"] == "'=HYPERLINK(1)" and clients["C001"]["Client Owner"] == ANA
    owed = {row["Invoice Number"]: row for row in table(there, "invoices.csv")}
    assert any(
        (row["Amount"], row["Amount Paid"], row["Balance"]) == ("1250.50", "250.50", "1000.00") for row in owed.values()
    )
    assert {row["Work ID"] for row in table(there, "work.csv")} == {
        row["ref"] for row in table(tmp_path / "out", "engagements.csv")
    }
    people = table(there, "contacts.csv")
    assert {"First Name", "Last Name", "E-mail Address"} <= set(people[0])
    read = command(office, "import", source="auto", files=[str(there / "clients.csv")], dry_run=True).data
    assert read["tables"] == {"clients.csv": "generic clients"} and "rejected" not in read["counts"]

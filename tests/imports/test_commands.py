"""`tickmark import` from end to end: a folder of exports with documents, decisions, books of a client, a folder looked into again."""

import json
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import func, select

from api.commands import find
from api.commands.imports import REJECTED, from_folder
from api.commands.result import Result, silent
from api.wiring import Services
from store.errors import Invalid
from store.tables import Client, Document, LooseFile
from tests.imports.samples import TAXDOME, as_exported
from tests.web.conftest import Visits

BANK = b"Date,Description,Amount,Balance\n03/02/2026,Card payment,-12.50,900.00\n"
TRIAL = b"Harbor Bakery Inc\nTrial Balance\nAs of February 28, 2026\n\n,Debit,Credit\nCash,100.00,\nSales,,100.00\nTOTAL,100.00,100.00\n"


def called(services: Services, name: str, **arguments: Any) -> Result:
    return find(name).load()(services, {"as": "ana@alder.example", **arguments}, silent)


def test_a_folder_comes_in_with_its_documents_and_goes_again(own: tuple[Services, Visits], tmp_path: Path) -> None:
    services, _ = own
    folder = tmp_path / "export"
    for name, data in as_exported(TAXDOME):
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_bytes(data)
    for place, text in {
        "Harlan Builders LLC/2024/return.txt": "Form 1065",
        "Ngozi Okafor/lease.txt": "A lease",
        "Someone Else/y.txt": "whose",
    }.items():
        (folder / place).parent.mkdir(parents=True, exist_ok=True)
        (folder / place).write_text(text)
    (folder / "alike.csv").write_text("Client,Entity Type\nHarbor Bakery Incorporated,S Corp\n")
    with pytest.raises(Invalid, match="no source"):
        called(services, "import", source="excel", files=[str(folder)])
    tried = called(services, "import", source="taxdome", files=[str(folder)], dry_run=True)
    assert "Documents: 2 would go to their clients, 1 to the tray" in tried.text
    assert "--same 'Harbor Bakery Incorporated'=C001" in tried.text
    assert called(services, "imports-list").data == [], "a dry run leaves nothing"
    same = ["Harbor Bakery Incorporated=C001"]
    done = called(services, "import", source="taxdome", files=[str(folder)], same=same)
    json.dumps(done.data)
    assert done.data["import"] == 1 and "held" not in done.data["counts"]
    assert done.data["rows_in"] + done.data["joined_lines"] == sum(done.data["rows_by_table"].values())
    assert not (services.home / REJECTED).exists()
    with services.database.reading() as session:
        query = select(Client.name, Document.path).join(Document, Document.client_id == Client.id)
        filed = set(session.execute(query.where(Document.source == "import")).tuples())
        assert session.scalar(select(func.count()).select_from(LooseFile).where(LooseFile.name == "y.txt")) == 1
    assert filed == {("Harlan Builders LLC", "2024/return.txt"), ("Ngozi Okafor", "lease.txt")}
    again = called(services, "import", source="taxdome", files=[str(folder)])
    assert again.data["import"] is None and set(again.data["counts"]) <= {"unchanged", "joined"}
    shown = called(services, "imports-show", number=1)
    assert len(shown.data["rows"]) >= done.data["rows_in"]
    assert "taken back" in called(services, "imports-undo", number=1).text
    with services.database.reading() as session:
        assert not session.scalar(select(func.count()).select_from(Document).where(Document.source == "import"))


def test_a_clients_own_books_are_filed_and_nothing_else(own: tuple[Services, Visits], tmp_path: Path) -> None:
    services, _ = own
    for name, data in {"tb.csv": TRIAL, "bank.csv": BANK, "people.csv": b"Name,Email\nA,a@x.example\n"}.items():
        (tmp_path / name).write_bytes(data)
    files = [str(tmp_path / name) for name in ("tb.csv", "bank.csv", "people.csv")]
    tried = called(services, "import", source="auto", files=files, client="C001", dry_run=True)
    assert [one["kind"] for one in tried.data["books"]] == ["trial balance", "bank transactions"]
    done = called(services, "import", source="auto", files=files, client="C001")
    assert done.data["not_books"] == ["people.csv"] and done.data["outcomes"] == {"accepted": 2}
    with services.database.reading() as session:
        query = select(Document.path).where(
            Document.source == "books", Document.path.in_(("books/tb.csv", "books/bank.csv"))
        )
        assert len(session.scalars(query).all()) == 2


def test_a_folder_is_imported_once_and_again_when_it_changed(own: tuple[Services, Visits], tmp_path: Path) -> None:
    services, _ = own
    file = tmp_path / "drop" / "clients.csv"
    file.parent.mkdir()
    file.write_text("Client,Entity Type,City\nQuiet Lake Foods LLC,Partnership,Erie\n")
    first = from_folder(services, file.parent)
    assert (first["new"], first["numbers"], first["counts"]) == (["clients.csv"], [1], {"created": 1})
    assert from_folder(services, file.parent)["new"] == []
    file.write_text("Client,Entity Type,City\nQuiet Lake Foods LLC,Partnership,Albany\nOld Mill LLC,Partnership,\n")
    assert from_folder(services, file.parent)["counts"] == {"updated": 1, "created": 1}

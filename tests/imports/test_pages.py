"""Imports over HTTP: tried, decided, mapped, brought in, looked at, taken back; documents among them; what a night made of it; as JSON."""

import io
import re
import zipfile
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

from sqlalchemy import func, select

from api import waiting
from api.commands import find
from api.commands.result import silent
from api.wiring import Services
from store.database import counting_queries
from store.tables import Client, ClientScan, Document, Import, Invoice, LooseFile, Task
from tests.imports.conftest import state_of
from tests.imports.samples import KARBON, QUICKBOOKS, TAXDOME, Sample, as_exported
from tests.web.conftest import Visitor, Visits, drawn

if TYPE_CHECKING:
    from httpx2 import Response

Own = tuple[Services, Visits]
ALIKE = b"Client,Entity Type,City\nHarbor Bakery Incorporated,S Corp,Chicago\nQuiet Lake Foods LLC,Partnership,Erie\n"
STRANGE = b"Mandant,Betreuer,Ort\nOsei Studio GmbH,Ana Alder,Bonn\nLind KG,Mia Moss,Kiel\n"


def sent(visitor: Visitor, files: dict[str, bytes], source: str = "auto") -> str:
    """Upload files; the address of the dry run."""
    answer = visitor.post("/imports", source=source, files=[("files", (name, data)) for name, data in files.items()])
    assert answer.status_code == 303, re.sub(r"<[^>]+>", " ", answer.text)[:2000]
    return str(answer.headers["location"])


def brought(visitor: Visitor, path: str) -> "Response":
    """Import what waits there; the page of the import."""
    answer = visitor.post(f"{path}/import")
    assert answer.status_code == 303, answer.text[:2000]
    return visitor.follow(visitor.follow(answer))


def files_of(sample: Sample) -> dict[str, bytes]:
    return dict(as_exported(sample))


def count(services: Services, table: Any, *where: Any) -> int:
    with services.database.reading() as session:
        return session.scalar(select(func.count()).select_from(table).where(*where)) or 0


def words(answer: "Response") -> str:
    return " ".join(re.sub(r"<[^>]+>", " ", answer.text).split())


def test_an_export_is_tried_decided_imported_and_taken_back(own: Own) -> None:
    services, visit = own
    ana, ben, sol = visit("ana"), visit("ben"), visit("sol")
    assert sol.get("/imports").status_code == 403
    assert "Nothing was imported yet" in ana.get("/imports").text
    assert ana.post("/imports", source="nobody", files=[("files", ("a.csv", b"x"))]).status_code == 422
    with services.database.reading() as session:
        before = state_of(session)
    path = sent(ana, {"alike.csv": ALIKE, **files_of(QUICKBOOKS)})
    page = ana.get(path)
    assert "Are these the same?" in page.text and "Harbor Bakery Inc<" in page.text
    assert "none" in page.text.split('id="sums"')[1], "the report's own total is met"
    with services.database.reading() as session:
        assert state_of(session) == before, "trying leaves everything as it is"
    assert ben.get(path).status_code == 404, "what waits is its owner's"
    assert "Karbon" not in ben.get("/imports").text.split("<h2>")[-1]
    ana.follow(ana.post(f"{path}/decide", name="Harbor Bakery Incorporated", system="generic", ref="C001"))
    page = ana.get(path)
    assert "Are these the same?" not in page.text and "merged" in page.text
    assert "Quiet Lake Foods" not in ana.get(f"{path}?verdict=merged").text
    listed = brought(ana, path)
    assert "Import 2" in listed.text, "QuickBooks is one import, the list another: each finds its rows again"
    assert "Take it back" in ana.get("/imports/1").text
    assert count(services, Client, Client.name == "Quiet Lake Foods LLC") == 1
    assert count(services, Client, Client.name.like("Harbor Bakery%")) == 1
    with counting_queries(services.database.engine) as statements:
        ana.get("/imports/1")
        ana.get("/imports")
    selects = [line for line in statements if line.lstrip().upper().startswith(("SELECT", "WITH"))]
    assert len(selects) <= 24, len(selects)
    assert "Import 1" in ben.get("/imports").text, "what is on record is the firm's"
    assert ana.get(path).status_code == 303, "its address leads to the import"
    assert "Nothing was new" in ana.follow(ana.follow(ana.post(f"{sent(ana, {'alike.csv': ALIKE})}/import"))).text
    for number in (2, 1):
        assert "Taken back" in ana.follow(ana.post(f"/imports/{number}/undo")).text
    with services.database.reading() as session:
        assert state_of(session) == before
    assert ana.post("/imports/1/undo").status_code == 409


def test_rows_that_are_not_taken_come_as_csv(own: Own) -> None:
    _, visit = own
    ana = visit("ana")
    bad = b"Num,Customer,Date,Due Date,Amount,Open balance\n7,Nobody Inc,03/25/2026,04/25/2026,12.00,12.00\n8,=1+1,x,y,z,1\n"
    page = brought(ana, sent(ana, {"invoices.csv": bad}))
    assert "2 rejected" in words(page)
    text = ana.get("/imports/1/rejected.csv").text
    assert text.splitlines()[0].lstrip("\ufeff") == "file,line,verdict,reason,row"
    assert "Nobody Inc" in text and len(text.splitlines()) == 3


def test_a_table_that_is_not_recognised_is_mapped_once(own: Own) -> None:
    services, visit = own
    ana = visit("ana")
    path = sent(ana, {"liste.csv": STRANGE})
    page = ana.get(path)
    (mark,) = re.findall(r"/map/([0-9a-f]{32})", page.text)
    form = ana.get(f"{path}/map/{mark}")
    assert "Osei Studio GmbH" in form.text and 'value="mandant"' in form.text
    fields = {"column-0": "mandant", "field-0": "name", "column-1": "betreuer", "field-1": "name"}
    twice = ana.post(f"{path}/map/{mark}", kind="client", **fields)
    assert twice.status_code == 422 and "choose one" in twice.text
    ana.follow(ana.post(f"{path}/map/{mark}", kind="client", **{**fields, "field-1": "owner"}))
    assert "mapped by hand" in ana.get(path).text
    brought(ana, path)
    # the same columns in another order, next month
    other = b"Ort,Betreuer,Mandant\nTrier,Ana Alder,Dahl AG\n"
    brought(ana, sent(ana, {"liste neu.csv": other}))
    with services.database.reading() as session:
        names = set(session.scalars(select(Client.name).where(Client.ref.like("C%"))))
    assert {"Osei Studio GmbH", "Lind KG", "Dahl AG"} <= names and "Ana Alder" not in names
    aside = sent(ana, {"n.csv": b"Foo,Bar,Baz\nx,y,z\n"})
    (mark,) = re.findall(r"/map/([0-9a-f]{32})", ana.get(aside).text)
    ana.follow(ana.post(f"{aside}/map/{mark}", aside="1"))
    assert "set aside by you" in ana.get(aside).text
    ana.follow(ana.post(f"{aside}/drop"))
    assert ana.get(aside).status_code == 404


def test_documents_of_a_zip_go_to_the_clients_they_are_called_after(own: Own) -> None:
    services, visit = own
    ana = visit("ana")
    with services.database.reading() as session:
        before = state_of(session)
    archive = io.BytesIO()
    with zipfile.ZipFile(archive, "w") as made:
        for name, data in files_of(TAXDOME).items():
            made.writestr(name, data)
        made.writestr("Documents/Harlan Builders LLC/2025/letter.pdf", drawn("Harlan Builders LLC, engagement letter"))
        made.writestr("Documents/Harlan Builders LLC/2025/numbers.csv", "a,b\n1,2\n")
        made.writestr("Documents/Ngozi Okafor/w9.txt", "Form W-9 of Ngozi Okafor")
        made.writestr("Documents/Unknown People/x.txt", "nobody knows")
    path = sent(ana, {"taxdome.zip": archive.getvalue()}, "taxdome")
    page = words(ana.get(path))
    assert "4 files" in page and "no client is called" in page and "taxdome accounts" in page
    page = words(brought(ana, path))
    assert "3 documents filed" in page and "1 file in the tray" in page
    services.desk.rest()
    with services.database.reading() as session:
        query = select(Document.path, Client.name, Document.state).join(Client, Client.id == Document.client_id)
        filed = set(session.execute(query.where(Document.source == "import")).tuples())
    assert filed == {
        ("2025/letter.pdf", "Harlan Builders LLC", "read"),
        ("2025/numbers.csv", "Harlan Builders LLC", "read"),
        ("w9.txt", "Ngozi Okafor", "read"),
    }
    assert count(services, LooseFile, LooseFile.name == "x.txt") == 1
    answer = ana.post("/imports/1/undo")
    assert answer.status_code == 303, words(answer)
    assert count(services, LooseFile, LooseFile.name == "x.txt") == 0
    with services.database.reading() as session:
        assert state_of(session) == before, "with what the reading made of them"


def test_the_next_morning_an_import_is_taken_back_unless_somebody_worked_on_it(own: Own) -> None:
    services, visit = own
    ana = visit("ana")
    brought(ana, sent(ana, files_of(KARBON)))
    scan = find("scan").load()
    scan(services, {}, silent)
    new = select(Client.id).where(Client.name.in_(("Harlan Builders LLC", "Mirabel Café Inc", "Ngozi Okoro")))
    assert count(services, ClientScan, ClientScan.client_id.in_(new)) == 3
    ana.get("/clients")  # what pages keep of clients
    with services.database.writing() as session:
        client = session.scalars(select(Client).where(Client.name == "Harlan Builders LLC")).one()
        session.add(Task(id="task_by_hand", client_id=client.id, title="Call them", status="open"))
    refused = ana.post("/imports/1/undo")
    assert refused.status_code == 409
    assert "1 task at Harlan Builders LLC" in words(refused)
    with services.database.writing() as session:
        session.delete(session.get_one(Task, "task_by_hand"))
        client = session.scalars(select(Client).where(Client.name == "Harlan Builders LLC")).one()
        client.city = "Evanston"
    refused = ana.post("/imports/1/undo")
    assert refused.status_code == 409 and "client Harlan Builders LLC: city" in words(refused)
    with services.database.writing() as session:
        session.scalars(select(Client).where(Client.name == "Harlan Builders LLC")).one().city = "Chicago"
    answer = ana.post("/imports/1/undo")
    assert answer.status_code == 303, words(answer)
    assert count(services, Client, Client.id.in_(new)) == 0
    for page in ("/", "/clients", "/work"):
        assert ana.get(page).status_code == 200, "pages made in the night stand without them"
    scan(services, {}, silent)


def test_what_waits_survives_a_restart_and_goes_after_a_day(own: Own) -> None:
    services, visit = own
    ana = visit("ana")
    path = sent(ana, {"alike.csv": ALIKE})
    one = waiting.get(services, ana.email, path.rpartition("/")[2])
    folder = services.home / waiting.FOLDER / one.id
    assert not any(b"Harbor" in file.read_bytes() for file in folder.iterdir()), "sealed"
    waiting.put(services, one, state="reading")
    assert "Quiet Lake" in ana.get(path).text, "one that was cut off is read again"
    waiting.put(services, one, state="importing")
    assert "cut off before its end" in ana.get(path).text
    assert waiting.clean(services, lambda: datetime.now(UTC) + timedelta(hours=23)) == 0
    assert waiting.clean(services, lambda: datetime.now(UTC) + timedelta(hours=25)) == 1
    assert ana.get(path).status_code == 404 and not folder.exists()


def test_the_same_as_json(own: Own) -> None:
    services, visit = own
    ana = visit("ana")
    head = {"x-csrf-token": ana.csrf()}
    files = [("files", ("alike.csv", ALIKE)), ("files", ("liste.csv", STRANGE))]
    made = ana.http.post("/api/v1/imports", files=files, headers=head)
    assert made.status_code == 201
    path, trial = made.headers["location"], made.json()["trial"]
    assert trial["counts"] == {"created": 1, "held": 1} and trial["rows"][0]["like"] == ["C001"]
    table = trial["unknown"][0]["fingerprint"]
    given = {"fingerprint": table, "kind": "client", "columns": {"name": "mandant"}}
    wrong = {**given, "columns": {"name": "nowhere"}}
    assert ana.http.post(f"{path}/map", json=wrong, headers=head).status_code == 422
    told = ana.http.post(f"{path}/map", json=given, headers=head).json()["trial"]
    assert told["counts"] == {"created": 3, "held": 1}
    decision = {"name": "Harbor Bakery Incorporated", "ref": None}
    told = ana.http.post(f"{path}/decide", json=decision, headers=head).json()["trial"]
    assert told["counts"] == {"created": 4}
    assert ana.http.post(f"{path}/decide", json={**decision, "ref": "C999"}, headers=head).status_code == 404
    done = ana.http.post(f"{path}/import", headers=head).json()
    assert done["numbers"] == [1] and ana.http.get("/api/v1/imports").json()[0]["counts"] == {"created": 4}
    assert ana.http.post(f"{path}/import", headers=head).status_code == 409
    one = ana.http.get("/api/v1/imports/1?limit=3").json()
    assert len(one["rows"]) == 3 and one["next"] == 2
    assert ana.http.post("/api/v1/imports/1/undo", headers=head).json()["number"] == 1
    assert count(services, Import, Import.state == "undone") == 1 and count(services, Invoice) > 0
    assert ana.http.delete(path, headers=head).status_code == 204

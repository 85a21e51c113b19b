"""A firm of six clients, two partners, with papers and records of each kind, on SQLite or PostgreSQL; words only, until a test embeds"""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, date, datetime
from pathlib import Path

import pytest
from sqlalchemy.orm import Session

from ingestion.embed import Embedder, open_embedder
from store.database import Database
from store.ids import stable_id
from store.tables import (
    Client,
    ClientContact,
    ClientRequest,
    Contact,
    Deliverable,
    Document,
    DocumentVersion,
    Engagement,
    Firm,
    Invoice,
    Message,
    Notice,
    Passage,
    Person,
    RequestItem,
    Task,
)
from store.vectors import VectorIndex
from workspace.scope import Scope, open_scope
from workspace.search import Searcher

NOW = datetime(2026, 3, 9, 8, 30, tzinfo=UTC)
TODAY = date(2026, 3, 9)
NAMES = {
    "C1": "Harbor Bakery Inc",
    "C2": "Ngozi Okafor",
    "C3": "Prairie Dental LLC",
    "C4": "Harbor Freight Cooperative",
    "C5": "Müller & Söhne Orchards",
    "C6": "Quillfeather Trust",
}
PEOPLE = {"ann": "partner", "bob": "partner", "sue": "staff"}


class Noon:
    def now(self) -> datetime:
        return NOW

    def today(self) -> date:
        return TODAY


def owner(ref: str) -> str:
    """Ann has the odd clients, Bob the even ones."""
    return "ann" if int(ref[1:]) % 2 else "bob"


def canary(ref: str) -> str:
    """A word that stands nowhere but in this client's papers and records."""
    return "zq" + "".join(chr(ord("a") + int(digit, 16)) for digit in stable_id("w", ref).partition("_")[2][:10])


@dataclass(frozen=True)
class World:
    database: Database
    searcher: Searcher

    @contextmanager
    def asked_by(self, name: str) -> Iterator[Scope]:
        with self.database.reading() as session:
            yield open_scope(session, f"{name}@firm.example", clock=Noon())

    def paper(self, ref: str, path: str, *texts: str, kind: str | None = None, number: int = 1) -> str:
        with self.database.writing() as session:
            return put_paper(session, ref, path, texts, kind, number)


def put_paper(
    session: Session, ref: str, path: str, texts: tuple[str, ...], kind: str | None = None, number: int = 1
) -> str:
    """A version of a document, each text a page, as the pipeline leaves it; gives its id."""
    client_id, document_id = stable_id("cl", ref), stable_id("doc", ref, path)
    version_id = stable_id("ver", document_id, number)
    document = session.get(Document, document_id)
    if document is None:
        document = Document(
            id=document_id, client_id=client_id, path=path, name=path.rsplit("/", 1)[-1], source="load", received_at=NOW
        )
        session.add(document)
    document.kind, document.state, document.current_version_id = kind, "read", version_id
    session.flush()
    version = DocumentVersion(
        id=version_id, client_id=client_id, document_id=document_id, number=number, received_at=NOW
    )
    version.blob, version.size, version.stage = f"{number:064d}", 1, "indexed"
    session.add(version)
    session.flush()
    for page, text in enumerate(texts, start=1):
        passage = Passage(id=stable_id("pas", version_id, page), client_id=client_id, document_id=document_id)
        passage.version_id, passage.ordinal, passage.page = version_id, page, page
        passage.start, passage.end, passage.text, passage.context = 0, len(text), text, ""
        session.add(passage)
    return version_id


def fill(database: Database) -> None:
    """The firm, its people and clients, and what each client has."""
    with database.writing() as session:
        session.add(Firm(id="firm", name="Alder & Finch CPAs"))
        for name, role in PEOPLE.items():
            address = f"{name}@firm.example"
            session.add(Person(id=stable_id("per", address), email=address, name=name, role=role))
        session.flush()
        for ref, name in NAMES.items():
            partner = stable_id("per", f"{owner(ref)}@firm.example")
            client = Client(id=stable_id("cl", ref), ref=ref, name=name, entity_type="1120", partner_id=partner)
            client.tax_id = f"00-123{ref[1:]}00{ref[1:]}"
            session.add(client)
        session.flush()
        for ref in NAMES:
            _records(session, ref, canary(ref))
            text = f"Lease of the shop in {ref}. The landlord is {canary(ref)}. The monthly rent is $6,00{ref[1:]}."
            put_paper(session, ref, f"Leases/Lease {ref}.pdf", (text,), "lease")


def _records(session: Session, ref: str, word: str) -> None:
    of = {"client_id": stable_id("cl", ref)}
    document = put_paper(session, ref, f"Notices/{word}.pdf", (f"Notice about {word}",), "notice")
    document_id = stable_id("doc", ref, f"Notices/{word}.pdf")
    session.add(Contact(id=f"con{ref}", name=f"Pat {word}", email=f"pat@{ref.lower()}.example"))
    session.flush()
    owned = stable_id("per", "sue@firm.example") if ref == "C1" else None
    session.add(
        Engagement(id=f"e{ref}", ref=f"E{ref}", template="payroll", title=f"Payroll {word}", owner_id=owned, **of)
    )
    session.flush()
    session.add_all(
        [
            ClientContact(id=f"cc{ref}", contact_id=f"con{ref}", **of),
            Task(id=f"t{ref}", engagement_id=f"e{ref}", title=f"Reconcile {word}", due=TODAY, **of),
            ClientRequest(id=f"r{ref}", engagement_id=f"e{ref}", title="Payroll papers", **of),
            Invoice(id=f"i{ref}", number=f"2026-{word}", issued_on=TODAY, due_on=TODAY, amount=1, **of),
            Notice(id=f"n{ref}", document_id=document_id, version_id=document, agency=f"IRS {word}", number="CP504", **of),
            Deliverable(
                id=f"d{ref}", slug="status-letter", title=f"Letter {word}", occasion=ref, cls="D", as_of=TODAY, created_at=NOW, **of
            ),
            Message(
                id=f"m{ref}", message_id=f"<{ref}@x>", thread=ref, direction="in", sender="pat", subject=f"About {word}",
                sent_at=NOW, body="", **of,
            ),
        ]
    )  # fmt: skip
    session.flush()
    session.add(RequestItem(id=f"ri{ref}", request_id=f"r{ref}", item=f"Time sheets {word}", requested_on=TODAY, **of))


@pytest.fixture(scope="session")
def embedder(models: Path) -> Embedder:
    return open_embedder(models, threads=1)


@pytest.fixture(scope="session")
def bare_index(tmp_path_factory: pytest.TempPathFactory) -> VectorIndex:
    """An index without a collection, for tests that must not open one."""
    return VectorIndex(tmp_path_factory.mktemp("bare") / "chroma")


@pytest.fixture(params=["sqlite", pytest.param("postgres", marks=pytest.mark.postgres)])
def world(request: pytest.FixtureRequest, embedder: Embedder, bare_index: VectorIndex) -> World:
    database: Database = request.getfixturevalue("database" if request.param == "sqlite" else "postgres")
    fill(database)
    return World(database, Searcher(bare_index, embedder))

"""Search from question to hits: a real database, index and embedder. What is found, and what never is."""

import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, date, datetime
from pathlib import Path

import pytest
from sqlalchemy import event, select
from sqlalchemy.orm import Session

from ingestion.embed import Embedder, open_embedder
from ingestion.indexing import embed_and_put
from store.database import Database
from store.errors import NotFound
from store.ids import stable_id
from store.tables import Client, Document, DocumentVersion, FactRow, Passage, Person
from store.vectors import VectorIndex
from workspace.scope import Scope, access_client, open_scope, operator_scope
from workspace.search import Only, Searcher, search
from workspace.search.periods import Span

NOW = datetime(2026, 3, 9, 8, 30, tzinfo=UTC)
TODAY = date(2026, 3, 9)
LETTER = "Our fee for the 2025 return is $4,000, billed when the return is delivered."
REGISTER = "Payroll register\nEmployee | Gross | Net\nAlvarado | 2,400.00 | 1,900.00\nTotal | 15,661.20 | 12,290.91"


class Noon:
    def now(self) -> datetime:
        return NOW

    def today(self) -> date:
        return TODAY


@dataclass(frozen=True)
class Shelf:
    """A firm of two clients with their papers, indexed."""

    database: Database
    searcher: Searcher

    @contextmanager
    def reading(self, email: str | None = None) -> Iterator[Scope]:
        with self.database.reading() as session:
            yield (
                open_scope(session, email, clock=Noon())
                if email
                else operator_scope(session, "test", now=NOW, today=TODAY)
            )

    def paths(self, question: str, ref: str = "C1", k: int = 10, only: Only | None = None) -> list[str]:
        with self.reading() as scope:
            return list(dict.fromkeys(hit.path for hit in search(scope, self.searcher, ref, question, k, only=only)))

    def put(self, ref: str, path: str, *passages: str, kind: str | None = None, number: int = 1, **facts: str) -> None:
        """A version of a document, each passage a page, as the pipeline leaves it."""
        with self.database.writing() as session:
            version = _put(session, ref, path, passages, kind, number, facts)
        embed_and_put(self.database, self.searcher.index, self.searcher.embedder, [version])


def _put(
    session: Session,
    ref: str,
    path: str,
    passages: tuple[str, ...],
    kind: str | None,
    number: int,
    facts: dict[str, str],
) -> str:
    client_id, document_id = stable_id("cl", ref), stable_id("doc", ref, path)
    version_id = stable_id("ver", document_id, number)
    of = {"client_id": client_id, "document_id": document_id, "version_id": version_id}
    document = session.get(Document, document_id)
    if document is None:
        name = path.rsplit("/", 1)[-1]
        document = Document(id=document_id, client_id=client_id, path=path, name=name, source="load", received_at=NOW)
        session.add(document)
    document.kind, document.state, document.current_version_id = kind, "read", version_id
    session.flush()
    session.add(
        DocumentVersion(
            id=version_id, client_id=client_id, document_id=document_id, number=number, blob=f"{number:064d}", size=1,
            stage="indexed", received_at=NOW,
        )
    )  # fmt: skip
    session.flush()
    for page, text in enumerate(passages, start=1):
        identity = stable_id("pas", version_id, page)
        session.add(Passage(id=identity, ordinal=page, page=page, start=0, end=len(text), text=text, context="", **of))
    for name, value in facts.items():
        identity = stable_id("fact", version_id, name)
        session.add(
            FactRow(
                id=identity, name=name, type="date", value=value, page=1, start=0, end=1, quote="", confidence=1, reader="t", **of
            )
        )  # fmt: skip
    return version_id


@pytest.fixture(scope="module")
def embedder(models: Path) -> Embedder:
    return open_embedder(models, threads=1)


@pytest.fixture(scope="module")
def filled(embedder: Embedder, migrated_sqlite: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with the database and the index of the two clients. Look, don't write."""
    folder = tmp_path_factory.mktemp("search")
    shutil.copy(migrated_sqlite, folder / "tickmark.db")
    shelf = _opened(folder, embedder)
    with shelf.database.writing() as session:
        for name in ("ann", "bob"):
            address = f"{name}@firm.example"
            session.add(Person(id=stable_id("per", address), email=address, name=name, role="partner"))
        session.flush()
        for ref, name in (("C1", "ann"), ("C2", "bob")):
            partner = stable_id("per", f"{name}@firm.example")
            client = Client(id=stable_id("cl", ref), ref=ref, name=ref, entity_type="1120", partner_id=partner)
            client.fiscal_year_end = "06-30"
            session.add(client)
    for quarter, last in enumerate(("2025-03-28", "2025-06-27", "2025-09-26", "2025-12-26"), start=1):
        shelf.put("C1", f"Payroll/register {quarter}.xlsx", REGISTER, kind="payroll-register", pay_date=last)
    shelf.put("C1", "Permanent/Engagement letter 2025 Form 1120.pdf", LETTER, kind="engagement-letter")
    shelf.put(
        "C1",
        "Reports/Annual report.pdf",
        "We own our buildings. Their value may fall, and total assets with it.",
        "CONSOLIDATED BALANCE SHEETS\n | June 30, | June 30,\n | 2025 | 2024\nCash | 10 | 12\nTotal assets | 90 | 80",
        "CONSOLIDATED STATEMENTS OF CASH FLOWS\n | 2025 | 2024\nNet income | 7 | 6\nPurchases of property and equipment | (5) | (4)",
        kind="other",
    )
    shelf.put(
        "C2",
        "Loans/Loan agreement.pdf",
        "The Borrower shall keep a ratio of 1.25 to 1.00. Zephyrine.",
        kind="loan-agreement",
    )
    shelf.database.close()
    return folder


def _opened(folder: Path, embedder: Embedder) -> Shelf:
    database = Database(f"sqlite:///{folder / 'tickmark.db'}")
    return Shelf(database, Searcher(VectorIndex(folder / "chroma"), embedder))


@pytest.fixture
def shelf(filled: Path, embedder: Embedder, tmp_path: Path) -> Iterator[Shelf]:
    """A copy of it to work on."""
    shelf = _opened(shutil.copytree(filled, tmp_path / "copy"), embedder)
    yield shelf
    shelf.database.close()


def test_a_hit_says_where_it_stands(shelf: Shelf) -> None:
    with shelf.reading() as scope:
        hit, *_ = search(scope, shelf.searcher, "C1", "our fee for the return")
    assert (hit.path, hit.name, hit.kind) == (
        "Permanent/Engagement letter 2025 Form 1120.pdf", "Engagement letter 2025 Form 1120.pdf", "engagement-letter",
    )  # fmt: skip
    assert (hit.page, hit.start, hit.end, hit.text) == (1, 0, len(LETTER), LETTER)


@pytest.mark.parametrize(
    ("question", "page"),
    [
        ("total assets 2025", 2),
        ("capex", 3),
        ("How much was spent on capital expenditures?", 3),
        ("value of the buildings", 1),
    ],
)
def test_the_page_that_answers_is_found(shelf: Shelf, question: str, page: int) -> None:
    with shelf.reading() as scope:
        hit, *_ = search(scope, shelf.searcher, "C1", question)
    assert (hit.path, hit.page) == ("Reports/Annual report.pdf", page)


@pytest.mark.parametrize(
    ("question", "register"),
    [
        ("Q3 payroll", 3),
        ("payroll of the second quarter", 2),
        ("Q4 2025 payroll register", 4),
        ("payroll March 2025", 1),
        ("payroll for the first quarter of fiscal year 2026", 3),
    ],
)
def test_a_quarters_register_is_found_by_its_quarter(shelf: Shelf, question: str, register: int) -> None:
    assert shelf.paths(question)[0] == f"Payroll/register {register}.xlsx"


def test_nothing_is_found_in_another_client(shelf: Shelf) -> None:
    assert shelf.paths("Zephyrine ratio of 1.25", "C2") == ["Loans/Loan agreement.pdf"]
    assert "Loans/Loan agreement.pdf" not in shelf.paths("Zephyrine ratio of 1.25", "C1", k=100)


def test_nothing_is_found_outside_the_scope(shelf: Shelf) -> None:
    with shelf.reading("ann@firm.example") as scope:
        assert search(scope, shelf.searcher, "C1", "fee")
        for absent in ("C2", "C9"):
            with pytest.raises(NotFound):
                search(scope, shelf.searcher, absent, "ratio")
    with shelf.reading("bob@firm.example") as scope, pytest.raises(NotFound):
        search(scope, shelf.searcher, "C1", "fee")


def test_only_current_versions_are_found(shelf: Shelf) -> None:
    path = "Permanent/Engagement letter 2025 Form 1120.pdf"
    assert shelf.paths("billed when the return is delivered", k=1) == [path]
    shelf.put("C1", path, "Our fee for the 2025 return is $5,500.", kind="engagement-letter", number=2)
    with shelf.reading() as scope:
        hits = search(scope, shelf.searcher, "C1", "our fee for the return", 100)
    assert [hit.text for hit in hits if hit.path == path] == ["Our fee for the 2025 return is $5,500."]


def test_a_document_that_is_not_indexed_yet_is_not_found(shelf: Shelf) -> None:
    with shelf.database.writing() as session:
        version = session.scalars(
            select(DocumentVersion)
            .join(Document, Document.current_version_id == DocumentVersion.id)
            .where(Document.name == "register 3.xlsx")
        ).one()
        version.stage = "facts"
    assert "Payroll/register 3.xlsx" not in shelf.paths("Q3 payroll", k=100)


def test_what_is_known_of_a_document_counts_at_once(shelf: Shelf) -> None:
    shelf.put("C1", "Scan_0001.pdf", "A page of figures.", kind="other")
    assert shelf.paths("W-9")[0] != "Scan_0001.pdf"
    with shelf.database.writing() as session:
        session.scalars(select(Document).where(Document.name == "Scan_0001.pdf")).one().kind = "w-9"
    assert shelf.paths("W-9")[0] == "Scan_0001.pdf"


def test_filters_by_kind_and_period(shelf: Shelf) -> None:
    registers = Only(kinds=frozenset({"payroll-register"}))
    assert set(shelf.paths("our fee for the return", k=100, only=registers)) == {
        f"Payroll/register {n}.xlsx" for n in range(1, 5)
    }
    summer = Only(period=Span(date(2025, 6, 1), date(2025, 9, 30)))
    found = shelf.paths("payroll", k=100, only=summer)
    assert {"Payroll/register 2.xlsx", "Payroll/register 3.xlsx"} <= set(found)
    assert not {"Payroll/register 1.xlsx", "Payroll/register 4.xlsx"} & set(found)
    assert shelf.paths("payroll", only=Only(frozenset({"k-1"}))) == []


def test_equal_passages_keep_a_fixed_order(shelf: Shelf) -> None:
    for number in range(12):
        shelf.put("C2", f"Notes/copy {number}.txt", "The same words stand in each copy.")
    asked = [shelf.paths("the same words in each copy", "C2", k=6) for _ in range(3)]
    anew = Shelf(shelf.database, Searcher(shelf.searcher.index, shelf.searcher.embedder))
    assert asked[0] == asked[1] == asked[2] == anew.paths("the same words in each copy", "C2", k=6)
    assert asked[0] == shelf.paths("the same words in each copy", "C2", k=100)[:6]


@pytest.mark.parametrize(("question", "k"), [("", 5), ("  \n", 5), ("fee", 0), ("fee", -1)])
def test_nothing_asked_nothing_found(shelf: Shelf, question: str, k: int) -> None:
    assert shelf.paths(question, k=k) == []


@pytest.mark.parametrize(
    "question", ["?!", "the of and", "\x00", "é" * 300, "Ω ∑ 漢字", "a" * 5000, "'; DROP TABLE passages; --"]
)
def test_any_words_may_be_asked(shelf: Shelf, question: str) -> None:
    assert len(shelf.paths(question, k=3)) <= 3


def test_a_client_without_papers_has_no_hits(shelf: Shelf) -> None:
    with shelf.database.writing() as session:
        session.add(Client(id=stable_id("cl", "C3"), ref="C3", name="C3", entity_type="1040"))
    assert shelf.paths("fee", "C3") == []


def test_what_is_searched_is_made_before_somebody_asks_and_again_when_papers_change(
    shelf: Shelf, tmp_path: Path
) -> None:
    engine = Searcher(shelf.searcher.index, shelf.searcher.embedder, tmp_path / "corpora")

    def make_ready() -> bool:
        with shelf.reading() as scope:
            return engine.make_ready(scope, access_client(scope, "C1"))

    assert [make_ready(), make_ready()] == [True, False]
    with shelf.reading() as scope, queries(shelf.database) as ran:
        assert search(scope, engine, "C1", "our fee for the return")[0].text == LETTER
    assert not [one for one in ran if "ORDER BY passages.version_id" in one], "the passages were read again"
    shelf.put("C1", "Notes/new.txt", "A zeppelin was bought in May.")
    assert [make_ready(), make_ready()] == [True, False]
    with shelf.reading() as scope:
        assert search(scope, engine, "C1", "zeppelin")[0].path == "Notes/new.txt"


@contextmanager
def queries(database: Database) -> Iterator[list[str]]:
    """The SQL that runs in the block."""
    ran: list[str] = []

    def note(connection: object, cursor: object, statement: str, *_: object) -> None:
        ran.append(statement)

    event.listen(database.engine, "before_cursor_execute", note)
    try:
        yield ran
    finally:
        event.remove(database.engine, "before_cursor_execute", note)


def test_a_question_costs_three_queries_and_the_first_five(shelf: Shelf) -> None:
    for most in (5, 3, 3):
        with shelf.reading() as scope, queries(shelf.database) as ran:
            assert search(scope, shelf.searcher, "C1", "Q3 payroll", 10)
        assert len([sql for sql in ran if sql.startswith("SELECT")]) == most, ran

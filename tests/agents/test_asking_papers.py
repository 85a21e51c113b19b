"""Questions that the facts of the documents answer, with the document that is meant; and whose clients are asked about."""

from dataclasses import replace

import pytest

from agents.asking.facts import from_facts
from agents.asking.records import Desk
from agents.asking.sources import gather
from agents.asking.topics import understand
from store.database import Database
from store.errors import NotFound
from store.tables import Wall
from tests.agents.conftest import TODAY as NOON
from tests.agents.conftest import Noon, cid, pid
from tests.agents.proofs import hold
from tests.signals.builders import TODAY, document, snapshot
from workspace.scope import open_scope
from workspace.snapshot import Snapshot

LEASE = document(
    "Permanent/Lease Wharf Street 2021.pdf",
    "lease",
    monthly_rent="6000.00",
    end="2026-04-30",
    landlord="Wharf Street Holdings, LLC",
)
BANK = document(
    "Bank/2025-12 statement 4778.pdf",
    "bank-statement",
    bank="Tidewater Bank",
    closing_balance="559.95",
    period_end="2025-12-31",
    account_last4="4778",
)
EARLIER = document(
    "Bank/2025-11 statement 4778.pdf",
    "bank-statement",
    bank="Tidewater Bank",
    closing_balance="551.44",
    period_end="2025-11-30",
    account_last4="4778",
)
LOAN = document(
    "Loans/statement.pdf", "loan-statement", lender="Tidewater Bank", balance="1831.15", statement_date="2025-12-31"
)
K1 = document(
    "Tax/K-1 2024 Conoy.pdf", "k-1", issuer="Conoy Creek Apartments LP", tax_year="2024", ordinary_income="40199.00"
)
BOOKS = document(
    "Books/TB 2025-12-31.csv",
    "trial-balance",
    as_of="2025-12-31",
    total_debit="900.00",
    rows=[{"account": "1010 Operating Checking", "debit": "436.04"}, {"account": "5000 Rent", "debit": "72.00"}],
)  # fmt: skip
PAPERS = snapshot(documents=(BANK, EARLIER, BOOKS, K1, LEASE, LOAN))


def typed(world: Snapshot) -> Snapshot:
    """The papers with the types that their readers give."""
    money = {"amount_due", "balance", "closing_balance", "debit", "monthly_rent", "ordinary_income", "total_debit"}
    dates = {"as_of", "end", "period_end", "respond_by", "statement_date"}

    def kind(name: str) -> str:
        return "money" if name in money else "date" if name in dates else "text"

    facts = {d.id: tuple(replace(f, type=kind(f.name)) for f in d.facts) for d in world.documents}
    return replace(world, documents=tuple(replace(d, facts=facts[d.id]) for d in world.documents))


def of_papers(question: str, world: Snapshot = PAPERS) -> list[str]:
    claims = from_facts(Desk(typed(world), TODAY, understand(question)))
    hold(world, claims)
    return [claim.text for claim in claims]


@pytest.mark.parametrize(
    ("question", "said"),
    [
        ("What monthly rent does the lease provide for?", ["Monthly rent: $6,000"]),
        ("Who is the landlord?", ["Landlord: Wharf Street Holdings, LLC"]),
        ("When does it end, the lease?", ["Lease ends: April 30, 2026"]),
        ("What was the closing balance of account 4778 at November 30, 2025?", ["Closing balance: $551.44"]),
        ("What was the balance on the bank statement for November 2025?", ["Closing balance: $551.44"]),
        ("How much is still owed to Tidewater Bank?", ["Loan balance: $1,831.15"]),
        ("How much ordinary income did Conoy Creek Apartments LP report for 2024?", ["Ordinary income: $40,199"]),
        ("What are the total debits on the trial balance?", ["Total debits: $900"]),
        ("What is Operating Checking on the trial balance of 12/31/2025?", ["1010 Operating Checking, debit: $436.04"]),
    ],
)  # fmt: skip
def test_facts_answer_with_the_document_that_is_meant(question: str, said: list[str]) -> None:
    assert [text.split(' ("')[0].split(", in ")[0] for text in of_papers(question)] == said


@pytest.mark.parametrize(
    "question",
    [
        "What ordinary income does the 2023 K-1 from Conoy Creek show?",  # another year
        "What ordinary income does the 2024 K-1 from Blue Marsh LP show?",  # another issuer
        "What was the closing balance at October 31, 2025 on the bank statement?",  # another day
        "By when must notice be given to renew the lease?",  # not read there, and a tax notice is something else
        "What is the interest rate of the loan?",
        "Who is the lender of the loan agreement?",
        "What do the minutes say about officers?",
    ],
)
def test_facts_of_another_document_are_no_answer(question: str) -> None:
    assert of_papers(question) == []


def test_a_question_outside_the_scope_finds_no_client(firm: Database) -> None:
    with firm.reading() as session:
        maria = open_scope(session, "maria@firm.example", clock=Noon())
        with pytest.raises(NotFound, match="there is no client C2"):
            gather(maria, None, "C2", understand("What do they owe us?"))
        own = gather(maria, None, "C1", understand("What do they owe us?"))
    assert [claim.text for claim in own.sure] == ["Harbor Bakery LLC has no invoices on record."]


def test_a_wall_makes_the_client_absent(firm: Database) -> None:
    with firm.writing() as session:
        session.add(Wall(id="w", client_id=cid("C1"), person_id=pid("maria"), reason="her brother", set_on=NOON))
    with firm.reading() as session, pytest.raises(NotFound, match="there is no client C1"):
        gather(open_scope(session, "maria@firm.example", clock=Noon()), None, "C1", understand("What do they owe us?"))


def test_records_do_not_answer_about_somebody_else(firm: Database) -> None:
    with firm.reading() as session:
        maria = open_scope(session, "maria@firm.example", clock=Noon())
        asked = gather(maria, None, "C1", understand("What does Quarry Stone owe us?"))
    assert asked.sure == ()

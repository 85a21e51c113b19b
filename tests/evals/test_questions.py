"""The scorers of questions: what counts as the gold's value, as abstaining, as a citation that stands; and the task on a small home."""

from datetime import date

import pytest
from sqlalchemy import select

from api.wiring import Services
from evals.firm.gold import DocumentGold, Fact, Gold, Question
from evals.tasks.paper_questions import misplaced, of_papers
from evals.tasks.questions import Asked, is_right, is_strange, measure, says, score, stands
from store.tables import Client, DocumentPage


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("The rent is $6,000 a month. [1]", "6000.00"),
        ("The rent is $6,000.00.", "$6,000.00"),
        ("2.25 hours left.", "2.25"),
        ("Total: 40,199", "40199"),
        ("It ends on April 30, 2026.", "2026-04-30"),
        ("It ends on 4/30/2026.", "2026-04-30"),
        ("“2026-04-30” (page 1)", "2026-04-30"),
        ("Landlord: Wharf Street Holdings, LLC, in a.pdf", "Wharf Street Holdings, LLC"),
        ("Number: CPP-2347811.", "cpp-2347811"),
        ("a loss of -$1,200.50", "1200.50"),
    ],
)
def test_a_value_is_found_in_any_usual_form(text: str, value: str) -> None:
    assert says(text, value)


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("The rent is $16,000.", "6000.00"),
        ("The rent is $6,000.25.", "6000.00"),
        ("12.25 hours left", "2.25"),
        ("It ends on April 3, 2026.", "2026-04-30"),
        ("Wharf Street Holdings", "Wharf Street Partners"),
        ("", "5"),
    ],
)
def test_another_value_is_not(text: str, value: str) -> None:
    assert not says(text, value)


@pytest.mark.parametrize(
    ("found", "said", "gold", "kind", "right"),
    [
        (True, "Ana, Partner and Tom, Secretary", "Ana, Partner; Tom, Secretary", "document", True),
        (True, "Ana, Partner", "Ana, Partner; Tom, Secretary", "document", False),
        (False, "6000", "6000", "document", False),
        (False, "I do not find this in the client's file", "", "unanswerable", True),
        (True, "$300", "", "unanswerable", False),
        (False, "I do not find this in the client's file", "No Form 706 is in the file.", "trap", True),
    ],
)
def test_right_is_saying_it_or_abstaining(found: bool, said: str, gold: str, kind: str, right: bool) -> None:
    assert is_right({"found": found, "answer": said}, Asked("C1", "?", gold, kind)) is right


def paper(ref: str, name: str, kind: str, **facts: str) -> DocumentGold:
    return DocumentGold(f"documents/{ref}/{name}", kind, tuple(Fact(key, value) for key, value in facts.items()))


def test_paper_questions_are_made_only_where_one_answer_is_meant() -> None:
    gold = Gold(
        date(2026, 3, 9),
        documents=(
            paper("C1", "a.pdf", "k-1", issuer="Conoy LP", tax_year="2024", ordinary_income="10"),
            paper("C1", "b.pdf", "k-1", issuer="Conoy LP", tax_year="2025", ordinary_income="12"),
            paper("C1", "l1.pdf", "lease", monthly_rent="100.00"),
            paper("C1", "l2.pdf", "lease", monthly_rent="200.00"),
            paper("C2", "l.pdf", "lease", monthly_rent="300.00", end="2026-04-30"),
        ),
    )
    made = of_papers(gold)
    incomes = {(q.question, q.answer) for q in made if q.fact == "k-1:ordinary_income"}
    assert ("How much ordinary income is on the 2024 K-1 from Conoy LP?", "10") in incomes
    assert ("How much ordinary income is on the 2025 K-1 from Conoy LP?", "12") in incomes
    assert {q.client_ref for q in made if q.fact.startswith("lease")} == {
        "C2"
    }  # C1 has two leases: which rent is meant?
    assert {(q.client_ref, q.answer) for q in misplaced(gold) if q.fact.startswith("k-1")} == {("C2", "")}


def test_the_task_on_a_loaded_home(services: Services) -> None:
    gold = Gold(
        date(2026, 3, 9),
        questions=(
            Question("C001", "How much does this client owe us in total?", "$2,000.00", "arithmetic"),
            Question("C001", "What amount does the notice CP2000 ask for?", "4812.00", "document"),
            Question("C001", "When is the 2025 Form 1120-S due?", "March 17, 2026", "record"),  # wrong on purpose
            Question("C002", "What did the client pay for the swimming pool?", "", "unanswerable"),
        ),
    )
    found = measure(services, gold)
    assert {kind: (one["n"], one["right"]) for kind, one in found["by_kind"].items()} == {
        "arithmetic": (1, 1.0),
        "document": (1, 1.0),
        "record": (1, 0.0),
        "unanswerable": (1, 1.0),
    }
    assert found["n"] == 4
    assert found["right"] == 0.75
    assert found["standard_error"] == pytest.approx(0.2165)
    assert found["citations"] == found["citations_standing"] > 3
    assert found["leaks"] == 0
    assert [one["question"] for one in found["wrong"]] == ["When is the 2025 Form 1120-S due?"]


def test_a_citation_that_does_not_stand_is_counted_as_such(services: Services) -> None:
    scored = score(services, Asked("C001", "What amount does the notice CP2000 ask for?", "4812.00", "document"))
    assert (scored.citations, scored.standing, scored.leaks) == (1, 1, 0)
    with services.database.reading() as session:
        page = session.scalars(select(DocumentPage).where(DocumentPage.text.contains("$4,812.00"))).one()
        start = page.text.index("$4,812.00")
        cited = {"kind": "document", "version": page.version_id, "page": 1, "start": start, "end": start + 9}
        other = session.scalars(select(Client.id).where(Client.ref == "C002")).one()
        assert stands(session, page.client_id, {**cited, "quote": "$4,812.00"})
        assert not stands(session, page.client_id, {**cited, "quote": "$4,813.00"})
        assert not stands(session, other, {**cited, "quote": "$4,812.00"})
        assert not is_strange(session, page.client_id, {"record": "invoice:1", "field": "amount"})
        assert is_strange(session, other, {"document": "doc_nobody"})
    assert scored.whole >= scored.first > 0

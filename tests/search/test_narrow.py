"""Search narrowed by kind, period and engagement; what names nothing is told with the closest names; which words are lit."""

from collections.abc import Iterator
from datetime import date
from pathlib import Path

import pytest
from sqlalchemy.orm import Session
from typer.testing import CliRunner

from api.cli import app
from api.commands import find
from api.commands.result import silent
from api.settings import load_settings
from api.wiring import Services, build
from evals.tasks.reports import NOW
from store.errors import NotFound, Unknown
from store.ids import stable_id
from store.tables import Client, Engagement, EngagementLetter, FactRow
from tests.search.conftest import put_paper
from workspace.scope import operator_scope
from workspace.search import lit, only
from workspace.search.periods import Span, period_named

TODAY = date(2026, 3, 9)
REGISTER = "Payroll register\nEmployee | Gross | Net\nTotal | 15,661.20 | 12,290.91"
REGISTERS = {"2025-03-28": "Q1.xlsx", "2025-06-27": "Q2.xlsx", "2025-09-26": "Q3.xlsx", "2025-12-26": "Q4.xlsx"}


@pytest.fixture(scope="module")
def firm(models: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Services]:
    """A client with four payroll registers, a bank statement and a letter, and three engagements; words only."""
    home = tmp_path_factory.mktemp("narrow") / "home"
    home.mkdir()
    (home / "models").symlink_to(models / "models")
    with build(load_settings(home).model_copy(update={"today": TODAY}), own_index=True) as services:
        with services.database.writing() as session:
            session.add(Client(id=stable_id("cl", "C1"), ref="C1", name="Harbor Bakery", entity_type="1120"))
            session.add(Client(id=stable_id("cl", "C2"), ref="C2", name="Other", entity_type="1120"))
            session.flush()
            _papers(session)
            _work(session)
        yield services


def _papers(session: Session) -> None:
    for day, name in REGISTERS.items():
        _dated(session, put_paper(session, "C1", name, (REGISTER,), "payroll-register"), name, "pay_date", day)
    bank = put_paper(
        session, "C1", "Bank 2025-08.pdf", ("Payroll account: closing balance 4,000.00",), "bank-statement"
    )
    _dated(session, bank, "Bank 2025-08.pdf", "statement_date", "2025-08-31")
    put_paper(session, "C1", "Letter.pdf", ("We agree to run the payroll.",), "engagement-letter")


def _dated(session: Session, version: str, path: str, name: str, day: str) -> None:
    of = {"client_id": stable_id("cl", "C1"), "document_id": stable_id("doc", "C1", path), "version_id": version}
    row = FactRow(id=stable_id("f", version), name=name, type="date", value=day, page=1, start=0, end=1, **of)
    row.quote, row.confidence, row.reader = day, 1.0, "t"
    session.add(row)


def _work(session: Session) -> None:
    of = {"client_id": stable_id("cl", "C1")}
    summer = {"period_start": date(2025, 7, 1), "period_end": date(2025, 9, 30)}
    session.add(Engagement(id="pay", ref="E1", template="payroll", title="Payroll summer", **summer, **of))
    session.add(Engagement(id="adv", ref="E2", template="advisory", title="Advice Q3 2025", **of))
    session.add(Engagement(id="non", ref="E3", template="advisory", title="Advice at large", **of))
    session.add(Engagement(id="oth", ref="X1", template="payroll", title="Other", client_id=stable_id("cl", "C2")))
    session.flush()
    session.add(EngagementLetter(id="let", engagement_id="pay", document_id=stable_id("doc", "C1", "Letter.pdf"), **of))


def paths(services: Services, **narrow: object) -> set[str]:
    hits = find("search").load()(services, {"client": "C1", "query": "payroll", "k": 100, **narrow}, silent).data
    return {hit["path"] for hit in hits}


def test_filters_by_kind_period_and_engagement(firm: Services) -> None:
    every = {*REGISTERS.values(), "Bank 2025-08.pdf", "Letter.pdf"}
    assert paths(firm) == every
    assert paths(firm, kinds=["payroll-register"]) == set(REGISTERS.values())
    assert paths(firm, kinds=["Bank Statement", "engagement_letter"]) == {"Bank 2025-08.pdf", "Letter.pdf"}
    assert paths(firm, period="2025-Q3") == {"Q3.xlsx", "Bank 2025-08.pdf"}
    assert paths(firm, period="2025-06..2025-08") == {"Q2.xlsx", "Bank 2025-08.pdf"}
    assert paths(firm, period="2025-Q3", kinds=["payroll-register"]) == {"Q3.xlsx"}


def test_an_engagement_takes_what_is_linked_and_what_is_of_its_period_and_kind(firm: Services) -> None:
    assert paths(firm, engagement="e1") == {"Q3.xlsx", "Letter.pdf"}
    assert paths(firm, engagement="E2") == {"Q3.xlsx", "Bank 2025-08.pdf"}
    assert paths(firm, engagement="E3") == set()
    assert paths(firm, engagement="E1", period="2025-09") == {"Q3.xlsx"}


@pytest.mark.parametrize(
    ("narrow", "said"),
    [
        (
            {"kinds": ["payrol-register"]},
            "there is no kind of document 'payrol-register'; the closest: payroll-register",
        ),
        ({"period": "2025-Q5"}, "'2025-Q5' is no period; write it like 2025, 2025-Q3, 2025-09"),
        ({"period": "2025-09..2025-08"}, "is no period"),
        ({"engagement": "E9"}, r"C1 has no engagement 'E9'; the closest: E. \(.*\)"),
        ({"engagement": "payroll"}, r"the closest: E1 \(Payroll summer\)"),
        ({"engagement": "X1"}, "C1 has no engagement 'X1'"),
    ],
)
def test_what_names_nothing_is_told_with_the_closest_names(
    firm: Services, narrow: dict[str, object], said: str
) -> None:
    with pytest.raises(Unknown, match=said) as refused:
        paths(firm, **narrow)
    assert refused.value.status == 400
    assert "Other" not in str(refused.value)


def test_outside_the_scope_no_filter_is_explained(firm: Services) -> None:
    with firm.database.reading() as session:
        scope = operator_scope(session, "test", now=NOW, today=TODAY)
        with pytest.raises(NotFound):
            only(scope, "C9", engagement="E1")


def test_wrong_usage_ends_with_two() -> None:
    runner = CliRunner()
    for words in (["search", "C1"], ["search", "--all", "C1", "fee"], ["search", "--all", "--kind", "w-2", "fee"]):
        assert runner.invoke(app, words).exit_code == 2


@pytest.mark.parametrize(
    ("text", "span"),
    [
        ("2025", ("2025-01-01", "2025-12-31")),
        ("2025-Q3", ("2025-07-01", "2025-09-30")),
        ("Q3 2025", ("2025-07-01", "2025-09-30")),
        ("q4", ("2025-10-01", "2025-12-31")),
        ("September 2025", ("2025-09-01", "2025-09-30")),
        ("FY2025", ("2024-07-01", "2025-06-30")),
        ("2025-09-26", ("2025-09-26", "2025-09-26")),
        ("last month", ("2026-02-01", "2026-02-28")),
        ("2025-07..2025-09", ("2025-07-01", "2025-09-30")),
        ("payroll 2025", None),
        ("2025-13", None),
        ("", None),
    ],
)
def test_periods_by_name(text: str, span: tuple[str, str] | None) -> None:
    wanted = Span(*map(date.fromisoformat, span)) if span else None
    assert period_named(text, today=TODAY, fiscal_year_end="06-30") == wanted


def test_the_words_asked_for_are_lit_in_every_form_and_name() -> None:
    table = "Balance sheet\n | 2025 | 2024\nCash | 10 | 12\nTotal assets | 90 | 80\nTotal equity | 40 | 30"
    lines = lit(table, "total assets 2025")
    assert next("".join(words for words, _ in line) for line in lines) == "Balance sheet"
    assert {words for line in lines for words, on in line if on} >= {"Total", "assets", "2025"}
    [line] = lit("The company purchased property and equipment of $5.", "capital expenditures")
    assert not [words for words, on in line if on and words == "of"]
    [line] = lit("Purchases of property and equipment were (5).", "capital expenditures")
    assert {words for words, on in line if on} >= {"Purchases", "property", "equipment"}
    [line] = lit("word " * 200 + "covenant " + "word " * 200, "covenants")
    assert sum(len(words) for words, _ in line) < 250 and any(on for _, on in line)
    assert lit("", "x") == ()
    assert lit("<b>fee</b>", "fee") == ((("<b>", False), ("fee", True), ("</b>", False)),)

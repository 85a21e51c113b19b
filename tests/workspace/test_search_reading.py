"""How search reads: the words of the trade, what pages are, the periods that a question names. No database, no model."""

from datetime import date

import pytest

from ingestion.facts.marks import MARKS
from workspace.search import roles
from workspace.search.corpus import Paper, Piece, build
from workspace.search.periods import AskedPeriod, Span, agreement, asked_periods, spans_of
from workspace.search.question import read_question
from workspace.search.ranking import score
from workspace.search.words import ASKING, NUMBER, matches, name_term, read_words, term, trade

TODAY = date(2026, 3, 9)


def named(text: str) -> list[str]:
    """The names of the trade's phrases in a text."""
    words = read_words([text])
    return [trade().names[match.name] for match in matches(words.ids, words.texts, trade().same)]


def span(first: str, last: str) -> Span:
    return Span(date.fromisoformat(first), date.fromisoformat(last))


@pytest.mark.parametrize(
    ("asked", "printed"),
    [
        ("capex", "Purchases of property and equipment"),
        ("capital expenditures", "Additions to property, plant and equipment"),
        ("revenue", "Net sales"),
        ("turnover", "Total net revenues"),
        ("owner draws", "Distributions"),
        ("R&D", "Research and development"),
        ("operating cash flow", "Net cash provided by (used in) operating activities"),
        ("gross margin", "GROSS PROFIT"),
        ("stock buyback", "Repurchases of common stock"),
        ("dscr", "debt service coverage ratio"),
        ("A/R", "Trade receivables, net"),
        ("shareholders' equity", "Stockholders’ Equity"),
        ("federal withholding", "Federal income tax withheld"),
    ],
)
def test_the_words_of_the_trade_meet(asked: str, printed: str) -> None:
    assert set(named(asked)) & set(named(printed))


@pytest.mark.parametrize(
    ("one", "other"),
    [("sales tax", "sales"), ("cost of sales", "sales"), ("payroll tax", "payroll"), ("debt", "bad debts")],
)
def test_the_longest_phrase_is_taken(one: str, other: str) -> None:
    assert len(named(one)) == 1
    assert not set(named(one)) & set(named(other))


def test_a_phrase_ends_with_its_text() -> None:
    words = read_words(["gross", "profit on sales"])
    assert [trade().names[match.name] for match in matches(words.ids, words.texts, trade().same)] == ["revenue"]


def test_the_list_holds_together() -> None:
    """Each phrase has one name, every name that is pointed at is there, and kinds are those of the fact readers."""
    phrases = [tuple(words) for each in trade().same.by_first.values() for words, _ in each]
    assert len(phrases) == len(set(phrases))
    names = {name for each in trade().same.by_first.values() for _, name in each}
    assert names >= set(trade().stands_in)
    kinds = {trade().names[kind] for each in trade().kinds.by_first.values() for _, kind in each}
    assert kinds <= set(MARKS)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("amortisation", "amortization"),
        ("third fiscal quarter", "Q3"),
        ("1,234", "1234"),
        ("inventories", "inventory"),
        ("client’s", "client"),
        ("García", "GARCIA"),
        ("proﬁt", "profit"),
    ],
)
def test_spellings_meet(one: str, other: str) -> None:
    assert read_words([one]).ids.tolist() == read_words([other]).ids.tolist()


def test_other_scripts_are_words_too() -> None:
    assert len(set(read_words(["налог 納税 φόρος"]).ids.tolist())) == 3


def test_forms_and_abbreviations_are_one_word() -> None:
    words = read_words(["K-1, W-2 and 10-Q; P&L / CP2000 and/or 12.5%"])
    assert words.ids.tolist() == [
        term(word) for word in ("K-1", "W-2", "and", "10-Q", "P&L", "CP2000", "and", "or", "12.5")
    ]
    assert [bool(word & ASKING) for word in words.ids[:3]] == [False, False, True]
    assert words.ids[-1] & NUMBER


def test_lines_and_cells_are_known() -> None:
    words = read_words(["Cash | 1 | 2\n\nTotal", "next"])
    assert words.texts.tolist() == [0, 0, 0, 0, 1]
    assert words.lines.tolist() == [0, 0, 0, 2, 3]
    assert words.cells.tolist() == [0, 1, 2, 0, 0]


@pytest.mark.parametrize(
    ("line", "statement"),
    [
        ("CONDENSED CONSOLIDATED STATEMENTS OF OPERATIONS (Unaudited)", "income statement"),
        ("Consolidated Statements of Operations and Comprehensive Loss", "income statement"),
        ("Profit and Loss", "income statement"),
        ("CONSOLIDATED BALANCE SHEETS (in millions)", "balance sheet"),
        ("Balance Sheet as of December 31, 2025", "balance sheet"),
        ("Statements of Cash Flows", "cash flow statement"),
        ("Consolidated Balance Sheets 52", None),
        ("The balance sheet shows what is owned.", None),
        ("Statements of Comprehensive Income", None),
        ("See the notes to the consolidated balance sheets", None),
    ],
)
def test_a_page_is_what_it_is_headed_with(line: str, statement: str | None) -> None:
    assert roles.statements(["Acme, Inc.", line, "2025 | 2024"]) == ({statement} if statement else set())


def test_only_the_top_of_a_page_heads_it() -> None:
    assert roles.statements([*["words"] * 20, "Balance Sheets"]) == set()


@pytest.mark.parametrize(
    ("line", "kind"),
    [
        ("Note 12 - Debt", "section"),
        ("ITEM 1A. RISK FACTORS", "section"),
        ("Section 5.1 Financial Covenants", "section"),
        ("Item 3. Legal Proceedings 20", None),
        ("Liquidity and Capital Resources", "heading"),
        ("We paid our debts in full.", None),
        ("Cash | 1,200 | 900", None),
        ("Total 1,200", None),
        ("", None),
    ],
)
def test_headings_are_told_from_text(line: str, kind: str | None) -> None:
    assert roles.heading(line) == kind


def test_what_belongs_to_a_table_is_known() -> None:
    assert roles.introduces("Accrued liabilities consisted of the following (in thousands):")
    assert roles.footnote("(1) Represents the write-off of certain spare parts.")
    assert not roles.introduces("We have three segments.")
    assert not roles.footnote("Revenue rose.")


@pytest.mark.parametrize(
    ("question", "fiscal_year_end", "expected"),
    [
        ("Q3 2025 payroll", "12-31", span("2025-07-01", "2025-09-30")),
        ("payroll in the third quarter of 2025", "12-31", span("2025-07-01", "2025-09-30")),
        ("bank statement October 2025", "12-31", span("2025-10-01", "2025-10-31")),
        ("total assets at December 31, 2025", "12-31", span("2025-12-31", "2025-12-31")),
        ("register of 11/28/2025", "12-31", span("2025-11-28", "2025-11-28")),
        ("net income 2025", "12-31", span("2025-01-01", "2025-12-31")),
        ("net income in fiscal year 2025", "06-30", span("2024-07-01", "2025-06-30")),
        ("revenue FY2025", "09-30", span("2024-10-01", "2025-09-30")),
        ("estimates last year", "12-31", span("2025-01-01", "2025-12-31")),
        ("payroll last month", "12-31", span("2026-02-01", "2026-02-28")),
        ("deposits last quarter", "12-31", span("2025-10-01", "2025-12-31")),
        ("sales this quarter", "12-31", span("2026-01-01", "2026-03-31")),
    ],
)
def test_periods_of_a_question(question: str, fiscal_year_end: str, expected: Span) -> None:
    assert asked_periods(question, today=TODAY, fiscal_year_end=fiscal_year_end) == (AskedPeriod(expected),)


def test_a_quarter_without_a_year_is_the_last_that_has_begun() -> None:
    first, second, *_ = asked_periods("Q3 payroll", today=TODAY, fiscal_year_end="12-31")
    assert (first.span, second.span) == (span("2025-07-01", "2025-09-30"), span("2024-07-01", "2024-09-30"))
    assert first.weight == 1 > second.weight
    current, *_ = asked_periods("Q1 payroll", today=TODAY, fiscal_year_end="12-31")
    assert current.span == span("2026-01-01", "2026-03-31")


@pytest.mark.parametrize(
    "question", ["payroll", "invoice 20251", "amount of 2,025.00", "form 1120", "market value", "", "13/45/2025 list"]
)
def test_no_period_is_made_up(question: str) -> None:
    found = asked_periods(question, today=TODAY, fiscal_year_end="12-31")
    assert all(one.span == span("2025-01-01", "2025-12-31") for one in found) and len(found) <= ("2025 " in question)


def test_a_document_is_of_the_period_that_its_facts_state() -> None:
    path = "Payroll/Payroll register 2025-11-28.xlsx"
    assert spans_of({"period_start": "2025-11-10", "period_end": "2025-11-23"}, path) == (
        span("2025-11-10", "2025-11-23"),
    )
    assert spans_of({"pay_date": "2025-11-28", "tax_year": "2024"}, path) == (
        span("2024-01-01", "2024-12-31"),
        span("2025-11-28", "2025-11-28"),
    )
    assert spans_of({}, path) == (span("2025-11-28", "2025-11-28"),)
    assert spans_of({}, "Payroll/EFTPS deposits 2025 Q4.csv") == (span("2025-10-01", "2025-12-31"),)
    assert spans_of({}, "Tax 2024/K-1 Maple Grove.pdf") == (span("2024-01-01", "2024-12-31"),)
    assert spans_of({"pay_date": "soon"}, "Permanent/Lease.pdf") == ()


def test_agreement_is_the_share_of_the_document_that_is_asked_for() -> None:
    year, quarter = span("2025-01-01", "2025-12-31"), span("2025-07-01", "2025-09-30")
    assert agreement([AskedPeriod(year)], [quarter]) == 1
    assert agreement([AskedPeriod(quarter, 0.5)], [quarter]) == 0.5
    assert agreement([AskedPeriod(quarter)], [year]) == pytest.approx(92 / 365)
    assert agreement([], [year]) == agreement([AskedPeriod(year)], []) == 0


def test_a_question_is_read_for_what_it_wants() -> None:
    asked = read_question("What was the gross margin as stated in the latest quarterly report?")
    assert asked.wants_figure and asked.wants_row
    assert asked.statements == {"income statement"}
    assert {name_term("gross profit"), term("gross")} <= set(asked.terms)
    assert not {term("report"), term("latest"), term("what")} & set(asked.terms)
    assert "latest" not in asked.meaning
    assert read_question("when is the K-1 due").kinds == {"k-1"}
    why = read_question("Why did sales fall?")
    assert not why.wants_figure and not why.wants_row


def test_a_question_of_empty_words_is_still_a_question() -> None:
    assert read_question("What does the table show?").terms
    assert read_question("latest report").meaning == "latest report"
    assert read_question("?!").terms == {}


PIECES = (
    Piece(
        "head",
        "report",
        1,
        "",
        "Acme, Inc.\nCONSOLIDATED BALANCE SHEETS\n | 2025 | 2024\nCash | 10 | 12\nTotal assets | 90 | 80",
    ),
    Piece(
        "risk",
        "report",
        2,
        "",
        "Our assets may lose value. Total losses of assets could be large, and total assets could fall.",
    ),
    Piece("note", "report", 3, "", "Note 5 - Debt\n\nThe carrying value of our notes and their maturities follow."),
    Piece("more", "report", 4, "", "The notes are unsecured and rank equally."),
    Piece("said", "list", 1, "", "Accrued expenses were as follows:"),
    Piece("rows", "list", 1, "", " | 2025 | 2024\nVacation | 1 | 2\nWarranty | 3 | 4\n | 4 | 6"),
    Piece("foot", "list", 1, "", "(1) Vacation is paid in January."),
)


def ranked(question: str, *pieces: Piece) -> list[str]:
    """Words alone: no vectors."""
    papers = [Paper(document) for document in dict.fromkeys(piece.document for piece in pieces)]
    corpus = build(papers, pieces)
    scores = score(corpus, read_question(question), {})
    return [corpus.ids[row] for row in (-scores).argsort(kind="stable")]


def test_a_table_is_found_by_its_row_and_its_columns() -> None:
    assert ranked("total assets 2025", *PIECES)[0] == "head"


def test_a_section_is_told_to_all_that_stands_in_it() -> None:
    assert set(ranked("debt", *PIECES[1:])[:2]) == {"note", "more"}


def test_a_table_and_what_introduces_it_are_found_together() -> None:
    assert set(ranked("accrued expenses 2024", *PIECES)[:2]) == {"said", "rows"}
    assert ranked("warranty", *PIECES)[:2] == ["rows", "said"]


def test_a_page_of_a_long_document_is_shown_once_before_it_is_shown_again() -> None:
    pages = [Piece(f"{page}{half}", "d", page, "", "rent of the building") for page in (1, 2) for half in "ab"]
    assert ranked("rent of the building", *pages) == ["1a", "2a", "1b", "2b"]
    one_page = [Piece(piece.id, "d", 1, "", piece.text) for piece in pages]
    assert ranked("rent of the building", *one_page) == ["1a", "1b", "2a", "2b"]


def test_equal_passages_keep_their_order() -> None:
    twins = [Piece(f"p{n}", f"d{n}", 1, "", "the same words") for n in range(9)]
    assert ranked("same words", *twins) == [piece.id for piece in twins]


def test_nothing_and_nonsense_are_borne() -> None:
    assert build([], []).ids == ()
    assert len(ranked("", *PIECES)) == len(PIECES)
    assert ranked("| \n |", Piece("a", "d", 1, "", ""), Piece("b", "d", 2, "\n", "|\n|")) == ["a", "b"]

"""Passages: short enough, on one page, nothing lost, tables under their header."""

from itertools import pairwise

from hypothesis import given, settings
from hypothesis import strategies as st

from ingestion.elements import Parsed
from ingestion.parse import parse
from ingestion.parse.pages import Block, assemble, table
from ingestion.split import MAX_WORDS, split

texts = st.text(st.sampled_from("ab1.\n |$"), max_size=60)
cells = st.lists(st.lists(st.sampled_from(["Cash", "1,200", "2025", "a b c"]), max_size=4), max_size=120)
blocks = st.lists(
    st.one_of(
        st.builds(
            Block, st.sampled_from(["Title", "Text", "ListItem"]), texts.map(lambda t: t * 20), st.integers(1, 3)
        ),
        st.builds(lambda rows, page: table(rows, page), cells, st.integers(1, 3)),
    ),
    max_size=8,
)


def parsed_of(*found: Block, title: str | None = None) -> Parsed:
    pages, elements = assemble(found, count=1)
    return Parsed("text/plain", pages, elements, title=title)


@settings(max_examples=60)
@given(blocks)
def test_every_word_is_in_one_passage_and_every_passage_is_a_span_of_its_page(found: list[Block]) -> None:
    parsed = parsed_of(*found)
    passages = split(parsed)
    for page in parsed.pages:
        mine = [passage for passage in passages if passage.page == page.number]
        assert all(page.text[passage.start : passage.end] == passage.text for passage in mine)
        assert all(a.end <= b.start for a, b in pairwise(mine))
        assert [word for passage in mine for word in passage.text.split()] == page.text.split()
    assert all(0 < len(passage.text.split()) <= MAX_WORDS for passage in passages)


def test_a_long_table_repeats_its_header_under_its_caption() -> None:
    rows = [["Account", "Debit", "Credit"], ["2025", "2025"], *([f"Account {i}", "1.00", "2.00"] for i in range(120))]
    passages = split(parsed_of(Block("Title", "Trial balance"), Block("Text", "December 31, 2025"), table(rows)))
    inside = [passage for passage in passages if "Account 7" in passage.text]
    assert len(passages) > 3
    assert all(p.context.split("\n")[0] == "Trial balance" for p in inside)
    assert all(p.context.split("\n")[-1] == "Account | Debit | Credit 2025 | 2025" for p in passages[2:])
    assert all("December 31, 2025" in p.context for p in passages[2:])
    assert all(line.count("|") == 2 for p in passages[2:] for line in p.text.split("\n"))


def test_a_table_that_goes_on_over_the_page_keeps_its_header() -> None:
    body = [[f"Account {i}", "1.00", "2.00"] for i in range(80)]
    first = [["Account", "Debit", "Credit"], *body[:40]]
    pages = [
        table(first, 1),
        Block("Footer", "1", 1),
        Block("Header", "Maple LLC", 2),
        table(body[40:60], 2),
        table(body[60:], 3),
    ]
    passages = split(parsed_of(*pages))
    assert all("Account | Debit | Credit" in p.context for p in passages if p.page > 1 and "Account" in p.text)
    again = split(parsed_of(table(first, 1), table([["Name", "Hours", "Rate"], ["Ann", "1.00", "2.00"]], 2)))
    assert [p.context for p in again if p.page == 2] == [""]


def test_a_section_is_told_to_the_passages_after_its_heading() -> None:
    words = "word " * 150
    passages = split(
        parsed_of(Block("Title", "Covenants"), Block("Text", words), Block("Text", words), title="Loan agreement")
    )
    assert [(p.context, p.text.startswith("Covenants")) for p in passages] == [
        ("Loan agreement", True),
        ("Covenants", False),
    ]


def test_a_sheets_name_stands_over_its_passages() -> None:
    pages, elements = assemble([table([["Cash", "1"]])], labels={1: "TB 2025"})
    assert split(Parsed("x", pages, elements))[0].context == "TB 2025"


def test_a_word_longer_than_a_passage_and_an_empty_file() -> None:
    assert [len(p.text) for p in split(parse("t.txt", b"x" * 5000))] == [5000]
    assert split(parsed_of()) == ()

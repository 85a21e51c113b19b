"""What a text must hold for a mark to be found in it: never a claim that the mark itself disproves."""

import pytest

from ingestion.facts.kinds import mark_pattern, shown_in
from ingestion.facts.marks import MARKS
from ingestion.literals import Sieve, needed

MARKED = sorted({(words, zone) for marks in MARKS.values() for words, _, zone in marks})
WORDS = sorted({words for words, _ in MARKED})


@pytest.mark.parametrize(
    ("expression", "texts", "whole"),
    [
        ("loan (?:number|account)", {"loan number", "loan account"}, True),
        ("deposits?", {"deposit", "deposits"}, True),
        ("W-?9", {"w9", "w-9"}, True),
        (r"\brent\b", {"rent"}, False),
        (r"(?<!\d)(?:8821|2848)(?!\d)", {"8821", "2848"}, False),
        (r"of[^.]{0,60}(?:terms|a b)", {"terms", "a b"}, False),
        ("a(?:bc)+def", {"def"}, False),
        (r"\d+|total", {"", "total"}, False),
        ("(?i:north) star", {"north star"}, True),
        (r"401\(?k\)?", {"401k", "401(k", "401k)", "401(k)"}, True),
        ("(?x)north", {""}, False),
        (r"u\.?s\.? mail", {"us mail", "u.s mail", "us. mail", "u.s. mail"}, True),
    ],
)
def test_the_texts_an_expression_needs(expression: str, texts: set[str], whole: bool) -> None:
    assert needed(expression).texts == texts
    assert needed(expression).whole is whole


def test_a_mark_is_found_exactly_where_its_expression_is() -> None:
    pieces = sorted({text for words in WORDS for text in needed(words).texts if text})
    pages = [
        "\n".join(" ".join(pieces[at : at + 12]).replace(" ", "\n  ", 3) for at in range(0, len(pieces), 12)),
        *("Statement " + "  ".join(pieces[at::40]).title() + "\nCP 2000\n31-60" for at in range(40)),
        *(" ".join(text[:-1] for text in pieces[at::25]) for at in range(25)),
        "Quarterly letter about noth\u0131ng", "",
    ]  # fmt: skip
    for page in pages:
        shown = {zone: shown_in(page, zone) for zone in ("title", "head", "body", "name")}
        for words, zone in MARKED:
            found = mark_pattern(words).search(page) is not None
            assert (words in shown[zone]) == found, (words, page)


def test_a_sieve_keeps_what_may_be_there_and_what_it_knows_nothing_of() -> None:
    sieve = Sieve([{"net pay", "gross pay"}, {""}, {"w-2", "form w-2"}, {"is"}])
    assert sieve.passing("gross payments; form (w-2)") == [0, 1, 2]
    assert sieve.passing("pay the net") == [1]
    assert sieve.passing("") == [1]
    assert sieve.passing("this") == [1, 3]

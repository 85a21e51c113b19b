"""The labelled sentences of the tie-out: what they are made of, and a twelfth of them measured."""

from collections import Counter
from itertools import islice
from pathlib import Path

import pytest

from evals.tasks import tie_out, tie_out_set, tie_out_words
from evals.tasks.tie_out_set import Sentence
from store.errors import NotFound


@pytest.fixture(scope="module")
def sentences() -> list[Sentence]:
    return list(tie_out_set.sentences())


def test_half_of_the_sentences_hold_one_error_of_six_kinds(sentences: list[Sentence]) -> None:
    wrong = Counter(one.planted for one in sentences if one.planted)
    assert sum(wrong.values()) >= 200 and len(sentences) >= 600
    assert sum(wrong.values()) == sum(not one.planted and not one.loose for one in sentences)
    assert set(wrong) == set(tie_out_set.KINDS)
    assert min(wrong.values()) > 0.7 * max(wrong.values())
    assert len({one.wording for one in sentences}) >= 150
    assert all(one.text != one.true for one in sentences if one.planted)
    assert [(a.text, a.planted) for a in sentences] == [(b.text, b.planted) for b in tie_out_set.sentences()]


def test_a_twelfth_of_them_is_told_right(sentences: list[Sentence]) -> None:
    developed = [one for one in sentences if one.part == tie_out_set.PARTS[0]]
    told = [
        (one.text, right)
        for one in islice(developed, 0, None, 12)
        for _, right in tie_out.score(one, tie_out.solve(one))
    ]
    wrong = {text for text, right in told if not right}
    assert len(wrong) <= 1 and len(told) >= 60, wrong  # one in a hundred may escape


def test_the_data_may_be_absent(tmp_path: Path) -> None:
    with pytest.raises(NotFound, match="part of the source"):
        list(tie_out_set.sentences(tmp_path))


@pytest.mark.parametrize(
    ("kind", "value", "form", "said"),
    [
        ("money", "4200.00", "k", "$4.2k"),
        ("money", "1300000.00", "m", "$1.3 million"),
        ("money", "1530.00", "w", "one thousand five hundred and thirty dollars"),
        ("money", "-1350.25", "neg", "($1,350.25)"),
        ("date", "2026-03-11", "wd", "Wednesday, March 11, 2026"),
        ("period", "2025-Q3", "qw", "the third quarter of 2025"),
        ("period", "2025-10", "mn", "October"),
        ("tax_id", "XXX-XX-6789", "tail", "6789"),
        ("name", "Dr. Helen Marsh", "mr", "Dr. Marsh"),
        ("name", "Stanhope Builders, Inc.", "short", "Stanhope Builders"),
    ],
)
def test_a_value_is_worded_as_letters_have_it(kind: str, value: str, form: str, said: str) -> None:
    assert tie_out_words.worded_as(kind, value, form) == said

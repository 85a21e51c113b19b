"""Questions that ask for several things, and follow-ups that lean on the one before."""

import pytest

from agents.asking.compound import parts_of
from agents.asking.followup import read_with
from agents.asking.topics import Topic


@pytest.mark.parametrize(
    ("question", "topics"),
    [
        ("What does she owe and when is her return due?", [(Topic.RECEIVABLE,), (Topic.DEADLINES,)]),
        ("Who is the partner? Which requests are open?", [(Topic.TEAM,), (Topic.REQUESTS,)]),
        ("When is the extension due and why?", [(Topic.DEADLINES,)]),
        ("What do they owe us, and since when?", [(Topic.RECEIVABLE,)]),
        ("What are research and development costs and how are they recorded?", [()]),
    ],
)
def test_a_question_is_taken_apart_where_it_asks_for_several_things(
    question: str, topics: list[tuple[Topic, ...]]
) -> None:
    assert [part.topics for part in parts_of(question)] == topics


def test_a_part_takes_over_what_narrows_the_one_before() -> None:
    first, second = parts_of("How many hours went into the 2025 Form 1120-S and is it extended?")
    assert first.templates == second.templates == ("1120-S",)
    assert second.years == (2025,)


@pytest.mark.parametrize(
    ("before", "question", "read"),
    [
        ("What have we billed this year?", "And last year?", "What have we billed last year?"),
        ("How many hours went into the 1040?", "What about the S corp?", "How many hours went into the S corp?"),
        ("What did we bill in 2025?", "And in 2024?", "What did we bill in 2024?"),
    ],
)
def test_a_follow_up_is_written_out(before: str, question: str, read: str) -> None:
    assert read_with(question, [before]) == read

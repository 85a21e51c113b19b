"""Questions over all clients: what is read out of their words."""

from datetime import date
from decimal import Decimal
from typing import Any

import pytest

from workspace.firm_asking import QUESTIONS, FirmTopic, read_question

TODAY = date(2026, 3, 9)
PEOPLE = {"p1": "Daniel Osei", "p2": "Margaret Whitcombe"}


def read(question: str) -> Any:
    return read_question(question, TODAY, PEOPLE, "p2")


@pytest.mark.parametrize(
    ("question", "topic", "more"),
    [
        ("Who owes over 90 days?", FirmTopic.OWES, {"days": 90, "over": None}),
        ("Which partnerships owe us more than $5k?", FirmTopic.OWES, {"over": Decimal(5000), "entities": ("1065",)}),
        ("who has unbilled time over $5,000", FirmTopic.UNBILLED, {"over": Decimal(5000), "days": None}),
        (
            "which of my S-corps have no officer wages",
            FirmTopic.NO_OFFICER_WAGES,
            {"entities": ("1120-S",), "person_id": "p2"},
        ),
        (
            "which returns are due this month and still wait for documents",
            FirmTopic.DUE,
            {"first": date(2026, 3, 1), "last": date(2026, 3, 31), "waiting": True},
        ),
        ("Which 1040s are due by April 15?", FirmTopic.DUE, {"entities": ("1040",), "last": date(2026, 4, 15)}),
        ("Which returns are due in the next 10 days?", FirmTopic.DUE, {"last": date(2026, 3, 19)}),
        ("clients without signed letter", FirmTopic.NO_LETTER, {}),
        ("Which of Daniel's engagements are over budget?", FirmTopic.OVER_BUDGET, {"person_id": "p1"}),
        ("Who has not sent what we asked for?", FirmTopic.REQUESTS, {}),
        ("Who has been silent for 6 weeks?", FirmTopic.SILENT, {"days": 42}),
        ("What did we bill last year?", FirmTopic.BILLED, {"first": date(2025, 1, 1), "last": date(2025, 12, 31)}),
        ("What did we bill last quarter?", FirmTopic.BILLED, {"first": date(2025, 10, 1), "last": date(2025, 12, 31)}),
        ("Which returns are on extension?", FirmTopic.EXTENDED, {}),
        ("Which returns has nobody begun?", FirmTopic.RETURNS, {"stages": ("not-started",)}),
        ("Which returns are waiting on the client?", FirmTopic.RETURNS, {"stages": ("waiting-on-client",)}),
        ("What is on Daniel's desk?", FirmTopic.RETURNS, {"stages": (), "all_work": True, "person_id": "p1"}),
        ("Which returns are past their due date?", FirmTopic.DUE, {"late": True}),
        ("What must we file by the end of March?", FirmTopic.DUE, {"first": TODAY, "last": date(2026, 3, 31)}),
        ("Which requests have been open for thirty days?", FirmTopic.REQUESTS, {"days": 30, "late": False}),
        ("Who paid us in February?", FirmTopic.PAID, {"first": date(2026, 2, 1), "last": date(2026, 2, 28)}),
        ("Who has not paid us?", FirmTopic.OWES, {}),
        ("Whose insurance runs out this year?", FirmTopic.ENDING, {"papers": ("certificate",)}),
        ("List the nonprofits.", FirmTopic.CLIENTS, {"entities": ("990",)}),
        ("Whose fiscal year does not end in December?", FirmTopic.CLIENTS, {"other_year": True}),
        ("For whom may we not use AI?", FirmTopic.CLIENTS, {"no_ai": True}),
    ],
)
def test_a_question_is_read(question: str, topic: FirmTopic, more: dict[str, Any]) -> None:
    asked = read(question)
    assert asked.topic is topic
    assert {name: getattr(asked, name) for name in more} == more


@pytest.mark.parametrize(
    "question",
    [
        "What is the weather?",
        "drop table clients",
        "Who is the nicest client?",
        "Which clients own a boat?",
        "List clients in Delaware",
        "",
    ],
)
def test_what_is_not_on_the_list_is_not_read(question: str) -> None:
    assert read(question) is None


def test_every_example_is_of_a_topic_of_its_own() -> None:
    assert [read(one).topic for one in QUESTIONS] == list(dict.fromkeys(read(one).topic for one in QUESTIONS))
    assert {read(one).topic for one in QUESTIONS} == set(FirmTopic)

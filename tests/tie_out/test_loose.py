"""Wordings that state an amount, a share or a day without a plain figure: none passes without a mark, and none ties by accident."""

import pytest

from workspace.evidence import RecordEvidence
from workspace.tie_out import Fact, from_record, recognise, tie_out

FACTS = tuple(
    from_record("f", kind, value, RecordEvidence("row", kind, value))
    for kind, value in (
        ("count", "2"),
        ("count", "5"),
        ("count", "10"),
        ("money", "1000000.00"),
        ("date", "2026-03-15"),
        ("period", "2025"),
        ("name", "Lindqvist Cabinetry, Inc."),
    )
)


@pytest.mark.parametrize(
    "text",
    [
        "Income grew by half.",
        "The fee was cut in half.",
        "Costs are a fifth less than before.",
        "Costs fell by a third.",
        "That is triple the amount.",
        "About ⅓ is unpaid.",
        "They owe five grand.",
        "A five-figure balance is open.",
        "The rate rose 10 bps.",
        "It is ten times as much.",
        "They owe a million and a half dollars.",
        "They owe 5 000.",
        "Please answer next week.",
        "Please pay by the end of the month.",
        "Please pay by month-end.",
        "Please pay within a week.",
        "Please answer in a couple of weeks.",
        "It is due by the fifteenth.",
        "It is due March fifteenth.",
        "It is due mid-March.",
        "File it by noon.",
        "File it before Labor Day.",
    ],
)
def test_a_loose_wording_is_marked_and_ties_to_nothing(text: str) -> None:
    marks = tie_out(text, FACTS)
    assert marks, "it passed without a mark"
    assert {mark.status for mark in marks} == {"untied"}


@pytest.mark.parametrize(
    "text",
    [
        "On behalf of the client we write again.",
        "A third notice may follow, and the second letter is enclosed.",
        "Every week that it stays open costs more.",
        "The first part comes before the last one.",
    ],
)
def test_ordinary_words_are_no_figures(text: str) -> None:
    assert recognise(text) == ()


def test_words_of_a_record_tie_where_they_say_the_same() -> None:
    subject = "Call next week, half an hour?"
    evidence = RecordEvidence("message:1", "subject", subject)
    facts = [Fact(one.type, one.type, one.value, one.text, evidence) for one in recognise(subject)]
    marks = tie_out(f"- mail from the client, “{subject}”", facts)
    assert [(mark.text, mark.status) for mark in marks] == [("next week", "tied"), ("half", "tied")]


def test_a_fixed_phrase_may_end_a_sentence() -> None:
    assert tie_out("A hearing under IRC §6330. Form 12153 is enclosed.", (), allowed=["IRC §6330", "Form 12153"]) == ()
    assert [m.text for m in tie_out("Under IRC §6330.1 of it", (), allowed=["IRC §6330"])] == ["IRC §6330.1"]


def test_a_limited_partner_is_no_company() -> None:
    joel = from_record("name", "name", "Joel Kaplan", RecordEvidence("contact:1", "name", "Joel Kaplan"))
    assert next(m.status for m in tie_out("- Joel Kaplan, Limited Partner, 40% of it", [joel])) == "tied"
    assert [m.status for m in tie_out("Joel Kaplan, Limited owes us.", [joel])] == ["untied"]


def test_the_point_of_a_shortened_form_belongs_to_the_name() -> None:
    [mark] = tie_out("The work for Lindqvist Cabinetry, Inc. goes on.", FACTS)
    assert mark.text == "Lindqvist Cabinetry, Inc."

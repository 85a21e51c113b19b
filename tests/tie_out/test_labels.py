"""The right figure under the wrong label, in the wrong year, gone stale: untied, with a reason. What people call the same thing: tied."""

from dataclasses import replace
from importlib.resources import files

import pytest

from workspace.evidence import DocumentEvidence
from workspace.tie_out import Fact, derive, fact_from_json, fact_to_json, from_record, tie_out
from workspace.tie_out.inflect import forms
from workspace.tie_out.labels import mentions, senses_of


def known(kind: str, value: str, label: str, gone: str = "") -> Fact:
    proof = DocumentEvidence("doc", "ver", 1, 0, len(value), value)
    return replace(from_record(label, kind, value, proof), label=label, gone=gone)


FACTS = (
    known("money", "4200.00", "amount due, notice CP2000, 2024"),
    known("money", "4900.00", "amount due, notice CP2000, 2024", gone="March 2, 2026"),
    known("money", "1310.00", "state refund, 2025"),
    known("money", "2480.00", "federal refund, 2025"),
    known("money", "184250.00", "gross wages, Q3 2025"),
    known("money", "612000.00", "sales, Q3 2025"),
    known("money", "3200.00", "invoice amount, INV-1007"),
    known("money", "1200.00", "unpaid balance, INV-1007"),
    known("money", "9800.00", "monthly rent"),
    known("money", "-1350.25", "net income, September 2025"),
    known("money", "815.00", "Charts and maps, profit and loss, 2025"),
    known("money", "640.00", "Postage, profit and loss, 2025"),
    known("date", "2026-03-16", "due date, Form 1120-S, 2025"),
    known("date", "2026-03-02", "date filed, Form 1065, 2025"),
    known("count", "23", "employees, 2025-Q3"),
    known("percent", "7.6", "change in gross wages, Q3 2025"),
    known("period", "2024", "tax year"),
    known("period", "2025", "year"),
    known("period", "2025-Q3", "quarter"),
    known("name", "INV-1007", "invoice number"),
    known("notice", "CP2000", "notice number"),
)

RIGHT = [
    "The IRS asks for $4,200 for 2024.",
    "For tax year 2024 you owe $4,200.00.",
    "Your state refund will be $1,310.",
    "The federal overpayment of $2,480 for 2025 comes back to you.",
    "Payroll in Q3 2025 came to $184,250.",
    "Turnover was $612,000 in the third quarter of 2025.",
    "The invoice was for $3,200 and $1,200 of it is still open.",
    "Rent is $9,800 a month.",
    "You lost $1,350.25.",
    "It is $4,200.",
    "The return is due March 16, 2026.",
    "The other was filed on March 2, 2026.",
    "There are 23 people on the payroll.",
    "Wages rose by 7.6%.",
    "Charts and maps cost $815.00.",
    "| | Amount due |\n|---|---|\n| 2024 | 4,200.00 |",
]
WRONG = [
    (
        "The IRS owes you a refund of $4,200.",
        "The file has $4,200.00 as amount due, notice CP2000, 2024; the sentence says “refund”.",
    ),
    (
        "You owe $4,200 for 2025.",
        "The file has $4,200.00 as amount due, notice CP2000, 2024; the sentence says “2025”.",
    ),
    (
        "The amount due is $4,900.",
        "$4,900.00 was amount due, notice CP2000, 2024 until March 2, 2026; it is $4,200.00 now.",
    ),
    (
        "Your federal refund will be $1,310.",
        "The file has $1,310.00 as state refund, 2025; the sentence says “federal”.",
    ),
    ("Sales in Q3 2025 were $184,250.", "The file has $184,250.00 as gross wages, Q3 2025; the sentence says “Sales”."),
    (
        "The balance of the invoice is $3,200.",
        "The file has $3,200.00 as invoice amount, INV-1007; the sentence says “balance”.",
    ),
    ("Rent is $9,800 a year.", "The file has $9,800.00 as monthly rent; the sentence says “year”."),
    (
        "Postage was $815.00.",
        "The file has $815.00 as Charts and maps, profit and loss, 2025; the sentence says “Postage”.",
    ),
    (
        "It was filed on March 16, 2026.",
        "The file has March 16, 2026 as due date, Form 1120-S, 2025; the sentence says “was filed”.",
    ),
    ("You have 23 vendors.", "The file has 23 as employees, 2025-Q3; the sentence says “vendors”."),
    ("Wages fell by 7.6%.", "The file has 7.6% as change in gross wages, Q3 2025; the sentence says “a decrease”."),
    ("You made a profit of $1,350.25.", "The file has -$1,350.25 as net income, September 2025."),
    ("The amount due is $4,150.", "The file has $4,200.00 as amount due, notice CP2000, 2024, not rounded."),
    ("They want about four thousand.", "No record and no passage of this client carries this figure."),
    ("Please pay next week.", "“next week” names no figure that could be traced: write it out."),
]


PEOPLE = (
    known("name", "Tom Alvarado", "manager of the firm"),
    known("name", "Rosa Delgado", "contact; Owner"),
    known("name", "First Prairie Bank", "lender"),
    known("money", "42400.00", "accounts receivable"),
    known("date", "2026-03-04", "date the work stopped"),
    known("money", "1975.00", "cost of repair"),
    known("money", "12347.60", "1300 Inventory, balance sheet, 2025-12"),
    known("money", "500.00", "1310 Deposits, balance sheet, 2025-12"),
)
ROLES = [
    ("Tom Alvarado, our manager, will call.", ""),
    ("Rosa Delgado owns the shop.", ""),
    ("The lender, First Prairie Bank, agrees.", ""),
    ("To the landlord, Tom Alvarado wrote again.", ""),  # the comma ends a phrase of its own
    ("Tom Alvarado owns the shop.", "owns"),
    ("Please ask his wife, Tom Alvarado.", "wife"),
    ("Tom Alvarado is the owner of your company.", "owner"),
    ("Our manager, Rosa Delgado, signs.", "manager"),
    ("First Prairie Bank is your landlord.", "landlord"),
]
UNKNOWN = [
    ("Work stopped on March 4, 2026.", ""),
    ("It came to $1,975.00.", ""),
    ("The repair was $1,975.00.", ""),
    ("The amount of the repair was $1,975.00.", ""),
    ("Work resumed on March 4, 2026.", "resumed"),
    ("The judgment was $1,975.00.", "judgment"),
    ("Your lottery win came to $1,975.00.", "lottery win"),
    ("| 1300 Inventory | $12,347.60 |", ""),
    ("| 1310 Deposits | $12,347.60 |", "Deposits"),
]


@pytest.mark.parametrize(("text", "said"), ROLES)
def test_who_a_name_is_said_to_be_is_held_against_the_file(text: str, said: str) -> None:
    reasons = [one.reason for one in tie_out(text, PEOPLE) if one.status == "untied"]
    assert len(reasons) == bool(said) and all(f"the sentence says “{said}”" in one for one in reasons), reasons


@pytest.mark.parametrize(("text", "said"), UNKNOWN)
def test_a_word_that_no_list_knows_is_no_label_of_a_figure_that_is_known(text: str, said: str) -> None:
    lines = [known("name", "1300 Inventory", ""), known("name", "1310 Deposits", "")]
    reasons = [one.reason for one in tie_out(text, (*PEOPLE, *lines)) if one.status == "untied"]
    assert len(reasons) == bool(said) and all(f"the sentence says “{said}”" in one for one in reasons), reasons


@pytest.mark.parametrize("text", RIGHT)
def test_what_people_call_a_figure_is_its_label(text: str) -> None:
    assert [(one.text, one.reason) for one in tie_out(text, FACTS) if one.status == "untied"] == []


@pytest.mark.parametrize(("text", "reason"), WRONG)
def test_a_figure_that_is_another_thing_than_the_words_say_is_untied_with_the_reason(text: str, reason: str) -> None:
    marks = [one for one in tie_out(text, FACTS) if one.status == "untied"]
    assert [one.reason for one in marks if one.reason == reason] == [reason], [one.reason for one in marks]


def test_the_name_of_another_client_is_told_as_such() -> None:
    [mark] = tie_out("Quarry Stone owes it.", FACTS, known_names=["Quarry Stone Inc"])
    assert mark.reason == "This is the name of another client of the firm."


def test_a_fact_without_a_label_is_held_against_no_words() -> None:
    plain = [replace(one, label="") for one in FACTS if not one.gone]
    assert {one.status for text, _ in WRONG[:2] for one in tie_out(text, plain)} == {"tied"}


def test_what_stands_on_file_ties_only_where_the_words_say_what_it_is() -> None:
    file = (known("money", "777.00", "penalty, notice CP2000, 2024"), known("name", "Ruth Adelman", ""))
    status = {one.text: one.status for one in tie_out("The penalty is $777.00, says Ruth Adelman.", (), on_file=file)}
    assert status == {"$777.00": "tied", "Ruth Adelman": "tied"}
    [mark] = tie_out("Send $777.00.", (), on_file=file)
    assert mark.reason == "The file has $777.00 as penalty, notice CP2000, 2024; the sentence does not say so."


def test_a_computed_figure_is_held_against_its_label_too() -> None:
    owed, paid = FACTS[6], known("money", "2000.00", "payment received, INV-1007")
    left = replace(derive.difference("left", owed, paid), label="unpaid balance, INV-1007")
    assert [one.status for one in tie_out("The balance is $1,200.00.", [left])] == ["derived"]
    assert [one.status for one in tie_out("We received $1,200.00.", [left])] == ["untied"]


def test_labels_survive_json_and_are_left_out_where_there_are_none() -> None:
    assert [fact_from_json(fact_to_json(one)) for one in FACTS] == list(FACTS)
    assert set(fact_to_json(replace(FACTS[0], label=""))) == {"name", "type", "value", "text", "evidence"}


def test_every_wording_of_the_list_is_found_and_no_sense_is_empty() -> None:
    import tomllib

    table = tomllib.loads(files("workspace.tie_out").joinpath("labels.toml").read_text(encoding="utf-8"))
    against = table.pop("against")
    assert set(against) | {one for many in against.values() for one in many} <= set(table["money"])
    assert set(table.pop("things")["count"]) <= set(table["count"])
    turned = table.pop("turned")
    assert set(turned) | {one for many in turned.values() for one in many} <= set(table["money"])
    kin = table.pop("kin")
    assert all(set(group) <= set(table[kind]) for kind, groups in kin.items() for group in groups)
    for kind, senses in table.items():
        for sense, wordings in senses.items():
            assert wordings and len(wordings) == len(set(wordings)), sense
            for wording in wordings:
                assert wording == wording.lower(), wording
                for shape in range(3 if "+" in wording else 1):
                    said = " ".join(_in_a_text(word, shape) for word in wording.split())
                    found = mentions(kind, f"of {said} now")
                    assert any(sense in one.senses for one in found), (kind, sense, said)


def _in_a_text(word: str, shape: int) -> str:
    if word.endswith("+"):
        return forms(word[:-1])[shape]
    return "so" if word == "~" else word.removesuffix("*")


def test_a_label_that_no_list_knows_is_a_sense_of_its_own() -> None:
    assert senses_of("money", "Charts and maps, 2025") == {"=charts and maps"}
    assert senses_of("money", "balance due, 2025; invoice amount") >= {"due", "balance", "invoice"}
